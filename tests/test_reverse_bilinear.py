"""Bilinear rules in reverse: every call of the forward tests, pulled back."""

from __future__ import annotations

import pytest
from reverse_calls import check_reverse, check_second
from test_rules_bilinear import CALLS, LINEAR, TRIPLE


@pytest.mark.parametrize("call", CALLS + LINEAR + TRIPLE)
def test_transposes(call: str) -> None:
    check_reverse(call)


@pytest.mark.parametrize("call", CALLS + LINEAR + TRIPLE)
def test_second_derivatives(call: str) -> None:
    check_second(call)
