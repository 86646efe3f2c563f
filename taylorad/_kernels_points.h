/* The loops over points, and what of them each thread does: see _kernels.h. */
#ifndef TAYLORAD_KERNELS_POINTS_H
#define TAYLORAD_KERNELS_POINTS_H

#include <string.h>

#include "_kernels.h"
#include "_kernels_series.h"

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
#define UNIVARIATE(CALL)                      \
    if (T->univariate && end - begin >= 8) {  \
        CALL;                                 \
        return;                               \
    }
#else
#define UNIVARIATE(CALL)
#endif

/* Of n points those from begin to end */
#define SPAN ptrdiff_t n, ptrdiff_t begin, ptrdiff_t end

MULTIVERSION void product_span(const Table *T, const double *u, const double *v, double *y,
                               double *work, SPAN)
{
    UNIVARIATE(product_eights(T, u, v, y, work, n, begin, end))
#define BODY(m) product_tile(T, u + at, n, v + at, n, y + at, n, work, m)
    OVER_TILES(BODY)
#undef BODY
}

MULTIVERSION void quotient_span(const Table *T, const double *u, const double *v, double *y,
                                double *work, SPAN)
{
    UNIVARIATE(quotient_eights(T, u, v, y, work, n, begin, end))
#define BODY(m) quotient_tile(T, u + at, n, v + at, n, y + at, n, work, m)
    OVER_TILES(BODY)
#undef BODY
}

MULTIVERSION void riccati_span(const Table *T, const Riccati *f, const double *x,
                               const double *value, const double *slope, double *y,
                               double *work, SPAN)
{
    UNIVARIATE(riccati_eights(T, f, x, value, slope, y, work, n, begin, end))
#define BODY(m)                                                                         \
    riccati_tile(T, f, f->b + at * f->b_step, x + at, n, value + at,                    \
                 slope ? slope + at : NULL, y + at, n, work, m)
    OVER_TILES(BODY)
#undef BODY
}

MULTIVERSION void rotation_span(const Table *T, const double *x, const double *value,
                                const double *other, double sign, double *y, double *z,
                                double *work, SPAN)
{
    UNIVARIATE(rotation_eights(T, x, value, other, sign, y, z, work, n, begin, end))
#define BODY(m) \
    rotation_tile(T, x + at, n, value + at, other + at, sign, y + at, z + at, n, work, m)
    OVER_TILES(BODY)
#undef BODY
}

MULTIVERSION void quadrature_span(const Table *T, const double *x, const double *value,
                                  const double *r, double *y, double *work, SPAN)
{
    UNIVARIATE(quadrature_eights(T, x, value, r, y, work, n, begin, end))
#define BODY(m) quadrature_tile(T, x + at, n, value + at, r + at, n, y + at, n, work, m)
    OVER_TILES(BODY)
#undef BODY
}

MULTIVERSION void compose_span(const Table *T, const double *x, const double *numbers, double *y,
                               double *work, SPAN)
{
#define BODY(m) compose_tile(T, x + at, n, numbers + at, n, y + at, n, work, m)
    OVER_TILES(BODY)
#undef BODY
}

#undef SPAN

/* The doubles that `work` has to hold, for a body that needs room for so many blocks */
static inline size_t room_for(const Table *T, int blocks, ptrdiff_t n)
{
    const size_t tiles = (size_t)blocks * T->rows * (n > 1 ? TILE : 1);
#if VECTORS
    const size_t series = T->univariate && n >= 8 ? (size_t)SERIES * 8 * ROOM(T->rows) : 0;
    return tiles > series ? tiles : series;
#else
    return tiles;
#endif
}

/* What a kernel was called with. Each thread has room of its own. */
typedef struct {
    const Table *T;
    const Riccati *f;
    const double *x, *v, *value, *other;
    double sign;
    double *y, *z, *work;
    size_t room;
    ptrdiff_t n;
} Call;

