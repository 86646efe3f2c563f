"""custom_jvp: a rule of the user's for tangents."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from taylorad._numbers import Number, common, level_of, make, parts_over, repack
from taylorad._tape import at_level, level_of_all, record
from taylorad._trees import flatten, structure
from taylorad.algebra import Algebra, Factor, new_tag, opened, taylor
from taylorad.dispatch import carries
from taylorad.transforms._arguments import check_callable
from taylorad.transforms._custom import Call, Custom
from taylorad.transforms._levels import Expansion, Level, assemble, shape_of
from taylorad.transforms._recording import Recording, scalar

__all__ = ["custom_jvp"]


class custom_jvp(Custom):  # a decorator
    """A function with a rule of the user's for its derivative along tangents.

    Parameters
    ----------
    f : callable
        The function. It is called with plain numbers and arrays only, if its rule does not
        call it with others; arguments and results may be tuples, lists and dicts of arrays.
    nondiff_argnums : tuple of int, optional
        Arguments that steer the function and are not differentiated, such as an integer or
        a function. The rule gets them first.

    See Also
    --------
    custom_vjp : with a rule for reverse mode.
    custom_derivative : for elementwise functions, which need no tangents.

    Notes
    -----
    The rule serves every order and both modes. It must be NumPy code, or code made of
    functions with rules of their own, and linear in the tangents: higher derivatives come
    from differentiating it, and reverse mode from transposing it.

    Examples
    --------
    >>> import numpy as np
    >>> import taylorad as ta
    >>> @ta.custom_jvp
    ... def log1pexp(x):
    ...     return np.log1p(np.exp(x))
    >>> @log1pexp.defjvp
    ... def log1pexp_jvp(primals, tangents):
    ...     (x,), (dx,) = primals, tangents
    ...     return log1pexp(x), dx / (1.0 + np.exp(-x))
    >>> float(ta.derivative(log1pexp)(0.0)), float(ta.grad(log1pexp)(100.0))
    (0.5, 1.0)
    """

    rule: Callable[..., Any] | None = None

    def defjvp(self, jvp: Callable[..., Any]) -> Callable[..., Any]:
        """Set the rule ``jvp(*nondiff, primals, tangents) -> (y, dy)``; returns it.

        Parameters
        ----------
        jvp : callable
            It takes a tuple of the arguments and one of their tangents, and returns the value
            and its tangent, which is linear in the given ones.

        Returns
        -------
        callable
            `jvp` itself, so that this may be a decorator.

        Examples
        --------
        >>> import taylorad as ta
        >>> @ta.custom_jvp
        ... def product(a, b):
        ...     return a * b
        >>> @product.defjvp
        ... def rule(primals, tangents):
        ...     (a, b), (da, db) = primals, tangents
        ...     return product(a, b), da * b + a * db
        >>> print(ta.grad(product)(2.0, 5.0))
        5.0
        """
        check_callable(jvp, "jvp")
        self.rule = jvp
        return jvp

    def defjvps(self, *jvps: Callable[..., Any] | None) -> None:
        """Set one rule ``jvp(dx, y, *primals) -> dy`` for each argument, None for zero.

        Parameters
        ----------
        *jvps : callable or None
            Each takes the tangent of its argument, the value, and all the arguments.

        Examples
        --------
        >>> import taylorad as ta
        >>> @ta.custom_jvp
        ... def product(a, b):
        ...     return a * b
        >>> product.defjvps(lambda da, y, a, b: da * b, lambda db, y, a, b: a * db)
        >>> print(ta.grad(product)(2.0, 5.0))
        5.0
        """
        for jvp in jvps:
            if jvp is not None:
                check_callable(jvp, "jvp")
        if self.nondiff_argnums:
            raise TypeError("defjvps does not go with nondiff_argnums; use defjvp")

        def rule(primals: Any, tangents: Any) -> Any:
            y = self(*primals)
            terms = [
                jvp(tangent, y, *primals)
                for jvp, tangent in zip(jvps, tangents, strict=True)
                if jvp is not None
            ]
            return y, functools.reduce(_add, terms) if terms else _times(y, 0.0)

        self.rule = rule

    def _differentiated(self, call: Call) -> Any:
        if self.rule is None:
            raise TypeError(f"{self.name} has no rule yet: give it one with defjvp")
        level = level_of_all(call.leaves)
        numbers = [x for x in call.leaves if isinstance(x, Number)]
        if numbers and max(map(level_of, numbers)) == level:
            return self._forward(call, common(numbers))
        return self._reverse(call, level)

    def _ruled(
        self, call: Call, primals: Sequence[Any], tangents: Sequence[Any]
    ) -> tuple[list[Any], list[Any], Callable[[Iterable[Any]], Any]]:
        """The leaves of what the rule answers."""
        assert self.rule is not None
        answer = self.rule(*call.static.values(), call.varied(primals), call.varied(tangents))
        if not isinstance(answer, (tuple, list)) or len(answer) != 2:
            raise TypeError(f"the rule of {self.name} must return a pair (y, dy)")
        y, dy = answer
        if structure(y) != structure(dy):
            raise TypeError(
                f"the rule of {self.name} returned a value of structure {structure(y)} and a "
                f"tangent of structure {structure(dy)}"
            )
        leaves, rebuild = flatten(y)
        leaves, rates = [repack(x) for x in leaves], [repack(x) for x in flatten(dy)[0]]
        for leaf, rate in zip(leaves, rates, strict=True):
            if shape_of(leaf) != shape_of(rate):
                raise TypeError(
                    f"the rule of {self.name} returned a value of shape {shape_of(leaf)} and "
                    f"a tangent of shape {shape_of(rate)}"
                )
        return leaves, rates, rebuild

    # Forward: along the variable t of the highest level, y' is the rule at (x, x').

    def _forward(self, call: Call, algebra: Any) -> Any:
        factor = algebra.factors[-1]
        if factor.variables == 1:
            return self._along(call, algebra, factor)
        if factor.order == 1:
            return self._along_all(call, algebra, factor)
        return self._split(call, algebra, factor)

    def _along(self, call: Call, algebra: Algebra, factor: Factor) -> Any:
        """y_0 = f(x_0) and (k + 1) y_{k+1} = y'_k, where x is known to one order less."""
        order = factor.order
        own = Expansion(Level(Algebra.of((factor,))), [], iter, np.dtype(float))
        series = [[own.coefficient(x, k) for k in range(order + 1)] for x in call.leaves]
        if order == 0:
            y, rebuild = flatten(self(*call.arguments([terms[0] for terms in series])))
            return rebuild(_over(algebra, factor, [repack(leaf)]) for leaf in y)
        if order == 1:
            values, rates, rebuild = self._ruled(
                call, [terms[0] for terms in series], [_as_tangent(terms) for terms in series]
            )
            self._check_closures((*values, *rates), factor.tag)
            return rebuild(
                _over(algebra, factor, pair) for pair in zip(values, rates, strict=True)
            )
        inner = Level(taylor(order - 1, new_tag()))
        below = Expansion(inner, [], iter, np.dtype(float))
        primals = [_curve(inner, terms[:-1]) for terms in series]
        tangents = [
            _curve(inner, [term * k if k > 1 else term for k, term in enumerate(terms)][1:])
            for terms in series
        ]
        with opened(inner.tag):
            values, rates, rebuild = self._ruled(call, primals, tangents)
        self._check_closures((*values, *rates), factor.tag)
        return rebuild(
            _over(
                algebra,
                factor,
                [
                    below.coefficient(leaf, 0),
                    *(
                        below.coefficient(rate, k) / (k + 1)
                        for k in range(min(order, _known(below, rate) + 1))
                    ),
                ],
            )
            for leaf, rate in zip(values, rates, strict=True)
        )

    def _along_all(self, call: Call, algebra: Algebra, factor: Factor) -> Any:
        """All directions of first order at once: the rule is linear in the tangents."""
        tag = factor.tag
        zero = (0,) * factor.variables
        primals, tangents = [], []
        fresh = Factor(new_tag(), "multi", 1, factor.variables)
        moved = Algebra.of((*algebra.factors[:-1], fresh), algebra.degree)
        for x in call.leaves:
            if not isinstance(x, Number) or x.algebra.factor(tag) is None:
                primals.append(x)
                tangents.append(_zeros(x))
                continue
            rest, rows = x.algebra.select(tag, zero)
            primals.append(scalar(make(rest, x.parts[rows])))
            parts = parts_over(algebra, x)
            constant = np.isin(np.arange(algebra.rows), algebra.select(tag, zero)[1])
            constant = constant.reshape(-1, *(1,) * (parts.ndim - 1))
            tangents.append(make(moved, np.where(constant, 0.0, parts)))
        with opened(fresh.tag):
            values, rates, rebuild = self._ruled(call, primals, tangents)
        self._check_closures((*values, *rates), tag)
        return rebuild(
            leaf + _retagged(rate, fresh, factor)
            for leaf, rate in zip(values, rates, strict=True)
        )

    def _split(self, call: Call, algebra: Algebra, factor: Factor) -> Any:
        """A factor of several variables as one factor for each: the same monomials, and more."""
        pieces = [Factor(new_tag(), "taylor", limit) for limit in factor.exponent_limits]
        # Not capped at the total degree: coefficients of one variable would meet in an algebra
        # of the smallest degree that is known of any.
        wide = Algebra.of((*algebra.factors[:-1], *pieces))
        places = wide.structure.find(algebra.exponents)
        leaves = []
        for x in call.leaves:
            if not isinstance(x, Number) or x.algebra.factor(factor.tag) is None:
                leaves.append(x)
                continue
            parts = parts_over(algebra, x)
            rows = dict(zip(places.tolist(), parts, strict=True))
            zero = np.zeros(x.shape, x.dtype)
            leaves.append(make(wide, np.stack([rows.get(k, zero) for k in range(wide.rows)])))
        y, rebuild = flatten(self(*call.arguments(leaves)))
        tags = {piece.tag for piece in pieces}

        def back(leaf: Any) -> Any:
            leaf = repack(leaf)
            if not isinstance(leaf, Number) or not tags & set(leaf.algebra.tags):
                return leaf
            left = leaf.algebra  # orders may have been lost
            lost = [piece.order - (left.factor(piece.tag) or piece).order for piece in pieces]
            known = factor.order - max(lost)
            if left.capped:
                known = min(known, left.degree)
            if known >= factor.order:
                return make(algebra, parts_over(wide, leaf)[places])
            lower = Algebra.of((*algebra.factors[:-1], factor.capped(known)))
            rows = wide.structure.find(lower.exponents)
            return make(lower, parts_over(wide, leaf)[rows])

        return rebuild(map(back, y))

    def _check_closures(self, leaves: Iterable[Any], tag: int) -> None:
        for leaf in leaves:
            if isinstance(leaf, Number) and leaf.algebra.factor(tag) is not None:
                self.refuse_closure()

    # Reverse: the rule is linear in each tangent, and its transpose is its own pullback.

    def _reverse(self, call: Call, level: Any) -> Any:
        values = [at_level(x, level) for x in call.leaves]
        y, rebuild = flatten(self(*call.arguments(values)))
        y = [repack(leaf) for leaf in y]
        if any(level_of(leaf) >= level for leaf in y):
            self.refuse_closure()
        varied = [at for at, x in enumerate(call.leaves) if carries(x)]
        operands = [call.leaves[at] for at in varied]
        static = [None if carries(x) else x for x in call.leaves]

        def pull(output: int, at: int) -> Callable[..., Any]:
            def back(g: Any, *kept: Any) -> Any:
                primals = list(static)
                for place, x in zip(varied, kept, strict=True):
                    primals[place] = x
                tangents = [_zeros(x) for x in primals]

                def rate(tangent: Any) -> Any:
                    tangents[at] = tangent
                    return self._ruled(call, primals, tangents)[1][output]

                with Recording([tangents[at]]) as recording:
                    answer = recording.run(rate, recording.variables, {})
                    return recording.pull(answer.leaves, [g])[0]

            return back

        outputs = []
        for output, leaf in enumerate(y):
            pulls = [
                pull(output, at) if level_of(call.leaves[at]) == level else None for at in varied
            ]
            outputs.append(record(leaf, operands, pulls, keep="operands"))
        return rebuild(outputs)


