"""Linear rules in reverse: every call of the forward tests, pulled back."""

from __future__ import annotations

import pytest
from reverse_calls import check_reverse
from test_rules_linear import CALLS


@pytest.mark.filterwarnings("ignore:.*broadcast:DeprecationWarning")
@pytest.mark.parametrize("call", CALLS)
def test_transposes(call: str) -> None:
    check_reverse(call)
