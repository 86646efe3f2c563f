# Part of _numbers.pyx: inverses, solutions, determinants and traces of a small matrix. The
# equations are those of the rules (rules/solving.py, rules/determinants.py).

cdef enum:
    MOST_SIDE = 16         # of a matrix
    FEW_STEPS = 100_000    # multiplications up to which a call of what runs on threads costs more
    MINORS_OF = 3          # up to this size determinants are sums of minors

# The condition up to which first derivatives of a determinant may come through the inverse;
# those of order k may up to its k-th root.
cdef double LARGEST_CONDITION = 1e4
CONDITION = LARGEST_CONDITION

cdef object la_inv = np.linalg.inv, la_solve = np.linalg.solve, la_det = np.linalg.det


cdef Py_ssize_t side_of(Number x, Side *a) except -1:
    """The size of a small square matrix of finite numbers; 0 if it is no such."""
    cdef Py_ssize_t n
    if not as_side(x, a) or a.ndim != 2 or a.dims[0] != a.dims[1]:
        return 0
    n = a.dims[0]
    if n > MOST_SIDE or not all_finite(a.data, a.rows * a.size) or (
        table_of(x).start[table_of(x).rows] * a.size * n > FEW_STEPS
    ):
        return 0
    return n


cdef void inverse_series(const Table *table, Py_ssize_t rows, Py_ssize_t n, const double *a,
                         double *y, double *known) noexcept:
    """The rows of y in y a = 1 from the first one on, with room for a matrix."""
    cdef Py_ssize_t k, pair, t, size = n * n
    cdef double *row
    for k in range(1, rows):
        memset(known, 0, size * sizeof(double))
        row = y + k * size
        memset(row, 0, size * sizeof(double))
        for pair in range(table.start[k], table.start[k + 1]):
            if table.right[pair]:
                multiply_add(y + table.left[pair] * size, a + table.right[pair] * size, known, n, n, n)
        multiply_add(known, y, row, n, n, n)
        for t in range(size):
            row[t] = -row[t]


cdef object inverse_beside(Number x):
    """The inverse of a matrix that is larger, but fits into the cache; None for all else."""
    cdef cnp.ndarray parts
    cdef Py_ssize_t n
    if not is_walkable(x.buffer) or cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) != 3:
        return None
    parts = x.buffer
    n = cnp.PyArray_DIM(parts, 1)
    if not MOST_SIDE < n <= IN_CACHE or cnp.PyArray_DIM(parts, 2) != n or not (
        table_of(x).univariate and cnp.PyArray_ISCARRAY_RO(parts)
    ):
        return None
    mix()
    return array_like(x, invert(parts, la_inv))


cdef object inverse_few(Number x):
    """The inverse of a matrix that is not large; None for all else."""
    cdef Side a
    cdef cnp.ndarray parts
    cdef double known[MOST_SIDE * MOST_SIDE]
    cdef Number ordered = in_order(x)
    cdef Py_ssize_t n = side_of(ordered, &a)
    if n == 0:
        return inverse_beside(ordered)
    mix()
    first = la_inv(row_of(x.buffer, 0))
    parts = empty_like(ordered.buffer)
    if not is_double(first) or not cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>first):
        return None
    memcpy(doubles(parts), doubles(first), a.size * sizeof(double))
    inverse_series(table_of(x), a.rows, n, a.data, doubles(parts), known)
    return array_like(x, parts) if all_finite(doubles(parts), a.rows * a.size) else None


