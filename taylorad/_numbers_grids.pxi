# Part of _numbers.pyx: values between nodes, evenly spaced points, and powers side by side.

cdef object plain_of(object x):
    """The value of an operand, of a point as a float, which NumPy is quicker with."""
    return point_at(x, 0) if is_point(x) else value_at(x)


cdef bint is_nodes(object x, Py_ssize_t m) noexcept:
    """Whether this is a plain vector of so many finite doubles."""
    return cnp.PyArray_CheckExact(x) and is_double(x) and cnp.PyArray_NDIM(<cnp.ndarray>x) == 1 and (
        cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>x) and cnp.PyArray_DIM(<cnp.ndarray>x, 0) == m
        and all_finite(doubles(x), m))


cdef object interpolated_few(object x, object nodes, object values):
    """`numpy.interp` at a few points between plain nodes that rise; None for all else."""
    cdef Number like = number_among(x, values)
    cdef double given[FEW_POINTS]
    cdef double single = 0.0
    cdef const double *u = given
    cdef const double *at
    cdef const double *f
    cdef double *work
    cdef double *slope
    cdef double *way
    cdef double *to
    cdef double gap
    cdef cnp.npy_intp shape[MOST_AXES]
    cdef cnp.ndarray parts
    cdef Number y
    cdef const Table *table
    cdef Py_ssize_t n = 1, m, t, i, k, start, rows
    cdef bint scalar = is_point(x), moving = isinstance(x, Number), values_move = isinstance(values, Number)
    if like is None or not cnp.PyArray_CheckExact(nodes) or cnp.PyArray_NDIM(<cnp.ndarray>nodes) != 1:
        return None
    m = cnp.PyArray_DIM(<cnp.ndarray>nodes, 0)
    if not 2 <= m <= FEW_POINTS or not is_nodes(nodes, m):
        return None
    if values_move:
        values = compact(<Number>values)
        if points_of((<Number>values).buffer) != m or cnp.PyArray_NDIM((<Number>values).buffer) != 2 or (
            not all_finite(doubles((<Number>values).buffer), cnp.PyArray_SIZE((<Number>values).buffer))
        ):
            return None
        f = doubles((<Number>values).buffer)
    elif not is_nodes(values, m):
        return None
    else:
        f = doubles(values)
    if scalar:
        single = point_at(x, 0)
        u = (<Number>x).c if moving else &single
    elif moving:
        x = compact(<Number>x)
        n = points_of((<Number>x).buffer)
        if n:
            u = doubles((<Number>x).buffer)
    elif cnp.PyArray_CheckExact(x) and is_double(x) and cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>x):
        n, u = cnp.PyArray_SIZE(<cnp.ndarray>x), doubles(x)
    else:
        return None
    if not 0 < n <= FEW_POINTS or not all_finite(u, n):
        return None
    at, table = doubles(nodes), table_of(like)
    for i in range(m - 1):
        if not at[i] < at[i + 1]:
            return None
    first = np_interp(plain_of(x), nodes, plain_of(values))
    rows = table.rows
    work = <double *>malloc((2 * rows * n + room_for(table, BLOCKS, n)) * sizeof(double))
    if work == NULL:
        raise MemoryError
    slope, way = work + room_for(table, BLOCKS, n), work + room_for(table, BLOCKS, n) + rows * n
    shape[0] = rows
    if scalar:
        y = blank_scalar(like)
        to = y.c
    else:
        for k in range(cnp.PyArray_NDIM(<cnp.ndarray>first)):
            shape[k + 1] = cnp.PyArray_DIM(<cnp.ndarray>first, <int>k)
        parts = cnp.PyArray_EMPTY(cnp.PyArray_NDIM(<cnp.ndarray>first) + 1, shape, cnp.NPY_DOUBLE, 0)
        y, to = make(like.algebra, parts), doubles(parts)
    for t in range(n):
        i = start = 0
        while i < m - 2 and at[i + 1] <= u[t]:
            i += 1
        start = i if u[t] < at[m - 1] else m - 1
        gap = at[i + 1] - at[i] if at[0] <= u[t] <= at[m - 1] else libm.INFINITY  # flat outside
        for k in range(rows):
            slope[k * n + t] = (
                (f[k * m + i + 1] - f[k * m + i]) / gap if k == 0 or values_move else 0.0)
            way[k * n + t] = u[k * n + t] if moving else 0.0
        way[t] = u[t] - at[start]
    if values_move and moving:
        product_points(table, slope, way, to, work, n)
    else:  # one of the factors is constant
        for k in range(1, rows):
            for t in range(n):
                to[k * n + t] = slope[k * n + t] * way[t] if values_move else slope[t] * way[k * n + t]
    if values_move:
        for t in range(n):
            i = 0
            while i < m - 2 and at[i + 1] <= u[t]:
                i += 1
            start = i if u[t] < at[m - 1] else m - 1
            for k in range(1, rows):
                to[k * n + t] += f[k * m + start]
    free(work)
    if scalar:
        to[0] = first
    else:
        memcpy(to, doubles(first), n * sizeof(double))
    if not all_finite(to, rows * n):
        return None
    if values_move:
        mix()
    return y


