# Part of _decompositions.pyx: eigenvalues and vectors.

cdef enum:
    MOST_VALUES = 32

# Which eigenvalues are the same as which, and how large the terms are of which a row is a sum.
cdef struct Blocks:
    Py_ssize_t n
    bint repeated
    bint same[MOST_VALUES * MOST_VALUES]
    double *sizes  # of B, X and L: as many as there are rows, of each


cdef bint find_blocks(Blocks *blocks, const Entry *w, double condition) noexcept nogil:
    """False where something is the same as what is not the same: the rule sees to that."""
    cdef Py_ssize_t n = blocks.n, i, j, q
    cdef double rounding = 8 * n * DBL_EPSILON * condition * largest_of(w, n)
    cdef bint *same = blocks.same
    blocks.repeated = False
    for i in range(n):
        for j in range(n):
            same[i * n + j] = i == j or not modulus(w[j] - w[i]) > rounding
            blocks.repeated |= i != j and same[i * n + j]
    if blocks.repeated:
        for i in range(n):
            for j in range(n):
                for q in range(n):
                    if same[i * n + q] and same[q * n + j] and not same[i * n + j]:
                        return False
    return True


cdef double largest_of(const Entry *x, Py_ssize_t size) noexcept nogil:
    cdef Py_ssize_t i
    cdef double largest = 0.0
    for i in range(size):
        largest = max(largest, modulus(x[i]))
    return largest


cdef bint settle(const Table *T, Py_ssize_t k, Blocks *blocks, Entry *r) noexcept nogil:
    """Make of blocks that are multiples of 1 but for rounding such; false if some are not."""
    cdef Py_ssize_t n = blocks.n, at, i, j, count
    cdef double *b = blocks.sizes
    cdef double *x = b + T.rows
    cdef double *lam = x + T.rows
    cdef double size = b[k]
    cdef Entry means[MOST_VALUES]
    cdef Entry apart
    for at in range(T.start[k] + 1, T.start[k + 1] - 1):
        i, j = T.left[at], T.right[at]
        size += (b[i] + lam[i]) * x[j]
    for i in range(n):
        means[i], count = 0.0, 0
        for j in range(n):
            if blocks.same[i * n + j]:
                means[i] += r[j * n + j]
                count += 1
        means[i] /= count
        for j in range(n):
            apart = r[i * n + j]
            if i == j:
                apart -= means[i]
            if blocks.same[i * n + j] and not modulus(apart) <= 512 * n * DBL_EPSILON * size:
                return False
    for i in range(n):
        r[i * n + i] = means[i]
    return True


cdef bint eigen_rows(const Table *T, Blocks *blocks, bint hermitian, const Entry *b, const Entry *w,
                     Entry *x, Entry *lam, Entry *v) noexcept nogil:
    """The rows from the first one on of the eigenvalues and vectors; false where some have none.

    Of B = V_0^-1 A V_0, where V = V_0 X. The columns of V are of length 1, and of each one component
    that is real in V_0 stays real. In a block of several, V^H D V = 0.
    """
    cdef Py_ssize_t n = blocks.n, size = n * n, k, i, j
    cdef Entry *row
    cdef Entry c
    for k in range(1, T.rows):
        row = x + k * size
        memcpy(row, b + k * size, size * sizeof(Entry))
        add_products(T, k, b, x, row, n, n, n, 1.0)
        add_scaled(T, k, x, lam, row, n, n, -1.0)
        if blocks.repeated:
            if not hermitian or not settle(T, k, blocks, row):
                return False
            blocks.sizes[2 * T.rows + k] = 0.0
        for j in range(n):
            lam[k * n + j] = row[j * n + j]
            for i in range(n):
                if not blocks.same[i * n + j]:
                    row[i * n + j] /= w[j] - w[i]
                else:
                    row[i * n + j] = turned(T, k, n, x, i, j) if i != j else 0.0
        add_product(v, row, v + k * size, n, n, n, 1.0)
        for j in range(n):
            c = kept_length(T, k, n, v, j)
            row[j * n + j] = c
            for i in range(n):
                v[k * size + i * n + j] += c * v[i * n + j]
        if blocks.repeated:
            blocks.sizes[T.rows + k] = largest_of(row, size)
            blocks.sizes[2 * T.rows + k] = largest_of(lam + k * n, n)
    return True


