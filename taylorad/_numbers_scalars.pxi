# Part of _numbers.pyx: arithmetic of inline scalars.

cdef inline Number scalar_like(Number x):
    """An uninitialised inline scalar over the algebra of x."""
    cdef Number y = <Number>taylorad_blank(Py_TYPE(x), x.algebra)
    y.table = x.table
    allocate(y, x.rows)
    return y


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
        product_points(T, u, v, w, work, 1)
    else:
        quotient_points(T, u, v, w, work, 1)
    free(work)
    return 0


cdef inline Number scalar_with_scalar(int op, Number x, Number y):
    cdef Number z = scalar_like(x)
    cdef int k
    cdef double *u = x.c
    cdef double *v = y.c
    cdef double *w = z.c
    if op == ADD:
        for k in range(x.rows):
            w[k] = u[k] + v[k]
    elif op == SUBTRACT:
        for k in range(x.rows):
            w[k] = u[k] - v[k]
    elif op == MULTIPLY:
        if x.rows == 2:
            w[0] = u[0] * v[0]
            w[1] = u[0] * v[1] + u[1] * v[0]
        else:
            times_or_over(MULTIPLY, x.table, u, v, w)
    else:
        if x.rows == 2:
            w[0] = u[0] / v[0]
            w[1] = (u[1] - v[1] * w[0]) / v[0]
        else:
            times_or_over(DIVIDE, x.table, u, v, w)
    return z


cdef inline Number scalar_with_float(int op, Number x, double s):
    cdef Number z = scalar_like(x)
    cdef int k
    cdef double *u = x.c
    cdef double *w = z.c
    if op == ADD or op == SUBTRACT:
        for k in range(1, x.rows):
            w[k] = u[k]
        w[0] = u[0] + s if op == ADD else u[0] - s
    elif op == MULTIPLY:
        for k in range(x.rows):
            w[k] = u[k] * s
    else:
        for k in range(x.rows):
            w[k] = u[k] / s
    return z


cdef inline Number float_with_scalar(int op, double s, Number y):
    cdef Number z = scalar_like(y)
    cdef int k
    cdef double *v = y.c
    cdef double *w = z.c
    if op == ADD or op == MULTIPLY:
        return scalar_with_float(op, y, s)
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
    """Whether x is a Python float or int, and its value."""
    if PyFloat_CheckExact(x):
        s[0] = PyFloat_AS_DOUBLE(x)
        return True
    if PyLong_CheckExact(x):
        s[0] = PyLong_AsDouble(x)
        return True
    return False


cdef object arithmetic(int op, object a, object b):
    """a + b, a - b, a * b or a / b, at least one a Number."""
    cdef Number x, y
    cdef double s = 0.0
    if isinstance(a, Number):
        x = <Number>a
        if x.rows:
            if isinstance(b, Number):
                y = <Number>b
                if y.rows and y.algebra is x.algebra:
                    # a zero divisor goes the general way, which warns and resolves 0/0
                    if op != DIVIDE or y.c[0] != 0.0:
                        return scalar_with_scalar(op, x, y)
            elif as_float(b, &s):
                if op != DIVIDE or s != 0.0:
                    return scalar_with_float(op, x, s)
        elif op == DIVIDE and isinstance(b, Number):
            y = <Number>b
            if y.rows == 0 and y.algebra is x.algebra and points_of(x.buffer) and (
                points_of(y.buffer) and cnp.PyArray_SAMESHAPE(x.buffer, y.buffer)
            ):
                found = quotient_few(x.buffer, s, y)
                if found is not None:
                    return found
        if x.rows == 0 and not isinstance(b, Number):
            found = with_array_few(op, x, b, False)
            if found is not None:
                return found
    elif isinstance(b, Number):
        y = <Number>b
        if y.rows and as_float(a, &s):
            if op != DIVIDE or y.c[0] != 0.0:
                return float_with_scalar(op, s, y)
        elif op == DIVIDE and as_float(a, &s):
            found = quotient_few(None, s, y)
            if found is not None:
                return found
        elif y.rows == 0:
            found = with_array_few(op, y, a, True)
            if found is not None:
                return found
    return laid_out(general(op, a, b), (a, b))


cdef object power(object a, object b):
    """a ** b, at least one a Number."""
    cdef Number x, y
    cdef long n
    if isinstance(a, Number) and PyLong_CheckExact(b):
        x = <Number>a
        if x.rows and (b == 2 or b == 3):
            y = scalar_with_scalar(MULTIPLY, x, x)
            return scalar_with_scalar(MULTIPLY, y, x) if b == 3 else y
        if isinstance(x.buffer, np.ndarray) and (b == 2 or b == 3):
            square = general(MULTIPLY, x, x)
            return general(MULTIPLY, square, x) if b == 3 else square
    elif isinstance(a, Number) and PyFloat_CheckExact(b) and (<Number>a).rows == 0:
        found = None
        if b != libm.floor(b):  # whole powers are products
            found = power_few(<Number>a, PyFloat_AS_DOUBLE(b))
        if found is not None:
            return found
    return laid_out(ufunc_handler(np.power, "__call__", (a, b), {}), (a, b))
