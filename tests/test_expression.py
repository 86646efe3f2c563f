"""The parser of expressions: what it computes, and how it refuses everything else."""

import ast
import math
import time
import tracemalloc

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taylorad.expression import (
    CONSTANTS,
    DEPTH_LIMIT,
    FUNCTIONS,
    LENGTH_LIMIT,
    ExpressionError,
    constant,
    parse,
)
from taylorad.transforms import derivatives

# Every function by its mathematical definition, from mpmath, and where to try it.
ORACLE = {
    "sin": (mpmath.sin, 0.7), "cos": (mpmath.cos, 0.7), "tan": (mpmath.tan, 0.7),
    "arcsin": (mpmath.asin, 0.3), "arccos": (mpmath.acos, 0.3), "arctan": (mpmath.atan, 0.7),
    "sinh": (mpmath.sinh, 0.7), "cosh": (mpmath.cosh, 0.7), "tanh": (mpmath.tanh, 0.7),
    "arcsinh": (mpmath.asinh, 0.7), "arccosh": (mpmath.acosh, 1.7),
    "arctanh": (mpmath.atanh, 0.3), "exp": (mpmath.exp, 0.7),
    "exp2": (lambda x: mpmath.mpf(2) ** x, 0.7), "expm1": (mpmath.expm1, 0.7),
    "log": (mpmath.log, 0.7), "log2": (lambda x: mpmath.log(x, 2), 0.7),
    "log10": (mpmath.log10, 0.7), "log1p": (lambda x: mpmath.log(1 + x), 0.7),
    "sqrt": (mpmath.sqrt, 0.7), "cbrt": (mpmath.cbrt, 0.7),
    "sinc": (lambda x: mpmath.sin(mpmath.pi * x) / (mpmath.pi * x), 0.7),
    "absolute": (abs, -0.7), "sign": (mpmath.sign, -0.7), "floor": (mpmath.floor, 0.7),
    "ceil": (mpmath.ceil, 0.7), "trunc": (mpmath.floor, 0.7), "rint": (mpmath.nint, 0.7),
}  # fmt: skip
ORACLE_OF_TWO = {
    "arctan2": mpmath.atan2,
    "power": mpmath.power,
    "hypot": mpmath.hypot,
    "minimum": min,
    "maximum": max,
}


