"""`toolkit account`: what is kept is used by runs, shown without its secrets, and goes when it is told to."""

import json
import os
import pty
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import read_until, take_terminal
from toolkit.vault import Vault

pytestmark = pytest.mark.usefixtures("key_file")

Command = Callable[..., Any]
Write = Callable[..., Path]
Spawn = Callable[..., subprocess.Popen[str]]

FIELDS = {
    "url": {"type": "text", "default": "https://acme.example"},
    "login": {"type": "text"},
    "password": {"type": "password", "label": "Password"},
    "seed": {"type": "password", "isRequired": False},
}
SHOW = """
def list_bills(run):
    assert run.fields["password"] == "swordfish", "another password"
    return " ".join(f"{name}:{len(value)}" for name, value in run.fields.items())
"""
REFUSE = "def list_bills(run):\n    raise toolkit.LoginFailed\n"
ADA = '{"login": "ada@example.org", "password": "swordfish", "seed": "JBSWY3DPEHPK3PXP"}'
SECRETS = ("swordfish", "JBSWY3DPEHPK3PXP")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """That of the data folder."""
    return Vault(tmp_path / "data" / "vault")


def add(command: Command, *arguments: str, fields: str = ADA) -> Any:
    """Keep an account of acme."""
    return command("account", "add", "acme", *arguments, "--fields", "-", stdin=fields)


def listed(command: Command) -> list[dict[str, Any]]:
    """What is shown of the accounts."""
    found: list[dict[str, Any]] = json.loads(command("account", "list", "--json").out)
    return found


@pytest.mark.parametrize("name", ["add", "list", "forget"])
def test_each_help_teaches(command: Command, name: str) -> None:
    """With an example to copy."""
    said = command("account", name, "--help")

    assert said.code == 0
    assert f"\n    toolkit account {name}" in said.out


def test_a_run_needs_no_more(command: Command, write_connector: Write, tmp_path: Path) -> None:
    """It takes what is kept; it is said where that is, and where its key is."""
    write_connector("acme", SHOW, fields=FIELDS)
    said = add(command)
    ran = command("run", "acme")

    assert said.out == f"acme, default: kept in {tmp_path}/data/vault, locked with the key in {tmp_path}/key.\n"
    assert (said.code, ran.code) == (0, 0)
    assert "list_bills: url:20 login:15 password:9 seed:16" in ran.err


def test_each_account_has_its_own(command: Command, write_connector: Write) -> None:
    """One that is not kept lacks its fields, whatever others have."""
    write_connector("acme", SHOW, fields=FIELDS)
    add(command, "--account", "work")

    assert command("run", "acme", "--account", "work").code == 0
    assert "acme needs the field `login`" in command("run", "acme").err


