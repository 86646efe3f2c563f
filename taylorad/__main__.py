"""The command line: derivatives of an expression, printed, as JSON or drawn."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

import numpy as np

import taylorad
from taylorad.expression import FUNCTIONS, Expression, constant, parse
from taylorad.plotting import MISSING, plot_derivatives
from taylorad.transforms import taylor

__all__ = ["main"]

PICTURES = (".png", ".svg", ".pdf")
ORDER_LIMIT = 170  # 171! is beyond float64
PLOT_ORDER_LIMIT = 20  # more curves than that are not to be told apart
POINTS_LIMIT = 10_000

DESCRIPTION = """\
Exact derivatives of an expression of x, to any order.

  taylorad "sin(x)**2" --at 0.5 --order 5
  taylorad "sin(x)**2" --from -2*pi --to 2*pi --plot out.png
"""
EPILOG = f"""\
An expression is parsed, never executed. It has numbers, x, pi, e, tau, + - * / // % **,
parentheses and these functions:

{textwrap.fill(" ".join(FUNCTIONS), 78, initial_indent="  ", subsequent_indent="  ")}

Points may be expressions without x, such as -2*pi. In JSON, values that are not finite
are the strings "NaN", "Infinity" and "-Infinity".
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; by default those of the process.

    Returns
    -------
    int
        The exit status: 0, or 2 after one line on stderr that says what was wrong.
    """
    try:
        _run(_read(sys.argv[1:] if argv is None else argv))
        if sys.stdout is not None:
            sys.stdout.flush()
    except SystemExit as done:  # --help
        return int(done.code or 0)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader, such as head, has seen enough
        _abandon_output()
        return 1
    except (ValueError, TypeError, ArithmeticError, ImportError, OSError, MemoryError) as error:
        if isinstance(error, OSError):
            _abandon_output()
        print(f"taylorad: {_one_line(str(error) or type(error).__name__)}", file=sys.stderr)
        return 2
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message} (see taylorad --help)")


def _read(argv: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="taylorad",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("expression", nargs="?", help='such as "sin(x)**2"')
    add("--at", nargs="+", metavar="X", help="print the derivatives at these points (default 0)")
    add("--order", type=_integer(0, ORDER_LIMIT), metavar="N",
        help="the highest derivative (default 5; 3 over an interval)")  # fmt: skip
    add("--from", dest="lower", metavar="A", help="the start of an interval")
    add("--to", dest="upper", metavar="B", help="its end")
    add("--points", type=_integer(2, POINTS_LIMIT), metavar="N",
        help="how many points of the interval to print (default 11)")  # fmt: skip
    add("--plot", metavar="FILE", help="draw the derivatives over the interval: PNG, SVG or PDF")
    add("--json", action="store_true", help="print JSON instead of a table")
    add("--version", action="store_true", help="print the version and exit")
    options = parser.parse_args([_shielded(argument) for argument in argv])
    if options.expression is None and options.at and len(options.at) > 1:
        options.expression = options.at.pop()  # --at 0.5 "sin(x)" takes it for a point
    if options.version:
        return options
    if options.expression is None:
        parser.error('an expression is needed, such as taylorad "sin(x)**2"')
    if (options.lower is None) != (options.upper is None):
        parser.error("an interval needs both --from and --to")
    if options.plot is not None:
        options.plot = Path(options.plot.removeprefix(" "))
        if options.lower is None:
            parser.error("--plot needs an interval, such as --from -2*pi --to 2*pi")
        if options.plot.suffix.lower() not in PICTURES:
            parser.error(f"--plot writes {', '.join(PICTURES)}; given was {options.plot.name!r}")
        if (options.order or 0) > PLOT_ORDER_LIMIT:
            parser.error(f"--plot has room for orders up to {PLOT_ORDER_LIMIT}")
    if options.points is not None and (options.lower is None or options.plot is not None):
        parser.error("--points is for printing over an interval, with --from and --to")
    return options


def _shielded(argument: str) -> str:
    """Mark an argument such as ``-2*pi`` as a value: argparse takes any dash for an option."""
    is_value = argument.startswith("-") and not argument.startswith("--") and argument != "-h"
    return f" {argument}" if is_value else argument


def _integer(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.strip().isdecimal() and len(text) < 20 and low <= int(text) <= high):
            raise argparse.ArgumentTypeError(f"{text!r} is not an integer from {low} to {high}")
        return int(text)

    return read


def _run(options: argparse.Namespace) -> None:
    if options.version:
        print(f"taylorad {taylorad.__version__}")
        return
    f = parse(options.expression)
    order = options.order
    if order is None:
        order = 5 if options.lower is None else 3
    points = [_number("--at", text) for text in options.at or ()]
    samples: list[float] = []
    if options.lower is not None:
        lower, upper = _number("--from", options.lower), _number("--to", options.upper)
        if not lower < upper:
            raise ValueError(f"--from is to be less than --to; given were {lower} and {upper}")
        if options.plot is not None:
            _draw(f, (lower, upper), order, options.plot)
        else:
            samples = np.linspace(lower, upper, options.points or 11).tolist()
    elif not points:
        points = [0.0]
    if options.json:
        print(_json(f, order, [_Expansion.of(f, x, order) for x in points + samples]))
        return
    tables = [_table_at(f, _Expansion.of(f, x, order)) for x in points]
    if samples:
        tables.append(_table_over(f, [_Expansion.of(f, x, order) for x in samples]))
    if tables:
        print("\n\n".join(tables))


def _number(option: str, text: str) -> float:
    try:
        return constant(text)
    except ValueError as error:
        raise ValueError(f"{option}: {error}") from None


class _Expansion(NamedTuple):
    """What is known of an expression at one point."""

    x: float
    derivatives: list[float]
    coefficients: list[float]

    @classmethod
    def of(cls, f: Expression, x: float, order: int) -> _Expansion:
        with np.errstate(all="ignore"):
            series = taylor(f, order)(np.float64(x))
            return cls(x, series.derivatives().tolist(), series.coefficients.tolist())


def _table_at(f: Expression, expansion: _Expansion) -> str:
    rows = [
        [f"{order:5}", _signed(derivative), _signed(coefficient)]
        for order, (derivative, coefficient) in enumerate(zip(*expansion[1:], strict=True))
    ]
    table = _aligned(["order", " derivative", " Taylor coefficient"], rows)
    return f"{f.text} at x = {expansion.x!r}\n\n{table}"


def _table_over(f: Expression, expansions: list[_Expansion]) -> str:
    orders = range(len(expansions[0].derivatives))
    header = [" x", *(f" f{chr(39) * order}" if order <= 3 else f" f({order})" for order in orders)]
    rows = [[_signed(one.x), *map(_signed, one.derivatives)] for one in expansions]
    return f"f(x) = {f.text}\n\n{_aligned(header, rows)}"


def _signed(number: float) -> str:
    """All digits, with room for a sign, so that columns line up; -0.0 is 0.0."""
    text = repr(number + 0.0)
    return text if text.startswith("-") else f" {text}"


def _aligned(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _json(f: Expression, order: int, expansions: list[_Expansion]) -> str:
    document = {
        "expression": f.text,
        "order": order,
        "points": [
            {
                "x": one.x,
                "derivatives": list(map(_valid, one.derivatives)),
                "coefficients": list(map(_valid, one.coefficients)),
            }
            for one in expansions
        ],
    }
    return json.dumps(document, indent=2, allow_nan=False)


def _valid(number: float) -> float | str:
    """JSON has no nan and no inf: the spelling that ``float`` and JavaScript's Number read."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _draw(f: Expression, interval: tuple[float, float], order: int, path: Path) -> None:
    try:
        from matplotlib.figure import Figure  # not pyplot, which may want a display
    except ImportError:
        raise ImportError(MISSING) from None
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    plot_derivatives(f, interval, order, ax=axes)
    axes.set_title(f"$f(x)$ = {f.text}" if len(f.text) <= 60 else "")
    try:
        figure.savefig(path, dpi=150)
    except OSError as error:
        raise ValueError(f"cannot write {str(path)!r}: {error.strerror or error}") from None


def _one_line(message: str) -> str:
    """The message without what would break the line or steer a terminal."""
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1] for character in message
    )


def _abandon_output() -> None:
    """Let the interpreter's last flush go nowhere instead of failing once more."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return


if __name__ == "__main__":
    sys.exit(main())
