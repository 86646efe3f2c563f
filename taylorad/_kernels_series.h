/* The recurrences in one variable at many points, for compilers that have vectors.
 *
 * The pairs of row k are (i, k - i), so no table is read. Points are taken eight at a time;
 * of a series at these, row k is one vector. Rows are solved for STEP at a time: what rows
 * before them add to their sums is gathered for all of them in one go (`known`), so that a
 * coefficient that is loaded serves STEP sums; what they add to each other comes after.
 * Of few rows the number is a constant, and nothing leaves the registers.
 *
 * Arguments of low degree are common (x itself, x + 2, x * x), and rows of zeros at the end of
 * a series add nothing: `reach` is the last row that has anything in it. Where something is
 * not finite all rows count, since zero times infinity is not zero.
 */
#ifndef TAYLORAD_KERNELS_SERIES_H
#define TAYLORAD_KERNELS_SERIES_H

#include "_kernels_sums.h"

#if VECTORS

/* Vectors are passed within inlined functions only. */
#pragma GCC diagnostic ignored "-Wpsabi"

enum { STEP = 4 };     /* rows that are solved for at a time */
enum { CONSTANTS = 6 }; /* up to so many rows their number is a constant */
enum { SERIES = 8 };   /* series that a body needs room for, at most */
/* Small loops are taken apart, so that what they index is in registers. */
#if defined(__clang__)
#define APART _Pragma("unroll 4")
#define IN_TWO _Pragma("unroll 2")
#else
#define APART _Pragma("GCC unroll 4")
#define IN_TWO _Pragma("GCC unroll 2")
#endif
#define ROOM(rows) ((rows) + STEP) /* rows of zeros follow, which a sum may read */

typedef long long Eights __attribute__((vector_size(64), aligned(8), may_alias));

INLINE Eight everywhere(double x) { return (Eight){x, x, x, x, x, x, x, x}; }
INLINE Eight chosen(Eights where, Eight a, Eight b)
{
    return (Eight)(((Eights)a & where) | ((Eights)b & ~where));
}
INLINE int any(Eights where)
{
    where |= __builtin_shuffle(where, (Eights){4, 5, 6, 7, 0, 1, 2, 3});
    where |= __builtin_shuffle(where, (Eights){2, 3, 0, 1, 6, 7, 4, 5});
    return (where[0] | where[1]) != 0;
}
/* Division by one divisor again and again: x / d is x * by * scale, within two units in the last
 * place. The scale keeps the reciprocal of what is tiny or huge in range. */
typedef struct {
    Eight by, scale;
} Divisor;

INLINE Divisor divisor(const Eight d)
{
    const Eights sign = (Eights)everywhere(-0.0);
    const Eight size = (Eight)((Eights)d & ~sign), one = everywhere(1.0);
    const Eight wide = chosen((Eights)(size > everywhere(1e290)), everywhere(0x1p-600), one);
    Divisor result;
    result.scale = chosen((Eights)(size < everywhere(1e-290)), everywhere(0x1p600), wide);
    result.by = one / (d * result.scale);
    return result;
}
/* nan where x is not finite, else 0 */
INLINE Eight doubt(Eight x) { return x - x; }

/* The last row that is not zero at all of the points from `begin` to `end` */
static inline int reach_of(int rows, const double *x, ptrdiff_t n, ptrdiff_t begin, ptrdiff_t end)
{
    for (int k = rows - 1; k > 0; k--) {
        const double *row = x + k * n;
        ptrdiff_t at = begin;
        for (; at + 8 <= end; at += 8)
            if (any(*(const Eights *)(row + at))) return k;
        for (; at < end; at++)
            if (row[at] != 0.0) return k;
    }
    return 0;
}

/* sums[r] += sum of u_i v_j over i + j = base + r, first <= i < last, for STEP rows r */
INLINE void known(const Eight *u, const Eight *v, int first, int last, int base, Eight *sums)
{
    if (first >= last) return;
    Eight s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
    const Eight *w = v + base - first;
    Eight v1 = w[1], v2 = w[2], v3 = w[3];
    APART
    for (int i = first; i < last; i++, w--) {
        const Eight v0 = *w, ui = u[i];
        s0 += ui * v0;
        s1 += ui * v1;
        s2 += ui * v2;
        s3 += ui * v3;
        v3 = v2;
        v2 = v1;
        v1 = v0;
    }
    sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
}

