"""The seam, and the transport that leads to the real network."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Protocol

from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import exceptions
from urllib3.util.retry import Retry
from urllib3.util.ssl_ import create_urllib3_context

from toolkit.errors import UsageError
from toolkit.transport.pace import Pace

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Self

    from playwright.sync_api import BrowserContext, Page
    from requests import PreparedRequest
    from urllib3 import BaseHTTPResponse
    from urllib3.connectionpool import ConnectionPool

    from toolkit.transport.certificate import Certificate

POOL = 16  # connections kept per host: more than a download pool of 8 needs, so none is thrown away


class Transport(Protocol):
    """What carries the traffic of one run. Nothing else knows which one is in use."""

    def browser_options(self) -> dict[str, Any]:
        """Return what the browser's new context needs, as keyword arguments of Playwright's `new_context`."""

    def launch_args(self) -> tuple[str, ...]:
        """Return the switches with which the browser starts, beside its usual ones."""

    def attach(self, context: BrowserContext) -> None:
        """Join a browser context that was just made and has no page yet."""

    def prepare(self, page: Page) -> None:
        """Join a page that was just opened and has not gone anywhere yet."""

    def settle(self, page: Page) -> None:
        """Let a page that has done its work come to rest, if that matters here."""

    def present(self, certificate: Certificate) -> None:
        """Show a client certificate to its origin from now on, if traffic reaches it."""

    def wait_turn(self, host: str, per_second: float | None) -> None:
        """Wait until a host may be asked once more; a connector may say how often that is in a second."""

    def retries(self) -> Retry:
        """Return what is tried again, and after which wait."""

    def adapter(self) -> BaseAdapter:
        """Return an adapter that carries the requests of one session; the session closes it."""

    def answer(self, ask: Callable[[], str]) -> str:
        """Return the code that the run is given, which `ask` asks for; raise what `ask` raises."""

    def mark(self) -> Callable[[], None]:
        """Return what makes the transport answer again as it would now, where its answers are used up."""

    def close(self) -> None:
        """Let go of what the transport holds; no traffic comes after it."""


class Live:
    """The real network.

    A request is tried up to `tries` times when that is safe: when no connection came about, and, for methods that may
    be repeated, when the connection broke or the answer was 429 or 503. Between tries it waits as long as Retry-After
    says, at most `longest_wait` seconds; else not at all before the second try, then 2 x `backoff` seconds and up to
    `backoff` more by chance. A site that stays silent until the timeout is not asked again. The last answer is returned
    as it is. How fast a host is asked is up to `pace`.

    Certificates of servers are trusted as browsers do, and those that the file named by the environment variable
    TOOLKIT_CA_FILE (PEM) vouches for. Raises UsageError when that cannot be read.
    """

    def __init__(
        self,
        *,
        tries: int = 3,
        backoff: float = 0.5,
        longest_wait: int = 30,
        pace: Pace | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.pace = pace or Pace()
        self.ca_file = environ.get("TOOLKIT_CA_FILE", "")
        self.certificate: Certificate | None = None
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
        """Return the client certificate, if there is one: the browser reaches the network by itself."""
        return {"client_certificates": [self.certificate.for_browser()]} if self.certificate else {}

    def launch_args(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()

    def attach(self, context: BrowserContext) -> None:
        """Do nothing: the browser reaches the network by itself."""

    def prepare(self, page: Page) -> None:
        """Do nothing."""

    def settle(self, page: Page) -> None:
        """Do nothing."""

    def present(self, certificate: Certificate) -> None:
        """Show a client certificate to its origin from now on."""
        self.certificate = certificate

    def wait_turn(self, host: str, per_second: float | None) -> None:
        """Wait as `Pace` says."""
        self.pace.wait_turn(host, per_second)

    def retries(self) -> Retry:
        """Return what the class says."""
        return self.retry

    def adapter(self) -> BaseAdapter:
        """Return a new adapter with connections of its own."""
        return _Adapter(self)

    def answer(self, ask: Callable[[], str]) -> str:
        """Ask."""
        return ask()

    def mark(self) -> Callable[[], None]:
        """Nothing that would be used up."""
        return lambda: None

    def close(self) -> None:
        """Do nothing: each session closes its adapter."""


class _Adapter(HTTPAdapter):
    """Connects with the TLS that an origin needs."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._own_tls: dict[Certificate | None, ssl.SSLContext] = {}
        super().__init__(max_retries=live.retry, pool_maxsize=POOL)

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:  # whatever requests has for it
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        certificate = self._live.certificate
        if certificate and not certificate.is_for(str(request.url)):
            certificate = None
        if host["scheme"] == "https" and (certificate or self._live.ca_file):
            pool["ssl_context"] = self._tls(certificate)
        return host, pool

    def _tls(self, certificate: Certificate | None) -> ssl.SSLContext:
        if certificate not in self._own_tls:
            context = create_urllib3_context()
            if self._live.ca_file:
                _trust(context, self._live.ca_file)
            if certificate:
                certificate.load_into(context)
            self._own_tls[certificate] = context
        return self._own_tls[certificate]


def _trust(context: ssl.SSLContext, ca_file: str) -> None:
    try:
        context.load_verify_locations(ca_file)
    except OSError as error:  # SSLError is one
        raise UsageError(f"The certificates of TOOLKIT_CA_FILE ({ca_file}) cannot be read: {error}.") from error


class PatientRetry(Retry):
    """urllib3's Retry, which neither waits out a second timeout nor fails for a Retry-After that makes no sense."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """Return what is left after one more try; raise when that is nothing."""
        silent = isinstance(error, exceptions.TimeoutError) and not isinstance(error, exceptions.NewConnectionError)
        left = self.new(total=0, read=False) if silent else self
        return super(PatientRetry, left).increment(method, url, response, error, _pool, _stacktrace)

    def parse_retry_after(self, retry_after: str) -> float:
        """Return the seconds to wait, 0 when the header makes no sense."""
        try:
            return super().parse_retry_after(retry_after)
        except exceptions.InvalidHeader:
            return 0.0
