"""One request, as the matcher and the scrubber see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolkit.transport.har_entry import HarEntry

__all__ = ["Headers", "Req"]

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Req:
    """What was asked: `headers` in order, names in any case; `body` as sent, None when there is none."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes | None = None

    @classmethod
    def of(cls, entry: "HarEntry") -> "Req":
        """The request of a HAR entry. Raises HarError when its body cannot be read."""
        return cls(entry.method, entry.url, entry.request_headers, entry.request_body())

    def header(self, name: str) -> str:
        """The first value of a header, empty when it is not there."""
        return next((value for key, value in self.headers if key.lower() == name), "")
