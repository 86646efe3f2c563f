# Part of _tape.pyx: runs of elementwise operations on large arrays, walked block by block.
#
# On large arrays a pass through memory costs more than the arithmetic in it. A `Chain` takes a run
# of nodes on arrays of one shape through the same cases as `Walk.step`, but notes what is to be
# computed instead of computing it. The program it gets is run for a block of points at a time
# (`_tape_chain.h`), and only cotangents that somebody outside of the run needs become arrays. The
# steps are those of the walk, in its order, and so are the results, bit for bit. Where a step
# raises a flag of which NumPy would warn, or something is not finite that might be left out
# (see `absorbed`), all is forgotten and the walk goes on node by node.

cdef extern from "_tape_chain.h" nogil:
    enum:
        WHOLE
        ROOM
        NUMBER
        MASK
        LOOPED
        FILLED
        BLOCK
    ctypedef struct Place:
        int where
        double *at
        ptrdiff_t room
        double number
    ctypedef struct Step:
        int kind
        Inner inner
        void *data
        int operands
        Place x
        Place y
        Place z
        double r
        double s
    ctypedef struct Program:
        Step *steps
        int count
        double *room
        ptrdiff_t each
        int flawed
    void program_piece(void *, ptrdiff_t, ptrdiff_t, int) noexcept
    void share_of_larger(char **, const cnp.npy_intp *, const cnp.npy_intp *, void *) noexcept
    void times_share(char **, const cnp.npy_intp *, const cnp.npy_intp *, void *) noexcept
    void is_below(char **, const cnp.npy_intp *, const cnp.npy_intp *, void *) noexcept
    void is_above(char **, const cnp.npy_intp *, const cnp.npy_intp *, void *) noexcept
    void unless(char **, const cnp.npy_intp *, const cnp.npy_intp *, void *) noexcept
    void where_true(char **, const cnp.npy_intp *, const cnp.npy_intp *, void *) noexcept
    void where_false(char **, const cnp.npy_intp *, const cnp.npy_intp *, void *) noexcept

cdef Py_ssize_t FEWEST_CHAINED = 30_000  # points: the arrays of a shorter run stay in the cache

cdef enum:
    SHORTEST = 3              # steps
    LONGEST = 400
    MOST_ROOM = 64            # blocks

cdef object CORES = cores()
cdef dict TRACES = {}         # id of the pulls of a loop -> `Trace` for each, and the pulls
cdef dict CHAINED = {}        # ufunc -> Loop


cdef Loop own_loop(Inner inner):
    cdef Loop loop = Loop()
    loop.inner = inner
    return loop


cdef Loop SHARE = own_loop(share_of_larger), TIMES_SHARE = own_loop(times_share)
cdef Loop BELOW = own_loop(is_below), ABOVE = own_loop(is_above), UNLESS = own_loop(unless)
cdef Loop WHERE_TRUE = own_loop(where_true), WHERE_FALSE = own_loop(where_false)

# The traces of pulls that do more than NumPy's loops: see `traced`. Of g, u, v, and of g, x, low,
# high with numbers for bounds. What the first is larger by gets 1, and each of a tie one half.
cdef list LARGER = [([(SHARE, 1, 2), (TIMES_SHARE, 0, 3)], 4),
                    ([(SHARE, 2, 1), (TIMES_SHARE, 0, 3)], 4)]
cdef list CLIPPED = [([(BELOW, 1, 2), (UNLESS, 0, 4), (ABOVE, 1, 3), (UNLESS, 5, 6)], 7),
                     None, None]


cdef int will_trace_extremum(tuple pulls, int sign) except -1:
    """The same for the pulls of the larger of two, or with sign -1 of the smaller."""
    TRACES[id(pulls)] = (LARGER if sign > 0 else LARGER[::-1]), pulls
    return 0


cdef inline bint is_number(object x):
    return is_float(x) or PyLong_CheckExact(x)


cdef bint is_clip(Node node) except -1:
    """Whether a node is a call of `np.clip` between numbers in order."""
    cdef Quick quick
    if node.pulls is None or node.count != 3 or node.keep != KEEP_OPERANDS:
        return False
    quick = QUICK.get(np.clip)
    if quick is None or node.pulls is not quick.pulls:
        return False
    low, high = node.operands[1], node.operands[2]
    return is_number(low) and is_number(high) and low <= high and (
        node.parents[1] < 0 and node.parents[2] < 0
    )


