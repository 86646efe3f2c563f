"""The figures as JSON, as text and as tables of Markdown."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

# Where the figures of the page on performance are kept.
COMMITTED = Path(__file__).parents[2] / "docs" / "performance.json"

PACKAGES = (
    "taylorad numpy jax jaxlib torch autograd algopy fastdual num-dual madng-tpsa daceypy".split()
)
HEAD = ("work", "against", "ours", "theirs", "ratio", "goal", "")

Figures = dict[str, Any]  # one row, as in the JSON


# --- The file ----------------------------------------------------------------------------


def machine() -> dict[str, Any]:
    """What the figures depend on, without the name of the machine."""
    return {
        "processor": _cpuinfo("model name") or platform.machine(),
        "vectors": _vectors(_cpuinfo("flags").split()),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "system": " ".join([platform.system(), *platform.libc_ver()]).strip(),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES if _version(name)},
    }


def _cpuinfo(field: str) -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(field)), "")


def _vectors(flags: list[str]) -> str:
    widths = {"avx512f": "AVX-512", "avx2": "AVX2", "asimd": "NEON"}
    return next((name for flag, name in widths.items() if flag in flags), "")


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def load(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def save(path: Path, figures: dict[str, Any]) -> None:
    text = json.dumps(_without_nan(figures), indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _without_nan(data: Any) -> Any:
    """JSON has no nan; four digits are all that a time has, and keep a change readable."""
    if isinstance(data, dict):
        return {key: _without_nan(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_without_nan(value) for value in data]
    if isinstance(data, float):
        return None if data != data else float(f"{data:.4g}")
    return data


# --- The words ---------------------------------------------------------------------------


def amount(figure: float, unit: str = "s") -> str:
    """A time or a number of bytes, with three digits and the unit that suits it."""
    scales = {
        "s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")),
        "B": ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")),
    }[unit]
    scale, name = next((s for s in scales if figure >= s[0]), scales[-1])
    return f"{_three_digits(figure / scale)} {name}"


def _three_digits(figure: float) -> str:
    return f"{figure:.{max(0, 3 - len(str(int(figure))))}f}"


def is_met(row: Figures) -> bool | None:
    """Whether the goal is met; None where there is no goal or no figure."""
    if row["goal"] is None or row["compared"] is None or row["compared"] != row["compared"]:
        return None
    return row["compared"] <= row["goal"]


def cells(row: Figures) -> tuple[str, ...]:
    """The row in words, as the columns of HEAD."""
    head = row["work"], row["peer"]
    compared = _difference if row["excess"] else _ratio
    goal = "" if row["goal"] is None else compared(row["goal"])
    if row["note"]:
        return *head, "", "", "", goal, row["note"]
    times = amount(row["ours"], row["unit"]), amount(row["theirs"], row["unit"])
    verdict = {None: "", True: "met", False: "missed"}[is_met(row)]
    return *head, *times, compared(row["compared"]), goal, verdict


def _ratio(ratio: float) -> str:
    return _three_digits(ratio) if ratio >= 0.1 else f"{ratio:.2g}"


def _difference(seconds: float) -> str:
    return f"{'+' if seconds >= 0 else '-'}{amount(abs(seconds))}"


def text(rows: Iterable[Figures]) -> str:
    lines = [HEAD, *map(cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in (0, 1, 6) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def markdown(rows: Iterable[Figures]) -> str:
    lines = ["| " + " | ".join(HEAD) + " |", "|---|---|--:|--:|--:|--:|---|"]
    for row in rows:
        work, peer, *figures, verdict = cells(row)
        figures = [figure.replace(" ", "\N{NO-BREAK SPACE}") for figure in figures]
        emphasis = "**missed**" if verdict == "missed" else verdict
        lines.append("| " + " | ".join([work, peer, *figures, emphasis]) + " |")
    return "\n".join(lines) + "\n"


def growth_text(growth: Figures) -> str:
    lines = [(growth["axis"], *growth["curves"])]
    for index, size in enumerate(growth["sizes"]):
        times = [curve[index] for curve in growth["curves"].values()]
        lines.append((str(size), *("" if t is None else amount(t) for t in times)))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    body = ("  ".join(c.rjust(w) for c, w in zip(line, widths, strict=True)) for line in lines)
    return "\n".join([growth["title"], *body])
