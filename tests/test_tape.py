"""GradientTape: what it records, for how long, and what it answers."""

import copy
import pickle
import threading

import numpy as np
import pytest
from garbage import leftovers

import taylorad as ta

X = np.array([0.3, 0.7, 1.1])


# --- Worked examples ---------------------------------------------------------------------


def test_persistent_tape_and_intermediates():
    with ta.GradientTape(persistent=True) as tape:
        x = tape.watch(np.ones((2, 2)))
        y = np.sum(x)
        z = np.multiply(y, y)
    assert tape.gradient(z, y) == 8.0
    np.testing.assert_array_equal(tape.gradient(z, x), np.full((2, 2), 8.0))
    np.testing.assert_array_equal(tape.gradient(y, x), np.ones((2, 2)))


def test_nested_tapes():
    x = ta.Variable(2.0)
    with ta.GradientTape() as outer:
        with ta.GradientTape() as inner:
            y = x * x * x
        dy = inner.gradient(y, x)
    assert ta.value(dy) == 12.0
    assert outer.gradient(dy, x) == 12.0


def test_linear_regression_with_variables():
    rng = np.random.default_rng(0)
    data = rng.normal(size=100)
    target = 2.0 * data - 1.0
    w, b = ta.Variable(0.0), ta.Variable(0.0)
    for _ in range(200):
        with ta.GradientTape() as tape:
            loss = np.mean((w * data + b - target) ** 2)
        by_w, by_b = tape.gradient(loss, [w, b])
        w -= 0.3 * by_w
        b -= 0.3 * by_b
    assert isinstance(w, ta.Variable)
    assert w.value == pytest.approx(2.0, rel=1e-9)
    assert b.value == pytest.approx(-1.0, rel=1e-9)


# --- Structures --------------------------------------------------------------------------


def test_structures_of_sources_and_targets():
    with ta.GradientTape(persistent=True) as tape:
        p = tape.watch({"a": X, "b": [2.0, (3.0,)]})
        u = np.sum(p["a"]) * p["b"][0]
        v = p["b"][1][0] ** 2
    g = tape.gradient(u, p)
    np.testing.assert_array_equal(g["a"], np.full(3, 2.0))
    assert g["b"][0] == pytest.approx(np.sum(X))
    assert g["b"][1] == (None,)
    both = tape.gradient({"u": u, "v": [v]}, p["b"])
    assert both[0] == pytest.approx(np.sum(X))
    assert both[1] == (6.0,)
    weighted = tape.gradient([u, v], p["b"][1], output_gradients=[1.0, 10.0])
    assert weighted == (60.0,)


def test_output_gradients():
    with ta.GradientTape(persistent=True) as tape:
        x = tape.watch(X)
        y = x * x
    np.testing.assert_allclose(tape.gradient(y, x), 2 * X)
    weights = np.array([1, 0, -1])
    np.testing.assert_allclose(tape.gradient(y, x, output_gradients=weights), 2 * X * weights)
    np.testing.assert_allclose(tape.gradient(y, x, output_gradients=2.0), 4 * X)
    with pytest.raises(ValueError, match=r"shape \(2,\).*shape \(3,\)"):
        tape.gradient(y, x, output_gradients=np.ones(2))
    with pytest.raises(ValueError, match="2 entries for 1 targets"):
        tape.gradient([y], x, output_gradients=[1.0, 2.0])


def test_object_arrays_as_targets():
    with ta.GradientTape(persistent=True) as tape:
        x = tape.watch(X)
        y = np.array([x[0] * x[1], x[2]])
    np.testing.assert_allclose(tape.gradient(y, x), [X[1], X[0], 1.0])
    np.testing.assert_allclose(
        tape.gradient(y, x, output_gradients=np.array([0.0, 3.0])), [0.0, 0.0, 3.0]
    )
    np.testing.assert_allclose(tape.jacobian(y, x), [[X[1], X[0], 0], [0, 0, 1]])


