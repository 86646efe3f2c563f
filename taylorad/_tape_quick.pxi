# Part of _tape.pyx: calls that are recorded without the way through dispatch.
#
# These are what most programs are made of: NumPy functions of Variables of one level whose
# values are doubles, and of plain doubles. A rule enters its function here, with what makes the
# pulls; these are made when a walk gets there. Whatever is not that simple is answered by None
# and takes the way through dispatch, which knows all cases and all errors.

cdef enum:
    ALONE, JOINED, CHOSEN, MATRICES, GIVEN, PIECES, DEFERRED, SEVERAL, PASSED, CUT, SEPARATE, LIKE, ANSWERED, CONSTANT

cdef dict QUICK = {}      # function or ufunc -> Quick


@cython.final
cdef class Quick:
    """A function that may be recorded at once."""

    cdef int kind
    cdef object function
    cdef object make         # of the pulls
    cdef object row          # of a function of one array
    cdef object method       # of ndarray, which does the same as the function
    cdef object plain        # the function itself, without NumPy's dispatch around it
    cdef Loop loop           # of a ufunc
    cdef tuple fixed         # places of arguments that may not be differentiated
    cdef object fits         # whether a result is one the rule would give, and not refuse
    cdef tuple call          # of a ufunc of operands alone: the function, its places and options
    cdef dict names          # of operands that may be given by name, and their defaults
    cdef bint views          # whether the result may be a view of the only operand
    cdef bint calls          # whether an argument may be a function
    cdef bint several        # whether it may have several results
    cdef bint stacks         # whether arrays are joined along a new axis
    cdef bint follows        # whether the result changes with the array, without being a view
    cdef Py_ssize_t before   # how many arguments come before `out`; 0 if not yet asked for
    cdef tuple pulls         # where they are always the same
    cdef bint leads          # whether the array is the first argument
    cdef int keep            # what the pulls need
    cdef bint scalars        # whether operands may be numbers
    cdef Py_ssize_t places   # how many arguments by position, the array too, only steer it
    cdef object barred       # the names of those that do not


def enter_pointwise(
    ufunc, pulls, keep, bint masks=False, bint is_power=False, bint regular=False,
    bint refuses=False, int extremum=0, bint decides=False
):
    """Let an elementwise ufunc of two operands be recorded at once.

    Only where operands and results are finite and no result is 0, if it is `regular`. If it
    `refuses`, an operand without a pull is not one to differentiate. `extremum` is 1 for the
    larger of two, -1 for the smaller. The second operand may be one that `decides` alone: then the
    result is plain where the first is.
    """
    cdef Loop loop = enter_loop(ufunc, JOINT)
    loop.pulls, loop.keep = tuple(pulls), KEEPS.index(keep)
    loop.masks, loop.is_power, loop.regular = masks, is_power, regular
    loop.refuses, loop.decides = refuses, decides
    if extremum:
        will_trace_extremum(loop.pulls, extremum)
    else:
        will_trace(loop.pulls)


def enter_alone(row, method=None, bint follows=False):
    """The same for a function of one array: a row of the linear functions.

    `method` is the name of the method of ndarray that does the same, if there is one. A result
    that `follows` changes of the array is taken for a view also where NumPy's is none.
    """
    cdef Quick quick = Quick.__new__(Quick)
    quick.kind, quick.function, quick.row, quick.make = ALONE, row.function, row, row.pulls_of
    quick.plain = getattr(row.function, "_implementation", row.function)
    quick.method = None if method is None else getattr(np.ndarray, method)
    quick.follows = follows
    QUICK[row.function] = quick


def enter_joined(function, make, bint stacks=False):
    """The same for one that joins arrays along an axis; ``make(shapes, axis)``.

    If it `stacks` them, the axis is a new one.
    """
    cdef Quick quick
    enter(JOINED, function, make)
    quick = QUICK[function]
    quick.stacks = stacks


def enter_chosen(function, make):
    """The same for `np.where`; ``make(condition)``."""
    enter(CHOSEN, function, make)


