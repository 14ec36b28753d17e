"""Install Tryton and its web client into a work folder, once for all test sessions."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

__all__ = ["install", "work_folder"]

SERVER = [
    "trytond==8.0.12",
    "trytond-account-invoice~=8.0.0",
    "trytond-authentication-sms~=8.0.0",
    "proteus~=8.0.0",
    "weasyprint>=68",
    "gunicorn",
    "argon2-cffi",
]
CLIENT = "tryton-sao@8.0.11"


def work_folder() -> Path:
    """TOOLKIT_TRYTON_WORK, else `toolkit/tryton` in the user's cache; about 0.3 GB."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("TOOLKIT_TRYTON_WORK") or cache / "toolkit" / "tryton")


def install(work: Path) -> None:
    """Install what is not yet there. Skips the test without npm or Pango, fails it when a registry does not answer."""
    marker = work / "installed.json"
    wanted = json.dumps([*SERVER, CLIENT, sys.version])
    if marker.is_file() and marker.read_text() == wanted:
        return
    if shutil.which("npm") is None:
        pytest.skip("npm is missing (Debian: apt install npm); Tryton's web client comes from it.")
    for old in ("venv", "client", "database"):
        shutil.rmtree(work / old, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    _command(work, [sys.executable, "-m", "venv", work / "venv"])
    _command(work, [work / "venv/bin/pip", "install", "--quiet", *SERVER])
    # Nested, because the page asks for node_modules/… below the client's own folder.
    npm: list[str | Path] = [
        "npm",
        "install",
        "--prefix",
        work / "client",
        "--ignore-scripts",
        "--install-strategy=nested",
    ]
    _command(work, [*npm, "--no-audit", "--no-fund", CLIENT])
    _check_pango(work)
    marker.write_text(wanted)


def _command(work: Path, command: Sequence[str | Path]) -> None:
    log = work / "install.log"
    with log.open("a") as output:
        done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        pytest.fail(
            f"`{' '.join(map(str, command[:3]))} …` failed; is its registry reachable? See {log}.", pytrace=False
        )


def _check_pango(work: Path) -> None:
    done = subprocess.run([work / "venv/bin/python", "-c", "import weasyprint"], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("WeasyPrint lacks Pango (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0); it makes the PDFs.")
