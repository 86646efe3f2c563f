"""Memory of large arrays that is used again: see ``_memory.h``."""

cimport numpy as cnp

cnp.import_array()

cdef extern from "_memory.h":
    object pool_numpys()
    object pool_ours()

cdef extern from "numpy/arrayobject.h":
    object PyDataMem_SetHandler(object handler)
    object PyDataMem_GetHandler()

cdef object NUMPYS = pool_numpys()
cdef object OURS = pool_ours()


cdef bint enter_reused() except -1:
    """Let new large arrays take the memory of old ones; whether that was not so before."""
    if PyDataMem_GetHandler() is not NUMPYS:
        return False
    PyDataMem_SetHandler(OURS)
    return True


cdef int exit_reused() except -1:
    PyDataMem_SetHandler(NUMPYS)
    return 0


cdef class reused:
    """A context in which new large arrays take the memory of old ones.

    Where somebody else has given NumPy an allocator, that one stays.
    """

    cdef bint entered

    def __enter__(self):
        self.entered = enter_reused()
        return self

    def __exit__(self, *error):
        if self.entered:
            exit_reused()
