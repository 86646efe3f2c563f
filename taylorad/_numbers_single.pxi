# Part of _numbers.pyx: a few points in single precision, computed in double and rounded once.

# Functions whose value, rounded once, is the one NumPy computes in single precision.
cdef frozenset EXACT = frozenset({
    np.add, np.subtract, np.multiply, np.divide, np.square, np.negative, np.absolute, np.reciprocal,
    np.sqrt, np.maximum, np.minimum, np.fmax, np.fmin, np.copysign, np.heaviside, np.floor, np.ceil,
    np.rint, np.trunc, np.sign, np.less, np.less_equal, np.greater, np.greater_equal, np.equal,
    np.not_equal, np.positive, np.conjugate,
})


cdef inline bint is_single(object x) noexcept:
    """Whether this is a number of a few points in single precision, whose order is that of C."""
    cdef object parts
    if not isinstance(x, Number):
        return False
    parts = (<Number>x).buffer
    return cnp.PyArray_CheckExact(parts) and cnp.PyArray_TYPE(<cnp.ndarray>parts) == cnp.NPY_FLOAT and (
        cnp.PyArray_ISBEHAVED_RO(<cnp.ndarray>parts)
        and 2 <= cnp.PyArray_NDIM(<cnp.ndarray>parts)
        and (cnp.PyArray_NDIM(<cnp.ndarray>parts) == 2
             or cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>parts))
        and 0 < points_in(<cnp.ndarray>parts) <= FEW_POINTS
    )


cdef cnp.ndarray cast(cnp.ndarray given, int kind):
    """An array of floats as one of doubles, or the other way round."""
    cdef cnp.ndarray result
    cdef const float *f
    cdef double *d
    cdef Py_ssize_t k
    if not cnp.PyArray_IS_C_CONTIGUOUS(given) or not cnp.PyArray_ISBEHAVED_RO(given):
        return cnp.PyArray_Cast(given, kind)
    result = cnp.PyArray_EMPTY(cnp.PyArray_NDIM(given), cnp.PyArray_DIMS(given), kind, 0)
    f = <const float *>cnp.PyArray_DATA(given if kind == cnp.NPY_DOUBLE else result)
    d = <double *>cnp.PyArray_DATA(result if kind == cnp.NPY_DOUBLE else given)
    if kind == cnp.NPY_DOUBLE:
        for k in range(cnp.PyArray_SIZE(given)):
            d[k] = f[k]
    else:
        for k in range(cnp.PyArray_SIZE(given)):
            (<float *>f)[k] = <float>d[k]
    return result


cdef object widened(object x):
    """An operand in double precision; None where it has another precision than single."""
    cdef double value = 0.0
    if isinstance(x, Number):
        if not is_single(x):
            return None
        table_of(<Number>x)  # so that both have it
        return array_like(<Number>x, cast((<Number>x).buffer, cnp.NPY_DOUBLE))
    if (PyFloat_CheckExact(x) or PyLong_CheckExact(x)) and as_coefficient(x, &value):
        value = <double><float>value  # as NumPy has it, which is weaker than an array
        return value if libm.isfinite(value) else None
    if cnp.PyArray_CheckExact(x):
        if cnp.PyArray_TYPE(<cnp.ndarray>x) == cnp.NPY_FLOAT and cnp.PyArray_NDIM(<cnp.ndarray>x):
            return cast(x, cnp.NPY_DOUBLE)
        return x if cnp.PyArray_TYPE(<cnp.ndarray>x) == cnp.NPY_BOOL else None
    return None


cdef object narrowed(object y):
    """A result in single precision; None where something is not finite there."""
    cdef cnp.ndarray parts
    cdef Py_ssize_t k
    if not isinstance(y, Number):
        return y
    parts = cast(parts_of(<Number>y), cnp.NPY_FLOAT)
    for k in range(cnp.PyArray_SIZE(parts)):
        if not libm.isfinite((<float *>cnp.PyArray_DATA(parts))[k]):
            return None
    return make((<Number>y).algebra, parts) if (<Number>y).rows else array_like(<Number>y, parts)


cdef object with_row(object y, object first):
    """The result with NumPy's value."""
    cdef object parts = (<Number>y).buffer
    cdef cnp.ndarray row
    if not cnp.PyArray_CheckExact(first):
        parts[0] = first
        return y
    row = <cnp.ndarray>first
    if cnp.PyArray_TYPE(row) != cnp.NPY_FLOAT or not cnp.PyArray_ISCARRAY_RO(row):
        return None
    memcpy(cnp.PyArray_DATA(<cnp.ndarray>parts), cnp.PyArray_DATA(row), cnp.PyArray_NBYTES(row))
    return y


