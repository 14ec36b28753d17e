"""Why a request failed, as a sentence for people. No address and no secret is in it."""

from __future__ import annotations

import re
from socket import gaierror
from typing import TYPE_CHECKING

from requests import exceptions as failed
from urllib3 import exceptions as lower

from toolkit.errors import LoginFailed, NeedsSecret

if TYPE_CHECKING:
    from collections.abc import Iterator

# The first that is found anywhere in the chain of causes tells the most.
REASONS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((ConnectionRefusedError,), "the connection was refused"),
    ((gaierror,), "the host was not found"),
    ((failed.SSLError, lower.SSLError), "the site's certificate was refused"),
    ((lower.NewConnectionError,), "the site cannot be reached"),
    ((failed.Timeout, lower.TimeoutError), "the site did not answer in time"),
    ((failed.ContentDecodingError,), "its compression is broken"),
    ((failed.TooManyRedirects,), "it redirects without end"),
    ((failed.InvalidURL, failed.MissingSchema, failed.InvalidSchema), "its address is not valid"),
    ((ConnectionError, lower.ProtocolError), "the connection broke"),
)

NETWORK_ERRORS = (
    "net::ERR_ADDRESS_",
    "net::ERR_BAD_SSL_",
    "net::ERR_CERT_",
    "net::ERR_CONNECTION_",
    "net::ERR_EMPTY_RESPONSE",
    "net::ERR_HTTP2_",
    "net::ERR_INTERNET_DISCONNECTED",
    "net::ERR_NAME_",
    "net::ERR_NETWORK_",
    "net::ERR_QUIC_",
    "net::ERR_SOCKET_",
    "net::ERR_SSL_",
    "net::ERR_TIMED_OUT",
)


NO_CERTIFICATE = re.compile(r"ERR_BAD_SSL_CLIENT_AUTH_CERT|alert certificate required|alert no certificate")
BAD_CERTIFICATE = re.compile(
    r"alert (?:bad|unsupported) certificate|alert certificate |alert (?:unknown ca|access denied)"
)


def network_error(message: str) -> str | None:
    """Return what Chromium calls the network's trouble, as in "net::ERR_CONNECTION_REFUSED"; None when it is none."""
    words = (word.rstrip(",.:") for word in message.split())
    return next((word for word in words if word.startswith(NETWORK_ERRORS)), None)


def certificate_trouble(message: str) -> LoginFailed | None:
    """Return the error when a failure, told by Chromium or by TLS, is about our client certificate; else None."""
    if NO_CERTIFICATE.search(message):
        return NeedsSecret("The site lets in only who shows a client certificate, and none was given.")
    if BAD_CERTIFICATE.search(message):
        return LoginFailed("The site refused the client certificate: it may have expired, or be for another site.")
    return None


def sentence_for(error: failed.RequestException) -> str:
    """Return why a request failed, as in "the connection was refused"."""
    chain = list(_causes(error))
    for kinds, sentence in REASONS:
        if any(isinstance(cause, kinds) for cause in chain):
            return sentence
    return f"the request failed ({type(error).__name__})"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and all that it was raised from or wraps: requests and urllib3 use `args` and `reason` for that."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop()
        if isinstance(cause, BaseException) and cause not in seen:
            seen.append(cause)
            waiting += [*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__]
            yield cause
