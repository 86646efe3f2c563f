# Part of _numbers.pyx: items of arrays, and what tells transforms that points met.

cdef extern from *:
    """
    #if defined(_MSC_VER)
    static __declspec(thread) long taylorad_mixed = 0;
    #else
    static __thread long taylorad_mixed = 0;
    #endif
    """
    long taylorad_mixed

cdef inline int mix() noexcept:
    global taylorad_mixed
    taylorad_mixed += 1
    return 0


def mixes():
    """Note that an operation may have combined different points of an array."""
    mix()


def mixing_count():
    """How often `mixes` was called in this thread: transforms compare it before and after."""
    return taylorad_mixed


cpdef int unmixed(long count) noexcept:
    """Take back what was noted since: an elementwise function's rule may move points about."""
    global taylorad_mixed
    taylorad_mixed = count
    return 0


cdef object get_handler = None   # what does what is not done here: see `taylorad._array`
cdef object set_handler = None
cdef object replace_handler = None


def install_items(get, set, replace):
    """Connect the protocols of a sequence to what knows all cases."""
    global get_handler, set_handler, replace_handler
    get_handler, set_handler, replace_handler = get, set, replace


cdef char *place(cnp.ndarray buffer, object index) noexcept:
    """Where the value of one point is, of an array with one axis; NULL for all else."""
    cdef Py_ssize_t i
    if not (PyLong_CheckExact(index) and cnp.PyArray_NDIM(buffer) == 2 and is_double(buffer)):
        return NULL
    try:
        i = index
    except OverflowError:
        return NULL
    if i < 0:
        i += cnp.PyArray_DIM(buffer, 1)
    if not 0 <= i < cnp.PyArray_DIM(buffer, 1) or not cnp.PyArray_ISBEHAVED_RO(buffer):
        return NULL
    return <char *>cnp.PyArray_DATA(buffer) + i * cnp.PyArray_STRIDE(buffer, 1)


cdef object item_of(Number x, object index):
    """x[index] for an array of coefficients; None where that is left to NumPy."""
    cdef Number y
    cdef View view
    cdef char *data
    cdef int k
    buffer = x.buffer
    if not cnp.PyArray_CheckExact(buffer):
        return None
    data = place(buffer, index)
    if data != NULL:
        mix()
        y = blank_scalar(x)
        for k in range(y.rows):
            y.c[k] = (<double *>(data + k * cnp.PyArray_STRIDE(buffer, 0)))[0]
        return y
    if walk(buffer, index, &view):
        mix()
        return number_at(x, &view)
    if type(index) is tuple and len(<tuple>index) == 1:
        index = (<tuple>index)[0]
    if type(index) is range:
        index = list(index)
    elif cnp.PyArray_CheckExact(index) and cnp.PyArray_NDIM(<cnp.ndarray>index) == 0 and (
        cnp.PyArray_TYPE(<cnp.ndarray>index) == cnp.NPY_INTP and cnp.PyArray_NDIM(buffer) == 2
    ):
        return item_of(x, index.item())
    found = gathered(x, index)
    if found is None:
        # Labels are in C order: so is what NumPy's copy of an array in C order follows.
        in_order = cnp.PyArray_NDIM(buffer) < 3 or cnp.PyArray_IS_C_CONTIGUOUS(buffer)
        places = placed(buffer, index) if in_order else None
        if places is not None:
            found = (at_places if cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>places) else
                     at_turned_places)(x, places)
    return found


cdef object item_in_order(Number x, object index):
    """The point at a place in C order; None for all else."""
    cdef cnp.ndarray parts = x.buffer
    cdef Py_ssize_t n, i
    cdef int k
    cdef Number y
    n = points_in(parts)
    if not -n <= index < n:
        return None
    i = index
    i = offset_of(parts, i + n if i < 0 else i)
    mix()
    y = blank_scalar(x)
    for k in range(y.rows):
        y.c[k] = (<const double *>(
            <const char *>cnp.PyArray_DATA(parts) + i + k * cnp.PyArray_STRIDE(parts, 0)))[0]
    return y


