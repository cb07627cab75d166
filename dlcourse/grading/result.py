"""What grading a notebook came to, as plain data."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """How grading a notebook ended."""

    GRADED = "graded"
    STOPPED = "stopped"  # its process died or ran out of time, and what it had done by then counts
    REJECTED = "rejected"  # it could not be read, and is worth nothing until a person looks at it


@dataclass(frozen=True)
class Result:
    """One graded notebook of one submission.

    Parameters
    ----------
    student, notebook : str
        Whose notebook, and which.
    status : Status
        How it ended.
    reason : str
        What people should know, in plain sentences; empty where there is nothing to say.
    seed : int
        Grading with this seed repeats the random inputs.
    seconds : float
        Wall time.
    scores : dict
        Points by ``grade_id`` of each graded cell and task; None where a person must grade it.
    maximum : dict
        What each of them is worth.
    comments : dict
        By ``grade_id`` of each cell to be filled in: "No response." or None.
    outcomes : tuple of dict
        What each `check` found, in order; see `dlcourse.grading.referee`.
    graded : str
        The notebook with its outputs, in nbformat 4.
    feedback : str
        The student's page, in HTML.
    sandbox : str
        What the student's code was kept in; empty where none of it ran.
    """

    student: str
    notebook: str
    status: Status
    reason: str
    seed: int
    seconds: float
    scores: dict[str, float | None]
    maximum: dict[str, float]
    comments: dict[str, str | None]
    outcomes: tuple[dict[str, Any], ...]
    graded: str
    feedback: str
    sandbox: str = ""
