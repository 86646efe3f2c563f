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
    void product_points(const Table *, const double *, const double *, double *,
                        ptrdiff_t) noexcept
    void quotient_points(const Table *, const double *, const double *, double *,
                         ptrdiff_t) noexcept
    void riccati_points(const Table *, const Riccati *, const double *, const double *,
                        const double *, double *, double *, ptrdiff_t) noexcept
    void rotation_points(const Table *, const double *, const double *, const double *, double,
                         double *, double *, double *, ptrdiff_t) noexcept
    void quadrature_points(const Table *, const double *, const double *, const double *,
                           double *, double *, ptrdiff_t) noexcept
    void compose_points(const Table *, const double *, const double *, double *, double *,
                        ptrdiff_t) noexcept


cdef class Compiled:

    def __cinit__(self, algebra):
        degrees = algebra.degrees
        start, left, right = algebra.table
        self.arrays = (degrees, start, left, right)  # keeps the memory below alive
        self.table.rows = algebra.rows
        self.table.top = algebra.degree
        self.table.degree = <const int *>cnp.PyArray_DATA(degrees)
        self.table.start = <const int *>cnp.PyArray_DATA(start)
        self.table.left = <const int *>cnp.PyArray_DATA(left)
        self.table.right = <const int *>cnp.PyArray_DATA(right)


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


cdef double *workspace(ptrdiff_t size) except NULL:
    cdef double *work = <double *>malloc((size or 1) * sizeof(double))
    if work == NULL:
        raise MemoryError
    return work


def product(algebra, u, v):
    """y = u v."""
    cdef Compiled C = compiled(algebra)
    cdef cnp.ndarray first = contiguous(u), second = contiguous(v), y = like(first)
    cdef ptrdiff_t n = points(first, C.table.rows)
    with nogil:
        product_points(&C.table, data(first), data(second), data(y), n)
    return y


def quotient(algebra, u, v):
    """y = u / v, from v y = u."""
    cdef Compiled C = compiled(algebra)
    cdef cnp.ndarray first = contiguous(u), second = contiguous(v), y = like(first)
    cdef ptrdiff_t n = points(first, C.table.rows)
    with nogil:
        quotient_points(&C.table, data(first), data(second), data(y), n)
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
    work = workspace(4 * C.table.rows * TILE)
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
    cdef cnp.ndarray y0 = contiguous(value), z0 = contiguous(other)
    cdef ptrdiff_t n = points(series, C.table.rows)
    cdef double *work = workspace(C.table.rows * TILE)
    try:
        with nogil:
            rotation_points(
                &C.table, data(series), data(y0), data(z0), sign, data(y), data(z), work, n
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
    cdef double *work = workspace(C.table.rows * TILE)
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
    cdef double *work = workspace(C.table.rows * TILE)
    try:
        with nogil:
            compose_points(&C.table, data(series), data(known), data(y), work, n)
    finally:
        free(work)
    return y
