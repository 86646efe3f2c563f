/* Rows of series in one variable as vectors, and the sums of products of them: what
 * _kernels_series.h is made of.
 *
 * Of a series at LANES points, row k is one vector. Up to FEW rows their number is a constant, and
 * what is left of loops are sums of products of registers (`pairs`). More rows are solved for STEP
 * at a time: what the rows before them add to their sums is gathered for all of them in one go
 * (`known`), so that a coefficient that is loaded serves STEP sums; what they add to each other is
 * `pairs` again. So few rows are one step.
 */
#ifndef TAYLORAD_KERNELS_LANES_H
#define TAYLORAD_KERNELS_LANES_H

#include "_kernels_sums.h"

#if VECTORS

/* Vectors are passed within inlined functions only. */
#pragma GCC diagnostic ignored "-Wpsabi"

enum { STEP = LANES == 8 ? 8 : 4 }; /* rows at a time, of many: sums and factors are registers */
enum { FEW = 11 };                  /* up to so many rows their number is a constant */
#define ROOM(rows) ((rows) + STEP)  /* rows of zeros follow, which a sum may read */
#if defined(__clang__)
#define APART _Pragma("unroll 11")
#else
#define APART _Pragma("GCC unroll 11")
#endif
/* The rows of a step, one after the other with their numbers as constants */
#define EACH(ROW) EIGHT_TIMES(ROW) ROW(8) ROW(9) ROW(10)

typedef long long Mask __attribute__((vector_size(8 * LANES), aligned(8), may_alias));

INLINE Vector everywhere(double x) { return x - (Vector){0.0}; }
INLINE Vector chosen(Mask where, Vector a, Vector b)
{
    return (Vector)(((Mask)a & where) | ((Mask)b & ~where));
}
#if defined(__clang__)
#define TURNED(x, ...) __builtin_shufflevector(x, x, __VA_ARGS__)
#else
#define TURNED(x, ...) __builtin_shuffle(x, (Mask){__VA_ARGS__})
#endif
INLINE int any(Mask where)
{
#if LANES == 8
    where |= TURNED(where, 4, 5, 6, 7, 0, 1, 2, 3);
    where |= TURNED(where, 2, 3, 0, 1, 6, 7, 4, 5);
#elif LANES == 4
    where |= TURNED(where, 2, 3, 0, 1);
#endif
    return (where[0] | where[1]) != 0;
}
/* Division by one divisor again and again: x / d is x * by * scale, within two units in the last
 * place. The scale keeps the reciprocal of what is tiny or huge in range. */
typedef struct {
    Vector by, scale;
} Divisor;

INLINE Divisor divisor(const Vector d)
{
    const Mask sign = (Mask)everywhere(-0.0);
    const Vector size = (Vector)((Mask)d & ~sign), one = everywhere(1.0);
    const Vector wide = chosen((Mask)(size > everywhere(1e290)), everywhere(0x1p-600), one);
    Divisor result;
    result.scale = chosen((Mask)(size < everywhere(1e-290)), everywhere(0x1p600), wide);
    result.by = one / (d * result.scale);
    return result;
}
/* Rows of a series at some points, `step` doubles apart */
typedef struct {
    double *at;
    ptrdiff_t step;
} Rows;

INLINE Vector row(const Rows x, int k) { return *(const Vector *)(x.at + k * x.step); }
INLINE void put(const Rows x, int k, Vector value) { *(Vector *)(x.at + k * x.step) = value; }
INLINE Rows beside(const Vector *x) { return (Rows){(double *)x, LANES}; } /* next to each other */

/* 0 where x is finite */
INLINE Mask doubt(Vector x) { return (Mask)(x - x); }

/* The last row that is not zero at all of the points from `begin` to `end`; of few rows the last */
static inline int reach_of(int rows, const double *x, ptrdiff_t n, ptrdiff_t begin, ptrdiff_t end)
{
    if (rows <= FEW) return rows - 1;
    for (int k = rows - 1; k > 0; k--) {
        const double *row = x + k * n;
        ptrdiff_t at = begin;
        for (; at + LANES <= end; at += LANES)
            if (any(*(const Mask *)(row + at))) return k;
        for (; at < end; at++)
            if (row[at] != 0.0) return k;
    }
    return 0;
}

