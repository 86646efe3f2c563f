# Part of _numbers.pyx: functions that are short by NumPy's own calls for rows, values or places.

cdef object further_function(Plan plan, tuple args, dict kwargs):
    """A function by NumPy's own calls for rows, values or places; None where it is not that simple."""
    cdef Py_ssize_t count = len(args)
    cdef Number x = None
    if plan.kind == ASKED:
        return answered(plan.function, args, kwargs)
    if plan.kind == PLACED or plan.kind == PLACED_2:
        return moved_by_labels(plan.function, plan.kind == PLACED_2, args, kwargs)
    if plan.kind == POOLED or plan.kind == POOLED_2:
        return moved_from_pool(plan.function, plan.kind == POOLED_2, args, kwargs)
    if plan.kind == VIEWS:
        return None if kwargs else views_of_several(plan.function, args)
    if plan.kind == BETWEEN_TWO:
        return spaced(plan.function, args, kwargs)
    if plan.function is la_trace and count == 1 and not kwargs and isinstance(args[0], Number) and (
        is_plain(<Number>args[0])
    ):
        found = trace_few(<Number>args[0])
        if found is not None:
            return found
    if plan.kind == EACH_ROW:
        return row_by_row(plan.function, args, kwargs) if (
            count == 1 and not kwargs or plan.function is not np_ediff1d and plan.function is not np_polyint
        ) else None
    if plan.kind == TENSORDOT:
        if not 2 <= count <= 3 or kwargs and (count == 3 or len(kwargs) > 1 or "axes" not in kwargs):
            return None
        axes = args[2] if count == 3 else kwargs["axes"] if kwargs else 2
        return tensordot_few(plan.function, args[0], args[1], axes)
    if isinstance(args[0], Number) and (<Number>args[0]).rows == 0:
        x = <Number>args[0]
    if plan.kind == INSERTED:
        if x is None:
            return None
        if plan.function is np_insert:
            return affine_rows(np_insert, x, args[1:], kwargs, 1, ())
        if count <= 2 and not kwargs.keys() & PLACED_AROUND:
            return along_rows(np_diff, x, args[1:], kwargs)
        return affine_rows(plan.function, x, args[1:], kwargs, -1, PLACED_AROUND) if (
            count <= 2 and kwargs and kwargs.keys() <= PLACED_AROUND) else None
    if plan.kind == STORE:
        return STORED if x is not None and (not kwargs and count <= 3 and stores(
            plan.function, x, args) or stored_from_pool(plan.function, args, kwargs)) else None
    if plan.kind == ALONG:
        if x is not None and plan.function is np_average and count == 1 and kwargs and (
            kwargs.keys() <= AVERAGED
        ):
            return short_way(<Plan>PLANS[np.mean], x, (), kwargs)
        if x is None or plan.function is np_average and (count > 1 or kwargs):
            return row_by_row(np_average, args, kwargs) if x is not None and count == 1 and (
                kwargs.keys() == WEIGHTS and is_walkable(kwargs["weights"]) and is_flat(x)
            ) else None
        return along_rows(plan.function, x, args[1:], kwargs)
    if plan.kind == COVARIANCE:
        return covariance_few(args) if not kwargs and count <= 2 else None
    if plan.kind == STEPPED:
        x = compact(x) if x is not None and is_plain(x) else None
        return with_rows(x, plan.function(row_of(x.buffer, 0), *args[1:], **kwargs), NULL, 0) if (
            x is not None and points_of(x.buffer) and is_double(x.buffer)
            and all_plain(args[1:], kwargs)) else None
    if plan.kind == POWERS:
        return powers_few(args, kwargs) if x is not None and is_plain(x) else None
    if plan.kind == SORT_COMPLEX:
        found = sorted_short(x, (), kwargs) if count == 1 and x is not None and is_plain(x) and (
            not kwargs) else None
        return None if found is None else make(
            x.algebra, (<Number>found).buffer.astype(np.complex64 if is_single(x) else complex))
    if plan.kind == PARTITION:
        return partitioned(x, args[1:], kwargs) if x is not None and is_plain(x) else None
    if plan.kind == QUANTILES:
        return quantiles_few(plan, compact(x), args[1:], kwargs) if x is not None and is_plain(x) else None
    if kwargs:
        return None
    if plan.kind == TOGETHER:
        return together(plan.function, args[0], args[1]) if count == 2 else None
    if plan.kind == LEAST_SQUARES:
        return least_squares_few(args[0], args[1]) if count == 2 else None
    if plan.kind == CHAIN:
        return chained_few(args[0]) if count == 1 else None
    if plan.function is la_vecdot:
        return of_vectors(np_vecdot, args[0], args[1], CONTRACTED[np_vecdot]) if count == 2 else None
    if plan.kind == VECTORS:
        return matrix_few(args[0], args[1], False) if count == 2 and not (
            is_flat(args[0]) or is_flat(args[1])) else None
    if x is None or not is_plain(x):
        return None
    if count != 1:
        return None
    if plan.kind == LOG_DETERMINANT:
        return log_determinant_few(x)
    if plan.kind == FIX:
        return step_few(<int>STEP_UFUNCS[np_trunc], compact(x))
    if plan.function is np_flipud:
        return item_of(x, REVERSED)
    return item_of(x, (slice(None), REVERSED)) if (
        cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) > 2) else None


