# Part of _numbers.pyx: products of small matrices and vectors, and what joins small arrays.

cdef enum:
    FEW_PRODUCTS = 12_000  # multiplications up to which a call of NumPy costs more
    FEW_IN_SERIES = 100_000  # the same of series in one variable, which a kernel multiplies
    FEW_AT_ONCE = 60       # multiplications up to which a call of the kernel costs more
    FEW_ENTRIES = 4096   # numbers that are copied at once

# One side of a product: a matrix for each row of coefficients, or for the first one alone.
cdef struct Matrix:
    const double *data
    int ndim
    Py_ssize_t rows, height, width


cdef bint as_matrix(object x, bint left, Matrix *a) noexcept:
    """Look at a number or a plain array of doubles as a matrix; a vector is a row or a column."""
    cdef bint moving = isinstance(x, Number)
    cdef object parts = (<Number>x).buffer if moving else x
    if not cnp.PyArray_CheckExact(parts) or not is_double(parts) or (
        not cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>parts)
    ):
        return False
    a.ndim = cnp.PyArray_NDIM(<cnp.ndarray>parts) - moving
    if not 1 <= a.ndim <= 2:
        return False
    a.data = doubles(parts)
    a.rows = cnp.PyArray_DIM(<cnp.ndarray>parts, 0) if moving else 1
    a.height, a.width = 1, cnp.PyArray_DIM(<cnp.ndarray>parts, moving)
    if a.ndim == 2:
        a.height, a.width = a.width, cnp.PyArray_DIM(<cnp.ndarray>parts, 1 + moving)
    elif not left:
        a.height, a.width = a.width, 1
    return True


cdef void multiply_add(const double *a, const double *b, double *y, Py_ssize_t height,
                       Py_ssize_t length, Py_ssize_t width) noexcept:
    """y += a b"""
    cdef Py_ssize_t i, j, k
    cdef double total, factor
    cdef double sums[4]
    for i in range(height):
        if width == 1:  # four sums at once, which do not wait for each other
            sums[:] = (0.0, 0.0, 0.0, 0.0)
            for j in range(length // 4):
                for k in range(4):
                    sums[k] += a[i * length + 4 * j + k] * b[4 * j + k]
            total = (sums[0] + sums[1]) + (sums[2] + sums[3])
            for j in range(length - length % 4, length):
                total += a[i * length + j] * b[j]
            y[i] += total
            continue
        for j in range(length):
            factor = a[i * length + j]
            for k in range(width):
                y[i * width + k] += factor * b[j * width + k]


cdef object multiplied(Number like, Matrix *a, Matrix *b, object first, int ndim,
                       const cnp.npy_intp *dims):
    """The sums of the products of rows, of which NumPy gives the first."""
    cdef const Table *table = table_of(like)
    cdef cnp.npy_intp shape[3]
    cdef Py_ssize_t size = a.height * b.width, k, i, j, pair
    cdef cnp.ndarray parts
    cdef Number y = None
    cdef double *to
    if ndim == 0:
        y = blank_scalar(like)
        to = y.c
        to[0] = first
    else:
        shape[0] = table.rows
        for k in range(ndim):
            shape[k + 1] = dims[k]
        parts = cnp.PyArray_EMPTY(ndim + 1, shape, cnp.NPY_DOUBLE, 0)
        to = doubles(parts)
        memcpy(to, doubles(first), size * sizeof(double))
        y = array_like(like, parts)
    if table.univariate and a.rows > 1 and b.rows > 1 and b.width > 1 and (
        size * a.width > FEW_AT_ONCE
    ):
        multiply_series(a, b, table.rows, to)
        return y if all_finite(to, table.rows * size) else None
    memset(to + size, 0, (table.rows - 1) * size * sizeof(double))
    for k in range(1, table.rows):
        for pair in range(table.start[k], table.start[k + 1]):
            i, j = table.left[pair], table.right[pair]
            if i < a.rows and j < b.rows:
                multiply_add(a.data + i * a.height * a.width, b.data + j * b.height * b.width,
                             to + k * size, a.height, a.width, b.width)
    return y if all_finite(to, table.rows * size) else None


cdef bint few_products(Matrix *a, Matrix *b, Number like) except -1:
    cdef Py_ssize_t pairs = table_of(like).rows
    cdef bint series = a.rows > 1 and b.rows > 1 and table_of(like).univariate
    if a.rows > 1 and b.rows > 1:
        pairs = table_of(like).start[pairs]
    return pairs * a.height * a.width * b.width <= (FEW_IN_SERIES if series else FEW_PRODUCTS)


cdef void multiply_series(Matrix *a, Matrix *b, Py_ssize_t rows, double *y) noexcept:
    """The rows from the first one on of a product of series in one variable."""
    cdef Py_ssize_t k
    cdef Products p
    p.mode, p.inner, p.columns = SUM_OF_PRODUCTS, a.width, b.width
    p.a, p.a_step, p.a_next = a.data, a.width, a.height * a.width
    p.b_step, p.b_next, p.c_step = b.width, -b.height * b.width, b.width
    for k in range(1, rows):
        p.count = k + 1
        p.b, p.c = b.data + k * b.height * b.width, y + k * a.height * b.width
        multiply_rows(&p, 0, a.height)


cdef object in_order(object x):
    """A number or an array of few doubles in C order: itself, or a copy; all else as it is."""
    cdef bint moving = isinstance(x, Number)
    cdef object parts = (<Number>x).buffer if moving else x
    if not is_walkable(parts) or cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>parts) or (
        cnp.PyArray_SIZE(<cnp.ndarray>parts) > FEW_ENTRIES
    ) or cnp.PyArray_NDIM(<cnp.ndarray>parts) <= moving:
        return x
    parts = stretched(parts, moving, cnp.PyArray_NDIM(<cnp.ndarray>parts) - moving,
                      cnp.PyArray_DIMS(<cnp.ndarray>parts) + moving)
    return array_like(<Number>x, parts) if moving else parts


