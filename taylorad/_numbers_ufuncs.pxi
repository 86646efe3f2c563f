# Part of _numbers.pyx: what NumPy calls for its ufuncs, and the ways past the dispatch.

cdef object array_ufunc(object self, PyObject **args, size_t count, PyObject *names):
    """``__array_ufunc__(ufunc, method, *inputs, **kwargs)`` of a Number."""
    cdef Number x
    cdef long mixed
    if count < 3:
        raise TypeError("__array_ufunc__ takes a ufunc, a method and its operands")
    ufunc, method = <object>args[0], <object>args[1]
    # the commonest first: a scalar with a derivative
    if count == 3 and names == NULL and taylorad_is_pair(<object>args[2]) and method == "__call__":
        found = SCALAR_INDEX.get(ufunc)
        if found is not None:
            x = elementary(found, <Number><object>args[2])
            if x is not None:
                return x
    if method != "__call__":
        found = other_method(ufunc, method, args, count, names)
        if found is not None:
            return None if method == "at" else found
        return general_ufunc(ufunc, method, args, count, names)
    if names != NULL:
        found = with_options(ufunc, args, count, <tuple>names)
        return found if found is not None else general_ufunc(ufunc, method, args, count, names)
    operand = <object>args[2]
    if count == 3 and isinstance(operand, Number):
        x = <Number>operand
        found = quick_unary(ufunc, x) if not is_single(x) else single_unary(ufunc, x)
        if found is not None:
            return found
        rule = unary_rules.get(ufunc)
        if rule is not None:
            mixed = taylorad_mixed
            found = rule(x)
            unmixed(mixed)  # no points meet, whatever the rule does
            return laid_out(found, (x,))
        if not SCALAR_INDEX:  # the short ways above come with the first function
            import_module("taylorad.rules.analytic")
            return array_ufunc(self, args, count, names)
    elif count == 4:
        other = <object>args[3]
        found = ARITHMETIC.get(ufunc)
        if found is not None:
            return arithmetic(found, operand, other)
        if ufunc is np_power:
            return power(operand, other)
        if is_single(operand) or is_single(other):
            found = single_binary(ufunc, operand, other)
        elif ufunc.signature is None and is_point(operand) and is_point(other):
            found = quick_binary(ufunc, as_point(operand), as_point(other))
            if type(found) is tuple:
                found = from_point(found[0]), from_point(found[1])
            elif found is not None:
                found = from_point(found)
        else:
            found = quick_binary(ufunc, operand, other)
        if found is not None:
            return found
        rule = unary_rules.get(ufunc)
        if rule is not None and is_operand(operand) and is_operand(other):
            mixed = taylorad_mixed
            found = rule(operand, other)
            if ufunc.signature is not None:
                return found
            unmixed(mixed)
            return laid_out(found, (operand, other))
    return general_ufunc(ufunc, method, args, count, names)


cdef object quick_unary(object ufunc, Number given):
    """A ufunc of one number by a short way; None if there is none."""
    cdef Number x = compact(given), y
    cdef int index
    found = SCALAR_INDEX.get(ufunc)
    if found is not None:
        index = found
        y = elementary(index, x) if x.rows else elementary_few(index, x)
        return elementary_many(index, ufunc, x) if y is None and not x.rows else y
    if ufunc is np_square:
        return arithmetic(MULTIPLY, x, x)
    if x.rows:
        if ufunc is np_negative:
            return x.__neg__()
        if (ufunc is np_absolute or ufunc is np_fabs) and libm.fabs(x.c[0]) > 0.0:
            return x if x.c[0] > 0.0 else x.__neg__()
        if ufunc in STEP_UFUNCS:
            y = scalar_like(x)
            memset(y.c, 0, x.rows * sizeof(double))
            y.c[0] = STEP_FUNCTIONS[<int>STEP_UFUNCS[ufunc]](x.c[0])
            return y
        if ufunc in VALUE_UFUNCS:
            return ufunc(x.value)
        found = FIRST.get(ufunc)
        if found is not None:
            found = first_few(ufunc, <tuple>found, <Number>as_point(x))
        return None if found is None else from_point(found)
    if not cnp.PyArray_CheckExact(x.buffer):
        return None
    if ufunc is np_absolute or ufunc is np_fabs:
        return absolute_few(x)
    if ufunc is np_negative:
        return x.__neg__()
    if ufunc is np_reciprocal:
        return quotient_few(&UNIT, 0, x)
    if not is_double(x.buffer):
        return None
    if ufunc in STEP_UFUNCS:
        return step_few(STEP_UFUNCS[ufunc], x)
    if not is_plain(x):
        return None
    if ufunc in VALUE_UFUNCS:
        return ufunc(row_of(x.buffer, 0))
    found = FIRST.get(ufunc)
    if found is not None:
        return first_few(ufunc, <tuple>found, x)
    if ufunc in APART:
        return apart_few(ufunc, x)
    found = SCALED_UFUNCS.get(ufunc)
    return None if found is None else scaled_few(x, found)


