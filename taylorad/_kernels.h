/* The recurrences for float64: one body each, over a tile of points.
 *
 * A series is `rows` rows of doubles, `stride` apart; a tile is the same few neighbouring
 * points of every row. Bodies are inlined with the tile's width as a constant, so that a
 * row's sums stay in registers: width 1 serves scalars, TILE serves arrays. The loops over
 * the tiles are compiled for several instruction sets where the compiler can choose
 * between them at load time, and as plain C elsewhere.
 *
 * The pairs of row k in the product table run from (0, k) to (k, 0): a body leaves out the
 * unknown by skipping the first or the last pair. The letters are those of recurrences.py.
 */
#ifndef TAYLORAD_KERNELS_H
#define TAYLORAD_KERNELS_H

#include <math.h>
#include <stddef.h>

#if defined(__GNUC__) || defined(__clang__)
#define INLINE static inline __attribute__((always_inline, unused))
#define RESTRICT __restrict__
#else
#define INLINE static inline
#define RESTRICT __restrict
#endif

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12 && defined(__x86_64__) && defined(__gnu_linux__)
#define MULTIVERSION static __attribute__((unused, target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MULTIVERSION static
#endif

enum { TILE = 16 };

typedef struct {
    int rows;
    int top; /* the largest degree */
    const int *degree;
    const int *start;
    const int *left;
    const int *right;
} Table;

typedef struct {
    double q[3];       /* the polynomial q, or its square if root */
    int root;
    double a, c;
    const double *b;   /* the linear coefficient, b[i * b_step] at point i */
    ptrdiff_t b_step;
} Riccati;

/* acc[t] = sum of u_i v_j over the pairs from `first` up to `last` */
INLINE void convolve(const Table *T, int first, int last, const double *u, ptrdiff_t su,
                     const double *v, ptrdiff_t sv, double *RESTRICT out, const int m)
{
    double acc[TILE]; /* of this call alone, so that it stays in registers */
    for (int t = 0; t < m; t++) acc[t] = 0.0;
    for (int p = first; p < last; p++) {
        const double *ui = u + T->left[p] * su, *vj = v + T->right[p] * sv;
        for (int t = 0; t < m; t++) acc[t] += ui[t] * vj[t];
    }
    for (int t = 0; t < m; t++) out[t] = acc[t];
}

INLINE void product_tile(const Table *T, const double *u, ptrdiff_t su, const double *v,
                         ptrdiff_t sv, double *y, ptrdiff_t sy, const int m)
{
    double acc[TILE];
    for (int k = 0; k < T->rows; k++) {
        /* the first pair starts the sum: 0.0 + -0.0 would lose a sign */
        int p = T->start[k];
        const double *ui = u + T->left[p] * su, *vj = v + T->right[p] * sv;
        for (int t = 0; t < m; t++) acc[t] = ui[t] * vj[t];
        for (p++; p < T->start[k + 1]; p++) {
            ui = u + T->left[p] * su;
            vj = v + T->right[p] * sv;
            for (int t = 0; t < m; t++) acc[t] += ui[t] * vj[t];
        }
        for (int t = 0; t < m; t++) y[k * sy + t] = acc[t];
    }
}

INLINE void quotient_tile(const Table *T, const double *u, ptrdiff_t su, const double *v,
                          ptrdiff_t sv, double *y, ptrdiff_t sy, const int m)
{
    double acc[TILE];
    for (int t = 0; t < m; t++) y[t] = u[t] / v[t];
    for (int k = 1; k < T->rows; k++) {
        convolve(T, T->start[k] + 1, T->start[k + 1], v, sv, y, sy, acc, m);
        for (int t = 0; t < m; t++) y[k * sy + t] = (u[k * su + t] - acc[t]) / v[t];
    }
}

/* q(x_0), or its root */
INLINE void polynomial_value(const Riccati *f, const double *x, double *RESTRICT q, const int m)
{
    const double q0 = f->q[0], q1 = f->q[1], q2 = f->q[2];
    if (q1 == 0.0 && q2 == -q0) /* 1 - x^2 without cancellation at +-1 */
        for (int t = 0; t < m; t++) q[t] = (q0 - q0 * x[t]) * (1.0 + x[t]);
    else
        for (int t = 0; t < m; t++) q[t] = q0 + x[t] * (q1 + x[t] * q2);
    if (f->root)
        for (int t = 0; t < m; t++) /* where the square overflows, 1 does not matter */
            q[t] = fabs(x[t]) > 1e150 ? fabs(x[t]) : sqrt(q[t]);
}

