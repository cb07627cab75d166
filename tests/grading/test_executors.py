"""Where a class is graded: stations are opened once, closed always, and need little."""

import json
import os
import pickle
import subprocess
import sys
from types import SimpleNamespace

import pytest
from grading.builders import assignment_spec, result, solution_spec, test_spec

pytest.importorskip("nbgrader")

from dlcourse.grading import executors as module
from dlcourse.grading.executors import Setup, grade_batch
from dlcourse.grading.limits import Limits
from dlcourse.grading.spec import AssignmentSpec
from dlcourse.grading.submissions import Submission

SPEC = assignment_spec(solution_spec("f"), test_spec("test", "f(1)", 2.0))


class FakeStation:
    """Counts who opens and closes it."""

    made = []  # noqa: RUF012

    def __init__(self, *settings, begun=None):
        self.spec, *self.settings = settings
        self.closed, self.graded = 0, []
        self.made.append(self)

    def grade(self, student, notebook, files, seed, refused=""):
        self.graded.append((student, notebook, files, seed, refused))
        return result(student)

    def close(self):
        self.closed += 1


@pytest.fixture
def stations(monkeypatch):
    monkeypatch.setattr(FakeStation, "made", [])
    monkeypatch.setattr(module, "Station", FakeStation)
    monkeypatch.setattr(module, "_stations", {})
    monkeypatch.setattr(module.atexit, "register", lambda function: None)
    return FakeStation.made


SETUP = Setup(SPEC.to_json(), Limits())


def test_a_worker_opens_one_station_for_a_setup(stations):
    assert module.station_for(SETUP) is module.station_for(Setup(SPEC.to_json(), Limits()))
    other = module.station_for(Setup(SPEC.to_json(), Limits(), whole=True, private=("/a",)))
    assert len(stations) == 2
    assert other.settings == [Limits(), True, True, ("/a",)]
    assert stations[0].spec == SPEC
    module.close_stations()
    assert [station.closed for station in stations] == [1, 1]
    assert module._stations == {}


def test_a_batch_grades_every_notebook_of_every_submission(stations):
    two = AssignmentSpec("week", (SPEC.notebooks[0], assignment_spec(name="more").notebooks[0]))
    batch = [Submission("ada", {"a": b"1"}), Submission("bob", refused="A link.")]
    results = grade_batch(Setup(two.to_json(), Limits()), batch, 5)
    assert len(results) == 4
    assert stations[0].graded == [
        ("ada", "week", {"a": b"1"}, 5, ""),
        ("ada", "more", {"a": b"1"}, 5, ""),
        ("bob", "week", {}, 5, "A link."),
        ("bob", "more", {}, 5, "A link."),
    ]


def test_a_local_pool_has_a_station_while_it_lives(stations):
    with module.local_pool(2, SETUP) as pool:
        assert len(stations) == 1
        assert pool.submit(grade_batch, SETUP, [], None).result() == []
        assert stations[0].closed == 0
    assert stations[0].closed == 1


def test_a_local_pool_closes_its_station_after_an_error(stations):
    with pytest.raises(KeyboardInterrupt), module.local_pool(1, SETUP):
        raise KeyboardInterrupt
    assert stations[0].closed == 1


def test_a_cluster_is_asked_for_its_executor(monkeypatch):
    seen = []

    class Client:
        def __init__(self, address):
            seen.append(address)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            seen.append("closed")

        def get_executor(self, **settings):
            return settings

    monkeypatch.setitem(sys.modules, "distributed", SimpleNamespace(Client=Client))
    with module.dask_cluster("tcp://here:8786") as executor:
        assert executor == {"pure": False, "retries": module.ATTEMPTS}
    assert seen == ["tcp://here:8786", "closed"]


def test_a_setup_travels_by_pickle():
    again = pickle.loads(pickle.dumps(SETUP))
    assert again == SETUP
    assert json.loads(again.spec)["name"] == "week"


def test_there_is_a_worker_for_each_processor():
    assert module.workers_here() == len(os.sched_getaffinity(0))


def test_a_worker_imports_no_gradebook():
    names = "import sys, dlcourse.grading.executors; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", names], capture_output=True, check=True)
    assert {b"nbgrader", b"sqlalchemy", b"nbformat"}.isdisjoint(loaded.stdout.split())