cdef Py_ssize_t named_places(object index, cnp.ndarray parts, Py_ssize_t *found) except -2:
    """The places on the only axis of an array that a list or an array of integers or of truth
    values names, and how many; -1 where that is not the simple case."""
    cdef Py_ssize_t n, count, k, i
    cdef const cnp.npy_bool *holds
    cdef const cnp.npy_intp *given = NULL
    if cnp.PyArray_NDIM(parts) != 2 or not cnp.PyArray_ISBEHAVED_RO(parts) or (
        cnp.PyArray_TYPE(parts) not in (cnp.NPY_DOUBLE, cnp.NPY_FLOAT)
    ):
        return -1
    n = cnp.PyArray_DIM(parts, 1)
    if type(index) is list:
        count = len(<list>index)
    elif cnp.PyArray_CheckExact(index) and cnp.PyArray_NDIM(<cnp.ndarray>index) == 1 and (
        cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>index)
    ):
        count = cnp.PyArray_DIM(<cnp.ndarray>index, 0)
        if cnp.PyArray_TYPE(<cnp.ndarray>index) == cnp.NPY_BOOL:
            if count != n or n > FEW_POINTS:
                return -1
            holds = <const cnp.npy_bool *>cnp.PyArray_DATA(<cnp.ndarray>index)
            count = 0
            for k in range(n):
                if holds[k]:
                    found[count] = k
                    count += 1
            return count
        if cnp.PyArray_TYPE(<cnp.ndarray>index) != cnp.NPY_INTP:
            return -1
        given = <const cnp.npy_intp *>cnp.PyArray_DATA(<cnp.ndarray>index)
    else:
        return -1
    if not 0 < count <= FEW_POINTS:
        return -1
    for k in range(count):
        if given != NULL:
            i = given[k]
        else:
            item = (<list>index)[k]
            if not PyLong_CheckExact(item):
                return -1
            try:
                i = item
            except OverflowError:
                return -1
        if i < 0:
            i += n
        if not 0 <= i < n:
            return -1
        found[k] = i
    return count


cdef object gathered(Number x, object index):
    """x[index] for a list or an array of a few places, a copy; None for all else."""
    cdef cnp.ndarray parts = x.buffer, result
    cdef Py_ssize_t found[FEW_POINTS]
    cdef Py_ssize_t count = named_places(index, parts, found), k, t
    cdef cnp.npy_intp shape[2]
    cdef char *row
    if count < 0:
        return None
    mix()
    shape[0], shape[1] = cnp.PyArray_DIM(parts, 0), count
    result = cnp.PyArray_EMPTY(2, shape, cnp.PyArray_TYPE(parts), 0)
    for k in range(shape[0]):
        row = <char *>cnp.PyArray_DATA(parts) + k * cnp.PyArray_STRIDE(parts, 0)
        for t in range(count):
            if cnp.PyArray_TYPE(parts) == cnp.NPY_DOUBLE:
                doubles(result)[k * count + t] = (
                    <double *>(row + found[t] * cnp.PyArray_STRIDE(parts, 1)))[0]
            else:
                (<float *>cnp.PyArray_DATA(result))[k * count + t] = (
                    <float *>(row + found[t] * cnp.PyArray_STRIDE(parts, 1)))[0]
    return array_like(x, result)


cdef bint set_point(Number x, object index, object item) except -1:
    """Whether x[index] = item was done, for one point of an array and a scalar of its kind."""
    cdef char *data
    cdef double first = 0.0
    cdef Number y = None
    cdef int k
    cdef Py_ssize_t step
    if isinstance(item, Number):
        y = <Number>item
        if y.rows == 0 or y.algebra is not x.algebra:
            return False
    elif not as_float(item, &first):
        return False
    data = place(x.buffer, index)
    if data == NULL or not cnp.PyArray_ISWRITEABLE(x.buffer):
        return False
    mix()
    step = cnp.PyArray_STRIDE(x.buffer, 0)
    for k in range(<int>cnp.PyArray_DIM(x.buffer, 0)):
        if y is not None:
            first = y.c[k]
        (<double *>(data + k * step))[0] = first
        first = 0.0
    return True


