# Part of _tape.pyx: functions that are recorded as a whole and taken apart when a walk gets there.
#
# A rule that is an expression of other functions would record each of them, and check its
# arguments each time. Of a few plain doubles the record is NumPy's own value and the call; the
# walk asks for the pulls of the call or, where there are none, makes it once more, by its rule and
# on a record of its own, and walks back over that.
# What is not that simple, infinite or nan is answered by None and takes dispatch's way.

cdef set STEERING = set(
    "axis keepdims n ddof ord axes offset k dx num endpoint compute_uv full_matrices UPLO mode rcond"
    .split()
)


def enter_deferred(
    *functions, make=None, keep="nothing", fixed=(), method=None, bint several=False, fits=None,
    plain=None, names=None, bint views=False, bint calls=False,
):
    """Let these functions be recorded as a whole.

    ``make(*args, **kwargs)``, of plain arguments, gives the pulls of the operands, which get what
    `keep` says, or None. What is at the places `fixed` may not be differentiated: the rule refuses
    it. `method` is the name of the method of ndarray that does the same for one array. There may
    be `several` results, of a first argument with derivatives. ``fits(result, *args, **kwargs)``,
    of what is plain, is asked whether the rule would not refuse the call. The value is that of
    `plain`, if it is not NumPy's. `names` are those of arguments that are operands also by name,
    after those before them, and the default of each. Of one operand the result may be one of its
    `views`. It `calls` functions that are among its arguments.
    """
    cdef Quick quick
    for function in functions:
        enter(DEFERRED, function, make)
        quick = QUICK[function]
        if isinstance(function, np.ufunc) and function.signature is None:
            quick.loop = enter_loop(function, DEFERRED_UFUNC)
            quick.loop.quick = quick
        quick.keep, quick.fixed = KEEPS.index(keep), tuple(fixed)
        quick.several, quick.fits, quick.names = several, fits, names
        quick.views, quick.calls = views, calls
        if plain is not None:
            quick.plain = plain
        quick.method = None if method is None else getattr(np.ndarray, method)


cdef inline bint is_few(object x):
    """Whether this is a number or an array of a few doubles, and finite."""
    if cnp.PyArray_CheckExact(x):
        return is_direct(x) and finite(x)
    return PyFloat_CheckExact(x) and x - x == 0.0 or (
        type(x) is FLOAT64 and <double>x - <double>x == 0.0 or PyLong_CheckExact(x)
    )


cdef bint is_result(object x) except -1:
    """Whether this is a float or an array of a few, and finite; they may be complex."""
    cdef cnp.ndarray array
    if not cnp.PyArray_CheckExact(x):
        return is_few(x) and not PyLong_CheckExact(x)
    if is_few(x):
        return True
    array = <cnp.ndarray>x
    if cnp.PyArray_NDIM(array) == 0:
        return is_double(x) and finite(x)
    return (
        cnp.PyArray_TYPE(array) == cnp.NPY_CDOUBLE and cnp.PyArray_IS_C_CONTIGUOUS(array)
        and 0 < cnp.PyArray_SIZE(array) <= MOST_DIRECT
        and all_finite_doubles(<double *>cnp.PyArray_DATA(array), 2 * cnp.PyArray_SIZE(array))
    )


cdef inline bint can_steer(object x):
    return steers(x) or isinstance(x, str) or PyFloat_CheckExact(x) or type(x) is FLOAT64


cdef object OPERAND = object()  # the place of one
cdef list FIRST = [OPERAND]  # the places of a call of one operand alone


cdef bint returns(object value, object u) except -1:
    """Whether a result is an operand itself, or a view of it."""
    return cnp.PyArray_CheckExact(value) and (
        value is u or cnp.PyArray_BASE(<cnp.ndarray>value) != NULL and share_memory(value, u))


