# Part of _tape.pyx: quick calls that answer from the values, or make an array without derivatives.

cdef object answer(Quick quick, tuple args, dict kwargs):
    """What the values alone answer, or an array that is made in the likeness of one."""
    cdef Graph graph
    cdef Node node
    cdef bint constant = quick.kind == CONSTANT
    if not isinstance(args[0], Variable):
        return None
    for item in args[1:]:
        if not (steers(item) or constant and PyFloat_CheckExact(item)):
            return None
    if kwargs:
        return None
    x = args[0]
    u = fresh(<Variable>x)._value
    if not (is_double(u) or type(u) is FLOAT64 and not constant):
        return None
    value = quick.function(u, *args[1:])
    if not constant:
        return value
    if not is_double(value):
        return None
    graph = recorder(<Variable>x)
    if graph is None:
        return value
    node = rule_node(graph, (x,))
    node.pulls = NOWHERE
    return append(graph, node, value if cnp.PyArray_NDIM(value) else value[()])


cdef tuple NOWHERE = (None,)


def enter_answered(function):
    """The same for a function of values, whose result is plain."""
    enter(ANSWERED, function, None)


def enter_constant(function):
    """The same for one that makes an array without derivatives like another."""
    enter(CONSTANT, function, None)


cdef object copied(Variable x):
    """A copy in C order."""
    cdef Graph graph
    cdef Node node
    if inner_tapes or not is_double(fresh(x)._value):
        return None
    value = cnp.PyArray_NewCopy(<cnp.ndarray>x._value, cnp.NPY_CORDER)
    graph = recorder(x)
    if graph is None:
        return value
    node = new_node(RULE)
    one_parent(node, place_in(graph, x))
    node.pulls, node.pointwise = PASSED_ON, True
    return append(graph, node, value)


cdef tuple PASSED_ON = (lambda g: g,)
