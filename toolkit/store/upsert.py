"""Storing entries over those that say the same thing: what `update_or_create` needs of a store."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeVar

from toolkit.errors import InvalidEntry
from toolkit.models import BankOperation, BaseModel, Bill, parse_date
from toolkit.store import bulk, statements
from toolkit.store.batch import ids_in_order
from toolkit.store.dialects import write_alone
from toolkit.store.records import Changes
from toolkit.store.rows import as_document, minor_units, to_row
from toolkit.store.schema import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from toolkit.store.records import Provenance

__all__ = ["merged", "upsert"]

M = TypeVar("M", bound=BaseModel)
Key = tuple[Any, ...]


def upsert(
    connection: Connection, entries: Iterable[BaseModel], keys: Sequence[str], provenance: Provenance
) -> Changes:
    """Create or update each entry; two entries with the same key fields are the same document, the last one wins."""
    changes = Changes()
    batches: dict[type[BaseModel], list[BaseModel]] = defaultdict(list)
    for entry in entries:
        batches[type(entry)].append(entry)
    for model, batch in batches.items():
        write_alone(connection, table_of(model.doctype))
        job = _Upsert(connection, model, _Keys(keys, batch), changes)
        job.load(batch)
        for entry in batch:
            job.take(entry)
        job.write(statements.origin(provenance))
    return changes


def merged(stored: M, changes: Mapping[str, Any]) -> M:
    """The stored document with some fields changed, each under either of its names."""
    aliases = {name: field.alias or name for name, field in type(stored).model_fields.items()}
    news = {aliases.get(name, name): value for name, value in changes.items()}
    return type(stored)(**{**as_document(stored), "_id": stored.id, "naturalKey": stored.natural_key, **news})


def _said(entry: BaseModel) -> dict[str, Any]:
    """What an entry says: fields that were given to it, and those that were filled in; None says nothing."""
    said = {**as_document(entry, exclude_defaults=True), **as_document(entry, exclude_unset=True)}
    return {name: value for name, value in said.items() if value is not None}


class _Keys:
    """The key fields of a batch. Days and numbers are compared as such, also where the store has them as text."""

    def __init__(self, names: Sequence[str], batch: Sequence[BaseModel]) -> None:
        self.names = names
        self._kinds = {name: next(_kinds(name, batch), None) for name in names}

    def of(self, entry: BaseModel) -> Key:
        """The values in the key fields of one entry; None where it has none."""
        return tuple([self._value(entry, name) for name in self.names])

    def columns(self, batch: Sequence[BaseModel]) -> dict[str, set[Any]]:
        """What the key fields may be, by their columns."""
        return {
            "amount_minor" if name == "amount" else name: {self._value(entry, name) for entry in batch}
            for name in self.names
        }

    def missing(self, key: Key) -> str | None:
        """The first field without a value."""
        return next((name for name, value in zip(self.names, key, strict=True) if value is None), None)

    def _value(self, entry: BaseModel, name: str) -> Any:
        value = getattr(entry, name, None)
        if isinstance(value, Decimal) and isinstance(entry, Bill | BankOperation):
            return minor_units(value, entry.currency)
        with suppress(ValueError, InvalidOperation):
            if self._kinds[name] is Decimal and value is not None:
                return Decimal(str(value))
            if self._kinds[name] is date and value is not None:
                return parse_date(value)
        return value.isoformat() if isinstance(value, datetime) else value


def _kinds(name: str, batch: Sequence[BaseModel]) -> Iterator[type]:
    """What the values of a field are, where text in the store may mean the same."""
    for entry in batch:
        value = getattr(entry, name, None)
        if type(value) in {Decimal, date}:
            yield type(value)


class _Upsert:
    """One upsert of one model: the stored documents by their keys, and those that are to be written by their ids."""

    def __init__(self, connection: Connection, model: type[BaseModel], keys: _Keys, changes: Changes) -> None:
        self._connection = connection
        self._model = model
        self._keys = keys
        self._changes = changes
        self._ids = ids_in_order()
        self._stored: dict[Key, BaseModel] = {}
        self._taken: set[str] = set()
        self._to_write: dict[str, dict[str, Any]] = {}

    def load(self, batch: Sequence[BaseModel]) -> None:
        """Read what the entries may be, and which of their natural keys and ids are taken."""
        batch = [entry for entry in batch if not entry.problems]
        for one in statements.fetch_all(self._connection, self._model, self._keys.columns(batch)):
            self._stored.setdefault(self._keys.of(one), one)
        natural_keys = {entry.natural_key for entry in batch if entry.natural_key}
        self._taken |= statements.find(self._connection, self._model, natural_keys).keys()
        self._taken |= statements.known(self._connection, self._model, {entry.id for entry in batch if entry.id})

    def take(self, entry: BaseModel) -> None:
        """Create, update or refuse one entry."""
        key = self._keys.of(entry)
        if missing := self._keys.missing(key):
            self._refuse(entry, f"{missing} is missing, and tells this {entry.display_name} from others")
        elif entry.problems:
            self._refuse(entry, "; ".join(entry.problems))
        elif key not in self._stored and not self._taken.isdisjoint({entry.id, entry.natural_key}):
            self._refuse(entry, f"another {entry.display_name} with the same natural key is stored")
        else:
            try:
                self._put(entry, key)
            except InvalidEntry as error:
                self._refuse(entry, error.message)

    def write(self, origin: Mapping[str, Any]) -> None:
        """Write all that is new or has changed, with one statement."""
        rows = [{**row, **origin} for row in self._to_write.values()]
        bulk.write(self._connection, table_of(self._model.doctype), rows, over=True)

    def _put(self, entry: BaseModel, key: Key) -> None:
        stored = self._stored.get(key)
        new = merged(stored or entry, _said(entry) if stored else {})
        if new == stored:
            self._changes.unchanged.append(entry)
        else:
            new.id = new.id or next(self._ids)
            self._to_write[new.id] = {**to_row(new), "id": new.id}
            (self._changes.updated if stored else self._changes.created).append(entry)
            self._taken |= {new.natural_key} - {""}
        entry.id = new.id
        self._stored[key] = new

    def _refuse(self, entry: BaseModel, reason: str) -> None:
        self._changes.refused.append((entry, reason))
