"""An algebra of mistakes: what relates a student's answers to the right ones, for any exercise.

Where a wrong answer is no misconception that the exercise knows, `diagnose` looks for a relation
between the answers and what is right over all cases of the check, and says it in words of the
exercise's arguments. Nothing here knows an exercise. A relation explains every case, or it is
silent: a false diagnosis is worse than none.

``evidence``
    the calls of a check, what their arguments are, and how more calls are made;
``quantities``
    numbers of a case that have a name, such as ``len(y)``, and which of them a factor is;
``behaviour``, ``errors``, ``output``, ``functions``, ``steps``, ``examples``, ``inputs``,
``limits``, ``blocks``, ``asked``, ``edits``
    the relations, each a function that takes the evidence;
``slips``
    the edits of one place in a plain solution, and what each is called;
``engine``
    their order: the simplest first;
``naming``
    what they say.
"""

from dlcourse.checks.diagnosis.engine import diagnose
from dlcourse.checks.diagnosis.evidence import Evidence, Trial
from dlcourse.checks.diagnosis.naming import Naming

__all__ = ["Evidence", "Naming", "Trial", "diagnose"]
