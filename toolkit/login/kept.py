"""A session that was kept: taken up again when it still lives, without any browser."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from toolkit.run import Run
    from toolkit.web import Session, SessionState

__all__ = ["Verdict", "probe", "take_up"]

PATIENCE = 10.0
"""Seconds that a site has to answer whether the session still lives."""

GOOD = range(200, 300)


class Verdict(Enum):
    """What a probe tells of a session."""

    ALIVE = "still logged in"
    OVER = "logged in no more"
    UNSURE = "logged in"


def take_up(run: Run, state: SessionState, check: str | None) -> str:
    """Take up a session that was kept, and say what is known of it; `run.logged_in` tells whether it may still live.

    With a `check`, an address that only answers who is logged in, the site is asked. Without one, or when it gives no
    clear answer, the session counts as alive: the first request that says otherwise has it won anew.
    """
    run.take_up(state)
    verdict = probe(run.session, check) if check else Verdict.UNSURE
    if verdict is Verdict.OVER:
        run.session.forget()
        run.logged_in = False
    return f"{verdict.value}, since {state.won:%Y-%m-%d %H:%M}"


def probe(session: Session, check: str) -> Verdict:
    """Ask the site whether the session lives, without risking it: the answer's cookies count only if it is good."""
    with session.twin() as twin:
        try:
            response = twin.get(check, timeout=PATIENCE)
            over = twin.is_over(response)
        except requests.RequestException:
            return Verdict.UNSURE
        if over:
            return Verdict.OVER
        if response.status_code not in GOOD:
            return Verdict.UNSURE
        session.cookies = twin.cookies
        if session.on_cookies is not None:
            session.on_cookies()
        return Verdict.ALIVE
