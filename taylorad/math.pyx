"""The names of the standard `math` module, for floats and for numbers that carry derivatives.

On floats every function is the standard one, errors included. On a 0-d number of ours it
carries the derivatives along, at the speed of C; arrays go to the NumPy function.

Examples
--------
>>> from taylorad import Dual, math
>>> math.sqrt(16.0)
4.0
>>> math.sqrt(Dual(16.0, 1.0))
Dual(4.0, 0.125)
"""

import math as _math
from math import (  # noqa: F401
    comb, e, factorial, gcd, inf, isqrt, lcm, nan, perm, pi, tau, ulp,
)

import numpy as np

cimport cython

from taylorad._numbers cimport Number, function_index, math_function

from taylorad._numbers import repack, value
from taylorad.dispatch import carries, on_function

cdef int EXP = function_index("exp"), EXP2 = function_index("exp2")
cdef int EXPM1 = function_index("expm1"), LOG = function_index("log")
cdef int LOG2 = function_index("log2"), LOG10 = function_index("log10")
cdef int LOG1P = function_index("log1p"), SQRT = function_index("sqrt")
cdef int CBRT = function_index("cbrt"), SIN = function_index("sin")
cdef int COS = function_index("cos"), TAN = function_index("tan")
cdef int ASIN = function_index("arcsin"), ACOS = function_index("arccos")
cdef int ATAN = function_index("arctan"), SINH = function_index("sinh")
cdef int COSH = function_index("cosh"), TANH = function_index("tanh")
cdef int ASINH = function_index("arcsinh"), ACOSH = function_index("arccosh")
cdef int ATANH = function_index("arctanh")


def exp(x, /):
    """e to the power of x."""
    return math_function(EXP, x)


def exp2(x, /):
    """2 to the power of x."""
    return math_function(EXP2, x)


def expm1(x, /):
    """exp(x) - 1, accurate near 0."""
    return math_function(EXPM1, x)


def log2(x, /):
    """The logarithm to base 2."""
    return math_function(LOG2, x)


def log10(x, /):
    """The logarithm to base 10."""
    return math_function(LOG10, x)


def log1p(x, /):
    """log(1 + x), accurate near 0."""
    return math_function(LOG1P, x)


def sqrt(x, /):
    """The square root."""
    return math_function(SQRT, x)


def cbrt(x, /):
    """The cube root."""
    return math_function(CBRT, x)


def sin(x, /):
    """The sine, of an angle in radians."""
    return math_function(SIN, x)


def cos(x, /):
    """The cosine, of an angle in radians."""
    return math_function(COS, x)


def tan(x, /):
    """The tangent, of an angle in radians."""
    return math_function(TAN, x)


def asin(x, /):
    """The inverse sine, in radians."""
    return math_function(ASIN, x)


def acos(x, /):
    """The inverse cosine, in radians."""
    return math_function(ACOS, x)


def atan(x, /):
    """The inverse tangent, in radians."""
    return math_function(ATAN, x)


def sinh(x, /):
    """The hyperbolic sine."""
    return math_function(SINH, x)


def cosh(x, /):
    """The hyperbolic cosine."""
    return math_function(COSH, x)


def tanh(x, /):
    """The hyperbolic tangent."""
    return math_function(TANH, x)


def asinh(x, /):
    """The inverse hyperbolic sine."""
    return math_function(ASINH, x)


def acosh(x, /):
    """The inverse hyperbolic cosine."""
    return math_function(ACOSH, x)


def atanh(x, /):
    """The inverse hyperbolic tangent."""
    return math_function(ATANH, x)


def log(x, base=None):
    """The natural logarithm, or the one to a base."""
    if base is None:
        return math_function(LOG, x)
    return math_function(LOG, x) / math_function(LOG, base)


cdef bint lifted(object x):
    """Whether NumPy's function is to be called: for arrays and for what carries derivatives."""
    return isinstance(x, (Number, np.ndarray, list)) or (
        not isinstance(x, (float, int)) and hasattr(x, "__array_ufunc__")
    )


