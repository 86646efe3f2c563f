# Part of _tape.pyx: ufuncs of doubles, by NumPy's inner loops without what it does around them.
#
# For a few points that is most of the time a call takes. The loops are the same, so the results
# are to the last bit; where one raises a floating-point flag the ufunc itself is called, which
# warns. What is not an array in C order or a number is left to the ufunc as well.

cdef extern from "_ufunc_loops.h" nogil:
    ctypedef void (*Inner)(char **, const cnp.npy_intp *, const cnp.npy_intp *, void *) noexcept
    int loop_to(object, int, Inner *, void **)
    bint quiet_loop(Inner, void *, char **, cnp.npy_intp *, const cnp.npy_intp *)

cdef extern from "_ufunc_loops.h":
    object new_float64(double)

cdef extern from *:
    """
    /* A comparison as the base class does it. */
    static PyObject *taylorad_compare(PyObject *x, PyObject *other, PyObject *base, int op) {
        return ((PyTypeObject *)base)->tp_richcompare(x, other, op);
    }
    /* A method that is handed its arguments as they are, without a tuple or a dictionary. */
    typedef PyObject *(*taylorad_method)(PyObject *, PyObject **, size_t, PyObject *);
    static int taylorad_set_method(PyObject *class, const char *name, taylorad_method method) {
        static PyMethodDef definition; /* of the only one */
        PyTypeObject *type = (PyTypeObject *)class;
        PyObject *descriptor;
        int failed;
        definition.ml_name = name;
        definition.ml_meth = (PyCFunction)(void (*)(void))method;
        definition.ml_flags = METH_FASTCALL | METH_KEYWORDS;
        descriptor = PyDescr_NewMethod(type, &definition);
        if (!descriptor) return -1;
        failed = PyDict_SetItemString(type->tp_dict, name, descriptor);
        Py_DECREF(descriptor);
        PyType_Modified(type);
        return failed;
    }
    """
    object taylorad_compare(object, object, object, int)
    ctypedef object (*Method "taylorad_method")(object, PyObject **, size_t, PyObject *)
    int taylorad_set_method(object, const char *, Method) except -1

cdef enum:
    MOST_DIRECT = 2000  # points: for more it makes no difference, and NumPy lets go of its lock

cdef enum:
    MOST_OPERANDS = 6  # of a ufunc of doubles

cdef enum:
    NO_COMPARISON = -1

cdef enum:
    OPERATOR, ELEMENTARY, JOINT, COMPARISON, DEFERRED_UFUNC, UNREAD

cdef dict LOOPS = {}  # ufunc -> Loop


@cython.final
cdef class Loop:
    """A ufunc of doubles, and how it is recorded."""

    cdef object ufunc
    cdef Inner inner          # NULL where NumPy has none
    cdef void *data
    cdef int kind
    cdef int code             # of an operator
    cdef tuple pulls
    cdef int keep
    cdef bint branch          # whether its slope at 0 is infinite
    cdef bint masks
    cdef bint is_power
    cdef bint regular         # only what is finite and not 0 is simple
    cdef bint refuses         # no derivatives by an operand without a pull
    cdef bint decides         # the second operand does so, and has no derivatives
    cdef object quick         # of one that is recorded as a whole


cdef Loop enter_loop(object ufunc, int kind):
    """The loop of a ufunc, which is entered if it was not."""
    cdef Loop loop = LOOPS.get(ufunc)
    if loop is None:
        loop = LOOPS[ufunc] = Loop()
        loop.ufunc = ufunc
        loop.inner = NULL
        loop_to(ufunc, cnp.NPY_BOOL if kind == COMPARISON else cnp.NPY_DOUBLE,
                &loop.inner, &loop.data)
        for types in ufunc.types:
            takes = set(types.partition("->")[0])
            if "d" in takes and takes & set("bhilqBHILQ"):  # an integer has a loop of its own
                loop.inner = NULL
    loop.kind = kind
    return loop


