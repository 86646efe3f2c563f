"""`scipy.fft` for numbers and Variables: SciPy's own functions, which know us for a backend.

SciPy asks its backends before it looks at an array, so plain calls of `scipy.fft` give
derivatives as they are. This module is imported for that by the first number that is made
once `scipy.fft` is in use; importing it does the same. It registers one backend, which
leaves everything to SciPy that carries no derivatives.

Discrete cosine and sine transforms are linear: one call transforms all coefficients. Their
transposes are transforms again (Makhoul, IEEE Trans. ASSP 28 (1980) 27, lists the matrices):
types 1 and 4 are symmetric and types 2 and 3 each other's transpose, but for the weights of
the first and last entries.

Examples
--------
>>> import numpy as np, taylorad as ta
>>> from taylorad.scipy import fft
>>> ta.grad(lambda x: np.sum(fft.dct(x, norm="ortho") ** 2))(np.array([1.0, 2.0])).round(12)
array([2., 4.])
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import scipy.fft
from numpy import fft as numpy_fft
from numpy.lib.array_utils import normalize_axis_index

from taylorad import dispatch
from taylorad._numbers import Number, make
from taylorad._tape import record
from taylorad.dispatch import DerivativeError, carries
from taylorad.rules._rows import refuse_numbers
from taylorad.rules.operands import number
from taylorad.rules.recording import values_of
from taylorad.rules.sums import fitted
from taylorad.scipy._mirror import mirror
from taylorad.scipy._rules import Rules, any_carries

RULES = Rules(scipy.fft)
rule = RULES.rule


# Fourier transforms: NumPy has these --------------------------------------------------------


def _along_one(name: str) -> None:
    function = getattr(numpy_fft, name)

    def transform(x: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
        return function(number(x), n, axis, norm)

    transform.__name__ = name
    transform.__doc__ = f"`numpy.fft.{name}`."
    rule(transform)


def _along_several(name: str, axes: Any) -> None:
    function = getattr(numpy_fft, name)

    def transform(x: Any, s: Any = None, axes: Any = axes, norm: Any = None) -> Any:
        x = number(x)
        lengths, along = _lengths(x, s, axes)
        if not along:
            return +x
        if name.startswith("irfft") and (s is None or _unset(s[-1])):
            lengths[-1] = 2 * (x.shape[along[-1]] - 1)
        return function(x, lengths, along, norm)

    transform.__name__ = name
    transform.__doc__ = f"`numpy.fft.{name}`."
    rule(transform)


def _unset(length: Any) -> bool:
    return length is None or length == -1


def _lengths(x: Any, s: Any, axes: Any) -> tuple[list[int], list[int]]:
    """The lengths to transform and the axes, both in full."""
    if s is not None:
        s = [s] if np.ndim(s) == 0 else list(s)
    if axes is None:
        axes = range(-(x.ndim if s is None else len(s)), 0)
    elif np.ndim(axes) == 0:
        axes = [axes]
    axes = [normalize_axis_index(axis, x.ndim) for axis in axes]
    given = [None] * len(axes) if s is None else s
    lengths = [
        x.shape[axis] if _unset(n) else int(n) for axis, n in zip(axes, given, strict=True)
    ]
    return lengths, axes


for _name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
    _along_one(_name)
for _name in ("fft2", "ifft2", "rfft2", "irfft2"):
    _along_several(_name, (-2, -1))
for _name in ("fftn", "ifftn", "rfftn", "irfftn"):
    _along_several(_name, None)

OTHER_WAY = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}


@rule
def hfftn(x: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """The transform of a Hermitian signal: `irfftn` of its conjugate, scaled the other way."""
    return scipy.fft.irfftn(np.conjugate(number(x)), s, axes, OTHER_WAY[norm])


@rule
def ihfftn(x: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """The inverse of `hfftn`: the conjugate of `rfftn`, scaled the other way."""
    return np.conjugate(scipy.fft.rfftn(number(x), s, axes, OTHER_WAY[norm]))


@rule
def hfft2(x: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    """`hfftn` over two axes."""
    return scipy.fft.hfftn(x, s, axes, norm)


@rule
def ihfft2(x: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    """`ihfftn` over two axes."""
    return scipy.fft.ihfftn(x, s, axes, norm)


# Cosine and sine transforms ---------------------------------------------------------------


def _transformed(name: str, x: Any, lengths: Any, axes: Any, options: dict[str, Any]) -> Any:
    """A transform of what may carry derivatives, with lengths and axes in full."""
    if isinstance(x, Number):
        dispatch.mixes()
        shifted = [axis + 1 for axis in axes]
        return make(x.algebra, _transformed(name, x.parts, lengths, shifted, options))
    if not carries(x):
        return getattr(scipy.fft, name)(x, s=lengths, axes=axes, **options)
    (held,) = values_of((x,))
    y = _transformed(name, held, lengths, axes, options)
    return record(y, (x,), (partial(_pull, name, x.shape, lengths, axes, options),))


def _pull(name: str, shape: Any, lengths: Any, axes: Any, options: Any, g: Any) -> Any:
    for axis in reversed(axes):
        g = fitted(_transpose(name, g, axis, **options), shape[axis], axis)
    return g


def _ends(size: int, axis: int, ndim: int, factor: float, which: tuple[int, ...]) -> Any:
    """Weights along an axis: a factor for the first entry or the last one."""
    weights = np.ones(size)
    weights[list(which)] *= factor
    return weights.reshape(-1, *(1,) * (ndim - axis - 1))


def _transpose(
    name: str, g: Any, axis: int, type: int, norm: Any = None, orthogonalize: Any = None
) -> Any:
    """The transpose of a transform along one axis."""
    size, inverse, cosine = g.shape[axis], name.startswith("i"), "c" in name
    kind = {2: 3, 3: 2}.get(type, type) if inverse else type
    period = 2 * (size + {True: -1, False: 1}[cosine] * (kind == 1))
    scaled = (norm == "forward") != inverse if norm != "ortho" else False
    scale = 1 / period if scaled else 1 / np.sqrt(period) if norm == "ortho" else 1.0
    orthogonal = norm == "ortho" if orthogonalize is None else orthogonalize
    special = (0,) if cosine else (-1,)
    ends = (0, -1) if cosine else ()
    weights = partial(_ends, size, axis, g.ndim)
    transform = partial(_transformed, "dctn" if cosine else "dstn", lengths=[size], axes=[axis])
    half, root, plain = np.sqrt(0.5), np.sqrt(2.0), {"orthogonalize": False}
    if kind == 4:
        return transform(g, options={"type": 4, **plain}) * scale
    if kind == 1:
        before, after = weights(half, ends), weights(root, ends)
        g = g * before if orthogonal else g
        g = transform(g / weights(0.5, ends), options={"type": 1, **plain}) * weights(0.5, ends)
        return (g * after if orthogonal else g) * scale
    if kind == 2:
        g = g * weights(half, special) if orthogonal else g
        return transform(g * weights(2.0, special), options={"type": 3, **plain}) * scale
    g = transform(g, options={"type": 2, **plain}) * weights(0.5, special)
    return (g * weights(root, special) if orthogonal else g) * scale


def _real_transforms(name: str) -> None:
    def several(
        x: Any, type: int = 2, s: Any = None, axes: Any = None, norm: Any = None,
        *, orthogonalize: Any = None,
    ) -> Any:  # fmt: skip
        x = number(x)
        refuse_numbers(f"scipy.fft.{name}", (type, s, axes, norm))
        lengths, along = _lengths(x, s, axes)
        options = {"type": type, "norm": norm, "orthogonalize": orthogonalize}
        return _transformed(name, x, lengths, along, options) if along else +x

    def one(
        x: Any, type: int = 2, n: Any = None, axis: int = -1, norm: Any = None,
        *, orthogonalize: Any = None,
    ) -> Any:  # fmt: skip
        return several(x, type, None if n is None else [n], [axis], norm,
                       orthogonalize=orthogonalize)  # fmt: skip

    several.__name__, several.__doc__ = name, f"`scipy.fft.{name}`."
    one.__name__, one.__doc__ = name[:-1], f"`scipy.fft.{name[:-1]}`."
    rule(several)
    rule(one)


for _name in ("dctn", "idctn", "dstn", "idstn"):
    _real_transforms(_name)


# The fast Hankel transform ----------------------------------------------------------------


def _hankel(name: str) -> None:
    function = getattr(scipy.fft, name)

    def transform(a: Any, dln: Any, mu: Any, offset: Any = 0.0, bias: Any = 0.0) -> Any:
        """A linear map of the last axis, by its matrix."""
        refuse_numbers(f"scipy.fft.{name}", (dln, mu, offset, bias))
        a = number(a)
        return a @ function(np.eye(a.shape[-1]), dln, mu, offset, bias)

    # SciPy names the array of the inverse differently.
    def inverse(A: Any, dln: Any, mu: Any, offset: Any = 0.0, bias: Any = 0.0) -> Any:
        """A linear map of the last axis, by its matrix."""
        return transform(A, dln, mu, offset, bias)

    chosen = transform if name == "fht" else inverse
    chosen.__name__ = name
    rule(chosen)


_hankel("fht")
_hankel("ifht")


# The backend ------------------------------------------------------------------------------


class Backend:
    """What `scipy.fft` asks before it computes anything itself."""

    __ua_domain__ = "numpy.scipy.fft"

    @staticmethod
    def __ua_function__(method: Any, args: Any, kwargs: Any) -> Any:
        if args and type(args[0]) is np.ndarray and args[0].dtype != object:
            return NotImplemented  # at once, for what is not ours
        if not any_carries((args, kwargs)):
            return NotImplemented
        function = RULES.functions.get(method.__name__)
        if function is None:
            raise DerivativeError(
                f"scipy.fft.{method.__name__} has no derivative rule; pass ta.value(x) if the "
                "plain value is meant"
            )
        return function(*args, **kwargs)


scipy.fft.register_backend(Backend)

OWN = list(RULES.functions)

__all__, __getattr__, __dir__ = mirror(scipy.fft, OWN)
