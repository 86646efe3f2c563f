# Part of _numbers.pyx: NumPy's functions and the methods of ndarray without the way through
# dispatch, where operands and options are simple; and that way itself, as short as it can be.

cdef enum:
    NO_SHORT_WAY, MOVE, ATTRIBUTE, ANSWER, ANSWERS, RAVEL, RESHAPE, SQUEEZE, SWAP, TRANSPOSE
    FLIP, LEAST_1, LEAST_2, VIEW, SUM, MEAN, VARIANCE, DEVIATION, LARGEST, SMALLEST, PRODUCT, RUNNING_SUM
    RUNNING_PRODUCT, NORM, COPY, ITEM, ITEMS, CAST, FLATTEN, GATHER, SORT, MEDIAN, ZEROS, ONES, FULL, BETWEEN, MATRIX, OUTER
    INNER, CHOICE, INTERPOLATE, CONCATENATE, STACK, BESIDE, BELOW, COLUMNS, APPEND


@cython.final
cdef class Plan:
    """What is known about a function of NumPy."""

    cdef int kind
    cdef object function
    cdef str name
    cdef object method         # of ndarray, which does the same
    cdef object rule           # None: left to dispatch
    cdef bint known            # whether the rule has been looked up
    cdef bint elementwise
    cdef Py_ssize_t places     # of arguments before `out`


cdef object np_float64 = np.float64

cdef enum:
    MOST_MOVES = 256

cdef dict PLANS = {}           # function -> Plan
cdef dict METHOD_PLANS = {}    # name of a method -> Plan
cdef object planner = None


def install_plans(plan_of):
    """Connect the functions to their rules; ``plan_of(function)`` is asked once for each."""
    global planner
    planner = plan_of


cdef Plan enter(object function, int kind, str method):
    cdef Plan plan = Plan.__new__(Plan)
    plan.kind = kind
    plan.function, plan.name = function, method
    plan.method = None if method is None else getattr(np.ndarray, method, None)
    if function is not None:
        PLANS[function] = plan
    if method is not None and kind != ATTRIBUTE:
        METHOD_PLANS[method] = plan
    return plan


for _function, _kind, _method in (
    # function          kind             method
    (np.shape,          ATTRIBUTE,       "shape"),
    (np.ndim,           ATTRIBUTE,       "ndim"),
    (np.size,           ATTRIBUTE,       "size"),
    (np.real,           ATTRIBUTE,       "real"),
    (np.iscomplexobj,   ANSWERS,         None),
    (np.isrealobj,      ANSWERS,         None),
    (np.count_nonzero,  ANSWER,          None),
    (np.isclose,        ANSWERS,         None),
    (np.allclose,       ANSWER,          None),
    (np.all,            ANSWER,          "all"),
    (np.any,            ANSWER,          "any"),
    (np.argmax,         ANSWER,          "argmax"),
    (np.argmin,         ANSWER,          "argmin"),
    (np.argsort,        ANSWER,          "argsort"),
    (np.nonzero,        ANSWER,          "nonzero"),
    (np.diagonal,       VIEW,            "diagonal"),
    (np.ravel,          RAVEL,           "ravel"),
    (np.reshape,        RESHAPE,         "reshape"),
    (np.squeeze,        SQUEEZE,         "squeeze"),
    (np.swapaxes,       SWAP,            "swapaxes"),
    (np.transpose,      TRANSPOSE,       "transpose"),
    (np.flip,           FLIP,            None),
    (np.atleast_1d,     LEAST_1,         None),
    (np.atleast_2d,     LEAST_2,         None),
    (np.sum,            SUM,             "sum"),
    (np.mean,           MEAN,            "mean"),
    (np.var,            VARIANCE,        "var"),
    (np.std,            DEVIATION,       "std"),
    (np.amax,           LARGEST,         None),
    (np.amin,           SMALLEST,        None),
    (np.max,            LARGEST,         "max"),
    (np.min,            SMALLEST,        "min"),
    (np.prod,           PRODUCT,         "prod"),
    (np.cumsum,         RUNNING_SUM,     "cumsum"),
    (np.cumprod,        RUNNING_PRODUCT, "cumprod"),
    (np.copy,           COPY,            "copy"),
    (np.diag,           MOVE,            None),
    (np.diagflat,       MOVE,            None),
    (np.delete,         MOVE,            None),
    (np.repeat,         MOVE,            "repeat"),
    (np.resize,         MOVE,            None),
    (np.roll,           MOVE,            None),
    (np.tile,           MOVE,            None),
    (np.tril,           MOVE,            None),
    (np.triu,           MOVE,            None),
    (np.fft.fftshift,   MOVE,            None),
    (np.fft.ifftshift,  MOVE,            None),
    (None,              COPY,            "conj"),
    (None,              CAST,            "astype"),
    (None,              ITEM,            "item"),
    (None,              ITEMS,           "tolist"),
    (None,              FLATTEN,         "flatten"),
    (np.take,           GATHER,          "take"),
    (np.linalg.norm,    NORM,            None),
    (np.sort,           SORT,            None),
    (np.median,         MEDIAN,          None),
    (np.zeros_like,     ZEROS,           None),
    (np.empty_like,     ZEROS,           None),
    (np.ones_like,      ONES,            None),
    (np.full_like,      FULL,            None),
    (np.inner,          INNER,           None),
    (np.vdot,           INNER,           None),
    (np.interp,         INTERPOLATE,     None),
    (np.dot,            MATRIX,          "dot"),
    (np.outer,          OUTER,           None),
    (np.where,          CHOICE,          None),
    (np.clip,           BETWEEN,         "clip"),
    (np.concatenate,    CONCATENATE,     None),
    (np.stack,          STACK,           None),
    (np.hstack,         BESIDE,          None),
    (np.vstack,         BELOW,           None),
    (np.column_stack,   COLUMNS,         None),
    (np.append,         APPEND,          None),
):
    enter(_function, _kind, _method)


