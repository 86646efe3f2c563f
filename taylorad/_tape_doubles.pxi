# Part of _tape.pyx: arrays of doubles, as the walk back treats them.
#
# A "flat" array is one of doubles that lie in memory in order, so that a loop can run through
# it. As NumPy's, the loops warn of overflow and of invalid operations, or raise, as the user
# has told `numpy.errstate`.

cdef extern from "_tape_loops.h" nogil:
    enum:
        ADD_TO
        ADD_BOTH
        SCALE
        SCALE_TO
        TIMES_TO
        TIMES_BOTH
        FINITE
    ctypedef struct Pass:
        int kind
        double *z
        const double *x
        const double *y
        double r
        double s
        int overflow
        int invalid
    void pass_piece(void *, ptrdiff_t, ptrdiff_t, int) noexcept
    bint finite_loop "all_finite"(const double *, ptrdiff_t)

cdef extern from "numpy/arrayobject.h":
    object PyArray_NewLikeArray(cnp.ndarray, cnp.NPY_ORDER, void *, int)

cdef object LARGEST = np.array([np.finfo(float).max]), INFINITE = np.array([np.inf])


cdef inline bint is_float(object g):
    return PyFloat_Check(g)


cdef inline bint is_double(object g):
    return cnp.PyArray_CheckExact(g) and cnp.PyArray_TYPE(<cnp.ndarray>g) == cnp.NPY_DOUBLE


cdef inline bint is_flat(object g):
    return is_double(g) and cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>g)


cdef inline bint is_writable(object g):
    """Whether this is an array of doubles with memory of its own."""
    return (is_double(g) and cnp.PyArray_CHKFLAGS(<cnp.ndarray>g, cnp.NPY_ARRAY_OWNDATA)
            and cnp.PyArray_ISWRITEABLE(<cnp.ndarray>g))


cdef inline bint has_shape(object array, tuple shape):
    cdef int i
    if cnp.PyArray_NDIM(array) != len(shape):
        return False
    for i in range(len(shape)):
        if cnp.PyArray_DIM(array, i) != <Py_ssize_t>shape[i]:
            return False
    return True


cdef inline double *doubles(object array):
    return <double *>cnp.PyArray_DATA(<cnp.ndarray>array)


cdef inline object empty_like(object array):
    return PyArray_NewLikeArray(<cnp.ndarray>array, cnp.NPY_CORDER, NULL, 0)


cdef int run(Pass *call, Py_ssize_t n) except -1:
    """A pass over so many doubles; NumPy tells of what went wrong."""
    call.overflow = call.invalid = 0
    if n < 2 * WORTH_A_THREAD:
        pass_piece(call, 0, n, 0)
    else:
        with nogil:
            shared(pass_piece, call, n, WORTH_A_THREAD)
    if call.kind == FINITE:
        return 0
    if call.overflow:
        np.multiply(LARGEST, LARGEST)
    if call.invalid:
        np.multiply(INFINITE, 0.0)
    return 0


cdef int passed(int kind, object z, object x, double r, object y, double s) except -1:
    """The pass of this kind over arrays; those it does not need may be None."""
    cdef Pass call
    call.kind, call.z, call.r, call.s = kind, doubles(z), r, s
    call.x = NULL if x is None else doubles(x)
    call.y = NULL if y is None else doubles(y)
    return run(&call, cnp.PyArray_SIZE(z))


cdef bint all_finite_doubles(const double *x, Py_ssize_t n) except -1:
    """Whether nothing is infinite or nan."""
    cdef Pass call
    if n < 2 * WORTH_A_THREAD:
        return finite_loop(x, n)
    call.kind, call.z, call.x, call.y = FINITE, <double *>x, NULL, NULL
    run(&call, n)
    return not call.invalid


cdef int accumulate(object x, double r, object y, double s) except -1:
    """x = r x + s y, of two arrays"""
    return passed(ADD_TO, x, None, r, y, s)


cdef object added(object x, double r, object y, double s):
    """r x + s y"""
    z = empty_like(x)
    passed(ADD_BOTH, z, x, r, y, s)
    return z


cdef int multiply(object x, object y) except -1:
    """x = x y"""
    return passed(TIMES_TO, x, None, 1.0, y, 1.0)


cdef object multiplied(object x, object y):
    """x y"""
    z = empty_like(x)
    passed(TIMES_BOTH, z, x, 1.0, y, 1.0)
    return z


cdef object scaled(object g, double factor, bint own):
    """g factor, in the memory of g if that is our own."""
    if not is_flat(g):
        return g * factor
    z = g if own else empty_like(g)
    passed(SCALE if own else SCALE_TO, z, None if own else g, 1.0, None, factor)
    return z


cdef int copy_scaled(object x, object y, double s) except -1:
    """x = s y"""
    return passed(SCALE_TO, x, y, 1.0, None, s)


cdef object empty_but(tuple shape, object index):
    """An array of zeros except at an index, where it is not filled; None if that is not simple."""
    cdef Py_ssize_t start, stop, step, row, length
    if type(index) is not slice or not len(shape):
        return None
    PySlice_Unpack(index, &start, &stop, &step)
    length = PySlice_AdjustIndices(shape[0], &start, &stop, step)
    if step != 1 or not length:
        return None
    array = np.empty(shape)
    row = cnp.PyArray_SIZE(array) // <Py_ssize_t>shape[0]
    memset(doubles(array), 0, start * row * sizeof(double))
    stop = start + length
    memset(doubles(array) + stop * row, 0, (<Py_ssize_t>shape[0] - stop) * row * sizeof(double))
    return array


cdef bint add_item(object array, object index, double g):
    """Add to one item of a vector, in place; whether it was that simple."""
    cdef Py_ssize_t i
    if not PyLong_CheckExact(index) or cnp.PyArray_NDIM(array) != 1 or not is_flat(array):
        return False
    i = <Py_ssize_t>index
    doubles(array)[i if i >= 0 else i + cnp.PyArray_DIM(array, 0)] += g
    return True
