# Part of _numbers.pyx: the memory and the construction of numbers.

cdef extern from *:
    """
    #include "numpy/arrayscalars.h"

    /* Allocation. Scalars come and go at every operation, so their memory is kept for the
     * next one; Cython's own free list clears all of it each time, at twice the cost. */

    typedef struct {
        PyObject_HEAD
        PyObject *algebra;
        PyObject *buffer;
        const void *table;
        int rows;
        double *c;
        double small[4];
    } taylorad_number; /* a Number as _numbers.pxd has it */

    enum { TAYLORAD_KEPT = 128 };
    static PyObject *taylorad_kept[TAYLORAD_KEPT];
    static int taylorad_count = 0;
    static newfunc taylorad_allocator = NULL; /* what Cython made */
    static Py_ssize_t taylorad_size = 0;

    /* Whether memory of this type is kept: not that of classes that add something of their own. */
    static inline int taylorad_keeps(PyTypeObject *type) {
        const unsigned long made = Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_HAVE_GC;
        if ((type->tp_flags & made) == 0) return 1; /* of this module */
        return type->tp_basicsize == taylorad_size && !PyType_IS_GC(type);
    }

    static void taylorad_dealloc(PyObject *);

    /* Whether the type is one of this module itself: no class of Python's has our dealloc. */
    static inline int taylorad_ours(PyObject *x) {
        return Py_TYPE(x)->tp_dealloc == taylorad_dealloc;
    }

    #ifdef __GNUC__
    #define TAYLORAD_INLINE inline __attribute__((always_inline))
    __attribute__((cold))
    #else
    #define TAYLORAD_INLINE inline
    #endif
    static PyObject *taylorad_allocate(PyTypeObject *type, PyObject *algebra) {
        PyObject *number, *nothing = PyTuple_New(0);
        if (!nothing) return NULL;
        Py_INCREF(algebra); /* before the collector may run */
        number = taylorad_allocator(type, nothing, NULL);
        Py_DECREF(nothing);
        if (number) Py_SETREF(((taylorad_number *)number)->algebra, algebra);
        else Py_DECREF(algebra);
        return number;
    }
    static TAYLORAD_INLINE PyObject *taylorad_blank(PyTypeObject *type, PyObject *algebra) {
        PyObject *number;
        if (taylorad_count == 0 || !taylorad_keeps(type)) return taylorad_allocate(type, algebra);
        number = taylorad_kept[--taylorad_count];
    #if defined(Py_REF_DEBUG) || defined(Py_TRACE_REFS)
        PyObject_Init(number, type);
    #else /* all that there is to do */
        if (type->tp_flags & Py_TPFLAGS_HEAPTYPE) Py_INCREF((PyObject *)type);
        Py_SET_TYPE(number, type);
        Py_SET_REFCNT(number, 1);
    #endif
        ((taylorad_number *)number)->algebra = Py_NewRef(algebra);
        ((taylorad_number *)number)->table = NULL;
        return number; /* without a buffer, as it was kept */
    }
    static void taylorad_dealloc(PyObject *number) {
        taylorad_number *head = (taylorad_number *)number;
        PyTypeObject *type = Py_TYPE(number);
        Py_XDECREF(head->algebra);
        if (head->buffer != Py_None) {
            Py_XDECREF(head->buffer);
            head->buffer = Py_NewRef(Py_None);
        }
    #ifndef Py_GIL_DISABLED
        if (taylorad_count < TAYLORAD_KEPT && taylorad_keeps(type)) {
            taylorad_kept[taylorad_count++] = number;
            return;
        }
    #endif
        Py_DECREF(Py_None);
        type->tp_free(number);
    }

    /* Construction. What users call is a function that returns a number of the right class:
     * that of arrays where it is given one. Subclasses of the user come by `tp_new`. */

    static PyObject *taylorad_constructor = NULL;

    static PyObject *taylorad_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
        return PyObject_CallFunctionObjArgs(
            taylorad_constructor, (PyObject *)type, args, kwargs ? kwargs : Py_None, NULL);
    }
    static void taylorad_set_constructor(PyObject *constructor, PyObject *base) {
        taylorad_constructor = Py_NewRef(constructor);
        taylorad_allocator = ((PyTypeObject *)base)->tp_new;
        taylorad_size = ((PyTypeObject *)base)->tp_basicsize;
    }
    typedef PyObject *(*taylorad_call)(PyObject *, PyObject **, size_t, PyObject *);
    static void taylorad_take_over(PyObject *class, taylorad_call call) {
        PyTypeObject *type = (PyTypeObject *)class;
        type->tp_new = taylorad_new;
        type->tp_vectorcall = (vectorcallfunc)call;
        type->tp_dealloc = taylorad_dealloc;
    }
    /* A method that is handed its arguments as they are, without a tuple or a dictionary. */
    static int taylorad_set_method(PyObject *class, const char *name, taylorad_call method) {
        static PyMethodDef definition; /* of the only one */
        PyTypeObject *type = (PyTypeObject *)class;
        PyObject *descriptor;
        int failed;
        definition.ml_name = name;
        definition.ml_meth = (PyCFunction)(void (*)(void))method;
        definition.ml_flags = METH_FASTCALL | METH_KEYWORDS;
        descriptor = PyDescr_NewMethod(type, &definition);
        if (!descriptor) return -1;
        failed = PyDict_SetItemString(type->tp_dict, name, descriptor);
        Py_DECREF(descriptor);
        PyType_Modified(type);
        return failed;
    }
    /* What a class has not got itself, it gets under this name. */
    static int taylorad_set_attribute(PyObject *class, PyObject *name, PyObject *attribute) {
        PyTypeObject *type = (PyTypeObject *)class;
        int failed = PyDict_SetDefault(type->tp_dict, name, attribute) == NULL ? -1 : 0;
        PyType_Modified(type);
        return failed;
    }
    /* Attributes of a class of Python's, found as those of a compiled one are: `__getattr__` is
     * called where nothing was found, not looked up before. */
    static void taylorad_find_like(PyObject *class, PyObject *compiled) {
        ((PyTypeObject *)class)->tp_getattro = ((PyTypeObject *)compiled)->tp_getattro;
    }
    static inline PyObject *taylorad_float64(double x) {
        PyDoubleScalarObject *scalar = PyObject_New(PyDoubleScalarObject, &PyDoubleArrType_Type);
        if (scalar) scalar->obval = x;
        return (PyObject *)scalar;
    }
    static inline int taylorad_is_float64(PyObject *x) {
        return Py_TYPE(x) == &PyDoubleArrType_Type;
    }

    /* A scalar of the kind of another, its coefficients not set. */
    static inline PyObject *taylorad_like(PyObject *x) {
        const taylorad_number *like = (taylorad_number *)x;
        PyObject *found = taylorad_blank(Py_TYPE(x), like->algebra);
        taylorad_number *y = (taylorad_number *)found;
        if (!found) return NULL;
        y->table = like->table;
        y->rows = like->rows;
        y->c = y->small;
        if (y->rows > 4) {
            PyObject *room = PyBytes_FromStringAndSize(NULL, y->rows * sizeof(double));
            if (!room) {
                Py_DECREF(found);
                return NULL;
            }
            Py_SETREF(y->buffer, room);
            y->c = (double *)PyBytes_AS_STRING(room);
        }
        return found;
    }

    /* Scalars of two coefficients, a value and a derivative: the commonest, and so quick that
     * it shows where their coefficients are, whether a class is another's, and each call. */
    static inline int taylorad_is_pair(PyObject *x) {
        return taylorad_ours(x) && ((taylorad_number *)x)->rows == 2;
    }
    static inline PyObject *taylorad_pair(PyObject *x, double value, double slope) {
        const taylorad_number *like = (taylorad_number *)x;
        const void *table = like->table;
        taylorad_number *y = (taylorad_number *)taylorad_blank(Py_TYPE(x), like->algebra);
        if (!y) return NULL;
        y->table = table;
        y->rows = 2;
        y->c = y->small;
        y->small[0] = value;
        y->small[1] = slope;
        return (PyObject *)y;
    }
    /* Whether x is a float, a float64 of NumPy or an integer that a double holds. */
    static inline int taylorad_plain(PyObject *x, double *s) {
        if (PyFloat_CheckExact(x) || taylorad_is_float64(x)) { /* a subclass of float */
            *s = PyFloat_AS_DOUBLE(x);
            return 1;
        }
        if (!PyLong_CheckExact(x)) return 0;
        *s = PyLong_AsDouble(x);
        if (*s != -1.0 || !PyErr_Occurred()) return 1;
        PyErr_Clear();
        return 0;
    }
    /* a + b, a - b, a * b or a / b of a pair with a plain number or a pair over its algebra;
     * None where it is not that, or a divisor is zero. */
    static TAYLORAD_INLINE PyObject *taylorad_pairs(char op, PyObject *a, PyObject *b) {
        const double *u = ((taylorad_number *)a)->small, *v = ((taylorad_number *)b)->small;
        double s, value;
        if (taylorad_is_pair(a) && taylorad_is_pair(b)) {
            if (((taylorad_number *)a)->algebra != ((taylorad_number *)b)->algebra) goto other;
            if (op == '+') return taylorad_pair(a, u[0] + v[0], u[1] + v[1]);
            if (op == '-') return taylorad_pair(a, u[0] - v[0], u[1] - v[1]);
            if (op == '*') return taylorad_pair(a, u[0] * v[0], u[0] * v[1] + u[1] * v[0]);
            if (v[0] == 0.0) goto other;
            value = u[0] / v[0];
            return taylorad_pair(a, value, (u[1] - v[1] * value) / v[0]);
        }
        if (taylorad_is_pair(a) && taylorad_plain(b, &s)) {
            if (op == '+') return taylorad_pair(a, u[0] + s, u[1]);
            if (op == '-') return taylorad_pair(a, u[0] - s, u[1]);
            if (op == '*') return taylorad_pair(a, u[0] * s, u[1] * s);
            if (s != 0.0) return taylorad_pair(a, u[0] / s, u[1] / s);
        } else if (taylorad_is_pair(b) && taylorad_plain(a, &s)) {
            if (op == '+') return taylorad_pair(b, s + v[0], v[1]);
            if (op == '-') return taylorad_pair(b, s - v[0], -v[1]);
            if (op == '*') return taylorad_pair(b, s * v[0], s * v[1]);
            value = s / v[0];
            if (v[0] != 0.0) return taylorad_pair(b, value, -v[1] * value / v[0]);
        }
    other:
        return Py_NewRef(Py_None);
    }

    /* Between classes of arrays, which differ in nothing but their names' meaning. */
    static void taylorad_reclass(PyObject *number, PyObject *type) {
        PyTypeObject *old = Py_TYPE(number);
        Py_INCREF(type);
        Py_SET_TYPE(number, (PyTypeObject *)type);
        Py_DECREF((PyObject *)old);
    }
    """
    size_t PyVectorcall_NARGS(size_t)
    ctypedef object (*Vectorcall "taylorad_call")(
        object, PyObject **, size_t, PyObject *)
    object taylorad_blank(PyTypeObject *, PyObject *)
    object taylorad_like(object)
    bint taylorad_is_pair(object)
    object taylorad_pair(object, double, double)
    object taylorad_pairs(char, object, object)
    bint taylorad_ours(object)
    void taylorad_reclass(object, object)
    void taylorad_set_constructor(object, object)
    void taylorad_take_over(object, Vectorcall)
    int taylorad_set_method(object, const char *, Vectorcall) except -1
    int taylorad_set_attribute(object, object, object) except -1
    void taylorad_find_like(object, object)
    object taylorad_float64(double)
    bint taylorad_is_float64(object)
