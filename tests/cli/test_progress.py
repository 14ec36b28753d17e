"""What is shown while a run goes on."""

import io

import pytest
from rich.console import Console

from toolkit.cli.progress import LineProgress, LiveProgress, SilentProgress, make_progress

ERASE_LINE = "\x1b[2K"


class Screen(io.StringIO):
    """A terminal that remembers what was written."""

    def isatty(self) -> bool:
        """It is a terminal."""
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """A terminal that can do everything."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Screen()


@pytest.fixture
def live(screen: Screen) -> LiveProgress:
    """Lively progress on it."""
    return LiveProgress(Console(file=screen, width=80))


def rendered(live: LiveProgress) -> list[str]:
    """The lines that a person sees now, without the spinner's own sign."""
    file = io.StringIO()
    Console(file=file, width=80).print(live.__rich__())
    return [line.rstrip() for line in file.getvalue().splitlines()]


def test_choice(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lively on a terminal, plain in a pipe or on a dumb terminal, nothing when the log is shown."""
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert isinstance(make_progress(Console(file=screen), verbose=False), LiveProgress)
    assert isinstance(make_progress(Console(file=io.StringIO()), verbose=False), LineProgress)
    assert isinstance(make_progress(Console(file=screen), verbose=True), SilentProgress)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(make_progress(Console(file=screen), verbose=False), LineProgress)


def test_lines() -> None:
    """In a pipe each operation is told when it is over, whatever it counted."""
    file = io.StringIO()
    with LineProgress(Console(file=file, width=20)) as progress, progress.paused():
        progress.operation_started("log_in")
        progress.advanced(1, 2)
        progress.operation_ended("log_in", "logged in to [bold]\x1b[2J Acme", 1.25)
        progress.operation_ended("hand_over", "", 0)

    assert file.getvalue() == "log_in: logged in to [bold] [2J Acme (1.2 s)\nhand_over (0.0 s)\n"


def test_live_lines(live: LiveProgress) -> None:
    """Each operation has its line: done with what it did and how long it took, or under way with a bar."""
    live.operation_started("log_in")
    live.operation_ended("log_in", "logged in", 1.9)
    live.operation_started("save_data_and_file")
    live.advanced(3, 24)

    done, going = rendered(live)

    assert done.split() == ["✓", "log_in", "logged", "in", "1.9", "s"]
    assert going.split()[1] == "save_data_and_file"
    assert "━" in going
    assert going.endswith("3/24")


def test_live_failure(live: LiveProgress) -> None:
    """An operation that an exception ends, Ctrl-C included, is not shown as done."""
    live.operation_started("log_in")

    def interrupted() -> None:
        try:
            raise KeyboardInterrupt
        finally:
            live.operation_ended("log_in", "", 1)

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert rendered(live)[0].startswith("✗ log_in")


def test_live_ends_complete(live: LiveProgress, screen: Screen) -> None:
    """The last state of every operation stays on the screen."""
    with live:
        live.operation_started("log_in")
        live.operation_ended("log_in", "logged in", 1.9)

    assert "logged in" in screen.getvalue()
    assert screen.getvalue().endswith("\x1b[?25h\n"), "the cursor is back, and a blank line follows"


def test_live_steps_aside(live: LiveProgress, screen: Screen) -> None:
    """When it is paused the lines are cleared away and nothing is drawn; then they are drawn again."""
    with live:
        live.operation_started("log_in")
        with live.paused():
            assert ERASE_LINE in screen.getvalue().rpartition("log_in")[2]
            screen.seek(0)
            screen.truncate()
            live.operation_ended("log_in", "logged in", 1)
            assert screen.getvalue() == ""

    assert "logged in" in screen.getvalue()


def test_a_failing_question_leaves_the_lines(live: LiveProgress, screen: Screen) -> None:
    """When what used the terminal fails, the progress is drawn again before the error goes on."""
    with live:
        live.operation_started("log_in")
        with pytest.raises(ValueError, match="no answer"), live.paused():
            raise ValueError("no answer")
        screen.seek(0)
        screen.truncate()
        live.operation_ended("log_in", "logged in", 1)

    assert "logged in" in screen.getvalue()


def test_what_the_person_has_to_do_is_told_while_it_lasts(live: LiveProgress) -> None:
    """Without a terminal it is a line; what a site says cannot command the terminal."""
    file = io.StringIO()
    with LineProgress(Console(file=file, width=20)) as lines:
        lines.told("Say yes in the app\x1b[2J of [bold]Acme")
    live.operation_started("log_in")
    live.told("Say yes in the app")
    meanwhile = rendered(live)
    live.operation_ended("log_in", "logged in", 1)

    assert file.getvalue() == "Say yes in the app [2J of [bold]Acme\n"
    assert meanwhile[0].endswith("log_in Say yes in the app")
    assert "Say yes" not in rendered(live)[0]
