# Part of _numbers.pyx: NumPy's functions and the methods of ndarray without the way through
# dispatch, where operands and options are simple; and that way itself, as short as it can be.

cdef object short_way(Plan plan, Number x, tuple rest, dict kwargs):
    """A function or a method of a number; None where that is not the simple case."""
    cdef Reduced r
    cdef double value = 0.0
    cdef Py_ssize_t count = len(rest)
    if x.rows or not cnp.PyArray_CheckExact(x.buffer):
        return None
    if plan.finite and (points_of(x.buffer) == 0 or not all_finite(
        doubles(x.buffer), cnp.PyArray_SIZE(<cnp.ndarray>x.buffer))
    ):
        return None
    if plan.kind == MOVE:
        if plan.function is np_diag and cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) == 3:
            return diagonal_of(x) if count == 0 and not kwargs and is_plain(x) else None
        if not is_move(plan.function, rest, kwargs):
            return None
        return moved_few(plan.function, x, rest, kwargs)
    if plan.kind == IMAGINARY:
        return None if count or kwargs else imaginary(x)
    if plan.kind == ATTRIBUTE:
        if count or kwargs or plan.function is np_real_if_close and not is_real(x.buffer):
            return None
        if plan.name != "real":
            mix()
        return getattr(x, plan.name)
    if plan.kind == ANSWER or plan.kind == ANSWERS:
        if not is_plain(x) or not all_plain(rest, kwargs):
            return None
        if plan.kind == ANSWER:  # not one for each point
            mix()
        function = plan.function if plan.method is None else plan.method
        if count == 0 and not kwargs:
            return function(row_of(x.buffer, 0))
        if count == 0 and len(kwargs) == 1 and "axis" in kwargs and plan.name in AXIS_FIRST:
            return function(row_of(x.buffer, 0), kwargs["axis"])
        return function(row_of(x.buffer, 0), *rest, **kwargs)
    if RAVEL <= plan.kind < VIEW:
        found = None if kwargs or not is_plain(x) else short_view(plan.kind, x, rest)
        if found is not None or FLIP <= plan.kind <= LEAST_2:
            mix()
            return found
    if RAVEL <= plan.kind <= VIEW:
        if cnp.PyArray_SIZE(<cnp.ndarray>x.buffer) == 0 or not all_plain(rest, kwargs) or kwargs and (
            plan.kind != SQUEEZE and plan.kind != VIEW  # else methods name them otherwise
        ):
            return None
        if plan.kind == RESHAPE and count > 1 and type(rest[count - 1]) is str:
            return None  # the order, of the function
        function = plan.function if plan.method is None else plan.method
        found = function(row_of(x.buffer, 0), *rest, **kwargs)
        parts = view_of_rows(<cnp.ndarray>x.buffer, found) if cnp.PyArray_CheckExact(found) else None
        if parts is None:
            return None
        mix()
        return make(x.algebra, parts)
    if plan.kind == FACTORS:
        return factors_few(plan.function, x, rest, kwargs)
    if FACTORS < plan.kind <= MATRIX_POWER:
        if kwargs or count != (plan.kind == MATRIX_POWER) or not is_plain(x):
            return None
        if plan.kind == CONDITION_NUMBER:
            return condition_few(x)
        return pseudoinverse_few(x) if plan.kind == PSEUDOINVERSE else matrix_power_few(x, rest[0])
    if (SUM <= plan.kind <= NORM or SORT <= plan.kind <= MATRIX) and is_single(x):
        if plan.kind == MATRIX:
            return None if kwargs else single_function(plan, (x, *rest))
        return single_way(plan, x, rest, kwargs)
    if plan.kind == NORM:
        return normed(plan, compact(x), rest, kwargs)
    if SUM <= plan.kind < NORM:
        x = compact(x)
        if plan.kind >= RUNNING_SUM and plan.method is None and not plan.finite and (
            cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) > 2 or rest
        ):
            return None  # `cumulative_sum` wants the axis to be named
        if plan.kind >= RUNNING_SUM and has_axes(rest, kwargs):
            return None
        if not reduced(x, rest, kwargs, VARIANCE <= plan.kind <= DEVIATION, &r):
            return None
        mix()
        if plan.kind == SUM:
            return sum_few(x, &r)
        if plan.kind == NAN_SUM:
            return sum_few(x, &r) if all_finite(doubles(x.buffer), r.rows * r.n) else None
        if plan.kind == MEAN:
            return mean_few(x, &r)
        if plan.kind <= DEVIATION:
            return spread_few(x, &r, plan.kind == DEVIATION)
        if plan.kind <= SMALLEST:
            return extreme_few(x, &r, plan.kind == LARGEST)
        if plan.kind == PRODUCT:
            return product_few(x, &r)
        return running_few(x, &r, plan.kind == RUNNING_PRODUCT)
    if plan.kind == ROUNDED:
        return rounded_few(x, rest, kwargs)
    if plan.kind == SORT or plan.kind == MEDIAN:
        return in_order_few(plan, compact(x), rest, kwargs)
    if plan.kind == BETWEEN and kwargs:
        return clip_few(x, kwargs.get("min"), kwargs.get("max")) if count == 0 and (
            kwargs.keys() <= BOUNDS) else None
    if plan.kind == GATHER:
        found = taken(x, rest, kwargs)
        if found is not None:
            return found
    if plan.kind == GATHER and (kwargs or count != 1 or not cnp.PyArray_CheckExact(rest[0])
                                or cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) > 2):
        return moved_by_labels(plan.method, 0, (x, *rest), kwargs)
    if plan.kind == REPEAT:
        found = repeated_few(x, rest[0]) if count == 1 and not kwargs else None
        return moved_few(np_repeat, x, rest, kwargs) if found is None else found
    if kwargs:
        return None
    if plan.kind == COPY:
        if count or not (cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>x.buffer) and is_real(x.buffer)):
            return None
        return duplicate(x)
    if plan.kind == ITEM and count > 1:
        return item_of(x, rest) if count == cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) - 1 and (
            all_integers(rest)) else None
    if plan.kind == ITEM and count == 1 and PyLong_CheckExact(rest[0]) and is_plain(x) and (
        cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) > 2
    ):
        if is_walkable(x.buffer):
            return item_in_order(x, rest[0])
        found = flattened(x)
        return None if found is None else item_of(<Number>found, rest[0])
    if plan.kind == ITEM:
        return item_of(x, rest[0]) if count == 1 and PyLong_CheckExact(rest[0]) and (
            cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) == 2) else None
    if plan.kind == ITEMS:
        return items_of(x)
    if plan.kind == CAST:
        if count != 1 or not is_plain(x) or not is_real(x.buffer):
            return None
        if (rest[0] is float or rest[0] is np_float64) and points_of(x.buffer):
            return duplicate(x)
        return array_like(x, x.buffer.astype(rest[0])) if rest[0] in REAL_TYPES else None
    if plan.kind == FLATTEN:
        if count or not cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>x.buffer) or points_in(x.buffer) == 0:
            return None
        x = duplicate(x)
        return x if cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) == 2 else flattened(x)
    if plan.kind == TRACE:
        return None if count else trace_few(x)
    if plan.kind == SINC:
        return None if count else sinc_few(compact(x))
    if plan.kind == INVERSE:
        return None if count else inverse_few(x)
    if plan.kind == DETERMINANT:
        return None if count else determinant_few(x)
    if plan.kind == ZEROS or plan.kind == ONES:
        return None if count or points_of(x.buffer) == 0 else constant_few(x, 1.0 if plan.kind == ONES else 0.0)
    if plan.kind == FULL:
        return constant_few(x, value) if count == 1 and points_of(x.buffer) and (
            as_coefficient(rest[0], &value)) else None
    if plan.kind == GATHER:
        return gathered(x, rest[0]) if count == 1 and cnp.PyArray_CheckExact(rest[0]) and (
            cnp.PyArray_TYPE(<cnp.ndarray>rest[0]) != cnp.NPY_BOOL) else None
    if plan.kind == BETWEEN:
        return clip_few(x, rest[0], rest[1]) if count == 2 else None
    if plan.kind == MATRIX:
        return matrix_few(x, rest[0], True) if count == 1 else None
    return None


