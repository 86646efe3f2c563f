# Part of _tape.pyx: cotangents of any kind: their shapes, and what leaves no trace in them.

def unbroadcast(g, tuple shape, full=None):
    """A cotangent summed over the axes along which its operand was broadcast."""
    have = g.shape if hasattr(g, "shape") else np.shape(g)
    if have == shape:
        return g
    extra = len(have) - len(shape)
    if extra < 0:
        return np.broadcast_to(g, shape)
    if extra:
        g = np.sum(g, axis=tuple(range(extra)))
    axes = tuple([i for i, n in enumerate(shape) if n == 1 and np.shape(g)[i] != 1])
    return np.sum(g, axis=axes, keepdims=True) if axes else g


cdef inline object infinite(object g):
    """Where a cotangent is infinite, be it of floats or of exact objects."""
    kind = np.asarray(g).dtype.kind
    return np.isinf(g) if kind != "O" else np.equal(np.absolute(np.asarray(g)), np.inf)


cdef inline bint is_complex(object g):
    if PyFloat_Check(g) or is_double(g):
        return False
    return np.iscomplexobj(g)


cdef inline bint finite(object array):
    """Whether all of a flat array are finite."""
    return all_finite_doubles(doubles(array), cnp.PyArray_SIZE(array))


def absorbed(g, slope):
    """A slope, or a product with it, without what is not finite where `g` is zero.

    Where a value was not taken its cotangent is zero, and whatever the slope is there, be
    it infinite or nan, leaves no trace.
    """
    if slope is None or is_flat(slope) and finite(slope):
        return slope
    if is_float(slope):
        return slope if slope - slope == 0.0 else absorbed(g, np.array(slope))
    left_out = wild(slope)
    if not np.any(left_out):
        return slope
    left_out = np.logical_and(left_out, unused(g))
    return np.where(left_out, 0, slope) if np.any(left_out) else slope


def levelled(g, part, pull, arguments):
    """A cotangent that was pulled back point by point; zero, not nan, where that which came is
    infinite because of a root and the slope is zero."""
    known = value(part)  # perhaps exact objects, of which nan alone is not itself either
    bad = np.logical_and(np.not_equal(known, known).astype(bool), infinite(value(g)))
    if not np.any(bad):
        return part
    slope = value(pull(np.ones_like(value(g)), *arguments))
    return np.where(np.logical_and(bad, slope == 0), 0.0, part)


def unused(g):
    """Where a cotangent is zero, with all its derivatives."""
    return np.all(np.equal(coefficients(g), 0), axis=0)


def wild(x):
    """Where an operand or one of its derivatives is infinite or nan."""
    known = coefficients(x)
    if known.dtype.kind not in "fc":
        return np.zeros(known.shape[1:], bool)
    return np.logical_not(np.all(np.isfinite(known), axis=0))


def all_finite(x):
    """Whether nothing about a cotangent is infinite or nan."""
    if is_flat(x):
        return finite(x)
    return not np.any(wild(x))


cdef object coefficients(object x):
    """All that is known of a cotangent as a plain array, its value in row 0."""
    while isinstance(x, Variable):
        x = fresh(<Variable>x)._value
    return value(x.parts) if isinstance(x, Number) else np.asarray(x)[None]
