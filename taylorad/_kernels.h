/* The recurrences for float64: one body each, over a tile of points.
 *
 * A series is `rows` rows of doubles, `stride` apart; a tile is the same few neighbouring
 * points of every row. Bodies are inlined with the tile's width as a constant, so that a
 * row's sums stay in registers: width 1 serves scalars, TILE serves arrays. The loops over
 * the tiles, in _kernels_points.h, are compiled for several instruction sets where the compiler
 * can choose between them at load time, and as plain C elsewhere. Arrays of series in one
 * variable have bodies of their own, in _kernels_series.h, that need no table.
 *
 * The pairs of row k in the product table run from (0, k) to (k, 0). A body knows which of
 * those with row 0 is the unknown; the others, of lower degree, it sums in one of two ways.
 * For a tile the sum of a row is gathered, in registers, when the row is due. For a scalar
 * over many rows the loops for that would be short and their lengths hard to foresee. There
 * sums are pushed: as soon as row j of both factors is known, its products with all rows i
 * before it are added to where they belong, those of i with j and of j with i at once. Rows i
 * follow each other in memory, and what is known of degree d is complete before degree d + 1
 * is begun. The letters are those of recurrences.py.
 */
#ifndef TAYLORAD_KERNELS_H
#define TAYLORAD_KERNELS_H

#include "_kernels_sums.h"

typedef struct {
    double q[3];       /* the polynomial q, or its square if root */
    int root;
    double a, c;
    const double *b;   /* the linear coefficient, b[i * b_step] at point i */
    ptrdiff_t b_step;
} Riccati;

/* work: 2 blocks */
INLINE void product_tile(const Table *T, const double *u, ptrdiff_t su, const double *v,
                         ptrdiff_t sv, double *y, ptrdiff_t sy, double *RESTRICT work,
                         const int m)
{
    double acc[TILE];
    if (PUSHED(m, su)) {
        double *s = zeros(T, work);
        for (int j = 1; j < T->inner; j++) {
            if (u == v)
                push(T, j, SQUARE, u, u, u, u, s, NULL);
            else
                push(T, j, PRODUCT, u, v, u, u, s, NULL);
        }
        y[0] = u[0] * v[0];
        for (int k = 1; k < T->rows; k++) y[k] = s[k] + (u[0] * v[k] + u[k] * v[0]);
        return;
    }
    if (T->rows <= LARGE || su == m) {
        for (int k = 0; k < T->rows; k++)
            convolve(T, T->start[k], T->start[k + 1], u, su, v, sv, y + k * sy, m);
        return;
    }
    const double *a = together(T, u, su, BLOCK(0), m);
    const double *b = u == v ? a : together(T, v, sv, BLOCK(1), m);
    for (int t = 0; t < m; t++) y[t] = u[t] * v[t];
    for (int k = 1; k < T->rows; k++) {
        const double *uk = u + k * su, *vk = v + k * sv;
        gather(T, k, a, m, b, m, acc, m);
        for (int t = 0; t < m; t++) acc[t] += u[t] * vk[t] + uk[t] * v[t];
        for (int t = 0; t < m; t++) y[k * sy + t] = acc[t];
    }
}

