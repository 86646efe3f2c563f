"""Speed, side by side: each row times our way and a peer's way of the same work.

    python tests/benchmarks/run.py [--smoke] [--json FILE]

Both sides of every row are timed in turn within one process, round after round, so that a
busy or throttled machine slows both; a figure is the median over the rounds.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import statistics
import sys
import time
import timeit
from collections.abc import Callable
from dataclasses import asdict, dataclass

import forward
import multivariate
import numpy as np
import reverse
from forward import POINT, Work, g, points

import taylorad as ta
from taylorad import math as taylorad_math

# Short measurements, many times over: the median then leaves out those that were interrupted.
ROUNDS, SECONDS = 101, 0.003
SMOKE_ROUNDS, SMOKE_SECONDS = 3, 0.0005
# A row of long work has as many rounds as fit into this time, but a few at least.
LONGEST, FEWEST = 12.0, 7


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Parameters
    ----------
    work, peer : str
        What is timed, and against what.
    goal : float or None
        The largest ratio of our time to the peer's that is good; None where none is set.
    prepare : callable
        Returns our work and the peer's, which are to do the same. It imports the peer: a row
        whose peer is not installed is reported as skipped.
    """

    work: str
    peer: str
    goal: float | None
    prepare: Callable[[], tuple[Work, Work]]


@dataclass(frozen=True)
class Result:
    """Medians in seconds a call; `note` says why there are none."""

    work: str
    peer: str
    goal: float | None
    ours: float = math.nan
    theirs: float = math.nan
    ratio: float = math.nan
    note: str = ""


POINTS = points(1000)

math_on_a_float = g(math), POINT
numpy_on_a_float64 = g(np), np.float64(POINT)
numpy_on_an_array = g(np), POINTS

# fmt: off
ROWS = [
    Row("g of a Dual, taylorad.math",      "math, float",       1.5,
        lambda: ((g(taylorad_math), ta.Dual(POINT, 1.0)), math_on_a_float)),
    Row("g of a HyperDual, taylorad.math", "math, float",       4.0,
        lambda: ((g(taylorad_math), ta.HyperDual(POINT, 1.0, 1.0)), math_on_a_float)),
    Row("g of a Taylor of order 3, taylorad.math", "math, float", 4.0,
        lambda: ((g(taylorad_math), ta.Taylor.variable(POINT, 3)), math_on_a_float)),
    Row("g of a Dual, numpy",              "numpy, np.float64", 2.5,
        lambda: ((g(np), ta.Dual(POINT, 1.0)), numpy_on_a_float64)),
    Row("g of a Taylor of order 1, 1000 points", "numpy, 1000 points", 4.0,
        lambda: ((g(np), ta.Taylor.variable(POINTS, 1)), numpy_on_an_array)),
]
# fmt: on
ROWS += [Row(*row) for row in (*forward.ROWS, *reverse.ROWS, *multivariate.ROWS)]


class Timer:
    """Times one side of a row, with as many calls at once as fill the time."""

    def __init__(self, work: Work, seconds: float) -> None:
        f, x = work
        # A statement, so that no call of ours stands around the one that is timed.
        self.timer = timeit.Timer("f(x)", globals={"f": f, "x": x})
        self.timer.timeit(1)  # what the first call imports or compiles is no part of the work
        self.calls = 1
        while (taken := self.timer.timeit(self.calls)) < seconds / 2:
            self.calls *= 2 if taken <= 0 else max(2, min(10, int(seconds / taken)))

    def measure(self) -> float:
        return self.timer.timeit(self.calls) / self.calls


def run(rows: list[Row], rounds: int, seconds: float) -> list[Result]:
    """Time the rows, in turn, `rounds` times."""
    # DACE has one setting of variables and order for the whole process.
    alone = [[index] for index, row in enumerate(rows) if row.peer == "DACE"]
    together = [index for index, row in enumerate(rows) if row.peer != "DACE"]
    results: dict[int, Result] = {}
    for group in (together, *alone):
        found = run_together([rows[index] for index in group], rounds, seconds)
        results.update(zip(group, found, strict=True))
    return [results[index] for index in range(len(rows))]


def run_together(rows: list[Row], rounds: int, seconds: float) -> list[Result]:
    """Time the rows, round by round."""
    timers: dict[int, tuple[Timer, Timer]] = {}
    notes: dict[int, str] = {}
    for index, row in enumerate(rows):
        try:
            ours, theirs = row.prepare()
        except ImportError as error:
            notes[index] = f"skipped: {error}"
        else:
            timers[index] = Timer(ours, seconds), Timer(theirs, seconds)
    times: dict[int, list[tuple[float, float]]] = {index: [] for index in timers}
    spent = dict.fromkeys(timers, 0.0)
    for done in range(rounds):
        for index, (ours, theirs) in timers.items():
            if done >= FEWEST and spent[index] > LONGEST:
                continue
            start = time.perf_counter()
            times[index].append((ours.measure(), theirs.measure()))
            spent[index] += time.perf_counter() - start
    results = []
    for index, row in enumerate(rows):
        head = row.work, row.peer, row.goal
        if index in notes:
            results.append(Result(*head, note=notes[index]))
            continue
        ours, theirs = map(statistics.median, zip(*times[index], strict=True))
        # Within a round, so that a clock that changes between rounds does not matter.
        ratio = statistics.median(ours / theirs for ours, theirs in times[index])
        results.append(Result(*head, ours, theirs, ratio))
    return results


def table(results: list[Result]) -> str:
    lines = [("work", "peer", "ours", "theirs", "ratio", "goal", "")]
    for result in results:
        goal = "" if result.goal is None else f"{result.goal:.4g}"
        verdict = "" if result.goal is None else "met" if result.ratio <= result.goal else "missed"
        measured = (_time(result.ours), _time(result.theirs), f"{result.ratio:.2f}", goal, verdict)
        rest = ("", "", "", goal, result.note) if result.note else measured
        lines.append((result.work, result.peer, *rest))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in (0, 1, 6) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:.3f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.3f} ms"


def machine() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": platform.machine(),
        "system": platform.system(),
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="only see that every row runs")
    parser.add_argument("--json", metavar="FILE", help="write the figures there as well")
    options = parser.parse_args(argv)
    scale = (SMOKE_ROUNDS, SMOKE_SECONDS) if options.smoke else (ROUNDS, SECONDS)
    results = run(ROWS, *scale)
    print(table(results))
    if options.json:
        figures = [
            {key: None if value != value else value for key, value in asdict(result).items()}
            for result in results
        ]
        report = {"machine": machine(), "smoke": options.smoke, "rows": figures}
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
