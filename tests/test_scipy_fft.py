"""Plain calls of `scipy.fft`: transforms of coefficients, and transposes by matrices."""

import subprocess
import sys

import numpy as np
import pytest
import scipy.fft
from both_modes import COMPOSITIONS, agrees_with_forward, second_derivatives_agree
from curves import COMPLEX, MATRIX, VECTOR, Curve

import taylorad as ta
from taylorad.algebra import hyperdual, taylor
from taylorad.scipy import fft as mirrored

FOURIER = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]
SEVERAL = ["fft2", "ifft2", "rfft2", "irfft2", "hfft2", "ihfft2", "fftn", "ifftn", "rfftn",
           "irfftn", "hfftn", "ihfftn"]  # fmt: skip
REAL = ["dct", "idct", "dst", "idst"]


def calls():
    found = {}
    for name in FOURIER:
        x = COMPLEX if name in ("irfft", "hfft") else MATRIX
        for label, options in {
            "": {}, "ortho": {"norm": "ortho"}, "forward": {"norm": "forward", "axis": 0},
            "cut": {"n": 3}, "filled": {"n": 9, "axis": -2},
        }.items():  # fmt: skip
            found[f"{name}-{label}"] = (name, options, x)
    for name in SEVERAL:
        x = COMPLEX if name.startswith(("irfft", "hfft")) else MATRIX
        for label, options in {
            "": {}, "ortho": {"norm": "ortho"}, "sizes": {"s": (2, 6), "norm": "forward"},
            "axes": {"axes": (1, 0)},
        }.items():  # fmt: skip
            found[f"{name}-{label}"] = (name, options, x)
    for name in REAL:
        for kind in (1, 2, 3, 4):
            for norm in (None, "ortho", "forward"):
                found[f"{name}-{kind}-{norm}"] = (name, {"type": kind, "norm": norm}, MATRIX)
            found[f"{name}-{kind}-orthogonal"] = (
                name, {"type": kind, "orthogonalize": True, "axis": 0}, MATRIX
            )  # fmt: skip
        found[f"{name}-cut"] = (name, {"n": 3}, COMPLEX)
        found[f"{name}-filled"] = (name, {"n": 6, "axis": 0}, MATRIX)
        found[f"{name}n"] = (f"{name}n", {"type": 3}, MATRIX)
        found[f"{name}n-sizes"] = (f"{name}n", {"s": (5, 2), "norm": "ortho"}, MATRIX)
        found[f"{name}n-axes"] = (f"{name}n", {"axes": 1, "type": 4}, MATRIX)
    for name in ("fht", "ifht"):
        found[name] = (name, {"dln": 0.1, "mu": 0.5, "offset": 0.2, "bias": 0.1}, VECTOR[:6])
    return found


