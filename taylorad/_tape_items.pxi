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
            if not is_basic_item(item):
                return False
        return True
    return is_basic_item(index)


cdef inline bint is_basic_item(object item):
    if isinstance(item, bool):  # an int to Python, a mask without axes to NumPy
        return False
    return isinstance(item, (int, slice, np.integer)) or item is None or item is ...


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
    return kept_copy(index, -1)


cdef bint may_change(object x) except -1:
    """Whether somebody can write to an array's memory: through what it is a view of, too."""
    while cnp.PyArray_Check(x):
        if cnp.PyArray_ISWRITEABLE(<cnp.ndarray>x):
            return True
        x = x.base
    return x is not None  # a buffer that is not NumPy's


cdef inline object new_copy(cnp.ndarray x):
    """A copy whose elements lie in the same order in memory."""
    cdef Py_ssize_t size = cnp.PyArray_NBYTES(x)
    if size > MOST_COPIED or not cnp.PyArray_IS_C_CONTIGUOUS(x) or not cnp.PyArray_ISNUMBER(x):
        return cnp.PyArray_NewCopy(x, cnp.NPY_KEEPORDER)
    found = PyArray_NewLikeArray(x, cnp.NPY_CORDER, NULL, 0)
    memcpy(cnp.PyArray_DATA(found), cnp.PyArray_DATA(x), size)
    return found


cdef object kept_copy(object x, object level):
    """An operand as it is now: what is recorded must not change when the user's array does.

    Variables of this level are on the record, and those of lower levels on theirs.
    """
    if cnp.PyArray_CheckExact(x):
        return new_copy(<cnp.ndarray>x) if may_change(x) else x
    if cnp.PyArray_Check(x):
        return np.array(x, order="K", subok=True) if may_change(x) else x
    if isinstance(x, list):
        return [kept_copy(item, level) for item in x]
    if isinstance(x, tuple):
        return tuple([kept_copy(item, level) for item in x]) if type(x) is tuple else x
    if isinstance(x, Variable):
        return as_is(<Variable>x) if (<Variable>x).home_level < level else x
    if isinstance(x, Number) and x.ndim:
        return make(x.algebra, kept_copy(x.parts, level))
    return x


cdef object as_is(Variable x):
    """What a Variable is now, on its record if that is open."""
    fresh(x)
    if x.made:
        return as_recorded(x)
    return x._value if x.graph is None or x.index < 0 else handle(x.graph, x.index, x._value)


def kept(operands, among=None):
    """The operands of a function as they are now, in lists and tuples too.

    `among` are all operands, if these are not: they say whose operation it is.
    """
    level = level_of_all(operands if among is None else among)
    return [kept_copy(x, level) for x in operands]


cdef object get_item(Variable x, object index):
    cdef Graph graph
    cdef Node node
    cdef Variable y
    cdef Item item
    cdef bint basic = is_basic(index)
    if not basic:
        index = plain_index(index)
    x = current(x)
    value = fresh(x)._value[index]
    graph = recorder(x)
    if graph is None:
        return value
    node = new_node(GETITEM)
    one_parent(node, place_in(graph, x))
    node.operands = (index,)
    y = append(graph, node, value)
    if len(node.shape) and basic:
        item = Item.__new__(Item)
        item.index = index
        as_view(y, x, item)
    return y


@cython.final
cdef class Item:
    """The view ``x[index]`` of any array."""

    cdef object index

    def __call__(self, x):
        return x[self.index]


cpdef Variable as_view(Variable y, Variable base, object path):
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


cdef object overwritten(object index, tuple shape, tuple taken):
    """Which entries assigned at an index were overwritten at once, as it names a place twice.

    None where no place is named twice.
    """
    cdef object places, last
    if is_basic(index) or (isinstance(index, np.ndarray) and index.dtype.kind == "b"):
        return None
    places = np.arange(prod(shape)).reshape(shape)[index].ravel()
    last = np.empty(prod(shape), np.intp)
    last[places] = np.arange(len(places))
    found = last[places] != np.arange(len(places))
    return found.reshape(taken) if np.any(found) else None