/* The same for two left factors at once */
INLINE void known_twice(const Eight *u, const Eight *t, const Eight *v, int first, int last,
                        int base, Eight *sums, Eight *others)
{
    if (first >= last) return;
    Eight s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
    Eight r0 = others[0], r1 = others[1], r2 = others[2], r3 = others[3];
    const Eight *w = v + base - first;
    Eight v1 = w[1], v2 = w[2], v3 = w[3];
    APART
    for (int i = first; i < last; i++, w--) {
        const Eight v0 = *w, ui = u[i], ti = t[i];
        s0 += ui * v0, r0 += ti * v0;
        s1 += ui * v1, r1 += ti * v1;
        s2 += ui * v2, r2 += ti * v2;
        s3 += ui * v3, r3 += ti * v3;
        v3 = v2;
        v2 = v1;
        v1 = v0;
    }
    sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
    others[0] = r0, others[1] = r1, others[2] = r2, others[3] = r3;
}

/* The sum of y_i y_j over i + j = k, i > 0, j > 0 */
INLINE Eight square_inside(const Eight *y, int k)
{
    Eight sum = everywhere(0.0);
    for (int i = 1; 2 * i < k; i++) sum += y[i] * y[k - i];
    sum += sum;
    if (k % 2 == 0 && k > 1) sum += y[k / 2] * y[k / 2];
    return sum;
}

#define FROM(base, reach, least) ((base) - (reach) > (least) ? (base) - (reach) : (least))
#define UPTO(base, reach) ((base) < (reach) + 1 ? (base) : (reach) + 1)

/* Euler's derivation */
INLINE void euler(const int rows, const Eight *x, Eight *dx)
{
    APART
    for (int k = 0; k < rows; k++) dx[k] = (double)k * x[k];
    APART
    for (int k = rows; k < ROOM(rows); k++) dx[k] = everywhere(0.0);
}

INLINE void product_series(const int rows, const Eight *u, int u_reach, const Eight *v,
                           int v_reach, Eight *y)
{
    IN_TWO
    for (int base = 0; base < rows; base += STEP) {
        Eight sums[STEP] = {{0.0}, {0.0}, {0.0}, {0.0}};
        known(u, v, FROM(base, v_reach, 0), UPTO(base, u_reach), base, sums);
        APART
        for (int r = 0; r < STEP && base + r < rows; r++) {
            Eight sum = u[base] * v[r];
            APART
            for (int s = 1; s <= r; s++) sum += u[base + s] * v[r - s];
            if (base) sum += sums[r];
            y[base + r] = sum;
        }
    }
}

INLINE void quotient_series(const int rows, const Eight *u, const Eight *v, int v_reach, Eight *y)
{
    const Divisor again = divisor(v[0]);
    IN_TWO
    for (int base = 0; base < rows; base += STEP) {
        Eight sums[STEP] = {{0.0}, {0.0}, {0.0}, {0.0}};
        known(y, v, FROM(base, v_reach, 0), base, base, sums);
        APART
        for (int r = 0; r < STEP && base + r < rows; r++) {
            Eight sum = sums[r];
            APART
            for (int s = 0; s < r; s++) sum += y[base + s] * v[r - s];
            sum = u[base + r] - sum;
            if (rows <= CONSTANTS || base + r < 2) y[base + r] = sum / v[0];
            else y[base + r] = sum * again.by * again.scale;
        }
    }
}

