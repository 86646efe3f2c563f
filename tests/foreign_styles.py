"""Code in as many styles as people write, for plain numbers, each a function of one."""
# ruff: noqa

import numpy as np, math, functools, itertools, operator, asyncio, abc, collections, typing, enum
from functools import singledispatch, total_ordering


def style_global_store(x):
    global H
    H = np.zeros(2)
    H[0] = x

    def inner():
        H[1] = x * x
        return H
    return inner().sum()


def style_nonlocal(x):
    a = np.ones(3) * 1.0

    def put(i, v):
        a[i] = v

    def replace():
        nonlocal a
        a = a * 2
        a[0] += x
    put(0, x)
    replace()
    return a.sum()


def style_closure_plain_from_outside(x):
    a = np.zeros(3)

    def put(v):
        a[0] = v
    put(x)
    return a[0] * 2


def style_chain(x):
    a = np.zeros(2)
    b = np.zeros(2)
    a[0] = b[1] = x
    a[1], b[0] = (x * x, x)
    return a.sum() + b.sum()


def style_match(x):
    match x:
        case float() if x > 0:
            k = 2
        case _:
            k = 3
    match [x, 1]:
        case [a, 1]:
            return a * k


def style_walrus(x):
    return (y := math.sin(x)) + [(z := (y * 2)), z][1]


def style_posonly(x, /, *, k=np.pi):

    def g(a, /, b=2.0, *args, c, d=math.e, **kw):
        return a * b * c * d + sum(args) + kw['q']
    return g(x, 3.0, x, c=x, q=k)


def style_yield_from(x):

    def a():
        yield math.sin(x)
        return math.cos(x)

    def b():
        r = (yield from a())
        yield r
    return sum(b())


@singledispatch


def area(x):
    return 0 * x + 1.0


@area.register


def _(x: float):
    return math.pow(x, 2)


def style_singledispatch(x):
    return area(x)


def deco(k):

    def d(f):

        @functools.wraps(f)
        def w(*a, **kw):
            return k * f(*a, **kw)
        return w
    return d


@deco(2.0)


def style_deco(x):
    return math.exp(x)


class V:

    def __init__(self, *c):
        self.c = np.array(c, dtype=float)

    def __add__(self, o):
        return V(*self.c + o.c)

    def __abs__(self):
        return math.sqrt(float(self.c @ self.c))

    def __getitem__(self, i):
        return self.c[i]

    def __len__(self):
        return len(self.c)

    def __iter__(self):
        return iter(self.c)

    def __enter__(self):
        return self

    def __exit__(self, *a):
        return False

    def __float__(self):
        return math.fsum(self.c)


def style_vector(x):
    with V(x, x * x) as v:
        w = v
    return abs(w) + w[0] + sum(w) + float(w) + len(w)


class A(abc.ABC):

    @abc.abstractmethod
    def f(self, x):
        ...

    def run(self, x):
        return self.f(x) + self.g(x)

    @classmethod
    def make(cls, *a):
        return cls(*a)

    @staticmethod
    def g(x):
        return math.log(x)


class B(A):

    def __init__(self, k):
        self.k = k
        super().__init__()

    def f(self, x):
        return math.pow(x, self.k)


def style_abc(x):
    return B.make(3).run(x)


class NT(typing.NamedTuple):
    a: float
    b: float = 2.0

    def total(self):
        return math.fsum(self)


def style_nt(x):
    return NT(x).total() * NT(x, x).a


class Color(enum.Enum):
    RED = 1

    def f(self, x):
        return math.sin(x) * self.value


def style_enum(x):
    return Color.RED.f(x) + Color(1).f(x)


def style_itertools(x):
    return list(itertools.accumulate([x, x, x], operator.mul))[-1] + functools.reduce(lambda a, b: a + math.sin(b), [x, x], 0.0)


def style_string(x):
    s = f'{x!r:>10} {x}' + str(np.zeros(2))
    return x + len(s) * 0


def style_dictcomp(x):
    d = {i: math.cos(i * x) for i in range(3)}
    s = {math.floor(x)}
    return sum(d.values()) + sum((math.sin(v) for v in d.values() if isinstance(v, float))) + len(s)


