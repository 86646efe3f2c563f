# Part of _tape.pyx: calls that cut an array, join several or choose among two, recorded at once.

cdef object pieces(Quick quick, tuple args, dict kwargs):
    """Record slices along an axis; they are where NumPy's are in memory."""
    cdef Variable x = args[0]
    cdef Py_ssize_t axis, step, start, length, n
    cdef int ndim
    u = fresh(x)._value
    if not is_double(u) or len(args) > 3 or not set(kwargs) <= {"axis"}:
        return None
    for item in args[1:]:
        if not (PyLong_CheckExact(item) or type(item) in (list, tuple) and all(
            [PyLong_CheckExact(one) for one in item])):
            return None
    along = quick.row.along
    ndim = cnp.PyArray_NDIM(u)
    given = args[2] if len(args) > 2 else kwargs.get("axis", 0)
    if along and ndim:
        given = along[min(ndim, len(along)) - 1]
    if not PyLong_CheckExact(given) or not -ndim <= given < ndim:
        return None
    axis = given + ndim if given < 0 else given
    n, step = cnp.PyArray_DIM(u, axis), cnp.PyArray_STRIDE(u, axis)
    if step == 0:
        return None
    found = quick.plain(*(u, *args[1:]), **kwargs)
    before = (slice(None),) * axis
    results = []
    if found and ndim > 1 and cnp.PyArray_NDIM(found[0]) == ndim - 1:
        return type(found)([get_item(x, (*before, i) if axis else i) for i in range(n)])
    for piece in found:
        if not is_double(piece) or cnp.PyArray_NDIM(piece) != ndim:
            return None
        length = cnp.PyArray_DIM(piece, axis)
        start = 0
        if cnp.PyArray_SIZE(piece) and length < n:
            start = (cnp.PyArray_BYTES(piece) - cnp.PyArray_BYTES(u)) // step
        elif not cnp.PyArray_SIZE(piece):
            length = 0
        cut = slice(start, start + length)
        results.append(get_item(x, (*before, cut) if axis else cut))
    return type(found)(results)


cdef object side_by_side(list values, Py_ssize_t axis, bint stacked):
    """Arrays joined along an axis, which is a new one if they are `stacked`.

    None where they are not a few doubles that lie in memory in order.
    """
    cdef Py_ssize_t along = 0, outer = 1, width = 1, total, start = 0, part, i, k
    cdef cnp.npy_intp shape[32]
    cdef double *z
    cdef const double *x
    first = values[0]
    if not is_direct(first):
        return None
    cdef int ndim = cnp.PyArray_NDIM(first), dims = ndim + stacked
    axis = axis + dims if axis < 0 else axis
    if not 0 <= axis < dims <= 32:
        return None
    for u in values:
        if not is_direct(u) or cnp.PyArray_NDIM(u) != ndim:
            return None
        for i in range(ndim):
            if cnp.PyArray_DIM(u, i) != cnp.PyArray_DIM(first, i) and (stacked or i != axis):
                return None
        along += 1 if stacked else cnp.PyArray_DIM(u, axis)
    for i in range(dims):
        shape[i] = along if i == axis else cnp.PyArray_DIM(first, i - (stacked and i > axis))
        if i < axis:
            outer *= shape[i]
        elif i > axis:
            width *= shape[i]
    total = along * width
    if outer * total > MOST_DIRECT:
        return None
    found = cnp.PyArray_EMPTY(dims, shape, cnp.NPY_DOUBLE, 0)
    z = doubles(found)
    for u in values:
        x, part = doubles(u), width if stacked else width * cnp.PyArray_DIM(u, axis)
        for k in range(outer):
            memcpy(z + k * total + start, x + k * part, part * sizeof(double))
        start += part
    return found


cdef object joined(Quick quick, tuple args, dict kwargs):
    """Record arrays joined along an axis."""
    cdef Graph graph
    cdef Node node
    cdef list values = [], shapes = []
    arrays = args[0]
    if not isinstance(arrays, (list, tuple)) or len(args) + len(kwargs) > 2:
        return None
    axis = args[1] if len(args) > 1 else kwargs.get("axis") if kwargs else 0
    level = first_level(arrays)
    if not PyLong_CheckExact(axis) or level is None:
        return None
    for x in arrays:
        u = doubles_of(x, level)
        if not (is_double(u) or type(u) is FLOAT64):
            return None
        values.append(u)
        shapes.append(u.shape)
    value = None
    if -32 <= axis <= 32:
        value = side_by_side(values, axis, quick.stacks)
    if value is None:
        value = quick.plain(values, axis)
    graph = joint_recorder(arrays)
    if graph is None:
        return value
    node = rule_node(graph, arrays)
    node.what = quick
    node.make = quick.make, (shapes, axis)
    return append(graph, node, value)


cdef object BOOLEAN = np.bool_


cdef inline bint lies_along(object x, object condition, double *number, const double **at,
                            Py_ssize_t *step):
    """Whether an operand has the shape of a condition, or is a number, and how to step through."""
    if is_direct(x):
        at[0], step[0] = doubles(x), 1
        return cnp.PyArray_SAMESHAPE(<cnp.ndarray>x, <cnp.ndarray>condition)
    at[0], step[0] = number, 0
    return read_number(x, number)


cdef object taken_of(object condition, object u, object v):
    """np.where(condition, u, v)"""
    cdef double x, y
    cdef const double *first
    cdef const double *second
    cdef double *z
    cdef const cnp.npy_bool *taken
    cdef Py_ssize_t i, one, two
    if (cnp.PyArray_CheckExact(condition) and cnp.PyArray_NDIM(condition) > 0
            and cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>condition)
            and cnp.PyArray_SIZE(condition) <= MOST_DIRECT
            and lies_along(u, condition, &x, &first, &one)
            and lies_along(v, condition, &y, &second, &two)):
        found = cnp.PyArray_EMPTY(
            cnp.PyArray_NDIM(condition), cnp.PyArray_DIMS(condition), cnp.NPY_DOUBLE, 0
        )
        z, taken = doubles(found), <const cnp.npy_bool *>cnp.PyArray_DATA(condition)
        for i in range(cnp.PyArray_SIZE(found)):
            z[i] = first[i * one] if taken[i] else second[i * two]
        return found
    return cnp.PyArray_Where(condition, u, v)


cdef object chosen(Quick quick, tuple args):
    """Record what a condition takes of two operands."""
    cdef Graph graph
    cdef Node node
    condition, a, b = args
    if not (type(condition) is BOOLEAN or cnp.PyArray_CheckExact(condition) and
            cnp.PyArray_TYPE(<cnp.ndarray>condition) == cnp.NPY_BOOL):
        return None
    if not (isinstance(a, Variable) or isinstance(b, Variable)):
        return None
    level = (<Variable>(a if isinstance(a, Variable) else b)).home_level
    u, v = doubles_of(a, level), doubles_of(b, level)
    if u is None or v is None:
        return None
    value = taken_of(condition, u, v)
    if not is_double(value):
        return None
    value = value[()] if cnp.PyArray_NDIM(value) == 0 else value
    graph = recorder_of_two(a, b)
    if graph is None:
        return value
    node = node_of_two(graph, a, b)
    node.what = quick
    node.make = quick.make, (kept_copy(condition, -1),)
    return append(graph, node, value)
