"""Elementwise or not; block by block and on several threads."""

import numpy as np
import pytest
from examples import close

import taylorad as ta
from taylorad.transforms import _blocks

# Is the function elementwise? ------------------------------------------------------------

ELEMENTWISE = {
    "reshape": lambda x: (x.reshape(-1) ** 2).reshape(x.shape),
    "transpose": lambda x: (x.T**2).T,
    "stack": lambda x: np.stack([x * x, x])[0],
    "concatenate": lambda x: np.concatenate([x[:1] ** 2, x[1:] ** 2]),
    "loop": lambda x: np.array([[p**2 for p in row] for row in x]),
    "flip": lambda x: np.flip(np.flip(x, 0) ** 2, 0),
    "sum": lambda x: np.sum(np.stack([x * x, -x, x]), axis=0),
    "matmul": lambda x: (x * x) @ np.eye(x.shape[1]),
    "mask": lambda x: _assigned(x, x > 1),
    "closure": lambda x: x * x * np.ones(x.shape),
}


def _assigned(x, mask):
    y = np.zeros_like(x)
    y[mask] = x[mask] ** 2
    y[~mask] = x[~mask] * x[~mask]
    return y


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_elementwise_in_disguise(name):
    x = np.linspace(0.1, 2.0, 12).reshape(3, 4)
    close(ta.derivative(ELEMENTWISE[name])(x), 2 * x)
    got = ta.derivatives(ELEMENTWISE[name], 3)(x)
    close(got, np.stack([x * x, 2 * x, np.full(x.shape, 2.0), np.zeros(x.shape)]))


MIXING = {
    "flip": lambda x: x[::-1] * x,
    "cumsum": np.cumsum,
    "center": lambda x: x - np.mean(x),
    "softmax": lambda x: np.exp(x) / np.sum(np.exp(x)),
    "matmul": lambda x: np.arange(x.size**2.0).reshape(x.size, x.size) @ x,
    "roll": lambda x: np.roll(x, 1) ** 2,
    "sort": lambda x: np.sort(-x),
    "scalars": lambda x: np.array([p * x[0] for p in x]),
    "one": lambda x: np.concatenate([x[:1] + 1e-3 * x[1:2], x[1:]]),
}


@pytest.mark.parametrize("size", [2, 3, 50])
@pytest.mark.parametrize("name", MIXING)
def test_mixing_is_refused(name, size):
    x = np.linspace(0.1, 2.0, size)
    for transform in (ta.derivative, lambda f: ta.derivatives(f, 3), lambda f: ta.taylor(f, 3)):
        with pytest.raises(ValueError, match=r"other points.*directional_derivative"):
            transform(MIXING[name])(x)


@pytest.mark.parametrize("f", [np.sum, np.diff, lambda x: x[:2], lambda x: np.outer(x, x)])
def test_another_shape_is_refused(f):
    for transform in (ta.derivative, lambda f: ta.derivatives(f, 2)):
        with pytest.raises(ValueError, match=r"shape \(3,\).*directional_derivative"):
            transform(f)(np.ones(3))


def test_cancellation_is_not_taken_for_mixing():
    x = np.linspace(0.1, 2.0, 40)

    def f(x):
        x = np.stack([x, x])[0]
        return np.sin(x) ** 2 + np.cos(x) ** 2

    assert np.max(np.abs(ta.derivatives(f, 5)(x)[1:])) < 1e-12


def test_mixing_within_an_outer_transform():
    x = np.array([1.0, 2.0])

    def outer(a):
        return ta.derivative(lambda x: np.flip(x) * a)(x)

    with pytest.raises(ValueError, match="other points"):
        ta.derivative(outer)(1.0)


# Blocks and threads ----------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(40_001,), (3, 20_000), (20_000, 3), (2, 3, 7001), (50_000, 1)])
@pytest.mark.parametrize("workers", [None, 1, 2, 5])
def test_blocks_equal_the_whole(shape, workers):
    x = np.linspace(-1.5, 3, int(np.prod(shape))).reshape(shape)
    got = ta.derivatives(lambda x: np.exp(x) * x, 3, workers=workers)(x)
    close(got, np.stack([np.exp(x) * (x + k) for k in range(4)]), ulps=4)


def test_a_million_points():
    x = np.linspace(0, 10, 10**6)
    got = ta.derivatives(np.sin, 2, workers=2)(x)
    close(got, np.stack([np.sin(x), np.cos(x), -np.sin(x)]), ulps=2)
    close(ta.derivative(np.sin)(x), np.cos(x), ulps=2)
    got = ta.derivatives(np.sin, 2)(x.astype(np.float32))
    assert got.dtype == np.float32


def test_blocks_of_views():
    x = np.linspace(-1, 1, 120_000).reshape(300, 400)
    for view in (x.T, x[::2, ::-1], np.broadcast_to(x[0], (100, 400))):
        close(ta.derivatives(np.sin, 1, workers=2)(view), np.stack([np.sin(view), np.cos(view)]))


@pytest.mark.parametrize("shape", [(40_000,), (20, 2000), (2000, 20)])
def test_closures_of_the_shape_of_the_whole(shape):
    x = np.linspace(-1, 1, 40_000).reshape(shape)
    weights = np.linspace(1, 2, 40_000).reshape(shape)
    close(ta.derivatives(lambda x: weights * x * x, 1)(x)[1], 2 * weights * x)
    close(ta.derivative(lambda x: weights[0] * x * x)(x), 2 * weights[0] * x)
    if len(shape) == 2:
        column = weights[:, :1]
        close(ta.derivative(lambda x: column * x * x)(x), 2 * column * x)


