"""For authors: whether an exercise tells right from wrong, and says so well.

Nobody who checks or grades needs it; ``dlcourse check-exercises`` does.

``entries``
    an exercise with its answers as functions, and the cases that a check tries them on;
``linting``
    rules that every exercise keeps, each a function that yields what breaks it;
``mutants``
    wrong answers made from a right one by one change of its source;
``survivors``
    which of them an exercise overlooks, and how a student is told of the others.
"""
