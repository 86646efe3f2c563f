# Part of _numbers.pyx: reductions of a few points, over all of them or along an axis.

# The points as (outer, length, inner), of which the middle is reduced.
cdef struct Reduced:
    Py_ssize_t rows, n, outer, length, inner
    int axis        # of the coefficients; 0 for all points
    bint keepdims
    Py_ssize_t ddof

cdef object add_reduce = np.add.reduce
cdef frozenset AXIS_OPTIONS = frozenset({"axis", "keepdims", "ddof"})


cdef bint reduced(Number x, tuple rest, dict kwargs, bint spread, Reduced *r) except -1:
    """What is reduced; False where the arguments are not just an axis, or the points not few.

    A `spread` may have its degrees of freedom among them.
    """
    cdef int k, axis, ndim
    cdef object given = None
    r.n = points_of(x.buffer)
    if r.n == 0 or len(rest) > 1:
        return False
    r.rows, r.keepdims, r.ddof = cnp.PyArray_DIM(x.buffer, 0), False, 0
    if rest:
        given = rest[0]
    if kwargs:
        for name in kwargs:
            if name not in AXIS_OPTIONS or name == "ddof" and not spread:
                return False
        if "axis" in kwargs:
            if rest:
                return False
            given = kwargs["axis"]
        option = kwargs.get("keepdims", False)
        if type(option) is not bool:
            return False
        r.keepdims = option
        option = kwargs.get("ddof", 0)
        if not PyLong_CheckExact(option) or not -64 <= option <= 64:
            return False
        r.ddof = option
    ndim = cnp.PyArray_NDIM(x.buffer)
    r.axis = 0
    if type(given) is tuple and len(given) == ndim - 1 and all_axes(<tuple>given, ndim - 1):
        given = None
    if given is not None:
        if not PyLong_CheckExact(given) or not -ndim < given < ndim:
            return False
        axis = given
        r.axis = axis + (ndim if axis < 0 else 1)
        if not 0 < r.axis < ndim:
            return False
    r.outer, r.inner, r.length = 1, 1, r.n
    if r.axis:
        r.length = cnp.PyArray_DIM(x.buffer, r.axis)
        for k in range(1, r.axis):
            r.outer *= cnp.PyArray_DIM(x.buffer, k)
        for k in range(r.axis + 1, ndim):
            r.inner *= cnp.PyArray_DIM(x.buffer, k)
    elif ndim == 2:
        r.axis = 1
    return True


cdef bint has_axes(tuple rest, dict kwargs):
    """Whether an axis is given as a tuple."""
    return rest and type(rest[0]) is tuple or kwargs and type(kwargs.get("axis")) is tuple


cdef bint all_axes(tuple given, int ndim) except -1:
    """Whether these are so many different axes."""
    cdef bint found[MOST_AXES]
    cdef int axis
    memset(found, 0, sizeof(found))
    for item in given:
        if not as_axis(item, ndim, &axis) or found[axis]:
            return False
        found[axis] = True
    return True


cdef object outcome(Number x, Reduced *r, const double *from_):
    """The number with these coefficients of a reduction."""
    cdef cnp.npy_intp shape[MOST_AXES]
    cdef cnp.ndarray parts
    cdef Number y
    cdef int k, ndim = 1
    shape[0] = r.rows
    if r.axis:
        for k in range(1, cnp.PyArray_NDIM(x.buffer)):
            if k != r.axis or r.keepdims:
                shape[ndim] = 1 if k == r.axis else cnp.PyArray_DIM(x.buffer, k)
                ndim += 1
    elif r.keepdims:
        for ndim in range(1, cnp.PyArray_NDIM(x.buffer)):
            shape[ndim] = 1
        ndim = cnp.PyArray_NDIM(x.buffer)
    if ndim == 1:
        y = blank_scalar(x)
        memcpy(y.c, from_, r.rows * sizeof(double))
        return y
    parts = cnp.PyArray_EMPTY(ndim, shape, cnp.NPY_DOUBLE, 0)
    memcpy(doubles(parts), from_, r.rows * r.outer * r.inner * sizeof(double))
    return array_like(x, parts)


cdef object summed(cnp.ndarray parts, Reduced *r):
    """The sums of every row, by NumPy and in its order."""
    if r.axis:
        return add_reduce(parts, r.axis, None, None, r.keepdims)
    total = add_reduce((<object>parts).reshape(r.rows, -1), 1)
    return total.reshape(r.rows, *[1] * (cnp.PyArray_NDIM(parts) - 1)) if r.keepdims else total


cdef object sum_few(Number x, Reduced *r):
    return make(x.algebra, summed(x.buffer, r))


cdef object mean_few(Number x, Reduced *r):
    cdef cnp.ndarray total
    cdef Py_ssize_t k
    total = summed(x.buffer, r)
    for k in range(r.rows * r.outer * r.inner):
        doubles(total)[k] /= r.length
    return make(x.algebra, total)


cdef object spread_few(Number x, Reduced *r, bint root):
    """The variance, or the standard deviation, as NumPy computes it: of the differences' squares."""
    cdef cnp.ndarray mean, squares, total
    cdef Number y
    cdef double *work
    cdef double *d
    cdef const Table *table
    cdef Py_ssize_t k, o, j, i, at, m = r.outer * r.inner
    if r.length <= r.ddof:
        return None
    mean, squares = summed(x.buffer, r), empty_like(x.buffer)
    table = table_of(x)
    work = <double *>malloc((r.rows * r.n + room_for(table, BLOCKS, r.n)) * sizeof(double))
    if work == NULL:
        raise MemoryError
    d = work + room_for(table, BLOCKS, r.n)
    at = 0
    for k in range(r.rows):
        for o in range(r.outer):
            for j in range(r.length):
                for i in range(r.inner):
                    d[at] = doubles(x.buffer)[at] - (
                        doubles(mean)[k * m + o * r.inner + i] / r.length)
                    at += 1
    product_points(table, d, d, doubles(squares), work, r.n)
    free(work)
    total = summed(squares, r)
    for k in range(r.rows * m):
        doubles(total)[k] /= r.length - r.ddof
    if not all_finite(doubles(total), r.rows * m):
        return None
    if not root:
        return make(x.algebra, total)
    return None if has_zero(doubles(total), m) else np_sqrt(make(x.algebra, total))


