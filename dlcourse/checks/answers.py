"""Answers as students write them: source text that the checks of an exercise are tested with.

A check must give full marks to every right answer, in whatever style it is written, and nothing to
a wrong one. So the answers are data of the exercise, as its cases and its misconceptions are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answers:
    """Source of answers to one exercise, by a title that says what is special about each.

    NumPy is ``np``, as in the notebooks, and the functions of the assignment's other exercises are
    there. A title ends with ``(slow)`` where the answer takes long on data of a real size.

    Parameters
    ----------
    right : mapping of str to str
        Earn every point; the plainest one first.
    wrong : mapping of str to str
        Earn nothing. One that is titled as a misconception of the exercise is told its hint.
    partly_right : mapping of str to str
        Earn the points of the first part alone; titled as `wrong` is.
    helpers : mapping of str to str
        Functions of the students' own, by name, that answers of the assignment call.
    """

    right: Mapping[str, str]
    wrong: Mapping[str, str] = field(default_factory=dict)
    partly_right: Mapping[str, str] = field(default_factory=dict)
    helpers: Mapping[str, str] = field(default_factory=dict)

    @property
    def plainest(self) -> str:
        """The first right answer."""
        return next(iter(self.right.values()))


def variants(text: str) -> dict[str, str]:
    r"""Split a text at its ``## title`` lines into sources by title.

    Raises
    ------
    ValueError
        Where a title comes twice.

    Examples
    --------
    >>> variants("## plain\ndef f(x):\n    return x\n## lambda\nf = lambda x: x\n")
    {'plain': 'def f(x):\n    return x', 'lambda': 'f = lambda x: x'}
    """
    pieces = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)[1:]
    titles, sources = pieces[::2], [source.rstrip() for source in pieces[1::2]]
    if twice := sorted({title for title in titles if titles.count(title) > 1}):
        raise ValueError(f"text must give each title once, got {', '.join(twice)} again")
    return dict(zip(titles, sources, strict=True))
