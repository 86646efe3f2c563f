"""First derivatives of functions of one operand, by SciPy's own ufuncs: for a few points.

The rules know every degree; what they do for that costs more than the first degree of ten
points by far. Each formula is for an open interval where it is as accurate as the rule.
Elsewhere, and where anything is not finite, the rule has its turn. The formulas are those of
DLMF 5.2, 5.15, 7.2, 7.10, 8.8, 10.6, 10.29 and 19.4.
"""

from __future__ import annotations

import math

import numpy as np

from taylorad import _numbers
from taylorad.rules.scipy_special._rows import ufunc

__all__: list[str] = []

INF = math.inf
PER_ROOT = 2.0 / math.sqrt(math.pi)
ROOT = math.sqrt(2.0 * math.pi)

_psi, _zeta, _expit, _jv, _kv = map(ufunc, ("psi", "_zeta", "expit", "jv", "kv"))
_j0, _j1, _y0, _y1, _k0 = map(ufunc, ("j0", "j1", "y0", "y1", "k0"))
_i0, _i1, _k1, _yv, _iv = map(ufunc, ("i0", "i1", "k1", "yv", "iv"))
_ellipe, _ellipk = map(ufunc, ("ellipe", "ellipk"))

ROWS = (
    # function      low    high   derivative at x, where the value is y
    ("gamma",       1e-3,  1.4,   lambda x, y: y * _psi(x)),
    ("gamma",       1.5,   171.0, lambda x, y: y * _psi(x)),
    ("gammaln",     1e-3,  1.4,   lambda x, y: _psi(x)),
    ("gammaln",     1.5,   1e6,   lambda x, y: _psi(x)),
    ("loggamma",    1e-3,  1.4,   lambda x, y: _psi(x)),
    ("loggamma",    1.5,   1e6,   lambda x, y: _psi(x)),
    ("psi",         1e-3,  1e6,   lambda x, y: _zeta(2.0, x)),
    ("j0",          0.0,   3.5,   lambda x, y: -_j1(x)),
    ("j1",          0.0,   1.5,   lambda x, y: 0.5 * (_j0(x) - _jv(2.0, x))),
    ("y0",          1e-3,  2.0,   lambda x, y: -_y1(x)),
    ("i0",          -700., 700.,  lambda x, y: _i1(x)),
    ("i1",          -700., 700.,  lambda x, y: 0.5 * (_i0(x) + _iv(2.0, x))),
    ("k0",          1e-3,  700.,  lambda x, y: -_k1(x)),
    ("k1",          1e-3,  700.,  lambda x, y: -_k0(x) - y / x),
    ("erf",         -20.,  20.,   lambda x, y: PER_ROOT * np.exp(-x * x)),
    ("erfc",        -20.,  20.,   lambda x, y: -PER_ROOT * np.exp(-x * x)),
    ("erfi",        -20.,  20.,   lambda x, y: PER_ROOT * np.exp(x * x)),
    ("erfcx",       -20.,  0.5,   lambda x, y: 2.0 * x * y - PER_ROOT),
    ("erfinv",      -1.0,  1.0,   lambda x, y: np.exp(y * y) / PER_ROOT),
    ("erfcinv",     1e-3,  1.999, lambda x, y: -np.exp(y * y) / PER_ROOT),
    ("dawsn",       -0.5,  0.5,   lambda x, y: 1.0 - 2.0 * x * y),
    ("ndtr",        -20.,  20.,   lambda x, y: np.exp(-0.5 * x * x) / ROOT),
    ("log_ndtr",    -5.0,  5.0,   lambda x, y: np.exp(-0.5 * x * x - y) / ROOT),
    ("ndtri",       1e-3,  0.999, lambda x, y: ROOT * np.exp(0.5 * y * y)),
    ("expit",       -700., 700.,  lambda x, y: y * _expit(-x)),
    ("log_expit",   -700., 700.,  lambda x, y: _expit(-x)),
    ("logit",       1e-9,  1.0,   lambda x, y: 1.0 / (x * (1.0 - x))),
    ("entr",        1e-9,  0.35,  lambda x, y: -np.log(x) - 1.0),
    ("entr",        0.4,   1e9,   lambda x, y: -np.log(x) - 1.0),
    ("ellipk",      0.3,   0.999, lambda x, y: (_ellipe(x) / (1.0 - x) - y) / (2.0 * x)),
    ("ellipe",      0.3,   0.999, lambda x, y: (y - _ellipk(x)) / (2.0 * x)),
    ("spence",      1e-3,  0.8,   lambda x, y: np.log(x) / (1.0 - x)),
    ("spence",      1.2,   1e9,   lambda x, y: np.log(x) / (1.0 - x)),
    ("exp1",        1e-3,  700.,  lambda x, y: -np.exp(-x) / x),
    ("expi",        1e-3,  700.,  lambda x, y: np.exp(x) / x),
    ("exp2",        -1e3,  1e3,   lambda x, y: math.log(2.0) * y),
    ("exp10",       -300., 300.,  lambda x, y: math.log(10.0) * y),
    ("expm1",       -700., 700.,  lambda x, y: np.exp(x)),
    ("log1p",       -0.99, 1e9,   lambda x, y: 1.0 / (1.0 + x)),
    ("cbrt",        1e-99, 1e99,  lambda x, y: y / (3.0 * x)),
)  # fmt: skip

for _name, _low, _high, _slope in ROWS:
    _numbers.register_first(ufunc(_name), _low, _high, _slope)
