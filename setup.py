"""The compiled modules; everything else about the project is in pyproject.toml."""

import sys
from glob import glob
from pathlib import Path

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup

# Not -ffast-math: nan and inf carry meaning. Not -march=native: wheels must run anywhere.
# No debug information: wheels are a fifth as large without, and profilers still see names.
options = {
    "depends": glob("taylorad/*.[ch]"),
    "include_dirs": ["taylorad", numpy.get_include()],
    # Without it the functions of C's math are looked up without a version, and glibc answers
    # with those of its first one, which are slower.
    "libraries": [] if sys.platform == "win32" else ["m"],
    "define_macros": [("NPY_NO_DEPRECATED_API", "NPY_2_0_API_VERSION")],
}
unix = sys.platform != "win32"
flags = ["-O3", "-g0", "-fno-math-errno", "-fno-trapping-math"] if unix else []
directives = {"language_level": 3, "cdivision": True, "embedsignature": True}
directives |= dict.fromkeys(["boundscheck", "wraparound", "initializedcheck", "binding"], False)
# Two products and their sum are the same in either order: the walk back may take any.
own = {"taylorad/_tape.pyx": ["-ffp-contract=off"] if unix else []}
more = {"taylorad/_kernels.pyx": sorted(glob("taylorad/_loops_*.c"))}
setup(
    ext_modules=cythonize(
        [
            Extension(
                f"taylorad.{Path(source).stem}",
                [source, *more.get(source, [])],
                extra_compile_args=flags + own.get(source, []),
                **options,
            )
            for source in sorted(glob("taylorad/*.pyx"))
        ],
        build_dir=f"build/numpy-{numpy.__version__}",  # what Cython makes of its declarations
        compiler_directives=directives,
    ),
    options={"build_ext": {"parallel": True}},
)
