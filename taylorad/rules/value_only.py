"""Functions answered from the values: questions whose answer is no derivative's business.

Shapes, dtypes, indices, truth values and text. Their results are plain.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from taylorad import dispatch
from taylorad._tape import enter_answered
from taylorad.rules.operands import number, plain

__all__ = ["VALUE_ONLY", "ValueOnly"]


@dataclass(frozen=True)
class ValueOnly:
    """A function that is called on the values of its arguments."""

    function: Callable[..., Any]
    elementwise: bool = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*plain(args), **plain(kwargs))


VALUE_ONLY: tuple[ValueOnly, ...] = (
    # Shape, dtype and memory.
    ValueOnly(np.shape),
    ValueOnly(np.ndim),
    ValueOnly(np.size),
    ValueOnly(np.result_type),
    ValueOnly(np.can_cast),
    ValueOnly(np.common_type),
    ValueOnly(np.min_scalar_type),
    ValueOnly(np.shares_memory),
    ValueOnly(np.may_share_memory),
    # Which index.
    ValueOnly(np.argmax),
    ValueOnly(np.argmin),
    ValueOnly(np.nanargmax),
    ValueOnly(np.nanargmin),
    ValueOnly(np.argsort),
    ValueOnly(np.argpartition),
    ValueOnly(np.lexsort),
    ValueOnly(np.argwhere),
    ValueOnly(np.nonzero),
    ValueOnly(np.flatnonzero),
    ValueOnly(np.searchsorted),
    ValueOnly(np.digitize),
    ValueOnly(np.diag_indices_from),
    ValueOnly(np.tril_indices_from),
    ValueOnly(np.triu_indices_from),
    ValueOnly(np.ravel_multi_index),
    ValueOnly(np.unravel_index),
    ValueOnly(np.einsum_path),
    # How many.
    ValueOnly(np.count_nonzero),
    ValueOnly(np.linalg.matrix_rank),
    # Whether.
    ValueOnly(np.all),
    ValueOnly(np.any),
    ValueOnly(np.allclose),
    ValueOnly(np.array_equal),
    ValueOnly(np.array_equiv),
    ValueOnly(np.isin),
    ValueOnly(np.isclose,      elementwise=True),
    ValueOnly(np.iscomplex,    elementwise=True),
    ValueOnly(np.isreal,       elementwise=True),
    ValueOnly(np.iscomplexobj, elementwise=True),
    ValueOnly(np.isrealobj,    elementwise=True),
    ValueOnly(np.isneginf,     elementwise=True),
    ValueOnly(np.isposinf,     elementwise=True),
    # Text: `array2string` formats the value; the other two print the number.
    ValueOnly(np.array2string),
)  # fmt: skip

# Until NumPy 2.3.
if hasattr(np, "in1d"):
    VALUE_ONLY += (ValueOnly(np.in1d),)


@dataclass(frozen=True)
class Text:
    """A function that formats an array: here it formats the number, in `write`."""

    function: Callable[..., str]
    write: Callable[[Any], str]
    elementwise: bool = False

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        given = inspect.signature(self.function).bind(*args, **kwargs).arguments
        array, *options = given.items()
        names = {"max_line_width": "linewidth", "suppress_small": "suppress"}
        with np.printoptions(
            **{names.get(name, name): option for name, option in options if option is not None}
        ):
            return self.write(number(array[1]))


TEXT = (
    Text(np.array_repr, repr),
    Text(np.array_str,  str),
)  # fmt: skip

dispatch.register(VALUE_ONLY)
dispatch.register(TEXT)
# What a method of ndarray does as well.
_METHODS = {np.all, np.any, np.argmax, np.argmin, np.argsort, np.nonzero, np.searchsorted}
for _row in VALUE_ONLY:
    enter_answered(_row.function, _row.function.__name__ if _row.function in _METHODS else None)
