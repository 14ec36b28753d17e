"""Who may come in: anti-forgery tokens, session cookies, and the signed tokens that must go with them."""

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

from toolkit.demo.bills import CUSTOMER

__all__ = ["EMAIL", "PASSWORD", "Door"]

EMAIL = "ada@example.org"
PASSWORD = "analytical-engine-1843"  # noqa: S105 - of an invented customer of an invented vendor

TOKEN_LIFE = 15 * 60


class Door:
    """Gives out and checks what a visitor must show. `clock` is in seconds since 1970.

    A session is proven by its token, and that by the `key` it is signed with: it is good at every door of that key.
    """

    def __init__(self, clock: Callable[[], float], key: bytes) -> None:
        self._clock = clock
        self._key = key
        self._csrf: set[str] = set()
        self._ended: set[str] = set()

    def new_csrf(self) -> str:
        """A new anti-forgery token."""
        token = secrets.token_urlsafe(16)
        self._csrf.add(token)
        return token

    def is_from_our_page(self, cookie: str | None, header: str | None) -> bool:
        """Whether the anti-forgery token came back both ways, and is one of ours."""
        return cookie is not None and cookie == header and cookie in self._csrf

    def log_in(self, email: object, password: object) -> tuple[str, str] | None:
        """The session and its token, or None when the password is wrong."""
        given, right = f"{email}\n{password}", f"{EMAIL}\n{PASSWORD}"
        if not hmac.compare_digest(given.encode(), right.encode()):
            return None
        session = secrets.token_urlsafe(24)
        return session, self._sign(
            {"sub": EMAIL, "name": CUSTOMER, "exp": self._now() + TOKEN_LIFE, "sid": _print(session)}
        )

    def log_out(self, session: str) -> None:
        """End a session: its token is worth nothing from now on."""
        self._ended.add(session)

    def admits(self, session: str | None, token: str | None) -> bool:
        """Whether both halves are here, belong together, and are still good."""
        if session is None or session in self._ended or token is None or (claims := self._claims(token)) is None:
            return False
        return bool(claims["sid"] == _print(session) and claims["exp"] > self._now())

    def _now(self) -> int:
        return int(self._clock())

    def _sign(self, claims: dict[str, Any]) -> str:
        """The claims as a JSON Web Token, HS256."""
        head = f"{_encode({'alg': 'HS256', 'typ': 'JWT'})}.{_encode(claims)}"
        return f"{head}.{self._signature(head)}"

    def _claims(self, token: str) -> dict[str, Any] | None:
        head, _, signature = token.rpartition(".")
        if not hmac.compare_digest(self._signature(head).encode(), signature.encode()):
            return None
        body = head.partition(".")[2]
        claims: dict[str, Any] = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return claims

    def _signature(self, head: str) -> str:
        return _base64(hmac.digest(self._key, head.encode(), "sha256"))


def _encode(content: dict[str, Any]) -> str:
    return _base64(json.dumps(content, separators=(",", ":")).encode())


def _base64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _print(session: str) -> str:
    """A fingerprint: the page can read its token, but not the session in it."""
    return hashlib.sha256(session.encode()).hexdigest()[:16]
