# Part of _tape.pyx: quick calls that answer from the values, or make an array without derivatives.

cdef object answer(Quick quick, tuple args, dict kwargs):
    """What the values alone answer, or an array that is made in the likeness of one."""
    cdef Graph graph
    cdef Node node
    if quick.kind != CONSTANT:
        return answered_by_values(quick, args, kwargs)
    if not isinstance(args[0], Variable):
        return None
    for item in args[1:]:
        if not (steers(item) or PyFloat_CheckExact(item)):
            return None
    if kwargs:
        return None
    x = args[0]
    u = fresh(<Variable>x)._value
    if not is_double(u):
        return None
    value = quick.plain(u, *args[1:])
    if not is_double(value):
        return None
    graph = recorder(<Variable>x)
    if graph is None:
        return value
    node = rule_node(graph, (x,))
    node.pulls = NOWHERE
    return append(graph, node, value if cnp.PyArray_NDIM(value) else value[()])


cdef object answered_by_values(Quick quick, tuple args, dict kwargs):
    """What a function says of values, with options that are plain."""
    cdef Py_ssize_t i
    cdef list plain = list(args)
    for item in kwargs.values():
        if not can_steer(item):
            return None
    level = first_level(args)
    if level is None:
        return None
    for i in range(len(plain)):
        x = plain[i]
        if isinstance(x, Variable):
            plain[i] = doubles_of(x, level)
            if plain[i] is None:
                return None
        elif not (can_steer(x) or is_double(x) or steers_as_array(x)):
            return None
    function = quick.plain
    if quick.method is not None and cnp.PyArray_CheckExact(plain[0]):
        function = quick.method
    if kwargs:
        return function(*plain, **kwargs)
    return function(plain[0]) if len(plain) == 1 else function(*plain)


cdef tuple NOWHERE = (None,)


def enter_answered(function, method=None):
    """The same for a function of values, whose result is plain."""
    cdef Quick quick
    enter(ANSWERED, function, None)
    quick = QUICK[function]
    quick.method = None if method is None else getattr(np.ndarray, method)


def enter_constant(function):
    """The same for one that makes an array without derivatives like another."""
    enter(CONSTANT, function, None)


cdef object copied(Variable x, cnp.NPY_ORDER order=cnp.NPY_CORDER):
    """A copy, in C order if no other is asked for."""
    cdef Graph graph
    cdef Node node
    if inner_tapes or not is_double(fresh(x)._value):
        return None
    value = cnp.PyArray_NewCopy(<cnp.ndarray>x._value, order)
    graph = recorder(x)
    if graph is None:
        return value
    node = new_node(RULE)
    one_parent(node, place_in(graph, x))
    node.pulls, node.pointwise = PASSED_ON, True
    return append(graph, node, value)


cdef tuple PASSED_ON = (lambda g: g,)