cdef Entry turned(const Table *T, Py_ssize_t k, Py_ssize_t n, const Entry *x, Py_ssize_t i,
                  Py_ssize_t j) noexcept nogil:
    """An entry of X within a block: that of - sum of d_b X_a^H X_b / d_k."""
    cdef Entry total = 0.0
    cdef Py_ssize_t at, p
    for at in range(T.start[k] + 1, T.start[k + 1] - 1):
        for p in range(n):
            total += T.degree[T.right[at]] * (
                conjugate(x[(T.left[at] * n + p) * n + i]) * x[(T.right[at] * n + p) * n + j])
    return -total / T.degree[k]


cdef Entry kept_length(const Table *T, Py_ssize_t k, Py_ssize_t n, const Entry *v,
                       Py_ssize_t j) noexcept nogil:
    """How much of a column of V_0 that of V_k lacks for its length and its phase to be kept."""
    cdef const Entry *row = v + k * n * n
    cdef double total = inner_length(T, k, v, n, n, j) / 2, square = 0.0, best = -1.0, phase = 0.0
    cdef Py_ssize_t i
    cdef Entry one
    for i in range(n):
        one = v[i * n + j]
        total += real(conjugate(one) * row[i * n + j])
        square += real(conjugate(one) * one)
        if Entry is not double:
            if one.imag == 0.0 and fabs(one.real) > best:
                best, phase = fabs(one.real), row[i * n + j].imag / one.real
    if Entry is double:
        return -total / square
    else:
        one.real, one.imag = -total / square, -phase
        return one


cdef bint eigen_series(const Table *T, Py_ssize_t n, bint hermitian, const Entry *b, const Entry *w,
                       double condition, Entry *lam, Entry *v) except -1:
    """The same, with the memory for it; row 0 of the vectors is there."""
    cdef Py_ssize_t entries = sizeof(Entry) // sizeof(double), k
    cdef double *work = room(entries * T.rows * n * n + 3 * T.rows)
    cdef Blocks blocks
    cdef bint found
    blocks.n, blocks.sizes = n, work + entries * T.rows * n * n
    with nogil:
        found = find_blocks(&blocks, w, condition)
        if found and blocks.repeated:
            for k in range(1, T.rows):
                blocks.sizes[k] = largest_of(b + k * n * n, n * n)
        found = found and eigen_rows(T, &blocks, hermitian, b, w, <Entry *>work, lam, v)
    free(work)
    return found


def eigh(algebra, cnp.ndarray a, bint values_alone, first):
    """Eigenvalues of the lower triangle, and vectors unless the values alone are wanted.

    Row 0 of the values is `first`, if given."""
    cdef const Table *T = &compiled(algebra).table
    cdef Py_ssize_t n = cnp.PyArray_DIM(a, 1), size = n * n, k, i, j
    cdef cnp.ndarray lam, v
    cdef const double *u = doubles(a)
    cdef double *b
    cdef double *half
    cdef double *whole
    cdef bint found
    w, vectors = loop_eigh(a[0]) if values_alone else la_eigh(a[0])
    if first is None:
        first = w
    for given in (first, w, vectors):
        if not is_plain(given, cnp.NPY_DOUBLE):
            return None
    lam, v = rows_of(T.rows, 0, n, cnp.NPY_DOUBLE), rows_of(T.rows, n, n, cnp.NPY_DOUBLE)
    memcpy(doubles(lam), doubles(first), n * sizeof(double))
    memcpy(doubles(v), doubles(vectors), size * sizeof(double))
    b = room((T.rows + 2) * size)
    half, whole = b + T.rows * size, b + (T.rows + 1) * size
    for k in range(1, T.rows):
        for i in range(n):
            for j in range(i + 1):
                whole[i * n + j] = whole[j * n + i] = u[k * size + i * n + j]
        memset(half, 0, size * sizeof(double))
        add_product(whole, doubles(v), half, n, n, n, 1.0)
        add_product_of_transposed(doubles(v), half, b + k * size, n, n, n, 1.0)
    found = eigen_series(T, n, True, b, doubles(w), 1.0, doubles(lam), doubles(v))
    free(b)
    if not found:
        return None
    return (lam,) if values_alone else (lam, v)


# --- General matrices --------------------------------------------------------------------


