"""`toolkit new`: what it writes is a connector, of its first minute."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command

URL = "https://my.acme.example"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the command runs."""
    monkeypatch.delenv("TOOLKIT_CONNECTORS", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_it_writes_passes_every_check(here: Path, command: Command) -> None:
    """The toolkit's own rules, ruff's, and pytest with the test that it wrote."""
    said = command("new", "acme-energy", "--url", URL)
    checked = command("check")
    ruff = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--line-length=120",
        "--select=ALL",
        "--ignore=D,INP,ANN,S,CPY",
        ".",
    ]
    tested = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    pytest_said = subprocess.run(tested, cwd=here, capture_output=True, text=True, check=False)
    ruff_said = subprocess.run(ruff, cwd=here, capture_output=True, text=True, check=False)

    assert said.code == checked.code == 0, checked.out
    assert "1 connector, 0 recordings: all is well" in checked.out
    assert "1 passed, 1 skipped" in pytest_said.stdout, pytest_said.stdout
    assert ruff_said.returncode == 0, ruff_said.stdout


def test_the_manifest_has_what_was_asked_for(here: Path, command: Command) -> None:
    """Names of passwords are those of secrets; an address without a scheme is one of https."""
    command(
        "new", "acme", "--name", "Acme & Sons", "--url", "my.acme.example", "--fields", "login,password,pin , contract"
    )
    manifest = json.loads((here / "connectors" / "acme" / "manifest.konnector").read_text())

    assert manifest["name"] == "Acme & Sons"
    assert manifest["vendor_link"] == URL
    assert {name: field["type"] for name, field in manifest["fields"].items()} == {
        "login": "text",
        "password": "password",
        "pin": "password",
        "contract": "text",
    }


def test_the_readme_lists_the_connectors_in_order(here: Path, command: Command) -> None:
    """Whatever else stands in it stays."""
    for slug in ("globex", "acme", "zeta"):
        command("new", slug, "--url", URL)
    text = (here / "connectors" / "README.md").read_text()

    assert text.startswith("# Connectors\n\n- [acme](acme): the bills of Acme, ")
    assert [line[3:7] for line in text.splitlines()[2:]] == ["acme", "glob", "zeta"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["Acme Energy", "--url", URL], "'Acme Energy' is no slug: small letters, digits, - and _, as in"),
        (["acme"], "A connector needs the address of its site: give --url, as in"),
        (["acme", "--url", "ftp://acme.example"], "'ftp://acme.example' is no address of a site"),
        (["taken", "--url", URL], "connectors/taken is there already: choose another slug, or remove it first."),
    ],
)
def test_wrong_usage_writes_nothing(here: Path, command: Command, arguments: list[str], sentence: str) -> None:
    """And is said in a sentence."""
    (here / "connectors" / "taken").mkdir(parents=True)
    said = command("new", *arguments)

    assert said.code == 2
    assert sentence in said.err
    assert [path.name for path in here.rglob("*") if path.is_file()] == []


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", ['A"); import os  # {{ 1 }}', '"""\nimport os', "a\\", "Ünï – 中"])
def test_a_value_is_never_code(command: Command, name: str) -> None:
    """Quotes and braces in a name stay a text."""
    command("new", "acme", "--name", name, "--url", URL)
    checked = command("check")

    assert checked.code == 0, checked.out
