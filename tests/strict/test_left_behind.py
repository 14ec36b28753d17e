"""Secrets planted wherever a site can put one: no run leaves any of them behind in clear, whatever became of it."""

import json
import os
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.strict.brute_force import find
from tests.strict.planted import CODE, MANIFEST, PERSON, SECRETS, PlantedSite

TROUBLES = {"login": 6, "hang up": 5, "listing": 6, "status": 5, "network": 5, "assertion": 6}
WRONG = "Vä1n/other Z9x"


class Runs:
    """Runs of the real command at the site. Each has a folder that holds all that it leaves: data, output, temporary
    files. `codes` are the one-time codes that were typed, `ended` the exit codes.
    """

    def __init__(self, folder: Path, url: str, codes: list[str]) -> None:
        self.folder = folder
        self.codes = codes
        self.ended: dict[str, int] = {}
        self.connectors = folder.parent / "connectors"
        place = self.connectors / "planted"
        place.mkdir(parents=True)
        (place / "manifest.konnector").write_text(json.dumps(MANIFEST))
        (place / "connector.py").write_text(CODE)
        self.fields = {"url": url, **PERSON}

    def run(self, name: str, *options: str, **changed: str) -> int:
        """Run the connector and give the exit code."""
        return self.call(name, "run", "planted", *options, fields={**self.fields, **changed})

    def call(self, name: str, *arguments: str, fields: dict[str, str] | None = None) -> int:
        """Call the command in the folder of that name."""
        place = self.folder / name
        (place / "tmp").mkdir(parents=True, exist_ok=True)
        where = {"TOOLKIT_CONNECTORS": str(self.connectors), "TOOLKIT_DATA": "data", "TMPDIR": str(place / "tmp")}
        given = ["--fields", "-"] if fields else []
        done = subprocess.run(
            [sys.executable, "-m", "toolkit", *arguments, *given],
            cwd=place,
            env={**os.environ, **where},
            input=json.dumps(fields or {}).encode(),
            capture_output=True,
            timeout=180,
            check=False,
        )
        with (place / "output").open("ab") as file:
            file.write(done.stdout + done.stderr)
        return done.returncode


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Good ones, a refused one and those in trouble, and a look at what is kept."""
    with PlantedSite() as site, ThreadPoolExecutor(3) as pool:
        runs = Runs(tmp_path_factory.mktemp("left") / "runs", site.url(), site.codes)
        ending = {name: pool.submit(runs.run, name, "-v", trouble=name) for name in TROUBLES}
        ending["wrong"] = pool.submit(runs.run, "wrong", "-v", password=WRONG)
        runs.ended["good"] = runs.run("good", "-v")
        runs.ended["again"] = runs.run("good", "--json")
        runs.ended["add"] = runs.call("good", "account", "add", "planted", fields=runs.fields)
        runs.ended["list"] = runs.call("good", "account", "list", "--json")
        runs.ended["explain"] = runs.call("good", "explain", "planted", "--probe", "--url", "/bills")
        runs.ended |= {name: one.result() for name, one in ending.items()}
    return runs


def test_they_end_as_they_should(runs: Runs) -> None:
    """What is looked through are runs that did what they are named after."""
    good = dict.fromkeys(["good", "again", "add", "list", "explain"], 0)

    assert runs.ended == good | {"wrong": 3} | TROUBLES


def test_no_secret_is_left_in_any_encoding(runs: Runs) -> None:
    """Not in the data, the database, the logs, the vault, the output, nor in temporary files."""
    assert find(runs.folder, SECRETS | {"wrong password": WRONG}) == {}


def test_no_code_is_left(runs: Runs) -> None:
    """A code is good once, and yet nobody's business: it stands nowhere as a number of its own."""
    pattern = re.compile(rb"(?<![\d.])(?:%b)(?!\d)" % "|".join(runs.codes).encode())
    logs = [path for path in runs.folder.rglob("*") if path.suffix == ".jsonl" or path.name == "output"]

    assert len(runs.codes) == len(TROUBLES) + 2  # the second good run goes on with the session, and types none
    assert len(logs) > len(runs.codes)
    assert [path for path in logs if pattern.search(path.read_bytes())] == []


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_all_of_it_is_for_its_owner(runs: Runs) -> None:
    """Folders can be entered, and files read, by nobody else."""
    data = [path for path in runs.folder.rglob("*") if "data" in path.parts[len(runs.folder.parts) :]]

    assert [path for path in data if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    assert len(data) > 50