cdef bint turned_rows(const Table *T, Py_ssize_t n, const double *a, const Entry *v,
                      const Entry *inverse, Entry *b, Entry *work) noexcept nogil:
    """B = V^-1 A V from row 1 on, with the step of refinement of `division` in the rules."""
    cdef Py_ssize_t size = n * n, k, i
    cdef Entry *moved = work
    cdef Entry *whole = work + size
    for k in range(1, T.rows):
        for i in range(size):
            whole[i], moved[i] = a[k * size + i], 0.0
        add_product(whole, v, moved, n, n, n, 1.0)
        add_product(inverse, moved, b + k * size, n, n, n, 1.0)
        add_product(v, b + k * size, moved, n, n, n, -1.0)
        add_product(inverse, moved, b + k * size, n, n, n, 1.0)
    return True


cdef bint general_series(const Table *T, Py_ssize_t n, const double *a, const Entry *w,
                         const Entry *inverse, Entry *lam, Entry *v) except -1:
    cdef Py_ssize_t entries = sizeof(Entry) // sizeof(double), size = n * n, i
    cdef double lengths = 0.0, others = 0.0
    cdef double *work
    cdef Entry *b
    cdef bint found
    for i in range(size):
        lengths += real(conjugate(v[i]) * v[i])
        others += real(conjugate(inverse[i]) * inverse[i])
    work = room(entries * (T.rows + 2) * size)
    b = <Entry *>work
    turned_rows(T, n, a, v, inverse, b, b + T.rows * size)
    found = eigen_series(T, n, False, b, w, sqrt(lengths) * sqrt(others), lam, v)
    free(work)
    return found


cdef bint are_real(cnp.ndarray x) noexcept:
    """Whether nothing in an array of complex numbers is off the real axis."""
    cdef Py_ssize_t i
    for i in range(cnp.PyArray_SIZE(x)):
        if doubles(x)[2 * i + 1] != 0.0:
            return False
    return True


cdef bint are_in_order(cnp.ndarray one, cnp.ndarray other) noexcept:
    """Whether each eigenvalue is next to the other of its place, by far."""
    cdef Py_ssize_t n = cnp.PyArray_SIZE(one), i, j
    cdef const double complex *u = <const double complex *>cnp.PyArray_DATA(one)
    cdef const double complex *v = <const double complex *>cnp.PyArray_DATA(other)
    for i in range(n):
        for j in range(n):
            if i != j and not 4 * modulus(u[i] - v[i]) < modulus(u[i] - v[j]):
                return False
    return True


cdef object complex_dtype = np.dtype(complex), double_dtype = np.dtype(float)


def eig(algebra, cnp.ndarray a, bint values_alone, first):
    """Eigenvalues, and vectors unless the values alone are wanted, where none is repeated.

    Row 0 of the values is `first`, if given."""
    cdef const Table *T = &compiled(algebra).table
    cdef Py_ssize_t n = cnp.PyArray_DIM(a, 1)
    cdef cnp.ndarray lam, v
    cdef bint found, plain
    cdef int type_number
    w, vectors = loop_eig(a[0]) if values_alone else la_eig(a[0])
    if first is None:
        first = w
    dtype = first.dtype  # since NumPy 2.5 always complex
    plain = dtype is double_dtype
    if not plain and dtype is not complex_dtype:
        return None
    w, vectors = w.astype(complex_dtype), vectors.astype(complex_dtype)
    if values_alone and not are_in_order(first.astype(complex_dtype), w):
        return None
    if are_real(w) and are_real(vectors):
        type_number, w, vectors = cnp.NPY_DOUBLE, w.real.copy(), vectors.real.copy()
    elif plain:
        return None
    else:
        type_number = cnp.NPY_CDOUBLE
    inverse = loop_inv(vectors)
    for given in (w, vectors, inverse):
        if not is_plain(given, type_number):
            return None
    lam, v = rows_of(T.rows, 0, n, type_number), rows_of(T.rows, n, n, type_number)
    memcpy(cnp.PyArray_DATA(v), cnp.PyArray_DATA(vectors), cnp.PyArray_NBYTES(vectors))
    if type_number == cnp.NPY_DOUBLE:
        found = general_series(T, n, doubles(a), doubles(w), doubles(inverse), doubles(lam), doubles(v))
    else:
        found = general_series(
            T, n, doubles(a), <const double complex *>doubles(w),
            <const double complex *>doubles(inverse), <double complex *>doubles(lam),
            <double complex *>doubles(v))
    if not found:
        return None
    results = (lam,) if values_alone else (lam, v)
    if type_number == cnp.NPY_DOUBLE and not plain:
        results = tuple([one.astype(complex_dtype) for one in results])
    results[0][0] = first
    return results
