"""Measure with Lighthouse how fast the heaviest pages of the built site are on a telephone.

    make book
    python -m benchmarks.lighthouse
    python -m benchmarks.lighthouse book/hype.html --runs 9

Lighthouse slows the processor down four times, whatever it is, so a slower or a busy machine has
lower scores, and nothing asserts them. `index` is its own measure of the processor; below 1,000 it
warns that the machine is too slow for its scores.
"""

import argparse
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from book.built_site import SITE, heaviest, pages_of, served
from book.lighthouse import lighthouse, scores

from conftest import CHROMIUM, CHROMIUM_FLAGS

TIMES = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time")


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description="medians of Lighthouse's performance, by page")
    parser.add_argument("pages", nargs="*", default=heaviest(pages_of(SITE), 3))
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    print(f"{'page':34} score lowest  first largest blocked  index   (milliseconds)")
    with served(SITE) as server:
        for page in options.pages:
            reports = [
                lighthouse(f"{server}/{page}", CHROMIUM, CHROMIUM_FLAGS)
                for _ in range(options.runs)
            ]
            found = [scores(report)["performance"] for report in reports]
            times = [[r["audits"][name]["numericValue"] for r in reports] for name in TIMES]
            index = [report["environment"]["benchmarkIndex"] for report in reports]
            print(
                f"{page:34} {statistics.median(found):5.0f} {min(found):6.0f}"
                + "".join(f"{statistics.median(values):7.0f}" for values in times)
                + f"{statistics.median(index):7.0f}"
            )


if __name__ == "__main__":
    main()
