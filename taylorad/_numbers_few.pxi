# Part of _numbers.pyx: arrays of so few points that NumPy's calls would cost more than the work.

cdef enum:
    FEW_POINTS = 64
    SOME_POINTS = 1024  # where no work is on the stack
    ON_STACK = 2048  # doubles: the room that a few points of a few rows take

cdef extern from *:
    """
    #include <stdint.h>

    /* With flags as wide as a double, so that the compiler takes several at a time. */
    static int taylorad_has_zero(const double *x, ptrdiff_t n) {
        int64_t found = 0;
        for (ptrdiff_t i = 0; i < n; i++) found |= x[i] == 0.0 ? -1 : 0;
        return found != 0;
    }

    /* Whether no exponent is the largest: that of nan and infinity. */
    static int taylorad_all_finite(const double *x, ptrdiff_t n) {
        const uint64_t exponent = (uint64_t)0x7ff << 52, one = (uint64_t)1 << 52;
        uint64_t carried = 0, bits;
        for (ptrdiff_t i = 0; i < n; i++) {
            memcpy(&bits, x + i, sizeof(bits));
            carried |= (bits & exponent) + one;
        }
        return !(carried >> 63);
    }
    """
    bint has_zero "taylorad_has_zero"(const double *, Py_ssize_t) noexcept
    bint all_finite "taylorad_all_finite"(const double *, Py_ssize_t) noexcept

cdef inline Py_ssize_t points_up_to(Py_ssize_t most, object parts) noexcept:
    """How many points contiguous double coefficients are at, if at most so many; else 0."""
    cdef Py_ssize_t n
    if not (cnp.PyArray_CheckExact(parts) and is_double(parts)
            and cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>parts)):
        return 0
    n = cnp.PyArray_SIZE(<cnp.ndarray>parts) // cnp.PyArray_DIM(<cnp.ndarray>parts, 0)
    return n if n <= most else 0


cdef inline Py_ssize_t points_of(object parts) noexcept:
    """How many points contiguous double coefficients are at, if a few; else 0."""
    return points_up_to(FEW_POINTS, parts)


cdef inline const Table *table_of(Number x) except NULL:
    """The product table of a number's algebra."""
    if x.table == NULL:
        x.table = &compiled(x.algebra).table
    return x.table


cdef inline cnp.ndarray empty_like(cnp.ndarray parts):
    return cnp.PyArray_EMPTY(
        cnp.PyArray_NDIM(parts), cnp.PyArray_DIMS(parts), cnp.NPY_DOUBLE, 0
    )


cdef inline double *doubles(object array) noexcept:
    return <double *>cnp.PyArray_DATA(<cnp.ndarray>array)


cdef inline Number array_like(Number x, cnp.ndarray parts):
    """The array number over the algebra of another with these coefficients."""
    cdef Number y = <Number>taylorad_blank(Py_TYPE(x), <PyObject *>x.algebra)
    y.rows = 0
    y.buffer, y.table = parts, x.table
    return y


cdef inline double *room_on(double *stack, Py_ssize_t size) except NULL:
    """So many doubles, on the stack if it has room for them; else `free_off` has to free them."""
    cdef double *work = stack if size <= ON_STACK else <double *>malloc(size * sizeof(double))
    if work == NULL:
        raise MemoryError
    return work


cdef inline void free_off(double *stack, double *work) noexcept:
    if work != stack:
        free(work)


cdef object numbers_few(int op, Number x, Number y):
    """x + y, x - y, x * y or x / y at the same few points; None for all else."""
    cdef const Table *table
    cdef cnp.ndarray result
    cdef double stack[ON_STACK]
    cdef double *work
    cdef double *u
    cdef double *v
    cdef double *w
    cdef Py_ssize_t n = points_of(x.buffer), t
    if n == 0 or y.algebra is not x.algebra or points_of(y.buffer) == 0 or (
        not cnp.PyArray_SAMESHAPE(x.buffer, y.buffer)
    ) or op == DIVIDE and has_zero(doubles(y.buffer), n):
        return None
    result = empty_like(x.buffer)
    u, v, w = doubles(x.buffer), doubles(y.buffer), doubles(result)
    table = table_of(x)
    if op == ADD:
        for t in range(table.rows * n):
            w[t] = u[t] + v[t]
    elif op == SUBTRACT:
        for t in range(table.rows * n):
            w[t] = u[t] - v[t]
    else:
        if is_shared(table, n):
            return None
        work = room_on(stack, room_for(table, 3 if op == MULTIPLY else 1, n))
        if op == MULTIPLY:
            product_points(table, u, v, w, work, n)
        else:
            quotient_points(table, u, v, w, work, n)
        free_off(stack, work)
    return array_like(x, result) if all_finite(w, table.rows * n) else None


