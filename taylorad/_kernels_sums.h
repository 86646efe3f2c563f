/* Product tables, and the two ways in which the recurrences sum over them: see _kernels.h. */
#ifndef TAYLORAD_KERNELS_SUMS_H
#define TAYLORAD_KERNELS_SUMS_H

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
enum { BLOCKS = 7 }; /* series of the width of a tile that a body needs room for, at most */
enum { SERIES = 8 }; /* and series of vectors of so many points, in one variable */
enum { MANY = 32 };  /* from so many rows on, a scalar's sums are pushed */
enum { LARGE = 128 }; /* from so many rows on, those of a tile are brought together in memory */

typedef struct {
    int rows;
    int inner; /* rows below the top degree */
    int top;   /* the largest degree */
    int univariate; /* whether row k is the coefficient of degree k of one variable */
    const int *degree;
    const int *start; /* the pairs of row k, from (0, k) to (k, 0) */
    const int *left;
    const int *right;
    int *from;   /* what row j < inner is multiplied with, from from[j] to from[j + 1]: */
    int *with;   /* rows i < j, ascending, i > 0, */
    int *to;     /* and the rows of the products */
    int *square; /* the row of j times j, -1 if there is none */
} Table;

/* Vectors of the compiler's own, as wide as the registers of the instruction set that a file is
 * compiled for: left to itself the compiler takes loops over a tile apart into single numbers
 * before it thinks of vectors, and wider ones it keeps in memory. */
#if defined(__GNUC__) || defined(__clang__)
#define VECTORS 1
#ifndef LANES /* else whoever includes this says it */
#if defined(__AVX512F__)
#define LANES 8
#elif defined(__AVX__)
#define LANES 4
#else
#define LANES 2
#endif
#endif
typedef double Vector __attribute__((vector_size(8 * LANES), aligned(8), may_alias));
#define CONSTANT(m) __builtin_constant_p(m)
#else
#define VECTORS 0
#define LANES 1
#define CONSTANT(m) 0
#endif
/* Loops with bounds that are small constants are written out, so that arrays which they index
 * are registers. */
#define EIGHT_TIMES(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)

/* out[t] = sum of u_i v_j over the pairs from `first` up to `last`, at least one; the first
 * starts the sum: 0.0 + -0.0 would lose a sign */
INLINE void convolve(const Table *T, int first, int last, const double *u, ptrdiff_t su,
                     const double *v, ptrdiff_t sv, double *RESTRICT out, const int m)
{
    const double *a = u + T->left[first] * su, *b = v + T->right[first] * sv;
#if VECTORS
    if (CONSTANT(m) && m > 1 && m % LANES == 0) {
        Vector sums[8];
#define AT(x, q) (*(const Vector *)(x + (q) * LANES))
#define BEGIN(q) if (q < m / LANES) sums[q] = AT(a, q) * AT(b, q);
#define MORE(q) if (q < m / LANES) sums[q] += AT(a, q) * AT(b, q);
#define END(q) if (q < m / LANES) *(Vector *)(out + q * LANES) = sums[q];
        EIGHT_TIMES(BEGIN)
        for (int p = first + 1; p < last; p++) {
            a = u + T->left[p] * su;
            b = v + T->right[p] * sv;
            EIGHT_TIMES(MORE)
        }
        EIGHT_TIMES(END)
        return;
#undef AT
#undef BEGIN
#undef MORE
#undef END
    }
#endif
    double acc[TILE]; /* of this call alone, so that it stays in registers */
    for (int t = 0; t < m; t++) acc[t] = a[t] * b[t];
    for (int p = first + 1; p < last; p++) {
        a = u + T->left[p] * su;
        b = v + T->right[p] * sv;
        for (int t = 0; t < m; t++) acc[t] += a[t] * b[t];
    }
    for (int t = 0; t < m; t++) out[t] = acc[t];
}

