/* The loops over points for machines with AVX-512: see _kernels_loops.h. */
#if defined(__GNUC__) && defined(__x86_64__)

#define LANES 8
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,fma"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512vl,fma")
#endif

#include "_kernels_spans.h"

const Loops loops_of_avx512 = LOOPS;

#if defined(__clang__)
#pragma clang attribute pop
#endif

#else

typedef int taylorad_no_loops; /* a file is not empty */

#endif
