/* Memory of large arrays, kept for the next ones.
 *
 * A gradient allocates one array an operation and frees them all at its end. The system takes
 * large blocks back, and hands them out again page by page, each page cleared: on arrays that
 * do not fit the cache this costs more than the arithmetic. So blocks of the same size are
 * kept for the next time, up to a limit. Everything else is left to NumPy's own allocator.
 */
#ifndef TAYLORAD_MEMORY_H
#define TAYLORAD_MEMORY_H

#include <string.h>

#include "numpy/arrayobject.h"

#define POOL_BLOCKS 64
#define POOL_SMALLEST ((size_t)1 << 14)
#define POOL_LIMIT ((size_t)1 << 27)

#if defined(_MSC_VER)
#include <intrin.h>
static volatile char pool_lock;
#define POOL_ENTER while (_InterlockedExchange8(&pool_lock, 1)) { }
#define POOL_LEAVE _InterlockedExchange8(&pool_lock, 0);
#else
static char pool_lock;
#define POOL_ENTER while (__atomic_test_and_set(&pool_lock, __ATOMIC_ACQUIRE)) { }
#define POOL_LEAVE __atomic_clear(&pool_lock, __ATOMIC_RELEASE);
#endif

static PyDataMemAllocator pool_base; /* NumPy's */
static struct { void *at; size_t size; } pool_kept[POOL_BLOCKS];
static int pool_count;
static size_t pool_total;

/* A kept block of this size, or NULL. The one freed last is the likeliest to be in the cache. */
static void *pool_take(size_t size)
{
    void *found = NULL;
    POOL_ENTER
    for (int i = pool_count - 1; i >= 0; i--) {
        if (pool_kept[i].size == size) {
            found = pool_kept[i].at;
            pool_total -= size;
            pool_count--;
            memmove(&pool_kept[i], &pool_kept[i + 1], (pool_count - i) * sizeof(pool_kept[0]));
            break;
        }
    }
    POOL_LEAVE
    return found;
}

/* Keep a block in place of the oldest ones, which go to the system. */
static void pool_keep(void *at, size_t size)
{
    for (;;) {
        void *oldest = NULL;
        size_t oldest_size = 0;
        POOL_ENTER
        if (pool_count && (pool_count == POOL_BLOCKS || pool_total + size > POOL_LIMIT)) {
            oldest = pool_kept[0].at;
            oldest_size = pool_kept[0].size;
            pool_total -= oldest_size;
            pool_count--;
            memmove(&pool_kept[0], &pool_kept[1], pool_count * sizeof(pool_kept[0]));
        } else {
            pool_kept[pool_count].at = at;
            pool_kept[pool_count].size = size;
            pool_total += size;
            pool_count++;
        }
        POOL_LEAVE
        if (oldest == NULL) {
            return;
        }
        pool_base.free(pool_base.ctx, oldest, oldest_size);
    }
}

static int pool_takes(size_t size)
{
    return size >= POOL_SMALLEST && size <= POOL_LIMIT;
}

static void *pool_malloc(void *context, size_t size)
{
    void *found = pool_takes(size) ? pool_take(size) : NULL;
    return found ? found : pool_base.malloc(pool_base.ctx, size);
}

static void *pool_calloc(void *context, size_t count, size_t each)
{
    void *found = NULL;
    if (each == 0 || count <= POOL_LIMIT / each) {
        found = pool_takes(count * each) ? pool_take(count * each) : NULL;
    }
    return found ? memset(found, 0, count * each) : pool_base.calloc(pool_base.ctx, count, each);
}

static void *pool_realloc(void *context, void *at, size_t size)
{
    return pool_base.realloc(pool_base.ctx, at, size);
}

static void pool_free(void *context, void *at, size_t size)
{
    if (at != NULL && pool_takes(size)) {
        pool_keep(at, size);
    } else {
        pool_base.free(pool_base.ctx, at, size);
    }
}

static PyDataMem_Handler pool_handler = {
    "taylorad_pool", 1, {NULL, pool_malloc, pool_calloc, pool_realloc, pool_free}
};

static PyObject *pool_numpys(void)
{
    Py_INCREF(PyDataMem_DefaultHandler);
    return PyDataMem_DefaultHandler;
}

/* The capsule that NumPy wants. */
static PyObject *pool_ours(void)
{
    PyDataMem_Handler *handler =
        (PyDataMem_Handler *)PyCapsule_GetPointer(PyDataMem_DefaultHandler, "mem_handler");
    if (handler == NULL) {
        return NULL;
    }
    pool_base = handler->allocator;
    return PyCapsule_New(&pool_handler, "mem_handler", NULL);
}

#endif
