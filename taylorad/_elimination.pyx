"""One factorisation of a matrix, many solutions: what NumPy's LAPACK functions do not offer.

Gaussian elimination with partial pivoting, as in Golub and Van Loan, Matrix Computations,
4th ed. (2013), section 3.4. For float64 matrices of a size at which calls cost as much as what
they compute, and for few right-hand sides; others are better off with BLAS.
"""

import numpy as np

from libc.stdlib cimport free, malloc

cimport numpy as cnp

cnp.import_array()

cdef extern from "_elimination.h" nogil:
    int eliminate(ptrdiff_t, double *, ptrdiff_t *) noexcept
    void substitute(ptrdiff_t, const double *, const ptrdiff_t *, double *) noexcept


cdef class Factors:
    """The triangular factors of each matrix of a stack ``(..., n, n)``.

    Attributes
    ----------
    regular : bool
        Whether no pivot is zero; otherwise nothing can be solved.
    """

    cdef cnp.ndarray columns, rows
    cdef readonly bint regular
    cdef ptrdiff_t n, matrices

    def __init__(self, a):
        cdef ptrdiff_t k
        cdef double *data
        cdef ptrdiff_t *rows
        self.n = a.shape[a.ndim - 1]
        self.columns = np.array(np.swapaxes(a, -1, -2), np.float64, order="C")
        self.rows = np.empty(a.shape[:-1], np.intp)
        self.matrices = self.rows.size // self.n if self.n else 0
        self.regular = True
        data = <double *>cnp.PyArray_DATA(self.columns)
        rows = <ptrdiff_t *>cnp.PyArray_DATA(self.rows)
        with nogil:
            for k in range(self.matrices):
                if not eliminate(self.n, data + k * self.n * self.n, rows + k * self.n):
                    self.regular = False
                    break

    def solve(self, cnp.ndarray x):
        """The y with ``a y = x``, written into `x`: contiguous, as many matrices ``(..., n, m)``."""
        cdef ptrdiff_t k, i, column, width = cnp.PyArray_DIM(x, cnp.PyArray_NDIM(x) - 1)
        cdef ptrdiff_t n = self.n
        cdef const double *a = <const double *>cnp.PyArray_DATA(self.columns)
        cdef const ptrdiff_t *rows = <const ptrdiff_t *>cnp.PyArray_DATA(self.rows)
        cdef double *y = <double *>cnp.PyArray_DATA(x)
        cdef double *one = <double *>malloc(n * sizeof(double))
        if one == NULL:
            raise MemoryError
        with nogil:
            for k in range(self.matrices):
                for column in range(width):
                    for i in range(n):
                        one[i] = y[i * width + column]
                    substitute(n, a, rows, one)
                    for i in range(n):
                        y[i * width + column] = one[i]
                y += n * width
                a += n * n
                rows += n
        free(one)
        return x
