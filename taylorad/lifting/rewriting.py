"""The code of a function with each call, and little else, led through hooks.

Where the source says ``g(x)``, the rewritten code says ``follow(g)(x)``: what is called is
known when it is called, whatever name it was imported under. The hooks are free variables
of the rewritten code, so that the globals of a function stay its own. Names, lines and
columns stay those of the source, so that tracebacks do.
"""

from __future__ import annotations

import ast
import builtins
import copy
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from taylorad.lifting.source import compiled, origin

__all__ = ["Rewriting"]

# Builtins that are what they are in lifted code too; `super` looks at the frame it is in.
_UNCHANGED = frozenset(
    "all any ascii bin bool bytearray bytes callable chr classmethod delattr dict dir divmod "
    "enumerate frozenset globals hasattr hash help hex id input iter len list locals memoryview "
    "next object oct open ord print property range repr reversed set setattr slice "
    "staticmethod str sum super tuple vars zip".split()
)
_ITERATORS = frozenset("range enumerate zip reversed".split())
_PREFIX = "_taylorad_"
# Instances of NumPy that are subscribed instead of called.
_SUBSCRIBED = frozenset(("r_", "c_"))


# All code that is rewritten, by identity; and that made of other code, by the hooks in it.
_MADE: dict[int, types.CodeType] = {}
_CODES: dict[frozenset[str], dict[int, tuple[types.CodeType, types.CodeType | None]]] = {}


@dataclass
class Rewriting:
    """A way to rewrite functions.

    Attributes
    ----------
    hooks : mapping of str to object
        What each hook stands for. Those named ``call``, ``attribute``, ``item``, ``iterate``
        and ``stored`` are always there; with ``binary`` and ``assign``, operators and
        assignments to items are seen as well.
    """

    hooks: Mapping[str, Any]

    @property
    def codes(self) -> dict[int, tuple[types.CodeType, types.CodeType | None]]:
        """What was made of code with these hooks; it may have other values for them."""
        return _CODES.setdefault(frozenset(self.hooks), {})

    @staticmethod
    def is_made(code: types.CodeType) -> bool:
        """Whether code is the result of rewriting, or was within such code."""
        return id(code) in _MADE

    def rewritten(self, function: types.FunctionType) -> types.FunctionType | None:
        """The function with rewritten code; None if its source is not known."""
        code = function.__code__
        kept = self.codes.get(id(code))
        if kept is None:
            kept = self.codes[id(code)] = code, self._code(function)
        new = kept[1]
        if new is None:
            return None
        cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
        for name in new.co_freevars:
            if name not in cells:
                cells[name] = types.CellType(self.hooks[name.removeprefix(_PREFIX)])
        closure = tuple(cells[name] for name in new.co_freevars)
        made = types.FunctionType(
            new, function.__globals__, function.__name__, function.__defaults__, closure
        )
        made.__kwdefaults__ = function.__kwdefaults__
        made.__qualname__ = function.__qualname__
        made.__dict__ = function.__dict__
        made.__doc__, made.__module__ = function.__doc__, function.__module__
        return made

    def _code(self, function: types.FunctionType) -> types.CodeType | None:
        found = origin(function)
        if found is None:
            return None
        definition, classes = found
        hooks = tuple(_PREFIX + name for name in self.hooks)
        code = function.__code__
        transformer = _Transformer(self.hooks, function)
        definition = copy.deepcopy(definition)
        if isinstance(definition, ast.Lambda):
            definition.body = transformer.visit(definition.body)
        else:
            definition.body = transformer.statements(definition)
        new = compiled(definition, classes, code, hooks)
        _note(new)
        return new


def _note(code: types.CodeType) -> None:
    _MADE[id(code)] = code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            _note(constant)