def put_pulls(index, tuple shape):
    """The pulls of an assignment at a simple index of something of a shape."""

    def kept(g):
        g = +g
        g[index] = 0
        return g

    return kept, lambda g: unbroadcast(g[index], shape)


cdef bint takes_each(object index, Variable x, object given) except -1:
    """Whether an index is a mask of an array, to which a number or a row of them is assigned."""
    return (cnp.PyArray_TYPE(<cnp.ndarray>index) == cnp.NPY_BOOL
            and cnp.PyArray_NDIM(index) == cnp.PyArray_NDIM(x._value)
            and not (cnp.PyArray_Check(given) and cnp.PyArray_NDIM(given) > 1))


cdef bint put_simply(Variable x, object index, object item) except -1:
    """Record an assignment at a basic index, or of plain items; whether it was that simple."""
    cdef Graph graph
    cdef Node node
    if inner_tapes or x.base is not None or not is_double(x._value):
        return False
    given = doubles_of(item, x.home_level)
    if given is None:
        return False
    if steers_as_array(index) and (not isinstance(item, Variable) or takes_each(index, x, given)):
        index = kept_copy(index, -1)
    elif not is_basic(index):
        return False
    new = cnp.PyArray_NewCopy(<cnp.ndarray>x._value, cnp.NPY_KEEPORDER)
    new[index] = given
    graph = recorder(x)
    if graph is None and isinstance(item, Variable):
        graph = recorder(<Variable>item)
    if graph is None:
        become(x, None, new)
        return True
    node = new_node(RULE)
    two_parents(node, place_in(graph, x),
                place_in(graph, <Variable>item) if isinstance(item, Variable) else -1)
    node.make = put_pulls, (index, given.shape if cnp.PyArray_Check(given) else ())
    become(x, append(graph, node, new), new)
    return True


def set_item(Variable x, index, item):
    """x[index] = item: the Variable goes on as the changed array."""
    if put_simply(x, index, item):
        return
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
        if not places.flags.writeable:
            # Three references are the two of this view, as its base and owner, and ours.
            if np.iscomplexobj(base) and base.base is None and Py_REFCNT(<PyObject *>base) <= 3:
                x.base = x.owner = x.path = None  # nobody else can see the complex numbers
                set_item(x, index, item)
                return
            raise ValueError(  # also of broadcast_to, diagonal
                "assignment destination is read-only; assign into a copy, +x"
            )
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
    new = np.array(old) if isinstance(old, np.generic) else (
        old.copy("K") if isinstance(old, np.ndarray) else old.copy()
    )
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

    lost = overwritten(index, np.shape(old), shape)

    def taken(g):
        g = g[index]
        return unbroadcast(g if lost is None else np.where(lost, 0, g), np.shape(given), shape)

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
    if (not inner_tapes and isinstance(result, VariableArray) and x.base is None
            and (<Variable>result).home_level == x.home_level
            and is_double(x._value) and is_double((<Variable>result)._value)
            and cnp.PyArray_NDIM(x._value) > 0
            and cnp.PyArray_SAMESHAPE(x._value, (<Variable>result)._value)):
        become(x, result, None)
        return x
    if not x.made and not is_array(x._value):
        return result  # a scalar does not change: the name is bound to another
    if level_of(result) > x.home_level:
        # The name is bound to the result; an alias must not be read as if it had changed too.
        if x.made or x.base is not None:
            set_item(x, ..., result)  # which refuses it
        become(x, None, np.full(x.shape, np.nan))
        return result
    shape = np.shape(result) if not hasattr(result, "shape") else result.shape
    if shape != x.shape:
        raise ValueError(f"a result of shape {shape} does not fit in place into {x.shape}")
    if np.iscomplexobj(at_level(result, x.home_level)) and not np.iscomplexobj(x._value):
        raise TypeError("a complex result does not fit in place into an array of real numbers")
    if x.base is not None:
        set_item(x, ..., result)
        return x
    become(x, result, at_level(result, x.home_level))
    return x
