"""Expressions of one variable, parsed and never executed.

Text goes through two gates before anything is computed. The first reads it into tokens and
lets through numbers, a fixed list of names, operators, parentheses and commas, within a
bounded length and depth; so the second, Python's own parser, only ever sees text that is
short, shallow and made of known words. The syntax tree then becomes a list of steps that
call the functions of the table below, without recursion and without running any code made
from the text.
"""

from __future__ import annotations

import ast
import difflib
import math
import operator
import re
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

import numpy as np

__all__ = ["CONSTANTS", "FUNCTIONS", "Expression", "ExpressionError", "constant", "parse"]

VARIABLE = "x"
CONSTANTS = {"e": math.e, "pi": math.pi, "tau": math.tau}

# NumPy's spelling first, then the others of the same function.
_SPELLINGS: list[tuple[str, Callable[..., Any]]] = [
    ("sin",               np.sin),
    ("cos",               np.cos),
    ("tan",               np.tan),
    ("arcsin asin",       np.arcsin),
    ("arccos acos",       np.arccos),
    ("arctan atan",       np.arctan),
    ("arctan2 atan2",     np.arctan2),
    ("sinh",              np.sinh),
    ("cosh",              np.cosh),
    ("tanh",              np.tanh),
    ("arcsinh asinh",     np.arcsinh),
    ("arccosh acosh",     np.arccosh),
    ("arctanh atanh",     np.arctanh),
    ("exp",               np.exp),
    ("exp2",              np.exp2),
    ("expm1",             np.expm1),
    ("log ln",            np.log),
    ("log2",              np.log2),
    ("log10",             np.log10),
    ("log1p",             np.log1p),
    ("sqrt",              np.sqrt),
    ("cbrt",              np.cbrt),
    ("power pow",         np.power),
    ("hypot",             np.hypot),
    ("sinc",              np.sinc),
    ("absolute abs fabs", np.absolute),
    ("sign",              np.sign),
    ("floor",             np.floor),
    ("ceil",              np.ceil),
    ("trunc",             np.trunc),
    ("rint round",        np.rint),
    ("minimum min",       np.minimum),
    ("maximum max",       np.maximum),
]  # fmt: skip
FUNCTIONS = {name: function for names, function in _SPELLINGS for name in names.split()}

OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add:      operator.add,
    ast.Sub:      operator.sub,
    ast.Mult:     operator.mul,
    ast.Div:      operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod:      operator.mod,
    ast.Pow:      operator.pow,
    ast.UAdd:     operator.pos,
    ast.USub:     operator.neg,
}  # fmt: skip

LENGTH_LIMIT = 1000
DEPTH_LIMIT = 50

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)
      | (?P<name>[A-Za-z_]\w*)
      | (?P<operator>\*\*|//|[-+*/%(),])""",
    re.VERBOSE | re.ASCII,
)

# What to write instead of a character that has no place in an expression.
_HINTS = (
    ("^",     "powers are written **, as in x**2"),
    ("²",     "write **2"),
    ("³",     "write **3"),
    ("π",     "write pi"),
    ("τ",     "write tau"),
    ("√",     "write sqrt(x)"),
    ("×·⋅∙",  "write *"),  # noqa: RUF001
    ("÷∕",    "write /"),  # noqa: RUF001
    ("−–—",   "write -"),  # noqa: RUF001
    ("|",     "write abs(x)"),
    ("[]{}",  "group with round parentheses"),
    (".",     "attributes and methods are not part of an expression"),
    ("'\"`",  "text is not part of an expression"),
    ("=:",    "there are no assignments or keywords"),
    ("<>",    "there are no comparisons; min, max, abs and sign may serve"),
)  # fmt: skip
_ALLOWED_SYNTAX = "an expression is made of numbers, x, e, pi, tau, functions and + - * / // % **"


class ExpressionError(ValueError):
    """Text that is not an expression of ``x``: the message is one line that says why."""


class Step(NamedTuple):
    """One call: the slot its result goes to, and those its operands come from."""

    target: int
    function: Callable[..., Any]
    operands: tuple[int, ...]


