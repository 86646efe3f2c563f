# Part of _numbers.pyx: norms of a few points.

cdef object norm_few(Number x, Reduced *r, object order):
    """A norm of vectors, or of all points; where it is 0 the rule knows what it is."""
    cdef Number total
    if order == 1 or order == libm.INFINITY:
        total = absolute_few(x)
        return None if total is None else sum_few(total, r) if order == 1 else (
            extreme_few(total, r, True))
    if order is not None and order != 2:
        return power_norm_few(x, r, order)
    total = sum_few(arithmetic(MULTIPLY, x, x), r)
    if total.rows:
        return np_sqrt(total) if 0.0 < total.c[0] < libm.INFINITY else None
    return None if has_zero(doubles(total.buffer), points_in(total.buffer)) or not (
        all_finite(doubles(total.buffer), cnp.PyArray_SIZE(<cnp.ndarray>total.buffer))
    ) else np_sqrt(total)


cdef object power_norm_few(Number x, Reduced *r, object order):
    """The root of a sum of powers of the moduli of numbers of which none is zero; None for all else."""
    cdef Py_ssize_t n = points_of(x.buffer)
    cdef Number y
    if r.keepdims or cnp.PyArray_NDIM(x.buffer) != 2 or not 1.0 < order < 64.0 or (
        has_zero(doubles(x.buffer), n) or not all_finite(doubles(x.buffer), n * r.rows)
    ):
        return None
    first = la_norm(row_of(x.buffer, 0), order)
    if not libm.fabs(libm.log(first) * order) < 600.0:
        return None
    y = sum_few(absolute_few(x) ** order, r) ** (1.0 / order)
    y.c[0] = first
    return y if all_finite(y.c, y.rows) else None


cdef object normed(Plan plan, Number x, tuple rest, dict kwargs):
    """`numpy.linalg.norm` and its like; None where that is not the simple case."""
    cdef Reduced r
    cdef object order = None
    cdef bint matrix = cnp.PyArray_NDIM(x.buffer) == 3
    if plan.function is la_norm:
        if rest:
            order, rest = rest[0], rest[1:]
            if not (order is None or PyLong_CheckExact(order) or PyFloat_CheckExact(order)):
                return None
    elif rest or plan.function is not la_vector_norm and not matrix:
        return None
    if not reduced(x, rest, kwargs, False, &r) or order is not None and r.axis == 0 or (
        plan.function is not la_norm and plan.function is not la_vector_norm and "axis" in kwargs
    ):
        return None
    mix()
    return norm_few(x, &r, order)


cdef object la_norm = np.linalg.norm, la_vector_norm = np.linalg.vector_norm
