# Part of _numbers.pyx: functions of two operands at a few points, at least one of them moving.
#
# Each is written over coefficients of both operands, those of a constant zero but for the first
# row, by the same equations as its rule. What is out of the ordinary is left to that.

cdef enum:
    PAIR_BLOCKS = 5  # of coefficients: both operands, the result, and two to work with

# What a function of two operands has to work with; `value` is the plain result.
cdef struct Pairs:
    const Table *table
    Py_ssize_t n, rows, size
    double *u
    double *v
    double *y
    double *s
    double *w
    double *work
    const double *value
    double scale

# Whether the function could do it.
ctypedef bint (*PairFunction)(Pairs *) noexcept

cdef double NAUGHT = 0.0, UNIT = 1.0


cdef void solve(Pairs *p, double q0, double q1, double q2, double a, const double *b,
                Py_ssize_t step, const double *x, const double *value, const double *slope,
                double *y) noexcept:
    """The y with q(x) Dy = (a + b y) Dx."""
    cdef Riccati f
    f.q[:] = (q0, q1, q2)
    f.root = False
    f.a, f.c = a, 0.0
    f.b, f.b_step = b, step
    riccati_points(p.table, &f, x, value, slope, y, p.work, p.n)


cdef void exponential(Pairs *p, const double *x, const double *value, double *y) noexcept:
    """Dy = y Dx"""
    solve(p, 1.0, 0.0, 0.0, 0.0, &UNIT, 0, x, value, NULL, y)


cdef bint angle(Pairs *p) noexcept:
    """arctan2(u, v): arctan(u / v), or that of -v / u where it is steep."""
    cdef Py_ssize_t t, k
    cdef double first
    for t in range(p.n):
        if not libm.isfinite(p.u[t] - p.v[t]) or p.u[t] == 0.0 and p.v[t] == 0.0:
            return False
        if libm.fabs(p.u[t]) > libm.fabs(p.v[t]):
            for k in range(p.rows):
                first = p.u[k * p.n + t]
                p.u[k * p.n + t], p.v[k * p.n + t] = -p.v[k * p.n + t], first
    quotient_points(p.table, p.u, p.v, p.s, p.work, p.n)
    solve(p, 1.0, 0.0, 1.0, 1.0, &NAUGHT, 0, p.s, p.value, NULL, p.y)
    return True


cdef bint radius(Pairs *p) noexcept:
    """y^2 = u^2 + v^2, scaled by the value so that nothing overflows."""
    cdef double root[FEW_POINTS]
    cdef Py_ssize_t t, k
    for t in range(p.n):
        if not (0.0 < p.value[t] and libm.isfinite(p.value[t])):
            return False
        for k in range(p.rows):
            p.u[k * p.n + t] /= p.value[t]
            p.v[k * p.n + t] /= p.value[t]
    product_points(p.table, p.u, p.u, p.s, p.work, p.n)
    product_points(p.table, p.v, p.v, p.w, p.work, p.n)
    for k in range(p.size):
        p.s[k] += p.w[k]
    for t in range(p.n):
        root[t] = libm.sqrt(p.s[t])
    solve(p, 0.0, 2.0, 0.0, 0.0, &UNIT, 0, p.s, root, NULL, p.y)
    for t in range(p.n):
        for k in range(1, p.rows):
            p.y[k * p.n + t] *= p.value[t]
        p.y[t] = p.value[t]
    return True


