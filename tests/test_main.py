"""The command line, as a user runs it."""

import json
import math
import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib.image
import numpy as np
import pytest

from taylorad.__main__ import main

NUMBER = re.compile(r"-?[\d.]+(e[-+]\d+)?|nan|-?inf")


def run(*arguments, **options):
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "taylorad", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        **options,
    )


@pytest.fixture
def command(capsys):
    """The command in this process: (status, output, errors)."""

    def call(*arguments):
        status = main(arguments)
        return status, *capsys.readouterr()

    return call


def numbers(output):
    """The rows of a table."""
    lines = (line.split() for line in output.splitlines())
    rows = [line for line in lines if line and all(map(NUMBER.fullmatch, line))]
    return np.array(rows, dtype=float)


def test_the_readme_command():
    done = run("sin(x)**2", "--at", "0.5", "--order", "5")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("sin(x)**2 at x = 0.5\n")
    rows = numbers(done.stdout)
    # sin(x)^2 = (1 - cos(2x)) / 2
    expected = [(k == 0) / 2 - 2.0**k * math.cos(1 + k * math.pi / 2) / 2 for k in range(6)]
    np.testing.assert_array_equal(rows[:, 0], range(6))
    np.testing.assert_allclose(rows[:, 1], expected, rtol=1e-14)
    np.testing.assert_allclose(rows[:, 2], expected / np.cumprod([1, 1, 2, 3, 4, 5]), rtol=1e-14)


def test_columns_are_aligned(command):
    _, output, _ = command("sin(x)**2 - x/3", "--at", "-20/7", "--order", "12")
    header, *rows = output.splitlines()[2:]
    for title in ("derivative", "Taylor"):
        column = header.index(title)
        assert all(row[column].isdigit() and row[column - 2] == " " for row in rows)
    assert len(rows) == 13


def test_all_digits_are_printed(command):
    _, output, _ = command("exp(x)", "--at", "0.1", "--order", "0")
    assert numbers(output)[0, 1] == float(np.exp(0.1))


def test_defaults(command):
    status, output, _ = command("exp(x)")
    assert status == 0
    assert "x = 0.0" in output
    np.testing.assert_allclose(numbers(output)[:, 1], np.ones(6))


def test_constant_expression(command):
    status, output, _ = command("3", "--order", "2")
    assert status == 0
    np.testing.assert_array_equal(numbers(output)[:, 1], [3, 0, 0])


def test_a_removable_singularity(command):
    status, output, _ = command("sin(x)/x", "--order", "4")
    assert status == 0
    np.testing.assert_allclose(numbers(output)[:, 1], [1, 0, -1 / 3, 0, 1 / 5], atol=1e-15)


@pytest.mark.parametrize("sign", [" ", "="])
@pytest.mark.parametrize("bounds", [("-2*pi", "2*pi"), ("-1", "-0.5"), ("-e**2", "+1")])
def test_bounds_may_be_expressions_with_a_sign(command, sign, bounds):
    arguments = f"--from{sign}{bounds[0]} --to{sign}{bounds[1]}".split()
    status, output, errors = command("sin(x)", *arguments, "--points", "5")
    assert (status, errors) == (0, "")
    rows = numbers(output)
    ends = [eval(bound, {"pi": math.pi, "e": math.e}) for bound in bounds]
    np.testing.assert_allclose(rows[:, 0], np.linspace(*ends, 5), rtol=1e-15, atol=1e-15)
    np.testing.assert_allclose(rows[:, 2], np.cos(rows[:, 0]), atol=1e-15)
    assert rows.shape == (5, 5)


def test_an_expression_with_a_leading_sign(command):
    assert command("-x**2", "--at", "-3")[1].startswith("-x**2 at x = -3.0")


@pytest.mark.parametrize(
    "arguments",
    [
        ("exp(x)", "--at", "0", "-1", "-2*pi"),
        ("--at", "0", "-1", "-2*pi", "exp(x)"),
        ("--at", "0", "-1", "-2*pi", "--", "exp(x)"),
    ],
)
def test_several_points(command, arguments):
    status, output, _ = command(*arguments)
    assert status == 0
    assert re.findall(r"x = (\S+)", output) == ["0.0", "-1.0", "-6.283185307179586"]


def test_json(command):
    status, output, _ = command("sin(x)", "--at", "0.5", "1", "--order", "1", "--json")
    assert status == 0
    assert json.loads(output) == {
        "expression": "sin(x)",
        "order": 1,
        "points": [
            {"x": x, "derivatives": [sine, cosine], "coefficients": [sine, cosine]}
            for x, sine, cosine in [
                (x, pytest.approx(math.sin(x)), pytest.approx(math.cos(x))) for x in (0.5, 1.0)
            ]
        ],
    }


