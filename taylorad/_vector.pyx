"""Elementwise functions of plain arrays: the platform's vector math, NumPy's loops on threads.

NumPy's own loops are right to the last place or two; some of them are scalar. The library's
are within 4 units in the last place, and several times faster. Where it is missing, or a
point is outside of the range in which nothing overflows and no warning is due, NumPy
computes. With ``TAYLORAD_VECTOR_MATH`` in the environment as 0 it always does; as 4 the
library's functions of 4 doubles are used where there are those of 8.

On many points NumPy's loops are shared among threads, as those of the recurrences are. Where
one of them raises a floating-point flag the function is left to NumPy, which warns.
"""

import os

import numpy as np

cimport numpy as cnp

cnp.import_array()

from taylorad._kernels cimport shared

cdef extern from "_vector.h" nogil:
    ctypedef struct Map:
        int width
        void *function
        double low
        double high
        const double *x
        double *y
        int outside
    ctypedef struct Copy:
        const double *source "from"
        double *to
        cnp.npy_intp rows
        cnp.npy_intp n
    ctypedef void (*Inner)(char **, const cnp.npy_intp *, const cnp.npy_intp *, void *) noexcept
    ctypedef struct Strided:
        Inner inner
        void *data
        char *at[3]
        cnp.npy_intp steps[3]
        cnp.npy_intp rows
        cnp.npy_intp n
        int flags
    int double_loop(object, Inner *, void **)
    int vector_width()
    void *vector_function(int, const char *)
    void map_piece(void *, ptrdiff_t, ptrdiff_t, int) noexcept
    void copy_piece(void *, ptrdiff_t, ptrdiff_t, int) noexcept
    void strided_piece(void *, ptrdiff_t, ptrdiff_t, int) noexcept

cdef int WIDTH = min(vector_width(), int(os.environ.get("TAYLORAD_VECTOR_MATH", "8")) & 12)

# Fewer points are not worth the call, and so many are worth a thread.
cdef Py_ssize_t FEWEST = 16
cdef Py_ssize_t WORTH_A_THREAD = 8192


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


# What is shared: loops of NumPy's over doubles that touch no object and keep no state.
SHARED = (
    np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan, np.sinh, np.cosh, np.tanh,
    np.arcsinh, np.arccosh, np.arctanh, np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10,
    np.log1p, np.sqrt, np.cbrt, np.square, np.reciprocal, np.negative, np.absolute,
    np.add, np.subtract, np.multiply, np.divide, np.power, np.hypot, np.arctan2,
)


cdef class Doubles:
    """NumPy's loop of a ufunc over doubles."""

    cdef Inner inner
    cdef void *data


cdef dict DOUBLES = {}

cdef int find_loops() except -1:
    cdef Doubles found
    for function in SHARED:
        found = Doubles()
        if isinstance(function, np.ufunc) and double_loop(function, &found.inner, &found.data):
            DOUBLES[function] = found
    return 0


find_loops()


cdef inline bint plain(object x) noexcept:
    """Whether it is an array of doubles, aligned and in C order."""
    return (cnp.PyArray_CheckExact(x) and cnp.PyArray_TYPE(<cnp.ndarray>x) == cnp.NPY_DOUBLE
            and cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>x))


cdef inline cnp.ndarray like(cnp.ndarray array):
    return cnp.PyArray_EMPTY(
        cnp.PyArray_NDIM(array), cnp.PyArray_DIMS(array), cnp.NPY_DOUBLE, 0
    )


