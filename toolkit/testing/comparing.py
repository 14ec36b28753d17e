"""What a recording should have saved beside what its replay saved, in sentences."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Comparison", "groups_of", "names_of"]

Entry = dict[str, Any]

GROUPS = {
    **dict.fromkeys(("date", "vendor", "number", "label", "fields"), "identity"),
    **dict.fromkeys(("amount", "currency", "is_refund"), "money"),
    **dict.fromkeys(("file", "sha256"), "file"),
    "outcome": "outcome",
    "paid_by": "links",
}
OTHER = "details"
OF_THEIR_OWN = {"file", "links"}


def groups_of(entry: Entry) -> list[str]:
    """The groups that an entry's fields are in, but those that have tests of their own."""
    groups = dict.fromkeys(GROUPS.get(field, OTHER) for field in entry)
    return [group for group in groups if group not in OF_THEIR_OWN]


def names_of(entries: Sequence[Entry]) -> list[str]:
    """A name for each entry, that no other has: its number, else the first of its own fields, its date or its row."""
    names = [_key(entry) or f"row-{row}" for row, entry in enumerate(entries, 1)]
    alike = Counter(names)
    return [name if alike[name] == 1 else f"{name}-row-{row}" for row, name in enumerate(names, 1)]


def _key(entry: Entry) -> str:
    own = next(iter(entry.get("fields", {}).values()), "")
    return str(entry.get("number") or own or entry.get("date") or "")


class Comparison:
    """The expected entries, each beside the one that was found in its place.

    An entry that is new or gone in the middle of the list does not put the others out of place. `reasons` say, for
    each entry that was found, why it ended as it did; `ended` says in which error the run stopped too early.
    """

    def __init__(
        self, expected: Sequence[Entry], found: Sequence[Entry], reasons: Sequence[str] = (), ended: str = ""
    ) -> None:
        self._expected = expected
        self._found = found
        self._reasons = reasons
        self._because = f": the run ended in {ended}" if ended else ""
        self._names = names_of(expected)
        self._pairs = dict(_pairs(expected, found))
        self._moved = dict(_strays(expected, found, self._pairs))
        self._pairs |= self._moved

    def entry(self, row: int, group: str) -> list[str]:
        """What differs in one group of fields of the expected entry in this row, counted from 0."""
        if row not in self._pairs:
            return [f"{self._title(row)} should be listed, and is not{self._because}"]
        expected, found = self._expected[row], self._found[self._pairs[row]]
        fields = [field for field in expected if GROUPS.get(field, OTHER) == group]
        moved = [f"{self._title(row)} is listed as row {self._moved[row] + 1}"] if row in self._moved else []
        return (moved if group == "identity" else []) + [
            f"{self._title(row)}, `{field}` should be {expected[field]!r}, and is {found.get(field)!r}"
            + self._why(row, field)
            for field in fields
            if expected[field] != found.get(field)
        ]

    def links(self) -> list[str]:
        """Which entries are linked to another operation than they should be."""
        return [sentence for row in self._pairs for sentence in self.entry(row, "links")]

    def others(self) -> list[str]:
        """What was found and is not expected: entries, and fields or files of entries."""
        known = set(self._pairs.values())
        new = [(at, entry) for at, entry in enumerate(self._found) if at not in known]
        return [*(f"row {at + 1} ({_key(one)}) is listed, and is not expected" for at, one in new), *self._more()]

    def _more(self) -> Iterator[str]:
        for row, at in self._pairs.items():
            for field, value in self._found[at].items():
                unexpected = field not in self._expected[row] or (field == "file" and not self._expected[row][field])
                if unexpected and value:
                    yield f"{self._title(row)} has `{field}` {value!r}, and none is expected"

    def _title(self, row: int) -> str:
        return f"row {row + 1} ({self._names[row]})"

    def _why(self, row: int, field: str) -> str:
        reason = self._reasons[self._pairs[row]] if field == "outcome" and self._reasons else ""
        return f": {reason}" if reason else ""


def _pairs(expected: Sequence[Entry], found: Sequence[Entry]) -> Iterator[tuple[int, int]]:
    matcher = SequenceMatcher(None, [_key(one) for one in expected], [_key(one) for one in found], autojunk=False)
    for _, start, end, other_start, other_end in matcher.get_opcodes():
        yield from zip(range(start, end), range(other_start, other_end), strict=False)


def _strays(expected: Sequence[Entry], found: Sequence[Entry], pairs: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """The entries that are listed in another order."""
    free = {_key(entry): at for at, entry in enumerate(found) if at not in set(pairs.values())}
    for row, entry in enumerate(expected):
        if row not in pairs and _key(entry) in free:
            yield row, free.pop(_key(entry))
