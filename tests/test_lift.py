"""Code that was written for plain numbers, under every kind of derivative."""

import gc
import math
import pickle
import threading
import traceback
from functools import partial
from types import BuiltinFunctionType

import foreign
import foreign_styles
import mpmath
import numpy as np
import pytest

import taylorad as ta


def determinant_of_three(t):
    """The sum of the solution of the tridiagonal system, by Cramer's rule."""
    a = mpmath.matrix([[2 + t, -1, 0], [-1, 2 + t, -1], [0, -1, 2 + t]])
    return sum(mpmath.lu_solve(a, mpmath.matrix([1, t, 0])))


def six_sines(x):
    for _ in range(6):
        x = mpmath.sin(x)
    return x


# What each function of foreign.py computes, in mpmath.
ANSWERS = {
    "oscillator": mpmath.cos,
    "tridiagonal": determinant_of_three,
    "star_import": lambda x: x + 2 * x**2 + 3 * x**3,
    "model": lambda x: 2 * x + mpmath.exp(x / 2) + 2 * mpmath.log(x),
    "points": lambda x: mpmath.hypot(x, 0.5) + mpmath.sin(x),
    "slotted": lambda x: mpmath.tan(x) + mpmath.tan(2 * x),
    "decorated": lambda x: mpmath.sqrt(x) * mpmath.exp(x),
    "through_caches": lambda x: mpmath.cos(x) + 55,
    "recursive": six_sines,
    "generated": lambda x: x + x**2 / 2 + x**3 / 3,
    "nested_lists": lambda x: x**3 - 2 + x + x**2,
    "typed": lambda x: x**2,
    "whole": lambda x: 3 * x,
    "through_complex": lambda x: 2 * mpmath.cos(x),
    "aliased": lambda x: x + x**2 + x**3,
    "in_place": lambda x: 9 * x + 3,
    "joined": lambda x: x + x**2 + 3,
    "elementwise": lambda x: mpmath.exp(x) + mpmath.exp(2 * x),
    "vectorized_before": lambda x: mpmath.log(x, 2) + mpmath.log(x, 3),
    "mapped": lambda x: mpmath.sin(x) + mpmath.sin(2 * x) + 3 * x,
    "called_partially": lambda x: x**3,
    "imported_inside": lambda x: mpmath.tanh(x) + x,
    "packed": lambda x: mpmath.exp(x) - x,
    "managed": lambda x: 4 * x**2,
    "comprehended": lambda x: 11 * x,
    "zero_dimensional": lambda x: x + x**2,
    "formatted": lambda x: x,
    "tried": mpmath.log,
}
POINT = 1.25


@pytest.fixture(params=ANSWERS)
def case(request):
    with mpmath.workdps(50):
        answers = [mpmath.diff(ANSWERS[request.param], POINT, k) for k in range(4)]
    # Runge and Kutta's method is the only one here that is not exact.
    tolerance = 1e-7 if request.param == "oscillator" else 1e-12
    return getattr(foreign, request.param), np.array(answers, float), tolerance


def agree(got, want, tolerance):
    np.testing.assert_allclose(np.asarray(got, float), want, rtol=tolerance, atol=tolerance)


def test_plain_numbers_give_what_they_gave(case):
    f, answers, tolerance = case
    plain, lifted = f(POINT), ta.lift(f)(POINT)
    assert type(lifted) is type(plain)
    assert lifted == plain
    agree(plain, answers[0], tolerance)


def test_forward(case):
    f, answers, tolerance = case
    agree(ta.derivatives(ta.lift(f), 3)(POINT), answers, tolerance)
    y = ta.lift(f)(ta.Dual(POINT, 2.0))
    agree([ta.value(y), y.tangent], answers[:2] * [1, 2], tolerance)
    y = ta.lift(f)(ta.HyperDual(POINT, 1.0, 1.0, 0.0))
    agree([ta.value(y), y.d1, y.d2, y.d12], answers[[0, 1, 1, 2]], tolerance)
    y = ta.lift(f)(ta.Taylor.variable(POINT, 3))
    agree(y.derivatives(), answers, tolerance)


def test_reverse(case):
    f, answers, tolerance = case
    lifted = ta.lift(f)
    agree(ta.value_and_grad(lifted)(POINT), answers[:2], tolerance)
    with ta.GradientTape() as tape:
        x = tape.watch(POINT)
        y = lifted(x)
    agree(tape.gradient(y, x), answers[1], tolerance)


STYLES = [f for name, f in vars(foreign_styles).items() if name.startswith("style_")]


