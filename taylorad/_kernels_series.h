/* The recurrences in one variable at many points, for compilers that have vectors.
 *
 * The pairs of row k are (i, k - i), so no table is read. Points are taken LANES at a time; of
 * a series at these, row k is one vector. Up to FEW rows their number is a constant, and what
 * is left of loops are sums of products of registers (`pairs`). More rows are solved for STEP at
 * a time: what the rows before them add to their sums is gathered for all of them in one go
 * (`known`), so that a coefficient that is loaded serves STEP sums; what they add to each other
 * is `pairs` again. So few rows are one step. The first step, before which nothing is known, and
 * those after it are one body, inlined twice.
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
INLINE int any(Mask where)
{
#if LANES == 8
    where |= __builtin_shuffle(where, (Mask){4, 5, 6, 7, 0, 1, 2, 3});
    where |= __builtin_shuffle(where, (Mask){2, 3, 0, 1, 6, 7, 4, 5});
#elif LANES == 4
    where |= __builtin_shuffle(where, (Mask){2, 3, 0, 1});
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

/* Euler's derivation of the rows up to `reach`, times a factor */
INLINE void euler(const int rows, const Rows x, int reach, const Vector by, Vector *dx)
{
    const int last = CONSTANT(rows) ? rows - 1 : reach;
    dx[0] = everywhere(0.0);
    APART
    for (int k = 1; k <= last; k++) dx[k] = (double)k * row(x, k) * by;
}

INLINE void product_step(const int rows, const int step, const int base, const Rows u, int u_reach,
                         const Vector *v, int v_reach, const Vector *v_head, const Rows y)
{
    Vector sums[FEW] = ZEROS, here[FEW] = ZEROS;
    if (base) known(0, u, v, FROM(base, v_reach), UPTO(base, u_reach), base, sums);
#define ROW(r)                                                                  \
    if (r < step && base + r < rows) {                                          \
        here[r] = row(u, base + r);                                             \
        Vector sum = pairs(here[0] * v_head[r], here, v_head, r, 1, r);         \
        if (base) sum += sums[r];                                               \
        put(y, base + r, sum);                                                  \
    }
    EACH(ROW)
#undef ROW
}

INLINE void product_series(const int rows, const int step, const Rows u, int u_reach,
                           const Vector *v, int v_reach, const Rows y)
{
    Vector v_head[FEW];
    head(step, v, v_head);
#define DO(base) product_step(rows, step, base, u, u_reach, v, v_reach, v_head, y);
    STEPS(DO)
#undef DO
}

INLINE void quotient_step(const int rows, const int step, const int base, const Rows u,
                          const Vector *v, int v_reach, const Vector *v_head, const Divisor *again,
                          Vector *kept, const Rows y)
{
    Vector sums[FEW] = ZEROS, here[FEW] = ZEROS;
    if (base) known(0, beside(kept), v, FROM(base, v_reach), base, base, sums);
#define ROW(r)                                                                  \
    if (r < step && base + r < rows) {                                          \
        const Vector rest = row(u, base + r) - pairs(sums[r], here, v_head, r, 0, r - 1); \
        if (CONSTANT(rows) || (base == 0 && r < 2)) here[r] = rest / v_head[0]; \
        else here[r] = rest * again->by * again->scale;                         \
        if (!CONSTANT(rows)) kept[base + r] = here[r];                          \
        put(y, base + r, here[r]);                                              \
    }
    EACH(ROW)
#undef ROW
}

INLINE void quotient_series(const int rows, const int step, const Rows u, const Vector *v,
                            int v_reach, Vector *kept, const Rows y)
{
    const Divisor again = divisor(v[0]);
    Vector v_head[FEW];
    head(step, v, v_head);
#define DO(base) quotient_step(rows, step, base, u, v, v_reach, v_head, &again, kept, y);
    STEPS(DO)
#undef DO
}

/* What an equation has, known where its body is compiled: q may be 1, and what multiplies Dx
 * may be without y, without y^2. */
enum { LINEAR = 1, SQUARES = 2, DIVIDED = 4, CURVED = 8, ROOT = 16 };

