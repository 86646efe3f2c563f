# Part of _numbers.pyx: functions that are linear in one operand, by NumPy's own calls: one for all
# rows of coefficients where they lie along an axis, else one for each row.

cdef object as_rows(Number x, list rows):
    """The number with these coefficients; None unless each is an array of doubles of its own."""
    cdef cnp.ndarray parts
    cdef cnp.npy_intp shape[MOST_AXES]
    cdef Py_ssize_t k, size, count = len(rows)
    cdef Number y
    first = rows[0]
    if type(first) is np_float64:
        y = blank_scalar(x)
        for k in range(count):
            if type(rows[k]) is not np_float64:
                return None
            y.c[k] = <double>rows[k]
        return y
    if not cnp.PyArray_CheckExact(first) or not 0 < cnp.PyArray_NDIM(<cnp.ndarray>first) < MOST_AXES - 1:
        return None
    size = cnp.PyArray_SIZE(<cnp.ndarray>first)
    shape[0] = count
    for k in range(cnp.PyArray_NDIM(<cnp.ndarray>first)):
        shape[k + 1] = cnp.PyArray_DIM(<cnp.ndarray>first, <int>k)
    for row in rows:
        if not cnp.PyArray_CheckExact(row) or not is_double(row) or not (
            cnp.PyArray_ISCARRAY(<cnp.ndarray>row)
            and cnp.PyArray_SAMESHAPE(<cnp.ndarray>row, <cnp.ndarray>first)
        ) or (<object>row).base is not None:
            return None
    parts = cnp.PyArray_EMPTY(cnp.PyArray_NDIM(<cnp.ndarray>first) + 1, shape, cnp.NPY_DOUBLE, 0)
    for k in range(count):
        memcpy(doubles(parts) + k * size, doubles(rows[k]), size * sizeof(double))
    return array_like(x, parts)


cdef object row_by_row(object function, tuple args, dict kwargs):
    """A function that is linear in the one of its arguments that is a number."""
    cdef Py_ssize_t at = -1, k
    cdef list given, rows
    cdef Number x
    for k in range(len(args)):
        if isinstance(args[k], Number):
            if at >= 0:
                return None
            at = k
        elif not is_option(args[k]):
            return None
    if at < 0 or not are_options(kwargs):
        return None
    x = <Number>args[at]
    if x.rows or not is_walkable(x.buffer) or not 0 < cnp.PyArray_SIZE(<cnp.ndarray>x.buffer) <= (
        FEW_ENTRIES
    ):
        return None
    given = list(args)
    rows = []
    mix()
    for k in range(cnp.PyArray_DIM(<cnp.ndarray>x.buffer, 0)):
        given[at] = row_of(x.buffer, k)
        rows.append(function(*given, **kwargs))
    return as_rows(x, rows)


cdef object views_of_several(object function, tuple args):
    """A function that views each of its operands; None where that is not the simple case."""
    cdef list given = []
    cdef Py_ssize_t k
    for x in args:
        if isinstance(x, Number):
            if not is_plain(<Number>x) or points_in((<Number>x).buffer) == 0:
                return None
            given.append(row_of((<Number>x).buffer, 0))
        elif cnp.PyArray_CheckExact(x) and is_option(x):
            given.append(x)
        else:
            return None
    views = function(*given)
    found = []
    for k in range(len(args)):
        view = views[k]
        if isinstance(args[k], Number):
            view = view_of_rows((<Number>args[k]).buffer, view)
            if view is None:
                return None
            view = make((<Number>args[k]).algebra, view)
        found.append(view)
    mix()
    return type(views)(found)


cdef bint are_options(dict kwargs):
    """Whether keywords are plain, and none of them is `out`."""
    if kwargs:
        for name, item in kwargs.items():
            if name == "out" or not is_option(item):
                return False
    return True


cdef object together(object function, object a, object b):
    """A function that is linear in two operands together, numbers or plain arrays."""
    cdef Number like = number_among(a, b)
    cdef Py_ssize_t k
    cdef list rows
    if like is None or not (is_array(a) and is_array(b)) or points_in(like.buffer) > FEW_POINTS:
        return None
    rows = []
    mix()
    for k in range(cnp.PyArray_DIM(<cnp.ndarray>like.buffer, 0)):
        rows.append(function(row_at(a, k), row_at(b, k)))
    return as_rows(like, rows)


cdef object row_at(object x, Py_ssize_t k):
    """A row of an operand, of zeros where it does not move."""
    if isinstance(x, Number):
        return row_of((<Number>x).buffer, k)
    return x if k == 0 else np.zeros_like(x)


