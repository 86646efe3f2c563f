"""Who asks for plain numbers, so that the refusal can say what to write instead.

SciPy does not dispatch: most of its functions turn their arguments into plain arrays. What
`numpy.asarray` makes of an array of ours is an array of objects, our scalars. Functions
written in Python compute with these, and what they answer is right; compiled ones convert
them to floats, and are refused. Some look at the memory, or give up with a message about
objects that nobody wrote. So a SciPy function gets the objects only if it is known to do
right by them, and is otherwise refused at once.
"""

from __future__ import annotations

import importlib
import sys
from types import FrameType

__all__ = ["accepts_objects", "advice", "asked_by"]

# The modules of SciPy that `taylorad.scipy` mirrors, with the functions that compute with
# whatever Python objects they are given: of these the derivatives are right.
MIRRORED = {
    "scipy.fft": "",
    "scipy.integrate": "trapezoid simpson cumulative_trapezoid cumulative_simpson romb fixed_quad",
    "scipy.linalg": "block_diag khatri_rao toeplitz",
    "scipy.optimize": "rosen rosen_der rosen_hess rosen_hess_prod",
    "scipy.signal": "convolve correlate gauss_spline chirp square gausspulse argrelmax argrelmin",
}

# Functions of a module whose others do right by objects, or refuse them clearly: these pass
# them on to ufuncs that do not know objects.
CONFUSED = {
    "scipy.special": "logsumexp log_softmax factorial factorial2 factorialk comb polygamma "
    "multigammaln legendre_p legendre_p_all assoc_legendre_p assoc_legendre_p_all "
    "sph_legendre_p sph_legendre_p_all sph_harm_y sph_harm_y_all "
    "spherical_jn spherical_yn spherical_in spherical_kn",
}


def _full_names(modules: dict[str, str]) -> frozenset[str]:
    return frozenset(f"{module}.{name}" for module in modules for name in modules[module].split())


OBJECTS = _full_names(MIRRORED)
REFUSED = _full_names(CONFUSED)


def asked_by(frame: FrameType | None) -> str | None:
    """The function of NumPy or SciPy on whose behalf this frame runs, if it is one of those.

    Of SciPy the public one that was called from outside of it; of NumPy `as_strided` alone,
    which is the only function that takes an array for the memory it is in.
    """
    found = None
    while frame is not None:
        package, _, rest = frame.f_globals.get("__name__", "").partition(".")
        name = frame.f_code.co_name
        if package == "scipy":
            module = f"scipy.{rest.split('.')[0]}"
            if module == "scipy._lib":
                module, name = _decorated(frame, module, name)
            elif name in ("__call__", "wrapper"):
                name = _called(frame, module, name)
            if callable(getattr(sys.modules.get(module), name, None)) or found is None:
                found = f"{module}.{name}"
        elif package != "numpy":
            break
        elif name == "as_strided" and found is None:
            found = "numpy.lib.stride_tricks.as_strided"
        frame = frame.f_back
    return found


def _decorated(frame: FrameType, module: str, name: str) -> tuple[str, str]:
    """The module and name of the function around which a decorator of SciPy's runs."""
    inside = frame.f_locals.get("f")
    if not callable(inside):
        return module, name
    return ".".join(inside.__module__.split(".")[:2]), inside.__name__


def _called(frame: FrameType, module: str, name: str) -> str:
    """The name of the object whose ``__call__`` runs, or of the function in a wrapper."""
    inside = frame.f_locals.get("fun")
    if callable(inside):
        return inside.__name__
    whose = frame.f_locals.get("self")
    public = vars(sys.modules[module])
    return next((key for key, item in public.items() if item is whose), name)


def accepts_objects(function: str | None) -> bool:
    """Whether this function may see an array of our scalars."""
    if function is None or function in OBJECTS:
        return True
    if function in REFUSED:
        return False
    module = function.rpartition(".")[0]
    return module not in MIRRORED and module != "numpy.lib.stride_tricks"


def advice(function: str, kind: str) -> str:
    """What to tell who called a function that wants plain numbers of a `kind` of ours."""
    module, _, name = function.rpartition(".")
    if module == "numpy.lib.stride_tricks":
        return (
            f"{function} reads the memory of a plain array, where a {kind} has no derivatives; "
            "use np.lib.stride_tricks.sliding_window_view or an index array"
        )
    begins = f"{function} works on plain numbers and would drop the derivatives of a {kind}; "
    if module in MIRRORED or module == "scipy.special":
        ours = importlib.import_module(f"taylorad.{module}")
        if name in ours.OWN:
            return f"{begins}call taylorad.{function} instead, which carries them"
    return (
        f"{begins}pass ta.value(x) if the plain value is meant, write it with NumPy functions, "
        "or give the function its derivatives with ta.custom_vjp or ta.custom_jvp"
    )
