"""What a right answer is: one folder for each assignment, in it one module for each exercise.

The module bears the name of the exercise and holds two things:

``EXERCISE``
    a `dlcourse.checks.Exercise`: the reference, the cases that are tried, what each part earns, and
    the mistakes that students make with what a tutor says to them;
``ANSWERS``
    `dlcourse.checks.answers.Answers`: right, partly right and wrong answers as students write them,
    which the tests hold against the exercise.

`dlcourse.checks.registry` finds the modules by their place; nothing else lists them. In what order
students meet them, the assignment's notebook says. No module outside imports one of these.
"""
