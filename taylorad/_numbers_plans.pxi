# Part of _numbers.pyx: which functions of NumPy and methods of ndarray have a short way.

cdef enum:
    NO_SHORT_WAY, MOVE, ATTRIBUTE, IMAGINARY, ANSWER, ANSWERS, RAVEL, RESHAPE, SQUEEZE, SWAP, TRANSPOSE
    FLIP, LEAST_1, LEAST_2, VIEW, SUM, NAN_SUM, MEAN, VARIANCE, DEVIATION, LARGEST, SMALLEST, PRODUCT, RUNNING_SUM
    RUNNING_PRODUCT, NORM, COPY, ITEM, ITEMS, CAST, FLATTEN, GATHER, SORT, MEDIAN, TRACE, ROUNDED, SINC, FACTORS
    CONDITION_NUMBER, PSEUDOINVERSE, MATRIX_POWER
    ZEROS, ONES, FULL, REPEAT, INVERSE, DETERMINANT, BETWEEN, MATRIX, OUTER, CONVOLVE, KRON, CROSS, EINSUM
    INNER, SOLUTION, GRID, CHOICE, INTERPOLATE, CONCATENATE, STACK, BESIDE, BELOW, COLUMNS, APPEND
    QUANTILES, FIX, BACKWARDS, ASKED, PLACED, PLACED_2, EACH_ROW, ALONG, TOGETHER, BETWEEN_TWO, LIKE
    TENSORDOT, VECTORS, STORE, INSERTED, LOG_DETERMINANT, POOLED, POOLED_2, VIEWS, POWERS, PARTITION
    STEPPED, COVARIANCE, SORT_COMPLEX, LEAST_SQUARES, CHAIN


@cython.final
cdef class Plan:
    """What is known about a function of NumPy."""

    cdef int kind
    cdef object function
    cdef str name
    cdef object method         # of ndarray, which does the same
    cdef object rule           # None: left to dispatch
    cdef bint known            # whether the rule has been looked up
    cdef bint elementwise
    cdef bint finite           # whether it skips nan, and is short where there is none
    cdef double whole          # of quantiles: what all points are
    cdef Py_ssize_t places     # of arguments before `out`


cdef object np_float64 = np.float64, la = np.linalg

cdef dict PLANS = {}           # function -> Plan
cdef dict METHOD_PLANS = {}    # name of a method -> Plan
cdef object planner = None


def install_plans(plan_of):
    """Connect the functions to their rules; ``plan_of(function)`` is asked once for each."""
    global planner
    planner = plan_of


cdef Plan enter(object function, int kind, str method):
    cdef Plan plan = Plan.__new__(Plan)
    plan.kind = kind
    plan.function, plan.name = function, method
    plan.method = None if method is None else getattr(np.ndarray, method, None)
    if function is not None:
        PLANS[function] = plan
    if method is not None and kind != ATTRIBUTE:
        METHOD_PLANS[method] = plan
    return plan


