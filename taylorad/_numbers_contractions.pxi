# Part of _numbers.pyx: sums of products of two small arrays, as subscripts say or the like.

cdef enum:
    MOST_LABELS = 8

# One operand: an array for each row of coefficients, or for the first one alone.
cdef struct Side:
    const double *data
    const cnp.npy_intp *dims
    Py_ssize_t rows, size
    int ndim

# For each label how far apart its places are in both operands and in the result.
cdef struct Contraction:
    int labels
    Py_ssize_t size  # of the result
    Py_ssize_t whole, start  # of what the result is cut from, if it is a part; else 0
    Py_ssize_t dims[MOST_LABELS]
    Py_ssize_t left[MOST_LABELS]
    Py_ssize_t right[MOST_LABELS]
    Py_ssize_t to[MOST_LABELS]

cdef object np_einsum = np.einsum, np_correlate = np.correlate


cdef bint as_side(object x, Side *side) noexcept:
    """Look at a number or a plain array of doubles; false if it has no points in C order."""
    cdef bint moving = isinstance(x, Number)
    cdef object parts = (<Number>x).buffer if moving else x
    if not cnp.PyArray_CheckExact(parts) or not is_double(parts) or (
        not cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>parts)
    ):
        return False
    side.ndim = cnp.PyArray_NDIM(<cnp.ndarray>parts) - moving
    if side.ndim < 1:
        return False
    side.dims = cnp.PyArray_DIMS(<cnp.ndarray>parts) + moving
    side.rows = cnp.PyArray_DIM(<cnp.ndarray>parts, 0) if moving else 1
    side.size = cnp.PyArray_SIZE(<cnp.ndarray>parts) // side.rows
    side.data = doubles(parts)
    return side.size > 0


cdef inline void add_label(Contraction *c, Py_ssize_t dim, Py_ssize_t left, Py_ssize_t right,
                           Py_ssize_t to) noexcept:
    c.dims[c.labels], c.left[c.labels], c.right[c.labels], c.to[c.labels] = dim, left, right, to
    c.labels += 1


cdef void contract(const Contraction *c, int label, const double *a, const double *b,
                   double *y) noexcept:
    """y += the sums of the products of a and b"""
    cdef Py_ssize_t k, n = c.dims[label]
    cdef Py_ssize_t left = c.left[label], right = c.right[label], to = c.to[label]
    if label < c.labels - 1:
        for k in range(n):
            contract(c, label + 1, a + k * left, b + k * right, y + k * to)
        return
    for k in range(n):
        y[k * to] += a[k * left] * b[k * right]


cdef inline void turn_around(const double *a, const double *b, double *y) noexcept:
    """y += the cross product of a and b"""
    y[0] += a[1] * b[2] - a[2] * b[1]
    y[1] += a[2] * b[0] - a[0] * b[2]
    y[2] += a[0] * b[1] - a[1] * b[0]


cdef void between_rows(const Table *table, Py_ssize_t k, Contraction *c, Side *u, Side *v,
                       double *to) noexcept:
    """Add what pairs of rows contribute to row k."""
    cdef Py_ssize_t pair, i, j
    for pair in range(table.start[k], table.start[k + 1]):
        i, j = table.left[pair], table.right[pair]
        if i >= u.rows or j >= v.rows:
            continue
        if c.labels:
            contract(c, 0, u.data + i * u.size, v.data + j * v.size, to)
        else:
            turn_around(u.data + i * u.size, v.data + j * v.size, to)


cdef object contracted(Number like, Side *u, Side *v, Contraction *c, object first):
    """The sums over pairs of rows, of which NumPy gives the first. Without labels: cross products."""
    cdef const Table *table = table_of(like)
    cdef cnp.npy_intp shape[MOST_AXES]
    cdef Py_ssize_t k
    cdef cnp.ndarray parts
    cdef Number y
    cdef double *to
    cdef double *whole = NULL
    if not cnp.PyArray_CheckExact(first):
        if type(first) is not np_float64 or c.size != 1:
            return None
        y = blank_scalar(like)
        to = y.c
        to[0] = first
    else:
        if not is_double(first) or not cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>first) or (
            cnp.PyArray_SIZE(<cnp.ndarray>first) != c.size
        ) or cnp.PyArray_NDIM(<cnp.ndarray>first) >= MOST_AXES - 1:
            return None
        shape[0] = table.rows
        for k in range(cnp.PyArray_NDIM(<cnp.ndarray>first)):
            shape[k + 1] = cnp.PyArray_DIM(<cnp.ndarray>first, <int>k)
        parts = cnp.PyArray_EMPTY(cnp.PyArray_NDIM(<cnp.ndarray>first) + 1, shape, cnp.NPY_DOUBLE, 0)
        y, to = array_like(like, parts), doubles(parts)
        memcpy(to, doubles(first), c.size * sizeof(double))
    memset(to + c.size, 0, (table.rows - 1) * c.size * sizeof(double))
    if c.whole:
        whole = <double *>malloc(c.whole * sizeof(double))
        if whole == NULL:
            raise MemoryError
    for k in range(1, table.rows):
        if whole == NULL:
            between_rows(table, k, c, u, v, to + k * c.size)
            continue
        memset(whole, 0, c.whole * sizeof(double))
        between_rows(table, k, c, u, v, whole)
        memcpy(to + k * c.size, whole + c.start, c.size * sizeof(double))
    free(whole)
    mix()
    return y if all_finite(to, table.rows * c.size) else None