/* The same over the pairs of row k without row 0 */
INLINE void gather(const Table *T, int k, const double *u, ptrdiff_t su, const double *v,
                   ptrdiff_t sv, double *RESTRICT out, const int m)
{
    const int first = T->start[k] + 1, last = T->start[k + 1] - 1;
    if (first < last)
        convolve(T, first, last, u, su, v, sv, out, m);
    else
        for (int t = 0; t < m; t++) out[t] = 0.0;
}

/* What is pushed to row k = i j of the sums s, and of r, for the factors a, b, c, d */
enum {
    SQUARE,     /* s += 2 a_i a_j */
    PRODUCT,    /* s += a_i b_j + b_i a_j */
    DIFFERENCE, /* s += a_i b_j + b_i a_j - c_i d_j - d_i c_j */
    PARTNERS    /* s += a_i b_j + b_i a_j,  r += c_i b_j + b_i c_j below the top degree */
};

#define TERMS(V, at)                                                            \
    const V ai = *(const V *)(a + (at));                                        \
    V sk, rk = ai;                                                              \
    if (kind == SQUARE) {                                                       \
        sk = ai * twice;                                                        \
    } else {                                                                    \
        const V bi = *(const V *)(b + (at));                                    \
        sk = ai * bj + bi * aj;                                                 \
        if (kind == DIFFERENCE)                                                 \
            sk -= *(const V *)(c + (at)) * dj + *(const V *)(d + (at)) * cj;    \
        if (kind == PARTNERS) rk = *(const V *)(c + (at)) * bj + bi * cj;       \
    }                                                                           \
    (void)rk

INLINE void push(const Table *T, int j, const int kind, const double *a, const double *b,
                 const double *c, const double *d, double *RESTRICT s, double *RESTRICT r)
{
    const int begin = T->from[j], end = T->from[j + 1], own = T->square[j];
    const int *with = T->with, *to = T->to;
    const double aj = a[j], bj = b[j], cj = c[j], dj = d[j], twice = aj + aj;
    int p = begin;
#if VECTORS
    if (begin < end && with[end - 1] - with[begin] == end - 1 - begin) {
        const ptrdiff_t ahead = with[begin] - begin; /* neighbours in memory */
        for (; p + LANES <= end; p += LANES) {
            double lanes[LANES], others[LANES];
            TERMS(Vector, p + ahead);
            *(Vector *)lanes = sk;
            for (int q = 0; q < LANES; q++) s[to[p + q]] += lanes[q];
            if (kind == PARTNERS && to[p] < T->inner) { /* to[] rises with p */
                *(Vector *)others = rk;
                for (int q = 0; q < LANES; q++) r[to[p + q]] += others[q];
            }
        }
    }
#endif
    for (; p < end; p++) {
        TERMS(double, with[p]);
        s[to[p]] += sk;
        if (kind == PARTNERS) r[to[p]] += rk;
    }
    if (own >= 0) {
        s[own] += kind == SQUARE ? aj * aj : aj * bj;
        if (kind == DIFFERENCE) s[own] -= cj * dj;
        if (kind == PARTNERS) r[own] += cj * bj;
    }
}
#undef TERMS

/* Whether sums are pushed: of one point, whose rows follow each other */
#define PUSHED(m, stride) (CONSTANT(m) && (m) == 1 && (stride) == 1 && T->rows > MANY)

/* The n-th series in `work` */
#define BLOCK(n) (work + (n) * (ptrdiff_t)T->rows * m)

INLINE double *zeros(const Table *T, double *block)
{
    for (int i = 0; i < T->rows; i++) block[i] = 0.0;
    return block;
}

/* The rows below the top degree, m apart */
INLINE const double *together(const Table *T, const double *u, ptrdiff_t su,
                              double *RESTRICT block, const int m)
{
    for (int k = 0; k < T->inner; k++)
        for (int t = 0; t < m; t++) block[k * (ptrdiff_t)m + t] = u[k * su + t];
    return block;
}

#endif
