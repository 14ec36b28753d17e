"""A connector of a HAR: what was asked tells the list, and a login on it, offline, tells the steps."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import UsageError
from toolkit.jobs.find import find_connector
from toolkit.jobs.importing import Imported, ImportOptions, import_har, usable
from toolkit.jobs.new.explore import explore
from toolkit.jobs.new.plan import Login, Plan
from toolkit.jobs.new.traffic import Traffic, read_traffic
from toolkit.jobs.new.writing import Places, Written, write_new
from toolkit.transport.har import Har
from toolkit.transport.replay import Replay
from toolkit.transport.take import Take
from toolkit.transport.write_take import write_take

if TYPE_CHECKING:
    from datetime import datetime

    from toolkit.jobs.runner import RunOptions
    from toolkit.run import OpensPages

__all__ = ["Made", "new_of_har"]

CASE = "good"
NO_LOGIN = "No login could be repeated on what was recorded: `log_in` is guessed, and yours to write."
NO_LISTING = "No answer has a list with days and amounts: `bills` is an example, and yours to write."
GUESSED = {"ok": "guessed: what only who is logged in sees", "wrong": "guessed: no refusal was recorded"}


@dataclass(frozen=True)
class Made:
    """A connector that was made of traffic: its files, its recording, and how many bills it lists.

    lacks   what was not found, and why the recording does not replay, a sentence each
    """

    written: Written
    imported: Imported
    bills: int
    lacks: list[str]


def new_of_har(
    plan: Plan, file: Path, places: Places, options: RunOptions, *, clock: datetime | None = None, seed: int = 0
) -> Made:
    """Write a connector, its test, and its recording `good`, in which secrets are replaced; all of it or nothing.

    `clock` and `seed` are those of the pages, where the toolkit recorded them.
    Raises UsageError when there is no page of a site in the file, or the connector or the recording is there already;
    HarError and TakeError as `import_har` does.
    """
    folder = places.recordings / plan.slug / CASE
    for path in (places.connectors / plan.slug, folder):
        if path.exists():
            raise UsageError(f"{path} is there already: choose another slug, or remove it first.")
    traffic = read_traffic(_of_pages(file).entries)
    importing = ImportOptions(clock=clock, seed=seed, leave_out=True)
    login = _login(file, traffic, importing, options.browser) if all(traffic.fields.values()) else None
    chosen = replace(
        plan,
        url=traffic.site,
        login=login or Login(traffic.page),
        listing=traffic.listing,
        hosts=traffic.hosts,
    )
    with tempfile.TemporaryDirectory(prefix="toolkit-new-") as place:
        draft = Places(Path(place) / "connectors", places.recordings, Path(place) / "tests")
        write_new(chosen, draft)
        found = find_connector(plan.slug, draft.connectors)
        fields = traffic.fields or dict.fromkeys(plan.fields, "")
        imported = import_har(_of_pages(file), found, fields, folder, options=importing, run=options)
    try:
        written = write_new(chosen, places)
    except UsageError:
        shutil.rmtree(folder)
        raise
    lacks = [] if login else [NO_LOGIN]
    lacks += [] if traffic.listing else [NO_LISTING]
    replayed = [one.replace(str(draft.connectors), str(places.connectors)) for one in imported.lacks]
    return Made(written, imported, traffic.rows, lacks or replayed)


def _of_pages(file: Path) -> Har:
    """The requests, of pages all of them: a session has asked for some in what the toolkit recorded itself."""
    har = Har.load(file)
    for entry in har.entries:
        entry.raw.pop("_client", None)
    return har


def _login(file: Path, traffic: Traffic, options: ImportOptions, browser: OpensPages) -> Login | None:
    """The steps of the login, found by trying where nothing but the recording can be reached."""
    entries, _ = usable(_of_pages(file), file.name, leave_out=True)
    take = Take(clock=options.clock or entries[0].started, seed=options.seed, toolkit="", fields=traffic.fields)
    with tempfile.TemporaryDirectory(prefix="toolkit-new-") as place:
        write_take(entries, take, Path(place), frozenset(traffic.fields))
        replay = Replay(Path(place))
        with closing(replay), browser.open_page(replay, {"base_url": traffic.site}) as page:
            login = explore(page, traffic.page, replay.take.fields)
    unsure = {name: GUESSED[name] for name in GUESSED if name == "wrong" or not (login and login.ok)}
    return replace(login, guessed=unsure) if login else None
