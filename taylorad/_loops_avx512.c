/* The loops over points for machines with AVX-512: see _kernels_loops.h. */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 9 && defined(__x86_64__)

#pragma GCC target("avx512f,avx512dq,avx512vl,fma")

#include "_kernels_spans.h"

const Loops loops_of_avx512 = LOOPS;

#else

typedef int taylorad_no_loops; /* a file is not empty */

#endif
