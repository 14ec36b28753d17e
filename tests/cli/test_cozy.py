"""What a Cozy says in the environment, and what a run makes of it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cozy.stack import TOKEN, Stack, running
from toolkit.cozy import CozyJob
from toolkit.errors import UsageError

Command = Callable[..., Any]
Write = Callable[..., Path]

LOGIN = {"login": {"type": "text", "label": "Name"}, "password": {"type": "password"}}
ASKING = """
def list_bills(run):
    run.log("info", " ".join(run.client.secrets) + run.fields["password"])
    run.client.create("me.cozy.kittens", {"name": run.fields["login"]})
    yield bill("2025-03-31", "23.90", number="F-1")
"""


@pytest.fixture
def stack(write_connector: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A Cozy with an account and a folder, and a connector `acme` that asks it."""
    monkeypatch.chdir(tmp_path)
    write_connector("acme", ASKING, fields=LOGIN)
    with running(Stack()) as stack:
        auth = {"login": "ada.lovelace", "password": "secret-of-ada", "credentials_encrypted": "…"}
        stack.documents["io.cozy.accounts"] = {"a1": {"_id": "a1", "_rev": "1-x", "auth": auth}}
        stack.folders["f1"] = "/Bills/Acme"
        monkeypatch.setenv("COZY_URL", stack.url)
        monkeypatch.setenv("COZY_CREDENTIALS", TOKEN)
        monkeypatch.setenv("COZY_FIELDS", json.dumps({"connector": "acme", "account": "a1", "folder_to_save": "f1"}))
        yield stack


@pytest.mark.parametrize("name", ["standalone", "run"])
def test_a_cozy_gives_login_folder_and_database(command: Command, stack: Stack, tmp_path: Path, name: str) -> None:
    """The connector logs in with the account there, writes into that database, and its files go below its folder."""
    said = command(name, "acme", "--json")

    assert (said.code, json.loads(said.out)["counts"]) == (0, {"saved": 1}), said.err
    (kitten,) = stack.documents["me.cozy.kittens"].values()
    assert kitten["name"] == "ada.lovelace"
    assert [path.parent.as_posix()[-11:] for path in tmp_path.rglob("*.pdf")] == ["/Bills/Acme"]
    held = [path.read_text("utf-8") for path in tmp_path.rglob("*.json*")]
    assert [text for text in [said.out, said.err, *held] if TOKEN in text or "secret-of-ada" in text] == []


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("COZY_CREDENTIALS", "", (2, "COZY_CREDENTIALS is not")),
        ("COZY_CREDENTIALS", "wrong", (6, "not accepted, or too old")),
        ("COZY_CREDENTIALS", '{"client": {}}', (2, "holds no token")),
        ("COZY_FIELDS", "{", (2, "COZY_FIELDS is no JSON object")),
        ("COZY_FIELDS", '{"data": 1}', (2, "COZY_FIELDS is no JSON object")),
        ("COZY_FIELDS", '{"connector": "other"}', (2, "for the connector other")),
        ("COZY_FIELDS", '{"account": "gone"}', (6, "there is no such document")),
        ("COZY_FIELDS", '{"account": "a1", "folder_to_save": "gone"}', (6, "gone, does not exist")),
        ("COZY_URL", "http://cozy.example", (2, "must begin with https")),
    ],
)
def test_what_is_wrong_is_one_sentence(
    command: Command, stack: Stack, monkeypatch: pytest.MonkeyPatch, *, variable: str, value: str, told: tuple[int, str]
) -> None:
    """It names the variable or what was not found, and nothing was written."""
    monkeypatch.setenv(variable, value)
    said = command("standalone", "acme")

    assert (said.code, said.out) == (told[0], "")
    assert told[1] in " ".join(said.err.split())
    assert "Traceback" not in said.err
    assert "me.cozy.kittens" not in stack.documents


def test_without_a_cozy_the_folder_is_one_of_this_disk(
    command: Command, stack: Stack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`run.client` is the store then: what it was given is shown, and the Cozy hears nothing."""
    monkeypatch.delenv("COZY_URL")
    monkeypatch.setenv("COZY_FIELDS", '{"folder_to_save": "mine"}')
    monkeypatch.setenv("TOOLKIT_FIELD_LOGIN", "ada.lovelace")
    monkeypatch.setenv("TOOLKIT_FIELD_PASSWORD", "secret-of-ada")
    (tmp_path / "mine").mkdir()

    said = command("standalone", "acme", "--json")

    assert json.loads(said.out)["documents"]["me.cozy.kittens"][0]["name"] == "ada.lovelace"
    assert [path.parent.name for path in tmp_path.rglob("*.pdf")] == ["mine"]
    assert "me.cozy.kittens" not in stack.documents


@pytest.mark.parametrize(
    "credentials", [TOKEN, f" {TOKEN}\n", json.dumps({"token": TOKEN}), json.dumps({"token": {"accessToken": TOKEN}})]
)
def test_a_token_is_read_in_each_of_its_forms(credentials: str) -> None:
    """Bare as a server gives it, or as a developer's client keeps it; it is never printed."""
    job = CozyJob.of({"COZY_URL": "https://me.example", "COZY_CREDENTIALS": credentials})

    assert job.token == TOKEN
    assert TOKEN not in repr(job)


def test_the_fields_of_a_job_are_found_where_a_template_wraps_them() -> None:
    """And under the name that the first documentation gives them."""
    wrapped = {"data": {"attributes": {"arguments": {"konnector": "acme", "account": "a1"}}}}
    assert CozyJob.of({"COZY_FIELD": json.dumps(wrapped)}) == CozyJob("acme", "a1")
    with pytest.raises(UsageError):
        CozyJob.of({"COZY_FIELDS": "[]"})