cdef frozenset BOUNDS = frozenset({"min", "max"})
cdef object np_real_if_close = np.real_if_close
cdef frozenset AXIS_FIRST = frozenset({"all", "any", "argmax", "argmin", "argsort"})
cdef tuple REAL_TYPES = (float, np.float64, np.float32)
cdef frozenset MODE = frozenset({"mode"})
cdef object np_diag = np.diag, np_take = np.take, np_array = np.array, np_average = np.average


cdef inline bint is_real(object parts) noexcept:
    return cnp.PyArray_TYPE(<cnp.ndarray>parts) in (cnp.NPY_DOUBLE, cnp.NPY_FLOAT)


cdef object REVERSED = slice(None, None, -1)


cdef object short_view(int kind, Number x, tuple rest):
    """A view of an array; None where that is not the simple case."""
    if kind == RESHAPE:
        return reshaped(x, rest)
    if kind == TRANSPOSE:
        return transposed(x, rest)
    if kind == SWAP:
        return swapped(x, rest)
    if rest:
        return None
    if kind == FLIP:
        return item_of(x, REVERSED if cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) == 2 else (
            tuple([REVERSED] * (cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) - 1))))
    if kind == LEAST_1:
        return item_of(x, Ellipsis)
    if kind == LEAST_2:
        return item_of(x, None if cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) == 2 else Ellipsis)
    return flattened(x) if kind == RAVEL else squeezed(x)