def test_unconnected():
    with ta.GradientTape(persistent=True) as tape:
        x, other = tape.watch((X, np.ones((2, 2))))
        y = np.sum(x)
    assert tape.gradient(y, other) is None
    assert tape.gradient(3.0, x) is None
    assert tape.gradient([y, 3.0], x) is not None
    zero = tape.gradient(y, other, unconnected_gradients="zero")
    np.testing.assert_array_equal(zero, np.zeros((2, 2)))
    g, none = tape.gradient(y, [x, other])
    assert none is None
    np.testing.assert_array_equal(g, np.ones(3))
    with pytest.raises(ValueError, match="'none' or 'zero'"):
        tape.gradient(y, x, unconnected_gradients="nothing")


def test_a_source_is_its_own_target():
    with ta.GradientTape(persistent=True) as tape:
        x = tape.watch(X)
    np.testing.assert_array_equal(tape.gradient(x, x), np.ones(3))
    assert tape.gradient(x, [x, tape.watch(1.0)])[1] is None


def test_jacobian():
    with ta.GradientTape(persistent=True) as tape:
        x, k = tape.watch((X, 2.0))
        y = np.stack([x * k, x * x])
    by_x, by_k = tape.jacobian(y, (x, k))
    assert by_x.shape == (2, 3, 3)
    np.testing.assert_allclose(by_x, [2 * np.eye(3), np.diag(2 * X)])
    np.testing.assert_allclose(by_k, [X, np.zeros(3)])
    np.testing.assert_array_equal(tape.jacobian(3.0, x), np.zeros(3))
    np.testing.assert_array_equal(tape.jacobian(y[:0], x), np.zeros((0, 3, 3)))
    with pytest.raises(TypeError, match="target of a Jacobian"):
        tape.jacobian([y], x)


# --- What is recorded, and when ----------------------------------------------------------


def test_plain_results_where_nothing_records():
    x = ta.Variable(X)
    assert type(x * 2.0) is np.ndarray
    with ta.GradientTape() as tape:
        y = x * x
    assert isinstance(y, ta.Variable)
    assert type(y * 2.0) is np.ndarray
    assert type(np.sin(y)) is np.ndarray
    np.testing.assert_allclose(tape.gradient(y, x), 2 * X)


def test_variables_of_the_user_are_watched_by_every_tape():
    x = ta.Variable(3.0)
    for _ in range(3):
        with ta.GradientTape() as tape:
            y = x * x
        assert tape.gradient(y, x) == 6.0
    x += 1.0
    with ta.GradientTape() as tape:
        y = x * x
    assert tape.gradient(y, x) == 8.0


def test_a_variable_changed_under_one_tape_is_watched_by_the_next():
    x = ta.Variable(X)
    with ta.GradientTape() as tape:
        x *= 2.0
        x[0] = 0.0
        y = np.sum(x * x)
    np.testing.assert_allclose(tape.gradient(y, x), [0.0, 8 * X[1], 8 * X[2]])
    with ta.GradientTape() as tape:
        y = np.sum(x * x)
    np.testing.assert_allclose(tape.gradient(y, x), [0.0, 4 * X[1], 4 * X[2]])


def test_watch():
    given = X.copy()
    with ta.GradientTape() as tape:
        x = tape.watch(given)
        assert isinstance(x, ta.Variable)
        assert tape.watch(x) is x
        given[:] = 0.0
        y = np.sum(x**2)
    np.testing.assert_allclose(tape.gradient(y, x), 2 * X)
    with pytest.raises(TypeError, match="numbers or arrays"):
        tape.watch("x")


def test_watch_before_recording():
    tape = ta.GradientTape()
    x = tape.watch(2.0)
    with tape:
        y = x * x
    assert tape.watched_variables()[0] is x
    assert tape.gradient(y, x) == 4.0


def test_watched_variables():
    a, b, unused = ta.Variable(1.0), ta.Variable(2.0), ta.Variable(3.0)
    with ta.GradientTape() as tape:
        c = tape.watch(4.0)
        y = b * a + unused.value
    watched = tape.watched_variables()
    assert [id(x) for x in watched] == [id(c), id(b), id(a)]
    tape.gradient(y, a)
    assert [id(x) for x in tape.watched_variables()] == [id(c), id(b), id(a)]
    assert ta.GradientTape().watched_variables() == ()