cdef object solved(Number x, Py_ssize_t n, const Riccati *f, const double *value,
                   const double *slope, double sign):
    """The series with these values and slopes; None where something is not finite."""
    cdef const Table *table = table_of(x)
    cdef cnp.ndarray y = empty_like(x.buffer)
    cdef double stack[ON_STACK]
    cdef Py_ssize_t room = room_for(table, BLOCKS, n)
    cdef double *work
    if is_shared(table, n):
        return None
    work = room_on(stack, room + table.rows * n)
    if sign != 0.0:
        rotation_points(table, doubles(x.buffer), value, slope, sign, doubles(y),
                        work + room, work, n)
    else:
        riccati_points(table, f, doubles(x.buffer), value, slope, doubles(y), work, n)
    free_off(stack, work)
    return array_like(x, y) if all_finite(doubles(y), table.rows * n) else None


cdef object elementary_few(int index, Number x):
    """f(x) for an array of a few points; None where that is not the simple case."""
    cdef const Scalar *row = &SCALARS[index]
    cdef Py_ssize_t n = points_of(x.buffer), t
    cdef double value[FEW_POINTS]
    cdef double slope[FEW_POINTS]
    cdef double *point
    if n == 0 or cnp.PyArray_DIM(x.buffer, 0) == 1:  # order 0 is NumPy's function itself
        return None
    point = doubles(x.buffer)
    for t in range(n):
        value_and_slope(row, point[t], &value[t], &slope[t])
    if not (all_finite(value, n) and all_finite(slope, n)):
        return None
    return solved(x, n, &row.f, value, slope, row.sign)


cdef object power_few(Number x, double p):
    """x**p at a few points, positive ones or any but 0 for a whole p; None for all else.

    Whole powers up to the degree are products: near 0 the equation leaves nothing of them.
    """
    cdef Py_ssize_t n = points_of(x.buffer), t
    cdef double value[FEW_POINTS]
    cdef double slope[FEW_POINTS]
    cdef double *point
    cdef bint whole = p == libm.floor(p)
    cdef Riccati f
    if n == 0 or whole and 0.0 <= p <= table_of(x).top:
        return None
    point = doubles(x.buffer)
    for t in range(n):
        if not (point[t] > 0.0 or whole and point[t] < 0.0):
            return None
        value[t] = libm.pow(point[t], p)
        if libm.fabs(value[t]) < LEAST_NORMAL:
            return None
        slope[t] = p * libm.pow(point[t], p - 1.0)
    if not (all_finite(value, n) and all_finite(slope, n)):
        return None
    f.q[:] = (0.0, 1.0, 0.0)
    f.root = False
    f.a = f.c = 0.0
    f.b = &p
    f.b_step = 0
    return solved(x, n, &f, value, slope, 0.0)


cdef object quotient_few(const double *s, Py_ssize_t step, Number y):
    """s / y for an array of a few points and plain numbers, or one; None with a zero among y."""
    cdef Py_ssize_t n = points_of(y.buffer), t, room, size
    cdef const Table *table
    cdef cnp.ndarray result
    cdef double stack[ON_STACK]
    cdef double *work
    if n == 0 or has_zero(doubles(y.buffer), n) or is_shared(table_of(y), n):
        return None
    table = table_of(y)
    result = empty_like(y.buffer)
    room, size = room_for(table, 1, n), table.rows * n
    work = room_on(stack, room + size)
    memset(work + room, 0, size * sizeof(double))
    for t in range(n):
        work[room + t] = s[t * step]
    quotient_points(table, work + room, doubles(y.buffer), doubles(result), work, n)
    free_off(stack, work)
    return array_like(y, result) if all_finite(doubles(result), size) else None


cdef bint has_points(cnp.ndarray s, Number x) noexcept:
    """Whether a plain contiguous array has the shape of an array."""
    cdef int k, ndim = cnp.PyArray_NDIM(s)
    if not cnp.PyArray_CheckExact(x.buffer):  # coefficients on record
        return False
    if cnp.PyArray_NDIM(x.buffer) != ndim + 1 or not cnp.PyArray_ISCARRAY_RO(s):
        return False
    for k in range(ndim):
        if cnp.PyArray_DIM(s, k) != cnp.PyArray_DIM(x.buffer, k + 1):
            return False
    return True


