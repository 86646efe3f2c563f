"""What the pictures show: curves, breaks, view, labels; and what they refuse."""

import itertools
import math
import subprocess
import sys

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb

from taylorad.plotting import plot_derivatives, plot_taylor


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    pyplot.close("all")


def curves(axes):
    """The labelled curves as (x, y) by label."""
    handles, labels = axes.get_legend_handles_labels()
    return {
        label: (np.asarray(line.get_xdata()), np.asarray(line.get_ydata()))
        for label, line in zip(labels, handles, strict=True)
    }


def pieces(x, y):
    """The connected runs of a curve, as pairs of arrays."""
    known = np.isfinite(y)
    cuts = np.flatnonzero(np.diff(known)) + 1
    runs = zip(np.split(x, cuts), np.split(y, cuts), np.split(known, cuts), strict=True)
    return [(run, values) for run, values, finite in runs if finite.all()]


def test_derivatives_of_sine_squared():
    axes = plot_derivatives(lambda x: np.sin(x) ** 2, (-2 * np.pi, 2 * np.pi))
    drawn = curves(axes)
    closed = {
        "$f$": lambda x: np.sin(x) ** 2,
        "$f'$": lambda x: np.sin(2 * x),
        "$f''$": lambda x: 2 * np.cos(2 * x),
        "$f'''$": lambda x: -4 * np.sin(2 * x),
    }
    assert list(drawn) == list(closed)
    for label, (x, y) in drawn.items():
        assert (x[0], x[-1]) == (-2 * np.pi, 2 * np.pi)
        np.testing.assert_allclose(y, closed[label](x), atol=1e-14)
    assert axes.get_xlim() == (-2 * np.pi, 2 * np.pi)
    low, high = axes.get_ylim()
    assert -4.6 < low < -4 < 4 < high < 4.6
    assert axes.get_xlabel()
    assert axes.get_ylabel()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(closed)


def test_listed_orders_and_their_labels():
    drawn = curves(plot_derivatives(np.exp, (0, 1), [4, 0, 12]))
    assert list(drawn) == ["$f^{(4)}$", "$f$", "$f^{(12)}$"]
    for x, y in drawn.values():
        np.testing.assert_allclose(y, np.exp(x), rtol=1e-12)


def test_draws_in_the_given_axes():
    figure, (left, right) = pyplot.subplots(1, 2)
    assert plot_derivatives(np.sin, (0, 1), 1, ax=right) is right
    assert plot_taylor(np.sin, 0.5, 1, (0, 1), ax=left) is left
    assert pyplot.get_fignums() == [figure.number]


def test_a_new_figure_by_default():
    assert plot_derivatives(np.sin, (0, 1)).figure is not plot_derivatives(np.sin, (0, 1)).figure


def test_colours_differ_and_are_dark_enough():
    axes = plot_derivatives(np.sin, (0, 1), 5)
    lines, _ = axes.get_legend_handles_labels()
    colours = [to_rgb(line.get_color()) for line in lines]
    assert len(set(colours)) == len(colours)
    for red, green, blue in colours:
        assert 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.75


def test_more_curves_than_colours_differ_by_dashes():
    lines, _ = plot_derivatives(np.sin, (0, 1), 20).get_legend_handles_labels()
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 21


@pytest.mark.parametrize(
    ("f", "poles"),
    [
        (lambda x: 1 / x, [0.0]),
        (lambda x: 1 / (x - 0.123), [0.123]),
        (lambda x: 1 / (x * x), [0.0]),
        (np.tan, [-np.pi / 2, np.pi / 2]),
        (lambda x: x**-3.0, [0.0]),
    ],
)
def test_poles_are_not_joined(f, poles):
    axes = plot_derivatives(f, (-2, 2), 2)
    for x, y in curves(axes).values():
        for pole in poles:
            assert not any(run[0] < pole < run[-1] for run, _ in pieces(x, y))
    low, high = axes.get_ylim()
    assert 1 < high - low < 100  # neither the pole's height nor a sliver


@pytest.mark.parametrize(
    ("f", "order", "jumps"),
    [
        (np.floor, 0, [-1, 0, 1]),
        (np.sign, 0, [0]),
        (np.abs, 1, [0]),
        (lambda x: np.where(x < 0.3, x, x + 1e-2), 0, [0.3]),
    ],
)
def test_jumps_are_not_joined(f, order, jumps):
    axes = plot_derivatives(f, (-1.7, 1.9), [order])
    ((x, y),) = curves(axes).values()
    runs = pieces(x, y)
    assert len(runs) == len(jumps) + 1
    ends = [(before[-1], after[0]) for (before, _), (after, _) in itertools.pairwise(runs)]
    for jump, (left, right) in zip(jumps, ends, strict=True):
        assert left <= jump <= right or left == pytest.approx(jump, abs=1e-6)
        assert right - left < 1e-6
    low, high = axes.get_ylim()
    assert low < np.nanmin(y)
    assert np.nanmax(y) < high


@pytest.mark.parametrize("steepness", [10, 1000, 1e5])
def test_what_is_only_steep_stays_joined(steepness):
    drawn = curves(plot_derivatives(lambda x: np.tanh(steepness * x), (-1.1, 1), 0))
    x, y = drawn["$f$"]
    assert len(pieces(x, y)) == 1
    np.testing.assert_allclose(y, np.tanh(steepness * x), atol=1e-14)


