"""Every function that NumPy lets us override is in a rule table or refused, and known to be.

The list is NumPy's own. A function that a new NumPy adds is in neither place: it is refused
at run time, and `test_every_function_is_accounted_for` fails until someone decides.
"""

from __future__ import annotations

import inspect
import sys
from collections import Counter

import numpy as np
import numpy.char
import numpy.polynomial.polynomial
import pytest
from numpy._core import overrides
from numpy.lib import recfunctions
from numpy.testing.overrides import get_overridable_numpy_array_functions

import taylorad as ta
from taylorad import dispatch
from taylorad._numbers import make
from taylorad._tape import Variable
from taylorad.algebra import taylor
from taylorad.rules import (
    composite,
    creation,
    decompositions,
    determinants,
    extremes,
    histograms,
    least_squares,
    norms,
    polynomials,
    quantiles,
    refused,
    selecting,
    sets,
    solving,
    statistics,
    value_only,
)
from taylorad.tape import GradientTape


def public(function):
    """The function under the name users call it by; NumPy lists private twins of some."""
    return getattr(sys.modules[function.__module__], function.__name__, function)


OVERRIDABLE = sorted(
    {public(function) for function in get_overridable_numpy_array_functions()},
    key=lambda function: (function.__module__, function.__name__),
)

RECORD = "of structured arrays, which numbers are not"
REFUSED = {
    np.save: "the file would lose the derivatives",
    np.savetxt: "the file would lose the derivatives",
    np.savez: "the file would lose the derivatives",
    np.savez_compressed: "the file would lose the derivatives",
    np.packbits: "of bits",
    np.unpackbits: "of bits",
    np.busday_count: "of dates",
    np.busday_offset: "of dates",
    np.is_busday: "of dates",
    np.datetime_as_string: "of dates",
    **{
        function: "of text"
        for function in OVERRIDABLE
        if function.__module__ in ("numpy.strings", "numpy.char")
    },
    **{  # NumPy knows of them once something has imported numpy.polynomial
        function: "of two variables; polyval of polyval says the same"
        for function in OVERRIDABLE
        if function.__name__ in ("polyval2d", "polygrid2d")
    },
    **{
        function: "of the package numpy.polynomial, most of which NumPy does not let us see"
        for function in OVERRIDABLE
        if function.__module__.startswith("numpy.polynomial")
    },
    **{
        function: RECORD for function in OVERRIDABLE if function.__module__ == recfunctions.__name__
    },
}


def name_of(function):
    return f"{function.__module__}.{function.__name__}"


@pytest.mark.parametrize("function", OVERRIDABLE, ids=name_of)
def test_every_function_is_accounted_for(function):
    row = dispatch.rule_of(function)
    known = row is not None and not isinstance(row, refused.Refused)
    if function in REFUSED:
        assert not known, f"{name_of(function)} has a rule now; take it off the list"
    else:
        assert known, f"{name_of(function)} has neither a rule nor a reason for having none"


@pytest.mark.parametrize("made", [make(taylor(2), np.ones((3, 2, 2))), Variable(np.ones((2, 2)))])
@pytest.mark.parametrize("function", REFUSED, ids=name_of)
def test_refusal_names_the_function(function, made):
    x = made
    arguments = [
        x
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    if function in (np.save, np.savez, np.savez_compressed, np.savetxt):
        arguments = ["nowhere", x]
    with GradientTape(), pytest.raises(ta.DerivativeError, match=function.__name__) as caught:
        function(*arguments)
    assert "taylorad.value" in str(caught.value) or "ta.value" in str(caught.value)


def test_no_function_has_two_rows():
    tables = (
        extremes.EXTREMES, selecting.SELECTING, quantiles.QUANTILES, sets.SETS,
        composite.COMPOSITES, statistics.STATISTICS, norms.NORMS, histograms.HISTOGRAMS,
        decompositions.DECOMPOSITIONS, polynomials.POLYNOMIALS,
        solving.COMPOSITES, determinants.DETERMINANTS, least_squares.LEAST_SQUARES,
        value_only.VALUE_ONLY, value_only.TEXT, creation.PROTOTYPE, creation.LIKE, refused.REFUSED,
    )  # fmt: skip
    rows = [row for table in tables for row in table]
    counts = Counter(row.function for row in rows)
    assert not [name_of(function) for function, count in counts.items() if count > 1]
    for row in rows:
        assert dispatch.rule_of(row.function) is row, f"another row took {row.function}"


EXPRESSIONS = [
    row
    for table in (
        selecting.SELECTING, sets.SETS, composite.COMPOSITES, statistics.STATISTICS, norms.NORMS,
        histograms.HISTOGRAMS, solving.COMPOSITES, determinants.DETERMINANTS,
        least_squares.LEAST_SQUARES, decompositions.DECOMPOSITIONS, polynomials.POLYNOMIALS,
    )
    for row in table
]  # fmt: skip


def parameters(function):
    try:
        return inspect.signature(function).parameters
    except ValueError:  # a function in C without a signature
        return {}


@pytest.mark.parametrize(
    "row",
    [row for row in EXPRESSIONS if parameters(row.function)],
    ids=lambda row: name_of(row.function),
)
def test_every_argument_is_known(row):
    """An expression takes NumPy's arguments, in NumPy's order, with NumPy's defaults."""
    if row.function in (np.std, np.nanstd):
        return  # they hand everything on to the variance
    mine, numpys = parameters(row.expression), parameters(row.function)
    assert [name for name in mine if name in numpys] == list(numpys)
    for name, parameter in numpys.items():
        theirs, ours = parameter.default, mine[name].default
        if row.function in (np.where, np.trim_zeros) or theirs is np._NoValue:
            continue
        assert theirs == ours or (theirs is None and ours is np._NoValue), name
        if parameter.kind is parameter.KEYWORD_ONLY:
            assert mine[name].kind is parameter.KEYWORD_ONLY


def newest():
    """What a NumPy to come might add: there can be no row for it, nor a plan."""

    def function(*operands):
        return [np.asarray(x) for x in operands]

    dispatcher = overrides._ArrayFunctionDispatcher(lambda *operands: operands, function)
    dispatcher.__module__, dispatcher.__name__ = "numpy", "newest"
    return dispatcher


@pytest.mark.parametrize(
    "x", [ta.Dual(1.0, 1.0), ta.Dual([1.0, 2.0], 1.0), ta.Variable([1.0, 2.0])], ids=repr
)
def test_a_function_without_a_row_is_refused(x):
    function = newest()
    assert dispatch.plan_of(function) is None
    for operands in [(x,), (1.0, x), (x, np.ones(2))]:
        for _ in range(2):  # a plan is kept, and it is to say the same
            with pytest.raises(ta.DerivativeError, match=r"numpy\.newest"):
                function(*operands)


def test_an_unknown_type_is_left_to_itself():
    class Other:
        def __array_function__(self, function, types, args, kwargs):
            return "mine"

    assert np.concatenate([ta.Dual([1.0], 1.0), Other()]) == "mine"
