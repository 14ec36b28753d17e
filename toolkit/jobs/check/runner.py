"""Go through connectors and recordings, rule by rule."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from toolkit.errors import ToolkitError
from toolkit.jobs.check.code import CODE_RULES, Source
from toolkit.jobs.check.pairs import CONNECTOR_RULES, ConnectorFolder, sources
from toolkit.jobs.check.problem import Finding, Problem, Rule
from toolkit.jobs.check.recording import RECORDING_RULES, Recording, opens
from toolkit.jobs.check.secrets import SECRET_RULES
from toolkit.jobs.find import find_connector, find_connectors
from toolkit.jobs.replaying import replay_connector
from toolkit.jobs.runner import RunOptions
from toolkit.jobs.shared import SharedBrowser
from toolkit.manifest import MANIFEST_NAME
from toolkit.run import Silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from toolkit.jobs.find import Found
    from toolkit.run import Observer

__all__ = ["RULES", "Checked", "check"]

SHOWN = 3  # differences of one replay


@dataclass(frozen=True)
class Checked:
    """What was looked at, by name, and what was found, in that order."""

    connectors: list[str] = field(default_factory=list)
    recordings: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def wrong(self) -> list[Finding]:
        """The findings for which something has to be done."""
        return [finding for finding in self.findings if finding.problem.counts]

    def look(self, subject: str, rules: Sequence[Rule[Any]], thing: Any) -> bool:
        """Put something to some rules, and return whether it is well."""
        found = [Finding(subject, rule.name, problem) for rule in rules for problem in rule.look(thing)]
        self.findings.extend(found)
        return not any(finding.problem.counts for finding in found)


@dataclass(frozen=True)
class Folder:
    """A folder of recordings or of a connector, and the connectors that there are."""

    path: Path
    connectors: list[str]


@dataclass(frozen=True)
class Attempt:
    """A recording to replay."""

    found: Found
    folder: Path
    options: RunOptions


def has_connector(folder: Folder) -> Iterator[Problem]:
    """Each folder of recordings has a connector."""
    name = folder.path.name
    if name not in folder.connectors:
        yield Problem("", f"there is no connector `{name}`", "give the folder the slug of one, or remove it")


def has_manifest(folder: Folder) -> Iterator[Problem]:
    """Each connector.py has a manifest.konnector beside it."""
    if (folder.path / "connector.py").is_file() and folder.path.name not in folder.connectors:
        yield Problem(MANIFEST_NAME, "is missing, so that nothing finds the connector", "write it")


def replays(attempt: Attempt) -> Iterator[Problem]:
    """A replay ends and saves as expected.json says."""
    todo = f"`toolkit replay {attempt.found.slug} {attempt.folder.name}` shows it"
    for sentence in _differences(attempt):
        yield Problem("", sentence, todo)


def _differences(attempt: Attempt) -> list[str]:
    try:
        done = replay_connector(attempt.found, attempt.folder, attempt.options)
    except ToolkitError as error:
        return [error.message]
    if done.report.interrupted:
        raise KeyboardInterrupt
    more = len(done.differences) - SHOWN
    return [*done.differences[:SHOWN], *([f"and {more} more differences"] if more > 0 else [])]


OPENS, REPLAYS = Rule(opens), Rule(replays)
HAS_CONNECTOR, HAS_MANIFEST = Rule(has_connector), Rule(has_manifest)
OF_RECORDINGS = [*RECORDING_RULES, *SECRET_RULES]
RULES: list[Rule[Any]] = [HAS_MANIFEST, *CONNECTOR_RULES, *CODE_RULES, HAS_CONNECTOR, OPENS, *OF_RECORDINGS, REPLAYS]


def check(
    connectors: Path,
    recordings: Path,
    slug: str | None = None,
    *,
    replay: bool = True,
    observer: Observer | None = None,
) -> Checked:
    """Look at the connector `slug` and its recordings; else at all of a folder, and installed ones with recordings.

    The `observer` is told of each replay as of an operation. Raises UsageError when there is no connector `slug`, and
    KeyboardInterrupt when a replay was interrupted.
    """
    everything = find_connectors(connectors)
    chosen = (
        [find_connector(slug, connectors)]
        if slug
        else [found for found in everything if found.package is None or (recordings / found.slug).is_dir()]
    )
    checked = Checked()
    with SharedBrowser() as shared:
        again = partial(_replay, options=RunOptions(browser=shared), observer=observer or Silent())
        for found in chosen:
            _check_connector(found, recordings, checked, again if replay else None)
    if slug is None:
        known = [found.slug for found in everything]
        for place, rule in ((connectors, HAS_MANIFEST), (recordings, HAS_CONNECTOR)):
            for name in _folders(place):
                checked.look(name, [rule], Folder(place / name, known))
    return checked


def _check_connector(found: Found, recordings: Path, checked: Checked, again: Callable[..., None] | None) -> None:
    checked.connectors.append(found.slug)
    connector = ConnectorFolder(found, recordings)
    first, *others = CONNECTOR_RULES
    if not checked.look(found.slug, [first], connector):
        return  # without a manifest nothing else can be told
    checked.look(found.slug, others, connector)
    for source in sources(found):
        if isinstance(source, Source):
            checked.look(found.slug, CODE_RULES, source)
    for case in _folders(recordings / found.slug):
        name = f"{found.slug}/{case}"
        checked.recordings.append(name)
        folder = recordings / found.slug / case
        recording = Recording(folder, found.manifest)
        if checked.look(name, [OPENS], recording):
            checked.look(name, OF_RECORDINGS, Recording(folder, found.manifest))
            if again is not None and recording.expected:
                again(name, found, folder, checked)


def _replay(
    name: str, found: Found, folder: Path, checked: Checked, *, options: RunOptions, observer: Observer
) -> None:
    observer.operation_started(name)
    start, well = time.monotonic(), False
    try:
        well = checked.look(name, [REPLAYS], Attempt(found, folder, options))
    finally:
        observer.operation_ended(name, "as recorded" if well else "not as recorded", time.monotonic() - start)


def _folders(place: Path) -> list[str]:
    """The names of the folders in a folder; those that begin with a dot are drafts."""
    if not place.is_dir():
        return []
    return sorted(path.name for path in place.iterdir() if path.is_dir() and not path.name.startswith("."))