cdef object deferred_ufunc(Loop loop, PyObject **args, Py_ssize_t count):
    """Record a call of a ufunc with numbers and small arrays; None for anything else."""
    cdef Quick quick = <Quick>loop.quick
    cdef Graph graph = None
    cdef Variable x
    cdef Node node
    cdef Py_ssize_t k
    cdef tuple kept
    cdef list values = [None] * count
    if inner_tapes or count > MOST_OPERANDS:
        return None
    level = None
    for k in range(count):
        u = <object>args[k]
        if isinstance(u, Variable):
            x = <Variable>u
            if level is None:
                level = x.home_level
            elif x.home_level != level:
                return None
            if quick.fixed is not None and k in quick.fixed:
                return None
            if graph is None:
                graph = recorder(x)
            u = fresh(x)._value
        if not is_few(u):
            return None
        values[k] = u
    kept = tuple(values)
    if count == 1:
        value = map_one(loop, kept[0])
    else:
        value = map_few(loop, kept)
    if not is_result(value) or quick.fits is not None and not quick.fits(value, *kept):
        return None
    if graph is None:
        return value
    node = new_node(DEFERRED_RULE)
    many_parents(node, count)
    for k in range(count):
        u = <object>args[k]
        node.parents[k] = -1
        if isinstance(u, Variable):
            node.parents[k] = place_in(graph, <Variable>u)
        elif cnp.PyArray_CheckExact(u):
            values[k] = kept_copy(u, -1)
    if quick.call is None:
        quick.call = loop.ufunc, [OPERAND] * count, {}
    node.make, node.operands = quick.call, tuple(values)
    if quick.keep & KEEP_OUTPUT:
        node.output = value
    return append(graph, node, value)


cdef object deferred_alone(Quick quick, object function, Variable x, tuple args, dict kwargs):
    """Record a call whose first argument is the only operand; None where that is not simple."""
    cdef Graph graph
    cdef Node node
    cdef Py_ssize_t i
    for i in range(1, len(args)):
        if not can_steer(args[i]):
            return None
    u = fresh(x)._value
    if not is_few(u):
        return None
    value = called(quick, function, (u, *args[1:]) if len(args) > 1 else (u,), kwargs)
    if not is_result(value):
        return None
    if returns(value, u):
        return None
    graph = recorder(x)
    if graph is None:
        return value
    node = new_node(DEFERRED_RULE)
    one_parent(node, place_in(graph, x))
    node.make = function, FIRST if len(args) == 1 else [OPERAND, *args[1:]], kwargs
    node.operands = (u,)
    if quick.keep & KEEP_OUTPUT:
        node.output = value
    return append(graph, node, value)


cdef object deferred_method(tuple key, object x, dict kwargs):
    """Record a reduction or accumulation as a whole: ``(ufunc, method)``, as the key says."""
    cdef Quick quick = QUICK.get(key)
    cdef Loop loop
    if inner_tapes or not isinstance(x, Variable) or not is_direct(fresh(<Variable>x)._value):
        return None
    if quick is None:
        loop = LOOPS.get(key[0])
        if loop is None or key[1] not in ("reduce", "accumulate") or loop.refuses or not (
            loop.kind == JOINT or loop.kind == OPERATOR and loop.code <= DIVIDE
        ):
            return None
        enter(DEFERRED, key, None)
        quick = QUICK[key]
        quick.plain = getattr(key[0], key[1])
    return deferred(quick, key, (x,), kwargs)


cdef tuple by_position(dict names, tuple args, dict kwargs):
    """Arguments with those that have these names among them."""
    cdef list found = list(args)
    cdef Py_ssize_t place = 0, used = 0
    for name, default in names.items():
        if place >= len(args):
            if used == len(kwargs):
                break
            if name in kwargs:
                used += 1
            found.append(kwargs.get(name, default))
        place += 1
    rest = {} if used == len(kwargs) else {
        name: item for name, item in kwargs.items() if name not in names}
    return tuple(found), rest