cdef tuple enter_operators():
    cdef Loop loop
    cdef list found = [None] * (SQUARE + 1)
    for code, ufunc in ((ADD, np.add), (SUBTRACT, np.subtract), (MULTIPLY, np.multiply),
                        (DIVIDE, np.divide), (NEGATIVE, np.negative), (SQUARE, np.square)):
        loop = enter_loop(ufunc, OPERATOR)
        loop.code = code
        found[code] = loop
    for code, ufunc in ((Py_LT, np.less), (Py_LE, np.less_equal), (Py_GT, np.greater),
                        (Py_GE, np.greater_equal), (Py_EQ, np.equal), (Py_NE, np.not_equal)):
        loop = enter_loop(ufunc, COMPARISON)
        loop.code = code
    for ufunc in (np.isfinite, np.isinf, np.isnan, np.signbit, np.logical_not, np.logical_and,
                  np.logical_or, np.logical_xor):
        loop = enter_loop(ufunc, COMPARISON)
        loop.code = NO_COMPARISON
    return tuple(found)


cdef tuple OPERATORS = enter_operators()  # by their codes
cdef tuple COMPARISONS = tuple([LOOPS[ufunc] for ufunc in (  # by Python's codes
    np.less, np.less_equal, np.equal, np.not_equal, np.greater, np.greater_equal
)])
cdef Loop POWER = enter_loop(np.power, UNREAD), MATMUL = enter_loop(np.matmul, UNREAD)
cdef object TRUE = np.True_, FALSE = np.False_
cdef object DIVMOD = np.divmod


cdef inline bint is_direct(object x):
    """Whether an array is one for the loops."""
    return is_flat(x) and cnp.PyArray_NDIM(x) > 0 and 0 < cnp.PyArray_SIZE(x) <= MOST_DIRECT


cdef inline bint read_number(object x, double *number):
    """A number among doubles; not an integer that is not exact as one."""
    cdef long long known
    cdef int overflow = 0
    if PyFloat_CheckExact(x) or type(x) is FLOAT64:
        number[0] = <double>x
        return True
    if PyLong_CheckExact(x):
        known = PyLong_AsLongLongAndOverflow(x, &overflow)
        number[0] = <double>known
        return not overflow and -(1LL << 53) < known < (1LL << 53)
    return False


cdef inline object map_one(Loop loop, object u):
    """ufunc(u)"""
    cdef char *at[2]
    cdef cnp.npy_intp n = 1
    cdef cnp.npy_intp steps[2]
    cdef double x, y
    steps[0] = steps[1] = sizeof(double)
    if loop.inner == NULL:
        return loop.ufunc(u)
    if is_direct(u):
        z = cnp.PyArray_EMPTY(cnp.PyArray_NDIM(u), cnp.PyArray_DIMS(u), cnp.NPY_DOUBLE, 0)
        at[0], at[1] = <char *>doubles(u), <char *>doubles(z)
        n = cnp.PyArray_SIZE(z)
        if quiet_loop(loop.inner, loop.data, at, &n, steps):
            return z
    elif has_many(u):
        return mapped(loop.ufunc, u)
    elif type(u) is FLOAT64:
        x = <double>u
        at[0], at[1] = <char *>&x, <char *>&y
        if quiet_loop(loop.inner, loop.data, at, &n, steps):
            return new_float64(y)
    return loop.ufunc(u)


cdef inline object map_two(Loop loop, object u, object v, int type=cnp.NPY_DOUBLE):
    """ufunc(u, v); None where that is to be done by NumPy."""
    cdef char *at[3]
    cdef cnp.npy_intp n
    cdef cnp.npy_intp steps[3]
    cdef double x = 0.0
    cdef bint first = is_direct(u), second = is_direct(v)
    if loop.inner == NULL or not (first or second):
        return None
    steps[0] = steps[1] = sizeof(double)
    if first and second:
        if not cnp.PyArray_SAMESHAPE(u, v):
            return None
        at[0], at[1] = <char *>doubles(u), <char *>doubles(v)
    elif first:
        if not read_number(v, &x):
            return None
        at[0], at[1], steps[1] = <char *>doubles(u), <char *>&x, 0
    else:
        if not read_number(u, &x):
            return None
        at[0], at[1], steps[0] = <char *>&x, <char *>doubles(v), 0
    big = u if first else v
    z = cnp.PyArray_EMPTY(cnp.PyArray_NDIM(big), cnp.PyArray_DIMS(big), type, 0)
    n = cnp.PyArray_SIZE(z)
    at[2] = cnp.PyArray_BYTES(z)
    steps[2] = sizeof(double) if type == cnp.NPY_DOUBLE else 1
    return z if quiet_loop(loop.inner, loop.data, at, &n, steps) else None


