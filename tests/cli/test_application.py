"""The command line as a whole."""

import subprocess
from collections.abc import Callable
from importlib.metadata import EntryPoint, version
from pathlib import Path
from typing import Any

import pytest

from toolkit.cli import application

Command = Callable[..., Any]
Spawn = Callable[..., subprocess.Popen[str]]


def test_help(command: Command) -> None:
    """--help names every command with a few words; so does the command without anything, which is wrong usage."""
    said = command("--help")

    assert said.code == 0
    assert {"list", "run", "bills", "doctor", "install-browser"} <= {line.split()[0] for line in _commands(said.out)}
    assert not any(line.endswith("...") for line in _commands(said.out)), "no summary is cut"
    assert command().code == 2


def test_the_commands_stand_in_the_order_of_need(command: Command, plug_in: Callable[[str, object], None]) -> None:
    """What a newcomer needs first comes first; what other packages add comes last."""
    plug_in("aardvark", lambda: None)
    names = [line.split()[0] for line in _commands(command("--help").out)]

    assert (names[:3], names[-1]) == (["list", "account", "run"], "aardvark")
    assert sorted(names[:-1]) == sorted(application.ORDER)


def _commands(text: str) -> list[str]:
    return text.partition("Commands:\n")[2].splitlines()


@pytest.mark.parametrize("name", ["list", "run", "bills", "check", "doctor", "install-browser"])
def test_each_help_teaches(command: Command, name: str) -> None:
    """Each command's --help has an example to copy."""
    said = command(name, "--help")

    assert said.code == 0
    assert f"\n    toolkit {name}" in said.out


def test_version(command: Command) -> None:
    """--version says which it is."""
    assert command("--version").out == f"toolkit {version('toolkit')}\n"


def test_the_real_command(spawn: Spawn) -> None:
    """The installed program does the same as main()."""
    process = spawn("--version")
    out, err = process.communicate(timeout=30)

    assert (process.returncode, out, err) == (0, f"toolkit {version('toolkit')}\n", "")


@pytest.fixture
def plug_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, object], None]:
    """`plug_in("name", function)`: what an installed package adds."""

    class Point(EntryPoint):
        def load(self) -> Any:
            if isinstance(plugged[self.name], Exception):
                raise plugged[self.name]
            return plugged[self.name]

    plugged: dict[str, Any] = {}
    monkeypatch.setattr(application, "entry_points", lambda group: [Point(name, "", group) for name in plugged])
    return plugged.__setitem__


def test_commands_of_other_packages(command: Command, plug_in: Callable[[str, object], None]) -> None:
    """A package adds commands through an entry point."""

    def hello() -> None:
        """Greet."""
        print("hello")  # noqa: T201 - a command's output

    plug_in("hello", hello)

    assert command("hello").out == "hello\n"


def test_broken_package(command: Command, plug_in: Callable[[str, object], None]) -> None:
    """A package whose command cannot be loaded is told, and takes no other command with it."""
    plug_in("hello", ImportError("no module"))

    said = command("--version")

    assert said.code == 0
    assert said.err == "The command `hello` cannot be loaded (ImportError: no module).\n"


@pytest.fixture
def _crash(plug_in: Callable[[str, object], None]) -> None:
    """A command with a mistake in it."""

    def crash() -> None:
        raise ZeroDivisionError("by nothing")

    plug_in("crash", crash)


@pytest.mark.usefixtures("_crash")
def test_crash(command: Command, tmp_path: Path) -> None:
    """An error that nobody expected is a sentence and a log for its owner only, in the logs when there are any."""
    (tmp_path / "data/logs").mkdir(parents=True)

    said = command("crash")

    assert said.code == 6
    sentence, log = said.err.splitlines()
    assert sentence == "UNKNOWN_ERROR: Something unexpected happened (ZeroDivisionError)."
    path = Path(log.removeprefix("Log: "))
    assert path.parent == tmp_path / "data/logs"
    assert path.stat().st_mode & 0o777 == 0o600
    assert "ZeroDivisionError: by nothing" in path.read_text(encoding="utf-8")


@pytest.mark.usefixtures("_crash")
def test_crash_without_a_data_folder(command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a folder of logs the log is where the system keeps what is temporary; with -v all is shown."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    said = command("-v", "crash")

    assert f"Log: {tmp_path}/crash-" in said.err
    assert "by nothing" in said.err


def test_closed_pipe(spawn: Spawn) -> None:
    """When the reader has gone, as in `toolkit list | head -1`, there is no traceback."""
    process = spawn("list")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None

    assert "Traceback" not in process.stderr.read()


def test_poor_terminal(spawn: Spawn, write_connector: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter that the terminal's encoding lacks becomes a question mark, not a crash."""
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    write_connector("acme", name="Électricité")

    process = spawn("list")
    out, _ = process.communicate(timeout=30)

    assert process.returncode == 0
    assert "?lectricit?" in out