cdef object np_linspace = np.linspace, np_logspace = np.logspace, np_geomspace = np.geomspace
cdef object np_interp = np.interp, np_vander = np.vander, np_exp = np.exp
cdef frozenset COUNT = frozenset({"num"})


cdef object spaced(object function, tuple args, dict kwargs):
    """`linspace`, `logspace` and `geomspace`, scalars or arrays; None where it is not that simple."""
    cdef Number grid, y, last
    cdef Py_ssize_t rows, k, t, n
    cdef bint simple
    if not 2 <= len(args) <= 3 or kwargs and (len(args) > 2 or kwargs.keys() != COUNT):
        return None
    a, b = args[0], args[1]
    count = args[2] if len(args) == 3 else kwargs["num"] if kwargs else 50
    if not PyLong_CheckExact(count) or not 2 <= count <= FEW_ENTRIES:
        return None
    if function is np_linspace:
        return grid_between(a, b, count)
    if function is np_logspace:
        found = grid_between(a, b, count)
        return None if found is None else power(10.0, found)
    if not (is_positive(a) and is_positive(b)):
        return None
    growth = b / a
    if not is_positive(growth):
        return None
    growth = np_log(growth)
    found = grid_between(0.0 * growth, growth, count)
    if found is None:
        return None
    y = a * np_exp(found)
    last = as_point(b) if isinstance(b, Number) else None
    rows, n = table_of(y).rows, points_in(y.buffer) // count
    first = np_geomspace(plain_of(a), plain_of(b), count)
    if not is_walkable(y.buffer) or not cnp.PyArray_ISCARRAY(<cnp.ndarray>y.buffer) or (
        not is_double(first) or not cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>first)
        or not has_points(<cnp.ndarray>first, y)
    ) or last is not None and points_of(last.buffer) != n:
        return None
    memcpy(doubles(y.buffer), doubles(first), n * count * sizeof(double))
    for k in range(1, rows):  # the last ones are the end itself
        for t in range(n):
            doubles(y.buffer)[(k * count + count - 1) * n + t] = (
                doubles(last.buffer)[k * n + t] if last is not None else 0.0)
    return y if all_finite(doubles(y.buffer), rows * count * n) else None


cdef bint is_positive(object x) except -1:
    """Whether this is a scalar or an array of a few points, all positive and finite."""
    cdef double value
    cdef const double *u = &value
    cdef Py_ssize_t n = 1, t
    if is_point(x):
        value = point_at(x, 0)
    elif not is_array(x):
        return False
    else:
        parts = (<Number>x).buffer if isinstance(x, Number) else x
        if not cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>parts):
            return False
        n, u = points_in(parts) if isinstance(x, Number) else cnp.PyArray_SIZE(<cnp.ndarray>parts), doubles(parts)
    for t in range(n):
        if not 0.0 < u[t] < libm.INFINITY:
            return False
    return True


