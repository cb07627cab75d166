"""The book's figures: one module a chapter, one function a figure.

A chapter's cell calls the function, and the page shows beside it, after a click, all the code that
draws the figure (``book/_ext/figure_source.py``):

    >>> from dlcourse.figures import xor_to_depth as figures
    >>> figures.two_units_move_the_plane()
    Explorer('Two logistic regressions move the plane', 21 frames)

A figure's function takes no argument and says in its annotation what it returns: an `Explorer`, or
a matplotlib `Figure` if nothing in it moves. What several figures of a chapter need is a constant
of its module or, where it takes long, a function with ``functools.cache``; it has a leading
underscore; what takes minutes is made once by a script of ``tools/`` and read by `stored`. An
experiment that the chapter's text runs too has none: it is defined here, shown in
the chapter (``literalinclude`` with ``pyobject``) and imported there by name.
"""