cdef bint few_terms(const Contraction *c, Side *u, Side *v, Number like) except -1:
    cdef Py_ssize_t terms = table_of(like).rows
    cdef int k
    if u.rows > 1 and v.rows > 1:
        terms = table_of(like).start[terms]
    for k in range(c.labels):
        terms *= c.dims[k]
        if terms > FEW_PRODUCTS:
            return False
    return True


cdef bint read_subscripts(str text, Side *u, Side *v, Contraction *c) except -1:
    """What subscripts of two operands say; false unless they are letters, and sizes agree."""
    cdef Py_UCS4 names[MOST_LABELS]
    cdef int counts[MOST_LABELS]
    cdef int result[MOST_LABELS]
    cdef int place = 0, axis = 0, count = 0, label, k
    cdef Py_ssize_t step = 1
    cdef bint dash = False
    cdef Py_UCS4 letter
    c.labels, c.whole = 0, 0
    for letter in text:
        if dash != (letter == c">"):
            return False
        dash = False
        if letter == c">":
            axis = 0
            continue
        if letter == c",":
            if place != 0 or axis != u.ndim:
                return False
            place, axis = 1, 0
            continue
        if letter == c"-":
            if place != 1 or axis != v.ndim:
                return False
            place, dash = 2, True
            continue
        if not (c"a" <= letter <= c"z" or c"A" <= letter <= c"Z"):
            return False
        label = 0
        while label < c.labels and names[label] != letter:
            label += 1
        if place == 2:
            for k in range(count):
                if result[k] == label:
                    return False
            if label == c.labels:
                return False
            result[count] = label
            count += 1
            continue
        if axis >= (u.ndim if place == 0 else v.ndim):
            return False
        step = u.dims[axis] if place == 0 else v.dims[axis]
        if label == c.labels:
            if label == MOST_LABELS:
                return False
            names[label], counts[label] = letter, 0
            add_label(c, step, 0, 0, 0)
        elif c.dims[label] != step:
            return False
        counts[label] += 1
        step = 1
        for k in range(axis + 1, u.ndim if place == 0 else v.ndim):
            step *= u.dims[k] if place == 0 else v.dims[k]
        if place == 0:
            c.left[label] += step
        else:
            c.right[label] += step
        axis += 1
    if dash or place == 0 or place == 1 and axis != v.ndim:
        return False
    if place == 1:  # the labels that are there once, sorted
        for label in range(c.labels):
            if counts[label] == 1:
                k = count
                while k > 0 and names[result[k - 1]] > names[label]:
                    result[k] = result[k - 1]
                    k -= 1
                result[k] = label
                count += 1
    step = 1
    for k in range(count - 1, -1, -1):
        c.to[result[k]] = step
        step *= c.dims[result[k]]
    c.size = step
    return c.labels > 0


cdef object einsum_few(str subscripts, object a, object b, object first):
    """`numpy.einsum` of two small arrays, whose value is known or not; None for all else."""
    cdef Side u, v
    cdef Contraction c
    cdef Number like
    cdef object left = in_order(a), right = in_order(b)
    like = number_among(a, b)
    if like is None or not (as_side(left, &u) and as_side(right, &v)) or (
        not read_subscripts(subscripts, &u, &v, &c)
    ) or not few_terms(&c, &u, &v, like):
        return None
    if first is None:
        first = np_einsum(subscripts, value_of(a), value_of(b))
    return contracted(like, &u, &v, &c, first)


cdef dict IN_TURN = {}  # subscripts of three operands -> those of the first two, and of the rest