cdef object mask_of(Node node, tuple shape):
    """The condition of a call of `np.where` with arrays of this shape; None if it is not one."""
    if node.what is None or (<Quick>node.what).kind != CHOSEN or node.make is None:
        return None
    condition = node.make[1][0]
    if cnp.PyArray_CheckExact(condition) and has_shape(condition, shape) and (
        cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>condition)
    ):
        return condition
    return None


cdef object power_traces(Node node):
    """v u^(v - 1) for a number v that is neither 0 nor nan."""
    v = node.operands[1]
    if not is_number(v) or v == 0 or v != v or node.parents[1] >= 0:
        return None
    v = float(v)
    return [([(POWER, 2, v - 1.0), (<Loop>OPERATORS[MULTIPLY], v, 4),
              (<Loop>OPERATORS[MULTIPLY], 0, 5)], 6), None]


def chain_from(Py_ssize_t points):
    """Let arrays of so many points be walked block by block; returns how many it took before."""
    global FEWEST_CHAINED
    before, FEWEST_CHAINED = FEWEST_CHAINED, points
    return before


class Unfit(Exception):
    """What cannot be done block by block."""


cdef Loop chained_loop(object ufunc):
    """NumPy's loop of a ufunc that threads may share."""
    cdef Loop loop
    if not CHAINED:
        for function in (*SHARED_LOOPS, np.sign, np.positive):
            loop = Loop()
            if isinstance(function, np.ufunc) and loop_to(
                function, cnp.NPY_DOUBLE, &loop.inner, &loop.data
            ):
                CHAINED[function] = loop
    loop = CHAINED.get(ufunc)
    if loop is None:
        raise Unfit
    return loop


class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """An operand of a pull that notes what is done with it."""

    dtype = np.dtype(np.float64)
    __hash__ = None

    def __init__(self, at, steps, places):
        self.at, self.steps, self.places = at, steps, places

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if method != "__call__" or kwargs or not 1 <= len(inputs) == ufunc.nin <= 2:
            raise Unfit
        step = [chained_loop(ufunc)]
        for x in inputs:
            if isinstance(x, Traced):
                step.append(x.at)
            elif type(x) in (float, int):
                step.append(float(x))
            else:
                raise Unfit
        key = ufunc, repr(step[1:])  # which tells 1 from 1.0 and 0.0 from -0.0
        if key not in self.places:
            self.steps.append(tuple(step))
            self.places[key] = self.places[None] = self.places[None] + 1
        return Traced(self.places[key], self.steps, self.places)

    def __array_function__(self, function, types, args, kwargs):
        if function is np.iscomplexobj:
            return False
        raise Unfit

    def __pow__(self, exponent):
        if type(exponent) in (float, int) and exponent == 2:
            return np.square(self)  # as an array does
        raise Unfit

    def unfit(self, *args, **kwargs):
        raise Unfit

    __array__ = __bool__ = __float__ = __len__ = __iter__ = __getitem__ = __rpow__ = unfit


cdef object traced(object pull, int keep, Py_ssize_t count):
    """What a pull does with its arguments: (loop, operands) of each step; None if it is more.

    The arguments have the first places, and the steps those after them. Then the result's place.
    """
    cdef list steps = []
    cdef Py_ssize_t arguments = 1 + ((keep & KEEP_OUTPUT) != 0) + (
        count if keep & KEEP_OPERANDS else 0
    )
    cdef dict places = {None: arguments - 1}  # the last one, and those of steps
    try:
        found = pull(*[Traced(i, steps, places) for i in range(arguments)])
    except (Unfit, TypeError, AttributeError):
        return None
    return (steps, found.at) if isinstance(found, Traced) else None


cdef object traces_of(Node node):
    """The traces of the pulls of a loop; None if there are none."""
    if node.code != RULE or node.branch:
        return None
    if not node.pointwise:
        return CLIPPED if is_clip(node) else None
    if node.pulls is None:
        return None
    if node.pulls is POWER.pulls and POWER.inner != NULL:
        found = power_traces(node)
        if found is not None:
            return found
    found = TRACES.get(id(node.pulls))
    if found is None or found[1] is not node.pulls:
        return None
    if found[0] is None:
        traces = [None if pull is None else traced(pull, node.keep, node.count) or False
                  for pull in node.pulls]
        found = TRACES[id(node.pulls)] = (traces, node.pulls)
    return None if False in found[0] else found[0]


cdef int will_trace(tuple pulls) except -1:
    """Pulls that stay the same are followed once, when a walk first asks."""
    TRACES[id(pulls)] = None, pulls
    return 0


cdef object usual(double x):
    if x - x != 0.0:
        raise Unfit
    return x


