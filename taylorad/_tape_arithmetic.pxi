# Part of _tape.pyx: levels of operands, and the operators that stay in C.

def level_of_all(operands):
    """The highest level among operands."""
    level = -1
    for x in operands:
        if isinstance(x, Variable) and not inner_tapes:
            level = max(level, (<Variable>x).home_level)
        elif isinstance(x, (Variable, Number)):
            level = max(level, level_of(x))
        elif isinstance(x, (list, tuple)):
            level = max(level, level_of_all(x))
    return level


def at_level(x, level):
    """The value of a Variable of this level; anything else as it is."""
    if isinstance(x, Variable) and (<Variable>x).home_level == level:
        return fresh(<Variable>x)._value
    return x


def values_of(operands):
    """The operands with the Variables of the highest level among them as their values."""
    level = level_of_all(operands)
    return [at_level(x, level) for x in operands]


def variable_level(operands):
    """The highest level of a Variable among operands and among their coefficients; else -1."""
    level = -1
    for x in operands:
        if isinstance(x, Number):
            x = x.parts if not x.rows_inline else None
        if isinstance(x, Variable):
            level = max(level, (<Variable>x).home_level)
        elif isinstance(x, (list, tuple)):
            level = max(level, variable_level(x))
    return level


def settled(x, level):
    """An operand of an operation on numbers whose coefficients are Variables of a level.

    What is below that level is a value to the Variables: a number of lower levels becomes a
    constant among them, and one of levels on both sides, a number of the upper ones whose
    coefficients are.
    """
    if isinstance(x, (list, tuple)):
        return type(x)([settled(item, level) for item in x])
    if not isinstance(x, Number) or isinstance(x.parts, Variable):
        return x
    algebra = x.algebra
    upper = [factor for factor in algebra.factors if factor.tag > level]
    if len(upper) == len(algebra.factors):
        return x
    if not upper:
        return Variable.at(x, level)
    if algebra.capped:
        raise TypeError("derivatives of these levels cannot be mixed: an order was lost between")
    above = Algebra.of(upper)
    below = Algebra.of([factor for factor in algebra.factors if factor.tag < level])
    pairs = [(*low, *high) for low in below.exponents.tolist() for high in above.exponents.tolist()]
    rows = algebra.structure.find(pairs).reshape(below.rows, above.rows)
    return make(above, Variable.at(make(below, x.parts[rows]), level))


cdef inline bint has_many(object x) noexcept:
    """Whether threads are worth an operation on this."""
    return cnp.PyArray_CheckExact(x) and cnp.PyArray_SIZE(<cnp.ndarray>x) >= 2 * WORTH_A_THREAD


cdef inline object compute(int code, object a, object b):
    cdef Loop loop = <Loop>OPERATORS[code]
    found = map_two(loop, a, b)
    if found is not None:
        return found
    if has_many(a) or has_many(b):
        return binary(loop.ufunc, a, b)
    if code == ADD:
        return a + b
    if code == SUBTRACT:
        return a - b
    if code == MULTIPLY:
        return a * b
    return a / b


cdef inline bint is_known(object x):
    """Whether this is a plain array or number."""
    return (PyFloat_Check(x) or cnp.PyArray_Check(x) or PyLong_Check(x)
            or cnp.PyArray_CheckScalar(x))


cdef object arithmetic(int code, object a, object b):
    """a + b, a - b, a * b or a / b, at least one a Variable."""
    cdef Graph graph = None
    cdef Node node
    cdef Py_ssize_t p = -1, q = -1
    cdef bint left = isinstance(a, Variable), right = isinstance(b, Variable)
    if inner_tapes:
        a = current(<Variable>a) if left else a
        b = current(<Variable>b) if right else b
    if left and right:
        if (<Variable>a).home_level != (<Variable>b).home_level:
            if (<Variable>a).home_level > (<Variable>b).home_level:
                right = False
            else:
                left = False
    elif not is_known(b if left else a):
        other = operand(b if left else a)
        if other is NotImplemented:
            return NotImplemented
        if isinstance(other, Variable):
            return arithmetic(code, a if left else other, other if left else b)
        if isinstance(other, Number) and level_of(other) > (<Variable>(a if left else b)).home_level:
            return NotImplemented
        if left:
            b = other
        else:
            a = other
    elif cnp.PyArray_Check(b if left else a):
        other = b if left else a
        if not cnp.PyArray_CheckExact(other):
            refuse_foreign(type(other))
        if cnp.PyArray_TYPE(<cnp.ndarray>other) == cnp.NPY_OBJECT:
            other = repack(other)
            if not isinstance(other, np.ndarray):
                return arithmetic(code, a if left else other, other if left else b)
    u = fresh(<Variable>a)._value if left else a
    v = fresh(<Variable>b)._value if right else b
    value = compute(code, u, v)
    if left:
        graph = recorder(<Variable>a)
    if graph is None and right:
        graph = recorder(<Variable>b)
    if graph is None:
        return value
    if left:
        p = place_in(graph, <Variable>a)
    if right:
        q = place_in(graph, <Variable>b)
    node = new_node(code)
    two_parents(node, p, q)
    if code == MULTIPLY:
        node.operands = (None if q < 0 else u if left else kept_copy(u, graph.level),
                         None if p < 0 else v if right else kept_copy(v, graph.level))
    elif code == DIVIDE:
        node.operands = (None, v if right else kept_copy(v, graph.level))
        if code == DIVIDE and q >= 0:
            node.output = value
    return append(graph, node, value)


