# Part of _tape.pyx: the backward walk.

cdef enum:
    SHARED, OWNED, BORROWED

# Factors that may wait: so near to 1 that the order of the multiplications does not matter
# unless a product is at the edge of the range of doubles anyway.
cdef double NARROWEST = 2.0**-40, WIDEST = 2.0**40


cdef inline bint can_wait(double factor):
    return NARROWEST < fabs(factor) < WIDEST


cdef class Walk:
    """One backward walk: the cotangents on their way.

    A cotangent is an array times a factor, which waits until somebody needs the array: signs
    and constants then cost nothing, and a sum of cotangents is one pass through memory.
    The array may be an operand of the record: `BORROWED`, as neither the walk nor the user
    may write to it. `OWNED` is an array of our own to write to, and `SHARED` any other.
    """

    cdef Graph graph
    cdef list cotangents
    cdef double *factors      # by which the cotangents are to be multiplied
    cdef unsigned char *whose
    cdef unsigned char *wanted
    cdef unsigned char *kept
    cdef unsigned char *seen
    cdef bint recorded
    cdef bint branch
    cdef bint release         # nodes are forgotten as they are passed
    cdef bint masked          # a cotangent may be zero because a value was not taken
    cdef Py_ssize_t chained   # what is from here on has been walked block by block
    cdef Py_ssize_t unchained # and cannot be, from here on

    def __cinit__(self, Py_ssize_t places):
        cdef Py_ssize_t i
        self.factors = <double *>calloc(places, sizeof(double) + 4)
        if self.factors == NULL:
            raise MemoryError
        self.whose = <unsigned char *>(self.factors + places)
        self.wanted = self.whose + places
        self.kept = self.wanted + places
        self.seen = self.kept + places
        for i in range(places):
            self.factors[i] = 1.0

    def __dealloc__(self):
        free(self.factors)

    cdef inline bint flat(self, object g):
        """Whether a factor of this cotangent may wait."""
        return is_flat(g) and not self.recorded and not self.branch

    cdef inline bint spare(self, Node node, int i):
        """Whether an operand's memory is free for the cotangent: nobody else has the array."""
        cdef PyObject *x = PyTuple_GET_ITEM(node.operands, i)
        return self.release and Py_REFCNT(x) == 1 and is_writable(<object>x)

    cdef object over(self, object g, object part, object divisor):
        if not self.masked:
            return part / divisor
        with np.errstate(invalid="ignore"):
            return absorbed(g, part / divisor)

    cdef object settled(self, Py_ssize_t at):
        """A cotangent with its factor."""
        cdef double factor = self.factors[at]
        if factor != 1.0:
            g = self.cotangents[at]
            self.cotangents[at] = scaled(g, factor, self.whose[at] == OWNED)
            self.whose[at] = OWNED
            self.factors[at] = 1.0
        return self.cotangents[at]

    cdef object result(self, Py_ssize_t at):
        """What the walk found for a source."""
        g = self.settled(at)
        return g.copy() if self.whose[at] == BORROWED else g

    cdef int add(
        self, Py_ssize_t at, object g, int whose=SHARED, double factor=1.0
    ) except -1:
        """Add a cotangent, which is to be multiplied by a factor, to that of a node."""
        cdef Node node = <Node>self.graph.nodes[at]
        cdef object known
        # A plain scalar stands for an array of that value until a rule needs the array.
        if not (is_float(g) or (cnp.PyArray_CheckExact(g) and has_shape(g, node.shape))):
            g = unbroadcast(g, node.shape)
            whose = SHARED
        if node.real and is_complex(g):
            g = np.real(g)
        if factor != 1.0 and not is_flat(g):
            g = g * factor
            factor = 1.0
        known = self.cotangents[at]
        if known is None:
            self.cotangents[at] = g
            self.factors[at] = factor
            self.whose[at] = whose if is_double(g) and not self.recorded else SHARED
        elif known is g and self.flat(g) and can_wait(self.factors[at] + factor):
            self.factors[at] += factor
        elif is_flat(g) and is_flat(known) and not self.recorded:
            if self.whose[at] == OWNED:
                accumulate(known, self.factors[at], g, factor)
            elif whose == OWNED:
                accumulate(g, factor, known, self.factors[at])
                self.cotangents[at] = g
            else:
                self.cotangents[at] = added(known, self.factors[at], g, factor)
            self.factors[at] = 1.0
            self.whose[at] = OWNED
        else:
            known = self.settled(at)
            g = g if factor == 1.0 else scaled(g, factor, whose == OWNED)
            if self.whose[at] == OWNED and is_double(known) and (is_float(g) or is_double(g)):
                np.add(known, g, known)
            else:
                known = known + g
                self.cotangents[at] = known
                self.whose[at] = OWNED if not self.recorded and is_double(known) and (
                    has_shape(known, node.shape)
                ) else SHARED
        return 0

    cdef int add_times(
        self, Py_ssize_t at, object g, double factor, object other, int whose, bint spare
    ) except -1:
        """Add g factor other to the cotangent of a node.

        In the memory of g if that is our own, or in that of the other if that is `spare`. Where
        g is infinite because of a root, a zero other makes 0.
        """
        cdef double product
        given = other
        if self.masked and not (is_float(g) and g != 0.0):
            other = absorbed(g, other)
        if self.branch:
            with np.errstate(invalid="ignore"):
                found = g * other
            found = np.where(np.logical_and(value(other) == 0, infinite(value(g))), 0.0, found)
            return self.add(at, found)
        if self.recorded:
            return self.add(at, g * other)
        if is_float(g) and is_flat(other):
            product = <double>g * factor
            if can_wait(product):
                return self.add(at, other, OWNED if spare else BORROWED, product)
        elif is_flat(g) and is_float(other):
            product = <double>other * factor
            if can_wait(product):
                return self.add(at, g, whose, product)
        elif is_flat(g) and is_flat(other) and cnp.PyArray_SAMESHAPE(g, other):
            if whose == OWNED:
                multiply(g, other)
                return self.add(at, g, OWNED, factor)
            if spare and other is given:
                multiply(other, g)
                return self.add(at, other, OWNED, factor)
            return self.add(at, multiplied(g, other), OWNED, factor)
        if factor != 1.0:
            g = scaled(g, factor, whose == OWNED)
        return self.add(at, g * other, OWNED)

    cdef int add_at(self, Py_ssize_t at, object index, object g, double factor) except -1:
        """Add a cotangent of x[index] to that of x."""
        cdef Node node = <Node>self.graph.nodes[at]
        cdef bint new
        known = self.cotangents[at]
        if self.recorded or not (is_float(g) or is_double(g)) or not (
            known is None or is_float(known) or is_double(known)
        ):
            return self.add(at, scatter(g, node.shape, index), OWNED, factor)
        new = known is None
        if new:
            known = empty_but(node.shape, index) if is_flat(g) else None
            if known is None:
                known = np.zeros(node.shape)
        else:
            known = self.settled(at)
            if self.whose[at] != OWNED:
                known = np.full(node.shape, known) if is_float(known) else np.array(known)
        self.cotangents[at] = known
        self.whose[at] = OWNED
        if is_float(g) and add_item(known, index, <double>g * factor):
            return 0
        if not is_basic(index):
            np.add.at(known, index, g if factor == 1.0 else scaled(g, factor, False))
            return 0
        target = known[index]
        if is_flat(target) and is_flat(g):
            if new:
                copy_scaled(target, g, factor)
            else:
                accumulate(target, 1.0, g, factor)
            return 0
        g = g if factor == 1.0 else scaled(g, factor, False)
        if new:
            known[index] = g
        elif cnp.PyArray_CheckExact(target):
            np.add(target, g, target)
        else:
            known[index] = target + g
        return 0

    cdef object whole(self, Py_ssize_t at, object g):
        """A cotangent as an array of its node's shape."""
        cdef Node node = <Node>self.graph.nodes[at]
        return np.full(node.shape, g) if is_float(g) and len(node.shape) else g

    cdef object operand(self, Node node, int i):
        """An operand's value, as a Variable if the walk is recorded."""
        cdef Py_ssize_t at = node.parents[i]
        if self.recorded and at >= 0:
            return handle(self.graph, at, node.operands[i])
        return node.operands[i]

    cdef int step(self, Node node, Py_ssize_t at) except -1:
        """Pull one cotangent back to the operands that lead to a source."""
        cdef Py_ssize_t p = node.parents[0], q = -1
        cdef bint left = p >= 0 and self.wanted[p], right = False
        cdef object g = self.cotangents[at]
        cdef bint flat = self.flat(g)
        cdef double factor
        cdef object twice  # an int stays one
        cdef int passed  # what it is to the last who gets it; to one before that, not our own
        if not flat:
            g = self.settled(at)
        factor = self.factors[at]
        if node.code <= DIVIDE:
            q = node.parents[1]
            right = q >= 0 and self.wanted[q]
            if is_float(g) and len(node.shape) and (
                left and (<Node>self.graph.nodes[p]).shape != node.shape
                or right and (<Node>self.graph.nodes[q]).shape != node.shape
            ):
                g = self.whole(at, g)  # it is summed over the axes of a broadcast
                flat = self.flat(g)
        if self.kept[at] and self.whose[at] == OWNED:
            self.whose[at] = SHARED
        passed = self.whose[at]
        cdef int both = SHARED if left and right and passed == OWNED else passed
        if node.code == ADD:
            if left:
                self.add(p, g, both, factor)
            if right:
                self.add(q, g, both, factor)
        elif node.code == SUBTRACT:
            if left:
                self.add(p, g, both, factor)
            if right:
                self.add_negative(q, g, both, factor, flat)
        elif node.code == MULTIPLY:
            if left:
                other = self.operand(node, 1)
                self.add_times(p, g, factor, other, both, not right and self.spare(node, 1))
                if is_float(other):
                    passed = both  # the left one may have the array itself
            if right:
                self.add_times(q, g, factor, self.operand(node, 0), passed, self.spare(node, 0))
        elif node.code == DIVIDE:
            v = self.operand(node, 1)
            if left:
                self.add(p, self.over(g, g, v), OWNED, factor)
            if right:
                y = handle(self.graph, at, node.output) if self.recorded else node.output
                if flat:
                    self.add(q, self.over(g, g * y, v), OWNED, -factor)
                else:
                    self.add(q, self.over(g, -g * y, v), OWNED)
        elif node.code == NEGATIVE:
            self.add_negative(p, g, passed, factor, flat)
        elif node.code == SQUARE:
            if is_float(g):
                self.add_times(p, 2 * g, 1.0, self.operand(node, 0), SHARED, self.spare(node, 0))
            elif flat:
                self.add_times(p, g, 2.0 * factor, self.operand(node, 0), passed,
                               self.spare(node, 0))
            else:
                twice = 2.0 if is_double(g) else 2  # exact among exact objects
                self.add_times(p, g * twice, 1.0, self.operand(node, 0), SHARED, False)
        elif node.code == GETITEM:
            self.add_at(p, node.operands[0], g, factor)
        elif node.code == SUM:
            self.add(p, g, SHARED, factor)
        elif node.code == DEFERRED_RULE:
            if find_pulls(node):
                self.pull(node, at, flat)
            else:
                self.pull_apart(node, at)
        else:
            self.pull(node, at, flat)
        return 0

    cdef int pull_apart(self, Node node, Py_ssize_t at) except -1:
        """Pull one cotangent back through a call that was recorded as it is."""
        cdef int i
        g = self.whole(at, self.settled(at))
        operands = [self.operand(node, i) for i in range(node.count)]
        parts = taken_apart(node, g, operands, self.wanted, self.masked, &self.branch)
        for i in range(node.count):
            if parts[i] is not None:
                self.add(node.parents[i], parts[i])
        return 0

    cdef int add_negative(
        self, Py_ssize_t at, object g, int whose, double factor, bint flat
    ) except -1:
        if flat:
            return self.add(at, g, whose, -factor)
        return self.add(at, -g, OWNED)

    cdef int pull(self, Node node, Py_ssize_t at, bint flat) except -1:
        """Pull one cotangent back by the functions of a rule."""
        cdef list arguments = []
        cdef Py_ssize_t p
        cdef int i, whose
        cdef double factor = 1.0
        cdef object part, g
        # What is pointwise is linear: a factor of the cotangent is one of the result.
        if flat and node.pointwise:
            g, factor = self.cotangents[at], self.factors[at]
        else:
            g = self.whole(at, self.settled(at))
        if node.pulls is None:
            node.pulls = tuple(node.make[0](*node.make[1]))
            node.make = None
        if node.keep & KEEP_OUTPUT:
            arguments.append(handle(self.graph, at, node.output) if self.recorded else node.output)
        if node.keep & KEEP_OPERANDS:
            for i in range(node.count):
                arguments.append(self.operand(node, i))
        for i in range(node.count):
            p = node.parents[i]
            if p < 0 or not self.wanted[p] or node.pulls[i] is None:
                continue
            if node.pointwise and (self.masked or self.branch):
                with np.errstate(invalid="ignore"):
                    part = node.pulls[i](g, *arguments)
                    if self.branch and part is not None:
                        part = levelled(g, part, node.pulls[i], arguments)
                    if self.masked:
                        part = absorbed(g, part)
            else:
                part = node.pulls[i](g, *arguments)
            if part is None:
                continue
            whose = SHARED
            if part is g and self.whose[at] == BORROWED:
                whose = BORROWED
            elif Py_REFCNT(<PyObject *>part) == 1 and is_writable(part):
                whose = OWNED  # nobody else has it
            self.add(p, part, whose, factor)
        return 0


