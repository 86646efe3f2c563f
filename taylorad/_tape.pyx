"""Variables and the graph they record: the core of reverse mode.

Design. A `Graph` is a flat list of nodes in the order the operations ran; a node knows the
places of its operands in that list, their plain values as far as its rule needs them, and
how to pull a cotangent back to each. It holds no Variables, so nothing refers in circles.
A `Variable` is a value and a place in a graph. The backward walk goes down the list once.

Levels are those of `taylorad.algebra`: an operation belongs to the operand of the highest
level, and takes those of lower levels for plain values, whether they are numbers or
Variables. What it does on its values it does with NumPy's functions, so lower levels are
carried along, and when the walk itself is to be recorded it runs on Variables.

Cotangents are those for which dL = Re(sum(g * dy)): a linear function pulls back by its
transpose, without conjugation, and a real operand takes the real part.
"""

from contextvars import ContextVar

from cpython.float cimport PyFloat_Check

import numpy as np

cimport cython
cimport numpy as cnp

from taylorad import dispatch
from taylorad._numbers import Number, install_variables, level_of, repack, value
from taylorad.algebra import innermost

cnp.import_array()

cdef extern from *:
    """
    /* A Variable made by hand turns out to be an array: the classes are static and alike. */
    static void taylorad_retype(PyObject *variable, PyObject *type) {
        Py_SET_TYPE(variable, (PyTypeObject *)type);
    }
    """
    void taylorad_retype(object, object)

cdef dict METHODS = {}
cdef dict PROPERTIES = {}
cdef object ACTIVE = ContextVar("taylorad_active_graphs", default=())

cdef enum:
    LEAF, ADD, SUBTRACT, MULTIPLY, DIVIDE, NEGATIVE, SQUARE, GETITEM, SUM, RULE

cdef enum:
    KEEP_NOTHING, KEEP_OPERANDS, KEEP_OUTPUT, KEEP_BOTH

UFUNCS = {np.add: ADD, np.subtract: SUBTRACT, np.multiply: MULTIPLY, np.divide: DIVIDE}


def install(methods, properties):
    """Connect the Variables to the ndarray methods."""
    METHODS.update(methods)
    PROPERTIES.update(properties)


# --- The graph ---------------------------------------------------------------------------


cdef class Node:
    cdef int code
    cdef bint real            # a real value: its cotangent is the real part
    cdef tuple shape          # of the value
    cdef tuple parents        # places of the operands, -1 for what is not in the graph
    cdef tuple operands       # their values, as far as kept
    cdef object output        # the value, if kept
    cdef tuple pulls          # of a RULE: one function for each operand, or None
    cdef int keep
    cdef bint branch          # a root at 0: its infinite slope times a zero is zero
    cdef bint pointwise       # each point of the result depends on that of the operands
    cdef bint masks           # its pulls put zeros where a value was not taken


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
    cdef object __weakref__

    def __init__(self, level):
        self.level = level
        self.open = True
        self.nodes = []
        self.leaves = {}

    def __len__(self):
        return len(self.nodes)

    def clear(self):
        """Forget everything recorded."""
        self.nodes = []
        self.leaves = {}

    def close(self):
        """End the recording; what was recorded stays, and holds no Variables."""
        self.open = False
        self.leaves = {}

    cdef Py_ssize_t leaf(self, Variable x) except -1:
        """The place of a Variable that was not computed here."""
        cdef Node node
        found = self.leaves.get(id(x))
        if found is not None and found[0] is x:
            return found[1]
        node = Node.__new__(Node)
        node.code = LEAF
        describe(node, x._value)
        node.parents = ()
        self.nodes.append(node)
        self.leaves[id(x)] = (x, len(self.nodes) - 1)
        return len(self.nodes) - 1

    def place(self, Variable x):
        """The place of a Variable in this graph, -1 if it is not in it."""
        found = self.leaves.get(id(x))
        if found is not None and found[0] is x:
            return found[1]
        return x.index if x.graph is self else -1

    def watch(self, Variable x):
        """Note a Variable before anything is computed from it."""
        fresh(x)
        if x.graph is not self:  # made by the user, or computed on another record
            x.leaf = True
            self.leaf(x)

    def variables(self):
        """The Variables it was started from."""
        return [x for x, place in self.leaves.values()]


cdef inline void describe(Node node, object value):
    if cnp.PyArray_Check(value):
        node.shape = (<object>value).shape
        node.real = cnp.PyArray_TYPE(<cnp.ndarray>value) == cnp.NPY_DOUBLE or value.dtype.kind != "c"
    else:
        node.shape = np.shape(value) if not hasattr(value, "shape") else value.shape
        node.real = not np.iscomplexobj(value)


cdef object current_graph(object level):
    """The graph that records Variables of a level made by the user, if any."""
    for graph in reversed(<tuple>ACTIVE.get()):
        if (<Graph>graph).open and (<Graph>graph).level == level:
            return graph
    return None


