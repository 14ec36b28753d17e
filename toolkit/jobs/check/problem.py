"""What a rule is and what it finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

__all__ = ["Finding", "Problem", "Rule"]

Subject = TypeVar("Subject")


@dataclass(frozen=True)
class Problem:
    """What is wrong at some place of a connector or a recording, and what to do, each a part of a sentence.

    One that does not `count` is only told: nothing has to be done.
    """

    place: str
    wrong: str
    todo: str
    counts: bool = True


@dataclass(frozen=True)
class Rule(Generic[Subject]):
    """A function that yields the problems of one subject; the rule is called and described as it is."""

    look: Callable[[Subject], Iterator[Problem]]

    @property
    def name(self) -> str:
        """Its name, such as "no-sleep"."""
        return self.look.__name__.replace("_", "-")

    @property
    def asks(self) -> str:
        """What it asks for, a sentence."""
        return (self.look.__doc__ or "").strip().split("\n\n")[0]


@dataclass(frozen=True)
class Finding:
    """A problem with its subject ("acme", "acme/good") and the name of the rule that found it."""

    subject: str
    rule: str
    problem: Problem

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"subject": self.subject, "rule": self.rule, **vars(self.problem)}
