"""TOTP (RFC 6238): the codes that an authenticator app makes of a seed and the time, each used once."""

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from toolkit.errors import TwoFaExpired

__all__ = ["Totp", "unused_code"]

ALGORITHMS = {"SHA1", "SHA256", "SHA512"}
QUARTET = 4
QUANTUM = 8  # base32 comes in groups of so many letters
MARGIN = timedelta(seconds=1)  # for the way to the site, and for its clock, which is not quite ours


@dataclass(frozen=True)
class Totp:
    """The codes of one seed: of `digits` digits, good for `period` seconds, and known by the numbers of their steps."""

    key: bytes = field(repr=False)
    digits: int = 6
    period: int = 30
    algorithm: str = "SHA1"

    @classmethod
    def of(cls, seed: str) -> "Totp":
        """The codes of a seed: base32 as sites show it, in groups or not, or the otpauth:// address of a QR code.

        Raises ValueError, in which the seed is not told.
        """
        try:
            return cls._of_address(seed.strip()) if "://" in seed else cls(_key(seed))
        except (ValueError, KeyError):
            raise ValueError("it is neither base32 nor an otpauth://totp/ address") from None

    @classmethod
    def _of_address(cls, address: str) -> "Totp":
        parts = urlsplit(address)
        said = dict(parse_qsl(parts.query))
        digits, period = int(said.get("digits", 6)), int(said.get("period", 30))
        algorithm = said.get("algorithm", "SHA1").upper().replace("-", "")
        if (parts.scheme, parts.netloc) != ("otpauth", "totp") or algorithm not in ALGORITHMS or period < 1:
            raise ValueError
        return cls(_key(said["secret"]), digits, period, algorithm)

    def step(self, when: datetime) -> int:
        """The number of the step whose code is good at a time."""
        return int(when.timestamp() // self.period)

    def begins(self, step: int) -> datetime:
        """When the code of a step begins to be good."""
        return datetime.fromtimestamp(step * self.period, UTC)

    def code(self, step: int) -> str:
        """The code of a step."""
        digest = hmac.digest(self.key, step.to_bytes(8), self.algorithm.lower())
        start = digest[-1] & 0xF
        number = int.from_bytes(digest[start : start + QUARTET]) & 0x7FFFFFFF
        return str(number % 10**self.digits).zfill(self.digits)


def _key(seed: str) -> bytes:
    bare = "".join(seed.split()).replace("-", "").rstrip("=")
    key = base64.b32decode(bare + "=" * (-len(bare) % QUANTUM), casefold=True)
    if not key:
        raise ValueError
    return key


def unused_code(
    totp: Totp,
    *,
    claim: Callable[[int], int],
    now: Callable[[], datetime],
    sleep: Callable[[float], None],
    deadline: float,
) -> str:
    """The code that is good now, or the next one when that was used, or is about to end; then it `sleep`s until then.

    `claim(step)` takes the first step from this one on whose code nobody has used, and returns it. Raises TwoFaExpired
    when its code is not good within `deadline` seconds.
    """
    step = claim(totp.step(now() + MARGIN))
    wait = (totp.begins(step) + MARGIN - now()).total_seconds()
    if wait > deadline:
        raise TwoFaExpired(f"The code that is good now was used, and the next one is too late: in {wait:.0f} seconds.")
    if wait > MARGIN.total_seconds():
        sleep(wait)
    return totp.code(step)
