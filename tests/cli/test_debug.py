"""`toolkit debug`: what the prompt answers, and a connector mended in a window."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, Command, WriteConnector

PAGE = "<title>Acme</title><h1>Bills</h1><button id=pay>Pay</button><button hidden>No</button><input value=s3cret>"
LOOKS = f"""
def open_page(run):
    run.page.set_content({PAGE!r})


def list_bills(run):
    yield bill("2025-03-31", "23.90", number="A-1")
"""
pytestmark = pytest.mark.usefixtures("shared_pages")
FIRST = "fetch_operations=[open_page, list_bills,"


@pytest.fixture
def acme(write_connector: WriteConnector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A connector with a page of its own, in an empty data folder."""
    folder = write_connector("acme", LOOKS)
    code = folder / "connector.py"
    code.write_text(code.read_text().replace("fetch_operations=[list_bills,", FIRST))
    monkeypatch.setenv("TOOLKIT_DATA", str(tmp_path / "data"))
    return code


def prompt(command: Command, *lines: str) -> list[str]:
    """What is answered to each line, the first one being what is said at the start, and after all of them the end."""
    said = command("debug", "acme", "--headless", "--slow-mo", "0", stdin="".join(f"{line}\n" for line in lines))
    return [f"{said.code}", *said.err.split("debug> ")]


@pytest.mark.usefixtures("acme")
def test_the_prompt_tells_where_the_run_is(command: Command) -> None:
    """Before the first operation, then after each, and at the end what came of the run."""
    code, *said = prompt(command, "h", "n", "c")

    assert code == "0"
    assert said[0].split("\n")[1].startswith("Before open_page (1 of 4) ")
    assert "-> 1  open_page\n   2  list_bills\n" in said[1]
    assert "After open_page (1 of 4); list_bills is next" in said[2]
    assert "list_bills: 1 listed" in said[3]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("s button", '2 found, 1 seen; can be seen.\n  <button id="pay">  Pay\n  <button hidden="">'),
        ('s page.get_by_role("heading")', "1 found, 1 seen; can be seen.\n  <h1>  Bills"),
        ("s #paid", "`#paid` matches nothing; the nearest is `#pay`."),
        ("s button[", "Locator.count: Unexpected token"),
        ("s", "`s SELECTOR` tries a selector; without a window there is nothing to pick in."),
        ("i", "The inspector needs a window, and a page in it."),
        ("x", "What the session would send if the login were over now:\n\nnothing beyond"),
        ("nonsense", "c continue  n next  r again"),
        ("p 1/0", "ZeroDivisionError"),
    ],
)
@pytest.mark.usefixtures("acme")
def test_the_prompt_looks_at_what_there_is(command: Command, line: str, answer: str) -> None:
    """A selector with what it finds, the session so far; a wrong word is answered with the right ones."""
    _, *said = prompt(command, "n", line, "c")

    assert answer in said[2]
    assert "s3cret" not in said[2]


@pytest.mark.usefixtures("acme")
def test_python_has_the_run_its_page_and_its_session(command: Command) -> None:
    """One line at a time, or as many as are wanted."""
    said = command(
        *("debug", "acme", "--headless", "--slow-mo", "0"),
        stdin="n\np page.title()\np\nfor each in (run, session):\n    print(type(each).__name__)\n\nexit()\nc\n",
    )

    assert said.out.startswith("'Acme'\nRun\nSession\n")
    assert said.code == 0


@pytest.mark.usefixtures("acme")
def test_a_trace_is_saved_for_its_owner_only(command: Command, tmp_path: Path) -> None:
    """Where the answer says, and without what was typed."""
    _, *said = prompt(command, "n", "p page.fill('input', 'hunter-22')", "t", "c")
    (path,) = (tmp_path / "data" / "traces").iterdir()

    assert f"`toolkit failures trace {path}` shows it." in said[3]
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"hunter-22" not in path.read_bytes()


@pytest.mark.usefixtures("acme")
def test_before_there_is_a_page_there_is_nothing_to_see(command: Command) -> None:
    """Each look says so."""
    _, *said = prompt(command, "s h1", "x", "t", "q")

    assert said[1:4] == [
        "s h1\nNo page is open: there is nothing to look at.\n",
        "x\nThere is no session yet: nothing is logged in, and no page is open.\n",
        "t\nThere is no trace: no browser is open.\n",
    ]


