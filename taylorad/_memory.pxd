cdef bint enter_reused() except -1
cdef int exit_reused() except -1