cdef object short_way(Plan plan, Number x, tuple rest, dict kwargs):
    """A function or a method of a number; None where that is not the simple case."""
    cdef Reduced r
    cdef Py_ssize_t count = len(rest)
    if x.rows or not cnp.PyArray_CheckExact(x.buffer):
        return None
    if plan.kind == MOVE:
        return moved_few(plan.function, x, rest, kwargs)
    if plan.kind == ATTRIBUTE:
        if count or kwargs:
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
        return function(row_of(x.buffer, 0), *rest, **kwargs)
    if RAVEL <= plan.kind < VIEW:
        found = None if kwargs or not is_plain(x) else short_view(plan.kind, x, rest)
        if found is not None or FLIP <= plan.kind <= LEAST_2:
            mix()
            return found
    if RAVEL <= plan.kind <= VIEW:
        if kwargs or cnp.PyArray_SIZE(<cnp.ndarray>x.buffer) == 0 or not all_plain(rest, None):
            return None
        if plan.kind == RESHAPE and count > 1 and type(rest[count - 1]) is str:
            return None  # the order, of the function
        parts = view_of_rows(<cnp.ndarray>x.buffer, plan.method(row_of(x.buffer, 0), *rest))
        if parts is None:
            return None
        mix()
        return make(x.algebra, parts)
    if (SUM <= plan.kind <= NORM or SORT <= plan.kind <= MATRIX) and is_single(x):
        if plan.kind == MATRIX:
            return None if kwargs else single_function(plan, (x, *rest))
        return single_way(plan, x, rest, kwargs)
    if SUM <= plan.kind <= NORM:
        x = compact(x)
        if not reduced(x, rest, kwargs, VARIANCE <= plan.kind <= DEVIATION, &r):
            return None
        mix()
        if plan.kind == SUM:
            return sum_few(x, &r)
        if plan.kind == MEAN:
            return mean_few(x, &r)
        if plan.kind <= DEVIATION:
            return spread_few(x, &r, plan.kind == DEVIATION)
        if plan.kind <= SMALLEST:
            return extreme_few(x, &r, plan.kind == LARGEST)
        if plan.kind == PRODUCT:
            return product_few(x, &r)
        if plan.kind == NORM:
            return None if rest or kwargs else norm_few(x, &r)
        return running_few(x, &r, plan.kind == RUNNING_PRODUCT)
    if kwargs:
        return None
    if plan.kind == COPY:
        if count or not (cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>x.buffer) and is_real(x.buffer)):
            return None
        return duplicate(x)
    if plan.kind == ITEM:
        return item_of(x, rest[0]) if count == 1 and PyLong_CheckExact(rest[0]) and (
            cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) == 2) else None
    if plan.kind == ITEMS:
        return [item_of(x, k) for k in range(cnp.PyArray_DIM(<cnp.ndarray>x.buffer, 1))] if (
            cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) == 2) else None
    if plan.kind == CAST:
        if count != 1 or not (rest[0] is float or rest[0] is np_float64) or points_of(x.buffer) == 0:
            return None
        return duplicate(x)
    if plan.kind == FLATTEN:
        if count or not cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>x.buffer) or points_in(x.buffer) == 0:
            return None
        return flattened(duplicate(x))
    if plan.kind == SORT or plan.kind == MEDIAN:
        return None if count else sorted_few(compact(x), plan.kind == MEDIAN)
    if plan.kind == ZEROS or plan.kind == ONES:
        return None if count or points_of(x.buffer) == 0 else constant_few(x, 1.0 if plan.kind == ONES else 0.0)
    if plan.kind == FULL:
        return constant_few(x, <double>rest[0]) if count == 1 and PyFloat_CheckExact(rest[0]) and (
            points_of(x.buffer)) else None
    if plan.kind == GATHER:
        return gathered(x, rest[0]) if count == 1 and cnp.PyArray_CheckExact(rest[0]) and (
            cnp.PyArray_TYPE(<cnp.ndarray>rest[0]) != cnp.NPY_BOOL) else None
    if plan.kind == BETWEEN:
        return clip_few(x, rest[0], rest[1]) if count == 2 else None
    if plan.kind == MATRIX:
        return matrix_few(x, rest[0]) if count == 1 else None
    return None


