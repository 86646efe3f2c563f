/* The loops over points, for the instruction set that the file which includes this is compiled
 * for: see _kernels_loops.h. */
#ifndef TAYLORAD_KERNELS_SPANS_H
#define TAYLORAD_KERNELS_SPANS_H

#include "_kernels_across.h"
#include "_kernels_elimination.h"
#include "_kernels_first.h"
#include "_kernels_loops.h"
#include "_kernels_matrices.h"

/* Full tiles with the width a constant, then the rest. */
#define OVER_TILES(BODY)                                       \
    {                                                          \
        ptrdiff_t at = begin;                                  \
        for (; at + TILE <= end; at += TILE) BODY(TILE);       \
        if (at + TILE / 2 <= end) {                            \
            BODY(TILE / 2);                                    \
            at += TILE / 2;                                    \
        }                                                      \
        if (at + 1 == end) {                                   \
            BODY(1);                                           \
        } else if (at < end) {                                 \
            const int rest = (int)(end - at);                  \
            BODY(rest);                                        \
        }                                                      \
    }

#if VECTORS
/* In one variable, at many points */
#define UNIVARIATE(CALL)                         \
    if (T->univariate && end - begin >= LANES) { \
        CALL;                                    \
        return;                                  \
    }
#else
#define UNIVARIATE(CALL)
#endif

/* In several variables, to the first degree */
#define FIRST(CALL)                \
    if (is_first(T)) {             \
        CALL;                      \
        return;                    \
    }

static void product_span(const Table *T, const double *u, const double *v, double *y,
                               SPAN)
{
    FIRST(product_first(T, u, v, y, n, begin, end))
    UNIVARIATE(product_lanes(T, u, v, y, work, n, begin, end))
#define BODY(m) product_tile(T, u + at, n, v + at, n, y + at, n, work, m)
    OVER_TILES(BODY)
#undef BODY
}

static void quotient_span(const Table *T, const double *u, const double *v, double *y,
                                SPAN)
{
    FIRST(quotient_first(T, u, v, y, n, begin, end))
    UNIVARIATE(quotient_lanes(T, u, v, y, work, n, begin, end))
#define BODY(m) quotient_tile(T, u + at, n, v + at, n, y + at, n, work, m)
    OVER_TILES(BODY)
#undef BODY
}

static void riccati_span(const Table *T, const Riccati *f, const double *x,
                               const double *value, const double *slope, double *y,
                               SPAN)
{
    FIRST(riccati_first(T, f, x, value, slope, y, n, begin, end))
    UNIVARIATE(riccati_lanes(T, f, x, value, slope, y, work, n, begin, end))
#define BODY(m)                                                                         \
    riccati_tile(T, f, f->b + at * f->b_step, x + at, n, value + at,                    \
                 slope ? slope + at : NULL, y + at, n, work, m)
    OVER_TILES(BODY)
#undef BODY
}

static void rotation_span(const Table *T, const double *x, const double *value,
                                const double *other, double sign, double *y, double *z,
                                SPAN)
{
    FIRST(rotation_first(T, x, value, other, sign, y, z, n, begin, end))
    UNIVARIATE(rotation_lanes(T, x, value, other, sign, y, z, work, n, begin, end))
#define BODY(m) \
    rotation_tile(T, x + at, n, value + at, other + at, sign, y + at, z + at, n, work, m)
    OVER_TILES(BODY)
#undef BODY
}

static void quadrature_span(const Table *T, const double *x, const double *value,
                                  const double *r, double *y, SPAN)
{
    FIRST(slope_first(T, x, value, r, y, n, begin, end))
    UNIVARIATE(quadrature_lanes(T, x, value, r, y, work, n, begin, end))
#define BODY(m) quadrature_tile(T, x + at, n, value + at, r + at, n, y + at, n, work, m)
    OVER_TILES(BODY)
#undef BODY
}

static void compose_span(const Table *T, const double *x, const double *numbers, double *y,
                               SPAN)
{
    FIRST(slope_first(T, x, numbers, numbers + n, y, n, begin, end))
#define BODY(m) compose_tile(T, x + at, n, numbers + at, n, y + at, n, work, m)
    OVER_TILES(BODY)
#undef BODY
}

static void push_rows(const Table *T, const double *u, const double *v, double *s, int j,
                            int last)
{
    for (; j < last; j++) {
        if (u == v)
            push(T, j, SQUARE, u, u, u, u, s, NULL);
        else
            push(T, j, PRODUCT, u, v, u, u, s, NULL);
    }
}

static void sum_of_parts(const Table *T, const double *u, const double *v, const double *s,
                         double *RESTRICT y)
{
    const ptrdiff_t rows = T->rows;
    y[0] = u[0] * v[0];
    for (ptrdiff_t k = 1; k < rows; k++)
        y[k] = (s[k] + s[rows + k]) + (s[2 * rows + k] + s[3 * rows + k])
               + (u[0] * v[k] + u[k] * v[0]);
}

#define LOOPS                                                                    \
    {                                                                            \
        product_span, quotient_span, riccati_span, rotation_span, quadrature_span, \
        compose_span, push_rows, sum_of_parts, multiply_rows, eliminate, substitute \
    }

#endif