/* sum + u_i w_(r - i) for i from `least`, below STEP */
INLINE Vector across(Vector sum, const Rows u, const Vector *w, const int r, const int least)
{
#define TERM(i) if (least <= i && i < STEP) sum += row(u, i) * w[r - i];
    EIGHT_TIMES(TERM)
#undef TERM
    return sum;
}

INLINE void block(const Rows u, const Vector *w, const int least, Vector *sums)
{
#define ROW(r) if (r < STEP) sums[r] = across(sums[r], u, w, r, least);
    EIGHT_TIMES(ROW)
#undef ROW
}

/* sums[r] += sum of u_i v_j over i + j = base + r, first <= i < last, for STEP rows r, in blocks:
 * what of them is outside of these bounds is zero, but row 0 if `least` is 1. */
INLINE void known(const int least, const Rows u, const Vector *v, int first, int last, int base,
                  Vector *sums)
{
    int i = first / STEP * STEP;
    if (i == 0 && last > 0) {
        block(u, v + base, least, sums);
        i = STEP;
    }
    for (; i < last; i += STEP) block((Rows){u.at + i * u.step, u.step}, v + base - i, 0, sums);
}

/* sum + u_i v_(k - i) for i from `first` to `last`, all of them constants */
INLINE Vector pairs(Vector sum, const Vector *u, const Vector *v, const int k, const int first,
                   const int last)
{
#define PAIR(i) if (first <= i && i <= last) sum += u[i] * v[k - i];
    EACH(PAIR)
#undef PAIR
    return sum;
}

/* The first rows of a series, for as many as a step has */
INLINE void head(const int step, const Vector *x, Vector *to)
{
#define HEAD(r) if (r < step) to[r] = x[r];
    EACH(HEAD)
#undef HEAD
}

/* 1 / k, without the division where it is asked for at every point */
INLINE double inverse(int k)
{
    static const double known[] = {
        0.0, 1.0 / 1, 1.0 / 2, 1.0 / 3, 1.0 / 4, 1.0 / 5, 1.0 / 6, 1.0 / 7, 1.0 / 8, 1.0 / 9,
        1.0 / 10, 1.0 / 11, 1.0 / 12, 1.0 / 13, 1.0 / 14, 1.0 / 15, 1.0 / 16, 1.0 / 17, 1.0 / 18,
        1.0 / 19, 1.0 / 20, 1.0 / 21, 1.0 / 22, 1.0 / 23, 1.0 / 24, 1.0 / 25, 1.0 / 26, 1.0 / 27,
        1.0 / 28, 1.0 / 29, 1.0 / 30, 1.0 / 31, 1.0 / 32
    };
    return CONSTANT(k) || k > 32 ? 1.0 / k : known[k];
}

/* The sum of y_i y_j over i + j = k, i > 0, j > 0 */
INLINE Vector square_inside(const Rows y, int k)
{
    Vector sum = everywhere(0.0);
    APART
    for (int i = 1; 2 * i < k; i++) sum += row(y, i) * row(y, k - i);
    sum += sum;
    if (k % 2 == 0 && k > 1) sum += row(y, k / 2) * row(y, k / 2);
    return sum;
}

#define FROM(base, reach) ((base) > (reach) ? (base) - (reach) : 0)
#define UPTO(base, reach) ((base) < (reach) + 1 ? (base) : (reach) + 1)
/* STEP(base) for the first step, with base a constant, and for all after it */
#define STEPS(DO)                                                               \
    DO(0)                                                                       \
    if (step < rows)                                                            \
        for (int base = step; base < rows; base += step) { DO(base) }
#define ZEROS {{0.0}, {0.0}, {0.0}, {0.0}, {0.0}, {0.0}, {0.0}, {0.0}, {0.0}, {0.0}, {0.0}}

#endif
#endif
