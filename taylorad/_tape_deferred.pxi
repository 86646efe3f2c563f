# Part of _tape.pyx: functions that are recorded as a whole and taken apart when a walk gets there.
#
# A rule that is an expression of other functions would record each of them, and check its
# arguments each time. Of a few plain doubles the record is NumPy's own value and the call; the
# walk makes the call once more, by its rule and on a record of its own, and walks back over that.
# What is not that simple, infinite or nan is answered by None and takes dispatch's way.

cdef set STEERING = {"axis", "keepdims", "n", "ddof", "ord", "axes", "offset", "k"}


def enter_deferred(*functions):
    """Let these functions be recorded as a whole."""
    for function in functions:
        if isinstance(function, np.ufunc):
            enter_loop(function, DEFERRED_UFUNC)
        enter(DEFERRED, function, None)


cdef inline bint is_few(object x):
    """Whether this is a number or an array of a few doubles, and finite."""
    if cnp.PyArray_CheckExact(x):
        return is_direct(x) and finite(x)
    return PyFloat_CheckExact(x) and x - x == 0.0 or (
        type(x) is FLOAT64 and <double>x - <double>x == 0.0 or PyLong_CheckExact(x)
    )


cdef inline bint can_steer(object x):
    return steers(x) or isinstance(x, str) or PyFloat_CheckExact(x) or type(x) is FLOAT64


cdef object deferred(object function, tuple args, dict kwargs):
    """Record a call as it is."""
    cdef Graph graph
    cdef Node node
    cdef list operands = [], kept = [], plain = [], items
    cdef bint listed
    for name, item in kwargs.items():
        if name not in STEERING or not can_steer(item):
            return None
    level = None
    for x in args:
        listed = type(x) is list or type(x) is tuple and not steers(x)
        items = []
        for item in <object>(x if listed else (x,)):
            if isinstance(item, Variable):
                if level is None:
                    level = (<Variable>item).home_level
                operands.append(item)
            elif cnp.PyArray_CheckExact(item):
                operands.append(item)
            elif listed or not can_steer(item):
                return None
            else:
                items.append(item)
                continue
            u = doubles_of(item, level)
            if not is_few(u):
                return None
            kept.append(kept_of(item, u))
            items.append(u)
        plain.append(items if listed else items[0])
    if level is None:
        return None
    if isinstance(function, np.ufunc) and len(plain) == 2:
        value = apply_two(<Loop>LOOPS[function], plain[0], plain[1])
    else:
        value = function(*plain, **kwargs)
    if not ((is_direct(value) or type(value) is FLOAT64) and is_few(value)):
        return None
    for u in kept:
        if is_direct(value) and share_memory(value, u):
            return None
    graph = joint_recorder(operands)
    if graph is None:
        return value
    node = rule_node(graph, operands)
    node.code = DEFERRED_RULE
    node.make = function, args_without(args), kwargs
    node.keep, node.operands = KEEP_OPERANDS, tuple(kept)
    return append(graph, node, value)


cdef tuple args_without(tuple args):
    """The arguments of a call, with None for each operand in a tuple of its own."""
    cdef list found = []
    for x in args:
        if isinstance(x, Variable) or cnp.PyArray_CheckExact(x):
            found.append(OPERAND)
        elif type(x) is list or type(x) is tuple and not steers(x):
            found.append([OPERAND] * len(x))
        else:
            found.append(x)
    return tuple(found)


cdef object OPERAND = object()  # the place of one


cdef list filled_in(object args, list operands):
    cdef list found = []
    for x in args:
        if x is OPERAND:
            found.append(operands.pop())
        else:
            found.append(filled_in(x, operands) if type(x) is list else x)
    return found


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
