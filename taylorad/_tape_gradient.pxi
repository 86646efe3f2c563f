# Part of _tape.pyx: the gradient by one plain array, the case that has to be quick.

def gradient_of_one(f, tuple args, dict kwargs, Py_ssize_t at):
    """The value of a function and its gradient by one argument, a plain array of doubles.

    None if it is not one, if `f` does not return one real number that depends on it, or if
    something is nan; it is for the caller then to run `f` again.
    """
    cdef Graph graph
    cdef Variable x, y
    cdef bint entered
    cdef list filled
    given = args[at]
    if not is_double(given) or cnp.PyArray_NDIM(<cnp.ndarray>given) == 0:
        return None
    tag = new_tag()
    graph = Graph(tag)
    entered = enter_reused()
    token = INNERMOST.set(tag)
    try:
        filled = list(args)
        filled[at] = x = Variable.of(given, graph)
        try:
            found = f(*filled, **kwargs) if kwargs else f(*filled)
        finally:
            INNERMOST.reset(token)
            graph.open = False
        if not isinstance(found, Variable):
            return None
        y = fresh(current(<Variable>found))
        value = y._value
        if y.home_level != tag or y.graph is not graph or type(value) is not FLOAT64:
            return None
        filled = found = None  # nothing but the record needs the operands
        (g,) = pull_back(graph, y.index, 1.0, (0,), False, True)
        if g is None:
            return value, np.zeros(given.shape)
        if not (is_writable(g) and is_flat(g) and has_shape(g, given.shape)):
            g = np.array(np.broadcast_to(g, given.shape), np.float64)  # that is nobody else's
        return (value, g) if all_finite(g) or not np.any(np.isnan(g)) else None
    finally:
        if entered:
            exit_reused()
        graph.open = False
        graph.clear()