cdef bint same_dims(View *view, int skipped, int kind, object item) noexcept:
    """Whether an array of a type has the shape of a view, without the axis of the rows or with."""
    cdef int k, ndim = view.ndim - skipped
    if cnp.PyArray_TYPE(<cnp.ndarray>item) != kind or not cnp.PyArray_ISNOTSWAPPED(<cnp.ndarray>item) or (
        cnp.PyArray_NDIM(<cnp.ndarray>item) != ndim
    ):
        return False
    for k in range(ndim):
        if cnp.PyArray_DIM(<cnp.ndarray>item, k) != view.dims[k + skipped]:
            return False
    return True


cdef bint assigned(Number x, object index, object item) except -1:
    """Whether x[index] = item was done: for items of the same shape or kind, or one float."""
    cdef cnp.ndarray parts
    cdef View view
    cdef double single = 0.0
    cdef Number y = None
    cdef bint is_float = as_float(item, &single)
    cdef int kind, k
    buffer = x.buffer
    if not (cnp.PyArray_CheckExact(buffer) and is_real(buffer)
            and cnp.PyArray_ISBEHAVED(<cnp.ndarray>buffer)):
        return False
    parts = <cnp.ndarray>buffer
    kind = cnp.PyArray_TYPE(parts)
    if kind == cnp.NPY_FLOAT and is_float and not (  # else NumPy may have a warning to give
        single == 0.0 or 1.2e-38 <= libm.fabs(single) <= 3.4e38
    ):
        return False
    if isinstance(item, Number):
        y = <Number>item
        if y.algebra is not x.algebra or (
            kind != cnp.NPY_DOUBLE if y.rows else not cnp.PyArray_CheckExact(y.buffer)
        ):
            return False
    elif not is_float and not cnp.PyArray_CheckExact(item):
        return False
    if not walk(parts, index, &view):
        return kind == cnp.NPY_DOUBLE and (y is None or y.rows == 0) and (
            scattered(parts, index, single, y, item)
        ) or stored(parts, index, single, y, item, 0.0)
    if is_float:
        fill(kind, view.data, view.ndim, view.dims, view.strides, 0.0)
        fill(kind, view.data, view.ndim - 1, view.dims + 1, view.strides + 1, single)
    elif y is not None and y.rows:
        for k in range(y.rows):
            fill(kind, view.data + k * view.strides[0], view.ndim - 1, view.dims + 1,
                 view.strides + 1, y.c[k])
    elif y is not None:
        if not same_dims(&view, 0, kind, y.buffer):
            return False
        rows = taylorad_view(parts, parts, view.ndim, view.dims, view.strides, view.data)
        cnp.PyArray_CopyInto(<cnp.ndarray>rows, <cnp.ndarray>y.buffer)
    else:
        if not same_dims(&view, 1, kind, item):
            return False
        row = taylorad_view(parts, parts, view.ndim - 1, view.dims + 1, view.strides + 1, view.data)
        cnp.PyArray_CopyInto(<cnp.ndarray>row, <cnp.ndarray>item)
        view.dims[0] -= 1
        fill(kind, view.data + view.strides[0], view.ndim, view.dims, view.strides, 0.0)
    mix()
    return True


cdef void fill(int kind, char *data, int ndim, const cnp.npy_intp *dims,
               const cnp.npy_intp *strides, double item) noexcept:
    """Set every entry of a view of doubles or floats."""
    cdef cnp.npy_intp k
    if ndim == 0:
        if kind == cnp.NPY_DOUBLE:
            (<double *>data)[0] = item
        else:
            (<float *>data)[0] = <float>item
        return
    for k in range(dims[0]):
        fill(kind, data + k * strides[0], ndim - 1, dims + 1, strides + 1, item)


