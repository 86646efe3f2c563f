# Part of _numbers.pyx: what the order of a few values decides: sorting, medians, quantiles.

cdef bint ordered(const double *u, Py_ssize_t length, Py_ssize_t step, Py_ssize_t *order) noexcept:
    """The places of values from the smallest to the largest, of equal ones in turn; false if one
    is nan."""
    cdef Py_ssize_t t, i
    for t in range(length):
        if u[t * step] != u[t * step]:
            return False
        i = t
        while i > 0 and u[order[i - 1]] > u[t * step]:
            order[i] = order[i - 1]
            i -= 1
        order[i] = t * step
    return True


cdef object sorted_few(Number x, Reduced *r, bint middle):
    """A few points in the order of their values along an axis, or the medians; None with a nan."""
    cdef Py_ssize_t t, k, o, i, at, n = r.length, m = r.outer * r.inner
    cdef Py_ssize_t order[FEW_POINTS]
    cdef double *u = doubles(x.buffer)
    cdef double *from_
    cdef double *to
    cdef double found[FEW_POINTS * 4]
    cdef cnp.ndarray result = None
    if middle and r.rows * m > FEW_POINTS * 4:
        return None
    if not middle:
        result = empty_like(x.buffer)
    for o in range(r.outer):
        for i in range(r.inner):
            at = o * n * r.inner + i
            if not ordered(u + at, n, r.inner, order):
                return None
            for k in range(r.rows):
                from_ = u + k * r.n + at
                if not middle:
                    to = doubles(result) + k * r.n + at
                    for t in range(n):
                        to[t * r.inner] = from_[order[t]]
                    continue
                to = found + k * m + o * r.inner + i
                to[0] = from_[order[n // 2]]
                if n % 2 == 0:
                    to[0] = (from_[order[n // 2 - 1]] + to[0]) / 2.0
    mix()
    if not middle:
        return array_like(x, result)
    return None if has_zero(found, m) or not all_finite(found, r.rows * m) else outcome(x, r, found)


cdef object in_order_few(Plan plan, Number x, tuple rest, dict kwargs):
    """`sort` and `median`; None where that is not the simple case."""
    cdef Reduced r
    if plan.kind == SORT:
        if "keepdims" in kwargs:
            return None
        if not rest and not kwargs:
            rest = LAST
    if plan.kind == SORT and has_axes(rest, kwargs):
        return None
    if not reduced(x, rest, kwargs, False, &r) or plan.kind == SORT and r.axis == 0:
        return None
    if plan.kind == SORT and (rest and rest[0] is None or kwargs.get("axis", 0) is None):
        return None
    return sorted_few(x, &r, plan.kind == MEDIAN)


cdef tuple LAST = (-1,)


cdef object partitioned(Number x, tuple rest, dict kwargs):
    """`partition` of a few points, which is completely sorted; None where that is not simple."""
    cdef int place
    if not rest or len(rest) > 2 or not all_plain(rest, kwargs) or (
        cnp.PyArray_SIZE(<cnp.ndarray>x.buffer) > FEW_ENTRIES
    ):
        return None
    if len(rest) > 1 or kwargs or not as_axis(
        rest[0], <int>cnp.PyArray_DIM(<cnp.ndarray>x.buffer, cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) - 1),
        &place
    ):
        np_partition(row_of(x.buffer, 0), *rest, **kwargs)  # what NumPy refuses
    return sorted_short(x, rest[1:], kwargs)


cdef object np_sort = np.sort, np_partition = np.partition


cdef int order_in_place(str name, Number x, tuple args, dict kwargs) except -1:
    """The methods `sort` and `partition` of an array."""
    found = None
    if not kwargs and is_plain(x) and len(args) <= 2 and cnp.PyArray_ISWRITEABLE(<cnp.ndarray>x.buffer):
        if name == "partition":
            found = partitioned(x, args, kwargs)
        elif len(args) < 2:
            found = sorted_short(x, args, kwargs)
    if found is None:
        METHODS[name](x, *args, **kwargs)
    else:
        cnp.PyArray_CopyInto(<cnp.ndarray>x.buffer, <cnp.ndarray>(<Number>found).buffer)
    return 0


cdef object sorted_short(Number x, tuple rest, dict kwargs):
    """`sort` of a few points; None for all else."""
    cdef Plan plan = PLANS[np_sort]
    return single_way(plan, x, rest, kwargs) if is_single(x) else (
        in_order_few(plan, compact(x), rest, kwargs))


cdef object quantile_along(Plan plan, Number x, tuple rest, dict kwargs):
    """A quantile of a few points along an axis; None with a nan, and for all else."""
    cdef Reduced r
    cdef Py_ssize_t order[FEW_POINTS]
    cdef double found[FEW_POINTS * 4]
    cdef double *u
    cdef double share
    cdef Py_ssize_t k, o, i, at, below, m
    if not PyFloat_CheckExact(rest[0]) or not reduced(x, (), kwargs, False, &r) or r.length < 2:
        return None
    m, u = r.outer * r.inner, doubles(x.buffer)
    share = <double>rest[0] / plan.whole * (r.length - 1)
    if not 0.0 <= share <= r.length - 1 or r.rows * m > FEW_POINTS * 4 or (
        not all_finite(u, r.rows * r.n)
    ):
        return None
    below = min(<Py_ssize_t>share, r.length - 2)
    share -= below
    first = plan.function(row_of(x.buffer, 0), rest[0], **kwargs)
    for o in range(r.outer):
        for i in range(r.inner):
            at = o * r.length * r.inner + i
            if not ordered(u + at, r.length, r.inner, order):
                return None
            for k in range(r.rows):
                found[k * m + o * r.inner + i] = between(
                    u[k * r.n + at + order[below]], u[k * r.n + at + order[below + 1]], share)
    if not cnp.PyArray_CheckExact(first):
        found[0] = first
    elif not cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>first):
        return None  # NumPy's result lies in another order
    else:
        memcpy(found, doubles(first), m * sizeof(double))
    mix()
    return outcome(x, &r, found)


cdef inline double between(double low, double high, double share) noexcept:
    """A point between two."""
    return low if share == 0.0 else high if share == 1.0 else low + share * (high - low)


cdef object quantiles_few(Plan plan, Number x, tuple rest, dict kwargs):
    """Quantiles of all of a few points, between two neighbours; None with a nan."""
    cdef Py_ssize_t order[FEW_POINTS]
    cdef Py_ssize_t n = points_of(x.buffer), rows, k, t, count, below
    cdef cnp.npy_intp shape[2]
    cdef cnp.ndarray shares
    cdef double *u
    cdef double *to
    cdef double share
    cdef Number y
    if kwargs:
        return quantile_along(plan, x, rest, kwargs) if len(rest) == 1 else None
    if n == 0 or len(rest) != 1 or not (
        PyFloat_CheckExact(rest[0]) or PyLong_CheckExact(rest[0]) or type(rest[0]) is list
        or cnp.PyArray_CheckExact(rest[0]) and cnp.PyArray_NDIM(<cnp.ndarray>rest[0]) == 1
    ) or not is_option(rest[0]):
        return None
    u, rows = doubles(x.buffer), cnp.PyArray_DIM(x.buffer, 0)
    if not ordered(u, n, 1, order) or not all_finite(u, rows * n):
        return None
    shares = np.atleast_1d(np.asarray(rest[0], float))
    if cnp.PyArray_NDIM(shares) != 1 or not cnp.PyArray_ISCARRAY_RO(shares):
        return None
    count = cnp.PyArray_DIM(shares, 0)
    if not 0 < count <= FEW_POINTS:
        return None
    first = plan.function(row_of(x.buffer, 0), rest[0])
    shape[0], shape[1] = rows, count
    parts = cnp.PyArray_EMPTY(2, shape, cnp.NPY_DOUBLE, 0)
    to = doubles(parts)
    for t in range(count):
        share = doubles(shares)[t] / plan.whole * (n - 1)
        if not 0.0 <= share <= n - 1:
            return None
        below = min(<Py_ssize_t>share, max(n - 2, 0))
        share -= below
        for k in range(rows):
            to[k * count + t] = between(
                u[k * n + order[below]], u[k * n + order[min(below + 1, n - 1)]], share)
        to[t] = first[t] if cnp.PyArray_CheckExact(first) else first
    mix()
    if cnp.PyArray_CheckExact(first):
        return array_like(x, parts)
    y = blank_scalar(x)
    memcpy(y.c, to, rows * sizeof(double))
    return y