@cython.final
cdef class Chain:
    """A run of nodes, and what is to be computed for it.

    A cotangent is a number, or the place of an array in `whole`: the array, or None for what a
    step computes.
    """

    cdef Walk walk
    cdef tuple shape
    cdef Py_ssize_t size
    cdef list steps           # (kind, loop, z, x, y, r, s)
    cdef list whole
    cdef dict inputs          # id of an array -> its place
    cdef dict cotangents      # of places of the graph: (cotangent, factor)
    cdef bint masked          # as that of the walk, at the node where the chain is

    def __cinit__(self, Walk walk, tuple shape):
        self.walk, self.shape, self.size = walk, shape, prod(shape)
        self.steps, self.whole, self.inputs, self.cotangents = [], [], {}, {}
        self.masked = walk.masked

    cdef bint is_fit(self, object x):
        """Whether an operand is a number or an array of the chain."""
        return is_float(x) or PyLong_CheckExact(x) or is_flat(x) and has_shape(x, self.shape)

    cdef bint is_met(self, Py_ssize_t at):
        """Whether what is known of a cotangent is a number or an array of the chain."""
        known = self.walk.cotangents[at]
        return known is None or is_float(known) or is_flat(known) and has_shape(known, self.shape)

    cdef bint takes(self, Node node, Py_ssize_t at) except -1:
        """Whether a node is one for the chain."""
        cdef Py_ssize_t p, i
        cdef Node parent
        if node.code == RULE:
            if mask_of(node, self.shape) is None and traces_of(node) is None:
                return False
        elif not ADD <= node.code <= SQUARE:
            return False
        if node.shape != self.shape or not node.real or not self.is_met(at):
            return False
        for i in range(node.count):
            p = node.parents[i]
            if p >= 0 and self.walk.wanted[p]:
                parent = <Node>self.walk.graph.nodes[p]
                if parent.shape != self.shape or not parent.real:
                    return False
                if not self.is_met(p):
                    return False
        if node.operands is not None:
            for x in node.operands:
                if x is not None and not self.is_fit(x):
                    return False
        return node.output is None or is_flat(node.output) and has_shape(node.output, self.shape)

    cdef object given(self, object x):
        """The place of an array, or a number."""
        if not cnp.PyArray_CheckExact(x):
            return float(x)
        found = self.inputs.get(id(x))
        if found is None:
            found = self.inputs[id(x)] = len(self.whole)
            self.whole.append(x)
        return found

    cdef object compute(self, int kind, object x, object y, Loop loop=None, double r=1.0,
                        double s=1.0):
        """Note a step; returns the place of its result."""
        self.steps.append((kind, loop, len(self.whole), x, y, r, s))
        self.whole.append(None)
        return len(self.whole) - 1

    cdef object apply(self, int code, object x, object y):
        """x + y, x * y or x / y as NumPy computes it."""
        if is_float(x) and is_float(y):
            if code == DIVIDE and y == 0.0:
                raise Unfit
            return usual(x + y if code == ADD else x * y if code == MULTIPLY else x / y)
        return self.compute(LOOPED, x, y, <Loop>OPERATORS[code])

    cdef object settled(self, object g, double factor):
        if factor == 1.0:
            return g
        if is_float(g):
            return usual(<double>g * factor)
        return self.compute(SCALE_TO, g, None, None, 1.0, factor)

    cdef object checked(self, object x):
        """The same, which has to be finite if it might be left out otherwise."""
        if self.masked and not is_float(x):
            self.steps.append((FINITE, None, None, x, None, 1.0, 1.0))
        return x

    cdef tuple cotangent(self, Py_ssize_t at):
        """The cotangent so far and its factor; None if there is none."""
        found = self.cotangents.get(at)
        if found is None and self.walk.cotangents[at] is not None:
            found = self.given(self.walk.cotangents[at]), self.walk.factors[at]
            self.cotangents[at] = found
        return found

    cdef int add(self, Py_ssize_t at, object g, double factor=1.0) except -1:
        """As `Walk.add`."""
        cdef double r
        if is_float(g):
            g, factor = self.settled(g, factor), 1.0
        before = self.cotangent(at)
        if before is None:
            self.cotangents[at] = g, factor
            return 0
        known, r = before
        if is_float(g) or is_float(known):
            known = self.apply(ADD, self.settled(known, r), self.settled(g, factor))
        elif known == g and can_wait(r + factor):
            self.cotangents[at] = g, r + factor
            return 0
        else:
            known = self.compute(ADD_BOTH, known, g, None, r, factor)
        self.cotangents[at] = known, 1.0
        return 0

    cdef int add_times(self, Py_ssize_t at, object g, double factor, object given) except -1:
        """As `Walk.add_times`."""
        cdef double product
        other = self.given(given)
        if is_float(g) and not is_float(other):
            product = <double>g * factor
            if can_wait(product):
                return self.add(at, other, product)
        elif not is_float(g) and is_float(given):
            product = <double>other * factor
            if can_wait(product):
                return self.add(at, g, product)
        elif not is_float(g) and not is_float(other):
            return self.add(at, self.checked(self.compute(TIMES_BOTH, g, other)), factor)
        if is_float(other):
            usual(other)
        return self.add(at, self.checked(self.apply(MULTIPLY, self.settled(g, factor), other)))

    cdef int step(self, Node node, Py_ssize_t at) except -1:
        """As `Walk.step`."""
        cdef unsigned char *wanted = self.walk.wanted
        cdef Py_ssize_t p = node.parents[0]
        cdef Py_ssize_t q = node.parents[1] if node.code <= DIVIDE else -1
        cdef bint left = p >= 0 and wanted[p], right = q >= 0 and wanted[q]
        cdef double factor
        g, factor = self.cotangent(at)
        if node.code == ADD or node.code == SUBTRACT:
            if left:
                self.add(p, g, factor)
            if right:
                self.add(q, g, -factor if node.code == SUBTRACT else factor)
        elif node.code == MULTIPLY:
            if left:
                self.add_times(p, g, factor, node.operands[1])
            if right:
                self.add_times(q, g, factor, node.operands[0])
        elif node.code == DIVIDE:
            v = self.given(node.operands[1])
            if left:
                self.add(p, self.checked(self.apply(DIVIDE, g, v)), factor)
            if right:
                y = self.given(node.output)
                if is_float(g):
                    g, factor = -g, 1.0
                else:
                    factor = -factor
                part = self.apply(DIVIDE, self.apply(MULTIPLY, g, y), v)
                self.add(q, self.checked(part), factor)
        elif node.code == NEGATIVE:
            self.add(p, g, -factor)
        elif node.code == SQUARE:
            if is_float(g):
                self.add_times(p, 2 * g, 1.0, node.operands[0])
            else:
                self.add_times(p, g, 2.0 * factor, node.operands[0])
        else:
            self.pull(node, g, factor)
        return 0

    cdef int pull(self, Node node, object g, double factor) except -1:
        """As `Walk.pull`."""
        cdef list arguments, known
        cdef Py_ssize_t i
        mask = mask_of(node, self.shape)
        if not node.pointwise:
            g, factor = self.settled(g, factor), 1.0
        if is_float(g):
            g = self.compute(FILLED, g, None)
        if mask is not None:
            for i in range(2):
                if node.parents[i] >= 0 and self.walk.wanted[node.parents[i]]:
                    part = self.compute(LOOPED, g, self.given(mask), WHERE_FALSE if i else WHERE_TRUE)
                    self.add(node.parents[i], part)
            return 0
        arguments = [g]
        if node.keep & KEEP_OUTPUT:
            arguments.append(self.given(node.output))
        if node.keep & KEEP_OPERANDS:
            for x in node.operands:
                arguments.append(self.given(x))
        for i, trace in enumerate(traces_of(node)):
            if trace is None or node.parents[i] < 0 or not self.walk.wanted[node.parents[i]]:
                continue
            known = list(arguments)
            for step in trace[0]:
                found = [x if is_float(x) else known[x] for x in step[1:]]
                if all(map(is_float, found)):
                    raise Unfit
                known.append(self.compute(
                    LOOPED, found[0], found[1] if len(found) > 1 else None, step[0]
                ))
            part = known[trace[1]]
            self.add(node.parents[i], self.checked(part) if node.pointwise else part, factor)
        return 0

    cdef bint follow(self, set outer) except -1:
        """Compute it, and the cotangents of these places as arrays; whether all went well."""
        cdef Program program
        cdef Step *step
        cdef Py_ssize_t blocks = 0, i, n = len(self.steps)
        cdef dict last = {}       # of a place: the step that is the last to read it
        cdef dict rooms = {}
        cdef list free = []
        cdef bytes memory, scratch
        for i in range(n):
            for x in self.steps[i][2:5]:
                if x is not None and not is_float(x):
                    last[x] = i
        for x in outer:
            if self.whole[x] is None:
                self.whole[x] = np.empty(self.shape)
        memory = PyBytes_FromStringAndSize(NULL, max(n, 1) * sizeof(Step))
        program.steps = <Step *>PyBytes_AS_STRING(memory)
        memset(program.steps, 0, n * sizeof(Step))
        program.count, program.flawed = n, 0
        for i in range(n):
            kind, loop, z, x, y, r, s = self.steps[i]
            step = program.steps + i
            step.kind, step.r, step.s = kind, r, s
            step.operands = 1 if y is None else 2
            if loop is not None:
                step.inner, step.data = (<Loop>loop).inner, (<Loop>loop).data
            if z is not None and self.whole[z] is None:
                if not free:
                    free.append(blocks)
                    blocks += 1
                rooms[z] = free.pop()
            self.put(&step.z, z, rooms)
            self.put(&step.x, x, rooms)
            self.put(&step.y, y, rooms)
            for operand in (x, y, z):
                if not is_float(operand) and operand in rooms and last[operand] == i:
                    free.append(rooms.pop(operand))
        if blocks > MOST_ROOM:
            return False
        program.each = blocks * BLOCK + 8
        scratch = take_room(max(limited(), <int>CORES) * program.each * sizeof(double) + 64)
        program.room = <double *>((<size_t>PyBytes_AS_STRING(scratch) + 63) & ~<size_t>63)
        with nogil:
            shared(program_piece, &program, self.size, WORTH_A_THREAD)
        give_room(scratch)
        return not program.flawed

    cdef int put(self, Place *place, object x, dict rooms) except -1:
        if x is None or is_float(x):
            place.where, place.number = NUMBER, 0.0 if x is None else <double>x
        elif self.whole[x] is not None:
            place.where, place.at = WHOLE, doubles(self.whole[x])
            if not is_double(self.whole[x]):
                place.where = MASK
        else:
            place.where, place.room = ROOM, rooms[x]
        return 0


