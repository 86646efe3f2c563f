# Part of _numbers.pyx: views of numbers, as views of all rows of their coefficients at once.

cdef extern from *:
    """
    /* A view of the memory of an array, which it keeps alive; of the dtype of another one, and
     * writable where that is. */
    static PyObject *taylorad_view(PyObject *array, PyObject *like, int ndim, npy_intp *dims,
                                   npy_intp *strides, char *data) {
        PyArrayObject *of = (PyArrayObject *)like;
        PyArray_Descr *descr = PyArray_DESCR(of);
        PyObject *view;
        Py_INCREF((PyObject *)descr);
        view = PyArray_NewFromDescr(&PyArray_Type, descr, ndim, dims, strides, data,
                                    PyArray_FLAGS(of) & NPY_ARRAY_WRITEABLE, NULL);
        if (!view) return NULL;
        Py_INCREF(array);
        if (PyArray_SetBaseObject((PyArrayObject *)view, array) < 0) Py_CLEAR(view);
        return view;
    }
    """
    object taylorad_view(object, object, int, cnp.npy_intp *, cnp.npy_intp *, char *)

cdef extern from "Python.h":
    int PySlice_Unpack(object, Py_ssize_t *, Py_ssize_t *, Py_ssize_t *) except -1
    Py_ssize_t PySlice_AdjustIndices(Py_ssize_t, Py_ssize_t *, Py_ssize_t *, Py_ssize_t) noexcept

cdef object np_intp = np.intp

cdef object ZERO = 0, ONE = 1, C_ORDER = "C"  # defaults, which are the same objects

cdef enum:
    MOST_AXES = 64

# Where the coefficients of a view are; the axis of the rows is the first.
cdef struct View:
    char *data
    int ndim
    cnp.npy_intp dims[MOST_AXES]
    cnp.npy_intp strides[MOST_AXES]


cdef inline void add_axis(View *view, cnp.npy_intp dim, cnp.npy_intp stride) noexcept:
    view.dims[view.ndim] = dim
    view.strides[view.ndim] = stride
    view.ndim += 1


cdef inline object row_of(cnp.ndarray parts, Py_ssize_t k):
    """One row of the coefficients of an array, a view."""
    return taylorad_view(parts, parts, cnp.PyArray_NDIM(parts) - 1,
                         cnp.PyArray_DIMS(parts) + 1, cnp.PyArray_STRIDES(parts) + 1,
                         <char *>cnp.PyArray_DATA(parts) + k * cnp.PyArray_STRIDE(parts, 0))


cdef bint walk(cnp.ndarray parts, object index, View *view) except -1:
    """Find the view that an index of the points stands for; whether it is one of integers,
    slices, None and an ellipsis that are within bounds."""
    cdef tuple items = <tuple>index if type(index) is tuple else None
    cdef Py_ssize_t count = 1 if items is None else len(items)
    cdef Py_ssize_t k, i, n, start, stop, step, length
    cdef int axis = 1, ndim = cnp.PyArray_NDIM(parts), named = 0, others = 0
    cdef bint dots = False
    for k in range(count):
        item = index if items is None else items[k]
        if PyLong_CheckExact(item) or type(item) is slice or type(item) is np_intp:
            named += 1
        elif item is None:
            others += 1
        elif item is Ellipsis and not dots:
            dots = True
        else:
            return False
    if named >= ndim or ndim + others > MOST_AXES:
        return False
    view.data, view.ndim = <char *>cnp.PyArray_DATA(parts), 0
    add_axis(view, cnp.PyArray_DIM(parts, 0), cnp.PyArray_STRIDE(parts, 0))
    for k in range(count):
        item = index if items is None else items[k]
        if item is None:
            add_axis(view, 1, 0)
        elif item is Ellipsis:
            for _ in range(ndim - 1 - named):
                add_axis(view, cnp.PyArray_DIM(parts, axis), cnp.PyArray_STRIDE(parts, axis))
                axis += 1
        elif type(item) is slice:
            PySlice_Unpack(item, &start, &stop, &step)
            length = PySlice_AdjustIndices(cnp.PyArray_DIM(parts, axis), &start, &stop, step)
            if length == 0:
                start, step = 0, 1
            view.data += start * cnp.PyArray_STRIDE(parts, axis)
            add_axis(view, length, step * cnp.PyArray_STRIDE(parts, axis))
            axis += 1
        else:
            n = cnp.PyArray_DIM(parts, axis)
            try:
                i = item
            except OverflowError:
                return False
            if i < 0:
                i += n
            if not 0 <= i < n:
                return False
            view.data += i * cnp.PyArray_STRIDE(parts, axis)
            axis += 1
    while axis < ndim:
        add_axis(view, cnp.PyArray_DIM(parts, axis), cnp.PyArray_STRIDE(parts, axis))
        axis += 1
    return True


