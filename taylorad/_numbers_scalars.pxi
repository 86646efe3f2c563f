# Part of _numbers.pyx: arithmetic of inline scalars.

cdef inline Number scalar_like(Number x):
    """An uninitialised inline scalar over the algebra of x."""
    return <Number>taylorad_like(x)


cdef inline int allocate(Number x, int rows) except -1:
    """Room for the coefficients of an inline scalar."""
    x.rows = rows
    if rows <= 4:
        x.c = x.small
    else:
        x.buffer = PyBytes_FromStringAndSize(NULL, rows * sizeof(double))
        x.c = <double *>PyBytes_AS_STRING(x.buffer)
    return 0


cdef enum:
    FEW = 32  # rows with which a scalar's work fits on the stack


cdef int times_or_over(int op, const Table *T, double *u, double *v, double *w) except -1:
    """w = u v or u / v, for more than two rows."""
    cdef double room[2 * FEW]
    cdef double *work
    if T.rows <= FEW:
        if op == MULTIPLY:
            product_tile(T, u, 1, v, 1, w, 1, room, 1)
        else:
            quotient_tile(T, u, 1, v, 1, w, 1, room, 1)
        return 0
    # what is large goes to the loops that are compiled for the instruction set at hand
    work = <double *>malloc(2 * T.rows * sizeof(double))
    if work == NULL:
        raise MemoryError
    if op == MULTIPLY:
        if is_large(T):
            large(T, u, v, w)
        else:
            product_points(T, u, v, w, work, 1)
    else:
        quotient_points(T, u, v, w, work, 1)
    free(work)
    return 0


cdef inline void added(int op, int rows, const double *u, const double *v, double *w) noexcept:
    """w = u + v or u - v."""
    cdef int k
    for k in range(rows):
        w[k] = u[k] + v[k] if op == ADD else u[k] - v[k]


cdef inline Number scalar_with_scalar(int op, Number x, Number y):
    cdef Number z = scalar_like(x)
    cdef double *u = x.c
    cdef double *v = y.c
    cdef double *w = z.c
    if op == ADD or op == SUBTRACT:
        added(op, x.rows, u, v, w)
    elif op == MULTIPLY and x.rows == 2:
        w[0] = u[0] * v[0]
        w[1] = u[0] * v[1] + u[1] * v[0]
    elif x.rows == 2:
        w[0] = u[0] / v[0]
        w[1] = (u[1] - v[1] * w[0]) / v[0]
    else:
        times_or_over(op, x.table, u, v, w)
    return z


cdef inline void with_constant(int op, int rows, const double *u, double s, double *w) noexcept:
    """w = u + s, u - s, u * s or u / s."""
    cdef int k
    for k in range(rows):
        if op == MULTIPLY:
            w[k] = u[k] * s
        elif op == DIVIDE:
            w[k] = u[k] / s
        else:
            w[k] = u[k]
    if op == ADD:
        w[0] = u[0] + s
    elif op == SUBTRACT:
        w[0] = u[0] - s


cdef inline Number scalar_with_float(int op, Number x, double s):
    cdef Number z = scalar_like(x)
    with_constant(op, x.rows, x.c, s, z.c)
    return z


cdef inline Number float_with_scalar(int op, double s, Number y):
    cdef Number z
    cdef int k
    cdef double *v = y.c
    cdef double *w
    if op == ADD or op == MULTIPLY:
        return scalar_with_float(op, y, s)
    z = scalar_like(y)
    w = z.c
    if op == SUBTRACT:
        w[0] = s - v[0]
        for k in range(1, y.rows):
            w[k] = -v[k]
    elif y.rows == 2:
        w[0] = s / v[0]
        w[1] = -v[1] * w[0] / v[0]
    else:
        for k in range(1, y.rows):
            w[k] = 0.0
        w[0] = s
        # in place: row k of the quotient reads row k of the numerator last
        times_or_over(DIVIDE, y.table, w, v, w)
    return z


cdef inline bint as_float(object x, double *s) except -1:
    """Whether x is a float, an int or a float64 of NumPy, and its value."""
    if PyFloat_CheckExact(x):
        s[0] = PyFloat_AS_DOUBLE(x)
        return True
    if PyLong_CheckExact(x):
        s[0] = PyLong_AsDouble(x)
        return True
    if taylorad_is_float64(x):  # a subclass of float
        s[0] = PyFloat_AS_DOUBLE(x)
        return True
    return False