cdef bint scattered(cnp.ndarray parts, object index, double single, Number y, object item) except -1:
    """Whether x[index] = item was done, for a list or an array of a few places."""
    cdef Py_ssize_t found[FEW_POINTS]
    cdef double given[FEW_POINTS]
    cdef Py_ssize_t count = named_places(index, parts, found), k, t, rows
    cdef cnp.ndarray source = None
    cdef char *row
    if count < 0:
        return False
    rows = cnp.PyArray_DIM(parts, 0)
    if y is not None or cnp.PyArray_CheckExact(item):
        source = <cnp.ndarray>(y.buffer if y is not None else item)
        # of its own memory, so that nothing is read that was written before
        if (<object>source).base is not None or source is parts or not is_double(source) or (
            not cnp.PyArray_ISCARRAY_RO(source)
        ) or cnp.PyArray_NDIM(source) != 1 + (y is not None) or (
            cnp.PyArray_DIM(source, cnp.PyArray_NDIM(source) - 1) != count
        ):
            return False
    for k in range(rows):
        for t in range(count):
            if source is None:
                given[t] = single if k == 0 else 0.0
            elif y is not None:
                given[t] = doubles(source)[k * count + t]
            else:
                given[t] = doubles(source)[t] if k == 0 else 0.0
        row = <char *>cnp.PyArray_DATA(parts) + k * cnp.PyArray_STRIDE(parts, 0)
        for t in range(count):
            (<double *>(row + found[t] * cnp.PyArray_STRIDE(parts, 1)))[0] = given[t]
    mix()
    return True


cdef tuple IN_PLACE = (operator.add, operator.sub, operator.mul, operator.truediv)


cdef object in_place(int op, Number x, object other):
    """x += other and the like: the result, written over x where it can be."""
    result = arithmetic(op, x, other)
    if result is NotImplemented:
        result = IN_PLACE[op](x, other)
    return written_over(x, result)


cdef object written_over(Number x, object result):
    """The result of an operator in place, written over x where it can be."""
    cdef Number y
    if isinstance(result, Number) and (<Number>result).algebra is x.algebra:
        y = <Number>result
        if (
            y.rows == 0 and cnp.PyArray_CheckExact(y.buffer) and cnp.PyArray_CheckExact(x.buffer)
            and is_double(y.buffer) and is_double(x.buffer)
            and cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>y.buffer)
            and cnp.PyArray_ISCARRAY(<cnp.ndarray>x.buffer)
            and cnp.PyArray_SAMESHAPE(<cnp.ndarray>y.buffer, <cnp.ndarray>x.buffer)
        ):
            memmove(doubles(x.buffer), doubles(y.buffer),
                    cnp.PyArray_SIZE(<cnp.ndarray>x.buffer) * sizeof(double))
            return x
    return replace_handler(x, result)


@cython.auto_pickle(False)
cdef class Items:
    """What arrays have and 0-d numbers must not, as far as it is compiled: a base of arrays.

    A view of the coefficient buffer, with the same algebra, is a view of the number.
    """

    def __len__(self):
        buffer = (<Number><object>self).buffer
        if cnp.PyArray_CheckExact(buffer):
            return cnp.PyArray_DIM(<cnp.ndarray>buffer, 1)
        return buffer.shape[1]

    def __iter__(self):
        cdef Py_ssize_t i
        for i in range(len(self)):
            yield self[i]

    def __getitem__(self, index):
        found = item_of(<Number><object>self, index)
        return get_handler(self, index) if found is None else found

    def __setitem__(self, index, item):
        cdef Number x = <Number><object>self
        if cnp.PyArray_CheckExact(x.buffer) and set_point(x, index, item):
            return
        if not assigned(x, index, item):
            set_handler(self, index, item)

    def __delitem__(self, index):
        raise ValueError("cannot delete items of an array; use np.delete(x, index, axis)")

    def __iadd__(self, other):
        return in_place(ADD, <Number><object>self, other)

    def __isub__(self, other):
        return in_place(SUBTRACT, <Number><object>self, other)

    def __imul__(self, other):
        return in_place(MULTIPLY, <Number><object>self, other)

    def __itruediv__(self, other):
        return in_place(DIVIDE, <Number><object>self, other)

    def __ipow__(self, other):
        return written_over(<Number><object>self, (<object>self) ** other)

    def sort(self, *args, **kwargs):
        order_in_place("sort", <Number><object>self, args, kwargs)

    def partition(self, *args, **kwargs):
        order_in_place("partition", <Number><object>self, args, kwargs)
