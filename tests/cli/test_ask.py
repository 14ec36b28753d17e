"""Asking a person; the terminal itself is tried in test_run.py."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

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

    assert asking(paused)("sms", "Sent\x1b[2J to 12") == "123456"
    assert events == ["paused", "Sent [2J to 12 (sms): "]


@pytest.mark.parametrize(("keyboard", "says"), [(Keyboard(), "No code was given"), (io.StringIO(), "nobody is there")])
def test_no_answer(monkeypatch: pytest.MonkeyPatch, keyboard: io.StringIO, says: str) -> None:
    """The end of input and the lack of a terminal both mean that the code did not come."""
    monkeypatch.setattr("sys.stdin", keyboard)

    @contextmanager
    def paused() -> Iterator[None]:
        yield

    with pytest.raises(TwoFaExpired, match=says):
        asking(paused)("sms", "Sent")
