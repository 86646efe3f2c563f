"""The recurrences for float64 arrays, compiled: see `taylorad.recurrences`.

Same names, same signatures. Nothing is validated here: series are float64 arrays of one
shape ``(rows, *shape)``, values and slopes have the shape of a row. The loops are in
``_kernels.h``; they run without the interpreter's lock.
"""

from libc.stdlib cimport free

import os

import numpy as np

cimport numpy as cnp

cnp.import_array()

cdef extern from "_kernels_points.h" nogil:
    enum:
        VECTORS
        PARTS
    ctypedef struct Loops:
        void product(const Table *, const double *, const double *, double *, double *,
                     ptrdiff_t, ptrdiff_t, ptrdiff_t) noexcept nogil
        void quotient(const Table *, const double *, const double *, double *, double *,
                      ptrdiff_t, ptrdiff_t, ptrdiff_t) noexcept nogil
        void riccati(const Table *, const Riccati *, const double *, const double *,
                     const double *, double *, double *, ptrdiff_t, ptrdiff_t,
                     ptrdiff_t) noexcept nogil
        void rotation(const Table *, const double *, const double *, const double *, double,
                      double *, double *, double *, ptrdiff_t, ptrdiff_t, ptrdiff_t) noexcept nogil
        void sum_of_parts(const Table *, const double *, const double *, const double *,
                          double *) noexcept nogil
        void multiply_rows(const Products *, ptrdiff_t, ptrdiff_t) noexcept nogil
        int eliminate(ptrdiff_t, double *, ptrdiff_t *) noexcept nogil
        void substitute(ptrdiff_t, const double *, const ptrdiff_t *, ptrdiff_t,
                        double *) noexcept nogil
    const Loops *loops
    bint is_first(const Table *) noexcept
    const char *choose_loops(const char *) noexcept
    ctypedef struct Call:
        const Table *T
        const Riccati *f
        const double *x
        const double *v
        const double *value
        const double *other
        double sign
        double *y
        double *z
        double *work
        size_t room
        ptrdiff_t n
    ctypedef struct Large:
        const Table *T
        const double *u
        const double *v
        double *sums
    ctypedef struct Seed:
        const double *x
        double *y
        double scale
        ptrdiff_t rows
        ptrdiff_t n
    ctypedef struct Zero:
        const double *x
        int found
    void zero_piece(void *, ptrdiff_t, ptrdiff_t, int) noexcept
    void seed_piece(void *, ptrdiff_t, ptrdiff_t, int) noexcept
    size_t series_room "room_for"(const Table *, int, ptrdiff_t) noexcept
    void product_piece(void *, ptrdiff_t, ptrdiff_t, int) noexcept
    void quotient_piece(void *, ptrdiff_t, ptrdiff_t, int) noexcept
    void riccati_piece(void *, ptrdiff_t, ptrdiff_t, int) noexcept
    void rotation_piece(void *, ptrdiff_t, ptrdiff_t, int) noexcept
    void quadrature_piece(void *, ptrdiff_t, ptrdiff_t, int) noexcept
    void compose_piece(void *, ptrdiff_t, ptrdiff_t, int) noexcept
    void large_piece(void *, ptrdiff_t, ptrdiff_t, int) noexcept

cdef extern from "_threads.h" nogil:
    enum:
        MOST_THREADS
    void share(Task, void *, ptrdiff_t, ptrdiff_t, int) noexcept
    bint share_begin(Task, void *, ptrdiff_t, ptrdiff_t, int) noexcept
    void share_end() noexcept
    bint once(int *) noexcept
    void once_made(int *) noexcept
    int most_threads() noexcept
    int limited_threads() noexcept
    void set_most_threads(int) noexcept
    void set_all_threads(int) noexcept
    void *aligned(size_t) noexcept


def _instructions():
    """What the loops are made of: at most what the environment says, else what the machine has."""
    given = os.environ.get("TAYLORAD_INSTRUCTIONS", "")
    chosen = choose_loops(given.encode())
    if chosen is NULL:
        raise ValueError(
            f"TAYLORAD_INSTRUCTIONS is {given!r}; it may be 'avx512', 'avx2' or 'all' (what all "
            "machines have), and is best not set"
        )
    return (<bytes>chosen).decode()


instructions = _instructions()

def cores():
    """How many threads are of use here: the cores, or what the environment says."""
    given = os.environ.get("TAYLORAD_THREADS", "")
    if given.isdecimal() and int(given):
        return int(given)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


set_all_threads(min(cores(), MOST_THREADS))


class threads:
    """A context in which the loops over points use at most so many threads.

    Parameters
    ----------
    count : int or None
        How many, the caller's included; None for as many as before.
    """

    __slots__ = ("before", "count")

    def __init__(self, count):
        self.count = count

    def __enter__(self):
        self.before = limited_threads()
        if self.count is not None:
            set_most_threads(min(self.count, MOST_THREADS))

    def __exit__(self, *error):
        set_most_threads(self.before)


cdef int limited() noexcept nogil:
    """To how many threads loops are limited in this one, 0 if they are not."""
    return limited_threads()


