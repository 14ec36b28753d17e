"""Make a recording of a HAR that another tool wrote."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import LoginFailed, TwoFaExpired, UsageError, UserActionNeeded, VendorDown
from toolkit.jobs.expected import save_expected
from toolkit.jobs.new_folder import new_folder
from toolkit.jobs.replaying import Outcome, replay_in, told
from toolkit.jobs.runner import RunOptions
from toolkit.jobs.workspace import Workspace
from toolkit.transport.har import Har, HarEntry, HarError
from toolkit.transport.har_files import BODIES
from toolkit.transport.har_lint import lint
from toolkit.transport.leaks import scan
from toolkit.transport.miss import Miss
from toolkit.transport.steady import in_order
from toolkit.transport.take import HAR_NAME, Take
from toolkit.transport.write_take import write_take

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.jobs.find import Found

__all__ = ["ImportOptions", "Imported", "import_har", "usable"]

REFUSALS = (LoginFailed, UserActionNeeded)


@dataclass(frozen=True)
class ImportOptions:
    """How to import.

    clock      what pages read as the time in a replay; by default when the first request began
    seed       what the chance of pages begins with
    leave_out  leave out the requests that cannot be replayed, which else refuse the file
    update     take the place of a recording that is there already
    """

    clock: datetime | None = None
    seed: int = 0
    leave_out: bool = False
    update: bool = False


@dataclass(frozen=True)
class Imported:
    """A recording that was made of a HAR.

    lacks      why the connector does not replay it, a sentence each; without any, what it saved is its expected.json
    verdict    how that replay ended
    left_out   why requests were left out, a sentence each
    unseen     the names of the secret fields whose values stand nowhere in the traffic
    """

    folder: Path
    requests: int
    secrets: int
    verdict: str
    lacks: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)


def import_har(
    file: Path | Har,
    found: Found,
    fields: Mapping[str, str],
    folder: Path,
    *,
    options: ImportOptions | None = None,
    run: RunOptions | None = None,
) -> Imported:
    """Make a recording in `folder`, which appears whole or not at all, of a HAR of any tool.

    `fields` are those of the account with which it was captured; the secret ones among them, and whatever else is
    taken for a secret in a recording, get stand-ins. The connector is run on the outcome: when it comes to its end,
    what it saved becomes expected.json, else the recording is kept without one.

    Raises UsageError when `folder` is there already and not to be updated; HarError, a sentence that names file and
    request, when something cannot be read or replayed; TakeError when a secret is left.
    """
    chosen = options or ImportOptions()
    if folder.exists() and not chosen.update:
        raise UsageError(f"{folder} is there already: choose another --case, or import it anew with --update.")
    har, name = (file, "it") if isinstance(file, Har) else (Har.load(file), file.name)
    entries, left_out = usable(har, name, leave_out=chosen.leave_out)
    hints = found.manifest.take
    secret = found.manifest.secret_fields | {"login", *hints.secrets}
    take = Take(
        clock=chosen.clock or _beginning(entries),
        seed=chosen.seed,
        toolkit=version("toolkit"),
        fields=fields,
        ignore=tuple(hints.ignore),
        secrets=tuple(hints.secrets),
    )
    with new_folder(folder) as draft:
        count = write_take(entries, take, draft, secret)
        outcome = _replay(found, draft, run or RunOptions())
        lacks = _lacks(outcome)
        if not lacks:
            save_expected(draft, outcome.found)
        unseen = _unseen(draft, secret)
        return Imported(folder, len(entries), count, outcome.report.verdict, lacks, left_out, unseen)


def usable(har: Har, name: str, *, leave_out: bool) -> tuple[list[HarEntry], list[str]]:
    """The requests that can be replayed, and why the others cannot. Raises HarError unless these may be left out.

    What never goes to a site, such as `data:` and extensions of the browser, is left out in any case.
    """
    asked = [entry for entry in har.entries if not entry.url or entry.url.startswith(("http", "ws"))]
    beside = [f"{entry.where}: goes to no site." for entry in har.entries if entry not in asked]
    wrong = {entry.number: problems for entry in asked if (problems := lint([entry]))}
    if wrong and not leave_out:
        raise HarError(_refusal([problems[0] for problems in wrong.values()]))
    usable = [entry for entry in asked if entry.number not in wrong]
    if not usable:
        raise HarError(f"{name} holds no request that can be replayed.")
    return in_order(usable), [*beside, *chain.from_iterable(wrong.values())]


def _refusal(problems: list[str]) -> str:
    first, others = problems[0].rstrip("."), len(problems) - 1
    more = f", and {others} more cannot be replayed" if others else ""
    return f"{first}{more}: export it again with all contents, or import the other requests with --leave-out."


def _beginning(entries: list[HarEntry]) -> datetime:
    """When the first request began; today when the file does not say."""
    return min((entry.started for entry in entries if entry.started.timestamp()), default=datetime.now(UTC))


def _replay(found: Found, draft: Path, options: RunOptions) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="toolkit-replay-") as place:
        outcome = replay_in(found, draft, Workspace(Path(place), lasting=False), options)
    if outcome.report.interrupted:
        raise KeyboardInterrupt
    return outcome


def _lacks(outcome: Outcome) -> list[str]:
    """Why a replay did not come to an end that the site gave it, a sentence each."""
    error, misses = outcome.report.error, outcome.replay.misses
    if error is None or (isinstance(error, REFUSALS) and not isinstance(error, TwoFaExpired)):
        # What a page asks by itself, such as its icon, is not always the same.
        return [told(miss) for miss in misses if not isinstance(miss, Miss) or miss.certain]
    if isinstance(error, VendorDown) and not misses:
        return []
    own = [f"{error.code}: {told(error)}"] if error not in misses else []
    return [*map(told, misses), *own]


def _unseen(draft: Path, secret: frozenset[str]) -> list[str]:
    """The secret fields whose stand-in is nowhere: what was typed at the time may have been another value."""
    take = Take.load(draft)
    values = {name: value for name, value in take.fields.items() if name in secret}
    seen = {leak.secret for leak in scan([draft / HAR_NAME, draft / BODIES], values).leaks}
    return [name for name in values if name not in seen]
