"""What goes into the store beside documents, and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from toolkit.models import BaseModel, File

__all__ = ["BillRow", "Changes", "Existing", "LinkRow", "LinkedOperation", "Mark", "Provenance"]


@dataclass(frozen=True)
class Provenance:
    """Which run of which connector, for which account, writes a document, and when (with its time zone)."""

    connector: str
    version: str
    account: str
    run: str
    now: datetime


class Existing(NamedTuple):
    """A stored document that holds a natural key; `file` is None when it has none."""

    id: str
    file: File | None


class Mark(NamedTuple):
    """By what a site tells the state of a document's file: the `version` that it lists, and two headers of the file."""

    version: str | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass
class Changes:
    """What an update did to each entry; a refused one comes with the reason."""

    created: list[BaseModel] = field(default_factory=list)
    updated: list[BaseModel] = field(default_factory=list)
    unchanged: list[BaseModel] = field(default_factory=list)
    refused: list[tuple[BaseModel, str]] = field(default_factory=list)


@dataclass(frozen=True)
class LinkRow:
    """A bill, a bank operation that paid it, and why we think so."""

    bill_id: str
    operation_id: str
    reason: str


@dataclass(frozen=True)
class LinkedOperation:
    """What a person needs to recognise a bank operation."""

    label: str
    date: date


@dataclass(frozen=True)
class BillRow:
    """A bill as a list shows it; `file` is relative to the folder of files, empty when there is none.

    `by` is its provenance: connector, version and run, and the moments at which it was created and updated.
    """

    id: str
    date: date
    vendor: str
    account: str
    number: str | None
    amount: Decimal
    currency: str
    is_refund: bool
    file: str
    operations: tuple[LinkedOperation, ...]
    by: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def operation(self) -> LinkedOperation | None:
        """The bank operation that paid it, the first when there are several."""
        return self.operations[0] if self.operations else None
