"""What a notebook shows: formulas and tables."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

import taylorad as ta

FORMULAS = [
    (ta.Taylor([0.0, 1.0, 0.0, -0.5]), r"$t - 0.5 \, t^{3} + \mathcal{O}(t^{4})$"),
    (ta.Taylor([2.0]), r"$2 + \mathcal{O}(t)$"),
    (ta.Taylor([0.0, 0.0]), r"$0 + \mathcal{O}(t^{2})$"),
    (ta.Taylor([1.0, -1.0]), r"$1 - t + \mathcal{O}(t^{2})$"),
    (ta.Taylor([1e-9, 1.5e20]), r"$1 \cdot 10^{-9} + 1.5 \cdot 10^{20} \, t + \mathcal{O}(t^{2})$"),
    (ta.Taylor([np.nan, -np.inf]), r"$\mathrm{nan} - \infty \, t + \mathcal{O}(t^{2})$"),
    (ta.Taylor([1j, 2.0 - 1j]), r"$(0 + 1 i) + (2 - 1 i) \, t + \mathcal{O}(t^{2})$"),
    (
        ta.Taylor([Fraction(1, 2), Fraction(-2, 3), Fraction(3)]),
        r"$\tfrac{1}{2} - \tfrac{2}{3} \, t + 3 \, t^{2} + \mathcal{O}(t^{3})$",
    ),
    (ta.Taylor([mpmath.mpf("0.25"), mpmath.mpf(1)]), r"$0.25 + t + \mathcal{O}(t^{2})$"),
    (ta.Dual(3.0, -2.0), r"$3 - 2 \, \varepsilon$"),
    (
        ta.HyperDual(1.0, 2.0, 3.0, 4.0),
        r"$1 + 2 \, \varepsilon_1 + 3 \, \varepsilon_2 + 4 \, \varepsilon_1 \, \varepsilon_2$",
    ),
]


@pytest.mark.parametrize(("number", "formula"), FORMULAS, ids=lambda case: str(case)[:30])
def test_scalars_are_formulas(number, formula):
    assert number._repr_latex_() == formula
    assert number._repr_html_() is None


def test_arrays_of_one_axis_are_tables():
    table = ta.Dual([1.0, 2.0], [0.5, 0.0])._repr_html_()
    assert ta.Dual([1.0, 2.0], 0.0)._repr_latex_() is None
    assert table == (
        "<table><thead><tr><th></th><th>1</th><th>ε</th></tr></thead>"
        "<tbody><tr><th>0</th><td>1</td><td>0.5</td></tr>"
        "<tr><th>1</th><td>2</td><td>0</td></tr></tbody></table>"
    )
    exact = ta.Taylor([np.array([Fraction(1, 3), Fraction(2)]), 1, 0])._repr_html_()
    assert "<th>t</th><th>t<sup>2</sup></th>" in exact
    assert "<td>1/3</td>" in exact
    assert "<td>1+2j</td>" in ta.Dual(np.array([1 + 2j]), 0.0)._repr_html_()
    assert ta.Taylor.variable(np.zeros(25), 2)._repr_html_().endswith("<p>... 5 more</p>")
    assert "<tbody></tbody>" in ta.Dual(np.zeros(0), 0.0)._repr_html_()


def test_what_has_no_formula_is_left_to_repr():
    for number in (ta.Dual(np.ones((2, 2)), 0.0), ta.Variable(1.0), ta.Variable(np.ones(2))):
        assert number._repr_latex_() is None
        assert number._repr_html_() is None
    shown = []

    def nested(x):
        ta.derivative(lambda y: shown.append((x * y)._repr_latex_()) or x * y)(2.0)
        return x

    ta.derivative(nested)(1.0)
    assert shown == [None]
