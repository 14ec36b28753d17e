"""A recording, as tests know it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from toolkit.connector import Connector
    from toolkit.jobs import Found
    from toolkit.transport.take import Take

__all__ = ["Recording"]


@dataclass(frozen=True)
class Recording:
    """A recording's folder, and the connector that it is of.

    A test may replay it with another connector: `dataclasses.replace(recording, found=…)`.
    """

    folder: Path
    found: Found

    @property
    def name(self) -> str:
        """Connector and case, such as "acme/good"."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def is_a_run(self) -> bool:
        """Whether it is of a whole run of the connector, and not of what some test asked."""
        return (self.folder / "expected.json").is_file()

    @property
    def connector(self) -> Connector:
        """The connector, read anew from its file. Raises UsageError when it holds none."""
        return self.found.load()

    @cached_property
    def take(self) -> Take:
        """The clock, the seed and the placeholder account. Raises TakeError."""
        from toolkit.transport.take import Take  # noqa: PLC0415 - whoever records has none yet

        return Take.load(self.folder)

    @cached_property
    def expected(self) -> dict[str, Any]:
        """What the run saved, or the error it ended in. Raises UsageError when it is not of a run."""
        from toolkit.jobs.expected import load_expected  # noqa: PLC0415 - most runs of pytest have no recording

        return load_expected(self.folder)

    def check(self, *, whole: bool = True) -> None:
        """Read it, the traffic only when the `whole` is needed. Raises the ToolkitError that tells what is wrong."""
        from toolkit.transport.har import Har, lint  # noqa: PLC0415 - most runs of pytest have no recording
        from toolkit.transport.take import HAR_NAME, TakeError  # noqa: PLC0415

        _ = self.found.manifest, self.take, self.expected
        if whole and (lacks := lint(Har.load(self.folder / HAR_NAME))):
            raise TakeError(f"{self.folder / HAR_NAME} cannot be replayed: {lacks[0]}")