@pytest.mark.parametrize("f", STYLES, ids=lambda f: f.__name__)
def test_styles(f):
    """The plain function says what its value is, and by differences what its slopes are."""
    x, step, lifted = POINT, 1e-3, ta.lift(f)
    plain, value = f(x), lifted(x)
    assert type(value) is type(plain) and value == plain
    near = [float(f(x + k * step)) for k in (-2, -1, 0, 1, 2)]
    slope = np.dot([1, -8, 0, 8, -1], near) / (12 * step)
    curvature = np.dot([-1, 16, -30, 16, -1], near) / (12 * step**2)
    agree(ta.derivatives(lifted, 2)(x), [plain, slope, curvature], 1e-6)
    agree(ta.grad(lifted)(x), slope, 1e-6)
    agree(ta.derivative(ta.grad(lifted))(x), curvature, 1e-6)
    agree(ta.grad(ta.derivative(lifted))(x), curvature, 1e-6)


@pytest.mark.parametrize(
    "twice",
    [
        lambda f: ta.derivative(ta.derivative(f)),
        lambda f: ta.derivative(ta.grad(f)),
        lambda f: ta.grad(ta.derivative(f)),
        lambda f: ta.grad(ta.grad(f)),
        lambda f: ta.derivative(ta.lift(ta.derivative(f))),
    ],
)
def test_nested(case, twice):
    f, answers, tolerance = case
    agree(twice(ta.lift(f))(POINT), answers[2], tolerance)


def test_a_level_that_comes_later():
    """A buffer that holds numbers of an outer level takes those of an inner one."""

    def f(x):
        def inner(y):
            a[1] = y * y * x
            return a[1] + a[0] * y

        a = np.zeros(2)
        a[0] = x**3
        return ta.derivative(inner)(2.0)

    for transform in (ta.derivative, ta.grad):
        # 4 x + x^3
        assert transform(ta.lift(f))(3.0) == pytest.approx(4 + 27)


def test_nothing_changes_outside():
    before = {name: id(thing) for name, thing in vars(foreign).items()}
    numpy_before = {name: id(thing) for name, thing in vars(np).items()}
    codes = [foreign.model.__code__, foreign.Model.__call__.__code__]
    ta.derivative(ta.lift(foreign.model))(POINT)
    assert {name: id(thing) for name, thing in vars(foreign).items()} == before
    assert {name: id(thing) for name, thing in vars(np).items()} == numpy_before
    assert [foreign.model.__code__, foreign.Model.__call__.__code__] == codes
    with pytest.raises(TypeError, match="would drop its derivatives"):
        foreign.recursive(ta.Dual(1.0, 1.0))


def test_globals_are_those_of_the_function():
    foreign.CALLS.clear()
    ta.lift(foreign.decorated)(POINT)
    assert foreign.CALLS == ["wrapper", "decorated"] or len(foreign.CALLS) == 2
    assert ta.lift(counting)() == 1
    assert ta.lift(counting)() == 2
    assert counting() == 3


COUNT = 0


def counting():
    global COUNT
    COUNT += 1
    return COUNT


def test_what_can_be_lifted():
    d = ta.Dual(POINT, 1.0)
    made = ta.lift(foreign.Model)(d * d)
    assert type(made) is foreign.Model
    want = 2 * POINT + math.exp(POINT / 2)  # of Model(x^2), at 0.5
    slope = 2 + math.exp(POINT / 2) / 2
    for callable_object in (made, made.__call__, partial(made)):
        y = ta.lift(callable_object)(0.5)
        assert (y.value, y.tangent) == pytest.approx((want, slope))
    y = ta.lift(foreign.Model.of_square)(d).rate
    assert (y.value, y.tangent) == (POINT**2, 2 * POINT)
    y = ta.lift(foreign.cached)(d)
    assert (y.value, y.tangent) == pytest.approx((math.cos(POINT), -math.sin(POINT)))
    y = ta.lift(foreign.Model.double)(d)
    assert (y.value, y.tangent) == (2 * POINT, 2.0)


@pytest.mark.parametrize("transform", [ta.derivative, ta.grad])
def test_arrays_that_were_there_before(transform):
    """Arrays that only one variable knows become numbers when they have to."""
    space = foreign.Workspace()
    assert transform(lambda x: ta.lift(foreign.Workspace().run)(x))(POINT) == 1 + 4 * POINT
    assert ta.lift(space.run)(POINT) == foreign.Workspace().run(POINT) == (1 + 2 * POINT) * POINT
    assert type(space.work) is np.ndarray
    known = space.work
    with pytest.raises(TypeError, match="would drop its derivatives"):
        ta.derivative(ta.lift(space.run))(POINT)
    assert space.work is known


