"""Hashes of all runs of words in the lecture's text: the book's words must be its own.

    python tools/lecture_ngrams.py lecture.txt

writes ``tests/book/lecture_ngrams.txt``, with which ``tests/book/test_own_words.py`` compares every
page and notebook. The text itself is its authors' and is not kept here.
"""

import re
import sys
from hashlib import blake2b
from pathlib import Path

N = 6  # words of a run; the book shares a few of five with the lecture, by chance
HASHES = Path(__file__).parents[1] / "tests" / "book" / "lecture_ngrams.txt"
# titles of papers on the lecture's slides, which a page may name
TITLES = re.compile(
    "Learning Internal Representations by Error Propagation"
    "|Deep Neural Networks for Acoustic Modeling in Speech Recognition"
)
NOT_WORDS = re.compile(r"(?s:\$\$.*?\$\$)|\$[^$\n]*\$|https?://\S+|[*_`]")


def runs(text: str) -> dict[str, str]:
    """Return each run of N words by its hash; formulas, numbers and addresses are no words."""
    words = re.findall(r"[a-z]+(?:'[a-z]+)?", NOT_WORDS.sub(" ", text.lower()))
    found = (" ".join(words[k : k + N]) for k in range(len(words) - N + 1))
    return {blake2b(run.encode(), digest_size=6).hexdigest(): run for run in found}


if __name__ == "__main__":
    lecture = TITLES.sub(" ", Path(sys.argv[1]).read_text(encoding="utf-8"))
    hashes = sorted(runs(lecture))
    HASHES.write_text("\n".join(hashes) + "\n", encoding="utf-8")