cdef void limit_to(int count) noexcept nogil:
    set_most_threads(min(count, MOST_THREADS))


cdef void shared(Task task, void *context, ptrdiff_t n, ptrdiff_t grain) noexcept nogil:
    """The task for 0 to n, in pieces of a grain at least."""
    share(task, context, n, grain, most_threads())


cdef bint begun(Task task, void *context, ptrdiff_t n, ptrdiff_t step) noexcept nogil:
    """Whether others have begun with it; the caller may do something else, and then joins them."""
    return share_begin(task, context, n, step, min(most_threads(), MOST_THREADS))


cdef void joined() noexcept nogil:
    share_end()


cdef bint comes_first(int *state) noexcept nogil:
    """Whether to make what all pieces need; the others wait until it is said to be made."""
    return once(state)


cdef void made(int *state) noexcept nogil:
    once_made(state)


cdef class Compiled:

    def __cinit__(self, algebra):
        degrees = algebra.degrees
        start, left, right = algebra.table
        cdef int inner = np.searchsorted(degrees, degrees.max())
        self.table.rows = algebra.rows
        self.table.inner = inner
        self.table.top = algebra.degree
        self.table.univariate = algebra.univariate
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
        made = Compiled(algebra)
        found = structure.compiled  # by now another thread may have set it
        if found is None:  # numbers point into the first one, which is never replaced
            found = structure.compiled = made
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


