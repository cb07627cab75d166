"""Ask the relations in order; the first that explains every case speaks."""

import warnings
from collections.abc import Callable, Sequence

import numpy as np

from dlcourse.checks.diagnosis.asked import ASKED
from dlcourse.checks.diagnosis.behaviour import BEHAVIOUR
from dlcourse.checks.diagnosis.blocks import BLOCKS, LAST_BLOCKS
from dlcourse.checks.diagnosis.edits import EDITS, called_in_another_order
from dlcourse.checks.diagnosis.errors import ERRORS, another_order
from dlcourse.checks.diagnosis.evidence import Evidence
from dlcourse.checks.diagnosis.examples import EXAMPLES, mixed_examples, some_count_nothing
from dlcourse.checks.diagnosis.functions import FUNCTIONS
from dlcourse.checks.diagnosis.inputs import INPUTS
from dlcourse.checks.diagnosis.limits import (
    approximate,
    lost_where_large,
    special_case,
    too_large,
    wrong_and_right,
)
from dlcourse.checks.diagnosis.naming import Naming
from dlcourse.checks.diagnosis.output import (
    OUTPUT,
    constant,
    cut,
    piece,
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
    another_order,
    *EDITS,
    with_part_of_an_argument,
    some_count_nothing,
    special_case,
    *ASKED,
    mixed_examples,
    too_large,
    lost_where_large,
    cut,
    approximate,
    *LAST_BLOCKS,
    piece,
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
        The simplest relation that explains every case, or else what is merely observed.
    """
    observed = None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for relation in relations_for(evidence):
            naming = relation(evidence)
            if naming and not naming.observed:
                return naming
            observed = observed or naming
    return observed


def relations_for(evidence: Evidence) -> Sequence[Relation]:
    """Choose what may hold: one number as the answer to everything fits too many relations."""
    if stopped(evidence):
        return (called_in_another_order, *ERRORS)
    return (constant,) if constant(evidence) else RELATIONS


def stopped(evidence: Evidence) -> bool:
    """Tell whether the first wrong call, which is the one shown, ended in an error."""
    wrong, _ = wrong_and_right(evidence)
    return bool(wrong and wrong[0].error)
