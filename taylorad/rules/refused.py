"""Functions without derivatives, with a word on what to write instead.

A function in no table is refused by the dispatch; a row here gives a better message. When
a function gets its rule, its row goes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from taylorad import dispatch
from taylorad.dispatch import DerivativeError

__all__ = ["REFUSED", "Refused"]


@dataclass(frozen=True)
class Refused:
    """A function that is not computed, and why or what to do instead."""

    function: Callable[..., Any]
    advice: str
    elementwise: bool = False

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise DerivativeError(
            f"{self.function.__module__}.{self.function.__name__} has no derivative rule: "
            f"{self.advice}"
        )


FILE = (
    "the file would lose the derivatives; pickle the number, "
    "or save taylorad.value(x) if the value alone is wanted"
)
BITS = "bits have no derivatives; write taylorad.value(x) > 0 for a plain mask"
DATE = "dates have no derivatives; pass taylorad.value(x)"
FIELDS = "numbers have no structured dtypes; keep one number for each field"

REFUSED = (
    Refused(np.save,                     FILE),
    Refused(np.savetxt,                  FILE),
    Refused(np.savez,                    FILE),
    Refused(np.savez_compressed,         FILE),
    Refused(np.packbits,                 BITS),
    Refused(np.unpackbits,               BITS),
    Refused(np.busday_count,             DATE),
    Refused(np.busday_offset,            DATE),
    Refused(np.is_busday,                DATE),
    Refused(np.datetime_as_string,       DATE),
)  # fmt: skip

dispatch.register(REFUSED)