INLINE int kind_of(const Riccati *f)
{
    int kind = 0;
    if (f->b_step != 0 || f->b[0] != 0.0) kind |= LINEAR;
    if (f->c != 0.0) kind |= SQUARES;
    if (f->q[0] != 1.0 || f->q[1] != 0.0 || f->q[2] != 0.0) kind |= DIVIDED;
    if (f->q[2] != 0.0) kind |= CURVED;
    if (f->root) kind |= ROOT;
    return kind;
}

typedef struct {
    Rows x, result;
    int reach, q_reach;
    Vector b, c, value, slope, q0;
    Divisor again;
    Vector dx_head[FEW], q_head[FEW];
    Vector *y, *dx, *dy, *q, *p;
} Equation;

INLINE void riccati_step(const int rows, const int step, const int kind, const int base,
                         const Equation *e)
{
    const Vector zero = everywhere(0.0);
    const int summed = kind & (LINEAR | SQUARES), first = base ? 0 : 1;
    const int keeps = !CONSTANT(rows) || kind & SQUARES;
    Vector sums[FEW] = ZEROS, others[FEW] = ZEROS, dys[FEW] = ZEROS, ps[FEW] = ZEROS;
    if (base && summed)
        known(1, beside(e->p), e->dx, FROM(base, e->reach), base, base, sums);
    if (base && kind & DIVIDED)
        known(1, beside(e->dy), e->q, FROM(base, e->q_reach), base, base, others);
#define ROW(r)                                                                  \
    if (r < step && base + r < rows && base + r > 0) {                          \
        const int k = base + r;                                                 \
        const Vector xk = row(e->x, k);                                         \
        Vector y, sum = sums[r], own = e->slope * xk;                           \
        if (summed) sum = pairs(sum, ps, e->dx_head, r, first, r - 1);          \
        if (kind & DIVIDED) sum -= pairs(others[r], dys, e->q_head, r, first, r - 1); \
        if (base == 0 && r == 1) {                                              \
            y = dys[r] = own;                                                   \
        } else { /* where the slope is infinite, a higher part of 0 adds nothing */ \
            own = (Vector)((Mask)own & (Mask)(xk != zero));                     \
            if (!(kind & DIVIDED)) sum *= inverse(k);                           \
            else if (CONSTANT(rows)) sum /= k * e->q0;                          \
            else sum = sum * inverse(k) * e->again.by * e->again.scale;         \
            y = own + sum;                                                      \
            dys[r] = (double)k * y;                                             \
        }                                                                       \
        ps[r] = y;                                                              \
        if (keeps) e->y[k] = y;                                                 \
        put(e->result, k, y);                                                   \
        if (!CONSTANT(rows) && kind & DIVIDED) e->dy[k] = dys[r];               \
        if (kind & SQUARES) {                                                   \
            ps[r] = e->c * (2.0 * e->value * y + square_inside(beside(e->y), k)); \
            if (kind & LINEAR) ps[r] += e->b * y;                               \
            e->p[k] = ps[r];                                                    \
        }                                                                       \
    }
    EACH(ROW)
#undef ROW
}

