"""What the engine says: a mistake named in the exercise's own words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Naming:
    """A mistake that explains every answer of a run.

    Parameters
    ----------
    relation : str
        A few words for reports, such as ``"factor len(y)"``: the kind, and what it is about.
    name : str
        What is wrong, in one sentence.
    question : str
        What to ask oneself: answering it mends the mistake; it holds no line to type.
    observed : bool
        Whether this only describes the answers, and does not explain them.
    """

    relation: str
    name: str
    question: str = ""
    observed: bool = False

    def __str__(self) -> str:
        """Write both sentences."""
        return f"{self.name} {self.question}".rstrip()
