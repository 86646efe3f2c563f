"""Series of the factors of one small matrix, over any algebra, for float64.

The equations are those of the rules (rules/solving.py, rules/_eigen.py, rules/_orthogonal.py), where
they are derived; here a degree costs a few loops in place of as many calls of NumPy's. What stands for
the value is NumPy's own, and so are its errors. Whatever is out of the ordinary is left to the rules:
a function answers None then.

A series has the shape ``(rows, n, m)``. The sums over the pairs of rows of a product leave out those
with the value, which the equations have taken out.
"""

import numpy as np

from libc.float cimport DBL_EPSILON
from libc.math cimport fabs, sqrt
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

cimport numpy as cnp

cnp.import_array()

from taylorad._kernels cimport Table, compiled

la = np.linalg

ctypedef fused Entry:
    double
    double complex


def loop(name, function):
    """NumPy's loop of this name, which costs less than the function of `numpy.linalg` around it;
    the function where there is none."""
    return getattr(getattr(la, "_umath_linalg", None), name, function)


cdef object la_cholesky = la.cholesky, la_qr = la.qr, la_eigh = la.eigh, la_eig = la.eig
cdef object la_svd = la.svd
# For what else is needed of a value, where NumPy has found nothing wrong with it.
cdef object loop_eigh = loop("eigh_lo", la.eigh), loop_eig = loop("eig", la.eig)
cdef object loop_inv = loop("inv", la.inv)
loop_svd = loop("svd_s", lambda a: la.svd(a, full_matrices=False))


cdef inline double *doubles(object array) noexcept:
    return <double *>cnp.PyArray_DATA(<cnp.ndarray>array)


cdef bint is_plain(object array, int type_number):
    """Whether a value is an array of this type that C may read from the first entry to the last."""
    return cnp.PyArray_CheckExact(array) and (
        cnp.PyArray_TYPE(<cnp.ndarray>array) == type_number) and (
        cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>array))


cdef inline cnp.ndarray rows_of(Py_ssize_t rows, Py_ssize_t n, Py_ssize_t m, int type_number):
    """Zeros of the shape ``(rows, n, m)``, or of ``(rows, m)`` if n is 0."""
    cdef cnp.npy_intp shape[3]
    shape[0], shape[1], shape[2] = rows, n, m
    if n == 0:
        shape[1] = m
    return cnp.PyArray_ZEROS(3 if n else 2, shape, type_number, 0)


cdef inline double *room(Py_ssize_t size) except NULL:
    """So many zeros."""
    cdef double *work = <double *>malloc(size * sizeof(double))
    if work == NULL:
        raise MemoryError
    memset(work, 0, size * sizeof(double))
    return work


# --- Products ----------------------------------------------------------------------------


cdef void add_product(const Entry *u, const Entry *v, Entry *y, Py_ssize_t n, Py_ssize_t p,
                      Py_ssize_t m, double sign) noexcept nogil:
    """y += sign u v, of (n, p) and (p, m)."""
    cdef Py_ssize_t i, j, q
    cdef Entry factor
    for i in range(n):
        for q in range(p):
            factor = sign * u[i * p + q]
            for j in range(m):
                y[i * m + j] += factor * v[q * m + j]


cdef void add_product_of_transposed(const double *u, const double *v, double *y, Py_ssize_t n,
                                    Py_ssize_t p, Py_ssize_t m, double sign) noexcept nogil:
    """y += sign u^T v, of (p, n) and (p, m)."""
    cdef Py_ssize_t i, j, q
    cdef double factor
    for q in range(p):
        for i in range(n):
            factor = sign * u[q * n + i]
            for j in range(m):
                y[i * m + j] += factor * v[q * m + j]