def enter_matrices(function, make):
    """The same for products of matrices and vectors; ``make(left, right)`` of their dimensions."""
    enter(MATRICES, function, make)


def enter_given(function, pulls, bint scalars=False, method=None):
    """The same for a function of as many operands as there are pulls, which take all of them.

    `method` is the name of the method of ndarray that does the same, if there is one.
    """
    cdef Quick quick
    enter(GIVEN, function, None)
    quick = QUICK[function]
    quick.pulls, quick.scalars = tuple(pulls), scalars
    quick.method = None if method is None else getattr(np.ndarray, method)


def enter_passed(function):
    """The same for one that gives an array of doubles as it is, as a view."""
    enter(PASSED, function, None)


def enter_pieces(row):
    """The same for one that cuts an array along an axis."""
    cdef Quick quick
    enter(PIECES, row.function, None)
    quick = QUICK[row.function]
    quick.row = row


cdef int enter(int kind, object function, object make) except -1:
    cdef Quick quick = Quick.__new__(Quick)
    quick.kind, quick.function, quick.make = kind, function, make
    quick.plain = getattr(function, "_implementation", function)
    QUICK[function] = quick
    return 0


cdef inline object doubles_of(object x, object level):
    """An operand's doubles, of a Variable of this level or plain; else None."""
    if isinstance(x, Variable):
        if (<Variable>x).home_level != level:
            return None
        x = fresh(<Variable>x)._value
    if is_double(x) or PyFloat_CheckExact(x) or type(x) is FLOAT64 or PyLong_CheckExact(x):
        return x
    return None


cdef inline Graph joint_recorder(object operands):
    """The graph that records an operation on operands of one level."""
    cdef Graph graph
    for x in operands:
        if isinstance(x, Variable):
            graph = recorder(<Variable>x)
            if graph is not None:
                return graph
    return None


cdef object first_level(object operands):
    for x in operands:
        if isinstance(x, Variable):
            return (<Variable>x).home_level
    return None


cdef Node rule_node(Graph graph, object operands):
    cdef Node node = new_node(RULE)
    cdef Py_ssize_t i = 0
    many_parents(node, len(operands))
    for x in operands:
        node.parents[i] = place_in(graph, <Variable>x) if isinstance(x, Variable) else -1
        i += 1
    return node


cdef inline Graph recorder_of_two(object a, object b):
    """The graph that records an operation on two operands of one level."""
    cdef Graph graph = recorder(<Variable>a) if isinstance(a, Variable) else None
    return recorder(<Variable>b) if graph is None and isinstance(b, Variable) else graph


cdef inline Node node_of_two(Graph graph, object a, object b):
    cdef Node node = new_node(RULE)
    two_parents(node, place_in(graph, <Variable>a) if isinstance(a, Variable) else -1,
                place_in(graph, <Variable>b) if isinstance(b, Variable) else -1)
    return node


cdef object pointwise(Loop loop, object a, object b):
    """Record an elementwise ufunc of two operands."""
    cdef Graph graph
    cdef Node node
    cdef bint branch = False
    if inner_tapes:
        return None
    level = (<Variable>a).home_level if isinstance(a, Variable) else (<Variable>b).home_level
    u, v = doubles_of(a, level), doubles_of(b, level)
    if u is None or v is None:
        return None
    if loop.decides and isinstance(b, Variable):
        if not isinstance(a, Variable):
            return None
        b = v
    if loop.refuses and (isinstance(a, Variable) and loop.pulls[0] is None
                         or isinstance(b, Variable) and loop.pulls[1] is None):
        return None
    if loop.is_power:
        if not isinstance(b, Variable) and not is_double(v) and v in (0, 1, 2, 3):
            if v == 3:
                return arithmetic(MULTIPLY, arithmetic(MULTIPLY, a, a), a)
            return unary(SQUARE, <Variable>a) if v == 2 else None
        if not (is_flat(u) and none_zero(u) or is_float(u) and <double>u != 0.0):  # some slope may be infinite
            branch = np.any(np.logical_and(np.equal(u, 0), np.logical_and(v > 0, v < 1)))
    if loop.regular and not (is_few(u) and is_few(v)):
        return None
    value = apply_two(loop, u, v)
    if loop.regular and not (is_few(value) and (value != 0.0 if is_float(value) else none_zero(value))):
        return None
    graph = recorder_of_two(a, b)
    if graph is None:
        return value
    node = node_of_two(graph, a, b)
    node.pulls, node.keep, node.masks = loop.pulls, loop.keep, loop.masks
    node.branch, node.pointwise = branch, True
    if node.keep & KEEP_OPERANDS:
        node.operands = (kept_of(a, u), kept_of(b, v))
    if node.keep & KEEP_OUTPUT:
        node.output = value
    return append(graph, node, value)