def style_slices(x):
    a = np.zeros((3, 3))
    a[1:, ::2] = x
    a[..., 0] *= 2
    a[[0, 2], [1, 1]] = [x, 2 * x]
    a[a.sum(axis=1) > 100] = 0
    b = a[:, None, :]
    c = np.einsum('iaj->ij', b)
    np.fill_diagonal(c, x ** 3)
    return c.sum() + np.linalg.norm(a) + a.max() + np.sort(a, axis=None)[-1] + a.T.dot(a).trace()


def style_mixed_lists(x):
    a = np.array([[x, 1], [2, 3.0]])
    v = np.array([a[0], np.array([1.0, x])])
    w = np.vstack([v, [x, x]])
    return np.concatenate([w.ravel(), [x], np.hstack((x, 1.0))]).sum() + np.dot([x, x], [1.0, 2.0]) + np.sum([x, 2 * x]) + np.exp([x, x]).sum() + np.mean((x, 1.0)) + np.linalg.norm([x, 2 * x])


def style_while(x):
    a = np.empty(0)
    n = 0
    while n < 4:
        a = np.append(a, x * n)
        n += 1
    return np.interp(0.5, [0.0, 1.0], [a[0], a[3]]) + a.mean() + np.trapezoid(a)


def style_inplace_arg(x):

    def norm_inplace(v):
        v /= v.sum()
        return v
    v = np.array([x, 1.0, 2.0])
    w = v
    norm_inplace(v)
    return (w ** 2).sum()


def style_zeros_like_mixed(x):
    v = np.array([x, x * x])
    z = np.zeros_like(v)
    z[:] = v[::-1]
    o = np.ones_like(v, shape=(3,))
    o[0] = x
    f = np.full_like(v, x)
    e = np.empty_like(o)
    e[...] = o
    y = v.copy()
    y[:] = z
    return (z - v * 0.5).sum() + o.sum() + f.sum() + e[0] + y[0]


def style_condition(x):
    a = np.where(np.zeros(3) + x > 1, x, 0.0)
    b = np.select([a > 1, a < 0], [a * 2, a], 5.0)
    c = np.piecewise(a, [a > 0, a <= 0], [lambda t: t * t, 0.0])
    return a.sum() + b.sum() + c.sum()


def style_apply(x):
    a = np.arange(6.0).reshape(2, 3) * x
    return np.apply_along_axis(lambda r: r.sum() ** 2, 1, a).sum() + np.fromfunction(lambda i, j: i * x + j, (2, 2)).sum()


def style_int(x):
    a = np.zeros(5)
    a[int(2 * x)] = x
    i = np.argmax(a)
    a[i - 1] = a[i] ** 2
    n = np.zeros(3, dtype=int)
    n[0] = int(x)
    return a.sum() + n.sum()


def style_try(x):
    try:
        raise ValueError(math.sin(x))
    except ValueError as e:
        return e.args[0]
    finally:
        pass


def style_polyval(x):
    return np.polyval([x, 1.0, x], x)


def style_random(x):
    r = np.random.default_rng(0)
    a = r.normal(size=3)
    a[0] = x
    return (a * a).sum()


def style_lambda_default(x, f=lambda t: math.sin(t)):
    return f(x)


def style_complex(x):
    a = np.zeros(2, complex)
    a[0] = x + 1j * x
    a[1] = complex(x, 2.0)
    return abs(a[0]) + a[1].real * a[1].imag + np.fft.fft(a).real.sum()


def style_matmul(x):
    a = np.eye(2)
    a[0, 1] = x
    b = a @ a
    b @= np.eye(2)
    return (a @ a).sum() + a.flatten()[1]


def style_strip(x):
    a = np.zeros(3)
    l = [a, a]
    l[0][0] = x
    return l[1][0] + sum((r[0] for r in np.array([a, a])))


def style_annot(x: float) -> float:
    y: float = math.sin(x)
    a: np.ndarray = np.zeros(1)
    a[0] = y
    return a[0]


async def _co(x):
    return math.sin(x)


def style_async(x):
    return asyncio.run(_co(x))


def style_counter(x):
    d = collections.defaultdict(lambda: np.zeros(2))
    d['a'][0] += x
    d['b'][1] = x
    return d['a'].sum() * d['b'].sum()
