"""The hostile suite is hostile: against a naive runner each attack that claims to win does."""

import json
import shutil
from collections import Counter

import pytest
from grading import naive_runner
from grading.hostile_suite import (
    ASSIGNMENT,
    BULK,
    BYTES,
    CANARIES,
    EXTRA,
    FOLDERS,
    KINDS,
    STUDENT,
    active_markup,
    digest,
    load,
    load_all,
    plant,
    services,
    verdict,
)

ATTACKS = {attack.name: attack for attack in load_all()}
WINNERS = [name for name, attack in ATTACKS.items() if attack.stock != "no"]
HEAVY = {"many_cells", "hundred_megabytes", "big_file", "zip_bomb", "gzip_of_zeros", "many_files"}
LIGHT = [name for name, attack in ATTACKS.items() if attack.build not in HEAVY]


@pytest.fixture
def course(tmp_path, solution, released):
    plant(tmp_path, solution, released)
    return tmp_path


@pytest.fixture(scope="module")
def naive(tmp_path_factory):
    """Run everything that claims to win."""
    if not naive_runner.available():
        pytest.skip("needs bubblewrap: nothing hostile runs without a box")
    folder = tmp_path_factory.mktemp("naive")
    yield naive_runner.run(folder, WINNERS)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.grading
@pytest.mark.parametrize("name", WINNERS)
def test_attack_wins_where_nothing_protects(naive, name):
    won = naive[name]
    assert won is not None
    assert won.partition(":")[0].split()[0] in {verb for verb, _ in ATTACKS[name].wins}


def test_suite_is_large_and_covers_every_kind():
    counts = Counter(attack.kind for attack in ATTACKS.values())
    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= 15
    assert sum(counts.values()) >= 90
    assert len(WINNERS) >= 90
    assert len({attack.tries for attack in ATTACKS.values()}) == len(ATTACKS)


def test_every_builder_is_used():
    used = {attack.build for attack in ATTACKS.values()}
    assert used - {""} == {*BYTES, *EXTRA, *FOLDERS}


def test_no_attack_holds_what_it_is_to_find():
    for attack in ATTACKS.values():
        text = "".join(section.text for section in attack.sections)
        assert not [words for words in CANARIES.values() if words in text], attack.name


@pytest.mark.parametrize("name", LIGHT)
def test_attack_can_be_laid_out(name, course, released):
    before = digest(course)
    attack = ATTACKS[name]
    attack.write(course / "submitted" / STUDENT / ASSIGNMENT, released)
    after = digest(course)
    assert {path: after[path] for path in before} == before
    if not attack.needs_folder:
        mine = f"submitted/{STUDENT}/{ASSIGNMENT}/"
        made = {path.removeprefix(mine) for path in after if path.startswith(mine)}
        assert made == set(attack.files(released, {"COURSE": str(course)}))


@pytest.fixture
def attack():
    return ATTACKS["tamper_gradebook"]


def test_nothing_won(attack, course):
    scores = {"check-scores": 0.0, "check-sigmoid": None}
    assert verdict(attack, scores, '{"cells": []}', "<p>0 points</p>", course=course) is None


@pytest.mark.parametrize("score", [0.5, 12, -1.0, float("nan"), float("inf")])
def test_verdict_sees_points(attack, score):
    assert verdict(attack, {"check-scores": score}, "") is not None


@pytest.mark.parametrize("words", CANARIES.values())
def test_verdict_sees_canaries(attack, words):
    assert verdict(attack, {}, words) is not None
    assert verdict(attack, {}, "", f"<pre>{words[::-1]}</pre>") is not None
    assert verdict(attack, {}, words.encode().hex()) is not None


def test_verdict_sees_what_else_goes_wrong(attack, course):
    assert verdict(attack, {}, "", survived=False).startswith("kill")
    assert verdict(attack, {}, "", seconds=61).startswith("hang")
    assert verdict(attack, {}, "x" * (BULK + 1)).startswith("bulk")
    (course / "gradebook.db").unlink()
    assert verdict(attack, {}, "", course=course) == "file gradebook.db"


@pytest.mark.parametrize(
    "page",
    [
        "<script>pwned()</script>",
        "<img src=x onerror='pwned()'>",
        "<a href='java\tscript:pwned()'>a</a>",
        "<iframe src='https://pwned.example'></iframe>",
        "<img src='https://pwned.example/x.png'>",
        "<div style='position: fixed; background: url(//pwned.example)'>12 of 12</div>",
        "<style>@import url(https://pwned.example)</style>",
        "<script src='MathJax.js'></script><p>$\\href{javascript:pwned()}{x}$</p>",
    ],
)
def test_verdict_sees_active_markup(attack, page):
    assert verdict(attack, {}, "", page).startswith("script")
    output = {"output_type": "display_data", "data": {"text/html": page}, "metadata": {}}
    graded = json.dumps({"cells": [{"cell_type": "code", "outputs": [output]}]})
    assert verdict(attack, {}, graded).startswith("script")


@pytest.mark.parametrize(
    "page",
    [
        "<pre>&lt;script&gt;pwned()&lt;/script&gt;</pre>",
        "<p>pwned</p><script>draw()</script>",
        "<a href='https://pwned.example'>a link that one must click</a>",
        "<script src='MathJax.js?config=Safe'></script><p>$\\href{javascript:pwned()}{x}$</p>",
    ],
)
def test_verdict_lets_harmless_markup_be(page):
    assert active_markup(page) == []


@pytest.mark.parametrize(
    "header",
    [
        "# tries: x\n# kind: steal\n# wins: points\n# stock: yes\n",
        "# tries: x\n# kind: forge\n# wins: fame\n# stock: yes\n",
        "# tries: x\n# kind: forge\n# wins: says nothing\n# stock: yes\n",
        "# tries: x\n# kind: forge\n# wins: points\n# stock: no\n",
        "# tries: x\n# kind: forge\n# wins: points\n# stock: yes\n# build: a house\n",
    ],
)
def test_header_that_makes_no_sense_is_refused(tmp_path, header):
    path = tmp_path / "forge_x.nb.txt"
    path.write_text(header)
    with pytest.raises(ValueError):
        load(path)


def test_services_answer_and_end():
    with services() as port:
        assert int(port) > 0