cdef object quick_binary(object ufunc, object operand, object other):
    """A ufunc of two operands, not of arithmetic, by a short way; None if there is none."""
    found = ARITHMETIC.get(ufunc)
    if found is not None:
        return arithmetic(found, operand, other)
    if ufunc is np_matmul:
        return matrix_few(operand, other, False)
    axes = CONTRACTED.get(ufunc)
    if axes is not None:
        return of_vectors(ufunc, operand, other, axes)
    if ufunc in VALUE_PAIRS:
        return of_values(ufunc, operand, other)
    operand, other = alike(operand, other), alike(other, operand)
    found = PAIR_UFUNCS.get(ufunc)
    if found is not None:
        return pair_few(found, operand, other)
    found = EXTREMA.get(ufunc)
    if found is not None:
        pair = matched(operand, other, SOME_POINTS)
        if pair is not None:
            operand, other = pair
        return extremum_few(found, operand, other)
    found = COMPARISONS.get(ufunc)
    if found is not None:
        return compare_few(operand, other, found)
    if ufunc is np_power:
        return power_short(operand, other)
    if ufunc is np_nextafter:
        return next_few(operand, other)
    if ufunc is np_ldexp:
        return times_power_of_2(operand, other)
    if ufunc is np_divmod:
        found = pair_few(WHOLE, operand, other), pair_few(REMAINDER, operand, other)
        return None if found[0] is None or found[1] is None else found
    if ufunc is np_float_power and is_of_doubles(operand) and is_of_doubles(other):
        # a power by 1/2 is a root to np.power, and not here
        if is_inline(operand) and PyFloat_CheckExact(other) and <double>other != 0.5:
            return power(operand, other)
        return power_short(operand, other)
    return None


cdef bint is_of_doubles(object x):
    """Whether an operand is computed with in double precision."""
    if isinstance(x, Number):
        return (<Number>x).rows != 0 or is_walkable((<Number>x).buffer)
    return PyFloat_CheckExact(x) or is_walkable(x)


cdef dict REDUCE = {np.add: "sum", np.multiply: "prod", np.maximum: "max", np.minimum: "min"}


cdef object reduced_short(object ufunc, Number x, PyObject *names, PyObject **given):
    """``ufunc.reduce(x)``; None where that is not the simple case."""
    cdef size_t k
    cdef dict kwargs = {"axis": 0}
    name = REDUCE.get(ufunc)
    if name is None:
        return None
    if names != NULL:
        for k, option in enumerate(<tuple>names):
            kwargs[option] = <object>given[k]
    return short_way(<Plan>METHOD_PLANS[name], x, (), kwargs)


cdef dict SCALED_UFUNCS = {np.deg2rad: np.pi / 180.0, np.radians: np.pi / 180.0,
                           np.rad2deg: 180.0 / np.pi, np.degrees: 180.0 / np.pi,
                           np.positive: 1.0, np.conjugate: 1.0}


cdef object scaled_few(Number x, double factor):
    """All coefficients of a few points times a factor; None for all else."""
    cdef Py_ssize_t n = points_of(x.buffer), t
    cdef cnp.ndarray y
    if n == 0:
        return None
    y = empty_like(x.buffer)
    for t in range(n * cnp.PyArray_DIM(y, 0)):
        doubles(y)[t] = doubles(x.buffer)[t] * factor
    return array_like(x, y) if all_finite(doubles(y), cnp.PyArray_SIZE(y)) else None


cdef frozenset VALUE_UFUNCS = frozenset({np.isfinite, np.isinf, np.isnan, np.signbit, np.logical_not})


cdef bint is_operand(object x):
    """Whether a rule may have this operand as it is: see `is_simple`."""
    return isinstance(x, float) or type(x) is not list and type(x) is not tuple and is_simple(x)


cdef object general_ufunc(object ufunc, object method, PyObject **args, size_t count,
                          PyObject *names):
    """What no short way was found for."""
    cdef size_t k
    cdef dict kwargs = {}
    cdef tuple inputs = tuple([<object>args[k] for k in range(2, count)])
    if names != NULL:
        for k, name in enumerate(<tuple>names):
            kwargs[name] = <object>args[count + k]
    found = ufunc_handler(ufunc, method, inputs, kwargs)
    return laid_out(found, inputs) if method == "__call__" and "out" not in kwargs and (
        ufunc.signature is None
    ) else found
