# Part of _numbers.pyx: where the points of a result lie in memory.
#
# NumPy lays the result of a ufunc out as its operands are ("K" order). Whether a `reshape`
# of it is a view, through which one can write, depends on that; so ours lie alike.

cdef inline bint in_c_order(object x) except -1:
    """Whether there is nothing about the memory of an operand or a result to look at."""
    if isinstance(x, Number):
        if (<Number>x).rows:
            return True
        x = (<Number>x).buffer
        return not cnp.PyArray_CheckExact(x) or cnp.PyArray_NDIM(<cnp.ndarray>x) < 3 or (
            cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>x)
        )
    if not cnp.PyArray_CheckExact(x):
        return True
    return cnp.PyArray_NDIM(<cnp.ndarray>x) < 2 or cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>x)


cdef object laid_out(object result, tuple operands):
    """The result of an elementwise operation, in the memory order of NumPy's."""
    cdef bint plain = in_c_order(result)
    if plain:
        for x in operands:
            plain = plain and in_c_order(x)
    if plain:
        return result
    if isinstance(result, tuple):
        return tuple([laid_out(item, operands) for item in result])
    if not isinstance(result, Number) or not cnp.PyArray_CheckExact((<Number>result).buffer):
        return result
    buffer = (<Number>result).buffer
    values = [x.value if isinstance(x, Number) else x for x in operands]
    if buffer.ndim < 3 or any(isinstance(x, VARIABLE) for x in values):
        return result
    flags = [["readonly"]] * len(values) + [["writeonly", "allocate"]]
    dtypes = [None] * len(values) + [np.uint8]
    pattern = np.nditer((*values, None), ["refs_ok", "zerosize_ok"], flags, dtypes)
    pattern = pattern.operands[len(values)]
    if pattern.shape != buffer.shape[1:]:
        return result
    axes = in_memory(pattern)
    if buffer[0].transpose(axes).flags.c_contiguous:
        return result
    return make((<Number>result).algebra, axes_ordered(buffer, [0, *[axis + 1 for axis in axes]]))


cdef object axes_ordered(object parts, list axes):
    """Coefficients whose axes lie in memory in this order, from the slowest to the fastest."""
    return np.ascontiguousarray(parts.transpose(axes)).transpose(np.argsort(axes))


def by_rows(cnp.ndarray parts):
    """Coefficients row after row, each with its axes in memory in the order they have now."""
    if cnp.PyArray_IS_C_CONTIGUOUS(parts):
        return parts
    return axes_ordered(parts, [0, *[axis for axis in in_memory(parts) if axis]])


def laid_as(cnp.ndarray parts, values):
    """Coefficients row after row, each with its axes in memory in the order those of values have."""
    if cnp.PyArray_NDIM(parts) < 3 or not cnp.PyArray_CheckExact(values) or (
        values.shape != (<object>parts).shape[1:]
    ) or cnp.PyArray_IS_C_CONTIGUOUS(parts) and cnp.PyArray_IS_C_CONTIGUOUS(<cnp.ndarray>values):
        return parts
    axes = in_memory(values)
    if (<object>parts)[0].transpose(axes).flags.c_contiguous:
        return parts
    return axes_ordered(parts, [0, *[axis + 1 for axis in axes]])


def in_memory(array):
    """The axes of an array from the slowest to the fastest in memory."""
    return sorted(range(array.ndim), key=lambda axis: (-abs(array.strides[axis]), axis))
