"""The tables: one per known doctype, one for all others, one for links, two for what became of files, one for runs.

A document is spread over its row: what is filtered, joined or unique has a column of its own (marked as a field), the
rest lies in `doc` as JSON, exactly as written, with the names it has in a Cozy. Every row says which run of which
connector wrote it. Of a document's file, `versions` has those that were replaced, and `marks` what the site says of the
one that it has.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = [
    "bills",
    "documents",
    "fields_of",
    "files",
    "links",
    "marks",
    "metadata",
    "operations",
    "runs",
    "table_of",
    "undone",
    "versions",
]

metadata = MetaData()


def _provenance() -> list[Column[Any]]:
    """Who wrote a row last, and when; `run_account` apart from the `account` that a document may name itself."""
    names = ["connector", "version", "run_account", "run"]
    moments = ["created", "updated"]
    return [
        *(Column(name, Text, nullable=False) for name in names),
        *(Column(name, DateTime(timezone=True), nullable=False) for name in moments),
    ]


def _field(name: str, type_: Any, *, nullable: bool = False, unique: bool = False) -> Column[Any]:
    return Column(name, type_, nullable=nullable, unique=unique, info={"field": True})


def _money() -> list[Column[Any]]:
    """`amount_minor` is in the currency's smallest unit (cents), to match and add up; `doc` holds the exact amount."""
    return [Column("amount_minor", BigInteger), _field("currency", Text)]


def _file_id() -> Column[Any]:
    return Column("file_id", ForeignKey("files.id", ondelete="SET NULL"))


def _known(name: str, *columns: Any) -> Table:
    """The table of one doctype. `natural_key` is what makes two documents the same one; rows without one never are."""
    identity = [Column("id", Text, primary_key=True), Column("natural_key", Text, unique=True)]
    return Table(name, metadata, *identity, *columns, Column("doc", JSON, nullable=False), *_provenance())


files = _known(
    "files",
    _field("path", Text, unique=True),
    _field("name", Text),
    _field("sha256", Text),
    _field("size", BigInteger),
    _field("mime", Text),
    Index("files_by_content", "sha256"),
)

bills = _known(
    "bills",
    _field("vendor", Text),
    _field("account", Text),
    _field("number", Text, nullable=True),
    _field("date", Date),
    *_money(),
    _field("is_refund", Boolean),
    _file_id(),
    Index("bills_by_date", "vendor", "date"),
)

operations = _known(
    "operations",
    _field("date", Date),
    *_money(),
    _field("label", Text),
    _file_id(),
    Index("operations_by_date", "date"),
)

documents = Table(
    "documents",
    metadata,
    Column("doctype", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("natural_key", Text),
    _file_id(),
    Column("doc", JSON, nullable=False),
    *_provenance(),
    UniqueConstraint("doctype", "natural_key"),
)

links = Table(
    "links",
    metadata,
    Column("bill_id", ForeignKey("bills.id", ondelete="CASCADE"), primary_key=True),
    Column("operation_id", ForeignKey("operations.id", ondelete="CASCADE"), primary_key=True),
    Column("reason", Text, nullable=False),
    *_provenance(),
    Index("links_by_operation", "operation_id"),
)

undone = Table(
    "undone",
    metadata,
    Column("bill_id", ForeignKey("bills.id", ondelete="CASCADE"), primary_key=True),
    Column("operation_id", ForeignKey("operations.id", ondelete="CASCADE"), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""Links that a person has undone: no run makes them again."""

versions = Table(
    "versions",
    metadata,
    Column("doctype", Text, primary_key=True),
    Column("document_id", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("file_id", ForeignKey("files.id", ondelete="CASCADE"), nullable=False),
    *_provenance(),
)

marks = Table(
    "marks",
    metadata,
    Column("doctype", Text, primary_key=True),
    Column("document_id", Text, primary_key=True),
    Column("version", Text),
    Column("etag", Text),
    Column("last_modified", Text),
)

runs = Table("runs", metadata, Column("id", Text, primary_key=True), Column("report", JSON, nullable=False))

_TABLES = {"io.cozy.bills": bills, "io.cozy.bank.operations": operations, "io.cozy.files": files}


def table_of(doctype: str) -> Table:
    """The table in which documents of a doctype lie."""
    return _TABLES.get(doctype, documents)


@cache
def fields_of(table: Table) -> list[str]:
    """The fields of a document, by their Python names, that have a column of the same name."""
    return [column.name for column in table.columns if "field" in column.info]
