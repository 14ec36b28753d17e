"""A connector of a HAR: what was asked tells the list, and a login on it, offline, tells the steps."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import UsageError
from toolkit.jobs.find import find_connector
from toolkit.jobs.importing import ImportOptions, import_har, usable
from toolkit.jobs.new.explore import explore
from toolkit.jobs.new.plan import Login, Plan
from toolkit.jobs.new.traffic import Traffic, read_traffic
from toolkit.jobs.new.writing import Places, Written, write_new
from toolkit.transport.har import Har
from toolkit.transport.replay import Replay
from toolkit.transport.take import Take
from toolkit.transport.write_take import write_take

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from toolkit.jobs.find import Found
    from toolkit.jobs.runner import RunOptions
    from toolkit.run import OpensPages

__all__ = ["Made", "drafted", "free_folder", "lacks_of", "new_of_har", "put", "understand"]

CASE = "good"
NO_LOGIN = "No login could be repeated on what was recorded: `log_in` is guessed, and yours to write."
NO_LISTING = "No answer has a list with days and amounts: `bills` is an example, and yours to write."
GUESSED = {"ok": "guessed: what only who is logged in sees", "wrong": "guessed: no refusal was recorded"}


@dataclass(frozen=True)
class Made:
    """A connector that was made of traffic: its files, its recording in `folder`, and how many bills it lists.

    lacks   what was not found, and why the recording does not replay, a sentence each
    """

    written: Written
    folder: Path
    requests: int
    secrets: int
    verdict: str
    bills: int
    lacks: list[str]


def new_of_har(plan: Plan, file: Path, places: Places, options: RunOptions) -> Made:
    """Write a connector, its test, and its recording `good`, in which secrets are replaced; all of it or nothing.

    Raises UsageError when there is no page of a site in the file, or the connector or the recording is there already;
    HarError and TakeError as `import_har` does.
    """
    folder = free_folder(plan, places)
    traffic, chosen = understand(plan, file, options.browser)
    with drafted(chosen, places) as found:
        fields = traffic.fields or dict.fromkeys(plan.fields, "")
        importing = ImportOptions(leave_out=True)
        imported = import_har(of_pages(file), found, fields, folder, options=importing, run=options)
    written = put(chosen, places, folder)
    lacks = lacks_of(chosen) or [one.replace(str(found.folder), str(written.folder)) for one in imported.lacks]
    return Made(written, folder, imported.requests, imported.secrets, imported.verdict, traffic.rows, lacks)


def free_folder(plan: Plan, places: Places) -> Path:
    """The folder of the recording. Raises UsageError when it, or the connector, is there already."""
    folder = places.recordings / plan.slug / CASE
    for path in (places.connectors / plan.slug, folder):
        if path.exists():
            raise UsageError(f"{path} is there already: choose another slug, or remove it first.")
    return folder


def understand(
    plan: Plan, file: Path, browser: OpensPages, *, clock: datetime | None = None, seed: int = 0, shown: str = ""
) -> tuple[Traffic, Plan]:
    """What a HAR tells, and the plan with it.

    `clock` and `seed` are those of its pages, and `shown` what could be read in the last one, where that is known.
    """
    traffic = read_traffic(of_pages(file).entries, shown)
    login = None
    if all(traffic.fields.get(name) for name in ("login", "password")):
        login = _login(file, traffic, browser, clock=clock, seed=seed)
    return traffic, replace(
        plan,
        url=traffic.site,
        login=login or Login(traffic.page),
        listing=traffic.listing,
        hosts=traffic.hosts,
    )


def lacks_of(plan: Plan) -> list[str]:
    """What of a connector is not known, a sentence each."""
    return [*([] if plan.login.steps else [NO_LOGIN]), *([] if plan.listing else [NO_LISTING])]


@contextmanager
def drafted(plan: Plan, places: Places) -> Iterator[Found]:
    """The connector, in a place where nobody sees it yet, while the block lasts."""
    with tempfile.TemporaryDirectory(prefix="toolkit-new-") as place:
        draft = Places(Path(place) / "connectors", places.recordings, Path(place) / "tests")
        write_new(plan, draft)
        yield find_connector(plan.slug, draft.connectors)


def put(plan: Plan, places: Places, folder: Path) -> Written:
    """Write the connector in its place; when that fails, its recording goes too."""
    try:
        return write_new(plan, places)
    except UsageError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _login(file: Path, traffic: Traffic, browser: OpensPages, *, clock: datetime | None, seed: int) -> Login | None:
    """The steps of the login, found by trying where nothing but the recording can be reached."""
    entries, _ = usable(of_pages(file), file.name, leave_out=True)
    take = Take(clock=clock or entries[0].started, seed=seed, toolkit="", fields=traffic.fields)
    with tempfile.TemporaryDirectory(prefix="toolkit-new-") as place:
        write_take(entries, take, Path(place), frozenset(traffic.fields))
        replay = Replay(Path(place))
        with closing(replay), browser.open_page(replay, {"base_url": traffic.site}) as page:
            login = explore(page, traffic.page, replay.take.fields)
    unsure = {name: GUESSED[name] for name in GUESSED if name == "wrong" or not (login and login.ok)}
    return replace(login, guessed=unsure) if login else None


def of_pages(file: Path) -> Har:
    """The requests, of pages all of them: a session has asked for some in what the toolkit recorded itself."""
    har = Har.load(file)
    for entry in har.entries:
        entry.raw.pop("_client", None)
    return har