/* the other parts of q(x), or of its root; rows m apart */
INLINE void polynomial_tile(const Table *T, const Riccati *f, const double *x, ptrdiff_t sx,
                            double *RESTRICT q, const int m)
{
    double row[TILE];
    const double q1 = f->q[1], q2 = f->q[2];
    for (int k = 1; k < T->rows; k++) {
        if (q2 != 0.0) {
            convolve(T, T->start[k], T->start[k + 1], x, sx, x, sx, row, m);
            for (int t = 0; t < m; t++) row[t] = q1 * x[k * sx + t] + q2 * row[t];
        } else {
            for (int t = 0; t < m; t++) row[t] = q1 * x[k * sx + t];
        }
        if (f->root) {
            double known[TILE];
            convolve(T, T->start[k] + 1, T->start[k + 1] - 1, q, m, q, m, known, m);
            for (int t = 0; t < m; t++) row[t] = (row[t] - known[t]) / (2.0 * q[t]);
        }
        for (int t = 0; t < m; t++) q[k * m + t] = row[t];
    }
}

/* work: 4 * rows * m doubles; slope may be NULL: then it is p_0 / q_0 */
INLINE void riccati_tile(const Table *T, const Riccati *f, const double *given, const double *x,
                         ptrdiff_t sx, const double *value, const double *slope,
                         double *RESTRICT y, ptrdiff_t sy, double *RESTRICT work, const int m)
{
    const ptrdiff_t block = (ptrdiff_t)T->rows * m;
    double *dx = work, *dy = work + block, *q = work + 2 * block, *p = work + 3 * block;
    const double c = f->c;
    const int plain_q = f->q[0] == 1.0 && f->q[1] == 0.0 && f->q[2] == 0.0;
    const int linear = f->b_step != 0 || given[0] != 0.0, plain_p = c == 0.0 && !linear;
    double first[TILE], b[TILE], s[TILE], row[TILE];

    if (f->b_step) for (int t = 0; t < m; t++) b[t] = given[t];
    else for (int t = 0; t < m; t++) b[t] = given[0];
    for (int t = 0; t < m; t++) y[t] = value[t];
    if (!plain_q) polynomial_value(f, x, q, m);
    if (slope) {
        for (int t = 0; t < m; t++) first[t] = slope[t];
    } else { /* without terms that are absent: 0 times an infinite y is not 0 */
        for (int t = 0; t < m; t++) first[t] = f->a;
        if (linear) for (int t = 0; t < m; t++) first[t] += b[t] * value[t];
        if (c != 0.0) for (int t = 0; t < m; t++) first[t] += c * (value[t] * value[t]);
        if (!plain_q) for (int t = 0; t < m; t++) first[t] /= q[t];
    }
    for (int t = 0; t < m; t++) /* outside of the domain there is no slope either */
        first[t] = value[t] != value[t] ? value[t] : first[t];
    if (T->top > 1 && !plain_q) polynomial_tile(T, f, x, sx, q, m);
    for (int k = 1; k < T->rows; k++) {
        const int d = T->degree[k], begin = T->start[k] + 1, end = T->start[k + 1] - 1;
        const double *xk = x + k * sx;
        if (d == 1)
            for (int t = 0; t < m; t++) row[t] = first[t] * xk[t];
        else /* where the slope is infinite, a higher part that is 0 adds nothing */
            for (int t = 0; t < m; t++) row[t] = xk[t] == 0.0 ? 0.0 : first[t] * xk[t];
        if (begin < end) {
            for (int t = 0; t < m; t++) s[t] = 0.0;
            if (!plain_p) convolve(T, begin, end, p, m, dx, m, s, m);
            if (plain_q) {
                const double r = 1.0 / d;
                for (int t = 0; t < m; t++) row[t] += s[t] * r;
            } else {
                double known[TILE];
                convolve(T, begin, end, q, m, dy, m, known, m);
                for (int t = 0; t < m; t++) row[t] += (s[t] - known[t]) / (d * q[t]);
            }
        }
        for (int t = 0; t < m; t++) y[k * sy + t] = row[t];
        if (d == T->top) continue; /* nothing of higher degree reads what follows */
        for (int t = 0; t < m; t++) {
            dx[k * m + t] = d * xk[t];
            dy[k * m + t] = d * row[t];
        }
        if (!plain_p) {
            if (c != 0.0)
                convolve(T, begin - 1, end + 1, y, sy, y, sy, s, m);
            else
                for (int t = 0; t < m; t++) s[t] = 0.0;
            for (int t = 0; t < m; t++) p[k * m + t] = (linear ? b[t] * row[t] : 0.0) + c * s[t];
        }
    }
    /* at infinity, all that does not grow like exp has flattened out */
    int infinite = 0;
    for (int t = 0; t < m; t++) infinite |= fabs(x[t]) == INFINITY;
    if (infinite)
        for (int t = 0; t < m; t++)
            if (fabs(x[t]) == INFINITY && !(plain_q && fabs(y[t]) == INFINITY))
                for (int k = 1; k < T->rows; k++)
                    y[k * sy + t] = (isnan(y[t]) ? NAN : 0.0) * x[k * sx + t];
}

