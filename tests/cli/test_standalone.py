"""`toolkit standalone`: fields and database from files, documents shown and not stored."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]
Write = Callable[..., Path]

LOGIN = {"login": {"type": "text", "label": "Name"}, "password": {"type": "password"}}
HOLDER = """
def list_bills(run):
    run.log("info", "password " + run.fields["password"])
    yield bill("2025-03-31", "23.90", number=run.fields["login"])
"""


@pytest.fixture
def data(write_connector: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a connector that lists one bill, numbered as its account is called."""
    monkeypatch.chdir(tmp_path)
    write_connector("acme", HOLDER, fields=LOGIN)
    return Path("connectors/acme/data")


def fill(data: Path, **fields: Any) -> None:
    """Write the fields, for their owner only."""
    data.mkdir(exist_ok=True)
    path = data / "env_fields.json"
    path.write_text(json.dumps(fields), "utf-8")
    path.chmod(0o600)


def test_what_is_missing_is_asked_for_once(command: Command, data: Path) -> None:
    """The file to fill in is made, for its owner only, out of git's sight; one that is there is left alone."""
    said = command("standalone", "connectors/acme")

    assert (said.code, said.out) == (2, "")
    assert "`login` (Name), `password`" in said.err
    assert json.loads((data / "env_fields.json").read_text("utf-8")) == {"login": "", "password": ""}
    assert stat.S_IMODE((data / "env_fields.json").stat().st_mode) == 0o600
    assert "!env_fields.json.template" in (data / ".gitignore").read_text("utf-8").splitlines()

    fill(data, login="ada")
    assert command("standalone", "acme").code == 2
    assert json.loads((data / "env_fields.json").read_text("utf-8")) == {"login": "ada"}


def test_documents_are_shown_and_not_stored(command: Command, data: Path) -> None:
    """The second run finds nothing of the first but its file."""
    fill(data, login="A-17", password="secret-of-ada")

    first, second = (json.loads(command("standalone", "acme", "--json").out) for _ in range(2))

    (bill,) = first["documents"]["io.cozy.bills"]
    assert (bill["number"], bill["amount"], bill["date"][:10]) == ("A-17", "23.90", "2025-03-31")
    assert first["counts"] == second["counts"] == {"saved": 1}
    assert [path.name for path in data.rglob("*.sqlite")] == []
    assert not (data / "vault").exists()
    assert (data / "files" / "acme" / "2025-03-31_acme-telecom_23.90.pdf").read_bytes()[:5] == b"%PDF-"
    assert "secret-of-ada" not in "".join(path.read_text("utf-8") for path in (data / "logs").iterdir())


def test_the_fixture_is_the_database_and_not_shown(command: Command, data: Path) -> None:
    """Its documents answer the connector; only what the run itself writes is shown."""
    code = "def list_bills(run):\n    return str([one.label for one in toolkit.BankOperation.all(run.store)])\n"
    connector = data.with_name("connector.py")
    connector.write_text(connector.read_text("utf-8").replace(HOLDER, code), "utf-8")
    fill(data, login="A-17", password="secret-of-ada")
    operation = {"label": "PRLV ACME", "amount": -23.9, "date": "2025-04-02", "currency": "EUR"}
    (data / "fixture.json").write_text(json.dumps({"io.cozy.bank.operations": [operation]}), "utf-8")

    said = json.loads(command("standalone", "acme", "--json").out)

    assert said["operations"][0]["did"] == "['PRLV ACME']"
    assert said["documents"] == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "env_fields.json is not JSON: line 1, column 2."),
        ("[]", "is not a JSON object"),
        ('{"pin": "secret-of-ada"}', "has no field `pin`"),
        ('{"login": ["secret-of-ada"]}', "The field `login` is neither a text nor a number."),
    ],
)
def test_a_wrong_file_is_one_sentence(command: Command, data: Path, text: str, told: str) -> None:
    """No value of it is told."""
    fill(data)
    (data / "env_fields.json").write_text(text, "utf-8")

    said = command("standalone", "acme")

    assert said.code == 2
    assert told in " ".join(said.err.split())
    assert "secret-of-ada" not in said.err


def test_a_file_open_to_others_is_told(command: Command, data: Path) -> None:
    """With the command that closes it; the run goes on."""
    fill(data, login="A-17", password="secret-of-ada")
    (data / "env_fields.json").chmod(0o644)

    said = command("standalone", "acme")

    assert said.code == 0
    assert "chmod 600" in said.err


def test_the_report_of_a_failure_says_how_to_run_it_again(command: Command, data: Path) -> None:
    """As it was run: `toolkit run` would ask for what stands in the file."""
    connector = data.with_name("connector.py")
    raising = "def list_bills(run):\n    raise toolkit.VendorDown('Closed.')\n"
    connector.write_text(connector.read_text("utf-8").replace(HOLDER, raising), "utf-8")
    fill(data, login="A-17", password="secret-of-ada")

    assert command("standalone", "acme").code == 5

    (report,) = data.glob("failures/*/report.html")
    assert "toolkit standalone acme" in report.read_text("utf-8")
    assert "toolkit run" not in report.read_text("utf-8")


@pytest.mark.parametrize("where", ["nowhere", "connectors/nowhere", "."])
def test_what_is_no_connector_is_refused(command: Command, data: Path, where: str) -> None:
    """A slug, a path, and a folder that is there."""
    said = command("standalone", where)

    assert said.code == 2
    assert "connector" in said.err
    assert not Path("data").exists()
    assert not data.exists()
