"""Make the tables and plots of the page on performance from its figures, performance.json.

    python docs/performance_page.py FOLDER

The site does this as it is built. `python tests/benchmarks/run.py --report` measures anew.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent / "tests" / "benchmarks"))
import report  # noqa: E402

mpl.use("Agg")

# Okabe and Ito's colours; dashes and markers tell the curves apart without them.
STYLES = {
    "taylorad": {"color": "#0072B2", "linestyle": "-", "marker": "o", "linewidth": 2.6},
    "jax": {"color": "#D55E00", "linestyle": "--", "marker": "s"},
    "torch": {"color": "#CC79A7", "linestyle": "-.", "marker": "D"},
    "autograd": {"color": "#009E73", "linestyle": (0, (3, 1, 1, 1, 1, 1)), "marker": "^"},
    "GTPSA": {"color": "#E69F00", "linestyle": "--", "marker": "v"},
    "DACE": {"color": "#56B4E9", "linestyle": "-.", "marker": "P"},
    "numpy": {"color": "0.45", "linestyle": ":", "marker": "x"},
}
# The panels of each picture, and whether the sizes are spread over powers of ten.
PICTURES = {
    "points": {"points": True, "order": False},
    "number": {"order-number": False},
    "reverse": {"gradient": True, "hessian": True},
    "polynomials": {"multivariate": False, "multivariate-order": False},
}
SECTIONS = {
    "one-point": "one point",
    "many-points": "many points",
    "reverse": "reverse mode",
    "matrices": "matrices",
    "multivariate": "several variables",
    "small-arrays": "small arrays",
    "recording": "recording",
    "starting": "start",
    "memory": "memory",
}
LIBRARIES = ("jax", "JAX", "torch", "autograd", "algopy", "GTPSA", "DACE", "fastdual", "num_dual")


def style_of(label: str) -> dict[str, Any]:
    family = next(name for name in STYLES if label.startswith(name))
    return {"linewidth": 1.7, "markersize": 5, **STYLES[family]}


# --- Plots -------------------------------------------------------------------------------


def draw_growth(axes: Any, growth: dict[str, Any], powers: bool) -> None:
    for label, seconds in growth["curves"].items():
        known = [(n, t) for n, t in zip(growth["sizes"], seconds, strict=True) if t is not None]
        axes.plot(*zip(*known, strict=True), label=label, **style_of(label))
    axes.set_yscale("log")
    if powers:
        axes.set_xscale("log")
    axes.yaxis.set_major_locator(LogLocator(numticks=9))
    axes.yaxis.set_major_formatter(EngFormatter(unit="s", places=0))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_formatter(NullFormatter())
    axes.set(xlabel=growth["axis"], title=growth["title"])
    axes.grid(alpha=0.25)
    axes.legend(fontsize=8.5)


def draw_goals(axes: Any, sections: dict[str, Any]) -> None:
    """Each row's figure in units of its goal: what is left of 1 is met."""
    names = [name for name in SECTIONS if any(map(_reached, sections.get(name, [])))]
    least = 0.02
    for height, name in enumerate(reversed(names)):
        figures = sorted(filter(None, map(_reached, sections[name])))
        for met, colour, marker in ((True, "#0072B2", "o"), (False, "#D55E00", "X")):
            shown = [max(x, least) for x in figures if (x <= 1) == met]
            axes.plot(
                shown,
                [height] * len(shown),
                marker,
                color=colour,
                markersize=8,
                alpha=0.7,
                markeredgecolor="white",
                label=("met" if met else "missed") if height == 0 else None,
            )
    axes.axvline(1.0, color="0.3", linewidth=1.2)
    axes.set_xscale("log")
    axes.set_yticks(range(len(names)), [SECTIONS[name] for name in reversed(names)])
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    axes.set(xlabel="figure / goal", title="Each row beside its goal")
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.grid(axis="x", alpha=0.25)
    axes.legend(loc="upper left", fontsize=9)


def _reached(row: dict[str, Any]) -> float | None:
    """The figure in units of the goal; a difference below zero is at the left edge."""
    return None if report.is_met(row) is None else max(row["compared"] / row["goal"], 1e-9)


def save(figure: Any, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=120, metadata={"Software": None})
    plt.close(figure)


# --- Tables ------------------------------------------------------------------------------


def machine(measured: dict[str, Any]) -> str:
    here = measured["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in here["packages"].items())
    parts = [here["processor"], f"{here['cores']} cores", here["vectors"], here["system"]]
    return (
        f"- Machine: {', '.join(filter(None, parts))}; Python {here['python']}.\n"
        f"- Packages: {packages}.\n"
    )


def behind(row: dict[str, Any]) -> bool:
    """Whether another library is faster, goal or no goal."""
    slower = not row["excess"] and row["compared"] is not None and row["compared"] > 1
    return slower and row["peer"].startswith(LIBRARIES)


def table_or(rows: list[dict[str, Any]], otherwise: str) -> str:
    return report.markdown(rows) if rows else f"{otherwise}\n"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    measured = report.load(report.COMMITTED)
    sections, growths = measured["sections"], measured["growth"]
    rows = [row for name in SECTIONS for row in sections.get(name, [])]
    missed = [row for row in rows if report.is_met(row) is False]
    goals = [row for row in rows if report.is_met(row) is not None]

    texts = {name: table_or(sections.get(name, []), "Not measured.") for name in SECTIONS}
    texts["machine"] = machine(measured)
    texts["behind"] = table_or([*filter(behind, rows)], "In no row.")
    texts["missed"] = f"{len(goals) - len(missed)} of {len(goals)} goals are met.\n\n" + table_or(
        missed, "None is missed."
    )
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")

    for name, panels in PICTURES.items():
        figure, axes = plt.subplots(1, len(panels), figsize=(4.6 * len(panels), 4.0), squeeze=False)
        for each, (growth, powers) in zip(axes[0], panels.items(), strict=True):
            if growth in growths:
                draw_growth(each, growths[growth], powers)
        save(figure, folder / f"{name}.png")
    figure, axes = plt.subplots(figsize=(8, 4.2))
    draw_goals(axes, sections)
    save(figure, folder / "goals.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
