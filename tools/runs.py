"""Train what the figures of chapters show, and write it down beside their modules.

    OPENBLAS_NUM_THREADS=1 python tools/runs.py labels_and_losses landscape

Each chapter named has a function ``runs``: two minutes at most, but several in a browser, so
neither readers nor each build of the book wait for it.
"""

import argparse
import json
from importlib import import_module
from pathlib import Path

FIGURES = Path(__file__).parents[1] / "dlcourse" / "figures"


def main(chapters: list[str]) -> None:
    """Write ``CHAPTER.json`` for each: a line for each row of a table."""
    for chapter in chapters:
        tables = import_module(f"dlcourse.figures.{chapter}").runs()
        lines = [
            f"{json.dumps(name)}: [\n" + ",\n".join(map(json.dumps, table)) + "\n]"
            for name, table in tables.items()
        ]
        text = "{\n" + ",\n".join(lines) + "\n}\n"
        (FIGURES / f"{chapter}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("chapters", nargs="+", help="such as labels_and_losses")
    main(parser.parse_args().chapters)