cdef inline bint is_inline(object x):
    """Whether x is an inline scalar."""
    return (taylorad_ours(x) or isinstance(x, Number)) and (<Number>x).rows != 0


cdef object operation(int op, object a, object b):
    """a + b, a - b, a * b or a / b, at least one a Number.

    A zero divisor goes the general way, which warns and resolves 0/0.
    """
    cdef double s = 0.0
    if as_float(a, &s):
        if is_inline(b) and (op != DIVIDE or (<Number>b).c[0] != 0.0):
            return float_with_scalar(op, s, <Number>b)
    elif is_inline(a):
        if as_float(b, &s):
            if op != DIVIDE or s != 0.0:
                return scalar_with_float(op, <Number>a, s)
        elif is_inline(b) and (<Number>b).algebra is (<Number>a).algebra:
            if op != DIVIDE or (<Number>b).c[0] != 0.0:
                return scalar_with_scalar(op, <Number>a, <Number>b)
    return array_arithmetic(op, a, b)


cdef object arithmetic(int op, object a, object b):
    """As `operation`, where these may be scalars of two coefficients."""
    found = taylorad_pairs(SYMBOLS[op], a, b)
    return operation(op, a, b) if found is None else found


cdef object array_arithmetic(int op, object a, object b):
    """a + b, a - b, a * b or a / b where that is not an operation of inline scalars."""
    cdef Number x, y
    cdef double s = 0.0
    if is_single(a) or is_single(b):
        found = single_binary(UFUNCS[op], a, b)
        return laid_out(general(op, a, b), (a, b)) if found is None else found
    found = matched(a, b, FEW_POINTS)
    if found is not None:
        a, b = found
        found = None
    if isinstance(a, Number):
        x = <Number>a
        if x.rows == 0 and not isinstance(b, Number):
            found = with_array_few(op, x, b, False)
        elif x.rows == 0:
            found = numbers_few(op, x, <Number>b)
        if found is None and x.rows == 0:
            found = arithmetic_many(op, x, b)
    elif isinstance(b, Number) and (<Number>b).rows == 0:
        y = <Number>b
        if op == DIVIDE and as_float(a, &s):
            found = quotient_few(&s, 0, y)
        else:
            found = with_array_few(op, y, a, True)
        if found is None and (op == ADD or op == MULTIPLY):
            found = arithmetic_many(op, y, a)
    if found is not None:
        return found
    return laid_out(general(op, a, b), (a, b))


cdef object power(object a, object b):
    """a ** b, at least one a Number."""
    cdef Number x, y
    cdef double p = 0.0
    if is_inline(a):
        if as_coefficient(b, &p):
            y = power_of_scalar(<Number>a, p)
            if y is not None:
                return y
        elif is_inline(b):
            found = power_short(as_point(a), as_point(b))
            if found is not None:
                return from_point(found)
    elif is_inline(b) and PyFloat_CheckExact(a):
        found = power_short(a, as_point(b))
        if found is not None:
            return from_point(found)
    elif is_single(a) or is_single(b):
        found = single_binary(np_power, a, b)
        if found is not None:
            return found
    else:
        found = power_short(a, b)
        if found is not None:
            return found
    return laid_out(ufunc_handler(np.power, "__call__", (a, b), {}), (a, b))


cdef object power_short(object a, object b):
    """a ** b for arrays, without the way through dispatch; None where there is no other."""
    cdef Number x
    cdef double p = 0.0
    if isinstance(a, Number) and as_coefficient(b, &p):
        x = compact(<Number>a)
        if x.rows or not isinstance(x.buffer, np.ndarray):
            return None
        if p == 2.0 or p == 3.0 or p == 4.0:
            square = array_arithmetic(MULTIPLY, x, x)
            if p == 2.0:
                return square
            return array_arithmetic(MULTIPLY, square, x if p == 3.0 else square)
        if p == 1.0:
            return scaled_few(x, 1.0)
        return quotient_few(&UNIT, 0, x) if p == -1.0 else power_few(x, p)
    if is_inline(b) and not isinstance(a, Number):
        return None
    return pair_few(POWER_OF_PLAIN if not isinstance(a, Number) else
                    POWER if isinstance(b, Number) else PLAIN_POWER, a, b)