cdef bint walk(Doubles loop, cnp.ndarray y, tuple operands, Py_ssize_t rows):
    """Whether NumPy's loop fills y, of plain arrays of its size and numbers, without a flag."""
    cdef Strided call
    cdef double number = 0.0
    cdef Py_ssize_t n = cnp.PyArray_SIZE(y) // rows, i = 0
    for x in operands:
        if isinstance(x, (float, int)):
            number = x
            call.at[i], call.steps[i] = <char *>&number, 0
        else:
            call.at[i], call.steps[i] = <char *>cnp.PyArray_DATA(<cnp.ndarray>x), sizeof(double)
        i += 1
    call.at[i], call.steps[i] = <char *>cnp.PyArray_DATA(y), sizeof(double)
    call.inner, call.data, call.flags = loop.inner, loop.data, 0
    call.rows, call.n = rows, n
    with nogil:
        shared(strided_piece, &call, n, WORTH_A_THREAD // rows + 1)
    return call.flags == 0


def binary(ufunc, a, b, out=None, Py_ssize_t rows=1):
    """``ufunc(a, b)``, on threads where they are many doubles; one of them may be a number.

    Of arrays with rows of points a thread has the same points of every row: those it has in
    its cache from the last time.
    """
    cdef cnp.ndarray y
    cdef bint first = plain(a), second = plain(b)
    big = a if first else b
    if ((first or second) and cnp.PyArray_SIZE(<cnp.ndarray>big) >= FEWEST
            and (isinstance(b, (float, int)) if first and not second else True)
            and (isinstance(a, (float, int)) if second and not first else True)
            and (not (first and second)
                 or cnp.PyArray_SAMESHAPE(<cnp.ndarray>a, <cnp.ndarray>b))):
        loop = DOUBLES.get(ufunc)
        if loop is not None:
            if out is None:
                y = like(<cnp.ndarray>big)
            elif plain(out) and cnp.PyArray_SAMESHAPE(<cnp.ndarray>out, <cnp.ndarray>big):
                y = <cnp.ndarray>out
            else:
                return ufunc(a, b, out)
            if walk(<Doubles>loop, y, (a, b), rows):
                return y
    return ufunc(a, b) if out is None else ufunc(a, b, out)


def unary(ufunc, x):
    """``ufunc(x)`` as NumPy computes it, on threads where x is many doubles."""
    cdef cnp.ndarray y
    if plain(x):
        loop = DOUBLES.get(ufunc)
        if loop is not None:
            y = like(<cnp.ndarray>x)
            if walk(<Doubles>loop, y, (x,), 1):
                return y
    return ufunc(x)


def values(ufunc, x, Py_ssize_t rows=1):
    """``ufunc(x)``, by the library where x is an array of doubles in the function's range."""
    cdef Loop loop
    cdef Map call
    cdef cnp.ndarray array, result
    cdef Py_ssize_t n
    if not plain(x):
        return ufunc(x)
    array = <cnp.ndarray>x
    n = cnp.PyArray_SIZE(array)
    if n < FEWEST:
        return ufunc(x)
    found = LOOPS.get(ufunc)
    if found is not None:
        loop = <Loop>found
        result = like(array)
        call.width, call.function, call.outside = WIDTH, loop.function, 0
        call.low, call.high = loop.low, loop.high
        call.x, call.y = <double *>cnp.PyArray_DATA(array), <double *>cnp.PyArray_DATA(result)
        with nogil:
            shared(map_piece, &call, n, WORTH_A_THREAD)
        if not call.outside:
            return result
    found = DOUBLES.get(ufunc)
    if found is not None:
        result = like(array)
        if walk(<Doubles>found, result, (x,), rows):
            return result
    return ufunc(x)


def copied(x, Py_ssize_t rows=1):
    """A copy of an array, on threads where it has many doubles."""
    cdef Copy call
    cdef cnp.ndarray y
    if not plain(x) or cnp.PyArray_SIZE(<cnp.ndarray>x) < 2 * WORTH_A_THREAD:
        return x.copy()
    y = like(<cnp.ndarray>x)
    call.source = <double *>cnp.PyArray_DATA(<cnp.ndarray>x)
    call.to = <double *>cnp.PyArray_DATA(y)
    call.rows, call.n = rows, cnp.PyArray_SIZE(y) // rows
    with nogil:
        shared(copy_piece, &call, call.n, WORTH_A_THREAD // rows + 1)
    return y
