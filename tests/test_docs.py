"""Every example in the documentation runs, and prints what it says it prints."""

import doctest
import importlib
import inspect
import operator
import pkgutil
import re
from pathlib import Path

import numpy as np
import pytest

import taylorad as ta

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
MODULES = [
    module.name
    for module in pkgutil.walk_packages(ta.__path__, "taylorad.")
    if not module.name.endswith("__main__")
]
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FLOAT = re.compile(r"-?\b\d+\.\d*(?:e[-+]?\d+)?")


class Checker(doctest.OutputChecker):
    """Compare floats as floats: their last digits differ between machines."""

    def check_output(self, want, got, optionflags):
        if super().check_output(want, got, optionflags):
            return True
        if FLOAT.sub("#", want).split() != FLOAT.sub("#", got).split():
            return False
        expected, found = (np.array(FLOAT.findall(text), float) for text in (want, got))
        return np.allclose(found, expected, rtol=1e-12, atol=1e-14)


def run(examples):
    """Run the doctests; the failures are printed and counted."""
    runner = doctest.DocTestRunner(Checker(), optionflags=OPTIONS)
    for example in examples:
        runner.run(example)
    assert runner.summarize(verbose=False).failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT))[:-3])
def test_page(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = re.sub(r"^```.*$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    run([doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)])


@pytest.mark.parametrize("name", MODULES)
def test_module(name):
    run(doctest.DocTestFinder(recurse=True).find(importlib.import_module(name), name))


@pytest.mark.parametrize("name", ta.__all__)
def test_public_name(name):
    """The finder passes by what a module imports and what is compiled: look at each name."""
    thing = getattr(ta, name)
    if not inspect.ismodule(thing):
        run(doctest.DocTestFinder(recurse=True).find(thing, name, module=False))


def test_reference_lists_every_public_name():
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\.\. auto\w+:: taylorad\.(\w+)", page, re.MULTILINE)
    assert sorted(listed) == ta.__all__


def entries():
    """What the reference shows: each name, and each member of a class that it lists."""
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    found = re.findall(r"^\.\. auto\w+:: taylorad\.(\w+)[^\n]*\n((?: +.*\n)*)", page, re.MULTILINE)
    for name, options in found:
        yield name
        _, _, members = options.partition(":members:")
        listed = members.replace(",", " ").split()
        if ":members:" in options and not listed:
            listed = [key for key in vars(getattr(ta, name)) if not key.startswith("_")]
        yield from (f"{name}.{member}" for member in listed)


@pytest.mark.parametrize("entry", list(entries()))
def test_reference_entry(entry):
    """It says what it is, and what can be called has an example, which is run above."""
    thing = operator.attrgetter(entry)(ta)
    text = inspect.getdoc(thing)
    assert text
    assert ">>> " in text or not (callable(thing) or inspect.ismodule(thing))


@pytest.mark.parametrize("kind", [ta.Dual, ta.HyperDual, ta.Taylor, ta.MultiTaylor])
def test_reference_shows_every_member_of_a_number(kind):
    own = {f"{kind.__name__}.{key}" for key in vars(kind) if not key.startswith("_")}
    assert own <= set(entries())


def test_reference_lists_every_name_of_math():
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    stub = (ROOT / "taylorad" / "math.pyi").read_text(encoding="utf-8")
    listed = re.search(r"currentmodule:: taylorad\.math\n(.*?)```", page, re.DOTALL)[1]
    names = re.findall(r"^   (\w+)$", listed, re.MULTILINE)
    assert set(re.findall(r"^def (\w+)", stub, re.MULTILINE)) <= set(names)
    for name in names:
        assert inspect.getdoc(getattr(ta.math, name)).removeprefix(f"{name}(x)").strip()


@pytest.mark.parametrize("name", "special linalg integrate signal optimize fft".split())
def test_reference_of_scipy(name):
    module = importlib.import_module(f"taylorad.scipy.{name}")
    assert ">>> " in module.__doc__
    for own in module.OWN:
        if hasattr(module, own):  # in this SciPy
            assert inspect.getdoc(getattr(module, own))


def test_links_of_the_readme_lead_to_files():
    links = re.findall(r"\]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    for link in links:
        assert link.startswith("https://") or (ROOT / link).exists(), link


def test_readme_commands_are_those_of_ci():
    """What the README tells a newcomer to run is what every change is checked with."""
    commands = re.findall(r"^python3 -m venv .*$", (ROOT / "README.md").read_text(), re.MULTILINE)
    script = (ROOT / ".ci" / "run").read_text()
    assert len(commands) == 2
    assert "README.md" in script
