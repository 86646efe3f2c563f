"""Selecting functions, quantiles, sets and creation in reverse mode."""

from __future__ import annotations

import pytest
import test_rules_quantiles
import test_rules_selecting
import test_rules_sets
from both_modes import (
    COMPOSITIONS,
    MIXED,
    agrees_with_forward,
    second_derivatives_agree,
    with_several_operands,
)

CALLS = {
    **test_rules_selecting.CALLS,
    **test_rules_quantiles.CALLS,
    **test_rules_sets.CALLS,
}
SEVERAL = with_several_operands(CALLS)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_agrees_with_forward(call):
    agrees_with_forward(*call)


@pytest.mark.parametrize("composition", COMPOSITIONS)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_second_derivatives(call, composition):
    second_derivatives_agree(composition, *call)


@pytest.mark.parametrize("composition", MIXED)
@pytest.mark.parametrize("call", SEVERAL.values(), ids=SEVERAL)
def test_mixed_derivatives(call, composition):
    second_derivatives_agree(composition, *call)
