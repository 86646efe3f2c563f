# Part of _numbers.pyx: what NumPy calls for its ufuncs, and the ways past the dispatch.

cdef object array_ufunc(object self, PyObject **args, size_t count, PyObject *names):
    """``__array_ufunc__(ufunc, method, *inputs, **kwargs)`` of a Number."""
    cdef Number x, y
    cdef int index
    if count < 3:
        raise TypeError("__array_ufunc__ takes a ufunc, a method and its operands")
    ufunc, method = <object>args[0], <object>args[1]
    if names != NULL or method != "__call__":
        return general_ufunc(ufunc, method, args, count, names)
    operand = <object>args[2]
    if count == 3 and isinstance(operand, Number):
        x = compact(<Number>operand)
        found = SCALAR_INDEX.get(ufunc)
        if found is not None:
            index = found
            y = elementary(index, x) if x.rows else elementary_few(index, x)
            if y is None and not x.rows:
                y = elementary_many(index, ufunc, x)
            if y is not None:
                return y
        elif ufunc is np_square:
            return arithmetic(MULTIPLY, x, x)
        elif x.rows == 0 and cnp.PyArray_CheckExact(x.buffer):
            found = None
            if ufunc is np_absolute:
                found = absolute_few(x)
            elif ufunc is np_negative:
                found = x.__neg__()
            elif ufunc is np_reciprocal:
                found = quotient_few(None, 1.0, x)
            elif ufunc in STEP_UFUNCS:
                found = step_few(STEP_UFUNCS[ufunc], x)
            elif ufunc in VALUE_UFUNCS and is_double(x.buffer):
                found = ufunc(row_of(x.buffer, 0)) if is_plain(x) else None
            if found is not None:
                return found
        rule = unary_rules.get(ufunc)
        if rule is not None:
            return laid_out(rule(x), (x,))
    elif count == 4:
        other = <object>args[3]
        found = ARITHMETIC.get(ufunc)
        if found is not None:
            return arithmetic(found, operand, other)
        if ufunc is np_power:
            return power(operand, other)
        if ufunc is np_matmul:
            found = matrix_few(operand, other)
            if found is not None:
                return found
        found = PAIR_UFUNCS.get(ufunc)
        if found is not None:
            found = pair_few(found, operand, other)
            if found is not None:
                return found
        if ufunc is np_divmod:
            found = pair_few(WHOLE, operand, other), pair_few(REMAINDER, operand, other)
            if found[0] is not None and found[1] is not None:
                return found
        if ufunc is np_float_power and is_of_doubles(operand) and is_of_doubles(other):
            return power(operand, other)
        found = COMPARISONS.get(ufunc)
        if found is not None:
            found = compare_few(operand, other, found)
            if found is not None:
                return found
        larger = EXTREMA.get(ufunc)
        if larger is not None:
            found = matched(operand, other)
            if found is not None:
                operand, other = found
            found = extremum_few(larger, operand, other)
            if found is not None:
                return found
        rule = unary_rules.get(ufunc)
        if rule is not None and is_operand(operand) and is_operand(other):
            found = rule(operand, other)
            return laid_out(found, (operand, other)) if ufunc.signature is None else found
    return general_ufunc(ufunc, method, args, count, names)


cdef bint is_of_doubles(object x):
    """Whether an operand is computed with in double precision."""
    if isinstance(x, Number):
        return (<Number>x).rows != 0 or is_walkable((<Number>x).buffer)
    return PyFloat_CheckExact(x) or is_walkable(x)


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