def test_arguments_are_not_changed_into_numbers():
    def f(a, x):
        a[0] = x
        return a[0] * 2

    given = np.ones(2)
    with pytest.raises(TypeError, match="would drop its derivatives"):
        ta.derivative(ta.lift(f), argnum=1)(given, 2.0)
    np.testing.assert_array_equal(given, 1.0)
    assert ta.derivative(ta.lift(lambda x: f(given * 3, x)))(2.0) == 2.0


def test_compiled_functions_stay_as_they_are():
    for f in (np.sin, np.sum, math.sin, len, np.linalg.norm, [].append):
        assert ta.lift(f) is f
    lifted = ta.lift(foreign.model)
    assert ta.lift(lifted) is lifted


@pytest.mark.parametrize("given", [1.0, "f", None, np.zeros(2), ta.Dual(1.0, 1.0)])
def test_what_is_not_callable(given):
    with pytest.raises(TypeError, match="lift takes a function"):
        ta.lift(given)


def test_lift_is_a_decorator():
    @ta.lift
    def f(x):
        """A doc."""
        return math.sin(x)

    class Wave:
        @ta.lift
        def at(self, x):
            return f(x) * 2

    assert f.__name__ == "f" and f.__doc__ == "A doc."
    assert ta.derivative(Wave().at)(0.5) == pytest.approx(2 * math.cos(0.5))


def test_lambdas_on_one_line():
    f, g = lambda x: math.sin(x), lambda x: math.cos(x)
    nested = lambda x: (lambda y: math.exp(y) * x)(2 * x)  # noqa: E731
    assert ta.derivative(ta.lift(f))(0.5) == pytest.approx(math.cos(0.5))
    assert ta.derivative(ta.lift(g))(0.5) == pytest.approx(-math.sin(0.5))
    assert ta.derivative(ta.lift(nested))(0.5) == pytest.approx(2 * math.e)


def test_a_file_that_was_edited_is_not_read(tmp_path, monkeypatch):
    import importlib
    import linecache

    monkeypatch.syspath_prepend(tmp_path)
    source = tmp_path / "edited_module.py"
    source.write_text("import math\ndef f(x):\n    return math.sin(x)\n")
    module = importlib.import_module("edited_module")
    source.write_text("import math\ndef f(x):\n    return math.cos(x)\n")
    linecache.checkcache(str(source))
    assert ta.derivative(ta.lift(module.f))(0.5) == pytest.approx(math.cos(0.5))  # of the sine


def test_code_without_source():
    names = {}
    exec(
        "import math\nimport numpy as np\nfrom numpy import zeros\nfrom math import exp\n"
        "def g(x):\n    return exp(x)\n"
        "def f(x):\n    a = zeros(2)\n    a[0] = math.sin(x)\n    a[1] = g(x)\n"
        "    assert isinstance(x, float) and isinstance(a, np.ndarray)\n"
        "    return np.sum(a, dtype=float)\n",
        names,
    )
    assert ta.derivative(ta.lift(names["f"]))(0.5) == pytest.approx(math.cos(0.5) + math.exp(0.5))
    assert ta.lift(names["f"])(0.5) == names["f"](0.5)


def test_errors_show_the_original_lines():
    def f(x):
        a = np.zeros(2)
        a[0] = x
        return a[5]

    with pytest.raises(IndexError) as caught:
        ta.lift(f)(ta.Dual(1.0, 1.0))
    frame = [f for f in traceback.extract_tb(caught.tb) if f.name == "f"][-1]
    assert (frame.filename, frame.line) == (__file__, "return a[5]")


def test_vectorized_functions_have_the_dtype_of_the_first_result():
    def f(x):
        return np.vectorize(lambda t: t * 2 if t > 1 else 0)(np.array([x, 3 * x]))

    for x in (0.5, 2.0):
        y = ta.lift(f)(ta.Dual(x, 1.0))
        np.testing.assert_array_equal(ta.value(y), f(x))
        assert ta.value(y).dtype == f(x).dtype


def test_results_are_plain_in_every_structure():
    class Box:
        def __init__(self):
            self.array = np.zeros(2)
            self.inside = [np.ones(1), {"a": np.ones(2)}]

    def f(x):
        a = np.zeros(2)
        yield a
        yield [a, (a, {"k": a}), foreign.Pair(a, x)]
        box = Box()
        box.array[0] = x
        yield box

    first, second, box = ta.lift(f)(2.0)
    arrays = [first, second[0], second[1][0], second[1][1]["k"], second[2].first]
    arrays += [box.array, box.inside[0], box.inside[1]["a"]]
    assert all(type(a) is np.ndarray for a in arrays)
    assert isinstance(second[2], foreign.Pair)
    *_, box = ta.lift(f)(ta.Dual(2.0, 1.0))
    assert isinstance(box.array, ta.Dual)
    assert type(box.inside[0]) is np.ndarray


