/* What the walk back does to arrays of doubles: each function is one pass through memory. */
#ifndef TAYLORAD_TAPE_LOOPS_H
#define TAYLORAD_TAPE_LOOPS_H

#include <fenv.h>

#include "_kernels_sums.h"

/* x = r x + s y */
MULTIVERSION void add_to(double *RESTRICT x, double r, const double *RESTRICT y, double s,
                         ptrdiff_t n)
{
    if (r == 1.0) {
        for (ptrdiff_t i = 0; i < n; i++) x[i] += s * y[i];
    } else {
        for (ptrdiff_t i = 0; i < n; i++) x[i] = r * x[i] + s * y[i];
    }
}

/* z = r x + s y; x and y may be the same */
MULTIVERSION void add_both(double *RESTRICT z, const double *x, double r, const double *y,
                           double s, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) z[i] = r * x[i] + s * y[i];
}

/* x = s x */
MULTIVERSION void scale(double *x, double s, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) x[i] *= s;
}

/* z = s x */
MULTIVERSION void scale_to(double *RESTRICT z, const double *RESTRICT x, double s, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) z[i] = s * x[i];
}

/* x = x y */
MULTIVERSION void times_to(double *RESTRICT x, const double *RESTRICT y, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) x[i] *= y[i];
}

/* z = x y; x and y may be the same */
MULTIVERSION void times_both(double *RESTRICT z, const double *x, const double *y, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) z[i] = x[i] * y[i];
}

/* Whether nothing is infinite or nan: x - x is then 0. */
MULTIVERSION int all_finite(const double *x, ptrdiff_t n)
{
    double sum[4] = {0.0, 0.0, 0.0, 0.0};
    ptrdiff_t i = 0;
    for (; i + 4 <= n; i += 4) {
        for (int k = 0; k < 4; k++) sum[k] += x[i + k] - x[i + k];
    }
    for (; i < n; i++) sum[0] += x[i] - x[i];
    return sum[0] + sum[1] + sum[2] + sum[3] == 0.0;
}

#define FLAWS (FE_OVERFLOW | FE_INVALID)

/* A pass, of which threads do pieces, and what went wrong in it */
enum { ADD_TO, ADD_BOTH, SCALE, SCALE_TO, TIMES_TO, TIMES_BOTH, FINITE };

typedef struct {
    int kind;
    double *z;
    const double *x, *y;
    double r, s;
    int overflow, invalid;
} Pass;

static inline void pass_piece(void *pass, ptrdiff_t begin, ptrdiff_t end, int worker)
{
    Pass *p = (Pass *)pass;
    double *z = p->z + begin;
    const double *x = p->x ? p->x + begin : 0, *y = p->y ? p->y + begin : 0;
    const ptrdiff_t n = end - begin;
    int flaws;
    if (fetestexcept(FLAWS)) feclearexcept(FLAWS); /* which takes longer than a few sums */
    switch (p->kind) {
    case ADD_TO: add_to(z, p->r, y, p->s, n); break;
    case ADD_BOTH: add_both(z, x, p->r, y, p->s, n); break;
    case SCALE: scale(z, p->s, n); break;
    case SCALE_TO: scale_to(z, x, p->s, n); break;
    case TIMES_TO: times_to(z, y, n); break;
    case TIMES_BOTH: times_both(z, x, y, n); break;
    case FINITE:
        if (!all_finite(z, n)) p->invalid = 1;
        return;
    }
    flaws = fetestexcept(FLAWS);
    /* whoever writes one of these writes the same */
    if (flaws & FE_OVERFLOW) p->overflow = 1;
    if (flaws & FE_INVALID) p->invalid = 1;
}

#endif
