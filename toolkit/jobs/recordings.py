"""Record a run: live, then without its secrets on disk, then replayed to see that it holds."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import LoginFailed, UsageError, UserActionNeeded, VendorDown
from toolkit.jobs.drift import drift_between
from toolkit.jobs.expected import changes, load_expected, save_expected
from toolkit.jobs.new_folder import new_folder
from toolkit.jobs.replaying import (
    FIXTURE_NAME,
    RECORDED,
    Outcome,
    Replayed,
    find_recordings,
    replay_before,
    replay_connector,
    replay_in,
)
from toolkit.jobs.runner import RunOptions, run_connector
from toolkit.jobs.workspace import Workspace
from toolkit.run import Silent
from toolkit.transport.canonical import place_of
from toolkit.transport.har import Har, HarEntry
from toolkit.transport.record import Record
from toolkit.transport.request import Req
from toolkit.transport.take import HAR_NAME, Take, TakeError
from toolkit.transport.write_take import settle

if TYPE_CHECKING:
    from toolkit.account import Account
    from toolkit.jobs.find import Found
    from toolkit.report import Report

__all__ = ["Recorded", "Replayed", "find_recordings", "new_record", "record_connector", "replay_connector", "run_live"]

WORTH_KEEPING = (type(None), LoginFailed, UserActionNeeded, VendorDown)


@dataclass(frozen=True)
class Recorded:
    """A recording that was made: the report of the live run, and how many requests and replaced secrets it holds.

    `changes` say, a sentence each, how it differs from the recording that it replaced; None when it replaced none.
    """

    report: Report
    folder: Path
    requests: int = 0
    secrets: int = 0
    changes: list[str] | None = field(default=None)


def record_connector(
    found: Found,
    account: Account,
    folder: Path,
    options: RunOptions | None = None,
    *,
    after: str = "",
    update: bool = False,
) -> Recorded:
    """Run live and keep the run as a recording in `folder`, which appears whole or not at all.

    The run has a store of its own, so that everything is new to it; unless it comes `after` another recording beside
    it, which is replayed into that store first. It may end well or in an error that is the site's word (LOGIN_FAILED,
    USER_ACTION_NEEDED, VENDOR_DOWN); after any other nothing is kept and the report tells. What a replay of the new
    recording saves becomes its expected.json.

    With `update` it takes the place of the recording in `folder`, from which it keeps the fixture, `after` and what
    somebody wrote into `ignore` and `secrets`.

    Raises UsageError when `folder` is there already, or is not although it is to be updated; TakeError when a body is
    missing, a secret is left, or the replay does not end as the run did. The old recording stays then.
    """
    if update:
        load_expected(folder)
    elif folder.exists():
        raise UsageError(f"{folder} is there already: choose another case, or record it anew with --update.")
    record, chosen = new_record(found, folder, options or RunOptions(), after=after)
    try:
        report = run_live(found, account, folder, chosen, record)
        return keep_run(found, account, folder, chosen, record=record, report=report)
    finally:
        record.forget()


def new_record(found: Found, folder: Path, options: RunOptions, *, after: str = "") -> tuple[Record, RunOptions]:
    """The transport that records, and the options with what an older recording in `folder` gives; `forget` it."""
    take = _new_take(found, folder, after)
    if folder.exists():
        take, options = _as_before(take, folder, options)
    return Record(take), options


def _new_take(found: Found, folder: Path, after: str) -> Take:
    if after:
        load_expected(folder.parent / after)
    hints = found.manifest.take
    return Take(
        clock=datetime.now(UTC),
        seed=secrets.randbits(32),
        toolkit=version("toolkit"),
        after=after,
        ignore=tuple(hints.ignore),
        secrets=tuple(hints.secrets),
    )


def _as_before(take: Take, folder: Path, options: RunOptions) -> tuple[Take, RunOptions]:
    """What a person chose for the old recording holds for the new one."""
    old, fixture = Take.load(folder), folder / FIXTURE_NAME
    ignore, secret = dict.fromkeys(take.ignore + old.ignore), dict.fromkeys(take.secrets + old.secrets)
    if options.fixture is None and fixture.exists():
        options = replace(options, fixture=fixture)
    return replace(take, after=take.after or old.after, ignore=tuple(ignore), secrets=tuple(secret)), options


def keep_run(
    found: Found,
    account: Account,
    folder: Path,
    options: RunOptions,
    *,
    record: Record,
    report: Report,
) -> Recorded:
    """Make a recording of a run that is over. Raises as `record_connector`."""
    if report.interrupted or not isinstance(report.error, WORTH_KEEPING):
        return Recorded(report, folder)
    if folder.exists():
        _must_end_as_before(report, folder)
    with new_folder(folder) as draft:
        if options.fixture is not None:
            shutil.copyfile(options.fixture, draft / FIXTURE_NAME)
        count = record.write(draft, account.fields, secrets_of(found, record.take))
        again = _checked(found, draft, report, options)
        settle(draft, again.replay.varied)
        save_expected(draft, again.found)
        requests = len(Har.load(draft / HAR_NAME).entries)
        return Recorded(report, folder, requests, count, _changes(folder, draft) if folder.exists() else None)


def secrets_of(found: Found, take: Take) -> frozenset[str]:
    """The names of the fields that get stand-ins."""
    return found.manifest.secret_fields | {"login"} | set(take.secrets)


def run_live(found: Found, account: Account, folder: Path, options: RunOptions, record: Record) -> Report:
    """The report of a run that is recorded."""
    live = replace(options, transport=lambda: record)
    with tempfile.TemporaryDirectory(prefix="toolkit-record-") as place:
        workspace = Workspace(Path(place), lasting=False)
        if record.take.after:
            replay_before(found, folder.parent / record.take.after, workspace, options)
        report = run_connector(found, replace(account, name=RECORDED), workspace, live)
        report.log = ""  # it goes with the workspace
    return report


def _checked(found: Found, draft: Path, live: Report, options: RunOptions) -> Outcome:
    """A replay of the new recording. Raises TakeError when it does not end as the run did."""
    observer, started = options.observer or Silent(), time.perf_counter()
    observer.operation_started("replay")
    with tempfile.TemporaryDirectory(prefix="toolkit-replay-") as place:
        workspace = Workspace(Path(place), lasting=False)
        again = replay_in(found, draft, workspace, replace(options, observer=None, echo=None))
    if again.report.interrupted:
        raise KeyboardInterrupt
    if _ending(live) != _ending(again.report):
        error, misses = again.report.error, [miss.message for miss in again.replay.misses]
        ending = [*misses, error.message if error else again.report.verdict][0]
        raise TakeError(f"The recording does not replay as the run went ({live.verdict}): {ending}")
    if unused := again.replay.unused("session"):
        raise TakeError(f"The recording holds more than the run asks when it is replayed: {unused[0].where}.")
    observer.operation_ended("replay", "saves the same", time.perf_counter() - started)
    return again


def _ending(report: Report) -> tuple[str, dict[str, int]]:
    return report.error.code if report.error else "", report.counts()


def _must_end_as_before(report: Report, folder: Path) -> None:
    """Raise TakeError when the old recording ends in another way: a site that is down today must not cost it."""
    before, now = load_expected(folder)["error"], report.error.code if report.error else None
    if before != now:
        ends = f"{folder} ends in {before or 'no error'} and this run in {now or 'no error'}"
        raise TakeError(f"{ends}: it stays. Try again, choose another case, or remove the folder first.")


def _changes(before: Path, after: Path) -> list[str]:
    """How a recording differs from the one before it: in the answers, in what it saves, and in what it asks."""
    hars = [Har.load(folder / HAR_NAME) for folder in (before, after)]
    old, new = (Counter(map(_title, har.entries)) for har in hars)
    changed = [title for title in sorted({*old, *new}) if old[title] != new[title]]
    asked = [f"{title} was asked {_times(old[title])}, and is asked {_times(new[title])} now" for title in changed]
    answers = [str(change) for change in drift_between(*hars) if change.where]
    return [*answers, *changes(load_expected(before), load_expected(after)), *asked]


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count} times")


def _title(entry: HarEntry) -> str:
    method, host, path = place_of(Req.of(entry))
    return f"{method} {host}{path}"
