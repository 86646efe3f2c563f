"""The recurrences for float64 arrays, compiled: see `taylorad.recurrences`.

Same names, same signatures. Nothing is validated here: series are float64 arrays of one
shape ``(rows, *shape)``, values and slopes have the shape of a row. The loops are in
``_kernels.h``; they run without the interpreter's lock.
"""

from libc.stdlib cimport free, malloc

import numpy as np

cimport numpy as cnp

cnp.import_array()

cdef extern from "_kernels.h" nogil:
    enum:
        TILE
    void quadrature_points(const Table *, const double *, const double *, const double *,
                           double *, double *, ptrdiff_t) noexcept
    void compose_points(const Table *, const double *, const double *, double *, double *,
                        ptrdiff_t) noexcept


cdef class Compiled:

    def __cinit__(self, algebra):
        degrees = algebra.degrees
        start, left, right = algebra.table
        cdef int inner = np.searchsorted(degrees, degrees.max())
        self.table.rows = algebra.rows
        self.table.inner = inner
        self.table.top = algebra.degree
        self.table.degree = <const int *>cnp.PyArray_DATA(degrees)
        self.table.start = <const int *>cnp.PyArray_DATA(start)
        self.table.left = <const int *>cnp.PyArray_DATA(left)
        self.table.right = <const int *>cnp.PyArray_DATA(right)
        # Half of the pairs, those (i, j) with 0 < i < j, by j: at most as many as these.
        most = (len(left) - algebra.rows) // 2
        begins, others, products, squares = (
            np.zeros(inner + 2, np.intc), np.empty(most, np.intc), np.empty(most, np.intc),
            np.full(inner + 1, -1, np.intc),
        )
        self.table.from_ = <int *>cnp.PyArray_DATA(begins)
        self.table.with_ = <int *>cnp.PyArray_DATA(others)
        self.table.to = <int *>cnp.PyArray_DATA(products)
        self.table.square = <int *>cnp.PyArray_DATA(squares)
        self.arrays = (degrees, start, left, right, begins, others, products, squares)
        with nogil:
            sort_by_factor(&self.table)


cdef void sort_by_factor(Table *T) noexcept nogil:
    """Fill in what `push` reads: count the pairs of each j, then put them in their places.

    Rows come by rising products k, so those of each j come by rising i.
    """
    cdef int k, p, i, j
    cdef int *next = T.from_ + 1
    for k in range(1, T.rows):
        for p in range(T.start[k] + 1, T.start[k + 1] - 1):
            i, j = T.left[p], T.right[p]
            if i < j:
                next[j] += 1
            elif i == j:
                T.square[j] = k
    # next[j] is from[j + 1]: it becomes the end of what is before j, then that of j
    cdef int total = 0, count
    for j in range(T.inner + 1):
        count = next[j]
        next[j] = total
        total += count
    for k in range(1, T.rows):
        for p in range(T.start[k] + 1, T.start[k + 1] - 1):
            i, j = T.left[p], T.right[p]
            if i < j:
                T.with_[next[j]] = i
                T.to[next[j]] = k
                next[j] += 1


cdef Compiled compiled(object algebra):
    structure = algebra.structure
    found = structure.compiled
    if found is None:
        found = structure.compiled = Compiled(algebra)
    return <Compiled>found


cdef inline cnp.ndarray contiguous(object array):
    """The array itself where C can walk it, else a copy."""
    if cnp.PyArray_CheckExact(array) and cnp.PyArray_IS_C_CONTIGUOUS(array):
        return <cnp.ndarray>array
    return np.ascontiguousarray(array)


cdef inline double *data(cnp.ndarray array) noexcept nogil:
    return <double *>cnp.PyArray_DATA(array)


cdef inline ptrdiff_t points(cnp.ndarray array, int rows) noexcept:
    return cnp.PyArray_SIZE(array) // rows


cdef inline cnp.ndarray like(cnp.ndarray array):
    return cnp.PyArray_EMPTY(
        cnp.PyArray_NDIM(array), cnp.PyArray_DIMS(array), cnp.NPY_DOUBLE, 0
    )


cdef double *workspace(Compiled C, int blocks, ptrdiff_t n) except NULL:
    """Room for so many series, of the width of a tile."""
    cdef size_t size = <size_t>blocks * C.table.rows * (TILE if n > 1 else 1)
    cdef double *work = <double *>malloc(size * sizeof(double))
    if work == NULL:
        raise MemoryError
    return work


