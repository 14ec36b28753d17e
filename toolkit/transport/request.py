"""One request, as the matcher and the scrubber see it."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Headers", "Req"]

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Req:
    """What was asked: `headers` in order, names in any case; `body` as sent, None when there is none."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes | None = None

    def header(self, name: str) -> str:
        """The first value of a header, empty when it is not there."""
        return next((value for key, value in self.headers if key.lower() == name), "")