POSITIONAL = {
    "arange": lambda x: x * np.arange(len(x)),
    "length": lambda x: x * x / len(x),
    "size": lambda x: x * x / x.size,
    "assignment": lambda x: np.concatenate([x[:10] ** 2, x[10:] ** 3]),
    "linspace": lambda x: np.linspace(0, 1, x.shape[0]) * x,
    "branch": lambda x: x**2 if np.any(x > 1.99999) else x**3,
    "value": lambda x: x * x / np.max(ta.value(x)),
}


@pytest.mark.parametrize("name", POSITIONAL)
def test_functions_of_the_position(name):
    f, n = POSITIONAL[name], 60_000
    x = np.linspace(1, 2, n)
    weight = {
        "arange": np.arange(n),
        "length": 2 * x / n,
        "size": 2 * x / n,
        "assignment": np.where(np.arange(n) < 10, 2 * x, 3 * x**2),
        "linspace": np.linspace(0, 1, n),
        "branch": 2 * x,
        "value": x,
    }[name]
    close(ta.derivative(f)(x), weight)
    close(ta.derivatives(f, 1, workers=2)(x)[1], weight)


def test_mixing_in_a_large_array_is_refused():
    with pytest.raises(ValueError, match="other points"):
        ta.derivatives(np.cumsum, 2)(np.ones(50_000))
    with pytest.raises(ValueError, match="shape"):
        ta.derivative(np.sum)(np.ones(50_000))


def test_errors_of_the_function_surface_unchanged():
    class Problem(Exception):
        pass

    def f(x):
        raise Problem("mine")

    for x in (1.0, np.ones(3), np.ones(50_000)):
        for workers in (None, 2):
            with pytest.raises(Problem, match="mine"):
                ta.derivatives(f, 2, workers=workers)(x)

    def late(x):
        if np.any(x > 40_000):
            raise Problem("late")
        return x * x

    with pytest.raises(Problem, match="late"):
        ta.derivatives(late, 2, workers=2)(np.arange(50_000.0))


@pytest.mark.parametrize("workers", [1, 2])
def test_error_state_reaches_the_threads(workers):
    x = np.linspace(-1, 1, 100_000)
    with np.errstate(invalid="raise"), pytest.raises(FloatingPointError):
        ta.derivatives(np.sqrt, 1, workers=workers)(x)
    with np.errstate(all="ignore"):
        got = ta.derivatives(np.sqrt, 1, workers=workers)(x)
    assert np.isnan(got[:, 0]).all()


def test_blocks_avoid_strides_of_a_page():
    for order in range(12):
        for shape in ((10**6,), (1000, 1000), (64, 4096), (2**20,)):
            points = _blocks.block_points(order)
            sizes = [
                np.prod([s.stop - s.start for s in block])
                for block in _blocks.blocks(shape, points)[:3]
            ]
            assert all(size * 8 % 4096 for size in sizes) or shape[-1] % 512 == 0
            assert max(sizes) <= points


@pytest.mark.parametrize(
    "shape", [(1,), (10_000,), (7, 5000), (3, 1, 4000), (5000, 1), (17, 13, 29)]
)
def test_blocks_cover_everything_once(shape):
    count = np.zeros(shape, int)
    for block in _blocks.blocks(shape, 1000):
        count[block] += 1
    assert np.all(count == 1)


def test_blocks_with_several_outputs_and_lost_orders():
    x = np.linspace(-1, 1, 50_001)  # 0 is among them
    ones, sinc = ta.derivatives(lambda x: (x / x, np.sin(x) / x), 2, workers=2)(x)
    close(ones, np.stack([np.ones_like(x), 0 * x, 0 * x]), ulps=1e4)
    close(sinc[0], np.sinc(x / np.pi))
    assert sinc[2][25_000] == pytest.approx(-1 / 3)


@pytest.mark.parametrize("kind", [">f8", "<f8", ">f4", "<f4", ">c16", "<c16"])
def test_byte_orders(kind):
    def f(x):
        return np.sin(x) * x / (x + 2) - x

    for n in (1, 5, 100, 20_000):
        x = np.linspace(0.1, 2, n).astype(kind)
        native = x.astype(x.dtype.newbyteorder("="))
        for order in (0, 1, 4):
            assert np.array_equal(ta.derivatives(f, order)(x), ta.derivatives(f, order)(native))
        assert np.array_equal(ta.derivative(f)(x), ta.derivative(f)(native))
    x = np.linspace(0.1, 2, 5).astype(kind)
    native = x.astype(x.dtype.newbyteorder("="))
    assert np.array_equal(ta.jacobian(f)(x), ta.jacobian(f)(native))


def test_memory_that_is_not_aligned():
    for n in (5, 100, 20_000):
        x = np.zeros(8 * n + 1, np.uint8)[1:].view(np.float64)
        x[:] = np.linspace(0.1, 2, n)
        assert np.array_equal(ta.derivatives(np.exp, 3)(x), ta.derivatives(np.exp, 3)(x.copy()))
