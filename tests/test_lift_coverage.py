"""What `coverage` reports, and where."""

import math

import numpy as np
import pytest

import taylorad as ta


def helper(y):
    out = np.zeros(3)
    out[1] = y
    out[2] += y  # twice on purpose
    return out


def refused(x, n, data):
    a = math.sin(x)
    b = float(x) * n
    c = "%.3f" % x  # noqa: UP031
    d = np.vectorize(math.tan)(np.array([x, x]))
    e = [math.exp(t) for t in data["rows"][0]]
    f = sum(map(math.cos, [x, x]))
    return a + b + len(c) + d.sum() + e[0] + f + helper(x).sum()


FIRST = refused.__code__.co_firstlineno


def lines(report):
    return [(r.line - FIRST, r.function) for r in report]


def test_refusals_have_their_place():
    report = ta.coverage(refused, 0.5, 2, {"rows": [np.array([1.0, 2.0])]})
    start = helper.__code__.co_firstlineno - FIRST
    assert lines(report) == [
        (1, "math.sin"),
        (2, "float"),
        (3, "the operator %"),
        (4, "tan"),
        (5, "math.exp"),
        (6, "math.cos"),
        (start + 2, "assignment to an item"),
        (start + 3, "assignment to an item"),
    ]
    assert all(r.file == __file__ and r.reason for r in report)
    assert {r.inside for r in report} >= {"refused", "helper"}


def test_what_is_left_when_lifted():
    report = ta.coverage(ta.lift(refused), 0.5, 2, {"rows": [np.array([1.0, 2.0])]})
    assert lines(report) == [(3, "the operator %")]


def test_the_report():
    report = ta.coverage(lambda x: math.sin(x) + math.sin(2 * x), 1.0)
    assert len(report) == 1  # the same function, on the same line
    assert report[:1] == (report[0],)
    text = repr(report)
    assert "1 operation would be refused" in text
    assert f"{__file__}:{report[0].line}" in text and "math.sin" in text
    assert str(report[0]).startswith(f"{__file__}:{report[0].line}, in <lambda>: math.sin: ")
    assert repr(ta.coverage(np.sin, 1.0)) == "sin: nothing is refused"
    assert repr(ta.coverage(helper_that_is_fine, 1)) == "helper_that_is_fine: nothing is refused"


def helper_that_is_fine(x):
    return np.exp(x) * x


def test_functions_without_a_rule():
    special = pytest.importorskip("scipy.special")
    report = ta.coverage(lambda x: special.pdtrik(x, 2.0), 1.0)
    assert [r.function for r in report] == ["pdtrik"]


def test_errors_of_the_function_are_its_own():
    def f(x):
        raise KeyError(x)

    with pytest.raises(KeyError):
        ta.coverage(f, 1.0)
    with pytest.raises(ZeroDivisionError):
        ta.coverage(lambda x: 1 // 0 + math.sin(x), 1.0)


def test_methods_classes_and_callbacks():
    class Model:
        def __init__(self, a):
            self.a = math.sqrt(a)

        @property
        def square(self):
            return math.pow(self.a, 2)

        def run(self, x):
            return sorted([x, self.square], key=lambda t: math.fabs(t))

    assert [r.inside for r in ta.coverage(Model, 2.0)] == ["__init__"]
    report = ta.coverage(lambda x: Model(x).run(x), 2.0)
    assert {r.inside for r in report} >= {"__init__"}
    assert "<lambda>" in {r.inside for r in ta.coverage(Model(2.0).run, 2.0)}


def test_what_is_given():
    with pytest.raises(TypeError, match="coverage takes a function"):
        ta.coverage(1.0, 2.0)
    with pytest.raises(TypeError, match="needs arguments"):
        ta.coverage(helper, "text")


def test_nothing_changes_outside():
    ta.coverage(refused, 0.5, 2, {"rows": [np.array([1.0, 2.0])]})
    with pytest.raises(TypeError, match="would drop its derivatives"):
        helper(ta.Dual(1.0, 1.0))
