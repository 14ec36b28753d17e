"""The log of a run: one JSON object a line, secrets masked, readable by its owner only."""

import json
import os
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from toolkit.account import Mask

__all__ = ["RunLog"]


class RunLog:
    """`run.log("info", "3 pages", pages=3)` appends `{"time", "type", "message", "pages"}` to the log's file.

    Types are debug, info, warning, error and critical. `echo` receives (type, message) as well, already masked.
    """

    def __init__(
        self,
        path: Path,
        mask: Mask,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        echo: Callable[[str, str], None] | None = None,
    ) -> None:
        self.path = path
        self._mask = mask
        self._now = now
        self._echo = echo
        self._file: TextIO = os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8"
        )

    def __call__(self, type: str, message: str, **details: Any) -> None:  # noqa: A002 - the seed's name for it
        """Write one line."""
        record = {"time": self._now().isoformat(), "type": type, "message": message, **details}
        self._file.write(self._mask(json.dumps(record, ensure_ascii=False, default=str)) + "\n")
        self._file.flush()
        if self._echo is not None:
            self._echo(type, self._mask(message))

    def failure(self, error: BaseException) -> None:
        """Write an error with its traceback."""
        self("error", f"{type(error).__name__}: {error}", traceback="".join(traceback.format_exception(error)))

    def close(self) -> None:
        """Close the file; later lines are an error."""
        self._file.close()