cdef object deferred(Quick quick, object function, tuple args, dict kwargs):
    """Record a call as it is."""
    cdef Graph graph
    cdef Node node
    cdef bint view
    cdef Py_ssize_t i, k
    cdef list operands = [], kept = [], plain, places = None, items, inside
    if kwargs:
        if quick.names is not None:
            args, kwargs = by_position(quick.names, args, kwargs)
        for name, item in kwargs.items():
            if name not in STEERING or not can_steer(item):
                return None
    if quick.fixed is not None:
        for i in quick.fixed:
            if i < len(args) and not (can_steer(args[i]) or cnp.PyArray_CheckExact(args[i])):
                return None
    if quick.fits is None and not quick.several and not quick.views and (
        isinstance(args[0], Variable)
    ):
        found = deferred_alone(quick, function, args[0], args, kwargs)
        if found is not None:
            return found
    level = first_level(args)
    plain = list(args)
    for i in range(len(plain)):
        x = plain[i]
        if isinstance(x, Variable) or is_double(x):
            u = doubles_of(x, level) if level is not None else doubles_below(x, args)
            if not is_few(u):
                return None
            operands.append(x)
            kept.append(u)
            plain[i] = u
            continue
        if places is None:
            places = [OPERAND] * len(plain)
        if can_steer(x):
            places[i] = x
        elif type(x) is list or type(x) is tuple:
            if level is None:
                level = first_level(x)
            items = list(x)
            inside = [OPERAND] * len(items)
            for k in range(len(items)):
                item = items[k]
                if steers_as_array(item):
                    items[k] = inside[k] = kept_copy(item, -1)
                    continue
                if not (isinstance(item, Variable) or cnp.PyArray_CheckExact(item)):
                    return None
                u = doubles_of(item, level)
                if not is_few(u):
                    return None
                operands.append(item)
                kept.append(u)
                items[k] = u
            plain[i], places[i] = items, inside
        elif steers_as_array(x):
            plain[i] = places[i] = kept_copy(x, -1)
        elif quick.calls and gives_numbers(x):
            places[i] = x
        else:
            return None
    if level is None:
        level = first_level(operands)
        if level is None:
            return None
        for x in operands:
            if isinstance(x, Variable) and (<Variable>x).home_level != level:
                return None
    if places is None:
        places = [OPERAND] * len(plain)
    value = called(quick, function, plain, kwargs)
    if quick.fits is not None and not quick.fits(value, *plain, **kwargs):
        return None
    if quick.several and isinstance(value, tuple):
        if not isinstance(args[0], Variable):
            return None
        return spread((function, places, kwargs), operands, kept, value)
    view = quick.views and len(operands) == 1 and is_double(value) and (
        cnp.PyArray_NDIM(value) > 0 and returns(value, kept[0]))
    if not view:
        if not is_result(value):
            return None
        for u in kept:
            if returns(value, u):
                return None
    graph = joint_recorder(operands)
    if graph is None:
        return value
    node = called_node(graph, (function, places, kwargs), operands, kept)
    if quick.keep & KEEP_OUTPUT:
        node.output = value
    found = append(graph, node, value)
    return as_view(found, operands[0], Again(function, places, kwargs)) if view else found


@cython.final
cdef class Again:
    """The view that a call of one operand makes of any array."""

    cdef object function
    cdef list places
    cdef dict kwargs

    def __init__(self, function, places, kwargs):
        self.function, self.places, self.kwargs = function, places, kwargs

    def __call__(self, x):
        return self.function(*filled_in(self.places, [x]), **self.kwargs)


cdef bint gives_numbers(object function) except -1:
    """Whether an argument is a function of NumPy that is recorded, of one array and whole."""
    if not isinstance(function, type(np.sum)):
        return False
    quick = QUICK.get(function)
    if quick is None and dispatch.rule_of(function):
        quick = QUICK.get(function)
    return quick is not None and ((<Quick>quick).kind == ALONE or (<Quick>quick).kind == DEFERRED and (
        (<Quick>quick).fits is None and (<Quick>quick).fixed is None and not (<Quick>quick).several))


