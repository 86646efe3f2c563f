# Part of _numbers.pyx: elementary functions of inline scalars.

ctypedef double (*Function)(double) noexcept nogil
ctypedef void (*Pair)(double, double *, double *) noexcept nogil

cdef double logistic_slope(double x) noexcept nogil:
    cdef double e = libm.exp(-libm.fabs(x))
    return e / ((1.0 + e) * (1.0 + e))

cdef double sech2(double x) noexcept nogil:
    return 4.0 * logistic_slope(2.0 * x)

# Next to each other, so that the compiler takes them together where the library can.
cdef void sine(double x, double *value, double *partner) noexcept nogil:
    value[0] = libm.sin(x)
    partner[0] = libm.cos(x)

cdef void cosine(double x, double *value, double *partner) noexcept nogil:
    value[0] = libm.cos(x)
    partner[0] = libm.sin(x)

cdef struct Scalar:
    Function value
    Pair pair            # NULL, or value and partner at once
    Function slope       # NULL: from the equation
    Function other       # rotation: the partner
    double sign          # rotation; 0 for riccati
    double partner_sign
    int partner          # rotation: the partner's index
    int slope_index      # of the ufunc that is the slope; -1 if it is none of them
    bint zeros           # whether a zero of the argument is a branch point
    bint known           # whether its row has been registered
    Riccati f
    double b

cdef enum:
    FUNCTIONS = 21

cdef Scalar SCALARS[FUNCTIONS]
cdef list NAMES = ["exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt",
                   "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh",
                   "arcsinh", "arccosh", "arctanh"]
cdef Function VALUES[FUNCTIONS]
VALUES[:] = [libm.exp, libm.exp2, libm.expm1, libm.log, libm.log2, libm.log10, libm.log1p,
             libm.sqrt, libm.cbrt, libm.sin, libm.cos, libm.tan, libm.asin, libm.acos,
             libm.atan, libm.sinh, libm.cosh, libm.tanh, libm.asinh, libm.acosh, libm.atanh]
cdef Pair PAIRS[FUNCTIONS]       # NULL where there is none
PAIRS[NAMES.index("sin")], PAIRS[NAMES.index("cos")] = sine, cosine
cdef list STDLIB = [getattr(_math, {"arc": "a"}.get(name[:3], name[:3]) + name[3:], None)
                    for name in NAMES]
cdef list row_ufuncs = [getattr(np, name) for name in NAMES]
cdef dict SCALAR_INDEX = {}      # ufunc -> index of a registered function


cdef int function_index(str name) except -1:
    return NAMES.index(name)


def register_scalar(function, *, q=(1,), root=False, a=0.0, b=0.0, c=0.0, slope=None,
                    other=None, sign=0, partner_sign=1):
    """Give a ufunc's row to the scalar path, if the platform's library has its values.

    `slope` and `other` are names: of ``"exp"``, ``"sech2"``, and of the partner's ufunc.
    """
    if function.__name__ not in NAMES:
        return
    cdef int i = NAMES.index(function.__name__)
    cdef Scalar *row = &SCALARS[i]
    row.value = VALUES[i]
    row.pair = PAIRS[i]
    row.slope = NULL
    if slope is not None:
        row.slope = sech2 if slope == "sech2" else VALUES[NAMES.index(slope)]
    row.slope_index = NAMES.index(slope) if slope in NAMES else -1
    row.other = NULL if other is None else VALUES[NAMES.index(other)]
    row.partner = 0 if other is None else NAMES.index(other)
    row.zeros = q[0] == 0 and a == 0
    row.sign = sign
    row.partner_sign = partner_sign
    row.f.q[:] = (*q, 0.0, 0.0)[:3]
    row.f.root = root
    row.f.a = a
    row.b = b
    row.f.c = c
    row.f.b = &row.b
    row.f.b_step = 0
    row.known = True
    SCALAR_INDEX[function] = i


cdef inline double slope_of(const Scalar *row, double x, double y) noexcept:
    cdef double p, q
    cdef const Riccati *f = &row.f
    if row.slope != NULL:
        return row.slope(x)
    if row.sign != 0.0:
        return row.partner_sign * row.other(x)
    p = f.a
    if row.b != 0.0:
        p += row.b * y
    if f.c != 0.0:
        p += f.c * (y * y)
    if f.q[0] == 0.0 and f.q[1] == 1.0 and f.q[2] == 0.0 and not f.root:
        return p / x if y == y else y
    if f.q[1] == 0.0 and f.q[2] == 0.0:
        return p if f.q[0] == 1.0 else p / f.q[0]
    if f.root and libm.fabs(x) > 1e150:
        return p / libm.fabs(x)
    if f.q[1] == 0.0 and f.q[2] == -f.q[0]:
        q = (f.q[0] - f.q[0] * x) * (1.0 + x)
    else:
        q = f.q[0] + x * (f.q[1] + x * f.q[2])
    p = p / (libm.sqrt(q) if f.root else q)
    return p if y == y else y