def test_a_narrow_peak_is_found_and_shown():
    axes = plot_derivatives(lambda x: np.exp(-(x**2) * 1e4), (-1.003, 1), 0)
    _, y = curves(axes)["$f$"]
    assert y.max() > 0.99
    assert axes.get_ylim()[1] > 1


def test_the_edge_of_the_domain_is_reached():
    x, y = curves(plot_derivatives(np.sqrt, (-1, 4), 1))["$f$"]
    known = np.isfinite(y)
    assert abs(x[known][0]) < 1e-6
    assert y[known][0] < 1e-3
    low, high = plot_derivatives(np.sqrt, (-1, 4), 1).get_ylim()
    assert -1 < low < 0
    assert 2 < high < 4


@pytest.mark.parametrize(
    "f", [lambda x: 3.0, lambda x: 3.0 + 0 * x, lambda x: 3 * (np.sin(x) ** 2 + np.cos(x) ** 2)]
)
def test_constants(f):
    axes = plot_derivatives(f, (0, 1), 2)
    for label, (_, y) in curves(axes).items():
        np.testing.assert_allclose(y, 3.0 if label == "$f$" else 0.0, atol=1e-14)
    assert len(pieces(*curves(axes)["$f''$"])) == 1
    low, high = plot_taylor(f, 0.5, 2, (0, 1)).get_ylim()
    assert low < 3 < high
    assert high - low > 1


def test_nowhere_defined():
    axes = plot_derivatives(np.log, (-2, -1), 0)
    assert np.isfinite(axes.get_ylim()).all()


def test_a_function_that_branches_on_its_argument():
    def f(x):
        return x * x if x > 0.25 else -x

    x, y = curves(plot_derivatives(f, (-1, 1), 1))["$f'$"]
    known = np.isfinite(y)
    expected = np.where(x > 0.25, 2 * x, -1)[known]
    np.testing.assert_allclose(y[known], expected, atol=1e-12)
    assert len(pieces(x, y)) == 2


def test_errors_of_the_function_come_through():
    with pytest.raises(ZeroDivisionError):
        plot_derivatives(lambda x: 1 // 0, (0, 1))


def test_taylor_polynomials_of_sine():
    axes = plot_taylor(np.sin, 0.5, [1, 3], (-6, 6))
    drawn = curves(axes)
    assert list(drawn) == ["$f$", "$T_{1}$", "$T_{3}$"]
    x, y = drawn["$f$"]
    np.testing.assert_allclose(y, np.sin(x), atol=1e-14)
    x, y = drawn["$T_{3}$"]
    t = x - 0.5
    s, c = math.sin(0.5), math.cos(0.5)
    np.testing.assert_allclose(y, s + c * t - s * t**2 / 2 - c * t**3 / 6, atol=1e-12)
    assert np.abs(y).max() > 10  # the polynomial leaves the window, which stays with f
    low, high = axes.get_ylim()
    assert -2 < low < -1 < 1 < high < 2
    assert len(axes.get_lines()) == 3
    (mark,) = (dots for dots in axes.collections if isinstance(dots, PathCollection))
    np.testing.assert_allclose(mark.get_offsets(), [(0.5, s)])


def test_taylor_orders_as_an_int():
    drawn = curves(plot_taylor(np.exp, 0, 2, (-1, 1)))
    assert list(drawn) == ["$f$", "$T_{0}$", "$T_{1}$", "$T_{2}$"]


@pytest.mark.parametrize("center", [0.0, -1.0, math.nan, math.inf])
def test_taylor_needs_an_expansion(center):
    with pytest.raises(ValueError, match="center"):
        plot_taylor(np.log, center, 2, (-2, 2))


@pytest.mark.parametrize(
    "interval",
    [(1, 0), (1, 1), (0, math.nan), (-math.inf, 0), (0, math.inf), (0,), (0, 1, 2), 3, "ab", None],
)
def test_bad_intervals(interval):
    for draw in (
        lambda: plot_derivatives(np.sin, interval),
        lambda: plot_taylor(np.sin, 0, 2, interval),
    ):
        with pytest.raises(ValueError, match="interval"):
            draw()


@pytest.mark.parametrize(
    ("orders", "error"),
    [(-1, ValueError), ([], ValueError), ([1, -1], ValueError), (1.5, TypeError), ("a", TypeError)],
)
def test_bad_orders(orders, error):
    for draw in (
        lambda: plot_derivatives(np.sin, (0, 1), orders),
        lambda: plot_taylor(np.sin, 0, orders, (0, 1)),
    ):
        with pytest.raises(error, match="orders"):
            draw()


def test_matplotlib_is_imported_only_to_draw():
    code = (
        "import sys\n"
        "import taylorad.plotting\n"
        "assert 'matplotlib' not in sys.modules\n"
        "sys.modules['matplotlib'] = None\n"
        "try:\n"
        "    taylorad.plotting.plot_derivatives(abs, (0, 1))\n"
        "except ImportError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'taylorad[plot]'" in done.stdout
