/* Gaussian elimination with partial pivoting, for matrices that fit into the cache.
 *
 * By blocks, as LAPACK does it: a few columns or rows are worked on by themselves, and all that
 * they do to others is one product of matrices. Source: Golub and Van Loan, Matrix Computations,
 * 4th ed. (2013), section 3.4.
 */
#ifndef TAYLORAD_KERNELS_ELIMINATION_H
#define TAYLORAD_KERNELS_ELIMINATION_H

#include "_kernels_matrices.h"

enum { BLOCK = 8 };

/* y -= factor x */
INLINE void subtract(ptrdiff_t n, double factor, const double *RESTRICT x, double *RESTRICT y)
{
    ptrdiff_t j = 0;
#if VECTORS
    for (; j + LANES <= n; j += LANES)
        *(Vector *)(y + j) -= factor * *(const Vector *)(x + j);
#endif
    for (; j < n; j++) y[j] -= factor * x[j];
}

static void exchange(ptrdiff_t n, double *RESTRICT x, double *RESTRICT y)
{
    for (ptrdiff_t j = 0; j < n; j++) {
        const double other = x[j];
        x[j] = y[j];
        y[j] = other;
    }
}

/* Column k, below the diagonal: the row with its largest entry comes to the top, and is taken
 * from the others as far as column `end`. Returns whether there is one that is not zero. */
INLINE int pivot_on(ptrdiff_t n, ptrdiff_t k, ptrdiff_t end, double *a, ptrdiff_t *exchanged)
{
    double *row = a + k * n, largest = fabs(row[k]), rest[BLOCK] = {0.0};
    const ptrdiff_t begin = end - BLOCK;
    ptrdiff_t best = k;
    for (ptrdiff_t i = k + 1; i < n; i++)
        if (fabs(a[i * n + k]) > largest) {
            largest = fabs(a[i * n + k]);
            best = i;
        }
    exchanged[k] = best;
    if (a[best * n + k] == 0.0) return 0;
    if (best != k) exchange(n, row, a + best * n);
    if (begin < 0) {
        for (ptrdiff_t i = k + 1; i < n; i++) {
            double *to = a + i * n;
            to[k] /= row[k];
            for (ptrdiff_t j = k + 1; j < end; j++) to[j] -= to[k] * row[j];
        }
        return 1;
    }
    for (ptrdiff_t j = k + 1; j < end; j++) rest[j - begin] = row[j];
    for (ptrdiff_t i = k + 1; i < n; i++) {
        double *to = a + i * n;
        const double factor = to[k] /= row[k];
        for (ptrdiff_t j = 0; j < BLOCK; j++) to[begin + j] -= factor * rest[j];
    }
    return 1;
}

/* a becomes L and U with P a = L U; exchanged[k] is the row that was exchanged with row k.
 * Returns whether no pivot is zero. */
static int eliminate(ptrdiff_t n, double *a, ptrdiff_t *exchanged)
{
    for (ptrdiff_t begin = 0; begin < n; begin += BLOCK) {
        const ptrdiff_t end = begin + BLOCK < n ? begin + BLOCK : n;
        for (ptrdiff_t k = begin; k < end; k++)
            if (!pivot_on(n, k, end, a, exchanged)) return 0;
        for (ptrdiff_t k = begin; k < end; k++)
            for (ptrdiff_t i = k + 1; i < end; i++)
                subtract(n - end, a[i * n + k], a + k * n + end, a + i * n + end);
        const Products rest = {
            .mode = LESS_SUM, .count = 1, .inner = end - begin, .columns = n - end,
            .a = a + begin, .b = a + begin * n + end, .c = a + end,
            .a_step = n, .b_step = n, .c_step = n,
        };
        if (end < n) multiply_rows(&rest, end, n);
    }
    return 1;
}

/* x becomes the solution y of a y = x, given what `eliminate` made of a; x has m columns. */
static void substitute(ptrdiff_t n, const double *a, const ptrdiff_t *exchanged, ptrdiff_t m,
                       double *x)
{
    Products known = {
        .mode = LESS_SUM, .count = 1, .columns = m, .c = x, .a_step = n, .b_step = m, .c_step = m,
    };
    for (ptrdiff_t k = 0; k < n; k++)
        if (exchanged[k] != k) exchange(m, x + k * m, x + exchanged[k] * m);
    for (ptrdiff_t begin = 0; begin < n; begin += BLOCK) {
        const ptrdiff_t end = begin + BLOCK < n ? begin + BLOCK : n;
        known.inner = begin;
        known.a = a;
        known.b = x;
        if (begin > 0) multiply_rows(&known, begin, end);
        for (ptrdiff_t k = begin; k < end; k++)
            for (ptrdiff_t i = k + 1; i < end; i++)
                subtract(m, a[i * n + k], x + k * m, x + i * m);
    }
    for (ptrdiff_t end = n; end > 0; end = (end - 1) / BLOCK * BLOCK) {
        const ptrdiff_t begin = (end - 1) / BLOCK * BLOCK;
        known.inner = n - end;
        known.a = a + end;
        known.b = x + end * m;
        if (end < n) multiply_rows(&known, begin, end);
        for (ptrdiff_t k = end - 1; k >= begin; k--) {
            for (ptrdiff_t j = 0; j < m; j++) x[k * m + j] /= a[k * n + k];
            for (ptrdiff_t i = begin; i < k; i++)
                subtract(m, a[i * n + k], x + k * m, x + i * m);
        }
    }
}

#endif
