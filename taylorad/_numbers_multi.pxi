# Part of _numbers.pyx: Taylor polynomials in several variables.

cdef dict POLYNOMIALS = {}       # the methods of MultiTaylor


def install_polynomials(functions):
    """Connect the methods of `MultiTaylor` to `taylorad.polynomials` and polynomial maps."""
    POLYNOMIALS.update(functions)


cdef class MultiTaylor(Number):
    """A truncated Taylor polynomial in several variables.

    Make the variables with `variables` and compute with them. What is printed is the
    polynomial in the offsets from the expansion point, which have the variables' names.

    Parameters
    ----------
    coefficients : array_like, shape (rows, ...), or sequence of such rows
        One for each monomial, in the order of `exponents`: by total degree, then by falling
        powers of the first variable, and so on.
    order : int
        The largest total degree kept.
    names : str or sequence of str, optional
        Of the variables, by default x1, x2, and so on.
    orders : sequence of int, optional
        The highest power kept of each variable, where that is less than `order`.

    References
    ----------
    M. Berz, Differential algebraic description of beam dynamics to very high orders,
    Particle Accelerators 24 (1989).

    Examples
    --------
    >>> import numpy as np
    >>> from taylorad import MultiTaylor
    >>> x, y = MultiTaylor.variables([0.0, 2.0], order=2, names="x y")
    >>> np.exp(x) * y
    2.0 + 2.0*x + y + x**2 + x*y + O(3)
    >>> (np.exp(x) * y).hessian
    array([[2., 1.],
           [1., 0.]])
    """

    @staticmethod
    def variables(point, order, names=None, orders=None):
        """The variables about a point, one for each of its coordinates.

        Parameters
        ----------
        point : sequence of array_like
            The coordinates of the expansion point: numbers, or arrays that broadcast with
            each other, for as many points at once.
        order : int or None
            The largest total degree kept. None keeps all that `orders` leaves.
        names : str or sequence of str, optional
            Of the variables, ``"x y"`` or ``["x", "y"]``; by default x1, x2, and so on.
        orders : sequence of int, optional
            The highest power kept of each variable.

        Returns
        -------
        tuple of MultiTaylor

        Raises
        ------
        ValueError
            If the names or orders are not one for each variable, the entries of the point
            do not broadcast, or there would be too many coefficients.
        TypeError
            If the order is not an integer, or an entry is not numeric.

        Examples
        --------
        >>> import numpy as np
        >>> from taylorad import MultiTaylor
        >>> x, y = MultiTaylor.variables([1.0, 0.0], order=3, names="x y", orders=[3, 1])
        >>> x**2 * (1 + y)**2
        1.0 + 2.0*x + 2.0*y + x**2 + 4.0*x*y + 2.0*x**2*y + O(4, y**2)
        >>> grid = MultiTaylor.variables([np.zeros(5), np.ones((3, 1))], order=2)
        >>> (grid[0] * grid[1]).shape
        (3, 5)
        """
        if ufunc_handler is None:
            connect()
        return POLYNOMIALS["variables"](point, order, names, orders)

    @staticmethod
    def from_dict(terms, order=None, names=None, orders=None):
        """The polynomial with these terms: the inverse of `to_dict`.

        Parameters
        ----------
        terms : mapping from tuple of int to array_like
            The coefficients by the exponents of their monomials.
        order : int, optional
            The largest total degree kept; by default the highest there is in `terms`.
        names, orders
            As for `variables`.

        Examples
        --------
        >>> from taylorad import MultiTaylor
        >>> MultiTaylor.from_dict({(0, 0): 1.0, (1, 2): -3.0}, names="x y")
        1.0 - 3.0*x*y**2 + O(4)
        """
        if ufunc_handler is None:
            connect()
        return POLYNOMIALS["from_dict"](terms, order, names, orders)

    def to_dict(self):
        """The coefficients that are not zero, by the exponents of their monomials.

        Examples
        --------
        >>> from taylorad import MultiTaylor
        >>> x, y = MultiTaylor.variables([1.0, 0.0], order=2)
        >>> (x * y).to_dict()
        {(0, 1): 1.0, (1, 1): 1.0}
        """
        return POLYNOMIALS["to_dict"](self)

    @property
    def order(self):
        """The largest total degree kept."""
        return self.algebra.factors[0].order

    @property
    def orders(self):
        """The highest power kept of each variable."""
        return self.algebra.factors[0].exponent_limits

    @property
    def names(self):
        """The names of the variables."""
        return self.algebra.factors[0].names

    @property
    def coefficients(self):
        """One row a monomial, in the order of `exponents`: shape ``(rows, *shape)``."""
        return CALCULUS["coefficients"](self)

    @property
    def exponents(self):
        """The exponents of each monomial, shape ``(rows, variables)``."""
        return POLYNOMIALS["exponents"](self)

    @property
    def gradient(self):
        """The first derivatives at the expansion point, shape ``(n, *shape)``."""
        return POLYNOMIALS["gradient"](self)

    @property
    def hessian(self):
        """The second derivatives at the expansion point, shape ``(n, n, *shape)``."""
        return POLYNOMIALS["hessian"](self)

    def coefficient(self, exponents):
        """The coefficient of one monomial.

        Parameters
        ----------
        exponents : sequence of int, or mapping from variable to int
            The exponent of each variable; in a mapping, those that are missing are 0.

        Raises
        ------
        ValueError
            If the monomial is beyond the order, so that its coefficient is not known.

        Examples
        --------
        >>> from taylorad import MultiTaylor
        >>> x, y = MultiTaylor.variables([1.0, 0.0], order=3, names="x y")
        >>> float((x**2 * y).coefficient((1, 1))), float((x**2 * y).coefficient({"y": 1}))
        (2.0, 1.0)
        """
        return POLYNOMIALS["coefficient"](self, exponents)

    def derivative(self, exponents):
        """A mixed partial derivative at the expansion point.

        Parameters
        ----------
        exponents : sequence of int, or mapping from variable to int
            How often to differentiate in each variable.

        Examples
        --------
        >>> from taylorad import MultiTaylor
        >>> x, y = MultiTaylor.variables([1.0, 0.0], order=3, names="x y")
        >>> float((x**2 * y).derivative((2, 1)))
        2.0
        """
        return POLYNOMIALS["derivative"](self, exponents)

    def differentiate(self, variable):
        """The partial derivative in one variable as a polynomial, of one order less.

        Parameters
        ----------
        variable : int or str
            Its index or its name.
        
        Examples
        --------
        >>> from taylorad import MultiTaylor
        >>> x, y = MultiTaylor.variables([0.0, 0.0], order=2, names="x y")
        >>> (x * y).differentiate("x")
        y + O(2)
        """
        return POLYNOMIALS["differentiate"](self, variable)

    def integrate(self, variable):
        """The integral in one variable from the expansion point, of one order more.

        Parameters
        ----------
        variable : int or str
            Its index or its name.

        Examples
        --------
        >>> from taylorad import MultiTaylor
        >>> x, y = MultiTaylor.variables([0.0, 0.0], order=1, names="x y")
        >>> (1 + y).integrate("x")
        x + x*y + O(3)
        """
        return POLYNOMIALS["integrate"](self, variable)

    def truncate(self, order):
        """The same polynomial to a lower order.

        Examples
        --------
        >>> from taylorad import MultiTaylor
        >>> x, y = MultiTaylor.variables([0.0, 0.0], order=2, names="x y")
        >>> (x + x * y).truncate(1)
        x + O(2)
        """
        return POLYNOMIALS["truncate"](self, order)

    def compose(self, *inners):
        """The polynomial with series in the place of its variables.

        Parameters
        ----------
        *inners : MultiTaylor, or Taylor
            One for each variable, the constant terms 0: in any variables, which are those
            of the result; along curves that are `Taylor`, so is the result.

        Returns
        -------
        MultiTaylor or Taylor
            Of the lowest of all the orders. An array of polynomials is composed as a whole,
            which costs little more than one of them.

        Examples
        --------
        >>> from taylorad import MultiTaylor
        >>> x, y = MultiTaylor.variables([0.0, 0.0], order=2, names="x y")
        >>> (1 + x * y).compose(x + y, x - y)
        1.0 + x**2 - y**2 + O(3)
        """
        return POLYNOMIALS["compose"](self, inners)

    def __call__(self, *offsets):
        """The polynomial at offsets from the expansion point.

        Parameters
        ----------
        *offsets : array_like
            One for each variable, or one sequence or mapping by name of all of them; they
            broadcast with each other and with the coefficients.

        Examples
        --------
        >>> from taylorad import MultiTaylor
        >>> x, y = MultiTaylor.variables([1.0, 2.0], order=2)
        >>> float((x * y)(0.5, -1.0)), (x * y)([[0.0, 0.5], [0.0, -1.0]]).tolist()
        (1.5, [2.0, 1.5])
        """
        return POLYNOMIALS["evaluate"](self, offsets)

    def __repr__(self):
        return POLYNOMIALS["show"](self, "")

    def __format__(self, spec):
        return POLYNOMIALS["show"](self, spec)

    def _repr_latex_(self):
        return POLYNOMIALS["latex"](self)


def make_multitaylor(coefficients, order, names=None, orders=None):
    return POLYNOMIALS["construct"](coefficients, order, names, orders)


CONSTRUCTORS.update({Dual: make_dual, HyperDual: make_hyperdual, Taylor: make_taylor,
                     MultiTaylor: make_multitaylor})
for _class in (Number, Dual, HyperDual, Taylor, MultiTaylor, Nested):
    taylorad_take_over(_class, call_class)
taylorad_set_method(Number, "__array_ufunc__", array_ufunc)
SCALAR_CLASSES.update(dual=Dual, hyperdual=HyperDual, taylor=Taylor, multi=MultiTaylor,
                      nested=Nested)
