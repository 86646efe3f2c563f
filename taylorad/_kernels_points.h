/* What is done with the loops over points: by whom, and with what room of their own. */
#ifndef TAYLORAD_KERNELS_POINTS_H
#define TAYLORAD_KERNELS_POINTS_H

#include <string.h>

#include "_kernels_loops.h"

static const Loops *loops = &loops_of_all;

/* The loops for what the machine has, or less where a name says so; NULL for an unknown name */
static const char *choose_loops(const char *most)
{
    static const char *const names[] = {"avx512", "avx2", "all"};
    int first = 0;
    while (*most && first < 3 && strcmp(most, names[first])) first++;
#if X86_LOOPS
    __builtin_cpu_init();
    if (first == 0 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) {
        loops = &loops_of_avx512;
        return names[0];
    }
    if (first <= 1 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        loops = &loops_of_avx2;
        return names[1];
    }
#endif
    loops = &loops_of_all;
    return first < 3 ? names[2] : NULL;
}

/* The doubles that `work` has to hold, for a body that needs room for so many blocks */
static inline size_t room_for(const Table *T, int blocks, ptrdiff_t n)
{
    const size_t tiles = (size_t)blocks * T->rows * (n > 1 ? TILE : 1);
    const size_t series = T->univariate && n > 1 ? (size_t)SERIES * 8 * (T->rows + 8) : 0;
    return tiles > series ? tiles : series;
}

/* What a kernel was called with. Each thread has room of its own. */
typedef struct {
    const Table *T;
    const Riccati *f;
    const double *x, *v, *value, *other;
    double sign;
    double *y, *z, *work;
    size_t room;
    ptrdiff_t n;
} Call;

#define WITHIN c->work + worker * c->room, c->n, begin, end
#define PIECE(name, ...)                                                                 \
    static inline void name##_piece(void *call, ptrdiff_t begin, ptrdiff_t end, int worker) \
    {                                                                                    \
        const Call *c = (const Call *)call;                                              \
        loops->name(c->T, __VA_ARGS__, WITHIN);                                          \
    }
PIECE(product, c->x, c->v, c->y)
PIECE(quotient, c->x, c->v, c->y)
PIECE(riccati, c->f, c->x, c->value, c->other, c->y)
PIECE(rotation, c->x, c->value, c->other, c->sign, c->y, c->z)
PIECE(quadrature, c->x, c->value, c->v, c->y)
PIECE(compose, c->x, c->v, c->y)
#undef PIECE
#undef WITHIN

/* A product at one point, shared: its pairs are cut into PARTS, each with sums of its own, so that
 * the result is the same however many threads there are. */
enum { PARTS = 4 };

typedef struct {
    const Table *T;
    const double *u, *v;
    double *sums;
} Large;

/* The first row j whose pairs begin at `pair` or later */
static inline int row_from(const Table *T, ptrdiff_t pair)
{
    int low = 1, high = T->inner;
    while (low < high) {
        const int middle = (low + high) / 2;
        if (T->from[middle] < pair) low = middle + 1;
        else high = middle;
    }
    return low;
}

static inline void large_piece(void *large, ptrdiff_t begin, ptrdiff_t end, int worker)
{
    const Large *c = (const Large *)large;
    const Table *T = c->T;
    const ptrdiff_t pairs = T->from[T->inner];
    for (ptrdiff_t part = begin; part < end; part++) {
        double *s = zeros(T, c->sums + part * T->rows);
        const int first = row_from(T, pairs * part / PARTS);
        const int last = part + 1 < PARTS ? row_from(T, pairs * (part + 1) / PARTS) : T->inner;
        loops->push_rows(T, c->u, c->v, s, first, last);
    }
}

/* The series of a variable that moves by `scale` */
typedef struct {
    const double *x;
    double *y, scale;
    ptrdiff_t rows, n;
} Seed;

static inline void seed_piece(void *seed, ptrdiff_t begin, ptrdiff_t end, int worker)
{
    const Seed *c = (const Seed *)seed;
    const size_t size = (end - begin) * sizeof(double);
    memcpy(c->y + begin, c->x + begin, size);
    for (ptrdiff_t t = begin; c->rows > 1 && t < end; t++) c->y[c->n + t] = c->scale;
    for (ptrdiff_t k = 2; k < c->rows; k++) memset(c->y + k * c->n + begin, 0, size);
}

typedef struct {
    const double *x;
    int found;
} Zero;

static inline void zero_piece(void *zero, ptrdiff_t begin, ptrdiff_t end, int worker)
{
    Zero *c = (Zero *)zero;
    int found = 0;
    for (ptrdiff_t t = begin; t < end; t++) found |= c->x[t] == 0.0;
    if (found) c->found = 1; /* whoever writes it writes the same */
}

#endif
