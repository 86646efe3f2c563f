"""The decompositions of `numpy.linalg`: QR, eigenvalues and vectors, singular values.

What NumPy lets a caller choose is settled here, in NumPy functions; the factorisations
themselves, with their series and pulls, are in `_eigen` and `_orthogonal`.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy import linalg

from taylorad import dispatch
from taylorad._numbers import value
from taylorad._tape import enter_deferred
from taylorad.dispatch import DerivativeError
from taylorad.rules._eigen import EIG, EIGH, EIGVALS, EIGVALSH, unstacked
from taylorad.rules._matrices import adjoint, hermitian, matrix
from taylorad.rules._orthogonal import QR, SVD, SVDVALS, split_qr, split_svd
from taylorad.rules.composite import Composite
from taylorad.rules.operands import with_value

__all__ = ["DECOMPOSITIONS"]

# NumPy's named tuples.
_ONE = np.ones((1, 1))
EigResult: Any = type(linalg.eig(_ONE))
EighResult: Any = type(linalg.eigh(_ONE))
QRResult: Any = type(linalg.qr(_ONE))
SVDResult: Any = type(linalg.svd(_ONE))


def _square(a: Any, function: Any) -> Any:
    a = matrix(a, function)
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        function(value(a))  # NumPy's own error
    return a


# --- QR ----------------------------------------------------------------------------------


def qr(a: Any, mode: str = "reduced") -> Any:
    """A = Q R; of a wide matrix the first m columns decide, the others are turned along."""
    a = matrix(a, linalg.qr)
    if mode not in ("reduced", "complete", "r") or a.ndim < 2:
        if mode in ("raw", "full", "f", "economic", "e"):
            raise DerivativeError(
                f"numpy.linalg.qr with mode={mode!r} gives Householder vectors, which have no "
                "derivative rule; ask for mode='reduced' or 'r', or pass taylorad.value(x)"
            )
        linalg.qr(value(a), mode)  # NumPy's own error
    m, n = a.shape[-2:]
    if mode == "complete" and m > n:
        raise DerivativeError(
            "numpy.linalg.qr with mode='complete' completes Q of a tall matrix by columns that "
            "the matrix does not determine, so they have no derivatives; ask for mode='reduced'"
        )
    q, r = split_qr(QR.of(a[..., :m]))
    if m < n:
        r = np.concatenate([r, adjoint(q) @ a[..., m:]], axis=-1)
        plain = linalg.qr(value(a))
        q, r = with_value(+q, plain.Q), with_value(r, plain.R)
    return r if mode == "r" else QRResult(q, r)


# --- Eigenvalues -------------------------------------------------------------------------


def _triangle(asked: str) -> Literal["L", "U"]:
    asked = asked.upper()
    if asked == "L":
        return "L"
    if asked == "U":
        return "U"
    raise ValueError("UPLO argument must be 'L' or 'U'")


def eigh(a: Any, UPLO: Literal["L", "U"] = "L") -> Any:
    """Eigenvalues and vectors of the Hermitian matrix that one triangle determines."""
    a, triangle = _square(a, linalg.eigh), _triangle(UPLO)
    w, v = unstacked(EIGH[triangle].of(hermitian(a, triangle == "L")))
    return EighResult(+np.real(w), +v)


def eigvalsh(a: Any, UPLO: Literal["L", "U"] = "L") -> Any:
    """The eigenvalues of the Hermitian matrix that one triangle determines."""
    a, triangle = _square(a, linalg.eigvalsh), _triangle(UPLO)
    values = linalg.eigvalsh(value(a), triangle)
    return with_value(EIGVALSH.of(hermitian(a, triangle == "L")), values)


def eig(a: Any) -> Any:
    """Eigenvalues and vectors, which are of length 1 and have one component kept real."""
    a = _square(a, linalg.eig)
    w, v = unstacked(EIG.of(a))
    plain = value(v)
    length = np.sqrt(np.sum(np.real(np.conjugate(v) * v), axis=-2, keepdims=True))
    v = v / length
    if plain.dtype.kind == "c" and plain.size:
        # LAPACK turns a vector so that its largest component is real, exactly.
        candidates = np.where(plain.imag == 0, np.abs(plain), 0)
        chosen = np.argmax(candidates, axis=-2)[..., np.newaxis, :]
        kept = np.take_along_axis(v, chosen, axis=-2)
        v = v * (np.conjugate(kept) / np.abs(kept))
        start = np.take_along_axis(plain, chosen, axis=-2)
        v = v * (start / np.abs(start))
    return EigResult(+w, with_value(v, plain))


def eigvals(a: Any) -> Any:
    """The eigenvalues of a square matrix."""
    return EIGVALS.of(_square(a, linalg.eigvals))


# --- Singular values ---------------------------------------------------------------------


def svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """A = U S V^H; of a Hermitian matrix, from its eigenvalues."""
    a = matrix(a, linalg.svd)
    if a.ndim < 2:
        linalg.svd(value(a))  # NumPy's own error
    if hermitian:
        return _svd_of_hermitian(a, compute_uv)
    if not compute_uv:
        return SVDVALS.of(a)
    m, n = a.shape[-2:]
    if full_matrices and m != n:
        raise DerivativeError(
            "numpy.linalg.svd with full_matrices=True completes U or V of a matrix that is not "
            "square by vectors that the matrix does not determine, so they have no derivatives; "
            "give full_matrices=False"
        )
    u, s, v = split_svd(SVD.of(a), m)
    return SVDResult(+u, +np.real(s), +adjoint(v))


def _svd_of_hermitian(a: Any, compute_uv: bool) -> Any:
    """Singular values are the moduli of eigenvalues; a sign goes to V."""
    if not compute_uv:
        s = np.abs(eigvalsh(a))
        return np.take_along_axis(s, np.argsort(value(s), axis=-1)[..., ::-1], axis=-1)
    w, u = eigh(a)
    if np.any(value(w) == 0):
        raise DerivativeError(
            "numpy.linalg.svd with hermitian=True: an eigenvalue is zero, and so are then the "
            "vectors of V, whose derivatives are not; numpy.linalg.eigh has all derivatives"
        )
    order = np.argsort(np.abs(value(w)), axis=-1)[..., ::-1]
    signs = np.take_along_axis(np.sign(value(w)), order, axis=-1)[..., np.newaxis, :]
    u = np.take_along_axis(u, order[..., np.newaxis, :], axis=-1)
    s = np.take_along_axis(np.abs(w), order, axis=-1)
    return SVDResult(u, s, adjoint(u * signs))


def svdvals(x: Any, /) -> Any:
    """The singular values, largest first."""
    x = matrix(x, linalg.svdvals)
    if x.ndim < 2:
        linalg.svdvals(value(x))  # NumPy's own error
    return SVDVALS.of(x)


def _is_reduced(result: Any, a: Any, mode: str = "reduced") -> bool:
    return mode in ("reduced", "r")


def _is_determined(
    result: Any, a: Any, full_matrices: Any = True, compute_uv: Any = True, hermitian: Any = False
) -> bool:
    whole = compute_uv and full_matrices
    return not hermitian and not (whole and a.shape[-1] != a.shape[-2])


DECOMPOSITIONS = (
    #         function          expression
    Composite(linalg.qr,        qr),
    Composite(linalg.eigh,      eigh),
    Composite(linalg.eigvalsh,  eigvalsh),
    Composite(linalg.eig,       eig),
    Composite(linalg.eigvals,   eigvals),
    Composite(linalg.svd,       svd),
    Composite(linalg.svdvals,   svdvals),
)  # fmt: skip

dispatch.register(DECOMPOSITIONS)
enter_deferred(linalg.eigvalsh, linalg.eigvals, linalg.svdvals)
enter_deferred(linalg.eigh, linalg.eig, several=True)
enter_deferred(linalg.qr, several=True, fits=_is_reduced)
enter_deferred(linalg.svd, several=True, fits=_is_determined)