cdef object number_at(Number x, View *view):
    """The number whose coefficients are a view of those of x."""
    cdef cnp.ndarray parts = x.buffer
    cdef Number y
    cdef int k
    if view.ndim > 1:
        return array_like(x, taylorad_view(parts, parts, view.ndim, view.dims, view.strides, view.data))
    if not (is_double(parts) and cnp.PyArray_ISALIGNED(parts)):
        return make(x.algebra, taylorad_view(parts, parts, 1, view.dims, view.strides, view.data))
    y = blank_scalar(x)
    for k in range(y.rows):
        y.c[k] = (<double *>(view.data + k * view.strides[0]))[0]
    return y


cdef Number blank_scalar(Number x):
    """An uninitialised inline scalar over the algebra of an array."""
    scalar, _ = classes(x.algebra)
    cdef Number y = <Number>taylorad_blank(<PyTypeObject *>scalar, <PyObject *>x.algebra)
    y.table = table_of(x)
    allocate(y, y.table.rows)
    return y


cdef object permuted(Number x, const int *axes):
    """The number with the axes of its points in another order."""
    cdef cnp.ndarray parts = x.buffer
    cdef View view
    cdef int k
    view.data, view.ndim = <char *>cnp.PyArray_DATA(parts), 0
    add_axis(&view, cnp.PyArray_DIM(parts, 0), cnp.PyArray_STRIDE(parts, 0))
    for k in range(cnp.PyArray_NDIM(parts) - 1):
        add_axis(&view, cnp.PyArray_DIM(parts, axes[k] + 1), cnp.PyArray_STRIDE(parts, axes[k] + 1))
    return number_at(x, &view)


cdef object turned(Number x):
    """The number with the axes of its points in reverse order."""
    cdef int axes[MOST_AXES]
    cdef int k, ndim = cnp.PyArray_NDIM(x.buffer) - 1
    for k in range(ndim):
        axes[k] = ndim - 1 - k
    return permuted(x, axes)


cdef bint as_axis(object given, int ndim, int *axis) except -1:
    """An axis as a place from 0; whether it is one."""
    cdef Py_ssize_t i
    if not PyLong_CheckExact(given) or not -ndim <= given < ndim:
        return False
    i = given
    axis[0] = <int>(i + ndim if i < 0 else i)
    return True


cdef object transposed(Number x, tuple rest):
    """`transpose` with axes, one by one or in a tuple, or with none; None for all else."""
    cdef int axes[MOST_AXES]
    cdef int k, j, ndim = cnp.PyArray_NDIM(x.buffer) - 1
    if len(rest) == 0 or len(rest) == 1 and rest[0] is None:
        return turned(x)
    given = rest[0] if len(rest) == 1 and type(rest[0]) is tuple else rest
    if len(given) != ndim:
        return None
    for k in range(ndim):
        if not as_axis(given[k], ndim, &axes[k]):
            return None
        for j in range(k):
            if axes[j] == axes[k]:
                return None
    return permuted(x, axes)


cdef tuple LAST_TWO = (-2, -1)


cdef object swapped(Number x, tuple rest):
    """`swapaxes`; None where the axes are not what they should be."""
    cdef int axes[MOST_AXES]
    cdef int k, first, second, ndim = cnp.PyArray_NDIM(x.buffer) - 1
    if len(rest) != 2 or not (as_axis(rest[0], ndim, &first) and as_axis(rest[1], ndim, &second)):
        return None
    for k in range(ndim):
        axes[k] = second if k == first else first if k == second else k
    return permuted(x, axes)