def test_stop_recording():
    x = ta.Variable(X)
    with ta.GradientTape(persistent=True) as tape:
        y = x * x
        with tape.stop_recording():
            constant = y + x
        z = y * constant
    assert type(constant) is np.ndarray
    np.testing.assert_allclose(tape.gradient(z, x), 2 * X * constant)
    with pytest.raises(RuntimeError, match="not recording"), tape.stop_recording():
        pass


def test_recording_goes_on_after_an_error_within_stop_recording():
    x = ta.Variable(2.0)
    with ta.GradientTape() as tape:
        with pytest.raises(KeyError), tape.stop_recording():
            raise KeyError
        y = x * x
    assert tape.gradient(y, x) == 4.0


def test_reset():
    x = ta.Variable(2.0)
    with ta.GradientTape() as tape:
        y = x * x
        tape.reset()
        z = x**3
    assert tape.gradient(z, x) == 12.0
    tape.reset()
    with tape:
        z = x**2
    assert tape.gradient(z, x) == 4.0
    with ta.GradientTape(persistent=True) as tape:
        y = x * x
        tape.reset()
        for _ in range(20):
            z = x * 3.0
    assert tape.gradient(y, x) is None
    assert tape.gradient(z, x) == 3.0


def test_reset_of_a_shared_record():
    x = ta.Variable(2.0)
    with ta.GradientTape() as outer, ta.GradientTape(persistent=True) as inner:
        y = x * x
        inner.reset()
        z = y * y
    assert inner.gradient(z, x) is None
    assert inner.gradient(z, [x, y]) == [None, 8.0]
    assert outer.gradient(z, x) == 4 * 2.0**3


def test_each_tape_sees_what_it_recorded_itself():
    x, other = ta.Variable(3.0), ta.Variable(1.0)
    with ta.GradientTape(persistent=True) as outer:
        y = x * x * other
        with ta.GradientTape(persistent=True) as inner:
            z = y * x
            with inner.stop_recording():
                w = z * x
            v = w + z
        assert inner.watched_variables() == (x,)
    assert outer.watched_variables() == (x, other)
    assert inner.gradient(z, [x, y]) == [9.0, 3.0]  # y is a constant to it
    assert inner.gradient(w, x) is None
    assert inner.gradient(v, [x, w]) == [9.0, 1.0]
    assert outer.gradient([z, w], x) == 3 * 9.0 + 4 * 27.0


def test_a_second_gradient():
    x = ta.Variable(2.0)
    with ta.GradientTape() as tape:
        y = x * x
    assert tape.gradient(y, x) == 4.0
    with pytest.raises(RuntimeError, match="persistent=True"):
        tape.gradient(y, x)
    with pytest.raises(RuntimeError, match="persistent=True"):
        tape.jacobian(y, x)
    with tape:  # starts anew
        z = x**3
    assert tape.gradient(z, x) == 12.0


def test_a_tape_that_has_recorded_nothing():
    with pytest.raises(RuntimeError, match="not recorded anything"):
        ta.GradientTape().gradient(1.0, ta.Variable(1.0))


def test_a_misspelt_question_does_not_use_a_tape_up():
    x = ta.Variable(2.0)
    with ta.GradientTape() as tape:
        y = x * x
    with pytest.raises(TypeError, match=r"tape\.watch"):
        tape.gradient(y, 2.0)
    assert tape.gradient(y, x) == 4.0


def test_recording_goes_on_in_a_second_block():
    x = ta.Variable(2.0)
    with ta.GradientTape(persistent=True) as tape:
        y = x * x
    with tape:
        z = y * x
    assert tape.gradient(z, x) == 12.0
    with tape, pytest.raises(RuntimeError, match="recording already"):
        tape.__enter__()


def test_gradient_within_the_block():
    x = ta.Variable(2.0)
    with ta.GradientTape() as tape:
        y = x**3
        g = tape.gradient(y, x)
        assert g == 12.0
        assert type(g) is np.float64
        assert type(x * x) is np.float64  # it does not record any more
    with ta.GradientTape(persistent=True) as tape:
        y = x**4
        g = tape.gradient(y, x)
        h = tape.gradient(g, x)
        k = tape.gradient(h, x)
    assert [ta.value(d) for d in (g, h, k)] == [32.0, 48.0, 48.0]


