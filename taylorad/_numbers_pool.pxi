# Part of _numbers.pyx: functions that copy elements of several operands, or store them in their first
# one. NumPy runs on labels, which say of each element of a result where it comes from.

@cython.final
cdef class Pool:
    """The elements that a function may copy. Each has a label, counted from the first operand on."""

    cdef Number like       # the first number among the operands
    cdef int kind          # of the floats of all arrays; -1 before the first
    cdef bint bare         # whether a float of Python's is among them
    cdef Py_ssize_t size
    cdef list operands


cdef Pool empty_pool():
    cdef Pool pool = Pool.__new__(Pool)
    pool.kind, pool.operands = -1, []
    return pool


cdef object labelled(Pool pool, object x):
    """Labels in the place of an operand, or of those in a list; None where that is not simple."""
    cdef Py_ssize_t first = pool.size
    cdef int kind = cnp.NPY_DOUBLE
    cdef list found
    if type(x) is list or type(x) is tuple:
        found = []
        for item in x:
            item = labelled(pool, item)
            if item is None:
                return None
            found.append(item)
        return found if type(x) is list else tuple(found)
    shape = ()
    if isinstance(x, Number):
        if pool.like is None:
            pool.like = <Number>x
        if (<Number>x).algebra is not pool.like.algebra:
            return None
        if (<Number>x).rows == 0:
            if not is_gatherable((<Number>x).buffer):
                return None
            kind, shape = cnp.PyArray_TYPE(<cnp.ndarray>(<Number>x).buffer), x.shape
    elif cnp.PyArray_CheckExact(x):
        if not is_real(x) or not cnp.PyArray_ISBEHAVED_RO(<cnp.ndarray>x) or (
            not 0 < cnp.PyArray_NDIM(<cnp.ndarray>x) < MOST_AXES - 1
            or not 0 < cnp.PyArray_SIZE(<cnp.ndarray>x) <= FEW_ENTRIES
        ):
            return None
        kind, shape = cnp.PyArray_TYPE(<cnp.ndarray>x), x.shape
    elif PyFloat_CheckExact(x):
        kind, pool.bare = pool.kind, True
    else:
        return None
    if pool.kind >= 0 and kind != pool.kind:
        return None
    pool.kind = kind
    pool.operands.append(x)
    if not shape:
        pool.size += 1
        return first
    labels = labels_from(first, shape)
    pool.size += cnp.PyArray_SIZE(<cnp.ndarray>labels)
    return labels


cdef double *laid(Pool pool, Py_ssize_t rows) except NULL:
    """The coefficients of all elements, one row after the other; to be freed."""
    cdef double *block = <double *>malloc(rows * pool.size * sizeof(double))
    cdef double *to = block
    cdef cnp.ndarray parts
    cdef Py_ssize_t k, size, own
    cdef bint moving
    if block == NULL:
        raise MemoryError
    for x in pool.operands:
        moving = isinstance(x, Number)
        if not moving and PyFloat_CheckExact(x) or moving and (<Number>x).rows:
            for k in range(rows):
                to[k * pool.size] = point_at(x, k)
            to += 1
            continue
        parts = <cnp.ndarray>((<Number>x).buffer if moving else x)
        if not is_double(parts):
            parts = cast(parts, cnp.NPY_DOUBLE)
        own = rows if moving else 1
        size = cnp.PyArray_SIZE(parts) // own
        for k in range(rows):
            if k < own:
                gather(to + k * pool.size,
                       <const char *>cnp.PyArray_DATA(parts) + (
                           k * cnp.PyArray_STRIDE(parts, 0) if moving else 0),
                       cnp.PyArray_NDIM(parts) - moving, cnp.PyArray_DIMS(parts) + moving,
                       cnp.PyArray_STRIDES(parts) + moving)
            else:
                memset(to + k * pool.size, 0, size * sizeof(double))
        to += size
    return block


