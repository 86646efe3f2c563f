# Part of _tape.pyx: a Variable as an array of objects, as a list, as its elements in turn.

cdef extern from *:
    """
    static PyObject *taylorad_memory[2];
    static PyTypeObject *taylorad_classes[2];
    static getattrofunc taylorad_found[2];
    /* NumPy asks all that it makes arrays of for a description of their memory. Variables have
     * none: nothing is looked up, and nobody reads a message. */
    static PyObject *taylorad_get(PyObject *x, PyObject *name) {
        int k = Py_TYPE(x) == taylorad_classes[1];
        if ((name == taylorad_memory[0] || name == taylorad_memory[1]) &&
            Py_TYPE(x) == taylorad_classes[k]) {
            PyErr_SetObject(PyExc_AttributeError, name);
            return NULL;
        }
        return taylorad_found[k](x, name);
    }
    static int taylorad_without_memory(PyObject *scalars, PyObject *arrays) {
        int k;
        taylorad_memory[0] = PyUnicode_InternFromString("__array_struct__");
        taylorad_memory[1] = PyUnicode_InternFromString("__array_interface__");
        if (!taylorad_memory[0] || !taylorad_memory[1]) return -1;
        taylorad_classes[0] = (PyTypeObject *)scalars;
        taylorad_classes[1] = (PyTypeObject *)arrays;
        for (k = 0; k < 2; k++) {
            taylorad_found[k] = taylorad_classes[k]->tp_getattro;
            taylorad_classes[k]->tp_getattro = taylorad_get;
            PyType_Modified(taylorad_classes[k]);
        }
        return 0;
    }
    /* Put an object where there is none, or another, as it is. */
    static void taylorad_put(PyObject *array, Py_ssize_t at, PyObject *x) {
        PyObject **place = (PyObject **)PyArray_DATA((PyArrayObject *)array) + at;
        Py_INCREF(x);
        Py_XSETREF(*place, x);
    }
    """
    int taylorad_without_memory(object, object) except -1
    void taylorad_put(object, Py_ssize_t, object)


cdef bint asked_plainly(object frame) except -1:
    """Whether who asks for objects is the user, if through NumPy: see `taylorad._callers`."""
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if type(name) is not str:
            return False
        if name != "numpy" and not (<str>name).startswith("numpy."):
            return name != "scipy" and not (<str>name).startswith("scipy.")
        if frame.f_code.co_name == "as_strided":
            return False
        frame = frame.f_back
    return True


cdef Variable element(Graph graph, Node node, double value):
    """The number that a node stands for."""
    cdef Variable y = Variable.__new__(Variable)
    node.shape, node.real = (), True
    graph.nodes.append(node)
    y._value, y.graph = new_float64(value), graph
    y.index, y.home_level = len(graph.nodes) - 1, graph.level
    return y


cdef object objects_of(Variable x):
    """An array of its elements; None where that is not the simple case."""
    cdef Graph graph
    cdef Node node
    cdef Py_ssize_t k, at
    cdef int axis, ndim
    cdef double *given
    cdef cnp.npy_intp index[64]
    if inner_tapes:
        return None
    u = fresh(x)._value
    if type(u) is FLOAT64:
        items = cnp.PyArray_EMPTY(0, NULL, cnp.NPY_OBJECT, 0)
        taylorad_put(items, 0, x)
        return items
    graph = recorder(x)
    if graph is None or not is_double(u) or not cnp.PyArray_NDIM(u) or not cnp.PyArray_SIZE(u):
        return None
    if not cnp.PyArray_ISBEHAVED_RO(u):
        return None
    ndim = cnp.PyArray_NDIM(u)
    items = cnp.PyArray_EMPTY(ndim, cnp.PyArray_DIMS(u), cnp.NPY_OBJECT, 0)
    if not is_flat(u):
        u = cnp.PyArray_NewCopy(<cnp.ndarray>u, cnp.NPY_CORDER)
    given, at = doubles(u), place_in(graph, x)
    memset(index, 0, sizeof(index))
    for k in range(cnp.PyArray_SIZE(u)):
        node = new_node(GETITEM)
        one_parent(node, at)
        node.operands = (k if ndim == 1 else tuple([index[axis] for axis in range(ndim)]),)
        taylorad_put(items, k, element(graph, node, given[k]))
        axis = ndim - 1
        index[axis] += 1
        while axis and index[axis] == cnp.PyArray_DIM(u, axis):
            index[axis] = 0
            axis -= 1
            index[axis] += 1
    return items


@cython.final
cdef class Elements:
    """The elements along the first axis, each as it is when it is asked for."""

    cdef Variable x
    cdef Py_ssize_t at, count

    def __iter__(self):
        return self

    def __next__(self):
        cdef Graph graph
        cdef Node node
        cdef Py_ssize_t k = self.at
        if k >= self.count:
            raise StopIteration
        self.at += 1
        if not inner_tapes:
            u = fresh(self.x)._value
            graph = recorder(self.x)
            if graph is not None and is_double(u) and cnp.PyArray_NDIM(u) == 1 and (
                cnp.PyArray_ISBEHAVED_RO(u)
            ):
                node = new_node(GETITEM)
                one_parent(node, place_in(graph, self.x))
                node.operands = (k,)
                return element(graph, node, (<double *>(
                    cnp.PyArray_BYTES(u) + k * cnp.PyArray_STRIDE(u, 0)))[0])
        return get_item(self.x, k)


cdef object elements(Variable x, Py_ssize_t count):
    cdef Elements found = Elements.__new__(Elements)
    found.x, found.count = x, count
    return found