def _either(name, standard, function):
    """A function of numbers from the standard one and the one for everything else."""
    @cython.binding(True)
    def both(*args):
        for x in args:
            if lifted(x):
                return function(*args)
        return standard(*args)

    both.__name__ = both.__qualname__ = name
    both.__doc__ = standard.__doc__
    return both


def fsum(items):
    """The sum; exactly rounded where all items are plain, else by ordinary addition."""
    items = list(items)
    if not any(map(lifted, items)):
        return _math.fsum(items)
    total = 0.0
    for item in items:
        total = total + item
    return total


def prod(items, *, start=1):
    """The product."""
    items = list(items)
    if not any(map(lifted, items)):
        return _math.prod(items, start=start)
    total = start
    for item in items:
        total = total * item
    return total


def hypot(*coordinates):
    """The Euclidean norm."""
    if not any(map(lifted, coordinates)):
        return _math.hypot(*coordinates)
    total = coordinates[0]
    if len(coordinates) == 1:
        return abs(total)
    for item in coordinates[1:]:
        total = np.hypot(total, item)
    return total


def dist(p, q):
    """The Euclidean distance of two points."""
    p, q = list(p), list(q)
    if len(p) != len(q):
        raise ValueError("both points must have the same number of dimensions")
    if not any(map(lifted, p + q)):
        return _math.dist(p, q)
    return hypot(*[a - b for a, b in zip(p, q)])


def isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0):
    """Whether two values are close."""
    return _math.isclose(value(a), value(b), rel_tol=rel_tol, abs_tol=abs_tol)


if hasattr(_math, "sumprod"):
    def sumprod(p, q):
        """The sum of the products of two sequences."""
        p, q = list(p), list(q)
        if not any(map(lifted, p + q)):
            return _math.sumprod(p, q)
        if len(p) != len(q):
            raise ValueError("Inputs are not the same length")
        return fsum([a * b for a, b in zip(p, q)])

if hasattr(_math, "fma"):
    def fma(x, y, z):
        """x y + z."""
        if lifted(x) or lifted(y) or lifted(z):
            return x * y + z
        return _math.fma(x, y, z)


def _row(standard):
    """The rule for one of the standard module's functions that NumPy does not have."""
    def function(x):
        x = repack(x)
        if carries(x):
            return on_function(standard, (type(x),), (x,), {}, x)
        return np.vectorize(standard, otypes=[float])(x)[()]

    return function


erf = _either("erf", _math.erf, _row(_math.erf))
erfc = _either("erfc", _math.erfc, _row(_math.erfc))
gamma = _either("gamma", _math.gamma, _row(_math.gamma))
lgamma = _either("lgamma", _math.lgamma, _row(_math.lgamma))
pow = _either("pow", _math.pow, np.power)
atan2 = _either("atan2", _math.atan2, np.arctan2)
fabs = _either("fabs", _math.fabs, np.fabs)
copysign = _either("copysign", _math.copysign, np.copysign)
fmod = _either("fmod", _math.fmod, np.fmod)
remainder = _either("remainder", _math.remainder, lambda x, y: x - y * np.rint(value(x / y)))
modf = _either("modf", _math.modf, np.modf)
frexp = _either("frexp", _math.frexp, np.frexp)
ldexp = _either("ldexp", _math.ldexp, np.ldexp)
nextafter = _either("nextafter", _math.nextafter, np.nextafter)
degrees = _either("degrees", _math.degrees, np.degrees)
radians = _either("radians", _math.radians, np.radians)
floor = _either("floor", _math.floor, np.floor)
ceil = _either("ceil", _math.ceil, np.ceil)
trunc = _either("trunc", _math.trunc, np.trunc)
isfinite = _either("isfinite", _math.isfinite, np.isfinite)
isinf = _either("isinf", _math.isinf, np.isinf)
isnan = _either("isnan", _math.isnan, np.isnan)
