/* Several passes of the walk back over the same points, done block by block.
 *
 * A program is a list of steps over arrays of one size. What is computed and needed within the
 * list only has room for a block, which stays in the cache from the step that writes it to those
 * that read it. Each thread has room of its own.
 */
#ifndef TAYLORAD_TAPE_CHAIN_H
#define TAYLORAD_TAPE_CHAIN_H

#include "_tape_loops.h"
#include "_ufunc_loops.h"

enum { WHOLE, ROOM, NUMBER, MASK }; /* where an operand is; a mask is an array of bytes */
enum { LOOPED = FINITE + 1, FILLED }; /* steps beside the passes */
enum { BLOCK = 2048 };        /* points */

typedef struct {
    int where;
    double *at;     /* the array, if whole */
    ptrdiff_t room; /* the number of the block, if in the room */
    double number;
} Place;

typedef struct {
    int kind;
    Inner inner; /* if looped: NumPy's loop over so many operands */
    void *data;
    int operands;
    Place x, y, z;
    double r, s;
} Step;

typedef struct {
    const Step *steps;
    int count;
    double *room;
    ptrdiff_t each; /* doubles of room a thread has */
    int flawed;     /* something NumPy would warn of, or not finite where that is asked */
} Program;

/* What rules do beside NumPy's loops, as loops like those: z = f(x, y). A nan that is compared
 * raises a flag: what it means is for the rule to say. */
#define LOOP_OF_TWO(name, kind, body)                                                           \
    static void name(char **at, const npy_intp *n, const npy_intp *steps, void *data)           \
    {                                                                                           \
        const double *left = (const double *)at[0];                                             \
        const kind *right = (const kind *)at[1];                                                \
        double *RESTRICT z = (double *)at[2];                                                   \
        const ptrdiff_t count = *n;                                                             \
        if (steps[0] && steps[1]) {                                                             \
            for (ptrdiff_t i = 0; i < count; i++) {                                             \
                const double x = left[i];                                                       \
                const kind y = right[i];                                                        \
                z[i] = body;                                                                    \
            }                                                                                   \
        } else if (steps[0]) {                                                                  \
            const kind y = right[0];                                                            \
            for (ptrdiff_t i = 0; i < count; i++) {                                             \
                const double x = left[i];                                                       \
                z[i] = body;                                                                    \
            }                                                                                   \
        } else {                                                                                \
            const double x = left[0];                                                           \
            for (ptrdiff_t i = 0; i < count; i++) {                                             \
                const kind y = right[i];                                                        \
                z[i] = body;                                                                    \
            }                                                                                   \
        }                                                                                       \
    }

LOOP_OF_TWO(share_of_larger, double, x == y ? 0.5 : x > y ? 1.0 : 0.0)
LOOP_OF_TWO(times_share, double, y == 0.0 ? 0.0 : x * y)
LOOP_OF_TWO(is_below, double, x < y ? 1.0 : 0.0)
LOOP_OF_TWO(is_above, double, x > y ? 1.0 : 0.0)
LOOP_OF_TWO(unless, double, y != 0.0 ? 0.0 : x)
LOOP_OF_TWO(where_true, unsigned char, y ? x : 0.0)
LOOP_OF_TWO(where_false, unsigned char, y ? 0.0 : x)

static inline double *place_at(const Place *p, double *room, ptrdiff_t begin)
{
    if (p->where == WHOLE) return p->at + begin;
    if (p->where == MASK) return (double *)((char *)p->at + begin);
    return p->where == ROOM ? room + p->room * BLOCK : (double *)&p->number;
}

static inline int step_block(const Step *s, double *room, ptrdiff_t begin, ptrdiff_t n)
{
    double *x = place_at(&s->x, room, begin), *y = place_at(&s->y, room, begin);
    double *z = place_at(&s->z, room, begin);
    switch (s->kind) {
    case ADD_BOTH: add_both(z, x, s->r, y, s->s, n); break;
    case SCALE_TO: scale_to(z, x, s->s, n); break;
    case TIMES_BOTH: times_both(z, x, y, n); break;
    case FINITE: return !all_finite(x, n);
    case FILLED:
        for (ptrdiff_t i = 0; i < n; i++) z[i] = s->x.number;
        break;
    case LOOPED: {
        char *at[3] = {(char *)x, s->operands == 2 ? (char *)y : (char *)z, (char *)z};
        const npy_intp one = sizeof(double), count = n;
        const npy_intp first = s->x.where == NUMBER ? 0 : one;
        const npy_intp second =
            s->operands == 1 ? one : s->y.where == NUMBER ? 0 : s->y.where == MASK ? 1 : one;
        const npy_intp steps[3] = {first, second, one};
        s->inner(at, &count, steps, s->data);
    }
    }
    return 0;
}

static inline void program_piece(void *program, ptrdiff_t begin, ptrdiff_t end, int worker)
{
    Program *p = (Program *)program;
    double *room = p->room + worker * p->each;
    const int all = FE_DIVBYZERO | FLAWS;
    int flawed = 0;
    feclearexcept(all);
    for (; begin < end && !flawed; begin += BLOCK) {
        const ptrdiff_t n = end - begin < BLOCK ? end - begin : BLOCK;
        for (int i = 0; i < p->count; i++) { /* some of NumPy's loops lower all flags at their end */
            flawed |= step_block(&p->steps[i], room, begin, n);
            flawed |= fetestexcept(all) != 0;
        }
    }
    feclearexcept(all);
    if (flawed) p->flawed = 1; /* whoever writes it writes the same */
}

#endif