def test_errors_within_the_block():
    x = ta.Variable(2.0)
    with pytest.raises(KeyError), ta.GradientTape():
        raise KeyError
    assert type(x * x) is np.float64


def test_higher_derivatives_by_nesting():
    x = ta.Variable(0.7)
    with ta.GradientTape() as a:
        with ta.GradientTape() as b:
            with ta.GradientTape() as c:
                with ta.GradientTape() as d:
                    y = np.sin(x) * x
                y = d.gradient(y, x)
            y = c.gradient(y, x)
        y = b.gradient(y, x)
    t = 0.7
    assert a.gradient(y, x) == pytest.approx(t * np.sin(t) - 4 * np.cos(t))


def test_hessian_by_nested_tapes():
    def f(x):
        return np.sum(np.sin(x) * x[::-1])

    x = ta.Variable(X)
    with ta.GradientTape() as outer:
        with ta.GradientTape() as inner:
            y = f(x)
        g = inner.gradient(y, x)
    np.testing.assert_allclose(outer.jacobian(g, x), ta.hessian(f)(X), rtol=1e-13)


def test_an_outer_tape_keeps_what_an_inner_one_has_used():
    x = ta.Variable(2.0)
    with ta.GradientTape() as outer:
        with ta.GradientTape() as inner:
            y = x**3
        inner.gradient(y, x)
        z = y * x
    assert outer.gradient(z, x) == 32.0


def test_an_inner_tape_outlives_the_outer_one():
    x = ta.Variable(2.0)
    with ta.GradientTape() as outer, ta.GradientTape(persistent=True) as inner:
        y = x**3
    assert outer.gradient(y, x) == 12.0
    del outer
    assert inner.gradient(y, x) == 12.0


def test_tapes_one_after_the_other():
    x = ta.Variable(2.0)
    with ta.GradientTape() as one:
        y = x * x
    with ta.GradientTape() as two:
        z = y * x  # y is a constant of this tape
    assert two.gradient(z, x) == 4.0
    assert one.gradient(y, x) == 4.0


def test_an_intermediate_of_another_tape_may_be_watched():
    x = ta.Variable(2.0)
    with ta.GradientTape(persistent=True) as one:
        y = x * x
    with ta.GradientTape() as two:
        w = two.watch(y)
        z = w**2
    assert w is y
    assert two.gradient(z, w) == 8.0
    assert one.gradient(y, x) == 4.0
    with ta.GradientTape() as outer:
        y = x * x
        with ta.GradientTape() as inner:
            assert inner.watch(y) is y
            z = y**2
        assert inner.gradient(z, y) == 8.0
    assert outer.gradient(z, x) == 32.0


# --- Values ------------------------------------------------------------------------------


def test_gradients_are_arrays_of_their_own():
    with ta.GradientTape(persistent=True) as tape:
        a, b = tape.watch((X, X))
        y = np.sum(a + b)
    one, two = tape.gradient(y, (a, b))
    assert type(one) is np.ndarray
    one += 1.0
    np.testing.assert_array_equal(two, np.ones(3))
    np.testing.assert_array_equal(tape.gradient(y, a), np.ones(3))


def test_dtypes():
    with ta.GradientTape(persistent=True) as tape:
        x = tape.watch(X.astype(np.float32))
        z = tape.watch(np.array([1 + 1j, 2.0]))
        y = np.sum(x * np.arange(3.0)) + np.sum(np.real(z * z))
    assert tape.gradient(y, x).dtype == np.float32
    np.testing.assert_allclose(tape.gradient(y, z), 2 * z.value)


def test_copies_and_pickles_of_variables():
    x = ta.Variable(X)
    for other in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        np.testing.assert_array_equal(ta.value(other), X)
    with ta.GradientTape() as tape:
        y = np.sum(copy.copy(x) ** 2)
    np.testing.assert_allclose(tape.gradient(y, x), 2 * X)


def test_targets_of_inner_transforms():
    x = ta.Variable(2.0)
    with ta.GradientTape(persistent=True) as tape:
        for transform in (ta.derivative, ta.grad):
            with pytest.raises(TypeError, match="open the tape within"):
                transform(lambda t: tape.gradient(t * x, x))(1.0)
            with pytest.raises(TypeError, match="open the tape within"):
                transform(lambda t: tape.watch(t))(1.0)


