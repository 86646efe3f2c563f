"""The syntax tree of a function that was loaded from source.

A tree is only used if compiling it gives the very code that was loaded: a file that was
edited since, or code that was never in a file, has none.
"""

from __future__ import annotations
import __future__

import ast
import linecache
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

__all__ = ["Origin", "compiled", "origin"]

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

# The names of the classes around a definition matter: names such as ``__x`` depend on them.
Origin = tuple[Definition, tuple[str, ...]]

_FUTURE = reduce(
    lambda flags, name: flags | getattr(__future__, name).compiler_flag,
    __future__.all_feature_names,
    0,
)


@dataclass
class _File:
    """What the source of a file defines, and what it compiles to."""

    lines: tuple[str, ...]
    definitions: dict[tuple[str, int], list[Origin]] = field(default_factory=dict)
    codes: dict[tuple[str, int], list[types.CodeType]] = field(default_factory=dict)


_FILES: dict[str, _File] = {}


def origin(function: types.FunctionType) -> Origin | None:
    """The definition a function was compiled from, or None if that is not known."""
    code = function.__code__
    lines = tuple(linecache.getlines(code.co_filename, function.__globals__))
    file = _FILES.get(code.co_filename)
    if file is None or file.lines != lines:
        file = _FILES[code.co_filename] = _File(lines)
        _read(file, code)
    key = code.co_name, code.co_firstlineno
    if not any(_same(made, code) for made in file.codes.get(key, ())):
        return None
    found = [each for each in file.definitions.get(key, ()) if _covers(each[0], code)]
    return found[-1] if found else None  # the innermost comes last


def _read(file: _File, code: types.CodeType) -> None:
    source = "".join(file.lines)
    try:
        tree = ast.parse(source)
        flags = code.co_flags & _FUTURE
        top = compile(source, code.co_filename, "exec", flags=flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return
    for definition, classes in _walk(tree, ()):
        name, line = getattr(definition, "name", "<lambda>"), definition.lineno
        for decorator in getattr(definition, "decorator_list", ()):
            line = min(line, decorator.lineno)
        file.definitions.setdefault((name, line), []).append((definition, classes))
    for made in _codes(top):
        file.codes.setdefault((made.co_name, made.co_firstlineno), []).append(made)


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _codes(constant)


def _covers(definition: Definition, code: types.CodeType) -> bool:
    """Whether code is of this definition, and not of another lambda on its line."""
    if not isinstance(definition, ast.Lambda):
        return True
    body = definition.body
    first, last = (body.lineno, body.col_offset), (body.end_lineno, body.end_col_offset)
    for line, end_line, column, end_column in code.co_positions():
        if None in (line, end_line, column, end_column) or (line, column) == (end_line, end_column):
            continue  # no place in the source
        if (line, column) < first or (end_line, end_column) > last:
            return False
    return True


def _walk(node: ast.AST, classes: tuple[str, ...]) -> Iterator[Origin]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Definition):
            yield child, classes
        inside = (*classes, child.name) if isinstance(child, ast.ClassDef) else classes
        yield from _walk(child, inside)


def compiled(
    definition: Definition,
    classes: tuple[str, ...],
    code: types.CodeType,
    extra: tuple[str, ...],
) -> types.CodeType:
    """The code of a definition that has the free variables of `code`, and `extra` ones."""
    if isinstance(definition, ast.Lambda):
        inner: ast.stmt = ast.copy_location(ast.Expr(definition), definition)
    else:
        # Of the function around it nothing is run; what is evaluated when it is defined is
        # not part of its code.
        fields = {name: getattr(definition, name) for name in definition._fields}
        fields |= {"decorator_list": definition.decorator_list, "returns": None}
        fields["args"] = _bare(definition.args)
        if "type_params" in fields:
            fields["type_params"] = []
        inner = ast.copy_location(type(definition)(**fields), definition)
    body = [inner]
    bound = getattr(definition, "name", "<lambda>")
    for name in reversed(classes):
        around: Any = ast.parse(f"class {name}: pass").body[0]
        around.body, body, bound = body, [around], name
    names = [name for name in (*code.co_freevars, *extra) if name.isidentifier()]
    if bound.isidentifier() and bound not in names:  # the name of a global stays that
        body = [ast.Global(names=[bound]), *body]
    around = ast.parse(f"def _around_({', '.join(names)}): pass").body[0]
    around.body = body
    module = ast.fix_missing_locations(ast.Module(body=[around], type_ignores=[]))
    flags = code.co_flags & _FUTURE
    top = compile(module, code.co_filename, "exec", flags=flags, dont_inherit=True)
    key = code.co_name, code.co_firstlineno
    made = next(c for c in _codes(top) if (c.co_name, c.co_firstlineno) == key)
    return made.replace(co_qualname=code.co_qualname)


def _bare(given: ast.arguments) -> ast.arguments:
    """The parameters alone: no annotations; defaults that are constants."""

    def bare(arg: ast.arg) -> ast.arg:
        return ast.copy_location(ast.arg(arg=arg.arg), arg)

    return ast.arguments(
        posonlyargs=[bare(arg) for arg in given.posonlyargs],
        args=[bare(arg) for arg in given.args],
        kwonlyargs=[bare(arg) for arg in given.kwonlyargs],
        vararg=None if given.vararg is None else bare(given.vararg),
        kwarg=None if given.kwarg is None else bare(given.kwarg),
        defaults=[],
        kw_defaults=[None] * len(given.kwonlyargs),
    )


def _same(made: types.CodeType, loaded: types.CodeType) -> bool:
    """Whether what the source compiles to is what was loaded."""
    if any(name.startswith("@py") for name in (*loaded.co_names, *loaded.co_varnames)):
        # pytest has rewritten the assert statements, and them alone.
        return made.co_varnames[: made.co_argcount] == loaded.co_varnames[: loaded.co_argcount]
    return made == loaded
