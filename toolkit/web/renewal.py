"""Winning a session anew, once, however many requests of however many threads noticed that it is over."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

__all__ = ["Ends", "Renewal"]

MOST_IN_VAIN = 3
USED = 0.9
"""Of the time that something has to live: then it is renewed."""


class Renewal:
    """`count` says how often the session was won anew. Safe to use from several threads.

    An address that answers the same after a renewal is forbidden, which no login changes: it asks for no other one.
    After three renewals in vain there is none any more.
    """

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.RLock()
        self._under_way = False
        self._error: Exception | None = None
        self._won_for: dict[str, int] = {}
        self._in_vain: set[str] = set()

    def ask(
        self,
        renew: Callable[[], bool],
        before: int,
        place: str = "",
        *,
        lives: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Whether a request that was sent at the count `before` is worth sending again, after a renewal if need be.

        There is no need, nor is the request worth it, when the session `lives`. `renew` returns whether it has logged
        in, rather than found what another run has won: that may be over as well. Raises what `renew` raises, now and
        ever after.
        """
        with self._lock:
            if self.count == before and self._won_for.get(place) == before:
                self._in_vain.add(place)
            if self._under_way or place in self._in_vain or len(self._in_vain) >= MOST_IN_VAIN:
                return False
            if self.count == before and lives():
                return False
            if self.count == before and self._renew(renew) and place:
                self._won_for[place] = self.count
            return True

    def _renew(self, renew: Callable[[], bool]) -> bool:
        if self._error is not None:
            raise self._error
        self._under_way = True
        try:
            has_logged_in = renew()
        except Exception as error:
            self._error = error
            raise
        finally:
            self._under_way = False
        self.count += 1
        return has_logged_in

    def helped(self, place: str) -> None:
        """Learn that an address gave a good answer after all."""
        with self._lock:
            self._won_for.pop(place, None)
            self._in_vain.discard(place)


class Ends:
    """When what a session sends ends by its own word, and whether it is time to win it anew.

    What has ended when it is first seen tells only that two clocks differ, or that the site does not mind; an end that
    a renewal has not moved is left alone.
    """

    def __init__(self) -> None:
        self._seen: dict[datetime, datetime] = {}
        self._told: set[datetime] = set()

    def are_near(self, ends: Iterable[datetime], now: datetime) -> bool:
        """Whether one of these has a tenth of the time left that it had when it was first seen; told once of each."""
        near = {end for end in ends if self._is_near(end, now)} - self._told
        self._told |= near
        return bool(near)

    def _is_near(self, end: datetime, now: datetime) -> bool:
        seen = self._seen.setdefault(end, now)
        return seen < end and now >= seen + (end - seen) * USED
