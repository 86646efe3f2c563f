"""Series of matrices in one variable, for float64 and sizes that fit into the cache.

Calls of NumPy's for each order would cost more than they compute. Sums of products are those of
``_kernels_matrices.h``; the rows of a result do not depend on each other and are shared among
threads. Factors, which NumPy does not hand out, are those of ``_kernels_elimination.h``.

Series of matrices have the shape ``(rows, ..., n, m)``. Their values are given, and so NumPy's own.
"""

import numpy as np

from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

cimport numpy as cnp

cnp.import_array()

from taylorad._kernels cimport (
    LESS_SUM, MINUS_SUM, SUM, WORTH_A_THREAD, Products, begun, comes_first, eliminate, joined,
    made, multiply_rows, shared, substitute,
)

IN_CACHE = 128  # the size up to which BLAS is not faster


cdef inline double *data(cnp.ndarray array) noexcept nogil:
    return <double *>cnp.PyArray_DATA(array)


cdef inline cnp.ndarray plain(cnp.ndarray array):
    """The same array, or a copy, in C order and aligned."""
    if cnp.PyArray_ISCARRAY_RO(array):
        return array
    return np.require(array, requirements="CA")


ctypedef struct Work:
    ptrdiff_t rows      # coefficients
    ptrdiff_t matrices  # of a stack
    ptrdiff_t n, inner, m
    const double *u
    const double *v
    double *y
    double *known