cdef bint log_of_sum(Pairs *p) noexcept:
    """The larger one, plus log1p(exp(d)) for the difference d <= 0."""
    cdef double value[FEW_POINTS]
    cdef double small
    cdef Py_ssize_t t, k, at
    cdef bint swap
    for t in range(p.n):
        if not libm.isfinite(p.u[t] - p.v[t]):
            return False
        swap = p.u[t] > p.v[t]
        for k in range(p.rows):
            at = k * p.n + t
            small = (p.u[at] - p.v[at]) * p.scale
            p.s[at] = -small if swap else small
            if not swap:
                p.u[at] = p.v[at]
        value[t] = libm.exp(p.s[t])
    exponential(p, p.s, value, p.w)
    for t in range(p.n):
        value[t] = libm.log1p(p.w[t])
    solve(p, 1.0, 1.0, 0.0, 1.0, &NAUGHT, 0, p.w, value, NULL, p.y)
    for k in range(p.size):
        p.y[k] = p.u[k] + p.y[k] / p.scale if k >= p.n else p.value[k]
    return True


cdef bint all_positive(Pairs *p) noexcept:
    cdef Py_ssize_t t
    for t in range(p.n):
        if not p.u[t] > 0.0:
            return False
    return True


cdef bint power_of_both(Pairs *p) noexcept:
    """u^v = exp(v log u), where v moves."""
    cdef double value[FEW_POINTS]
    cdef Py_ssize_t t, k
    cdef bint moving
    if not all_positive(p):
        return False
    for t in range(p.n):
        if p.value[t] < LEAST_NORMAL:
            return False
        moving = False
        for k in range(1, p.rows):
            moving |= p.v[k * p.n + t] != 0.0
        if not moving:
            return False
        value[t] = libm.log(p.u[t])
    solve(p, 0.0, 1.0, 0.0, 1.0, &NAUGHT, 0, p.u, value, NULL, p.s)
    product_points(p.table, p.v, p.s, p.w, p.work, p.n)
    exponential(p, p.w, p.value, p.y)
    return True


cdef bint power_of_constant(Pairs *p) noexcept:
    """The same for a u that does not move."""
    cdef Py_ssize_t t, k
    cdef double logarithm
    if not all_positive(p):
        return False
    for t in range(p.n):
        logarithm = libm.log(p.u[t])
        for k in range(p.rows):
            p.w[k * p.n + t] = p.v[k * p.n + t] * logarithm
    exponential(p, p.w, p.value, p.y)
    return True


cdef bint constant_power(Pairs *p) noexcept:
    """u y' = v u' y, for a v that does not move; whole powers up to the degree are products."""
    cdef double slope[FEW_POINTS]
    cdef Py_ssize_t t, k
    if not all_positive(p):
        return False
    for t in range(p.n):
        if p.value[t] < LEAST_NORMAL:
            return False
        slope[t] = p.v[t] * libm.pow(p.u[t], p.v[t] - 1.0)
    if not all_finite(slope, p.n):
        return False
    solve(p, 0.0, 1.0, 0.0, 0.0, p.v, 1, p.u, p.value, slope, p.y)
    for t in range(p.n):
        if 0.0 < p.v[t] <= p.table.top and p.v[t] == libm.floor(p.v[t]):
            whole_power(p, t, <int>p.v[t])
    return True


cdef void whole_power(Pairs *p, Py_ssize_t t, int n) noexcept:
    """The derivatives of u^n at one point, by products."""
    cdef Py_ssize_t k, rows = p.rows
    cdef double *x = p.s       # there is room for three series of one point from here on
    cdef double *y = p.s + rows
    cdef double *product = p.s + 2 * rows
    cdef bint begun = False
    for k in range(rows):
        x[k] = p.u[k * p.n + t]
    while n:
        if n & 1:
            if begun:
                product_points(p.table, y, x, product, p.work, 1)
            memcpy(y, product if begun else x, rows * sizeof(double))
            begun = True
        if n > 1:
            product_points(p.table, x, x, product, p.work, 1)
            memcpy(x, product, rows * sizeof(double))
        n >>= 1
    for k in range(1, rows):
        p.y[k * p.n + t] = y[k]


# --- Of the values alone, or linear where they are what they are ---------------------------