cdef object map_few(Loop loop, tuple operands):
    """ufunc(*operands) of numbers and small arrays of one shape, by as many as there are."""
    cdef char *at[MOST_OPERANDS + 1]
    cdef cnp.npy_intp n
    cdef cnp.npy_intp steps[MOST_OPERANDS + 1]
    cdef double numbers[MOST_OPERANDS]
    cdef Py_ssize_t k, count = len(operands)
    big = None
    for k in range(count):
        u = operands[k]
        if is_direct(u):
            if big is not None and not cnp.PyArray_SAMESHAPE(u, big):
                return loop.ufunc(*operands)
            big = u
            at[k], steps[k] = <char *>doubles(u), sizeof(double)
        elif read_number(u, numbers + k):
            at[k], steps[k] = <char *>(numbers + k), 0
        else:
            return loop.ufunc(*operands)
    if loop.inner == NULL or big is None:
        return loop.ufunc(*operands)
    z = cnp.PyArray_EMPTY(cnp.PyArray_NDIM(big), cnp.PyArray_DIMS(big), cnp.NPY_DOUBLE, 0)
    n = cnp.PyArray_SIZE(z)
    at[count], steps[count] = cnp.PyArray_BYTES(z), sizeof(double)
    return z if quiet_loop(loop.inner, loop.data, at, &n, steps) else loop.ufunc(*operands)


cdef inline object apply_two(Loop loop, object u, object v):
    """ufunc(u, v)"""
    found = map_two(loop, u, v)
    if found is None:
        return binary(loop.ufunc, u, v) if has_many(u) or has_many(v) else loop.ufunc(u, v)
    return found


cdef object compared(Loop loop, object a, object b):
    """A comparison of values; None where that is not the simple case."""
    cdef double x = 0.0, y = 0.0
    if inner_tapes:
        return None
    level = (<Variable>a).home_level if isinstance(a, Variable) else (<Variable>b).home_level
    u, v = doubles_of(a, level), doubles_of(b, level)
    if u is None or v is None:
        return None
    if type(u) is FLOAT64 and read_number(v, &y) or type(v) is FLOAT64 and read_number(u, &y):
        if loop.code == NO_COMPARISON:
            return None
        read_number(u, &x)
        read_number(v, &y)
        return TRUE if is_so(loop, x, y) else FALSE
    return map_two(loop, u, v, cnp.NPY_BOOL)


cdef inline bint is_so(Loop loop, double x, double y):
    if loop.code == Py_LT:
        return x < y
    if loop.code == Py_LE:
        return x <= y
    if loop.code == Py_EQ:
        return x == y
    if loop.code == Py_NE:
        return x != y
    return x > y if loop.code == Py_GT else x >= y


cdef object answered(Loop loop, Variable x):
    """A question about values, such as `np.isnan`; None where that is not the simple case."""
    cdef char *at[2]
    cdef cnp.npy_intp n
    cdef cnp.npy_intp steps[2]
    if inner_tapes or loop.inner == NULL:
        return None
    u = fresh(x)._value
    if not is_direct(u):
        return None
    z = cnp.PyArray_EMPTY(cnp.PyArray_NDIM(u), cnp.PyArray_DIMS(u), cnp.NPY_BOOL, 0)
    at[0], at[1], n = <char *>doubles(u), cnp.PyArray_BYTES(z), cnp.PyArray_SIZE(z)
    steps[0], steps[1] = sizeof(double), 1
    return z if quiet_loop(loop.inner, loop.data, at, &n, steps) else None


cdef dict FOLDED = {
    (np.add, "reduce"): np.sum, (np.multiply, "reduce"): np.prod,
    (np.maximum, "reduce"): np.max, (np.minimum, "reduce"): np.min,
    (np.add, "accumulate"): np.cumsum, (np.multiply, "accumulate"): np.cumprod,
}  # the functions that do the same


