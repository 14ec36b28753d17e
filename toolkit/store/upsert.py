"""Storing entries over those that say the same thing: what `update_or_create` needs of a store."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection

from toolkit.models import BaseModel
from toolkit.store import statements
from toolkit.store.records import Changes, Provenance
from toolkit.store.rows import as_document

__all__ = ["merged", "upsert"]

M = TypeVar("M", bound=BaseModel)

OWNER = ("vendor", "account")  # few values in one batch: what others own need not be read


def upsert(
    connection: Connection, entries: Iterable[BaseModel], keys: Sequence[str], provenance: Provenance
) -> Changes:
    """Create or update each entry; two entries with the same key fields are the same document, the last one wins."""
    batch = list(entries)
    owners = {name: {getattr(entry, name, None) for entry in batch} for name in OWNER if name in keys}
    job = _Upsert(connection, keys, provenance, owners)
    for entry in batch:
        job.take(entry)
    return job.changes


def merged(stored: M, changes: Mapping[str, Any]) -> M:
    """The stored document with some fields changed, each under either of its names."""
    aliases = {name: field.alias or name for name, field in type(stored).model_fields.items()}
    news = {aliases.get(name, name): value for name, value in changes.items()}
    return type(stored)(**{**as_document(stored), "_id": stored.id, "naturalKey": stored.natural_key, **news})


def _said(entry: BaseModel) -> dict[str, Any]:
    """What an entry says: fields that were given to it, and those that were filled in; None says nothing."""
    said = {**as_document(entry, exclude_defaults=True), **as_document(entry, exclude_unset=True)}
    return {name: value for name, value in said.items() if value is not None}


class _Upsert:
    """One upsert: the stored documents by the values of their key fields, and what came of each entry."""

    def __init__(
        self, connection: Connection, keys: Sequence[str], provenance: Provenance, owners: Mapping[str, Collection[Any]]
    ) -> None:
        self.changes = Changes()
        self._connection = connection
        self._keys = keys
        self._provenance = provenance
        self._owners = owners
        self._stored: dict[type[BaseModel], dict[tuple[Any, ...], BaseModel]] = {}

    def take(self, entry: BaseModel) -> None:
        """Create, update or refuse one entry."""
        key, stored = self._key(entry), self._by_key(type(entry))
        missing = [name for name, value in zip(self._keys, key, strict=True) if value is None]
        if missing:
            self._refuse(entry, f"{missing[0]} is missing, and tells this {entry.display_name} from others")
        elif entry.problems:
            self._refuse(entry, "; ".join(entry.problems))
        elif key in stored:
            stored[key] = self._update(entry, stored[key])
        else:
            self._create(entry, key)

    def _refuse(self, entry: BaseModel, reason: str) -> None:
        self.changes.refused.append((entry, reason))

    def _create(self, entry: BaseModel, key: tuple[Any, ...]) -> None:
        id_ = statements.add(self._connection, entry, self._provenance)
        if id_ is None:
            self._refuse(entry, f"another {entry.display_name} with the same natural key is stored")
            return
        entry.id = id_
        self._by_key(type(entry))[key] = statements.fetch(self._connection, type(entry), id_)
        self.changes.created.append(entry)

    def _update(self, entry: BaseModel, stored: BaseModel) -> BaseModel:
        entry.id = stored.id
        new = merged(stored, _said(entry))
        if new == stored:
            self.changes.unchanged.append(entry)
        else:
            statements.overwrite(self._connection, new, statements.touch(self._provenance))
            self.changes.updated.append(entry)
        return new

    def _by_key(self, model: type[BaseModel]) -> dict[tuple[Any, ...], BaseModel]:
        if model not in self._stored:
            every = statements.fetch_all(self._connection, model, self._owners)
            self._stored[model] = {self._key(one): one for one in every}
        return self._stored[model]

    def _key(self, entry: BaseModel) -> tuple[Any, ...]:
        return tuple(getattr(entry, name, None) for name in self._keys)
