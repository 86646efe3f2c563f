"""The kernels as machines with less than this one run them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from taylorad import _kernels

TESTS = Path(__file__).parent


def run(instructions: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=TESTS,  # not where the sources are: what is tested may be installed elsewhere
        env=os.environ | {"TAYLORAD_INSTRUCTIONS": instructions},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("instructions", ["avx2", "all"])
def test_kernels_of_lesser_machines(instructions: str) -> None:
    if _kernels.instructions == instructions:
        pytest.skip("what this machine runs anyway")
    arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    files = [str(TESTS / name) for name in ("test_kernels.py", "test_threads.py")]
    done = run(instructions, *arguments, *files)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_the_choice_is_at_most_what_was_asked_for() -> None:
    code = "from taylorad import _kernels; print(_kernels.instructions)"
    assert run("all", "-c", code).stdout.strip() == "all"
    assert run("avx2", "-c", code).stdout.strip() in ("avx2", "all")
    assert run("", "-c", code).stdout.strip() == _kernels.instructions
    refused = run("sse9", "-c", code)
    assert refused.returncode != 0
    assert "it may be 'avx512', 'avx2' or 'all'" in refused.stderr
