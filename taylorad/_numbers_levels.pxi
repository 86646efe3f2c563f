# Part of _numbers.pyx: a function called at a level of its own, and what levels share.

from cpython.contextvars cimport PyContextVar_Reset, PyContextVar_Set
from cpython.object cimport PyObject_GenericSetAttr

cdef extern from *:
    """
    #if defined(_MSC_VER)
    static __declspec(thread) long taylorad_here[4];
    #else
    static __thread long taylorad_here[4];
    #endif

    /* An object as `object.__new__` makes it. */
    static inline PyObject *taylorad_bare(PyObject *class, PyObject *nothing) {
        return PyBaseObject_Type.tp_new((PyTypeObject *)class, nothing, NULL);
    }
    """
    long taylorad_here[4]
    object taylorad_bare(object, tuple)

cdef enum:
    DEPTH, SETTLED, VAIN, UNDECIDED


cdef class Here:
    """What the transforms under way in a thread share.

    Attributes
    ----------
    depth : int
        How many transforms are under way, each within the one before.
    undecided : int
        How many calls met 0/0, or a root of 0, that the known orders leave open.
    settled : int
        How many of these have found their result since.
    vain : int
        How many evaluations from a higher order have not found it.
    """

    @property
    def depth(self):
        return taylorad_here[DEPTH]

    @depth.setter
    def depth(self, long count):
        taylorad_here[DEPTH] = count

    @property
    def settled(self):
        return taylorad_here[SETTLED]

    @settled.setter
    def settled(self, long count):
        taylorad_here[SETTLED] = count

    @property
    def vain(self):
        return taylorad_here[VAIN]

    @vain.setter
    def vain(self, long count):
        taylorad_here[VAIN] = count

    @property
    def undecided(self):
        return taylorad_here[UNDECIDED]

    @undecided.setter
    def undecided(self, long count):
        taylorad_here[UNDECIDED] = count


here = Here()


def at_tag(algebra, tag):
    """An algebra of one factor at a new tag: what a transform does at every call."""
    # Its invariants hold for the new one too, so that nothing is checked or looked up.
    factor, found = taylorad_bare(Factor, ()), taylorad_bare(Algebra, ())
    for name, given in (<dict>algebra.factors[0].__dict__).items():
        PyObject_GenericSetAttr(factor, name, tag if name == "tag" else given)
    found.factors = (factor,)
    found.degree = algebra.degree
    found.capped = algebra.capped
    found.classes = algebra.classes
    found.structure = algebra.structure
    return found


cdef bint is_seedable(object x) noexcept:
    """Whether x is a plain array of doubles in C order, of at least one axis."""
    return (cnp.PyArray_CheckExact(x) and is_double(x) and 0 < cnp.PyArray_NDIM(x) < 63
            and cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>x))


def seeded(algebra, x, double scale):
    """The number with the plain value `x` that moves by `scale`."""
    cdef cnp.ndarray parts
    cdef cnp.npy_intp shape[64]
    cdef Py_ssize_t k, t, n, rows = algebra.structure.rows
    cdef int ndim
    cdef double *to
    if not is_seedable(x):
        parts = laid_as(np.zeros((rows, *x.shape), x.dtype), x)
        parts[0] = x
        parts[1:2] = scale
        return make(algebra, parts)
    ndim = cnp.PyArray_NDIM(<cnp.ndarray>x)
    shape[0] = rows
    for k in range(ndim):
        shape[k + 1] = cnp.PyArray_DIM(<cnp.ndarray>x, <int>k)
    parts = cnp.PyArray_EMPTY(ndim + 1, shape, cnp.NPY_DOUBLE, 0)
    n, to = cnp.PyArray_SIZE(<cnp.ndarray>x), doubles(parts)
    if n > FEW_POINTS:
        seed(doubles(x), scale, rows, to, n)
    else:
        for t in range(n):
            to[t] = doubles(x)[t]
        for t in range(n, rows * n):
            to[t] = scale if t < 2 * n else 0.0
    return make(algebra, parts)


cdef class Evaluator:
    """Derivatives of elementwise functions where nothing is out of the ordinary.

    Parameters
    ----------
    algebra : Algebra
        That of the levels, but for the tag.
    scale : float
        By how much their variable is stretched.
    first : int
        The lowest derivative that is wanted; all above are as well.
    factors : ndarray
        What the coefficients of these degrees have to be multiplied with.
    stacked : bool
        Whether the derivatives are wanted along a new first axis; else there is one.
    """

    cdef object algebra
    cdef readonly object scale
    cdef int first, count
    cdef cnp.ndarray factors
    cdef bint stacked

    def __init__(self, algebra, scale, int first, factors, bint stacked):
        self.algebra, self.scale, self.first, self.stacked = algebra, scale, first, stacked
        self.factors = np.array(factors, np.float64)
        self.count = len(factors)

    def __call__(self, function, x):
        """The derivatives of a function at a plain array of floating-point numbers.

        Where something has to be looked at twice they are not made, and what was done so far
        comes back: a tuple of the algebra, what the function returned, whether points were
        mixed, and of what is counted `here` the open divisions and those in vain, as before.
        """
        return evaluated(self, function, (x,), 0, x)