def activate(graph):
    """Let a graph record the Variables of its level; returns what `deactivate` takes."""
    return ACTIVE.set(ACTIVE.get() + (graph,))


def deactivate(graph):
    """Take the last activation of a graph back."""
    active = list(ACTIVE.get())
    for at in range(len(active) - 1, -1, -1):
        if active[at] is graph:
            del active[at]
            break
    ACTIVE.set(tuple(active))


def graph_of_level(level):
    """The open graph of a level, or None."""
    return current_graph(level)


cdef inline Graph recorder(Variable x):
    """The graph an operation on x is recorded in; None if it is not."""
    if x.graph is not None and x.graph.open and x.index >= 0:
        return x.graph
    if x.leaf:
        return <Graph>current_graph(x.level)
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
    cdef Variable y = blank(value)
    describe(node, value)
    graph.nodes.append(node)
    y._value = value
    y.graph = graph
    y.index = len(graph.nodes) - 1
    y.level = graph.level
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
    pulls : sequence of callable or None
        For each operand, its cotangent from that of the result: ``pull(g)``, followed by the
        result if it is kept and by the operands' values if they are kept.
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
    cdef list parents = [], kept = []
    level = level_of_all(operands)
    for x in operands:
        if isinstance(x, Variable) and (<Variable>x).level == level:
            graph = recorder(fresh(<Variable>x))
            if graph is not None:
                break
    if graph is None:
        return value
    node = Node.__new__(Node)
    node.code = RULE
    node.keep = ("nothing", "operands", "output", "both").index(keep)
    for x in operands:
        if isinstance(x, Variable) and (<Variable>x).level == level:
            parents.append(place_in(graph, fresh(<Variable>x)))
            kept.append((<Variable>x)._value)
        else:
            parents.append(-1)
            kept.append(x)
    node.parents = tuple(parents)
    node.pulls = tuple(pulls)
    node.branch = branch
    node.pointwise = pointwise
    node.masks = masks
    if node.keep & KEEP_OPERANDS:
        node.operands = tuple(kept)
    if node.keep & KEEP_OUTPUT:
        node.output = value
    return append(graph, node, value)


# --- Levels ------------------------------------------------------------------------------


def level_of_all(operands):
    """The highest level among operands."""
    level = -1
    for x in operands:
        if isinstance(x, (Variable, Number)):
            level = max(level, level_of(x))
        elif isinstance(x, (list, tuple)):
            level = max(level, level_of_all(x))
    return level


def at_level(x, level):
    """The value of a Variable of this level; anything else as it is."""
    if isinstance(x, Variable) and (<Variable>x).level == level:
        return fresh(<Variable>x)._value
    return x


# --- Arithmetic --------------------------------------------------------------------------


cdef inline object compute(int code, object a, object b):
    if code == ADD:
        return a + b
    if code == SUBTRACT:
        return a - b
    if code == MULTIPLY:
        return a * b
    return a / b


cdef object arithmetic(int code, object a, object b):
    """a + b, a - b, a * b or a / b, at least one a Variable."""
    cdef Graph graph = None
    cdef Node node
    cdef Py_ssize_t p = -1, q = -1
    cdef bint left = isinstance(a, Variable), right = isinstance(b, Variable)
    if left and right:
        if (<Variable>a).level != (<Variable>b).level:
            if (<Variable>a).level > (<Variable>b).level:
                right = False
            else:
                left = False
    elif not isinstance(b if left else a, (float, int, np.ndarray, np.generic)):
        other = operand(b if left else a)
        if other is NotImplemented:
            return NotImplemented
        if isinstance(other, Variable):
            return arithmetic(code, a if left else other, other if left else b)
        if isinstance(other, Number) and level_of(other) > (<Variable>(a if left else b)).level:
            return NotImplemented
        if left:
            b = other
        else:
            a = other
    elif isinstance(b if left else a, np.ndarray) and (b if left else a).dtype == object:
        other = repack(b if left else a)
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
    node = Node.__new__(Node)
    node.code = code
    node.parents = (p, q)
    if code == MULTIPLY:
        node.operands = (None if q < 0 else u if left else kept_copy(u),
                         None if p < 0 else v if right else kept_copy(v))
    elif code == DIVIDE:
        node.operands = (None, v if right else kept_copy(v))
        if code == DIVIDE and q >= 0:
            node.output = value
    return append(graph, node, value)


cdef object unary(int code, Variable x):
    cdef Graph graph
    cdef Node node
    value = -fresh(x)._value if code == NEGATIVE else x._value * x._value
    graph = recorder(x)
    if graph is None:
        return value
    node = Node.__new__(Node)
    node.code = code
    node.parents = (place_in(graph, x),)
    if code == SQUARE:
        node.operands = (x._value,)
    return append(graph, node, value)