cdef inline void value_and_slope(const Scalar *row, double x, double *value,
                                 double *slope) noexcept:
    if row.pair != NULL:
        row.pair(x, value, slope)
        slope[0] *= row.partner_sign
    else:
        value[0] = row.value(x)
        slope[0] = slope_of(row, x, value[0])


cdef inline Number elementary(int index, Number x):
    """f(x) for an inline scalar; None where something is not finite."""
    cdef const Scalar *row = &SCALARS[index]
    cdef double value, slope
    value_and_slope(row, x.c[0], &value, &slope)
    return from_slope(row, x, value, slope)


cdef double LEAST_NORMAL = 2.2250738585072014e-308  # of the doubles that have all their digits


cdef Number power_of_scalar(Number x, double p):
    """x^p for an inline scalar; None where that is left to the rule."""
    cdef Scalar row
    cdef Number square
    cdef double u = x.c[0]
    if p == 2.0 or p == 3.0 or p == 4.0:
        square = scalar_with_scalar(MULTIPLY, x, x)
        if p == 2.0:
            return square
        return scalar_with_scalar(MULTIPLY, square, x if p == 3.0 else square)
    if p == -1.0 and u != 0.0:
        return float_with_scalar(DIVIDE, 1.0, x)
    # whole powers up to the degree are products: near 0 the equation leaves nothing of them
    if not u > 0.0 or 0.0 <= p <= x.rows and p == libm.floor(p):
        return None
    if x.rows > 2 and libm.pow(u, p) < LEAST_NORMAL:  # of which the equation makes all others
        return None
    # x y' = p x' y
    row.sign = 0.0
    row.f.q[:] = (0.0, 1.0, 0.0)
    row.f.root = False
    row.f.a = row.f.c = 0.0
    row.f.b = &p
    row.f.b_step = 0
    return from_slope(&row, x, libm.pow(u, p), p * libm.pow(u, p - 1.0))


cdef inline Number from_slope(const Scalar *row, Number x, double value, double slope):
    """The function of x with this value and slope; None where something is not finite."""
    if x.rows != 2:
        return elementary_series(row, x, value, slope)
    slope *= x.small[1]
    if not (libm.isfinite(value) and libm.isfinite(slope)):
        return None
    return <Number>taylorad_pair(x, value, slope)


cdef Number elementary_series(const Scalar *row, Number x, double value, double slope):
    """As `from_slope`, for more than a first derivative."""
    cdef Number y = scalar_like(x)
    cdef double room[BLOCKS * FEW]
    cdef double *work = room
    cdef int k
    if x.rows > FEW:
        work = <double *>malloc(BLOCKS * x.rows * sizeof(double))
        if work == NULL:
            raise MemoryError
        if row.sign != 0.0:
            rotation_points(x.table, x.c, &value, &slope, row.sign, y.c,
                            work + 3 * x.rows, work, 1)
        else:
            riccati_points(x.table, &row.f, x.c, &value, &slope, y.c, work, 1)
        free(work)
    elif row.sign != 0.0:
        rotation_tile(x.table, x.c, 1, &value, &slope, row.sign, y.c, work + 3 * x.rows,
                      1, work, 1)
    else:
        riccati_tile(x.table, &row.f, row.f.b, x.c, 1, &value, &slope, y.c, 1, work, 1)
    for k in range(x.rows):
        if not libm.isfinite(y.c[k]):
            return None
    return y


cdef object math_function(int index, object x):
    """As the standard `math` does on numbers, at any of our scalars too."""
    cdef const Scalar *row = &SCALARS[index]
    cdef double value, slope
    if taylorad_is_pair(x) and row.known:
        value_and_slope(row, (<Number>x).small[0], &value, &slope)
        slope *= (<Number>x).small[1]
        if libm.isfinite(value) and libm.isfinite(slope):
            return taylorad_pair(x, value, slope)
    return function_of_others(index, x)


cdef object function_of_others(int index, object x):
    """As `math_function`, of what has not just a value and a derivative, both finite."""
    cdef double y0
    cdef Number y
    # for a float64 of NumPy too, as the standard module, a float
    if PyFloat_CheckExact(x) or not taylorad_ours(x) and isinstance(x, float):
        y0 = VALUES[index](PyFloat_AS_DOUBLE(x))
        if libm.isfinite(y0):
            return y0
        return STDLIB[index](x)
    if is_inline(x) and SCALARS[index].known:
        y = elementary(index, <Number>x)
        if y is not None:
            return y
    if isinstance(x, (Number, *VARIABLE)):
        if x.ndim == 0 and x.dtype.kind == "f":
            STDLIB[index](value(x))  # raises on a domain error, as for floats
        return getattr(np, NAMES[index])(x)
    if isinstance(x, (np.ndarray, np.generic, list)):
        return getattr(np, NAMES[index])(x)
    return STDLIB[index](x)
