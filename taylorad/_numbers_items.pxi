# Part of _numbers.pyx: items of arrays, and what tells transforms that points met.

cdef extern from *:
    """
    #if defined(_MSC_VER)
    static __declspec(thread) long taylorad_mixed = 0;
    #else
    static __thread long taylorad_mixed = 0;
    #endif
    """
    long taylorad_mixed

cdef extern from "numpy/arrayobject.h":
    cnp.ndarray PyArray_NewFromDescr(
        PyTypeObject *, cnp.dtype, int, cnp.npy_intp *, cnp.npy_intp *, void *, int, PyObject *)


cdef inline int mix() noexcept:
    global taylorad_mixed
    taylorad_mixed += 1
    return 0


def mixes():
    """Note that an operation may have combined different points of an array."""
    mix()


def mixing_count():
    """How often `mixes` was called in this thread: transforms compare it before and after."""
    return taylorad_mixed


cdef bint is_basic(object index) noexcept:
    """Whether an index, or all of them in a tuple, are integers and slices."""
    if type(index) is tuple:
        for item in <tuple>index:
            if not (PyLong_CheckExact(item) or type(item) is slice):
                return False
        return True
    return PyLong_CheckExact(index) or type(index) is slice


cdef char *place(cnp.ndarray buffer, object index) noexcept:
    """Where the value of one point is, of an array with one axis; NULL for all else."""
    cdef Py_ssize_t i
    if not (PyLong_CheckExact(index) and cnp.PyArray_NDIM(buffer) == 2 and is_double(buffer)):
        return NULL
    try:
        i = index
    except OverflowError:
        return NULL
    if i < 0:
        i += cnp.PyArray_DIM(buffer, 1)
    if not 0 <= i < cnp.PyArray_DIM(buffer, 1) or not cnp.PyArray_ISBEHAVED_RO(buffer):
        return NULL
    return <char *>cnp.PyArray_DATA(buffer) + i * cnp.PyArray_STRIDE(buffer, 1)


def basic_item(Number x, index):
    """x[index] for integers and slices and an array of coefficients; None for all else."""
    cdef Number y
    cdef char *data
    cdef int k
    buffer = x.buffer
    if not (cnp.PyArray_CheckExact(buffer) and is_basic(index)):
        return None
    mix()
    data = place(buffer, index)
    if data != NULL:
        scalar, _ = classes(x.algebra)
        y = <Number>taylorad_blank(<PyTypeObject *>scalar, <PyObject *>x.algebra)
        y.table = &compiled(x.algebra).table
        allocate(y, <int>cnp.PyArray_DIM(buffer, 0))
        for k in range(y.rows):
            y.c[k] = (<double *>(data + k * cnp.PyArray_STRIDE(buffer, 0)))[0]
        return y
    inside = (ALL, *<tuple>index) if type(index) is tuple else (ALL, index)
    return make(x.algebra, buffer[inside])


def set_point(Number x, index, item):
    """Whether x[index] = item was done, for one point of an array and a scalar of its kind."""
    cdef char *data
    cdef double first
    cdef Number y = None
    cdef int k
    cdef Py_ssize_t step
    if not cnp.PyArray_CheckExact(x.buffer):
        return False
    if isinstance(item, Number):
        y = <Number>item
        if y.rows == 0 or y.algebra is not x.algebra:
            return False
    elif not as_float(item, &first):
        return False
    data = place(x.buffer, index)
    if data == NULL or not cnp.PyArray_ISWRITEABLE(x.buffer):
        return False
    mix()
    step = cnp.PyArray_STRIDE(x.buffer, 0)
    for k in range(<int>cnp.PyArray_DIM(x.buffer, 0)):
        if y is not None:
            first = y.c[k]
        (<double *>(data + k * step))[0] = first
        first = 0.0
    return True


cdef object ALL = slice(None)


def view_of_rows(cnp.ndarray parts, given):
    """The view of every row that an array is of row 0; None unless its memory is that of `parts`."""
    cdef cnp.npy_intp dims[65]
    cdef cnp.npy_intp strides[65]
    cdef cnp.ndarray found, view
    cdef int n, k
    cdef cnp.dtype descr
    base = given.base
    if base is None or not (base is parts or base is (<object>parts).base):
        return None
    view = given
    n = cnp.PyArray_NDIM(view)
    dims[0], strides[0] = cnp.PyArray_DIM(parts, 0), cnp.PyArray_STRIDE(parts, 0)
    for k in range(n):
        dims[k + 1], strides[k + 1] = cnp.PyArray_DIM(view, k), cnp.PyArray_STRIDE(view, k)
    descr = (<object>view).dtype
    Py_INCREF(descr)
    found = PyArray_NewFromDescr(
        <PyTypeObject *>cnp.ndarray, descr, n + 1, dims, strides, cnp.PyArray_DATA(view),
        cnp.NPY_ARRAY_WRITEABLE if cnp.PyArray_ISWRITEABLE(view) else 0, NULL
    )
    cnp.set_array_base(found, parts)
    return found
