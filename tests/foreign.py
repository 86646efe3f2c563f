"""Code as other people write it: for plain numbers, with no thought of derivatives.

Every function here takes one real number, and would drop or refuse its derivative. The
tests know what each computes.
"""
# ruff: noqa

import cmath
import contextlib
import functools
import math
import math as m
from collections import namedtuple
from dataclasses import dataclass, field
from functools import lru_cache, partial, reduce, wraps
from math import exp as e_to_the, sqrt

import numpy
from foreign_star import star_import
import numpy as np
import numpy as xyz
from numpy.linalg import norm

CALLS = []


def runge_kutta(rate, y0, end, steps):
    h = end / steps
    y = np.zeros((steps + 1, len(y0)))
    y[0] = np.asarray(y0, dtype=float)
    for i in range(steps):
        k = np.empty((4, len(y0)), dtype=y.dtype)
        k[0] = rate(y[i])
        k[1] = rate(y[i] + h / 2 * k[0])
        k[2] = rate(y[i] + h / 2 * k[1])
        k[3] = rate(y[i] + h * k[2])
        y[i + 1] = y[i] + h / 6 * (k[0] + 2 * k[1] + 2 * k[2] + k[3])
    return y


def oscillator(w):
    """cos(w) to 1e-9"""

    def rate(state):
        out = np.empty_like(state)
        out[0] = state[1]
        out[1] = -(w**2) * state[0]
        return out

    return runge_kutta(rate, [1.0, 0.0], 1.0, 200)[-1, 0]


def thomas(lower, diagonal, upper, right):
    n = len(diagonal)
    c, d, x = numpy.zeros(n), numpy.zeros(n), numpy.zeros(n)
    c[0] = upper[0] / diagonal[0]
    d[0] = right[0] / diagonal[0]
    for i in range(1, n):
        pivot = diagonal[i] - lower[i] * c[i - 1]
        c[i] = upper[i] / pivot
        d[i] = (right[i] - lower[i] * d[i - 1]) / pivot
    x[n - 1] = d[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = d[i] - c[i] * x[i + 1]
    return x


def tridiagonal(t):
    """The solution of [[2+t, -1, 0], [-1, 2+t, -1], [0, -1, 2+t]] x = (1, t, 0), summed"""
    one = np.ones(3)
    return thomas(-one, np.full(3, 2.0 + t), -one, np.array([1, t, 0.0])).sum()


class Model:
    scale = 2.0

    def __init__(self, rate):
        self.rate = float(rate)
        self._memory = np.zeros(2)

    @property
    def root(self):
        return math.sqrt(self.rate)

    @functools.cached_property
    def table(self):
        return np.array([[self.root, 1.0], [1.0, self.rate]])

    @staticmethod
    def double(x):
        return math.fsum([x, x])

    @classmethod
    def of_square(cls, x):
        return cls(math.pow(x, 2))

    def __call__(self, t):
        self._memory[0] = self.scale * self.root
        self._memory[1] = Model.double(t)
        return self._memory.prod() + self.__private(t)

    def __private(self, t):
        return math.exp(self.table[0, 0] * t)


class Offspring(Model):
    def __init__(self, rate):
        super().__init__(rate)
        self.extra = math.log(rate)

    def __call__(self, t):
        return super().__call__(t) + self.extra


def model(x):
    """2 x 2 t + exp(x t) + 2 log x, with t = 0.5: rate is x^2"""
    return Offspring.of_square(x)(0.5)


@dataclass
class Point:
    x: float
    y: float = 0.5
    history: list = field(default_factory=list)

    def __post_init__(self):
        self.radius = math.hypot(self.x, self.y)


@dataclass(frozen=True)
class Frozen:
    x: float

    def __post_init__(self):
        object.__setattr__(self, "sine", math.sin(self.x))


def points(x):
    """hypot(x, 0.5) + sin(x)"""
    return Point(x).radius + Frozen(x).sine


class Slotted:
    __slots__ = ("values",)

    def __new__(cls, *args):
        made = super().__new__(cls)
        made.values = np.zeros(len(args))
        return made

    def __init__(self, *args):
        for i, arg in enumerate(args):
            self.values[i] = arg

    def __iter__(self):
        for value in self.values:
            yield math.tan(value)


def slotted(x):
    """tan(x) + tan(2x)"""
    return sum(t for t in Slotted(x, 2 * x))


def traced(f):
    @wraps(f)
    def wrapper(*args, **kwargs):
        CALLS.append(f.__name__)
        return f(*args, **kwargs)

    return wrapper


@traced
@traced
def decorated(x):
    """sqrt(x) exp(x)"""
    return sqrt(x) * e_to_the(x)


@lru_cache(maxsize=None)
def cached(x, n=3):
    out = np.ones(n)
    out[-1] = math.cos(x)
    return out[-1]


def through_caches(x):
    """cos(x) + fib(10)"""

    @lru_cache(maxsize=None)
    def fibonacci(n):
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    return cached(x) + fibonacci(10)


def recursive(x, depth=5):
    """sin applied six times"""
    return m.sin(x) if depth == 0 else m.sin(recursive(x, depth - 1))


def generated(x):
    """x + x^2/2 + x^3/3, by a generator that is sent to"""

    def terms():
        n = 1
        while True:
            step = yield math.pow(x, n) / n
            n += step

    iterator = terms()
    total = next(iterator)
    for _ in range(2):
        total += iterator.send(1)
    return total


def nested_lists(x):
    """The determinant of [[x, 1], [2, x^2]] plus its trace"""
    a = np.array([[x, 1], [2, x * x]])
    b = np.asarray(((x, 0.0), (0.0, x**2)), dtype=np.float64)
    c = np.ascontiguousarray([x, x])
    d = np.atleast_2d([x, x])
    assert a.shape == (2, 2) and c.shape == (2,) and d.shape == (1, 2)
    return a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0] + b[0, 0] + b[1, 1] + (c - d[0]).sum()


