# Part of _tape.pyx: nodes, graphs, which graph records, and what a record keeps.

cdef class Node:
    cdef int code
    cdef bint real            # a real value: its cotangent is the real part
    cdef tuple shape          # of the value
    cdef Py_ssize_t count     # of operands
    cdef Py_ssize_t *parents  # their places, -1 for what is not in the graph
    cdef Py_ssize_t own[2]    # where these are, if they are at most two
    cdef bytes more           # and where otherwise
    cdef tuple operands       # their values, as far as kept
    cdef object output        # the value, if kept
    cdef tuple pulls          # of a RULE: one function for each operand, or None
    cdef object make          # the function and the arguments that make the pulls, if needed
    cdef object what          # a `Quick`, if it was recorded as one
    cdef tuple layout         # of a call of several results: where each is in the row of all
    cdef int keep
    cdef bint branch          # a root at 0: its infinite slope times a zero is zero
    cdef bint pointwise       # each point of the result depends on that of the operands
    cdef bint masks           # its pulls put zeros where a value was not taken


cdef inline Node new_node(int code):
    cdef Node node = Node.__new__(Node)
    node.code = code
    node.parents = node.own
    return node


cdef inline void one_parent(Node node, Py_ssize_t p):
    node.count, node.own[0] = 1, p


cdef inline void two_parents(Node node, Py_ssize_t p, Py_ssize_t q):
    node.count, node.own[0], node.own[1] = 2, p, q


cdef int many_parents(Node node, Py_ssize_t count) except -1:
    """Make room for the places of so many operands."""
    node.count = count
    if count > 2:
        node.more = PyBytes_FromStringAndSize(NULL, count * sizeof(Py_ssize_t))
        node.parents = <Py_ssize_t *>PyBytes_AS_STRING(node.more)
    return 0


cdef class Graph:
    """A recorded computation.

    Parameters
    ----------
    level : int or float
        The level of its Variables.
    """

    cdef readonly object level
    cdef public bint open
    cdef list nodes
    cdef dict leaves
    cdef dict shadows         # of Variables made outside of the transform the tape is in
    cdef object __weakref__

    def __init__(self, level):
        self.level = level
        self.open = True
        self.clear()

    def __len__(self):
        return len(self.nodes)

    def clear(self):
        """Forget everything recorded."""
        self.nodes = []
        self.leaves = {}
        self.shadows = {}

    def close(self):
        """End the recording; what was recorded stays, and holds no Variables."""
        self.open = False
        self.leaves = {}
        self.shadows = {}

    cdef Py_ssize_t leaf(self, Variable x) except -1:
        """The place of a Variable that was not computed here."""
        cdef Node node
        found = self.leaves.get(id(x))
        if found is not None and found[0] is x:
            return found[1]
        node = new_node(LEAF)
        describe(node, x._value)
        self.nodes.append(node)
        self.leaves[id(x)] = (x, len(self.nodes) - 1)
        return len(self.nodes) - 1

    def place(self, Variable x):
        """The place of a Variable in this graph, -1 if it is not in it."""
        if x.home_level < self.level:
            known = self.shadows.get(id(x))
            return -1 if known is None else self.place(known[1])
        found = self.leaves.get(id(x))
        if found is not None and found[0] is x:
            return found[1]
        return x.index if x.graph is self else -1

    def watch(self, Variable x):
        """Note a Variable before anything is computed from it."""
        if x.home_level < self.level:
            x = shadow(x, self)
        fresh(x)
        if x.graph is not self:  # made by the user, or computed on another record
            x.leaf = True
            self.leaf(x)

    def variables(self, spans):
        """The Variables from which what was recorded in some spans of places was started."""
        cdef Node node
        cdef Py_ssize_t i
        cdef set used = set()
        for start, stop in spans:
            for at in range(start, min(stop, len(self.nodes))):
                used.add(at)
                node = <Node>self.nodes[at]
                if node is not None:
                    for i in range(node.count):
                        used.add(node.parents[i])
        made_outside = {id(known): x for x, known in self.shadows.values()}
        return [made_outside.get(id(x), x) for x, place in self.leaves.values() if place in used]


