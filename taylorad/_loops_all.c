/* The loops over points for all machines: see _kernels_loops.h. */

#include "_kernels_spans.h"

const Loops loops_of_all = LOOPS;