cdef double *same_points(object s, Number x) noexcept:
    """The entries of a plain array that has the shape of an array of a few points; else NULL."""
    if not (cnp.PyArray_CheckExact(s) and is_double(s)) or points_of(x.buffer) == 0:
        return NULL
    return doubles(s) if has_points(<cnp.ndarray>s, x) else NULL


cdef object with_array_few(int op, Number x, object other, bint reflected):
    """x op s, or s op x, with a float or a plain array of the same few points; None where a
    result is not finite, or this is not the case."""
    cdef double single = 0.0
    cdef double *s = same_points(other, x)
    cdef Py_ssize_t step = 1
    cdef double *u
    cdef double *w
    cdef Py_ssize_t n, t, k, rows
    cdef cnp.ndarray y
    cdef double sign
    if s == NULL:
        if points_of(x.buffer) == 0 or not as_float(other, &single):
            return None
        s, step = &single, 0
    if op == DIVIDE and reflected:
        return quotient_few(s, step, x)
    n, rows = points_of(x.buffer), cnp.PyArray_DIM(x.buffer, 0)
    y = empty_like(x.buffer)
    u, w = doubles(x.buffer), doubles(y)
    if op == MULTIPLY:
        for k in range(rows):
            for t in range(n):
                w[k * n + t] = u[k * n + t] * s[t * step]
    elif op == DIVIDE:
        for k in range(rows):
            for t in range(n):
                w[k * n + t] = u[k * n + t] / s[t * step]
    else:
        sign = -1.0 if op == SUBTRACT and reflected else 1.0
        for t in range(n):
            single = s[t * step]
            w[t] = u[t] + single if op == ADD else single - u[t] if reflected else u[t] - single
        for t in range(n, rows * n):
            w[t] = sign * u[t]
    return array_like(x, y) if all_finite(w, rows * n) else None


# ufunc -> whether the larger operand wins
cdef dict EXTREMA = {np.maximum: True, np.fmax: True, np.minimum: False, np.fmin: False}


cdef inline bint extreme_at(bint larger, const double *u, const double *v, double *w, Py_ssize_t rows,
                            Py_ssize_t moving, Py_ssize_t n) noexcept:
    """The larger or smaller of two points whose rows are n apart, half of each at a tie; v has so
    many `moving` rows. False with a nan, and for zeros of two signs: which it is, NumPy says."""
    cdef Py_ssize_t k
    cdef double other
    if u[0] != u[0] or v[0] != v[0] or u[0] == 0.0 and v[0] == 0.0 and (
        libm.signbit(u[0]) != libm.signbit(v[0])
    ):
        return False
    for k in range(rows - 1, -1, -1):  # the values last, in place of which the result may be
        other = v[k * n] if k < moving else 0.0
        if u[0] == v[0]:
            w[k * n] = (u[k * n] + other) / 2 if k else u[0]
        else:
            w[k * n] = u[k * n] if (u[0] > v[0]) == larger else other
    return True


cdef object extremum_few(bint larger, object a, object b):
    """The larger or smaller of a and b, half of each at a tie; None with nan among them."""
    cdef Number x
    cdef Py_ssize_t n, t, rows, step = 1
    cdef double s = 0.0
    cdef double *v = &s
    cdef bint moving = isinstance(a, Number) and isinstance(b, Number)
    cdef cnp.ndarray y
    if not isinstance(a, Number):
        a, b = b, a
    x = <Number>a
    n = points_up_to(SOME_POINTS, x.buffer)
    if n == 0:
        return None
    if isinstance(b, Number):
        if (<Number>b).algebra is not x.algebra or points_up_to(n, (<Number>b).buffer) != n or (
            not cnp.PyArray_SAMESHAPE(x.buffer, (<Number>b).buffer)
        ):
            return None
        v = doubles((<Number>b).buffer)
    elif as_float(b, &s):
        step = 0
    elif cnp.PyArray_CheckExact(b) and is_double(b) and has_points(<cnp.ndarray>b, x):
        v = doubles(b)
    else:
        return None
    y = empty_like(x.buffer)
    rows = cnp.PyArray_DIM(y, 0)
    for t in range(n):
        if not extreme_at(larger, doubles(x.buffer) + t, v + t * step, doubles(y) + t, rows,
                          rows if moving else 1, n):
            return None
    return array_like(x, y)


cdef object absolute_few(Number x):
    """The absolute value of an array of a few points; None with a zero or nan among them."""
    cdef Py_ssize_t n = points_of(x.buffer), t, k
    cdef cnp.ndarray y
    cdef double *u
    if n == 0:
        return None
    u = doubles(x.buffer)
    for t in range(n):
        if not libm.fabs(u[t]) > 0.0:
            return None
    y = empty_like(x.buffer)
    for t in range(n):
        for k in range(cnp.PyArray_DIM(y, 0)):
            doubles(y)[k * n + t] = u[k * n + t] if u[t] > 0.0 else -u[k * n + t]
    return array_like(x, y)