/* work: 1 block; y may be u */
INLINE void quotient_tile(const Table *T, const double *u, ptrdiff_t su, const double *v,
                          ptrdiff_t sv, double *y, ptrdiff_t sy, double *RESTRICT work,
                          const int m)
{
    const int pushed = PUSHED(m, su);
    double acc[TILE], *s = pushed ? zeros(T, work) : work;
    for (int t = 0; t < m; t++) y[t] = u[t] / v[t];
    for (int k = 1; k < T->rows; k++) {
        const double *vk = v + k * sv;
        double *yk = y + k * sy;
        if (pushed)
            acc[0] = s[k];
        else
            gather(T, k, v, sv, y, sy, acc, m);
        for (int t = 0; t < m; t++) yk[t] = (u[k * su + t] - (vk[t] * y[t] + acc[t])) / v[t];
        if (pushed && k < T->inner) push(T, k, PRODUCT, v, y, v, v, s, NULL);
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

/* the other parts of q(x), or of its root, that are read, m apart; work: 2 blocks */
INLINE void polynomial_tile(const Table *T, const Riccati *f, const double *x, ptrdiff_t sx,
                            double *RESTRICT q, double *RESTRICT work, const int m)
{
    const int pushed = PUSHED(m, sx), root = f->root;
    const double q1 = f->q[1], q2 = f->q[2];
    double *squares = pushed ? zeros(T, BLOCK(0)) : work;
    double *known = pushed ? zeros(T, BLOCK(1)) : work;
    double acc[TILE];
    for (int k = 1; k < T->inner; k++) {
        const double *xk = x + k * sx;
        double *qk = q + k * (ptrdiff_t)m;
        for (int t = 0; t < m; t++) qk[t] = q1 * xk[t];
        if (q2 != 0.0) {
            if (pushed)
                acc[0] = squares[k];
            else
                gather(T, k, x, sx, x, sx, acc, m);
            for (int t = 0; t < m; t++) qk[t] += q2 * (acc[t] + 2.0 * x[t] * xk[t]);
            if (pushed) push(T, k, SQUARE, x, x, x, x, squares, NULL);
        }
        if (root) {
            if (pushed)
                acc[0] = known[k];
            else
                gather(T, k, q, m, q, m, acc, m);
            for (int t = 0; t < m; t++) qk[t] = (qk[t] - acc[t]) / (2.0 * q[t]);
            if (pushed) push(T, k, SQUARE, q, q, q, q, known, NULL);
        }
    }
}

/* At infinity, all that does not grow like exp has flattened out. */
INLINE void flatten(const Table *T, const Riccati *f, const double *x, ptrdiff_t sx, double *y,
                    ptrdiff_t sy, const int m)
{
    const int plain_q = f->q[0] == 1.0 && f->q[1] == 0.0 && f->q[2] == 0.0;
    for (int t = 0; t < m; t++)
        if (fabs(x[t]) == INFINITY && !(plain_q && fabs(y[t]) == INFINITY))
            for (int k = 1; k < T->rows; k++)
                y[k * sy + t] = (isnan(y[t]) ? NAN : 0.0) * x[k * sx + t];
}

/* work: 7 blocks; slope may be NULL: then it is p_0 / q_0 */
INLINE void riccati_tile(const Table *T, const Riccati *f, const double *given, const double *x,
                         ptrdiff_t sx, const double *value, const double *slope,
                         double *RESTRICT y, ptrdiff_t sy, double *RESTRICT work, const int m)
{
    double *p = BLOCK(0), *dx = BLOCK(1), *q = BLOCK(2), *dy = BLOCK(3);
    const int pushed = PUSHED(m, sx);
    const double c = f->c;
    const int plain_q = f->q[0] == 1.0 && f->q[1] == 0.0 && f->q[2] == 0.0;
    const int linear = f->b_step != 0 || given[0] != 0.0, plain_p = c == 0.0 && !linear;
    double *s = pushed ? zeros(T, BLOCK(4)) : work, *squares = work;
    double first[TILE], b[TILE], sums[TILE], known[TILE], r = 1.0;
    int degree = 1;

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
    if (T->top > 1 && !plain_q) polynomial_tile(T, f, x, sx, q, BLOCK(5), m);
    if (pushed && c != 0.0) squares = zeros(T, BLOCK(5));
    for (int k = 1; k < T->rows; k++) {
        const int d = T->degree[k];
        const ptrdiff_t at = k * (ptrdiff_t)m;
        const double *xk = x + k * sx;
        double *yk = y + k * sy;
        if (pushed && k == T->inner) { /* the top degree is due, all of it at once */
            const double by = plain_q ? d : d * q[0], slope_ = first[0];
            for (; k < T->rows; k++) y[k] = (x[k] == 0.0 ? 0.0 : slope_ * x[k]) + s[k] / by;
            break;
        }
        if (d == 1) {
            for (int t = 0; t < m; t++) yk[t] = first[t] * xk[t];
        } else { /* where the slope is infinite, a higher part that is 0 adds nothing */
            if (d != degree) r = 1.0 / (degree = d);
            for (int t = 0; t < m; t++) yk[t] = xk[t] == 0.0 ? 0.0 : first[t] * xk[t];
            for (int t = 0; t < m; t++) sums[t] = 0.0;
            if (pushed) {
                sums[0] = s[k];
            } else {
                if (!plain_p) gather(T, k, p, m, dx, m, sums, m);
                if (!plain_q) {
                    gather(T, k, q, m, dy, m, known, m);
                    for (int t = 0; t < m; t++) sums[t] -= known[t];
                }
            }
            if (plain_q)
                for (int t = 0; t < m; t++) yk[t] += sums[t] * r;
            else
                for (int t = 0; t < m; t++) yk[t] += sums[t] / (d * q[t]);
        }
        if (k >= T->inner) continue; /* nothing of higher degree reads what follows */
        for (int t = 0; t < m; t++) {
            dx[at + t] = d * xk[t];
            dy[at + t] = d * yk[t];
        }
        if (!plain_p) {
            for (int t = 0; t < m; t++) p[at + t] = linear ? b[t] * yk[t] : 0.0;
            if (c != 0.0) {
                if (pushed)
                    known[0] = squares[k];
                else
                    gather(T, k, y, sy, y, sy, known, m);
                for (int t = 0; t < m; t++)
                    p[at + t] += c * (known[t] + 2.0 * value[t] * yk[t]);
                if (pushed) push(T, k, SQUARE, y, y, y, y, squares, NULL);
            }
        }
        if (!pushed) continue;
        if (plain_q) {
            if (!plain_p) push(T, k, PRODUCT, p, dx, p, p, s, NULL);
        } else if (plain_p) {
            dy[k] = -dy[k];
            push(T, k, PRODUCT, q, dy, q, q, s, NULL);
        } else {
            push(T, k, DIFFERENCE, p, dx, q, dy, s, NULL);
        }
    }
    int infinite = 0;
    for (int t = 0; t < m; t++) infinite |= fabs(x[t]) == INFINITY;
    if (infinite) flatten(T, f, x, sx, y, sy, m);
}

/* work: 3 blocks; of the partner z only what is below the top degree is sure to be there */
INLINE void rotation_tile(const Table *T, const double *x, ptrdiff_t sx, const double *value,
                          const double *other, double sign, double *y, double *z, ptrdiff_t sy,
                          double *RESTRICT work, const int m)
{
    const int pushed = PUSHED(m, sy);
    double *dx = BLOCK(0), *s = pushed ? zeros(T, BLOCK(1)) : work;
    double *r = pushed ? zeros(T, BLOCK(2)) : work;
    double sums[TILE], others[TILE], scale = 1.0;
    int degree = 1;
    for (int t = 0; t < m; t++) {
        y[t] = value[t];
        z[t] = other[t];
    }
    for (int k = 1; k < T->rows; k++) {
        const int d = T->degree[k];
        double *yk = y + k * sy, *zk = z + k * sy, *dxk = dx + k * (ptrdiff_t)m;
        if (d != degree) scale = 1.0 / (degree = d);
        if (pushed && k == T->inner) { /* the top degree is due, all of it at once */
            for (; k < T->rows; k++) y[k] = (s[k] + z[0] * (d * x[k])) * scale;
            break;
        }
        for (int t = 0; t < m; t++) dxk[t] = d * x[k * sx + t];
        if (pushed) {
            sums[0] = s[k];
            others[0] = r[k];
        } else {
            gather(T, k, z, sy, dx, m, sums, m);
            gather(T, k, y, sy, dx, m, others, m);
        }
        for (int t = 0; t < m; t++) {
            yk[t] = (sums[t] + z[t] * dxk[t]) * scale;
            zk[t] = sign * (others[t] + y[t] * dxk[t]) * scale;
        }
        if (pushed && k < T->inner) push(T, k, PARTNERS, z, dx, y, z, s, r);
    }
}

/* work: 2 blocks */
INLINE void quadrature_tile(const Table *T, const double *x, ptrdiff_t sx, const double *value,
                            const double *r, ptrdiff_t sr, double *y, ptrdiff_t sy,
                            double *RESTRICT work, const int m)
{
    const int pushed = PUSHED(m, sr);
    double *dx = BLOCK(0), *s = pushed ? zeros(T, BLOCK(1)) : work;
    double sums[TILE];
    for (int t = 0; t < m; t++) y[t] = value[t];
    for (int k = 1; k < T->rows; k++) {
        const int d = T->degree[k];
        double *dxk = dx + k * (ptrdiff_t)m;
        for (int t = 0; t < m; t++) dxk[t] = d * x[k * sx + t];
        if (pushed)
            sums[0] = s[k];
        else
            gather(T, k, r, sr, dx, m, sums, m);
        for (int t = 0; t < m; t++) y[k * sy + t] = (sums[t] + r[t] * dxk[t]) * (1.0 / d);
        if (pushed && k < T->inner) push(T, k, PRODUCT, r, dx, r, r, s, NULL);
    }
}

/* Horner's rule with growing truncation; work: 1 block */
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

#endif