cdef object short_function(Plan plan, tuple args, dict kwargs):
    """A function of several operands; None where that is not the simple case."""
    cdef Py_ssize_t count = len(args)
    cdef object axis = 0
    if plan.kind >= QUANTILES:
        return further_function(plan, args, kwargs)
    if plan.kind >= CONCATENATE:
        if plan.kind == APPEND and count == 2 and len(kwargs) == 1 and (
            PyLong_CheckExact(kwargs.get("axis")) and -MOST_AXES < kwargs["axis"] < MOST_AXES
        ):
            return joined_few(args, kwargs["axis"], False, False)
        if plan.kind == APPEND:
            return joined_few(args, 0, False, True) if count == 2 and not kwargs and (
                is_flat(args[0]) and is_flat(args[1])) else None
        if kwargs:
            if count != 1 or len(kwargs) != 1 or plan.kind > STACK:
                return None
            axis = kwargs.get("axis")
        elif count == 2 and plan.kind <= STACK:
            axis = args[1]
        elif count != 1:
            return None
        if not PyLong_CheckExact(axis) or not -MOST_AXES < axis < MOST_AXES:
            return None
        if plan.kind <= STACK:
            return joined_few(args[0], axis, plan.kind == STACK, False)
        if not (type(args[0]) is list or type(args[0]) is tuple) or len(args[0]) == 0:
            return None
        flat = is_flat(args[0][0])
        if plan.kind != BESIDE and flat and is_single_number(args[0][0]):
            return None  # single numbers get two axes here
        if plan.kind == BESIDE:
            return joined_few(args[0], 0 if flat else 1, False, flat)
        if plan.kind == BELOW:
            return joined_few(args[0], 0, flat, False)
        return joined_few(args[0], 1, flat, False)
    if plan.kind == GRID and count == 2 and len(kwargs) == 1 and kwargs.get("indexing") == "ij":
        return grid_few(args[0], args[1], True)
    if plan.kind == CONVOLVE and count >= 2 and (not kwargs or count == 2 and kwargs.keys() == MODE):
        mode = args[2] if count > 2 else kwargs["mode"] if kwargs else None
        found = convolved_few(plan.function, args[0], args[1], mode)
        if found is not None:
            return found
        if kwargs:
            args, kwargs, count = (*args, mode), {}, 3
    if kwargs:
        return None
    if count == 1 and plan.kind == CHOICE and isinstance(args[0], Number) and is_plain(<Number>args[0]):
        mix()
        return np_where(row_of((<Number>args[0]).buffer, 0))
    if count == 3 and plan.kind == CHOICE:
        return where_few(args[0], alike(args[1], args[2]), alike(args[2], args[1]))
    if count == 2 and plan.kind == MATRIX:
        return matrix_few(args[0], args[1], True)
    if count == 3 and plan.kind == EINSUM:
        return einsum_few(args[0], args[1], args[2], None) if type(args[0]) is str else None
    if count == 2 and KRON <= plan.kind <= CROSS:
        return bilinear_few(plan.kind, plan.function, args[0], args[1])
    if count == 2 and plan.kind == SOLUTION:
        return solution_few(args[0], args[1])
    if count == 2 and plan.kind == GRID:
        return grid_few(args[0], args[1], False)
    if count == 2 and plan.kind == OUTER:
        return outer_few(args[0], args[1])
    if count == 2 and plan.kind == INNER and plan.function is np_inner and (
        is_array(args[0]) and is_array(args[1])
    ) and not (is_flat(args[0]) and is_flat(args[1])):
        return tensordot_few(np_inner, args[0], args[1], LAST_OF_BOTH)
    if count == 2 and plan.kind == INNER and is_flat(args[0]) and is_flat(args[1]):
        return matrix_few(args[0], args[1], True)
    if count == 3 and plan.kind == INTERPOLATE:
        found = interpolated_few(args[0], args[1], args[2])
        return found if found is not None or isinstance(args[0], Number) or (
            isinstance(args[1], Number)) else row_by_row(plan.function, args, kwargs)
    if count == 2 and plan.kind == EINSUM and type(args[0]) is str:
        return einsum_of_one(args)
    if count == 4 and plan.kind == EINSUM and type(args[0]) is str:
        return einsum_of_three(args)
    return row_by_row(plan.function, args, kwargs) if plan.kind == CONVOLVE else None


