"""How fast a host is asked: a handful at once is free, what goes on and on is slowed down."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Pace"]

BURST = 60
PER_SECOND = 4.0


class Pace:
    """Waits before a request when its host was asked too often. Safe to use from several threads.

    60 requests to a host are free, and 4 more come with each second; where a connector says how many a second may
    bear, those of one second are free. What was not used does not add up beyond that.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._used: dict[str, float] = {}  # until when the requests of a host would have lasted, evenly spaced
        self._lock = threading.Lock()

    def wait_turn(self, host: str, per_second: float | None = None) -> None:
        """Wait until a host may be asked once more."""
        rate, burst = (per_second, max(per_second, 1.0)) if per_second else (PER_SECOND, BURST)
        with self._lock:
            now = self._clock()
            self._used[host] = max(self._used.get(host, now), now) + 1 / rate
            pause = self._used[host] - now - burst / rate
        if pause > 0:
            self._sleep(pause)