cdef object covariance_few(tuple args):
    """`numpy.cov` of one or two vectors, or of the rows of a matrix; None for all else."""
    cdef Number x, y
    cdef object first
    cdef Py_ssize_t n
    if len(args) == 2 and args[1] is None:
        args = args[:1]
    for given in args:
        if not is_array(given) or len(args) > 1 and not is_flat(given):
            return None
    found = joined_few(args, 0, True, False) if len(args) > 1 or is_flat(args[0]) else compact(args[0])
    if not isinstance(found, Number):
        return None
    x = <Number>found
    if points_of(x.buffer) == 0 or cnp.PyArray_NDIM(x.buffer) != 3 or cnp.PyArray_DIM(x.buffer, 2) < 2:
        return None
    n = cnp.PyArray_DIM(x.buffer, 2)
    first = np_cov(*[value_of(given) for given in args])
    found = x - short_way(<Plan>METHOD_PLANS["mean"], x, (1,), KEPT)
    found = matrix_few(found, turned(<Number>found), False)
    if found is None:
        return None
    y = squeezed(<Number>arithmetic(MULTIPLY, found, 1.0 / (n - 1)))
    if y.rows:
        y.c[0] = first
    elif cnp.PyArray_CheckExact(first) and has_points(<cnp.ndarray>first, y) and is_double(first) and (
        cnp.PyArray_ISCARRAY(<cnp.ndarray>y.buffer)
    ):
        memcpy(doubles(y.buffer), doubles(first), cnp.PyArray_NBYTES(<cnp.ndarray>first))
    else:
        return None
    mix()
    return y


cdef object np_cov = np.cov
cdef dict KEPT = {"keepdims": True}


cdef bint are_defaults(dict kwargs):
    """Whether these are what NumPy hands on of a call without options."""
    for name, item in kwargs.items():
        if not (item is None or type(item) is str and item == "C" and name == "order"):
            return False
    return True


cdef object STORED = object()  # what was done, by a function that answers None
cdef frozenset PLACED_AROUND = frozenset({"prepend", "append"})


cdef bint stores(object function, Number x, tuple args) except -1:
    """Whether `copyto`, `put` or `putmask` was done, as an assignment that means the same."""
    cdef Py_ssize_t ndim = cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) - 1
    if not is_plain(x):
        return False
    if function is np_copyto:
        return len(args) == 2 and assigned(x, Ellipsis, args[1])
    if len(args) != 3 or not (PyFloat_CheckExact(args[2])):
        return False
    if function is np_put:  # by places, of which there is one axis
        return ndim == 1 and (type(args[1]) is list or cnp.PyArray_CheckExact(args[1]) and (
            cnp.PyArray_TYPE(<cnp.ndarray>args[1]) == cnp.NPY_INTP)) and all_numbers(args[1]) and (
            assigned(x, args[1], args[2]))
    return cnp.PyArray_CheckExact(args[1]) and cnp.PyArray_ISBOOL(<cnp.ndarray>args[1]) and (
        has_points(<cnp.ndarray>args[1], x)) and assigned(x, args[1], args[2])


cdef bint all_numbers(object places):
    """Whether places are integers, and no truth values that would select."""
    return type(places) is not list or len(places) > 0 and all_integers(tuple(places))


cdef frozenset AVERAGED = frozenset({"axis", "keepdims"})
cdef object np_where = np.where, np_inner = np.inner
cdef tuple LAST_OF_BOTH = ((-1,), (-1,))
cdef object np_ediff1d = np.ediff1d, np_polyint = np.polyint, np_flipud = np.flipud, np_trunc = np.trunc
cdef set WEIGHTS = {"weights"}
cdef object la_trace = np.linalg.trace, la_vecdot = np.linalg.vecdot, np_vecdot = np.vecdot
cdef object np_insert = np.insert, np_copyto = np.copyto, np_put = np.put
