# Part of _numbers.pyx: functions that copy elements or move them about, at a few points.

cdef enum:
    MOST_MOVES = 256

cdef dict MOVES = {}  # a call -> the labels of the elements of its result, 0 for a zero


cdef bint all_integers(tuple items) noexcept:
    """Whether these are integers of Python, which truth values are not."""
    for item in items:
        if not PyLong_CheckExact(item):
            return False
    return True


cdef object moved_few(object function, Number x, tuple rest, dict kwargs):
    """A function that only moves elements about, which it shows by moving labels; or None.

    It answers with a copy: what may be a view is no case for this.
    """
    cdef Py_ssize_t n, k, t, rows, size
    cdef cnp.ndarray labels, result
    cdef cnp.npy_intp shape[MOST_AXES]
    cdef const cnp.npy_intp *at
    cdef double *u
    cdef double *w
    x = compact(x)
    n = points_of(x.buffer)
    if n == 0 or not all_plain(rest, kwargs):
        return None
    dims = x.shape
    for given in (*rest, *kwargs.values()) if kwargs else rest:
        if type(given) is slice or type(given) is tuple and not all_integers(<tuple>given):
            return None
    key = (function, dims, rest, tuple(map(type, rest)),  # 2, 2.0 and True are equal
           tuple([(name, type(given), given) for name, given in kwargs.items()]) if kwargs else None)
    try:
        found = MOVES.get(key)
    except TypeError:  # an array among the options
        return None
    if found is None:
        found = function(np.arange(1, n + 1).reshape(dims), *rest, **kwargs)
        if type(found) is not np.ndarray or found.base is not None and function is np.diag and (
            len(dims) > 1
        ):
            found = False
        else:
            found = np.asarray(found, np.intp, order="C")
        if len(MOVES) >= MOST_MOVES:
            MOVES.clear()
        MOVES[key] = found
    if found is False:
        return None
    labels = found
    size = cnp.PyArray_SIZE(labels)
    rows = cnp.PyArray_DIM(x.buffer, 0)
    if size == 0 or rows * size > FEW_ENTRIES or cnp.PyArray_NDIM(labels) >= MOST_AXES - 1:
        return None
    mix()
    shape[0] = rows
    for k in range(cnp.PyArray_NDIM(labels)):
        shape[k + 1] = cnp.PyArray_DIM(labels, <int>k)
    result = cnp.PyArray_EMPTY(cnp.PyArray_NDIM(labels) + 1, shape, cnp.NPY_DOUBLE, 0)
    at = <const cnp.npy_intp *>cnp.PyArray_DATA(labels)
    u, w = doubles(x.buffer), doubles(result)
    for k in range(rows):
        for t in range(size):
            w[k * size + t] = u[k * n + at[t] - 1] if at[t] else 0.0
    return make(x.algebra, result)


cdef Number duplicate(Number x):
    """A copy of an array in C order."""
    cdef cnp.ndarray parts = x.buffer, y
    if not is_double(parts):
        return array_like(x, cnp.PyArray_NewCopy(parts, cnp.NPY_CORDER))
    y = empty_like(parts)
    memcpy(doubles(y), doubles(parts), cnp.PyArray_NBYTES(y))
    return array_like(x, y)


cdef object imaginary(Number x):
    """The imaginary part of a real array: nothing, in memory of its own. None for all else."""
    cdef cnp.ndarray parts
    if not is_plain(x) or not is_real(x.buffer):
        return None
    parts = <cnp.ndarray>x.buffer
    return array_like(x, cnp.PyArray_ZEROS(
        cnp.PyArray_NDIM(parts), cnp.PyArray_DIMS(parts), cnp.PyArray_TYPE(parts), 0))