def test_variables_made_outside_of_the_transform_a_tape_is_in():
    w = ta.Variable(3.0)

    def by_what_is_outside(x):
        with ta.GradientTape() as tape:
            y = x * w * w
        assert tape.watched_variables() == (w,)
        return tape.gradient(y, w)  # 2 x w

    def watches(x):
        with ta.GradientTape() as tape:
            assert tape.watch(w) is w
            y = x * x * w
        return tape.gradient(y, w)

    def by_copy(x):
        v = ta.Variable(w)
        with ta.GradientTape() as tape:
            y = x * v * v * w
        return sum(tape.gradient(y, [v, w]))  # 2 x v w + x v^2

    for d in (ta.grad, ta.derivative):
        assert d(by_what_is_outside)(2.0) == 6.0
        assert d(watches)(2.0) == 4.0
        with ta.GradientTape() as outer:  # that one watches it as well
            slope = d(by_what_is_outside)(2.0)
            copied = d(by_copy)(2.0)
            moving = d(by_what_is_outside)(w)
        assert (slope.value, copied.value, moving.value) == (6.0, 27.0, 6.0)
        assert outer.gradient([slope, copied], w) == 2.0 + 18.0
        assert d(d(lambda x: by_what_is_outside(x**3)))(2.0) == 6.0 * 12.0


def test_arrays_made_outside_of_the_transform_a_tape_is_in():
    w = ta.Variable(np.array([1.0, 2.0]))
    cube = ta.custom_derivative(lambda x: x**3, lambda x: 3 * x**2)

    def slopes(x):
        with ta.GradientTape() as tape:
            y = np.sum(np.sin(w) * x * w[1]) + np.stack([w[0], x])[0] + x * np.sum(cube(w))
        return tape.gradient(y, w)

    a, b = w.value
    expected = [b * np.cos(a) + 3 * a**2, np.sin(a) + np.sin(b) + b * np.cos(b) + 3 * b**2]
    for d in (ta.jacobian, ta.derivative):
        np.testing.assert_allclose(d(slopes)(3.0), expected, rtol=1e-14)


def test_tapes_of_several_levels_watch_one_variable():
    w = ta.Variable(2.0)

    def outer(x):
        def inner(t):
            with ta.GradientTape() as tape:
                y = w**3 * t * x
            return tape.gradient(y, w)  # 3 w^2 t x

        with ta.GradientTape() as tape:
            slope = ta.derivative(inner)(w * x)  # 3 w^2 x
        return tape.gradient(slope, w)  # 6 w x

    assert ta.derivative(outer)(1.0) == 12.0
    assert ta.grad(outer)(1.0) == 12.0


def test_no_assignment_to_what_an_inner_tape_watches():
    w = ta.Variable(np.array([1.0, 2.0]))

    def assigns(x):
        with ta.GradientTape():
            w[0] = 3.0
        return x

    with pytest.raises(TypeError, match="made outside of a transform"):
        ta.derivative(assigns)(1.0)
    assert w.value.tolist() == [1.0, 2.0]


def test_a_variable_of_a_variable_is_a_copy():
    x = ta.Variable(2.0)
    assert isinstance(ta.Variable(x).value, np.float64)
    with ta.GradientTape() as tape:
        y = ta.Variable(x * x)
        z = x * y
    assert tape.gradient(z, [x, y]) == [4.0, 2.0]


def test_sources_that_a_tape_within_a_transform_does_not_watch():
    def outer(x):
        def inner(t):
            with ta.GradientTape() as tape:
                y = x * t
            return tape.gradient(y, x)

        return ta.grad(inner)(x)

    with pytest.raises(TypeError, match=r"tape\.watch"):
        ta.grad(outer)(2.0)


