"""Asking the person at the terminal."""

import select
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from getpass import getpass
from pathlib import Path
from typing import TextIO

from toolkit.cli.output import plain
from toolkit.errors import TwoFaExpired
from toolkit.run import Ask, refuse_to_ask

__all__ = ["asking", "read_answer", "read_secret"]


def read_answer(keyboard: TextIO, question: str, deadline: float | None = None) -> str:
    """What the person types, without spaces around it; "" at the end of input.

    Raises TwoFaExpired when it takes longer than `deadline` seconds.
    """
    sys.stderr.write(question)
    sys.stderr.flush()
    if deadline is not None and not _is_typed_within(deadline, keyboard):
        sys.stderr.write("\n")
        raise TwoFaExpired(f"No code was given within {deadline:.0f} seconds.")
    return keyboard.readline().strip()


def _is_typed_within(seconds: float, keyboard: TextIO) -> bool:
    try:
        return bool(select.select([keyboard], [], [], seconds)[0])
    except (OSError, ValueError):  # Windows waits so for sockets only: there the person has all the time
        return True


def read_secret(question: str) -> str:
    """The same, not shown while it is typed."""
    try:
        return getpass(question, stream=sys.stderr).strip()
    except EOFError:
        return ""


def asking(paused: Callable[[], AbstractContextManager[None]]) -> Ask:
    """The `Ask` of a run: a question on the terminal, while the progress is `paused`; refused when nobody is there."""

    def ask(kind: str, message: str, deadline: float) -> str:
        with _keyboard() as keyboard:
            if keyboard is None:
                return refuse_to_ask(kind, message, deadline)
            with paused():
                return read_answer(keyboard, f"{plain(message)} ({plain(kind)}): ", deadline)

    return ask


def _keyboard() -> AbstractContextManager[TextIO | None]:
    """Standard input, or the terminal of a person who sees our questions when that is a pipe; None without either."""
    if sys.stdin.isatty():
        return nullcontext(sys.stdin)
    if sys.stderr.isatty():
        with suppress(OSError):
            return Path("/dev/tty").open(encoding="utf-8")
    return nullcontext(None)
