"""Speed, side by side: each row times our way and a peer's way of the same work.

    python tests/benchmarks/run.py [--smoke] [--only SECTION ...] [--json FILE | --report]

Both sides of every row are timed in turn within one process, round after round. `--report`
writes the figures from which the documentation makes its page on performance.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import forward
import growth
import multivariate
import processes
import report
import reverse
import small
from timing import CURVE, FULL, SMOKE, measure_growth, run

SECTIONS = {
    "one-point": forward.ONE_POINT,
    "many-points": forward.MANY_POINTS,
    "reverse": reverse.ROWS,
    "matrices": forward.MATRICES,
    "multivariate": multivariate.ROWS,
    "small-arrays": small.TEN_POINTS,
    "recording": small.RECORDING,
    "starting": processes.STARTING,
    "memory": processes.memory_rows(30_000_000),
}
SMOKE_MEMORY = processes.memory_rows(100_000)
LARGE_MEMORY = processes.memory_rows(100_000_000)
GROWTH = "growth"


def arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [*SECTIONS, GROWTH]
    parser.add_argument("--smoke", action="store_true", help="only see that every row runs")
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="SECTION",
        choices=names,
        default=names,
        help=f"these sections, of {', '.join(names)}; the others in the file stay",
    )
    parser.add_argument(
        "--large", action="store_true", help="the row on memory with 10**8 points, which takes 4 GB"
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures there")
    parser.add_argument("--report", action="store_const", const=report.COMMITTED, dest="json",
                        help=f"write them to {report.COMMITTED.name} in docs")  # fmt: skip
    options = parser.parse_args(argv)
    if options.smoke and options.json == report.COMMITTED:
        parser.error("the figures of a smoke run are not for the documentation")
    return options


def started(options: argparse.Namespace) -> dict[str, Any]:
    """The figures so far: what is not measured now, or not yet, keeps those of the last run."""
    here = {"machine": report.machine(), "smoke": options.smoke}
    if options.json and options.json.exists():
        before = report.load(options.json)
        if {key: before[key] for key in here} == here:
            return before
        if set(options.only) != {*SECTIONS, GROWTH}:
            sys.exit(f"{options.json} is of another machine or other versions: run all sections")
    return {**here, "sections": {}, "growth": {}}


def measure_rows(name: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    rows = SECTIONS[name]
    if name == "memory" and options.smoke:
        rows = SMOKE_MEMORY
    elif name == "memory" and options.large:
        rows = LARGE_MEMORY
    results = run(rows, SMOKE if options.smoke else FULL)
    figures = [asdict(result) for result in results]
    print(report.text(figures))
    return figures


def measure_growths(options: argparse.Namespace) -> dict[str, Any]:
    figures = {}
    for each in growth.GROWTHS:
        sizes = each.sizes[:2] if options.smoke else each.sizes
        curves = measure_growth(replace(each, sizes=sizes), SMOKE if options.smoke else CURVE)
        head = {"title": each.title, "axis": each.axis, "sizes": list(sizes)}
        figures[each.name] = {**head, "curves": curves}
        print(report.growth_text(figures[each.name]), end="\n\n")
    return figures


def main(argv: list[str] | None = None) -> int:
    options = arguments(argv)
    figures = started(options)
    for name in options.only:
        start = time.perf_counter()
        print(f"--- {name}", flush=True)
        if name == GROWTH:
            figures["growth"] = measure_growths(options)
        else:
            figures["sections"][name] = measure_rows(name, options)
        print(f"in {time.perf_counter() - start:.0f} s\n", flush=True)
        if options.json:  # at once: a run that is interrupted keeps what it has
            report.save(options.json, figures)
    rows = [row for section in figures["sections"].values() for row in section]
    goals = [report.is_met(row) for row in rows]
    failed = [row for row in rows if row["note"].startswith("failed")]
    print(f"goals: {goals.count(True)} met, {goals.count(False)} missed; {len(failed)} rows failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