cdef inline tuple shape_at(Graph graph, Py_ssize_t place, object array):
    """The shape of an array: that of a node, if it is the same, or its own."""
    cdef Node node = <Node>graph.nodes[place] if place >= 0 else None
    if node is not None and cnp.PyArray_CheckExact(array) and has_shape(array, node.shape):
        return node.shape
    return (<object>array).shape


cdef inline void describe(Node node, object value, Graph graph=None):
    if cnp.PyArray_CheckExact(value):
        node.shape = (<object>value).shape if graph is None or not node.count else (
            shape_at(graph, node.own[0], value))
        node.real = not cnp.PyArray_ISCOMPLEX(<cnp.ndarray>value)
    elif cnp.PyArray_Check(value):
        node.shape = (<object>value).shape
        node.real = cnp.PyArray_TYPE(<cnp.ndarray>value) == cnp.NPY_DOUBLE or value.dtype.kind != "c"
    elif PyFloat_Check(value):
        node.shape = ()
        node.real = True
    else:
        node.shape = np.shape(value) if not hasattr(value, "shape") else value.shape
        node.real = not np.iscomplexobj(value)


cdef object current_graph(object level):
    """The graph that records Variables of a level made by the user, if any."""
    for graph in reversed(<tuple>ACTIVE.get()):
        if (<Graph>graph).open and (<Graph>graph).level == level:
            return graph
    return None


# How many tapes within transforms are recording, in all threads: as long as there is none,
# no Variable needs to look for one.
cdef int inner_tapes = 0


def activate(graph):
    """Let a graph record the Variables of its level; returns what `deactivate` takes."""
    global inner_tapes
    inner_tapes += graph.level > 1
    return ACTIVE.set(ACTIVE.get() + (graph,))


def deactivate(graph):
    """Take the last activation of a graph back."""
    global inner_tapes
    inner_tapes -= graph.level > 1
    active = list(ACTIVE.get())
    for at in range(len(active) - 1, -1, -1):
        if active[at] is graph:
            del active[at]
            break
    ACTIVE.set(tuple(active))


def graph_of_level(level):
    """The open graph of a level, or None."""
    return current_graph(level)


cdef Graph innermost_watching(Variable x, object below):
    """The recording graph of the highest level between that of x and another; None without."""
    cdef Graph found = None
    for graph in <tuple>ACTIVE.get():
        level = (<Graph>graph).level
        if (<Graph>graph).open and x.home_level < level and (below is None or level < below):
            if found is None or level > found.level:
                found = <Graph>graph
    return found


cdef Variable shadow(Variable x, Graph graph):
    """What a graph of an inner level knows a Variable as that was made outside.

    Its value is plain or, where an outer tape watches that too, what it is on its record.
    """
    cdef Graph between
    cdef Variable y
    found = graph.shadows.get(id(x))
    if found is not None and found[0] is x:
        y = found[1]
    else:
        y = Variable.at(0.0, graph.level)
        y.made = False
        graph.shadows[id(x)] = (x, y)
    between = innermost_watching(x, graph.level)
    y._value = as_recorded(x) if between is None else shadow(x, between)
    if is_array(y._value) and type(y) is Variable:
        taylorad_retype(y, VariableArray)
    return y


cdef object as_recorded(object x):
    """A Variable made by the user as it is on record outside, or its value if it is on none.

    As a value of inner levels it must not be taken for one that their tapes watch.
    """
    cdef Graph graph
    if not (isinstance(x, Variable) and (<Variable>x).made):
        return x
    graph = recorder(fresh(<Variable>x))
    if graph is None:
        return (<Variable>x)._value
    return handle(graph, place_in(graph, <Variable>x), (<Variable>x)._value)


cdef inline Variable current(Variable x):
    """The Variable itself or, where a tape of an inner level watches it, what it is to that."""
    cdef Graph graph
    if inner_tapes and x.made:
        graph = innermost_watching(x, None)
        if graph is not None:
            return shadow(x, graph)
    return x


