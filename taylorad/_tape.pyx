"""Variables and the graph they record: the core of reverse mode.

Design. A `Graph` is a flat list of nodes in the order the operations ran; a node knows the
places of its operands in that list, their plain values as far as its rule needs them, and
how to pull a cotangent back to each. It holds no Variables, so nothing refers in circles.
A `Variable` is a value and a place in a graph. The backward walk goes down the list once.

Levels are those of `taylorad.algebra`: an operation belongs to the operand of the highest
level, and takes those of lower levels for plain values, whether they are numbers or
Variables. What it does on its values it does with NumPy's functions, so lower levels are
carried along, and when the walk itself is to be recorded it runs on Variables.

Cotangents are those for which dL = Re(sum(g * dy)): a linear function pulls back by its
transpose, without conjugation, and a real operand takes the real part.
"""

from contextvars import ContextVar
from math import prod
from sys import _getframe

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.float cimport PyFloat_Check, PyFloat_CheckExact
from cpython.long cimport PyLong_AsLongLongAndOverflow, PyLong_Check, PyLong_CheckExact
from cpython.object cimport Py_EQ, Py_GE, Py_GT, Py_LE, Py_LT, Py_NE, PyObject
from libc.math cimport fabs
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset

import numpy as np

cimport cython
cimport numpy as cnp

from taylorad._memory cimport enter_reused, exit_reused
from taylorad._kernels cimport a_zero, limited, shared
from taylorad._numbers cimport Operand

from taylorad import dispatch
from taylorad._arrivals import discover
from taylorad._foreign import refuse_foreign
from taylorad._kernels import cores
from taylorad._numbers import Number, install_variables, level_of, make, repack, value
from taylorad._vector import SHARED as SHARED_LOOPS, binary, unary as mapped, values
from taylorad.algebra import INNERMOST, Algebra, innermost, new_tag

cnp.import_array()

cdef extern from *:
    """
    /* A Variable made by hand turns out to be an array: the classes are static and alike. */
    static void taylorad_retype(PyObject *variable, PyObject *type) {
        Py_SET_TYPE(variable, (PyTypeObject *)type);
    }
    """
    void taylorad_retype(object, object)

cdef extern from "Python.h":
    Py_ssize_t Py_REFCNT(PyObject *)
    PyObject *PyTuple_GET_ITEM(object, Py_ssize_t)
    int PySlice_Unpack(object, Py_ssize_t *, Py_ssize_t *, Py_ssize_t *) except -1
    Py_ssize_t PySlice_AdjustIndices(Py_ssize_t, Py_ssize_t *, Py_ssize_t *, Py_ssize_t)

cdef object ACTIVE = ContextVar("taylorad_active_graphs", default=())

cdef enum:
    LEAF, ADD, SUBTRACT, MULTIPLY, DIVIDE, NEGATIVE, SQUARE, GETITEM, SUM, RULE, DEFERRED_RULE

cdef enum:
    WORTH_A_THREAD = 20_000  # doubles: less is not worth a thread
    MOST_COPIED = 16_000  # bytes: more are copied by NumPy

cdef object reshape_method = None, copy_method = None

KEEPS = ("nothing", "operands", "output", "both")

cdef enum:
    KEEP_NOTHING, KEEP_OPERANDS, KEEP_OUTPUT, KEEP_BOTH

cdef object FLOAT64 = np.float64

include "_tape_graph.pxi"
include "_tape_direct.pxi"
include "_tape_arithmetic.pxi"
include "_tape_doubles.pxi"
include "_tape_items.pxi"
include "_tape_quick.pxi"
include "_tape_together.pxi"
include "_tape_answers.pxi"
include "_tape_deferred.pxi"
include "_tape_several.pxi"
include "_tape_separate.pxi"
include "_tape_objects.pxi"
include "_tape_cotangents.pxi"
include "_tape_walk.pxi"
include "_tape_chain.pxi"
include "_tape_gradient.pxi"
include "_tape_pattern.pxi"


cdef inline object measured(Variable x):
    """The value, or an array of it where it is an object such as a Fraction."""
    value = fresh(x)._value
    return value if hasattr(value, "shape") else np.asarray(value)


