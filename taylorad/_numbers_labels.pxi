# Part of _numbers.pyx: items by any index of arrays. NumPy says which points it names, by indexing
# their places with it, and the coefficients at these are copied.

cdef dict PLACES = {}  # the first place, shape -> the places of its points in C order


cdef object labels_from(Py_ssize_t first, tuple shape):
    """The whole numbers from the first on, in a shape."""
    found = PLACES.get((first, shape))
    if found is None:
        if len(PLACES) >= MOST_MOVES:
            PLACES.clear()
        found = np.arange(first, first + _math.prod(shape)).reshape(shape)
        found.flags.writeable = False
        PLACES[first, shape] = found
    return found


cdef object places_of(cnp.ndarray parts):
    """The places of the points of an array, in its shape."""
    cdef int k
    return labels_from(0, tuple([cnp.PyArray_DIM(parts, k) for k in range(1, cnp.PyArray_NDIM(parts))]))


cdef bint is_gatherable(object parts):
    """Whether these are the coefficients of a few points, in double or in single precision."""
    return cnp.PyArray_CheckExact(parts) and is_real(parts) and (
        cnp.PyArray_ISBEHAVED_RO(<cnp.ndarray>parts)
        and 2 <= cnp.PyArray_NDIM(<cnp.ndarray>parts) < MOST_AXES - 1
        and 0 < cnp.PyArray_SIZE(<cnp.ndarray>parts) <= FEW_ENTRIES
    )


cdef bint by_arrays(object index):
    """Whether an index has arrays or lists of integers or truth values, and else integers,
    slices, None and an ellipsis: what it names is copied then."""
    cdef bint found = False
    for item in index if type(index) is tuple else (index,):
        if cnp.PyArray_CheckExact(item):
            if not (cnp.PyArray_ISINTEGER(<cnp.ndarray>item) or cnp.PyArray_ISBOOL(<cnp.ndarray>item)):
                return False
            found = True
        elif type(item) is list:
            if not item:
                return False
            for one in item:
                if not (PyLong_CheckExact(one) or one is True or one is False):
                    return False
            found = True
        elif item is True or item is False:
            found = True
        elif not (item is None or item is Ellipsis or PyLong_CheckExact(item)
                  or type(item) is slice or type(item) is np_intp):
            return False
    return found


cdef object placed(cnp.ndarray parts, object index):
    """The places that an index by arrays names; None where that is not the simple case."""
    if not is_gatherable(parts) or not by_arrays(index):
        return None
    try:
        found = places_of(parts)[index]
    except IndexError:  # which the general way raises for the axes it knows
        return None
    return in_places(found)


cdef object in_places(object found):
    """Places as an array; None if they are none, or none are left."""
    if type(found) is np_intp:
        found = np.asarray(found)
    if not cnp.PyArray_CheckExact(found) or cnp.PyArray_TYPE(<cnp.ndarray>found) != cnp.NPY_INTP or (
        cnp.PyArray_SIZE(<cnp.ndarray>found) == 0
        or cnp.PyArray_NDIM(<cnp.ndarray>found) >= MOST_AXES - 1
    ):
        return None
    return found


cdef inline Py_ssize_t offset_of(cnp.ndarray parts, Py_ssize_t place) noexcept:
    """Where in memory a point is, from the first one on."""
    cdef Py_ssize_t offset = 0, dim
    cdef int k
    for k in range(cnp.PyArray_NDIM(parts) - 1, 0, -1):
        dim = cnp.PyArray_DIM(parts, k)
        offset += place % dim * cnp.PyArray_STRIDE(parts, k)
        place //= dim
    return offset


cdef object at_places(Number x, object places):
    """The number at these places of an array, a copy; None if it were too large."""
    cdef cnp.ndarray parts = x.buffer, labels = places, result
    cdef Py_ssize_t rows = cnp.PyArray_DIM(parts, 0), size = cnp.PyArray_SIZE(labels), t, k
    cdef const cnp.npy_intp *at
    cdef cnp.npy_intp shape[MOST_AXES]
    cdef const char *from_
    cdef Py_ssize_t step = cnp.PyArray_STRIDE(parts, 0)
    cdef bint wide = is_double(parts)
    if rows * size > FEW_ENTRIES:
        return None
    if not cnp.PyArray_IS_C_CONTIGUOUS(labels):  # NumPy's copy lies in memory as these do
        return None
    at = <const cnp.npy_intp *>cnp.PyArray_DATA(labels)
    mix()
    shape[0] = rows
    for k in range(cnp.PyArray_NDIM(labels)):
        shape[k + 1] = cnp.PyArray_DIM(labels, <int>k)
    result = cnp.PyArray_EMPTY(cnp.PyArray_NDIM(labels) + 1, shape, cnp.PyArray_TYPE(parts), 0)
    for t in range(size):
        from_ = <const char *>cnp.PyArray_DATA(parts) + offset_of(parts, at[t])
        for k in range(rows):
            if wide:
                doubles(result)[k * size + t] = (<const double *>(from_ + k * step))[0]
            else:
                (<float *>cnp.PyArray_DATA(result))[k * size + t] = (
                    <const float *>(from_ + k * step))[0]
    return array_like(x, result) if cnp.PyArray_NDIM(labels) else make(x.algebra, result)


