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
        x = <Number>operand
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
        elif ufunc is np_absolute and x.rows == 0:
            y = absolute_few(x)
            if y is not None:
                return y
        rule = unary_rules.get(ufunc)
        if rule is not None:
            return laid_out(rule(x), (x,))
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
        if ufunc is np_matmul:
            found = inner_few(operand, other)
            if found is not None:
                return found
        larger = EXTREMA.get(ufunc)
        if larger is not None:
            found = extremum_few(larger, operand, other)
            if found is not None:
                return found
    return general_ufunc(ufunc, method, args, count, names)


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
