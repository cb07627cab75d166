"""How much a submission may use. Every number is a setting; these are for a course like ours."""

import math
from dataclasses import asdict, dataclass, fields

GRACE = 3  # seconds between asking a process to stop and killing it


@dataclass(frozen=True)
class Limits:
    """Limits for one notebook.

    Parameters
    ----------
    cell_seconds : float
        Time for one cell of the student.
    call_seconds : float
        Time for one call of a student's function in a test.
    notebook_seconds : float
        Time for all cells; those that have not run by then are not run.
    tests_seconds : float
        Time for all tests together.
    memory_mb : float
        Address space of each process, and memory of all processes of a submission together.
    files_mb : float
        Disk space, which is kept in memory, and the largest file.
    processes : int
        Processes and threads, beside one for each test cell.
    open_files : int
        Open files of each process.
    output_kb : float
        What a cell may show, or a call in a test print; the rest is cut.
    answer_mb : float
        Size of one answer.
    notebook_mb : float
        Size of everything that was handed in.
    notebook_files : int
        Files that were handed in, hidden ones left out.

    Raises
    ------
    ValueError
        If a limit is not a positive number, or a count not a whole one.
    """

    cell_seconds: float = 30
    call_seconds: float = 10
    notebook_seconds: float = 120
    tests_seconds: float = 60
    memory_mb: float = 2048
    files_mb: float = 64
    processes: int = 16
    open_files: int = 64
    output_kb: float = 4096
    answer_mb: float = 16
    notebook_mb: float = 20
    notebook_files: int = 200

    def __post_init__(self) -> None:
        """Refuse what limits nothing."""
        for item in fields(self):
            value, kind = getattr(self, item.name), "whole" if item.type is int else "finite"
            kinds = (int,) if item.type is int else (int, float)
            if type(value) not in kinds or not 0 < value < math.inf:
                raise ValueError(f"{item.name} must be a positive, {kind} number, got {value!r}")

    @property
    def all_seconds(self) -> float:
        """Time for everything; whatever runs then is killed."""
        return self.notebook_seconds + self.tests_seconds + GRACE

    def as_dict(self) -> dict[str, float]:
        """Return the limits by name, to be sent to another process."""
        return asdict(self)
