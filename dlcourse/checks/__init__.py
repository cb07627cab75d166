"""The tutor: it holds a student's function against what a right answer is, and names the mistake.

A notebook needs one name, ``from dlcourse.checks import check``, and ends each exercise with
``check("sigmoid", sigmoid)``. Behind it stand a few small modules:

``spec``
    what an exercise consists of: a reference, inputs, properties, known misconceptions;
``drawing``
    the inputs that exercises have in common, drawn anew for each check;
``answers``
    what students write, right and wrong, by which an exercise itself is tested;
``registry``
    the exercises by assignment and name;
``time_limit``
    the end of a call that would go on for ever;
``judging``
    `judge` calls the student's function and returns an `Outcome`; it prints and raises nothing;
``diagnosis``
    what relates wrong answers to right ones where no known misconception fits;
``stand_ins``, ``swapping``
    right functions in the place of wrong ones that the answer calls;
``excerpt``
    a long case cut to its wrong rows;
``outcome``
    the outcome as plain data, and how it reads as text and as HTML;
``reporting``
    `check` shows the outcome, one hint more each time, and tells nbgrader the score.

The exercises themselves are in `dlcourse.assignments`. One is imported when its check runs, so that
importing `check` costs nothing and reveals nothing.

The references are the package's own functions, so at home a student can import an answer and hand
it in. A check is a tutor, not a guard: keeping answers out of a submission's reach is the grader's
business. What stock nbgrader runs in the student's own kernel can be cheated in more ways than
this one.
"""

from dlcourse.checks.answers import Answers
from dlcourse.checks.errors import StudentError
from dlcourse.checks.outcome import Failure, Outcome
from dlcourse.checks.reporting import CheckFailed, check
from dlcourse.checks.spec import Case, Exercise, Misconception, Part, Property

__all__ = [
    "Answers",
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