cdef Variable handle(Graph graph, Py_ssize_t at, object value):
    cdef Variable x = blank(value)
    x._value = value
    x.graph = graph
    x.index = at
    x.home_level = graph.level
    return x


def pull_back(
    Graph graph, target, seed, sources, bint recorded=False, bint release=False, spans=None,
    bint branch=False, bint masked=False,
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
    branch : bool
        Whether the seed comes from beyond a root: see `record`.
    masked : bool
        Whether a seed may be zero because a value was not taken.

    Returns
    -------
    list
        The cotangents; None where no target depends on the source.
    """
    cdef list targets = target if isinstance(target, list) else [target]
    cdef list seeds = seed if isinstance(target, list) else [seed]
    cdef Py_ssize_t last = max(targets, default=-1)
    cdef Py_ssize_t at, first = last + 1, p, i
    cdef Walk walk
    cdef Node node
    if last < 0:
        return [None] * len(sources)
    walk = Walk(last + 1)
    for at in sources:
        if 0 <= at <= last:
            walk.wanted[at] = walk.kept[at] = 1
            first = min(first, at)
    for start, stop in ((first, last + 1),) if spans is None else spans:
        for at in range(max(start, first), min(stop, last + 1)):
            walk.seen[at] = 1
            if not walk.wanted[at]:
                node = <Node>graph.nodes[at]
                if node is None:
                    raise RuntimeError(
                        "this part of the record was released by an earlier gradient"
                    )
                for i in range(node.count):
                    p = node.parents[i]
                    if p >= first and walk.wanted[p]:
                        walk.wanted[at] = 1
                        break
    walk.graph = graph
    walk.chained = walk.unchained = last + 1
    walk.cotangents = [None] * (last + 1)
    walk.recorded, walk.branch, walk.masked = recorded, branch, masked
    walk.release = release and not recorded
    for at, g in zip(targets, seeds):
        if at >= first:  # what came before the first source does not depend on any
            walk.masked |= not is_float(g)
            walk.add(at, g)
    for at in range(last, first - 1, -1):
        if walk.cotangents[at] is not None and walk.wanted[at]:
            node = <Node>graph.nodes[at]
            if node.code != LEAF and walk.seen[at] and at < walk.chained:
                walk.branch |= node.branch
                walk.masked |= (node.masks or node.code == GETITEM
                                or node.code >= RULE and not node.pointwise)
                if recorded or at >= walk.unchained or not is_many(node.shape) or (
                    not chain(walk, at, first)
                ):
                    walk.step(node, at)
            if not walk.kept[at]:
                walk.cotangents[at] = None
        if release and not walk.kept[at]:
            graph.nodes[at] = None
    return [walk.result(at) if 0 <= at <= last else None for at in sources]