cdef object at_turned_places(Number x, object places):
    """The same of places that lie in memory in another order, as NumPy's copy lies then."""
    cdef list axes = in_memory(places), back = [0] * (len(axes) + 1)
    cdef Py_ssize_t k
    turned = places.transpose(axes)
    found = at_places(x, turned) if cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>turned) else None
    if found is None:
        return None
    for k in range(len(axes)):
        back[<Py_ssize_t>axes[k] + 1] = k + 1
    return make(x.algebra, (<Number>found).buffer.transpose(back))


cdef object owner_of(object array):
    """The array whose memory another one looks at; None where that is not known."""
    while cnp.PyArray_CheckExact(array) and array.base is not None:
        array = array.base
    return array if cnp.PyArray_CheckExact(array) else None


cdef inline double entry_of(cnp.ndarray given, Py_ssize_t at, bint wide) noexcept:
    """An entry of an array of doubles or floats in C order."""
    return doubles(given)[at] if wide else (<float *>cnp.PyArray_DATA(given))[at]


cdef bint stored(cnp.ndarray parts, object index, double single, Number y, object item,
                 double sign) except -1:
    """Whether x[index] = item was done for an index by arrays, or += item times a sign if there is
    one. The item is a number y over the algebra of x, plain values, or one float."""
    cdef cnp.ndarray labels, source = None
    cdef Py_ssize_t rows = cnp.PyArray_DIM(parts, 0), size, t, k
    cdef Py_ssize_t step = cnp.PyArray_STRIDE(parts, 0)
    cdef const cnp.npy_intp *at
    cdef char *to
    cdef double one
    cdef bint moving = y is not None, wide
    if not is_real(parts) or not cnp.PyArray_ISWRITEABLE(parts):
        return False
    wide = is_double(parts)
    if moving and y.rows == 0 or not moving and cnp.PyArray_CheckExact(item):
        source = <cnp.ndarray>(y.buffer if moving else item)
        if cnp.PyArray_TYPE(source) != cnp.PyArray_TYPE(parts) or not (
            cnp.PyArray_ISBEHAVED_RO(source)) or cnp.PyArray_SIZE(source) > FEW_ENTRIES:
            return False
        owner = owner_of(source)
        if owner is None or owner is owner_of(parts):  # what is read may have been written to
            return False
        source = cnp.PyArray_GETCONTIGUOUS(source)
    found = placed(parts, index)
    if found is None:
        return False
    labels = cnp.PyArray_GETCONTIGUOUS(<cnp.ndarray>found)
    size = cnp.PyArray_SIZE(labels)
    if source is not None:
        if cnp.PyArray_NDIM(source) != cnp.PyArray_NDIM(labels) + moving:
            return False
        for k in range(cnp.PyArray_NDIM(labels)):
            if cnp.PyArray_DIM(source, <int>k + moving) != cnp.PyArray_DIM(labels, <int>k):
                return False
    at = <const cnp.npy_intp *>cnp.PyArray_DATA(labels)
    for t in range(size):
        to = <char *>cnp.PyArray_DATA(parts) + offset_of(parts, at[t])
        for k in range(rows):
            if source is not None:
                one = entry_of(source, k * size + t, wide) if k == 0 or moving else 0.0
            elif moving:
                one = y.c[k]
            else:
                one = single if k == 0 else 0.0
            if sign != 0.0:
                one = (<double *>to)[0] + sign * one if wide else (<float *>to)[0] + sign * one
            if wide:
                (<double *>to)[0] = one
            else:
                (<float *>to)[0] = <float>one  # of two floats the sum is exact to the last bit
            to += step
    mix()
    return True


cdef object moved_by_labels(object function, Py_ssize_t at, tuple args, dict kwargs):
    """A function that copies elements of its argument number `at`, which it shows by moving their
    places; None where that is not the simple case."""
    cdef Number x
    cdef Py_ssize_t k
    cdef list given
    if at >= len(args) or len(args) > 3 or not isinstance(args[at], Number):  # the fourth is `out`
        return None
    x = <Number>args[at]
    if x.rows or not is_gatherable(x.buffer):
        return None
    for k in range(len(args)):
        if k != at and not is_option(args[k]):
            return None
    if kwargs:
        for name, item in kwargs.items():
            if name == "out" or not is_option(item):
                return None
    given = list(args)
    given[at] = places_of(x.buffer)
    try:
        found = in_places(function(*given, **kwargs))
    except (IndexError, ValueError, TypeError):
        return None
    return None if found is None else at_places(x, found)


cdef bint is_option(object x):
    """Whether this is plain: no number of ours, and nothing that NumPy would hand over."""
    if type(x) is list or type(x) is tuple:
        for item in x:
            if not is_option(item):
                return False
        return True
    return not isinstance(x, Number) and is_simple(x)


cdef bint added_at(object ufunc, Number x, object index, object item) except -1:
    """Whether `ufunc.at(x, index, item)` was done, for sums and differences at a few points."""
    cdef double single = 0.0
    cdef Number y = None
    if ufunc is not np_add and ufunc is not np_subtract or x.rows or not is_walkable(x.buffer):
        return False
    if isinstance(item, Number):
        y = <Number>item
        if y.algebra is not x.algebra or y.rows == 0 and not cnp.PyArray_CheckExact(y.buffer):
            return False
    elif not as_float(item, &single) and not cnp.PyArray_CheckExact(item):
        return False
    return stored(x.buffer, index, single, y, item, 1.0 if ufunc is np_add else -1.0)
