# Part of _numbers.pyx: functions of two scalars as functions of arrays of one point, whose loops
# are compiled; and what NumPy's ufuncs have besides the call: `out`, outer, accumulate, at.

cdef object as_point(object x):
    """An inline scalar as an array of one point, and all else as it is."""
    cdef cnp.npy_intp shape[2]
    cdef cnp.ndarray parts
    cdef Number s, y
    if not is_inline(x):
        return x
    s = <Number>x
    _, array = classes(s.algebra)
    shape[0], shape[1] = s.rows, 1
    parts = cnp.PyArray_EMPTY(2, shape, cnp.NPY_DOUBLE, 0)
    memcpy(doubles(parts), s.c, s.rows * sizeof(double))
    y = <Number>taylorad_blank(<PyTypeObject *>array, <PyObject *>s.algebra)
    y.rows, y.buffer, y.table = 0, parts, s.table
    return y


cdef object from_point(object x):
    """The scalar that is an array of one point; None where there is none."""
    cdef Number y, s
    if not isinstance(x, Number):
        return x[0] if cnp.PyArray_CheckExact(x) else None
    y = <Number>x
    if y.rows:
        return y
    s = blank_scalar(y)
    memcpy(s.c, doubles(y.buffer), s.rows * sizeof(double))
    return s


cdef bint is_point(object x):
    """Whether this is an inline scalar or a plain number of Python's or NumPy's."""
    cdef double value = 0.0
    return is_inline(x) or as_float(x, &value)


cdef object spread(Number s, Number like):
    """An inline scalar at all points of an array."""
    cdef cnp.ndarray y = empty_like(like.buffer)
    cdef Py_ssize_t n = points_in(y), k, t
    for k in range(s.rows):
        for t in range(n):
            doubles(y)[k * n + t] = s.c[k]
    return array_like(like, y)


cdef object alike(object x, object other):
    """A scalar as an array, where the other operand is an array of a few points over its algebra."""
    if is_inline(x) and isinstance(other, Number) and (<Number>other).rows == 0 and (
        (<Number>x).algebra is (<Number>other).algebra and points_of((<Number>other).buffer) > 0
    ):
        return spread(<Number>x, <Number>other)
    return x


cdef frozenset VALUE_PAIRS = frozenset({np.logical_and, np.logical_or, np.logical_xor})


cdef object row_or_scalar(object x):
    """The value of an operand; None where it may have another meaning than its own."""
    if not isinstance(x, Number):
        return x if is_option(x) and type(x) is not list and type(x) is not tuple else None
    return (<Number>x).value if (<Number>x).rows or is_plain(<Number>x) else None


cdef object of_values(object ufunc, object a, object b):
    """A ufunc that asks for truth values, of two values."""
    a, b = row_or_scalar(a), row_or_scalar(b)
    return None if a is None or b is None else ufunc(a, b)


cdef object call_of_two(object ufunc, object a, object b):
    """A ufunc of two operands, one of them a number."""
    cdef PyObject *args[4]
    method = "__call__"
    args[0], args[1], args[2], args[3] = <PyObject *>ufunc, <PyObject *>method, <PyObject *>a, <PyObject *>b
    return array_ufunc(None, args, 4, NULL)


cdef object outer_of(object ufunc, object a, object b):
    """`ufunc.outer` of arrays; None for all else."""
    cdef Py_ssize_t ndim
    if not (is_array(a) and is_array(b)) or ufunc.nin != 2 or ufunc.nout != 1 or (
        ufunc.signature is not None
    ):
        return None
    ndim = cnp.PyArray_NDIM((<Number>b).buffer) - 1 if isinstance(b, Number) else (
        cnp.PyArray_NDIM(<cnp.ndarray>b))
    mix()
    return call_of_two(ufunc, a[(Ellipsis, *[None] * ndim)], b)


cdef bint is_array(object x):
    """Whether this is an array of doubles, or one of numbers."""
    if isinstance(x, Number):
        return is_plain(<Number>x) and is_walkable((<Number>x).buffer)
    return is_walkable(x) and cnp.PyArray_NDIM(<cnp.ndarray>x) > 0