cdef Number duplicate(Number x):
    """A copy of an array in C order."""
    cdef cnp.ndarray parts = x.buffer, y
    if not is_double(parts):
        return array_like(x, cnp.PyArray_NewCopy(parts, cnp.NPY_CORDER))
    y = empty_like(parts)
    memcpy(doubles(y), doubles(parts), cnp.PyArray_NBYTES(y))
    return array_like(x, y)


cdef bint all_integers(tuple items) noexcept:
    """Whether these are integers of Python, which truth values are not."""
    for item in items:
        if not PyLong_CheckExact(item):
            return False
    return True


cdef dict MOVES = {}  # a call -> the labels of the elements of its result, 0 for a zero


cdef object moved_few(object function, Number x, tuple rest, dict kwargs):
    """A function that only moves elements about, which it shows by moving labels; or None.

    It answers with a copy: what may be a view is no case for this.
    """
    cdef Py_ssize_t n, k, t, rows, size
    cdef cnp.ndarray labels, result
    cdef cnp.npy_intp shape[MOST_AXES]
    cdef const cnp.npy_intp *at
    cdef double *u
    cdef double *w
    x = compact(x)
    n = points_of(x.buffer)
    if n == 0 or not all_plain(rest, kwargs):
        return None
    dims = x.shape
    for given in (*rest, *kwargs.values()) if kwargs else rest:
        if type(given) is slice or type(given) is tuple and not all_integers(<tuple>given):
            return None
    key = (function, dims, rest, tuple(map(type, rest)),  # 2, 2.0 and True are equal
           tuple([(name, type(given), given) for name, given in kwargs.items()]) if kwargs else None)
    try:
        found = MOVES.get(key)
    except TypeError:  # an array among the options
        return None
    if found is None:
        found = function(np.arange(1, n + 1).reshape(dims), *rest, **kwargs)
        if type(found) is not np.ndarray or found.base is not None and function is np.diag and (
            len(dims) > 1
        ):
            found = False
        else:
            found = np.asarray(found, np.intp, order="C")
        if len(MOVES) >= MOST_MOVES:
            MOVES.clear()
        MOVES[key] = found
    if found is False:
        return None
    labels = found
    size = cnp.PyArray_SIZE(labels)
    rows = cnp.PyArray_DIM(x.buffer, 0)
    if size == 0 or rows * size > FEW_ENTRIES or cnp.PyArray_NDIM(labels) >= MOST_AXES - 1:
        return None
    mix()
    shape[0] = rows
    for k in range(cnp.PyArray_NDIM(labels)):
        shape[k + 1] = cnp.PyArray_DIM(labels, <int>k)
    result = cnp.PyArray_EMPTY(cnp.PyArray_NDIM(labels) + 1, shape, cnp.NPY_DOUBLE, 0)
    at = <const cnp.npy_intp *>cnp.PyArray_DATA(labels)
    u, w = doubles(x.buffer), doubles(result)
    for k in range(rows):
        for t in range(size):
            w[k * size + t] = u[k * n + at[t] - 1] if at[t] else 0.0
    return make(x.algebra, result)


cdef inline bint is_real(object parts) noexcept:
    return cnp.PyArray_TYPE(<cnp.ndarray>parts) in (cnp.NPY_DOUBLE, cnp.NPY_FLOAT)


cdef list all_widened(object operands):
    """Operands in double precision; None where one of them has another precision."""
    cdef list given = []
    for x in operands:
        x = widened(x)
        if x is None:
            return None
        given.append(x)
    return given


