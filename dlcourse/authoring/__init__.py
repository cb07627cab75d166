"""For authors: whether an exercise tells right from wrong, and says so well.

Nobody who checks or grades needs it; ``dlcourse check-exercises`` does.

``entries``
    an exercise with its answers as functions, and the cases that a check tries them on;
``linting``
    rules that every exercise keeps, each a function that yields what breaks it;
``mutation``
    wrong answers made from a right one by one change of its source;
``mutants``
    which of them an exercise refuses, and which of those it knows by name.
"""
