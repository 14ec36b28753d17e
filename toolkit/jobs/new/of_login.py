"""A connector of one login by hand: a person logs in and opens a bill in a window, and all of it is recorded."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from toolkit.disk import in_memory
from toolkit.jobs.new.of_har import Made, new_of_har
from toolkit.transport.record import Record
from toolkit.transport.take import Take

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from toolkit.jobs.new.plan import Plan
    from toolkit.jobs.new.writing import Places
    from toolkit.jobs.runner import RunOptions
    from toolkit.run import OpensPages

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

    What was recorded holds the password: it lies in memory, and is gone afterwards. Raises as `new_of_har`, and Error
    of Playwright's when the page cannot be opened.
    """
    take = Take(clock=datetime.now(UTC), seed=secrets.randbits(32), toolkit=version("toolkit"))
    record = Record(take)
    try:
        with window.open_page(record, {}) as page:
            page.goto(plan.url)
            person(page)
            if not page.is_closed():
                record.settle(page)
        with in_memory() as place:
            file = place / "login.har"
            record.save(file)
            return new_of_har(plan, file, places, options, clock=take.clock, seed=take.seed)
    finally:
        record.forget()
