"""The committed measurements are complete, and were taken as the page says."""

import json
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[2] / "book"
GRADING = json.loads((BOOK / "benchmarks_grading.json").read_text())
RESULTS = json.loads((BOOK / "benchmarks.json").read_text())
NETS = ("784-256-128-10", "784-1024-1024-10", "2-16-1")


def test_every_net_and_optimiser_was_measured_against_every_contestant():
    assert {(row["net"], row["optimizer"]) for row in RESULTS["steps"]} == {
        (net, optimizer) for net in NETS for optimizer in ("momentum", "adam")
    }
    for row in RESULTS["steps"]:
        assert set(row["seconds"]) == {"matrix_products", "dlcourse", "pytorch", "scikit_learn"}
        assert all(0 < seconds < 1 for seconds in row["seconds"].values())


def test_the_machine_is_described():
    assert set(RESULTS["machine"]) >= {"processor", "system", "python", "numpy", "torch"}
    assert all(RESULTS["machine"].values())


@pytest.mark.parametrize(
    "row", RESULTS["steps"], ids=lambda row: f"{row['net']}-{row['optimizer']}"
)
def test_a_warm_step_asks_for_no_memory(row):
    assert row["faults_per_step"] < 1


def test_grading_was_measured_beside_stock():
    assert GRADING["submissions"] >= 200
    ways = {"stock nbgrader", "one worker", "two workers", "two workers, whole", "two Dask workers"}
    assert set(GRADING["measured"]) == {*ways, "feedback", "stock feedback"}
    for way in ways:
        assert GRADING["measured"][way]["seconds"] > 0
        assert GRADING["measured"][way]["megabytes"] > 0