cdef object total(Variable x):
    """The sum of all elements."""
    cdef Graph graph
    cdef Node node
    value = np.add.reduce(fresh(x)._value, None)
    graph = recorder(x)
    if graph is None:
        return value
    node = Node.__new__(Node)
    node.code = SUM
    node.parents = (place_in(graph, x),)
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
    return x if hasattr(x, "__mul__") else NotImplemented


# --- Indexing, views, assignment ---------------------------------------------------------


def scatter(g, shape, index):
    """Zeros of a shape, with `g` added at an index: the transpose of ``x[index]``."""
    if isinstance(g, Variable):
        value = scatter((<Variable>g)._value, shape, index)
        return record(value, (g,), (lambda h: h[index],))
    if isinstance(g, Number):
        from taylorad._numbers import make
        inside = index if isinstance(index, tuple) else (index,)
        parts = g.parts
        rows = [scatter(parts[k], shape, inside) for k in range(len(parts))]
        return make(g.algebra, np.stack(rows))
    out = np.zeros(shape, g.dtype if hasattr(g, "dtype") else float)
    if is_basic(index):
        out[index] = g
    else:
        np.add.at(out, index, g)
    return out


cdef bint is_basic(object index):
    if isinstance(index, tuple):
        for item in index:
            if not (isinstance(item, (int, slice, np.integer)) or item is None or item is ...):
                return False
        return True
    return isinstance(index, (int, slice, np.integer)) or index is None or index is ...


def plain_index(index):
    """An index with Variables and numbers in it as their values."""
    if isinstance(index, tuple):
        return tuple([plain_index(item) for item in index])
    if isinstance(index, (Variable, Number)):
        found = np.asarray(value(index))
        if found.dtype.kind not in "biu":
            raise IndexError(
                "arrays are indexed by integers or booleans, not by a number that carries "
                "derivatives; write ta.value(i).astype(int)"
            )
        return found
    return kept_copy(index)


cdef object kept_copy(object x):
    """A plain array as it is now: what is recorded must not change when the user's array does."""
    if isinstance(x, np.ndarray):
        return x.copy() if cnp.PyArray_ISWRITEABLE(<cnp.ndarray>x) else x
    if isinstance(x, list):
        return [kept_copy(item) for item in x]
    if isinstance(x, tuple):
        return tuple([kept_copy(item) for item in x]) if type(x) is tuple else x
    return x


def kept(x):
    """Plain arrays, in lists and tuples too, as they are now."""
    return kept_copy(x)


cdef object get_item(Variable x, object index):
    cdef Graph graph
    cdef Node node
    cdef Variable y
    if not (isinstance(index, (int, slice)) or index is ...):
        index = plain_index(index)
    value = fresh(x)._value[index]
    graph = recorder(x)
    if graph is None:
        return value
    node = Node.__new__(Node)
    node.code = GETITEM
    node.parents = (place_in(graph, x),)
    node.operands = (index,)
    y = append(graph, node, value)
    if len(node.shape) and is_basic(index):
        as_view(y, x, Item(index))
    return y


class Item:
    """The view ``x[index]`` of any array."""

    __slots__ = ("index",)

    def __init__(self, index):
        self.index = index

    def __call__(self, x):
        return x[self.index]


def as_view(Variable y, Variable base, path):
    """Note that `y` is the view ``path(base)``: changes of either are seen by both."""
    y.base = base
    y.owner = base if base.base is None else base.owner
    y.path = path
    y.seen = y.owner.version
    return y


cdef object retaken(Variable x):
    """A view of its changed base: on the record of the change, be it closed by now."""
    cdef Graph graph = x.base.graph
    if graph is None or graph.open or not 0 <= x.base.index < len(graph.nodes):
        return x.path(x.base)
    if graph.nodes[x.base.index] is None:  # released
        return x.path(x.base)
    graph.open = True
    try:
        return x.path(x.base)
    finally:
        graph.open = False


cdef Variable fresh(Variable x):
    """The Variable itself; a view of one that has changed since is taken anew."""
    if x.base is None or x.seen == x.owner.version:
        return x
    # Views of views, from the first that has changed: a loop, as there may be very many.
    cdef list stale = []
    cdef Variable y = x
    while y.base is not None and y.seen != y.owner.version:
        stale.append(y)
        y = y.base
    for view in reversed(stale):
        retake(<Variable>view)
    return x


cdef int retake(Variable x) except -1:
    """Take a view of what its base is now."""
    cdef Variable y
    again = retaken(x)
    x.seen = x.owner.version
    if isinstance(again, Variable):
        y = <Variable>again
        x._value, x.graph, x.index = y._value, y.graph, y.index
    else:
        x._value, x.graph, x.index = again, None, -1
    return 0