cdef object squeezed(Number x):
    """`squeeze` without an axis; where there is nothing to do the array itself, as in NumPy."""
    cdef cnp.ndarray parts = x.buffer
    cdef View view
    cdef int k
    for k in range(1, cnp.PyArray_NDIM(parts) + 1):
        if k == cnp.PyArray_NDIM(parts):
            return x
        if cnp.PyArray_DIM(parts, k) == 1:
            break
    view.data, view.ndim = <char *>cnp.PyArray_DATA(parts), 0
    for k in range(cnp.PyArray_NDIM(parts)):
        if k == 0 or cnp.PyArray_DIM(parts, k) != 1:
            add_axis(&view, cnp.PyArray_DIM(parts, k), cnp.PyArray_STRIDE(parts, k))
    return number_at(x, &view)


cdef object diagonal_of(Number x):
    """`diagonal` of a matrix, which NumPy lets nobody write to; None for all else."""
    cdef cnp.ndarray parts = x.buffer
    cdef View view
    cdef object found
    if cnp.PyArray_NDIM(parts) != 3:
        return None
    view.data, view.ndim = <char *>cnp.PyArray_DATA(parts), 0
    add_axis(&view, cnp.PyArray_DIM(parts, 0), cnp.PyArray_STRIDE(parts, 0))
    add_axis(&view, min(cnp.PyArray_DIM(parts, 1), cnp.PyArray_DIM(parts, 2)),
             cnp.PyArray_STRIDE(parts, 1) + cnp.PyArray_STRIDE(parts, 2))
    mix()
    found = number_at(x, &view)
    cnp.PyArray_CLEARFLAGS(<cnp.ndarray>(<Number>found).buffer, cnp.NPY_ARRAY_WRITEABLE)
    return found


cdef object reshaped(Number x, tuple rest):
    """`reshape` to sizes one by one or in a tuple, of what is in C order; None for all else."""
    cdef cnp.ndarray parts = x.buffer
    cdef View view
    cdef Py_ssize_t n = points_in(parts), known = 1, size, stride = cnp.PyArray_ITEMSIZE(parts)
    cdef int k, ndim, open_ = -1
    if not cnp.PyArray_IS_C_CONTIGUOUS(parts) or n == 0:
        return None
    given = rest[0] if len(rest) == 1 and type(rest[0]) is tuple else rest
    ndim = <int>len(given)
    if not 0 < ndim < MOST_AXES - 1:
        return None
    view.data, view.ndim = <char *>cnp.PyArray_DATA(parts), 0
    add_axis(&view, cnp.PyArray_DIM(parts, 0), n * stride)
    for k in range(ndim):
        item = given[k]
        if not PyLong_CheckExact(item) or not -1 <= item <= n:
            return None
        size = item
        if size == -1 and open_ < 0:
            open_, size = k + 1, 1
        elif size <= 0:
            return None
        known *= size
        add_axis(&view, size, 0)
        if known > n:
            return None
    if open_ >= 0:
        view.dims[open_] = n // known
        known *= view.dims[open_]
    if known != n:
        return None
    for k in range(ndim, 0, -1):
        view.strides[k] = stride
        stride *= view.dims[k]
    return number_at(x, &view)


cdef object flattened(Number x):
    """`ravel` of what is in C order; None for all else."""
    cdef cnp.ndarray parts = x.buffer
    cdef View view
    cdef Py_ssize_t n = points_in(parts)
    if not cnp.PyArray_IS_C_CONTIGUOUS(parts) or n == 0:
        return None
    view.data, view.ndim = <char *>cnp.PyArray_DATA(parts), 0
    add_axis(&view, cnp.PyArray_DIM(parts, 0), n * cnp.PyArray_ITEMSIZE(parts))
    add_axis(&view, n, cnp.PyArray_ITEMSIZE(parts))
    return number_at(x, &view)


def view_of_rows(cnp.ndarray parts, given):
    """The view of every row that an array is of row 0; None unless its memory is that of `parts`."""
    cdef View view
    cdef cnp.ndarray first
    cdef int k
    base = given.base
    if base is None or not (base is parts or base is (<object>parts).base):
        return None
    first = given
    if cnp.PyArray_NDIM(first) >= MOST_AXES:
        return None
    view.ndim = 0
    add_axis(&view, cnp.PyArray_DIM(parts, 0), cnp.PyArray_STRIDE(parts, 0))
    for k in range(cnp.PyArray_NDIM(first)):
        add_axis(&view, cnp.PyArray_DIM(first, k), cnp.PyArray_STRIDE(first, k))
    return taylorad_view(parts, first, view.ndim, view.dims, view.strides,
                         <char *>cnp.PyArray_DATA(first))
