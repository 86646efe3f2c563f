# Part of _tape.pyx: functions that are recorded as a whole and taken apart when a walk gets there.
#
# A rule that is an expression of other functions would record each of them, and check its
# arguments each time. Of a few plain doubles the record is NumPy's own value and the call; the
# walk asks for the pulls of the call or, where there are none, makes it once more, by its rule and
# on a record of its own, and walks back over that.
# What is not that simple, infinite or nan is answered by None and takes dispatch's way.

cdef set STEERING = {"axis", "keepdims", "n", "ddof", "ord", "axes", "offset", "k"}


def enter_deferred(*functions, make=None, keep="nothing"):
    """Let these functions be recorded as a whole.

    ``make(*args, **kwargs)``, of plain arguments, gives the pulls of the operands, which get what
    `keep` says, or None.
    """
    cdef Quick quick
    for function in functions:
        if isinstance(function, np.ufunc):
            enter_loop(function, DEFERRED_UFUNC)
        enter(DEFERRED, function, make)
        quick = QUICK[function]
        quick.keep = KEEPS.index(keep)


cdef inline bint is_few(object x):
    """Whether this is a number or an array of a few doubles, and finite."""
    if cnp.PyArray_CheckExact(x):
        return is_direct(x) and finite(x)
    return PyFloat_CheckExact(x) and x - x == 0.0 or (
        type(x) is FLOAT64 and <double>x - <double>x == 0.0 or PyLong_CheckExact(x)
    )


cdef inline bint can_steer(object x):
    return steers(x) or isinstance(x, str) or PyFloat_CheckExact(x) or type(x) is FLOAT64


cdef object deferred(Quick quick, object function, tuple args, dict kwargs):
    """Record a call as it is."""
    cdef Graph graph
    cdef Node node
    cdef list operands = [], kept = [], plain = [], places = [], items
    for name, item in kwargs.items():
        if name not in STEERING or not can_steer(item):
            return None
    level = None
    for x in args:
        if isinstance(x, Variable) or cnp.PyArray_CheckExact(x):
            if level is None and isinstance(x, Variable):
                level = (<Variable>x).home_level
            u = doubles_of(x, level)
            if not is_few(u):
                return None
            operands.append(x)
            kept.append(u)
            plain.append(u)
            places.append(OPERAND)
        elif can_steer(x):
            plain.append(x)
            places.append(x)
        elif type(x) is list or type(x) is tuple:
            items = []
            for item in x:
                if not (isinstance(item, Variable) or cnp.PyArray_CheckExact(item)):
                    return None
                if level is None and isinstance(item, Variable):
                    level = (<Variable>item).home_level
                u = doubles_of(item, level)
                if not is_few(u):
                    return None
                operands.append(item)
                kept.append(u)
                items.append(u)
            plain.append(items)
            places.append([OPERAND] * len(items))
        else:
            return None
    if level is None:
        return None
    if len(plain) == 1 and not kwargs:
        value = function(plain[0])
    elif len(plain) == 2 and isinstance(function, np.ufunc):
        value = apply_two(<Loop>LOOPS[function], plain[0], plain[1])
    else:
        value = function(*plain, **kwargs)
    if not is_few(value) or PyLong_CheckExact(value):
        return None
    if cnp.PyArray_CheckExact(value) and (<object>value).base is not None:
        for u in kept:
            if share_memory(value, u):
                return None
    graph = joint_recorder(operands)
    if graph is None:
        return value
    node = rule_node(graph, operands)
    node.code = DEFERRED_RULE
    node.make = function, places, kwargs
    node.operands = tuple([kept_of(x, u) for x, u in zip(operands, kept)])
    if quick.keep & KEEP_OUTPUT:
        node.output = value
    return append(graph, node, value)


cdef object OPERAND = object()  # the place of one


cdef list filled_in(object args, list operands):
    cdef list found = []
    for x in args:
        if x is OPERAND:
            found.append(operands.pop())
        else:
            found.append(filled_in(x, operands) if type(x) is list else x)
    return found


cdef bint find_pulls(Node node) except -1:
    """Let a deferred call be pulled back as other calls are; whether it can."""
    cdef Quick quick
    function, args, kwargs = node.make
    quick = QUICK[function]
    if quick.make is None:
        return False
    pulls = quick.make(*filled_in(args, list(reversed(node.operands))), **kwargs)
    if pulls is None:
        return False
    node.code, node.pulls, node.keep, node.make = RULE, tuple(pulls), quick.keep, None
    return True


cdef list taken_apart(Node node, object g, list operands, unsigned char *wanted, bint masked,
                      bint *branch):
    """The cotangents of the operands of a deferred call, in a walk with these marks."""
    cdef Graph graph
    cdef Node step
    cdef Variable y
    cdef Py_ssize_t p
    cdef list variables = [], places = []
    function, args, kwargs = node.make
    tag = new_tag()
    graph = Graph(tag)
    token = INNERMOST.set(tag)
    try:
        for i in range(node.count):
            p = node.parents[i]
            if p >= 0 and wanted[p]:
                places.append(len(graph.nodes))
                variables.append(Variable.of(operands[i], graph))
            else:
                places.append(-1)
                variables.append(operands[i])
        variables.reverse()
        filled = filled_in(args, variables)
        asked = [x for x in filled if isinstance(x, Variable)]
        if isinstance(function, np.ufunc):
            found = dispatch.on_ufunc(function, "__call__", tuple(filled), {})
        else:
            found = dispatch.on_function(function, (), tuple(filled), kwargs, asked)
    finally:
        INNERMOST.reset(token)
        graph.open = False
    if not isinstance(found, Variable) or (<Variable>found).home_level != tag:
        return [None] * node.count
    y = fresh(<Variable>found)
    for step in graph.nodes:
        branch[0] |= step.branch
    try:
        return pull_back(graph, y.index, g, places, False, True, None, branch[0], masked)
    finally:
        graph.clear()