cdef object solution_few(object a, object b):
    """The y in a y = b for a small matrix and a few columns; None for all else."""
    cdef Side u, v
    cdef Number like
    cdef const Table *table
    cdef double factors[MOST_SIDE * MOST_SIDE]
    cdef double sums[MOST_SIDE * MOST_SIDE]
    cdef ptrdiff_t exchanged[MOST_SIDE]
    cdef cnp.npy_intp shape[3]
    cdef Py_ssize_t n, m, k, pair, i, j, size
    cdef cnp.ndarray parts
    cdef double *y
    cdef object left = in_order(a), right = in_order(b)
    like = number_among(a, b)
    if like is None or not (as_side(left, &u) and as_side(right, &v)) or u.ndim != 2 or v.ndim > 2:
        return None
    table = table_of(like)
    n, m = u.dims[0], 1 if v.ndim == 1 else v.dims[1]
    size = n * m
    if u.dims[1] != n or v.dims[0] != n or n > MOST_SIDE or m > MOST_SIDE or (
        table.start[table.rows] * size * n > FEW_STEPS
    ) or not (all_finite(u.data, u.rows * u.size) and all_finite(v.data, v.rows * v.size)):
        return None
    mix()
    first = la_solve(value_of(a), value_of(b))
    memcpy(factors, u.data, n * n * sizeof(double))
    if not eliminate(n, factors, exchanged) or not is_double(first) or (
        not cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>first)
    ):
        return None
    shape[0], shape[1], shape[2] = table.rows, n, m
    parts = cnp.PyArray_EMPTY(v.ndim + 1, shape, cnp.NPY_DOUBLE, 0)
    y = doubles(parts)
    memcpy(y, doubles(first), size * sizeof(double))
    for k in range(1, table.rows):
        memset(sums, 0, size * sizeof(double))
        for pair in range(table.start[k], table.start[k + 1]):
            i, j = table.left[pair], table.right[pair]
            if 0 < i < u.rows:
                multiply_add(u.data + i * u.size, y + j * size, sums, n, n, m)
        for i in range(size):
            y[k * size + i] = (v.data[k * size + i] if k < v.rows else 0.0) - sums[i]
        substitute(n, factors, exchanged, m, y + k * size)
    return array_like(like, parts) if all_finite(y, table.rows * size) else None


# --- Determinants ------------------------------------------------------------------------


cdef object determinant_few(Number x):
    """The determinant of a small matrix; None for all else, and near singular matrices."""
    cdef Side a
    cdef Number y, ordered = in_order(x)
    cdef Py_ssize_t n = side_of(ordered, &a)
    if n == 0:
        return None
    mix()
    first = la_det(row_of(x.buffer, 0))
    y = blank_scalar(x)
    if n <= MINORS_OF:
        by_minors(table_of(x), n, &a, y.c)
    elif not table_of(x).univariate or not by_inverse(table_of(x), n, &a, first, y.c):
        return None
    y.c[0] = first
    return y if all_finite(y.c, a.rows) else None


cdef object la_slogdet = np.linalg.slogdet


cdef object log_determinant_few(Number x):
    """The sign of the determinant of a small matrix and the logarithm of its modulus; None for all
    else."""
    cdef Number y, sign
    found = determinant_few(x) if is_double(x.buffer) else None
    if found is None or not 1e-280 < libm.fabs((<Number>found).c[0]) < 1e280:
        return None
    values = la_slogdet(row_of(x.buffer, 0))
    y = <Number>np_log(found if (<Number>found).c[0] > 0.0 else -found)
    y.c[0] = values[1]
    sign = scalar_like(y)
    memset(sign.c, 0, sign.rows * sizeof(double))
    sign.c[0] = values[0]
    return type(values)(sign, y) if all_finite(y.c, y.rows) else None


cdef object np_log = np.log