def product(algebra, u, v):
    """y = u v."""
    cdef Compiled C = compiled(algebra)
    cdef cnp.ndarray first = contiguous(u), second = contiguous(v), y = like(first)
    cdef ptrdiff_t n = points(first, C.table.rows)
    cdef double *work = NULL  # none for few rows
    if C.table.rows > (MANY if n == 1 else LARGE):
        work = workspace(C, 2, n)
    with nogil:
        product_points(&C.table, data(first), data(second), data(y), work, n)
        free(work)
    return y


def quotient(algebra, u, v):
    """y = u / v, from v y = u."""
    cdef Compiled C = compiled(algebra)
    cdef cnp.ndarray first = contiguous(u), second = contiguous(v), y = like(first)
    cdef ptrdiff_t n = points(first, C.table.rows)
    cdef double *work = NULL  # of one point with many rows only
    if n == 1:
        work = workspace(C, 1, n)
    with nogil:
        quotient_points(&C.table, data(first), data(second), data(y), work, n)
        free(work)
    return y


def riccati(algebra, x, value, slope, q, bint root, double a, b, double c):
    """y = f(x) where q(x) Dy = (a + b y + c y^2) Dx."""
    cdef Compiled C = compiled(algebra)
    cdef cnp.ndarray series = contiguous(x), y = like(series), y0 = contiguous(value)
    cdef cnp.ndarray y1 = None if slope is None else contiguous(slope), linear
    cdef double *slopes = NULL if slope is None else data(y1)
    cdef ptrdiff_t n = points(series, C.table.rows)
    cdef Riccati f
    cdef double b0
    cdef int i
    cdef double *work
    for i in range(3):
        f.q[i] = q[i] if i < len(q) else 0.0
    f.root = root
    f.a = a
    f.c = c
    if isinstance(b, np.ndarray):
        linear = contiguous(b)
        f.b = data(linear)
        f.b_step = 1
    else:
        b0 = b
        f.b = &b0
        f.b_step = 0
    work = workspace(C, BLOCKS, n)
    try:
        with nogil:
            riccati_points(&C.table, &f, data(series), data(y0), slopes, data(y), work, n)
    finally:
        free(work)
    return y


def rotation(algebra, x, value, other, double sign):
    """The pair Dy = z Dx, Dz = sign y Dx."""
    cdef Compiled C = compiled(algebra)
    cdef cnp.ndarray series = contiguous(x), y = like(series), z = like(series)
    cdef cnp.ndarray y0 = contiguous(value), z0 = contiguous(other), rest = like(series)
    cdef ptrdiff_t n = points(series, C.table.rows)
    cdef double first
    cdef double *work = workspace(C, 3, n)
    try:
        with nogil:
            rotation_points(
                &C.table, data(series), data(y0), data(z0), sign, data(y), data(z), work, n
            )
            if n == 1 and C.table.rows > MANY:
                # One of a pair is complete: the other is so as the first of its own pair.
                first = sign * data(y0)[0]
                rotation_points(
                    &C.table, data(series), data(z0), &first, sign, data(z), data(rest), work, n
                )
    finally:
        free(work)
    return y, z


def quadrature(algebra, x, value, r):
    """y with Dy = r Dx; the parts of `r` of the top degree are not read."""
    cdef Compiled C = compiled(algebra)
    cdef cnp.ndarray series = contiguous(x), y = like(series)
    cdef cnp.ndarray y0 = contiguous(value), rate = contiguous(r)
    cdef ptrdiff_t n = points(series, C.table.rows)
    cdef double *work = workspace(C, 2, n)
    try:
        with nogil:
            quadrature_points(
                &C.table, data(series), data(y0), data(rate), data(y), work, n
            )
    finally:
        free(work)
    return y


def compose(algebra, x, numbers):
    """y = sum of ``numbers[k] (x - x_0)^k``."""
    cdef Compiled C = compiled(algebra)
    cdef cnp.ndarray series = contiguous(x), y = like(series), known = contiguous(numbers)
    cdef ptrdiff_t n = points(series, C.table.rows)
    cdef double *work = workspace(C, 1, n)
    try:
        with nogil:
            compose_points(&C.table, data(series), data(known), data(y), work, n)
    finally:
        free(work)
    return y