cdef ptrdiff_t start(Call *call, Compiled C, cnp.ndarray series, int blocks) except -1:
    """Fill in what all kernels have in common; the points that are worth a thread."""
    cdef const Table *T = &C.table
    cdef ptrdiff_t work = T.start[T.rows] + 8 * T.rows, grain, threads
    call.T = T
    call.n = points(series, T.rows)
    grain = max(16, (WORTH_A_THREAD // work) // 16 * 16)
    threads = 1 if call.n < 2 * grain else most_threads()
    call.room = series_room(T, blocks, call.n)
    call.work = <double *>aligned(threads * call.room * sizeof(double))
    if call.work == NULL:
        raise MemoryError
    return grain


# For other modules, which need these loops too but not a compilation of their own.

cdef size_t room_for(const Table *T, int blocks, ptrdiff_t n) noexcept nogil:
    return series_room(T, blocks, n)


cdef void product_points(const Table *T, const double *u, const double *v, double *y,
                         double *work, ptrdiff_t n) noexcept nogil:
    loops.product(T, u, v, y, work, n, 0, n)


cdef void quotient_points(const Table *T, const double *u, const double *v, double *y,
                          double *work, ptrdiff_t n) noexcept nogil:
    loops.quotient(T, u, v, y, work, n, 0, n)


cdef void riccati_points(const Table *T, const Riccati *f, const double *x, const double *value,
                         const double *slope, double *y, double *work,
                         ptrdiff_t n) noexcept nogil:
    loops.riccati(T, f, x, value, slope, y, work, n, 0, n)


cdef void rotation_points(const Table *T, const double *x, const double *value,
                          const double *other, double sign, double *y, double *z, double *work,
                          ptrdiff_t n) noexcept nogil:
    loops.rotation(T, x, value, other, sign, y, z, work, n, 0, n)


cdef void multiply_rows(const Products *p, ptrdiff_t begin, ptrdiff_t end) noexcept nogil:
    loops.multiply_rows(p, begin, end)


cdef bint eliminate(ptrdiff_t n, double *a, ptrdiff_t *exchanged) noexcept nogil:
    return loops.eliminate(n, a, exchanged)


cdef void substitute(ptrdiff_t n, const double *a, const ptrdiff_t *exchanged, ptrdiff_t m,
                     double *x) noexcept nogil:
    loops.substitute(n, a, exchanged, m, x)


def product(algebra, u, v):
    """y = u v."""
    return times(compiled(algebra), contiguous(u), contiguous(v))


cdef cnp.ndarray times(Compiled C, cnp.ndarray u, cnp.ndarray v):
    """u v, of arrays in C order."""
    cdef cnp.ndarray y = like(u)
    cdef Call call
    cdef ptrdiff_t grain
    if cnp.PyArray_SIZE(u) == C.table.rows and is_large(&C.table):
        large(&C.table, data(u), data(v), data(y))
        return y
    grain = start(&call, C, u, 3)
    call.x, call.v, call.y = data(u), data(v), data(y)
    with nogil:
        shared(product_piece, &call, call.n, grain)
        free(call.work)
    return y


cdef bint is_shared(const Table *T, ptrdiff_t n) noexcept nogil:
    """Whether a product at so many points is worth more than one thread."""
    return T.start[T.rows] * n > WORTH_A_THREAD if n > 1 else is_large(T)


cdef bint is_large(const Table *T) noexcept nogil:
    """Whether a product at one point is worth more than one thread."""
    return T.from_[T.inner] > WORTH_A_THREAD


cdef int large(const Table *T, const double *u, const double *v, double *y) except -1:
    """A product at one point, shared."""
    cdef Large call
    call.T, call.u, call.v = T, u, v
    call.sums = <double *>aligned(PARTS * T.rows * sizeof(double))
    if call.sums == NULL:
        raise MemoryError
    with nogil:
        shared(large_piece, &call, PARTS, 1)
        loops.sum_of_parts(T, u, v, call.sums, y)
        free(call.sums)
    return 0


def quotient(algebra, u, v):
    """y = u / v, from v y = u."""
    return over(compiled(algebra), contiguous(u), contiguous(v))


cdef cnp.ndarray over(Compiled C, cnp.ndarray u, cnp.ndarray v):
    """u / v, of arrays in C order."""
    cdef cnp.ndarray y = like(u)
    cdef Call call
    cdef ptrdiff_t grain = start(&call, C, u, 1)
    call.x, call.v, call.y = data(u), data(v), data(y)
    with nogil:
        shared(quotient_piece, &call, call.n, grain)
        free(call.work)
    return y


def riccati(algebra, x, value, slope, q, bint root, double a, b, double c):
    """y = f(x) where q(x) Dy = (a + b y + c y^2) Dx."""
    cdef cnp.ndarray linear, first = None if slope is None else contiguous(slope)
    cdef Riccati f
    cdef double b0
    cdef int i
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
    return solved_riccati(compiled(algebra), &f, contiguous(x), contiguous(value), first)


cdef cnp.ndarray solved_riccati(Compiled C, const Riccati *f, cnp.ndarray x, cnp.ndarray value,
                                cnp.ndarray slope):
    """The solution, from arrays in C order; the slope may be None."""
    cdef cnp.ndarray y = like(x)
    cdef Call call
    cdef ptrdiff_t grain = start(&call, C, x, BLOCKS)
    call.f, call.x, call.value, call.y = f, data(x), data(value), data(y)
    call.other = NULL if slope is None else data(slope)
    with nogil:
        shared(riccati_piece, &call, call.n, grain)
        free(call.work)
    return y


def rotation(algebra, x, value, other, double sign):
    """The pair Dy = z Dx, Dz = sign y Dx."""
    series = contiguous(x)
    partner = like(series)
    y = solved_rotation(compiled(algebra), series, contiguous(value), contiguous(other), sign,
                        partner)
    return y, partner


cdef cnp.ndarray solved_rotation(Compiled C, cnp.ndarray x, cnp.ndarray value,
                                 cnp.ndarray other, double sign, cnp.ndarray partner):
    """y, from arrays in C order; z is written to `partner`, which may be None."""
    cdef cnp.ndarray y = like(x), rest
    cdef Call call
    cdef ptrdiff_t grain = start(&call, C, x, 3)
    cdef double first
    cdef bint wanted = partner is not None
    if not wanted and not (
        is_first(&C.table) or VECTORS and C.table.univariate and call.n >= 8
    ):
        partner = like(x)  # the loops need it
    call.x, call.value, call.other, call.sign = data(x), data(value), data(other), sign
    call.y, call.z = data(y), NULL if partner is None else data(partner)
    with nogil:
        shared(rotation_piece, &call, call.n, grain)
    if wanted and call.n == 1 and C.table.rows > MANY:
        # One of a pair is complete: the other is so as the first of its own pair.
        rest = like(x)
        first = sign * data(value)[0]
        call.value, call.other, call.y, call.z = data(other), &first, data(partner), data(rest)
        rotation_piece(&call, 0, 1, 0)
    free(call.work)
    return y


def quadrature(algebra, x, value, r):
    """y with Dy = r Dx; the parts of `r` of the top degree are not read."""
    cdef Compiled C = compiled(algebra)
    cdef cnp.ndarray series = contiguous(x), y = like(series)
    cdef cnp.ndarray y0 = contiguous(value), rate = contiguous(r)
    cdef Call call
    cdef ptrdiff_t grain = start(&call, C, series, 2)
    call.x, call.value, call.v, call.y = data(series), data(y0), data(rate), data(y)
    with nogil:
        shared(quadrature_piece, &call, call.n, grain)
        free(call.work)
    return y


def compose(algebra, x, numbers):
    """y = sum of ``numbers[k] (x - x_0)^k``."""
    cdef Compiled C = compiled(algebra)
    cdef cnp.ndarray series = contiguous(x), y = like(series), known = contiguous(numbers)
    cdef Call call
    cdef ptrdiff_t grain = start(&call, C, series, 1)
    call.x, call.v, call.y = data(series), data(known), data(y)
    with nogil:
        shared(compose_piece, &call, call.n, grain)
        free(call.work)
    return y


cdef void seed(const double *x, double scale, ptrdiff_t rows, double *y, ptrdiff_t n) noexcept:
    """The rows x, scale, 0, ..."""
    cdef Seed call
    call.x, call.y, call.scale, call.rows, call.n = x, y, scale, rows, n
    with nogil:
        shared(seed_piece, &call, n, WORTH_A_THREAD // (8 * rows) // 8 * 8 + 8)


cdef bint a_zero(const double *x, ptrdiff_t n) noexcept:
    """Whether some of the points are zero."""
    cdef Zero call
    call.x, call.found = x, 0
    with nogil:
        shared(zero_piece, &call, n, WORTH_A_THREAD // 8)
    return call.found