cdef inline object row_or_plain(object x):
    """The value of an operand in single precision."""
    return row_of((<Number>x).buffer, 0) if isinstance(x, Number) else x


cdef object single_unary(object ufunc, Number x):
    """A ufunc at a few points in single precision; None where that is not the simple case."""
    found = quick_unary(ufunc, widened(x))
    if type(found) is tuple:  # of `modf` and `frexp`, which are exact
        first, second = narrowed(found[0]), narrowed(found[1])
        return None if first is None or second is None else (first, second)
    if found is not None:
        found = narrowed(found)
    if found is None or ufunc in EXACT or not isinstance(found, Number):
        return found
    return with_row(found, ufunc(row_of(x.buffer, 0)))


cdef bint has_doubles(object x) noexcept:
    """Whether this is a number or an array in double precision."""
    if isinstance(x, Number):
        return (<Number>x).rows != 0 or is_walkable((<Number>x).buffer)
    return is_walkable(x) and cnp.PyArray_NDIM(<cnp.ndarray>x) > 0


cdef object single_binary(object ufunc, object a, object b):
    """The same of two operands."""
    u, v = widened(a), widened(b)
    if u is None and v is not None and has_doubles(a):
        return quick_binary(ufunc, a, v)  # NumPy computes it in double as well
    if v is None and u is not None and has_doubles(b):
        return quick_binary(ufunc, u, b)
    if u is None or v is None:
        return None
    found = quick_binary(ufunc, u, v)
    if type(found) is tuple:  # of `divmod`
        return None
    if found is not None:
        found = narrowed(found)
    if found is None or ufunc in EXACT or not isinstance(found, Number):
        return found
    return with_row(found, ufunc(row_or_plain(a), row_or_plain(b)))


cdef object folded_single(object ufunc, Number x, bint running):
    """`ufunc.reduce` or `ufunc.accumulate` of one axis in single precision, the values of which
    are those of calls one after the other; None for all else."""
    cdef list values
    cdef Py_ssize_t t
    found = narrowed(folded(ufunc, widened(x), running))
    if found is None:
        return None
    values = list(row_of(x.buffer, 0))
    for t in range(1, len(values)):
        values[t] = ufunc(values[t - 1], values[t])
    return with_row(found, np.array(values, np.float32) if running else values[len(values) - 1])


cdef list all_widened(object operands):
    """Operands in double precision; None where one of them has another precision."""
    cdef list given = []
    for x in operands:
        x = widened(x)
        if x is None:
            return None
        given.append(x)
    return given


cdef object single_way(Plan plan, Number x, tuple rest, dict kwargs):
    """What is not just a view or a copy, in single precision: in double, with NumPy's value."""
    options = rest
    if plan.kind == BETWEEN:
        if kwargs:
            return None
        options = all_widened(rest)
        if options is None:
            return None
    found = short_way(plan, widened(x), tuple(options), kwargs)
    if found is not None:
        found = narrowed(found)
    if found is None or plan.kind == SORT or plan.kind == GATHER or plan.kind == ZEROS or (
        ONES <= plan.kind <= BETWEEN
    ):
        return found
    first = (plan.method or plan.function)(row_of(x.buffer, 0), *rest, **kwargs)
    return with_row(found, first)


cdef object single_function(Plan plan, tuple args):
    """A function of several operands in single precision; None where it is not that simple."""
    cdef list given = []
    for x in args:
        if type(x) is list or type(x) is tuple:
            x = all_widened(x)
        elif type(x) is not str:
            x = widened(x)
        if x is None:
            return None
        given.append(x)
    if plan.kind >= CONCATENATE and has_float(args if plan.kind == APPEND else args[:1]):
        return None  # among these it is an array of doubles
    found = short_function(plan, tuple(given), {})
    if type(found) is tuple:
        return None
    if found is not None:
        found = narrowed(found)
    if found is None or not MATRIX <= plan.kind <= INNER:
        return found
    return with_row(found, plan.function(*[row_or_plain(x) for x in args]))


cdef bint has_float(object operands) noexcept:
    """Whether there is a number of Python's among arrays, or in a list of them."""
    for x in operands:
        if PyFloat_CheckExact(x) or PyLong_CheckExact(x):
            return True
        if (type(x) is list or type(x) is tuple) and has_float(x):
            return True
    return False


cdef bint some_single(object operands) noexcept:
    """Whether there is an array in single precision among operands, or in a list of them."""
    for x in operands:
        if type(x) is list or type(x) is tuple:
            for item in x:
                return is_single(item)
        elif is_single(x):
            return True
    return False
