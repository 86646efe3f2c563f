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
    Py_ssize_t dims[MOST_LABELS]
    Py_ssize_t left[MOST_LABELS]
    Py_ssize_t right[MOST_LABELS]
    Py_ssize_t to[MOST_LABELS]

cdef object np_einsum = np.einsum, np_convolve = np.convolve, np_kron = np.kron, np_cross = np.cross


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


cdef object contracted(Number like, Side *u, Side *v, Contraction *c, object first):
    """The sums over pairs of rows, of which NumPy gives the first. Without labels: cross products."""
    cdef const Table *table = table_of(like)
    cdef cnp.npy_intp shape[MOST_AXES]
    cdef Py_ssize_t k, pair, i, j
    cdef cnp.ndarray parts
    cdef Number y
    cdef double *to
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
    for k in range(1, table.rows):
        for pair in range(table.start[k], table.start[k + 1]):
            i, j = table.left[pair], table.right[pair]
            if i >= u.rows or j >= v.rows:
                continue
            if c.labels:
                contract(c, 0, u.data + i * u.size, v.data + j * v.size, to + k * c.size)
            else:
                turn_around(u.data + i * u.size, v.data + j * v.size, to + k * c.size)
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
    c.labels = 0
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


cdef object einsum_few(str subscripts, object a, object b):
    """`numpy.einsum` of two small arrays; None for all else."""
    cdef Side u, v
    cdef Contraction c
    cdef Number like
    cdef object left = in_order(a), right = in_order(b)
    like = number_among(a, b)
    if like is None or not (as_side(left, &u) and as_side(right, &v)) or (
        not read_subscripts(subscripts, &u, &v, &c)
    ) or not few_terms(&c, &u, &v, like):
        return None
    return contracted(like, &u, &v, &c, np_einsum(subscripts, value_of(a), value_of(b)))


cdef object bilinear_few(int kind, object function, object a, object b):
    """`convolve`, `kron` and `cross` of two small arrays; None for all else."""
    cdef Side u, v
    cdef Contraction c
    cdef Number like
    cdef object left = in_order(a), right = in_order(b)
    like = number_among(a, b)
    if like is None or not (as_side(left, &u) and as_side(right, &v)) or u.ndim != v.ndim or u.ndim > 2:
        return None
    c.labels = 0
    if kind == KRON and u.ndim == 2:
        c.size = u.size * v.size
        add_label(&c, u.dims[0], u.dims[1], 0, v.size * u.dims[1])
        add_label(&c, v.dims[0], 0, v.dims[1], u.dims[1] * v.dims[1])
        add_label(&c, u.dims[1], 1, 0, v.dims[1])
        add_label(&c, v.dims[1], 0, 1, 1)
    elif u.ndim == 2:
        return None
    elif kind == KRON or kind == CONVOLVE:
        c.size = u.size * v.size if kind == KRON else u.size + v.size - 1
        add_label(&c, u.size, 1, 0, v.size if kind == KRON else 1)
        add_label(&c, v.size, 0, 1, 1)
    else:
        if u.size != 3 or v.size != 3:
            return None
        c.size = 3
    if not few_terms(&c, &u, &v, like):
        return None
    return contracted(like, &u, &v, &c, function(value_of(a), value_of(b)))
