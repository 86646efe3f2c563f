# Part of _decompositions.pyx: singular values and vectors.

# What the rows are made of, of a matrix with at least as many rows as columns.
cdef struct Factors:
    Py_ssize_t m, n
    const double *s0
    const double *u0
    const double *v0
    double *b      # U_0^T A V_0
    double *leak   # of A V_0, what is not in the space of U_0
    double *x      # U = U_0 X + Z, V = V_0 Y
    double *y
    double *z
    double *s


cdef bint are_separate(Py_ssize_t n, const double *s, double largest_side) noexcept:
    """Whether no singular value is zero or another one, by the measures of the rules."""
    cdef Py_ssize_t i, j
    for i in range(n):
        if not s[i] > largest_side * DBL_EPSILON * s[0]:
            return False
        for j in range(i):
            if not fabs(s[i] - s[j]) > 8 * n * DBL_EPSILON * s[0]:
                return False
    return True


cdef void singular_row(const Table *T, Py_ssize_t k, const Factors *f, double *work) noexcept nogil:
    cdef Py_ssize_t m = f.m, n = f.n, size = n * n, i, j
    cdef const double *s0 = f.s0
    cdef double *p = work
    cdef double *q = p + size
    cdef double *x = f.x + k * size
    cdef double *y = f.y + k * size
    cdef double *z = f.z + k * m * n
    cdef double gap, left, right
    for i in range(n):
        for j in range(n):
            p[i * n + j], q[i * n + j] = -f.b[k * size + i * n + j], -f.b[k * size + j * n + i]
    add_scaled(T, k, f.x, f.s, p, n, n, 1.0)
    add_products(T, k, f.b, f.y, p, n, n, n, -1.0)
    add_scaled(T, k, f.y, f.s, q, n, n, 1.0)
    add_products_of_transposed(T, k, f.b, f.x, q, n, n, n, -1.0)
    if m > n:
        add_products_of_transposed(T, k, f.leak, f.z, q, n, m, n, -1.0)
        memcpy(z, f.leak + k * m * n, m * n * sizeof(double))
        add_products(T, k, f.leak, f.y, z, m, n, n, 1.0)
        add_scaled(T, k, f.z, f.s, z, m, n, -1.0)
        for i in range(m):
            for j in range(n):
                z[i * n + j] /= s0[j]
    for j in range(n):
        f.s[k * n + j] = (p[j * n + j] + q[j * n + j]) / -2
        for i in range(n):
            if i != j:
                left, right = s0[i] / (s0[i] + s0[j]), s0[j] / (s0[i] + s0[j])
                gap = s0[j] - s0[i]
                x[i * n + j] = -(left * q[i * n + j] + right * p[i * n + j]) / gap
                y[i * n + j] = -(left * p[i * n + j] + right * q[i * n + j]) / gap
        x[j * n + j] = -inner_length(T, k, f.x, n, n, j) / 2
        if m > n:
            x[j * n + j] -= inner_length(T, k, f.z, m, n, j) / 2
        y[j * n + j] = -inner_length(T, k, f.y, n, n, j) / 2


cdef void singular_rows(const Table *T, const double *a, Py_ssize_t down, Py_ssize_t along,
                        const Factors *f, double *work) noexcept nogil:
    """All rows from the first one on; of `a`, entries are that far apart down and along."""
    cdef Py_ssize_t m = f.m, n = f.n, k, i, j, p
    cdef double *moved = work
    for k in range(1, T.rows):
        memset(moved, 0, m * n * sizeof(double))
        for i in range(m):
            for p in range(n):
                for j in range(n):
                    moved[i * n + j] += a[k * m * n + i * down + p * along] * f.v0[p * n + j]
        add_product_of_transposed(f.u0, moved, f.b + k * n * n, n, m, n, 1.0)
        if m > n:
            add_product(f.u0, f.b + k * n * n, moved, m, n, n, -1.0)
            memcpy(f.leak + k * m * n, moved, m * n * sizeof(double))
    for k in range(1, T.rows):
        singular_row(T, k, f, work)


