"""What a person sees while a run goes on, on standard error."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Protocol, Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from toolkit.cli.output import plain
from toolkit.run import Observer

__all__ = ["LineProgress", "LiveProgress", "Progress", "SilentProgress", "make_progress"]

BAR_WIDTH = 30
FRAMES_PER_SECOND = 12


class Progress(Observer, AbstractContextManager["Progress"], Protocol):
    """An observer that is shown while its `with` block lasts, and steps aside while it is `paused`."""

    def paused(self) -> AbstractContextManager[None]:
        """A block in which something else may use the terminal."""


def make_progress(console: Console, *, verbose: bool) -> Progress:
    """Lively on a terminal, a line per operation in a pipe, nothing where the log is shown anyway."""
    if verbose:
        return SilentProgress()
    # Not `console.is_terminal`: FORCE_COLOR makes that true for a pipe.
    lively = console.file.isatty() and not console.is_dumb_terminal
    return LiveProgress(console) if lively else LineProgress(console)


class SilentProgress:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to clear away."""

    def paused(self) -> AbstractContextManager[None]:
        """Nothing to pause."""
        return nullcontext()

    def operation_started(self, name: str) -> None:
        """Nothing."""

    def operation_ended(self, name: str, did: str, seconds: float) -> None:
        """Nothing."""

    def advanced(self, done: int, total: int) -> None:
        """Nothing."""

    def told(self, words: str) -> None:
        """Nothing: the log is shown, which has it."""


class LineProgress(SilentProgress):
    """One line for each operation that is over, and for what the person is told."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def told(self, words: str) -> None:
        """Say it."""
        self._console.print(plain(words), markup=False, highlight=False, soft_wrap=True)

    def operation_ended(self, name: str, did: str, seconds: float) -> None:
        """Say what it did."""
        words = plain(f"{name}: {did}" if did else name)
        self._console.print(f"{words} ({seconds:.1f} s)", markup=False, highlight=False, soft_wrap=True)


@dataclass
class _Line:
    name: str
    words: str = ""
    seconds: float | None = None
    failed: bool = False
    done: int = 0
    total: int = 0


class LiveProgress:
    """Every operation on its line, with a bar for the one that counts."""

    def __init__(self, console: Console) -> None:
        self._lines: list[_Line] = []
        self._spinner = Spinner("dots", style="cyan")
        self._live = Live(
            get_renderable=self.__rich__,
            console=console,
            refresh_per_second=FRAMES_PER_SECOND,
            vertical_overflow="visible",
        )

    def __enter__(self) -> Self:
        self._live.start(refresh=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()
        self._live.console.print()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Clear the lines away, and draw them again afterwards."""
        self._live.transient = True
        self._live.stop()
        self._live.transient = False
        try:
            yield
        finally:
            self._live.start(refresh=True)

    def operation_started(self, name: str) -> None:
        """Add its line."""
        self._lines.append(_Line(plain(name)))

    def operation_ended(self, name: str, did: str, seconds: float) -> None:
        """Say what it did; an exception on its way up means that it did not get to its end."""
        failed = sys.exception() is not None
        self._lines[-1] = _Line(plain(name), plain(did), seconds, failed)

    def advanced(self, done: int, total: int) -> None:
        """Move its bar."""
        self._lines[-1].done, self._lines[-1].total = done, total

    def told(self, words: str) -> None:
        """Say it on its line, until it is over."""
        self._lines[-1].words = plain(words)

    def __rich__(self) -> Table:
        """The lines as they are now."""
        table = Table.grid(padding=(0, 1))
        table.add_column(width=1)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(justify="right", no_wrap=True)
        for line in self._lines:
            table.add_row(self._sign(line), Text(line.name), _middle(line), _right(line))
        return table

    def _sign(self, line: _Line) -> RenderableType:
        if line.seconds is None:
            return self._spinner
        return Text("✗", style="red") if line.failed else Text("✓", style="green")


def _middle(line: _Line) -> RenderableType:
    if line.seconds is None and line.total:
        return ProgressBar(line.total, line.done, width=BAR_WIDTH)
    return Text(line.words, style="red" if line.failed else "")


def _right(line: _Line) -> Text:
    if line.seconds is not None:
        return Text(f"{line.seconds:.1f} s", style="dim")
    return Text(f"{line.done}/{line.total}" if line.total else "")
