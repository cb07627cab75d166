"""Lighthouse, as on a telephone: the three heaviest pages paint fast and are accessible."""

import json
import os
import shutil
import statistics
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.site, pytest.mark.alone]

LIGHTHOUSE = Path(__file__).parents[2] / "node_modules" / "lighthouse" / "cli" / "index.js"
RUNS, MOST = 3, 5  # performance is a measurement: the median of three, or of five if those are slow


def lighthouse(address: str, chromium: tuple[str, list[str]]) -> dict[str, float]:
    """Run Lighthouse once (its default is a telephone); return its scores from 0 to 100."""
    node = shutil.which("node")
    assert node is not None, "Node.js is needed to run Lighthouse"
    program, flags = chromium
    command = [node, str(LIGHTHOUSE), address, "--quiet", "--output=json"]
    command += ["--only-categories=performance,accessibility,best-practices,seo"]
    command += [f"--chrome-flags=--headless {' '.join(flags)}"]
    environment = os.environ | {"CHROME_PATH": program}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
    assert run.returncode == 0, run.stderr
    categories = json.loads(run.stdout)["categories"]
    return {name: 100 * category["score"] for name, category in categories.items()}


def test_a_heavy_page_is_fast_and_accessible_on_a_telephone(server, chromium, heavy_page):
    runs: list[dict[str, float]] = []

    def performance() -> float:
        return statistics.median(run["performance"] for run in runs)

    while len(runs) < RUNS or (len(runs) < MOST and performance() < 90):
        runs.append(lighthouse(f"{server}/{heavy_page}", chromium))
    for name in ("accessibility", "best-practices", "seo"):
        assert {run[name] for run in runs} == {100}, name
    assert performance() >= 90, runs
