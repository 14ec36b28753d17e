"""`toolkit run`: fields in, exit code, table and files out."""

import json
import os
import pty
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import read_until, take_terminal

Command = Callable[..., Any]
Write = Callable[..., Path]

LOGIN = {"login": {"type": "text"}, "password": {"type": "password", "label": "Password"}}
RAISE = "def list_bills(run):\n    raise toolkit.{error}\n"
SHOW_FIELDS = (
    'def list_bills(run):\n    run.log("info", "got " + run.fields["login"])\n    return run.fields["login"]\n'
)
BLOCK = """
def list_bills(run):
    import sys, threading
    print("listing", file=sys.stderr, flush=True)
    threading.Event().wait()
"""
ASK = """
def list_bills(run):
    code = run.ask("sms", "Code sent to 12")
    return f"{run.fields['login']}, {run.fields['password'].upper()}, {code}"
"""


def test_saves_and_tells(command: Command, write_connector: Write, tmp_path: Path) -> None:
    """A run saves what is listed, shows it in a table, and says where things are."""
    write_connector("acme")

    said = command("run", "acme")

    assert said.code == 0
    assert said.out == (
        "Date        Vendor           Amount  File\n"
        "2025-03-31  Acme Telecom  23.90 EUR  2025-03-31_acme-telecom_23.90.pdf\n"
        "2025-04-30  Acme Telecom  -5.00 EUR  2025-04-30_acme-telecom_5.00.pdf\n"
        "\n"
        "2 listed: 2 saved\n"
        "\n"
        f"Files     {tmp_path}/data/files/acme\n"
        f"Database  {tmp_path}/data/toolkit.sqlite\n"
        f"Logs      {tmp_path}/data/logs\n"
    )
    assert (tmp_path / "data/files/acme/2025-03-31_acme-telecom_23.90.pdf").read_bytes().startswith(b"%PDF")


def test_second_run_is_brief(command: Command, write_connector: Write) -> None:
    """What is there already is counted, not shown again."""
    write_connector("acme")
    command("run", "acme")

    said = command("run", "acme")

    assert said.code == 0
    assert said.out.startswith("2 bills, all already there\n")


def test_progress_is_a_line_each(command: Command, write_connector: Write) -> None:
    """Without a terminal, each operation is one plain line on standard error."""
    write_connector("acme")

    lines = command("run", "acme").err.splitlines()

    assert [line.partition(" (")[0] for line in lines] == [
        "list_bills: 2 listed",
        "filter_existing: 2 new",
        "save_data_and_file: 2 saved",
    ]


def test_json_is_all_there_is(command: Command, write_connector: Write) -> None:
    """With --json, standard output holds the report and nothing else."""
    write_connector("acme")

    report = json.loads(command("run", "acme", "--json").out)

    assert report["verdict"] == "2 listed: 2 saved"
    assert [entry["outcome"] for entry in report["entries"]] == ["saved", "saved"]


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        ("LoginFailed", 3, "LOGIN_FAILED: The site refused the login"),
        ("UserActionNeeded", 4, "USER_ACTION_NEEDED: The site wants something from you"),
        ("VendorDown", 5, "VENDOR_DOWN: The site does not answer"),
        ("UnknownError", 6, "UNKNOWN_ERROR: Something unexpected"),
    ],
)
def test_exit_codes(command: Command, write_connector: Write, error: str, code: int, says: str) -> None:
    """Every kind of failure has its exit code, its sentence, and a log with the details; no traceback."""
    write_connector("acme", RAISE.format(error=error))

    said = command("run", "acme")

    assert said.code == code
    assert said.out == ""
    assert says in said.err
    assert "Traceback" not in said.err
    log = said.err.splitlines()[-1].removeprefix("Log: ")
    assert "Traceback" in Path(log).read_text(encoding="utf-8")


def test_verbose_shows_the_traceback_and_the_log(command: Command, write_connector: Write) -> None:
    """With -v, the log's lines and the traceback are on standard error, before or after the command."""
    write_connector("acme", "def list_bills(run):\n    run.log('info', 'half way')\n    1 / 0\n")

    for arguments in (["run", "acme", "-v"], ["-v", "run", "acme"]):
        said = command(*arguments)

        assert said.code == 6
        assert "info: half way" in said.err
        assert "ZeroDivisionError" in said.err.partition("Traceback")[2]