def set_item(Variable x, index, item):
    """x[index] = item: the Variable goes on as the changed array."""
    index = plain_index(index)
    item = repack(item)
    if x.base is not None:
        base = fresh(x).base
        places = x.path(np.arange(base.size).reshape(base.shape))
        if not places.flags.writeable:  # broadcast_to, diagonal
            raise ValueError("assignment destination is read-only")
        set_item(base, np.unravel_index(places[index], base.shape), item)
        fresh(x)
        return
    level = level_of(item)
    if level > x.level:
        raise TypeError(
            "a number of an inner transform cannot be put into a Variable of an outer one; make "
            "the array inside, with np.zeros_like of a number there"
        )
    given = at_level(item, x.level)
    old = x._value
    new = old.copy() if not isinstance(old, np.generic) else np.array(old)
    if not isinstance(given, (Number, Variable)) or isinstance(old, (Number, Variable)):
        if np.iscomplexobj(given) and not np.iscomplexobj(old):
            raise TypeError("cannot assign complex numbers to an array of real numbers")
        new[index] = given
    else:  # the values are of a lower level, those of the array were plain
        new = np.zeros_like(given, shape=np.shape(old)) + old
        new[index] = given
    shape = np.shape(new[index])

    def kept(g):
        g = +g
        g[index] = 0
        return g

    def taken(g):
        return unbroadcast(g[index], np.shape(given), shape)

    become(x, record(new, (x, item), (kept, taken)), new)


cdef int become(Variable x, object result, object value) except -1:
    """The Variable takes over the state of a result."""
    cdef Variable y
    if isinstance(result, Variable) and (<Variable>result).level == x.level:
        y = <Variable>result
        x._value, x.graph, x.index = y._value, y.graph, y.index
    else:
        x._value, x.graph, x.index = value, None, -1
    x.version += 1
    return 0


def replace(Variable x, result):
    """Take over the result of an in-place operator."""
    if not isinstance(result, Variable) and isinstance(result, Number):
        return result  # of a higher level: the name is bound to it
    shape = np.shape(result) if not hasattr(result, "shape") else result.shape
    if shape != x.shape:
        raise ValueError(f"a result of shape {shape} does not fit in place into {x.shape}")
    if np.iscomplexobj(at_level(result, x.level)) and not np.iscomplexobj(x._value):
        raise TypeError("a complex result does not fit in place into an array of real numbers")
    if x.base is not None:
        set_item(x, ..., result)
        return x
    if isinstance(result, Variable) and (<Variable>result).level > x.level:
        return result
    become(x, result, at_level(result, x.level))
    return x


# --- The backward walk -------------------------------------------------------------------


def unbroadcast(g, tuple shape, full=None):
    """A cotangent summed over the axes along which its operand was broadcast."""
    have = g.shape if hasattr(g, "shape") else np.shape(g)
    if have == shape:
        return g
    extra = len(have) - len(shape)
    if extra < 0:
        return np.broadcast_to(g, shape)
    if extra:
        g = np.sum(g, axis=tuple(range(extra)))
    axes = tuple([i for i, n in enumerate(shape) if n == 1 and np.shape(g)[i] != 1])
    return np.sum(g, axis=axes, keepdims=True) if axes else g


cdef inline bint is_float(object g):
    return PyFloat_Check(g)


cdef inline bint is_double(object g):
    return cnp.PyArray_CheckExact(g) and cnp.PyArray_TYPE(<cnp.ndarray>g) == cnp.NPY_DOUBLE


cdef inline bint is_complex(object g):
    if PyFloat_Check(g) or is_double(g):
        return False
    return np.iscomplexobj(g)


cdef bint finite(cnp.ndarray array):
    """Whether all of a contiguous array of doubles are finite."""
    cdef double *x = <double *>cnp.PyArray_DATA(array)
    cdef Py_ssize_t n = cnp.PyArray_SIZE(array), i = 0
    cdef double a = 0.0, b = 0.0, c = 0.0, d = 0.0  # nan as soon as something is not finite
    while i + 4 <= n:
        a += x[i] - x[i]
        b += x[i + 1] - x[i + 1]
        c += x[i + 2] - x[i + 2]
        d += x[i + 3] - x[i + 3]
        i += 4
    while i < n:
        a += x[i] - x[i]
        i += 1
    return a + b + c + d == 0.0


def absorbed(g, slope):
    """A slope, or a product with it, without what is not finite where `g` is zero.

    Where a value was not taken its cotangent is zero, and whatever the slope is there, be
    it infinite or nan, leaves no trace.
    """
    if slope is None or is_double(slope) and cnp.PyArray_IS_C_CONTIGUOUS(slope) and finite(slope):
        return slope
    if is_float(slope):
        return slope if slope - slope == 0.0 else absorbed(g, np.array(slope))
    known = coefficients(slope)
    if known.dtype.kind not in "fc":
        return slope
    wild = np.logical_not(np.all(np.isfinite(known), axis=0))
    if not np.any(wild):
        return slope
    wild = np.logical_and(wild, np.all(np.equal(coefficients(g), 0), axis=0))
    return np.where(wild, 0, slope) if np.any(wild) else slope


