"""A connector of a HAR: what was asked tells the list, and a login on it, offline, tells the steps."""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.jobs.find import find_connector
from toolkit.jobs.importing import Imported, ImportOptions, import_har
from toolkit.jobs.new.explore import explore
from toolkit.jobs.new.plan import Login, Plan
from toolkit.jobs.new.traffic import read_traffic
from toolkit.jobs.new.writing import write_new
from toolkit.transport.har import Har
from toolkit.transport.replay import Replay
from toolkit.transport.take import Take
from toolkit.transport.write_take import write_take

if TYPE_CHECKING:
    from toolkit.jobs.new.writing import Places, Written
    from toolkit.jobs.runner import RunOptions
    from toolkit.jobs.shared import SharedBrowser

__all__ = ["Made", "new_of_har"]

UNKNOWN = {"ok": "guessed: what only who is logged in sees", "wrong": "guessed: no refusal was recorded"}


@dataclass(frozen=True)
class Made:
    """A connector that was made of traffic: its files, its recording, and what was found.

    lacks   what was not found, a sentence each: what is left to be written by hand
    """

    written: Written
    imported: Imported
    rows: int
    lacks: list[str]


def new_of_har(plan: Plan, file: Path, places: Places, browser: SharedBrowser, run: RunOptions) -> Made:
    """Write a connector, its test and its recording `good`. Nothing is left of it when something raises.

    Raises UsageError, HarError and TakeError as `import_har` and `write_new` do.
    """
    traffic = read_traffic(Har.load(file).entries)
    fields = traffic.fields or {"login": "", "password": ""}
    login = _login(file, traffic.page, fields, browser)
    lacks = [] if login else ["No login could be repeated on it: `log_in` is guessed, and steps are yours to write."]
    lacks += [] if traffic.listing else ["No answer lists days and amounts: `bills` is an example, and yours to write."]
    found = replace(
        plan,
        url=plan.url or traffic.site,
        login=login or Login(traffic.page),
        listing=traffic.listing,
        hosts=traffic.hosts,
    )
    written = write_new(found, places)
    connector = find_connector(plan.slug, places.connectors)
    folder = places.recordings / plan.slug / "good"
    imported = import_har(file, connector, fields, folder, options=ImportOptions(leave_out=True), run=run)
    return Made(written, imported, traffic.rows, [*lacks, *imported.lacks])


def _login(file: Path, url: str, fields: dict[str, str], browser: SharedBrowser) -> Login | None:
    """The steps of the login, tried where nothing can be reached."""
    if not all(fields.values()):
        return None
    with tempfile.TemporaryDirectory(prefix="toolkit-new-") as place:
        har = Har.load(file)
        entries = har.entries
        take = Take(clock=entries[0].started, seed=0, toolkit="", fields=fields)
        write_take(entries, take, Path(place), frozenset({"login", "password"}))
        replay = Replay(Path(place))
        site = entries[0].url.split("/", 3)
        with closing(replay), browser.open_page(replay, {"base_url": "/".join(site[:3])}) as page:
            login = explore(page, url, replay.take.fields)
    return (
        replace(login, guessed={"wrong": UNKNOWN["wrong"], **({} if login.ok else {"ok": UNKNOWN["ok"]})})
        if login
        else None
    )
