"""Writing for a person or for a program: consoles, tables, and texts that do no harm."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TextIO

import typer
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

__all__ = ["Column", "amount_text", "errors", "interruptible", "output", "plain", "table", "write", "write_json"]

INTERRUPTED = 130
NARROW = 100
PIPE_WIDTH = 160
UNITS = 2


def output() -> Console:
    """The console for what a command answers."""
    return _console(sys.stdout)


def errors() -> Console:
    """The console for progress and for what went wrong."""
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    """A console as wide as its terminal; where there is none, wide enough for tables to stay whole."""
    width = None if stream.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


def write(console: Console, *things: RenderableType) -> None:
    """Write a block for each thing. A text is left to the terminal to wrap, so that a path in it can be copied.

    What is no terminal gets no spaces at the ends of lines.
    """
    with console.capture() as captured:
        for thing in things:
            console.print(thing, soft_wrap=isinstance(thing, str))
    text = captured.get()
    if not console.is_terminal:
        text = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    console.file.write(text)
    console.file.flush()


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C in the block ends the command with a word, and with 130."""
    try:
        yield
    except KeyboardInterrupt:
        write(errors(), "Interrupted.")
        raise typer.Exit(INTERRUPTED) from None


def write_json(value: Any) -> None:
    """Write one JSON document to standard output."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def plain(text: str) -> str:
    """The text on one line, without what a terminal would take for a command."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def amount_text(amount: Decimal | str, currency: str, *, is_refund: bool = False) -> str:
    """An amount as people write it, "1,234.50 EUR"; what a vendor pays back has a minus.

    What is no number stays as it is: that is what a person must see then.
    """
    try:
        value = Decimal(amount)
        digits = max(_digits(currency), -int(value.normalize().as_tuple().exponent))
        text = f"{-abs(value) if is_refund else value:,.{digits}f}"
    except (InvalidOperation, ValueError):
        text = plain(str(amount))
    return f"{text} {currency}".strip()


def _digits(currency: str) -> int:
    from babel.numbers import get_currency_precision  # noqa: PLC0415 - only tables need its data

    return get_currency_precision(currency) if currency else UNITS


@dataclass(frozen=True)
class Column:
    """A column of a table: its cells, and the most characters that it takes; without a `limit`, what the others leave.

    A cell that is too long is cut, unless the column `wraps`.
    """

    title: str
    cells: Sequence[str]
    limit: int | None = None
    right: bool = False
    wraps: bool = False


def table(columns: Sequence[Column]) -> Table:
    """The columns that hold anything, side by side, without lines around them."""
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    filled = [column for column in columns if any(column.cells)]
    for column in filled:
        drawn.add_column(
            column.title,
            justify="right" if column.right else "left",
            max_width=column.limit,
            # Rich takes room only from columns that may wrap, and these have a limit of their own.
            no_wrap=column.limit is not None,
        )
    for row in range(max((len(column.cells) for column in filled), default=0)):
        drawn.add_row(
            *(Text(plain(column.cells[row]), no_wrap=not column.wraps, overflow="ellipsis") for column in filled)
        )
    return drawn
