/* The recurrences of degree one in several variables: a value, and rows that are all alike.
 *
 * Many directions are carried forward at once, so rows are many and long, and what counts is the
 * way to memory. Each row is walked once from end to end, beside the rows of degree 0, of which as
 * many points are taken at a time as stay in the innermost cache.
 */
#ifndef TAYLORAD_KERNELS_FIRST_H
#define TAYLORAD_KERNELS_FIRST_H

#include "_kernels_loops.h"

enum { NEAR = 512 }; /* points whose values stay in cache while their rows pass by */

/* ROW(k, t) for all rows of degree one at the points from `at` to `stop`, after VALUE(t) */
#define OF_FIRST_DEGREE(VALUE, ROW)                                              \
    for (ptrdiff_t at = begin; at < end; at += NEAR) {                           \
        const ptrdiff_t stop = end - at < NEAR ? end : at + NEAR;                \
        VALUE                                                                    \
        for (ptrdiff_t k = n; k < T->rows * n; k += n)                           \
            for (ptrdiff_t t = at; t < stop; t++) { ROW }                        \
    }
#define AT_EACH(DO) for (ptrdiff_t t = at; t < stop; t++) { DO }

INLINE void product_first(const Table *T, const double *u, const double *v, double *RESTRICT y,
                          ptrdiff_t n, ptrdiff_t begin, ptrdiff_t end)
{
    OF_FIRST_DEGREE(AT_EACH(y[t] = u[t] * v[t];), y[k + t] = u[t] * v[k + t] + u[k + t] * v[t];)
}

INLINE void quotient_first(const Table *T, const double *u, const double *v, double *RESTRICT y,
                           ptrdiff_t n, ptrdiff_t begin, ptrdiff_t end)
{
    OF_FIRST_DEGREE(AT_EACH(y[t] = u[t] / v[t];), y[k + t] = (u[k + t] - v[k + t] * y[t]) / v[t];)
}

/* y_k = slope x_k */
INLINE void slope_first(const Table *T, const double *x, const double *value,
                        const double *slope, double *RESTRICT y, ptrdiff_t n, ptrdiff_t begin,
                        ptrdiff_t end)
{
    OF_FIRST_DEGREE(AT_EACH(y[t] = value[t];), y[k + t] = slope[t] * x[k + t];)
}

INLINE void riccati_first(const Table *T, const Riccati *f, const double *x, const double *value,
                          const double *slope, double *RESTRICT y, ptrdiff_t n, ptrdiff_t begin,
                          ptrdiff_t end)
{
    const int plain_q = f->q[0] == 1.0 && f->q[1] == 0.0 && f->q[2] == 0.0;
    const int linear = f->b_step != 0 || f->b[0] != 0.0, squares = f->c != 0.0;
    double first[NEAR], q[NEAR];
    int infinite = 0;
    OF_FIRST_DEGREE(
        if (!plain_q) polynomial_value(f, x + at, q, (int)(stop - at));
        AT_EACH(
            double rate = f->a;
            y[t] = value[t];
            infinite |= fabs(x[t]) == INFINITY;
            if (slope) {
                rate = slope[t];
            } else { /* without terms that are absent: 0 times an infinite y is not 0 */
                if (linear) rate += f->b[t * f->b_step] * value[t];
                if (squares) rate += f->c * (value[t] * value[t]);
                if (!plain_q) rate /= q[t - at];
            }
            first[t - at] = value[t] != value[t] ? value[t] : rate; /* outside of the domain */
        ),
        y[k + t] = first[t - at] * x[k + t];
    )
    if (infinite)
        flatten(T, f, x + begin, n, y + begin, n, (int)(end - begin));
}

INLINE void rotation_first(const Table *T, const double *x, const double *value,
                           const double *other, double sign, double *RESTRICT y,
                           double *RESTRICT z, ptrdiff_t n, ptrdiff_t begin, ptrdiff_t end)
{
    slope_first(T, x, value, other, y, n, begin, end);
    if (!z) return;
    OF_FIRST_DEGREE(AT_EACH(z[t] = other[t];), z[k + t] = sign * (value[t] * x[k + t]);)
}

#undef OF_FIRST_DEGREE
#undef AT_EACH

#endif
