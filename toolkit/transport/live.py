"""The seam, and the transport that leads to the real network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

POOL = 16  # connections kept per host: more than a download pool of 8 needs, so none is thrown away


class Transport(Protocol):
    """What carries the traffic of one run. Nothing else knows which one is in use."""

    def browser_options(self) -> dict[str, Any]:
        """Return what the browser's new context needs, as keyword arguments of Playwright's `new_context`."""

    def attach(self, context: BrowserContext) -> None:
        """Join a browser context that was just made and has no page yet."""

    def adapter(self) -> BaseAdapter:
        """Return an adapter that carries the requests of one session; the session closes it."""

    def close(self) -> None:
        """Let go of what the transport holds; no traffic comes after it."""


class Live:
    """The real network.

    A request is tried up to `tries` times when that is safe: when no connection came about, and, for methods that may
    be repeated, when the connection broke or the answer was 429 or 503. Between tries it waits as long as Retry-After
    says, at most `longest_wait` seconds, else about `backoff`, 2 x `backoff`… seconds with as much chance added. The
    last answer is returned as it is.
    """

    def __init__(self, *, tries: int = 3, backoff: float = 0.5, longest_wait: int = 30) -> None:
        self.retry = PatientRetry(
            total=tries - 1,
            status_forcelist=(429, 503),
            raise_on_status=False,
            backoff_factor=backoff,
            backoff_jitter=backoff,
            backoff_max=longest_wait,
            retry_after_max=longest_wait,
        )

    def browser_options(self) -> dict[str, Any]:
        """Return nothing: the browser reaches the network by itself."""
        return {}

    def attach(self, context: BrowserContext) -> None:
        """Do nothing: the browser reaches the network by itself."""

    def adapter(self) -> BaseAdapter:
        """Return a new adapter with connections of its own."""
        return HTTPAdapter(max_retries=self.retry, pool_maxsize=POOL)

    def close(self) -> None:
        """Do nothing: each session closes its adapter."""


class PatientRetry(Retry):
    """urllib3's Retry, except that a Retry-After that cannot be read is no reason to fail."""

    def parse_retry_after(self, retry_after: str) -> float:
        """Return the seconds to wait, 0 when the header makes no sense."""
        try:
            return super().parse_retry_after(retry_after)
        except InvalidHeader:
            return 0.0