@pytest.mark.usefixtures("acme")
def test_the_end_of_the_input_quits(command: Command) -> None:
    """Nothing is saved, and what was listed is said to be lost."""
    said = command("debug", "acme", "--headless", "--slow-mo", "0", "--until", "filter_existing")

    assert said.code == 1
    assert "1 listed: 1 not saved" in said.out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--until", "bills", "--on-failure"], "--until stops before an operation, and --on-failure nowhere but"),
        (["--until", "bills"], "No operation is called 'bills'; there are: open_page, list_bills,"),
        (["--replay", "good", "--recordings", "nowhere"], "nowhere/acme/good"),
        (["--replay", "../good"], "'../good' is no name for a recording"),
    ],
)
@pytest.mark.usefixtures("acme")
def test_wrong_usage_is_said_in_a_sentence(command: Command, options: list[str], sentence: str) -> None:
    """And nothing runs."""
    said = command("debug", "acme", "--headless", *options)

    assert said.code == 2
    assert sentence in said.err


@pytest.mark.usefixtures("acme")
def test_without_a_display_it_says_what_to_do(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anybody is asked for a password."""
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    said = command("debug", "acme")

    assert said.code == 2
    assert "There is no display to show the browser on: " in said.err


class Terminal:
    """A person at a terminal, in which the command runs."""

    def __init__(self, *arguments: object, env: dict[str, str]) -> None:
        self._end, side = pty.openpty()
        words = [COMMAND, *map(str, arguments)]
        self.process = subprocess.Popen(words, stdin=side, stdout=side, stderr=side, env={**os.environ, **env})
        os.close(side)

    def close(self) -> None:
        """End it, if it goes on."""
        self.process.kill()
        self.process.wait()
        os.close(self._end)

    def until(self, words: str, seconds: float = 60) -> str:
        """What is shown, up to these words."""
        shown = ""
        while words not in shown:
            assert select.select([self._end], [], [], seconds)[0], f"{words!r} does not come: {shown}"
            shown += os.read(self._end, 1 << 16).decode()
        return shown

    def types(self, line: str, words: str = "debug> ") -> str:
        """What is shown after a line."""
        os.write(self._end, f"{line}\n".encode())
        return self.until(words)


@pytest.fixture
def display() -> Iterator[str]:
    """A screen that nobody sees."""
    program = shutil.which("Xvfb")
    if program is None:
        pytest.skip("there is no Xvfb")
    reading, writing = os.pipe()
    command = [program, "-displayfd", str(writing), "-screen", "0", "1280x900x24"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as screen:
        os.close(writing)
        with os.fdopen(reading) as said:
            yield f":{said.readline().strip()}"
        screen.terminate()


def test_a_connector_is_mended_in_a_window(
    acme: Path, display: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """In a headed browser, at a terminal: it breaks, a selector is tried, the file is edited, and r goes on."""
    good = acme.read_text()
    acme.write_text(
        good.replace("run.page.set_content(", "run.page.set_default_timeout(300); run.page.set_content(", 1)
        .replace("def list_bills", "def pay(run):\n    run.page.click('#paid')\n\n\ndef list_bills")
        .replace("[open_page,", "[open_page, pay,")
    )
    env = {"DISPLAY": display, "TOOLKIT_DATA": str(tmp_path / "data")}
    person = Terminal("debug", "acme", "--on-failure", "--slow-mo", "0", env=env)
    request.addfinalizer(person.close)

    broke = person.until("debug> ")
    tried = person.types("s #pay")
    acme.write_text(acme.read_text().replace("#paid", "#pay"))
    again = person.types("r")
    ended = person.types("c", words="Logs ")

    assert 'Cause: `#paid` matches nothing; the nearest element is `#pay` ("Pay").' in broke
    assert "1 found, 1 seen; can be seen." in tried
    assert "After pay (2 of 5); list_bills is next" in again
    assert "1 listed: 1 saved" in ended
    assert person.process.wait(30) == 0


def test_a_missing_field_is_named_with_what_this_command_offers(
    write_connector: WriteConnector, command: Command, tmp_path: Path
) -> None:
    """Standard input is the prompt's: no JSON is read from it."""
    write_connector("acme", fields={"login": {"type": "text"}})
    said = command("debug", "acme", "--headless", "--data", tmp_path / "data")

    assert said.code == 2
    assert "set TOOLKIT_FIELD_LOGIN, or keep it with `toolkit account add acme`, or run the command in" in said.err


def test_help_teaches(command: Command) -> None:
    """Every word of the prompt is in it."""
    said = command("debug", "--help")

    assert said.code == 0
    for words in ("reload, run again", "try a selector", "back to before it", "toolkit debug acme --replay good"):
        assert words in said.out
