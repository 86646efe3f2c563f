# Part of _numbers.pyx: arithmetic of arrays and of whatever else is not an inline scalar.

cdef object plain(object x, Number other):
    """An operand that is not a Number, ready for NumPy; NotImplemented if it cannot be.

    Python's own scalars stay what they are: they do not widen float32, and they keep
    Fractions exact.
    """
    if isinstance(x, (float, int, complex, np.generic)):
        return x
    if isinstance(x, Fraction):  # exact among exact coefficients, as with Python's floats
        return x if other is None or other.dtype == object else float(x)
    if isinstance(x, VARIABLE):
        # of a lower level it is a value to the number; else the operation is the Variable's
        return x if other is None or x.level < level_of(other) else NotImplemented
    if isinstance(x, (np.ndarray, list, tuple)):
        if type(x) is not np.ndarray:
            refuse_foreign(type(x))
        x = repack(x)
        if isinstance(x, VARIABLE):
            return plain(x, other)
        return np.asarray(x) if isinstance(x, (list, tuple)) else x
    if x is None or isinstance(x, (str, bytes, dict, set)) or hasattr(x, "__array_ufunc__"):
        return NotImplemented
    refuse_foreign(type(x))
    return x if hasattr(x, "__mul__") else NotImplemented


cdef object aligned(object parts, int ndim):
    """Coefficients with the point axes padded in front, so that they broadcast."""
    cdef int missing = ndim + 1 - parts.ndim
    if missing <= 0:
        return parts
    shape = parts.shape
    return parts.reshape(shape[:1] + (1,) * missing + shape[1:])


cdef inline bint recorded(object x):
    """Whether an operand is a Variable or has Variables for coefficients."""
    if isinstance(x, Number):
        x = (<Number>x).buffer
    return isinstance(x, VARIABLE)


cdef object general(int op, object a, object b):
    cdef bint left = isinstance(a, Number), right = isinstance(b, Number)
    if not left:
        a = plain(a, <Number>b)
        left = isinstance(a, Number)
    if not right:
        b = plain(b, <Number>a if left else None)
        right = isinstance(b, Number)
    if a is NotImplemented or b is NotImplemented:
        return NotImplemented
    if recorded(a) or recorded(b):
        level = variable_level((a, b))
        a, b = settled(a, level), settled(b, level)
        left, right = isinstance(a, Number), isinstance(b, Number)
    if left and right:
        return number_with_number(op, <Number>a, <Number>b)
    if left:
        return number_with_plain(op, <Number>a, b)
    return plain_with_number(op, a, <Number>b)


cdef inline bint is_double(object array) noexcept:
    return (cnp.PyArray_TYPE(<cnp.ndarray>array) == cnp.NPY_DOUBLE
            and cnp.PyArray_ISNOTSWAPPED(<cnp.ndarray>array))


cdef object number_with_number(int op, Number x, Number y):
    cdef object algebra = x.algebra
    if y.algebra is algebra:
        u, v = parts_of(x), parts_of(y)
    else:
        algebra = algebra.join(y.algebra)
        u, v = parts_over(algebra, x), parts_over(algebra, y)
    cdef bint arrays = isinstance(u, np.ndarray) and isinstance(v, np.ndarray)
    cdef int m = cnp.PyArray_NDIM(u) if arrays else u.ndim
    cdef int n = cnp.PyArray_NDIM(v) if arrays else v.ndim
    if m != n:
        u, v = aligned(u, max(m, n) - 1), aligned(v, max(m, n) - 1)
    if op == ADD:
        return make(algebra, binary(np.add, u, v))
    if op == SUBTRACT:
        return make(algebra, binary(np.subtract, u, v))
    if not (cnp.PyArray_SAMESHAPE(u, v) if arrays else u.shape == v.shape):
        shape = np.broadcast_shapes(u.shape, v.shape)
        u, v = np.broadcast_to(u, shape), np.broadcast_to(v, shape)
    if op == MULTIPLY:
        return make(algebra, engine(u, v).product(algebra, u, v))
    return make_quotient(algebra, u, v)


cdef object number_with_plain(int op, Number x, object s):
    cdef object u = parts_of(x)
    cdef bint weak = isinstance(s, (float, int))
    if not weak:
        u = aligned(u, np.ndim(s))
    if op == MULTIPLY:
        return make(x.algebra, binary(np.multiply, u, s))
    if op == DIVIDE:
        return make(x.algebra, binary(np.divide, u, s))
    ufunc = np.add if op == ADD else np.subtract
    if weak and isinstance(u, np.ndarray) and is_double(u):
        u = copied(u)
        first = u[:1]
        ufunc(first, s, first)
        return make(x.algebra, u)
    return affine(x.algebra, u, value_row(ufunc, u, s, False), False)


cdef object plain_with_number(int op, object s, Number y):
    if op == ADD or op == MULTIPLY:
        return number_with_plain(op, y, s)
    v = aligned(parts_of(y), np.ndim(s))
    if op == SUBTRACT:
        return affine(y.algebra, v, value_row(np.subtract, v, s, True), True)
    shape = np.broadcast_shapes(np.shape(s), v.shape[1:])
    if isinstance(s, VARIABLE) or not isinstance(v, np.ndarray):
        u = np.broadcast_to(aligned(parts_over(y.algebra, s), len(shape)), (v.shape[0], *shape))
        return make_quotient(y.algebra, u, np.broadcast_to(v, u.shape))
    u = np.zeros((v.shape[0], *shape), np.result_type(s, v) if v.dtype != object else object)
    u[0] = s
    return make_quotient(y.algebra, u, np.broadcast_to(v, u.shape))


cdef object value_row(object ufunc, object parts, object s, bint reflected):
    """The value row plus or minus a plain operand."""
    if parts.dtype == object:  # of one element NumPy would make a number of its own
        return (ufunc(s, parts[:1]) if reflected else ufunc(parts[:1], s))[0]
    return ufunc(s, parts[0]) if reflected else ufunc(parts[0], s)


cdef object affine(object algebra, object parts, object first, bint negated):
    """The parts with another value row, and the others negated or not."""
    if isinstance(first, VARIABLE) or isinstance(parts, VARIABLE):
        rest = np.broadcast_to(parts[1:], (parts.shape[0] - 1, *np.shape(first)))
        top = np.reshape(first, (1, *np.shape(first)))
        return make(algebra, np.concatenate([top, -rest if negated else rest]))
    first = np.asarray(first, object if parts.dtype == object else None)
    out = np.empty((parts.shape[0], *first.shape), np.result_type(first, parts))
    out[0] = first[()]
    if negated:
        np.negative(parts[1:], out=out[1:])
    else:
        out[1:] = parts[1:]
    return make(algebra, out)


cdef object make_quotient(object algebra, object u, object v):
    if points_of(v) and not has_zero(doubles(v), points_of(v)) or np.all(v[0] != 0):
        return make(algebra, engine(u, v).quotient(algebra, u, v))
    return SINGULAR["quotient"](algebra, u, v)


SINGULAR = {}  # what to do where a divisor's value is zero: see `taylorad.valuation`
