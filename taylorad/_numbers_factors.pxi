# Part of _numbers.pyx: decompositions of a small matrix, and what is an expression of them.

cdef object la_cholesky = np.linalg.cholesky, la_qr = np.linalg.qr, la_svd = np.linalg.svd
cdef object la_eigh = np.linalg.eigh, la_eigvalsh = np.linalg.eigvalsh, la_svdvals = np.linalg.svdvals
cdef object la_eig = np.linalg.eig, la_eigvals = np.linalg.eigvals
# NumPy's named tuples
cdef dict RESULTS = {one: type(one(np.ones((1, 1)))) for one in (la_qr, la_eigh, la_eig, la_svd)}


cdef enum:
    ASKED_OTHER, ASKED_ALL, ASKED_ALONE, ASKED_UPPER  # alone: the values, or R


cdef int asked_for(object function, bint square, tuple rest, dict kwargs) except -1:
    """What the options of a decomposition ask for."""
    cdef Py_ssize_t count = len(rest) + len(kwargs)
    cdef object option = None
    if count == 1:
        option = rest[0] if rest else kwargs.get(OPTIONS.get(function))
    if function is la_svd and not (square and count == 0):
        if count > 2 or len(rest) > 2 or not kwargs.keys() <= SVD_OPTIONS:
            return ASKED_OTHER
        full = rest[0] if rest else kwargs.get("full_matrices", True)
        whole = rest[1] if len(rest) > 1 else kwargs.get("compute_uv", True)
        if whole is False:
            return ASKED_ALONE
        return ASKED_ALL if whole is True and (square or full is False) else ASKED_OTHER
    if count == 0:
        alone = function is la_eigvalsh or function is la_eigvals or function is la_svdvals
        return ASKED_ALONE if alone else ASKED_ALL
    if function is la_qr:
        if option == "r":
            return ASKED_ALONE
        return ASKED_ALL if option == "reduced" or option == "complete" and square else ASKED_OTHER
    if function is la_cholesky and not rest:
        return ASKED_UPPER if option is True else ASKED_ALL if option is False else ASKED_OTHER
    if function is la_eigh and option == "L":
        return ASKED_ALL
    return ASKED_ALONE if function is la_eigvalsh and option == "L" else ASKED_OTHER


cdef dict OPTIONS = {la_qr: "mode", la_cholesky: "upper", la_eigh: "UPLO", la_eigvalsh: "UPLO"}
cdef frozenset SVD_OPTIONS = frozenset({"full_matrices", "compute_uv"})


# What computes values alone
cdef dict VALUES_OF = {one: one for one in (la_eigvalsh, la_eigvals, la_svdvals)} | {la_svd: la_svdvals}


cdef Number small_matrix(object x, Side *a):
    """The number, with rows in C order, if it is a small matrix of finite numbers; else None."""
    cdef Number ordered
    cdef Py_ssize_t most
    if not isinstance(x, Number):
        return None
    ordered = in_order(x)
    if not as_side(ordered, a) or a.ndim != 2:
        return None
    most = max(a.dims[0], a.dims[1])
    if most > MOST_SIDE or table_of(ordered).start[table_of(ordered).rows] * a.size * most > (
        FEW_STEPS
    ) or not all_finite(a.data, a.rows * a.size):
        return None
    return ordered


cdef object factors_few(object function, Number x, tuple rest, dict kwargs):
    """A decomposition of a small matrix, or the values of one; None for all else."""
    cdef Side a
    cdef Number matrix = small_matrix(x, &a)
    cdef bint square
    cdef int asked
    cdef object first = None
    if matrix is None:
        return None
    square = a.dims[0] == a.dims[1]
    asked = asked_for(function, square, rest, kwargs)
    if asked == ASKED_OTHER or (
        not square and function is not la_qr and function is not la_svd and function is not la_svdvals
    ):
        return None
    mix()
    if asked == ASKED_ALONE and function is not la_qr:
        first = VALUES_OF[function](row_of(x.buffer, 0))
    if function is la_cholesky:
        found = _decompositions.cholesky(x.algebra, matrix.buffer, asked == ASKED_UPPER)
    elif function is la_qr:
        found = _decompositions.qr(x.algebra, matrix.buffer, asked == ASKED_ALONE)
    elif function is la_eigh or function is la_eigvalsh:
        found = _decompositions.eigh(x.algebra, matrix.buffer, asked == ASKED_ALONE, first)
    elif function is la_eig or function is la_eigvals:
        found = _decompositions.eig(x.algebra, matrix.buffer, asked == ASKED_ALONE, first)
    else:
        found = _decompositions.svd(x.algebra, matrix.buffer, asked == ASKED_ALONE, first)
    if found is None:
        return None
    for parts in found:
        if not all_finite(doubles(parts), cnp.PyArray_NBYTES(<cnp.ndarray>parts) // sizeof(double)):
            return None
    if len(found) == 1:
        return array_like(x, found[0])
    return RESULTS[function](*[array_like(x, parts) for parts in found])


# --- Expressions -------------------------------------------------------------------------

cdef object la_cond = np.linalg.cond, la_lstsq = np.linalg.lstsq, la_pinv = np.linalg.pinv


cdef object singular_values(Number x, object first):
    """All singular values of such a matrix, with these values; None where some have no derivatives."""
    cdef cnp.ndarray parts
    found = _decompositions.svd(x.algebra, x.buffer, True, first)
    if found is None:
        return None
    parts = found[0]
    return array_like(x, parts) if all_finite(doubles(parts), cnp.PyArray_SIZE(parts)) else None


cdef object condition_few(Number x):
    """`numpy.linalg.cond` of a small matrix that has an inverse; None for all else."""
    cdef Side a
    cdef Number y, matrix = small_matrix(x, &a)
    if matrix is None:
        return None
    mix()
    first = la_cond(row_of(x.buffer, 0))
    s = singular_values(matrix, None)
    if s is None:
        return None
    y = item_of(s, 0) / item_of(s, min(a.dims[0], a.dims[1]) - 1)
    y.c[0] = first
    return y if all_finite(y.c, y.rows) else None


cdef object with_first(object y, object first):
    """A result with NumPy's value; None where one of them is not as expected."""
    cdef cnp.ndarray parts
    if y is None:
        return None
    parts = <cnp.ndarray>(<Number>y).buffer
    if not is_walkable(first) or not cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>first) or (
        not has_points(<cnp.ndarray>first, <Number>y)
    ):
        return None
    memcpy(doubles(parts), doubles(first), cnp.PyArray_NBYTES(<cnp.ndarray>first))
    return y