cdef object copied_from(Pool pool, cnp.ndarray labels):
    """The number of the elements with these labels; None if it were too large."""
    cdef Py_ssize_t rows = table_of(pool.like).rows, size = cnp.PyArray_SIZE(labels), k, t
    cdef const cnp.npy_intp *at
    cdef cnp.npy_intp shape[MOST_AXES]
    cdef cnp.ndarray parts
    cdef double *block
    if rows * size > FEW_ENTRIES or not cnp.PyArray_ISCARRAY_RO(labels):
        return None  # NumPy's result lies in memory as the labels do
    block, at = laid(pool, rows), <const cnp.npy_intp *>cnp.PyArray_DATA(labels)
    shape[0] = rows
    for k in range(cnp.PyArray_NDIM(labels)):
        shape[k + 1] = cnp.PyArray_DIM(labels, <int>k)
    parts = cnp.PyArray_EMPTY(cnp.PyArray_NDIM(labels) + 1, shape, cnp.NPY_DOUBLE, 0)
    for k in range(rows):
        for t in range(size):
            doubles(parts)[k * size + t] = block[k * pool.size + at[t]]
    free(block)
    return make(pool.like.algebra, parts if pool.kind != cnp.NPY_FLOAT else cast(parts, cnp.NPY_FLOAT))


cdef object moved_from_pool(object function, Py_ssize_t at, tuple args, dict kwargs):
    """A function that copies elements of the operands in its argument number `at`; None where that
    is not the simple case."""
    cdef Pool pool = empty_pool()
    cdef list given = list(args)
    cdef Py_ssize_t k, count = len(args)
    if not at < count <= 2 or not are_options(kwargs) or kwargs and "dtype" in kwargs:
        return None
    for k in range(count):
        if k != at and not is_option(args[k]):
            return None
    given[at] = labelled(pool, args[at])
    if given[at] is None or pool.like is None or pool.bare and pool.kind != cnp.NPY_DOUBLE:
        return None
    try:
        found = in_places(function(*given, **kwargs))
    except (IndexError, ValueError, TypeError):  # which the general way raises for what was given
        return None
    if found is None:
        return None
    if at == 0:  # else the elements are chosen point by point
        mix()
    return copied_from(pool, found)


cdef bint stored_from_pool(object function, tuple args, dict kwargs) except -1:
    """Whether a function has stored elements of one operand in its first, the target."""
    cdef Pool pool = empty_pool()
    cdef Py_ssize_t at = 1 if function in SECOND_IS_STORED else 2, k, t, rows, n
    cdef list given = list(args)
    cdef Number x
    cdef cnp.ndarray parts, labels
    cdef const cnp.npy_intp *from_
    cdef double *block
    cdef char *to
    cdef double one
    if at >= len(args) or not are_options(kwargs) or not isinstance(args[0], Number):
        return False
    x = <Number>args[0]
    if x.rows or not is_gatherable(x.buffer) or not cnp.PyArray_ISWRITEABLE(<cnp.ndarray>x.buffer):
        return False
    for k in range(1, len(args)):
        if k != at and not is_option(args[k]):
            return False
    parts = <cnp.ndarray>x.buffer
    given[0] = labelled(pool, x)
    given[at] = labelled(pool, args[at])
    if given[at] is None:
        return False
    if pool.bare and pool.kind == cnp.NPY_FLOAT:  # else NumPy may have a warning to give
        for item in pool.operands:
            if PyFloat_CheckExact(item) and not (item == 0.0 or 1.2e-38 <= abs(item) <= 3.4e38):
                return False
    given[0] = given[0].copy()
    try:
        function(*given, **kwargs)
    except (IndexError, ValueError, TypeError):
        return False
    labels, n, rows = given[0], points_in(parts), cnp.PyArray_DIM(parts, 0)
    from_ = <const cnp.npy_intp *>cnp.PyArray_DATA(labels)
    block = laid(pool, rows)
    for t in range(n):
        if from_[t] == t:
            continue
        to = <char *>cnp.PyArray_DATA(parts) + offset_of(parts, t)
        for k in range(rows):
            one = block[k * pool.size + from_[t]]
            if pool.kind == cnp.NPY_FLOAT:
                (<float *>to)[0] = <float>one
            else:
                (<double *>to)[0] = one
            to += cnp.PyArray_STRIDE(parts, 0)
    free(block)
    mix()
    return True


cdef frozenset SECOND_IS_STORED = frozenset({np.copyto, np.fill_diagonal})