cdef ptrdiff_t grain(ptrdiff_t multiplications) noexcept nogil:
    """The rows of a result that are worth a thread, in tiles."""
    return 8 * (WORTH_A_THREAD // (8 * multiplications + 1) + 1)


cdef void multiplied_piece(void *context, ptrdiff_t begin, ptrdiff_t end, int worker) noexcept nogil:
    cdef const Work *w = <const Work *>context
    cdef ptrdiff_t left = w.n * w.inner, right = w.inner * w.m
    cdef ptrdiff_t k
    cdef Products p
    p.mode, p.inner, p.columns = SUM, w.inner, w.m
    p.a, p.a_step, p.a_next = w.u, w.inner, left
    p.b_step, p.b_next = w.m, -right
    p.c_step = w.m
    for k in range(1, w.rows):
        p.count, p.b, p.c = k + 1, w.v + k * right, w.y + k * w.n * w.m
        multiply_rows(&p, begin, end)


def multiply(cnp.ndarray u, cnp.ndarray v, first):
    """The product of two series of matrices, ``(rows, n, p)`` and ``(rows, p, m)``.

    Row 0 is `first`."""
    cdef Work w
    cdef cnp.ndarray y
    cdef cnp.npy_intp shape[3]
    u, v = plain(u), plain(v)
    w.rows, w.n, w.inner = cnp.PyArray_DIM(u, 0), cnp.PyArray_DIM(u, 1), cnp.PyArray_DIM(u, 2)
    w.m = cnp.PyArray_DIM(v, 2)
    shape[0], shape[1], shape[2] = w.rows, w.n, w.m
    y = cnp.PyArray_EMPTY(3, shape, cnp.NPY_DOUBLE, 0)
    y[0] = np.reshape(first, (w.n, w.m))
    w.u, w.v, w.y = data(u), data(v), data(y)
    with nogil:
        shared(multiplied_piece, &w, w.n, grain(w.rows * (w.rows + 1) // 2 * w.inner * w.m))
    return y


cdef void inverted_piece(void *context, ptrdiff_t begin, ptrdiff_t end, int worker) noexcept nogil:
    """Rows of all matrices of the stack: those of y_k depend on the same rows of y_0 to y_(k - 1)."""
    cdef const Work *w = <const Work *>context
    cdef ptrdiff_t n = w.n, each = n * n, whole = w.matrices * each, at, low, high, k
    cdef Products p
    p.inner = p.columns = p.a_step = p.b_step = p.c_step = n
    while begin < end:
        at = begin // n
        low, high = begin - at * n, min(end - at * n, n)
        for k in range(1, w.rows):
            p.mode, p.count = SUM, k
            p.a, p.a_next = w.y + (k - 1) * whole + at * each, -whole
            p.b, p.b_next = w.u + whole + at * each, whole
            p.c = w.known + at * each
            multiply_rows(&p, low, high)
            p.mode, p.count = MINUS_SUM, 1
            p.a, p.b = w.known + at * each, w.y + at * each
            p.c = w.y + k * whole + at * each
            multiply_rows(&p, low, high)
        begin = at * n + high


ctypedef struct Beside:
    Work work
    int state          # of the inverse, for `comes_first`
    bint regular       # whether there is one
    double *factors
    ptrdiff_t *exchanged


cdef void piece_beside(void *context, ptrdiff_t begin, ptrdiff_t end, int worker) noexcept nogil:
    """The same of one matrix, with an inverse of the value that the first of all pieces makes."""
    cdef Beside *w = <Beside *>context
    cdef ptrdiff_t n = w.work.n, i
    if comes_first(&w.state):
        memcpy(w.factors, w.work.u, n * n * sizeof(double))
        w.regular = eliminate(n, w.factors, w.exchanged)
        if w.regular:
            memset(w.work.y, 0, n * n * sizeof(double))
            for i in range(n):
                w.work.y[i * n + i] = 1.0
            substitute(n, w.factors, w.exchanged, n, w.work.y)
        made(&w.state)
    if w.regular:
        inverted_piece(&w.work, begin, end, worker)


def invert(cnp.ndarray a, inverse):
    """The y with ``y a = 1``, of series of matrices; row 0 is ``inverse(a[0])``.

    That takes as long as some of the rows after it. So these are not made from it, where there is
    enough of them for several threads, but from an inverse by elimination as accurate as that one,
    and by others while the caller waits for `inverse`.
    """
    cdef Beside w
    cdef int last = cnp.PyArray_NDIM(a) - 1
    cdef cnp.ndarray y = cnp.PyArray_EMPTY(last + 1, cnp.PyArray_DIMS(a), cnp.NPY_DOUBLE, 0)
    cdef ptrdiff_t square, worth
    cdef bint others
    a = plain(a)
    w.work.rows, w.work.n = cnp.PyArray_DIM(a, 0), cnp.PyArray_DIM(a, last)
    square = w.work.n * w.work.n
    if cnp.PyArray_SIZE(a) == 0:
        y[0] = inverse(a[0])
        return y
    w.work.matrices = cnp.PyArray_SIZE(a) // (w.work.rows * square)
    w.work.u, w.work.y = data(a), data(y)
    w.work.known = <double *>malloc((w.work.matrices + 1) * square * sizeof(double)
                                    + w.work.n * sizeof(ptrdiff_t))
    if w.work.known == NULL:
        raise MemoryError
    w.factors = w.work.known + w.work.matrices * square
    w.exchanged = <ptrdiff_t *>(w.factors + square)
    w.state, w.regular = 0, False
    worth = grain((w.work.rows - 1) * (w.work.rows + 2) // 2 * square)
    try:
        if w.work.matrices == 1 and w.work.n >= 2 * worth:
            others = begun(piece_beside, &w, w.work.n, worth)
            try:
                first = inverse(a[0])
            finally:
                with nogil:
                    if others:
                        joined()
                    else:
                        piece_beside(&w, 0, w.work.n, 0)
        else:
            first = inverse(a[0])
        y[0] = first
        if not w.regular:
            with nogil:
                shared(inverted_piece, &w.work, w.work.matrices * w.work.n, worth)
    finally:
        free(w.work.known)
    return y


def solve(cnp.ndarray a, cnp.ndarray b, first):
    """The y with ``a y = b``, of series of as many matrices; row 0 is `first`.

    None if the value of a matrix cannot be factored.
    """
    cdef Factors factors = Factors(a[0])
    cdef int last = cnp.PyArray_NDIM(b) - 1
    cdef ptrdiff_t rows = cnp.PyArray_DIM(b, 0), n = factors.n, m = cnp.PyArray_DIM(b, last)
    cdef ptrdiff_t matrices = factors.matrices, at, k
    cdef cnp.ndarray y
    cdef Products p
    if not factors.regular:
        return None
    a = plain(a)
    y = np.array(b, order="C")
    y[0] = first
    p.mode, p.inner, p.columns = LESS_SUM, n, m
    p.a_step, p.a_next = n, matrices * n * n
    p.b_step, p.b_next, p.c_step = m, -matrices * n * m, m
    with nogil:
        for at in range(matrices):
            for k in range(1, rows):
                p.count = k
                p.a = data(a) + (matrices + at) * n * n
                p.b = data(y) + ((k - 1) * matrices + at) * n * m
                p.c = data(y) + (k * matrices + at) * n * m
                multiply_rows(&p, 0, n)
                factors.divide(at, p.c, m)
    return y


cdef class Factors:
    """The triangular factors of each matrix of a stack ``(..., n, n)``.

    Attributes
    ----------
    regular : bool
        Whether no pivot is zero; otherwise nothing can be solved.
    """

    cdef cnp.ndarray factors, exchanged
    cdef readonly bint regular
    cdef ptrdiff_t n, matrices

    def __init__(self, a):
        cdef ptrdiff_t k
        self.n = a.shape[a.ndim - 1]
        self.factors = np.array(a, np.float64, order="C")
        self.exchanged = np.empty(a.shape[: a.ndim - 1], np.intp)
        self.matrices = self.exchanged.size // self.n if self.n else 0
        self.regular = True
        with nogil:
            for k in range(self.matrices):
                if not eliminate(self.n, data(self.factors) + k * self.n * self.n,
                                 self.exchanges() + k * self.n):
                    self.regular = False
                    break

    cdef ptrdiff_t *exchanges(self) noexcept nogil:
        return <ptrdiff_t *>cnp.PyArray_DATA(self.exchanged)

    cdef void divide(self, ptrdiff_t at, double *x, ptrdiff_t width) noexcept nogil:
        """Solve with one matrix of the stack for the columns of x, in place."""
        substitute(self.n, data(self.factors) + at * self.n * self.n,
                   self.exchanges() + at * self.n, width, x)

    def solve(self, cnp.ndarray x):
        """The y with ``a y = x``, written into `x`: contiguous, as many matrices ``(..., n, m)``."""
        cdef ptrdiff_t k, width = cnp.PyArray_DIM(x, cnp.PyArray_NDIM(x) - 1)
        with nogil:
            for k in range(self.matrices):
                self.divide(k, data(x) + k * self.n * width, width)
        return x