/* y = f(x), with value, slope, q_0 and b in e, and room for the series */
INLINE void riccati_series(const int rows, const int step, const int kind, const Riccati *f,
                           Equation *e)
{
    const Rows x = e->x;
    const int last = CONSTANT(rows) ? rows - 1 : e->reach;
    Vector *q = e->q;
    if (!(kind & SQUARES)) e->p = e->y; /* then b is a factor of dx */
    euler(rows, x, e->reach, kind & SQUARES ? everywhere(1.0) : e->b, e->dx);
    head(step, e->dx, e->dx_head);
    e->q0 = q[0];
    e->q_reach = last;
    e->again = divisor(kind & DIVIDED && !CONSTANT(rows) ? e->q0 : everywhere(1.0));
    for (int r = 0; r < FEW; r++) e->q_head[r] = everywhere(0.0);
    if (kind & DIVIDED) {
        APART
        for (int k = 1; k <= last; k++) q[k] = f->q[1] * row(x, k);
        if (kind & CURVED) {
            e->q_reach = 2 * last < rows - 1 ? 2 * last : rows - 1;
            APART
            for (int k = 1; k <= e->q_reach; k++)
                q[k] = f->q[1] * row(x, k)
                       + f->q[2] * (2.0 * row(x, 0) * row(x, k) + square_inside(x, k));
        }
        if (kind & ROOT) {
            const int squared = e->q_reach; /* beyond it are the roots of the points before */
            e->q_reach = rows - 1;
            APART
            for (int k = 1; k < rows; k++) {
                q[k] = (k <= squared ? q[k] : everywhere(0.0)) - square_inside(beside(q), k);
                if (CONSTANT(rows)) q[k] /= 2.0 * e->q0;
                else q[k] = q[k] * 0.5 * e->again.by * e->again.scale;
            }
        }
        head(step, q, e->q_head);
    }
    e->y[0] = e->value;
    if (!CONSTANT(rows)) e->dy[0] = everywhere(0.0);
    put(e->result, 0, e->value);
#define DO(base) riccati_step(rows, step, kind, base, e);
    STEPS(DO)
#undef DO
}

INLINE void rotation_step(const int rows, const int step, const int base, int reach,
                          const double sign, Vector *y, Vector *z, const Vector *dx,
                          const Vector *dx_head, const Rows result, const Rows partner)
{
    Vector sums[FEW] = ZEROS, others[FEW] = ZEROS, ys[FEW] = ZEROS, zs[FEW] = ZEROS;
    if (base) {
        known(0, beside(z), dx, FROM(base, reach), base, base, sums);
        known(0, beside(y), dx, FROM(base, reach), base, base, others);
    }
#define ROW(r)                                                                  \
    if (r < step && base + r < rows) {                                          \
        if (base + r == 0) {                                                    \
            ys[r] = y[0], zs[r] = z[0];                                         \
        } else {                                                                \
            const double scale = inverse(base + r);                             \
            ys[r] = scale * pairs(sums[r], zs, dx_head, r, 0, r - 1);           \
            zs[r] = sign * scale * pairs(others[r], ys, dx_head, r, 0, r - 1);  \
            if (!CONSTANT(rows)) y[base + r] = ys[r], z[base + r] = zs[r];      \
        }                                                                       \
        put(result, base + r, ys[r]);                                           \
        if (partner.at) put(partner, base + r, zs[r]);                          \
    }
    EACH(ROW)
#undef ROW
}

/* y and its partner z */
INLINE void rotation_series(const int rows, const int step, const Rows x, int reach,
                            const double sign, Vector *y, Vector *z, Vector *dx,
                            const Rows result, const Rows partner)
{
    Vector dx_head[FEW];
    euler(rows, x, reach, everywhere(1.0), dx);
    head(step, dx, dx_head);
#define DO(base) rotation_step(rows, step, base, reach, sign, y, z, dx, dx_head, result, partner);
    STEPS(DO)
#undef DO
}

INLINE void quadrature_step(const int rows, const int step, const int base, int reach,
                            const Rows rate, const Vector *dx, const Vector *dx_head,
                            const Rows y)
{
    Vector sums[FEW] = ZEROS, here[FEW] = ZEROS;
    if (base) known(0, rate, dx, FROM(base, reach), base, base, sums);
#define ROW(r)                                                                  \
    if (r < step && base + r < rows) {                                          \
        if (base + r > 0)                                                       \
            put(y, base + r, pairs(sums[r], here, dx_head, r, 0, r - 1) * inverse(base + r)); \
        if (base + r < rows - 1) here[r] = row(rate, base + r);                 \
    }
    EACH(ROW)
#undef ROW
}

/* y with Dy = r Dx, y_0 given */
INLINE void quadrature_series(const int rows, const int step, const Rows x, int reach,
                              const Rows rate, Vector *dx, const Rows y)
{
    Vector dx_head[FEW];
    euler(rows, x, reach, everywhere(1.0), dx);
    head(step, dx, dx_head);
#define DO(base) quadrature_step(rows, step, base, reach, rate, dx, dx_head, y);
    STEPS(DO)
#undef DO
}

