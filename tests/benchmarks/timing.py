"""How a row is timed: both sides in turn, round after round, within one process.

A busy or throttled machine slows both sides of a round, so the ratio is taken within it; a
figure is the median over the rounds.
"""

from __future__ import annotations

import math
import statistics
import time
import timeit
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Work = tuple[Callable[[Any], Any], Any]  # a function and its argument, timed as f(x)


@dataclass(frozen=True)
class Statement:
    """Work written as code, for what is so short that a call around it would show."""

    code: str
    names: dict[str, Any]


class Measure(Protocol):
    """One side of a row, once it can be measured again and again."""

    def measure(self) -> float: ...


@dataclass(frozen=True)
class Bound:
    """A side that is a number: what the other side is held against."""

    figure: float

    def measure(self) -> float:
        return self.figure


Side = Work | Statement | Measure


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Parameters
    ----------
    work, peer : str
        What is timed, and against what.
    goal : float or None
        The largest ratio of ours to the peer's that is good; None where none is set.
    prepare : callable
        Returns our side and the peer's, which are to do the same. It imports the peer: a row
        whose peer is not installed is reported as skipped.
    excess : bool
        The goal bounds the difference in seconds, in place of the ratio.
    operations : int
        How many operations the work does; the figures are for one of them.
    unit : str
        "s" or "B", bytes.
    rounds : int or None
        At most so many rounds, where a figure hardly varies.
    """

    work: str
    peer: str
    goal: float | None
    prepare: Callable[[], tuple[Side, Side]]
    excess: bool = False
    operations: int = 1
    unit: str = "s"
    rounds: int | None = None


@dataclass(frozen=True)
class Result:
    """The medians of a row; `note` says why there are none."""

    work: str
    peer: str
    goal: float | None
    excess: bool = False
    unit: str = "s"
    ours: float = math.nan
    theirs: float = math.nan
    compared: float = math.nan  # the ratio, or the difference
    note: str = ""


@dataclass(frozen=True)
class Effort:
    """How long to measure.

    Short loops, many times over: the median then leaves out those that were interrupted. Long
    work has as many rounds as fit into `longest`, but a few at least.
    """

    rounds: int
    seconds: float
    longest: float
    fewest: int


FULL = Effort(rounds=101, seconds=0.002, longest=3.0, fewest=5)
CURVE = Effort(rounds=15, seconds=0.002, longest=1.5, fewest=3)
SMOKE = Effort(rounds=2, seconds=0.0002, longest=0.1, fewest=1)


class Timer:
    """Times work with as many calls at once as fill the time."""

    def __init__(self, work: Work | Statement, seconds: float) -> None:
        # A statement, so that no call of ours stands around the one that is timed.
        code, names = (
            (work.code, work.names)
            if isinstance(work, Statement)
            else ("f(x)", dict(zip("fx", work, strict=True)))
        )
        self.timer = timeit.Timer(code, globals=names)
        self.timer.timeit(1)  # compiles, imports and fills caches
        self.calls = 1
        while (taken := self.timer.timeit(self.calls)) < seconds / 2:
            self.calls *= 2 if taken <= 0 else max(2, min(10, int(seconds / taken)))

    def measure(self) -> float:
        return self.timer.timeit(self.calls) / self.calls


def measure_of(side: Side, seconds: float) -> Measure:
    return Timer(side, seconds) if isinstance(side, tuple | Statement) else side


def fastest(candidates: Sequence[Callable[[Any], Any]], x: Any) -> Work:
    """The peer's best way of several to do the same work."""

    def usual(f: Callable[[Any], Any]) -> float:
        f(x)
        return statistics.median(timeit.repeat(lambda: f(x), number=1, repeat=7))

    return min(candidates, key=usual), x


