# Part of _tape.pyx: calls whose results each come from one array, or from none.

def enter_cut(function):
    """Let a function be recorded at once that gives a part of an array, by slices, as a view."""
    enter(CUT, function, None)


def enter_separate(row):
    """The same for one of several arrays whose n-th result is linear in the n-th array alone."""
    cdef Quick quick
    enter(SEPARATE, row.function, row.pulls_at)
    quick = QUICK[row.function]
    quick.row = row


def enter_like(function):
    """The same for one that makes an array of plain arguments, with ``like=``."""
    enter(LIKE, function, None)


cdef object cut(Quick quick, tuple args, dict kwargs):
    """Record the part of an array that a function leaves of it."""
    cdef Py_ssize_t offset, start, axis
    cdef int ndim
    cdef list index = []
    if not isinstance(args[0], Variable):
        return None
    for item in (*args[1:], *kwargs.values()):
        if not can_steer(item):
            return None
    u = fresh(<Variable>args[0])._value
    if not is_direct(u):
        return None
    found = quick.plain(u, *args[1:], **kwargs)
    ndim = cnp.PyArray_NDIM(u)
    if not is_double(found) or cnp.PyArray_NDIM(found) != ndim or not cnp.PyArray_SIZE(found) or (
        not share_memory(found, u)
    ):
        return None
    offset = cnp.PyArray_BYTES(found) - cnp.PyArray_BYTES(u)
    for axis in range(ndim):
        if cnp.PyArray_STRIDE(found, axis) != cnp.PyArray_STRIDE(u, axis):
            return None
        start = offset // cnp.PyArray_STRIDE(u, axis)
        offset -= start * cnp.PyArray_STRIDE(u, axis)
        index.append(slice(start, start + cnp.PyArray_DIM(found, axis)))
    return get_item(args[0], index[0] if ndim == 1 else tuple(index))


cdef object separate(Quick quick, tuple args, dict kwargs):
    """Record each result that comes from a Variable."""
    cdef Graph graph
    cdef Node node
    cdef Variable y
    cdef Py_ssize_t n
    cdef list values = [], shapes = [], results
    for item in kwargs.values():
        if not can_steer(item):
            return None
    level = first_level(args)
    for x in args:
        u = doubles_of(x, level)
        if not is_double(u) or not cnp.PyArray_SIZE(u):
            return None
        values.append(u)
        shapes.append((<object>u).shape)
    found = quick.plain(*values, **kwargs)
    if type(found) is not tuple and type(found) is not list or len(found) != len(args):
        return None
    results = list(found)
    for n in range(len(args)):
        if not isinstance(args[n], Variable):
            continue
        graph = recorder(<Variable>args[n])
        if graph is None:
            continue
        node = new_node(RULE)
        one_parent(node, place_in(graph, <Variable>args[n]))
        node.make = quick.make, (n, shapes, kwargs, cnp.PyArray_SIZE(found[n]))
        y = append(graph, node, found[n])
        if len(node.shape) and share_memory(found[n], values[n]):
            as_view(y, args[n], quick.row.path_of(n, shapes, kwargs))
        results[n] = y
    return type(found)(results)


cdef object made_like(Quick quick, Variable asked, tuple args, dict kwargs):
    """An array of plain arguments that can hold what a Variable can."""
    cdef Graph graph
    cdef Node node
    for item in (*args, *kwargs.values()):
        if not (can_steer(item) or is_double_type(item)):
            return None
    value = quick.function(*args, **kwargs)
    graph = recorder(asked)
    if graph is None or not is_double(value) or not cnp.PyArray_NDIM(value):
        return None
    node = new_node(RULE)
    one_parent(node, place_in(graph, asked))
    node.pulls = NOWHERE
    return append(graph, node, value)
