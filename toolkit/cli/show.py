"""What `toolkit run` says at the end: the bills, the verdict, where things are, and what went wrong."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.cli.output import NARROW, Column, amount_text, errors, output, plain, table, write, write_json
from toolkit.errors import UnknownError
from toolkit.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from toolkit.jobs import Workspace
    from toolkit.report import EntryReport, Report

__all__ = [
    "LOOK_THROUGH",
    "file_text",
    "file_width",
    "link_text",
    "notes",
    "operation_text",
    "show_outcome",
    "show_report",
    "show_trouble",
    "vendor_column",
    "verdict_text",
]

LOOK_THROUGH = (
    "Look through it before you share it: what is yours and no secret, such as a name on a page, is still there."
)
DATE_WIDTH = 10
AMOUNT_WIDTH = 20
VENDOR_WIDTH = 20
FILE_WIDTH = 60
NARROW_FILE_WIDTH = 34
UNPAID_SHOWN = 5
WITH_FILE = frozenset({Outcome.SAVED, Outcome.COMPLETED, Outcome.CHANGED, Outcome.UPDATED, Outcome.ALREADY_THERE})


def show_report(report: Report, workspace: Workspace, *, folder: str, as_json: bool) -> None:
    """Answer on standard output: the report's JSON, or a table of what is new, the verdict and where things are."""
    if as_json:
        write_json(report.as_dict())
        return
    blocks = _outcome(report)
    if report.entries or not (report.error or report.interrupted):
        blocks += ["", _places(workspace, folder)]
    write(output(), *blocks)


def show_outcome(report: Report) -> None:
    """The same table and verdict of a run whose files are not kept."""
    write(output(), *_outcome(report))


def _outcome(report: Report) -> list[RenderableType]:
    blocks: list[RenderableType] = []
    told = [line for line in report.entries if line.outcome is not Outcome.ALREADY_THERE]
    if told:
        blocks += [entries_table(told, narrow=output().width < NARROW), "", *notes(told)]
    if report.entries or not (report.error or report.interrupted):
        blocks.append(verdict_text(report))
    return blocks


def show_trouble(report: Report, *, verbose: bool) -> None:
    """Say on standard error, in a sentence, what went wrong, and which log has the details."""
    sentences = _trouble(report)
    if not sentences:
        return
    if report.error is not None and report.error.cause not in {"", report.error.message}:
        sentences.append(f"Cause: {plain(report.error.cause)}")
    if report.failure:
        sentences.append(f"Report: {report.failure}")
    if report.log:
        sentences.append(f"Log: {report.log}")
    write(errors(), *sentences)
    if verbose and report.error is not None:
        write(errors(), report.mask("".join(traceback.format_exception(report.error))))


def _trouble(report: Report) -> list[str]:
    if report.interrupted:
        rest = " What is saved stays; the same command fetches the rest." if report.log else ""
        return [f"Interrupted.{rest}"]
    if report.error is not None:
        # Only what nobody foresaw is for the connector's author to look into.
        lines = [f"At {report.error.line}"] if report.error.line and isinstance(report.error, UnknownError) else []
        return [f"{report.error.code}: {plain(report.error.message)}", *lines]
    if report.lost:
        return [f"{len(report.lost)} of {len(report.entries)} not saved; the same command tries them again."]
    return []


def entries_table(entries: Sequence[EntryReport], *, narrow: bool) -> Table:
    """Date, vendor, amount, file and bank operation of each entry, a line each."""
    facts = [line.entry.summary() for line in entries]
    return table(
        [
            Column("Date", [fact.get("date", "") for fact in facts], DATE_WIDTH),
            vendor_column([fact.get("vendor", "") for fact in facts], narrow=narrow),
            Column("Amount", [_amount(line) for line in entries], AMOUNT_WIDTH, right=True),
            Column("File", [file_text(line) for line in entries], file_width(narrow=narrow)),
            Column("Bank operation", [link_text(line, narrow=narrow) for line in entries]),
        ]
    )


def vendor_column(vendors: Sequence[str], *, narrow: bool) -> Column:
    """The vendors; where there is little room, only when there are several, for the file names tell it too."""
    spare = narrow and len(set(vendors)) == 1
    return Column("Vendor", [] if spare else vendors, VENDOR_WIDTH)


def file_width(*, narrow: bool) -> int:
    """The most characters for the name of a file."""
    return NARROW_FILE_WIDTH if narrow else FILE_WIDTH


def operation_text(date: object, label: str, *, narrow: bool) -> str:
    """A bank operation; where there is little room, by its label only."""
    return label if narrow else f"{date} {label}"


def _amount(line: EntryReport) -> str:
    fact = line.entry.summary()
    return amount_text(fact["amount"], fact["currency"], is_refund=fact["is_refund"]) if "amount" in fact else ""


def file_text(line: EntryReport) -> str:
    """The name of an entry's file; where it is none that was to be, how the entry ended."""
    if line.file and line.outcome in WITH_FILE:
        return Path(line.file).name
    return "" if line.outcome in WITH_FILE else str(line.outcome)


def link_text(line: EntryReport, *, narrow: bool) -> str:
    """The bank operation that an entry belongs to, "none" when it was looked for in vain."""
    if line.link is None:
        return ""
    operation = line.link.operation
    return operation_text(operation["date"], operation["label"], narrow=narrow) if operation else "none"


def notes(entries: Sequence[EntryReport]) -> list[str]:
    """Why an entry is not what a person hopes for, a sentence each; of those that only lack a payment, the first."""
    lost = [f"{_name(line)}: {line.outcome}, {line.reason}" for line in entries if line.reason]
    unpaid = [
        f"{_name(line)}: {line.link.reason}" for line in entries if line.link is not None and not line.link.operation
    ]
    more = [f"and {len(unpaid) - UNPAID_SHOWN} more without; --json says why"] if len(unpaid) > UNPAID_SHOWN else []
    told = [*lost, *unpaid[:UNPAID_SHOWN], *more]
    return [*map(plain, told), ""] if told else []


def _name(line: EntryReport) -> str:
    fact = line.entry.summary()
    own = map(str, fact.get("fields", {}).values())
    said = [fact.get("date"), fact.get("number"), next(own, None), _amount(line)]
    return ", ".join(filter(None, said)) or f"row {line.row}"


def verdict_text(report: Report) -> str:
    """The verdict, and how many entries are linked."""
    links = [line.link for line in report.entries if line.link is not None]
    linked = sum(link.operation is not None for link in links)
    return report.verdict + (f"; {linked} linked to a bank operation" if links else "")


def _places(workspace: Workspace, folder: str) -> str:
    """Where things are. The log's folder only: its name has the time in it."""
    return f"Files     {folder}\nDatabase  {workspace.store_place}\nLogs      {workspace.logs}"