cdef object folded(object ufunc, Number x, bint running):
    """`ufunc.reduce` or `ufunc.accumulate` of a few points of one axis; None for all else."""
    cdef Py_ssize_t n = points_of(x.buffer), t
    cdef list items
    if n == 0 or cnp.PyArray_NDIM(x.buffer) != 2 or not (
        ufunc in PAIR_UFUNCS or running and ufunc in EXTREMA
    ):
        return None
    items = items_of(x)
    for t in range(1, n):
        items[t] = call_of_two(ufunc, items[t - 1], items[t])
    mix()
    return joined_few(items, 0, True, False) if running and n <= MOST_JOINED else (
        None if running else items[n - 1])


cdef object other_method(object ufunc, object method, PyObject **args, size_t count, PyObject *names):
    """What is not a call; None where that is not the simple case."""
    cdef object x = <object>args[2]
    cdef Number y
    if method == "reduceat":
        return reduced_at(ufunc, x, <object>args[3]) if count == 4 and names == NULL else None
    if method == "outer":
        return outer_of(ufunc, x, <object>args[3]) if count == 4 and names == NULL else None
    if not isinstance(x, Number) or (<Number>x).rows or (
        not cnp.PyArray_CheckExact((<Number>x).buffer)
    ):
        return None
    y = <Number>x
    if method == "at":
        return NotImplemented if count == 5 and names == NULL and added_at(
            ufunc, y, <object>args[3], <object>args[4]) else None
    if count != 3:
        return None
    if method == "reduce":
        found = reduced_short(ufunc, y, names, args + 3)
        return found if found is not None or names != NULL else folded(ufunc, compact(y), False)
    if method == "accumulate" and names == NULL and not is_single(y):
        name = RUNNING.get(ufunc)
        if name is not None:
            return short_way(<Plan>METHOD_PLANS[name], y, (), {"axis": 0})
        return folded(ufunc, compact(y), True)
    return None


cdef dict RUNNING = {np.add: "cumsum", np.multiply: "cumprod"}


cdef object reduced_at(object ufunc, object given, object starts):
    """`numpy.add.reduceat` of one axis of points; None for all else."""
    cdef Number x
    if ufunc is not np_add or not isinstance(given, Number) or not is_array(given) or not (
        type(starts) is list and starts and all_integers(tuple(starts))
    ):
        return None
    x = <Number>given
    if cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) != 2:
        return None
    for start in <list>starts:
        if not 0 <= start < cnp.PyArray_DIM(<cnp.ndarray>x.buffer, 1):
            return None
    mix()
    return array_like(x, np_add.reduceat(x.buffer, starts, 1))


cdef bint is_alike(object x, object like):
    """Whether an array has the dtype of another one, in the order of this machine."""
    return cnp.PyArray_CheckExact(x) and cnp.PyArray_ISBEHAVED_RO(<cnp.ndarray>x) and (
        cnp.PyArray_TYPE(<cnp.ndarray>x) == cnp.PyArray_TYPE(<cnp.ndarray>like))


cdef object written(object ufunc, PyObject **args, size_t count, object out):
    """A ufunc whose result is written into a number; None where that is not the simple case."""
    cdef Number target
    cdef size_t k
    if type(out) is tuple and len(<tuple>out) == 1:
        out = (<tuple>out)[0]
    if not isinstance(out, Number) or (<Number>out).rows or not (
        isinstance(<object>args[2], Number) or count == 4 and isinstance(<object>args[3], Number)
    ):
        return None
    target = <Number>out
    if not is_plain(target) or not is_real(target.buffer) or not (
        cnp.PyArray_ISCARRAY(<cnp.ndarray>target.buffer)
    ):
        return None
    for k in range(2, count):
        given = <object>args[k]
        if isinstance(given, Number):
            if (<Number>given).algebra is not target.algebra or (
                (<Number>given).rows == 0 and not (
                    is_alike((<Number>given).buffer, target.buffer)
                    and cnp.PyArray_SAMESHAPE((<Number>given).buffer, target.buffer))
            ):
                return None
        elif not (PyFloat_CheckExact(given) or is_alike(given, target.buffer) and (
            has_points(given, target))):
            return None
    found = array_ufunc(None, args, count, NULL)
    if not isinstance(found, Number) or (<Number>found).algebra is not target.algebra or (
        not is_alike((<Number>found).buffer, target.buffer)
        or not cnp.PyArray_SAMESHAPE((<Number>found).buffer, target.buffer)
    ):
        return None
    mix()
    cnp.PyArray_CopyInto(<cnp.ndarray>target.buffer, <cnp.ndarray>(<Number>found).buffer)
    return target
