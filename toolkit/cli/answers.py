"""Codes that a file or a command of the person's gives, so that a run needs nobody at the terminal."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from toolkit.errors import TwoFaExpired, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from toolkit.run import Ask

__all__ = ["COMMAND", "FILE", "Answers"]

FILE, COMMAND = "--answers", "--answers-command"
LONGEST = 200


@dataclass(frozen=True)
class Answers:
    """What is answered before the person is asked: what is `given`, each once; then what a `command` prints."""

    given: dict[str, list[str]] = field(default_factory=dict, repr=False)
    command: tuple[str, ...] = ()

    @classmethod
    def of(cls, file: Path | None, command: str | None) -> Answers:
        """Those of the two options. Raises UsageError, in which no answer is told, when one makes no sense."""
        return cls(_read(file) if file else {}, _split(command) if command is not None else ())

    def before(self, ask: Ask, paused: Callable[[], AbstractContextManager[None]]) -> Ask:
        """The `Ask` that gives these answers first; a command runs while the progress is `paused`."""

        def answer(kind: str, message: str, deadline: float) -> str:
            if self.given.get(kind):
                return self.given[kind].pop(0)
            if self.command:
                with paused():
                    return _run(self.command, kind, message, deadline)
            return ask(kind, message, deadline)

        return answer


def _read(path: Path) -> dict[str, list[str]]:
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}, the file of {FILE}, cannot be read: {error.strerror}.") from None
    except ValueError:
        raise UsageError(f"{path}, the file of {FILE}, is not JSON.") from None
    if not isinstance(content, dict):
        raise UsageError(f'{path}, the file of {FILE}, is not a JSON object such as {{"sms": "123456"}}.')
    return {kind: _texts(path, kind, value) for kind, value in content.items()}


def _texts(path: Path, kind: str, value: Any) -> list[str]:
    answers = value if isinstance(value, list) else [value]
    if not all(isinstance(answer, str) for answer in answers):  # of a number, the zeros before it would be lost
        raise UsageError(f"{path}, the file of {FILE}: the answer {kind!r} is neither a text nor a list of texts.")
    return list(answers)


def _split(command: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"{COMMAND} cannot be read: {error}.") from None
    if not words:
        raise UsageError(f"{COMMAND} is empty: it is a command such as 'pass otp acme'.")
    return words


def _run(command: tuple[str, ...], kind: str, message: str, deadline: float) -> str:
    """What a command prints. Other users of the machine see its arguments: what it is asked is in its environment."""
    asked = {"TOOLKIT_ASK_KIND": kind, "TOOLKIT_ASK_MESSAGE": message.replace("\0", "")}
    try:
        done = subprocess.run(  # noqa: S603 - the person's own command, run by no shell
            command,
            env=os.environ | asked,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=deadline,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TwoFaExpired(f"The command of {COMMAND} gave no code within {deadline:.0f} seconds.") from None
    except OSError as error:
        raise UsageError(f"The command of {COMMAND} does not run: {error.strerror}: {command[0]}") from None
    if done.returncode:
        said = " ".join(done.stderr.split())[-LONGEST:]
        raise UsageError(f"The command of {COMMAND} ended with {done.returncode}. It says: {said or 'nothing'}")
    return done.stdout.strip()
