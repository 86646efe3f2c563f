/* The recurrences in one variable at LANES points, for compilers that have vectors.
 *
 * The pairs of row k are (i, k - i), so no table is read. Rows are solved for in steps, as
 * _kernels_lanes.h says; the first step, before which nothing is known, and those after it are
 * one body, inlined twice. Arguments of low degree are common (x itself, x + 2, x * x), and rows
 * of zeros at the end of a series add nothing: `reach` is the last row that has anything in it.
 * Where something is not finite all rows count, since zero times infinity is not zero.
 */
#ifndef TAYLORAD_KERNELS_SERIES_H
#define TAYLORAD_KERNELS_SERIES_H

#include "_kernels_lanes.h"

#if VECTORS

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

#endif
#endif
