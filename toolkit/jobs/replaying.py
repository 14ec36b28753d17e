"""Run a connector offline, on a recording: the same code path as a live run, over another transport."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.account import Account
from toolkit.connector import Connector
from toolkit.jobs.expected import differences, expected_of, load_expected
from toolkit.jobs.runner import RunOptions, run_connector
from toolkit.jobs.workspace import Workspace
from toolkit.transport.miss import Miss
from toolkit.transport.replay import Replay
from toolkit.transport.take import HAR_NAME, Take, TakeError

if TYPE_CHECKING:
    from toolkit.errors import ToolkitError
    from toolkit.jobs.find import Found
    from toolkit.report import Report

__all__ = ["FIXTURE_NAME", "RECORDED", "Replayed", "find_recordings", "replay_before", "replay_connector"]

FIXTURE_NAME = "fixture.json"
RECORDED = "recorded"
"""The name of the account that a recording holds."""


@dataclass(frozen=True)
class Replayed:
    """A replay: its report, and how it differs from what is expected, a sentence each.

    `notes` are the requests of a page that were not recorded, although the run went as it should: what a page asks by
    itself, and while it closes, is not always the same. `unused` are the recorded requests that were never made.
    The report holds nothing that changes from replay to replay.
    """

    report: Report
    differences: list[str]
    notes: list[str]
    unused: list[str]


def find_recordings(root: Path, slug: str) -> list[str]:
    """The names of the recordings of a connector's runs below `root`, sorted; those of tests are left out."""
    folders = [path.parent for path in (root / slug).glob(f"*/{HAR_NAME}")]
    return sorted(folder.name for folder in folders if not is_of_a_test(folder))


def is_of_a_test(folder: Path) -> bool:
    """Whether a recording is of what some test asked, and not of a connector's run."""
    with suppress(TakeError):  # which whoever replays it tells
        return bool(Take.load(folder).test)
    return False


def replay_connector(found: Found, folder: Path, options: RunOptions | None = None) -> Replayed:
    """Run a connector on a recording, offline, with a store of its own.

    Raises UsageError or TakeError when `folder` holds no recording, or when the one that it is to come after does not
    replay.
    """
    expected = load_expected(folder)
    with tempfile.TemporaryDirectory(prefix="toolkit-replay-") as place:
        workspace = Workspace(Path(place), lasting=False)
        return replay_in(found, folder, workspace, options or RunOptions()).against(expected)


def replay_before(found: Found, folder: Path, workspace: Workspace, options: RunOptions) -> None:
    """Replay a recording into the workspace, and before it those that it comes after.

    Raises UsageError when one of them is not there, TakeError when one does not replay or comes after itself.
    """
    quiet = replace(options, observer=None, echo=None, fetch=Connector.fetch, failures=None)
    for earlier in reversed(chain_of(folder)):
        expected = load_expected(earlier)
        if wrong := replay_once(found, earlier, workspace, quiet).against(expected).differences:
            raise TakeError(f"{earlier}, which comes before, does not replay: {wrong[0]}")


def chain_of(folder: Path) -> list[Path]:
    """A recording, the one that it comes after, the one that this comes after, and so on. Raises TakeError."""
    chain = [folder]
    while after := Take.load(chain[-1]).after:
        earlier = folder.parent / after
        if earlier in chain:
            raise TakeError(f"{earlier} comes after itself: look at `after` in its take.json.")
        chain.append(earlier)
    return chain


@dataclass(frozen=True)
class Outcome:
    """How one replay went: its report, what it saved, and the transport that knows what was asked."""

    report: Report
    found: dict[str, Any]
    replay: Replay

    def against(self, expected: dict[str, Any]) -> Replayed:
        """Compare with what is expected."""
        by_chance = [told(miss) for miss in self.replay.misses if isinstance(miss, Miss) and not miss.certain]
        certain = [sentence for sentence in map(told, self.replay.misses) if sentence not in by_chance]
        other = [*certain, *differences(expected, self.found)]
        if expected["error"] != self.found["error"]:
            other += [*self._ending(), *by_chance]
        else:
            other += [f"{entry.where} was recorded, and not asked" for entry in self.replay.unused("session")]
        unused = [entry.where for entry in self.replay.unused()]
        return Replayed(self.report, other, [] if other else by_chance, unused)

    def _ending(self) -> list[str]:
        """What the error says, and where the recording would have gone on."""
        error, next_one = self.report.error, self.replay.next_unused()
        said = [f"{error.code}: {told(error)}"] if error and error not in self.replay.misses else []
        goes_on = [f"the recording goes on with {next_one.where}, which was not asked"] if next_one else []
        return said + goes_on


def told(error: ToolkitError) -> str:
    """The sentence of an error, and the line of the connector that was at work."""
    return f"{error.message}\n  at {error.line}" if error.line else error.message


def replay_in(found: Found, folder: Path, workspace: Workspace, options: RunOptions) -> Outcome:
    """Run on a recording in a new workspace, after those that it comes after."""
    if after := Take.load(folder).after:
        replay_before(found, folder.parent / after, workspace, options)
    return replay_once(found, folder, workspace, options)


def replay_once(found: Found, folder: Path, workspace: Workspace, options: RunOptions) -> Outcome:
    """Run on a recording in a workspace that is there already."""
    replay = Replay(folder)
    take, fixture = replay.take, folder / FIXTURE_NAME
    account = Account(RECORDED, take.fields, found.manifest.secret_fields)
    offline = replace(
        options,
        transport=lambda: replay,
        now=lambda: take.clock,
        fixture=fixture if fixture.exists() else None,
        folder_to_save=None,
    )
    report = run_connector(found, account, workspace, offline)
    found_now = expected_of(report, workspace.files_root)
    make_steady(report)
    return Outcome(report, found_now, replay)


def make_steady(report: Report) -> None:
    """Leave out of a report what changes from replay to replay: its name, its times and its log, which goes."""
    report.run = RECORDED
    report.log = ""
    for operation in report.operations:
        operation.seconds = 0.0
