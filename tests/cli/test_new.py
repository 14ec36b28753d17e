"""`toolkit new`: what it writes is a connector, of its first minute."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command

URL = "https://my.acme.example"
DEMO = Path(__file__).parents[2] / "recordings" / "demo" / "good" / "session.har"


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


@pytest.mark.usefixtures("shared_pages")
def test_a_har_becomes_a_connector_that_replays(here: Path, command: Command) -> None:
    """Its login by role and label, its list with all of its fields; `toolkit check` and `toolkit replay` are green."""
    said = command("new", "acme", "--from-har", DEMO)
    checked, replayed = command("check"), command("replay", "acme")
    code = (here / "connectors" / "acme" / "connector.py").read_text()

    assert (said.code, checked.code, replayed.code) == (0, 0, 0), said.err + checked.out + replayed.err
    assert "8 bills found; replayed: 8 listed: 8 saved." in said.out
    assert 'page.get_by_role("textbox", name="Email address").fill(run.fields["login"])' in code
    assert 'page.get_by_role("button", name="Sign in").click()' in code
    assert 'run.session.get("/api/bills", params={"page": "1"}).json()' in code
    assert "The page asked again with another query or body: read its other pages too." in code


@pytest.mark.usefixtures("shared_pages")
def test_what_a_har_does_not_tell_is_said(here: Path, command: Command) -> None:
    """The connector is there all the same, and what is left to write by hand is told."""
    page = {"mimeType": "text/html", "text": "<h1>Welcome</h1>", "size": 16}
    headers = [{"name": "Content-Type", "value": "text/html"}]
    request = {"method": "GET", "url": f"{URL}/", "headers": [], "httpVersion": "HTTP/1.1"}
    entry = {
        "startedDateTime": "2025-03-01T10:00:00Z",
        "request": request,
        "response": {"status": 200, "headers": headers, "content": page, "httpVersion": "HTTP/1.1"},
    }
    (here / "file.har").write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))
    said = command("new", "acme", "--from-har", "file.har")

    assert said.code == 1
    assert "No login could be repeated on what was recorded: `log_in` is guessed, and yours to write." in said.err
    assert "No answer has a list with days and amounts: `bills` is an example, and yours to write." in said.err
    assert command("check").code == 1
    assert (here / "connectors" / "acme" / "connector.py").is_file()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--from-har", DEMO, "--from-login", URL], "--from-har and --from-login each tell all of it: give one."),
        (["--from-har", DEMO, "--url", URL], "What is recorded tells address and fields: leave out --url"),
        (["--from-har", "nowhere.har"], "nowhere.har"),
        (["--from-har", "empty.har"], "There is no page of the site in it: record from the login page on"),
        (["--from-har", "broken.har"], "broken.har"),
        (["--from-login", URL], "There is no display to show the browser on: "),
    ],
)
def test_what_cannot_be_read_writes_nothing(
    here: Path, command: Command, monkeypatch: pytest.MonkeyPatch, arguments: list[object], sentence: str
) -> None:
    """And is said in a sentence."""
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    (here / "empty.har").write_text('{"log": {"version": "1.2", "entries": []}}')
    (here / "broken.har").write_text("{")
    said = command("new", "acme", *arguments)

    assert said.code in {2, 6}
    assert sentence in said.err
    assert not (here / "connectors").exists()