cdef object coefficients(object x):
    """All that is known of a cotangent as a plain array, its value in row 0."""
    while isinstance(x, Variable):
        x = fresh(<Variable>x)._value
    return value(x.parts) if isinstance(x, Number) else np.asarray(x)[None]


cdef class Walk:
    """One backward walk: the cotangents on their way."""

    cdef Graph graph
    cdef list cotangents
    cdef bytearray owned      # whether a cotangent is an array of our own to add into
    cdef bint recorded
    cdef bint branch
    cdef bint masked          # a cotangent may be zero because a value was not taken

    cdef object times(self, object g, object factor, bint own):
        """g factor, in the memory of g if that is our own.

        0 for a zero factor where g is infinite because of a root.
        """
        if self.masked:
            factor = absorbed(g, factor)
        if not self.branch:
            if own and is_double(g) and (
                is_float(factor) or is_double(factor) and cnp.PyArray_SAMESHAPE(g, factor)
            ):
                return np.multiply(g, factor, g)
            return g * factor
        with np.errstate(invalid="ignore"):
            product = g * factor
        return np.where(np.logical_and(value(factor) == 0, np.isinf(value(g))), 0.0, product)

    cdef object over(self, object g, object part, object divisor):
        if not self.masked:
            return part / divisor
        with np.errstate(invalid="ignore"):
            return absorbed(g, part / divisor)

    cdef object negated(self, object g, bint own):
        return np.negative(g, g) if own else -g

    cdef int add(self, Py_ssize_t at, object g, bint new=False) except -1:
        """Add a cotangent to that of a node; `new` if nobody else has this array."""
        cdef Node node = <Node>self.graph.nodes[at]
        cdef object known
        # A plain scalar stands for an array of that value until a rule needs the array.
        if not (is_float(g) or (cnp.PyArray_CheckExact(g) and (<object>g).shape == node.shape)):
            g = unbroadcast(g, node.shape)
            new = False
        if node.real and is_complex(g):
            g = np.real(g)
        known = self.cotangents[at]
        if known is None:
            self.cotangents[at] = g
            self.owned[at] = new and not self.recorded and is_double(g)
        elif self.owned[at] and (is_float(g) or is_double(g)) and is_double(known):
            np.add(known, g, known)
        else:
            known = known + g
            self.cotangents[at] = known
            self.owned[at] = (not self.recorded and cnp.PyArray_CheckExact(known)
                              and (<object>known).shape == node.shape)
        return 0

    cdef int add_at(self, Py_ssize_t at, object index, object g) except -1:
        """Add a cotangent of x[index] to that of x."""
        cdef Node node = <Node>self.graph.nodes[at]
        known = self.cotangents[at]
        if self.recorded or not (is_float(g) or is_double(g)) or not (
            known is None or is_float(known) or is_double(known)
        ):
            return self.add(at, scatter(g, node.shape, index))
        new = known is None
        if new:
            known = np.zeros(node.shape)
        elif not self.owned[at]:
            known = np.full(node.shape, known) if is_float(known) else np.array(known)
        self.cotangents[at] = known
        self.owned[at] = True
        if is_basic(index):
            if new:
                known[index] = g
                return 0
            target = known[index]
            if cnp.PyArray_CheckExact(target):
                np.add(target, g, target)
            else:
                known[index] = target + g
        else:
            np.add.at(known, index, g)
        return 0

    cdef object whole(self, Py_ssize_t at, object g):
        """A cotangent as an array of its node's shape."""
        cdef Node node = <Node>self.graph.nodes[at]
        return np.full(node.shape, g) if is_float(g) and len(node.shape) else g

    cdef object operand(self, Node node, int i):
        """An operand's value, as a Variable if the walk is recorded."""
        cdef Py_ssize_t at = <Py_ssize_t>node.parents[i]
        if self.recorded and at >= 0:
            return handle(self.graph, at, node.operands[i])
        return node.operands[i]

    cdef int step(self, Node node, Py_ssize_t at, object g, unsigned char[::1] wanted,
                  bint kept) except -1:
        """Pull one cotangent back to the operands that lead to a source."""
        cdef tuple parents = node.parents
        cdef Py_ssize_t p = <Py_ssize_t>parents[0], q
        cdef bint left = p >= 0 and wanted[p], right = False
        cdef list arguments
        cdef int i
        cdef bint own
        q = -1
        if node.code <= DIVIDE:
            q = <Py_ssize_t>parents[1]
            right = q >= 0 and wanted[q]
            if is_float(g) and len(node.shape) and (
                left and (<Node>self.graph.nodes[p]).shape != node.shape
                or right and (<Node>self.graph.nodes[q]).shape != node.shape
            ):
                g = self.whole(at, g)  # it is summed over the axes of a broadcast
        own = self.owned[at] and not kept and is_double(g)
        if node.code == ADD:
            if left:
                self.add(p, g, own and not right)
            if right:
                self.add(q, g, own and not left)
        elif node.code == SUBTRACT:
            if left:
                self.add(p, g, own and not right)
            if right:
                self.add(q, self.negated(g, own and not left), True)
        elif node.code == MULTIPLY:
            if left:
                self.add(p, self.times(g, self.operand(node, 1), own and not right), True)
            if right:
                self.add(q, self.times(g, self.operand(node, 0), own), True)
        elif node.code == DIVIDE:
            v = self.operand(node, 1)
            if left:
                self.add(p, self.over(g, g, v), True)
            if right:
                y = handle(self.graph, at, node.output) if self.recorded else node.output
                self.add(q, self.over(g, -g * y, v), True)
        elif node.code == NEGATIVE:
            self.add(p, self.negated(g, own), True)
        elif node.code == SQUARE:
            if is_float(g):
                self.add(p, self.times(2 * g, self.operand(node, 0), False), True)
            else:
                self.add(p, self.times(self.times(g, self.operand(node, 0), own), 2.0,
                                       own or not self.recorded), True)
        elif node.code == GETITEM:
            self.add_at(p, node.operands[0], g)
        elif node.code == SUM:
            self.add(p, g)
        else:
            g = self.whole(at, g)
            arguments = []
            if node.keep & KEEP_OUTPUT:
                arguments.append(
                    handle(self.graph, at, node.output) if self.recorded else node.output
                )
            if node.keep & KEEP_OPERANDS:
                for i in range(len(parents)):
                    arguments.append(self.operand(node, i))
            for i in range(len(parents)):
                p = <Py_ssize_t>parents[i]
                if p >= 0 and wanted[p] and node.pulls[i] is not None:
                    if self.masked and node.pointwise:
                        with np.errstate(invalid="ignore"):
                            part = absorbed(g, node.pulls[i](g, *arguments))
                    else:
                        part = node.pulls[i](g, *arguments)
                    if part is not None:
                        self.add(p, part)
        return 0


