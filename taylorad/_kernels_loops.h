/* The loops over points, each compiled for several instruction sets, and the choice between them.
 *
 * Vectors are as wide as registers (_kernels_sums.h), so each set has a file of its own,
 * _loops_*.c, that says which it is and includes _kernels_spans.h. The machine is asked once
 * which of them it can run.
 */
#ifndef TAYLORAD_KERNELS_LOOPS_H
#define TAYLORAD_KERNELS_LOOPS_H

#include "_kernels.h"

#if defined(__GNUC__) && defined(__x86_64__)
#define X86_LOOPS 1
#else
#define X86_LOOPS 0
#endif

/* Whether there are no products but of a value and a row: see _kernels_first.h */
static inline int is_first(const Table *T) { return T->top == 1 && T->rows > 2; }

/* Of n points those from begin to end; work is room for one thread */
#define SPAN double *work, ptrdiff_t n, ptrdiff_t begin, ptrdiff_t end

/* c = sum of a_i b_i, or minus that, or c minus that: matrices whose rows are a_step, b_step and
 * c_step apart, and of which the next ones follow after a_next and b_next */
enum { SUM, MINUS_SUM, LESS_SUM };

typedef struct {
    int mode;
    ptrdiff_t count, inner, columns;
    const double *a, *b;
    double *c;
    ptrdiff_t a_step, a_next, b_step, b_next, c_step;
} Products;

typedef struct {
    void (*product)(const Table *, const double *u, const double *v, double *y, SPAN);
    void (*quotient)(const Table *, const double *u, const double *v, double *y, SPAN);
    void (*riccati)(const Table *, const Riccati *, const double *x, const double *value,
                    const double *slope, double *y, SPAN);
    void (*rotation)(const Table *, const double *x, const double *value, const double *other,
                     double sign, double *y, double *z, SPAN);
    void (*quadrature)(const Table *, const double *x, const double *value, const double *r,
                       double *y, SPAN);
    void (*compose)(const Table *, const double *x, const double *numbers, double *y, SPAN);
    /* of a product at one point that is cut into parts: the sums of one, and what they add up to */
    void (*push_rows)(const Table *, const double *u, const double *v, double *s, int j, int last);
    void (*sum_of_parts)(const Table *, const double *u, const double *v, const double *s,
                         double *y);
    void (*multiply_rows)(const Products *, ptrdiff_t begin, ptrdiff_t end);
    int (*eliminate)(ptrdiff_t n, double *a, ptrdiff_t *exchanged);
    void (*substitute)(ptrdiff_t n, const double *a, const ptrdiff_t *exchanged, ptrdiff_t m,
                       double *x);
} Loops;

#define HIDDEN
#if defined(__GNUC__)
#undef HIDDEN
#define HIDDEN __attribute__((visibility("hidden")))
#endif

extern HIDDEN const Loops loops_of_all;
#if X86_LOOPS
extern HIDDEN const Loops loops_of_avx2, loops_of_avx512;
#endif

#endif
