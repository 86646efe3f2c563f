"""The compiled modules; everything else about the project is in pyproject.toml."""

import sys
from glob import glob
from pathlib import Path

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup

# Not -ffast-math: nan and inf carry meaning. Not -march=native: wheels must run anywhere.
flags = [] if sys.platform == "win32" else ["-O3", "-fno-math-errno", "-fno-trapping-math"]
extensions = [
    Extension(
        f"taylorad.{Path(source).stem}",
        [source],
        depends=["taylorad/_kernels.h"],
        include_dirs=["taylorad", numpy.get_include()],
        define_macros=[("NPY_NO_DEPRECATED_API", "NPY_2_0_API_VERSION")],
        extra_compile_args=flags,
    )
    for source in sorted(glob("taylorad/*.pyx"))
]
directives = {
    "language_level": 3,
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "binding": False,
}
setup(ext_modules=cythonize(extensions, build_dir="build", compiler_directives=directives))
