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

    void product_span(const Table *, const double *, const double *, double *, double *,
                      ptrdiff_t, ptrdiff_t, ptrdiff_t) noexcept
    void quotient_span(const Table *, const double *, const double *, double *, double *,
                       ptrdiff_t, ptrdiff_t, ptrdiff_t) noexcept
    void riccati_span(const Table *, const Riccati *, const double *, const double *,
                      const double *, double *, double *, ptrdiff_t, ptrdiff_t,
                      ptrdiff_t) noexcept
    void rotation_span(const Table *, const double *, const double *, const double *, double,
                       double *, double *, double *, ptrdiff_t, ptrdiff_t, ptrdiff_t) noexcept
    size_t room_for(const Table *, int, ptrdiff_t) noexcept

ctypedef void (*Task)(void *, ptrdiff_t, ptrdiff_t, int) noexcept nogil

cdef void shared(Task task, void *context, ptrdiff_t n, ptrdiff_t grain) noexcept nogil


cdef class Compiled:
    """The product table of an algebra where C can read it."""
    cdef Table table
    cdef object arrays


cdef Compiled compiled(object algebra)
