"""`toolkit list`."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Command = Callable[..., Any]
Write = Callable[..., Path]


def test_table(command: Command, write_connector: Write) -> None:
    """Each connector is a row with slug, name, version, where it is, and what it fetches."""
    folder = write_connector("acme", "this is not Python")

    said = command("list")

    assert said.code == 0
    row = next(line for line in said.out.splitlines() if line.startswith("acme"))
    assert row.split("  ")[:3] == ["acme", "Acme Telecom", "1.2.0"]
    assert row.endswith("One bill a month")
    assert str(folder)[:20] in row


def test_broken_manifest_is_a_row(command: Command, write_connector: Write) -> None:
    """A manifest that cannot be read is a row with its sentence, and no reason to fail."""
    write_connector("acme")
    folder = write_connector("broken", version="one")

    said = command("list")

    assert said.code == 0
    assert "broken" in said.out
    assert "field `version`" in " ".join(said.out.split())
    assert "One bill a month" in said.out
    assert folder.name in said.out


def test_json(command: Command, write_connector: Write) -> None:
    """As JSON, what is wrong with a manifest is in `error`."""
    write_connector("acme", data_types=["bill", "contract"], description="")
    write_connector("broken", version="one")

    facts = {fact["slug"]: fact for fact in json.loads(command("list", "--json").out)}

    assert facts["acme"]["version"] == "1.2.0"
    assert facts["acme"]["description"] == "bill, contract"
    assert facts["acme"]["error"] is None
    assert "field `version`" in facts["broken"]["error"]


def test_narrow(command: Command, write_connector: Write, monkeypatch: Any) -> None:
    """At 80 columns descriptions wrap, and no line is longer."""
    monkeypatch.setenv("COLUMNS", "80")
    write_connector("acme", description="Every bill, credit note and reminder of the last ten years, by account")

    lines = command("list").out.splitlines()

    assert max(map(len, lines)) <= 80
    assert "Every bill, credit note and reminder of the last ten years" not in lines


def test_imports_nothing_slow(write_connector: Write, connectors: Path) -> None:
    """Neither help nor list wait for the browser's library or the database's, nor run a connector's code."""
    write_connector("acme", "raise SystemExit('it ran')")
    script = """
import sys
from toolkit.cli import main
for arguments in (["--help"], ["list"]):
    try:
        main(arguments)
    except SystemExit as ended:
        assert not ended.code, ended.code
slow = {"playwright", "sqlalchemy"} & set(sys.modules)
assert not slow, slow
"""

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert str(connectors)[:20] in done.stdout