def run(rows: Sequence[Row], effort: Effort) -> list[Result]:
    """Time the rows, those of one process-wide setting each by itself."""
    # DACE has one setting of variables and order for the whole process.
    alone = [[row] for row in rows if row.peer == "DACE"]
    together = [row for row in rows if row.peer != "DACE"]
    results: dict[int, Result] = {}
    for group in (together, *alone):
        found = _run_together(group, effort)
        results.update((id(row), result) for row, result in zip(group, found, strict=True))
    return [results[id(row)] for row in rows]


class _Running:
    """A row under way. What fails is noted: the other rows go on."""

    def __init__(self, row: Row, effort: Effort) -> None:
        self.row, self.effort = row, effort
        self.rounds = min(row.rounds or effort.rounds, effort.rounds)
        self.spent = 0.0
        self.times: list[tuple[float, float]] = []
        self.note = ""
        self.try_to(self.prepare)

    def try_to(self, step: Callable[[], None]) -> None:
        try:
            step()
        except ImportError as error:
            self.note = f"skipped: {error}"
        except Exception as error:
            self.note = f"failed: {type(error).__name__}: {error}".splitlines()[0]

    def prepare(self) -> None:
        self.sides = [measure_of(side, self.effort.seconds) for side in self.row.prepare()]

    def one_round(self) -> None:
        start = time.perf_counter()
        ours, theirs = (side.measure() for side in self.sides)
        self.times.append((ours / self.row.operations, theirs / self.row.operations))
        self.spent += time.perf_counter() - start

    def is_done(self) -> bool:
        done = len(self.times)
        enough = done >= self.effort.fewest and self.spent > self.effort.longest
        return bool(self.note) or done >= self.rounds or enough

    def result(self) -> Result:
        row = self.row
        head = row.work, row.peer, row.goal, row.excess, row.unit
        if self.note:
            return Result(*head, note=self.note)
        ours, theirs = map(statistics.median, zip(*self.times, strict=True))
        # Within a round, so that a clock that changes between rounds does not matter.
        compared = statistics.median(a - b if row.excess else a / b for a, b in self.times)
        return Result(*head, ours, theirs, compared)


def _run_together(rows: Sequence[Row], effort: Effort) -> list[Result]:
    """Time the rows, round by round."""
    running = [_Running(row, effort) for row in rows]
    while waiting := [each for each in running if not each.is_done()]:
        for each in waiting:
            each.try_to(each.one_round)
    return [each.result() for each in running]


# --- How the cost grows ------------------------------------------------------------------


@dataclass(frozen=True)
class Curve:
    """The same work at several sizes, by one library."""

    label: str
    prepare: Callable[[int], Work]
    largest: float = math.inf


@dataclass(frozen=True)
class Growth:
    """Several curves over the same sizes, which are measured one after another."""

    name: str
    title: str
    axis: str
    sizes: Sequence[int]
    curves: Sequence[Curve]


def measure_growth(growth: Growth, effort: Effort) -> dict[str, list[float | None]]:
    """Medians in seconds, for each label one at each size, with None where there is none."""
    found: dict[str, list[float | None]] = {curve.label: [] for curve in growth.curves}
    for size in growth.sizes:
        for label, seconds in _at_size(growth, size, effort).items():
            found[label].append(seconds)
    return {label: times for label, times in found.items() if any(times)}


def _at_size(growth: Growth, size: int, effort: Effort) -> dict[str, float | None]:
    timers: dict[str, Measure] = {}
    for curve in growth.curves:
        if size <= curve.largest:
            try:
                timers[curve.label] = measure_of(curve.prepare(size), effort.seconds)
            except ImportError:
                continue  # the peer is not there: its curve is left out
    times: dict[str, list[float]] = {label: [] for label in timers}
    start = time.perf_counter()
    for done in range(effort.rounds):
        if done >= effort.fewest and time.perf_counter() - start > effort.longest:
            break
        for label, timer in timers.items():
            times[label].append(timer.measure())
    medians = {label: statistics.median(figures) for label, figures in times.items()}
    return {curve.label: medians.get(curve.label) for curve in growth.curves}