cdef object einsum_of_three(tuple args):
    """`numpy.einsum` of three small arrays, two of them first; None for all else."""
    subscripts = args[0]
    found = IN_TURN.get(subscripts)
    if found is None:
        given, arrow, result = subscripts.partition("->")
        operands = given.split(",")
        if len(operands) != 3 or not "".join(operands).isalpha():
            return None
        if not arrow:
            result = "".join(sorted([letter for letter in given if given.count(letter) == 1 and (
                letter != ",")]))
        first, second, third = operands
        kept = "".join(dict.fromkeys([letter for letter in first + second if (
            letter in third or letter in result)]))
        found = f"{first},{second}->{kept}", f"{kept},{third}->{result}"
        if len(IN_TURN) >= MOST_MOVES:
            IN_TURN.clear()
        IN_TURN[subscripts] = found
    for x in args[1:]:
        if not is_array(x):
            return None
    first, second = found
    if number_among(args[1], args[2]) is None:
        product = np_einsum(first, args[1], args[2])
    else:
        product = einsum_few(first, args[1], args[2], None)
    if product is None:
        return None
    return einsum_few(second, product, args[3], np_einsum(
        subscripts, value_of(args[1]), value_of(args[2]), value_of(args[3])))


cdef dict VIEWED = {}  # subscripts of one operand -> whether nothing is summed


cdef object einsum_of_one(tuple args):
    """`numpy.einsum` of one array, of which the result may be a view; None for all else."""
    cdef Number x
    cdef cnp.ndarray parts
    found = VIEWED.get(args[0])
    if found is None:
        given, _, result = args[0].partition("->")
        if len(VIEWED) >= MOST_MOVES:
            VIEWED.clear()
        found = VIEWED[args[0]] = set(given) == set(result)
    if found and isinstance(args[1], Number) and is_plain(<Number>args[1]):
        x = <Number>args[1]
        parts = <cnp.ndarray>x.buffer
        found = np_einsum(args[0], row_of(parts, 0))
        if cnp.PyArray_CheckExact(found) and found.base is not None:
            found = view_of_rows(parts, found)
            if found is None:
                return None
            mix()
            return make(x.algebra, found)
    return row_by_row(np_einsum, args, {})


cdef object convolved_few(object function, object a, object b, object mode):
    """`convolve` and `correlate` of two short vectors; None for all else.

    Both are parts of all sums of products; to correlate is to convolve with what is turned around.
    """
    cdef Side u, v
    cdef Contraction c
    cdef Number like
    cdef object left = in_order(a), right = in_order(b)
    cdef Py_ssize_t short
    cdef bint turned = function is np_correlate
    like = number_among(a, b)
    if like is None or not (as_side(left, &u) and as_side(right, &v)) or u.ndim != 1 or (
        v.ndim != 1 or not (mode is None or type(mode) is str)
    ):
        return None
    c.labels, c.whole, c.start = 0, u.size + v.size - 1, 0
    short = min(u.size, v.size)
    add_label(&c, u.size, 1, 0, 1)
    add_label(&c, v.size, 0, -1 if turned else 1, 1)
    if turned:
        v.data += v.size - 1
    if mode == "full" or mode is None and not turned:
        c.size, c.whole = c.whole, 0
    elif mode == "same":
        c.size = max(u.size, v.size)
        c.start = short // 2 if turned and u.size < v.size else (short - 1) // 2
    elif mode == "valid" or mode is None:
        c.size, c.start = max(u.size, v.size) - short + 1, short - 1
    else:
        return None
    if not few_terms(&c, &u, &v, like):
        return None
    if mode is None:
        return contracted(like, &u, &v, &c, function(value_of(a), value_of(b)))
    return contracted(like, &u, &v, &c, function(value_of(a), value_of(b), mode))


cdef object bilinear_few(int kind, object function, object a, object b):
    """`kron` and `cross` of two small arrays; None for all else."""
    cdef Side u, v
    cdef Contraction c
    cdef Number like
    cdef object left = in_order(a), right = in_order(b)
    like = number_among(a, b)
    if like is None or not (as_side(left, &u) and as_side(right, &v)) or u.ndim != v.ndim or u.ndim > 2:
        return None
    c.labels, c.whole = 0, 0
    if kind == KRON and u.ndim == 2:
        c.size = u.size * v.size
        add_label(&c, u.dims[0], u.dims[1], 0, v.size * u.dims[1])
        add_label(&c, v.dims[0], 0, v.dims[1], u.dims[1] * v.dims[1])
        add_label(&c, u.dims[1], 1, 0, v.dims[1])
        add_label(&c, v.dims[1], 0, 1, 1)
    elif u.ndim == 2:
        return None
    elif kind == KRON:
        c.size = u.size * v.size
        add_label(&c, u.size, 1, 0, v.size)
        add_label(&c, v.size, 0, 1, 1)
    else:
        if u.size != 3 or v.size != 3:
            return None
        c.size = 3
    if not few_terms(&c, &u, &v, like):
        return None
    return contracted(like, &u, &v, &c, function(value_of(a), value_of(b)))