cdef bint is_flat(object x) noexcept:
    """Whether this is a vector or a single number."""
    if isinstance(x, Number):
        x = (<Number>x).buffer
        return x is None or cnp.PyArray_CheckExact(x) and cnp.PyArray_NDIM(<cnp.ndarray>x) <= 2
    return not cnp.PyArray_CheckExact(x) or cnp.PyArray_NDIM(<cnp.ndarray>x) == 1


cdef bint is_single_number(object x) noexcept:
    if isinstance(x, Number):
        return (<Number>x).rows != 0
    return not cnp.PyArray_CheckExact(x) or cnp.PyArray_NDIM(<cnp.ndarray>x) == 0


# Types of what is never an operand with derivatives, nor an array of another package.
cdef frozenset PLAIN_TYPES = frozenset({
    int, float, bool, complex, str, slice, type(None), type(Ellipsis), type(np._NoValue),
    np.float64, np.float32, np.intp, np.bool_, type(np.dtype(float)), type(np.dtype(int)), type,
})


cdef bint is_simple(object x):
    """Whether an operand or an option is plain, or a number whose coefficients are."""
    if isinstance(x, Number):
        return (<Number>x).rows != 0 or cnp.PyArray_CheckExact((<Number>x).buffer)
    if cnp.PyArray_CheckExact(x):
        return cnp.PyArray_TYPE(<cnp.ndarray>x) != cnp.NPY_OBJECT
    if type(x) is list or type(x) is tuple:
        for item in x:
            if not is_simple(item):
                return False
        return True
    return type(x) in PLAIN_TYPES


cdef bint all_plain(tuple args, dict kwargs):
    """Whether nothing among these carries derivatives, and they are as simple as can be."""
    for x in args:
        if isinstance(x, Number) or type(x) is list or not is_simple(x):
            return False
    if kwargs:
        for name, x in kwargs.items():
            if name == "out" or isinstance(x, Number) or type(x) is list or not is_simple(x):
                return False
    return True


cdef object function_call(Number self, object function, object types, tuple args, dict kwargs):
    """``__array_function__`` of a number."""
    cdef Plan plan = PLANS.get(function)
    cdef long count
    if plan is None:
        plan = enter(function, NO_SHORT_WAY, None)
    elif plan.kind != NO_SHORT_WAY and args:
        found = None
        if plan.kind == LIKE:
            if not kwargs or are_defaults(kwargs):
                found = joined_few(args[0], 0, True, False) if function is np_array and (
                    len(args) == 1) else made_like(self, function, args)
        elif plan.kind >= MATRIX:
            if plan.kind < QUANTILES and some_single(args):
                found = single_function(plan, args) if not kwargs else None
            else:
                found = short_function(plan, args, kwargs)
        elif isinstance(args[0], Number) and (
            len(args) <= 2 or not RESHAPE <= plan.kind <= TRANSPOSE or plan.kind == SWAP
        ):  # what methods take one by one is a tuple here
            found = short_way(plan, <Number>args[0], args[1:], kwargs)
        if found is not None:
            return None if found is STORED else found
    if not plan.known:
        found = planner(function)
        if found is not None:
            plan.rule, plan.elementwise, plan.places = found
        plan.known = True
    if plan.rule is None or len(args) > plan.places or kwargs and "out" in kwargs or (
        not is_simple(args)
    ):
        return function_handler(function, types, args, kwargs, self)
    for item in kwargs.values():
        if not is_simple(item):
            return function_handler(function, types, args, kwargs, self)
    if not plan.elementwise:
        mix()
        return plan.rule(*args, **kwargs)
    count = taylorad_mixed
    found = plan.rule(*args, **kwargs)
    unmixed(count)
    return found


cdef object method(str name, Number x, tuple args, dict kwargs):
    """A method of ndarray."""
    found = short_way(<Plan>METHOD_PLANS[name], x, args, kwargs)
    return METHODS[name](x, *args, **kwargs) if found is None else found


cdef bint is_plain(Number x) noexcept:
    """Whether this is an array of coefficients that are on no record."""
    return x.rows == 0 and cnp.PyArray_CheckExact(x.buffer) and (
        cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) > 1)