def test_what_is_given_comes_first(
    command: Command, write_connector: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Standard input, then the environment, then what is kept, which stays as it is."""
    write_connector("acme", SHOW, fields=FIELDS)
    add(command, fields='{"login": "a", "password": "wrong"}')
    monkeypatch.setenv("TOOLKIT_FIELD_PASSWORD", "wrong")
    piped = command("run", "acme", "--fields", "-", stdin='{"password": "swordfish"}')
    monkeypatch.setenv("TOOLKIT_FIELD_PASSWORD", "swordfish")
    environ = command("run", "acme")

    assert "list_bills: url:20 login:1 password:9" in piped.err
    assert "list_bills: url:20 login:1 password:9" in environ.err
    assert command("run", "acme").code == 6
    kept = Vault(tmp_path / "data" / "vault").load("account", "acme", "default")
    assert kept is not None
    assert kept["fields"] == {"login": "a", "password": "wrong"}


def test_a_part_can_be_changed(command: Command, write_connector: Write) -> None:
    """What is left out stays."""
    write_connector("acme", SHOW, fields=FIELDS)
    add(command, fields='{"login": "ada", "password": "wrong"}')
    add(command, fields='{"password": "swordfish"}')

    assert "login:3 password:9" in command("run", "acme").err


def test_the_manifest_may_change_its_default(command: Command, write_connector: Write, connectors: Path) -> None:
    """It is not kept, so that an account follows a site which moves."""
    folder = write_connector("acme", SHOW, fields=FIELDS)
    add(command)
    manifest = folder / "manifest.konnector"
    manifest.write_text(manifest.read_text("utf-8").replace("https://acme.example", "https://new.acme.example"))

    assert "url:24" in command("run", "acme", "--connectors", connectors).err


def test_nothing_secret_is_shown(command: Command, write_connector: Write, vault: Vault, tmp_path: Path) -> None:
    """Nor left in any file, whatever is done with the account."""
    write_connector("acme", "def list_bills(run):\n    raise ValueError(str(run.fields))\n", fields=FIELDS)
    said = [
        add(command),
        command("account", "list"),
        command("account", "list", "--json"),
        command("run", "acme", "-v"),
    ]
    said += [command("run", "acme", "--json"), command("account", "forget", "acme")]
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    assert not any(secret in each.out + each.err for secret in SECRETS for each in said)
    assert not any(secret.encode() in left for secret in SECRETS)
    assert vault.kept() == ([], [])


def test_list(command: Command, write_connector: Write, vault: Vault) -> None:
    """Each account with its open fields, since when, whether a session is kept and the device is trusted."""
    write_connector("acme", fields={**FIELDS, "pin": {"type": "text", "isRequired": False}})
    add(command, "--account", "work", fields='{"login": "ada", "password": "swordfish", "pin": "1234"}')
    vault.save("session", "acme", "work", {})
    vault.save("device", "acme", "home", {})
    home, work = listed(command)

    assert home == {
        "connector": "acme",
        "account": "home",
        "fields": {},
        "since": None,
        "session": False,
        "device": True,
        "held_back": None,
        "error": None,
    }
    assert (work["account"], work["fields"], work["session"], work["device"]) == ("work", {"login": "ada"}, True, False)
    lines = command("account", "list").out.splitlines()
    assert lines[0].split() == ["Connector", "Account", "Since", "Session", "Device", "Fields"]
    assert lines[1].split() == ["acme", "home", "trusted"]
    assert lines[2].split() == ["acme", "work", work["since"][:10], "kept", "login", "ada"]


def test_list_without_its_connector(command: Command, write_connector: Write, connectors: Path) -> None:
    """What was a secret when it was kept stays one; a connector of that name may be gone, or broken."""
    folder = write_connector("acme", fields={**FIELDS, "word": {"type": "password"}})
    add(command, fields='{"login": "ada", "password": "swordfish", "word": "sesame"}')
    manifest = folder / "manifest.konnector"
    manifest.write_text("{")
    broken = listed(command)
    manifest.unlink()

    assert broken == listed(command)
    assert broken[0]["fields"] == {"login": "ada"}
    assert connectors.exists()


def test_list_of_nothing(command: Command, tmp_path: Path) -> None:
    """It says how to begin, and makes nothing."""
    said = command("account", "list")

    assert said.out == f"No account is kept in {tmp_path}/data. `toolkit account add SLUG` keeps one.\n"
    assert listed(command) == []
    assert not (tmp_path / "data").exists()


def test_one_that_cannot_be_opened(command: Command, write_connector: Write, vault: Vault) -> None:
    """It is listed with the reason, the others as ever; a run says it in one sentence; and it can be forgotten."""
    write_connector("acme", SHOW, fields=FIELDS)
    add(command, "--account", "good")
    add(command)
    broken = next(vault.folder.glob("account-acme-default-*"))
    broken.write_bytes(broken.read_bytes()[:-1])
    (vault.folder / "torn.sealed").touch()
    bad, good = listed(command)
    ran = command("run", "acme")

    assert (good["error"], bad["fields"]) == (None, {})
    assert bad["error"].startswith(f"{broken} is damaged: ")
    assert (
        f"{vault.folder}/torn.sealed is damaged, or nothing of the toolkit's: remove it."
        in command("account", "list").err
    )
    assert ran.code == 6
    assert ran.err == f"VAULT_FAILED: {bad['error']}\n"
    assert command("account", "forget", "acme").code == 0
    assert [each["account"] for each in listed(command)] == ["good"]


def test_forget(command: Command, write_connector: Write, vault: Vault, tmp_path: Path) -> None:
    """All of one account and nothing of another; it is said what went. Neither key nor connector is needed."""
    write_connector("acme", fields=FIELDS)
    add(command)
    add(command, "--account", "work")
    for kind in ("session", "device", "other"):
        vault.save(kind, "acme", "default", {})
    (tmp_path / "key").unlink()
    said = command("account", "forget", "acme")
    assert said.out == ("acme, default: forgot what the login needs, the trust in this device, other, the session.\n")
    assert [(label.account, label.kind) for label in vault.kept()[0]] == [("work", "account")]


@pytest.mark.parametrize(
    ("options", "gone"),
    [(["--session"], ["session"]), (["--device"], ["device"]), (["--session", "--device"], ["device", "session"])],
)
def test_forget_a_part(command: Command, vault: Vault, options: list[str], gone: list[str]) -> None:
    """Only the session, or only the trust in the device: one outlives the other."""
    for kind in ("account", "device", "refusals", "session"):
        vault.save(kind, "acme", "default", {})
    said = command("account", "forget", "acme", *options)

    assert said.code == 0
    kept = {label.kind for label in vault.kept()[0]}
    assert kept == {"account", "device", "refusals", "session"} - set(gone)


@pytest.mark.parametrize("options", [["--account", "wrok"], ["--session"]])
def test_forget_what_is_not_there(command: Command, vault: Vault, options: list[str]) -> None:
    """A slip must not look like a success."""
    vault.save("account", "acme", "default", {})
    said = command("account", "forget", "acme", *options)

    assert said.code == 2
    assert "Nothing like that is kept of acme" in said.err
    assert len(vault.kept()[0]) == 1


def test_held_back_until_the_password_changes(command: Command, write_connector: Write) -> None:
    """After two refusals no run reaches the site; the list shows it; the same password again changes nothing."""
    write_connector("acme", REFUSE, fields=FIELDS)
    add(command)
    codes = [command("run", "acme").err.rpartition("LOGIN_FAILED")[2].partition(":")[0] for _ in range(3)]
    held = listed(command)[0]["held_back"]
    again = add(command)
    changed = add(command, fields='{"password": "another"}')

    assert codes == ["", "", ".TOO_MANY_ATTEMPTS"]
    assert held
    assert again.err.startswith("Nothing has changed: acme refused this login of the account 'default' 2 times")
    assert (changed.err, listed(command)[0]["held_back"]) == ("", None)
    assert "LOGIN_FAILED: " in command("run", "acme").err


def test_forgotten_is_forgiven(command: Command, write_connector: Write) -> None:
    """The count goes with the account, also of one that was never kept."""
    write_connector("acme", REFUSE, fields=FIELDS)
    for _ in range(2):
        command("run", "acme", "--fields", "-", stdin=ADA)
    held = listed(command)[0]
    forgot = command("account", "forget", "acme")

    assert (held["held_back"] is None, held["since"]) == (False, None)
    assert forgot.out == "acme, default: forgot the count of refused logins.\n"
    assert listed(command) == []


def test_in_a_terminal(spawn: Spawn, command: Command, write_connector: Write, vault: Vault) -> None:
    """A person is asked, passwords unseen; Enter keeps what is there; to forget all of it takes a yes."""
    write_connector("acme", SHOW, fields=FIELDS)
    first = converse(spawn, "add", {b"login: ": b"ada", b"Password: ": b"wrong"}, b"locked with")
    keeping = {b"login (Enter keeps what is there): ": b"", b"Password (Enter keeps what is there): ": b"swordfish"}
    second = converse(spawn, "add", keeping, b"locked with")
    kept = vault.load("account", "acme", "default")
    refused = converse(spawn, "forget", {b"Forget all of acme, default? [y/N]: ": b"n"}, b"Aborted")
    still = listed(command)
    converse(spawn, "forget", {b"[y/N]: ": b"y"}, b"forgot what the login needs")

    assert kept is not None
    assert kept["fields"] == {"login": "ada", "password": "swordfish"}
    assert b"wrong" not in first
    assert b"swordfish" not in second + refused
    assert (len(still), listed(command)) == (1, [])


def converse(spawn: Spawn, name: str, answers: dict[bytes, bytes], last: bytes) -> bytes:
    """Answer the questions of a command on acme, one after another; what was shown until `last` was."""
    ours, theirs = pty.openpty()
    spawn("account", name, "acme", stdin=theirs, stdout=theirs, stderr=theirs, preexec_fn=take_terminal)
    os.close(theirs)
    shown = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        for question, answer in answers.items():
            shown += read_until(terminal, question)
            os.write(ours, answer + b"\n")
        return shown + read_until(terminal, last)