cdef object negated_few(Number x):
    """-x for a few points; None for all else."""
    cdef Py_ssize_t n = points_of(x.buffer), t
    cdef cnp.ndarray y
    if n == 0:
        return None
    y = empty_like(x.buffer)
    for t in range(n * cnp.PyArray_DIM(y, 0)):
        doubles(y)[t] = -doubles(x.buffer)[t]
    return array_like(x, y)


cdef bint chosen_few(object x, Number like, double **rows, double *single) except -1:
    """What is chosen from: the coefficients of an array like this one, plain values, or a float."""
    rows[0] = NULL
    if isinstance(x, Number):
        if (<Number>x).algebra is not like.algebra or points_of((<Number>x).buffer) == 0 or (
            not cnp.PyArray_SAMESHAPE((<Number>x).buffer, like.buffer)
        ):
            return False
        rows[0] = doubles((<Number>x).buffer)
        return True
    if as_float(x, single):
        return True
    rows[0] = same_points(x, like)
    return rows[0] != NULL


cdef object where_few(object condition, object a, object b):
    """`numpy.where` at a few points, of arrays and floats; None for all else."""
    cdef Number like
    cdef double *u
    cdef double *v
    cdef double *w
    cdef double first = 0.0, second = 0.0
    cdef cnp.npy_bool single = condition is True
    cdef const cnp.npy_bool *holds = &single
    cdef Py_ssize_t n, t, k, rows, step = 0
    cdef cnp.ndarray y
    if not (isinstance(a, Number) or isinstance(b, Number)):
        return None
    like = <Number>(a if isinstance(a, Number) else b)
    n = points_of(like.buffer)
    if n == 0:
        return None
    if type(condition) is not bool:
        if not cnp.PyArray_CheckExact(condition) or (
            cnp.PyArray_TYPE(<cnp.ndarray>condition) != cnp.NPY_BOOL
        ) or not has_points(<cnp.ndarray>condition, like):
            return None
        holds, step = <const cnp.npy_bool *>cnp.PyArray_DATA(<cnp.ndarray>condition), 1
    if not (chosen_few(a, like, &u, &first) and chosen_few(b, like, &v, &second)):
        return None
    y = empty_like(like.buffer)
    w, rows = doubles(y), cnp.PyArray_DIM(y, 0)
    for k in range(rows):
        for t in range(n):
            if holds[t * step]:
                w[k * n + t] = u[k * n + t] if u != NULL else first
            else:
                w[k * n + t] = v[k * n + t] if v != NULL else second
        first = second = 0.0  # what is plain does not move
        u, v = u if isinstance(a, Number) else NULL, v if isinstance(b, Number) else NULL
    return array_like(like, y)


cdef object clip_few(Number x, object low, object high):
    """`numpy.clip` at a few points; None with nan among them, and for all else."""
    cdef Py_ssize_t n = points_of(x.buffer), t, k, rows
    cdef double least = 0.0, most = 0.0, value
    cdef const double *from_
    cdef double *floor = NULL
    cdef double *ceiling = NULL
    cdef double *u
    cdef double *w
    cdef cnp.ndarray y
    cdef bint low_moves = isinstance(low, Number), high_moves = isinstance(high, Number)
    if n == 0 or low is None and high is None or (
        low_moves and (<Number>low).algebra is not x.algebra
        or high_moves and (<Number>high).algebra is not x.algebra
    ):
        return None
    low, high = alike(low, x), alike(high, x)
    if low is None:
        least = -libm.INFINITY
    elif not values_few(low, x, n, &floor, &least):
        return None
    if high is None:
        most = libm.INFINITY
    elif not values_few(high, x, n, &ceiling, &most):
        return None
    y = empty_like(x.buffer)
    u, w, rows = doubles(x.buffer), doubles(y), cnp.PyArray_DIM(x.buffer, 0)
    for t in range(n):
        value = u[t]
        if floor != NULL:
            least = floor[t]
        if ceiling != NULL:
            most = ceiling[t]
        if value != value or least != least or most != most:
            return None
        from_ = u
        if value < least:
            value, from_ = least, floor if low_moves else NULL
        if value > most:
            value, from_ = most, ceiling if high_moves else NULL
        w[t] = value
        for k in range(1, rows):
            w[k * n + t] = from_[k * n + t] if from_ != NULL else 0.0
    return array_like(x, y)