def test_no_secret_is_shown(
    command: Command, write_connector: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password that ends up in an error is in no output and in no log."""
    write_connector("acme", "def list_bills(run):\n    raise ValueError(run.fields['password'])\n", fields=LOGIN)
    monkeypatch.setenv("TOOLKIT_FIELD_LOGIN", "ada")
    monkeypatch.setenv("TOOLKIT_FIELD_PASSWORD", "hunter2hunter2")

    said = command("run", "acme", "-v")

    logs = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "data/logs").iterdir())
    assert "ValueError" in said.err
    assert "hunter2" not in said.out + said.err + logs


def test_partial_loss(command: Command, write_connector: Write) -> None:
    """When something listed is not saved the run ends with 1, the row says why, and the next run tries again."""
    write_connector(
        "acme",
        """
def list_bills(run):
    yield bill("2025-03-31", "23.90")
    yield bill("2025-04-30", "23.90", fetch=lambda run: b"")
    yield bill(None, "NaN")
""",
    )

    said = command("run", "acme")

    assert said.code == 1
    assert "3 listed: 1 saved, 1 failed, 1 refused" in said.out
    assert "2025-04-30, 23.90 EUR: failed, " in said.out
    assert "NaN EUR: refused, date is missing" in said.out
    assert "2 of 3 not saved; the same command tries them again.\nLog: " in said.err


def test_fields_from_standard_input(command: Command, write_connector: Write) -> None:
    """`--fields -` reads the fields as JSON."""
    write_connector("acme", SHOW_FIELDS, fields=LOGIN)

    said = command("run", "acme", "--fields", "-", stdin='{"login": "ada", "password": "secret"}')

    assert said.code == 0
    assert "list_bills: ada" in said.err


def test_fields_are_no_arguments(command: Command, write_connector: Write) -> None:
    """A value for --fields is refused: other users of the machine can read arguments."""
    write_connector("acme", fields=LOGIN)

    said = command("run", "acme", "--fields", '{"password": "secret"}')

    assert said.code == 2
    assert "an argument is no place for a password" in said.err
    assert "secret" not in said.err


def test_missing_field(command: Command, write_connector: Write) -> None:
    """Without a terminal a missing field is one sentence with the ways to give it."""
    write_connector("acme", fields=LOGIN)

    said = command("run", "acme")

    assert said.code == 2
    assert said.err == (
        "USAGE: acme needs the field `login`: set TOOLKIT_FIELD_LOGIN, or pipe JSON into `--fields -`, "
        "or keep it with `toolkit account add acme`, or run the command in a terminal and type it when asked.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "acne"], "did you mean `acme`?"),
        (["run"], "Missing argument 'SLUG'"),
        (["run", "acme", "--fixture", "nowhere.json"], "nowhere.json"),
        (["run", "acme", "--connectors", "nowhere"], "there is no folder nowhere"),
        (["run", "broken"], "manifest.konnector: field `version`"),
        (["runn"], "No such command 'runn'. Did you mean 'run'"),
    ],
)
def test_wrong_usage(command: Command, write_connector: Write, arguments: list[str], says: str) -> None:
    """What cannot be is refused with a sentence and exit code 2."""
    write_connector("acme")
    write_connector("broken", version="one")

    said = command(*arguments)

    assert said.code == 2
    assert says in said.err


def test_folder_to_save(command: Command, write_connector: Write, tmp_path: Path) -> None:
    """Files go to the folder that is asked for, if it is there; that is checked before anything starts."""
    write_connector("acme")
    (tmp_path / "mine").mkdir()

    missing = command("run", "acme", "--folder-to-save", tmp_path / "other")
    said = command("run", "acme", "--folder-to-save", tmp_path / "mine")

    assert missing.code == 6
    assert missing.err.startswith("NOT_EXISTING_DIRECTORY")
    assert "list_bills" not in missing.err
    assert said.code == 0
    assert f"Files     {tmp_path}/mine\n" in said.out
    assert len(list((tmp_path / "mine").iterdir())) == 2


def test_data_folder_that_cannot_be(command: Command, write_connector: Write, tmp_path: Path) -> None:
    """A data folder that cannot be made is one sentence."""
    write_connector("acme")
    (tmp_path / "file").touch()

    said = command("run", "acme", "--data", tmp_path / "file" / "data")

    assert said.code == 6
    assert said.err.startswith(f"STORE_FAILED: The data folder {tmp_path}/file/data cannot be made")
    assert "log" not in said.err


def test_ctrl_c(spawn: Callable[..., subprocess.Popen[str]], write_connector: Write) -> None:
    """Ctrl-C ends the run with 130 and a sentence, without a traceback."""
    write_connector("acme", BLOCK)
    process = spawn("run", "acme")
    assert process.stderr is not None
    assert process.stderr.readline() == "listing\n"

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)

    assert process.returncode == 130
    assert out == ""
    assert "Interrupted." in err
    assert "Traceback" not in err


def test_asks_in_a_terminal(spawn: Callable[..., subprocess.Popen[str]], write_connector: Write) -> None:
    """In a terminal a person is asked for fields, secrets unseen, and for the code that a site sends."""
    write_connector("acme", ASK, fields={**LOGIN, "note": {"isRequired": False}})
    ours, theirs = pty.openpty()
    process = spawn("run", "acme", stdin=theirs, stdout=theirs, stderr=theirs, preexec_fn=take_terminal)
    os.close(theirs)

    with os.fdopen(ours, "rb", buffering=0) as terminal:
        shown = read_until(terminal, b"login: ")
        os.write(ours, b"ada\n")
        shown += read_until(terminal, b"Password: ")
        os.write(ours, b"swordfish\n")
        shown += read_until(terminal, b"Code sent to 12 (sms): ")
        os.write(ours, b"123456\n")
        shown += read_until(terminal, b"Logs ")
        assert process.wait(timeout=30) == 0

    assert "ada, SWORDFISH, •••".encode() in shown
    assert b"swordfish" not in shown
    assert b"note" not in shown


def test_no_code_without_a_person(command: Command, write_connector: Write) -> None:
    """When a site wants a code and nobody is there, the run ends as one that needs its user."""
    write_connector("acme", ASK)

    said = command("run", "acme")

    assert said.code == 4
    assert "USER_ACTION_NEEDED.TWOFA_EXPIRED: The site wants a code (sms: Code sent to 12)" in said.err


def test_codes_come_from_a_file_or_a_command(command: Command, write_connector: Write, tmp_path: Path) -> None:
    """The file first; a file that cannot be read is told before anything else happens."""
    write_connector("acme", ASK, fields=LOGIN)
    path = tmp_path / "answers.json"
    path.write_text('{"sms": "445566"}')

    def run(*options: object) -> Any:
        return command("run", "acme", "--json", "--fields", "-", *options, stdin='{"login": "me", "password": "abcd"}')

    for said in (run("--answers", path), run("--answers-command", "echo 445566")):
        assert (said.code, json.loads(said.out)["operations"][0]["did"]) == (0, "me, ABCD, •••")
    path.unlink()
    said = run("--answers", path)
    assert (said.code, said.err) == (
        2,
        f"USAGE: {path}, the file of --answers, cannot be read: No such file or directory.\n",
    )


ENVIRONMENT = """
import os

def list_bills(run):
    assert run.fields["password"] == "swordfish"
    run.log("info", f"left: {[name for name in os.environ if name.startswith('TOOLKIT_FIELD_')]}")
    yield bill("2025-03-31", "5", number="A-1")
"""


def test_no_password_is_left_in_the_environment(
    command: Command, write_connector: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser inherits the environment, and may write it into a crash report."""
    monkeypatch.setenv("TOOLKIT_FIELD_PASSWORD", "swordfish")
    write_connector("acme", ENVIRONMENT, fields={"password": {"type": "password"}})
    said = command("run", "acme", "-v")

    assert said.code == 0
    assert "left: []" in said.err


def test_a_missing_folder_is_said_before_a_password_is_asked(command: Command, write_connector: Write) -> None:
    """NOT_EXISTING_DIRECTORY, though the password is missing too."""
    write_connector("acme", fields={"password": {"type": "password"}})
    said = command("run", "acme", "--folder-to-save", "/nowhere/at/all")

    assert said.code == 6
    assert said.err.startswith("NOT_EXISTING_DIRECTORY")