/* y = f(x), q_0 and the slope given; room for dx, dy, q, p */
INLINE void riccati_series(const int rows, const Riccati *f, const Eight b, const Eight *x,
                           int reach, const Eight value, const Eight slope, Eight *y, Eight *dx,
                           Eight *dy, Eight *q, Eight *p)
{
    const int plain_q = f->q[0] == 1.0 && f->q[1] == 0.0 && f->q[2] == 0.0;
    const int linear = f->b_step != 0 || f->b[0] != 0.0, squares = f->c != 0.0;
    const int plain_p = !linear && !squares;
    const Eight zero = everywhere(0.0);
    int q_reach = reach;
    if (!squares) p = y; /* then b is a factor of dx */
    dx[0] = dy[0] = zero;
    APART
    for (int k = 1; k < rows; k++) {
        dx[k] = (double)k * x[k];
        if (!squares) dx[k] *= b;
    }
    APART
    for (int k = rows; k < ROOM(rows); k++) dx[k] = zero;
    if (!plain_q) {
        APART
        for (int k = 1; k < rows; k++) q[k] = f->q[1] * x[k];
        APART
        for (int k = rows; k < ROOM(rows); k++) q[k] = zero;
        if (f->q[2] != 0.0) {
            q_reach = 2 * reach < rows - 1 ? 2 * reach : rows - 1;
            APART
            for (int k = 1; k < rows; k++)
                q[k] += f->q[2] * (2.0 * x[0] * x[k] + square_inside(x, k));
        }
        if (f->root) {
            q_reach = rows - 1;
            APART
            for (int k = 1; k < rows; k++) q[k] = (q[k] - square_inside(q, k)) / (2.0 * q[0]);
        }
    }
    Divisor again = {zero, zero};
    if (rows > CONSTANTS && !plain_q) again = divisor(q[0]);
    y[0] = value;
    IN_TWO
    for (int base = 0; base < rows; base += STEP) {
        Eight sums[STEP] = {{0.0}, {0.0}, {0.0}, {0.0}}, others[STEP] = {{0.0}, {0.0}, {0.0}, {0.0}};
        if (!plain_p) known(p, dx, FROM(base, reach, 1), base, base, sums);
        if (!plain_q) known(dy, q, FROM(base, q_reach, 1), base, base, others);
        APART
        for (int r = 0; r < STEP && base + r < rows; r++) {
            const int k = base + r;
            Eight sum = sums[r];
            if (k == 0) continue;
            if (!plain_p)
                APART
                for (int s = base ? 0 : 1; s < r; s++) sum += p[base + s] * dx[r - s];
            if (!plain_q) {
                Eight other = others[r];
                APART
                for (int s = base ? 0 : 1; s < r; s++) other += dy[base + s] * q[r - s];
                sum -= other;
            }
            if (k == 1) { /* where the slope is infinite, a higher part that is 0 adds nothing */
                y[k] = slope * x[k];
            } else {
                y[k] = (Eight)((Eights)(slope * x[k]) & (Eights)(x[k] != zero));
                if (plain_q) y[k] += sum * (1.0 / k);
                else if (rows <= CONSTANTS) y[k] += sum / (k * q[0]);
                else y[k] += sum * (1.0 / k) * again.by * again.scale;
            }
            dy[k] = (double)k * y[k];
            if (squares) {
                p[k] = f->c * (2.0 * value * y[k] + square_inside(y, k));
                if (linear) p[k] += b * y[k];
            }
        }
    }
}

/* y and its partner z */
INLINE void rotation_series(const int rows, const Eight *x, int reach, double sign, Eight *y,
                            Eight *z, Eight *dx)
{
    euler(rows, x, dx);
    IN_TWO
    for (int base = 0; base < rows; base += STEP) {
        Eight sums[STEP] = {{0.0}, {0.0}, {0.0}, {0.0}}, others[STEP] = {{0.0}, {0.0}, {0.0}, {0.0}};
        known_twice(z, y, dx, FROM(base, reach, 0), base, base, sums, others);
        APART
        for (int r = base ? 0 : 1; r < STEP && base + r < rows; r++) {
            const double scale = 1.0 / (base + r);
            Eight sum = sums[r], other = others[r];
            APART
            for (int s = 0; s < r; s++) {
                sum += z[base + s] * dx[r - s];
                other += y[base + s] * dx[r - s];
            }
            y[base + r] = sum * scale;
            z[base + r] = sign * other * scale;
        }
    }
}

/* y with Dy = r Dx, y_0 given */
INLINE void quadrature_series(const int rows, const Eight *x, int reach, const Eight *rate,
                              Eight *y, Eight *dx)
{
    euler(rows, x, dx);
    IN_TWO
    for (int base = 0; base < rows; base += STEP) {
        Eight sums[STEP] = {{0.0}, {0.0}, {0.0}, {0.0}};
        known(rate, dx, FROM(base, reach, 0), base, base, sums);
        APART
        for (int r = base ? 0 : 1; r < STEP && base + r < rows; r++) {
            Eight sum = sums[r];
            APART
            for (int s = 0; s < r; s++) sum += rate[base + s] * dx[r - s];
            y[base + r] = sum * (1.0 / (base + r));
        }
    }
}

