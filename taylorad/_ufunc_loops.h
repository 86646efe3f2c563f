/* NumPy's inner loops over doubles, called without its ufuncs around them. */
#ifndef TAYLORAD_UFUNC_LOOPS_H
#define TAYLORAD_UFUNC_LOOPS_H

#include <fenv.h>

#include "numpy/arrayobject.h"
#include "numpy/ufuncobject.h"

typedef void (*Inner)(char **, const npy_intp *, const npy_intp *, void *);

/* Whether a ufunc has a loop from doubles to this type: it is found in its table of types,
 * which has a row of characters for each loop. */
static inline int loop_to(PyObject *ufunc, int type, Inner *inner, void **data)
{
    const PyUFuncObject *u = (const PyUFuncObject *)ufunc;
    for (int i = 0; i < u->ntypes; i++) {
        const char *types = u->types + i * u->nargs;
        int j = 0;
        while (j < u->nin && types[j] == NPY_DOUBLE) j++;
        while (j >= u->nin && j < u->nargs && types[j] == type) j++;
        if (j < u->nargs || !u->functions[i]) continue;
        *inner = (Inner)u->functions[i];
        *data = u->data ? u->data[i] : NULL;
        return 1;
    }
    return 0;
}

/* Whether a ufunc has a loop over doubles. */
static inline int double_loop(PyObject *ufunc, Inner *inner, void **data)
{
    return loop_to(ufunc, NPY_DOUBLE, inner, data);
}

/* Run one over n points; whether it raised no floating-point flag, of which NumPy would warn. */
static inline int quiet_loop(Inner inner, void *data, char **at, npy_intp *n,
                             const npy_intp *steps)
{
    const int all = FE_DIVBYZERO | FE_OVERFLOW | FE_UNDERFLOW | FE_INVALID;
    if (fetestexcept(all)) feclearexcept(all);
    inner(at, n, steps, data);
    if (!fetestexcept(all)) return 1;
    feclearexcept(all);
    return 0;
}

static inline PyObject *new_float64(double x)
{
    PyObject *scalar = PyArrayScalar_New(Double);
    if (scalar) PyArrayScalar_ASSIGN(scalar, Double, x);
    return scalar;
}

#endif
