"""Run a connector as the command line does: progress while it goes on, then the answer and the trouble."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from toolkit.cli.answers import Answers
from toolkit.cli.ask import asking
from toolkit.cli.documents import show_documents
from toolkit.cli.output import errors, plain
from toolkit.cli.progress import make_progress
from toolkit.cli.show import show_report, show_trouble
from toolkit.jobs import RunOptions, run_connector
from toolkit.run import BrowserOptions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolkit.account import Account
    from toolkit.cozy import Client
    from toolkit.jobs import Found, Workspace
    from toolkit.models import BaseModel
    from toolkit.report import Report

__all__ = ["Manner", "echo", "perform", "watched"]


@dataclass(frozen=True)
class Manner:
    """How a run is shown: its report `as_json`, its log while it is written (`verbose`), its browser in a window.

    `answers` are the codes that need nobody at the terminal.
    """

    as_json: bool = False
    verbose: bool = False
    headed: bool = False
    slow_mo: float = 0
    answers: Answers = field(default_factory=Answers)


def perform(
    found: Found,
    account: Account,
    workspace: Workspace,
    manner: Manner,
    *,
    folder_to_save: Path | None = None,
    fixture: Path | None = None,
    client: Client | None = None,
) -> Report:
    """Run, with progress and trouble on standard error and the answer on standard output."""
    documents: dict[str, list[BaseModel]] = {}
    with watched(manner, folder_to_save=folder_to_save, fixture=fixture) as options:
        look = (lambda store: documents.update(store.written())) if workspace.forgetful else None
        report = run_connector(found, account, workspace, replace(options, client=client, look=look))
    folder = str(folder_to_save or workspace.files_root / found.slug)
    if workspace.forgetful:
        show_documents(report, documents, workspace, folder=folder, as_json=manner.as_json)
    else:
        show_report(report, workspace, folder=folder, as_json=manner.as_json)
    show_trouble(report, verbose=manner.verbose)
    return report


@contextmanager
def watched(manner: Manner, *, folder_to_save: Path | None = None, fixture: Path | None = None) -> Iterator[RunOptions]:
    """The options of a run whose progress is shown on standard error while the block lasts."""
    with make_progress(errors(), verbose=manner.verbose) as progress:
        yield RunOptions(
            folder_to_save=folder_to_save,
            fixture=fixture,
            observer=progress,
            echo=echo if manner.verbose else None,
            ask=manner.answers.before(asking(progress.paused), progress.paused),
            browser=BrowserOptions(headed=manner.headed, slow_mo=manner.slow_mo),
        )


def echo(kind: str, message: str) -> None:
    """Show a line of the log while it is written."""
    errors().print(plain(f"{kind}: {message}"), soft_wrap=True)
