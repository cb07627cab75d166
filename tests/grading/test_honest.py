"""The honest class: its notebooks against nbformat and nbgrader, its scores against its traits."""

from collections import Counter

import nbformat
import pytest
from grading.honest import (
    EXERCISES,
    KINDS,
    NOTEBOOK,
    PARTIAL_POINTS,
    PARTLY_RIGHT,
    TYPOS,
    WRONG,
    cell_id,
    expected_scores,
    honest_submissions,
    plain,
)
from grading.toy import FULL

pytest.importorskip("nbgrader")


@pytest.fixture(scope="module")
def honest_class():
    return list(honest_submissions(300, seed=1))


@pytest.mark.parametrize("typo", TYPOS)
def test_every_typo_breaks_the_syntax(typo):
    for exercise in EXERCISES:
        for _, source in plain(exercise):
            with pytest.raises(SyntaxError):
                compile(TYPOS[typo](source), "cell", "exec")


def test_the_same_seed_gives_the_same_class(honest_class):
    assert list(honest_submissions(20, seed=1)) == honest_class[:20]
    assert list(honest_submissions(20, seed=2)) != honest_class[:20]


def test_no_two_submissions_are_equal(honest_class):
    assert len({honest.student for honest in honest_class}) == 300
    assert len({honest.files[NOTEBOOK] for honest in honest_class}) == 300
    assert len({tuple(honest.answers.values()) for honest in honest_class}) == 300


def test_every_notebook_is_valid_and_holds_the_answers(honest_class):
    for honest in honest_class:
        text = honest.files[NOTEBOOK].decode()
        notebook = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
        nbformat.validate(notebook)
        graded = {
            cell.metadata.nbgrader.grade_id: cell.source
            for cell in notebook.cells
            if "nbgrader" in cell.metadata and cell.cell_type == "code"
        }
        assert {name: graded[name] for name in honest.answers} == honest.answers
        assert set(graded) == {"setup", "helper", *honest.answers, *FULL}


def test_the_mixture_is_that_of_a_class(honest_class):
    shares = Counter(honest.traits[0] for honest in honest_class)
    for kind, percent in KINDS.items():
        assert shares[kind] / 3 == pytest.approx(percent, abs=max(2.5, percent / 4))
    seen = Counter(trait for honest in honest_class for trait in set(honest.traits))
    for trait in ("star import", "name changed late", "demo deleted", "note", "own check"):
        assert 2 <= seen[trait] <= 100
    assert 100 <= seen["old outputs"] <= 200


def test_expected_scores_are_those_of_the_traits(honest_class):
    """Whoever has all right gets all; the others are judged function by function."""
    for honest in honest_class[:20]:
        scores = expected_scores(honest)
        assert set(scores) == set(FULL)
        kind, *traits = honest.traits
        assert (scores == FULL) == (kind == "all right")
        for exercise, points in PARTIAL_POINTS.items():
            if any(f"{exercise}: {name}" in traits for name, _ in PARTLY_RIGHT[exercise]):
                assert scores[f"check-{cell_id(exercise)}"] == points
        for exercise in EXERCISES:
            if any(f"{exercise}: {name}" in traits for name, _ in WRONG[exercise]):
                assert scores[f"check-{cell_id(exercise)}"] == 0