class _Transformer(ast.NodeTransformer):
    def __init__(self, hooks: Mapping[str, Any], function: types.FunctionType) -> None:
        self.hooks = hooks
        self.globals = function.__globals__
        code = function.__code__
        self.bound = _bound(code)
        self.own: list[set[str]] = [set()]  # the local variables of the functions around

    def statements(self, definition: Any) -> list[ast.stmt]:
        """The body of a function, rewritten."""
        self.own.append(_local_names(definition))
        body: list[ast.stmt] = []
        for statement in definition.body:
            made = self.visit(statement)
            body += made if isinstance(made, list) else [made]
        self.own.pop()
        return body

    def _hook(self, name: str, *args: ast.expr, at: ast.AST) -> ast.Call:
        hook = ast.Name(id=_PREFIX + name, ctx=ast.Load())
        call = ast.copy_location(ast.Call(func=hook, args=list(args), keywords=[]), at)
        return ast.fix_missing_locations(call)

    def _is_builtin(self, node: ast.expr, names: frozenset[str]) -> bool:
        """Whether an expression is one of these builtins by name."""
        return (
            isinstance(node, ast.Name)
            and node.id in names
            and node.id not in self.bound
            and node.id not in self.globals
            and hasattr(builtins, node.id)
        )

    def _in_module(self, node: ast.expr) -> bool:
        """Whether an expression is a global that is a module, or a module in one."""
        if isinstance(node, ast.Attribute):
            return self._in_module(node.value)
        return (
            isinstance(node, ast.Name)
            and node.id not in self.bound
            and isinstance(self.globals.get(node.id), types.ModuleType)
        )

    # -- calls --

    def visit_Call(self, node: ast.Call) -> ast.AST:
        function = node.func
        if isinstance(function, ast.Attribute):  # a method: its attribute is looked up as ever
            function.value = self.visit(function.value)
        else:
            function = self.visit(function)
        node.args = [self.visit(arg) for arg in node.args]
        node.keywords = [self.visit(keyword) for keyword in node.keywords]
        if self._is_builtin(function, _UNCHANGED):
            return node
        followed: ast.expr = self._hook("call", function, at=function)
        if "known" in self.hooks and (isinstance(function, ast.Name) or self._in_module(function)):
            # known(id(f)) or call(f): without a call of a Python function, most of the time
            known = self._hook("known", self._hook("id", function, at=function), at=function)
            followed = ast.BoolOp(op=ast.Or(), values=[known, followed])
            ast.fix_missing_locations(ast.copy_location(followed, function))
        node.func = followed
        return node

    # -- attributes: properties are functions too --

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if not isinstance(node.ctx, ast.Load) or self._in_module(node):
            return self.generic_visit(node)
        node.value = self.visit(node.value)
        if self._is_builtin(getattr(node.value, "func", node.value), frozenset(("super",))):
            return node
        found = self._hook("attribute", node.value, ast.Constant(node.attr), at=node)
        if not isinstance(node.value, ast.Name):
            return found
        # type(x) in simple: x.name, and the hook otherwise
        kind = self._hook("type", node.value, at=node)
        simple = ast.Name(id=_PREFIX + "simple", ctx=ast.Load())
        test = ast.Compare(left=kind, ops=[ast.In()], comparators=[simple])
        chosen = ast.IfExp(test=test, body=node, orelse=found)
        return ast.fix_missing_locations(ast.copy_location(chosen, node))

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        named = getattr(node.value, "attr", getattr(node.value, "id", None))
        if named in _SUBSCRIBED and isinstance(node.ctx, ast.Load):
            node.value = self._hook("call", node.value, at=node.value)
            node.slice = self.visit(node.slice)
            return node
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            return node
        return self._hook("item", node.value, _index(node.slice), at=node)

    # -- loops --

    def _iterated(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Call) and self._is_builtin(node.func, _ITERATORS):
            return node
        if isinstance(node, ast.Constant | ast.List | ast.Tuple | ast.ListComp):
            return node
        return self._hook("iterate", node, at=node)

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        node.iter = self._iterated(node.iter)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        if not node.is_async:
            node.iter = self._iterated(node.iter)
        return node

    # -- assignments to items --

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        target = node.targets[0]
        if "assign" in self.hooks and len(node.targets) == 1 and _is_item(target):
            return self._assigned(target, node.value, node)
        if not any(map(_is_item, node.targets)):
            return node
        node.value = self._hook("stored", node.value, at=node.value)
        return self._with_room(node) if len(node.targets) == 1 else node

    def _assigned(self, target: Any, value: ast.expr, at: ast.AST) -> ast.Expr:
        call = self._hook("assign", target.value, _index(target.slice), value, at=at)
        return ast.copy_location(ast.Expr(call), at)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if not _is_item(node.target):
            return node
        if "binary" not in self.hooks:
            node.value = self._hook("stored", node.value, at=node.value)
            return self._with_room(node)
        target: Any = node.target
        item = self._hook("item", target.value, _index(target.slice), at=node)
        symbol = ast.Constant(_SYMBOLS[type(node.op)])
        return self._assigned(target, self._hook("binary", symbol, item, node.value, at=node), node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        symbol = ast.Constant(_SYMBOLS[type(node.op)])
        hook = "binary" if "binary" in self.hooks else "operator"
        return self._hook(hook, symbol, node.left, node.right, at=node)

    def _with_room(self, node: Any) -> Any:
        """An assignment to an item of a variable: of one that can hold what is assigned.

        A plain array that nothing else knows gives way to one that can hold numbers:
        ``new = ...; if type(a) is ndarray and lacks_room(a, new): a = roomy(a); a[i] = new``.
        """
        target: Any = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
        array: Any = target.value
        attribute = isinstance(array, ast.IfExp)  # of a name: see visit_Attribute
        if attribute:
            array = target.value = array.body
        base = array.value if isinstance(array, ast.Attribute) else array
        if not isinstance(base, ast.Name) or (not attribute and base.id not in self.own[-1]):
            return node
        new = ast.Name(id=_PREFIX + "new", ctx=ast.Load())
        plain = ast.Compare(
            left=self._hook("type", array, at=array),
            ops=[ast.Is()],
            comparators=[ast.Name(id=_PREFIX + "ndarray", ctx=ast.Load())],
        )
        lacking = self._hook("lacks_room", array, new, at=array)
        stored = copy.copy(array)
        stored.ctx = ast.Store()
        statements = [
            ast.Assign(targets=[ast.Name(id=new.id, ctx=ast.Store())], value=node.value),
            ast.If(
                test=ast.BoolOp(op=ast.And(), values=[plain, lacking]),
                body=[ast.Assign(targets=[stored], value=self._hook("roomy", array, at=array))],
                orelse=[],
            ),
        ]
        node.value = new
        for statement in statements:
            ast.fix_missing_locations(ast.copy_location(statement, node))
        ast.fix_missing_locations(node)
        return [*statements, node]

    # -- what is no expression that is evaluated --

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return node

    def _function(self, node: Any) -> ast.AST:
        node.args = self.visit(node.args)
        node.body = self.statements(node)
        node.decorator_list = [self.visit(decorator) for decorator in node.decorator_list]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def visit_MatchValue(self, node: ast.MatchValue) -> ast.AST:
        return node

    def visit_MatchClass(self, node: ast.MatchClass) -> ast.AST:
        if self._is_builtin(node.cls, frozenset(("complex", "float"))):
            name = getattr(node.cls, "id", "")
            node.cls = ast.copy_location(ast.Name(id=_PREFIX + name, ctx=ast.Load()), node.cls)
        node.patterns = [self.visit(pattern) for pattern in node.patterns]
        node.kwd_patterns = [self.visit(pattern) for pattern in node.kwd_patterns]
        return node


_SYMBOLS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.MatMult: "@", ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&",
    ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip


def _is_item(target: ast.expr) -> bool:
    return isinstance(target, ast.Subscript)


def _index(index: ast.expr) -> ast.expr:
    """An index as the argument of a function: slices as what they make."""
    if isinstance(index, ast.Slice):
        ends = [end or ast.Constant(None) for end in (index.lower, index.upper, index.step)]
        made = ast.Call(func=ast.Name(id=_PREFIX + "slice", ctx=ast.Load()), args=ends, keywords=[])
        return ast.fix_missing_locations(ast.copy_location(made, index))
    if isinstance(index, ast.Tuple):
        items = [_index(item) for item in index.elts]
        return ast.copy_location(ast.Tuple(elts=items, ctx=ast.Load()), index)
    return index


def _local_names(definition: ast.AST) -> set[str]:
    """The names that a function binds itself, and no function within it."""
    names: set[str] = set()
    others: set[str] = set()
    stack = list(ast.iter_child_nodes(definition))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            others |= set(node.names)
        if not isinstance(node, _SCOPES):
            stack += ast.iter_child_nodes(node)
    return names - others


_SCOPES = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.ListComp, ast.SetComp,
    ast.DictComp, ast.GeneratorExp,
)  # fmt: skip


def _bound(code: types.CodeType) -> set[str]:
    """The names that are not globals, in code and in the functions within."""
    names = {*code.co_varnames, *code.co_cellvars, *code.co_freevars}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _bound(constant)
            names |= set(constant.co_names) if constant.co_flags & 2 == 0 else set()
    return names
