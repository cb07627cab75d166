"""Marks: what a frame is made of, one module for each.

A mark checks its input and knows how far it reaches, what the legend says about it, how precise it
must be on the static page and, if colours stand for its numbers, where their scale ends. It travels
as arrays (in binary) and options (as JSON). Its drawing for print is its method `Mark.print_on`,
its drawing for the screen the module of the same name in ``src/marks/``.
"""
