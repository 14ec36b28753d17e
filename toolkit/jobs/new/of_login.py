"""A connector of one login by hand: a person logs in and opens a bill in a window, and the session fetches the rest."""

from __future__ import annotations

import secrets
import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.account import Account
from toolkit.connector import Connector, create_new
from toolkit.disk import in_memory
from toolkit.errors import ToolkitError, UsageError
from toolkit.fetcher import name_of
from toolkit.jobs.new.of_har import Made, drafted, free_folder, lacks_of, put, understand
from toolkit.jobs.recordings import keep_run
from toolkit.jobs.replaying import RECORDED, told
from toolkit.jobs.runner import run_connector
from toolkit.jobs.workspace import Workspace
from toolkit.login import hand_over
from toolkit.models import BaseModel, Bill
from toolkit.transport.record import Record
from toolkit.transport.take import Take, TakeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Frame, Page

    from toolkit.jobs.new.plan import Plan
    from toolkit.jobs.new.traffic import Traffic
    from toolkit.jobs.new.writing import Places
    from toolkit.jobs.runner import RunOptions
    from toolkit.report import Report
    from toolkit.run import OpensPages, Run

__all__ = ["new_of_login"]


def new_of_login(
    plan: Plan,
    places: Places,
    window: OpensPages,
    options: RunOptions,
    *,
    person: Callable[[Page], object],
) -> Made:
    """Open the site in a window, let the `person` log in and open a bill, and write a connector of what went on.

    Then it goes on as a run of that connector would: the session is handed over, lists, and fetches every document; all
    of it is recorded, and replayed to see that it holds. What was recorded holds the password: it lies in memory, and
    is gone afterwards.

    Raises UsageError when the connector or its recording is there already, or nothing of a site was recorded; what the
    run raised when the site could not be reached.
    """
    folder = free_folder(plan, places)
    take = Take(clock=datetime.now(UTC), seed=secrets.randbits(32), toolkit=version("toolkit"))
    record = Record(take)
    hand = _ByHand(plan, places, record, options, person)
    try:
        report = hand.run(window)
        if hand.plan.listing is None and hand.traffic is None:
            raise report.error or UsageError("Nothing was recorded: log in, and open a bill, before you go on.")
        return _kept(hand, folder, report)
    finally:
        record.forget()


class _ByHand:
    """A run whose login a person does, and whose listing is understood only then."""

    def __init__(
        self, plan: Plan, places: Places, record: Record, options: RunOptions, person: Callable[[Page], object]
    ) -> None:
        self.plan = plan
        self.places = places
        self.record = record
        self.options = options
        self.traffic: Traffic | None = None
        self._person = person
        self._shown = ""

    def run(self, window: OpensPages) -> Report:
        """Run, and report."""
        nobody = Account(RECORDED, {})
        live = replace(self.options, transport=lambda: self.record, browser=window, fetch=self._fetch)
        with tempfile.TemporaryDirectory(prefix="toolkit-new-") as place, drafted(self.plan, self.places) as found:
            report = run_connector(found, nobody, Workspace(Path(place), lasting=False), live)
        report.log = ""  # it goes with the workspace
        return report

    def _fetch(self, drafted: Connector, run: Run) -> None:
        """As the connector would, with the person in the place of its login."""
        _, _, _, *rest = drafted.fetch_operations

        def log_in(run: Run) -> None:
            run.page.goto(self.plan.url)
            self._person(run.page)
            if run.page.is_closed():
                raise UsageError("The window was closed, and the session with it: leave it open next time.")
            self._shown = "\n".join(_words(frame) for page in run.page.context.pages for frame in page.frames)

        create_new(
            name=self.plan.slug,
            models=[Bill],
            fetch_operations=[log_in, hand_over, self.traffic_of, self.bills, *rest],
        ).fetch(run)

    def traffic_of(self, run: Run) -> str:
        """Look through what was recorded."""
        with in_memory() as place:
            self.record.save(place / "login.har")
            take = self.record.take
            file, browser = place / "login.har", self.options.browser
            self.traffic, self.plan = understand(
                self.plan, file, browser, clock=take.clock, seed=take.seed, shown=self._shown
            )
        for value in self.traffic.fields.values():
            run.mask.add(value)
        return f"{self.traffic.rows} bills in a list" if self.traffic.listing else "no list of bills"

    def bills(self, run: Run) -> Iterator[BaseModel]:
        """What the new connector lists."""
        if self.plan.listing is None:
            return
        with drafted(self.plan, self.places) as found:
            run.manifest = found.manifest
            listing = next(one for one in found.load().fetch_operations if name_of(one) == "bills")
            yield from listing(run)


def _words(frame: Frame) -> str:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    with suppress(Error):  # it is on its way elsewhere, or shows no page
        return frame.locator("body").inner_text(timeout=1000)
    return ""


def _kept(hand: _ByHand, folder: Path, report: Report) -> Made:
    """Write what was made; without a recording, when that does not replay."""
    plan, traffic, lacks = hand.plan, hand.traffic, lacks_of(hand.plan)
    bills = traffic.rows if traffic else 0
    requests = count = 0
    if not lacks and traffic is not None:
        with drafted(plan, hand.places) as found:
            owner = Account(RECORDED, traffic.fields, found.manifest.secret_fields)
            try:
                kept = keep_run(found, owner, folder, hand.options, record=hand.record, report=report)
                requests, count = kept.requests, kept.secrets
            except TakeError as error:
                lacks = [error.message.replace(str(found.folder), str(hand.places.connectors / plan.slug))]
    if not (requests or lacks):
        lacks = [_ended(report.error)]
    return Made(put(plan, hand.places, folder), folder, requests, count, report.verdict, bills, lacks)


def _ended(error: ToolkitError | None) -> str:
    return f"{error.code}: {told(error)}" if error else "The run was interrupted."
