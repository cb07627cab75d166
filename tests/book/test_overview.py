"""The instructor's overview has a week for each chapter of the lecture."""

import re
from pathlib import Path

from chapter_list import parts

OVERVIEW = Path(__file__).parents[2] / "book" / "teaching_overview.md"


def test_the_timetable_follows_the_chapters():
    rows = re.findall(r"^\| (\d+) \| \[.*\]\((\w+)\.md\)", OVERVIEW.read_text("utf-8"), re.M)
    lecture = [page for pages in list(parts().values())[:3] for page in pages]
    assert [f"book/{name}" for _, name in rows] == lecture
    assert [int(week) for week, _ in rows] == list(range(1, len(lecture) + 1))
