"""Values that differ from run to run, known by their shape alone: identifiers, times, tokens, chance."""

import re
from typing import NamedTuple

__all__ = ["Masked", "Value", "mask", "mask_path"]

SHAPES = re.compile(
    r"(?P<jwt>\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*)"
    r"|(?P<uuid>(?<![\w-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w-]))"
    r"|(?P<time>(?<!\d)\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)"
    r"|(?P<epoch>(?<![\w.,-])1\d{9}(?:\d{3}|\.\d+)?(?![\w.,]))"
    r"|(?P<chance>(?<![\w.,-])0\.\d{8,}(?:e-\d+)?)"
    r"|(?P<hex>(?<![\w-])(?=[a-fA-F]*\d)(?=\d*[a-fA-F])(?:[0-9a-f]{16,}|[0-9A-F]{16,})(?![\w-]))"
)
# Looked for last: its alphabet holds "/" and "-", so that it would swallow an identifier together with its path.
TOKEN = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{20,}={0,2}(?![\w+/-])")
WORD_BETWEEN_SLASHES = re.compile(r"(?:^|/)[a-z]{3,}/|/[a-z]{3,}$")
CHANGE = re.compile(r"(?<=[a-z])[A-Z0-9]|(?<=[A-Z])[0-9]|(?<=[0-9])[A-Za-z]")
AMID = re.compile(r"[A-Za-z][0-9]+[A-Za-z]")
FEWEST_CHANGES = 7  # one in so many characters; words have fewer
RUN = re.compile(r"[A-Za-z0-9]{12,}")


class Value(NamedTuple):
    """A masked value and its shape."""

    shape: str
    text: str


class Masked(NamedTuple):
    """A text with the shapes in place of the values, and the values in order, tokens last."""

    text: str
    values: tuple[Value, ...]


def mask(text: str) -> Masked:
    """Replace what has one of the shapes by `<uuid>`, `<time>`, `<epoch>`, `<jwt>`, `<hex>`, `<token>` or `<chance>`.

    Epochs are seconds or milliseconds from 2001 to 2033; hex has 16 digits or more, letters among them; a token has 20
    characters or more and mixes cases and digits as words do not. A date without a time is kept: it selects content.
    """
    values: list[Value] = []

    def shape(found: re.Match[str]) -> str:
        values.append(Value(found.lastgroup or "", found.group()))
        return f"<{found.lastgroup}>"

    def token(found: re.Match[str]) -> str:
        if not is_token(found.group()):
            return found.group()
        values.append(Value("token", found.group()))
        return "<token>"

    return Masked(TOKEN.sub(token, SHAPES.sub(shape, text)), tuple(values))


def mask_path(path: str) -> Masked:
    """The same for a path, each segment alone."""
    masked = mask(path.replace("/", "\n"))
    return masked._replace(text=masked.text.replace("\n", "/"))


def is_token(text: str) -> bool:
    """Whether letters of both cases and digits are mixed, and what stands between slashes is no word."""
    mixed = any(not (run.isalpha() or run.isdigit() or run.islower() or run.isupper()) for run in RUN.findall(text))
    return (mixed or is_restless(text)) and not WORD_BETWEEN_SLASHES.search(text)


def is_restless(text: str) -> bool:
    """Whether small letters, capitals and digits follow each other as by chance."""
    capitals, small = sum(map(str.isupper, text)), sum(map(str.islower, text))
    even = 3 / 7 < capitals / max(small, 1) < 7 / 3 or (capitals and small and AMID.search(text))
    return bool(even) and len(CHANGE.findall(text)) * FEWEST_CHANGES >= len(text)
