"""The rows that need a process of their own: import, the first result, memory."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from timing import Bound, Measure, Row

import taylorad as ta

# Children see the taylorad that this process sees, from wherever it came.
PATH = [str(Path(ta.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, PATH))}
# An installed package is compiled to bytecode once; that is not to be part of each start.
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)


class Process:
    """A program whose figure is what it prints."""

    def __init__(self, program: str, warm: bool = True) -> None:
        self.command = [sys.executable, "-c", program]
        if warm:
            self.measure()  # writes what Python compiles, fills the file cache

    def measure(self) -> float:
        done = subprocess.run(
            self.command, env=ENVIRONMENT, capture_output=True, text=True, check=True
        )
        return float(done.stdout)


class FirstLine(Process):
    """The time from the start of a program to its first line."""

    def measure(self) -> float:
        start = time.perf_counter()
        with subprocess.Popen(self.command, env=ENVIRONMENT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            line = process.stdout.readline()
            taken = time.perf_counter() - start
        if process.returncode or not line:
            raise RuntimeError(f"{self.command} ended with {process.returncode}")
        return taken


def need(module: str) -> None:
    if importlib.util.find_spec(module) is None:
        raise ImportError(f"No module named {module!r}")


# --- Import ------------------------------------------------------------------------------

IMPORT = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"


def imports() -> tuple[Measure, Measure]:
    return Process(IMPORT.format("taylorad")), Process(IMPORT.format("numpy"))


# --- The first result --------------------------------------------------------------------

NUMPY_AND_OURS = """
import numpy as np
import taylorad as ta
"""
JAX = """
import jax
import jax.numpy as np
from jax.experimental.jet import jet
jax.config.update("jax_enable_x64", True)
"""
ROSENBROCK = """
def f(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

x = np.linspace(0.1, 1.1, 10)
"""
G = """
def f(x):
    return np.sin(x) * np.exp(-x * x / 2) + np.log(1 + x * x) / np.sqrt(x + 2)

x = 0.7
"""
JET = """
def series(x):
    return np.stack(jet(f, (x,), ((1.0, 0.0, 0.0, 0.0, 0.0),))[1])
"""
PRINT = "print({}(x).tolist(), flush=True)"


def first_result(program: str, ours: str, *theirs: str) -> Callable[[], tuple[Measure, Measure]]:
    """JAX may compile or not, whichever is there first."""

    def prepare() -> tuple[Measure, Measure]:
        need("jax")
        candidates = [FirstLine(JAX + program + PRINT.format(call)) for call in theirs]
        mine = FirstLine(NUMPY_AND_OURS + program + PRINT.format(ours))
        return mine, min(candidates, key=FirstLine.measure)

    return prepare


# --- Memory ------------------------------------------------------------------------------

# What the process holds at most, beyond what it held before and the result itself.
POINTS = """
def held(name):
    with open("/proc/self/status") as status:
        return next(1024 * int(line.split()[1]) for line in status if line.startswith(name))

import numpy as np
points, block = {}, 100_000
x = np.empty(points)
for start in range(0, points, block):
    x[start : start + block] = np.linspace(-1.5, 3.0, min(block, points - start))
"""
OUR_WORK = """
import taylorad as ta
work = ta.derivatives(f, 2)
"""
# Compiled before the count begins.
JAX_WORK = """
x = np.asarray(x)
series = (np.ones(points), np.zeros(points))
compiled = jax.jit(lambda x, *series: jet(f, (x,), (series,))).lower(x, *series).compile()

def work(x):
    value, series_out = jax.block_until_ready(compiled(x, *series))
    return [value, *series_out]
"""
COUNT = """
before = held("VmRSS")
result = work(x)
print(held("VmHWM") - before - sum(part.nbytes for part in result))
"""
G_AT_POINTS = G.replace("x = 0.7", "")


def memory(points: int) -> Measure:
    if not Path("/proc/self/status").exists():
        raise ImportError("the memory of a process is read from /proc")
    return Process(POINTS.format(points) + G_AT_POINTS + OUR_WORK + COUNT, warm=False)


def memory_against_bound(points: int) -> Callable[[], tuple[Measure, Measure]]:
    return lambda: (memory(points), Bound(200e6))


def memory_against_jet(points: int) -> Callable[[], tuple[Measure, Measure]]:
    def prepare() -> tuple[Measure, Measure]:
        need("jax")
        program = POINTS.format(points) + JAX + G_AT_POINTS + JAX_WORK + COUNT
        return memory(points), Process(program, warm=False)

    return prepare


def memory_rows(points: int) -> list[Row]:
    work = f"memory beyond the result, g to order 2 at {points:,} points"
    return [
        Row(work, "200 MB",       1.0,  memory_against_bound(points), unit="B", rounds=1),
        Row(work, "jax.jit(jet)", None, memory_against_jet(points),   unit="B", rounds=1),
    ]  # fmt: skip


# fmt: off
STARTING = [
    #   work                                             peer    goal  prepare
    Row("`import taylorad`",                             "`import numpy`", 1.3, imports),
    Row("from the start to g to order 5 at a float",     "JAX",  None,
        first_result(G + JET, "ta.derivatives(f, 5)", "series", "jax.jit(series)")),
    Row("from the start to the gradient of Rosenbrock",  "JAX",  None,
        first_result(ROSENBROCK, "ta.grad(f)", "jax.grad(f)", "jax.jit(jax.grad(f))")),
]
# fmt: on