@cython.trashcan(True)
cdef class Variable(Operand):
    """An array whose operations are recorded, for derivatives in reverse mode.

    Parameters
    ----------
    value : array_like
        The value; it is copied. Integers become float64.

    Notes
    -----
    While a `GradientTape` is recording, operations on a Variable give Variables; otherwise
    they give plain NumPy results. Assignment and in-place operators change the Variable as
    they change an array, views included, and are recorded.

    Examples
    --------
    >>> import taylorad as ta
    >>> x = ta.Variable(3.0)
    >>> with ta.GradientTape() as tape:
    ...     y = x * x
    >>> print(tape.gradient(y, x))
    6.0
    """

    cdef object _value
    cdef Graph graph
    cdef Py_ssize_t index
    cdef readonly object home_level    # of where it was made
    cdef bint leaf             # where a computation starts
    cdef readonly bint made    # by the user: watched by every tape, those of inner levels too
    cdef Variable base         # of a view
    cdef Variable owner        # the base of the base of ... that is no view
    cdef object path
    cdef Py_ssize_t seen       # the version of the owner that the value is of
    cdef Py_ssize_t version    # how often an owner has changed

    __hash__ = None

    def __init__(self, value):
        discover()
        self.index = -1
        self.home_level = innermost() + 0.5
        self._value = as_recorded(checked(value))
        while isinstance(self._value, Variable) and (
            (<Variable>self._value).home_level >= self.home_level
        ):
            self._value = fresh(<Variable>self._value)._value  # a copy starts a computation anew
        if is_array(self._value) and type(self) is Variable:
            taylorad_retype(self, VariableArray)
        self.leaf = self.made = True

    @staticmethod
    def at(value, level):
        """The Variable of a level with this value, as the user would make it there."""
        cdef Variable x = Variable(value)
        x.home_level = level
        return x

    @staticmethod
    def of(value, Graph graph):
        """The Variable of a graph that has this value: where a computation starts."""
        cdef Variable x
        value = as_is(<Variable>value) if isinstance(value, Variable) else value
        x = blank(value)
        x._value = value
        x.home_level = graph.level
        x.graph = graph
        x.index = -1
        x.leaf = True
        x.index = graph.leaf(x)
        return x

    @property
    def level(self):
        """The level operations on it belong to: that of the innermost tape that watches it."""
        return current(self).home_level

    @property
    def value(self):
        """The value: an array, or a number or Variable of a lower level."""
        return fresh(self)._value

    @property
    def recording(self):
        """The graph that records operations on it now, or None."""
        return recorder(fresh(self))

    @property
    def home(self):
        """The graph it was computed in, and its place there."""
        fresh(self)
        return self.graph, self.index

    @property
    def shape(self):
        """The shape of the value."""
        return measured(self).shape

    @property
    def ndim(self):
        """The number of dimensions of the value."""
        return measured(self).ndim

    @property
    def size(self):
        """The number of elements."""
        return measured(self).size

    @property
    def dtype(self):
        """The dtype of the value."""
        return measured(self).dtype

    def __array__(self, dtype=None, copy=None):
        found = objects_of(self) if asked_plainly(_getframe()) else None
        return Operand.__array__(self, dtype, copy) if found is None else found

    def __array_function__(self, function, types, args, kwargs):
        found = quickly(function, args, kwargs, self)
        if found is None and function not in dispatch.FUNCTIONS and dispatch.rule_of(function):
            found = quickly(function, args, kwargs, self)  # now that its file of rules has been read
        if found is not None:
            return found
        return dispatch.on_function(function, types, args, kwargs, self)

    def __reduce__(self):
        if recorder(current(self)) is not None:
            raise TypeError(
                "pickling a Variable while it is recorded would drop its derivatives; pickle "
                "ta.value(x), or copy it with +x"
            )
        return Variable, (value(self),)

    def __copy__(self):
        return +self

    def __deepcopy__(self, memo):
        return +self

    def __add__(self, other):
        return arithmetic(ADD, self, other)

    def __radd__(self, other):
        return arithmetic(ADD, other, self)

    def __sub__(self, other):
        return arithmetic(SUBTRACT, self, other)

    def __rsub__(self, other):
        return arithmetic(SUBTRACT, other, self)

    def __mul__(self, other):
        return arithmetic(MULTIPLY, self, other)

    def __rmul__(self, other):
        return arithmetic(MULTIPLY, other, self)

    def __truediv__(self, other):
        return arithmetic(DIVIDE, self, other)

    def __rtruediv__(self, other):
        return arithmetic(DIVIDE, other, self)

    def __pow__(self, other, modulus):
        if modulus is not None:
            raise TypeError("pow() with a modulus is for integers only")
        if isinstance(other, int):
            if other == 2:
                return unary(SQUARE, self)
            if other == 3:
                return unary(SQUARE, self) * self
        found = pointwise(POWER, self, other) if POWER.kind == JOINT else None
        return np.power(self, other) if found is None else found

    def __rpow__(self, other, modulus):
        return np.power(other, self)

    def __richcmp__(self, other, int op):
        found = compared(<Loop>COMPARISONS[op], self, other)
        return taylorad_compare(self, other, Operand, op) if found is None else found

    def __neg__(self):
        return unary(NEGATIVE, self)

    def __pos__(self):
        cdef Variable x = current(self)
        return record(+fresh(x)._value, (x,), (identity,))

    def __abs__(self):
        return np.absolute(self)

    def __matmul__(self, other):
        found = quickly(np.matmul, (self, other), {})
        return np.matmul(self, other) if found is None else found

    def __divmod__(self, other):
        found = divided(self, other)
        return np.divmod(self, other) if found is None else found

    def copy(self, order="C"):
        found = copied(self) if order == "C" else None
        return copy_method(self, order) if found is None else found

    # The commonest methods of ndarray; the others are found by name, see `Operand`.

    @property
    def T(self):
        return call_method(np.transpose, self, (), {})

    @property
    def real(self):
        return call_method(np.real, self, (), {})

    @property
    def imag(self):
        return call_method(np.imag, self, (), {})

    @property
    def mT(self):
        return call_method(np.matrix_transpose, self, (), {})

    def astype(self, *args, **kwargs):
        found = None
        if len(args) == 1 and not kwargs and is_double_type(args[0]):
            found = copied(self, cnp.NPY_KEEPORDER)
        return Operand.__getattr__(self, "astype")(*args, **kwargs) if found is None else found

    def compress(self, condition, axis=None, out=None):
        found = None
        if axis is None and out is None:
            found = quickly(np.compress, (condition, self), {})
        return np.compress(condition, self, axis=axis, out=out) if found is None else found

    def conj(self, *args, **kwargs):
        return conjugated(self, args, kwargs)

    def conjugate(self, *args, **kwargs):
        return conjugated(self, args, kwargs)

    def tolist(self):
        found = objects_of(self) if self.ndim else None
        return Operand.__getattr__(self, "tolist")() if found is None else found.tolist()

    def transpose(self, *axes):
        if len(axes) > 1 or axes and not (axes[0] is None or isinstance(axes[0], (tuple, list))):
            axes = (axes,)
        return call_method(np.transpose, self, axes, {})

    def all(self, *args, **kwargs):
        return call_method(np.all, self, args, kwargs)

    def any(self, *args, **kwargs):
        return call_method(np.any, self, args, kwargs)

    def argmax(self, *args, **kwargs):
        return call_method(np.argmax, self, args, kwargs)

    def argmin(self, *args, **kwargs):
        return call_method(np.argmin, self, args, kwargs)

    def argsort(self, *args, **kwargs):
        return call_method(np.argsort, self, args, kwargs)

    def clip(self, *args, **kwargs):
        args = (*args, None) if len(args) == 1 and "max" not in kwargs else args
        return call_method(np.clip, self, args, kwargs)

    def cumprod(self, *args, **kwargs):
        return call_method(np.cumprod, self, args, kwargs)

    def cumsum(self, *args, **kwargs):
        return call_method(np.cumsum, self, args, kwargs)

    def diagonal(self, *args, **kwargs):
        return call_method(np.diagonal, self, args, kwargs)

    def dot(self, *args, **kwargs):
        return call_method(np.dot, self, args, kwargs)

    def flatten(self, order="C"):
        if order == "C":
            return call_method(np.ravel, self, (), {}).copy()
        return np.ravel(self, order=order).copy()

    def max(self, *args, **kwargs):
        return call_method(np.max, self, args, kwargs)

    def mean(self, *args, **kwargs):
        return call_method(np.mean, self, args, kwargs)

    def min(self, *args, **kwargs):
        return call_method(np.min, self, args, kwargs)

    def nonzero(self):
        return call_method(np.nonzero, self, (), {})

    def prod(self, *args, **kwargs):
        return call_method(np.prod, self, args, kwargs)

    def ravel(self, *args, **kwargs):
        return call_method(np.ravel, self, args, kwargs)

    def reshape(self, *shape, **kwargs):
        if kwargs:
            return reshape_method(self, *shape, **kwargs)
        return call_method(np.reshape, self, shape if len(shape) == 1 else (shape,), {})

    def repeat(self, *args, **kwargs):
        return call_method(np.repeat, self, args, kwargs)

    def round(self, *args, **kwargs):
        return call_method(np.round, self, args, kwargs)

    def searchsorted(self, *args, **kwargs):
        return call_method(np.searchsorted, self, args, kwargs)

    def squeeze(self, *args, **kwargs):
        return call_method(np.squeeze, self, args, kwargs)

    def std(self, *args, **kwargs):
        return call_method(np.std, self, args, kwargs)

    def sum(self, *args, **kwargs):
        return call_method(np.sum, self, args, kwargs)

    def swapaxes(self, *args, **kwargs):
        return call_method(np.swapaxes, self, args, kwargs)

    def take(self, *args, **kwargs):
        return call_method(np.take, self, args, kwargs)

    def trace(self, *args, **kwargs):
        return call_method(np.trace, self, args, kwargs)

    def var(self, *args, **kwargs):
        return call_method(np.var, self, args, kwargs)

    def __iadd__(self, other):
        return replace(self, self + other)

    def __isub__(self, other):
        return replace(self, self - other)

    def __imul__(self, other):
        return replace(self, self * other)

    def __itruediv__(self, other):
        return replace(self, self / other)

    def __ipow__(self, other):
        return replace(self, self**other)

    def __ifloordiv__(self, other):
        return replace(self, self // other)

    def __imod__(self, other):
        return replace(self, self % other)

    def __imatmul__(self, other):
        return replace(self, self @ other)

    def __bool__(self):
        return bool(value(self))

    def __repr__(self):
        shown = self.value
        if isinstance(shown, np.ndarray):
            return f"Variable({np.array2string(shown, separator=', ')})"
        return f"Variable({shown.item() if isinstance(shown, np.generic) else shown!r})"

    def __format__(self, spec):
        if not spec:
            return str(self)
        shown = self.value
        if isinstance(shown, np.ndarray):
            formatter = {"all": lambda item: format(item, spec)}
            return f"Variable({np.array2string(shown, separator=', ', formatter=formatter)})"
        return f"Variable({format(shown, spec)})"


cdef class VariableArray(Variable):
    """The arrays among the Variables: with the protocols of a sequence, which 0-d ones lack."""

    def __len__(self):
        return len(fresh(self)._value)

    def __iter__(self):
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d Variable")
        return elements(self, self.shape[0])

    def __contains__(self, item):
        return bool(np.any(self == item))

    def __getitem__(self, index):
        return get_item(self, index)

    def __setitem__(self, index, item):
        set_item(self, index, item)



def owns(operands):
    """Whether an operation on these belongs to a Variable: whether one is of the top level."""
    cdef bint found = False
    for x in operands:
        if isinstance(x, (Variable, list, tuple, dict)):
            found = True
            break
    if not found:
        return False
    level = level_of_all(operands)
    return level >= 0 and has_variable(operands, level)


cdef bint has_variable(object operands, object level):
    for x in operands:
        if isinstance(x, Variable):
            if (<Variable>x).home_level == level:
                return True
        elif isinstance(x, (list, tuple)) and has_variable(x, level):
            return True
    return False


cdef bint untaped(object x):
    """Whether an operand has nothing to do with a Variable."""
    if isinstance(x, Number):
        return (<object>x).rows_inline or cnp.PyArray_CheckExact(x.parts)
    if isinstance(x, (list, tuple)):
        for item in x:
            if not untaped(item):
                return False
        return True
    return not isinstance(x, (Variable, dict)) and not (
        cnp.PyArray_Check(x) and cnp.PyArray_TYPE(<cnp.ndarray>x) == cnp.NPY_OBJECT
    )


def absent(args, kwargs):
    """Whether no Variable is among the operands of a function, in whatever way."""
    for x in args:
        if not untaped(x):
            return False
    if kwargs:
        for x in kwargs.values():
            if not untaped(x):
                return False
    return True


def settled_operands(operands):
    """Operands of a function of numbers, settled where Variables take part."""
    level = variable_level(operands)
    return operands if level < 0 else [settled(x, level) for x in operands]


install_variables(Variable, variable_level, settled)
taylorad_set_method(Variable, "__array_ufunc__", array_ufunc)
taylorad_without_memory(Variable, VariableArray)
dispatch.Reverse.owns = owns
dispatch.Reverse.kept = kept
dispatch.Reverse.absent = absent
dispatch.Reverse.settled = settled_operands
dispatch.Reverse.current = current_operands


def identity(g):
    """The pull of what passes its operand on."""
    return g


def checked(given):
    """What a Variable may hold: a floating array or scalar of its own, or a lower level's."""
    given = repack(given)
    if isinstance(given, (Number, Variable)):
        return given
    array = np.array(given)
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    if array.dtype.kind not in "fcO" or (
        array.dtype.kind == "O" and not all(hasattr(x, "__mul__") for x in array.flat)
    ) or (array.dtype.kind == "O" and any(isinstance(x, (list, str)) for x in array.flat)):
        raise TypeError(f"a Variable holds numbers or arrays of numbers, not {given!r:.60}")
    return array[()] if array.ndim == 0 else array