def test_every_function_has_an_oracle():
    spelled = {function.__name__ for function in FUNCTIONS.values()}
    assert spelled == {FUNCTIONS[name].__name__ for name in [*ORACLE, *ORACLE_OF_TWO]}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_and_their_derivatives(name):
    function = FUNCTIONS[name]
    oracles = {FUNCTIONS[key]: value for key, value in ORACLE.items()}
    oracles_of_two = {FUNCTIONS[key]: value for key, value in ORACLE_OF_TWO.items()}
    with mpmath.workdps(40):
        if function in oracles:
            oracle, at = oracles[function]
            f = parse(f"{name}(x)")
        else:
            at = 0.7
            f = parse(f"{name}(x, 1.5)")

            def oracle(x):
                return oracles_of_two[function](x, mpmath.mpf(1.5))

        expected = [float(value) for value in mpmath.taylor(oracle, at, 4)]
    expected = [value * math.factorial(k) for k, value in enumerate(expected)]
    np.testing.assert_allclose(f(at), expected[0], rtol=1e-14)
    np.testing.assert_allclose(derivatives(f, 4)(at), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("text", "oracle"),
    [
        ("x", lambda x: x),
        ("+x - -x", lambda x: 2 * x),
        ("2*x + 3/x - 1", lambda x: 2 * x + 3 / x - 1),
        ("-x**2", lambda x: -(x**2)),
        ("2**-x**2", lambda x: 2 ** -(x**2)),
        ("x**2**3", lambda x: x**8),
        ("(x + 1)*(x - 1)", lambda x: x * x - 1),
        ("x//0.3 + x%0.3", lambda x: x // 0.3 + x % 0.3),
        ("1_000*x + 1e-3 + .5 + 1.", lambda x: 1000 * x + 1.501),
        ("sin(\n  x\t)", math.sin),
        ("e**(pi*x/tau)", lambda x: math.exp(x / 2)),
        ("hypot(x, min(x, 2))", lambda x: math.hypot(x, min(x, 2))),
        ("---x", lambda x: -x),
    ],
)
def test_values(text, oracle):
    for x in (0.3, 1.7, 2.5):
        assert parse(text)(x) == pytest.approx(oracle(x), rel=1e-15)
    x = np.linspace(0.1, 3, 7)
    np.testing.assert_allclose(parse(text)(x), [oracle(point) for point in x], rtol=1e-14)


@pytest.mark.parametrize(
    ("text", "x", "expected"),
    [("1/x", 0, math.inf), ("x**0.5", -1, math.nan), ("log(x)", 0, -math.inf)],
)
def test_python_numbers_follow_numpy_at_singularities(text, x, expected):
    with np.errstate(all="ignore"):
        np.testing.assert_equal(float(parse(text)(x)), expected)


def test_single_precision_is_kept():
    assert parse("2*sin(x)**2 + pi")(np.ones(3, np.float32)).dtype == np.float32


def test_repr_and_text():
    f = parse("  sin(x) ")
    assert f.text == "sin(x)"
    assert repr(f) == "parse('sin(x)')"
    assert not f.is_constant
    assert not parse("x").is_constant
    assert parse("2").is_constant


@pytest.mark.parametrize(
    ("text", "expected"),
    [("-2*pi", -math.tau), ("3", 3.0), ("sqrt(2)/2", math.sqrt(0.5)), ("0**0", 1.0), ("e", math.e)],
)
def test_constants(text, expected):
    assert constant(text) == pytest.approx(expected, rel=1e-15)
    assert type(constant(text)) is float


def test_a_constant_has_no_variable():
    with pytest.raises(ExpressionError, match="without x"):
        constant("2*x")


# Each with a part of the line it is to be refused with.
REFUSED = [
    ("", "empty"),
    (" \n", "empty"),
    ("x.real", "attributes"),
    ("__import__('os').system('true')", "not allowed"),
    ("().__class__", "attributes"),
    ("__class__", "unknown name '__class__'"),
    ("x[0]", "round parentheses"),
    ("{x}", "round parentheses"),
    ("lambda x: x", "':'"),
    ("lambda", "unknown name 'lambda'"),
    ("(x for x in x)", "unknown name 'for'"),
    ("x if x else x", "unknown name 'if'"),
    ("1if x else 2", "unknown name 'if'"),
    ("x and x", "unknown name 'and'"),
    ("not x", "unknown name 'not'"),
    ("await x", "unknown name 'await'"),
    ("True", "unknown name 'True'"),
    ("'a'", "text"),
    ("f'{x}'", "text"),
    ("x := 1", "':'"),
    ("x = 1", "'='"),
    ("min(x, key=1)", "'='"),
    ("x < 1", "comparisons"),
    ("x @ x", "'@'"),
    ("x; x", "';'"),
    ("x # comment", "'#'"),
    ("x\\", "'\\\\\\\\'"),
    ("...", "'.'"),
    ("x\0", "x00"),
    ("x^2", r"\*\*"),
    ("|x|", "abs"),
    ("x\u00b2", r"\*\*2"),
    ("2*\u03c0", "pi"),
    ("2\u00d7x", r"write \*"),
    ("\u2212x", "write -"),
    ("\uff53\uff49\uff4e(x)", r"U\+FF53"),  # full width: Python itself reads it as sin
    ("s\u0456n(x)", r"U\+0456"),  # a Cyrillic letter
    ("\udcff", r"U\+DCFF"),
    ("sine(x)", "did you mean sin "),
    ("Sin(x)", "did you mean sin "),
    ("X", r"did you mean x\?"),
    ("y", "allowed are x, e, pi, tau and the functions"),
    ("eval(x)", "unknown name 'eval'"),
    ("1j", "unknown name 'j'"),
    ("0x10", "unknown name 'x10'"),
    ("sin", "sin is a function"),
    ("sin x", r"write sin\(x\)"),
    ("sin**2", "sin is a function"),
    ("2x", "operator is missing between '2' and 'x'"),
    ("2 3", "operator is missing"),
    ("2sin(x)", "operator is missing"),
    ("1e-5x", "operator is missing"),
    ("x(x + 1)", "operator is missing between 'x' and"),
    ("(x + 1)(x - 1)", "operator is missing"),
    ("2(x)", "operator is missing"),
    ("x +", "missing after '\\+'"),
    ("* x", "missing before '\\*'"),
    ("x + * 2", "missing after '\\+' and before '\\*'"),
    ("()", "missing after '\\(' and before '\\)'"),
    ("sin()", "missing after"),
    ("sin(x,)", "missing after ','"),
    ("sin(*x)", "missing after '\\('"),
    ("hypot(**x)", "missing after '\\('"),
    ("x, x", "'x, x' is not allowed"),
    ("(x, x)", "not allowed"),
    ("sin(x, x)", "takes 1 argument, 2 given"),
    ("hypot(x)", "takes 2 arguments, 1 given"),
    ("(x", "never closed"),
    ("x)", "has no"),
    ("007", "leading zeros"),
    ("1__0", "decimal literal"),
    ("9**9**9**9", "not a finite number"),
    ("1e999", "not a finite number"),
    ("9" * 400, "not a finite number"),
    ("x + 1/0", "'1/0' is inf"),
    ("log(0)", "is -inf"),
    ("sqrt(-1)", "is nan"),
    ("(-8)**(1/3)", "is nan"),
    ("x" + "+x" * LENGTH_LIMIT, f"at most {LENGTH_LIMIT}"),
    ("(" * 5000 + "x" + ")" * 5000, f"at most {LENGTH_LIMIT}"),
    ("(" * 300 + "x" + ")" * 300, f"{DEPTH_LIMIT} parentheses"),
    ("sin(" * 60 + "x" + ")" * 60, f"{DEPTH_LIMIT} parentheses"),
    ("sin(" * 49 + "*" + ")" * 49, "missing after"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_refused_in_one_line(text, message):
    with pytest.raises(ExpressionError, match=message) as caught:
        parse(text)
    assert isinstance(caught.value, ValueError)
    assert "\n" not in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("thing", [None, 3, b"x", ["x"]])
def test_only_text_is_parsed(thing):
    with pytest.raises(ExpressionError, match="is a str"):
        parse(thing)


def test_refused_quickly_and_in_little_memory():
    for text, _ in REFUSED:
        start = time.perf_counter()
        with pytest.raises(ExpressionError):
            parse(text)
        assert time.perf_counter() - start < 0.5
    tracemalloc.start()
    with pytest.raises(ExpressionError):
        parse("9**9**9**9**9")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-" * (LENGTH_LIMIT - 1) + "x", -0.5),
        ("x" + "+x" * 499, 250.0),
        ("x" + "*1" * 499, 0.5),
        ("1" + "**x" * 333, 1.0),
        ("(" * DEPTH_LIMIT + "x" + ")" * DEPTH_LIMIT, 0.5),
    ],
)
def test_long_and_deep_within_the_limits(text, expected):
    assert parse(text)(0.5) == pytest.approx(expected)


expressions = st.recursive(
    st.sampled_from(["x", "2", "0.5", "pi"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map("({0[0]} {0[1]} {0[2]})".format),
        st.tuples(st.sampled_from(["sin", "cosh", "-", "exp"]), inner).map(
            "{0[0]}({0[1]})".format
        ),
    ),
    max_leaves=8,
)


@given(expressions, st.floats(0.1, 2))
def test_agrees_with_python_itself(text, x):
    names = {name: getattr(np, name) for name in ("sin", "cosh", "exp", "pi")}
    try:
        found = parse(text)
    except ExpressionError as error:
        assert "finite" in str(error)
        return
    with np.errstate(all="ignore"):
        expected = eval(text, {"__builtins__": {}}, {**names, "x": np.float64(x)})
        np.testing.assert_array_equal(found(x), expected)


@given(st.text(max_size=40) | st.text("xsincoep()+-*/%,.^ 0123456789", max_size=40))
def test_any_text_is_parsed_or_refused(text):
    try:
        f = parse(text)
    except ExpressionError as error:
        assert str(error).isprintable()
    else:
        ast.parse(f.text.replace("\n", " "), mode="eval")
        with np.errstate(all="ignore"):
            assert np.ndim(f(0.5)) == 0


def test_names_are_the_only_ones():
    assert not set(FUNCTIONS) & {"x", *CONSTANTS}
