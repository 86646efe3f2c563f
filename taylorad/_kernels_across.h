/* The recurrences of _kernels_series.h across all points. */
#ifndef TAYLORAD_KERNELS_ACROSS_H
#define TAYLORAD_KERNELS_ACROSS_H

#include "_kernels.h"
#include "_kernels_series.h"

#if VECTORS

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
