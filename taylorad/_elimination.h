/* Gaussian elimination with partial pivoting, for matrices that fit into the cache.
 *
 * Matrices are stored by columns: a[i + j * n] is the entry in row i of column j. Then all
 * inner loops go down a column, and each of their steps is independent of the others.
 */
#ifndef TAYLORAD_ELIMINATION_H
#define TAYLORAD_ELIMINATION_H

#include "_kernels_sums.h"

/* a becomes L and U with P a = L U; rows[k] is the row that was exchanged with row k.
 * Returns whether no pivot is zero. */
MULTIVERSION int eliminate(ptrdiff_t n, double *RESTRICT a, ptrdiff_t *RESTRICT rows)
{
    for (ptrdiff_t k = 0; k < n; k++) {
        double *RESTRICT l = a + k * n;
        ptrdiff_t best = k;
        for (ptrdiff_t i = k + 1; i < n; i++)
            if (fabs(l[i]) > fabs(l[best])) best = i;
        rows[k] = best;
        if (l[best] == 0.0) return 0;
        if (best != k)
            for (ptrdiff_t j = 0; j < n; j++) {
                double other = a[best + j * n];
                a[best + j * n] = a[k + j * n];
                a[k + j * n] = other;
            }
        for (ptrdiff_t i = k + 1; i < n; i++) l[i] /= l[k];
        for (ptrdiff_t j = k + 1; j < n; j++) {
            double *RESTRICT u = a + j * n;
            double factor = u[k];
            for (ptrdiff_t i = k + 1; i < n; i++) u[i] -= factor * l[i];
        }
    }
    return 1;
}

/* x becomes the solution y of a y = x, given what `eliminate` made of a. */
MULTIVERSION void substitute(ptrdiff_t n, const double *RESTRICT a,
                             const ptrdiff_t *RESTRICT rows, double *RESTRICT x)
{
    for (ptrdiff_t k = 0; k < n; k++) {
        double other = x[rows[k]];
        x[rows[k]] = x[k];
        x[k] = other;
    }
    for (ptrdiff_t k = 0; k < n; k++) {
        const double *l = a + k * n;
        double factor = x[k];
        for (ptrdiff_t i = k + 1; i < n; i++) x[i] -= factor * l[i];
    }
    for (ptrdiff_t k = n - 1; k >= 0; k--) {
        const double *u = a + k * n;
        double factor = x[k] /= u[k];
        for (ptrdiff_t i = 0; i < k; i++) x[i] -= factor * u[i];
    }
}

#endif
