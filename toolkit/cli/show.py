"""What `toolkit run` says at the end: the bills, the verdict, where things are, and what went wrong."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.cli.output import NARROW, Column, amount_text, errors, output, plain, table, write, write_json
from toolkit.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, RenderableType
    from rich.table import Table

    from toolkit.account import Mask
    from toolkit.jobs import Workspace
    from toolkit.report import EntryReport, Report

__all__ = ["narrow_file", "show_report", "show_trouble", "vendor_column"]

DATE_WIDTH = 10
AMOUNT_WIDTH = 20
VENDOR_WIDTH = 20
FILE_WIDTH = 60
NARROW_FILE_WIDTH = 34


def show_report(report: Report, workspace: Workspace, *, folder: str, as_json: bool) -> None:
    """Answer on standard output: the report's JSON, or a table of what is new, the verdict and where things are."""
    if as_json:
        write_json(report.as_dict())
        return
    console = output()
    blocks: list[RenderableType] = []
    told = [line for line in report.entries if line.outcome is not Outcome.ALREADY_THERE]
    if told:
        blocks += [entries_table(told, console), ""]
    if report.entries or not (report.error or report.interrupted):
        blocks += [_verdict(report), "", _places(workspace, folder)]
    write(console, *blocks)


def show_trouble(report: Report, mask: Mask, *, verbose: bool) -> None:
    """Say on standard error, in a sentence, what went wrong, and which log has the details."""
    sentences = _trouble(report)
    if not sentences:
        return
    if report.log:
        sentences.append(f"Log: {report.log}")
    write(errors(), *sentences)
    if verbose and report.error is not None:
        write(errors(), mask("".join(traceback.format_exception(report.error))))


def _trouble(report: Report) -> list[str]:
    if report.interrupted:
        return ["Interrupted. What is saved stays; the same command fetches the rest."]
    if report.error is not None:
        return [f"{report.error.code}: {plain(report.error.message)}"]
    if report.lost:
        return [f"{len(report.lost)} of {len(report.entries)} not saved; the same command tries them again."]
    return []


def entries_table(entries: Sequence[EntryReport], console: Console) -> Table:
    """Date, vendor, amount, file and bank operation of each entry; or why it has none."""
    narrow = console.width < NARROW
    facts = [line.entry.summary() for line in entries]
    amounts = [
        amount_text(fact["amount"], fact["currency"], is_refund=fact["is_refund"]) if "amount" in fact else ""
        for fact in facts
    ]
    without_file = frozenset(row for row, line in enumerate(entries) if not line.file)
    without_link = frozenset(row for row, line in enumerate(entries) if not (line.link and line.link.operation))
    return table(
        [
            Column("Date", [fact.get("date", "") for fact in facts], DATE_WIDTH),
            vendor_column([fact.get("vendor", "") for fact in facts], narrow=narrow),
            Column("Amount", amounts, AMOUNT_WIDTH, right=True),
            Column("File", [_file(line) for line in entries], narrow_file(narrow=narrow), wrapped=without_file),
            Column("Bank operation", [_link(line) for line in entries], wrapped=without_link),
        ]
    )


def vendor_column(vendors: Sequence[str], *, narrow: bool) -> Column:
    """The vendors; where there is little room, only when there are several, for the file names tell it too."""
    spare = narrow and len(set(vendors)) == 1
    return Column("Vendor", [] if spare else vendors, VENDOR_WIDTH)


def narrow_file(*, narrow: bool) -> int:
    """The most characters for the name of a file."""
    return NARROW_FILE_WIDTH if narrow else FILE_WIDTH


def _file(line: EntryReport) -> str:
    if line.file and not (line.outcome and line.outcome.lost):
        return Path(line.file).name
    outcome = "" if line.outcome is Outcome.SAVED else str(line.outcome)
    return ": ".join(filter(None, [outcome, line.reason]))


def _link(line: EntryReport) -> str:
    if line.link is None:
        return ""
    operation = line.link.operation
    return f"{operation['date']} {operation['label']}" if operation else line.link.reason


def _verdict(report: Report) -> str:
    links = [line.link for line in report.entries if line.link is not None]
    linked = sum(link.operation is not None for link in links)
    return report.verdict + (f"; {linked} linked to a bank operation" if links else "")


def _places(workspace: Workspace, folder: str) -> str:
    """Where things are. The log's folder only: its name has the time in it."""
    return f"Files     {folder}\nDatabase  {workspace.database}\nLogs      {workspace.logs}"
