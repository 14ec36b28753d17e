"""Asking the person at the terminal."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from getpass import getpass
from pathlib import Path
from typing import TextIO

from toolkit.errors import TwoFaExpired
from toolkit.run import Ask, refuse_to_ask

__all__ = ["asking", "find_keyboard", "read_answer"]


def find_keyboard() -> TextIO | None:
    """Where a person types: standard input, or the terminal when that is a pipe; None when nobody is there."""
    if sys.stdin is not None and sys.stdin.isatty():
        return sys.stdin
    if not sys.stderr.isatty():
        return None
    try:
        return Path("/dev/tty").open(encoding="utf-8")
    except OSError:
        return None


def read_answer(keyboard: TextIO, question: str, *, secret: bool = False) -> str:
    """What the person types, without spaces around it; "" at the end of input. A secret is not shown."""
    if secret:
        try:
            return getpass(question, stream=sys.stderr).strip()
        except EOFError:
            return ""
    sys.stderr.write(question)
    sys.stderr.flush()
    return keyboard.readline().strip()


def asking(keyboard: TextIO | None, paused: Callable[[], AbstractContextManager[None]]) -> Ask:
    """The `Ask` of a run: a question on the terminal, while the progress is `paused`."""
    if keyboard is None:
        return refuse_to_ask

    def ask(kind: str, message: str) -> str:
        with paused():
            answer = read_answer(keyboard, f"{message} ({kind}): ")
        if not answer:
            raise TwoFaExpired("No code was given.")
        return answer

    return ask