cdef Variable handle(Graph graph, Py_ssize_t at, object value):
    cdef Variable x = blank(value)
    x._value = value
    x.graph = graph
    x.index = at
    x.level = graph.level
    return x


def pull_back(Graph graph, target, seed, sources, bint recorded=False, bint release=False):
    """Walk from targets down to the sources.

    Parameters
    ----------
    graph : Graph
        What was recorded.
    target : int or list of int
        The place of the target, or of several.
    seed : array or list of arrays
        Its cotangent, or theirs.
    sources : sequence of int
        The places whose cotangents are wanted; -1 for none.
    recorded : bool
        Whether the walk is itself to be recorded, for higher derivatives.
    release : bool
        Whether nodes are forgotten as they are passed.

    Returns
    -------
    list
        The cotangents; None where no target depends on the source.
    """
    cdef Walk walk = Walk.__new__(Walk)
    cdef list targets = target if isinstance(target, list) else [target]
    cdef list seeds = seed if isinstance(target, list) else [seed]
    cdef Py_ssize_t last = max(targets, default=-1)
    cdef Py_ssize_t at, first = last + 1, p
    cdef Node node
    if last < 0:
        return [None] * len(sources)
    cdef unsigned char[::1] wanted = bytearray(last + 1)
    cdef unsigned char[::1] kept = bytearray(last + 1)
    for at in sources:
        if 0 <= at <= last:
            wanted[at] = kept[at] = 1
            first = min(first, at)
    for at in range(first, last + 1):
        if not wanted[at]:
            node = <Node>graph.nodes[at]
            if node is None:
                raise RuntimeError("this part of the record was released by an earlier gradient")
            for parent in node.parents:
                p = <Py_ssize_t>parent
                if p >= first and wanted[p]:
                    wanted[at] = 1
                    break
    walk.graph = graph
    walk.cotangents = [None] * (last + 1)
    walk.owned = bytearray(last + 1)
    walk.recorded = recorded
    for at, g in zip(targets, seeds):
        if at >= first:  # what came before the first source does not depend on any
            walk.masked |= not is_float(g)
            walk.add(at, g)
    for at in range(last, first - 1, -1):
        g = walk.cotangents[at]
        if g is not None and wanted[at]:
            node = <Node>graph.nodes[at]
            if node.code != LEAF:
                walk.branch |= node.branch
                walk.masked |= (node.masks or node.code == GETITEM
                                or node.code == RULE and not node.pointwise)
                walk.step(node, at, g, wanted, kept[at])
            if not kept[at]:
                walk.cotangents[at] = None
        if release and not kept[at]:
            graph.nodes[at] = None
    return [walk.cotangents[at] if 0 <= at <= last else None for at in sources]


