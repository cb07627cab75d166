"""Where a class is graded: `concurrent.futures` executors on this machine and on a cluster.

A task is a few submissions. Here a pool of threads runs them, each of which drives a pair of
processes of one station; on a Dask cluster every worker opens a station of its own. Workers import
no more than this module does: neither nbgrader nor a database.
"""

import atexit
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from dlcourse.grading.limits import Limits
from dlcourse.grading.own_solution import Loss, grade_solutions
from dlcourse.grading.result import Result
from dlcourse.grading.spec import AssignmentSpec
from dlcourse.grading.station import Beginning, Station
from dlcourse.grading.submissions import Submission

ATTEMPTS = 3


@dataclass(frozen=True)
class Setup:
    """What a worker needs to grade: goes along with every task.

    Parameters
    ----------
    spec : str
        The assignment, as JSON.
    limits : Limits
        What a submission may use.
    sandbox : bool
        Whether students' code is kept in the sandbox.
    whole : bool
        Whether to run students' cells behind the last graded code, too.
    private : tuple of str
        Folders of the course that students' code never sees.
    """

    spec: str
    limits: Limits
    sandbox: bool = True
    whole: bool = False
    private: tuple[str, ...] = ()


_stations: dict[Setup, Station] = {}
_opening = threading.Lock()


def station_for(setup: Setup, begun: Beginning | None = None) -> Station:
    """Return this process's station, opened the first time, of what has been begun."""
    with _opening:
        if setup not in _stations:
            spec = AssignmentSpec.from_json(setup.spec)
            station = Station(
                spec, setup.limits, setup.sandbox, setup.whole, setup.private, begun=begun
            )
            _stations[setup] = station
            atexit.register(station.close)
        return _stations[setup]


def close_stations() -> None:
    """End all warm processes of this process."""
    with _opening:
        while _stations:
            _stations.popitem()[1].close()


def grade_batch(setup: Setup, batch: Sequence[Submission], seed: int | None) -> list[Result]:
    """Grade a few submissions here: the task that an executor runs."""
    station = station_for(setup)
    return [
        station.grade(
            submission.student,
            notebook.name,
            submission.files,
            seed,
            refused=submission.refused,
        )
        for submission in batch
        for notebook in station.spec.notebooks
    ]


def grade_own(setup: Setup, solutions: dict[str, bytes]) -> list[Loss]:
    """Grade the instructor's own notebooks here: a task that an executor runs."""
    return grade_solutions(station_for(setup), solutions)


@contextmanager
def local_pool(workers: int, setup: Setup, begun: Beginning | None = None) -> Iterator[Executor]:
    """Grade on this machine with so many submissions at a time."""
    station_for(setup, begun)  # in this thread: the processes end with the thread that started them
    try:
        with ThreadPoolExecutor(workers) as pool:
            yield pool
    finally:
        close_stations()


@contextmanager
def dask_cluster(address: str) -> Iterator[Executor]:
    """Grade on the workers of a Dask cluster."""
    from distributed import Client

    with Client(address) as client:
        yield client.get_executor(pure=False, retries=ATTEMPTS)


def workers_here() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0))