class Expression:
    """A parsed expression, a function of one variable. Made by `parse`.

    Attributes
    ----------
    text : str
        What was parsed.
    """

    def __init__(self, text: str, slots: list[Any], steps: list[Step]) -> None:
        self.text = text
        self._slots = slots  # None where x or the result of a step goes, else a constant
        self._steps = steps

    def __call__(self, x: Any) -> Any:
        """The value at `x`: a number, an array or a number with derivatives."""
        # Python's own floats would raise where NumPy gives inf or nan, and turn complex.
        if isinstance(x, (int, float)):
            x = np.float64(x)
        slots = [x, *self._slots[1:]]
        for target, function, operands in self._steps:
            slots[target] = function(*[slots[operand] for operand in operands])
        return slots[-1]

    def __repr__(self) -> str:
        return f"parse({self.text!r})"

    @property
    def is_constant(self) -> bool:
        """Whether ``x`` does not occur."""
        return self._slots[-1] is not None


def parse(text: str) -> Expression:
    """Read an expression such as ``"sin(x)**2"`` without executing it.

    Parameters
    ----------
    text : str
        Numbers, the variable ``x``, the constants `CONSTANTS`, the functions `FUNCTIONS`,
        the operators ``+ - * / // % **`` and round parentheses, in Python's notation.

    Returns
    -------
    Expression
        A function of one argument, made of NumPy calls, so that it takes floats, arrays and
        the numbers of this library alike.

    Raises
    ------
    ExpressionError
        A `ValueError`, for anything else; constants that are not finite included.

    Examples
    --------
    >>> f = parse("sin(x)**2 + 1")
    >>> float(f(0.0))
    1.0
    """
    if not isinstance(text, str):
        raise ExpressionError(f"an expression is a str, not {type(text).__name__}")
    source = _checked(text)
    try:
        tree = ast.parse(source, mode="eval")
    except SyntaxError as error:  # such as 007, which the first gate takes for a number
        raise ExpressionError(f"{_shown(source)} is not an expression: {error.msg}") from None
    except (MemoryError, RecursionError):
        raise ExpressionError("the expression is nested too deeply") from None
    return _translate(text.strip(), source, tree.body)


def constant(text: str) -> float:
    """The value of an expression without ``x``, such as ``"-2*pi"``.

    Raises
    ------
    ExpressionError
        If `text` is no expression, or has an ``x``.
    """
    expression = parse(text)
    if not expression.is_constant:
        raise ExpressionError(f"{_shown(text)} must be a number, without x, such as -2*pi")
    return float(expression(0.0))


def _checked(text: str) -> str:
    """The first gate: the text in one line, if it is short, shallow and made of known tokens."""
    if len(text) > LENGTH_LIMIT:
        raise ExpressionError(
            f"the expression has {len(text)} characters; at most {LENGTH_LIMIT} are allowed"
        )
    previous, depth = "", 0
    for kind, token in _tokens(text):
        if kind == "name" and token not in FUNCTIONS:
            _check_name(token)
        _check_neighbours(previous, token)
        depth += (token == "(") - (token == ")")
        if depth > DEPTH_LIMIT:
            raise ExpressionError(f"more than {DEPTH_LIMIT} parentheses are nested")
        if depth < 0:
            raise ExpressionError("a ')' has no '('")
        previous = token
    if not previous:
        raise ExpressionError("the expression is empty; write for example sin(x)**2")
    _check_neighbours(previous, "")
    if depth:
        raise ExpressionError("a '(' is never closed")
    return re.sub(r"\s", " ", text).strip()


def _tokens(text: str) -> list[tuple[str, str]]:
    """The kind and text of each token; a character that is part of none is refused."""
    tokens, at = [], 0
    for match in _TOKEN.finditer(text):
        if match.start() > at:
            break
        at = match.end()
        if match.lastgroup != "space":
            tokens.append((str(match.lastgroup), match.group()))
    if at < len(text):
        _refuse_character(text[at])
    return tokens


def _refuse_character(character: str) -> NoReturn:
    shown = repr(character)
    for characters, hint in _HINTS:
        if character in characters:
            raise ExpressionError(f"{shown} is not allowed; {hint}")
    if not character.isascii():
        # Letters that only look like the ones of a known name would puzzle without this.
        raise ExpressionError(f"{shown} (U+{ord(character):04X}) is not allowed; use plain ASCII")
    raise ExpressionError(f"{shown} is not allowed; {_ALLOWED_SYNTAX}")


