"""Find the list of bills in JSON answers, and tell which of its columns are day, amount, number and document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from toolkit.jobs.new.plan import Field
from toolkit.models import parse_amount, parse_date

__all__ = ["Rows", "Shown", "find_rows"]

DEEPEST = 6
NEAREST = 3  # levels of a row
Row = dict[str, Any]
Keys = tuple[str | int, ...]
Path = tuple[str, ...]
Column = list[Any]

WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


OF_DAY = _set("date day issued created datum fecha data billed invoiced on at emission period")
NOT_OF_DAY = _set("due paid updated modified expires until end birth")
OF_AMOUNT = _set("amount total sum price betrag montant importe importo valor value gross ttc brutto cost charge cents")
NOT_OF_AMOUNT = _set("id count page year month quantity vat tax net number no version size pages")
OF_NUMBER = ("number", "nr", "no", "reference", "ref", "numero", "nummer", "invoice", "code", "id", "uuid", "key")
OF_DOCUMENT = _set("pdf document download file link href url attachment")
OF_CENTS = _set("cents minor centimes pence")
REFUND = re.compile(r"refund|credit|avoir|gutschrift|abono|reembolso", re.IGNORECASE)
OF_F_STRINGS = str.maketrans({"{": "{{", "}": "}}", "'": r"\'", "\\": r"\\", "\n": r"\n", "\r": r"\r"})
OF_BILLS = re.compile(r"bill|invoice|facture|rechnung|factura|fattura|document|statement|receipt", re.IGNORECASE)


@dataclass(frozen=True)
class Rows:
    """A list in an answer: `path` leads to it, `fields` say where the fields of a bill are.

    Of several, that with the highest `score` is likest to be the bills.
    """

    path: Keys
    count: int
    fields: dict[str, Field]
    score: float

    @property
    def code(self) -> str:
        """Python that gives the rows of `answer`."""
        return "answer" + "".join(f"[{_literal(key)}]" for key in self.path)


class Shown:
    """The numbers in what a page showed, however it wrote them: "1.234,50 €" and 1234.5 are the same."""

    def __init__(self, text: str = "") -> None:
        self._numbers = {_digits(found) for found in re.findall(r"\d[\d.,'’\u00a0\u202f ]*\d|\d", text)}

    def share(self, column: Column) -> float:
        """How many of the numbers in a column were shown, from 0 to 1."""
        digits = [_digits(f"{parse_amount(str(value)):.2f}") for value in column if _is_amount(value)]
        return sum(one in self._numbers for one in digits) / len(digits) if digits else 0.0


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def find_rows(answer: Any, url: str, documents: Sequence[str] = (), shown: Shown | None = None) -> Rows | None:
    """The list that is likest to be one of bills; None when none has days and amounts.

    What the page has `shown` counts more than any name: of two amounts in a row, people see the one they pay.

    `documents` are the addresses of the documents that were fetched, those of the site itself without its origin: the
    rows lead to them.
    """
    judged = (_judged(path, rows, url, documents, shown or Shown()) for path, rows in _lists(answer))
    return max(filter(None, judged), key=lambda one: one.score, default=None)


def _lists(
    value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], list[dict[str, Any]]]]:
    if len(path) > DEEPEST:
        return
    if isinstance(value, list):
        if value and all(isinstance(one, dict) for one in value):
            yield path, value
        return
    for key, one in value.items() if isinstance(value, dict) else ():
        yield from _lists(one, (*path, key))


def _judged(path: Keys, rows: list[Row], url: str, documents: Sequence[str], shown: Shown) -> Rows | None:
    columns = _columns(rows)
    day = _best(columns, _as_day)
    amount = _best(columns, lambda words, column: _seen(_as_amount(words, column), column, shown))
    if day is None or amount is None:
        return None
    fields = {"date": _field(day, columns), "amount": _amount(amount)}
    number = _number(columns, len(rows))
    if number is not None:
        fields = {"number": Field(_text(number, columns[number])), **fields}
    if (currency := _best(columns, _as_currency)) is not None:
        fields["currency"] = Field(_row(currency))
    if (refund := _refund(columns)) is not None:
        fields["is_refund"] = refund
    if (document := _document(columns, documents)) is not None:
        fields["pdfurl"] = document
    score = (
        2 * len(fields)
        + 6 * shown.share(columns[amount])
        + bool(OF_BILLS.search(urlsplit(url).path))
        + min(len(rows), 20) / 20
    )
    return Rows(path, len(rows), fields, score)


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[Path, Column]:
    """The values of each leaf that every row has; an empty one counts where others are not."""
    found: dict[Path, Column] = {}
    for row in rows:
        for path, value in _leaves(row):
            found.setdefault(path, []).append(value)
    return {path: column for path, column in found.items() if len(column) == len(rows)}


def _leaves(value: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    for key, one in value.items():
        if isinstance(one, Mapping) and len(path) < NEAREST:
            yield from _leaves(one, (*path, key))
        elif not isinstance(one, list | Mapping):
            yield (*path, key), one


def _words(path: Path) -> set[str]:
    return {word.lower() for key in path for word in WORDS.findall(key)}


def _best(columns: Mapping[Path, Column], judge: Any) -> Path | None:
    scored = [(judge(_words(path), column), -place, path) for place, (path, column) in enumerate(columns.items())]
    score, _, path = max(scored, default=(0, 0, None))
    return path if score > 0 else None


def _as_day(words: set[str], column: Column) -> float:
    if not all(isinstance(value, str) and _is_day(value) for value in column):
        return 0
    return 1 + bool(words & OF_DAY) - 0.9 * bool(words & NOT_OF_DAY)


def _is_day(text: str) -> bool:
    with suppress(ValueError):
        return bool(re.search(r"\d", text)) and len(text) > 5 and parse_date(text) is not None  # noqa: PLR2004 - 1.1.25
    return False


def _as_amount(words: set[str], column: Column) -> float:
    if not all(_is_amount(value) for value in column) or words & NOT_OF_AMOUNT - {"net", "vat", "tax"}:
        return 0
    cut = any("." in str(value) or "," in str(value) for value in column)
    return 0.6 * cut + bool(words & OF_AMOUNT) - 0.5 * bool(words & NOT_OF_AMOUNT)


def _seen(score: float, column: Column, shown: Shown) -> float:
    return score + 2 * shown.share(column) if score > 0 else score


def _is_amount(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return False
    with suppress(ValueError):
        return parse_amount(str(value)) is not None
    return False


def _as_currency(_: set[str], column: Column) -> float:
    return float(all(isinstance(value, str) and re.fullmatch("[A-Z]{3}", value) for value in column))


def _number(columns: Mapping[Path, Column], rows: int) -> Path | None:
    """The column that tells one row from another, by what it is called."""
    alone = {
        path: column
        for path, column in columns.items()
        if len({str(value) for value in column}) == rows and all(isinstance(value, str | int) for value in column)
    }
    ranks = [(OF_NUMBER.index(word), len(path), path) for path in alone for word in OF_NUMBER if word in _words(path)]
    return min(ranks, default=(0, 0, None))[2]


def _refund(columns: Mapping[Path, Column]) -> Field | None:
    for path, column in columns.items():
        kinds = {value for value in column if isinstance(value, str) and REFUND.fullmatch(value)}
        if len(kinds) == 1 and len({str(value) for value in column}) <= DEEPEST:
            return Field(f"{_row(path)} == {_literal(*kinds)}")
    return None


def _document(columns: Mapping[Path, Column], documents: Sequence[str]) -> Field | None:
    """Where a row says its document is; else the address of one that was fetched, with what of the row is in it."""
    for path, column in columns.items():
        if any(_is_link(value) and any(one.endswith(value) for one in documents) for value in column):
            return Field(_row(path))
    for url in documents:
        for path, column in columns.items():
            for value in column:
                if made := _made_of(url, path, value):
                    return Field(made, "guessed from the document that was opened")
    links = [path for path, column in columns.items() if _words(path) & OF_DOCUMENT and all(map(_is_link, column))]
    return Field(_row(links[0]), "" if not documents else "guessed: it looks like a link") if links else None


def _is_link(value: Any) -> bool:
    return isinstance(value, str) and bool(re.match(r"https?://|/|[\w./-]+\.pdf", value))


def _made_of(url: str, path: Path, value: Any) -> str:
    """An address in which a part is this value, as Python; empty when none is."""
    text = str(value)
    if isinstance(value, bool) or not isinstance(value, str | int) or not text:
        return ""
    pieces = re.split(r"([/?&=.])", url)
    if text not in pieces:
        return ""
    made = "".join(f"{{{_row(path)}}}" if piece == text else piece.translate(OF_F_STRINGS) for piece in pieces)
    return f"f'{made}'"


def _field(path: Path, columns: Mapping[Path, Column]) -> Field:
    others = [other for other in columns if other != path and _as_day(_words(other), columns[other]) > 0]
    sure = not others or bool(_words(path) & OF_DAY)
    return Field(_row(path), "" if sure else f"guessed; or {_row(others[0])}")


def _amount(path: Path) -> Field:
    if _words(path) & OF_CENTS:
        return Field(f"Decimal({_row(path)}) / 100", "guessed from its name: hundredths")
    return Field(_row(path), "" if _words(path) & OF_AMOUNT else "guessed: the only numbers with a fraction")


def _text(path: Path, column: Column) -> str:
    return _row(path) if all(isinstance(value, str) for value in column) else f"str({_row(path)})"


def _row(path: Path) -> str:
    return "row" + "".join(f"[{_literal(key)}]" for key in path)


def _literal(value: Any) -> str:
    from toolkit.jobs.new.writing import as_python  # noqa: PLC0415 - which needs no more of this

    return as_python(value) if isinstance(value, str) else repr(value)