for _function, _kind, _method in (
    # function          kind             method
    (np.shape,          ATTRIBUTE,       "shape"),
    (np.ndim,           ATTRIBUTE,       "ndim"),
    (np.size,           ATTRIBUTE,       "size"),
    (np.real,           ATTRIBUTE,       "real"),
    (np.real_if_close,  ATTRIBUTE,       "real"),
    (np.imag,           IMAGINARY,       None),
    (np.iscomplexobj,   ANSWERS,         None),
    (np.isrealobj,      ANSWERS,         None),
    (np.count_nonzero,  ANSWER,          None),
    (np.isclose,        ANSWERS,         None),
    (np.allclose,       ANSWER,          None),
    (np.all,            ANSWER,          "all"),
    (np.any,            ANSWER,          "any"),
    (np.argmax,         ANSWER,          "argmax"),
    (np.argmin,         ANSWER,          "argmin"),
    (np.argsort,        ANSWER,          "argsort"),
    (np.nonzero,        ANSWER,          "nonzero"),
    (np.diagonal,       VIEW,            "diagonal"),
    (np.ravel,          RAVEL,           "ravel"),
    (np.reshape,        RESHAPE,         "reshape"),
    (np.squeeze,        SQUEEZE,         "squeeze"),
    (np.swapaxes,       SWAP,            "swapaxes"),
    (np.transpose,      TRANSPOSE,       "transpose"),
    (np.flip,           FLIP,            None),
    (np.atleast_1d,     LEAST_1,         None),
    (np.atleast_2d,     LEAST_2,         None),
    (np.sum,            SUM,             "sum"),
    (np.nansum,         NAN_SUM,         None),
    (np.mean,           MEAN,            "mean"),
    (np.var,            VARIANCE,        "var"),
    (np.std,            DEVIATION,       "std"),
    (np.amax,           LARGEST,         None),
    (np.amin,           SMALLEST,        None),
    (np.max,            LARGEST,         "max"),
    (np.min,            SMALLEST,        "min"),
    (np.prod,           PRODUCT,         "prod"),
    (np.cumsum,         RUNNING_SUM,     "cumsum"),
    (np.cumprod,        RUNNING_PRODUCT, "cumprod"),
    (np.copy,           COPY,            "copy"),
    (np.diag,           MOVE,            None),
    (np.diagflat,       MOVE,            None),
    (np.delete,         MOVE,            None),
    (np.repeat,         REPEAT,          "repeat"),
    (np.resize,         MOVE,            None),
    (np.roll,           MOVE,            None),
    (np.tile,           MOVE,            None),
    (np.tril,           MOVE,            None),
    (np.triu,           MOVE,            None),
    (np.fft.fftshift,   MOVE,            None),
    (np.fft.ifftshift,  MOVE,            None),
    (None,              CAST,            "astype"),
    (None,              ITEM,            "item"),
    (None,              ITEMS,           "tolist"),
    (None,              FLATTEN,         "flatten"),
    (np.take,           GATHER,          "take"),
    (np.linalg.norm,    NORM,            None),
    (np.sort,           SORT,            None),
    (np.median,         MEDIAN,          None),
    (np.trace,          TRACE,           "trace"),
    (np.round,          ROUNDED,         "round"),
    (np.around,         ROUNDED,         None),
    (np.sinc,           SINC,            None),
    (np.zeros_like,     ZEROS,           None),
    (np.empty_like,     ZEROS,           None),
    (np.ones_like,      ONES,            None),
    (np.full_like,      FULL,            None),
    (np.linalg.inv,     INVERSE,         None),
    (np.linalg.det,     DETERMINANT,     None),
    (np.linalg.solve,   SOLUTION,        None),
    (la.cholesky,       FACTORS,         None),
    (la.qr,             FACTORS,         None),
    (la.eigh,           FACTORS,         None),
    (la.eigvalsh,       FACTORS,         None),
    (la.eig,            FACTORS,         None),
    (la.eigvals,        FACTORS,         None),
    (la.svd,            FACTORS,         None),
    (la.svdvals,        FACTORS,         None),
    (la.cond,           CONDITION_NUMBER, None),
    (la.pinv,           PSEUDOINVERSE,   None),
    (la.matrix_power,   MATRIX_POWER,    None),
    (np.convolve,       CONVOLVE,        None),
    (np.correlate,      CONVOLVE,        None),
    (np.kron,           KRON,            None),
    (np.cross,          CROSS,           None),
    (np.einsum,         EINSUM,          None),
    (np.meshgrid,       GRID,            None),
    (np.inner,          INNER,           None),
    (np.vdot,           INNER,           None),
    (np.interp,         INTERPOLATE,     None),
    (np.dot,            MATRIX,          "dot"),
    (np.outer,          OUTER,           None),
    (np.where,          CHOICE,          None),
    (np.clip,           BETWEEN,         "clip"),
    (np.concatenate,    CONCATENATE,     None),
    (np.stack,          STACK,           None),
    (np.hstack,         BESIDE,          None),
    (np.vstack,         BELOW,           None),
    (np.column_stack,   COLUMNS,         None),
    (np.append,         APPEND,          None),
    (np.nanargmax,      ANSWER,          None),
    (np.nanargmin,      ANSWER,          None),
    (np.argwhere,       ANSWER,          None),
    (np.flatnonzero,    ANSWER,          None),
    (np.argpartition,   ANSWER,          "argpartition"),
    (np.isreal,         ANSWERS,         None),
    (np.iscomplex,      ANSWERS,         None),
    (np.searchsorted,   ASKED,           None),
    (np.digitize,       ASKED,           None),
    (np.lexsort,        ASKED,           None),
    (np.isin,           ASKED,           None),
    (np.array_equal,    ASKED,           None),
    (np.array_equiv,    ASKED,           None),
    (np.result_type,    ASKED,           None),
    (np.common_type,    ASKED,           None),
    (np.min_scalar_type, ASKED,          None),
    (np.shares_memory,  ASKED,           None),
    (np.may_share_memory, ASKED,         None),
    (np.rollaxis,       VIEW,            None),
    (np.atleast_3d,     VIEW,            None),
    (np.matrix_transpose, VIEW,          None),
    (la.matrix_transpose, VIEW,          None),
    (la.diagonal,       VIEW,            None),
    (np.flipud,         BACKWARDS,       None),
    (np.fliplr,         BACKWARDS,       None),
    (np.fix,            FIX,             None),
    (np.pad,            MOVE,            None),
    (np.compress,       PLACED_2,        None),
    (np.extract,        PLACED_2,        None),
    (np.take_along_axis, PLACED,         None),
    (la.vector_norm,    NORM,            None),
    (la.matrix_norm,    NORM,            None),
    (np.nanmean,        MEAN,            None),
    (np.nanvar,         VARIANCE,        None),
    (np.nanstd,         DEVIATION,       None),
    (np.nanmax,         LARGEST,         None),
    (np.nanmin,         SMALLEST,        None),
    (np.nanprod,        PRODUCT,         None),
    (np.nancumsum,      RUNNING_SUM,     None),
    (np.nancumprod,     RUNNING_PRODUCT, None),
    (np.nanmedian,      MEDIAN,          None),
    (np.quantile,       QUANTILES,       None),
    (np.percentile,     QUANTILES,       None),
    (np.nanquantile,    QUANTILES,       None),
    (np.nanpercentile,  QUANTILES,       None),
    (np.average,        ALONG,           None),
    (np.gradient,       ALONG,           None),
    (np.trapezoid,      ALONG,           None),
    (np.ediff1d,        EACH_ROW,        None),
    (np.polyder,        EACH_ROW,        None),
    (np.polyint,        EACH_ROW,        None),
    (np.bincount,       EACH_ROW,        None),
    (la.trace,          EACH_ROW,        None),
    (np.polyadd,        TOGETHER,        None),
    (np.polysub,        TOGETHER,        None),
    (np.linspace,       BETWEEN_TWO,     None),
    (np.logspace,       BETWEEN_TWO,     None),
    (np.geomspace,      BETWEEN_TWO,     None),
    (np.vander,         POWERS,          None),
    (np.partition,      PARTITION,       None),
    (np.sort_complex,   SORT_COMPLEX,    None),
    (np.dstack,         POOLED,          None),
    (np.block,          POOLED,          None),
    (np.choose,         POOLED_2,        None),
    (np.broadcast_arrays, VIEWS,         None),
    (np.tensordot,      TENSORDOT,       None),
    (la.tensordot,      TENSORDOT,       None),
    (la.matmul,         VECTORS,         None),
    (la.outer,          OUTER,           None),
    (la.cross,          CROSS,           None),
    (np.zeros,          LIKE,            None),
    (np.ones,           LIKE,            None),
    (np.empty,          LIKE,            None),
    (np.full,           LIKE,            None),
    (np.array,          LIKE,            None),
    (np.copyto,         STORE,           None),
    (np.put,            STORE,           None),
    (np.putmask,        STORE,           None),
    (np.place,          STORE,           None),
    (np.put_along_axis, STORE,           None),
    (np.fill_diagonal,  STORE,           None),
    (np.angle,          STEPPED,         None),
    (np.cov,            COVARIANCE,      None),
    (np.insert,         INSERTED,        None),
    (np.diff,           INSERTED,        None),
    (la.slogdet,        LOG_DETERMINANT, None),
    (la.lstsq,          LEAST_SQUARES,   None),
    (la.multi_dot,      CHAIN,           None),
    (la.vecdot,         VECTORS,         None),
):
    enter(_function, _kind, _method)

for _function in (np.nanmean, np.nanvar, np.nanstd, np.nanmax, np.nanmin, np.nanprod, np.nancumsum,
                  np.nancumprod, np.nanmedian):
    (<Plan>PLANS[_function]).finite = True
for _function, _whole in ((np.quantile, 1.0), (np.percentile, 100.0), (np.nanquantile, 1.0),
                          (np.nanpercentile, 100.0)):
    (<Plan>PLANS[_function]).whole = _whole

# Not in every NumPy since 2.0.
if hasattr(np, "astype"):
    enter(np.astype, CAST, None)
if hasattr(np, "cumulative_sum"):
    enter(np.cumulative_sum, RUNNING_SUM, None)
    enter(np.cumulative_prod, RUNNING_PRODUCT, None)
