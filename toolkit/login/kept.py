"""A session that was kept: taken up again when it still lives, without any browser."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

import requests

from toolkit.errors import Blocked
from toolkit.web.logged_out import CANNOT_TELL

if TYPE_CHECKING:
    from toolkit.run import Run
    from toolkit.web import Session, SessionState

__all__ = ["PATIENCE", "Check", "Verdict", "judge", "lives", "parts_of", "probe", "take_up"]

Says = Callable[[requests.Response], bool]
Check = str | tuple[str, Says]
"""An address that answers only who is logged in; or one, and what says of its answer whether somebody is."""

PATIENCE = 10.0
"""Seconds that a site has to answer whether the session still lives."""

GOOD = range(200, 300)


class Verdict(Enum):
    """What a probe tells of a session."""

    ALIVE = "still logged in"
    OVER = "logged in no more"
    UNSURE = "logged in"


def take_up(run: Run, state: SessionState, check: Check | None) -> str:
    """Take up a session that was kept, and say what is known of it; `run.logged_in` tells whether it may still live.

    With a `check` the site is asked. Without one, or when the answer is not clear, the session counts as alive: the
    first request that says otherwise has it won anew.
    """
    run.take_up(state)
    verdict = probe(run.session, check) if check else Verdict.UNSURE
    if verdict is Verdict.OVER:
        run.session.forget()
        run.logged_in = False
    return f"{verdict.value}, since {state.won:%Y-%m-%d %H:%M}"


def lives(session: Session, check: Check | None) -> bool:
    """Whether the site, asked, says that the session lives."""
    return check is not None and probe(session, check) is Verdict.ALIVE


def probe(session: Session, check: Check) -> Verdict:
    """Ask the site whether the session lives, without risking it: the answer's cookies count only if it is good."""
    address, says_alive = parts_of(check)
    with session.twin() as twin:
        before = twin.cookies.changes
        try:
            verdict = judge(twin, twin.get(address, timeout=PATIENCE), says_alive)
        except (requests.RequestException, Blocked):
            return Verdict.UNSURE
        if verdict is Verdict.ALIVE and twin.cookies.changes != before:
            session.cookies = twin.cookies
            if session.on_change is not None:
                session.on_change()
        return verdict


def judge(session: Session, response: requests.Response, says_alive: Says) -> Verdict:
    """What an answer to the check says of the session that asked."""
    if session.is_over(response):
        return Verdict.OVER
    if response.status_code not in GOOD:
        return Verdict.UNSURE
    try:
        return Verdict.ALIVE if says_alive(response) else Verdict.OVER
    except ValueError:  # it is not even JSON: a wall, or a page for a site in trouble
        return Verdict.UNSURE
    except CANNOT_TELL:  # guests get less
        return Verdict.OVER


def parts_of(check: Check) -> tuple[str, Says]:
    """The address, and what judges its answer."""
    return check if isinstance(check, tuple) else (check, _any)


def _any(_: requests.Response) -> bool:
    return True