def test_what_is_kept_in_arguments_is_plain():
    class Store:
        def keep(self, x):
            self.kept = np.zeros(2)
            self.kept[0] = x
            raise KeyError("after it was kept")

    store = Store()
    with pytest.raises(KeyError):
        ta.lift(store.keep)(1.0)
    assert type(store.kept) is np.ndarray


def test_generators_pass_on_what_is_sent_and_thrown():
    def f(x):
        try:
            got = yield math.sin(x)
            yield math.cos(got)
        except KeyError:
            yield np.zeros(1)
        return 5

    plain, lifted = f(1.0), ta.lift(f)(1.0)
    assert next(plain) == next(lifted)
    assert plain.send(0.5) == lifted.send(0.5)
    again = ta.lift(f)(1.0)
    next(again)
    assert type(again.throw(KeyError())) is np.ndarray
    with pytest.raises(StopIteration) as stopped:
        next(again)
    assert stopped.value.value == 5


def test_threads():
    lifted = ta.lift(foreign.tridiagonal)
    want, got = ta.derivative(lifted)(POINT), [None] * 8

    def work(i):
        got[i] = [ta.derivative(ta.lift(foreign.tridiagonal))(POINT) for _ in range(20)]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [[want] * 20] * 8


def test_functions_that_go_are_forgotten():
    from taylorad.lifting.substitutes import FOLLOWING

    def make(n):
        return lambda x: math.sin(n * x)

    ta.lift(make(0))(1.0)
    gc.collect()
    before = len(FOLLOWING.known)
    for n in range(50):
        assert ta.lift(make(n))(1.0) == math.sin(n)
    gc.collect()
    assert len(FOLLOWING.known) <= before


def test_callbacks_of_transforms_are_lifted():
    def f(x):
        return ta.derivative(foreign.recursive)(x)

    want = ta.derivative(ta.lift(foreign.recursive), order=2)(0.5)
    assert ta.derivative(ta.lift(f))(0.5) == pytest.approx(want)


def test_compiled_callers_get_plain_answers():
    optimize = pytest.importorskip("scipy.optimize")

    def f(a):
        return optimize.brentq(lambda x: x * x - a, 0.0, 3.0)

    assert ta.lift(f)(2.0) == f(2.0)
    with pytest.raises(TypeError, match="results carry derivatives"):
        ta.lift(f)(ta.Dual(2.0, 1.0))


def test_a_tape_that_has_ended_leaves_plain_values():
    with ta.GradientTape() as tape:
        x = tape.watch(2.0)
        tape.gradient(x * x, x)

    def f(x):
        a = np.zeros(2)
        a[0] = x
        return a

    np.testing.assert_array_equal(ta.value(ta.lift(f)(x)), [2.0, 0.0])


def test_pickled_buffers_are_arrays():
    def f(x):
        a = np.zeros(2)
        a[0] = x
        return pickle.loads(pickle.dumps(a)), a.copy(), a.tolist()

    loaded, copied, listed = ta.lift(f)(2.0)
    assert type(loaded) is type(copied) is np.ndarray
    assert listed == [2.0, 0.0]
    assert isinstance(math.sin, BuiltinFunctionType)


class Arrow:
    """Other people's class, whose operators allocate plain arrays and call `math`."""

    def __init__(self, x, y):
        self.data = np.zeros(2)
        self.data[0], self.data[1] = x, y

    def __add__(self, other):
        out = np.zeros(2)
        for i in range(2):
            out[i] = self.data[i] + other.data[i]
        return Arrow(out[0], out[1])

    def __rmul__(self, scale):
        return Arrow(scale * float(self.data[0]), scale * float(self.data[1]))

    def __matmul__(self, other):
        return math.fsum([self.data[0] * other.data[0], self.data[1] * other.data[1]])

    def __getitem__(self, i):
        return float(self.data[i])


def test_operators_of_other_peoples_classes():
    def f(x):
        a, b = Arrow(x, 1.0), Arrow(2.0, x * x)
        return (a + 3.0 * b) @ b * a[0]  # ((x + 6) 2 + (1 + 3 x^2) x^2) x

    with pytest.raises(TypeError):
        ta.derivative(f)(0.7)
    x = 0.7
    assert ta.derivative(ta.lift(f))(x) == pytest.approx(12 + 4 * x + 3 * x**2 + 15 * x**4)
    assert ta.grad(ta.lift(f))(x) == pytest.approx(12 + 4 * x + 3 * x**2 + 15 * x**4)
    assert ta.lift(f)(x) == f(x)
