"""Values of elementary functions by the platform's vector math library.

NumPy's own loops are right to the last place or two; some of them are scalar. The library's
are within 4 units in the last place, and several times faster. Where it is missing, or a
point is outside of the range in which nothing overflows and no warning is due, NumPy
computes. With ``TAYLORAD_VECTOR_MATH`` in the environment as 0 it always does; as 4 the
library's functions of 4 doubles are used where there are those of 8.
"""

import os

import numpy as np

cimport numpy as cnp

cnp.import_array()

cdef extern from "_vector.h" nogil:
    int vector_width()
    void *vector_function(int, const char *)
    void vector_map(int, void *, const double *, double *, ptrdiff_t) noexcept
    int vector_within(const double *, ptrdiff_t, double, double) noexcept

cdef int WIDTH = min(vector_width(), int(os.environ.get("TAYLORAD_VECTOR_MATH", "8")) & 12)

# Fewer points are not worth the call.
cdef Py_ssize_t FEWEST = 16


cdef class Loop:
    """A function of the library, and the range in which it stands for NumPy's."""

    cdef void *function
    cdef double low, high


# ufunc, the library's name, and the range. With AVX-512 NumPy has fast loops of its own for
# all but the first group.
SLOW_IN_NUMPY = (
    (np.sin,     b"sin",   -1e5,   1e5),
    (np.cos,     b"cos",   -1e5,   1e5),
)
OTHERS = (
    (np.tan,     b"tan",   -1e5,   1e5),
    (np.exp,     b"exp",   -700.0, 700.0),
    (np.exp2,    b"exp2",  -1e3,   1e3),
    (np.expm1,   b"expm1", -700.0, 700.0),
    (np.log,     b"log",   1e-300, 1e300),
    (np.log2,    b"log2",  1e-300, 1e300),
    (np.log10,   b"log10", 1e-300, 1e300),
    (np.log1p,   b"log1p", -0.99,  1e300),
    (np.sinh,    b"sinh",  -700.0, 700.0),
    (np.cosh,    b"cosh",  -700.0, 700.0),
    (np.tanh,    b"tanh",  -700.0, 700.0),
    (np.arcsin,  b"asin",  -1.0,   1.0),
    (np.arccos,  b"acos",  -1.0,   1.0),
    (np.arctan,  b"atan",  -1e300, 1e300),
    (np.arcsinh, b"asinh", -1e150, 1e150),
    (np.cbrt,    b"cbrt",  -1e300, 1e300),
)

cdef dict LOOPS = {}


cdef int fill(rows) except -1:
    cdef Loop loop
    for ufunc, name, low, high in rows:
        loop = Loop()
        loop.function = vector_function(WIDTH, name)
        loop.low, loop.high = low, high
        if loop.function != NULL:
            LOOPS[ufunc] = loop
    return 0


if WIDTH:
    fill(SLOW_IN_NUMPY)
    if WIDTH < 8:
        fill(OTHERS)


def functions():
    """The ufuncs that have a loop of the library here."""
    return list(LOOPS)


def values(ufunc, x):
    """``ufunc(x)``, by the library where x is an array of doubles in the function's range."""
    cdef Loop loop
    cdef cnp.ndarray array, result
    cdef Py_ssize_t n
    cdef bint fits
    if not cnp.PyArray_CheckExact(x):
        return ufunc(x)
    array = <cnp.ndarray>x
    n = cnp.PyArray_SIZE(array)
    if (n < FEWEST or cnp.PyArray_TYPE(array) != cnp.NPY_DOUBLE
            or not cnp.PyArray_ISCARRAY_RO(array)):
        return ufunc(x)
    found = LOOPS.get(ufunc)
    if found is None:
        return ufunc(x)
    loop = <Loop>found
    with nogil:
        fits = vector_within(<double *>cnp.PyArray_DATA(array), n, loop.low, loop.high)
    if not fits:
        return ufunc(x)
    result = cnp.PyArray_EMPTY(
        cnp.PyArray_NDIM(array), cnp.PyArray_DIMS(array), cnp.NPY_DOUBLE, 0
    )
    with nogil:
        vector_map(WIDTH, loop.function, <double *>cnp.PyArray_DATA(array),
                   <double *>cnp.PyArray_DATA(result), n)
    return result
