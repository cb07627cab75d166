"""Systems that made history, rebuilt small: one module a system, none needing another.

Each has its page in the book, which sets the numbers of its paper beside those seen here.
"""
