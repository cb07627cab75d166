"""The run that the guide shows is what a user sees: twelve invented students are graded anew."""

import json
import os
import random
import re
import shutil
import subprocess
import sys

import pytest
from courses import NAME, ROOT, answered, copy_course, environment, nbgrader, shipped

pytest.importorskip("nbgrader")

from dlcourse.checks.registry import answers_to, exercises_of

GUIDE = ROOT / "book" / "grading.md"
STUDENTS, RIGHT = 12, 0.85


def notebooks():
    """Answer the assignment twelve times: most functions right, the others with a known mistake."""
    rng = random.Random(0)
    for _ in range(STUDENTS):
        answers = {}
        for exercise in exercises_of(NAME):
            wrong = answers_to(exercise.key).wrong
            titles = [idea.name for idea in exercise.misconceptions if idea.name in wrong]
            if rng.random() > RIGHT:
                answers[exercise.name.replace("_", "-")] = wrong[rng.choice(titles)]
        yield answered(shipped("solutions"), answers)


def shown(text):
    """Leave out what differs from one machine to the next: time, folders, what keeps code in."""
    text = re.sub(r"^(time +).*", r"\1...", text, flags=re.MULTILINE)
    text = re.sub(r"^(sandbox +\d+ bubblewrap).*", r"\1, seccomp", text, flags=re.MULTILINE)
    return re.sub(r"/.*/reports/", ".../reports/", text).strip()


@pytest.mark.grading
def test_the_guide_shows_what_a_user_sees(tmp_path):
    course, home = tmp_path / "course", tmp_path / "home"
    course.mkdir()
    copy_course(course)
    shutil.copytree(ROOT / "exercises" / NAME, course / "exercises" / NAME)
    make = ("generate_assignment", NAME, "--create", "--force")
    nbgrader(course, home, *make).check_returncode()
    for number, notebook in enumerate(notebooks()):
        folder = course / "submitted" / f"student{number:02}" / NAME
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "dlcourse", "grade", NAME],
        cwd=course,
        env={**os.environ, **environment(home)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    sample = GUIDE.read_text(encoding="utf-8").partition(f"$ dlcourse grade {NAME}\n")[2]
    assert shown(done.stdout) == shown(sample.partition("```")[0])
