"""Run one connector for one account, and report."""

from __future__ import annotations

import secrets
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from toolkit.connector import Connector
from toolkit.debug import Evidence, sweep
from toolkit.errors import NotExistingDirectory, StoreError, ToolkitError, UnknownError, VaultError
from toolkit.jobs.refusals import Refusals
from toolkit.log import RunLog
from toolkit.report import Report
from toolkit.run import BrowserOptions, Run, refuse_to_ask
from toolkit.transport import Live

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from toolkit.account import Account, Mask
    from toolkit.cozy import Client
    from toolkit.jobs.find import Found
    from toolkit.jobs.kept import Kept
    from toolkit.jobs.workspace import Workspace
    from toolkit.run import Ask, Observer, OpensPages
    from toolkit.store import Store
    from toolkit.transport import Transport

__all__ = ["RunOptions", "check_folder", "run_connector", "run_id", "telling"]


@dataclass(frozen=True)
class RunOptions:
    """How to run a connector.

    folder_to_save  an existing folder for the files; by default `files/<slug>` of the workspace
    fixture         a JSON file {doctype: [documents]} to load first, such as bank operations
    observer        is told what goes on; `echo` hears (type, message) of each log line, secrets masked
    ask             answers when a site wants a code; by default nobody does
    client          the Cozy that asks for this run; without one the store answers in its place
    look            is shown the store at the end of the run, however it ended
    fetch           runs the connector's operations; by default all of them, in order
    command         the one that runs it again
    failures        the folder where a failure is shown; by default that of a workspace that lasts
    begun           when the run began, which names it; by default `now`, which a recording answers with its own time
    """

    folder_to_save: Path | None = None
    fixture: Path | None = None
    observer: Observer | None = None
    echo: Callable[[str, str], None] | None = None
    ask: Ask = refuse_to_ask
    client: Client | None = None
    look: Callable[[Store], object] | None = None
    fetch: Callable[[Connector, Run], None] = Connector.fetch
    command: str = "run"
    failures: Path | None = None
    begun: datetime | None = None
    browser: OpensPages = field(default_factory=BrowserOptions)
    transport: Callable[[], Transport] = Live
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class _Journal:
    """Where a run writes what happens, and what it must not write."""

    report: Report
    log: RunLog
    mask: Mask
    evidence: Evidence | None = None

    def keep_evidence(self) -> None:
        """Write what was found at a failure. That this fails too must not hide it."""
        if self.evidence is not None:
            try:
                self.report.failure = str(self.evidence.write(self.report) or "")
            except OSError as error:
                self.log("warning", f"no report of the failure: {error.strerror}")


def run_connector(found: Found, account: Account, workspace: Workspace, options: RunOptions | None = None) -> Report:
    """Run a connector and tell how it went; what goes wrong is in the report, never raised."""
    chosen = options or RunOptions()
    report = Report(found.slug, "", account.name, run_id(chosen.begun or chosen.now()))
    report.command = "standalone" if workspace.forgetful else chosen.command
    try:
        journal = _open_journal(found, workspace, report, account, chosen)
    except ToolkitError as error:
        report.error = error
        return report
    refusals = Refusals(workspace.vault, found.slug, account.name) if workspace.vault and account.fields else None
    with closing(journal.log):
        with telling(report, journal.log, journal.mask):
            if refusals:
                refusals.hold_back(account.fields)
            _run(found, account, workspace, chosen, journal)
        journal.keep_evidence()
        if refusals:
            seed = account.fields.get(found.manifest.totp_field or "")
            _count(refusals, account, chosen, journal, own_codes=bool(seed))
    return report


@contextmanager
def telling(report: Report, log: RunLog, mask: Mask) -> Iterator[None]:
    """Tell in the report and in the log what goes wrong in the block, and raise nothing; then close the report."""
    try:
        yield
    except KeyboardInterrupt:
        report.interrupted = True
        log("warning", "interrupted")
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the user gets a sentence and a log
        log.failure(error)
        report.error = error if isinstance(error, ToolkitError) else _unknown(error, mask)
        report.error.message = mask(report.error.message)  # a site may say again what was typed
    report.close("the run did not get to it")
    log("info", f"end: {report.verdict}", exit_code=report.exit_code)


def _run(found: Found, account: Account, workspace: Workspace, options: RunOptions, journal: _Journal) -> None:
    manifest = found.manifest
    journal.report.version = manifest.version
    check_folder(options.folder_to_save)
    connector = found.load()
    store, files = workspace.open()
    with closing(store):
        if options.fixture is not None:
            store.load_fixture(options.fixture)
        run = Run(
            manifest=manifest,
            account=account,
            store=store,
            files=files,
            folder=str(options.folder_to_save.resolve()) if options.folder_to_save else found.slug,
            transport=options.transport(),
            log=journal.log,
            report=journal.report,
            mask=journal.mask,
            observer=options.observer,
            ask=options.ask,
            browser=options.browser,
            keeps=_keeps(workspace, found.slug, account),
            evidence=journal.evidence,
            client=options.client,
            now=options.now,
            sleep=options.sleep,
        )
        with closing(run):
            try:
                options.fetch(connector, run)
            finally:
                if options.look is not None:
                    options.look(store)


def _keeps(workspace: Workspace, slug: str, account: Account) -> Kept | None:
    """Where the session is kept: nowhere in a workspace that will be thrown away."""
    from toolkit.jobs.kept import Kept  # noqa: PLC0415 - cryptography is slow to import

    vault = workspace.vault
    return None if vault is None else Kept(vault, slug, account.name, account.identity)


def _count(refusals: Refusals, account: Account, options: RunOptions, journal: _Journal, *, own_codes: bool) -> None:
    try:
        refusals.count(journal.report, account.fields, options.now(), own_codes=own_codes)
    except VaultError as error:
        journal.log("warning", f"not counted: {error.message}")
        if journal.report.error:  # who is refused again and again must know that nothing holds him back
            journal.report.error.message += f" That was not counted: {error.message}"


def check_folder(folder_to_save: Path | None) -> None:
    """Raise NotExistingDirectory unless the folder, when one was chosen, is there."""
    if folder_to_save is not None and not folder_to_save.is_dir():
        raise NotExistingDirectory(f"The folder to save to does not exist: {folder_to_save}")


def _open_journal(
    found: Found, workspace: Workspace, report: Report, account: Account, options: RunOptions
) -> _Journal:
    workspace.prepare()
    path = workspace.logs / f"{report.run}.jsonl"
    mask = report.mask = account.mask()
    for secret in options.client.secrets if options.client else ():
        mask.add(secret)
    try:
        log = RunLog(path, mask, now=options.now, echo=options.echo)
    except OSError as error:
        raise StoreError(f"The log {path} cannot be written: {error.strerror}.") from error
    report.log = str(path)
    return _Journal(report, log, mask, _evidence(found, workspace, report, options))


def _evidence(found: Found, workspace: Workspace, report: Report, options: RunOptions) -> Evidence | None:
    """Where a failure of the run is shown: nowhere in a workspace that will be thrown away."""
    root = options.failures or (workspace.failures if workspace.lasting else None)
    if root is None:
        return None
    sweep(root, options.begun or options.now())
    return Evidence(root / report.run, found.folder)


def run_id(now: datetime) -> str:
    """A name for a run, by the time at which it began."""
    return f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


def _unknown(error: Exception, mask: Mask) -> UnknownError:
    said = mask(f"{type(error).__name__}: {error}".splitlines()[0])[:200]
    return UnknownError(f"Something unexpected happened ({said}); the log has the details.")
