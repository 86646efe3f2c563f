# Part of _numbers.pyx: functions that take the floats of a few points apart, or step to the next ones.

cdef object np_modf = np.modf, np_frexp = np.frexp
cdef object np_spacing = np.spacing, np_nextafter = np.nextafter, np_ldexp = np.ldexp
cdef frozenset APART = frozenset({np_modf, np_frexp, np_spacing})


cdef object with_rows(Number x, object first, const double *factor, Py_ssize_t step):
    """The number with these values whose other rows are those of x times a factor; 0 if there is
    none. None where something is not finite."""
    cdef Py_ssize_t n = points_of(x.buffer), rows = cnp.PyArray_DIM(x.buffer, 0), k, t
    cdef cnp.ndarray y
    cdef double *w
    if n == 0 or not cnp.PyArray_CheckExact(first) or not is_double(first) or not (
        has_points(<cnp.ndarray>first, x)
    ):
        return None
    y = empty_like(x.buffer)
    w = doubles(y)
    memcpy(w, doubles(first), n * sizeof(double))
    for k in range(1, rows):
        for t in range(n):
            w[k * n + t] = 0.0 if factor == NULL else doubles(x.buffer)[k * n + t] * factor[t * step]
    return array_like(x, y) if all_finite(w, rows * n) else None


cdef object apart_few(object ufunc, Number x):
    """`modf`, `frexp` or `spacing` at a few points; None for all else."""
    cdef double factor[FEW_POINTS]
    cdef double value
    cdef Number y
    cdef Py_ssize_t n = points_of(x.buffer), t
    if n == 0 or not all_finite(doubles(x.buffer), n):
        return None
    if ufunc is np_spacing:
        y = constant_few(x, 0.0)
        for t in range(n):
            value = doubles(x.buffer)[t]
            doubles(y.buffer)[t] = libm.nextafter(
                value, libm.INFINITY if value >= 0.0 else -libm.INFINITY) - value
        return y if all_finite(doubles(y.buffer), n) else None
    first, second = ufunc(row_of(x.buffer, 0))
    if ufunc is np_modf:
        first, second = with_rows(x, first, &UNIT, 0), step_few(<int>STEP_UFUNCS[np_trunc], x)
    else:
        if cnp.PyArray_TYPE(<cnp.ndarray>second) != cnp.NPY_INT32:
            return None
        for t in range(n):
            factor[t] = libm.ldexp(1.0, -(<const cnp.npy_int32 *>cnp.PyArray_DATA(<cnp.ndarray>second))[t])
        first = with_rows(x, first, factor, 1)
    return None if first is None or second is None else (first, second)


cdef object next_few(object x, object towards):
    """`numpy.nextafter` at a few points of x, which is what it follows; None for all else."""
    cdef Py_ssize_t n, t
    cdef double single = 0.0
    cdef double *given = &single
    cdef double *w
    cdef Number y
    if not isinstance(x, Number) or not is_plain(<Number>x):
        return None
    n = points_of((<Number>x).buffer)
    if n == 0 or not values_few(towards, <Number>x, n, &given, &single):
        return None
    y = duplicate(<Number>x)
    w = doubles(y.buffer)
    for t in range(n):
        w[t] = libm.nextafter(w[t], single if given == &single else given[t])
    return y if all_finite(w, cnp.PyArray_SIZE(<cnp.ndarray>y.buffer)) else None


cdef object times_power_of_2(object x, object exponent):
    """`numpy.ldexp` with a plain exponent; None for all else."""
    if not (PyLong_CheckExact(exponent) and -1000 < exponent < 1000) and not (
        cnp.PyArray_CheckExact(exponent) and cnp.PyArray_ISINTEGER(<cnp.ndarray>exponent)
    ):
        return None
    return arithmetic(MULTIPLY, x, np_ldexp(1.0, exponent)) if is_of_doubles(x) else None
