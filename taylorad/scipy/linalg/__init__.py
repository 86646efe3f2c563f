"""`scipy.linalg` for numbers and Variables too.

SciPy turns matrices into plain arrays before anybody can see them, so these functions are
here once more: any order, both modes, stacks of matrices where SciPy takes them.
"""

from __future__ import annotations

import scipy.linalg

from taylorad.scipy._mirror import mirror
from taylorad.scipy.linalg._equations import (
    det,
    inv,
    lstsq,
    matmul_toeplitz,
    norm,
    pinv,
    solve,
    solve_banded,
    solve_circulant,
    solve_toeplitz,
    solve_triangular,
    solveh_banded,
)
from taylorad.scipy.linalg._factors import (
    cho_factor,
    cho_solve,
    cholesky,
    eig,
    eigh,
    eigvals,
    eigvalsh,
    lu,
    lu_factor,
    lu_solve,
    polar,
    qr,
    svd,
    svdvals,
)
from taylorad.scipy.linalg._functions import (
    coshm,
    cosm,
    expm,
    expm_frechet,
    fractional_matrix_power,
    logm,
    sinhm,
    sinm,
    sqrtm,
    tanhm,
    tanm,
)
from taylorad.scipy.linalg._module import RULES
from taylorad.scipy.linalg._structured import (
    block_diag,
    circulant,
    companion,
    hankel,
    khatri_rao,
    toeplitz,
)
from taylorad.scipy.linalg._sylvester import (
    solve_continuous_lyapunov,
    solve_discrete_lyapunov,
    solve_lyapunov,
    solve_sylvester,
)

OWN = RULES.names

__all__, __getattr__, __dir__ = mirror(scipy.linalg, OWN)