cdef object divided(object a, object b):
    """What `divmod` gives; None where that is not the simple case."""
    whole, rest = LOOPS.get(np.floor_divide), LOOPS.get(np.remainder)
    if whole is None or rest is None or not (
        (<Loop>whole).kind == JOINT and (<Loop>rest).kind == JOINT
    ):
        return None
    second = pointwise(<Loop>rest, a, b)
    if second is None:
        return None
    first = pointwise(<Loop>whole, a, b)
    return None if first is None else (first, second)


cdef inline object kept_of(object operand, object value):
    """What a record keeps of an operand with this value."""
    return value if isinstance(operand, Variable) else kept_copy(value, -1)


cdef inline Py_ssize_t before_out(Quick quick, object function) except -1:
    """How many arguments of a function come before `out`."""
    if quick.before == 0:
        quick.before = dispatch.place_of_out(function)
    return quick.before


cdef object quickly(object function, tuple args, dict kwargs, Variable asked=None):
    """Record a call if it is a simple one; else None."""
    cdef Quick quick = QUICK.get(function)
    if quick is None or inner_tapes or not args:
        return None
    if len(args) > 1 and len(args) > before_out(quick, function):
        return None
    if quick.kind == ALONE:
        return alone(quick, args[0], args[1:], kwargs) if isinstance(args[0], Variable) else None
    if quick.kind >= ANSWERED:
        return answer(quick, args, kwargs)
    if quick.kind == DEFERRED:
        return deferred(quick, function, args, kwargs)
    if quick.kind == LIKE:
        return None if asked is None else made_like(quick, asked, args, kwargs)
    if quick.kind == CUT:
        return cut(quick, args, kwargs)
    if quick.kind == SEPARATE:
        return separate(quick, args, kwargs)
    if quick.kind == SEVERAL or quick.kind == PASSED:
        if kwargs or len(args) != 1 or not isinstance(args[0], Variable):
            return None
        if quick.kind == SEVERAL:
            return several(quick, args[0])
        return get_item(args[0], ...) if is_double(fresh(<Variable>args[0])._value) else None
    if quick.kind == PIECES:
        return pieces(quick, args, kwargs) if isinstance(args[0], Variable) else None
    if quick.kind == JOINED:
        return joined(quick, args, kwargs)
    if kwargs:
        return None
    if quick.kind == CHOSEN:
        return chosen(quick, args) if len(args) == 3 else None
    if quick.kind == GIVEN:
        found = given(quick, args) if len(args) == len(quick.pulls) else None
        return deferred(quick, function, args, kwargs) if found is None else found
    return matrices(quick, args) if len(args) == 2 else None


cdef inline bint steers(object x):
    """Whether an argument cannot be an operand, and does not change."""
    if x is None or PyLong_CheckExact(x) or isinstance(x, bool):
        return True
    if type(x) is not tuple:
        return False
    for item in <tuple>x:
        if not PyLong_CheckExact(item):
            return False
    return True


