"""`Drafts`: the files that downloads are writing; once closed, none is left and none begins."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolkit.store import Draft, Files

__all__ = ["Drafts"]


class Drafts:
    """The drafts of one batch, begun in several threads and let go of in one.

    A thread may come too late: it has taken its next download when the batch is given up. Its draft does not begin.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._lock = threading.Lock()
        self._begun: list[ExitStack] = []
        self._closed = False

    def begin(self, folder: str) -> tuple[Draft, ExitStack]:
        """A new draft in a folder, and what to close when it is saved or given up. RuntimeError after `close`."""
        with self._lock:
            if self._closed:
                raise RuntimeError("The downloads were given up.")
            closing = ExitStack()
            draft = closing.enter_context(self._files.draft(folder))
            self._begun.append(closing)
            return draft, closing

    def close(self) -> None:
        """Remove what is not saved, also where a thread is still writing."""
        with self._lock:
            self._closed = True
        for closing in self._begun:
            closing.close()