def typed(x):
    """x^2, by tests of types on the way"""
    assert isinstance(x, float) and isinstance(x, (int, np.floating, float))
    assert isinstance(x, int | float)
    assert not isinstance(x, (int, str, np.ndarray)) and np.isscalar(x) and np.isrealobj(x)
    a = np.zeros(2)
    assert isinstance(a, np.ndarray) and type(a) is np.ndarray and a.dtype == float
    a[0] = x
    assert isinstance(a, np.ndarray) and type(a) is np.ndarray and a.dtype.kind == "f"
    assert not isinstance(a, float) and not np.isscalar(a)
    return float(a[0]) * float(np.array([x]).item())


def whole(x):
    """3 x, at x from 1 to 2"""
    steps = int(x) + round(x * 0.9) + math.floor(x)
    table = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    return x * table[3] + 0 * table[steps - 1]


def through_complex(x):
    """2 cos(x)"""
    z = cmath.exp(complex(0.0, x))
    return (z + complex(z.real, -z.imag)).real


def aliased(x):
    """x + x^2 + x^3, written through views and read through others"""
    a = np.zeros((2, 3))
    row, column, flat = a[1], a[:, 2], a.reshape(-1)
    corner = row[1:]
    row[0] = x
    column[1] = x**2
    flat[4] += x**3
    a.T[1, 1] += 0.0
    assert corner[1] == x**2
    return corner.sum() + row[0]


def in_place(x):
    """9 x + 3"""
    a = np.ones(3)
    b = a
    a += x
    a *= 3
    np.add.at(a, [0, 1], 0.0)
    b[...] = b
    a.sort()
    return b.sum() - 6


def joined(x):
    """x + x^2 + sum of 0, 1, 2"""
    a = np.r_[x, x**2, 0:3]
    b = np.c_[a, a]
    assert b.shape == (5, 2)
    return b[:, 1].sum()


def elementwise(x):
    """exp(x) + exp(2x)"""
    f = np.vectorize(lambda t: math.exp(t) if t > 0 else 0.0)
    return f(np.array([x, 2 * x, -x])).sum()


LOGARITHM = np.vectorize(lambda t, base=2.0: math.log(t, base), otypes=[float])


def vectorized_before(x):
    """log2(x) + log3(x)"""
    return LOGARITHM([x]).sum() + LOGARITHM(np.array([x, 1.0]), base=3.0)[0]


def mapped(x):
    """sin(x) + sin(2x) + 3x"""
    y = list(map(math.sin, [x, 2 * x]))
    z = np.fromiter((x for _ in range(3)), dtype=float)
    total = reduce(lambda a, b: math.fsum([a, b]), y)
    largest = max([x, 2 * x], key=lambda t: math.exp(t))
    return total + z.sum() + 0 * largest + 0 * sum(sorted(map(float, y), key=math.sin))


def called_partially(x):
    """x^3"""
    return partial(math.pow, y)(3) if (y := x) else None


def imported_inside(x):
    """tanh(x) + x"""
    import math as tools
    from numpy import zeros as room

    a = room(2)
    a[0] = tools.tanh(x)
    a[1] = x
    return a.sum()


Pair = namedtuple("Pair", "first second")


def packed(x):
    """exp(x) - x"""
    pair = Pair(math.exp(x), second=x)
    return pair.first - pair.second


@contextlib.contextmanager
def doubled(x):
    a = np.zeros(1)
    a[0] = 2 * x
    yield a


def managed(x):
    """4 x^2"""
    with doubled(x) as a:
        return (a * a)[0]


def comprehended(x):
    """x + 2x + 3x and the norm of (3x, 4x)"""
    values = {n: math.fabs(n * x) for n in (1, 2, 3)}
    return np.array([v for v in values.values()]).sum() + norm([3 * x, 4 * x])


def zero_dimensional(x):
    """x + x^2"""
    a = np.asarray(x)
    assert a.ndim == 0 and a.shape == () and isinstance(a, np.ndarray)
    b = np.zeros(np.shape(x))
    b[...] = a
    b[b > 0] = b[b > 0] ** 2
    return (a + b)[()]


def formatted(x):
    """x"""
    return x if f"{x}" and "{}".format(x) and str(x) else 0.0


def tried(x):
    """log(x)"""
    try:
        return math.log(-x)
    except ValueError:
        return math.log(x)


class Workspace:
    """Arrays that were there before anything was lifted."""

    def __init__(self):
        self.work = np.linspace(0.0, 1.0, 3)
        self.base = np.ones(3)

    def run(self, x):
        """(1 + x + x) x"""
        scaled = self.base * 1.0
        scaled[0] = x
        scaled[1] += x - 1.0
        self.work[0] = scaled.sum()
        self.work[2] += x - 1.0
        return self.work[0] * self.work[2]