cdef int prepare(Quick quick) except -1:
    """Learn which arguments steer a function of one array, when it is first called."""
    names = list(quick.row.parameters)
    barred = {"out", "dtype", "order", "copy", "initial", "where", "like", *quick.row.operands}
    quick.places, quick.leads = 1, quick.row.leads
    while quick.places < len(names) and names[quick.places] not in barred:
        quick.places += 1
    quick.barred = barred
    return 0


cdef object alone(Quick quick, Variable x, tuple rest, dict kwargs):
    """Record a function of one array."""
    cdef Graph graph
    cdef Node node
    cdef Variable y
    if quick.barred is None:
        prepare(quick)
    if len(rest) >= quick.places or not quick.leads:
        if quick.function is ASTYPE and len(rest) == 1 and not kwargs and is_double_type(rest[0]):
            return copied(x, cnp.NPY_KEEPORDER)
        return None
    for item in rest:
        if not steers(item):
            if not (cnp.PyArray_CheckExact(item) and cnp.PyArray_ISINTEGER(item)
                    or type(item) is list and steers(tuple(item))):
                return None
            rest = kept_copy(rest, -1)
    for name, item in kwargs.items():
        if name in quick.barred or not steers(item):
            return None
    u = fresh(x)._value
    if not (is_double(u) or type(u) is FLOAT64):
        return None
    if quick.function is TOTAL and not rest and not kwargs:
        return total(x)
    function = quick.plain
    if quick.method is not None and is_double(u):
        function = quick.method
        for name in kwargs:
            if name != "axis" and name != "keepdims":
                function = quick.plain
    if kwargs:
        value = function(u, *rest, **kwargs)
    elif len(rest) == 1:
        value = function(u, rest[0])
    else:
        value = function(u, *rest) if len(rest) else function(u)
    if not (is_double(value) or type(value) is FLOAT64) and (
        getattr(value, "dtype", np.dtype(object)).kind not in "fc"
    ):
        return None
    graph = recorder(x)
    if graph is None:
        return value
    node = new_node(RULE)
    one_parent(node, place_in(graph, x))
    node.what = quick
    node.make = quick.make, (shape_at(graph, node.own[0], u), rest, kwargs)
    y = append(graph, node, value)
    if len(node.shape) and (quick.follows or share_memory(value, u)):
        as_view(y, x, path_of(quick.function, rest, kwargs))
    return y


cdef object ASTYPE = getattr(np, "astype", None)  # since NumPy 2.1
cdef object TOTAL = np.sum


cdef inline bint is_double_type(object dtype):
    return dtype is FLOAT64 or <PyObject *>dtype is <PyObject *>float


cdef inline object base_of(object x):
    """What an array is a view of, or None."""
    cdef PyObject *base = cnp.PyArray_BASE(<cnp.ndarray>x)
    return None if base == NULL else <object>base


cdef bint share_memory(object view, object x) except -1:
    """Whether NumPy made one array as a view of another."""
    if not (cnp.PyArray_Check(x) and cnp.PyArray_Check(view)):
        return False
    base = base_of(view)
    if view is x or base is x or (base is not None and base is base_of(x)):
        return True
    return base is not None and not cnp.PyArray_Check(base) and np.may_share_memory(view, x)


@cython.final
cdef class Path:
    """The view that a function makes of any array."""

    cdef object function, rest, kwargs

    def __call__(self, x):
        return self.function(x, *self.rest, **self.kwargs)


cdef inline Path path_of(object function, tuple rest, dict kwargs):
    cdef Path path = Path.__new__(Path)
    path.function, path.rest, path.kwargs = function, rest, kwargs
    return path


cdef object given(Quick quick, tuple operands):
    """Record a function all of whose arguments are operands."""
    cdef Graph graph
    cdef Node node
    cdef list values = [], kept = []
    level = first_level(operands)
    for x in operands:
        u = doubles_of(x, level)
        if not (is_double(u) or quick.scalars and u is not None):
            return None
        values.append(u)
        kept.append(kept_of(x, u))
    function = quick.plain if quick.method is None or not is_double(values[0]) else quick.method
    value = function(*values)
    graph = joint_recorder(operands)
    if graph is None:
        return value
    node = rule_node(graph, operands)
    node.pulls, node.keep, node.operands = quick.pulls, KEEP_OPERANDS, tuple(kept)
    return append(graph, node, value)


