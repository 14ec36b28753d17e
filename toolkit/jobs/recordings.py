"""Record a run, and replay it offline: the same code path as a live run, over another transport."""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.account import Account
from toolkit.errors import LoginFailed, UsageError, UserActionNeeded, VendorDown
from toolkit.jobs.expected import differences, expected_of
from toolkit.jobs.runner import RunOptions, run_connector
from toolkit.jobs.workspace import Workspace
from toolkit.run import refuse_to_ask
from toolkit.transport.har import Har
from toolkit.transport.record import Record
from toolkit.transport.replay import Replay
from toolkit.transport.take import HAR_NAME, Take, TakeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.jobs.find import Found
    from toolkit.report import Report

__all__ = ["Recorded", "Replayed", "find_recordings", "record_connector", "replay_connector"]

EXPECTED_NAME = "expected.json"
FIXTURE_NAME = "fixture.json"
WORTH_KEEPING = (LoginFailed, UserActionNeeded, VendorDown)


@dataclass(frozen=True)
class Recorded:
    """A recording that was made: the report of the live run, and how many requests and replaced secrets it holds."""

    report: Report
    folder: Path
    requests: int
    secrets: int


@dataclass(frozen=True)
class Replayed:
    """A replay: its report, how it differs from what is expected, and the recorded requests it never made.

    `misses` are the requests that were not recorded. A page makes some while it closes, so that they count only when
    the run went another way.
    """

    report: Report
    differences: list[str]
    misses: list[str]
    unused: list[str]


def find_recordings(root: Path, slug: str) -> list[str]:
    """The names of a connector's recordings below `root`, sorted."""
    return sorted(path.parent.name for path in (root / slug).glob(f"*/{HAR_NAME}"))


def record_connector(found: Found, account: Account, folder: Path, options: RunOptions | None = None) -> Recorded:
    """Run live and keep the run as a recording in `folder`, which appears whole or not at all.

    The run has a store of its own, so that everything is new to it. It may end well or in an error that is the
    site's word (LOGIN_FAILED, USER_ACTION_NEEDED, VENDOR_DOWN); after any other nothing is kept and the report tells.
    What a replay of the new recording saves becomes its expected.json. Raises UsageError when `folder` is there
    already, TakeError when a body is missing, a secret is left, or the replay does not end as the run did.
    """
    if folder.exists():
        raise UsageError(f"{folder} is there already: choose another case, or remove it first.")
    chosen = options or RunOptions()
    clock = datetime.now(UTC)
    clock = clock.replace(microsecond=clock.microsecond // 1000 * 1000)
    record = Record(Take(clock=clock, seed=secrets.randbits(32), toolkit=version("toolkit")))
    with ExitStack() as ending:
        ending.callback(record.forget)
        return _record(found, account, folder, chosen, record)


def _record(found: Found, account: Account, folder: Path, chosen: RunOptions, record: Record) -> Recorded:
    answers: list[str] = []

    def ask(kind: str, message: str) -> str:
        answers.append(chosen.ask(kind, message))
        return answers[-1]

    with tempfile.TemporaryDirectory(prefix="toolkit-record-") as place:
        live = replace(chosen, transport=lambda: record, ask=ask)
        report = run_connector(found, account, Workspace(Path(place)), live)
        report.log = ""  # it goes with the workspace
    if report.error is not None and not isinstance(report.error, WORTH_KEEPING):
        return Recorded(report, folder, 0, 0)
    with _new_folder(folder) as draft:
        if chosen.fixture is not None:
            shutil.copyfile(chosen.fixture, draft / FIXTURE_NAME)
        count = record.write(draft, account.fields, found.manifest.secret_fields | {"login"}, answers)
        again, expected = _replay(found, draft, chosen)
        _agree(report, again)
        (draft / EXPECTED_NAME).write_text(json.dumps(expected, indent=2, ensure_ascii=False) + "\n", "utf-8")
        return Recorded(report, folder, len(Har.load(draft / HAR_NAME).entries), count)


def replay_connector(found: Found, folder: Path, options: RunOptions | None = None) -> Replayed:
    """Run a connector on a recording, offline, with a store of its own. Raises UsageError when it is no recording."""
    path = folder / EXPECTED_NAME
    try:
        expected = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{folder} is no recording: {path.name} cannot be read.") from error
    replayed, got = _replay(found, folder, options or RunOptions())
    other = differences(expected, got)
    return replace(replayed, differences=[*replayed.misses, *other] if other else [])


def _replay(found: Found, folder: Path, options: RunOptions) -> tuple[Replayed, dict[str, Any]]:
    replay = Replay(folder)
    take, fixture = replay.take, folder / FIXTURE_NAME
    account = Account("recorded", take.fields, found.manifest.secret_fields)
    answers = list(take.answers)
    offline = replace(
        options,
        transport=lambda: replay,
        ask=lambda kind, message: answers.pop(0) if answers else refuse_to_ask(kind, message),
        now=lambda: take.clock,
        fixture=fixture if fixture.exists() else None,
        folder_to_save=None,
    )
    with tempfile.TemporaryDirectory(prefix="toolkit-replay-") as place:
        workspace = Workspace(Path(place))
        report = run_connector(found, account, workspace, offline)
        report.log = ""  # it goes with the workspace
        expected = expected_of(report, workspace.files_root)
    misses = [miss.message for miss in replay.misses]
    return Replayed(report, [], misses, replay.unused()), expected


def _agree(live: Report, replayed: Replayed) -> None:
    codes = [report.error.code if report.error else None for report in (live, replayed.report)]
    if codes[0] != codes[1] or live.counts() != replayed.report.counts():
        report = replayed.report
        ending = [*replayed.misses, report.error.message if report.error else report.verdict][0]
        raise TakeError(f"The recording does not replay as the run went ({live.verdict}): {ending}")


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """A folder beside its place, renamed at the end; gone when anything goes wrong."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield draft
        draft.chmod(0o755)  # a recording holds no secret
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
