# Part of _numbers.pyx: the memory and the construction of numbers.

cdef extern from *:
    """
    /* Allocation. Scalars come and go at every operation, so their memory is kept for the
     * next one; Cython's own free list clears all of it each time, at twice the cost. */

    typedef struct {
        PyObject_HEAD
        PyObject *algebra;
        PyObject *buffer;
    } taylorad_head; /* how a Number begins */

    enum { TAYLORAD_KEPT = 128 };
    static PyObject *taylorad_kept[TAYLORAD_KEPT];
    static int taylorad_count = 0;
    static newfunc taylorad_allocator = NULL; /* what Cython made */

    static inline PyObject *taylorad_blank(PyTypeObject *type, PyObject *algebra) {
        PyObject *number;
        taylorad_head *head;
        if (taylorad_count > 0 && !(type->tp_flags & Py_TPFLAGS_HEAPTYPE)) {
            number = PyObject_Init(taylorad_kept[--taylorad_count], type);
            head = (taylorad_head *)number;
            head->algebra = Py_NewRef(algebra);
            head->buffer = Py_NewRef(Py_None);
            return number;
        }
        PyObject *nothing = PyTuple_New(0);
        if (!nothing) return NULL;
        number = taylorad_allocator(type, nothing, NULL);
        Py_DECREF(nothing);
        if (!number) return NULL;
        head = (taylorad_head *)number;
        Py_SETREF(head->algebra, Py_NewRef(algebra));
        return number;
    }
    static void taylorad_dealloc(PyObject *number) {
        taylorad_head *head = (taylorad_head *)number;
        PyTypeObject *type = Py_TYPE(number);
        Py_CLEAR(head->algebra);
        Py_CLEAR(head->buffer);
    #ifndef Py_GIL_DISABLED
        if (taylorad_count < TAYLORAD_KEPT && !(type->tp_flags & Py_TPFLAGS_HEAPTYPE)) {
            taylorad_kept[taylorad_count++] = number;
            return;
        }
    #endif
        type->tp_free(number);
    }

    /* Construction. What users call is a Python function that returns a number of the
     * right class: that of arrays where it is given one. */

    static PyObject *taylorad_constructor = NULL;

    static PyObject *taylorad_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
        return PyObject_CallFunctionObjArgs(
            taylorad_constructor, (PyObject *)type, args, kwargs ? kwargs : Py_None, NULL);
    }
    static void taylorad_set_constructor(PyObject *constructor, PyObject *base) {
        taylorad_constructor = Py_NewRef(constructor);
        taylorad_allocator = ((PyTypeObject *)base)->tp_new;
    }
    static void taylorad_take_over(PyObject *class) {
        PyTypeObject *type = (PyTypeObject *)class;
        type->tp_new = taylorad_new;
        type->tp_vectorcall = NULL;
        type->tp_dealloc = taylorad_dealloc;
    }
    /* Between classes of arrays, which differ in nothing but their names' meaning. */
    static void taylorad_reclass(PyObject *number, PyObject *type) {
        PyTypeObject *old = Py_TYPE(number);
        Py_INCREF(type);
        Py_SET_TYPE(number, (PyTypeObject *)type);
        Py_DECREF((PyObject *)old);
    }
    """
    object taylorad_blank(PyTypeObject *, object)
    void taylorad_reclass(object, object)
    void taylorad_set_constructor(object, object)
    void taylorad_take_over(object)