cdef bint jump(Pairs *p) noexcept:
    """heaviside(u, v): v where u is 0, and constants elsewhere."""
    cdef Py_ssize_t t, k
    for k in range(p.rows):
        for t in range(p.n):
            p.y[k * p.n + t] = p.v[k * p.n + t] if p.u[t] == 0.0 else 0.0
    memcpy(p.y, p.value, p.n * sizeof(double))
    return True


cdef bint signed(Pairs *p) noexcept:
    """copysign(u, v): u or -u"""
    cdef Py_ssize_t t, k
    for t in range(p.n):
        if not libm.fabs(p.u[t]) > 0.0 or p.v[t] != p.v[t]:
            return False
        for k in range(p.rows):
            p.y[k * p.n + t] = p.u[k * p.n + t] if (
                libm.signbit(p.u[t]) == libm.signbit(p.v[t])) else -p.u[k * p.n + t]
    return True


cdef bint lowered(Pairs *p, bint floored) noexcept:
    """u - n v with the whole number n of the values."""
    cdef Py_ssize_t t, k
    cdef double count
    for t in range(p.n):
        if p.v[t] == 0.0:
            return False
        count = whole_quotient(p.u[t], p.v[t]) if floored else (
            libm.rint((p.u[t] - p.value[t]) / p.v[t]))
        for k in range(p.rows):
            p.y[k * p.n + t] = p.u[k * p.n + t] - count * p.v[k * p.n + t]
        p.y[t] = p.value[t]
    return True


cdef bint floored_remainder(Pairs *p) noexcept:
    return lowered(p, True)


cdef bint truncated_remainder(Pairs *p) noexcept:
    return lowered(p, False)


cdef bint constant_quotient(Pairs *p) noexcept:
    """u // v has no derivative."""
    cdef Py_ssize_t t
    for t in range(p.n):
        if p.v[t] == 0.0:
            return False
    memset(p.y, 0, p.size * sizeof(double))
    memcpy(p.y, p.value, p.n * sizeof(double))
    return True


# The values, as NumPy has them.

cdef double log_sum_exp(double u, double v) noexcept nogil:
    if u == v:
        return u + libm.M_LN2
    return libm.fmax(u, v) + libm.log1p(libm.exp(-libm.fabs(u - v)))


cdef double log2_sum_exp2(double u, double v) noexcept nogil:
    if u == v:
        return u + 1.0
    return libm.fmax(u, v) + libm.M_LOG2E * libm.log1p(libm.exp2(-libm.fabs(u - v)))


cdef double step_at(double u, double v) noexcept nogil:
    return v if u == 0.0 else 1.0 if u > 0.0 else 0.0 if u < 0.0 else u


cdef double remainder_of(double u, double v) noexcept nogil:
    cdef double rest = libm.fmod(u, v)
    if rest == 0.0:
        return libm.copysign(0.0, v)
    return rest + v if (v < 0.0) != (rest < 0.0) else rest


cdef double whole_quotient(double u, double v) noexcept nogil:
    cdef double rest = libm.fmod(u, v)
    cdef double quotient = (u - rest) / v, whole
    if rest != 0.0 and (v < 0.0) != (rest < 0.0):
        quotient -= 1.0
    if quotient == 0.0:
        return libm.copysign(0.0, u / v)
    whole = libm.floor(quotient)
    return whole + 1.0 if quotient - whole > 0.5 else whole


ctypedef double (*PairValue)(double, double) noexcept nogil

cdef struct PairRow:
    PairFunction function
    PairValue value
    double scale

cdef enum:
    ANGLE, RADIUS, LOG_SUM, LOG2_SUM, POWER, POWER_OF_PLAIN, PLAIN_POWER, JUMP, SIGNED, REMAINDER
    TRUNCATED, WHOLE, PAIR_KINDS