cdef object along_rows(object function, Number x, tuple rest, dict kwargs):
    """A function along the last axis, called on all rows at once; None where it is not that simple.

    It is for one axis of points, or one that is named.
    """
    cdef int ndim, axis = 0
    cdef object axes
    if x.rows or not is_walkable(x.buffer) or points_in(x.buffer) == 0:
        return None
    ndim = cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) - 1
    if function is np_trapezoid or function is np_diff:
        axis = ndim - 1
    if kwargs:
        if rest or not kwargs.keys() <= AXIS_AND_STEP or not are_options(kwargs) or (
            "axis" in kwargs and not as_axis(kwargs["axis"], ndim, &axis)
        ) or "dx" in kwargs and not PyFloat_CheckExact(kwargs["dx"]) or (
            function is not np_trapezoid and "axis" not in kwargs
        ):
            return None
    elif ndim != 1 and function is not np_diff and (
        rest or function is not np_trapezoid and function is not np_gradient
    ):
        return None
    for item in rest:
        if not is_option(item) or type(item) is list or type(item) is tuple or (
            cnp.PyArray_CheckExact(item) and cnp.PyArray_NDIM(<cnp.ndarray>item) > 1
        ):
            return None
    if kwargs and "dx" in kwargs:
        found = function(x.buffer, dx=kwargs["dx"], axis=axis + 1)
    elif function is np_gradient and not kwargs and ndim > 1:
        found = function(x.buffer, axis=tuple(range(1, ndim + 1)))
        mix()
        return type(found)([make(x.algebra, rows) for rows in found])
    else:
        found = function(x.buffer, *rest, axis=axis + 1)
    if found is x.buffer:  # of no differences
        return None
    if not cnp.PyArray_CheckExact(found) or not is_double(found) or not (
        cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>found)
    ):
        return None
    mix()
    return make(x.algebra, found)


cdef object np_trapezoid = np.trapezoid, np_gradient = np.gradient, np_diff = np.diff
cdef frozenset AXIS_AND_STEP = frozenset({"axis", "dx"})


cdef object affine_rows(object function, Number x, tuple rest, dict kwargs, Py_ssize_t at, names):
    """A function that is linear in a number together with plain operands: the argument number
    `at`, or those of these names. These are in the first row alone."""
    cdef list rows
    cdef dict others = dict(kwargs)
    cdef Py_ssize_t k
    if x.rows or not is_walkable(x.buffer) or points_in(x.buffer) == 0 or not are_options(kwargs):
        return None
    for item in rest:
        if not is_option(item):
            return None
    still = rest
    if at >= 0:
        if len(rest) <= at:
            return None
        still = (*rest[:at], nothing_like(rest[at]), *rest[at + 1:])
    for name in names:
        if name in others:
            others[name] = nothing_like(others[name])
    mix()
    rows = [function(row_of(x.buffer, 0), *rest, **kwargs)]
    for k in range(1, cnp.PyArray_DIM(<cnp.ndarray>x.buffer, 0)):
        rows.append(function(row_of(x.buffer, k), *still, **others))
    return as_rows(x, rows)


cdef object nothing_like(object x):
    """Zeros in place of plain numbers."""
    return 0.0 if PyFloat_CheckExact(x) else np.zeros_like(x)


cdef double point_at(object x, Py_ssize_t k) except? -1.0:
    """A coefficient of a scalar."""
    if isinstance(x, Number):
        return (<Number>x).c[k]
    return <double>x if k == 0 else 0.0


cdef object tensordot_few(object function, object a, object b, object axes):
    """`numpy.tensordot` of two small arrays; None for all else."""
    cdef Side u, v
    cdef Contraction c
    cdef int left[MOST_AXES]
    cdef int right[MOST_AXES]
    cdef int k, j, label, count
    cdef Py_ssize_t step, to
    cdef object first, second
    cdef Number like
    first, second = in_order(a), in_order(b)
    like = number_among(a, b)
    if like is None or not (as_side(first, &u) and as_side(second, &v)):
        return None
    if u.ndim + v.ndim > MOST_LABELS:
        return None
    if PyLong_CheckExact(axes):
        if not 0 <= axes <= min(u.ndim, v.ndim):
            return None
        count = axes
        for k in range(count):
            left[k], right[k] = u.ndim - count + k, k
    elif (type(axes) is tuple or type(axes) is list) and len(axes) == 2:
        ours, theirs = axes
        if not (type(ours) is tuple or type(ours) is list):
            ours, theirs = (ours,), (theirs,)
        if not (type(theirs) is tuple or type(theirs) is list) or len(ours) != len(theirs) or (
            len(ours) > min(u.ndim, v.ndim)
        ):
            return None
        count = <int>len(ours)
        for k in range(count):
            if not (as_axis(ours[k], u.ndim, &left[k]) and as_axis(theirs[k], v.ndim, &right[k])):
                return None
            for j in range(k):
                if left[j] == left[k] or right[j] == right[k]:
                    return None
    else:
        return None
    if count == 0 and function not in TENSORDOTS:
        return None
    for k in range(count):
        if u.dims[left[k]] != v.dims[right[k]]:
            return None
    c.labels, c.whole, to = 0, 0, 1
    # the axes that stay, the last first, so that the steps in the result are known
    for k in range(v.ndim - 1, -1, -1):
        if not is_among(k, right, count):
            add_label(&c, v.dims[k], 0, step_of(&v, k), to)
            to *= v.dims[k]
    for k in range(u.ndim - 1, -1, -1):
        if not is_among(k, left, count):
            add_label(&c, u.dims[k], step_of(&u, k), 0, to)
            to *= u.dims[k]
    for k in range(count):
        add_label(&c, u.dims[left[k]], step_of(&u, left[k]), step_of(&v, right[k]), 0)
    c.size = to
    if not few_terms(&c, &u, &v, like):
        return None
    value = function(value_of(a), value_of(b), axes=axes) if function in TENSORDOTS else (
        function(value_of(a), value_of(b)))
    if cnp.PyArray_CheckExact(value) and cnp.PyArray_NDIM(<cnp.ndarray>value) == 0:
        value = value[()]
    return contracted(like, &u, &v, &c, value)


