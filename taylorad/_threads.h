/* Sharing a loop over points among threads that wait for one.
 *
 * Threads are started when they are first wanted and then stay. One that has nothing to do
 * looks out for the next loop for some microseconds, since in an evaluation they follow each
 * other closely, and then sleeps. A loop is cut into pieces, some for each thread; whoever is
 * done with his own takes those that others have not begun, so that a thread that is slow to
 * wake holds nobody up. One loop at a time is shared: to another that comes meanwhile its
 * own thread has to do. No thread here ever touches an object of the interpreter.
 */
#ifndef TAYLORAD_THREADS_H
#define TAYLORAD_THREADS_H

#include <stddef.h>
#include <stdlib.h>

typedef void (*Task)(void *context, ptrdiff_t begin, ptrdiff_t end, int worker);

enum { MOST_THREADS = 64, PIECES = 2, MOST_PIECES = MOST_THREADS * PIECES };

#if (defined(__GNUC__) || defined(__clang__)) && !defined(_WIN32)

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>

#if defined(__x86_64__)
#define BREATHE __builtin_ia32_pause()
#else
#define BREATHE ((void)0)
#endif

enum { GLANCES = 4000 }; /* of one that waits, before he sleeps: some ten microseconds */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t begun;
    int started;  /* threads beside the caller's */
    int busy;     /* whether a loop is shared now */
    int sleeping; /* threads that have to be woken */
    unsigned round;
    /* the loop of this round */
    Task task;
    void *context;
    ptrdiff_t n, step;
    int workers, pieces;
    int left; /* pieces that are not done */
    int inside; /* threads that look at the loop */
    char taken[MOST_PIECES];
} crew = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER};

static void crew_work(int worker)
{
    for (int n = 0; n < crew.pieces; n++) {
        const int piece = (worker * PIECES + n) % crew.pieces;
        if (__atomic_test_and_set(&crew.taken[piece], __ATOMIC_ACQ_REL)) continue;
        const ptrdiff_t begin = piece * crew.step;
        const ptrdiff_t end = piece + 1 < crew.pieces ? begin + crew.step : crew.n;
        crew.task(crew.context, begin, end, worker);
        __atomic_sub_fetch(&crew.left, 1, __ATOMIC_ACQ_REL);
    }
}

static void *crew_member(void *number)
{
    const int worker = (int)(ptrdiff_t)number;
    unsigned seen = 0;
    for (;;) {
        int glances = 0;
        while (__atomic_load_n(&crew.round, __ATOMIC_ACQUIRE) == seen) {
            if (++glances < GLANCES) {
                BREATHE;
                continue;
            }
            pthread_mutex_lock(&crew.lock);
            while (__atomic_load_n(&crew.round, __ATOMIC_ACQUIRE) == seen) {
                crew.sleeping++;
                pthread_cond_wait(&crew.begun, &crew.lock);
                crew.sleeping--;
            }
            pthread_mutex_unlock(&crew.lock);
        }
        /* Inside before the round is read: then the loop it belongs to cannot end under us. */
        __atomic_add_fetch(&crew.inside, 1, __ATOMIC_SEQ_CST);
        seen = __atomic_load_n(&crew.round, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&crew.left, __ATOMIC_SEQ_CST) > 0 && worker < crew.workers)
            crew_work(worker);
        __atomic_sub_fetch(&crew.inside, 1, __ATOMIC_SEQ_CST);
    }
    return NULL;
}

/* After a fork there are no threads but the one that called it. */
static void crew_forked(void)
{
    pthread_mutex_init(&crew.lock, NULL);
    pthread_cond_init(&crew.begun, NULL);
    crew.started = crew.busy = crew.sleeping = crew.inside = 0;
    crew.left = 0; /* of a loop that another thread shared at that moment */
}

static int crew_start(int threads)
{
    static int prepared = 0;
    sigset_t all, old;
    if (!prepared) prepared = !pthread_atfork(NULL, NULL, crew_forked);
    if (!prepared) return 0;
    sigfillset(&all); /* signals are for the interpreter's threads */
    pthread_sigmask(SIG_SETMASK, &all, &old);
    while (crew.started < threads - 1) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, crew_member, (void *)(ptrdiff_t)(crew.started + 1)))
            break;
        pthread_detach(thread);
        crew.started++;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return crew.started;
}

