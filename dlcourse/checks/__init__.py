"""What a right answer is: one specification per exercise, and the tutor that judges by it.

A notebook needs one name, ``from dlcourse.checks import check``, and ends each exercise with
``check("sigmoid", sigmoid)``. Behind it stand four small modules:

``spec``
    what an exercise consists of: a reference, inputs, properties, known misconceptions;
``judging``
    `judge` calls the student's function and returns an `Outcome`; it prints and raises nothing;
``outcome``
    the outcome as plain data, and how it reads as text and as HTML;
``reporting``
    `check` shows the outcome and tells nbgrader the score.

There is one more module for each assignment, which holds its exercises. They are imported when
the first check runs, so that importing `check` costs nothing and reveals nothing.

The references are the package's own functions, so at home a student can import an answer and hand
it in. A check is a tutor, not a guard: keeping answers out of a submission's reach is the grader's
business. What stock nbgrader runs in the student's own kernel can be cheated in more ways than
this one.
"""

from dlcourse.checks.errors import StudentError
from dlcourse.checks.outcome import Failure, Outcome
from dlcourse.checks.reporting import CheckFailed, check
from dlcourse.checks.spec import Case, Exercise, Misconception, Part, Property

__all__ = [
    "Case",
    "CheckFailed",
    "Exercise",
    "Failure",
    "Misconception",
    "Outcome",
    "Part",
    "Property",
    "StudentError",
    "check",
]