cdef bytes ROOM_KEPT = None


cdef bytes take_room(size_t size):
    """Memory for blocks: that of the last time, if it is large enough and nobody has it."""
    global ROOM_KEPT
    cdef bytes found = ROOM_KEPT
    ROOM_KEPT = None
    if found is None or <size_t>len(found) < size:
        found = PyBytes_FromStringAndSize(NULL, size)
    return found


cdef int give_room(bytes room) except -1:
    global ROOM_KEPT
    ROOM_KEPT = room
    return 0


cdef inline bint is_many(tuple shape):
    """Whether an array of this shape is large."""
    cdef Py_ssize_t size = 1
    for n in shape:
        size *= <Py_ssize_t>n
    return size >= FEWEST_CHAINED


cdef bint chain(Walk walk, Py_ssize_t at, Py_ssize_t first) except -1:
    """Pull cotangents back through the run of nodes that begins here, if there is one.

    Then `walk.chained` is its other end. Otherwise nothing has changed, and `walk.unchained` is a
    place down to which it need not be tried again.
    """
    cdef Node node
    cdef Chain run
    cdef Py_ssize_t place, stop
    cdef dict outer = {}      # places of arrays somebody needs -> how many need them
    node = <Node>walk.graph.nodes[at]
    walk.unchained = at
    if walk.branch:
        return False
    run = Chain(walk, node.shape)
    if not run.takes(node, at) or np.geterr()["under"] != "ignore":
        return False
    stop = at
    try:
        for place in range(at, first - 1, -1):
            if not walk.wanted[place] or (
                walk.cotangents[place] is None and place not in run.cotangents
            ):
                continue
            node = <Node>walk.graph.nodes[place]
            if not walk.seen[place] or len(run.steps) > LONGEST or not run.takes(node, place):
                break
            run.masked |= node.masks or node.code >= RULE and not node.pointwise
            run.step(node, place)
            stop = place
    except Unfit:
        walk.unchained = stop
        return False
    walk.unchained = stop
    if len(run.steps) < SHORTEST:
        return False
    for place, (g, factor) in run.cotangents.items():
        if not is_float(g) and (place < stop or walk.kept[place]):
            outer[g] = outer.get(g, 0) + 1
    given = set(run.inputs.values())
    if not run.follow(set(outer)):
        return False
    for place, (g, factor) in run.cotangents.items():
        if place >= stop and not walk.kept[place]:
            walk.cotangents[place] = None
        elif is_float(g):
            walk.cotangents[place], walk.factors[place] = g, factor
            walk.whose[place] = SHARED
        elif run.whole[g] is not walk.cotangents[place] or outer[g] > 1:
            walk.cotangents[place], walk.factors[place] = run.whole[g], factor
            walk.whose[place] = BORROWED if g in given else OWNED if outer[g] == 1 else SHARED
        else:
            walk.factors[place] = factor
    walk.chained, walk.masked = stop, run.masked
    return True
