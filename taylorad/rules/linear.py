"""Linear functions: apply them to every coefficient.

    f(sum of x_k t^k) = sum of f(x_k) t^k

Several arguments may be operands, as in ``np.insert(arr, 1, values)``; the function is
linear in all of them together, so a constant appears in row 0 and is zero in the others.

How the coefficients are reached is one more column of the table, for memory and speed:

``VIEW``
    NumPy answers with a view. It is taken of row 0 and repeated in every row, so that the
    result shares memory with the operand exactly where NumPy's would.
``ALL``, ``FLAT``, ``AXIS``
    The function works along ``axis``. It is called once on the whole buffer, with the axis
    shifted by one. ``axis=None`` means all axes, the flattened array, or an error.
``ROWS``
    One call a row. The others fall back to it for whatever is out of the ordinary: several
    operands, ``where=``, a view that NumPy had to copy.

Reverse mode reads the last column: how cotangents are pulled back, a function of
`taylorad.rules.transposes`. Where there is none the function only moves elements about,
and what went where is learned by moving labels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import fft
from numpy import linalg as la
from numpy.lib.stride_tricks import sliding_window_view

from taylorad import dispatch
from taylorad._tape import enter_alone, enter_deferred, enter_joined, enter_pieces
from taylorad.rules import sums, transposes
from taylorad.rules._linear import (
    ALL,
    AXIS,
    FLAT,
    ROWS,
    VIEW,
    Join,
    Linear,
    Ordered,
    Part,
    Pieces,
)
from taylorad.rules.sums import FOURIER

__all__ = ["ELEMENTWISE", "TABLE"]

TABLE = [
    Linear(function, tuple(operands.split()), how, back)
    for function, operands, how, back in (
        # function               operands                how    back
        (np.transpose,           "a",                    VIEW,  transposes.permute),
        (np.matrix_transpose,    "x",                    VIEW,  transposes.permute),
        (np.swapaxes,            "a",                    VIEW,  transposes.permute),
        (np.moveaxis,            "a",                    VIEW,  transposes.permute),
        (np.rollaxis,            "a",                    VIEW,  transposes.permute),
        (np.squeeze,             "a",                    VIEW,  transposes.reshape),
        (np.expand_dims,         "a",                    VIEW,  transposes.reshape),
        (np.broadcast_to,        "array",                VIEW,  transposes.same),
        (np.flip,                "m",                    VIEW,  transposes.again),
        (np.fliplr,              "m",                    VIEW,  transposes.again),
        (np.flipud,              "m",                    VIEW,  transposes.again),
        (np.rot90,               "m",                    VIEW,  transposes.rot90),
        (np.diag,                "v",                    VIEW,  transposes.diag),
        (np.diagonal,            "a",                    VIEW,  transposes.diagonal),
        (sliding_window_view,    "x",                    VIEW,  None),
        (la.diagonal,            "x",                    VIEW,  transposes.diagonals),
        (la.matrix_transpose,    "x",                    VIEW,  transposes.permute),
        (np.sum,                 "a initial",            ALL,   sums.sum),
        (np.mean,                "a",                    ALL,   sums.mean),
        (np.cumsum,              "a",                    FLAT,  sums.cumsum),
        (np.take,                "a",                    FLAT,  transposes.take),
        (np.repeat,              "a",                    FLAT,  transposes.repeat),
        (np.delete,              "arr",                  FLAT,  None),
        (np.compress,            "a",                    FLAT,  None),
        (np.diff,                "a prepend append",     AXIS,  sums.diff),
        (fft.fft,                "a",                    AXIS,  FOURIER["fft"]),
        (fft.ifft,               "a",                    AXIS,  FOURIER["ifft"]),
        (fft.rfft,               "a",                    AXIS,  FOURIER["rfft"]),
        (fft.irfft,              "a",                    AXIS,  FOURIER["irfft"]),
        (fft.hfft,               "a",                    AXIS,  FOURIER["hfft"]),
        (fft.ihfft,              "a",                    AXIS,  FOURIER["ihfft"]),
        (fft.fft2,               "a",                    ROWS,  FOURIER["fft2"]),
        (fft.ifft2,              "a",                    ROWS,  FOURIER["ifft2"]),
        (fft.rfft2,              "a",                    ROWS,  FOURIER["rfft2"]),
        (fft.irfft2,             "a",                    ROWS,  FOURIER["irfft2"]),
        (fft.fftn,               "a",                    ROWS,  FOURIER["fftn"]),
        (fft.ifftn,              "a",                    ROWS,  FOURIER["ifftn"]),
        (fft.rfftn,              "a",                    ROWS,  FOURIER["rfftn"]),
        (fft.irfftn,             "a",                    ROWS,  FOURIER["irfftn"]),
        (fft.fftshift,           "x",                    ROWS,  transposes.fftshift),
        (fft.ifftshift,          "x",                    ROWS,  transposes.ifftshift),
        (np.trace,               "a",                    ROWS,  transposes.trace),
        (la.trace,               "x",                    ROWS,  transposes.traces),
        (np.ediff1d,             "ary to_end to_begin",  ROWS,  sums.ediff1d),
        (np.roll,                "a",                    ROWS,  transposes.roll),
        (np.tile,                "A",                    ROWS,  None),
        (np.resize,              "a",                    ROWS,  None),
        (np.take_along_axis,     "arr",                  ROWS,  None),
        (np.extract,             "arr",                  ROWS,  None),
        (np.diagflat,            "v",                    ROWS,  None),
        (np.tril,                "m",                    ROWS,  transposes.again),
        (np.triu,                "m",                    ROWS,  transposes.again),
        (np.append,              "arr values",           ROWS,  transposes.append),
        (np.insert,              "arr values",           ROWS,  None),
        (np.vstack,              "tup",                  ROWS,  transposes.vstack),
        (np.hstack,              "tup",                  ROWS,  transposes.hstack),
        (np.dstack,              "tup",                  ROWS,  transposes.dstack),
        (np.column_stack,        "tup",                  ROWS,  transposes.column_stack),
        (np.block,               "arrays",               ROWS,  None),
        (np.bincount,            "weights",              ROWS,  sums.bincount),
        (np.polyder,             "p",                    ROWS,  sums.polyder),
        (np.polyint,             "p k",                  ROWS,  sums.polyint),
        (np.polyadd,             "a1 a2",                ROWS,  sums.polyadd),
        (np.polysub,             "a1 a2",                ROWS,  sums.polysub),
    )
]  # fmt: skip

TABLE += [
    Ordered(np.reshape, ("a",), VIEW, transposes.reshape),
    Ordered(np.ravel, ("a",), VIEW, transposes.reshape),
    Join(np.concatenate, ("arrays",), back=transposes.concatenate),
    Join(np.stack, ("arrays",), back=transposes.stack, new_axis=True),
    #      function         operand    how           axis
    Pieces(np.split,        ("ary",),  VIEW),
    Pieces(np.array_split,  ("ary",),  VIEW),
    Pieces(np.hsplit,       ("ary",),  VIEW,  along=(0, 1)),
    Pieces(np.vsplit,       ("ary",),  VIEW,  along=(0,)),
    Pieces(np.dsplit,       ("ary",),  VIEW,  along=(2,)),
]  # fmt: skip

# Not in every NumPy since 2.0.
if hasattr(np, "unstack"):
    TABLE += [
        Pieces(np.unstack,         ("x",),  VIEW),
        Linear(np.cumulative_sum,  ("x",),  ROWS,  sums.cumulative_sum),
    ]  # fmt: skip

ELEMENTWISE = [
    Part(np.real,      ("val",),  VIEW,  transposes.same,    elementwise=True),
    Part(np.imag,      ("val",),  VIEW,  transposes.imag,    elementwise=True),
    Linear(np.astype,  ("x",),    VIEW,  transposes.astype,  elementwise=True),
    Linear(np.copy,    ("a",),    ROWS,  transposes.same,    elementwise=True),
]  # fmt: skip

dispatch.register([*TABLE, *ELEMENTWISE])



def _compressed(condition: Any, a: Any, axis: Any = None) -> Any:
    """`np.compress`, without NumPy's way from there to the method."""
    if isinstance(a, np.ndarray):
        return a.compress(condition, axis)
    return np.compress(condition, a, axis)


# What a method of ndarray does as well, without NumPy's way from one to the other.
_METHODS = (
    "sum mean cumsum reshape ravel transpose swapaxes squeeze diagonal take repeat trace".split()
)

for _row in (*TABLE, *ELEMENTWISE):
    if isinstance(_row, Join):
        enter_joined(_row.function, _row.pulls_along, _row.new_axis)
    elif isinstance(_row, Pieces):
        enter_pieces(_row)
    else:
        _same = getattr(np, _row.function.__name__, None) is _row.function
        enter_alone(_row, _row.function.__name__ if _same and (
            _row.function.__name__ in _METHODS) else None, follows=_row.function is np.imag)
for _row in TABLE:
    if _row.function in (
        np.vstack, np.hstack, np.dstack, np.column_stack, np.append, np.insert, np.block,
        np.polyadd, np.polysub,
    ) or (not _row.leads and len(_row.operands) == 1):  # fmt: skip
        enter_deferred(
            _row.function, make=_row.pulls_again,
            plain=_compressed if _row.function is np.compress else None,
            names={"x": None, "weights": None} if _row.function is np.bincount else None,
        )  # fmt: skip
