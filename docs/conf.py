"""Sphinx settings. Build with ``python -m sphinx -W docs docs/_build``."""

from importlib.metadata import version as installed

project = "taylorad"
author = "the taylorad developers"
copyright = "2026, the taylorad developers"
release = version = installed("taylorad")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.mathjax", "sphinx.ext.napoleon"]
myst_enable_extensions = ["dollarmath", "fieldlist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = False
suppress_warnings: list[str] = []

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say it in words
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "furo"
html_title = "taylorad"
html_static_path = ["_static"]
pygments_style = "tango"