/* --- Over the points --------------------------------------------------------------------- */

/* Where a series that is read is, at the points `at`: few rows in registers, many where they are */
#define GIVEN(name, ROWS, x)                                                    \
    Vector name##_few[FEW];                                                     \
    if (CONSTANT(ROWS)) few_rows(ROWS, x + at, n, name##_few);                  \
    const Rows name = CONSTANT(ROWS) ? beside(name##_few) : (Rows){(double *)x + at, n};
/* Room for a series: in registers, or the n-th in `work` */
#define SERIES_ROOM(name, ROWS, n)                                              \
    Vector name##_few[FEW];                                                     \
    Vector *name = CONSTANT(ROWS) ? name##_few : (Vector *)work + (n) * ROOM(ROWS);
#define RESULT(y) ((Rows){y + at, n})

INLINE void few_rows(const int rows, const double *x, ptrdiff_t n, Vector *to)
{
#define LOAD(k) if (k < rows) to[k] = *(const Vector *)(x + k * n);
    EACH(LOAD)
#undef LOAD
}

/* The rows up to `reach` side by side, with zeros after them */
INLINE void bring(const int rows, int reach, const Rows x, Vector *to)
{
    if (CONSTANT(rows)) {
#define BRING(k) if (k < rows) to[k] = row(x, k);
        EACH(BRING)
#undef BRING
    } else {
        for (int k = 0; k <= reach; k++) to[k] = row(x, k);
    }
}

/* How far a series reaches where something is not finite: to the end */
INLINE int sure_reach(const int rows, int reach, Mask doubts)
{
    return CONSTANT(rows) || any(doubts) ? rows - 1 : reach;
}

INLINE Mask doubts_of(int reach, const Rows x)
{
    Mask doubts = {0};
    for (int k = 0; k <= reach; k++) doubts |= doubt(row(x, k));
    return doubts;
}

/* The bodies over the points from begin to end, at least LANES: the last ones overlap those
 * before. ROWS is a constant if there are few, and then all rows are one step. Of the series in
 * `work` what is not written stays zero. */
#define OVER_SERIES(BODY, COUNT)                                                \
    switch (T->rows) {                                                          \
    case 2: OVER_LANES(BODY, 2, 2) break;                                       \
    case 3: OVER_LANES(BODY, 3, 3) break;                                       \
    case 4: OVER_LANES(BODY, 4, 4) break;                                       \
    case 5: OVER_LANES(BODY, 5, 5) break;                                       \
    case 6: OVER_LANES(BODY, 6, 6) break;                                       \
    case 7: OVER_LANES(BODY, 7, 7) break;                                       \
    case 8: OVER_LANES(BODY, 8, 8) break;                                       \
    case 9: OVER_LANES(BODY, 9, 9) break;                                       \
    case 10: OVER_LANES(BODY, 10, 10) break;                                    \
    case 11: OVER_LANES(BODY, 11, 11) break;                                    \
    default:                                                                    \
        for (ptrdiff_t i = 0; i < COUNT * ROOM(T->rows); i++)                   \
            ((Vector *)work)[i] = everywhere(0.0);                              \
        OVER_LANES(BODY, T->rows, STEP)                                         \
    }
#define OVER_LANES(BODY, ROWS, AT_ONCE)                                         \
    for (ptrdiff_t at = begin; at < end; at += LANES) {                         \
        if (at + LANES > end) at = end - LANES;                                 \
        BODY(ROWS, AT_ONCE)                                                     \
    }

#define PRODUCT_BODY(ROWS, AT_ONCE)                                             \
    GIVEN(us, ROWS, u) GIVEN(vs, ROWS, v) SERIES_ROOM(kept, ROWS, 0)            \
    Mask doubts = {0};                                                          \
    if (!CONSTANT(ROWS) && u_reach + v_reach < 2 * (ROWS) - 2)                  \
        doubts = doubts_of(u_reach, us) | doubts_of(v_reach, vs);               \
    bring(ROWS, v_reach, vs, kept);                                             \
    product_series(ROWS, AT_ONCE, us, sure_reach(ROWS, u_reach, doubts), kept,  \
                   sure_reach(ROWS, v_reach, doubts), RESULT(y));

INLINE void product_lanes(const Table *T, const double *u, const double *v, double *y,
                          double *work, ptrdiff_t n, ptrdiff_t begin, ptrdiff_t end)
{
    const int u_reach = reach_of(T->rows, u, n, begin, end);
    const int v_reach = u == v ? u_reach : reach_of(T->rows, v, n, begin, end);
    OVER_SERIES(PRODUCT_BODY, 1)
}

#define QUOTIENT_BODY(ROWS, AT_ONCE)                                            \
    GIVEN(us, ROWS, u) GIVEN(vs, ROWS, v)                                       \
    SERIES_ROOM(divisors, ROWS, 0) SERIES_ROOM(kept, ROWS, 1)                   \
    Mask doubts = {0};                                                          \
    if (!CONSTANT(ROWS) && v_reach < (ROWS) - 1)                                \
        doubts = doubts_of((ROWS) - 1, us) | doubts_of(v_reach, vs)             \
                 | doubt(row(us, 0) / row(vs, 0));                              \
    bring(ROWS, v_reach, vs, divisors);                                         \
    quotient_series(ROWS, AT_ONCE, us, divisors, sure_reach(ROWS, v_reach, doubts), kept, \
                    RESULT(y));

INLINE void quotient_lanes(const Table *T, const double *u, const double *v, double *y,
                           double *work, ptrdiff_t n, ptrdiff_t begin, ptrdiff_t end)
{
    const int v_reach = reach_of(T->rows, v, n, begin, end);
    OVER_SERIES(QUOTIENT_BODY, 2)
}

/* q(x_0), or its root */
INLINE Vector polynomial_lanes(const int kind, const Riccati *f, const Vector x)
{
    const double q0 = f->q[0], q1 = f->q[1], q2 = f->q[2];
    Vector q = q0 + q1 * x;
    if (kind & CURVED) {
        if (q1 == 0.0 && q2 == -q0) q = (q0 - q0 * x) * (1.0 + x); /* as in _kernels.h */
        else q = q0 + x * (q1 + x * q2);
    }
    if (kind & ROOT) {
        const Vector size = (Vector)((Mask)x & ~(Mask)everywhere(-0.0));
        double roots[LANES];
        *(Vector *)roots = q;
        for (int t = 0; t < LANES; t++) roots[t] = sqrt(roots[t]);
        q = chosen((Mask)(size > everywhere(1e150)), size, *(const Vector *)roots);
    }
    return q;
}

#define RICCATI_BODY(ROWS, AT_ONCE)                                             \
    GIVEN(xs, ROWS, x)                                                          \
    SERIES_ROOM(ys, ROWS, 0) SERIES_ROOM(dx, ROWS, 1) SERIES_ROOM(dy, ROWS, 2)  \
    SERIES_ROOM(q, ROWS, 3) SERIES_ROOM(p, ROWS, 4)                             \
    const Vector x0 = row(xs, 0), y0 = *(const Vector *)(value + at);           \
    Equation e;                                                                 \
    Mask doubts = {0};                                                          \
    if (kind & LINEAR && f->b_step) b = *(const Vector *)(f->b + at);           \
    infinite |= doubt(x0);                                                      \
    const Vector q0 = kind & DIVIDED ? polynomial_lanes(kind, f, x0) : x0;      \
    q[0] = q0;                                                                  \
    if (slope) {                                                                \
        first = *(const Vector *)(slope + at);                                  \
    } else { /* without terms that are absent: 0 times an infinite y is not 0 */ \
        first = a;                                                              \
        if (kind & LINEAR) first += b * y0;                                     \
        if (kind & SQUARES) first += f->c * (y0 * y0);                          \
        if (kind & DIVIDED) first /= q0;                                        \
    }                                                                           \
    first = chosen(y0 != y0, y0, first); /* no slope outside of the domain */   \
    if (!CONSTANT(ROWS) && reach < (ROWS) - 1)                                  \
        doubts = doubts_of(reach, xs) | doubt(y0) | doubt(first);               \
    e.x = xs, e.y = ys, e.dx = dx, e.dy = dy, e.q = q, e.p = p;                 \
    e.b = b, e.c = everywhere(f->c), e.value = y0, e.slope = first;             \
    e.reach = sure_reach(ROWS, reach, doubts);                                  \
    e.result = RESULT(y);                                                       \
    riccati_series(ROWS, AT_ONCE, kind, f, &e);

INLINE void riccati_kind(const int kind, const Table *T, const Riccati *given, const double *x,
                         const double *value, const double *slope, double *y, double *work,
                         ptrdiff_t n, ptrdiff_t begin, ptrdiff_t end)
{
    const Riccati own = *given, *f = &own; /* which no store to y can change */
    const int reach = reach_of(T->rows, x, n, begin, end);
    const Vector a = everywhere(f->a);
    Vector first, b = everywhere(kind & LINEAR ? f->b[0] : 1.0);
    Mask infinite = {0};
    OVER_SERIES(RICCATI_BODY, 5)
    if (any(infinite))
        flatten(T, f, x + begin, n, y + begin, n, (int)(end - begin));
}

INLINE void riccati_lanes(const Table *T, const Riccati *f, const double *x, const double *value,
                          const double *slope, double *y, double *work, ptrdiff_t n,
                          ptrdiff_t begin, ptrdiff_t end)
{
    const int kind = kind_of(f);
#define KIND(which) riccati_kind(which, T, f, x, value, slope, y, work, n, begin, end)
    if (kind == LINEAR) KIND(LINEAR); /* exp */
    else if (kind == DIVIDED) KIND(DIVIDED); /* log */
    else if (kind == (LINEAR | DIVIDED)) KIND(LINEAR | DIVIDED); /* powers */
    else KIND(kind);
#undef KIND
}

#define ROTATION_BODY(ROWS, AT_ONCE)                                            \
    GIVEN(xs, ROWS, x)                                                          \
    SERIES_ROOM(ys, ROWS, 0) SERIES_ROOM(zs, ROWS, 1) SERIES_ROOM(dx, ROWS, 2)  \
    Mask doubts = {0};                                                          \
    ys[0] = *(const Vector *)(value + at);                                      \
    zs[0] = *(const Vector *)(other + at);                                      \
    if (!CONSTANT(ROWS) && reach < (ROWS) - 1)                                  \
        doubts = doubts_of(reach, xs) | doubt(ys[0]) | doubt(zs[0]);            \
    rotation_series(ROWS, AT_ONCE, xs, sure_reach(ROWS, reach, doubts), sign, ys, zs, dx, \
                    RESULT(y), z ? RESULT(z) : (Rows){NULL, 0});

INLINE void rotation_lanes(const Table *T, const double *x, const double *value,
                           const double *other, double sign, double *y, double *z, double *work,
                           ptrdiff_t n, ptrdiff_t begin, ptrdiff_t end)
{
    const int reach = reach_of(T->rows, x, n, begin, end);
    OVER_SERIES(ROTATION_BODY, 3)
}

#define QUADRATURE_BODY(ROWS, AT_ONCE)                                          \
    GIVEN(xs, ROWS, x) GIVEN(rs, (ROWS) - 1, r) SERIES_ROOM(dx, ROWS, 0)        \
    Mask doubts = {0};                                                          \
    if (!CONSTANT(ROWS) && reach < (ROWS) - 1)                                  \
        doubts = doubts_of(reach, xs) | doubts_of((ROWS) - 2, rs);              \
    put(RESULT(y), 0, *(const Vector *)(value + at));                           \
    quadrature_series(ROWS, AT_ONCE, xs, sure_reach(ROWS, reach, doubts), rs, dx, RESULT(y));

INLINE void quadrature_lanes(const Table *T, const double *x, const double *value,
                             const double *r, double *y, double *work, ptrdiff_t n,
                             ptrdiff_t begin, ptrdiff_t end)
{
    const int reach = reach_of(T->rows, x, n, begin, end);
    OVER_SERIES(QUADRATURE_BODY, 1)
}

#endif
#endif
