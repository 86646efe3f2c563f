# Part of _tape.pyx: calls with several results.
#
# Those of a ufunc are nodes by themselves. Those of a call that is recorded as it is have one
# node below them: of all results in one row, with a mark for each that says whether anything
# depends on it. A zero as a cotangent is not the same, see `taylorad.rules._factors`.

def enter_several(ufunc, results, keep="both"):
    """Let a ufunc of one argument be recorded at once.

    `results` has the pulls of each, one, or None where it is plain.
    """
    cdef Quick quick
    enter(SEVERAL, ufunc, None)
    quick = QUICK[ufunc]
    quick.pulls = tuple([None if pulls is None else tuple(pulls) for pulls in results])
    quick.keep = KEEPS.index(keep)


cdef object several(Quick quick, Variable x):
    """Record a ufunc of several results."""
    cdef Graph graph
    cdef Node node
    cdef Py_ssize_t at, k
    cdef list found = []
    u = fresh(x)._value
    if not (is_double(u) or type(u) is FLOAT64):
        return None
    values = quick.plain(u)
    graph = recorder(x)
    if graph is None:
        return values
    at = place_in(graph, x)
    for k in range(len(quick.pulls)):
        if quick.pulls[k] is None:
            found.append(values[k])
            continue
        node = new_node(RULE)
        one_parent(node, at)
        node.pulls, node.keep, node.pointwise = quick.pulls[k], quick.keep, True
        if node.keep & KEEP_OPERANDS:
            node.operands = (u,)
        if node.keep & KEEP_OUTPUT:
            node.output = values[k]
        found.append(append(graph, node, values[k]))
    return tuple(found)


cdef object spread(tuple make, list operands, list kept, object values):
    """Record a call and each of its results, those that are integers as they are."""
    cdef Graph graph
    cdef Node node, one
    cdef Py_ssize_t k, total = 0, count = len(values)
    cdef list layout = [], found = []
    cdef bint real = True
    cdef Py_ssize_t size
    for u in values:
        if not (is_result(u) or is_double(u) and not cnp.PyArray_SIZE(u)):
            if not (isinstance(u, (int, np.integer)) or steers_as_array(u)):
                return None
            layout.append(None)
            continue
        size, shape = 1, ()
        if cnp.PyArray_CheckExact(u):
            size, shape = cnp.PyArray_SIZE(u), (<object>u).shape
            real &= not is_complex(u)
            if (<object>u).base is not None:
                for x in kept:
                    if share_memory(u, x):
                        return None
        layout.append((total, total + size, shape))
        total += size
    graph = joint_recorder(operands)
    if graph is None:
        return values
    node = called_node(graph, make, operands, kept)
    node.layout, node.shape, node.real = tuple(layout), (total + count,), real
    graph.nodes.append(node)
    at = len(graph.nodes) - 1
    for k in range(count):
        if layout[k] is None:
            found.append(values[k])
            continue
        one = new_node(RULE)
        one_parent(one, at)
        one.make = in_a_row, (layout[k][0], layout[k][1], total + k, total + count)
        found.append(append(graph, one, values[k]))
    return tuple(found) if type(values) is tuple else tuple.__new__(type(values), found)


def in_a_row(start, stop, mark, size):
    """The pull of one of several results."""

    def pull(g):
        return np.concatenate([
            np.zeros(start), np.reshape(g, -1), np.zeros(mark - stop), np.ones(1),
            np.zeros(size - mark - 1),
        ])

    return (pull,)


cdef tuple targets_of(Node node, object g, object found, object level):
    """Which of the results something depends on, and their cotangents."""
    cdef Variable y
    cdef Py_ssize_t k, total = node.shape[0] - len(node.layout)
    cdef list targets = [], seeds = []
    marks = value(g)
    for k in range(len(node.layout)):
        if node.layout[k] is None or marks[total + k] == 0:
            continue
        if not isinstance(found[k], Variable) or (<Variable>found[k]).home_level != level:
            continue
        y = fresh(<Variable>found[k])
        start, stop, shape = node.layout[k]
        targets.append(y.index)
        seeds.append(np.reshape(g[start:stop], shape) if shape else g[start])
    return targets, seeds
