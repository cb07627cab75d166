"""Ask the relations in order; the first that explains every case speaks."""

import warnings
from collections.abc import Callable, Sequence

import numpy as np

from dlcourse.checks.diagnosis.behaviour import BEHAVIOUR
from dlcourse.checks.diagnosis.blocks import BLOCKS, LAST_BLOCKS
from dlcourse.checks.diagnosis.edits import EDITS
from dlcourse.checks.diagnosis.errors import ERRORS, another_order
from dlcourse.checks.diagnosis.evidence import Evidence
from dlcourse.checks.diagnosis.examples import EXAMPLES, odd_examples
from dlcourse.checks.diagnosis.functions import FUNCTIONS
from dlcourse.checks.diagnosis.inputs import INPUTS
from dlcourse.checks.diagnosis.limits import LIMITS, wrong_and_right
from dlcourse.checks.diagnosis.naming import Naming
from dlcourse.checks.diagnosis.output import (
    OUTPUT,
    shape_words,
    with_part_of_an_argument,
    wrong_length,
)
from dlcourse.checks.diagnosis.steps import STEPS

Relation = Callable[[Evidence], Naming | None]
RELATIONS: Sequence[Relation] = (
    *BEHAVIOUR,
    *OUTPUT,
    *FUNCTIONS,
    *STEPS,
    *EXAMPLES,
    *INPUTS,
    *BLOCKS,
    with_part_of_an_argument,
    odd_examples,
    *EDITS,
    another_order,
    *LIMITS,
    *LAST_BLOCKS,
    wrong_length,
    shape_words,
)


def diagnose(evidence: Evidence) -> Naming | None:
    """Name the mistake behind wrong answers; None where no relation explains them all.

    Parameters
    ----------
    evidence : Evidence
        The calls of one check, at least one of them wrong.

    Returns
    -------
    Naming or None
        The simplest relation that explains every case.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        relations = ERRORS if stopped(evidence) else RELATIONS
        return next(filter(None, (relation(evidence) for relation in relations)), None)


def stopped(evidence: Evidence) -> bool:
    """Tell whether the first wrong call, which is the one shown, ended in an error."""
    wrong, _ = wrong_and_right(evidence)
    return bool(wrong and wrong[0].error)