cdef object product(object function, object u, object v):
    """The product of matrices or vectors, by NumPy's own loop where they are small."""
    cdef char *at[3]
    cdef cnp.npy_intp sizes[4]
    cdef cnp.npy_intp steps[9]
    if function is np.dot:
        return cnp.PyArray_MatrixProduct(u, v)
    if cnp.PyArray_NDIM(u) == 2 == cnp.PyArray_NDIM(v) and is_direct(u) and is_direct(v) and (
        cnp.PyArray_DIM(u, 1) == cnp.PyArray_DIM(v, 0)
    ):
        sizes[0], sizes[1] = 1, cnp.PyArray_DIM(u, 0)
        sizes[2], sizes[3] = cnp.PyArray_DIM(u, 1), cnp.PyArray_DIM(v, 1)
        z = cnp.PyArray_EMPTY(2, [sizes[1], sizes[3]], cnp.NPY_DOUBLE, 0)
        at[0], at[1], at[2] = <char *>doubles(u), <char *>doubles(v), <char *>doubles(z)
        steps[0] = steps[1] = steps[2] = 0
        steps[4] = steps[6] = steps[8] = sizeof(double)
        steps[3], steps[5] = sizes[2] * sizeof(double), sizes[3] * sizeof(double)
        steps[7] = steps[5]
        if MATMUL.inner != NULL and quiet_loop(MATMUL.inner, MATMUL.data, at, sizes, steps):
            return z
    return function(u, v)


cdef object matrices(Quick quick, tuple operands):
    """Record a product of matrices or vectors."""
    cdef Graph graph
    cdef Node node
    cdef int m, n
    a, b = operands
    if not (isinstance(a, Variable) or isinstance(b, Variable)):
        return None
    level = (<Variable>(a if isinstance(a, Variable) else b)).home_level
    u, v = doubles_of(a, level), doubles_of(b, level)
    if not (is_double(u) and is_double(v)):
        return None
    m, n = cnp.PyArray_NDIM(u), cnp.PyArray_NDIM(v)
    if not (1 <= m <= 2 and 1 <= n <= 2):
        return None
    value = product(quick.function, u, v)
    graph = recorder_of_two(a, b)
    if graph is None:
        return value
    node = node_of_two(graph, a, b)
    node.what = quick
    node.pulls = quick.make(m, n)
    node.keep = KEEP_OPERANDS
    u, v = kept_of(a, u), kept_of(b, v)
    if m == n == 2:  # a constant alone is kept: the pull to it is not asked for
        u, v = u if isinstance(b, Variable) else None, v if isinstance(a, Variable) else None
    node.operands = (u, v)
    return append(graph, node, value)


cdef object call_method(object function, Variable x, tuple args, dict kwargs):
    """A method of ndarray that is a NumPy function."""
    cdef Quick quick = QUICK.get(function)
    if quick is not None and quick.kind == ALONE and not inner_tapes and (
        not len(args) or len(args) < before_out(quick, function)
    ):
        found = alone(quick, x, args, kwargs)
    else:
        found = quickly(function, (x, *args), kwargs)
    return function(x, *args, **kwargs) if found is None else found


cdef object conjugated(Variable x, tuple args, dict kwargs):
    if not args and not kwargs and x.dtype.kind != "c":
        return x  # as NumPy's method does
    found = LOOPS.get(np.conjugate)
    if found is not None and not args and not kwargs and (<Loop>found).kind == ELEMENTARY:
        found = elementary(<Loop>found, x)
        if found is not None:
            return found
    return np.conjugate(x, *args, **kwargs)


def install_methods(reshape, copy):
    """Connect methods with options to those of all numbers."""
    global reshape_method, copy_method
    reshape_method, copy_method = reshape, copy