cdef object taken(Number x, tuple rest, dict kwargs):
    """`take` of what is in C order at an array of places; None for all else."""
    cdef cnp.ndarray parts, places, result
    cdef cnp.npy_intp shape[MOST_AXES]
    cdef const cnp.npy_intp *at
    cdef Py_ssize_t outer, n, inner = 1, count, o, t, i
    cdef int axis = 0, k, ndim
    if len(rest) != 1 or not is_plain(x) or kwargs and (len(kwargs) > 1 or "axis" not in kwargs):
        return None
    parts = <cnp.ndarray>x.buffer
    ndim = cnp.PyArray_NDIM(parts) - 1
    if not cnp.PyArray_CheckExact(rest[0]) or not is_double(parts) or not cnp.PyArray_ISCARRAY_RO(parts):
        return None
    places = <cnp.ndarray>rest[0]
    if cnp.PyArray_TYPE(places) != cnp.NPY_INTP or cnp.PyArray_NDIM(places) != 1 or not (
        cnp.PyArray_ISCARRAY_RO(places)
    ) or kwargs and not as_axis(kwargs["axis"], ndim, &axis):
        return None
    outer, n, count = cnp.PyArray_DIM(parts, 0), points_in(parts), cnp.PyArray_DIM(places, 0)
    shape[0] = outer
    if kwargs:
        n = cnp.PyArray_DIM(parts, axis + 1)
        for k in range(1, ndim + 1):
            shape[k] = cnp.PyArray_DIM(parts, k)
            if k <= axis:
                outer *= shape[k]
            elif k > axis + 1:
                inner *= shape[k]
        shape[axis + 1] = count
    else:
        ndim, shape[1] = 1, count
    if not 0 < outer * count * inner <= FEW_ENTRIES:
        return None
    at = <const cnp.npy_intp *>cnp.PyArray_DATA(places)
    for t in range(count):
        if not -n <= at[t] < n:
            return None
    mix()
    result = cnp.PyArray_EMPTY(ndim + 1, shape, cnp.NPY_DOUBLE, 0)
    for o in range(outer):
        for t in range(count):
            i = at[t] + n if at[t] < 0 else at[t]
            memcpy(doubles(result) + (o * count + t) * inner,
                   doubles(parts) + (o * n + i) * inner, inner * sizeof(double))
    return array_like(x, result)


cdef object constant_few(Number x, double value):
    """Constants like a few points, into which numbers can be written."""
    cdef cnp.ndarray y = empty_like(x.buffer)
    cdef Py_ssize_t t, n = points_in(y)
    memset(doubles(y), 0, cnp.PyArray_NBYTES(y))
    for t in range(n):
        doubles(y)[t] = value
    return array_like(x, y)


cdef object np_repeat = np.repeat


cdef object repeated_few(Number x, object count):
    """Each of a few points of one axis so many times; None for all else."""
    cdef Py_ssize_t n, rows, k, t, times
    cdef cnp.npy_intp shape[2]
    cdef cnp.ndarray y
    cdef double *to
    x = compact(x)
    n = points_of(x.buffer)
    if n == 0 or cnp.PyArray_NDIM(x.buffer) != 2 or not PyLong_CheckExact(count) or (
        not 0 < count <= FEW_POINTS
    ):
        return None
    mix()
    times, rows = count, cnp.PyArray_DIM(x.buffer, 0)
    shape[0], shape[1] = rows, n * times
    y = cnp.PyArray_EMPTY(2, shape, cnp.NPY_DOUBLE, 0)
    to = doubles(y)
    for k in range(rows * n):
        for t in range(times):
            to[t] = doubles(x.buffer)[k]
        to += times
    return array_like(x, y)


cdef object rounded_few(Number x, tuple rest, dict kwargs):
    """A few points rounded to decimals, which are constant; None for all else."""
    cdef cnp.ndarray y
    if len(rest) + len(kwargs) > 1 or kwargs and "decimals" not in kwargs or (
        not all_plain(rest, kwargs)
    ):
        return None
    x = compact(x)
    if points_of(x.buffer) == 0 or not is_plain(x):
        return None
    first = row_of(x.buffer, 0).round(*rest, **kwargs)
    if not is_double(first) or not cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>first):
        return None
    y = empty_like(x.buffer)
    memset(doubles(y), 0, cnp.PyArray_NBYTES(y))
    memcpy(doubles(y), doubles(first), cnp.PyArray_NBYTES(<cnp.ndarray>first))
    return array_like(x, y)


