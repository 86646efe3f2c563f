"""The shape of the package: exported names, and imports that point one way."""

import ast
import inspect
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

import taylorad as ta

PACKAGE = Path(__file__).parents[1] / "taylorad"
SOURCES = sorted(p for p in PACKAGE.rglob("*.py*") if p.suffix in {".py", ".pyx"})

# From the bottom up. A module imports from its own layer and from those above it in this
# list only; a name stands for the module and for everything inside it.
LAYERS = [
    [
        "_arrivals", "_callers", "_foreign", "_lazily", "_memory", "_trees", "expression",
        "monomials",
    ],
    ["algebra"],
    ["recurrences", "_kernels"],
    ["_vector", "_matrices", "_decompositions"],
    ["_numbers"],
    ["dispatch"],
    ["_tape"],
    ["_array", "_methods", "_notebook", "calculus", "math", "splitting"],
    ["_printing"],
    ["polynomial_maps", "polynomials", "valuation"],
    ["rules"],
    ["_cotangents", "tape"],
    ["transforms"],
    ["checks", "custom", "lifting"],
    ["plotting", "scipy"],
    [""],  # taylorad/__init__.py
    ["__main__"],
]


def module_name(source):
    parts = source.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def layer(module):
    for height, names in enumerate(LAYERS):
        if module.split(".")[0] in names:
            return height
    raise AssertionError(f"{module} has no place in LAYERS")


def imported(source):
    """The modules of the package that `source` imports, at its top or inside a function."""
    names = set()
    if source.suffix == ".pyx":
        pattern = r"^\s*(?:from\s+taylorad(\S*)\s+c?import\s+(.+)|c?import\s+taylorad(\S*))"
        for inside, what, plain in re.findall(pattern, source.read_text(), re.MULTILINE):
            names |= resolve(inside or plain, re.findall(r"\w+", what))
    else:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name.split(".")[0] == "taylorad":
                        names |= resolve(alias.name.removeprefix("taylorad"), [])
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{source}: imports are absolute"
                if node.module.split(".")[0] == "taylorad":
                    names |= resolve(
                        node.module.removeprefix("taylorad"), [a.name for a in node.names]
                    )
    return names


def resolve(inside, names):
    """``from taylorad<inside> import names`` as modules of the package."""
    inside = inside.strip(".")
    if inside:
        return {inside}
    modules = {module_name(source) for source in SOURCES}
    return {name if name in modules else "" for name in names} or {""}


def test_all_is_sorted_and_known():
    assert ta.__all__ == [
        "DerivativeError",
        "Dual",
        "GradientTape",
        "HyperDual",
        "MultiTaylor",
        "Taylor",
        "Variable",
        "check_grads",
        "coverage",
        "curl",
        "custom_derivative",
        "custom_jvp",
        "custom_vjp",
        "derivative",
        "derivative_tensor",
        "derivatives",
        "directional_derivative",
        "divergence",
        "grad",
        "gradients_function",
        "hessian",
        "hvp",
        "invert_map",
        "jacobian",
        "jet",
        "jvp",
        "laplacian",
        "lift",
        "math",
        "plot_derivatives",
        "plot_taylor",
        "stop_gradient",
        "taylor",
        "value",
        "value_and_grad",
        "value_and_gradients_function",
        "vjp",
    ]
    assert sorted(ta.__all__) == ta.__all__


SIGNATURES = """
check_grads(f, args, order=2, modes=('forward', 'reverse'))
custom_derivative(f, derivative)
derivative(f, order=1, argnum=0)
derivative_tensor(f, order)
derivatives(f, order, argnum=0, workers=None)
directional_derivative(f, order=1)
grad(f, argnums=0)
gradients_function(f)
hessian(f, argnums=0)
hvp(f)
invert_map(maps)
jacobian(f, argnums=0, mode='auto')
jet(f, primals, series)
jvp(f, primals, tangents)
plot_derivatives(f, interval, orders=3, ax=None)
plot_taylor(f, center, orders, interval, ax=None)
stop_gradient(x)
taylor(f, order)
value_and_grad(f, argnums=0)
value_and_gradients_function(f)
vjp(f, *primals)
""".split("\n")[1:-1]


@pytest.mark.parametrize("fixed", SIGNATURES)
def test_signatures_are_those_that_users_rely_on(fixed):
    """More options may follow them."""
    name, _, arguments = fixed.removesuffix(")").partition("(")
    parameters = inspect.signature(getattr(ta, name)).parameters.values()
    plain = [str(p.replace(annotation=p.empty)) for p in parameters]
    assert f"{', '.join(plain)}, ".startswith(f"{arguments}, ")


FIRST = {  # what a program may do first, each with what it gives
    "a constructor": ("ta.Dual([1.0, 2.0], 1.0).sum().tangent", 2.0),
    "a function of math": ("ta.math.exp(ta.Dual(0.0, 1.0)).tangent", 1.0),
    "a scalar": ("np.sinc(ta.Dual(0.0, 1.0)).tangent", 0.0),
    "a series": ("np.sum(ta.Taylor.variable(2.0, 2) ** 2).derivative(2)", 2.0),
    "polynomials": ("ta.MultiTaylor.variables([1.0, 2.0], 2)[0].gradient[0]", 1.0),
    "a term": ("ta.MultiTaylor.from_dict({(0, 1): 3.0}, 1).gradient[1]", 3.0),
    "a Variable": ("ta.Variable(np.ones(3)).sum()", 3.0),
    "a tape's function": ("np.trace(ta.Variable(np.eye(3)))", 3.0),
    "a gradient": ("ta.grad(np.linalg.det)(np.eye(2))[1, 1]", 1.0),
    "what is within": ("_numbers.make(algebra.dual(), np.ones((2, 3))).mean().tangent", 1.0),
    "a lifted function": ("ta.lift(lambda x: x)(3.0)", 3.0),
    "a module of functions": ("__import__('taylorad.lifting').lifting.lift(abs)(-1.0)", 1.0),
    "an old number": ("pickle.loads(OLD).max().tangent", 1.0),
}
COLD = """
import pickle, sys
import taylorad as ta
assert "numpy" not in sys.modules
import numpy as np
from taylorad import _numbers, algebra
OLD = {old!r}
print(float(ta.value({call})))
"""


@pytest.mark.parametrize("first", FIRST)
def test_whatever_comes_first_finds_its_rules(first):
    call, want = FIRST[first]
    program = COLD.format(old=pickle.dumps(ta.Dual([1.0, 2.0], 1.0)), call=call)
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert float(found.stdout or "nan") == want, found.stderr


def test_all_names_come_with_the_first_and_are_looked_up_the_short_way_then():
    program = "import taylorad as ta; ta.math, ta.grad; print(*vars(ta))"
    command = [sys.executable, "-c", program]
    found = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert set(ta.__all__) <= found
    assert "__getattr__" not in found


def test_unknown_names_are_told():
    assert not hasattr(ta, "no_such_name")
    assert set(ta.__all__) <= set(dir(ta))


@pytest.mark.parametrize("name", ta.__all__)
def test_public_names_exist_and_say_what_they_are(name):
    assert getattr(ta, name).__doc__


@pytest.mark.parametrize("source", SOURCES, ids=module_name)
def test_imports_point_one_way(source):
    own = module_name(source)
    for name in imported(source) - {own}:
        assert layer(name) <= layer(own), f"{own or 'taylorad'} imports {name}"


def test_optional_packages_are_not_imported():
    optional = {"matplotlib", "scipy", "mpmath", "sympy", "hypothesis"}
    code = "import sys, taylorad; print(*{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert not optional & set(run.stdout.split())
