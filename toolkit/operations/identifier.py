"""What tells a vendor's bank operations from all others: words in their labels."""

import re
from collections.abc import Sequence

from toolkit.operations.words import fold, words

__all__ = ["Identifier", "Labels"]

Identifier = str | Sequence[str] | re.Pattern[str]


class Labels:
    """The labels that hold an identifier: one text, any of several, or a match of a pattern.

    A text is held as whole words, whatever their case, accents and what stands between them: "acme telecom" is in
    "PRLV ACME-TELECOM 12", "free" is not in "FREELANCE". A pattern is searched in the label as it is and without
    accents, in any case; it is the way for scripts that put no space between words. Raises ValueError for an
    identifier without a word, which every label would hold.
    """

    def __init__(self, identifier: Identifier) -> None:
        self._by_word = not isinstance(identifier, re.Pattern)
        if isinstance(identifier, re.Pattern):
            self._pattern = re.compile(identifier.pattern, identifier.flags | re.IGNORECASE)
            self._said = f"/{identifier.pattern}/"
            return
        texts = [identifier] if isinstance(identifier, str) else list(identifier)
        spaced = [_spaced(text) for text in texts]
        if not spaced or not all(map(str.strip, spaced)):
            raise ValueError(f"{identifier!r} has no word to look for in the labels of bank operations")
        self._pattern = re.compile("|".join(map(re.escape, sorted(spaced, key=len, reverse=True))))
        self._in_ascii = re.compile("|".join(map(_as_it_stands, sorted(spaced, key=len, reverse=True))), re.IGNORECASE)
        self._said = " or ".join(f"'{text}'" for text in texts)

    def __str__(self) -> str:
        return self._said

    def find(self, label: str) -> str | None:
        """The words of a label that identify the vendor, in small letters without accents; None when it has none."""
        if self._by_word and label.isascii():  # the same, in a tenth of the time: most labels are, and are of others
            held = self._in_ascii.search(label)
            return " ".join(words(held.group().lower())) if held else None
        readings = [_spaced(label)] if self._by_word else [label, fold(label)]
        found = next(filter(None, map(self._pattern.search, readings)), None)
        return fold(found.group().strip()) if found else None


def _spaced(text: str) -> str:
    return f" {' '.join(words(fold(text)))} "


def _as_it_stands(spaced: str) -> str:
    """The pattern of some words in an ASCII label that nobody has taken apart."""
    return r"(?<![A-Za-z0-9])" + "[^A-Za-z0-9]+".join(map(re.escape, spaced.split())) + r"(?![A-Za-z0-9])"
