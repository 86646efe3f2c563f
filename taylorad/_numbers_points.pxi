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
    if ufunc is np_multiply and is_flat(a) and is_flat(b):
        found = outer_few(a, b)
        if found is not None:
            return found
    mix()
    return call_of_two(ufunc, a[(Ellipsis, *[None] * ndim)], b)


cdef bint is_array(object x):
    """Whether this is an array of doubles, or one of numbers."""
    if isinstance(x, Number):
        return is_plain(<Number>x) and is_walkable((<Number>x).buffer)
    return is_walkable(x) and cnp.PyArray_NDIM(<cnp.ndarray>x) > 0


cdef object folded(object ufunc, Number x, bint running):
    """`ufunc.reduce` or `ufunc.accumulate` of a few points of one axis; None for all else."""
    cdef Py_ssize_t n = points_of(x.buffer), rows, t, k
    cdef double *w
    cdef cnp.ndarray y
    cdef Number last
    cdef Pairs p
    cdef const PairRow *row = NULL
    cdef double value
    cdef bint done = True
    cdef object kind = PAIR_UFUNCS.get(ufunc), larger = EXTREMA.get(ufunc) if running else None
    if n < 2 - running or cnp.PyArray_NDIM(x.buffer) != 2 or kind is None and larger is None:
        return None
    y = empty_like(x.buffer)
    w, rows = doubles(y), cnp.PyArray_DIM(y, 0)
    memcpy(w, doubles(x.buffer), rows * n * sizeof(double))
    if larger is not None:
        for t in range(1, n):
            if not extreme_at(larger, w + t - 1, w + t, w + t, rows, rows, n):
                return None
        mix()
        return array_like(x, y)
    if rows == 1:
        return None
    row, p.table = &PAIR_ROWS[<int>kind], table_of(x)
    p.n, p.rows, p.size, p.value, p.scale = 1, rows, rows, &value, row.scale
    p.u = <double *>malloc((PAIR_BLOCKS * rows + room_for(p.table, BLOCKS, 1)) * sizeof(double))
    if p.u == NULL:
        raise MemoryError
    p.v, p.y, p.s, p.w = p.u + rows, p.u + 2 * rows, p.u + 3 * rows, p.u + 4 * rows
    p.work = p.u + PAIR_BLOCKS * rows
    for t in range(1, n):
        for k in range(rows):
            p.u[k], p.v[k] = w[k * n + t - 1], w[k * n + t]
        value = row.value(p.u[0], p.v[0])
        done = libm.isfinite(value) and row.function(&p) and all_finite(p.y, rows)
        if not done:
            break
        for k in range(rows):
            w[k * n + t] = p.y[k]
    free(p.u)
    if not done:
        return None
    mix()
    if running:
        return array_like(x, y)
    last = blank_scalar(x)
    for k in range(rows):
        last.c[k] = w[k * n + n - 1]
    return last


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
        if found is not None or names != NULL:
            return found
        return folded_single(ufunc, y, False) if is_single(y) else folded(ufunc, compact(y), False)
    if method == "accumulate" and names == NULL:
        name = RUNNING.get(ufunc)
        if name is not None:
            return short_way(<Plan>METHOD_PLANS[name], y, ALONG_FIRST, NO_OPTIONS)
        return folded_single(ufunc, y, True) if is_single(y) else folded(ufunc, compact(y), True)
    return None


cdef tuple ALONG_FIRST = (0,)
cdef dict NO_OPTIONS = {}
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


cdef object with_options(object ufunc, PyObject **args, size_t count, tuple names):
    """A call of a ufunc with `out`, with `out` and `where`, or with the dtype that it has anyway;
    None for all else."""
    cdef size_t k
    if count > 4:
        return None
    if len(names) == 1 and names[0] == "out":
        return written(ufunc, args, count, <object>args[count], None)
    if len(names) == 2 and names[0] == "where" and names[1] == "out":
        return written(ufunc, args, count, <object>args[count + 1], <object>args[count])
    if len(names) == 2 and names[0] == "out" and names[1] == "where":
        return written(ufunc, args, count, <object>args[count], <object>args[count + 1])
    if len(names) == 1 and names[0] == "dtype" and (
        <object>args[count] is np_float64 or <object>args[count] is float
    ) and not (ufunc.signature is not None or ufunc in COMPARISONS or ufunc in VALUE_UFUNCS):
        for k in range(2, count):
            if not is_of_doubles(<object>args[k]):
                return None
        return array_ufunc(None, args, count, NULL)
    return None


cdef object at_points(object given, object mask):
    """The points of an operand where a mask holds."""
    if isinstance(given, Number) and (<Number>given).rows == 0:
        return item_of(<Number>given, mask)
    return given[mask] if cnp.PyArray_CheckExact(given) else given


cdef object written(object ufunc, PyObject **args, size_t count, object out, object mask):
    """A ufunc whose result is written into a number, perhaps where a mask holds; None where that is
    not the simple case."""
    cdef Number target
    cdef size_t k
    cdef PyObject *chosen[4]
    cdef list operands = []
    if type(out) is tuple and len(<tuple>out) == 1:
        out = (<tuple>out)[0]
    if not isinstance(out, Number) or (<Number>out).rows or not (
        isinstance(<object>args[2], Number) or count == 4 and isinstance(<object>args[3], Number)
    ):
        return None
    target = <Number>out
    if mask is not None and not (
        cnp.PyArray_CheckExact(mask) and cnp.PyArray_ISBOOL(<cnp.ndarray>mask)
        and has_points(<cnp.ndarray>mask, target)
    ):
        return None
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
    if mask is not None:  # points where it does not hold may be outside of the domain
        chosen[0], chosen[1] = args[0], args[1]
        for k in range(2, count):
            given = at_points(<object>args[k], mask)
            if given is None:
                return None
            operands.append(given)
            chosen[k] = <PyObject *>given
        found = array_ufunc(None, chosen, count, NULL)
        return target if isinstance(found, Number) and assigned(target, mask, found) else None
    found = array_ufunc(None, args, count, NULL)
    if not isinstance(found, Number) or (<Number>found).algebra is not target.algebra or (
        not is_alike((<Number>found).buffer, target.buffer)
        or not cnp.PyArray_SAMESHAPE((<Number>found).buffer, target.buffer)
    ):
        return None
    mix()
    given = (<Number>found).buffer
    if cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>given):
        memmove(doubles(target.buffer), doubles(given), cnp.PyArray_NBYTES(<cnp.ndarray>given))
    else:
        cnp.PyArray_CopyInto(<cnp.ndarray>target.buffer, <cnp.ndarray>given)
    return target