/* --- From memory and back --------------------------------------------------------------- */

/* Rows of the eight points at `at`, rows of zeros after them; adds to the doubt */
INLINE void bring(const int rows, int reach, const double *x, ptrdiff_t n, ptrdiff_t at, Eight *to,
                  Eight *doubts)
{
    APART
    for (int k = 0; k < rows; k++) {
        to[k] = *(const Eight *)(x + k * n + at);
        if (k <= reach) *doubts += doubt(to[k]);
    }
    APART
    for (int k = rows; k < ROOM(rows); k++) to[k] = everywhere(0.0);
}

INLINE void put(const int rows, const Eight *y, double *to, ptrdiff_t n, ptrdiff_t at)
{
    APART
    for (int k = 0; k < rows; k++) *(Eight *)(to + k * n + at) = y[k];
}

/* The bodies over the points from begin to end, at least eight: the last eight overlap those
 * before. ROWS is a constant if there are few. */
#define OVER_SERIES(BODY)                                                       \
    switch (T->rows) {                                                          \
    case 2: OVER_EIGHTS(BODY, 2) break;                                         \
    case 3: OVER_EIGHTS(BODY, 3) break;                                         \
    case 4: OVER_EIGHTS(BODY, 4) break;                                         \
    case 5: OVER_EIGHTS(BODY, 5) break;                                         \
    case 6: OVER_EIGHTS(BODY, 6) break;                                         \
    default: OVER_EIGHTS(BODY, T->rows)                                         \
    }
#define OVER_EIGHTS(BODY, ROWS)                                                 \
    for (ptrdiff_t at = begin; at < end; at += 8) {                             \
        if (at + 8 > end) at = end - 8;                                         \
        Eight doubts = everywhere(0.0);                                         \
        BODY(ROWS)                                                              \
    }
/* Room for a series: on the stack if their number of rows is a constant */
#define SERIES_ROOM(name, ROWS, n)                                              \
    Eight name##_few[ROOM(CONSTANTS)];                                          \
    Eight *name = CONSTANT(ROWS) ? name##_few : (Eight *)work + (n) * ROOM(ROWS)

/* Of few rows all are used. */
#define REACH(ROWS, reach) (CONSTANT(ROWS) || any(doubts != doubts) ? T->rows - 1 : (reach))

#define PRODUCT_BODY(ROWS)                                                      \
    SERIES_ROOM(us, ROWS, 0); SERIES_ROOM(vs, ROWS, 1); SERIES_ROOM(ys, ROWS, 2); \
    bring(ROWS, u_reach, u, n, at, us, &doubts);                                \
    bring(ROWS, v_reach, v, n, at, vs, &doubts);                                \
    product_series(ROWS, us, REACH(ROWS, u_reach), vs, REACH(ROWS, v_reach), ys);           \
    put(ROWS, ys, y, n, at);

INLINE void product_eights(const Table *T, const double *u, const double *v, double *y,
                           double *work, ptrdiff_t n, ptrdiff_t begin, ptrdiff_t end)
{
    const int u_reach = reach_of(T->rows, u, n, begin, end);
    const int v_reach = u == v ? u_reach : reach_of(T->rows, v, n, begin, end);
    OVER_SERIES(PRODUCT_BODY)
}

#define QUOTIENT_BODY(ROWS)                                                     \
    SERIES_ROOM(us, ROWS, 0); SERIES_ROOM(vs, ROWS, 1); SERIES_ROOM(ys, ROWS, 2); \
    bring(ROWS, T->rows - 1, u, n, at, us, &doubts);                            \
    bring(ROWS, v_reach, v, n, at, vs, &doubts);                                \
    doubts += doubt(us[0] / vs[0]);                                             \
    quotient_series(ROWS, us, vs, REACH(ROWS, v_reach), ys);                          \
    put(ROWS, ys, y, n, at);

INLINE void quotient_eights(const Table *T, const double *u, const double *v, double *y,
                            double *work, ptrdiff_t n, ptrdiff_t begin, ptrdiff_t end)
{
    const int v_reach = reach_of(T->rows, v, n, begin, end);
    OVER_SERIES(QUOTIENT_BODY)
}

