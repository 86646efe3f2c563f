# Part of _numbers.pyx: functions of a few points to the first degree, by plain first derivatives.

cdef dict FIRST = {}  # ufunc -> intervals and the first derivative there


def register_first(ufunc, double low, double high, slope):
    """Make known that ``slope(x, f(x))`` is the first derivative for low < x < high."""
    if ufunc is not None:
        FIRST[ufunc] = (*FIRST.get(ufunc, ()), (low, high, slope))


cdef object first_few(object ufunc, tuple intervals, Number x):
    """A function of a few points to the first degree; None for all else."""
    cdef Py_ssize_t n = points_of(x.buffer), rows, t, k
    cdef double low, high
    cdef double *u
    cdef double *d
    cdef cnp.ndarray y
    cdef bint inside = False
    if n == 0 or table_of(x).top != 1:
        return None
    u, rows = doubles(x.buffer), cnp.PyArray_DIM(x.buffer, 0)
    for low, high, slope in intervals:
        inside = True
        for t in range(n):
            inside = inside and low < u[t] < high
        if inside:
            break
    if not inside:
        return None
    given = row_of(x.buffer, 0)
    first = ufunc(given)
    second = slope(given, first)
    for row in (first, second):
        if not cnp.PyArray_CheckExact(row) or not is_double(row) or not (
            cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>row)
        ) or cnp.PyArray_SIZE(<cnp.ndarray>row) != n:
            return None
    y, d = empty_like(x.buffer), doubles(second)
    memcpy(doubles(y), doubles(first), n * sizeof(double))
    for k in range(1, rows):
        for t in range(n):
            doubles(y)[k * n + t] = d[t] * u[k * n + t]
    return array_like(x, y) if all_finite(doubles(y), rows * n) else None