def test_arguments_of_the_transform_a_tape_is_in():
    def by_its_argument(x):
        with ta.GradientTape() as tape:
            tape.watch(x)  # what it returns is left lying
            y = x**3
        return tape.gradient(y, x)

    assert ta.grad(by_its_argument)(2.0) == 12.0
    assert ta.grad(ta.grad(by_its_argument))(2.0) == 6.0
    with pytest.raises(TypeError, match=r"tape\.watch"):
        ta.derivative(by_its_argument)(2.0)

    def by_both(x, other):
        with ta.GradientTape(persistent=True) as tape:
            v = tape.watch(2.0 * other)
            y = x * v**2
        by_x, by_v = tape.gradient(y, [x, v])
        none = tape.gradient(v, x)
        assert none is None
        return by_x * by_v  # v^2 2 x v = 16 x other^3

    assert ta.grad(by_both, argnums=(0, 1))(3.0, 5.0) == (16 * 125.0, 16 * 3 * 3 * 25.0)


# --- Memory and threads ------------------------------------------------------------------


def by_tape(persistent=False):
    x = ta.Variable(X)
    with ta.GradientTape(persistent) as tape:
        y = x * 2
        y[0] = 3.0
        x += 1.0
        z = np.sum(np.sin(y)[::-1] * x)
        part = x[1:]
        part *= 2.0
    return tape.gradient(z, [x, y])


def by_nested_tapes():
    x = ta.Variable(X)
    with ta.GradientTape(persistent=True) as outer:
        with ta.GradientTape() as inner:
            y = np.sum(np.sin(x))
        g = inner.gradient(y, x)
        h = np.sum(g * g)
    return outer.gradient(h, x), outer.jacobian(g, x)


def abandoned():
    x = ta.Variable(X)
    with ta.GradientTape(persistent=True):
        x *= x
    with ta.GradientTape() as tape:
        x += x
    return tape.watched_variables()


@pytest.mark.parametrize("call", [by_tape, lambda: by_tape(True), by_nested_tapes, abandoned])
def test_no_circles_of_references(call):
    assert leftovers(call) == 0


def test_a_tape_that_is_not_persistent_releases_what_it_has_used():
    x = ta.Variable(np.ones(1000))
    with ta.GradientTape() as tape:
        y = x
        for _ in range(10):
            y = np.sin(y)
        y = np.sum(y)
    record = tape._record
    assert len(record.graph) >= 11
    tape.gradient(y, x)
    assert len(record.graph) == 0
    assert tape._record is None


def test_threads():
    """Eight threads, each with tapes and transforms of its own."""
    failures = []
    barrier = threading.Barrier(8)

    def work(seed):
        try:
            rng = np.random.default_rng(seed)
            shared.append(seed)
            barrier.wait()
            for _ in range(60):
                x = rng.normal(size=5)
                v = ta.Variable(x)
                with ta.GradientTape() as outer:
                    with ta.GradientTape() as inner:
                        y = np.sum(np.sin(v) * v)
                    g = inner.gradient(y, v)
                    s = np.sum(g * weights)
                h = outer.gradient(s, v)
                exact_g = np.cos(x) * x + np.sin(x)
                exact_h = 2 * np.cos(x) - x * np.sin(x)
                np.testing.assert_allclose(ta.value(g), exact_g, rtol=1e-12, atol=1e-15)
                np.testing.assert_allclose(h, exact_h, rtol=1e-12, atol=1e-15)
                got = ta.hessian(lambda x: np.sum(np.sin(x) * x))(x)
                np.testing.assert_allclose(np.diag(got), exact_h, rtol=1e-12, atol=1e-15)
                got = ta.grad(lambda x: np.sum(ta.derivative(lambda t: np.sin(t) * t)(x)))(x)
                np.testing.assert_allclose(got, exact_h, rtol=1e-12, atol=1e-15)
        except Exception as error:
            failures.append(error)
            barrier.abort()

    weights = np.ones(5)
    shared = []
    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert sorted(shared) == list(range(8))


def test_a_variable_shared_by_threads():
    x, results = ta.Variable(X), []

    def work(k):
        for _ in range(200):
            with ta.GradientTape() as tape:
                y = np.sum(k * x * x)
            results.append(np.array_equal(tape.gradient(y, x), 2 * k * X))

    threads = [threading.Thread(target=work, args=(2.0**k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 1600


def test_a_tape_records_its_own_thread():
    x = ta.Variable(2.0)
    results = []
    with ta.GradientTape() as tape:
        thread = threading.Thread(target=lambda: results.append(x * x))
        thread.start()
        thread.join()
        y = x**3
    assert type(results[0]) is np.float64
    assert tape.gradient(y, x) == 12.0
