"""Pictures of derivatives and of Taylor polynomials, with matplotlib.

The curves are sampled evenly and then halved where a straight line would mislead: the order
above the ones drawn gives every curve's slope, so a stretch whose rise disagrees with the
slopes at its ends is rough. Halving resolves what is only steep; what stays rough down to
the smallest step is a jump or a pole, and there the curve is broken.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from taylorad.transforms import derivatives, taylor

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_derivatives", "plot_taylor"]

MISSING = "drawing needs matplotlib; install it with: pip install 'taylorad[plot]'"

Floats = npt.NDArray[np.float64]

POINTS = 501  # of the first, even sampling
HALVINGS = 16  # the smallest step is then a thirty-millionth of the interval
ADDED_LIMIT = 1000  # points added in one halving, so that noise ends
TOLERANCE = 2e-3  # of the typical height: about a pixel

# Okabe and Ito's palette, to be told apart by colour-blind readers, without its yellow, too
# pale for a line on white, and its black, which marks the center.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
DASHES = ("-", "--", "-.", ":")


def plot_derivatives(
    f: Callable[[Any], Any],
    interval: tuple[float, float],
    orders: int | Sequence[int] = 3,
    ax: Axes | None = None,
) -> Axes:
    """Draw a function and its derivatives over an interval.

    Parameters
    ----------
    f : callable
        A function of one variable, made of NumPy code.
    interval : (float, float)
        The ends, in ascending order.
    orders : int or sequence of int, default 3
        Which derivatives: 0 to `orders`, or the ones listed; 0 is `f` itself.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in. Curves are broken at jumps and poles; beside a pole the view is
        limited to what the lowest unbounded derivative does elsewhere.

    Raises
    ------
    ValueError
        If the interval is empty, reversed or not finite, or an order is negative.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> axes = ta.plot_derivatives(np.tanh, (-3.0, 3.0), orders=3)
    >>> len(axes.get_legend().get_texts())
    4
    """
    lower, upper = _checked_interval(interval)
    chosen = _checked_orders(orders)
    curves = _sample(f, lower, upper, chosen)
    axes = _axes(ax)
    for position, order in enumerate(chosen):
        x, y = curves.line(position)
        axes.plot(x, y, label=derivative_label(order), **_style(position))
    _frame(axes, (lower, upper), curves.view(), "derivatives of $f$")
    return axes


def plot_taylor(
    f: Callable[[Any], Any],
    center: float,
    orders: int | Sequence[int],
    interval: tuple[float, float],
    ax: Axes | None = None,
) -> Axes:
    """Draw a function and its Taylor polynomials about a point.

    Parameters
    ----------
    f : callable
        A function of one variable, made of NumPy code.
    center : float
        The point of expansion.
    orders : int or sequence of int
        Which polynomials: of order 0 to `orders`, or the ones listed.
    interval : (float, float)
        The ends, in ascending order.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in. The view is that of `f`; the polynomials run out of it.

    Raises
    ------
    ValueError
        If the interval is empty, reversed or not finite, an order is negative, or `f` has
        no expansion at `center`.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> axes = ta.plot_taylor(np.sin, 0.0, orders=[1, 3, 5], interval=(-4.0, 4.0))
    """
    lower, upper = _checked_interval(interval)
    chosen = _checked_orders(orders)
    if not math.isfinite(center):
        raise ValueError(f"the center of a Taylor polynomial is a finite number, not {center}")
    coefficients = _coefficients(f, center, max(chosen))
    curves = _sample(f, lower, upper, [0])
    axes = _axes(ax)
    # A broad band: a polynomial is good for as long as it stays inside.
    axes.plot(*curves.line(0), label="$f$", color="0.75", linewidth=7)
    x = np.linspace(lower, upper, POINTS)
    for position, order in enumerate(chosen):
        y = np.polynomial.polynomial.polyval(x - center, coefficients[: order + 1])
        axes.plot(x, y, label=f"$T_{{{order}}}$", **(_style(position) | {"linewidth": 1.8}))
    axes.scatter([center], coefficients[:1], color="black", s=50, zorder=3)
    low, high = curves.view()
    room = 0.2 * (high - low)
    _frame(axes, (lower, upper), (low - room, high + room), "$f$ and its Taylor polynomials")
    return axes


def derivative_label(order: int) -> str:
    """How a derivative is written in a legend: primes up to the third, then a number."""
    return f"$f{chr(39) * order}$" if order <= 3 else f"$f^{{({order})}}$"


class _Curves(NamedTuple):
    """Sampled curves over one `x`; an interval is the stretch from a sample to the next."""

    x: Floats  # (samples,)
    values: Floats  # (curves, samples)
    broken: npt.NDArray[np.bool_]  # (curves, intervals)
    typical: Floats  # (curves, 2): what all but the lowest and highest tenth stay within
    bounded: npt.NDArray[np.bool_]  # (curves,)

    def line(self, curve: int) -> tuple[Floats, Floats]:
        """One curve to be drawn, with a nan where it is broken."""
        after = np.flatnonzero(self.broken[curve]) + 1
        return np.insert(self.x, after, self.x[after]), np.insert(self.values[curve], after, np.nan)

    def view(self) -> tuple[float, float]:
        """The lowest and highest value to show."""
        # Each further derivative of a pole is larger by far and would flatten the others, so
        # that the lowest unbounded curve alone decides.
        unbounded = np.flatnonzero(~self.bounded)[:1]
        shown = [self.values[curve] for curve in np.flatnonzero(self.bounded)]
        for curve in unbounded:
            low, high = self.typical[curve]
            room = 0.75 * (high - low)
            shown.append(np.clip(self.values[curve], low - room, high + room))
        finite = np.concatenate([values[np.isfinite(values)] for values in shown])
        if not finite.size:
            return -1.0, 1.0
        low, high = float(finite.min()), float(finite.max())
        if high - low <= 1e-9 * max(abs(low), abs(high), 1e-300):
            room = 0.5 * abs(low) or 1.0
            return low - room, high + room
        return low, high


def _sample(
    f: Callable[[Any], Any], lower: float, upper: float, orders: Sequence[int]
) -> _Curves:
    """Sample derivatives of `f` finely enough to draw them, and find where they break."""
    wanted = np.array(orders)

    def evaluate(points: Floats) -> Floats:
        found = _derivatives(f, int(wanted.max()) + 1, points)
        return np.stack([found[wanted], found[wanted + 1]])  # values, slopes

    x = np.linspace(lower, upper, POINTS)
    samples = evaluate(x)
    typical, height = _scales(samples[0])
    for _ in range(HALVINGS):
        worst = _roughness(x, samples, typical, height).max(axis=0)
        chosen = np.flatnonzero(worst > TOLERANCE)
        if len(chosen) > ADDED_LIMIT:
            chosen = np.sort(np.argsort(-worst, kind="stable")[:ADDED_LIMIT])
        if not len(chosen):
            break
        middle = (x[chosen] + x[chosen + 1]) / 2
        x = np.insert(x, chosen + 1, middle)
        samples = np.insert(samples, chosen + 1, evaluate(middle), axis=2)
    values, slopes = samples
    step = np.diff(x)
    rough = _roughness(x, samples, typical, height) > TOLERANCE
    finest = step < 2 * (upper - lower) / (POINTS * 2.0**HALVINGS)
    # Across the finest step a jump climbs by next to nothing on either side, a pole by a lot.
    slopes = np.abs(np.where(np.isfinite(slopes), slopes, 0.0))
    climb = step * np.maximum(slopes[:, :-1], slopes[:, 1:])
    broken = np.asarray(rough & finest)
    poles = np.asarray(broken & (climb > 0.05 * height))
    return _Curves(x, values, broken, typical, bounded=~np.any(poles, axis=1))


def _scales(values: Floats) -> tuple[Floats, Floats]:
    """Of evenly sampled curves: the range that holds the middle eight tenths, its height."""
    finite = [row[np.isfinite(row)] for row in values]
    typical = np.array([np.quantile(row if row.size else [0.0], [0.1, 0.9]) for row in finite])
    # Rounding noise about a constant is not a height.
    floor = 1e-6 * np.abs(typical).max() or 1.0
    return typical, np.maximum(np.diff(typical), floor)


def _roughness(x: Floats, samples: Floats, typical: Floats, height: Floats) -> Floats:
    """How far each interval of each curve is from the straight line to be drawn.

    In units of the typical height; inf where the curve has one end only, so that the edge
    of its domain is found.
    """
    finite = np.isfinite(samples)
    values, slopes = np.where(finite, samples, 0.0)
    step, change = np.diff(x), np.diff(values)
    with np.errstate(over="ignore", invalid="ignore"):
        off = np.abs(change - step * (slopes[:, :-1] + slopes[:, 1:]) / 2)
        sag = step * np.abs(np.diff(slopes)) / 8
        # Far off the typical range, where a pole goes, the distance is the scale.
        distance = np.maximum(typical[:, :1] - values, values - typical[:, 1:]).clip(0.0)
        allowed = height + np.minimum(distance[:, :-1], distance[:, 1:])
        roughness = np.nan_to_num(np.maximum(off, sag) / allowed, nan=np.inf, posinf=np.inf)
    start, end = finite[0, :, :-1], finite[0, :, 1:]
    roughness[start != end] = np.inf
    roughness[~start & ~end] = 0.0
    return roughness


def _derivatives(f: Callable[[Any], Any], order: int, points: Floats) -> Floats:
    """All derivatives to `order` at the points, ``(order + 1, points)``."""
    take = derivatives(f, order)
    with np.errstate(all="ignore"):
        try:
            found = take(points)
        except (TypeError, ValueError):  # f branches on x, or is made for one number
            found = np.stack([take(point) for point in points], axis=-1)
    found = np.asarray(found, dtype=np.float64)
    # A constant f has one value for all points.
    return np.broadcast_to(found.reshape(order + 1, -1), (order + 1, len(points)))


def _coefficients(f: Callable[[Any], Any], center: float, order: int) -> Floats:
    with np.errstate(all="ignore"):
        coefficients = np.asarray(taylor(f, order)(np.float64(center)).coefficients)
    if not np.isfinite(coefficients).all():
        first = int(np.flatnonzero(~np.isfinite(coefficients))[0])
        raise ValueError(
            f"f has no Taylor polynomial about {center}: its coefficient of order {first} is "
            f"{coefficients[first]}; choose a center where f is smooth"
        )
    return coefficients


def _checked_interval(interval: tuple[float, float]) -> tuple[float, float]:
    try:
        lower, upper = (float(end) for end in interval)
    except (TypeError, ValueError):
        raise ValueError(f"an interval is a pair of numbers, not {interval!r}") from None
    if not (math.isfinite(lower) and math.isfinite(upper) and lower < upper):
        raise ValueError(
            f"an interval has finite ends in ascending order; given were {lower} and {upper}"
        )
    return lower, upper


def _checked_orders(orders: int | Iterable[int]) -> list[int]:
    try:
        if isinstance(orders, Iterable):
            chosen = [operator.index(order) for order in orders]
        else:
            chosen = list(range(operator.index(orders) + 1))
    except TypeError:
        raise TypeError(f"orders are an int or a sequence of int, not {orders!r}") from None
    if not chosen or min(chosen) < 0:
        raise ValueError(f"orders are integers from 0 on, at least one; given was {orders!r}")
    return list(dict.fromkeys(chosen))


def _style(position: int) -> dict[str, Any]:
    turn, place = divmod(position, len(COLOURS))
    return {
        "color": COLOURS[place],
        "linestyle": DASHES[turn % len(DASHES)],
        # Thinner with each curve, so that one on top of another leaves both to be seen.
        "linewidth": max(1.4, 2.8 - 0.4 * position),
    }


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError(MISSING) from None
    _, axes = pyplot.subplots(figsize=(8, 5), layout="constrained")
    return axes


def _frame(axes: Axes, span: tuple[float, float], view: tuple[float, float], name: str) -> None:
    room = 0.05 * (view[1] - view[0])
    axes.set_xlim(*span)
    axes.set_ylim(view[0] - room, view[1] + room)
    axes.set_xlabel("$x$")
    axes.set_ylabel(name)
    axes.hlines(0, *span, color="0.7", linewidth=0.8, zorder=1)  # no line: those are curves
    axes.grid(alpha=0.25)
    curves, _ = axes.get_legend_handles_labels()
    axes.legend(ncols=math.ceil(len(curves) / 7))