cdef void add_products(const Table *T, Py_ssize_t k, const Entry *u, const Entry *v, Entry *y,
                       Py_ssize_t n, Py_ssize_t p, Py_ssize_t m, double sign) noexcept nogil:
    """y += sign times the sum of u_i v_j over the inner pairs of row k."""
    cdef Py_ssize_t at
    for at in range(T.start[k] + 1, T.start[k + 1] - 1):
        add_product(u + T.left[at] * n * p, v + T.right[at] * p * m, y, n, p, m, sign)


cdef void add_products_of_transposed(const Table *T, Py_ssize_t k, const double *u, const double *v,
                                     double *y, Py_ssize_t n, Py_ssize_t p, Py_ssize_t m,
                                     double sign) noexcept nogil:
    """y += sign times the sum of u_i^T v_j over the inner pairs of row k."""
    cdef Py_ssize_t at
    for at in range(T.start[k] + 1, T.start[k + 1] - 1):
        add_product_of_transposed(u + T.left[at] * p * n, v + T.right[at] * p * m, y, n, p, m, sign)


cdef void add_scaled(const Table *T, Py_ssize_t k, const Entry *u, const Entry *d, Entry *y,
                     Py_ssize_t n, Py_ssize_t m, double sign) noexcept nogil:
    """y += sign times the sum of u_i diag(d_j) over the inner pairs of row k."""
    cdef Py_ssize_t at, i, j
    cdef const Entry *one
    cdef const Entry *other
    for at in range(T.start[k] + 1, T.start[k + 1] - 1):
        one, other = u + T.left[at] * n * m, d + T.right[at] * m
        for i in range(n):
            for j in range(m):
                y[i * m + j] += sign * one[i * m + j] * other[j]


cdef inline Entry conjugate(Entry x) noexcept nogil:
    if Entry is double:
        return x
    else:
        return x.conjugate()


cdef inline double real(Entry x) noexcept nogil:
    if Entry is double:
        return x
    else:
        return x.real


cdef inline double modulus(Entry x) noexcept nogil:
    if Entry is double:
        return fabs(x)
    else:
        return sqrt(x.real * x.real + x.imag * x.imag)


cdef double inner_length(const Table *T, Py_ssize_t k, const Entry *u, Py_ssize_t n, Py_ssize_t m,
                            Py_ssize_t j) noexcept nogil:
    """The real part of the sum of u_a^H u_b over the inner pairs of row k, for a column."""
    cdef Py_ssize_t at, i
    cdef const Entry *one
    cdef const Entry *other
    cdef double total = 0.0
    for at in range(T.start[k] + 1, T.start[k + 1] - 1):
        one, other = u + T.left[at] * n * m + j, u + T.right[at] * n * m + j
        for i in range(n):
            total += real(conjugate(one[i * m]) * other[i * m])
    return total


# --- The Cholesky factor -----------------------------------------------------------------


def cholesky(algebra, cnp.ndarray a, bint upper):
    """The factor of which NumPy computes the value, column by column."""
    cdef const Table *T = &compiled(algebra).table
    cdef Py_ssize_t rows = cnp.PyArray_DIM(a, 0), n = cnp.PyArray_DIM(a, 1), size = n * n
    cdef Py_ssize_t down = 1 if upper else n, along = n if upper else 1  # to the next row, column
    cdef Py_ssize_t k, i, j, q, at, one, other
    cdef cnp.ndarray factor
    cdef const double *u = doubles(a)
    cdef double *y
    cdef double *row
    cdef double c
    first = la_cholesky(a[0], upper=True) if upper else la_cholesky(a[0])
    if not is_plain(first, cnp.NPY_DOUBLE):
        return None
    factor = rows_of(rows, n, n, cnp.NPY_DOUBLE)
    y = doubles(factor)
    memcpy(y, doubles(first), size * sizeof(double))
    for k in range(1, rows):
        row = y + k * size
        for j in range(n):
            for i in range(j, n):
                c = u[k * size + i * down + j * along]
                for at in range(T.start[k] + 1, T.start[k + 1] - 1):
                    one, other = T.left[at] * size + i * down, T.right[at] * size + j * down
                    for q in range(j + 1):
                        c -= y[one + q * along] * y[other + q * along]
                for q in range(j):
                    c -= row[i * down + q * along] * y[j * down + q * along] + (
                        y[i * down + q * along] * row[j * down + q * along])
                if i == j:
                    c /= 2.0
                else:
                    c -= y[i * down + j * along] * row[j * down + j * along]
                row[i * down + j * along] = c / y[j * down + j * along]
    return (factor,)


