# Part of _numbers.pyx: arrays of many doubles in C order, without a rule in Python between.

cdef enum:
    UNSHARED = 5000  # points so few that a loop over a row of them is not worth a second thread


cdef inline cnp.ndarray plain_parts(object x):
    """The coefficients of an array number if loops in C can walk them, else None."""
    cdef object buffer
    if not isinstance(x, Number) or (<Number>x).rows:
        return None
    buffer = (<Number>x).buffer
    if (cnp.PyArray_CheckExact(buffer) and is_double(buffer)
            and cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>buffer)
            and cnp.PyArray_SIZE(<cnp.ndarray>buffer) > 0):
        return <cnp.ndarray>buffer
    return None


cdef inline Py_ssize_t points_in(cnp.ndarray parts) noexcept:
    return cnp.PyArray_SIZE(parts) // cnp.PyArray_DIM(parts, 0)


cdef inline bint any_zero(const double *x, Py_ssize_t n) noexcept:
    return has_zero(x, n) if n <= UNSHARED else a_zero(x, n)


cdef object elementary_many(int index, object ufunc, Number x):
    """f(x) for an array; None where that is not the simple case."""
    cdef Scalar *row = &SCALARS[index]
    cdef cnp.ndarray parts = plain_parts(x), value, slope = None
    cdef Compiled table
    if parts is None or cnp.PyArray_DIM(parts, 0) == 1:  # order 0 is NumPy's function itself
        return None
    first = parts[0]
    table = compiled(x.algebra)
    if row.sign != 0.0:
        value = values(ufunc, first)
        slope = values(row_ufuncs[row.partner], first)
        if row.partner_sign < 0.0:
            slope = values(np_negative, slope)
        return array_like(x, solved_rotation(table, parts, value, slope, row.sign, None))
    if row.slope != NULL and row.slope_index < 0:
        return None
    if row.zeros and any_zero(doubles(parts), points_in(parts)):
        return None
    value = values(ufunc, first)
    if row.slope != NULL:
        slope = values(row_ufuncs[row.slope_index], first)
    return array_like(x, solved_riccati(table, &row.f, parts, value, slope))


cdef cnp.ndarray moved_by(cnp.ndarray u, double s):
    """The coefficients u of which the value is moved by s; None where it is not finite then."""
    cdef cnp.ndarray v = empty_like(u)
    cdef Py_ssize_t n = points_in(u), t
    cdef double *to = doubles(v)
    cdef const double *of = doubles(u)
    for t in range(n):
        to[t] = of[t] + s
    if not all_finite(to, n):
        return None
    memcpy(to + n, of + n, (cnp.PyArray_SIZE(u) - n) * sizeof(double))
    return v


cdef object arithmetic_many(int op, Number x, object b):
    """x + b, x - b, x * b or x / b for an array x; None where that is not the simple case."""
    cdef cnp.ndarray u = plain_parts(x), v
    cdef Py_ssize_t rows
    cdef double s = 0.0
    if u is None:
        return None
    rows = cnp.PyArray_DIM(u, 0)
    if isinstance(b, Number):
        if (<Number>b).algebra is not x.algebra:
            return None
        v = plain_parts(b)
        if v is None or not cnp.PyArray_SAMESHAPE(u, v):
            return None
        if op == ADD:
            return array_like(x, binary(np_add, u, v, None, rows))
        if op == SUBTRACT:
            return array_like(x, binary(np_subtract, u, v, None, rows))
        if op == MULTIPLY:
            return array_like(x, times(compiled(x.algebra), u, v))
        if any_zero(doubles(v), points_in(v)):
            return None
        return array_like(x, over(compiled(x.algebra), u, v))
    if not isinstance(b, (float, int)):
        return None
    if op == MULTIPLY or op == DIVIDE:
        ufunc = np_multiply if op == MULTIPLY else np_divide
        return array_like(x, binary(ufunc, u, b, None, rows))
    if points_in(u) <= UNSHARED and as_float(b, &s):
        v = moved_by(u, s if op == ADD else -s)
        if v is not None:
            return array_like(x, v)
    v = copied(u, rows)
    # from u, not in place: where a flag is raised NumPy starts over from the operands
    binary(np_add if op == ADD else np_subtract, u[0], b, v[0])
    return array_like(x, v)
