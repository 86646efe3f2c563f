/* The loops over points for machines with AVX2: see _kernels_loops.h. */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 9 && defined(__x86_64__)

#pragma GCC target("avx2,fma")

#include "_kernels_spans.h"

const Loops loops_of_avx2 = LOOPS;

#else

typedef int taylorad_no_loops; /* a file is not empty */

#endif
