"""Settings that every test shares."""

import gc
import os

from hypothesis import settings

# Plots are drawn to memory: no test needs a screen.
os.environ.setdefault("MPLBACKEND", "Agg")

# Workers of pytest-xdist share the cores: threads of BLAS would wait for each other, busily.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A failure must be one that the next run shows too, and a busy machine is not a failure.
settings.register_profile("taylorad", deadline=None, derandomize=True, print_blob=False)
settings.load_profile("taylorad")


def pytest_collection_finish() -> None:
    """What tens of thousands of tests consist of stays: the garbage collector need not walk it."""
    gc.collect()
    gc.freeze()