cdef object single_way(Plan plan, Number x, tuple rest, dict kwargs):
    """What is not just a view or a copy, in single precision: in double, with NumPy's value."""
    options = rest
    if plan.kind == BETWEEN:
        options = all_widened(rest)
        if options is None:
            return None
    found = short_way(plan, widened(x), tuple(options), kwargs)
    if found is not None:
        found = narrowed(found)
    if found is None or plan.kind == SORT or plan.kind == GATHER or plan.kind == ZEROS or (
        ONES <= plan.kind <= BETWEEN
    ):
        return found
    first = (plan.method or plan.function)(row_of(x.buffer, 0), *rest, **kwargs)
    return with_row(found, first)


cdef object single_function(Plan plan, tuple args):
    """A function of several operands in single precision; None where it is not that simple."""
    cdef list given = []
    for x in args:
        if type(x) is list or type(x) is tuple:
            x = all_widened(x)
        else:
            x = widened(x)
        if x is None:
            return None
        given.append(x)
    if plan.kind >= CONCATENATE and has_float(args if plan.kind == APPEND else args[:1]):
        return None  # among these it is an array of doubles
    found = short_function(plan, tuple(given), {})
    if found is not None:
        found = narrowed(found)
    if found is None or not MATRIX <= plan.kind <= INNER:
        return found
    return with_row(found, plan.function(*[row_or_plain(x) for x in args]))


cdef bint has_float(object operands) noexcept:
    """Whether there is a number of Python's among arrays, or in a list of them."""
    for x in operands:
        if PyFloat_CheckExact(x) or PyLong_CheckExact(x):
            return True
        if (type(x) is list or type(x) is tuple) and has_float(x):
            return True
    return False


cdef bint some_single(object operands) noexcept:
    """Whether there is an array in single precision among operands, or in a list of them."""
    for x in operands:
        if type(x) is list or type(x) is tuple:
            for item in x:
                return is_single(item)
        elif is_single(x):
            return True
    return False


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
        return item_of(x, REVERSED) if cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) == 2 else None
    if kind == LEAST_1:
        return item_of(x, Ellipsis)
    if kind == LEAST_2:
        return item_of(x, None if cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) == 2 else Ellipsis)
    return flattened(x) if kind == RAVEL else squeezed(x)


cdef object constant_few(Number x, double value):
    """Constants like a few points, into which numbers can be written."""
    cdef cnp.ndarray y = empty_like(x.buffer)
    cdef Py_ssize_t t, n = points_in(y)
    memset(doubles(y), 0, cnp.PyArray_NBYTES(y))
    for t in range(n):
        doubles(y)[t] = value
    return array_like(x, y)


cdef object short_function(Plan plan, tuple args, dict kwargs):
    """A function of several operands; None where that is not the simple case."""
    cdef Py_ssize_t count = len(args)
    cdef object axis = 0
    if plan.kind >= CONCATENATE:
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
    if kwargs:
        return None
    if count == 3 and plan.kind == CHOICE:
        return where_few(args[0], args[1], args[2])
    if count == 2 and plan.kind == MATRIX:
        return matrix_few(args[0], args[1])
    if count == 2 and plan.kind == OUTER:
        return outer_few(args[0], args[1])
    if count == 2 and plan.kind == INNER and is_flat(args[0]) and is_flat(args[1]):
        return matrix_few(args[0], args[1])
    if count == 3 and plan.kind == INTERPOLATE and isinstance(args[0], Number):
        return interpolated_few(<Number>args[0], args[1], args[2])
    return None


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
    if plan is None:
        plan = enter(function, NO_SHORT_WAY, None)
    elif plan.kind != NO_SHORT_WAY and args:
        found = None
        if plan.kind >= MATRIX:
            if some_single(args):
                found = single_function(plan, args) if not kwargs else None
            else:
                found = short_function(plan, args, kwargs)
        elif isinstance(args[0], Number) and (
            len(args) <= 2 or not RESHAPE <= plan.kind <= TRANSPOSE or plan.kind == SWAP
        ):  # what methods take one by one is a tuple here
            found = short_way(plan, <Number>args[0], args[1:], kwargs)
        if found is not None:
            return found
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


cdef object method(str name, Number x, tuple args, dict kwargs):
    """A method of ndarray."""
    found = short_way(<Plan>METHOD_PLANS[name], x, args, kwargs)
    return METHODS[name](x, *args, **kwargs) if found is None else found


cdef bint is_plain(Number x) noexcept:
    """Whether this is an array of coefficients that are on no record."""
    return x.rows == 0 and cnp.PyArray_CheckExact(x.buffer) and (
        cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) > 1)
