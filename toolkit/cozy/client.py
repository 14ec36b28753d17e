"""What a connector may ask of a Cozy's database, whoever answers."""

from collections.abc import Mapping
from typing import Any, Protocol

__all__ = ["Client", "Document"]

Document = dict[str, Any]
"""JSON values under the names that a Cozy has for them; `_id` is its id."""


class Client(Protocol):
    """Documents by doctype, such as "io.cozy.bills". Each method raises StoreError, with a sentence, when it cannot."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no log may show."""

    def find(self, doctype: str, id_: str) -> Document:
        """One document. Raises StoreError when it is not there."""

    def find_all(self, doctype: str) -> list[Document]:
        """Every document."""

    def query(self, doctype: str, selector: Mapping[str, Any]) -> list[Document]:
        """The documents that a Mango selector takes: `{"vendor": "acme", "amount": {"$gt": 10}}`."""

    def create(self, doctype: str, document: Mapping[str, Any]) -> Document:
        """Store a new document and return it, with its `_id`."""

    def update(self, doctype: str, id_: str, document: Mapping[str, Any]) -> Document:
        """Put a document in the place of a stored one and return it."""

    def update_attributes(self, doctype: str, id_: str, changes: Mapping[str, Any]) -> Document:
        """Change some fields of a stored document and return it whole."""

    def delete(self, doctype: str, id_: str) -> None:
        """Take a document away for good."""