# --- The type ----------------------------------------------------------------------------


@cython.trashcan(True)
cdef class Variable:
    """An array whose operations are recorded, for derivatives in reverse mode.

    Parameters
    ----------
    value : array_like
        The value; it is copied. Integers become float64.

    Notes
    -----
    While a `GradientTape` is recording, operations on a Variable give Variables; otherwise
    they give plain NumPy results. Assignment and in-place operators change the Variable as
    they change an array, views included, and are recorded.

    Examples
    --------
    >>> import taylorad as ta
    >>> x = ta.Variable(3.0)
    >>> with ta.GradientTape() as tape:
    ...     y = x * x
    >>> print(tape.gradient(y, x))
    6.0
    """

    cdef object _value
    cdef Graph graph
    cdef Py_ssize_t index
    cdef readonly object level
    cdef bint leaf             # made by the user: watched by every tape
    cdef Variable base         # of a view
    cdef Variable owner        # the base of the base of ... that is no view
    cdef object path
    cdef Py_ssize_t seen       # the version of the owner that the value is of
    cdef Py_ssize_t version    # how often an owner has changed

    __hash__ = None

    def __init__(self, value):
        self._value = checked(value)
        if is_array(self._value) and type(self) is Variable:
            taylorad_retype(self, VariableArray)
        self.index = -1
        self.level = innermost() + 0.5
        self.leaf = True

    @staticmethod
    def at(value, level):
        """The Variable of a level with this value, as the user would make it there."""
        cdef Variable x = Variable(value)
        x.level = level
        return x

    @staticmethod
    def of(value, Graph graph):
        """The Variable of a graph that has this value: where a computation starts."""
        cdef Variable x = blank(value)
        x._value = value
        x.level = graph.level
        x.graph = graph
        x.index = -1
        x.leaf = True
        x.index = graph.leaf(x)
        return x

    @property
    def value(self):
        """The value: an array, or a number or Variable of a lower level."""
        return fresh(self)._value

    @property
    def recording(self):
        """The graph that records operations on it now, or None."""
        return recorder(fresh(self))

    @property
    def home(self):
        """The graph it was computed in, and its place there."""
        fresh(self)
        return self.graph, self.index

    @property
    def shape(self):
        """The shape of the value."""
        return fresh(self)._value.shape

    @property
    def ndim(self):
        """The number of dimensions of the value."""
        return fresh(self)._value.ndim

    @property
    def size(self):
        """The number of elements."""
        return fresh(self)._value.size

    @property
    def dtype(self):
        """The dtype of the value."""
        return fresh(self)._value.dtype

    def __getattr__(self, name):
        method = METHODS.get(name)
        if method is not None:
            from functools import partial
            return partial(method, self)
        attribute = PROPERTIES.get(name)
        if attribute is not None:
            return attribute(self)
        raise AttributeError(f"'Variable' has no attribute {name!r}")

    def __dir__(self):
        return sorted({*object.__dir__(self), *METHODS, *PROPERTIES})

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if not kwargs and method == "__call__" and len(inputs) == 2:
            code = UFUNCS.get(ufunc)
            if code is not None:
                return arithmetic(code, inputs[0], inputs[1])
        return dispatch.on_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function, types, args, kwargs):
        if function is np.sum and len(args) == 1 and not kwargs and isinstance(args[0], Variable):
            if cnp.PyArray_CheckExact((<Variable>args[0])._value):
                return total(<Variable>args[0])
        return dispatch.on_function(function, types, args, kwargs, self)

    def __reduce__(self):
        return Variable, (value(self),)

    def __copy__(self):
        return +self

    def __deepcopy__(self, memo):
        return +self

    def __add__(self, other):
        return arithmetic(ADD, self, other)

    def __radd__(self, other):
        return arithmetic(ADD, other, self)

    def __sub__(self, other):
        return arithmetic(SUBTRACT, self, other)

    def __rsub__(self, other):
        return arithmetic(SUBTRACT, other, self)

    def __mul__(self, other):
        return arithmetic(MULTIPLY, self, other)

    def __rmul__(self, other):
        return arithmetic(MULTIPLY, other, self)

    def __truediv__(self, other):
        return arithmetic(DIVIDE, self, other)

    def __rtruediv__(self, other):
        return arithmetic(DIVIDE, other, self)

    def __pow__(self, other, modulus):
        if modulus is not None:
            raise TypeError("pow() with a modulus is for integers only")
        if isinstance(other, int) and other == 2:
            return unary(SQUARE, self)
        return np.power(self, other)

    def __rpow__(self, other, modulus):
        return np.power(other, self)

    def __floordiv__(self, other):
        return np.floor_divide(self, other)

    def __rfloordiv__(self, other):
        return np.floor_divide(other, self)

    def __mod__(self, other):
        return np.remainder(self, other)

    def __rmod__(self, other):
        return np.remainder(other, self)

    def __divmod__(self, other):
        return np.divmod(self, other)

    def __rdivmod__(self, other):
        return np.divmod(other, self)

    def __matmul__(self, other):
        return np.matmul(self, other)

    def __rmatmul__(self, other):
        return np.matmul(other, self)

    def __neg__(self):
        return unary(NEGATIVE, self)

    def __pos__(self):
        return record(+fresh(self)._value, (self,), (identity,))

    def __abs__(self):
        return np.absolute(self)

    def __iadd__(self, other):
        return replace(self, self + other)

    def __isub__(self, other):
        return replace(self, self - other)

    def __imul__(self, other):
        return replace(self, self * other)

    def __itruediv__(self, other):
        return replace(self, self / other)

    def __ipow__(self, other):
        return replace(self, self**other)

    def __ifloordiv__(self, other):
        return replace(self, self // other)

    def __imod__(self, other):
        return replace(self, self % other)

    def __imatmul__(self, other):
        return replace(self, self @ other)

    def __lt__(self, other):
        return np.less(value(self), value(other))

    def __le__(self, other):
        return np.less_equal(value(self), value(other))

    def __gt__(self, other):
        return np.greater(value(self), value(other))

    def __ge__(self, other):
        return np.greater_equal(value(self), value(other))

    def __eq__(self, other):
        return np.equal(value(self), value(other))

    def __ne__(self, other):
        return np.not_equal(value(self), value(other))

    def __bool__(self):
        return bool(value(self))

    def __float__(self):
        raise refuse("float")

    def __int__(self):
        raise refuse("int")

    def __complex__(self):
        raise refuse("complex")

    def __index__(self):
        raise refuse("int")

    def __round__(self, ndigits=None):
        return np.round(self, ndigits or 0)

    def __repr__(self):
        shown = self.value
        if isinstance(shown, np.ndarray):
            return f"Variable({np.array2string(shown, separator=', ')})"
        return f"Variable({shown.item() if isinstance(shown, np.generic) else shown!r})"

    def __format__(self, spec):
        if not spec:
            return str(self)
        shown = self.value
        if isinstance(shown, np.ndarray):
            formatter = {"all": lambda item: format(item, spec)}
            return f"Variable({np.array2string(shown, separator=', ', formatter=formatter)})"
        return f"Variable({format(shown, spec)})"


cdef class VariableArray(Variable):
    """The arrays among the Variables: with the protocols of a sequence, which 0-d ones lack."""

    def __len__(self):
        return len(fresh(self)._value)

    def __iter__(self):
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d Variable")
        return (self[i] for i in range(self.shape[0]))

    def __contains__(self, item):
        return bool(np.any(self == item))

    def __getitem__(self, index):
        return get_item(self, index)

    def __setitem__(self, index, item):
        set_item(self, index, item)



def owns(operands):
    """Whether an operation on these belongs to a Variable: whether one is of the top level."""
    cdef bint found = False
    for x in operands:
        if isinstance(x, (Variable, list, tuple, dict)):
            found = True
            break
    if not found:
        return False
    level = level_of_all(operands)
    return level >= 0 and has_variable(operands, level)


cdef bint has_variable(object operands, object level):
    for x in operands:
        if isinstance(x, Variable):
            if (<Variable>x).level == level:
                return True
        elif isinstance(x, (list, tuple)) and has_variable(x, level):
            return True
    return False


install_variables(Variable)
dispatch.Reverse.carriers = (Number, Variable)
dispatch.Reverse.owns = owns
dispatch.Reverse.kept = kept


def identity(g):
    """The pull of what passes its operand on."""
    return g


def refuse(what):
    return TypeError(
        f"{what} of a Variable would drop its derivatives; write {what}(ta.value(x)) for the "
        "plain value, use taylorad.math instead of math, and np.zeros(n, like=x) or "
        "np.zeros_like(x) instead of np.zeros(n) for an array to assign into"
    )


def checked(given):
    """What a Variable may hold: a floating array or scalar of its own, or a lower level's."""
    given = repack(given)
    if isinstance(given, (Number, Variable)):
        return given
    array = np.array(given)
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    if array.dtype.kind not in "fcO" or (
        array.dtype.kind == "O" and not all(hasattr(x, "__mul__") for x in array.flat)
    ) or (array.dtype.kind == "O" and any(isinstance(x, (list, str)) for x in array.flat)):
        raise TypeError(f"a Variable holds numbers or arrays of numbers, not {given!r:.60}")
    return array[()] if array.ndim == 0 else array