CALLS = calls()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_every_coefficient_is_transformed(call):
    name, options, x = call
    function = getattr(scipy.fft, name)
    number = Curve(x).number(hyperdual())
    got = function(number, **options)
    assert isinstance(got, ta.HyperDual)
    np.testing.assert_array_equal(got.value, function(x, **options))
    for mine, row in zip(got.parts[1:], number.parts[1:], strict=True):
        np.testing.assert_allclose(mine, function(row, **options), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_reverse_mode_is_the_transpose(call):
    name, options, x = call
    function = getattr(scipy.fft, name)
    agrees_with_forward(lambda x: function(x, **options), Curve(x), tolerance=1e-12)


@pytest.mark.parametrize("composition", COMPOSITIONS)
@pytest.mark.parametrize("name", ["rfft-", "dct-2-ortho", "idst-1-None", "dctn", "hfftn-sizes"])
def test_second_derivatives_of_a_power_spectrum(name, composition):
    name, options, x = CALLS[name]
    function = getattr(scipy.fft, name)

    def power(x):
        y = function(x, **options)
        return np.real(y * np.conjugate(y)) * np.real(y)

    second_derivatives_agree(composition, power, Curve(x))


@pytest.mark.parametrize("size", [1, 2, 3, 8])
@pytest.mark.parametrize("kind", [2, 3, 4])
@pytest.mark.parametrize("name", REAL)
def test_gradients_of_short_signals(name, kind, size):
    function = getattr(scipy.fft, name)
    w = np.linspace(1, 2, size)
    got = ta.grad(lambda x: np.sum(w * function(x, kind)))(np.ones(size))
    assert np.allclose(got, function(np.eye(size), kind) @ w, rtol=1e-13, atol=1e-13)


def test_plain_arrays_are_scipys():
    x = np.arange(6.0)
    assert type(scipy.fft.dct(x)) is np.ndarray
    with scipy.fft.set_backend("scipy", only=True):
        np.testing.assert_array_equal(scipy.fft.fft(x), np.fft.fft(x))
    assert scipy.fft.dct([1, 2, 3]).dtype == float
    assert mirrored.fft is scipy.fft.fft
    assert mirrored.next_fast_len(7) == scipy.fft.next_fast_len(7)


def test_options_of_how_to_compute():
    x = Curve(VECTOR).number(taylor(2))
    got = scipy.fft.fft(x, None, -1, None, True, workers=1)
    np.testing.assert_array_equal(x.value, VECTOR)
    np.testing.assert_allclose(got.parts, np.fft.fft(x.parts), atol=1e-14)
    with pytest.raises(TypeError):
        scipy.fft.fft(x, nothing=1)
    with pytest.raises(ValueError, match="norm"):
        scipy.fft.dct(x, norm="wrong")
    with pytest.raises(TypeError):
        scipy.fft.fht(x, ta.Dual(0.1, 1.0), 0.5)


def test_single_precision_stays_single():
    x = ta.Dual(VECTOR.astype(np.float32), VECTOR.astype(np.float32))
    assert scipy.fft.dct(x).tangent.dtype == np.float32
    assert scipy.fft.fft(x).tangent.dtype == np.complex64


def test_objects_of_ours_are_repacked():
    items = [ta.Dual(1.0, 2.0), ta.Dual(-1.0, 0.5), 3.0]
    got = scipy.fft.dct(np.array(items, dtype=object))
    np.testing.assert_allclose(got.tangent, scipy.fft.dct([2.0, 0.5, 0.0]))


def printed(program):
    """What a program prints in an interpreter of its own."""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert not run.returncode, run.stderr
    return run.stdout


@pytest.mark.parametrize(
    "program",
    [
        "import scipy.fft, taylorad as ta",
        "import taylorad as ta, scipy.fft",
        "import taylorad as ta; ta.Dual([1.0], 1.0); import scipy.fft",
    ],
)
def test_the_order_of_imports_does_not_matter(program):
    rest = (
        "; import numpy as np"
        "; print(ta.Dual(np.ones(3), 1.0) is None, scipy.fft.dct(ta.Dual(np.ones(3), 1.0)).tangent)"
        "; print(ta.grad(lambda x: scipy.fft.dct(x)[0])(np.ones(3)))"
    )
    assert printed(program + rest).splitlines()[1].replace(" ", "") == "[2.2.2.]"


def test_scipy_is_not_imported_for_its_own_sake():
    program = (
        "import sys, numpy as np, taylorad as ta; ta.grad(lambda x: np.sum(x))(np.ones(3)); "
        "print([name for name in sys.modules if name.split('.')[0] == 'scipy'])"
    )
    assert printed(program).strip() == "[]"


def test_an_import_too_late_is_an_error_that_names_the_way_out():
    program = (
        "import numpy as np, taylorad as ta\n"
        "x = ta.Dual(np.ones(3), 1.0)\n"
        "import scipy.fft\n"
        "try:\n"
        "    scipy.fft.dct(x)\n"
        "except TypeError as error:\n"
        "    print('taylorad.scipy.fft.dct' in str(error), scipy.fft.dct(x).tangent)\n"
    )
    assert printed(program).startswith("True [6.")