cdef object extreme_few(Number x, Reduced *r, bint larger):
    """The largest or smallest of a few points, the mean of those that tie."""
    cdef double *parts = doubles(x.buffer)
    cdef double found[FEW_POINTS * 4]
    cdef double *to = found
    cdef Py_ssize_t k, o, j, i, at, ties, best, m = r.outer * r.inner
    cdef double value, total
    if r.length == 0:
        return None
    if r.rows * m > FEW_POINTS * 4:
        return None
    for o in range(r.outer):
        for i in range(r.inner):
            at = o * r.length * r.inner + i
            value, best, ties = parts[at], at, 1
            if value != value:
                return None
            for j in range(1, r.length):
                at += r.inner
                if parts[at] == value:
                    if value == 0.0 and libm.signbit(parts[at]) != libm.signbit(value):
                        return None  # which zero it is, NumPy says
                    ties += 1
                elif parts[at] != parts[at]:
                    return None
                elif (parts[at] > value) == larger:
                    value, best, ties = parts[at], at, 1
            to[o * r.inner + i] = value
            for k in range(1, r.rows):
                total = parts[k * r.n + best]
                if ties > 1:
                    at = best
                    for j in range((best // r.inner) % r.length + 1, r.length):
                        at += r.inner
                        if parts[at] == value:
                            total += parts[k * r.n + at]
                    total /= ties
                to[k * m + o * r.inner + i] = total
    return outcome(x, r, found)


cdef object product_few(Number x, Reduced *r):
    """The product of a few points, by halves; its value in NumPy's order."""
    cdef const Table *table
    cdef Py_ssize_t k, o, j, i, m = r.outer * r.inner, length = r.length, half, points, size
    cdef double *a
    cdef double *u
    cdef double *v
    cdef double *y
    cdef double *value
    cdef double *block
    table = table_of(x)
    size = r.rows * r.n
    block = <double *>malloc((4 * size + m + room_for(table, BLOCKS, r.n)) * sizeof(double))
    if block == NULL:
        raise MemoryError
    a, u, v, y, value = block, block + size, block + 2 * size, block + 3 * size, block + 4 * size
    for k in range(r.rows):  # as (rows, length, outer, inner)
        for o in range(r.outer):
            for j in range(length):
                for i in range(r.inner):
                    a[((k * length + j) * r.outer + o) * r.inner + i] = (
                        doubles(x.buffer)[((k * r.outer + o) * length + j) * r.inner + i])
    for i in range(m):
        value[i] = a[i]
        for j in range(1, length):
            value[i] *= a[j * m + i]
    while length > 1:
        half = length // 2
        points = half * m
        for k in range(r.rows):
            memcpy(u + k * points, a + k * length * m, points * sizeof(double))
            memcpy(v + k * points, a + k * length * m + points, points * sizeof(double))
        product_points(table, u, v, y, value + m, points)
        j = (length - 2 * half) * m  # what is left over
        for k in range(r.rows):
            memcpy(u, a + (k * length + 2 * half) * m, j * sizeof(double))
            memcpy(a + k * (points + j), y + k * points, points * sizeof(double))
            memmove(a + k * (points + j) + points, u, j * sizeof(double))
        length -= half
    memcpy(a, value, m * sizeof(double))
    found = outcome(x, r, a) if all_finite(a, r.rows * m) else None
    free(block)
    return found


cdef object running_few(Number x, Reduced *r, bint multiplied):
    """The sums or the products of a few points from the first to each, along an axis or of all."""
    cdef const Table *table
    cdef cnp.ndarray parts = x.buffer, y
    cdef double *work
    cdef double *before
    cdef Py_ssize_t k, t, o, i, at
    if r.keepdims:
        return None
    if r.axis == 0:  # all points, one after the other
        parts = (<object>parts).reshape(r.rows, -1)
    if not multiplied:
        y = empty_like(parts)
        for at in range(r.rows * r.n):
            doubles(y)[at] = doubles(parts)[at]
            if at // r.inner % r.length:
                doubles(y)[at] += doubles(y)[at - r.inner]
        return array_like(x, y) if all_finite(doubles(y), r.rows * r.n) else None
    table = table_of(x)
    y = empty_like(parts)
    work = <double *>malloc((3 * r.rows + room_for(table, BLOCKS, 1)) * sizeof(double))
    if work == NULL:
        raise MemoryError
    before = work + room_for(table, BLOCKS, 1)
    for o in range(r.outer):
        for i in range(r.inner):
            for t in range(r.length):
                at = (o * r.length + t) * r.inner + i
                for k in range(r.rows):
                    before[k + r.rows] = doubles(parts)[k * r.n + at]
                if t:
                    product_points(table, before, before + r.rows, before + 2 * r.rows, work, 1)
                memcpy(before, before + (2 if t else 1) * r.rows, r.rows * sizeof(double))
                for k in range(r.rows):
                    doubles(y)[k * r.n + at] = before[k]
    free(work)
    return array_like(x, y) if all_finite(doubles(y), r.rows * r.n) else None
