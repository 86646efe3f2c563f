"""Sphinx settings. Build with ``python -m sphinx -W docs docs/_build``."""

import sys
import warnings
from pathlib import Path

import matplotlib as mpl

import taylorad as ta

mpl.use("Agg")

project = "taylorad"
author = "the taylorad developers"
copyright = "2026, the taylorad developers"
release = version = ta.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx_gallery.gen_gallery",
]
myst_enable_extensions = ["dollarmath", "fieldlist"]
myst_heading_anchors = 3
exclude_patterns = [
    "_build",
    "gallery",
    "measured/*.md",  # included in the page on performance
    "pictures/*.ipynb",
    "**/sg_execution_times.rst",
]
nitpicky = True
nitpick_ignore_regex = [
    ("py:class", ".*"),  # numpydoc's types are words: array_like, optional
    ("py:obj", r"taylorad\.math\..*"),  # a table without entries
]

autosummary_generate = False  # the tables only; the entries are below them
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say it in words
napoleon_google_docstring = False
napoleon_use_rtype = False

# The notebooks are run at every build; what fails there fails the build.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120

# The scripts of gallery/ are run and become the pages of pictures/.
sphinx_gallery_conf = {
    "examples_dirs": ["gallery"],
    "gallery_dirs": ["pictures"],
    "filename_pattern": r"\.py$",
    "ignore_pattern": r"__init__\.py",
    "within_subsection_order": "FileNameSortKey",
    "download_all_examples": False,
    "abort_on_example_error": True,
    "show_signature": False,
    "show_memory": False,
    "min_reported_time": 3600,
    "write_computation_times": False,
    "capture_repr": (),
}
warnings.filterwarnings("ignore", category=UserWarning, message=".*FigureCanvasAgg.*")

html_theme = "furo"
html_title = "taylorad"
html_static_path = ["_static"]
html_css_files = ["site.css"]
pygments_style = "tango"


def write_pages(app):
    """These pages are read off the rules that are installed."""
    sys.path.insert(0, str(app.srcdir))
    import coverage_table
    import reference_scipy

    Path(app.srcdir, "coverage.md").write_text(coverage_table.table(), encoding="utf-8")
    Path(app.srcdir, "reference-scipy.md").write_text(reference_scipy.page(), encoding="utf-8")


def write_performance(app):
    """The tables and plots of the page on performance are made of its figures."""
    sys.path.insert(0, str(app.srcdir))
    import performance_page

    performance_page.main(Path(app.srcdir, "measured"))


def setup(app):
    app.connect("builder-inited", write_pages)
    app.connect("builder-inited", write_performance)
