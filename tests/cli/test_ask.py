"""Asking a person; the terminal itself is tried in test_run.py."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest

from toolkit.cli.ask import asking, read_answer
from toolkit.errors import TwoFaExpired


class Keyboard(io.StringIO):
    """A terminal on which something is typed."""

    def isatty(self) -> bool:
        """It is a terminal."""
        return True


def test_question_and_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """The question is on standard error, the answer comes without the spaces around it."""
    assert read_answer(Keyboard(" 123 456 \n"), "Code: ") == "123 456"
    assert capsys.readouterr() == ("", "Code: ")


def test_asks_while_paused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A code is asked for while the progress steps aside; what the site says cannot command the terminal."""
    monkeypatch.setattr("sys.stdin", Keyboard("123456\n"))
    events = []

    @contextmanager
    def paused() -> Iterator[None]:
        events.append("paused")
        yield
        events.append(capsys.readouterr().err)

    assert asking(paused)("sms", "Sent\x1b[2J to 12", 60) == "123456"
    assert events == ["paused", "Sent [2J to 12 (sms): "]


def test_no_answer_is_another_thing_than_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enter alone and the end of input give nothing, which cancels; without a terminal nobody can be asked."""
    answers = []
    for typed in ("\n", ""):
        monkeypatch.setattr("sys.stdin", Keyboard(typed))
        answers.append(asking(nullcontext)("sms", "Sent", 60))
    monkeypatch.setattr("sys.stdin", io.StringIO())

    assert answers == ["", ""]
    with pytest.raises(TwoFaExpired, match="nobody is there"):
        asking(nullcontext)("sms", "Sent", 60)


def test_a_person_has_until_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal on which nothing is typed; what comes in time is taken."""
    typing, terminal = os.openpty()
    with open(terminal, encoding="utf-8") as keyboard, open(typing, "wb", buffering=0) as fingers:  # noqa: PTH123
        monkeypatch.setattr("sys.stdin", keyboard)
        with pytest.raises(TwoFaExpired, match="No code was given within 0 seconds"):
            asking(nullcontext)("sms", "Sent", 0.01)
        fingers.write(b"123456\n")

        assert asking(nullcontext)("sms", "Sent", 60) == "123456"
