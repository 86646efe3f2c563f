# Part of _numbers.pyx: the types users see, and their constructors.

FLOAT64 = np.dtype(np.float64)


cdef object compare(object x, object other, int op):
    if is_single(x):
        found = single_binary(OPERATORS[op], x, other)
    else:
        found = compare_few(x, other, op)
    if found is not None:
        return found
    other = plain(other, None) if not isinstance(other, Number) else other
    if other is NotImplemented:
        return NotImplemented
    return OPERATORS[op](value(x), value(other))


cdef dict OPERATORS = {Py_LT: np.less, Py_LE: np.less_equal, Py_GT: np.greater,
                       Py_GE: np.greater_equal, Py_EQ: np.equal, Py_NE: np.not_equal}


def show(part, spec=""):
    """A coefficient as it stands in a repr."""
    if isinstance(part, np.ndarray):
        formatter = {"all": lambda item: format(item, spec)} if spec else None
        return np.array2string(part, separator=", ", formatter=formatter)
    if spec:
        return format(part, spec)
    return repr(part.item() if isinstance(part, np.generic) else part)


def stacked(given, name):
    """Coefficients given by the user as one array ``(rows, *shape)`` of a numeric dtype."""
    discover()
    arrays = []
    for item in given:
        if isinstance(item, Number) or (
            isinstance(item, (list, tuple, np.ndarray)) and isinstance(repack(item), Number)
        ):
            raise TypeError(
                f"the coefficients of a {name} are plain numbers or arrays, not numbers of "
                "this library; for higher derivatives use HyperDual or Taylor, or nest "
                "transforms such as ta.derivative"
            )
        refuse_foreign(type(item))
        array = np.asarray(item)
        if array.dtype.kind not in "biufcO" or (
            array.dtype.kind == "O"
            and not all(hasattr(x, "__mul__") and not isinstance(x, (str, list, tuple)) for x in array.flat)
        ):
            raise TypeError(
                f"the coefficients of a {name} are numbers or arrays of numbers, "
                f"not {item!r:.60}"
            )
        arrays.append(array)
    try:
        # NumPy broadcasts shapes of up to 32 axes only.
        different = {array.shape for array in arrays if array.ndim}
        shape = different.pop() if len(different) == 1 else np.broadcast_shapes(*different)
    except (RuntimeError, ValueError):
        shapes = " and ".join(str(array.shape) for array in arrays)
        raise ValueError(f"the coefficients of a {name} do not broadcast: {shapes}") from None
    if len(shape) >= MOST_AXES:
        raise ValueError(f"a {name} has at most {MOST_AXES - 1} axes, not {len(shape)}")
    weak = [x for x in given if isinstance(x, (int, float))]
    strong = [a.dtype for a, x in zip(arrays, given) if not isinstance(x, (int, float))]
    dtype = np.result_type(*strong, *weak) if strong or weak else np.dtype(float)
    if dtype.kind in "biu":
        dtype = FLOAT64
    parts = laid_as(np.empty((len(arrays), *shape), dtype), arrays[0])
    for k, array in enumerate(arrays):
        parts[k] = array[()]  # a 0-d array of objects would be stored as it is
    return parts


cdef dict MODULES = sys.modules
cdef dict AWAITED = awaited


cdef Py_ssize_t modules_seen = 0


cdef inline int look_around() except -1:
    """Whoever makes numbers looks whether another package has arrived."""
    global modules_seen
    cdef Py_ssize_t modules = len(MODULES)
    if modules != modules_seen:
        for module in AWAITED:
            if module in MODULES:
                discover()
                break
        modules_seen = modules
    return 0


cdef inline bint as_coefficient(object x, double *s) except -1:
    """As `as_float`; but an int that NumPy would not make a float64 of is left to it."""
    cdef int overflow = 0
    if PyFloat_CheckExact(x):
        s[0] = PyFloat_AS_DOUBLE(x)
        return True
    if PyLong_CheckExact(x):
        s[0] = <double>PyLong_AsLongLongAndOverflow(x, &overflow)
        return overflow == 0
    return as_float(x, s)


cdef inline Number of_floats(Number example, PyObject **given, int count):
    """A scalar like another with these first coefficients; None unless they are plain numbers."""
    cdef Number x = scalar_like(example)
    cdef int k
    look_around()
    for k in range(count):
        if not as_coefficient(<object>given[k], &x.c[k]):
            return None
    for k in range(count, x.rows):
        x.c[k] = 0.0
    return x


cdef object call_class(object cls, PyObject **args, size_t flags, PyObject *names):
    """What calling one of this module's classes does."""
    cdef int k, count = <int>PyVectorcall_NARGS(flags)
    cdef Number x = None
    if ufunc_handler is None:
        connect()
    if names == NULL and count > 0:
        if count == 2 and cls is Dual and PyFloat_CheckExact(<object>args[0]) and (
            PyFloat_CheckExact(<object>args[1])
        ):
            look_around()
            return taylorad_pair(
                DUAL, PyFloat_AS_DOUBLE(<object>args[0]), PyFloat_AS_DOUBLE(<object>args[1])
            )
        if cls is Dual and count <= 2:
            x = of_floats(DUAL, args, count)
        elif cls is HyperDual and count <= 4:
            x = of_floats(HYPERDUAL, args, count)
    if x is not None:
        return x
    kwargs = {}
    if names != NULL:
        for k, name in enumerate(<tuple>names):
            kwargs[name] = <object>args[count + k]
    return construct(cls, tuple([<object>args[k] for k in range(count)]), kwargs)