/* Until the count is zero; others get the core if there are more threads than cores. */
static void crew_wait(const int *count)
{
    for (int glances = 0; __atomic_load_n(count, __ATOMIC_SEQ_CST) > 0; glances++) {
        if (glances > GLANCES) sched_yield();
        else BREATHE;
    }
}

/* Has others begin a loop in pieces of `step`, if there are any: whoever calls this may do something
 * else, and has to come to `share_end` then. Returns whether that is so. */
static int share_begin(Task task, void *context, ptrdiff_t n, ptrdiff_t step, int threads)
{
    if (threads < 2 || __atomic_exchange_n(&crew.busy, 1, __ATOMIC_ACQ_REL)) return 0;
    if (crew.started < threads - 1) threads = crew_start(threads) + 1;
    crew_wait(&crew.inside); /* of the round before */
    crew.task = task;
    crew.context = context;
    crew.n = n;
    crew.step = step < n / MOST_PIECES + 1 ? n / MOST_PIECES + 1 : step;
    crew.pieces = (int)(n / crew.step);
    crew.workers = threads;
    memset(crew.taken, 0, crew.pieces);
    __atomic_store_n(&crew.left, crew.pieces, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&crew.round, 1, __ATOMIC_SEQ_CST);
    pthread_mutex_lock(&crew.lock);
    if (crew.sleeping) pthread_cond_broadcast(&crew.begun);
    pthread_mutex_unlock(&crew.lock);
    return 1;
}

static void share_end(void)
{
    crew_work(0);
    crew_wait(&crew.left);
    __atomic_store_n(&crew.busy, 0, __ATOMIC_RELEASE);
}

/* Something that all pieces of a loop need, and the first of them makes: `once` is true for him,
 * who says when it is there; the others wait for it. The state is 0 at the beginning. */
static int once(int *state)
{
    int none = 0;
    if (__atomic_compare_exchange_n(state, &none, 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return 1;
    crew_wait(state);
    return 0;
}

static void once_made(int *state) { __atomic_store_n(state, -1, __ATOMIC_RELEASE); }

#else

static int share_begin(Task task, void *context, ptrdiff_t n, ptrdiff_t grain, int threads)
{
    return 0;
}
static void share_end(void) {}
static int once(int *state) { return *state == 0; }
static void once_made(int *state) { *state = -1; }

#endif

/* task(context, begin, end, worker) for pieces that make up 0 to n, begun at multiples of
 * `grain`; workers are numbered from 0, below `threads` */
static void share(Task task, void *context, ptrdiff_t n, ptrdiff_t grain, int threads)
{
    if (threads > MOST_THREADS) threads = MOST_THREADS;
    if (n >= 2 * grain && threads > 1) {
        /* a piece has to be worth it; the last one has what is left over */
        const ptrdiff_t units = n / grain, most = (ptrdiff_t)threads * PIECES;
        ptrdiff_t each = (units + most - 1) / most;
        const ptrdiff_t turns = (units / each + threads - 1) / threads; /* of who does the most */
        if (units / threads > 0 && units - (threads - 1) * (units / threads) < turns * each)
            each = units / threads;
        if (share_begin(task, context, n, each * grain, threads)) {
            share_end();
            return;
        }
    }
    task(context, 0, n, 0);
}

/* How many threads a loop may use that the calling thread starts; 0 for all there are. */
#if defined(_MSC_VER)
static __declspec(thread) int threads_here = 0;
#else
static __thread int threads_here = 0;
#endif
static int threads_at_all = 1;

static int most_threads(void) { return threads_here ? threads_here : threads_at_all; }
static int limited_threads(void) { return threads_here; }
static void set_most_threads(int count) { threads_here = count; }
static void set_all_threads(int count) { threads_at_all = count; }

/* Memory that begins with a cache line: a vector then never lies across two. */
static void *aligned(size_t size)
{
#if defined(_WIN32)
    return malloc(size);
#else
    void *memory = NULL;
    return posix_memalign(&memory, 64, size ? size : 64) ? NULL : memory;
#endif
}

#endif
