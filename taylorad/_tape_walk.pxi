# Part of _tape.pyx: the backward walk.

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


cdef inline object infinite(object g):
    """Where a cotangent is infinite, be it of floats or of exact objects."""
    kind = np.asarray(g).dtype.kind
    return np.isinf(g) if kind != "O" else np.equal(np.absolute(np.asarray(g)), np.inf)


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
    left_out = wild(slope)
    if not np.any(left_out):
        return slope
    left_out = np.logical_and(left_out, unused(g))
    return np.where(left_out, 0, slope) if np.any(left_out) else slope


def unused(g):
    """Where a cotangent is zero, with all its derivatives."""
    return np.all(np.equal(coefficients(g), 0), axis=0)


def wild(x):
    """Where an operand or one of its derivatives is infinite or nan."""
    known = coefficients(x)
    if known.dtype.kind not in "fc":
        return np.zeros(known.shape[1:], bool)
    return np.logical_not(np.all(np.isfinite(known), axis=0))


def all_finite(x):
    """Whether nothing about a cotangent is infinite or nan."""
    if is_double(x) and cnp.PyArray_IS_C_CONTIGUOUS(x):
        return finite(x)
    return not np.any(wild(x))


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
    cdef bint release         # nodes are forgotten as they are passed
    cdef bint masked          # a cotangent may be zero because a value was not taken

    cdef object times(self, object g, object factor, bint own):
        """g factor, in the memory of g if that is our own.

        0 for a zero factor where g is infinite because of a root.
        """
        if self.masked and not (is_float(g) and g != 0.0):
            factor = absorbed(g, factor)
        if not self.branch:
            if own and is_double(g) and (
                is_float(factor) or is_double(factor) and cnp.PyArray_SAMESHAPE(g, factor)
            ):
                return np.multiply(g, factor, g)
            return g * factor
        with np.errstate(invalid="ignore"):
            product = g * factor
        return np.where(np.logical_and(value(factor) == 0, infinite(value(g))), 0.0, product)

    cdef bint spare(self, Node node, int i):
        """Whether an operand's memory is free for the cotangent: nobody else has the array."""
        cdef PyObject *x = PyTuple_GET_ITEM(node.operands, i)
        return (self.release and not self.branch and Py_REFCNT(x) == 1 and is_double(<object>x)
                and cnp.PyArray_CHKFLAGS(<cnp.ndarray>x, cnp.NPY_ARRAY_OWNDATA)
                and cnp.PyArray_ISWRITEABLE(<cnp.ndarray>x))

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
        cdef object twice
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
            if is_float(g) and g != 0.0 and self.spare(node, 0):
                x = node.operands[0]
                self.add(p, np.multiply(x, 2 * g, x), True)
            elif is_float(g):
                self.add(p, self.times(2 * g, self.operand(node, 0), False), True)
            else:
                g = self.times(g, self.operand(node, 0), own)
                twice = 2 if not is_double(g) else 2.0  # exact among exact objects
                self.add(p, self.times(g, twice, own or not self.recorded), True)
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
    x.home_level = graph.level
    return x


def pull_back(
    Graph graph, target, seed, sources, bint recorded=False, bint release=False, spans=None
):
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
    spans : sequence of pairs of int, optional
        The places that the walk may pass, if not all: ``start <= place < stop``.

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
    cdef unsigned char[::1] seen = bytearray(last + 1)
    for start, stop in ((first, last + 1),) if spans is None else spans:
        for at in range(max(start, first), min(stop, last + 1)):
            seen[at] = 1
            if not wanted[at]:
                node = <Node>graph.nodes[at]
                if node is None:
                    raise RuntimeError(
                        "this part of the record was released by an earlier gradient"
                    )
                for parent in node.parents:
                    p = <Py_ssize_t>parent
                    if p >= first and wanted[p]:
                        wanted[at] = 1
                        break
    walk.graph = graph
    walk.cotangents = [None] * (last + 1)
    walk.owned = bytearray(last + 1)
    walk.recorded = recorded
    walk.release = release and not recorded
    for at, g in zip(targets, seeds):
        if at >= first:  # what came before the first source does not depend on any
            walk.masked |= not is_float(g)
            walk.add(at, g)
    for at in range(last, first - 1, -1):
        g = walk.cotangents[at]
        if g is not None and wanted[at]:
            node = <Node>graph.nodes[at]
            if node.code != LEAF and seen[at]:
                walk.branch |= node.branch
                walk.masked |= (node.masks or node.code == GETITEM
                                or node.code == RULE and not node.pointwise)
                walk.step(node, at, g, wanted, kept[at])
            if not kept[at]:
                walk.cotangents[at] = None
        if release and not kept[at]:
            graph.nodes[at] = None
    return [walk.cotangents[at] if 0 <= at <= last else None for at in sources]
