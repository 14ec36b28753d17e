"""Documents that were not sent to a database: a table for people, JSON as `fixture.json` has it for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from toolkit.cli.output import Column, output, table, write, write_json
from toolkit.cli.show import file_text, link_text, notes, verdict_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import RenderableType

    from toolkit.jobs import Workspace
    from toolkit.models import BaseModel
    from toolkit.report import EntryReport, Report

    Documents = Mapping[str, Sequence[BaseModel]]

__all__ = ["show_documents"]

FILES = "io.cozy.files"
HIDDEN = frozenset({"id", "account", "invoice"})
"""Of no use to who looks at one run of one account: its own column names the file of an `invoice`."""
SHORT = 20
NUMBERS = frozenset({"amount"})


def show_documents(report: Report, documents: Documents, workspace: Workspace, *, folder: str, as_json: bool) -> None:
    """Answer on standard output: the report's JSON with the documents, or tables of them, the verdict and the places.

    As JSON they are {doctype: [document, …]}, with the names that fields have in a Cozy.
    """
    if as_json:
        write_json({**report.as_dict(), "documents": _by_doctype(documents)})
        return
    blocks = [*_tables(documents, report), *notes(report.entries), verdict_text(report)]
    places = f"Files     {folder}\nLogs      {workspace.logs}\nDatabase  none: this is what would be stored"
    if report.entries or documents or not (report.error or report.interrupted):
        write(output(), *blocks, "", places)


def _by_doctype(documents: Documents) -> dict[str, list[dict[str, Any]]]:
    return {doctype: [_as_json(one, by_alias=True) for one in rows] for doctype, rows in documents.items()}


def _tables(documents: Documents, report: Report) -> list[RenderableType]:
    """A title and a table for each doctype; a file is named in the row of its document."""
    lines = {getattr(line.entry, "id", None): line for line in report.entries}
    blocks: list[RenderableType] = []
    for doctype, rows in documents.items():
        if doctype != FILES:
            blocks += [f"{doctype} ({len(rows)})", table(_columns(rows, lines)), ""]
    return blocks


def _columns(rows: Sequence[BaseModel], lines: Mapping[str | None, EntryReport]) -> list[Column]:
    values = [_as_json(row, by_alias=False) for row in rows]
    names = list(dict.fromkeys(name for value in values for name in value if name not in HIDDEN))
    columns = [_column(name, [_text(value.get(name)) for value in values]) for name in names]
    mine = [lines.get(row.id) for row in rows]
    files = _column("file", [file_text(line) if line else "" for line in mine])
    paid = _column("bank operation", [link_text(line, narrow=True) if line else "" for line in mine])
    return [*columns, files, paid]


def _column(name: str, cells: Sequence[str]) -> Column:
    """A column that is cut only when its cells are long and there is no room."""
    return Column(name, cells, None if max(map(len, cells)) > SHORT else SHORT, right=name in NUMBERS)


def _as_json(document: BaseModel, *, by_alias: bool) -> dict[str, Any]:
    text = document.model_dump_json(
        exclude={"as_in_cozy"}, by_alias=by_alias, exclude_none=True, exclude_defaults=not by_alias, fallback=str
    )
    return dict(json.loads(text))


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)
