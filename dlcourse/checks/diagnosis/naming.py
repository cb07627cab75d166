"""What the engine says of a mistake: where it is, what it is called, the question that mends it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True)
class Naming:
    """A mistake that explains every answer of a run.

    Parameters
    ----------
    relation : str
        A few words for reports, such as ``"factor len(y)"``: the kind, and what it is about.
    name : str
        What is wrong, in one sentence; empty where the place says it.
    question : str
        What to ask oneself: answering it mends the mistake; it holds no line to type.
    observed : bool
        Whether this only describes the answers, and does not explain them.
    place : str
        Where it goes wrong, in one sentence, if more is known of it than the failing case shows.
    """

    relation: str
    name: str
    question: str = ""
    observed: bool = False
    place: str = ""

    @property
    def at_once(self) -> str:
        """What stands in the message: it describes the answers."""
        return f"{self.place} {self.name}".strip() if self.observed else self.place

    @property
    def hints(self) -> tuple[str, ...]:
        """What is told to those who ask again, one after the other."""
        return tuple(filter(None, ("" if self.observed else self.name, self.question)))

    def in_words(self, words: Mapping[str, str]) -> Self:
        """Say it in an exercise's own words; the relation, by which reports count, stays."""
        known = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))) or "(?!)")

        def said(text: str) -> str:
            text = known.sub(lambda found: words[found[0]], text)
            return text[:1].upper() + text[1:]

        name, question, place = map(said, (self.name, self.question, self.place))
        return replace(self, name=name, question=question, place=place)