def _check_neighbours(left: str, right: str) -> None:
    """Refuse two tokens that cannot follow each other; "" stands for either end."""
    after_operand = left != "" and (left[-1] in "_.)" or left[-1].isalnum())
    starts_operand = right != "" and (right[0] in "_.(+-" or right[0].isalnum())
    if left in FUNCTIONS:
        if right != "(":
            raise ExpressionError(f"{left} is a function: write {left}(x)")
    elif after_operand and starts_operand and right not in "+-":
        raise ExpressionError(
            f"an operator is missing between {_shown(left)} and {_shown(right)}; "
            "a product is written with *"
        )
    elif not after_operand and not starts_operand:
        places = [f"after {left!r}"] * (left != "") + [f"before {right!r}"] * (right != "")
        raise ExpressionError(
            f"a number, x or a function is missing {' and '.join(places)}"
        )


def _check_name(name: str) -> None:
    if name == VARIABLE or name in CONSTANTS:
        return
    known = [VARIABLE, *CONSTANTS, *FUNCTIONS]
    close = difflib.get_close_matches(name.lower()[:20], known, n=3)
    advice = (
        f"did you mean {' or '.join(close)}?"
        if close
        else f"allowed are x, {', '.join(CONSTANTS)} and the functions {', '.join(FUNCTIONS)}"
    )
    raise ExpressionError(f"unknown name {_shown(name)}; {advice}")


def _translate(text: str, source: str, tree: ast.expr) -> Expression:
    """The second gate: known nodes only, each a step; what has no ``x`` is computed here."""
    pending, nodes = [tree], []
    while pending:
        node = pending.pop()
        head, operands = _read(node, source)
        nodes.append((node, head, len(operands)))
        pending.extend(operands)
    slots: list[Any] = [None]
    steps: list[Step] = []
    stack: list[int] = []  # slots of operands whose operator is still to come
    for node, head, count in reversed(nodes):
        if head == VARIABLE:
            stack.append(0)
            continue
        chosen = tuple(stack[len(stack) - count :])
        del stack[len(stack) - count :]
        stack.append(len(slots))
        values = [slots[slot] for slot in chosen]
        if not count:
            slots.append(head)
        elif None not in values:
            slots.append(_finite(node, source, head, *values))
        else:
            steps.append(Step(len(slots), head, chosen))
            slots.append(None)
    return Expression(text, slots, steps)


def _read(node: ast.expr, source: str) -> tuple[Any, list[ast.expr]]:
    """What a node means, a function or (without operands) a number or ``x``; its operands."""
    match node:
        case ast.Name(id=name) if name == VARIABLE:
            return name, []
        case ast.Name(id=name) if name in CONSTANTS:
            return CONSTANTS[name], []
        case ast.Constant(value=int() as value) if type(value) is int and value <= 2**53:
            return value, []  # an exact exponent, whatever the type of x
        case ast.Constant(value=int() | float() as value) if type(value) is not bool:
            return _finite(node, source, float, value), []
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)], [left, right]
        case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
            return OPERATORS[type(op)], [operand]
        case ast.Call(func=ast.Name(id=name), args=operands, keywords=[]) if name in FUNCTIONS:
            arity = getattr(FUNCTIONS[name], "nin", 1)
            if len(operands) != arity:
                plural = "s" * (arity > 1)
                raise ExpressionError(
                    f"{name} takes {arity} argument{plural}, {len(operands)} given"
                )
            return FUNCTIONS[name], operands
    raise ExpressionError(f"{_part(node, source)} is not allowed; {_ALLOWED_SYNTAX}")


def _finite(node: ast.expr, source: str, function: Callable[..., Any], *values: float) -> float:
    """A constant, computed with floats, so that 9**9**9**9 overflows instead of growing."""
    try:
        with np.errstate(all="ignore"):
            result = float(function(*map(np.float64, values)))
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise ExpressionError(f"{_part(node, source)} is {result}, not a finite number")
    return result


def _part(node: ast.expr, source: str) -> str:
    return _shown(source[node.col_offset : node.end_col_offset])


def _shown(text: str) -> str:
    """Text as it can be shown in one line: quoted, escaped, and not too long."""
    return repr(text if len(text) <= 30 else text[:27] + "...")