cdef int by_minors(const Table *table, Py_ssize_t n, Side *a, double *y) except -1:
    """Laplace's expansion, from the first row down."""
    cdef double stack[ON_STACK]
    cdef double *work
    cdef double *u
    cdef double *v
    cdef double *w
    cdef Py_ssize_t k, choice, low, high, rows = a.rows, count = n * (n - 1)
    cdef const double *row
    if n == 1:
        memcpy(y, a.data, rows * sizeof(double))
        return 0
    work = room_on(stack, 18 * rows + room_for(table, BLOCKS, count))
    u, v, w = work, work + 6 * rows, work + 12 * rows
    for k in range(rows):  # those of two rows, without the last column, ..., the first one
        row = a.data + k * a.size
        for choice in range(count // 2):
            low, high = choice // 2, 1 + (choice + 1) // 2
            u[k * count + 2 * choice], v[k * count + 2 * choice] = row[n + low], row[high]
            u[k * count + 2 * choice + 1], v[k * count + 2 * choice + 1] = row[n + high], row[low]
    product_points(table, u, v, w, work + 18 * rows, count)
    if n == 2:
        for k in range(rows):
            y[k] = w[2 * k + 1] - w[2 * k]
    else:
        for k in range(rows):
            for choice in range(3):
                u[k * 3 + choice] = a.data[k * a.size + 6 + choice]
                v[k * 3 + choice] = w[k * 6 + 5 - 2 * choice] - w[k * 6 + 4 - 2 * choice]
        product_points(table, u, v, w, work + 18 * rows, 3)
        for k in range(rows):
            y[k] = w[k * 3] - w[k * 3 + 1] + w[k * 3 + 2]
    free_off(stack, work)
    return 0


cdef double largest_column(const double *a, Py_ssize_t n, Py_ssize_t down, Py_ssize_t along) noexcept:
    """The 1-norm of a matrix."""
    cdef Py_ssize_t i, j
    cdef double total, largest = 0.0
    for j in range(n):
        total = 0.0
        for i in range(n):
            total += libm.fabs(a[i * down + j * along])
        if not total <= largest:
            largest = total
    return largest


cdef bint by_inverse(const Table *table, Py_ssize_t n, Side *a, double first, double *y) except -1:
    """Jacobi's formula, in one variable; false where the inverse would lose digits."""
    cdef double factors[MOST_SIDE * MOST_SIDE]
    cdef double known[MOST_SIDE * MOST_SIDE]
    cdef ptrdiff_t exchanged[MOST_SIDE]
    cdef double stack[ON_STACK]
    cdef double *inverse
    cdef double *slopes
    cdef double total
    cdef Py_ssize_t k, i, j, p, q, rows = a.rows
    memcpy(factors, a.data, n * n * sizeof(double))
    if not eliminate(n, factors, exchanged):
        return False
    inverse = room_on(stack, rows * (a.size + 1))
    slopes = inverse + rows * a.size
    y[0] = first
    memset(inverse, 0, n * n * sizeof(double))
    for i in range(n):
        inverse[i * n + i] = 1.0
    substitute(n, factors, exchanged, n, inverse)
    if not largest_column(a.data, n, n, 1) * largest_column(inverse, n, n, 1) <= (
        libm.pow(LARGEST_CONDITION, 1.0 / max(rows - 1, 1))
    ):
        free_off(stack, inverse)
        return False
    inverse_series(table, rows - 1, n, a.data, inverse, known)
    for k in range(1, rows):  # of log det a, times k
        slopes[k] = 0.0
        for j in range(1, k + 1):
            total = 0.0
            for p in range(n):
                for q in range(n):
                    total += inverse[(k - j) * a.size + p * n + q] * a.data[j * a.size + q * n + p]
            slopes[k] += j * total
        y[k] = 0.0
        for i in range(k):
            y[k] += y[i] * slopes[k - i]
        y[k] /= k
    free_off(stack, inverse)
    return True


cdef object trace_few(Number x):
    """The trace of a matrix; None for all else."""
    cdef cnp.ndarray parts = x.buffer
    cdef Number y
    cdef Py_ssize_t k, i, n, step
    cdef const char *data
    if not is_walkable(x.buffer) or cnp.PyArray_NDIM(parts) != 3:
        return None
    n = min(cnp.PyArray_DIM(parts, 1), cnp.PyArray_DIM(parts, 2))
    if not 0 < n <= FEW_POINTS:
        return None
    step = cnp.PyArray_STRIDE(parts, 1) + cnp.PyArray_STRIDE(parts, 2)
    mix()
    y = blank_scalar(x)
    y.c[0] = row_of(parts, 0).trace()
    for k in range(1, y.rows):
        data = <const char *>cnp.PyArray_DATA(parts) + k * cnp.PyArray_STRIDE(parts, 0)
        y.c[k] = 0.0
        for i in range(n):
            y.c[k] += (<const double *>(data + i * step))[0]
    return y if all_finite(y.c, y.rows) else None