cdef frozenset TENSORDOTS = frozenset({np.tensordot, np.linalg.tensordot})

# Which axes are summed over by functions of vectors and matrices.
cdef dict CONTRACTED = {}
for _name, _axes in (("vecdot", (1, 1, 0, 0)), ("matvec", (2, 1, 1, 0)), ("vecmat", (1, 2, 0, 0))):
    if hasattr(np, _name):  # not in every NumPy since 2.0
        CONTRACTED[getattr(np, _name)] = _axes


cdef object of_vectors(object ufunc, object a, object b, tuple axes):
    """A product of vectors and matrices by such a ufunc; None for stacks of them."""
    if not (is_array(a) and is_array(b)) or a.ndim != axes[0] or b.ndim != axes[1]:
        return None
    return tensordot_few(ufunc, a, b, ((axes[2],), (axes[3],)))


cdef inline bint is_among(int item, const int *items, int count) noexcept:
    cdef int k
    for k in range(count):
        if items[k] == item:
            return True
    return False


cdef inline Py_ssize_t step_of(const Side *side, int axis) noexcept:
    """How far apart the entries along an axis are."""
    cdef Py_ssize_t step = 1
    cdef int k
    for k in range(axis + 1, side.ndim):
        step *= side.dims[k]
    return step


cdef object made_like(Number like, object function, tuple args):
    """An array that `like=` has made a constant of: zeros, ones, one value; None for all else."""
    cdef Py_ssize_t count, t
    cdef cnp.npy_intp shape[2]
    cdef cnp.ndarray parts
    cdef double value = 0.0
    if like.rows == 0 and not (is_plain(like) and is_real(like.buffer)):
        return None
    if len(args) != (2 if function is np_full else 1) or not PyLong_CheckExact(args[0]) or not (
        0 < args[0] <= FEW_ENTRIES
    ):
        return None
    if function is np_full:
        if not PyFloat_CheckExact(args[1]):
            return None
        value = args[1]
    elif function is np_ones:
        value = 1.0
    count = args[0]
    shape[0], shape[1] = table_of(like).rows, count
    parts = cnp.PyArray_ZEROS(2, shape, cnp.NPY_DOUBLE, 0)
    for t in range(count):
        doubles(parts)[t] = value
    mix()
    return make(like.algebra, parts)


cdef object np_full = np.full, np_ones = np.ones


cdef object answered(object function, tuple args, dict kwargs):
    """A function of the values alone; None where they are not plain."""
    cdef list given = []
    if not are_options(kwargs):
        return None
    for x in args:
        if type(x) is tuple or type(x) is list:
            items = []
            for item in x:
                if not has_value(item):
                    return None
                items.append(value_at(item))
            x = type(x)(items)
        elif not has_value(x):
            return None
        else:
            x = value_at(x)
        given.append(x)
    mix()
    return function(*given, **kwargs)


cdef bint has_value(object x):
    """Whether this is a number whose value is plain, or plain itself."""
    if isinstance(x, Number):
        return (<Number>x).rows != 0 or is_plain(<Number>x)
    return is_option(x)


cdef object value_at(object x):
    return (<Number>x).value if isinstance(x, Number) else x


cdef frozenset PADDINGS = frozenset({"constant", "edge", "reflect", "symmetric", "wrap"})
cdef object np_pad = np.pad


cdef bint is_move(object function, tuple rest, dict kwargs):
    """Whether a function only moves elements, with these options."""
    if function is not np_pad:
        return True
    if len(rest) > 1 or len(rest) + len(kwargs) == 0:
        return len(rest) == 2 and type(rest[1]) is str and rest[1] in PADDINGS and not kwargs
    return not kwargs or len(kwargs) == 1 and type(kwargs.get("mode")) is str and (
        kwargs["mode"] in PADDINGS)