cdef object items_of(Number x):
    """`tolist` of an array."""
    cdef cnp.ndarray parts = x.buffer
    cdef Py_ssize_t t
    if cnp.PyArray_NDIM(parts) < 2:
        return None
    if not is_walkable(x.buffer):
        found = [item_of(x, t) for t in range(cnp.PyArray_DIM(parts, 1))]
        return found if cnp.PyArray_NDIM(parts) == 2 else [items_of(<Number>row) for row in found]
    mix()
    scalar, _ = classes(x.algebra)
    table_of(x)
    return items_from(x, scalar, <const char *>cnp.PyArray_DATA(parts), 1)


cdef list items_from(Number x, object scalar, const char *data, int axis):
    """The points along an axis of doubles, in lists along those after it."""
    cdef cnp.ndarray parts = x.buffer
    cdef Py_ssize_t t, k
    cdef Number y
    cdef list found = []
    for t in range(cnp.PyArray_DIM(parts, axis)):
        if axis < cnp.PyArray_NDIM(parts) - 1:
            found.append(items_from(x, scalar, data, axis + 1))
        else:
            y = <Number>taylorad_blank(<PyTypeObject *>scalar, <PyObject *>x.algebra)
            y.table = x.table
            allocate(y, x.table.rows)
            for k in range(y.rows):
                y.c[k] = (<const double *>(data + k * cnp.PyArray_STRIDE(parts, 0)))[0]
            found.append(y)
        data += cnp.PyArray_STRIDE(parts, axis)
    return found


cdef object grid_few(object a, object b, bint first_down):
    """`numpy.meshgrid` of two short vectors; None for all else."""
    cdef Side u, v
    cdef Number like
    a, b = in_order(a), in_order(b)
    like = number_among(a, b)
    if like is None or not (as_side(a, &u) and as_side(b, &v)) or u.ndim != 1 or v.ndim != 1 or (
        max(u.rows, v.rows) * u.size * v.size > FEW_ENTRIES
    ):
        return None
    mix()
    return (over_grid(like, a, &u, v.size, not first_down),
            over_grid(like, b, &v, u.size, first_down))


cdef object over_grid(Number like, object x, Side *side, Py_ssize_t other, bint along):
    """A vector along the last axis of a grid, or down the first."""
    cdef cnp.npy_intp shape[3]
    cdef bint moving = isinstance(x, Number)
    cdef Py_ssize_t k, i, n = side.size
    cdef cnp.ndarray parts
    cdef double *to
    shape[0], shape[1], shape[2] = side.rows, other if along else n, n if along else other
    parts = cnp.PyArray_EMPTY(2 + moving, shape + (not moving), cnp.NPY_DOUBLE, 0)
    to = doubles(parts)
    for k in range(side.rows):
        for i in range(n * other):
            to[i] = side.data[k * n + (i % n if along else i // other)]
        to += n * other
    return array_like(like, parts) if moving else parts


cdef object np_sinc = np.sinc


cdef object sinc_few(Number x):
    """`numpy.sinc` and its first derivative at a few points; None for all else.

    Where x is small, from the series of sinc; else from x sinc(x) = sin(pi x) / pi.
    """
    cdef Py_ssize_t n = points_of(x.buffer), rows, t, k
    cdef double *u
    cdef double size, square, term, slope
    cdef cnp.ndarray y
    if n == 0 or table_of(x).top != 1:
        return None
    rows, u = cnp.PyArray_DIM(x.buffer, 0), doubles(x.buffer)
    if not all_finite(u, rows * n):
        return None
    first = np_sinc(row_of(x.buffer, 0))
    y = empty_like(x.buffer)
    memcpy(doubles(y), doubles(first), n * sizeof(double))
    for t in range(n):
        size = libm.M_PI * u[t]
        if libm.fabs(size) < 2.0:
            # the sum of (-1)^m 2m u^(2m - 1) / (2m + 1)!
            square, term, slope = size * size, -size / 6.0, 0.0
            for k in range(1, 16):
                slope += 2 * k * term
                term *= -square / ((2 * k + 2) * (2 * k + 3))
            slope *= libm.M_PI
        else:  # by the period 2 of the exact x
            size = libm.M_PI * (u[t] - 2.0 * libm.rint(u[t] / 2.0))
            slope = (libm.cos(size) - libm.sin(size) / libm.M_PI / u[t]) / u[t]
        for k in range(1, rows):
            doubles(y)[k * n + t] = slope * u[k * n + t]
    return array_like(x, y) if all_finite(doubles(y), rows * n) else None
