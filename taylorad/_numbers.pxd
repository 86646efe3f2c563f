from taylorad._kernels cimport Table


cdef class Operand:
    pass


cdef class Number(Operand):
    cdef readonly object algebra
    cdef object buffer           # ndarray (rows, *shape); None for an inline scalar
    cdef const Table *table      # NULL before it is asked for; the algebra keeps it alive
    cdef int rows                # of inline scalars
    cdef double *c               # their coefficients: `small`, or memory of their own
    cdef double small[4]


cdef object arithmetic(int op, object a, object b)
cdef object power(object a, object b)
cdef object math_function(int index, object x)
cdef int function_index(str name) except -1
