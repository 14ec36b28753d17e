"""The store, answering as a Cozy does."""

from collections.abc import Mapping
from typing import Any

from toolkit.cozy.client import Document
from toolkit.cozy.selector import matches
from toolkit.models import model_of
from toolkit.store import Store

__all__ = ["LocalClient"]


class LocalClient:
    """A connector that asks for a Cozy gets this one where there is none: its documents are those of the store."""

    secrets: tuple[str, ...] = ()

    def __init__(self, store: Store) -> None:
        self._store = store

    def __repr__(self) -> str:
        return "LocalClient()"

    def find(self, doctype: str, id_: str) -> Document:
        """One document. Raises StoreError when it is not there."""
        return self._store.fetch(model_of(doctype), id_).to_cozy()

    def find_all(self, doctype: str) -> list[Document]:
        """Every document: by date where it has one, else in the order of creation."""
        return [entry.to_cozy() for entry in self._store.all(model_of(doctype))]

    def query(self, doctype: str, selector: Mapping[str, Any]) -> list[Document]:
        """The documents that a Mango selector takes. Raises UsageError for an operator that is not known."""
        return [document for document in self.find_all(doctype) if matches(document, selector)]

    def create(self, doctype: str, document: Mapping[str, Any]) -> Document:
        """Store a new document. Raises StoreError when its id is there already, InvalidEntry when it cannot be."""
        entry = model_of(doctype).from_cozy(document)
        return self.find(doctype, self._store.create(entry))

    def update(self, doctype: str, id_: str, document: Mapping[str, Any]) -> Document:
        """Put a document in the place of a stored one, all of its fields. Raises StoreError when it is not there."""
        self._store.replace(model_of(doctype).from_cozy({**document, "_id": id_}))
        return self.find(doctype, id_)

    def update_attributes(self, doctype: str, id_: str, changes: Mapping[str, Any]) -> Document:
        """Change some fields of a stored document. Raises StoreError when it is not there."""
        return self.update(doctype, id_, {**self.find(doctype, id_), **changes})

    def delete(self, doctype: str, id_: str) -> None:
        """Take a document away for good. Raises StoreError when it is not there."""
        self._store.delete(model_of(doctype), id_)
