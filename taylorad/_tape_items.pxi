# Part of _tape.pyx: indexing, views and assignment.

def scatter(g, shape, index):
    """Zeros of a shape, with `g` added at an index: the transpose of ``x[index]``."""
    if isinstance(g, Variable):
        value = scatter((<Variable>g)._value, shape, index)
        return record(value, (g,), (lambda h: h[index],))
    if isinstance(g, Number):
        from taylorad._numbers import make
        inside = index if isinstance(index, tuple) else (index,)
        parts = g.parts
        if isinstance(parts, np.ndarray) and (is_basic(index) or not isinstance(index, tuple)):
            return make(g.algebra, scatter(parts, (len(parts), *shape), (slice(None), *inside)))
        rows = [scatter(parts[k], shape, inside) for k in range(len(parts))]
        return make(g.algebra, np.stack(rows))
    out = np.zeros(shape, g.dtype if hasattr(g, "dtype") else np.asarray(g).dtype)
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
    x = current(x)
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
    if current(x) is not x:
        raise TypeError(
            "a Variable made outside of a transform cannot be assigned into while a tape inside "
            "the transform watches it; assign into a copy, +x"
        )
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
    if level > x.home_level:
        raise TypeError(
            "a number of an inner transform cannot be put into a Variable of an outer one; make "
            "the array inside, with np.zeros_like of a number there"
        )
    given = at_level(item, x.home_level)
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
    if isinstance(result, Variable) and (<Variable>result).home_level == x.home_level:
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
    if np.iscomplexobj(at_level(result, x.home_level)) and not np.iscomplexobj(x._value):
        raise TypeError("a complex result does not fit in place into an array of real numbers")
    if x.base is not None:
        set_item(x, ..., result)
        return x
    if isinstance(result, Variable) and (<Variable>result).home_level > x.home_level:
        return result
    become(x, result, at_level(result, x.home_level))
    return x
