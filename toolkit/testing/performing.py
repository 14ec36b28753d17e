"""Perform the run of a recording, with whatever a test has put in place of its parts."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from toolkit.account import Account
from toolkit.jobs.expected import differences, expected_of
from toolkit.jobs.replaying import FIXTURE_NAME, RECORDED, Outcome, chain_of, make_steady
from toolkit.jobs.runner import telling
from toolkit.log import RunLog
from toolkit.report import Report
from toolkit.run import Run
from toolkit.store import Files
from toolkit.testing.comparing import Comparison
from toolkit.testing.recording import Recording
from toolkit.transport.replay import Replay
from toolkit.transport.take import TakeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from toolkit.run import OpensPages
    from toolkit.store import Store
    from toolkit.transport import Transport
    from toolkit.web import Session

__all__ = ["Performance", "Tape", "again", "open_run", "perform", "prepare", "recorded_account"]


@dataclass
class Tape:
    """What a run gets from outside: its traffic, with the codes that the site asks for, and the time.

    `performed` are the reports of the connector's runs on it.
    """

    transport: Transport
    now: Callable[[], datetime]
    performed: list[Report] = field(default_factory=list)

    @classmethod
    def of(cls, recording: Recording) -> Tape:
        """Everything as it was recorded. Raises TakeError or HarError when the recording cannot be read."""
        replay = Replay(recording.folder)
        return cls(replay, lambda: replay.take.clock)


@dataclass(frozen=True)
class Performance:
    """How a run went.

    report       what the connector did
    found        what it saved, as expected.json says it
    beside       the entries, each beside the one that was recorded
    differences  what it asked and was not recorded, or was recorded and not asked, and how it ended when otherwise
    log          where its log is, which pytest keeps for a while
    """

    report: Report
    found: dict[str, Any]
    beside: Comparison
    differences: list[str]
    log: Path


@contextmanager
def open_run(
    recording: Recording,
    tape: Tape,
    folder: Path,
    *,
    account: Account,
    store: Store,
    session: Session,
    browser: OpensPages | None,
) -> Iterator[Run]:
    """A run on a recording, with its files and its log below an empty folder."""
    manifest, mask = recording.found.manifest, account.mask()
    with closing(RunLog(folder / "log.jsonl", mask)) as log:
        run = Run(
            manifest=manifest,
            account=account,
            store=store,
            files=Files(folder / "files"),
            folder=recording.found.slug,
            transport=tape.transport,
            log=log,
            report=Report(recording.found.slug, manifest.version, account.name, RECORDED),
            mask=mask,
            browser=browser,
            session=session,
            now=tape.now,
        )
        with closing(run):
            yield run


def recorded_account(recording: Recording) -> Account:
    """The account of a recording, whose values stand for the real ones."""
    return Account(RECORDED, recording.take.fields, recording.found.manifest.secret_fields)


def prepare(recording: Recording, run: Run) -> None:
    """Fill the store with what was there before the run: bank operations, and what other recordings saved.

    Raises TakeError when a recording that comes before does not replay.
    """
    if not recording.folder.exists():  # it is recorded now
        return
    for folder in reversed(chain_of(recording.folder)[1:]):
        earlier = Recording(folder, recording.found)
        _load_fixture(earlier, run)
        other = again(earlier, run, recorded_account(earlier))
        _fetch(earlier, other)
        found = expected_of(other.report, other.files.root)
        if wrong := differences(earlier.expected, found) or _differences(other, found, found["error"]):
            raise TakeError(f"{earlier.name}, which comes before, does not replay: {wrong[0]}")
    _load_fixture(recording, run)


def again(recording: Recording, run: Run, account: Account) -> Run:
    """A new run on a recording, in the store of another run and with its files."""
    tape = Tape.of(recording)
    other = Run(
        manifest=run.manifest,
        account=account,
        store=run.store,
        files=run.files,
        folder=run.folder,
        transport=tape.transport,
        log=run.log,
        report=Report(run.report.connector, run.report.version, RECORDED, RECORDED),
        mask=run.mask,
        observer=run.observer,
        browser=run.browser,
        now=tape.now,
    )
    other.data.update(run.data)
    return other


def perform(recording: Recording, run: Run) -> Performance:
    """Run the connector; what goes wrong is in the report. A run serves once."""
    _fetch(recording, run)
    report, found = run.report, expected_of(run.report, run.files.root)
    expected = recording.expected if recording.is_a_run else found
    ended = "" if found["error"] == expected["error"] else found["error"] or ""
    beside = Comparison(expected["entries"], found["entries"], [line.reason for line in report.entries], ended)
    return Performance(report, found, beside, _differences(run, found, expected["error"]), run.log.path)


def _differences(run: Run, found: dict[str, Any], ending: str | None) -> list[str]:
    """What went otherwise than it was recorded, beside what was saved."""
    if not isinstance(run.transport, Replay):
        return []
    return Outcome(run.report, found, run.transport).against({**found, "error": ending}).differences


def _fetch(recording: Recording, run: Run) -> None:
    with telling(run.report, run.log, run.mask), closing(run):
        recording.connector.fetch(run)
    if run.report.interrupted:
        raise KeyboardInterrupt
    make_steady(run.report)


def _load_fixture(recording: Recording, run: Run) -> None:
    path = recording.folder / FIXTURE_NAME
    if path.exists():
        run.store.load_fixture(path)
