/* Sums of products of matrices, for matrices that fit into the cache.
 *
 * Row k of a product of series is a sum over i of A_i B_(k - i). The entries of a tile of the
 * result, a few rows by a few vectors, stay in registers over all of these products. What is left
 * over at the right is covered by tiles of two columns, then of one. Nothing is packed: at these
 * sizes that costs as much as it saves.
 */
#ifndef TAYLORAD_KERNELS_MATRICES_H
#define TAYLORAD_KERNELS_MATRICES_H

#include "_kernels_loops.h"

/* A tile of so many rows and vectors, all constants, whose first entry is at c */
#define TILE_OF(NAME, TYPE)                                                                 \
    INLINE void NAME(const int rows, const int wide, const Products *P, const double *a,    \
                     const double *b, double *c)                                            \
    {                                                                                       \
        typedef TYPE Entry;                                                                 \
        const ptrdiff_t width = sizeof(Entry) / sizeof(double), a_step = P->a_step;         \
        const Entry zero = (Entry){0};                                                      \
        Entry sums[8][3];                                                                   \
        EIGHT_TIMES(BEGIN)                                                                  \
        for (ptrdiff_t i = 0; i < P->count; i++, a += P->a_next, b += P->b_next) {          \
            const double *w = b;                                                            \
            for (ptrdiff_t p = 0; p < P->inner; p++, w += P->b_step) {                      \
                const Entry w0 = *(const Entry *)w;                                         \
                const Entry w1 = wide > 1 ? *(const Entry *)(w + width) : zero;             \
                const Entry w2 = wide > 2 ? *(const Entry *)(w + 2 * width) : zero;         \
                EIGHT_TIMES(MORE)                                                           \
            }                                                                               \
        }                                                                                   \
        EIGHT_TIMES(FINISH)                                                                 \
    }
#define BEGIN(r) if (r < rows) sums[r][0] = sums[r][1] = sums[r][2] = zero;
#define MORE(r)                                                                             \
    if (r < rows) {                                                                         \
        const double x = a[r * a_step + p];                                                 \
        sums[r][0] += x * w0;                                                               \
        if (wide > 1) sums[r][1] += x * w1;                                                 \
        if (wide > 2) sums[r][2] += x * w2;                                                 \
    }
#define FINISH(r)                                                                           \
    if (r < rows) {                                                                         \
        double *to = c + r * P->c_step;                                                     \
        STORE(to, sums[r][0])                                                               \
        if (wide > 1) { STORE(to + width, sums[r][1]) }                                     \
        if (wide > 2) { STORE(to + 2 * width, sums[r][2]) }                                 \
    }
#define STORE(at, sum)                                                                      \
    if (P->mode == SUM) *(Entry *)(at) = sum;                                               \
    else if (P->mode == MINUS_SUM) *(Entry *)(at) = -sum;                                   \
    else *(Entry *)(at) -= sum;

/* Tiles beside each other, over all columns; those of one entry alone where there are no vectors */
#define TILES(rows)                                                                         \
    {                                                                                       \
        ptrdiff_t at = 0;                                                                   \
        WIDE_TILES(rows)                                                                    \
        for (; at < P->columns; at++) tile_of_one(rows, 1, P, a, P->b + at, c + at);        \
    }

TILE_OF(tile_of_one, double)
#if VECTORS
typedef double Pair __attribute__((vector_size(16), aligned(8), may_alias));
TILE_OF(tile_of_pairs, Pair)
TILE_OF(tile_of_vectors, Vector)
#define WIDE_TILES(rows)                                                                    \
    for (; at + 3 * LANES <= P->columns; at += 3 * LANES)                                   \
        tile_of_vectors(rows, 3, P, a, P->b + at, c + at);                                  \
    if (at + 2 * LANES <= P->columns) {                                                     \
        tile_of_vectors(rows, 2, P, a, P->b + at, c + at);                                  \
        at += 2 * LANES;                                                                    \
    }                                                                                       \
    for (; at + LANES <= P->columns; at += LANES)                                           \
        tile_of_vectors(rows, 1, P, a, P->b + at, c + at);                                  \
    if (at + 4 <= P->columns) {                                                             \
        tile_of_pairs(rows, 2, P, a, P->b + at, c + at);                                    \
        at += 4;                                                                            \
    }                                                                                       \
    if (at + 2 <= P->columns) {                                                             \
        tile_of_pairs(rows, 1, P, a, P->b + at, c + at);                                    \
        at += 2;                                                                            \
    }
#else
#define WIDE_TILES(rows)
#endif

/* Of a single column, which lies in one piece: dot products of it with so many rows */
INLINE void column_of(const int rows, const Products *P, const double *a, double *c)
{
    typedef double Entry;
    const double *b = P->b;
    double sums[8] = {0.0};
#if VECTORS
    Vector lanes[8];
#define BEGIN_LANES(r) if (r < rows) lanes[r] = (Vector){0};
#define MORE_LANES(r)                                                                       \
    if (r < rows) lanes[r] += *(const Vector *)(a + r * P->a_step + p) * *(const Vector *)(b + p);
#define END_LANES(r)                                                                        \
    if (r < rows) for (int q = 0; q < LANES; q++) sums[r] += lanes[r][q];
    EIGHT_TIMES(BEGIN_LANES)
#endif
    for (ptrdiff_t i = 0; i < P->count; i++, a += P->a_next, b += P->b_next) {
        ptrdiff_t p = 0;
#if VECTORS
        for (; p + LANES <= P->inner; p += LANES) { EIGHT_TIMES(MORE_LANES) }
#endif
        for (; p < P->inner; p++)
            for (int r = 0; r < rows; r++) sums[r] += a[r * P->a_step + p] * b[p];
    }
#if VECTORS
    EIGHT_TIMES(END_LANES)
#undef BEGIN_LANES
#undef MORE_LANES
#undef END_LANES
#endif
    for (int r = 0; r < rows; r++) { STORE(c + r * P->c_step, sums[r]) }
}

#undef BEGIN
#undef MORE
#undef FINISH
#undef STORE

#define SOME_ROWS(rows)                                                                     \
    for (; r + rows <= end; r += rows) {                                                    \
        const double *a = P->a + r * P->a_step;                                             \
        double *c = P->c + r * P->c_step;                                                   \
        if (P->columns == 1 && P->b_step == 1) column_of(rows, P, a, c);                    \
        else TILES(rows)                                                                    \
    }

/* The rows of the result from begin to end */
static void multiply_rows(const Products *P, ptrdiff_t begin, ptrdiff_t end)
{
    ptrdiff_t r = begin;
    if (LANES == 8) SOME_ROWS(8) /* there are registers enough */
    SOME_ROWS(4)
    SOME_ROWS(2)
    SOME_ROWS(1)
}

#endif
