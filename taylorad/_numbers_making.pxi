# Part of _numbers.pyx: from coefficients to numbers and back.

cpdef object classes(object algebra):
    """The pair of classes, for scalars and for arrays, of numbers over an algebra."""
    found = algebra.classes
    if found is None:
        if ufunc_handler is None:
            connect()
        kind = "nested"
        own = algebra.factors[0]
        if own.tag == 0 and own.kind in ("taylor", "multi"):
            kind = own.kind  # also where made by `taylor` within other transforms
        elif len(algebra.factors) == 1 and own.kind != "multi":
            kind = own.kind
            if kind == "hyperdual" and own.order < 2:
                kind = "nested"
        found = SCALAR_CLASSES[kind], ARRAY_CLASSES[kind]
        algebra.classes = found
    return found


cpdef object make(object algebra, parts):
    """The number over `algebra` whose coefficients are `parts`.

    Parameters
    ----------
    algebra : Algebra
        Over no factors, the plain value is returned.
    parts : ndarray, shape (rows, *shape)
        Used as it is, not copied, unless its dtype is an integer or boolean one.
    """
    cdef Number x
    cdef cnp.ndarray buffer
    cdef int k
    if not algebra.factors:
        return parts[0]
    scalar, array = classes(algebra)
    if not isinstance(parts, np.ndarray):  # a Variable: coefficients that are recorded
        x = <Number>taylorad_blank(
            <PyTypeObject *>(array if parts.ndim > 1 else scalar), <PyObject *>algebra
        )
        x.rows = 0
        x.buffer = parts
        return x
    if not is_double(parts) and parts.dtype.kind not in "fcO":
        if parts.dtype.kind not in "biu":
            raise TypeError(f"coefficients of dtype {parts.dtype} cannot be differentiated")
        parts = parts.astype(np.float64)
    buffer = parts
    if cnp.PyArray_NDIM(buffer) > 1:
        x = <Number>taylorad_blank(<PyTypeObject *>array, <PyObject *>algebra)
        x.rows = 0
        x.buffer = buffer
        return x
    x = <Number>taylorad_blank(<PyTypeObject *>scalar, <PyObject *>algebra)
    x.rows = 0
    if not is_double(buffer):
        # a scalar never changes: not when the array it was taken from does, either
        x.buffer = parts if parts.base is None else parts.copy()
        return x
    fill_inline(x, buffer)
    return x


cdef int fill_inline(Number x, cnp.ndarray buffer) except -1:
    cdef Py_ssize_t stride = buffer.strides[0]
    cdef char *data = <char *>cnp.PyArray_DATA(buffer)
    cdef int k
    x.table = &compiled(x.algebra).table
    allocate(x, <int>buffer.shape[0])
    for k in range(x.rows):
        x.c[k] = (<double *>(data + k * stride))[0]
    return 0


cdef object parts_of(Number x):
    """The coefficients as an array; a fresh one for inline scalars."""
    cdef cnp.ndarray array
    cdef cnp.npy_intp rows
    cdef int k
    if x.rows == 0:
        return x.buffer
    rows = x.rows
    array = cnp.PyArray_EMPTY(1, &rows, cnp.NPY_DOUBLE, 0)
    for k in range(x.rows):
        (<double *>cnp.PyArray_DATA(array))[k] = x.c[k]
    return array


cdef inline object part(Number x, Py_ssize_t k):
    """One row of the coefficients."""
    if x.rows:
        return taylorad_float64(x.c[k])
    if cnp.PyArray_CheckExact(x.buffer) and cnp.PyArray_NDIM(<cnp.ndarray>x.buffer) > 1 and (
        0 <= k < cnp.PyArray_DIM(<cnp.ndarray>x.buffer, 0)
    ):
        return row_of(<cnp.ndarray>x.buffer, k)
    return x.buffer[k]


def zeros(algebra, shape, dtype=np.float64):
    """The number zero, of a shape."""
    return make(algebra, np.zeros((algebra.rows, *shape), dtype))


def value(x):
    """The plain NumPy value of `x`, without any derivative, at any nesting.

    Parameters
    ----------
    x : Number, array_like or anything else
        A number of this library, an object array of such, or a plain object.

    Returns
    -------
    ndarray or scalar
        The value; plain things come back as they are.

    Examples
    --------
    >>> import taylorad as ta
    >>> float(ta.value(ta.Dual(2.0, 1.0)))
    2.0
    """
    x = repack(x)
    while True:
        if isinstance(x, Number):
            x = (<Number>x).value
        elif isinstance(x, VARIABLE):
            x = x.value
        else:
            return x