#define RICCATI_BODY(ROWS)                                                      \
    SERIES_ROOM(xs, ROWS, 0); SERIES_ROOM(ys, ROWS, 1); SERIES_ROOM(dx, ROWS, 2); \
    SERIES_ROOM(dy, ROWS, 3); SERIES_ROOM(q, ROWS, 4); SERIES_ROOM(p, ROWS, 5); \
    const Eight y0 = *(const Eight *)(value + at);                              \
    if (f->b_step) b = *(const Eight *)(f->b + at);                             \
    bring(ROWS, reach, x, n, at, xs, &doubts);                                  \
    infinite += doubt(xs[0]);                                                   \
    if (!plain_q) polynomial_value(f, (const double *)xs, (double *)q, 8);      \
    if (slope) {                                                                \
        first = *(const Eight *)(slope + at);                                   \
    } else { /* without terms that are absent: 0 times an infinite y is not 0 */ \
        first = a;                                                              \
        if (linear) first += b * y0;                                            \
        if (squares) first += f->c * (y0 * y0);                                 \
        if (!plain_q) first /= q[0];                                            \
    }                                                                           \
    first = chosen(y0 != y0, y0, first); /* no slope outside of the domain */   \
    doubts += doubt(y0) + doubt(first);                                         \
    riccati_series(ROWS, f, b, xs, REACH(ROWS, reach), y0, first, ys, dx, dy, q, p); \
    put(ROWS, ys, y, n, at);

INLINE void riccati_eights(const Table *T, const Riccati *given, const double *x,
                           const double *value, const double *slope, double *y, double *work,
                           ptrdiff_t n, ptrdiff_t begin, ptrdiff_t end)
{
    const Riccati own = *given, *f = &own; /* which no store to y can change */
    const int reach = reach_of(T->rows, x, n, begin, end);
    const int plain_q = f->q[0] == 1.0 && f->q[1] == 0.0 && f->q[2] == 0.0;
    const int linear = f->b_step != 0 || f->b[0] != 0.0, squares = f->c != 0.0;
    const Eight a = everywhere(f->a);
    Eight first, b = everywhere(f->b[0]), infinite = everywhere(0.0);
    OVER_SERIES(RICCATI_BODY)
    if (any(infinite != infinite))
        flatten(T, f, x + begin, n, y + begin, n, (int)(end - begin));
}

#define ROTATION_BODY(ROWS)                                                     \
    SERIES_ROOM(xs, ROWS, 0); SERIES_ROOM(ys, ROWS, 1); SERIES_ROOM(zs, ROWS, 2); \
    SERIES_ROOM(dx, ROWS, 3);                                                   \
    bring(ROWS, reach, x, n, at, xs, &doubts);                                  \
    ys[0] = *(const Eight *)(value + at);                                       \
    zs[0] = *(const Eight *)(other + at);                                       \
    doubts += doubt(ys[0]) + doubt(zs[0]);                                      \
    rotation_series(ROWS, xs, REACH(ROWS, reach), sign, ys, zs, dx);                  \
    put(ROWS, ys, y, n, at);                                                    \
    if (z) put(ROWS, zs, z, n, at);

INLINE void rotation_eights(const Table *T, const double *x, const double *value,
                            const double *other, double sign, double *y, double *z, double *work,
                            ptrdiff_t n, ptrdiff_t begin, ptrdiff_t end)
{
    const int reach = reach_of(T->rows, x, n, begin, end);
    OVER_SERIES(ROTATION_BODY)
}

#define QUADRATURE_BODY(ROWS)                                                   \
    SERIES_ROOM(xs, ROWS, 0); SERIES_ROOM(rs, ROWS, 1); SERIES_ROOM(ys, ROWS, 2); \
    SERIES_ROOM(dx, ROWS, 3);                                                   \
    bring(ROWS, reach, x, n, at, xs, &doubts);                                  \
    bring((ROWS) - 1, T->rows, r, n, at, rs, &doubts);                          \
    ys[0] = *(const Eight *)(value + at);                                       \
    quadrature_series(ROWS, xs, REACH(ROWS, reach), rs, ys, dx);                      \
    put(ROWS, ys, y, n, at);

INLINE void quadrature_eights(const Table *T, const double *x, const double *value,
                              const double *r, double *y, double *work, ptrdiff_t n,
                              ptrdiff_t begin, ptrdiff_t end)
{
    const int reach = reach_of(T->rows, x, n, begin, end);
    OVER_SERIES(QUADRATURE_BODY)
}

#endif
#endif