cdef inline object value_of(object x):
    """The value of an array, or a plain operand."""
    return row_of((<Number>x).buffer, 0) if isinstance(x, Number) else x


cdef Number number_among(object a, object b):
    """The one of two operands that is a number; None where they are of different algebras."""
    if isinstance(a, Number):
        if isinstance(b, Number) and (<Number>b).algebra is not (<Number>a).algebra:
            return None
        return <Number>a
    return <Number>b if isinstance(b, Number) else None


cdef object matrix_few(object a, object b, bint dot):
    """a @ b for small vectors and matrices, one of them or both moving; None for all else."""
    cdef Matrix u, v
    cdef Number like
    cdef cnp.npy_intp dims[2]
    cdef int ndim = 0
    cdef object left, right
    like = number_among(a, b)
    if like is None:
        return None
    left, right = in_order(a), in_order(b)
    if not (as_matrix(left, True, &u) and as_matrix(right, False, &v)) or u.width != v.height or (
        u.width == 0
    ) or not few_products(&u, &v, like):
        return None
    if not (all_finite(u.data, u.height * u.width) and all_finite(v.data, v.height * v.width)):
        return None  # a warning would name another function, and come twice
    if u.ndim == 2:
        dims[ndim] = u.height
        ndim += 1
    if v.ndim == 2:
        dims[ndim] = v.width
        ndim += 1
    mix()
    if dot or left is a and right is b:
        first = cnp.PyArray_MatrixProduct(value_of(a), value_of(b))
    else:  # which sums in another order where there are gaps in memory
        first = np_matmul(value_of(a), value_of(b))
    if ndim and not cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>first):
        return None
    if ndim == 0 and u.width == 1 and first == 0.0:
        return None  # which zero it is depends on the function
    return multiplied(like, &u, &v, first, ndim, dims)


cdef object outer_few(object a, object b):
    """The outer product of short vectors; None for all else."""
    cdef Matrix u, v
    cdef Number like
    cdef cnp.npy_intp dims[2]
    cdef cnp.ndarray first
    cdef Py_ssize_t i, j
    if isinstance(a, Number):
        like = a = compact(<Number>a)
        if isinstance(b, Number) and (<Number>b).algebra is not like.algebra:
            return None
    elif isinstance(b, Number):
        like = <Number>b
    else:
        return None
    if isinstance(b, Number):
        like = b = compact(<Number>b)
    if not (as_matrix(a, False, &u) and as_matrix(b, True, &v)) or u.ndim != 1 or v.ndim != 1 or (
        not few_products(&u, &v, like)
    ):
        return None
    mix()
    dims[0], dims[1] = u.height, v.width
    first = cnp.PyArray_EMPTY(2, dims, cnp.NPY_DOUBLE, 0)
    for i in range(u.height):
        for j in range(v.width):
            doubles(first)[i * v.width + j] = u.data[i] * v.data[j]
    return multiplied(like, &u, &v, first, 2, dims)


def bilinear(function, a, b):
    """A function of two operands, linear in each, by one call for each pair of rows.

    None where operands or results are not plain coefficients over one algebra.
    """
    cdef Number like
    cdef const Table *table
    cdef Py_ssize_t k, pair, m = 1, n = 1
    cdef bint written
    like = <Number>(a if isinstance(a, Number) else b)
    if not (isinstance(like, Number) and is_factor(a, like) and is_factor(b, like)):
        return None
    table = table_of(like)
    left = [a] if not isinstance(a, Number) else [row_of((<Number>a).buffer, k) for k in range(table.rows)]
    right = [b] if not isinstance(b, Number) else [row_of((<Number>b).buffer, k) for k in range(table.rows)]
    m, n = len(left), len(right)
    first = function(left[0], right[0])
    if not (type(first) is np_float64 or cnp.PyArray_CheckExact(first) and (
        is_double(first) and cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>first))
    ):
        return None
    parts = np.zeros((table.rows, *first.shape))
    parts[0] = first
    for k in range(1, table.rows):
        written = False
        for pair in range(table.start[k], table.start[k + 1]):
            if table.left[pair] < m and table.right[pair] < n:
                term = function(left[table.left[pair]], right[table.right[pair]])
                if written:
                    parts[k] += term
                else:
                    parts[k] = term
                written = True
    return make(like.algebra, parts)


