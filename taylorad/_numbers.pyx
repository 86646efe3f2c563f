"""The number types: storage, operators, the fast path of scalars.

Design. A `Number` is an algebra and its coefficients. A 0-d float64 number keeps them
inline, as C doubles, and its operators and functions never leave C; every other number
keeps an ndarray ``(rows, *shape)``. The classes `Dual`, `HyperDual`, `Taylor`, `MultiTaylor` and
`Nested` add names for the coefficients and nothing else; they are the scalars, which must not look
like sequences to NumPy, and each has a subclass for arrays (`taylorad._array`).

What a NumPy function does to a number is not known here: `install` receives the handlers.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from cpython.long cimport PyLong_AsDouble, PyLong_AsLongLongAndOverflow, PyLong_CheckExact
from cpython.object cimport (
    Py_EQ, Py_GE, Py_GT, Py_LE, Py_LT, Py_NE, Py_TYPE, PyObject, PyTypeObject,
)
from cpython.ref cimport Py_INCREF
from libc cimport math as libm
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memmove, memset

from taylorad._kernels cimport SUM as SUM_OF_PRODUCTS
from taylorad._kernels cimport (
    BLOCKS, Compiled, Products, Riccati, Table, a_zero, compiled, eliminate, is_large, is_shared,
    large, limit_to, limited, multiply_rows, over, product_points, product_tile, quotient_points,
    quotient_tile, riccati_points, riccati_tile, room_for, rotation_points, rotation_tile, seed,
    solved_riccati, solved_rotation, substitute, times,
)
from taylorad._memory cimport enter_reused, exit_reused

import math as _math
import operator
import sys
from copy import deepcopy
from fractions import Fraction
from functools import partial
from importlib import import_module
from types import SimpleNamespace

import numpy as np

cimport cython
cimport numpy as cnp

from taylorad import _decompositions, _kernels, recurrences
from taylorad._arrivals import awaited, discover
from taylorad._callers import advice, asked_by
from taylorad._foreign import refuse_foreign
from taylorad._matrices import IN_CACHE, invert
from taylorad._vector import binary, copied, values
from taylorad.algebra import INNERMOST, TAGS, Algebra, Factor, dual, hyperdual, taylor

cnp.import_array()

include "_numbers_allocation.pxi"

cdef dict SCALAR_CLASSES = {}    # kind of the only factor -> class of 0-d numbers
cdef dict ARRAY_CLASSES = {}     # the same -> class of array numbers
cdef dict METHODS = {}           # name -> function of the number: ndarray methods, ufuncs
cdef dict PROPERTIES = {}        # name -> function of the number, called on access
cdef dict unary_rules = {}       # ufunc -> rule
cdef object ufunc_handler = None
cdef object function_handler = None
cdef object objects_handler = None

# What the scalars are like that a constructor makes; those of Taylor by their order.
cdef Number DUAL = None, HYPERDUAL = None
cdef dict TAYLORS = {}

cdef enum:
    ADD, SUBTRACT, MULTIPLY, DIVIDE

cdef const char *SYMBOLS = b"+-*/"
cdef dict ARITHMETIC = {np.add: ADD, np.subtract: SUBTRACT, np.multiply: MULTIPLY,
                        np.divide: DIVIDE}
cdef object np_add = np.add, np_subtract = np.subtract, np_multiply = np.multiply
cdef object np_divide = np.divide, np_negative = np.negative
cdef object np_square = np.square, np_absolute = np.absolute, np_power = np.power
cdef object np_fabs = np.fabs, np_compress = np.compress, np_searchsorted = np.searchsorted
cdef object np_matmul = np.matmul, np_sqrt = np.sqrt, np_reciprocal = np.reciprocal
cdef object np_divmod = np.divmod, np_float_power = np.float_power
UFUNCS = (np.add, np.subtract, np.multiply, np.divide)


def install(
    ufunc_rules, on_ufunc, on_function, as_objects, methods, properties, array_classes
):
    """Connect the numbers to the dispatch, the ndarray methods and the array classes."""
    global unary_rules, ufunc_handler, function_handler, objects_handler, DUAL, HYPERDUAL
    unary_rules = ufunc_rules
    ufunc_handler = on_ufunc
    function_handler = on_function
    objects_handler = as_objects
    METHODS.update(methods)
    PROPERTIES.update(properties)
    ARRAY_CLASSES.update(array_classes)
    for name, function in methods.items():
        taylorad_set_attribute(Number, name, function)
    for name, function in properties.items():
        taylorad_set_attribute(Number, name, property(function))
    for kind in array_classes.values():
        taylorad_find_like(kind, Number)
    DUAL, HYPERDUAL = zeros(dual(), ()), zeros(hyperdual(), ())


cdef int connect() except -1:
    """Have `install` and the like called: what a number can do is imported with the first one."""
    import_module("taylorad.rules")
    return 0


cdef tuple VARIABLE = ()         # the type of Variables, once there are any
cdef object variable_level = None
cdef object settled = None
cdef dict CALCULUS = {}          # the methods of Taylor


def install_variables(kind, level, settle):
    """Make the type of reverse mode known: its Variables may be coefficients."""
    global VARIABLE, variable_level, settled
    VARIABLE = (kind,)
    variable_level = level
    settled = settle


def level_of(x):
    """The level of an operand: of a number that of its last factor, of plain things -1."""
    if isinstance(x, Number):
        factors = (<Number>x).algebra.factors
        level = factors[len(factors) - 1].tag
        if (<Number>x).rows == 0 and isinstance((<Number>x).buffer, VARIABLE):
            # made by hand or read off within the level of its coefficients: it comes after it
            return max(level, (<Number>x).buffer.level + 0.25)
        return level
    return x.level if isinstance(x, VARIABLE) else -1


def install_calculus(functions):
    """Connect the methods of `Taylor` to `taylorad.calculus`."""
    CALCULUS.update(functions)

include "_numbers_scalars.pxi"
include "_numbers_elementary.pxi"
include "_numbers_few.pxi"
include "_numbers_many.pxi"
include "_numbers_making.pxi"
include "_numbers_layout.pxi"
include "_numbers_views.pxi"
include "_numbers_labels.pxi"
include "_numbers_items.pxi"
include "_numbers_matched.pxi"
include "_numbers_pairs.pxi"
include "_numbers_first.pxi"
include "_numbers_sums.pxi"
include "_numbers_norms.pxi"
include "_numbers_orders.pxi"
include "_numbers_products.pxi"
include "_numbers_plans.pxi"
include "_numbers_contractions.pxi"
include "_numbers_matrices.pxi"
include "_numbers_factors.pxi"
include "_numbers_moves.pxi"
include "_numbers_rows.pxi"
include "_numbers_single.pxi"
include "_numbers_quick.pxi"
include "_numbers_further.pxi"
include "_numbers_arithmetic.pxi"
include "_numbers_ufuncs.pxi"
include "_numbers_points.pxi"
include "_numbers_pool.pxi"
include "_numbers_apart.pxi"
include "_numbers_grids.pxi"
include "_numbers_levels.pxi"


cdef object refuse(object x, str what):
    cdef str name = type(x).__name__.removesuffix("Array")
    function = asked_by(sys._getframe())
    if function is not None:
        return TypeError(advice(function, name))
    return TypeError(
        f"{what} of a {name} would drop its derivatives; write {what}(ta.value(x)) for the "
        "plain value, use taylorad.math instead of math, taylorad.scipy instead of scipy, and "
        "np.zeros(n, like=x) or np.zeros_like(x) instead of np.zeros(n) for an array to assign into"
    )


cdef class Operand:
    """What carries derivatives, in forward mode a `Number`, in reverse mode a `Variable`.

    What both do alike: operators that are NumPy functions, comparison by the value, the
    methods of ndarray, and the refusal to become a plain number.
    """

    __hash__ = None

    def __getattr__(self, name):
        if ufunc_handler is None:
            connect()
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
        if ufunc_handler is None:
            connect()
        return sorted({*object.__dir__(self), *METHODS, *PROPERTIES})

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

    def __richcmp__(self, other, int op):
        return compare(self, other, op)

    def __float__(self):
        raise refuse(self, "float")

    def __int__(self):
        raise refuse(self, "int")

    def __complex__(self):
        raise refuse(self, "complex")

    def __index__(self):
        raise refuse(self, "int")

    def __array__(self, dtype=None, copy=None):
        if ufunc_handler is None:
            connect()
        return objects_handler(self, sys._getframe())

    def __round__(self, ndigits=None):
        return np.round(self, ndigits or 0)


@cython.no_gc
@cython.c_api_binop_methods(True)
cdef class Number(Operand):
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
    def rows_inline(self):
        """How many coefficients are kept in the object itself; 0 if there is a buffer."""
        return self.rows

    @property
    def value(self):
        """The plain value, without derivatives."""
        return part(self, 0)

    @property
    def shape(self):
        """The shape of the value."""
        cdef cnp.ndarray parts
        cdef int k
        if self.rows:
            return ()
        if not cnp.PyArray_CheckExact(self.buffer):
            return self.buffer.shape[1:]
        parts = <cnp.ndarray>self.buffer
        return tuple([cnp.PyArray_DIM(parts, k) for k in range(1, cnp.PyArray_NDIM(parts))])

    @property
    def ndim(self):
        """The number of dimensions of the value."""
        if self.rows:
            return 0
        if cnp.PyArray_CheckExact(self.buffer):
            return cnp.PyArray_NDIM(<cnp.ndarray>self.buffer) - 1
        return self.buffer.ndim - 1

    @property
    def size(self):
        """The number of points."""
        if self.rows:
            return 1
        if cnp.PyArray_CheckExact(self.buffer):
            return points_in(<cnp.ndarray>self.buffer)
        return _math.prod(self.buffer.shape[1:])

    @property
    def dtype(self):
        """The dtype of the coefficients."""
        return FLOAT64 if self.rows or cnp.PyArray_CheckExact(self.buffer) and (
            is_double(self.buffer)) else self.buffer.dtype

    def part(self, k):
        """One row of the coefficients: a view for arrays, a scalar otherwise."""
        return part(self, k)

    def adopt(self, algebra, parts):
        """Become the array number over `algebra` with these coefficients, in place.

        What in-place operators and assignment use when the result needs a larger algebra.
        """
        scalar, array = classes(algebra)
        taylorad_reclass(self, array)
        self.algebra, self.table = algebra, NULL
        self.buffer = parts

    # -- protocols --

    def __array_function__(self, function, types, args, kwargs):
        return function_call(self, function, types, <tuple?>args, <dict?>kwargs)

    def __reduce__(self):
        if type(self) in classes(self.algebra):
            return make, (self.algebra, parts_of(self))
        own = getattr(self, "__dict__", None)
        cls = type(self).__dict__.get("_derived", type(self))
        return as_class, (cls, make(self.algebra, parts_of(self))), own or None

    def __setstate__(self, own):
        for name, attribute in own.items():
            setattr(self, name, attribute)

    def __copy__(self):
        return self.__deepcopy__(None)

    def __deepcopy__(self, memo):
        if is_plain(self) and is_real(self.buffer) and cnp.PyArray_IS_C_CONTIGUOUS(
            <cnp.ndarray>self.buffer
        ) and type(self) is classes(self.algebra)[1]:
            return duplicate(self)
        number = make(self.algebra, parts_of(self).copy())
        if type(self) not in classes(self.algebra):
            number = as_class(type(self), number)
            own = getattr(self, "__dict__", {})
            number.__setstate__(own if memo is None else deepcopy(own, memo))
        return number

    # -- arithmetic --

    # Each is called with the number on either side.

    def __add__(a, b):
        found = taylorad_pairs(b"+", a, b)
        return operation(ADD, a, b) if found is None else found

    def __sub__(a, b):
        found = taylorad_pairs(b"-", a, b)
        return operation(SUBTRACT, a, b) if found is None else found

    def __mul__(a, b):
        found = taylorad_pairs(b"*", a, b)
        return operation(MULTIPLY, a, b) if found is None else found

    def __truediv__(a, b):
        found = taylorad_pairs(b"/", a, b)
        return operation(DIVIDE, a, b) if found is None else found

    def __pow__(a, b, modulus):
        if modulus is not None:
            raise TypeError("pow() with a modulus is for integers only")
        return power(a, b)

    def __neg__(self):
        cdef Number y
        cdef int k
        if self.rows == 2:
            return taylorad_pair(self, -self.small[0], -self.small[1])
        if self.rows:
            y = scalar_like(self)
            for k in range(self.rows):
                y.c[k] = -self.c[k]
            return y
        found = negated_few(self)
        if found is not None:
            return found
        return make(self.algebra, values(np_negative, self.buffer, len(self.buffer)))

    def __pos__(self):
        return laid_out(make(self.algebra, parts_of(self).copy()), (self,))

    def __abs__(self):
        cdef Number y
        cdef int k
        if self.rows and self.c[0] > 0.0:
            return self
        if self.rows and self.c[0] < 0.0:
            return self.__neg__()
        if self.rows == 0:
            found = absolute_few(self)
            if found is not None:
                return found
        return np.absolute(self)

    def __matmul__(a, b):
        found = matrix_few(a, b, False)
        return np_matmul(a, b) if found is None else found

    # -- the commonest methods of ndarray; the others are found by name, see `install` --

    @property
    def T(self):
        if not is_plain(self):
            return PROPERTIES["T"](self)
        mix()
        return turned(self)

    @property
    def real(self):
        return array_like(self, self.buffer) if is_plain(self) and is_real(self.buffer) else (
            PROPERTIES["real"](self))

    @property
    def imag(self):
        found = imaginary(self)
        if found is None:
            return PROPERTIES["imag"](self)
        cnp.PyArray_CLEARFLAGS(<cnp.ndarray>(<Number>found).buffer, cnp.NPY_ARRAY_WRITEABLE)
        return found

    @property
    def strides(self):
        cdef int k
        if not is_plain(self):
            return PROPERTIES["strides"](self)
        return tuple([cnp.PyArray_STRIDE(<cnp.ndarray>self.buffer, k) for k in range(
            1, cnp.PyArray_NDIM(<cnp.ndarray>self.buffer))])

    @property
    def flags(self):
        return row_of(self.buffer, 0).flags if is_plain(self) else PROPERTIES["flags"](self)

    @property
    def itemsize(self):
        return cnp.PyArray_ITEMSIZE(<cnp.ndarray>self.buffer) if is_plain(self) else (
            PROPERTIES["itemsize"](self))

    @property
    def nbytes(self):
        return cnp.PyArray_NBYTES(<cnp.ndarray>self.buffer) if is_plain(self) else (
            PROPERTIES["nbytes"](self))

    def all(self, *args, **kwargs):
        return method("all", self, args, kwargs)

    def any(self, *args, **kwargs):
        return method("any", self, args, kwargs)

    def argmax(self, *args, **kwargs):
        return method("argmax", self, args, kwargs)

    def searchsorted(self, v, side="left", sorter=None):
        if is_plain(self) and (PyFloat_CheckExact(v) or cnp.PyArray_CheckExact(v) and is_option(v)) and (
            type(side) is str and is_option(sorter)
        ):
            mix()
            return row_of(self.buffer, 0).searchsorted(v, side, sorter)
        found = answered(np_searchsorted, (self, v, side, sorter), {})
        return METHODS["searchsorted"](self, v, side, sorter) if found is None else found

    def argpartition(self, *args, **kwargs):
        return method("argpartition", self, args, kwargs)

    def put(self, indices, values, mode="raise"):
        if not (mode == "raise" and is_plain(self) and stores(np_put, self, (self, indices, values))):
            METHODS["put"](self, indices, values, mode)

    def nonzero(self, *args, **kwargs):
        return method("nonzero", self, args, kwargs)

    def argmin(self, *args, **kwargs):
        return method("argmin", self, args, kwargs)

    def argsort(self, *args, **kwargs):
        return method("argsort", self, args, kwargs)

    def clip(self, *args, **kwargs):
        return method("clip", self, args, kwargs)

    def copy(self, *args, **kwargs):
        return method("copy", self, args, kwargs)

    def cumprod(self, *args, **kwargs):
        return method("cumprod", self, args, kwargs)

    def cumsum(self, *args, **kwargs):
        return method("cumsum", self, args, kwargs)

    def diagonal(self, offset=0, axis1=0, axis2=1):
        if offset is ZERO and axis1 is ZERO and axis2 is ONE and is_plain(self):
            found = diagonal_of(self)
            if found is not None:
                return found
        return method("diagonal", self, (offset, axis1, axis2), {})

    def dot(self, *args, **kwargs):
        return method("dot", self, args, kwargs)

    @property
    def mT(self):
        found = swapped(self, LAST_TWO) if is_plain(self) and self.ndim > 1 else None
        if found is None:
            return np.matrix_transpose(self)
        mix()
        return found

    def compress(self, condition, axis=None, out=None):
        found = None
        if axis is None and out is None:
            if is_plain(self) and self.ndim == 1 and cnp.PyArray_CheckExact(condition) and (
                cnp.PyArray_ISBOOL(<cnp.ndarray>condition)
            ):
                found = gathered(self, condition)
            if found is None:
                found = moved_by_labels(np_compress, 1, (condition, self), {})
        return METHODS["compress"](self, condition, axis, out) if found is None else found

    def conj(self, *args, **kwargs):
        if not args and not kwargs and is_plain(self) and is_real(self.buffer):
            return self  # as of a real ndarray
        return METHODS["conj"](self, *args, **kwargs)

    conjugate = conj

    def item(self, *args, **kwargs):
        return method("item", self, args, kwargs)

    def tolist(self):
        return method("tolist", self, (), {})

    def astype(self, *args, **kwargs):
        return method("astype", self, args, kwargs)

    def flatten(self, *args, **kwargs):
        return method("flatten", self, args, kwargs)

    def max(self, *args, **kwargs):
        return method("max", self, args, kwargs)

    def mean(self, *args, **kwargs):
        return method("mean", self, args, kwargs)

    def min(self, *args, **kwargs):
        return method("min", self, args, kwargs)

    def prod(self, *args, **kwargs):
        return method("prod", self, args, kwargs)

    def ravel(self, order="C"):
        if order is C_ORDER and is_plain(self):
            found = flattened(self)
            if found is not None:
                mix()
                return found
        return method("ravel", self, () if order is C_ORDER else (order,), {})

    def repeat(self, *args, **kwargs):
        return method("repeat", self, args, kwargs)

    def reshape(self, *args, **kwargs):
        return method("reshape", self, args, kwargs)

    def round(self, *args, **kwargs):
        return method("round", self, args, kwargs)

    def squeeze(self, axis=None):
        if axis is None and is_plain(self):
            mix()
            return squeezed(self)
        return method("squeeze", self, () if axis is None else (axis,), {})

    def std(self, *args, **kwargs):
        return method("std", self, args, kwargs)

    def sum(self, *args, **kwargs):
        return method("sum", self, args, kwargs)

    def swapaxes(self, *args, **kwargs):
        return method("swapaxes", self, args, kwargs)

    def take(self, *args, **kwargs):
        return method("take", self, args, kwargs)

    def trace(self, *args, **kwargs):
        return method("trace", self, args, kwargs)

    def transpose(self, *axes):
        if is_plain(self):
            found = transposed(self, axes)
            if found is not None:
                mix()
                return found
        return method("transpose", self, axes, {})

    def var(self, *args, **kwargs):
        return method("var", self, args, kwargs)

    # -- comparison and conversion: on the value --

    def __richcmp__(self, other, int op):
        cdef double x, y
        if self.rows:
            x = self.c[0]
            if as_float(other, &y):
                if taylorad_is_float64(other):  # NumPy answers with truth values of its own
                    return compare(self, other, op)
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


include "_numbers_types.pxi"
include "_numbers_multi.pxi"
