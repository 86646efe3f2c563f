"""Linear rules in reverse: every call of the forward tests, pulled back."""

from __future__ import annotations

import pytest
from reverse_calls import check_reverse, check_second
from test_rules_linear import CALLS, SELECTING


@pytest.mark.filterwarnings("ignore:.*broadcast:DeprecationWarning")
@pytest.mark.parametrize("call", CALLS)
def test_transposes(call: str) -> None:
    check_reverse(call)


@pytest.mark.filterwarnings("ignore:.*broadcast:DeprecationWarning")
@pytest.mark.parametrize("call", SELECTING)
def test_transposes_where_the_values_decide(call: str) -> None:
    check_reverse(call)


@pytest.mark.filterwarnings("ignore:.*broadcast:DeprecationWarning")
@pytest.mark.parametrize("call", [call for call in CALLS if "float32" not in call])
def test_second_derivatives(call: str) -> None:
    check_second(call)
