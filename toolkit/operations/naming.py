"""What the file of an entry is called."""

import math
import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from unicodedata import category, normalize

from babel.numbers import get_currency_precision
from pathvalidate import sanitize_filename

from toolkit.models import BaseModel
from toolkit.operations.words import words

__all__ = ["NameOptions", "get_entry_file_name", "versioned", "with_ending", "written_amount"]

LONGEST_NAME = 200
LONGEST_PART = 80
LONGEST_EXTENSION = 16

# At least one letter: "23.90" has no extension.
_EXTENSION = re.compile(r"\.(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,16}$")
_FORBIDDEN = str.maketrans(dict.fromkeys('/\\:*?"<>|', "-"))
_JOINERS = "\u200c\u200d"
# Not the types that this machine knows of: a name must be the same everywhere.
_TYPES = mimetypes.MimeTypes()


@dataclass(frozen=True)
class NameOptions:
    """The parts of a name, joined by "_".

    First the date, in a `date_format` of strftime; then the `vendor`, the entry's own when None; then those of the
    entry's fields that `others` names. `extension` is for an entry that does not say what its file is.
    """

    date_format: str = "%Y-%m-%d"
    vendor: str | None = None
    others: Sequence[str] = ("amount",)
    extension: str | None = None


def get_entry_file_name(entry: BaseModel, options: NameOptions | str | None = None) -> str:
    """The name for an entry's file, `2025-03-09_lumen_23.90.pdf` by default, safe on Linux, macOS and Windows.

    A text as `options` gives the seed's form, `202503_text.pdf`. An entry's own `filename` wins over all options. The
    extension is that of the `filename`, else `options.extension`, else that of the entry's `mime`, else pdf. A name
    has at most 200 bytes in UTF-8. Two entries may get the same name: the store keeps their files apart.
    """
    chosen = NameOptions("%Y%m", options, ()) if isinstance(options, str) else options or NameOptions()
    stem, extension = _split(entry.filename or "")
    stem = stem or "_".join(filter(None, _parts(entry, chosen))) or "document"
    return _safe(stem, extension or chosen.extension or _guess(entry))


def with_ending(name: str, ending: str) -> str:
    """A name with another ending: "bill.pdf" and ".png" give "bill.png"; "" leaves it as it is."""
    return f"{_stem(name)}{ending}" if ending else name


def versioned(name: str, number: int) -> str:
    """The name for a later version of a file: "bill.pdf" and 2 give "bill_v2.pdf"."""
    return f"{_stem(name)}_v{number}{name[len(_stem(name)) :]}"


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def written_amount(amount: Decimal, currency: str) -> str:
    """23.9 as "23.90": with the decimals of the currency, or more where the amount has more; nothing is lost."""
    exponent = amount.normalize().as_tuple().exponent
    digits = max(get_currency_precision(currency), -int(exponent))
    return f"{amount:.{digits}f}"


def _split(filename: str) -> tuple[str, str]:
    visible = _visible(filename)
    found = _EXTENSION.search(visible)
    stem, extension = (visible[: found.start()], found.group()) if found else (visible, "")
    return stem.strip(" .-"), extension


def _parts(entry: BaseModel, options: NameOptions) -> list[str]:
    vendor = entry.vendor if options.vendor is None else options.vendor
    day = getattr(entry, "date", None)
    when = day.strftime(options.date_format) if isinstance(day, date) else _slug(str(day or ""))
    return [when, _slug(vendor), *(_value(entry, name) for name in options.others)]


def _value(entry: BaseModel, name: str) -> str:
    value = getattr(entry, name, None)
    if isinstance(value, Decimal | float) and math.isfinite(value):
        return written_amount(Decimal(str(value)), str(getattr(entry, "currency", "")))
    return "" if value is None else _slug(str(value))


def _slug(text: str) -> str:
    return _cut("-".join(words(normalize("NFC", text.lower()))), LONGEST_PART)


def _guess(entry: BaseModel) -> str:
    return _TYPES.guess_extension(str(getattr(entry, "mime", ""))) or "pdf"


def _safe(stem: str, extension: str) -> str:
    tail = _cut("".join(words(extension)), LONGEST_EXTENSION) or "pdf"
    visible = re.sub(r" +\.", ".", _visible(stem))
    short = _cut(visible, LONGEST_NAME - LONGEST_EXTENSION - len("._")).rstrip(" .")
    return f"{sanitize_filename(short, platform='universal') or 'document'}.{tail}"


def _visible(text: str) -> str:
    """One line of characters that can be seen and that no system forbids."""
    spaced = "".join(" " if char.isspace() else char for char in normalize("NFC", text))
    seen = "".join(char for char in spaced if category(char) not in {"Cc", "Cf", "Cs"} or char in _JOINERS)
    return " ".join(seen.translate(_FORBIDDEN).split()).rstrip(" .")


def _cut(text: str, size: int) -> str:
    return text.encode(errors="ignore")[:size].decode(errors="ignore")
