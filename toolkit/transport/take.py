"""What a recording says besides its traffic: `take.json`, in the folder of the recording."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from toolkit.disk import write_atomically
from toolkit.errors import ToolkitError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["HAR_NAME", "TAKE_NAME", "Take", "TakeError", "digest"]

HAR_NAME = "session.har"
TAKE_NAME = "take.json"
DIGEST = 8  # hex digits: enough to tell a stand-in of this take from a value that is none
TEXTS = ("user_agent", "locale", "time_zone", "browser", "toolkit", "after", "test")


class TakeError(ToolkitError):
    """The folder holds no recording that can be used, or a recording that cannot be kept."""

    code = "INVALID_TAKE"
    exit_code = 2


@dataclass(frozen=True)
class Take:
    """The circumstances of a recording; whoever replays it brings them about again.

    clock       what every page read as the time, in UTC, to the millisecond
    seed        what every page's chance began with, from 0 to 2**32 - 1
    user_agent  what the browser called itself; empty when there was none
    locale      the language of the browser, like "en-US"; empty when there was none
    time_zone   the time zone of the browser, like "Europe/Paris"; empty when there was none
    browser     the browser's version; empty when there was none
    toolkit     the version of the toolkit that recorded
    fields      the placeholder account: what the recording holds in place of the real values, by field name
    answers     what stands for the codes that the person gave, in order
    after       the recording of the same folder that is replayed first, into the same store; empty for an empty store
    test        the test that it was recorded for, like "tests/test_acme.py::test_bills"; empty for a connector's run
    ignore      names of headers, query parameters and fields that matching leaves out
    secrets     names of fields, headers and cookies whose values are secrets, beyond those that are known by themselves
    stand_ins   the digest of every value that stands for a secret, sorted; what looks like a secret and is not among
                them was never replaced
    """

    clock: datetime
    seed: int
    user_agent: str = ""
    locale: str = ""
    time_zone: str = ""
    browser: str = ""
    toolkit: str = ""
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    answers: tuple[str, ...] = field(default=(), repr=False)
    after: str = ""
    test: str = ""
    ignore: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    stand_ins: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if self.clock.tzinfo is None:
            raise TakeError("The clock of a take needs a time zone.")
        utc = self.clock.astimezone(UTC)
        object.__setattr__(self, "clock", utc.replace(microsecond=utc.microsecond // 1000 * 1000))

    @classmethod
    def load(cls, folder: Path) -> Take:
        """Read the take of a recording's folder. Raises TakeError when there is none or it makes no sense."""
        path = folder / TAKE_NAME
        try:
            return _read(json.loads(path.read_bytes()))
        except OSError as error:
            raise TakeError(f"{path} cannot be read: {error.strerror}.") from None
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise TakeError(f"{path} is not the take of a recording: {type(error).__name__}, {error}.") from None

    def save(self, folder: Path) -> None:
        """Write `take.json` into an existing folder, whole or not at all."""
        clock = self.clock.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        text = json.dumps({**asdict(self), "clock": clock}, indent=1, ensure_ascii=False)
        write_atomically(folder / TAKE_NAME, [text.encode(), b"\n"])


def _read(raw: dict[str, Any]) -> Take:
    return Take(
        clock=datetime.fromisoformat(raw["clock"]),
        seed=int(raw["seed"]),
        fields={str(name): str(value) for name, value in raw.get("fields", {}).items()},
        answers=tuple(map(str, raw.get("answers", ()))),
        ignore=tuple(map(str, raw.get("ignore", ()))),
        secrets=tuple(map(str, raw.get("secrets", ()))),
        stand_ins=tuple(map(str, raw.get("stand_ins", ()))),
        **{name: str(raw.get(name, "")) for name in TEXTS},
    )


def digest(stand_in: str) -> str:
    """What a take keeps of a stand-in, to know it again, in capitals or not, with spaces or without."""
    bare = "".join(stand_in.casefold().split())
    return hashlib.sha256(bare.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST]