/* work: rows * m doubles */
INLINE void rotation_tile(const Table *T, const double *x, ptrdiff_t sx, const double *value,
                          const double *other, double sign, double *y, double *z, ptrdiff_t sy,
                          double *work, const int m)
{
    double acc[TILE];
    for (int t = 0; t < m; t++) {
        y[t] = value[t];
        z[t] = other[t];
    }
    for (int k = 1; k < T->rows; k++) {
        const int d = T->degree[k], begin = T->start[k], end = T->start[k + 1] - 1;
        const double r = 1.0 / d;
        for (int t = 0; t < m; t++) work[k * m + t] = d * x[k * sx + t];
        convolve(T, begin, end, z, sy, work, m, acc, m);
        for (int t = 0; t < m; t++) y[k * sy + t] = acc[t] * r;
        convolve(T, begin, end, y, sy, work, m, acc, m);
        for (int t = 0; t < m; t++) z[k * sy + t] = sign * acc[t] * r;
    }
}

/* work: rows * m doubles */
INLINE void quadrature_tile(const Table *T, const double *x, ptrdiff_t sx, const double *value,
                            const double *r, ptrdiff_t sr, double *y, ptrdiff_t sy,
                            double *work, const int m)
{
    double acc[TILE];
    for (int t = 0; t < m; t++) y[t] = value[t];
    for (int k = 1; k < T->rows; k++) {
        const int d = T->degree[k];
        for (int t = 0; t < m; t++) work[k * m + t] = d * x[k * sx + t];
        convolve(T, T->start[k], T->start[k + 1] - 1, r, sr, work, m, acc, m);
        for (int t = 0; t < m; t++) y[k * sy + t] = acc[t] * (1.0 / d);
    }
}

/* Horner's rule with growing truncation; work: rows * m doubles */
INLINE void compose_tile(const Table *T, const double *x, ptrdiff_t sx, const double *numbers,
                         ptrdiff_t sn, double *y, ptrdiff_t sy, double *work, const int m)
{
    int known = 1; /* rows of y that are set */
    for (int t = 0; t < m; t++) y[t] = numbers[T->top * sn + t];
    for (int step = T->top - 1; step >= 0; step--) {
        int rows = known;
        while (rows < T->rows && T->degree[rows] <= T->top - step) rows++;
        for (int k = known; k < rows; k++)
            for (int t = 0; t < m; t++) y[k * sy + t] = 0.0;
        for (int k = 1; k < rows; k++)
            convolve(T, T->start[k], T->start[k + 1] - 1, y, sy, x, sx, work + k * m, m);
        for (int k = 1; k < rows; k++)
            for (int t = 0; t < m; t++) y[k * sy + t] = work[k * m + t];
        for (int t = 0; t < m; t++) y[t] = numbers[step * sn + t];
        known = rows;
    }
}

/* The loops over n points: full tiles with the width a constant, then the rest. */
#define OVER_TILES(n, BODY)                                  \
    {                                                        \
        ptrdiff_t at = 0;                                    \
        for (; at + TILE <= (n); at += TILE) BODY(TILE);     \
        if (at < (n)) {                                      \
            const int rest = (int)((n) - at);                \
            BODY(rest);                                      \
        }                                                    \
    }

MULTIVERSION void product_points(const Table *T, const double *u, const double *v, double *y,
                                 ptrdiff_t n)
{
#define BODY(m) product_tile(T, u + at, n, v + at, n, y + at, n, m)
    OVER_TILES(n, BODY)
#undef BODY
}

MULTIVERSION void quotient_points(const Table *T, const double *u, const double *v, double *y,
                                  ptrdiff_t n)
{
#define BODY(m) quotient_tile(T, u + at, n, v + at, n, y + at, n, m)
    OVER_TILES(n, BODY)
#undef BODY
}

MULTIVERSION void riccati_points(const Table *T, const Riccati *f, const double *x,
                                 const double *value, const double *slope, double *y,
                                 double *work, ptrdiff_t n)
{
#define BODY(m)                                                                         \
    riccati_tile(T, f, f->b + at * f->b_step, x + at, n, value + at,                    \
                 slope ? slope + at : NULL, y + at, n, work, m)
    OVER_TILES(n, BODY)
#undef BODY
}

MULTIVERSION void rotation_points(const Table *T, const double *x, const double *value,
                                  const double *other, double sign, double *y, double *z,
                                  double *work, ptrdiff_t n)
{
#define BODY(m) \
    rotation_tile(T, x + at, n, value + at, other + at, sign, y + at, z + at, n, work, m)
    OVER_TILES(n, BODY)
#undef BODY
}

MULTIVERSION void quadrature_points(const Table *T, const double *x, const double *value,
                                    const double *r, double *y, double *work, ptrdiff_t n)
{
#define BODY(m) quadrature_tile(T, x + at, n, value + at, r + at, n, y + at, n, work, m)
    OVER_TILES(n, BODY)
#undef BODY
}

MULTIVERSION void compose_points(const Table *T, const double *x, const double *numbers,
                                 double *y, double *work, ptrdiff_t n)
{
#define BODY(m) compose_tile(T, x + at, n, numbers + at, n, y + at, n, work, m)
    OVER_TILES(n, BODY)
#undef BODY
}

#endif
