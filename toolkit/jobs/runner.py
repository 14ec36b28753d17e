"""Run one connector for one account, and report."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from toolkit.errors import NotExistingDirectory, StoreError, ToolkitError, UnknownError
from toolkit.log import RunLog
from toolkit.report import Report
from toolkit.run import BrowserOptions, Run, refuse_to_ask
from toolkit.transport import Live

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from toolkit.account import Account, Mask
    from toolkit.jobs.find import Found
    from toolkit.jobs.workspace import Workspace
    from toolkit.run import Ask, Observer
    from toolkit.transport import Transport

__all__ = ["RunOptions", "run_connector"]


@dataclass(frozen=True)
class RunOptions:
    """How to run a connector.

    folder_to_save  an existing folder for the files; by default `files/<slug>` of the workspace
    fixture         a JSON file {doctype: [documents]} to load first, such as bank operations
    observer        is told what goes on; `echo` hears (type, message) of each log line, secrets masked
    ask             answers when a site wants a code; by default nobody does
    """

    folder_to_save: Path | None = None
    fixture: Path | None = None
    observer: Observer | None = None
    echo: Callable[[str, str], None] | None = None
    ask: Ask = refuse_to_ask
    browser: BrowserOptions = field(default_factory=BrowserOptions)
    transport: Callable[[], Transport] = Live
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


def run_connector(found: Found, account: Account, workspace: Workspace, options: RunOptions | None = None) -> Report:
    """Run a connector and tell how it went; what goes wrong is in the report, never raised."""
    chosen = options or RunOptions()
    report = Report(found.slug, "", account.name, _run_id(chosen.now()))
    mask = account.mask()
    with ExitStack() as closing:
        try:
            log = _open_log(workspace, report, mask, chosen)
            closing.callback(log.close)
        except ToolkitError as error:
            report.error = error
            return report
        try:
            _run(found, account, workspace, chosen, report, log, mask)
        except KeyboardInterrupt:
            report.interrupted = True
            log("warning", "interrupted")
        except Exception as error:
            log.exception(error)
            report.error = error if isinstance(error, ToolkitError) else _unknown(error, mask)
        report.close("the run did not get to it")
        log("info", f"end: {report.verdict}", exit_code=report.exit_code)
    return report


def _run(
    found: Found,
    account: Account,
    workspace: Workspace,
    options: RunOptions,
    report: Report,
    log: RunLog,
    mask: Mask,
) -> None:
    manifest = found.manifest
    report.version = manifest.version
    if options.folder_to_save is not None and not options.folder_to_save.is_dir():
        raise NotExistingDirectory(f"The folder to save to does not exist: {options.folder_to_save}")
    connector = found.load()
    store, files = workspace.open()
    with ExitStack() as closing:
        closing.callback(store.close)
        if options.fixture is not None:
            store.load_fixture(options.fixture)
        run = Run(
            manifest=manifest,
            account=account,
            store=store,
            files=files,
            folder=str(options.folder_to_save.resolve()) if options.folder_to_save else found.slug,
            transport=options.transport(),
            log=log,
            report=report,
            mask=mask,
            observer=options.observer,
            ask=options.ask,
            browser=options.browser,
            now=options.now,
        )
        closing.callback(run.close)
        connector.fetch(run)


def _open_log(workspace: Workspace, report: Report, mask: Mask, options: RunOptions) -> RunLog:
    workspace.prepare()
    path = workspace.logs / f"{report.run}.jsonl"
    try:
        log = RunLog(path, mask, now=options.now, echo=options.echo)
    except OSError as error:
        raise StoreError(f"The log {path} cannot be written: {error.strerror}.") from error
    report.log = str(path)
    return log


def _run_id(now: datetime) -> str:
    return f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


def _unknown(error: Exception, mask: Mask) -> UnknownError:
    said = mask(f"{type(error).__name__}: {error}".splitlines()[0])[:200]
    return UnknownError(f"Something unexpected happened ({said}); the log has the details.")