cdef object evaluated(Evaluator self, object function, tuple args, Py_ssize_t at, object x):
    """What calling an `Evaluator` gives; the argument `at` is to be replaced."""
    cdef long mixed = taylorad_mixed, undecided = taylorad_here[UNDECIDED]
    cdef long settled = taylorad_here[SETTLED], vain = taylorad_here[VAIN]
    look_around()
    tag = next(TAGS)
    algebra = at_tag(self.algebra, tag)
    moving = seeded(algebra, x, self.scale)
    token = PyContextVar_Set(INNERMOST, tag)
    taylorad_here[DEPTH] += 1
    try:
        if len(args) == 1:
            output = function(moving)
        else:
            output = function(*args[:at], moving, *args[at + 1:])
    except BaseException:
        taylorad_here[VAIN] = vain
        raise
    finally:
        taylorad_here[DEPTH] -= 1
        PyContextVar_Reset(INNERMOST, token)
    if taylorad_mixed == mixed and (
        taylorad_here[UNDECIDED] - taylorad_here[SETTLED] == undecided - settled
    ):
        found = multiples(self, output, algebra, x)
        if found is not None:
            return found
    return algebra, output, taylorad_mixed != mixed, undecided - settled, vain


cdef object multiples(Evaluator self, object y, object algebra, object x):
    """The derivatives from the coefficients of a number over the algebra like the array `x`.

    None if `y` is anything else.
    """
    cdef cnp.ndarray parts, result
    cdef cnp.npy_intp shape[64]
    cdef Py_ssize_t n, k, t
    cdef int ndim, axis
    cdef double factor
    cdef double *to
    cdef const double *of
    if not isinstance(y, Number) or (
        (<Number>y).algebra is not algebra and (<Number>y).algebra != algebra
    ):
        return None
    if (<Number>y).rows:
        if x.ndim or x.dtype != FLOAT64:
            return None
        result = np.array([(<Number>y).c[self.first + k] * doubles(self.factors)[k]
                           for k in range(self.count)])
        return result if self.stacked else result[0]
    parts = plain_parts(y)
    if parts is None or not is_double(x) or cnp.PyArray_NDIM(parts) > 62:
        return None
    ndim = cnp.PyArray_NDIM(<cnp.ndarray>x)
    if cnp.PyArray_NDIM(parts) != ndim + 1:
        return None
    shape[0] = self.count
    for axis in range(ndim):
        shape[axis + 1] = cnp.PyArray_DIM(<cnp.ndarray>x, axis)
        if shape[axis + 1] != cnp.PyArray_DIM(parts, axis + 1):
            return None
    if self.stacked:
        result = cnp.PyArray_EMPTY(ndim + 1, shape, cnp.NPY_DOUBLE, 0)
    else:
        result = cnp.PyArray_EMPTY(ndim, shape + 1, cnp.NPY_DOUBLE, 0)
    n = cnp.PyArray_SIZE(<cnp.ndarray>x)
    for k in range(self.count):
        factor = doubles(self.factors)[k]
        to, of = doubles(result) + k * n, doubles(parts) + (self.first + k) * n
        if n <= UNSHARED:
            for t in range(n):
                to[t] = factor * of[t]
            if all_finite(to, n):
                continue
        # shared among threads, and with NumPy's warning of an overflow
        binary(np_multiply, parts[self.first + k], factor,
               result[k] if self.stacked else result)
    return result


cdef class Transform:
    """One function's derivatives, at arrays that are worth no thought about threads.

    Parameters
    ----------
    function : callable
        The function.
    argnum : int
        Which argument is differentiated in.
    evaluator : Evaluator
        The derivatives that are wanted.
    workers : int or None
        At most so many threads; None for as many as there are.
    reused, most : int
        From how many points on memory is used again, in one thread, and at how many at most
        this serves.
    """

    cdef object function
    cdef Py_ssize_t argnum, reused, most
    cdef Evaluator evaluator
    cdef int workers

    def __init__(self, function, argnum, evaluator, workers, reused, most):
        self.function, self.argnum, self.evaluator = function, argnum, evaluator
        self.workers, self.reused, self.most = min(workers or 0, 1 << 30), reused, most

    def at(self, tuple args):
        """As calling the evaluator; None where these arguments are not of the simple kind."""
        cdef Py_ssize_t count = len(args), at = self.argnum, n
        cdef int before, limit = self.workers
        cdef bint entered = False
        if at < 0:
            at += count
        if not 0 <= at < count or not is_seedable(args[at]):
            return None
        n = cnp.PyArray_SIZE(<cnp.ndarray>args[at])
        if n > self.most:
            return None
        if n < self.reused and limit == 0:
            return evaluated(self.evaluator, self.function, args, at, args[at])
        before = limited()
        if n >= self.reused:
            limit = 1
            entered = enter_reused()
        limit_to(limit)
        try:
            return evaluated(self.evaluator, self.function, args, at, args[at])
        finally:
            limit_to(before)
            if entered:
                exit_reused()
