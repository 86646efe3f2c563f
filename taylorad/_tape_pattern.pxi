# Part of _tape.pyx: what was computed of what, for whoever asks which derivatives are zero.

KINDS = {ADD: "linear", SUBTRACT: "linear", NEGATIVE: "linear", MULTIPLY: "product",
         DIVIDE: "quotient", SQUARE: "curved", GETITEM: "item", SUM: "sum"}
CALLS = {ALONE: "alone", JOINED: "joined", CHOSEN: "linear", MATRICES: "matrices"}


def operations(Graph graph, Py_ssize_t target, Py_ssize_t source):
    """The operations that lead from one place to another, in their order.

    Returns
    -------
    list of tuple
        The place; the kind of operation; the places of its operands, -1 for constants; the
        shape of the result; what else there is to say: an index, or a function with the
        arguments it was called with.
    """
    cdef Node node
    cdef Py_ssize_t at, i
    cdef set wanted = {target}
    cdef list found = []
    for at in range(target, source, -1):
        if at not in wanted:
            continue
        node = <Node>graph.nodes[at]
        places = [node.parents[i] for i in range(node.count)]
        wanted.update(places)
        kind, detail = KINDS.get(node.code, "unknown"), None
        if node.code == GETITEM:
            detail = node.operands[0]
        elif node.code == RULE and node.pointwise:
            kind = "curved"
        elif node.code == RULE and node.what is not None:
            kind = CALLS.get((<Quick>node.what).kind, "unknown")
            detail = (<Quick>node.what).function, None if node.make is None else node.make[1]
        found.append((at, kind, places, node.shape, detail))
    found.reverse()
    return found


cdef inline cnp.npy_intp *places(object array):
    return <cnp.npy_intp *>cnp.PyArray_DATA(<cnp.ndarray>array)


def pairs_by_column(list layers, Py_ssize_t n):
    """The pairs (row, column) within the columns of some arrays of numbers below n.

    Parameters
    ----------
    layers : list of array of intp
        Each of two dimensions and in C order; -1 stands for no number.
    n : int
        How many rows and columns there are.

    Returns
    -------
    rows, starts : array of intp
        The rows of column j, each once, are ``rows[starts[j]:starts[j + 1]]``.
    """
    cdef cnp.npy_intp *of, *start, *to, *mark
    cdef Py_ssize_t m, points, i, j, k, s, kept = 0, total = 0
    starts, marks = np.zeros(n + 1, np.intp), np.full(n, -1, np.intp)
    start, mark = places(starts), places(marks)
    for layer in layers:
        of, m, points = places(layer), cnp.PyArray_DIM(layer, 0), cnp.PyArray_DIM(layer, 1)
        for j in range(m * points):
            if of[j] >= 0:
                start[of[j]] += m
                total += m
    rows = np.empty(total, np.intp)
    to = places(rows)
    for j in range(n + 1):  # where each column ends
        total = start[j]
        kept += total
        start[j] = kept
    for layer in layers:
        of, m, points = places(layer), cnp.PyArray_DIM(layer, 0), cnp.PyArray_DIM(layer, 1)
        for j in range(m):
            for k in range(points):
                if of[j * points + k] >= 0:
                    for i in range(m):
                        start[of[j * points + k]] -= 1
                        to[start[of[j * points + k]]] = of[i * points + k]
    kept = 0  # now they are where it starts
    for j in range(n):
        s, start[j] = start[j], kept
        for k in range(s, start[j + 1]):
            i = to[k]
            if i >= 0 and mark[i] != j:
                mark[i] = j
                to[kept] = i
                kept += 1
    start[n] = kept
    return rows[:kept], starts


def column_groups(rows, starts):
    """For each column of a symmetric pattern its group: those of one share no row.

    The rows of column j are ``rows[starts[j]:starts[j + 1]]``. Greedily, in the order of the
    columns: Curtis, Powell and Reid, On the estimation of sparse Jacobian matrices (1974).
    """
    cdef Py_ssize_t n = len(starts) - 1, j, k, i, s, t
    cdef cnp.npy_intp *row = places(rows)
    cdef cnp.npy_intp *start = places(starts)
    groups, barred = np.full(n, -1, np.intp), np.full(n + 1, -1, np.intp)
    cdef cnp.npy_intp *group = places(groups)
    cdef cnp.npy_intp *bar = places(barred)
    for j in range(n):
        for s in range(start[j], start[j + 1]):
            i = row[s]
            for t in range(start[i], start[i + 1]):
                k = group[row[t]]
                if k >= 0:
                    bar[k] = j
        k = 0
        while bar[k] == j:
            k += 1
        group[j] = k
    return groups
