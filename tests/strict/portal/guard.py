"""What the strict site makes sure of before it answers: each rule is one that real sites have."""

import hmac
import json
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.strict.portal.server import Asked, Refused

__all__ = ["Guard", "Visit"]

PATIENCE = 120  # seconds that a timestamp may be old
LIFE = 15 * 60  # seconds that a token is good for


@dataclass
class Visit:
    """Somebody who is logged in, and how far things have come."""

    csrf: str
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    unread: int = 3
    language: str = "en"
    version: int = 1
    jobs: dict[str, int] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)


class Guard:
    """Remembers what may be used once, and who is logged in."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.visits: dict[str, Visit] = {}
        self._key = secrets.token_bytes(32)
        self._given: set[str] = set()
        self._spent: set[str] = set()
        self._preflights: set[tuple[str, str]] = set()

    def give(self) -> str:
        """A token that is good once."""
        return self.accept(secrets.token_urlsafe(32))

    def accept(self, token: str) -> str:
        """Let a token be good once."""
        self._given.add(token)
        return token

    def take(self, token: str | None) -> None:
        """Refuse what was not given, or is used up."""
        if token not in self._given:
            raise Refused(403, "This page is too old: reload it.")
        self._given.discard(token)

    def once(self, nonce: str | None, shortest: int = 6) -> None:
        """Refuse a nonce that is missing, too short, or was seen before."""
        if nonce is None or len(nonce) < shortest or nonce in self._spent:
            raise Refused(400, f"A fresh nonce is needed, not {nonce}.")
        self._spent.add(nonce)

    def fresh(self, milliseconds: str | None) -> None:
        """Refuse a timestamp that is not now."""
        if milliseconds is None or abs(int(milliseconds) / 1000 - self.clock()) > PATIENCE:
            raise Refused(400, f"The clock is wrong: {milliseconds}.")

    def visit(self, asked: Asked) -> Visit:
        """Whose session this is."""
        visit = self.visits.get(asked.cookies.get("session", ""))
        if visit is None:
            raise Refused(401, "Please sign in.")
        if "pre" in asked.cookies or "device" not in asked.cookies:
            raise Refused(400, "These cookies are not as they were set.")
        return visit

    def asked_first(self, asked: Asked, portal: str) -> None:
        """Note the question of a browser before a call across origins; refuse it for any page but the portal's."""
        if asked.headers.get("Origin") != portal:
            raise Refused(403, "This origin may not call.")
        self._preflights.add((asked.headers.get("Access-Control-Request-Method", ""), asked.target))

    def across(self, asked: Asked, portal: str) -> None:
        """Refuse a call that comes from elsewhere, and a browser's that was not asked for beforehand."""
        origin = asked.headers.get("Origin")
        if origin is None:
            return
        asked_first = "Sec-Fetch-Mode" not in asked.headers or (asked.method, asked.target) in self._preflights
        if origin != portal or not asked_first:
            raise Refused(403, "This call was not asked for beforehand.")
        self._preflights.discard((asked.method, asked.target))

    def meant(self, asked: Asked, visit: Visit) -> None:
        """Refuse a call without the visit's CSRF token, in a header and in a cookie."""
        if not asked.headers.get("X-CSRF-Token") == asked.cookies.get("csrf") == visit.csrf:
            raise Refused(403, "The CSRF token is wrong.")

    def signed(self, asked: Asked, visit: Visit) -> None:
        """Refuse a call without the CSRF token, a good bearer token, a fresh time, a nonce, a signature."""
        self.meant(asked, visit)
        claims = self.claims(asked.headers.get("Authorization", "").removeprefix("Bearer "))
        if claims.get("csrf") != visit.csrf:
            raise Refused(401, "This token is somebody else's.")
        query = asked.query
        self.fresh(query.get("_"))
        self.once(query.get("n"))
        text = f"{asked.method} {asked.path} {query['_']} {query['n']}"
        if not hmac.compare_digest(hmac.digest(visit.key, text.encode(), "sha256").hex(), query.get("s", "")):
            raise Refused(403, "The signature is wrong.")

    def token(self, **claims: Any) -> str:
        """A JWT that is good for a quarter of an hour."""
        now = int(self.clock())
        parts = [{"alg": "HS256", "typ": "JWT"}, {"iat": now, "exp": now + LIFE, "jti": secrets.token_hex(8), **claims}]
        text = ".".join(_base64(json.dumps(part).encode()) for part in parts)
        return f"{text}.{_base64(hmac.digest(self._key, text.encode(), 'sha256'))}"

    def claims(self, token: str) -> dict[str, Any]:
        """What a JWT says; refuse one that is not ours or is over."""
        text, _, signature = token.rpartition(".")
        if not hmac.compare_digest(_base64(hmac.digest(self._key, text.encode(), "sha256")), signature):
            raise Refused(401, "This token is not ours.")
        part = text.rpartition(".")[2]
        claims: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        if claims["exp"] <= self.clock():
            raise Refused(401, "This token is over.")
        return claims


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
