"""The command, called in this process or as a process of its own, and connectors that need no site."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from toolkit.cli import main

COMMAND = str(Path(sys.executable).with_name("toolkit"))

CONNECTOR = """
import toolkit
from toolkit import Bill

PDF = b"%PDF-1.4\\n1 0 obj << /Type /Catalog >> endobj\\ntrailer << /Root 1 0 R >>\\n%%EOF\\n"


def bill(day, amount, **more):
    return Bill(date=day, amount=amount, **{{"currency": "EUR", "fetch": lambda run: PDF + day.encode(), **more}})


{code}

connector = toolkit.create_new(
    name="{slug}",
    models=[Bill],
    fetch_operations=[list_bills, toolkit.filter_existing(Bill), toolkit.save_data_and_file(Bill)],
)
"""

MANIFEST = {
    "name": "Acme Telecom",
    "type": "konnector",
    "version": "1.2.0",
    "source": "here",
    "developer": {"name": "Ada"},
    "description": "One bill a month",
}

LISTING = """
def list_bills(run):
    yield bill("2025-03-31", "23.90", number="A-1")
    yield bill("2025-04-30", "5", number="A-2", is_refund=True)
"""


@dataclass(frozen=True)
class Said:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]
WriteConnector = Callable[..., Path]


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody types, and how wide the tester's terminal is does not matter."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    for name in ("COLUMNS", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """`command("list", "--json", stdin="…")` calls the command in this process."""

    def command(*arguments: object, stdin: str = "") -> Said:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        written = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int | None)
        return Said(code or 0, written.out, written.err)

    return command


@pytest.fixture
def spawn() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """`spawn("run", "acme", stderr=subprocess.PIPE)` starts the real command, in a session without a terminal."""
    with ExitStack() as running:
        # Tests started in the background are deaf to Ctrl-C, and would hand that down.
        running.callback(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler))

        def spawn(*arguments: object, **options: Any) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [COMMAND, *map(str, arguments)],
                **{
                    "stdin": subprocess.DEVNULL,
                    "stdout": subprocess.PIPE,
                    "stderr": subprocess.PIPE,
                    "text": True,
                    "env": {**os.environ, "PYTHONUNBUFFERED": "1"},
                    "start_new_session": True,
                    **options,
                },
            )
            running.callback(_end, process)
            return process

        yield spawn


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


@pytest.fixture
def connectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the command looks for connectors."""
    folder = tmp_path / "connectors"
    folder.mkdir()
    monkeypatch.setenv("TOOLKIT_CONNECTORS", str(folder))
    return folder


@pytest.fixture
def write_connector(connectors: Path) -> WriteConnector:
    """`write_connector("acme", code, fields={…})`: a connector whose `list_bills` is in `code`."""

    def write_connector(slug: str, code: str = LISTING, **manifest: Any) -> Path:
        folder = connectors / slug
        folder.mkdir()
        content = json.dumps({**MANIFEST, "slug": slug, **manifest})
        (folder / "manifest.konnector").write_text(content, encoding="utf-8")
        (folder / "connector.py").write_text(CONNECTOR.format(code=code, slug=slug), encoding="utf-8")
        return folder

    return write_connector


def take_terminal() -> None:
    """Make standard input the terminal that /dev/tty is, as a login does."""
    import fcntl  # noqa: PLC0415 - not everywhere
    import termios  # noqa: PLC0415

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def read_until(terminal: IO[bytes], wanted: bytes) -> bytes:
    """What a terminal shows until it shows this."""
    seen = b""
    while wanted not in seen:
        try:
            chunk = terminal.read(4096)
        except OSError:  # how a terminal says that the other side has gone
            chunk = b""
        assert chunk, f"{wanted!r} did not come after {seen!r}"
        seen += chunk
    return seen