def construct(cls, args, kwargs):
    """A number of a class from what its constructor takes."""
    cdef Number x
    if ufunc_handler is None:
        connect()
    for known, constructor in CONSTRUCTORS.items():
        if issubclass(cls, known):
            x = constructor(*args, **(kwargs or {}))
            break
    else:
        raise TypeError(f"{cls.__name__} is made by transforms, not by hand")
    return x if cls is known else as_class(cls, x)


def as_class(cls, Number x):
    """A number as one of a class that the user has derived from its own."""
    cdef Number y
    kind, cls = type(x), cls.__dict__.get("_derived", cls)
    if not issubclass(cls, kind):
        cls = array_class(cls, kind)
    y = <Number>taylorad_blank(<PyTypeObject *>cls, <PyObject *>x.algebra)
    if x.rows:
        fill_inline(y, parts_of(x))
    else:
        y.buffer = x.buffer
    return y


cdef object array_class(object cls, object kind):
    """A class that users derived from one of ours, with what arrays have and scalars must not."""
    found = cls.__dict__.get("_of_arrays")
    if found is None:
        about = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "__slots__": ()}
        found = type(cls)(cls.__name__, (cls, kind), about | {"_derived": cls})
        cls._of_arrays = found
    return found


cdef dict CONSTRUCTORS = {}
taylorad_set_constructor(construct, Number)


cdef class Dual(Number):
    """A dual number: a value and a tangent, for first derivatives.

    Parameters
    ----------
    value : array_like
        The value. Integers become float64.
    tangent : array_like, default 0.0
        The derivative of the value in the chosen direction; broadcasts with it.

    Raises
    ------
    TypeError
        If a part is not numeric, or is itself a number of this library.
    ValueError
        If the parts do not broadcast.

    References
    ----------
    W. K. Clifford, Preliminary sketch of biquaternions, Proc. London Math. Soc. 4 (1873).

    Examples
    --------
    >>> import numpy as np
    >>> from taylorad import Dual
    >>> Dual(3.0, 1.0) ** 2
    Dual(9.0, 6.0)
    >>> np.multiply(Dual([1.0, 2.0], 1.0), 2)
    Dual([2., 4.], [2., 2.])
    """

    @property
    def tangent(self):
        """The derivative part."""
        return part(self, 1)


cdef class HyperDual(Number):
    """A hyper-dual number, for exact second derivatives.

    Parameters
    ----------
    value : array_like
        The value.
    d1, d2 : array_like, default 0.0
        The first derivatives in two directions.
    d12 : array_like, default 0.0
        The mixed second derivative.

    References
    ----------
    J. A. Fike and J. J. Alonso, The development of hyper-dual numbers for exact
    second-derivative calculations, AIAA 2011-886.

    Examples
    --------
    >>> from taylorad import HyperDual
    >>> HyperDual(2.0, 1.0, 1.0) ** 3
    HyperDual(8.0, 12.0, 12.0, 12.0)
    """

    @property
    def d1(self):
        """The derivative in the first direction."""
        return part(self, 1)

    @property
    def d2(self):
        """The derivative in the second direction."""
        return part(self, 2)

    @property
    def d12(self):
        """The mixed second derivative."""
        return part(self, 3)