cdef Node called_node(Graph graph, tuple make, list operands, list kept):
    """The node of a call, with the values of its operands."""
    cdef Node node = rule_node(graph, operands)
    cdef Py_ssize_t i
    node.code, node.make = DEFERRED_RULE, make
    for i in range(len(kept)):
        if not isinstance(operands[i], Variable):
            kept[i] = kept_copy(kept[i], -1)
    node.operands = tuple(kept)
    return node


cdef object doubles_below(object x, tuple args):
    """The doubles of an operand whose level is not known yet."""
    return fresh(<Variable>x)._value if isinstance(x, Variable) else x


cdef inline bint steers_as_array(object x):
    """Whether an argument is a mask or an array of integers."""
    return cnp.PyArray_CheckExact(x) and (
        cnp.PyArray_TYPE(<cnp.ndarray>x) == cnp.NPY_BOOL or cnp.PyArray_ISINTEGER(<cnp.ndarray>x)
    )


cdef object called(Quick quick, object function, object plain, dict kwargs):
    """A function of plain arguments."""
    if quick.loop is not None:
        if len(plain) == 1:
            return map_one(quick.loop, plain[0])
        if len(plain) == 2:
            return apply_two(quick.loop, plain[0], plain[1])
        return function(*plain)
    if quick.method is not None and cnp.PyArray_CheckExact(plain[0]):
        function = quick.method
    elif quick.plain is not None:
        function = quick.plain
    if kwargs:
        return function(*plain, **kwargs)
    return function(plain[0]) if len(plain) == 1 else function(*plain)


def no_zeros(found, *args, **kwargs):
    """Whether a result is an array without zeros."""
    return is_flat(found) and none_zero(found)


cdef list filled_in(object args, list operands):
    cdef list found = []
    for x in args:
        if x is OPERAND:
            found.append(operands.pop())
        else:
            found.append(filled_in(x, operands) if type(x) is list else x)
    return found


cdef bint find_pulls(Node node) except -1:
    """Let a deferred call be pulled back as other calls are; whether it can."""
    cdef Quick quick
    function, args, kwargs = node.make
    quick = QUICK[function]
    if quick.make is None:
        return False
    pulls = quick.make(*filled_in(args, list(reversed(node.operands))), **kwargs)
    if pulls is None or len(pulls) != node.count:  # a number among the operands has one, too
        return False
    node.code, node.pulls, node.keep, node.make = RULE, tuple(pulls), quick.keep, None
    return True


cdef list taken_apart(Node node, object g, list operands, unsigned char *wanted, bint masked,
                      bint *branch):
    """The cotangents of the operands of a deferred call, in a walk with these marks."""
    cdef Graph graph
    cdef Node step
    cdef Variable y
    cdef Py_ssize_t p
    cdef list variables = [], places = []
    function, args, kwargs = node.make
    tag = new_tag()
    graph = Graph(tag)
    token = INNERMOST.set(tag)
    try:
        for i in range(node.count):
            p = node.parents[i]
            if p >= 0 and wanted[p]:
                places.append(len(graph.nodes))
                variables.append(Variable.of(operands[i], graph))
            else:
                places.append(-1)
                variables.append(operands[i])
        variables.reverse()
        filled = filled_in(args, variables)
        asked = [x for x in filled if isinstance(x, Variable)]
        if isinstance(function, np.ufunc):
            found = dispatch.on_ufunc(function, "__call__", tuple(filled), {})
        elif type(function) is tuple:
            found = dispatch.on_ufunc(*function, tuple(filled), kwargs)
        else:
            found = dispatch.on_function(function, (), tuple(filled), kwargs, asked)
    finally:
        INNERMOST.reset(token)
        graph.open = False
    if node.layout is not None:
        targets, seeds = targets_of(node, g, found, tag)
    elif isinstance(found, Variable) and (<Variable>found).home_level == tag:
        y = fresh(<Variable>found)
        targets, seeds = [y.index], [g]
    else:
        return [None] * node.count
    for step in graph.nodes:
        branch[0] |= step.branch
    try:
        return pull_back(graph, targets, seeds, places, False, True, None, branch[0], masked)
    finally:
        graph.clear()
