"""Winning a session anew, once, however many requests of however many threads noticed that it is over."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Renewal"]

MOST_IN_VAIN = 3


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
        self._in_vain: set[str] = set()

    def ask(self, renew: Callable[[], object], before: int, place: str) -> bool:
        """Whether a request that was sent at the count `before` is worth sending again, after a renewal if need be.

        Raises what `renew` raises, now and ever after.
        """
        with self._lock:
            if self._under_way or place in self._in_vain or len(self._in_vain) >= MOST_IN_VAIN:
                return False
            if self.count == before:
                self._renew(renew)
            return True

    def _renew(self, renew: Callable[[], object]) -> None:
        if self._error is not None:
            raise self._error
        self._under_way = True
        try:
            renew()
        except Exception as error:
            self._error = error
            raise
        finally:
            self._under_way = False
        self.count += 1

    def judge(self, place: str, *, helped: bool) -> None:
        """Learn whether the renewal helped a request to this address."""
        with self._lock:
            if helped:
                self._in_vain.discard(place)
            else:
                self._in_vain.add(place)
