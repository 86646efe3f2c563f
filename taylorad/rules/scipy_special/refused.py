"""Ufuncs without derivatives of which there is more to say than that they have no rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from taylorad.dispatch import DerivativeError
from taylorad.rules.scipy_special._rows import Row, enter

__all__ = ["TABLE"]


@dataclass(frozen=True)
class Refused(Row):
    """A ufunc that is not computed, and why."""

    reason: str

    def __call__(self, *args: Any) -> NoReturn:
        raise DerivativeError(
            f"{self.shown} has no derivative rule: {self.reason}; pass taylorad.value(x) if its "
            "value alone is meant, or give it a derivative with taylorad.custom_derivative"
        )


SHAPE = "it is an inverse in a shape parameter, in which there is no derivative in closed form"
NONCENTRAL = "the density of the noncentral distribution has no closed form"

TABLE = (
    #        function      arguments        reason
    Refused("bdtrik",      "y n p",         SHAPE),
    Refused("bdtrin",      "k y p",         SHAPE),
    Refused("btdtria",     "p b x",         SHAPE),
    Refused("btdtrib",     "a p x",         SHAPE),
    Refused("chdtriv",     "p x",           SHAPE),
    Refused("chndtridf",   "x p nc",        SHAPE),
    Refused("chndtrinc",   "x df p",        SHAPE),
    Refused("fdtridfd",    "dfn p x",       SHAPE),
    Refused("gdtrib",      "a p x",         SHAPE),
    Refused("nbdtrik",     "y n p",         SHAPE),
    Refused("nbdtrin",     "k y p",         SHAPE),
    Refused("ncfdtridfd",  "dfn p nc f",    SHAPE),
    Refused("ncfdtridfn",  "p dfd nc f",    SHAPE),
    Refused("ncfdtrinc",   "dfn dfd p f",   SHAPE),
    Refused("nctdtridf",   "p nc t",        SHAPE),
    Refused("nctdtrinc",   "df p t",        SHAPE),
    Refused("pdtrik",      "p m",           SHAPE),
    Refused("stdtridf",    "p t",           SHAPE),
    Refused("ncfdtr",      "dfn dfd nc f",  NONCENTRAL),
    Refused("ncfdtri",     "dfn dfd nc p",  NONCENTRAL),
    Refused("nctdtr",      "df nc t",       NONCENTRAL),
    Refused("nctdtrit",    "df nc p",       NONCENTRAL),
)  # fmt: skip

enter(TABLE)
