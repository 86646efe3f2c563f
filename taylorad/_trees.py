"""Tuples, lists and dicts of arrays: what functions take and return, as in JAX."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

__all__ = ["flatten", "structure"]


def _is_named(tree: Any) -> bool:
    return isinstance(tree, tuple) and hasattr(tree, "_fields")


def _only(new: Iterable[Any]) -> Any:
    """The one leaf of a tree that is one."""
    return next(iter(new))


def flatten(
    tree: Any, is_leaf: Callable[[Any], bool] = lambda node: False
) -> tuple[list[Any], Callable[[Iterable[Any]], Any]]:
    """The leaves of a tree, and the function that puts other leaves in their places.

    Whatever is not a tuple, list, dict or None is a leaf; None is an empty tree.
    """
    if not isinstance(tree, (tuple, list, dict)) and tree is not None:
        return [tree], _only
    leaves: list[Any] = []
    build = _take(tree, leaves, is_leaf)
    return leaves, lambda new: build(iter(new))


def _take(
    node: Any, leaves: list[Any], is_leaf: Callable[[Any], bool]
) -> Callable[[Iterator[Any]], Any]:
    """Append the leaves of a tree to a list; returns what builds the tree from others.

    No function here refers to itself: that would be a circle of references around the leaves.
    """
    if not is_leaf(node):
        if node is None:
            return lambda new: None
        if isinstance(node, dict):
            order = list(node)
            # Sorted, so that the leaves of dicts that match come in one order.
            items = [(key, _take(node[key], leaves, is_leaf)) for key in sorted(node, key=repr)]

            def make_dict(new: Iterator[Any]) -> dict[Any, Any]:
                made = {key: build(new) for key, build in items}
                return {key: made[key] for key in order}

            return make_dict
        if isinstance(node, (tuple, list)):
            children = [_take(child, leaves, is_leaf) for child in node]
            if _is_named(node):
                named = type(node)
                return lambda new: named(*[build(new) for build in children])
            kind = list if isinstance(node, list) else tuple
            return lambda new: kind([build(new) for build in children])
    leaves.append(node)
    return next


def structure(tree: Any) -> str:
    """How a tree is built, its leaves as ``*``: equal for trees that match."""
    if tree is None:
        return "None"
    if isinstance(tree, dict):
        inside = ", ".join(f"{key!r}: {structure(tree[key])}" for key in sorted(tree, key=repr))
        return "{" + inside + "}"
    if _is_named(tree):
        inside = ", ".join(
            f"{name}={structure(child)}" for name, child in zip(tree._fields, tree, strict=True)
        )
        return f"{type(tree).__name__}({inside})"
    if isinstance(tree, list):
        return "[" + ", ".join(map(structure, tree)) + "]"
    if isinstance(tree, tuple):
        inside = ", ".join(map(structure, tree))
        return f"({inside},)" if len(tree) == 1 else f"({inside})"
    return "*"