cdef class Taylor(Number):
    """A truncated Taylor polynomial in one variable.

    Parameters
    ----------
    coefficients : array_like, shape (order + 1, ...), or sequence of such rows
        c_0, c_1, ..., c_order: the k-th derivative is ``k! * c_k``.

    Examples
    --------
    >>> import numpy as np
    >>> from taylorad import Taylor
    >>> np.exp(Taylor.variable(0.0, 3))
    Taylor([1.0, 1.0, 0.5, 0.16666666666666666])
    """

    @staticmethod
    def variable(x, order, direction=1.0):
        """The variable itself about `x`: coefficients ``x, direction, 0, ...``.

        Parameters
        ----------
        x : array_like
            The expansion point or points.
        order : int
            The highest power kept, at least 0.
        direction : array_like, default 1.0
            The derivative of the argument along the series' own variable.

        Returns
        -------
        Taylor

        Examples
        --------
        >>> import numpy as np
        >>> from taylorad import Taylor
        >>> np.exp(Taylor.variable(0.0, order=2))
        Taylor([1.0, 1.0, 0.5])
        """
        cdef Number y
        cdef PyObject **given = [<PyObject *>x, <PyObject *>direction]
        if PyLong_CheckExact(order):
            y = TAYLORS.get(order)
            if y is None and 0 < order <= 1000:
                y = TAYLORS[order] = zeros(taylor(order), ())
            if y is not None:
                y = of_floats(y, given, 2)
                if y is not None:
                    return y
        order = checked_order(order)
        if order == 0:
            return Taylor([np.broadcast_arrays(x, direction)[0]])
        parts = stacked([x, direction], "Taylor")
        out = laid_as(np.zeros((order + 1, *parts.shape[1:]), parts.dtype), parts[0])
        out[:2] = parts
        return make(taylor(order), out)

    def _shown(self):
        if self.ndim:
            return [self.coefficients]
        return [[x.item() if isinstance(x, np.generic) else x for x in list(self.coefficients)]]

    def __format__(self, spec):
        if not spec:
            return str(self)
        inside = ", ".join(show(part, spec) for part in self.coefficients)
        return f"Taylor([{inside}])"

    @property
    def order(self):
        """The highest power kept."""
        return self.algebra.factors[0].order

    @property
    def coefficients(self):
        """c_0 ... c_order, shape ``(order + 1, *shape)``."""
        return parts_of(self) if self.algebra.univariate else CALCULUS["coefficients"](self)


    def derivative(self, k=1):
        """The k-th derivative, k! c_k.

        Examples
        --------
        >>> from taylorad import Taylor
        >>> print(Taylor([1.0, 1.0, 0.5]).derivative(2))
        1.0
        """
        return CALCULUS["derivative"](self, k)

    def derivatives(self):
        """All derivatives, orders 0 to `order`, shape ``(order + 1, *shape)``.

        Examples
        --------
        >>> from taylorad import Taylor
        >>> Taylor([1.0, 1.0, 0.5]).derivatives().tolist()
        [1.0, 1.0, 1.0]
        """
        return CALCULUS["derivatives"](self)

    def differentiate(self):
        """The derivative as a series, of one order less.

        Examples
        --------
        >>> from taylorad import Taylor
        >>> Taylor([1.0, 2.0, 3.0]).differentiate()
        Taylor([2.0, 6.0])
        """
        return CALCULUS["differentiate"](self)

    def integrate(self, constant=0.0):
        """The integral from the expansion point, plus `constant`; of one order more.

        Examples
        --------
        >>> from taylorad import Taylor
        >>> Taylor([2.0, 6.0]).integrate(1.0)
        Taylor([1.0, 2.0, 3.0])
        """
        return CALCULUS["integrate"](self, constant)

    def truncate(self, order):
        """The same series to a lower order.

        Examples
        --------
        >>> from taylorad import Taylor
        >>> Taylor([1.0, 2.0, 3.0]).truncate(1)
        Taylor([1.0, 2.0])
        """
        return CALCULUS["truncate"](self, order)

    def compose(self, inner):
        """The series of ``self(inner(t))``; the constant term of `inner` must be 0.

        Examples
        --------
        >>> from taylorad import Taylor
        >>> Taylor([1.0, 1.0, 1.0]).compose(Taylor([0.0, 2.0, 0.0]))
        Taylor([1.0, 2.0, 4.0])
        """
        return CALCULUS["compose"](self, inner)

    def reverse(self):
        """The reversion: the series r in s with ``self(r(s)) = c_0 + s``.

        Raises
        ------
        ValueError
            If the linear coefficient is 0.

        Examples
        --------
        >>> from taylorad import Taylor
        >>> Taylor([0.0, 2.0, 0.0]).reverse()
        Taylor([0.0, 0.5, 0.0])
        """
        return CALCULUS["reverse"](self)

    def __call__(self, t):
        """The polynomial at the offset `t` from the expansion point.

        Examples
        --------
        >>> from taylorad import Taylor
        >>> print(Taylor([1.0, 1.0, 0.5])(2.0))
        5.0
        """
        return CALCULUS["evaluate"](self, t)


cdef class Nested(Number):
    """A number over several factors: what a function sees inside nested transforms."""

    def __repr__(self):
        return f"Nested({show(self.value)}, over {self.algebra!r})"


def make_dual(value, tangent=0.0):
    return make(dual(), stacked([value, tangent], "Dual"))


def make_hyperdual(value, d1=0.0, d2=0.0, d12=0.0):
    return make(hyperdual(), stacked([value, d1, d2, d12], "HyperDual"))


def make_taylor(coefficients):
    listed = isinstance(coefficients, (list, tuple))
    if isinstance(coefficients, Number) or not (listed or np.ndim(coefficients)):
        raise TypeError(
            "Taylor takes the sequence of coefficients [c_0, c_1, ...]; for the variable "
            "itself write Taylor.variable(x, order)"
        )
    if len(coefficients) == 0:
        raise ValueError("Taylor takes at least one coefficient")
    if not isinstance(coefficients, np.ndarray):
        coefficients = list(coefficients)
    parts = stacked(coefficients, "Taylor")
    return make(taylor(len(parts) - 1), parts)


cpdef object checked_order(object order):
    """`order` as an int, at least 0; TypeError or ValueError otherwise."""
    if isinstance(order, (bool, np.bool_)) or not hasattr(order, "__index__"):
        raise TypeError(f"order must be an integer of at least 0, not {order!r}")
    if order < 0:
        raise ValueError(f"order must be at least 0, not {order}")
    return int(order)
