# Part of _tape.pyx: arrays of doubles, as the walk back treats them.
#
# A "flat" array is one of doubles that lie in memory in order, so that a loop can run through
# it. As NumPy's, the loops warn of overflow and of invalid operations, or raise, as the user
# has told `numpy.errstate`.

cdef extern from "_tape_loops.h":
    int FLAWS, FE_OVERFLOW
    int feclearexcept(int)
    int fetestexcept(int)
    void add_to(double *x, double r, const double *y, double s, Py_ssize_t n)
    void add_both(double *z, const double *x, double r, const double *y, double s, Py_ssize_t n)
    void scale(double *x, double s, Py_ssize_t n)
    void scale_to(double *z, const double *x, double s, Py_ssize_t n)
    void times_to(double *x, const double *y, Py_ssize_t n)
    void times_both(double *z, const double *x, const double *y, Py_ssize_t n)
    int all_finite_doubles "all_finite"(const double *x, Py_ssize_t n)

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


cdef int check_flaws() except -1:
    """Let NumPy tell of what went wrong in a loop since the flags were cleared."""
    cdef int found = fetestexcept(FLAWS)
    if found & FE_OVERFLOW:
        np.multiply(LARGEST, LARGEST)
    if found & FLAWS & ~FE_OVERFLOW:
        np.multiply(INFINITE, 0.0)
    return 0


cdef int accumulate(object x, double r, object y, double s) except -1:
    """x = r x + s y, of two arrays"""
    feclearexcept(FLAWS)
    add_to(doubles(x), r, doubles(y), s, cnp.PyArray_SIZE(x))
    return check_flaws()


cdef object added(object x, double r, object y, double s):
    """r x + s y"""
    z = empty_like(x)
    feclearexcept(FLAWS)
    add_both(doubles(z), doubles(x), r, doubles(y), s, cnp.PyArray_SIZE(x))
    check_flaws()
    return z


cdef int multiply(object x, object y) except -1:
    """x = x y"""
    feclearexcept(FLAWS)
    times_to(doubles(x), doubles(y), cnp.PyArray_SIZE(x))
    return check_flaws()


cdef object multiplied(object x, object y):
    """x y"""
    z = empty_like(x)
    feclearexcept(FLAWS)
    times_both(doubles(z), doubles(x), doubles(y), cnp.PyArray_SIZE(x))
    check_flaws()
    return z


cdef object scaled(object g, double factor, bint own):
    """g factor, in the memory of g if that is our own."""
    if not is_flat(g):
        return g * factor
    z = g if own else empty_like(g)
    feclearexcept(FLAWS)
    if own:
        scale(doubles(g), factor, cnp.PyArray_SIZE(g))
    else:
        scale_to(doubles(z), doubles(g), factor, cnp.PyArray_SIZE(g))
    check_flaws()
    return z


cdef int copy_scaled(object x, object y, double s) except -1:
    """x = s y"""
    feclearexcept(FLAWS)
    scale_to(doubles(x), doubles(y), s, cnp.PyArray_SIZE(x))
    return check_flaws()


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
