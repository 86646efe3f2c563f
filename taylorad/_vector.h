/* The platform's vector math library, where there is one: glibc's libmvec on x86-64.
 *
 * Its functions are found at run time, so that nothing has to be linked and what the build
 * machine had does not matter. Their names are those of the x86-64 vector ABI: _ZGVeN8v_sin
 * takes 8 doubles in a register of AVX-512, _ZGVdN4v_sin takes 4 in one of AVX2. No fast-math
 * flag is involved: nan, infinities and denormals mean what they mean.
 */
#ifndef TAYLORAD_VECTOR_H
#define TAYLORAD_VECTOR_H

#include <fenv.h>
#include <stddef.h>
#include <string.h>

#include "_ufunc_loops.h"

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GLIBC__)

#include <dlfcn.h>
#include <stdio.h>

#define VECTOR_WIDTHS(WIDE)                              \
    WIDE(8, "avx512f", "avx512dq")                       \
    WIDE(4, "avx2", "fma")

/* The loop of one width; what is left over is computed beside copies of the last point. Tells
 * whether a point was outside of a range; nan is. */
#define VECTOR_LOOP(N, TARGET, ALSO)                                                            \
    typedef double vector_##N __attribute__((vector_size(N * 8)));                              \
    typedef long long mask_##N __attribute__((vector_size(N * 8)));                             \
    __attribute__((target(TARGET))) static int vector_map_##N(                                  \
        void *function, double low, double high, const double *x, double *y, ptrdiff_t n)       \
    {                                                                                           \
        vector_##N (*f)(vector_##N) = (vector_##N(*)(vector_##N))function;                      \
        vector_##N v;                                                                           \
        mask_##N within = {0};                                                                  \
        ptrdiff_t i = 0;                                                                        \
        int inside = 1;                                                                         \
        within = ~within;                                                                       \
        for (; i < n; i += N) {                                                                 \
            const ptrdiff_t m = n - i < N ? n - i : N;                                          \
            if (m == N) memcpy(&v, x + i, sizeof v);                                            \
            else for (int t = 0; t < N; t++) v[t] = x[t < m ? i + t : n - 1];                   \
            within &= (v >= low) & (v <= high);                                                 \
            v = f(v);                                                                           \
            if (m == N) memcpy(y + i, &v, sizeof v);                                            \
            else memcpy(y + i, &v, m * sizeof(double));                                         \
        }                                                                                       \
        for (int t = 0; t < N; t++) inside &= within[t] != 0;                                   \
        return !inside;                                                                         \
    }
VECTOR_WIDTHS(VECTOR_LOOP)

static void *vector_library;

/* 8 or 4 doubles at a time, 0 where there is no library or only registers of two. */
static int vector_width(void)
{
    vector_library = dlopen("libmvec.so.1", RTLD_NOW | RTLD_LOCAL);
    if (vector_library == NULL) return 0;
#define VECTOR_CHOICE(N, TARGET, ALSO) \
    if (__builtin_cpu_supports(TARGET) && __builtin_cpu_supports(ALSO)) return N;
    VECTOR_WIDTHS(VECTOR_CHOICE)
    return 0;
}

static void *vector_function(int width, const char *name)
{
    char symbol[64];
    snprintf(symbol, sizeof symbol, "_ZGV%cN%dv_%s", width == 8 ? 'e' : 'd', width, name);
    return dlsym(vector_library, symbol);
}

static int vector_map(int width, void *function, double low, double high, const double *x,
                      double *y, ptrdiff_t n)
{
    return width == 8 ? vector_map_8(function, low, high, x, y, n)
                      : vector_map_4(function, low, high, x, y, n);
}

#else

static int vector_width(void) { return 0; }
static void *vector_function(int width, const char *name) { return NULL; }
static int vector_map(int width, void *function, double low, double high, const double *x,
                      double *y, ptrdiff_t n) { return 1; }

#endif

typedef struct {
    int width;
    void *function;
    double low, high;
    const double *x;
    double *y;
    int outside;
} Map;

static inline void map_piece(void *map, ptrdiff_t begin, ptrdiff_t end, int worker)
{
    Map *m = (Map *)map;
    if (vector_map(m->width, m->function, m->low, m->high, m->x + begin, m->y + begin,
                   end - begin))
        m->outside = 1; /* whoever writes it writes the same */
}

/* A loop of NumPy's, with its arguments and what it found. */
typedef struct {
    Inner inner;
    void *data;
    char *at[3];
    npy_intp steps[3];
    npy_intp rows, n; /* each thread takes the same points of every row */
    int flags;
} Strided;

static inline void strided_piece(void *strided, ptrdiff_t begin, ptrdiff_t end, int worker)
{
    Strided *s = (Strided *)strided;
    const int all = FE_DIVBYZERO | FE_OVERFLOW | FE_UNDERFLOW | FE_INVALID;
    char *at[3];
    npy_intp n = end - begin;
    feclearexcept(all);
    for (npy_intp row = 0; row < s->rows; row++) {
        for (int i = 0; i < 3; i++) at[i] = s->at[i] + (row * s->n + begin) * s->steps[i];
        s->inner(at, &n, s->steps, s->data);
    }
    if (fetestexcept(all)) s->flags = 1;
    feclearexcept(all);
}

typedef struct {
    const double *from;
    double *to;
    npy_intp rows, n;
} Copy;

static inline void copy_piece(void *copy, ptrdiff_t begin, ptrdiff_t end, int worker)
{
    const Copy *c = (const Copy *)copy;
    for (npy_intp row = 0; row < c->rows; row++) {
        const npy_intp at = row * c->n + begin;
        memcpy(c->to + at, c->from + at, (end - begin) * sizeof(double));
    }
}

#endif
