"""What a run did: each operation, each listed entry with exactly one outcome, and a verdict of completeness."""

from collections import Counter
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from toolkit.errors import ToolkitError

__all__ = ["EntryReport", "Link", "Listed", "OperationReport", "Outcome", "Report"]

PARTIAL_LOSS = 1
INTERRUPTED = 130


class Listed(Protocol):
    """What a report needs of an entry."""

    display_name: ClassVar[str]

    def summary(self) -> dict[str, Any]:
        """What a person needs to recognise the entry, as plain JSON values."""


class Outcome(StrEnum):
    """How a listed entry ended."""

    SAVED = "saved"
    COMPLETED = "completed"
    ALREADY_THERE = "already there"
    CHANGED = "changed"
    UPDATED = "updated"
    LISTED_TWICE = "listed twice"
    FAILED = "failed"
    REFUSED = "refused"
    NOT_SAVED = "not saved"

    @property
    def lost(self) -> bool:
        """Whether something the site has is not, or not wholly, here."""
        return self in {Outcome.FAILED, Outcome.REFUSED, Outcome.NOT_SAVED}


@dataclass(frozen=True)
class Link:
    """The bank operation that an entry belongs to, and why; without an `operation`, why there is none."""

    reason: str
    operation: dict[str, Any] | None = None


@dataclass
class EntryReport:
    """One listed entry. `row` counts from 1 in the order of the site; `file` is relative to the folder of files."""

    row: int
    entry: Listed
    outcome: Outcome | None = None
    reason: str = ""
    file: str = ""
    link: Link | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        link = None if self.link is None else {"operation": self.link.operation, "reason": self.link.reason}
        return {
            "row": self.row,
            **self.entry.summary(),
            "outcome": str(self.outcome),
            "reason": self.reason,
            "file": self.file,
            "link": link,
        }


@dataclass
class OperationReport:
    """One operation: its name, seconds, a few words on what it did, and the code of the error it ended in."""

    name: str
    seconds: float = 0.0
    did: str = ""
    error: str = ""


@dataclass
class Report:
    """The account of one run, filled in while it goes; `failure` is the page that shows why it failed, if any.

    `command` is the one that runs it again.
    """

    connector: str
    version: str
    account: str
    run: str
    log: str = ""
    failure: str = ""
    operations: list[OperationReport] = field(default_factory=list)
    entries: list[EntryReport] = field(default_factory=list)
    error: ToolkitError | None = None
    interrupted: bool = False
    command: str = "run"
    mask: Callable[[str], str] = field(default=str, repr=False)
    _by_entry: dict[int, EntryReport] = field(default_factory=dict, repr=False)

    def listed(self, entry: Listed) -> EntryReport:
        """Open the line of a listed entry."""
        line = EntryReport(len(self.entries) + 1, entry)
        self.entries.append(line)
        self._by_entry[id(entry)] = line
        return line

    def of(self, entry: Listed) -> EntryReport:
        """The line of an entry that was listed in this run; KeyError otherwise."""
        return self._by_entry[id(entry)]

    def outcome(self, entry: Listed, outcome: Outcome, *, reason: str = "", file: str = "") -> None:
        """Say how an entry ended. A later word replaces an earlier one."""
        line = self.of(entry)
        line.outcome, line.reason, line.file = outcome, reason, file or line.file

    def lines(self) -> list[EntryReport]:
        """The lines of the entries as they are now, for `back_to`."""
        return [copy(line) for line in self.entries]

    def back_to(self, lines: Iterable[EntryReport]) -> None:
        """Make the lines of the entries what they were."""
        self.entries[:] = [copy(line) for line in lines]
        self._by_entry = {id(line.entry): line for line in self.entries}

    def close(self, reason: str) -> None:
        """Give every entry without an outcome the outcome NOT_SAVED: nothing listed may vanish."""
        for line in self.entries:
            if line.outcome is None:
                line.outcome, line.reason = Outcome.NOT_SAVED, reason

    def counts(self) -> dict[str, int]:
        """How many entries ended in each outcome, in the order of `Outcome`."""
        found = Counter(line.outcome for line in self.entries)
        return {str(outcome): found[outcome] for outcome in Outcome if found[outcome]}

    @property
    def lost(self) -> list[EntryReport]:
        """The entries that the site has and the store has not, or not wholly."""
        return [line for line in self.entries if line.outcome is not None and line.outcome.lost]

    @property
    def verdict(self) -> str:
        """One sentence on completeness, such as "12 listed: 11 saved, 1 failed"."""
        counts = self.counts()
        if not counts:
            return "nothing listed"
        if list(counts) == [Outcome.ALREADY_THERE]:
            return f"{self._counted()}, all already there"
        return f"{len(self.entries)} listed: " + ", ".join(f"{count} {outcome}" for outcome, count in counts.items())

    def _counted(self) -> str:
        """The entries by the name of their kind, such as "24 bills"."""
        names = {line.entry.display_name for line in self.entries}
        name = names.pop() if len(names) == 1 else "document"
        return f"{len(self.entries)} {name}" + ("" if len(self.entries) == 1 else "s")

    @property
    def exit_code(self) -> int:
        """0 all well, 1 something listed is not saved, else the code of the error that ended the run."""
        if self.interrupted:
            return INTERRUPTED
        if self.error is not None:
            return self.error.exit_code
        return PARTIAL_LOSS if self.lost else 0

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values: everything above, secrets not among them."""
        return {
            "connector": self.connector,
            "version": self.version,
            "account": self.account,
            "run": self.run,
            "verdict": self.verdict,
            "exit_code": self.exit_code,
            "error": self.error and {name: getattr(self.error, name) for name in ("code", "message", "line", "cause")},
            "counts": self.counts(),
            "operations": [vars(operation) for operation in self.operations],
            "entries": [line.as_dict() for line in self.entries],
            "log": self.log,
            "failure": self.failure,
        }