cdef bint is_factor(object x, Number like) noexcept:
    """Whether this is an array of doubles: plain, or a number over the algebra of another."""
    if isinstance(x, Number):
        return (<Number>x).algebra is like.algebra and is_plain(<Number>x) and (
            is_double((<Number>x).buffer))
    return cnp.PyArray_CheckExact(x) and is_double(x)


# --- Joining -----------------------------------------------------------------------------

cdef enum:
    MOST_JOINED = 32


cdef object listed(object item):
    """A list of plain floats as an array, and all else as it is."""
    if type(item) is not list or not item:
        return item
    for one in <list>item:
        if not PyFloat_CheckExact(one):
            return item
    return np.array(item)


cdef object joined_few(object items, int axis, bint new_axis, bint lenient):
    """Small arrays one after the other along an axis, or along a new one; None for all else.

    Where it is `lenient`, single numbers are arrays of one.
    """
    cdef Number like = None
    cdef const double *data[MOST_JOINED]
    cdef Py_ssize_t lengths[MOST_JOINED]
    cdef Py_ssize_t rows_of[MOST_JOINED]
    cdef double singles[MOST_JOINED]
    cdef cnp.npy_intp dims[MOST_AXES]
    cdef cnp.npy_intp own[MOST_AXES]
    cdef Py_ssize_t count, at, k, o, total = 0, outer = 1, inner = 1, rows, block
    cdef int ndim = -1, n, d
    cdef cnp.ndarray parts
    cdef double *to
    if type(items) is not list and type(items) is not tuple:
        return None
    count = len(items)
    if not 0 < count <= MOST_JOINED:
        return None
    if not new_axis:
        items = [listed(item) for item in items]
    for at in range(count):
        item = items[at]
        if isinstance(item, Number):
            if like is None:
                like = <Number>item
            elif (<Number>item).algebra is not like.algebra:
                return None
            if (<Number>item).rows:
                n, rows_of[at], data[at] = 0, (<Number>item).rows, (<Number>item).c
            else:
                item = (<Number>item).buffer
                if not cnp.PyArray_CheckExact(item) or cnp.PyArray_NDIM(<cnp.ndarray>item) < 2:
                    return None
                n, rows_of[at] = cnp.PyArray_NDIM(<cnp.ndarray>item) - 1, -1
        elif cnp.PyArray_CheckExact(item):
            n, rows_of[at] = cnp.PyArray_NDIM(<cnp.ndarray>item), 1
            if n == 0:
                return None
        elif as_float(item, &singles[at]):
            n, rows_of[at], data[at] = 0, 1, &singles[at]
        else:
            return None
        if n:
            parts = <cnp.ndarray>item
            if not is_double(parts) or not cnp.PyArray_ISCARRAY_RO(parts) or n >= MOST_AXES:
                return None
            d = rows_of[at] < 0
            if d:
                rows_of[at] = cnp.PyArray_DIM(parts, 0)
            for k in range(n):
                own[k] = cnp.PyArray_DIM(parts, k + d)
            data[at] = doubles(parts)
        elif lenient:
            n, own[0] = 1, 1
        elif not new_axis:
            return None
        if ndim < 0:
            ndim = n
            for k in range(n):
                dims[k] = own[k]
            if axis < 0:
                axis += ndim + new_axis
            if not 0 <= axis < ndim + new_axis:
                return None
        if n != ndim:
            return None
        for k in range(n):
            if own[k] != dims[k] and (new_axis or k != axis):
                return None
        lengths[at] = 1 if new_axis else own[axis]
        total += lengths[at]
    if like is None:
        return None
    rows = table_of(like).rows
    if new_axis:
        for k in range(ndim, axis, -1):
            dims[k] = dims[k - 1]
        ndim += 1
    dims[axis] = total
    for k in range(axis):
        outer *= dims[k]
    for k in range(axis + 1, ndim):
        inner *= dims[k]
    if rows * outer * total * inner > FEW_ENTRIES or ndim + 1 >= MOST_AXES:
        return None
    for k in range(ndim, 0, -1):
        dims[k] = dims[k - 1]
    dims[0] = rows
    mix()
    parts = cnp.PyArray_EMPTY(ndim + 1, dims, cnp.NPY_DOUBLE, 0)
    to = doubles(parts)
    for k in range(rows):
        for o in range(outer):
            for at in range(count):
                block = lengths[at] * inner
                if k < rows_of[at]:
                    memcpy(to, data[at] + (k * outer + o) * block, block * sizeof(double))
                else:
                    memset(to, 0, block * sizeof(double))
                to += block
    return make(like.algebra, parts)
