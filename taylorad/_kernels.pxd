cimport numpy as cnp

cdef extern from "_kernels.h" nogil:
    enum:
        BLOCKS
        MANY
        LARGE
    ctypedef struct Table:
        int rows
        int inner
        int top
        int univariate
        const int *degree
        const int *start
        const int *left
        const int *right
        # what `push` reads
        int *from_ "from"
        int *with_ "with"
        int *to
        int *square

    ctypedef struct Riccati:
        double q[3]
        int root
        double a
        double c
        const double *b
        ptrdiff_t b_step

    void product_tile(const Table *, const double *, ptrdiff_t, const double *, ptrdiff_t,
                      double *, ptrdiff_t, double *, int) noexcept
    void quotient_tile(const Table *, const double *, ptrdiff_t, const double *, ptrdiff_t,
                       double *, ptrdiff_t, double *, int) noexcept
    void riccati_tile(const Table *, const Riccati *, const double *, const double *, ptrdiff_t,
                      const double *, const double *, double *, ptrdiff_t, double *, int) noexcept
    void rotation_tile(const Table *, const double *, ptrdiff_t, const double *, const double *,
                       double, double *, double *, ptrdiff_t, double *, int) noexcept

cdef extern from "_kernels_loops.h" nogil:
    enum:
        SUM
        MINUS_SUM
        LESS_SUM
    ctypedef struct Products:
        int mode
        ptrdiff_t count
        ptrdiff_t inner
        ptrdiff_t columns
        const double *a
        const double *b
        double *c
        ptrdiff_t a_step
        ptrdiff_t a_next
        ptrdiff_t b_step
        ptrdiff_t b_next
        ptrdiff_t c_step

# Multiplications and additions that are worth a thread: some ten microseconds.
cdef enum:
    WORTH_A_THREAD = 100_000

ctypedef void (*Task)(void *, ptrdiff_t, ptrdiff_t, int) noexcept nogil

cdef size_t room_for(const Table *T, int blocks, ptrdiff_t n) noexcept nogil
cdef void product_points(const Table *T, const double *u, const double *v, double *y,
                         double *work, ptrdiff_t n) noexcept nogil
cdef void quotient_points(const Table *T, const double *u, const double *v, double *y,
                          double *work, ptrdiff_t n) noexcept nogil
cdef void riccati_points(const Table *T, const Riccati *f, const double *x, const double *value,
                         const double *slope, double *y, double *work,
                         ptrdiff_t n) noexcept nogil
cdef void rotation_points(const Table *T, const double *x, const double *value,
                          const double *other, double sign, double *y, double *z, double *work,
                          ptrdiff_t n) noexcept nogil
cdef void multiply_rows(const Products *p, ptrdiff_t begin, ptrdiff_t end) noexcept nogil
cdef bint eliminate(ptrdiff_t n, double *a, ptrdiff_t *exchanged) noexcept nogil
cdef void substitute(ptrdiff_t n, const double *a, const ptrdiff_t *exchanged, ptrdiff_t m,
                     double *x) noexcept nogil
cdef int limited() noexcept nogil
cdef void limit_to(int count) noexcept nogil
cdef void shared(Task task, void *context, ptrdiff_t n, ptrdiff_t grain) noexcept nogil
cdef bint begun(Task task, void *context, ptrdiff_t n, ptrdiff_t step) noexcept nogil
cdef void joined() noexcept nogil
cdef bint comes_first(int *state) noexcept nogil
cdef void made(int *state) noexcept nogil


cdef class Compiled:
    """The product table of an algebra where C can read it."""
    cdef Table table
    cdef object arrays


cdef Compiled compiled(object algebra)
cdef cnp.ndarray times(Compiled C, cnp.ndarray u, cnp.ndarray v)
cdef cnp.ndarray over(Compiled C, cnp.ndarray u, cnp.ndarray v)
cdef cnp.ndarray solved_riccati(Compiled C, const Riccati *f, cnp.ndarray x, cnp.ndarray value,
                                cnp.ndarray slope)
cdef cnp.ndarray solved_rotation(Compiled C, cnp.ndarray x, cnp.ndarray value,
                                 cnp.ndarray other, double sign, cnp.ndarray partner)
cdef void seed(const double *x, double scale, ptrdiff_t rows, double *y, ptrdiff_t n) noexcept
cdef bint a_zero(const double *x, ptrdiff_t n) noexcept
cdef bint is_large(const Table *T) noexcept nogil
cdef bint is_shared(const Table *T, ptrdiff_t n) noexcept nogil
cdef int large(const Table *T, const double *u, const double *v, double *y) except -1
