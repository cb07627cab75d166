"""Lighthouse, which reads a page as if on a telephone (its default)."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parents[2] / "node_modules" / "lighthouse" / "cli" / "index.js"


def lighthouse(address: str, program: str, flags: list[str]) -> dict[str, Any]:
    """Run Lighthouse once with the browser ``program``; return its report."""
    node = shutil.which("node")
    assert node is not None, "Node.js is needed to run Lighthouse"
    command = [node, str(SCRIPT), address, "--quiet", "--output=json"]
    command += ["--only-categories=performance,accessibility,best-practices,seo"]
    command += [f"--chrome-flags=--headless {' '.join(flags)}"]
    environment = os.environ | {"CHROME_PATH": program}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
    assert run.returncode == 0, run.stderr
    report: dict[str, Any] = json.loads(run.stdout)
    return report


def scores(report: dict[str, Any]) -> dict[str, float]:
    """Return a report's scores, from 0 to 100, by the name of their category."""
    return {name: 100 * category["score"] for name, category in report["categories"].items()}