cdef PairRow PAIR_ROWS[PAIR_KINDS]
PAIR_ROWS[ANGLE] = PairRow(angle, libm.atan2, 1.0)
PAIR_ROWS[RADIUS] = PairRow(radius, libm.hypot, 1.0)
PAIR_ROWS[LOG_SUM] = PairRow(log_of_sum, log_sum_exp, 1.0)
PAIR_ROWS[LOG2_SUM] = PairRow(log_of_sum, log2_sum_exp2, libm.M_LN2)
PAIR_ROWS[POWER] = PairRow(power_of_both, libm.pow, 1.0)
PAIR_ROWS[POWER_OF_PLAIN] = PairRow(power_of_constant, libm.pow, 1.0)
PAIR_ROWS[PLAIN_POWER] = PairRow(constant_power, libm.pow, 1.0)
PAIR_ROWS[JUMP] = PairRow(jump, step_at, 1.0)
PAIR_ROWS[SIGNED] = PairRow(signed, libm.copysign, 1.0)
PAIR_ROWS[REMAINDER] = PairRow(floored_remainder, remainder_of, 1.0)
PAIR_ROWS[TRUNCATED] = PairRow(truncated_remainder, libm.fmod, 1.0)
PAIR_ROWS[WHOLE] = PairRow(constant_quotient, whole_quotient, 1.0)

cdef dict PAIR_UFUNCS = {
    np.arctan2: ANGLE, np.hypot: RADIUS, np.logaddexp: LOG_SUM, np.logaddexp2: LOG2_SUM,
    np.heaviside: JUMP, np.copysign: SIGNED, np.remainder: REMAINDER, np.fmod: TRUNCATED,
    np.floor_divide: WHOLE,
}


cdef bint load(object x, Number like, Py_ssize_t n, Py_ssize_t size, double *to) except -1:
    """The coefficients of an operand as those of another; False where it is not like that one."""
    cdef double single = 0.0
    cdef double *given
    cdef Py_ssize_t t
    if isinstance(x, Number):
        if (<Number>x).algebra is not like.algebra or points_of((<Number>x).buffer) != n or (
            not cnp.PyArray_SAMESHAPE((<Number>x).buffer, like.buffer)
        ):
            return False
        memcpy(to, doubles((<Number>x).buffer), size * sizeof(double))
        return True
    memset(to, 0, size * sizeof(double))
    if as_float(x, &single):
        for t in range(n):
            to[t] = single
        return True
    given = same_points(x, like)
    if given == NULL:
        return False
    memcpy(to, given, n * sizeof(double))
    return True


cdef object pair_few(int kind, object a, object b):
    """A function of two operands at a few points; None where that is not the simple case."""
    cdef PairRow *row = &PAIR_ROWS[kind]
    cdef Number like
    cdef Pairs p
    cdef double value[FEW_POINTS]
    cdef double *block
    cdef Py_ssize_t t
    cdef bint done
    cdef cnp.ndarray y
    pair = matched(a, b, FEW_POINTS)
    if pair is not None:
        a, b = pair
    like = <Number>(a if isinstance(a, Number) else b)
    p.n = points_of(like.buffer)
    if p.n == 0 or cnp.PyArray_DIM(like.buffer, 0) == 1:
        return None
    p.table = table_of(like)
    p.rows = p.table.rows
    p.size = p.n * p.rows
    y = empty_like(like.buffer)
    block = <double *>malloc(
        (PAIR_BLOCKS * p.size + room_for(p.table, BLOCKS, p.n)) * sizeof(double))
    if block == NULL:
        raise MemoryError
    p.u, p.v, p.s, p.w = block, block + p.size, block + 2 * p.size, block + 3 * p.size
    p.work = block + PAIR_BLOCKS * p.size
    p.y, p.value, p.scale = doubles(y), value, row.scale
    try:  # an integer may be too large for a double
        done = load(a, like, p.n, p.size, p.u) and load(b, like, p.n, p.size, p.v)
        if done:
            for t in range(p.n):
                value[t] = row.value(p.u[t], p.v[t])
            done = all_finite(value, p.n) and row.function(&p) and all_finite(p.y, p.size)
    finally:
        free(block)
    return array_like(like, y) if done else None


