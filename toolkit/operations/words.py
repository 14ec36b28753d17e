"""The words of a text, in any script."""

import re
from unicodedata import category, normalize

__all__ = ["fold", "words"]

_ASCII_WORD = re.compile(r"[A-Za-z0-9]+")
_LATIN_ACCENTS = re.compile(r"[\u0300-\u036f]")
# Persian and the scripts of India need them between letters.
_JOINERS = "\u200c\u200d"


def words(text: str) -> list[str]:
    """The runs of letters, marks and digits in a text: "PRLV ACME-TELECOM n°3" is PRLV, ACME, TELECOM, n, 3."""
    if text.isascii():
        return _ASCII_WORD.findall(text)
    return "".join(char if category(char)[0] in "LMN" or char in _JOINERS else " " for char in text).split()


def fold(text: str) -> str:
    """The text in small letters without accents: "Électricité" is "electricite". Marks of other scripts stay."""
    if text.isascii():
        return text.lower()
    return _LATIN_ACCENTS.sub("", normalize("NFKD", text).casefold())
