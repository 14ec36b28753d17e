"""`toolkit doctor`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from toolkit.jobs import Workspace
from toolkit.vault import Vault

Command = Callable[..., Any]
Write = Callable[..., Path]


def checks(command: Command, *arguments: str) -> dict[str, dict[str, Any]]:
    """What the doctor found, by name."""
    return {check["name"]: check for check in json.loads(command("doctor", "--json", *arguments).out)}


def test_all_well(command: Command, write_connector: Write, tmp_path: Path) -> None:
    """With a browser, a folder and a store each line is ok; nothing is left behind."""
    write_connector("acme")
    store, _ = Workspace(tmp_path / "data").open()
    store.close()
    before = sorted(tmp_path.rglob("*"))

    said = command("doctor")

    assert said.code == 0
    lines = said.out.splitlines()
    assert all(line.startswith("ok    ") for line in lines)
    assert "ok    connector acme: Acme Telecom 1.2.0" in lines
    assert f"ok    store: {tmp_path}/data/toolkit.sqlite opens, 0 bills" in lines
    assert "ok    vault: nothing is kept yet" in lines
    assert any(line.startswith("ok    browser: ") and " starts (" in line for line in lines)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.fixture
def _no_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A browser that is a script which fails: quick, and wrong."""
    script = tmp_path / "browser"
    script.write_text("#!/bin/sh\necho broken >&2\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setenv("TOOLKIT_BROWSER", str(script))


@pytest.mark.usefixtures("_no_browser")
def test_what_is_wrong(command: Command, write_connector: Write, tmp_path: Path) -> None:
    """Each thing that is wrong is a line that says what to do, the others are looked at all the same; ends with 6."""
    write_connector("broken", version="one")
    (tmp_path / "file").touch()

    said = command("doctor", "--data", tmp_path / "file" / "data")

    assert said.code == 6
    lines = said.out.splitlines()
    assert any(line.startswith(f"wrong browser: The browser {tmp_path}/browser does not start") for line in lines)
    assert any(line.startswith("wrong data folder: ") and "--data or TOOLKIT_DATA" in line for line in lines)
    assert any(line.startswith("wrong connector broken: ") and "field `version`" in line for line in lines)


@pytest.mark.usefixtures("_no_browser")
def test_first_time(command: Command, tmp_path: Path) -> None:
    """Before the first run there is no folder and no store; that is well, and stays so."""
    found = checks(command)

    assert found["data folder"]["ok"]
    assert found["store"] == {
        "name": "store",
        "ok": True,
        "says": f"{tmp_path}/data/toolkit.sqlite will be made by the first run",
    }
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("_no_browser")
def test_store_that_does_not_open(command: Command, tmp_path: Path) -> None:
    """A damaged store is wrong, with what to do."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/toolkit.sqlite").write_bytes(b"not a database" * 100)

    assert "move that file away" in checks(command)["store"]["says"]


def test_code_that_cannot_be_run_is_said(command: Command, write_connector: Write, tmp_path: Path) -> None:
    """A slip in connector.py, or none at all: found without running it."""
    (write_connector("slip") / "connector.py").write_text("def (")
    (write_connector("bare") / "connector.py").unlink()
    said = command("doctor", "--data", tmp_path / "data")
    lines = {line.split(":")[0]: line for line in said.out.splitlines()}

    assert said.code == 6
    assert "connector.py cannot be read: invalid syntax" in lines["wrong connector slip"]
    assert "connector.py cannot be read" in lines["wrong connector bare"]


def test_a_folder_below_the_data_that_cannot_be_written(command: Command, tmp_path: Path) -> None:
    """A run writes into all three; here a file stands where the logs go."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "logs").write_text("")
    said = command("doctor", "--data", tmp_path / "data")

    assert said.code == 6
    assert "data/logs cannot be written" in said.out


@pytest.mark.usefixtures("_no_browser", "connectors")
def test_the_vault(command: Command, tmp_path: Path, key_file: Path) -> None:
    """All of it must open; what does not is said with the way out."""
    vault = Vault(tmp_path / "data" / "vault")
    vault.save("session", "acme", "default", {})
    well = checks(command)["vault"]
    stray = vault.folder / "stray.sealed"
    stray.touch()
    strange = checks(command)["vault"]
    stray.unlink()
    key_file.unlink()
    lost = checks(command)["vault"]

    assert well == {"name": "vault", "ok": True, "says": f"what is kept opens, 1 in {vault.folder}"}
    assert (strange["ok"], lost["ok"]) == (False, False)
    assert "stray.sealed is damaged" in strange["says"]
    assert "The key of the vault is missing" in lost["says"]