cdef object grid_between(object a, object b, Py_ssize_t count):
    """`numpy.linspace` between scalars, or arrays of a few points; None for all else."""
    cdef Py_ssize_t i, t, k, rows, n, size
    cdef Number like = number_among(a, b)
    cdef cnp.npy_intp shape[MOST_AXES]
    cdef double weight
    cdef cnp.ndarray parts
    cdef double *to
    cdef double *block
    cdef bint scalar = is_point(a) and is_point(b)
    if like is None or not (is_point(a) or is_array(a)) or not (is_point(b) or is_array(b)):
        return None
    first = np_linspace(plain_of(a), plain_of(b), count)
    if scalar:
        a, b = as_point(a), as_point(b)
    else:
        a, b = alike(a, b), alike(b, a)
    like = number_among(a, b)
    n, rows = points_of(like.buffer), table_of(like).rows
    size = rows * n
    if n == 0 or size * count > FEW_ENTRIES or not is_double(first) or not (
        cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>first)
        and cnp.PyArray_SIZE(<cnp.ndarray>first) == n * count
        and cnp.PyArray_NDIM(<cnp.ndarray>first) < MOST_AXES - 1
    ):
        return None
    block = <double *>malloc(2 * size * sizeof(double))
    if block == NULL:
        raise MemoryError
    parts = None
    try:
        if load(a, like, n, size, block) and load(b, like, n, size, block + size):
            shape[0] = rows
            for k in range(cnp.PyArray_NDIM(<cnp.ndarray>first)):
                shape[k + 1] = cnp.PyArray_DIM(<cnp.ndarray>first, <int>k)
            parts = cnp.PyArray_EMPTY(cnp.PyArray_NDIM(<cnp.ndarray>first) + 1, shape,
                                      cnp.NPY_DOUBLE, 0)
            to = doubles(parts)
            for k in range(rows):
                for i in range(count):
                    weight = <double>i / (count - 1)
                    for t in range(n):
                        to[(k * count + i) * n + t] = (
                            (1.0 - weight) * block[k * n + t] + weight * block[size + k * n + t])
    finally:
        free(block)
    if parts is None or not all_finite(to, size * count):
        return None
    memcpy(to, doubles(first), n * count * sizeof(double))
    mix()
    return make(like.algebra, parts)


cdef object powers_few(tuple args, dict kwargs):
    """`numpy.vander` of a few points; None for all else."""
    cdef Number x
    cdef Py_ssize_t n, rows, count, p, t, k, at
    cdef cnp.npy_intp shape[3]
    cdef cnp.ndarray parts
    cdef double *work
    cdef double *power
    cdef double *next
    if len(args) > 2 or kwargs and (len(kwargs) > 1 or type(kwargs.get("increasing")) is not bool):
        return None
    x = compact(<Number>args[0])
    n = points_of(x.buffer)
    count = n
    if len(args) == 2 and args[1] is not None:
        if not PyLong_CheckExact(args[1]) or not 0 < args[1] <= FEW_POINTS:
            return None
        count = args[1]
    rows = table_of(x).rows
    if n == 0 or cnp.PyArray_NDIM(x.buffer) != 2 or rows * n * count > FEW_ENTRIES:
        return None
    first = np_vander(row_of(x.buffer, 0), *args[1:], **kwargs)
    shape[0], shape[1], shape[2] = rows, n, count
    parts = cnp.PyArray_ZEROS(3, shape, cnp.NPY_DOUBLE, 0)
    work = <double *>malloc((2 * rows * n + room_for(table_of(x), BLOCKS, n)) * sizeof(double))
    if work == NULL:
        raise MemoryError
    power = work + room_for(table_of(x), BLOCKS, n)
    next = power + rows * n
    memcpy(power, doubles(x.buffer), rows * n * sizeof(double))
    for p in range(1, count):
        if p > 1:
            product_points(table_of(x), power, doubles(x.buffer), next, work, n)
            power, next = next, power
        at = p if kwargs and kwargs["increasing"] else count - 1 - p
        for k in range(1, rows):
            for t in range(n):
                doubles(parts)[(k * n + t) * count + at] = power[k * n + t]
    free(work)
    if not is_double(first) or not cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>first):
        return None
    memcpy(doubles(parts), doubles(first), n * count * sizeof(double))
    mix()
    return make(x.algebra, parts) if all_finite(doubles(parts), rows * n * count) else None