@pytest.mark.parametrize(
    ("expression", "at", "expected"), [("log(x)", "0", "-Infinity"), ("log(x)", "-1", "NaN"),
                                       ("1/abs(x)", "0", "Infinity")]
)  # fmt: skip
def test_json_has_no_bare_nan(command, expression, at, expected):
    status, output, errors = command(expression, "--at", at, "--order", "0", "--json")
    assert (status, errors) == (0, "")

    def refuse(name):
        raise AssertionError(name)

    value = json.loads(output, parse_constant=refuse)["points"][0]["derivatives"][0]
    assert value == expected
    float(value)


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf", "PNG"])
def test_plot(command, tmp_path, suffix):
    file = tmp_path / f"out.{suffix}"
    interval = ("--from", "-2*pi", "--to", "2*pi")
    assert command("sin(x)**2", *interval, "--plot", str(file)) == (0, "", "")
    content = file.read_bytes()
    if suffix.lower() == "png":
        picture = matplotlib.image.imread(file)
        assert picture.shape[0] > 400
        colours = (picture * 255).astype(np.uint8).view(np.uint32)
        assert len(np.unique(colours)) > 50
    elif suffix == "svg":
        assert ElementTree.fromstring(content).tag.endswith("svg")
    else:
        assert content.startswith(b"%PDF")


def test_plot_and_points_together(command, tmp_path):
    status, output, _ = command(
        "exp(x)", "--at", "0", "--from=-1", "--to=1", "--plot", str(tmp_path / "a.png"), "--json"
    )
    assert status == 0
    assert len(json.loads(output)["points"]) == 1
    assert (tmp_path / "a.png").exists()


def test_version():
    done = run("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"taylorad \S.*\n", done.stdout)


def test_help(command):
    status, output, _ = command("--help")
    assert status == 0
    assert "--from -2*pi --to 2*pi --plot" in output


BAD = [
    ((), "an expression is needed"),
    (("--at", "0.5"), "an expression is needed"),
    (("x.real",), "attributes"),
    (("__import__('os').getcwd()",), "not allowed"),
    (("9**9**9**9",), "not a finite number"),
    (("(" * 400 + "x" + ")" * 400,), "nested"),
    (("x" * 100_000,), "at most"),
    (("sine(x)",), "did you mean sin"),
    (("x\n+\0",), "not allowed"),
    (("",), "empty"),
    (("sin(x)", "cos(x)"), "unrecognized"),
    (("sin(x)", "--at", "y"), "--at: unknown name 'y'"),
    (("sin(x)", "--at", "x", "2"), "without x"),
    (("sin(x)", "--at", "1/0"), "finite"),
    (("sin(x)", "--at"), "expected at least one argument"),
    (("sin(x)", "--order", "-1"), "integer from 0 to"),
    (("sin(x)", "--order", "1.5"), "integer from 0 to"),
    (("sin(x)", "--order", "9" * 5000), "integer from 0 to"),
    (("sin(x)", "--order", "171"), "integer from 0 to 170"),
    (("sin(x)", "--from", "0"), "both --from and --to"),
    (("sin(x)", "--from", "1", "--to", "0"), "less than"),
    (("sin(x)", "--from", "1", "--to", "1"), "less than"),
    (("sin(x)", "--from", "a", "--to", "1"), "--from: unknown name"),
    (("sin(x)", "--points", "5"), "--points"),
    (("sin(x)", "--from", "0", "--to", "1", "--points", "1"), "integer from 2"),
    (("sin(x)", "--plot", "a.png"), "needs an interval"),
    (("sin(x)", "--from", "0", "--to", "1", "--plot", "a.gif"), "'a.gif'"),
    (("sin(x)", "--from", "0", "--to", "1", "--plot", "a.png", "--order", "21"), "up to 20"),
    (("sin(x)", "--from", "0", "--to", "1", "--plot", "/nowhere/a.png"), "cannot write"),
    (("sin(x)", "--colour", "red"), "unrecognized arguments"),
    (("sin(x)", "--bad\n\x1b[31m"), r"\\n\\x1b"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD)
def test_bad_input_is_one_line_and_status_2(command, arguments, message):
    status, output, errors = command(*arguments)
    assert status == 2
    assert output == ""
    assert errors.startswith("taylorad: ")
    assert errors.endswith("\n")
    assert errors[:-1].isprintable()
    assert re.search(message, errors)


def test_bad_input_in_a_process():
    done = run("x.real")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


def test_undecodable_arguments():
    done = run(b"\xff(x)")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")
def test_output_that_cannot_be_written():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "taylorad", "sin(x)"],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("taylorad: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [("--order", "170"), ("--help",)])
def test_a_reader_that_stops_early(arguments):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "taylorad", "sin(x)", *arguments],
        stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
    )  # fmt: skip
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode in (0, 1)


def test_without_matplotlib(tmp_path):
    (tmp_path / "matplotlib.py").write_text("raise ImportError('none here')")
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{os.getcwd()}"}
    done = run("sin(x)", env=environment)
    assert done.returncode == 0
    done = run("sin(x)", "--from=0", "--to=1", "--plot", "a.png", env=environment)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "pip install 'taylorad[plot]'" in done.stderr
