"""A document as a row, and back."""

import json
import re
from collections.abc import Collection, Mapping
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any, TypeVar

from babel.numbers import get_currency_precision
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticSerializationError
from sqlalchemy import Column, Table

from toolkit.errors import InvalidEntry
from toolkit.models import BankOperation, BaseModel, Bill, File
from toolkit.store.schema import documents, fields_of, table_of

__all__ = ["as_document", "from_row", "minor_units", "to_row"]

M = TypeVar("M", bound=BaseModel)

_KNOWN: dict[str, type[BaseModel]] = {model.doctype: model for model in (BankOperation, Bill, File)}
_LARGEST = 2**63 - 1
NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")  # which Postgres takes for no text
ALWAYS = {"number", "invoice", "filename"}  # filled in or asked for by all


def minor_units(amount: Decimal, currency: str) -> int | None:
    """An amount in the smallest unit of its currency: 12.50 EUR is 1250, 12 JPY is 12, 1.234 KWD is 1234.

    More decimals than the currency has are rounded half to even. None when it needs more than 64 bits.
    """
    digits, unit = _unit(currency)
    try:
        units = int(amount.quantize(unit, ROUND_HALF_EVEN).scaleb(digits))
    except InvalidOperation:
        return None
    return units if abs(units) <= _LARGEST else None


@lru_cache
def _unit(currency: str) -> tuple[int, Decimal]:
    digits = get_currency_precision(currency)
    return digits, Decimal(1).scaleb(-digits)


def as_document(entry: BaseModel, *, exclude_unset: bool = False, exclude_defaults: bool = False) -> dict[str, Any]:
    """The entry as JSON values under the names it has in a Cozy, without its id; what is not JSON, as text.

    Raises InvalidEntry for what cannot be text either: bytes, lists without end, halves of characters.
    """
    nothing = {"id", *(_optional(type(entry)) - entry.model_fields_set)}
    text = _as_json(entry, nothing, exclude_unset=exclude_unset, exclude_defaults=exclude_defaults)
    document: dict[str, Any] = json.loads(text)
    return document


def _as_json(
    entry: BaseModel, exclude: Collection[str], *, exclude_unset: bool = False, exclude_defaults: bool = False
) -> str:
    try:
        text = entry.model_dump_json(
            by_alias=True,
            fallback=str,
            exclude=set(exclude),
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
        )
    except PydanticSerializationError as error:
        raise InvalidEntry(f"This {entry.display_name} cannot be stored: {error}.") from error
    return NUL.sub(r"\1", text) if "\\u0000" in text else text


@cache
def _optional(model: type[BaseModel]) -> frozenset[str]:
    """The fields that say nothing unless somebody gives them a value."""
    return frozenset(name for name, field in model.model_fields.items() if field.default is None and name not in ALWAYS)


def to_row(entry: BaseModel) -> dict[str, Any]:
    """The columns of an entry, those of its identity and provenance aside, `doc` as JSON text.

    All rows of one doctype have the same columns in the same order. Raises InvalidEntry when the entry has problems.
    """
    entry = _as_known(entry)
    if problems := entry.problems:
        raise InvalidEntry(f"This {entry.display_name} cannot be stored: {'; '.join(problems)}.")
    table = table_of(entry.doctype)
    names = fields_of(table)
    doc = _as_json(entry, _optional(type(entry)) - entry.model_fields_set | {"id", *names})
    row = {"natural_key": entry.natural_key or None, "doc": doc, **{name: getattr(entry, name) for name in names}}
    if isinstance(entry, Bill | BankOperation):
        # The exact amount stays in `doc`: a site may give more decimals than the currency has (fuel, energy), and how
        # many a currency has may change with the next table of currencies.
        row["amount_minor"] = minor_units(entry.amount, entry.currency)
    if table is documents:
        row["doctype"] = entry.doctype
    return row


def from_row(model: type[M], table: Table, row: Mapping[Any, Any]) -> M:
    """The document in a row that was selected with the columns of `table`."""
    fields = {alias: row[column] for alias, column in _aliases(table)}
    identity = {"_id": row[table.c.id], "naturalKey": row[table.c.natural_key] or ""}
    file_id = row[table.c.file_id] if "file_id" in table.c else None
    invoice = {"invoice": f"{File.doctype}:{file_id}"} if file_id and "invoice" in model.model_fields else {}
    return model(**{**row[table.c.doc], **fields, **identity, **invoice})


@cache
def _aliases(table: Table) -> list[tuple[str, Column[Any]]]:
    return [(to_camel(name), table.c[name]) for name in fields_of(table)]


def _as_known(entry: BaseModel) -> BaseModel:
    """The entry as the model that its doctype's table is made for; a connector may have declared a model of its own."""
    known = _KNOWN.get(entry.doctype)
    if known is None or isinstance(entry, known):
        return entry
    return known(**as_document(entry), naturalKey=entry.natural_key, _id=entry.id)