# --- Comparisons -------------------------------------------------------------------------

cdef dict COMPARISONS = {np.less: Py_LT, np.less_equal: Py_LE, np.greater: Py_GT,
                         np.greater_equal: Py_GE, np.equal: Py_EQ, np.not_equal: Py_NE}


cdef object compare_few(object a, object b, int op):
    """Which of a few points compare so; None where that is not the simple case."""
    cdef Number like = <Number>(a if isinstance(a, Number) and (<Number>a).rows == 0 else b)
    cdef double first = 0.0, second = 0.0
    cdef double *u = NULL
    cdef double *v = NULL
    cdef Py_ssize_t n, t, i
    cdef cnp.ndarray found
    cdef cnp.npy_bool *holds
    cdef double x, y
    if not isinstance(like, Number):
        return None
    n = points_of(like.buffer)
    if n == 0 or not (values_few(a, like, n, &u, &first) and values_few(b, like, n, &v, &second)):
        return None
    found = cnp.PyArray_EMPTY(cnp.PyArray_NDIM(like.buffer) - 1,
                              cnp.PyArray_DIMS(like.buffer) + 1, cnp.NPY_BOOL, 0)
    holds = <cnp.npy_bool *>cnp.PyArray_DATA(found)
    for t in range(n):
        x, y = u[t] if u != NULL else first, v[t] if v != NULL else second
        if op == Py_LT:
            holds[t] = x < y
        elif op == Py_LE:
            holds[t] = x <= y
        elif op == Py_GT:
            holds[t] = x > y
        elif op == Py_GE:
            holds[t] = x >= y
        elif op == Py_EQ:
            holds[t] = x == y
        else:
            holds[t] = x != y
    return found


cdef bint values_few(object x, Number like, Py_ssize_t n, double **given, double *single) except -1:
    """The values of an operand at the points of another, or a single one."""
    if isinstance(x, Number):
        if points_of((<Number>x).buffer) != n or (
            cnp.PyArray_NDIM((<Number>x).buffer) != cnp.PyArray_NDIM(like.buffer)
        ) or not same_shape((<Number>x).buffer, like.buffer):
            return False
        given[0] = doubles((<Number>x).buffer)
        return True
    if as_float(x, single):
        return True
    given[0] = same_points(x, like)
    return given[0] != NULL


cdef bint same_shape(cnp.ndarray u, cnp.ndarray v) noexcept:
    """Whether coefficients are at points of one shape."""
    cdef int k
    for k in range(1, cnp.PyArray_NDIM(u)):
        if cnp.PyArray_DIM(u, k) != cnp.PyArray_DIM(v, k):
            return False
    return True


# --- Steps: functions without a derivative --------------------------------------------------

cdef double sign_of(double x) noexcept nogil:
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 if x == 0.0 else x

cdef enum:
    STEPS = 5

cdef Function STEP_FUNCTIONS[STEPS]
STEP_FUNCTIONS[:] = [libm.floor, libm.ceil, libm.rint, libm.trunc, sign_of]
cdef dict STEP_UFUNCS = {np.floor: 0, np.ceil: 1, np.rint: 2, np.trunc: 3, np.sign: 4}


cdef object step_few(int index, Number x):
    """A step function at a few points; None for all else."""
    cdef Py_ssize_t n = points_of(x.buffer), t
    cdef cnp.ndarray y
    if n == 0:
        return None
    y = empty_like(x.buffer)
    for t in range(n):
        doubles(y)[t] = STEP_FUNCTIONS[index](doubles(x.buffer)[t])
    memset(doubles(y) + n, 0, n * (cnp.PyArray_DIM(y, 0) - 1) * sizeof(double))
    return array_like(x, y)