cdef object folded(object ufunc, object method, object x, dict kwargs):
    """A reduction or an accumulation; None where that is not the simple case."""
    cdef tuple key = (ufunc, method)
    function = FOLDED.get(key)
    if function is None:
        return deferred_method(key, x, kwargs)
    for name in kwargs:
        if name != "axis" and name != "keepdims":
            return None
    if function not in QUICK:
        dispatch.rule_of(function)
    if not kwargs and isinstance(x, Variable):
        u = fresh(<Variable>x)._value
        if is_double(u) and cnp.PyArray_NDIM(u) == 1:  # along the only axis
            return quickly(function, (x,), kwargs)
    if "axis" not in kwargs:
        kwargs = {"axis": 0, **kwargs}
    if kwargs["axis"] is None and method == "accumulate":  # which that has not
        return None
    return quickly(function, (x,), kwargs)


cdef object outer(object ufunc, object a, object b):
    """A ufunc of all pairs of points; None where that is not the simple case."""
    cdef Loop loop
    found = LOOPS.get(ufunc)
    if found is None or inner_tapes:
        return None
    loop = <Loop>found
    if not (loop.kind == JOINT or loop.kind == OPERATOR and loop.code <= DIVIDE):
        return None
    level = (<Variable>a).home_level if isinstance(a, Variable) else (<Variable>b).home_level
    u, v = doubles_of(a, level), doubles_of(b, level)
    if not (is_double(u) and is_double(v)):
        return None
    index = (..., *(None,) * cnp.PyArray_NDIM(v))
    a = get_item(<Variable>a, index) if isinstance(a, Variable) else u[index]
    return arithmetic(loop.code, a, b) if loop.kind == OPERATOR else pointwise(loop, a, b)


cdef object array_ufunc(object self, PyObject **args, size_t count, PyObject *names):
    """``__array_ufunc__(ufunc, method, *inputs, **kwargs)`` of a Variable."""
    cdef Loop loop
    cdef size_t k
    cdef dict kwargs = {}
    cdef tuple inputs
    if count < 3:
        raise TypeError("__array_ufunc__ takes a ufunc, a method and its operands")
    ufunc, method = <object>args[0], <object>args[1]
    plainly = names == NULL and method == "__call__"
    if plainly:
        found = LOOPS.get(ufunc)
        if ufunc not in dispatch.UFUNCS and dispatch.rule_of(ufunc):
            found = LOOPS.get(ufunc)  # now that its file of rules has been read
        if found is not None:
            loop = <Loop>found
            if loop.kind == OPERATOR:
                if count == 4:
                    return arithmetic(loop.code, <object>args[2], <object>args[3])
                return unary(loop.code, <Variable>self)
            if loop.kind == ELEMENTARY:
                found = elementary(loop, <Variable>self)
            elif loop.kind == JOINT:
                found = pointwise(loop, <object>args[2], <object>args[3])
            elif loop.kind == COMPARISON and count == 4:
                found = compared(loop, <object>args[2], <object>args[3])
            elif loop.kind == COMPARISON:
                found = answered(loop, <Variable>self)
            elif loop.kind == DEFERRED_UFUNC:
                found = deferred_ufunc(loop, args + 2, count - 2)
            else:
                found = None
            if found is not None:
                return found
        elif ufunc is DIVMOD and count == 4:
            found = divided(<object>args[2], <object>args[3])
            if found is not None:
                return found
    inputs = tuple([<object>args[k] for k in range(2, count)])
    if names != NULL:
        for k, name in enumerate(<tuple>names):
            kwargs[name] = <object>args[count + k]
    if not plainly and method != "__call__":
        found = None
        if count == 3:
            found = folded(ufunc, method, <object>args[2], kwargs)
        elif count == 4 and names == NULL and method == "outer":
            found = outer(ufunc, <object>args[2], <object>args[3])
        if found is not None:
            return found
    if plainly:
        found = quickly(ufunc, inputs, kwargs)
        if found is not None:
            return found
        if are_plain(inputs, <Variable>self):
            rule = dispatch.UFUNCS.get(ufunc)
            if rule is not None:
                return getattr(rule, "reverse", rule)(*kept(inputs))
    return dispatch.on_ufunc(ufunc, method, inputs, kwargs)
