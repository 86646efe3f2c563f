/* The loops over points for machines with AVX2: see _kernels_loops.h. */
#if defined(__GNUC__) && defined(__x86_64__)

#define LANES 4
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#include "_kernels_spans.h"

const Loops loops_of_avx2 = LOOPS;

#if defined(__clang__)
#pragma clang attribute pop
#endif

#else

typedef int taylorad_no_loops; /* a file is not empty */

#endif