def current_operands(operand):
    """An operand, or a list, tuple or dict of operands, with Variables as tapes see them."""
    if not inner_tapes:
        return operand
    if isinstance(operand, Variable):
        return current(<Variable>operand)
    if type(operand) in (list, tuple):
        return type(operand)([current_operands(x) for x in operand])
    if type(operand) is dict:
        return {key: current_operands(x) for key, x in operand.items()}
    return operand


cdef inline Graph recorder(Variable x):
    """The graph an operation on x is recorded in; None if it is not."""
    if x.graph is not None and x.graph.open and x.index >= 0:
        return x.graph
    if x.leaf:
        return <Graph>current_graph(x.home_level)
    return None


cdef inline Py_ssize_t place_in(Graph graph, Variable x) except -2:
    if x.graph is graph and x.index >= 0:
        return x.index
    if x.leaf:
        return graph.leaf(x)
    return -1


cdef inline bint is_array(object value) except -1:
    if cnp.PyArray_Check(value):
        return cnp.PyArray_NDIM(<cnp.ndarray>value) > 0
    return not PyFloat_Check(value) and getattr(value, "ndim", 0) > 0


cdef inline Variable blank(object value):
    """An empty Variable, of the class for this value."""
    if is_array(value):
        return VariableArray.__new__(VariableArray)
    return Variable.__new__(Variable)


cdef Variable append(Graph graph, Node node, object value):
    if not cnp.PyArray_CheckExact(value) and not cnp.PyArray_CheckScalar(value) and (
        isinstance(value, (float, complex, int))
    ):
        value = np.asarray(value)[()]  # Python's scalars have no shape
    cdef Variable y = blank(value)
    describe(node, value, graph)
    graph.nodes.append(node)
    y._value = value
    y.graph = graph
    y.index = len(graph.nodes) - 1
    y.home_level = graph.level
    return y


def record(
    value, operands, pulls, keep="nothing", branch=False, pointwise=False, masks=False
):
    """Note an operation; returns the Variable of its result.

    Parameters
    ----------
    value : array
        The result, computed from the operands' values.
    operands : sequence
        Variables and plain things, as the operation got them.
    pulls : sequence of callable or None, or callable
        For each operand, its cotangent from that of the result: ``pull(g)``, followed by the
        result if it is kept and by the operands' values if they are kept. Or a function
        without arguments that makes this sequence, when a walk first asks for it.
    keep : {"nothing", "operands", "output", "both"}
        What the pulls need.
    branch : bool
        Whether the slope is infinite somewhere as that of a root is at 0, so that times a
        zero it is zero: the root of a square has derivative 0 there.
    pointwise : bool
        Whether a point of the result depends on the same point of the operands alone: where
        its cotangent is zero, a slope that is infinite or nan adds nothing.
    masks : bool
        Whether the pulls of a pointwise rule put zeros where a value was not taken. Those of
        other rules may do so anyway.
    """
    cdef Graph graph = None
    cdef Node node
    cdef Py_ssize_t i = 0
    cdef list kept = []
    level = level_of_all(operands)
    for x in operands:
        if isinstance(x, Variable) and (<Variable>x).home_level == level:
            graph = recorder(fresh(<Variable>x))
            if graph is not None:
                break
    if graph is None:
        return value
    node = new_node(RULE)
    many_parents(node, len(operands))
    node.keep = KEEP_NOTHING if keep == "nothing" else KEEPS.index(keep)
    for x in operands:
        if isinstance(x, Variable) and (<Variable>x).home_level == level:
            node.parents[i] = place_in(graph, fresh(<Variable>x))
            kept.append((<Variable>x)._value)
        else:
            node.parents[i] = -1
            kept.append(x)
        i += 1
    if isinstance(pulls, (tuple, list)):
        node.pulls = tuple(pulls)
    else:
        node.make = pulls, ()
    node.branch = branch
    node.pointwise = pointwise
    node.masks = masks
    if node.keep & KEEP_OPERANDS:
        node.operands = tuple(kept)
    if node.keep & KEEP_OUTPUT:
        node.output = value
    return append(graph, node, value)