def svd(algebra, cnp.ndarray a, bint values_alone, first):
    """U, the singular values and V^T, or the values alone, where none is zero or repeated.

    Row 0 of the values is `first`, if given."""
    cdef const Table *T = &compiled(algebra).table
    cdef Py_ssize_t height = cnp.PyArray_DIM(a, 1), width = cnp.PyArray_DIM(a, 2), k
    cdef bint wide = height < width
    cdef Factors f
    cdef cnp.ndarray u, s, v
    cdef double *work
    f.m, f.n = max(height, width), min(height, width)
    given = loop_svd(a[0]) if values_alone else la_svd(a[0], full_matrices=False)
    if first is None:
        first = given[1]
    for one in (*given, first):
        if not is_plain(one, cnp.NPY_DOUBLE):
            return None
    if not are_separate(f.n, doubles(given[1]), f.m):
        return repeated_values(algebra, a, first) if values_alone else None
    # of a wide matrix, those of the transposed
    left, right = (given[2].T, given[0]) if wide else (given[0], given[2].T)
    left, right = left.copy("C"), right.copy("C")
    f.u0, f.s0, f.v0 = doubles(left), doubles(given[1]), doubles(right)
    s = rows_of(T.rows, 0, f.n, cnp.NPY_DOUBLE)
    f.s = doubles(s)
    memcpy(f.s, doubles(first), f.n * sizeof(double))
    work = room(T.rows * (3 * f.n * f.n + 2 * f.m * f.n) + f.m * f.n + 2 * f.n * f.n)
    f.b = work + f.m * f.n + 2 * f.n * f.n
    f.x, f.y = f.b + T.rows * f.n * f.n, f.b + 2 * T.rows * f.n * f.n
    f.leak = f.b + 3 * T.rows * f.n * f.n
    f.z = f.leak + T.rows * f.m * f.n
    singular_rows(T, doubles(a), 1 if wide else width, width if wide else 1, &f, work)
    if values_alone:
        free(work)
        return (s,)
    u = rows_of(T.rows, height, f.n, cnp.NPY_DOUBLE)
    v = rows_of(T.rows, f.n, width, cnp.NPY_DOUBLE)
    memcpy(doubles(u), doubles(given[0]), cnp.PyArray_NBYTES(given[0]))
    memcpy(doubles(v), doubles(given[2]), cnp.PyArray_NBYTES(given[2]))
    for k in range(1, T.rows):  # in z and x, U_k and V_k
        add_product(f.u0, f.x + k * f.n * f.n, f.z + k * f.m * f.n, f.m, f.n, f.n, 1.0)
        memset(f.x + k * f.n * f.n, 0, f.n * f.n * sizeof(double))
        add_product(f.v0, f.y + k * f.n * f.n, f.x + k * f.n * f.n, f.n, f.n, f.n, 1.0)
        if wide:
            memcpy(doubles(u) + k * f.n * f.n, f.x + k * f.n * f.n, f.n * f.n * sizeof(double))
            transpose(f.z + k * f.m * f.n, doubles(v) + k * f.m * f.n, f.m, f.n)
        else:
            memcpy(doubles(u) + k * f.m * f.n, f.z + k * f.m * f.n, f.m * f.n * sizeof(double))
            transpose(f.x + k * f.n * f.n, doubles(v) + k * f.n * f.n, f.n, f.n)
    free(work)
    return u, s, v


cdef void transpose(const double *x, double *y, Py_ssize_t m, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i, j
    for i in range(m):
        for j in range(n):
            y[j * m + i] = x[i * n + j]


cdef object repeated_values(algebra, cnp.ndarray a, cnp.ndarray first):
    """Singular values of which none is zero: the largest eigenvalues of [[0, A], [A^T, 0]]."""
    cdef Py_ssize_t rows = cnp.PyArray_DIM(a, 0), m = cnp.PyArray_DIM(a, 1), n = cnp.PyArray_DIM(a, 2)
    cdef Py_ssize_t size = min(m, n)
    cdef Py_ssize_t k, i, j, side = m + n
    cdef cnp.ndarray whole, values
    if not doubles(first)[size - 1] > max(m, n) * DBL_EPSILON * doubles(first)[0]:
        return None
    whole, values = rows_of(rows, side, side, cnp.NPY_DOUBLE), rows_of(rows, 0, size, cnp.NPY_DOUBLE)
    for k in range(rows):
        for i in range(m):
            for j in range(n):
                doubles(whole)[(k * side + m + j) * side + i] = doubles(a)[(k * m + i) * n + j]
    found = eigh(algebra, whole, True, None)
    if found is None:
        return None
    for k in range(rows):
        for i in range(size):
            doubles(values)[k * size + i] = doubles(found[0] if k else first)[
                k * side + side - 1 - i if k else i]
    return (values,)
