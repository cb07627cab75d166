"""The committed measurements are complete, and were taken as the page says."""

import json
import re
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[2] / "book"
GRADING = json.loads((BOOK / "benchmarks_grading.json").read_text())
MACHINES = json.loads((BOOK / "benchmarks.json").read_text())
NETS = ("784-256-128-10", "784-1024-1024-10", "2-16-1")


@pytest.mark.parametrize("entry", MACHINES, ids=lambda entry: entry["machine"]["processor"])
def test_every_net_and_optimiser_was_measured_against_pytorch(entry):
    assert {(row["net"], row["optimizer"]) for row in entry["steps"]} == {
        (net, optimizer) for net in NETS for optimizer in ("momentum", "adam")
    }
    assert all(row["takes"]["pytorch"] > 0 for row in entry["steps"])


def test_each_machine_is_there_once_and_one_is_described_in_full():
    processors = [entry["machine"]["processor"] for entry in MACHINES]
    assert len(set(processors)) == len(processors) >= 2
    full = MACHINES[0]
    assert set(full["machine"]) >= {"processor", "system", "python", "numpy", "torch"}
    for row in full["steps"]:
        assert set(row["takes"]) == {"matrix_products", "pytorch", "scikit_learn"}
        assert 0 < row["step_seconds"] < 1
        assert row["faults_per_step"] < 1  # a warm step asks for no memory


def test_grading_was_measured_beside_stock():
    assert GRADING["submissions"] >= 200
    ways = {"stock nbgrader", "one worker", "two workers", "two workers, whole", "two Dask workers"}
    assert set(GRADING["measured"]) == {*ways, "feedback", "stock feedback"}
    for way in ways:
        assert GRADING["measured"][way]["seconds"] > 0
        assert GRADING["measured"][way]["megabytes"] > 0


def test_each_wall_that_the_page_names_was_measured():
    _, _, after = (BOOK / "benchmarks.md").read_text().partition("\nwalls = {\n")
    named = re.findall(r'^    "([a-z ]+)": "', after.partition("\n}\n")[0], re.MULTILINE)
    assert named == [*dict.fromkeys(named)]
    assert set(GRADING["walls"]) == set(named)
    assert all(milliseconds >= 0 for milliseconds in GRADING["walls"].values())
