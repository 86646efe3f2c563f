"""What is published: one version, and pages that speak of files that are there."""

import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import taylorad as ta

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FILE = re.compile(r"[\w./-]+\.(?:pyx|pxi|pxd|pyi|py|md|h|cff|toml|ipynb|png|typed)\b")
PAGES = ["design", "adding-a-function", "contributing", "changelog"]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_version_has_one_place():
    assert "version" not in PROJECT["project"]
    assert PROJECT["tool"]["setuptools"]["dynamic"]["version"]["attr"] == "taylorad.__version__"
    assert metadata.version("taylorad") == ta.__version__


def test_the_citation_and_the_changelog_are_of_this_version():
    assert re.search(r"^version: (.*)$", read("CITATION.cff"), re.MULTILINE)[1] == ta.__version__
    assert re.search(r"^## (\S+)", read("docs/changelog.md"), re.MULTILINE)[1] == ta.__version__


def test_sources_that_are_not_compiled_say_so(tmp_path):
    unbuilt = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    shutil.copytree(Path(ta.__file__).parent, tmp_path / "taylorad", ignore=unbuilt)
    code = (
        "import sys; sys.path[0] = ''; "
        "sys.meta_path = [f for f in sys.meta_path if 'Editable' not in repr(f)]; "
        "import taylorad; taylorad.grad"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert "the compiled modules of taylorad are not in" in run.stderr


def test_what_is_compiled_has_a_stub():
    package = ROOT / "taylorad"
    assert (package / "py.typed").exists()
    for source in package.rglob("*.pyx"):
        assert source.with_suffix(".pyi").exists(), source


@pytest.mark.parametrize("page", PAGES)
def test_pages_name_files_that_exist(page):
    """By their path, or by the end of it: `rules/linear.py`, `_tape.pyx`."""
    there = {
        path.relative_to(ROOT).as_posix()
        for folder in ("taylorad", "tests", "docs", ".ci")
        for path in (ROOT / folder).rglob("*")
    }
    there |= {path.name for path in ROOT.iterdir()}
    prose = re.sub(r"`\.\w+`", "", read(f"docs/{page}.md"))  # `.pyx` is a kind of file
    there.add("docs/coverage.md")  # written when the site is built
    for name in {name.removeprefix("../") for name in FILE.findall(prose)}:
        assert any(f"/{path}".endswith(f"/{name}") for path in there), f"{page}: {name}"


def test_rows_shown_are_rows_of_the_tables():
    page = read("docs/adding-a-function.md")
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "taylorad").rglob("*.py")]
    together = " ".join("\n".join(sources).split())
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        for line in block.splitlines():
            row = " ".join(line.partition("#")[0].split())
            assert row in together, row


def test_the_house_has_a_room_for_every_module():
    house = re.search(r"^taylorad/$(.*?)^tests/", read("docs/design.md"), re.MULTILINE | re.DOTALL)
    rooms = set(re.findall(r"^ +(\w+)[./]", house[1], re.MULTILINE))
    package = ROOT / "taylorad"
    modules = {path.stem for path in [*package.glob("*.py"), *package.glob("*.pyx")]}
    modules |= {path.parent.name for path in package.glob("*/__init__.py")}
    assert not modules - rooms