def common(operands):
    """The algebra in which the numbers among `operands` meet; None if there are none."""
    algebra = None
    for x in operands:
        if isinstance(x, Number):
            other = (<Number>x).algebra
            algebra = other if algebra is None else algebra.join(other)
    return algebra


def parts_over(algebra, operand):
    """The coefficients of a number or of a plain array over a larger algebra."""
    operand = repack(operand)
    if isinstance(operand, Number):
        own = (<Number>operand).algebra
        parts = parts_of(<Number>operand)
        if own is algebra or own == algebra:
            return parts
        source, target = own.embedding(algebra)
        if not isinstance(parts, np.ndarray):
            places = dict(zip(target.tolist(), source.tolist()))
            zero = np.zeros(parts.shape[1:], parts.dtype)
            return np.stack([parts[places[k]] if k in places else zero
                             for k in range(algebra.rows)])
        out = np.zeros((algebra.rows, *parts.shape[1:]), parts.dtype)
        out[target] = parts[source]
        return out
    if isinstance(operand, VARIABLE):
        zero = np.zeros(operand.shape, operand.dtype)
        return np.stack([operand] + [zero] * (algebra.rows - 1))
    plain = np.asarray(operand)
    dtype = np.float64 if plain.dtype.kind in "biu" else plain.dtype
    out = np.zeros((algebra.rows, *plain.shape), dtype)
    out[0] = plain
    return out


def repack(obj):
    """An object array or nested list of our scalars as one number; else `obj` itself."""
    if isinstance(obj, (list, tuple)):
        if not holds(obj, (Number, *VARIABLE)):
            return obj
        if holds(obj, VARIABLE):
            return np.stack([repack(x) for x in obj])
        obj = np.array(obj, dtype=object)
    elif not (isinstance(obj, np.ndarray) and (<cnp.ndarray>obj).descr.type_num == cnp.NPY_OBJECT):
        return obj
    elements = obj.ravel().tolist()
    if VARIABLE and any(isinstance(x, VARIABLE) for x in elements):
        stacked = np.stack([repack(x) for x in elements])
        return np.reshape(stacked, obj.shape + stacked.shape[1:])
    algebra = common(elements)
    if algebra is None:
        return obj
    columns = [parts_over(algebra, x) for x in elements]
    inside = np.broadcast_shapes(*[column.shape[1:] for column in columns])
    stacked = np.stack([np.broadcast_to(c.reshape(c.shape[:1] + (1,) * (len(inside) + 1 - c.ndim)
                        + c.shape[1:]), (algebra.rows, *inside)) for c in columns], axis=1)
    return make(algebra, stacked.reshape((algebra.rows, *obj.shape, *inside)))


def holds(items, kinds):
    """Whether a nested list or tuple has an object of these types in it."""
    for item in items:
        if isinstance(item, kinds):
            return True
        if isinstance(item, (list, tuple)) and holds(item, kinds):
            return True
        if isinstance(item, np.ndarray) and item.dtype == object:
            if any(isinstance(x, kinds) for x in item.flat):
                return True
    return False


def engine(*arrays):
    """What has the recurrences for these coefficients: compiled for float64 and float32."""
    cdef int kind = -1
    for array in arrays:
        if not isinstance(array, np.ndarray):
            return recurrences
        if kind < 0:
            kind = cnp.PyArray_TYPE(<cnp.ndarray>array)
        if cnp.PyArray_TYPE(<cnp.ndarray>array) != kind:
            return recurrences
    if kind == cnp.NPY_DOUBLE:
        return _kernels
    return SINGLE if kind == cnp.NPY_FLOAT else recurrences


def in_double(recurrence):
    """A compiled recurrence for float32: computed in double precision, and rounded once."""
    def rounded(algebra, *operands):
        found = recurrence(algebra, *[
            x.astype(np.float64) if isinstance(x, (np.ndarray, np.generic)) else x
            for x in operands
        ])
        with np.errstate(over="ignore", under="ignore"):
            if isinstance(found, tuple):
                return tuple([y.astype(np.float32) for y in found])
            return found.astype(np.float32)

    return rounded


SINGLE = SimpleNamespace(**{
    name: in_double(getattr(_kernels, name))
    for name in ("product", "quotient", "riccati", "rotation", "quadrature", "compose")
})
