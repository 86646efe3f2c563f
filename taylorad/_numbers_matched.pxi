# Part of _numbers.pyx: a few points that do not follow each other in memory, or are at fewer
# axes than those of another operand, brought to where the loops over few points can walk them.

cdef cnp.ndarray stretched(cnp.ndarray given, bint rows, int ndim, const cnp.npy_intp *dims):
    """An array of doubles, repeated along axes; its own first one may be that of the rows."""
    cdef cnp.npy_intp shape[MOST_AXES]
    cdef cnp.npy_intp strides[MOST_AXES]
    cdef int k, missing = ndim + rows - cnp.PyArray_NDIM(given), at
    cdef cnp.ndarray result
    if rows:
        shape[0], strides[0] = cnp.PyArray_DIM(given, 0), cnp.PyArray_STRIDE(given, 0)
    for k in range(ndim):
        at = k + rows
        shape[at], strides[at] = dims[k], 0
        if k >= missing and cnp.PyArray_DIM(given, at - missing) > 1:
            strides[at] = cnp.PyArray_STRIDE(given, at - missing)
    result = cnp.PyArray_EMPTY(ndim + rows, shape, cnp.NPY_DOUBLE, 0)
    gather(doubles(result), <const char *>cnp.PyArray_DATA(given), ndim + rows, shape, strides)
    return result


cdef double *gather(double *to, const char *given, int ndim, const cnp.npy_intp *dims,
                    const cnp.npy_intp *strides) noexcept:
    """Copy what is anywhere in memory to entries that follow each other."""
    cdef cnp.npy_intp k
    if ndim == 0:
        to[0] = (<const double *>given)[0]
        return to + 1
    for k in range(dims[0]):
        to = gather(to, given + k * strides[0], ndim - 1, dims + 1, strides + 1)
    return to


cdef inline bint is_slice(object parts) noexcept:
    """Whether coefficients are at a few points of one axis with gaps between."""
    return cnp.PyArray_CheckExact(parts) and cnp.PyArray_NDIM(<cnp.ndarray>parts) == 2 and (
        not cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>parts)
        and cnp.PyArray_DIM(<cnp.ndarray>parts, 1) <= FEW_POINTS
        and cnp.PyArray_STRIDE(<cnp.ndarray>parts, 1) > 0  # or NumPy would sum the other way
        and is_double(parts) and cnp.PyArray_ISALIGNED(<cnp.ndarray>parts)
    )


cdef inline Number compact(Number x):
    """A slice of a few points as an array of its own, and all else as it is."""
    if x.rows or not is_slice(x.buffer):
        return x
    return array_like(x, stretched(x.buffer, True, 1, cnp.PyArray_DIMS(x.buffer) + 1))


cdef bint is_walkable(object parts) noexcept:
    return cnp.PyArray_CheckExact(parts) and is_double(parts) and (
        cnp.PyArray_ISALIGNED(<cnp.ndarray>parts))


cdef bint rows_in_order(cnp.ndarray parts, bint moving) noexcept:
    """Whether the points of each row follow each other in memory."""
    cdef Py_ssize_t stride = sizeof(double)
    cdef int k
    for k in range(cnp.PyArray_NDIM(parts) - 1, moving - 1, -1):
        if cnp.PyArray_DIM(parts, k) != 1 and cnp.PyArray_STRIDE(parts, k) != stride:
            return False
        stride *= cnp.PyArray_DIM(parts, k)
    return True


cdef tuple matched(object a, object b, Py_ssize_t most):
    """Two operands at the same points, at `most` so many, where they broadcast to them or have gaps in memory.

    None where they are as they should be, and for all that is out of the ordinary.
    """
    cdef bint moving = isinstance(a, Number), other_moving = isinstance(b, Number)
    cdef cnp.npy_intp dims[MOST_AXES]
    cdef cnp.ndarray u, v
    cdef Py_ssize_t total = 1
    cdef int m, n, ndim, k, i, j
    cdef bint change_a, change_b
    if not (moving or cnp.PyArray_CheckExact(a)) or not (other_moving or cnp.PyArray_CheckExact(b)):
        if moving and is_slice((<Number>a).buffer) and PyFloat_CheckExact(b):
            return compact(<Number>a), b
        if other_moving and is_slice((<Number>b).buffer) and PyFloat_CheckExact(a):
            return a, compact(<Number>b)
        return None
    if moving and other_moving and ((<Number>a).algebra is not (<Number>b).algebra or (
        points_of((<Number>a).buffer) and points_of((<Number>b).buffer)
        and cnp.PyArray_SAMESHAPE((<Number>a).buffer, (<Number>b).buffer)
    )):
        return None
    first = parts_of(<Number>a) if moving else a
    second = parts_of(<Number>b) if other_moving else b
    if not (is_walkable(first) and is_walkable(second)):
        return None
    u, v = <cnp.ndarray>first, <cnp.ndarray>second
    m, n = cnp.PyArray_NDIM(u) - moving, cnp.PyArray_NDIM(v) - other_moving
    ndim = max(m, n)
    if ndim == 0 or ndim >= MOST_AXES - 1:
        return None
    change_a, change_b = m != ndim, n != ndim
    for k in range(ndim):
        i = j = 1
        if k >= ndim - m:
            i = cnp.PyArray_DIM(u, k - (ndim - m) + moving)
        if k >= ndim - n:
            j = cnp.PyArray_DIM(v, k - (ndim - n) + other_moving)
        if i != j and i != 1 and j != 1:
            return None
        dims[k] = i if j == 1 else j
        change_a, change_b = change_a or i != dims[k], change_b or j != dims[k]
        total *= dims[k]
    if not 0 < total <= most:
        return None
    if ndim > 1 and not (rows_in_order(u, moving) and rows_in_order(v, other_moving)):
        return None  # the result is to lie in memory as NumPy's
    change_a = change_a or not cnp.PyArray_IS_C_CONTIGUOUS(u)
    change_b = change_b or not cnp.PyArray_IS_C_CONTIGUOUS(v)
    if not (change_a or change_b):
        return None
    if change_a:
        u = stretched(u, moving, ndim, dims)
        a = make((<Number>a).algebra, u) if moving else u
    if change_b:
        v = stretched(v, other_moving, ndim, dims)
        b = make((<Number>b).algebra, v) if other_moving else v
    return a, b