def _add(one: Any, two: Any) -> Any:
    leaves, rebuild = flatten(one)
    return rebuild(a + b for a, b in zip(leaves, flatten(two)[0], strict=True))


def _times(tree: Any, factor: float) -> Any:
    leaves, rebuild = flatten(tree)
    return rebuild(leaf * factor for leaf in leaves)


def _zeros(x: Any) -> Any:
    dtype = x.dtype if carries(x) else np.result_type(np.asarray(x))
    return np.zeros(shape_of(x), dtype if dtype.kind in "fcO" else float)[()]


def _as_tangent(terms: Sequence[Any]) -> Any:
    return terms[1] if carries(terms[1]) else np.asarray(terms[1])[()]


def _curve(level: Level, terms: Sequence[Any]) -> Any:
    """The number of a level with these coefficients, which are of lower levels or plain."""
    lower = common(terms)
    algebra = level.algebra if lower is None else lower.join(level.algebra)
    return assemble(algebra, level.tag, dict(enumerate(terms)))


def _known(below: Expansion, rate: Any) -> int:
    """The highest order at which a rate is known."""
    return min(below.order(rate), below.level.algebra.degree)


def _over(algebra: Algebra, factor: Factor, terms: Sequence[Any]) -> Any:
    """The number whose coefficients in a factor are these, as far as they go."""
    if algebra.capped:
        target = algebra.truncate(algebra.degree - factor.order + len(terms) - 1)
    else:
        factors: dict[int, Factor] = {}
        for term in terms:
            if isinstance(term, Number):
                for other in term.algebra.factors:
                    known = factors.get(other.tag)
                    factors[other.tag] = other if known is None else known.meet(other)
        factors[factor.tag] = factor.capped(len(terms) - 1)
        target = Algebra.of(factors[tag] for tag in sorted(factors))
    return assemble(target, factor.tag, dict(enumerate(terms)))


def _retagged(x: Any, old: Factor, new: Factor) -> Any:
    """A number with one factor in another's place."""
    if not isinstance(x, Number) or x.algebra.factor(old.tag) is None:
        return x
    factors = [new if factor.tag == old.tag else factor for factor in x.algebra.factors]
    return make(Algebra.of(factors, x.algebra.degree), x.parts)