cdef object least_squares_few(object a, object b):
    """`numpy.linalg.lstsq` of a small matrix of full rank, not wide; None for all else."""
    cdef Side u
    cdef Number matrix = small_matrix(a, &u)
    if matrix is None or u.dims[0] < u.dims[1] or not (
        isinstance(b, Number) and (<Number>b).algebra is matrix.algebra and (<Number>b).rows == 0
        or is_walkable(b)
    ):
        return None
    mix()
    first, squares, rank, s_first = la_lstsq(value_of(matrix), value_of(b))
    s = singular_values(matrix, s_first) if rank == u.dims[1] else None
    if s is None:
        return None
    x = solution_few(matrix, b) if u.dims[0] == u.dims[1] else shortest(matrix, b)
    x = with_first(x, first)
    if x is None:
        return None
    if not cnp.PyArray_SIZE(<cnp.ndarray>squares):
        return x, array_like(matrix, np.zeros((table_of(matrix).rows, 0))), rank, s
    error = b - np_matmul(matrix, x)
    error = with_first(np.sum(error * error, axis=0, keepdims=error.ndim == 1), squares)
    return None if error is None else (x, error, rank, s)


cdef object shortest(Number a, object b):
    """The x for which b - a x is shortest, or of the unit matrix where `b` is None.

    With the singular vectors and values of the value as constants, C = A V S^-1 has orthonormal
    columns, and of that the normal equations lose nothing. None where something is unusual.
    """
    _, s, v = _decompositions.loop_svd(row_of(a.buffer, 0))
    scale = np_divide(v.T, s, order="C")
    c = matrix_few(a, scale, False)
    if c is None:
        return None
    c = transposed(c, ())
    right = c if b is None else matrix_few(c, b, False)
    y = None if right is None else solution_few(matrix_few(c, transposed(c, ()), False), right)
    return None if y is None else matrix_few(scale, y, False)


cdef object pseudoinverse_few(Number x):
    """`numpy.linalg.pinv` of a small matrix of full rank; None for all else."""
    cdef Side a
    cdef Number y, matrix = small_matrix(x, &a)
    cdef bint wide
    if matrix is None:
        return None
    wide = a.dims[0] < a.dims[1]
    mix()
    first = la_pinv(row_of(x.buffer, 0))
    s = _decompositions.loop_svd(row_of(matrix.buffer, 0))[1]
    if not doubles(s)[min(a.dims[0], a.dims[1]) - 1] > 1e-13 * doubles(s)[0]:
        return None
    found = shortest(in_order(transposed(matrix, ())) if wide else matrix, None)
    if found is None:
        return None
    return with_first(in_order(transposed(found, ())) if wide else found, first)


cdef object chained_few(object items):
    """`numpy.linalg.multi_dot` of two or three small matrices, in NumPy's order; None for all else."""
    cdef cnp.npy_intp m, n, p, q
    if type(items) is not list and type(items) is not tuple or not 2 <= len(items) <= 3:
        return None
    for item in items:
        if not is_array(item) or item.ndim != 2:
            return None
    if len(items) == 2:
        return matrix_few(items[0], items[1], True)
    (m, n), (p, q) = items[0].shape, items[2].shape
    if m * p * (n + q) < n * q * (m + p):
        found = matrix_few(items[0], items[1], True) if isinstance(items[0], Number) or (
            isinstance(items[1], Number)) else np.dot(items[0], items[1])
        return None if found is None else matrix_few(found, items[2], True)
    found = matrix_few(items[1], items[2], True) if isinstance(items[1], Number) or (
        isinstance(items[2], Number)) else np.dot(items[1], items[2])
    return None if found is None else matrix_few(items[0], found, True)


cdef object matrix_power_few(Number x, object n):
    """The second and the third power of a small matrix; None for all else."""
    cdef Number square
    if not PyLong_CheckExact(n) or n != 2 and n != 3 or cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) != 3 or (
        cnp.PyArray_DIM(<cnp.ndarray>x.buffer, 1) != cnp.PyArray_DIM(<cnp.ndarray>x.buffer, 2)
    ):
        return None
    found = matrix_few(x, x, False)
    return found if found is None or n == 2 else matrix_few(found, x, False)
