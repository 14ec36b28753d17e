"""Record the traffic of a test while it runs, and keep it when the test has passed."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from toolkit.account import Account
from toolkit.jobs import RunOptions
from toolkit.jobs.fields import Sources, fill_fields
from toolkit.jobs.new_folder import new_folder
from toolkit.jobs.recordings import Recorded, keep_run, new_record, secrets_of
from toolkit.jobs.replaying import FIXTURE_NAME, RECORDED
from toolkit.report import Report
from toolkit.testing.performing import Tape
from toolkit.transport.har import Har
from toolkit.transport.take import HAR_NAME, TakeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from toolkit.testing.recording import Recording
    from toolkit.transport.record import Record

__all__ = ["live_account", "live_tape", "summary"]


def live_account(recording: Recording, environ: Mapping[str, str]) -> Account:
    """The account in the environment. Raises UsageError that names the variable of a field without a value."""
    manifest = recording.found.manifest
    return Account(RECORDED, fill_fields(manifest, {}, Sources(environ)), manifest.secret_fields | {"password"})


@contextmanager
def live_tape(
    recording: Recording, account: Account, test: str, *, passed: Callable[[], bool], tell: Callable[[str], object]
) -> Iterator[Tape]:
    """A tape of the network. At the end of the block it becomes the recording, if the test has `passed` by then.

    The recording appears whole or not at all; an older one stays until then. When the test has performed the
    connector's run, it is of that run and of nothing else. What was kept is told.

    Raises TakeError as `record_connector` does, and when nothing was asked.
    """
    record, options = new_record(recording.found, recording.folder, RunOptions())
    tape = Tape(record, lambda: datetime.now(UTC))
    try:
        yield tape
        if passed():
            record.take = replace(record.take, test="" if tape.performed else test)
            tell(summary(_keep(recording, account, options, record, tape)))
    finally:
        record.forget()


def _keep(recording: Recording, account: Account, options: RunOptions, record: Record, tape: Tape) -> Recorded:
    found, folder = recording.found, recording.folder
    if tape.performed:
        return keep_run(found, account, folder, options, record=record, report=tape.performed[0])
    with new_folder(folder) as draft:
        if options.fixture is not None:
            shutil.copyfile(options.fixture, draft / FIXTURE_NAME)
        count = record.write(draft, account.fields, secrets_of(found, record.take))
        requests = len(Har.load(draft / HAR_NAME).entries)
        if not requests:
            raise TakeError(f"The test asked nothing: there is nothing to keep in {folder}.")
        return Recorded(Report(found.slug, found.manifest.version, account.name, RECORDED), folder, requests, count)


def summary(done: Recorded) -> str:
    """What was kept, in a few lines. Raises TakeError when nothing was, with the error that the run ended in."""
    name, error = f"{done.folder.parent.name}/{done.folder.name}", done.report.error
    if not done.requests:
        ending = f"{error.code}: {error.message}" if error else done.report.verdict
        raise TakeError(f"{name} is not recorded. The run ended in {ending}")
    told = f"{name}: {done.requests} requests, {done.secrets} secrets replaced, none found by the scan."
    return "\n- ".join([told, *(done.changes or ())])
