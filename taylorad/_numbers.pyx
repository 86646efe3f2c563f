"""The number types: storage, operators, the fast path of scalars.

Design. A `Number` is an algebra and its coefficients. A 0-d float64 number keeps them
inline, as C doubles, and its operators and functions never leave C; every other number
keeps an ndarray ``(rows, *shape)``. The classes `Dual`, `HyperDual`, `Taylor` and `Nested`
add names for the coefficients and nothing else; they are the scalars, which must not look
like sequences to NumPy, and each has a subclass for arrays (`taylorad._array`).

What a NumPy function does to a number is not known here: `install` receives the handlers.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from cpython.long cimport PyLong_AsDouble, PyLong_CheckExact
from cpython.object cimport (
    Py_EQ, Py_GE, Py_GT, Py_LE, Py_LT, Py_NE, Py_TYPE, PyTypeObject,
)
from libc cimport math as libm
from libc.stdlib cimport free, malloc

from taylorad._kernels cimport (
    Compiled, Riccati, Table, compiled, product_tile, quotient_tile, riccati_tile, rotation_tile,
)

import math as _math
from fractions import Fraction
from functools import partial

import numpy as np

cimport cython
cimport numpy as cnp

from taylorad import _kernels, recurrences
from taylorad.algebra import Algebra, dual, hyperdual, taylor

cnp.import_array()

cdef extern from *:
    """
    /* Allocation. Scalars come and go at every operation, so their memory is kept for the
     * next one; Cython's own free list clears all of it each time, at twice the cost. */

    typedef struct {
        PyObject_HEAD
        PyObject *algebra;
        PyObject *buffer;
    } taylorad_head; /* how a Number begins */

    enum { TAYLORAD_KEPT = 128 };
    static PyObject *taylorad_kept[TAYLORAD_KEPT];
    static int taylorad_count = 0;
    static newfunc taylorad_allocator = NULL; /* what Cython made */

    static inline PyObject *taylorad_blank(PyTypeObject *type, PyObject *algebra) {
        PyObject *number;
        taylorad_head *head;
        if (taylorad_count > 0 && !(type->tp_flags & Py_TPFLAGS_HEAPTYPE)) {
            number = PyObject_Init(taylorad_kept[--taylorad_count], type);
            head = (taylorad_head *)number;
            head->algebra = Py_NewRef(algebra);
            head->buffer = Py_NewRef(Py_None);
            return number;
        }
        PyObject *nothing = PyTuple_New(0);
        if (!nothing) return NULL;
        number = taylorad_allocator(type, nothing, NULL);
        Py_DECREF(nothing);
        if (!number) return NULL;
        head = (taylorad_head *)number;
        Py_SETREF(head->algebra, Py_NewRef(algebra));
        return number;
    }
    static void taylorad_dealloc(PyObject *number) {
        taylorad_head *head = (taylorad_head *)number;
        PyTypeObject *type = Py_TYPE(number);
        Py_CLEAR(head->algebra);
        Py_CLEAR(head->buffer);
    #ifndef Py_GIL_DISABLED
        if (taylorad_count < TAYLORAD_KEPT && !(type->tp_flags & Py_TPFLAGS_HEAPTYPE)) {
            taylorad_kept[taylorad_count++] = number;
            return;
        }
    #endif
        type->tp_free(number);
    }

    /* Construction. What users call is a Python function that returns a number of the
     * right class: that of arrays where it is given one. */

    static PyObject *taylorad_constructor = NULL;

    static PyObject *taylorad_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
        return PyObject_CallFunctionObjArgs(
            taylorad_constructor, (PyObject *)type, args, kwargs ? kwargs : Py_None, NULL);
    }
    static void taylorad_set_constructor(PyObject *constructor, PyObject *base) {
        taylorad_constructor = Py_NewRef(constructor);
        taylorad_allocator = ((PyTypeObject *)base)->tp_new;
    }
    static void taylorad_take_over(PyObject *class) {
        PyTypeObject *type = (PyTypeObject *)class;
        type->tp_new = taylorad_new;
        type->tp_vectorcall = NULL;
        type->tp_dealloc = taylorad_dealloc;
    }
    /* Between classes of arrays, which differ in nothing but their names' meaning. */
    static void taylorad_reclass(PyObject *number, PyObject *type) {
        PyTypeObject *old = Py_TYPE(number);
        Py_INCREF(type);
        Py_SET_TYPE(number, (PyTypeObject *)type);
        Py_DECREF((PyObject *)old);
    }
    """
    object taylorad_blank(PyTypeObject *, object)
    void taylorad_reclass(object, object)
    void taylorad_set_constructor(object, object)
    void taylorad_take_over(object)

cdef dict SCALAR_CLASSES = {}    # kind of the only factor -> class of 0-d numbers
cdef dict ARRAY_CLASSES = {}     # the same -> class of array numbers
cdef dict METHODS = {}           # name -> function of the number: ndarray methods, ufuncs
cdef dict PROPERTIES = {}        # name -> function of the number, called on access
cdef object ufunc_handler = None
cdef object function_handler = None

cdef enum:
    ADD, SUBTRACT, MULTIPLY, DIVIDE

cdef dict ARITHMETIC = {np.add: ADD, np.subtract: SUBTRACT, np.multiply: MULTIPLY,
                        np.divide: DIVIDE}
UFUNCS = (np.add, np.subtract, np.multiply, np.divide)


def install(on_ufunc, on_function, methods, properties, array_classes):
    """Connect the numbers to the dispatch, the ndarray methods and the array classes."""
    global ufunc_handler, function_handler
    ufunc_handler = on_ufunc
    function_handler = on_function
    METHODS.update(methods)
    PROPERTIES.update(properties)
    ARRAY_CLASSES.update(array_classes)


# --- Scalars -----------------------------------------------------------------------------

cdef inline Number scalar_like(Number x):
    """An uninitialised inline scalar over the algebra of x."""
    cdef Number y = <Number>taylorad_blank(Py_TYPE(x), x.algebra)
    y.table = x.table
    allocate(y, x.rows)
    return y


cdef inline int allocate(Number x, int rows) except -1:
    """Room for the coefficients of an inline scalar."""
    x.rows = rows
    if rows <= 4:
        x.c = x.small
    else:
        x.buffer = PyBytes_FromStringAndSize(NULL, rows * sizeof(double))
        x.c = <double *>PyBytes_AS_STRING(x.buffer)
    return 0


cdef inline Number scalar_with_scalar(int op, Number x, Number y):
    cdef Number z = scalar_like(x)
    cdef int k
    cdef double *u = x.c
    cdef double *v = y.c
    cdef double *w = z.c
    if op == ADD:
        for k in range(x.rows):
            w[k] = u[k] + v[k]
    elif op == SUBTRACT:
        for k in range(x.rows):
            w[k] = u[k] - v[k]
    elif op == MULTIPLY:
        if x.rows == 2:
            w[0] = u[0] * v[0]
            w[1] = u[0] * v[1] + u[1] * v[0]
        else:
            product_tile(x.table, u, 1, v, 1, w, 1, 1)
    else:
        if x.rows == 2:
            w[0] = u[0] / v[0]
            w[1] = (u[1] - v[1] * w[0]) / v[0]
        else:
            quotient_tile(x.table, u, 1, v, 1, w, 1, 1)
    return z


cdef inline Number scalar_with_float(int op, Number x, double s):
    cdef Number z = scalar_like(x)
    cdef int k
    cdef double *u = x.c
    cdef double *w = z.c
    if op == ADD or op == SUBTRACT:
        for k in range(1, x.rows):
            w[k] = u[k]
        w[0] = u[0] + s if op == ADD else u[0] - s
    elif op == MULTIPLY:
        for k in range(x.rows):
            w[k] = u[k] * s
    else:
        for k in range(x.rows):
            w[k] = u[k] / s
    return z


cdef inline Number float_with_scalar(int op, double s, Number y):
    cdef Number z = scalar_like(y)
    cdef int k
    cdef double *v = y.c
    cdef double *w = z.c
    if op == ADD or op == MULTIPLY:
        return scalar_with_float(op, y, s)
    if op == SUBTRACT:
        w[0] = s - v[0]
        for k in range(1, y.rows):
            w[k] = -v[k]
    elif y.rows == 2:
        w[0] = s / v[0]
        w[1] = -v[1] * w[0] / v[0]
    else:
        for k in range(1, y.rows):
            w[k] = 0.0
        w[0] = s
        # in place: row k of the quotient reads row k of the numerator last
        quotient_tile(y.table, w, 1, v, 1, w, 1, 1)
    return z


cdef inline bint as_float(object x, double *s) except -1:
    """Whether x is a Python float or int, and its value."""
    if PyFloat_CheckExact(x):
        s[0] = PyFloat_AS_DOUBLE(x)
        return True
    if PyLong_CheckExact(x):
        s[0] = PyLong_AsDouble(x)
        return True
    return False


cdef object arithmetic(int op, object a, object b):
    """a + b, a - b, a * b or a / b, at least one a Number."""
    cdef Number x, y
    cdef double s = 0.0
    if isinstance(a, Number):
        x = <Number>a
        if x.rows:
            if isinstance(b, Number):
                y = <Number>b
                if y.rows and y.algebra is x.algebra:
                    # a zero divisor goes the general way, which warns and resolves 0/0
                    if op != DIVIDE or y.c[0] != 0.0:
                        return scalar_with_scalar(op, x, y)
            elif as_float(b, &s):
                if op != DIVIDE or s != 0.0:
                    return scalar_with_float(op, x, s)
    elif isinstance(b, Number):
        y = <Number>b
        if y.rows and as_float(a, &s):
            if op != DIVIDE or y.c[0] != 0.0:
                return float_with_scalar(op, s, y)
    return general(op, a, b)


cdef object power(object a, object b):
    """a ** b, at least one a Number."""
    cdef Number x, y
    cdef long n
    if isinstance(a, Number) and PyLong_CheckExact(b):
        x = <Number>a
        if x.rows and (b == 2 or b == 3):
            y = scalar_with_scalar(MULTIPLY, x, x)
            return scalar_with_scalar(MULTIPLY, y, x) if b == 3 else y
    return ufunc_handler(np.power, "__call__", (a, b), {})


# --- Elementary functions of scalars -----------------------------------------------------

ctypedef double (*Function)(double) noexcept nogil

cdef double logistic_slope(double x) noexcept nogil:
    cdef double e = libm.exp(-libm.fabs(x))
    return e / ((1.0 + e) * (1.0 + e))

cdef double sech2(double x) noexcept nogil:
    return 4.0 * logistic_slope(2.0 * x)

cdef struct Scalar:
    Function value
    Function slope       # NULL: from the equation
    Function other       # rotation: the partner
    double sign          # rotation; 0 for riccati
    double partner_sign
    bint known           # whether a row was registered
    Riccati f
    double b

cdef enum:
    FUNCTIONS = 21

cdef Scalar SCALARS[FUNCTIONS]
cdef list NAMES = ["exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt",
                   "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh",
                   "arcsinh", "arccosh", "arctanh"]
cdef Function VALUES[FUNCTIONS]
VALUES[:] = [libm.exp, libm.exp2, libm.expm1, libm.log, libm.log2, libm.log10, libm.log1p,
             libm.sqrt, libm.cbrt, libm.sin, libm.cos, libm.tan, libm.asin, libm.acos,
             libm.atan, libm.sinh, libm.cosh, libm.tanh, libm.asinh, libm.acosh, libm.atanh]
cdef list STDLIB = [getattr(_math, {"arc": "a"}.get(name[:3], name[:3]) + name[3:], None)
                    for name in NAMES]
cdef dict SCALAR_INDEX = {}      # ufunc -> index of a registered function


cdef int function_index(str name) except -1:
    return NAMES.index(name)


def register_scalar(function, *, q=(1,), root=False, a=0.0, b=0.0, c=0.0, slope=None,
                    other=None, sign=0, partner_sign=1):
    """Give a ufunc's row to the scalar path, if the platform's library has its values.

    `slope` and `other` are names: of ``"exp"``, ``"sech2"``, and of the partner's ufunc.
    """
    if function.__name__ not in NAMES:
        return
    cdef int i = NAMES.index(function.__name__)
    cdef Scalar *row = &SCALARS[i]
    row.value = VALUES[i]
    row.slope = NULL
    if slope is not None:
        row.slope = sech2 if slope == "sech2" else VALUES[NAMES.index(slope)]
    row.other = NULL if other is None else VALUES[NAMES.index(other)]
    row.sign = sign
    row.partner_sign = partner_sign
    row.f.q[:] = (*q, 0.0, 0.0)[:3]
    row.f.root = root
    row.f.a = a
    row.b = b
    row.f.c = c
    row.f.b = &row.b
    row.f.b_step = 0
    row.known = True
    SCALAR_INDEX[function] = i


cdef inline double slope_of(const Scalar *row, double x, double y) noexcept:
    cdef double p, q
    cdef const Riccati *f = &row.f
    if row.slope != NULL:
        return row.slope(x)
    if row.sign != 0.0:
        return row.partner_sign * row.other(x)
    p = f.a + row.b * y + f.c * (y * y)
    if f.q[1] == 0.0 and f.q[2] == 0.0:
        return p / f.q[0]
    if f.q[1] == 0.0 and f.q[2] == -f.q[0]:
        q = f.q[0] * (1.0 - x) * (1.0 + x)
    else:
        q = f.q[0] + x * (f.q[1] + x * f.q[2])
    return p / (libm.sqrt(q) if f.root else q)


cdef Number elementary(int index, Number x):
    """f(x) for an inline scalar; None where something is not finite."""
    cdef const Scalar *row = &SCALARS[index]
    cdef Number y = scalar_like(x)
    cdef double value = row.value(x.c[0]), slope
    cdef double room[128]
    cdef double *work = room
    cdef int k
    if x.rows == 2:
        y.c[0] = value
        y.c[1] = slope_of(row, x.c[0], value) * x.c[1]
        return y if libm.isfinite(y.c[0]) and libm.isfinite(y.c[1]) else None
    if x.rows > 32:
        work = <double *>malloc(4 * x.rows * sizeof(double))
        if work == NULL:
            raise MemoryError
    slope = slope_of(row, x.c[0], value)
    if row.sign != 0.0:
        rotation_tile(x.table, x.c, 1, &value, &slope, row.sign, y.c, work, 1,
                      work + x.rows, 1)
    else:
        riccati_tile(x.table, &row.f, row.f.b, x.c, 1, &value, &slope, y.c, 1, work, 1)
    if work != room:
        free(work)
    for k in range(x.rows):
        if not libm.isfinite(y.c[k]):
            return None
    return y


cdef object math_function(int index, object x):
    """As the standard `math` does on numbers, at any of our scalars too."""
    cdef double value
    cdef Number y
    if PyFloat_CheckExact(x):
        value = VALUES[index](PyFloat_AS_DOUBLE(x))
        if libm.isfinite(value):
            return value
        return STDLIB[index](x)
    if isinstance(x, Number):
        if (<Number>x).rows:
            y = elementary(index, <Number>x)
            if y is not None:
                return y
            STDLIB[index]((<Number>x).c[0])  # raises on a domain error, as for floats
        return getattr(np, NAMES[index])(x)
    if isinstance(x, (np.ndarray, np.generic, list)):
        return getattr(np, NAMES[index])(x)
    return STDLIB[index](x)


# --- Making numbers ----------------------------------------------------------------------

cdef object classes(object algebra):
    """The pair of classes, for scalars and for arrays, of numbers over an algebra."""
    found = algebra.classes
    if found is None:
        kind = "nested"
        if len(algebra.factors) == 1:
            kind = algebra.factors[0].kind
            if kind == "hyperdual" and algebra.factors[0].order < 2:
                kind = "nested"
        found = SCALAR_CLASSES[kind], ARRAY_CLASSES[kind]
        algebra.classes = found
    return found


cpdef object make(object algebra, parts):
    """The number over `algebra` whose coefficients are `parts`.

    Parameters
    ----------
    algebra : Algebra
        Over no factors, the plain value is returned.
    parts : ndarray, shape (rows, *shape)
        Used as it is, not copied, unless its dtype is an integer or boolean one.
    """
    cdef Number x
    cdef cnp.ndarray buffer
    cdef int k
    if not algebra.factors:
        return parts[0]
    if parts.dtype.kind in "biu":
        parts = parts.astype(np.float64)
    buffer = parts
    scalar, array = classes(algebra)
    if buffer.ndim > 1:
        x = <Number>taylorad_blank(<PyTypeObject *>array, algebra)
        x.rows = 0
        x.buffer = buffer
        return x
    x = <Number>taylorad_blank(<PyTypeObject *>scalar, algebra)
    x.rows = 0
    if buffer.descr.type_num != cnp.NPY_DOUBLE:
        # a scalar never changes: not when the array it was taken from does, either
        x.buffer = parts if parts.base is None else parts.copy()
        return x
    fill_inline(x, buffer)
    return x


cdef int fill_inline(Number x, cnp.ndarray buffer) except -1:
    cdef Py_ssize_t stride = buffer.strides[0]
    cdef char *data = <char *>cnp.PyArray_DATA(buffer)
    cdef int k
    x.table = &compiled(x.algebra).table
    allocate(x, <int>buffer.shape[0])
    for k in range(x.rows):
        x.c[k] = (<double *>(data + k * stride))[0]
    return 0


cdef object parts_of(Number x):
    """The coefficients as an array; a fresh one for inline scalars."""
    cdef cnp.ndarray array
    cdef cnp.npy_intp rows
    cdef int k
    if x.rows == 0:
        return x.buffer
    rows = x.rows
    array = cnp.PyArray_EMPTY(1, &rows, cnp.NPY_DOUBLE, 0)
    for k in range(x.rows):
        (<double *>cnp.PyArray_DATA(array))[k] = x.c[k]
    return array


def zeros(algebra, shape, dtype=np.float64):
    """The number zero, of a shape."""
    return make(algebra, np.zeros((algebra.rows, *shape), dtype))


def value(x):
    """The plain NumPy value of `x`, without any derivative, at any nesting.

    Parameters
    ----------
    x : Number, array_like or anything else
        A number of this library, an object array of such, or a plain object.

    Returns
    -------
    ndarray or scalar
        The value; plain things come back as they are.

    Examples
    --------
    >>> import taylorad as ta
    >>> float(ta.value(ta.Dual(2.0, 1.0)))
    2.0
    """
    x = repack(x)
    return (<Number>x).value if isinstance(x, Number) else x


def common(operands):
    """The algebra in which the numbers among `operands` meet; None if there are none."""
    algebra = None
    for x in operands:
        if isinstance(x, Number):
            other = (<Number>x).algebra
            algebra = other if algebra is None else algebra.join(other)
    return algebra


def parts_over(algebra, operand):
    """The coefficients of a number or of a plain array over a larger algebra."""
    operand = repack(operand)
    if isinstance(operand, Number):
        own = (<Number>operand).algebra
        parts = parts_of(<Number>operand)
        if own is algebra or own == algebra:
            return parts
        source, target = own.embedding(algebra)
        out = np.zeros((algebra.rows, *parts.shape[1:]), parts.dtype)
        out[target] = parts[source]
        return out
    plain = np.asarray(operand)
    dtype = np.float64 if plain.dtype.kind in "biu" else plain.dtype
    out = np.zeros((algebra.rows, *plain.shape), dtype)
    out[0] = plain
    return out


def repack(obj):
    """An object array or nested list of our scalars as one number; else `obj` itself."""
    if isinstance(obj, (list, tuple)):
        if not holds_numbers(obj):
            return obj
        obj = np.array(obj, dtype=object)
    elif not (isinstance(obj, np.ndarray) and (<cnp.ndarray>obj).descr.type_num == cnp.NPY_OBJECT):
        return obj
    elements = obj.ravel().tolist()
    algebra = common(elements)
    if algebra is None:
        return obj
    columns = [parts_over(algebra, x) for x in elements]
    inside = np.broadcast_shapes(*[column.shape[1:] for column in columns])
    stacked = np.stack([np.broadcast_to(c.reshape(c.shape[:1] + (1,) * (len(inside) + 1 - c.ndim)
                        + c.shape[1:]), (algebra.rows, *inside)) for c in columns], axis=1)
    return make(algebra, stacked.reshape((algebra.rows, *obj.shape, *inside)))


def holds_numbers(items):
    """Whether a nested list or tuple has a number of ours in it."""
    for item in items:
        if isinstance(item, Number):
            return True
        if isinstance(item, (list, tuple)) and holds_numbers(item):
            return True
        if isinstance(item, np.ndarray) and item.dtype == object and common(item.flat) is not None:
            return True
    return False


def engine(*arrays):
    """The module with the recurrences for these coefficients: compiled for float64."""
    for array in arrays:
        if array.dtype != np.float64:
            return recurrences
    return _kernels


# --- Arrays: arithmetic ------------------------------------------------------------------

cdef object plain(object x):
    """An operand that is not a Number, ready for NumPy; NotImplemented if it cannot be.

    Python's own scalars stay what they are: they do not widen float32, and they keep
    Fractions exact.
    """
    if isinstance(x, (float, int, complex, np.generic, Fraction)):
        return x
    if isinstance(x, (np.ndarray, list, tuple)):
        x = repack(x)
        return np.asarray(x) if isinstance(x, (list, tuple)) else x
    if x is None or isinstance(x, (str, bytes, dict, set)) or hasattr(x, "__array_ufunc__"):
        return NotImplemented
    return x if hasattr(x, "__mul__") else NotImplemented


cdef object aligned(object parts, int ndim):
    """Coefficients with the point axes padded in front, so that they broadcast."""
    cdef int missing = ndim + 1 - parts.ndim
    if missing <= 0:
        return parts
    shape = parts.shape
    return parts.reshape(shape[:1] + (1,) * missing + shape[1:])


cdef object general(int op, object a, object b):
    cdef bint left = isinstance(a, Number), right = isinstance(b, Number)
    if not left:
        a = plain(a)
        left = isinstance(a, Number)
    if not right:
        b = plain(b)
        right = isinstance(b, Number)
    if a is NotImplemented or b is NotImplemented:
        return NotImplemented
    if left and right:
        return number_with_number(op, <Number>a, <Number>b)
    if left:
        return number_with_plain(op, <Number>a, b)
    return plain_with_number(op, a, <Number>b)


cdef object number_with_number(int op, Number x, Number y):
    algebra = x.algebra.join(y.algebra)
    u, v = parts_over(algebra, x), parts_over(algebra, y)
    if u.ndim != v.ndim:
        ndim = max(u.ndim, v.ndim) - 1
        u, v = aligned(u, ndim), aligned(v, ndim)
    if op == ADD:
        return make(algebra, np.add(u, v))
    if op == SUBTRACT:
        return make(algebra, np.subtract(u, v))
    if u.shape != v.shape:
        u, v = np.broadcast_arrays(u, v)
    if op == MULTIPLY:
        return make(algebra, engine(u, v).product(algebra, u, v))
    return make_quotient(algebra, u, v)


cdef object number_with_plain(int op, Number x, object s):
    u = aligned(parts_of(x), np.ndim(s))
    if op == MULTIPLY:
        return make(x.algebra, u * s)
    if op == DIVIDE:
        return make(x.algebra, u / s)
    return affine(x.algebra, u, np.add(u[0], s) if op == ADD else np.subtract(u[0], s), False)


cdef object plain_with_number(int op, object s, Number y):
    if op == ADD or op == MULTIPLY:
        return number_with_plain(op, y, s)
    v = aligned(parts_of(y), np.ndim(s))
    if op == SUBTRACT:
        return affine(y.algebra, v, np.subtract(s, v[0]), True)
    u = parts_over(y.algebra, s)
    if u.ndim != v.ndim:
        u = aligned(u, v.ndim - 1)
    shape = np.broadcast_shapes(u.shape, v.shape)
    return make_quotient(y.algebra, np.broadcast_to(u, shape), np.broadcast_to(v, shape))


cdef object affine(object algebra, object parts, object first, bint negated):
    """The parts with another value row, and the others negated or not."""
    first = np.asarray(first)
    out = np.empty((parts.shape[0], *first.shape), np.result_type(first, parts))
    out[0] = first
    if negated:
        np.negative(parts[1:], out=out[1:])
    else:
        out[1:] = parts[1:]
    return make(algebra, out)


cdef object make_quotient(object algebra, object u, object v):
    if v.dtype == object or not np.any(v[0] == 0):
        return make(algebra, engine(u, v).quotient(algebra, u, v))
    return SINGULAR["quotient"](algebra, u, v)


SINGULAR = {}  # what to do where a divisor's value is zero: see `taylorad.valuation`


# --- The types ---------------------------------------------------------------------------

cdef object refuse(Number x, str what):
    cdef str name = type(x).__name__.removesuffix("Array")
    return TypeError(
        f"{what} of a {name} would drop its derivatives; write {what}(ta.value(x)) for the "
        "plain value, use taylorad.math instead of math, and np.zeros_like(x) instead of "
        "np.zeros(n) for an array to assign into"
    )


@cython.no_gc
cdef class Number:
    """Base of every forward-mode number: an element of a truncated graded algebra.

    Numbers are made by the constructors of the subclasses and by transforms. They behave
    as NumPy arrays of their `value` do; arithmetic and functions carry the derivatives.

    Attributes
    ----------
    algebra : Algebra
        What the coefficients are of.
    parts : ndarray, shape (rows, *shape)
        The coefficients; the live buffer of an array, a copy for a scalar.
    value : ndarray or scalar
        The plain value.
    """

    __hash__ = None

    # -- what it is --

    @property
    def parts(self):
        """The coefficients, shape ``(rows, *shape)``: see `Algebra.exponents`."""
        return parts_of(self)

    @property
    def value(self):
        """The plain value, without derivatives."""
        if self.rows:
            return np.float64(self.c[0])
        return self.buffer[0]

    @property
    def shape(self):
        """The shape of the value."""
        return () if self.rows else self.buffer.shape[1:]

    @property
    def ndim(self):
        """The number of dimensions of the value."""
        return 0 if self.rows else self.buffer.ndim - 1

    @property
    def size(self):
        """The number of points."""
        return 1 if self.rows else _math.prod(self.buffer.shape[1:])

    @property
    def dtype(self):
        """The dtype of the coefficients."""
        return FLOAT64 if self.rows else self.buffer.dtype

    def part(self, k):
        """One row of the coefficients: a view for arrays, a scalar otherwise."""
        return np.float64(self.c[k]) if self.rows else self.buffer[k]

    def adopt(self, algebra, parts):
        """Become the array number over `algebra` with these coefficients, in place.

        What in-place operators and assignment use when the result needs a larger algebra.
        """
        scalar, array = classes(algebra)
        taylorad_reclass(self, array)
        self.algebra = algebra
        self.buffer = parts

    def __getattr__(self, name):
        method = METHODS.get(name)
        if method is not None:
            return partial(method, self)
        attribute = PROPERTIES.get(name)
        if attribute is not None:
            return attribute(self)
        raise AttributeError(
            f"'{type(self).__name__.removesuffix('Array')}' has no attribute {name!r}"
        )

    def __dir__(self):
        return sorted({*object.__dir__(self), *METHODS, *PROPERTIES})

    # -- protocols --

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        cdef Number y
        if not kwargs and method == "__call__":
            if len(inputs) == 1:
                index = SCALAR_INDEX.get(ufunc)
                if index is not None and (<Number>self).rows:
                    y = elementary(index, self)
                    if y is not None:
                        return y
            else:
                index = ARITHMETIC.get(ufunc)
                if index is not None:
                    return arithmetic(index, inputs[0], inputs[1])
        return ufunc_handler(ufunc, method, inputs, kwargs)

    def __array_function__(self, function, types, args, kwargs):
        return function_handler(function, types, args, kwargs)

    def __reduce__(self):
        return make, (self.algebra, parts_of(self))

    def __copy__(self):
        return make(self.algebra, parts_of(self).copy())

    def __deepcopy__(self, memo):
        return make(self.algebra, parts_of(self).copy())

    # -- arithmetic --

    def __add__(self, other):
        return arithmetic(ADD, self, other)

    def __radd__(self, other):
        return arithmetic(ADD, other, self)

    def __sub__(self, other):
        return arithmetic(SUBTRACT, self, other)

    def __rsub__(self, other):
        return arithmetic(SUBTRACT, other, self)

    def __mul__(self, other):
        return arithmetic(MULTIPLY, self, other)

    def __rmul__(self, other):
        return arithmetic(MULTIPLY, other, self)

    def __truediv__(self, other):
        return arithmetic(DIVIDE, self, other)

    def __rtruediv__(self, other):
        return arithmetic(DIVIDE, other, self)

    def __pow__(self, other, modulus):
        if modulus is not None:
            raise TypeError("pow() with a modulus is for integers only")
        return power(self, other)

    def __rpow__(self, other, modulus):
        return power(other, self)

    def __floordiv__(self, other):
        return np.floor_divide(self, other)

    def __rfloordiv__(self, other):
        return np.floor_divide(other, self)

    def __mod__(self, other):
        return np.remainder(self, other)

    def __rmod__(self, other):
        return np.remainder(other, self)

    def __divmod__(self, other):
        return np.divmod(self, other)

    def __rdivmod__(self, other):
        return np.divmod(other, self)

    def __matmul__(self, other):
        return np.matmul(self, other)

    def __rmatmul__(self, other):
        return np.matmul(other, self)

    def __neg__(self):
        cdef Number y
        cdef int k
        if self.rows:
            y = scalar_like(self)
            for k in range(self.rows):
                y.c[k] = -self.c[k]
            return y
        return make(self.algebra, -self.buffer)

    def __pos__(self):
        return make(self.algebra, parts_of(self).copy())

    def __abs__(self):
        cdef Number y
        cdef int k
        if self.rows and self.c[0] > 0.0:
            return self
        if self.rows and self.c[0] < 0.0:
            return self.__neg__()
        return np.absolute(self)

    # -- comparison and conversion: on the value --

    def __richcmp__(self, other, int op):
        cdef double x, y
        if self.rows:
            x = self.c[0]
            if as_float(other, &y):
                pass
            elif isinstance(other, Number) and (<Number>other).rows:
                y = (<Number>other).c[0]
            else:
                return compare(self, other, op)
            if op == Py_LT:
                return x < y
            if op == Py_LE:
                return x <= y
            if op == Py_GT:
                return x > y
            if op == Py_GE:
                return x >= y
            if op == Py_EQ:
                return x == y
            return x != y
        return compare(self, other, op)

    def __bool__(self):
        return self.c[0] != 0.0 if self.rows else bool(self.buffer[0])

    def __float__(self):
        raise refuse(self, "float")

    def __int__(self):
        raise refuse(self, "int")

    def __complex__(self):
        raise refuse(self, "complex")

    def __index__(self):
        raise refuse(self, "int")

    def __round__(self, ndigits=None):
        return np.round(self, ndigits or 0)

    def __repr__(self):
        name = type(self).__name__.removesuffix("Array")
        return f"{name}({', '.join(map(show, self._shown()))})"

    def _shown(self):
        """The coefficients a constructor call shows."""
        return [self.part(k) for k in range(self.algebra.rows)]

    def __format__(self, spec):
        if not spec:
            return str(self)
        name = type(self).__name__.removesuffix("Array")
        return f"{name}({', '.join(show(part, spec) for part in self._shown())})"


FLOAT64 = np.dtype(np.float64)


cdef object compare(object x, object other, int op):
    other = plain(other) if not isinstance(other, Number) else other
    if other is NotImplemented:
        return NotImplemented
    if isinstance(other, Number):
        other = (<Number>other).value
    return OPERATORS[op]((<Number>x).value, other)


cdef dict OPERATORS = {Py_LT: np.less, Py_LE: np.less_equal, Py_GT: np.greater,
                       Py_GE: np.greater_equal, Py_EQ: np.equal, Py_NE: np.not_equal}


def show(part, spec=""):
    """A coefficient as it stands in a repr."""
    if isinstance(part, np.ndarray):
        formatter = {"all": lambda item: format(item, spec)} if spec else None
        return np.array2string(part, separator=", ", formatter=formatter)
    if spec:
        return format(part, spec)
    return repr(part.item() if isinstance(part, np.generic) else part)


cdef object stacked(object given, str name):
    """Coefficients given by the user as one array ``(rows, *shape)`` of a numeric dtype."""
    arrays = []
    for item in given:
        if isinstance(item, Number) or (
            isinstance(item, (list, tuple, np.ndarray)) and isinstance(repack(item), Number)
        ):
            raise TypeError(
                f"the coefficients of a {name} are plain numbers or arrays, not numbers of "
                "this library; for higher derivatives use HyperDual or Taylor, or nest "
                "transforms such as ta.derivative"
            )
        array = np.asarray(item)
        if array.dtype.kind not in "biufcO" or (
            array.dtype.kind == "O"
            and not all(hasattr(x, "__mul__") and not isinstance(x, (str, list, tuple)) for x in array.flat)
        ):
            raise TypeError(
                f"the coefficients of a {name} are numbers or arrays of numbers, "
                f"not {item!r:.60}"
            )
        arrays.append(array)
    try:
        shape = np.broadcast_shapes(*[array.shape for array in arrays])
    except ValueError:
        shapes = " and ".join(str(array.shape) for array in arrays)
        raise ValueError(f"the coefficients of a {name} do not broadcast: {shapes}") from None
    weak = [x for x in given if isinstance(x, (int, float))]
    strong = [a.dtype for a, x in zip(arrays, given) if not isinstance(x, (int, float))]
    dtype = np.result_type(*strong, *weak) if strong or weak else np.dtype(float)
    if dtype.kind in "biu":
        dtype = FLOAT64
    parts = np.empty((len(arrays), *shape), dtype)
    for k, array in enumerate(arrays):
        parts[k] = array
    return parts


def construct(cls, args, kwargs):
    """What calling a class of numbers does."""
    cdef Number x, y
    for known, constructor in CONSTRUCTORS.items():
        if issubclass(cls, known):
            x = constructor(*args, **(kwargs or {}))
            break
    else:
        raise TypeError(f"{cls.__name__} is made by transforms, not by hand")
    if cls is known:
        return x
    y = <Number>taylorad_blank(<PyTypeObject *>cls, x.algebra)  # a subclass made by the user
    if x.rows:
        fill_inline(y, parts_of(x))
    else:
        y.buffer = x.buffer
    return y


cdef dict CONSTRUCTORS = {}
taylorad_set_constructor(construct, Number)


cdef class Dual(Number):
    """A dual number: a value and a tangent, for first derivatives.

    Parameters
    ----------
    value : array_like
        The value. Integers become float64.
    tangent : array_like, default 0.0
        The derivative of the value in the chosen direction; broadcasts with it.

    Raises
    ------
    TypeError
        If a part is not numeric, or is itself a number of this library.
    ValueError
        If the parts do not broadcast.

    References
    ----------
    W. K. Clifford, Preliminary sketch of biquaternions, Proc. London Math. Soc. 4 (1873).

    Examples
    --------
    >>> import numpy as np
    >>> from taylorad import Dual
    >>> Dual(3.0, 1.0) ** 2
    Dual(9.0, 6.0)
    >>> np.multiply(Dual([1.0, 2.0], 1.0), 2)
    Dual([2., 4.], [2., 2.])
    """

    @property
    def tangent(self):
        """The derivative part."""
        return self.part(1)


cdef class HyperDual(Number):
    """A hyper-dual number, for exact second derivatives.

    Parameters
    ----------
    value : array_like
        The value.
    d1, d2 : array_like, default 0.0
        The first derivatives in two directions.
    d12 : array_like, default 0.0
        The mixed second derivative.

    References
    ----------
    J. A. Fike and J. J. Alonso, The development of hyper-dual numbers for exact
    second-derivative calculations, AIAA 2011-886.

    Examples
    --------
    >>> from taylorad import HyperDual
    >>> HyperDual(2.0, 1.0, 1.0) ** 3
    HyperDual(8.0, 12.0, 12.0, 12.0)
    """

    @property
    def d1(self):
        """The derivative in the first direction."""
        return self.part(1)

    @property
    def d2(self):
        """The derivative in the second direction."""
        return self.part(2)

    @property
    def d12(self):
        """The mixed second derivative."""
        return self.part(3)


cdef class Taylor(Number):
    """A truncated Taylor polynomial in one variable.

    Parameters
    ----------
    coefficients : array_like, shape (order + 1, *shape), or sequence of such rows
        c_0, c_1, ..., c_order: the k-th derivative is ``k! * c_k``.

    Examples
    --------
    >>> import numpy as np
    >>> from taylorad import Taylor
    >>> np.exp(Taylor.variable(0.0, 3))
    Taylor([1.0, 1.0, 0.5, 0.16666666666666666])
    """

    @staticmethod
    def variable(x, order, direction=1.0):
        """The variable itself about `x`: coefficients ``x, direction, 0, ...``.

        Parameters
        ----------
        x : array_like
            The expansion point or points.
        order : int
            The highest power kept, at least 0.
        direction : array_like, default 1.0
            The derivative of the argument along the series' own variable.
        """
        order = checked_order(order)
        if order == 0:
            return Taylor([np.broadcast_arrays(x, direction)[0]])
        parts = stacked([x, direction], "Taylor")
        out = np.zeros((order + 1, *parts.shape[1:]), parts.dtype)
        out[:2] = parts
        return make(taylor(order), out)

    def _shown(self):
        if self.ndim:
            return [self.coefficients]
        return [[x.item() if isinstance(x, np.generic) else x for x in self.coefficients]]

    def __format__(self, spec):
        if not spec:
            return str(self)
        inside = ", ".join(show(part, spec) for part in self.coefficients)
        return f"Taylor([{inside}])"

    @property
    def order(self):
        """The highest power kept."""
        return self.algebra.degree

    @property
    def coefficients(self):
        """c_0 ... c_order, shape ``(order + 1, *shape)``."""
        return parts_of(self)


cdef class Nested(Number):
    """A number over several factors: what a function sees inside nested transforms."""

    def __repr__(self):
        return f"Nested({show(self.value)}, over {self.algebra!r})"


def make_dual(value, tangent=0.0):
    return make(dual(), stacked([value, tangent], "Dual"))


def make_hyperdual(value, d1=0.0, d2=0.0, d12=0.0):
    return make(hyperdual(), stacked([value, d1, d2, d12], "HyperDual"))


def make_taylor(coefficients):
    if isinstance(coefficients, Number) or np.ndim(coefficients) == 0:
        raise TypeError(
            "Taylor takes the sequence of coefficients [c_0, c_1, ...]; for the variable "
            "itself write Taylor.variable(x, order)"
        )
    if len(coefficients) == 0:
        raise ValueError("Taylor takes at least one coefficient")
    if not isinstance(coefficients, np.ndarray):
        coefficients = list(coefficients)
    parts = stacked(coefficients, "Taylor")
    return make(taylor(len(parts) - 1), parts)


CONSTRUCTORS.update({Dual: make_dual, HyperDual: make_hyperdual, Taylor: make_taylor})
for _class in (Number, Dual, HyperDual, Taylor, Nested):
    taylorad_take_over(_class)
SCALAR_CLASSES.update(dual=Dual, hyperdual=HyperDual, taylor=Taylor, nested=Nested)


cpdef object checked_order(object order):
    """`order` as an int, at least 0; TypeError or ValueError otherwise."""
    if isinstance(order, (bool, np.bool_)) or not hasattr(order, "__index__"):
        raise TypeError(f"order must be an integer of at least 0, not {order!r}")
    if order < 0:
        raise ValueError(f"order must be at least 0, not {order}")
    return int(order)