# --- QR ----------------------------------------------------------------------------------


def qr(algebra, cnp.ndarray a, bint r_alone):
    """Q and R, or R alone, of a matrix with at least as many rows as columns, of full rank."""
    cdef const Table *T = &compiled(algebra).table
    cdef Py_ssize_t m = cnp.PyArray_DIM(a, 1), n = cnp.PyArray_DIM(a, 2), k
    cdef cnp.ndarray q, r
    cdef const double *u = doubles(a)
    cdef double *work
    if m < n:
        return None
    first, triangle = la_qr(a[0])
    if not (is_plain(first, cnp.NPY_DOUBLE) and is_plain(triangle, cnp.NPY_DOUBLE)) or (
        is_deficient(n, doubles(triangle))
    ):
        return None
    q, r = rows_of(T.rows, m, n, cnp.NPY_DOUBLE), rows_of(T.rows, n, n, cnp.NPY_DOUBLE)
    memcpy(doubles(q), doubles(first), m * n * sizeof(double))
    memcpy(doubles(r), doubles(triangle), n * n * sizeof(double))
    work = room(m * n + 3 * n * n)
    for k in range(1, T.rows):
        qr_row(T, k, m, n, u, doubles(q), doubles(r), work)
    free(work)
    return (r,) if r_alone else (q, r)


cdef bint is_deficient(Py_ssize_t n, const double *r) noexcept:
    """Whether a column of R depends on those before it, by the measure of the rule."""
    cdef Py_ssize_t i, j
    cdef double length
    for j in range(n):
        length = 0.0
        for i in range(j + 1):
            length = max(length, fabs(r[i * n + j]))
        if not fabs(r[j * n + j]) > 4 * n * DBL_EPSILON * length:
            return True
    return False


cdef void qr_row(const Table *T, Py_ssize_t k, Py_ssize_t m, Py_ssize_t n, const double *a,
                 double *q, double *r, double *work) noexcept nogil:
    cdef double *w = work
    cdef double *gram = w + m * n
    cdef double *h = gram + n * n
    cdef double *x = h + n * n
    cdef Py_ssize_t i, j, p
    memcpy(w, a + k * m * n, m * n * sizeof(double))
    add_products(T, k, q, r, w, m, n, n, -1.0)
    for j in range(n):  # w R_0 = this
        for i in range(m):
            for p in range(j):
                w[i * n + j] -= w[i * n + p] * r[p * n + j]
            w[i * n + j] /= r[j * n + j]
    memset(gram, 0, 2 * n * n * sizeof(double))
    add_products_of_transposed(T, k, q, q, gram, n, m, n, 1.0)
    add_product_of_transposed(q, w, h, n, m, n, 1.0)
    for i in range(n):
        for j in range(i + 1):
            x[i * n + j] = h[i * n + j]
            x[j * n + i] = -h[i * n + j] - gram[j * n + i]
        x[i * n + i] = -gram[i * n + i] / 2
    if m > n:
        memcpy(q + k * m * n, w, m * n * sizeof(double))
        add_product(q, h, q + k * m * n, m, n, n, -1.0)
    add_product(q, x, q + k * m * n, m, n, n, 1.0)
    for i in range(n):
        for j in range(i, n):
            for p in range(i, j + 1):
                r[k * n * n + i * n + j] += (h[i * n + p] - x[i * n + p]) * r[p * n + j]


include "_decompositions_eigen.pxi"
include "_decompositions_svd.pxi"