#define WITHIN c->work + worker * c->room, c->n, begin, end
#define PIECE(name, ...)                                                                 \
    static inline void name##_piece(void *call, ptrdiff_t begin, ptrdiff_t end, int worker) \
    {                                                                                    \
        const Call *c = (const Call *)call;                                              \
        name##_span(c->T, __VA_ARGS__, WITHIN);                                          \
    }
PIECE(product, c->x, c->v, c->y)
PIECE(quotient, c->x, c->v, c->y)
PIECE(riccati, c->f, c->x, c->value, c->other, c->y)
PIECE(rotation, c->x, c->value, c->other, c->sign, c->y, c->z)
PIECE(quadrature, c->x, c->value, c->v, c->y)
PIECE(compose, c->x, c->v, c->y)
#undef PIECE
#undef WITHIN

/* A product at one point, shared: its pairs are cut into PARTS, each with sums of its own, so that
 * the result is the same however many threads there are. */
enum { PARTS = 4 };

typedef struct {
    const Table *T;
    const double *u, *v;
    double *sums;
} Large;

MULTIVERSION void push_rows(const Table *T, const double *u, const double *v, double *s, int j,
                            int last)
{
    for (; j < last; j++) {
        if (u == v)
            push(T, j, SQUARE, u, u, u, u, s, s);
        else
            push(T, j, PRODUCT, u, v, u, u, s, s);
    }
}

/* The first row j whose pairs begin at `pair` or later */
static inline int row_from(const Table *T, ptrdiff_t pair)
{
    int low = 1, high = T->inner;
    while (low < high) {
        const int middle = (low + high) / 2;
        if (T->from[middle] < pair) low = middle + 1;
        else high = middle;
    }
    return low;
}

static inline void large_piece(void *large, ptrdiff_t begin, ptrdiff_t end, int worker)
{
    const Large *c = (const Large *)large;
    const Table *T = c->T;
    const ptrdiff_t pairs = T->from[T->inner];
    for (ptrdiff_t part = begin; part < end; part++) {
        double *s = zeros(T, c->sums + part * T->rows);
        const int first = row_from(T, pairs * part / PARTS);
        const int last = part + 1 < PARTS ? row_from(T, pairs * (part + 1) / PARTS) : T->inner;
        push_rows(T, c->u, c->v, s, first, last);
    }
}

MULTIVERSION void large_sum(const Large *c, double *RESTRICT y)
{
    const double *u = c->u, *v = c->v, *s = c->sums;
    const ptrdiff_t rows = c->T->rows;
    y[0] = u[0] * v[0];
    for (ptrdiff_t k = 1; k < rows; k++)
        y[k] = (s[k] + s[rows + k]) + (s[2 * rows + k] + s[3 * rows + k])
               + (u[0] * v[k] + u[k] * v[0]);
}

/* The series of a variable that moves by `scale` */
typedef struct {
    const double *x;
    double *y, scale;
    ptrdiff_t rows, n;
} Seed;

static inline void seed_piece(void *seed, ptrdiff_t begin, ptrdiff_t end, int worker)
{
    const Seed *c = (const Seed *)seed;
    const size_t size = (end - begin) * sizeof(double);
    memcpy(c->y + begin, c->x + begin, size);
    for (ptrdiff_t t = begin; c->rows > 1 && t < end; t++) c->y[c->n + t] = c->scale;
    for (ptrdiff_t k = 2; k < c->rows; k++) memset(c->y + k * c->n + begin, 0, size);
}

typedef struct {
    const double *x;
    int found;
} Zero;

static inline void zero_piece(void *zero, ptrdiff_t begin, ptrdiff_t end, int worker)
{
    Zero *c = (Zero *)zero;
    int found = 0;
    for (ptrdiff_t t = begin; t < end; t++) found |= c->x[t] == 0.0;
    if (found) c->found = 1; /* whoever writes it writes the same */
}

#endif