cdef object unary(int code, Variable x):
    cdef Graph graph
    cdef Node node
    x = fresh(current(x))
    value = x._value
    if code != NEGATIVE:
        value = compute(MULTIPLY, value, value)
    else:
        if is_direct(value):
            value = map_one(<Loop>OPERATORS[code], value)
        else:
            value = values(np.negative, value) if has_many(value) else -value
    graph = recorder(x)
    if graph is None:
        return value
    node = new_node(code)
    one_parent(node, place_in(graph, x))
    if code == SQUARE:
        node.operands = (x._value,)
    return append(graph, node, value)


def register_unary(ufunc, pull, keep, bint branch=False):
    """Let `record` of a pointwise function of one argument be done in C."""
    cdef Loop loop = enter_loop(ufunc, ELEMENTARY)
    loop.pulls, loop.keep, loop.branch = (pull,), KEEPS.index(keep), branch
    will_trace(loop.pulls)


cdef bint none_zero(cnp.ndarray array):
    """Whether no element of a contiguous array of doubles is zero."""
    return not a_zero(<double *>cnp.PyArray_DATA(array), cnp.PyArray_SIZE(array))


cdef object elementary(Loop loop, Variable x):
    """f(x) for a registered ufunc; None where that is not the simple case."""
    cdef Graph graph
    cdef Node node
    cdef object u
    x = current(x)
    u = fresh(x)._value
    if cnp.PyArray_CheckExact(u):
        if cnp.PyArray_TYPE(<cnp.ndarray>u) != cnp.NPY_DOUBLE:
            return None
    elif type(u) is not FLOAT64:
        return None
    if loop.branch and not (<double>u != 0.0 if type(u) is FLOAT64 else none_zero(<cnp.ndarray>u)
                            if cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>u) else np.all(u)):
        return None
    value = map_one(loop, u)
    graph = recorder(x)
    if graph is None:
        return value
    node = new_node(RULE)
    one_parent(node, place_in(graph, x))
    node.keep, node.pulls = loop.keep, loop.pulls
    node.pointwise = True
    if node.keep & KEEP_OPERANDS:
        node.operands = (u,)
    if node.keep & KEEP_OUTPUT:
        node.output = value
    return append(graph, node, value)


cdef bint are_plain(tuple operands, Variable x) except -1:
    """Whether these are Variables of the level of x, plain numbers and arrays of such only."""
    if inner_tapes:
        return False
    for a in operands:
        if isinstance(a, Variable):
            if (<Variable>a).home_level != x.home_level:
                return False
        elif cnp.PyArray_CheckExact(a):
            if cnp.PyArray_TYPE(<cnp.ndarray>a) == cnp.NPY_OBJECT:
                return False
        elif not (PyFloat_Check(a) or isinstance(a, (int, np.generic))):
            return False
    return True


cdef object ADD_REDUCE = np.add.reduce


cdef object total(Variable x):
    """The sum of all elements."""
    cdef Graph graph
    cdef Node node
    x = current(x)
    value = ADD_REDUCE(fresh(x)._value, None)
    graph = recorder(x)
    if graph is None:
        return value
    node = new_node(SUM)
    one_parent(node, place_in(graph, x))
    return append(graph, node, value)


cdef object operand(object x):
    """The other operand of an operator, or NotImplemented."""
    if isinstance(x, (list, tuple)):
        x = repack(x)
        return np.asarray(x) if isinstance(x, (list, tuple)) else x
    if isinstance(x, (Number, complex)):
        return x
    if x is None or isinstance(x, (str, bytes, dict, set)) or hasattr(x, "__array_ufunc__"):
        return NotImplemented
    refuse_foreign(type(x))
    return x if hasattr(x, "__mul__") else NotImplemented
