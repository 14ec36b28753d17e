"""`toolkit demo`, and the real command against the portal with a real browser, on good days and bad ones."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from toolkit.cli import main
from toolkit.demo.site import EMAIL, PASSWORD, Faults, Site
from toolkit.jobs import Workspace

COMMAND = str(Path(sys.executable).with_name("toolkit"))
NOWHERE = "/nowhere/chromium"
DOWNLOADED = (
    "2025-08-06  Orma Telecom   29.80 EUR  2025-08-06_orma-telecom_29.80.pdf  2025-08-11 PRLV SEPA ORMA TELECOM"
)

UNWANTED = ("TOOLKIT_DATA", "TOOLKIT_CONNECTORS", "COLUMNS")

Call = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]


def call(*arguments: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the real command in a folder, without a terminal."""
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env=_environ(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], _commands_share: None
) -> Call:
    """`here("run", "demo", TOOLKIT_FIELD_…="…")` is the same in this process, which costs a third."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    def here(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        with monkeypatch.context() as patch:
            for name in UNWANTED:
                patch.delenv(name, raising=False)
            for name, value in environ.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main(list(arguments))
        assert isinstance(ended.value.code, int | None)
        return subprocess.CompletedProcess(arguments, ended.value.code or 0, *capsys.readouterr())

    return here


def _environ(more: dict[str, str]) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if name not in UNWANTED}, **more}


def login(site: Site, *, password: str = PASSWORD) -> dict[str, str]:
    """The environment that holds what the connector asks for."""
    names = ("TOOLKIT_FIELD_URL", "TOOLKIT_FIELD_LOGIN", "TOOLKIT_FIELD_PASSWORD")
    return dict(zip(names, (site.url, EMAIL, password), strict=True))


def files(folder: Path) -> list[Path]:
    """Every file of bills below a folder."""
    return [path for path in (folder / "data").rglob("*") if path.is_file() and "files" in path.parts]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sequence[subprocess.CompletedProcess[str]]]:
    """`toolkit demo`, twice in one new folder; the second time there is no browser."""
    folder = tmp_path_factory.mktemp("new")
    return folder, [call("demo", folder=folder), call("demo", folder=folder, TOOLKIT_BROWSER=NOWHERE)]


def test_first_run(runs: tuple[Path, Sequence[subprocess.CompletedProcess[str]]]) -> None:
    """The first run fetches 24 bills, links 23, and says where they are and what to try next."""
    folder, (first, _) = runs

    assert first.returncode == 0, first.stderr
    table, unpaid, verdict, places, steps = first.stdout.split("\n\n")
    assert table.splitlines()[2].startswith(DOWNLOADED)
    assert len(table.splitlines()) == 25
    assert unpaid.startswith("2025-09-06, OT-202509, 22.70 EUR: ")
    assert verdict == "24 listed: 24 saved; 23 linked to a bank operation"
    assert places.splitlines() == [
        "Files     data/demo/files/demo",
        "Database  data/demo/toolkit.sqlite",
        "Logs      data/demo/logs",
    ]
    assert steps.startswith("Next, try:\n  toolkit bills --data data/demo ")
    assert len(files(folder)) == 24


def test_first_run_tells_how_far_it_is(runs: tuple[Path, Sequence[subprocess.CompletedProcess[str]]]) -> None:
    """Progress is on standard error, an operation a line."""
    _, (first, _) = runs

    assert [line.partition(":")[0] for line in first.stderr.splitlines()] == [
        "login_form",
        "hand_over",
        "bills",
        "filter_existing",
        "save_data_and_file",
        "link_bank_operation",
    ]


def test_second_run(runs: tuple[Path, Sequence[subprocess.CompletedProcess[str]]]) -> None:
    """The second run goes on with the session that was kept, without a browser, and finds everything in its place."""
    _, (_, second) = runs

    assert second.returncode == 0, second.stderr
    assert second.stderr.startswith("kept_session: ")
    assert second.stdout.startswith("24 bills, all already there; 23 linked to a bank operation\n")


def test_without_a_browser_nobody_logs_in(runs: tuple[Path, Sequence[subprocess.CompletedProcess[str]]]) -> None:
    """It is the kept session that makes the browser needless: neither in a new folder, nor where the login is to be
    watched, does anything go without one.
    """
    folder, _ = runs
    anew = call("demo", "--data", "another", folder=folder, TOOLKIT_BROWSER=NOWHERE)
    watched = call("demo", "--headed", folder=folder, TOOLKIT_BROWSER=NOWHERE, DISPLAY=":0")

    assert [anew.returncode, watched.returncode] == [2, 2]
    assert "TOOLKIT_BROWSER" in anew.stderr
    assert "TOOLKIT_BROWSER" in watched.stderr


def test_bills_and_list_know_it(runs: tuple[Path, Sequence[subprocess.CompletedProcess[str]]]) -> None:
    """What the last lines suggest works: the bills are shown, away from one's own."""
    folder, _ = runs

    assert "24 bills: 526.90 EUR, 1 refund taken off" in call("bills", "--data", "data/demo", folder=folder).stdout
    assert call("bills", folder=folder).stdout.startswith("No bills in data yet.")


def test_help_teaches() -> None:
    """The help has an example to copy."""
    assert "\n    toolkit demo\n" in call("demo", "--help", folder=Path()).stdout


def test_json(tmp_path: Path, here: Call) -> None:
    """With --json the report is all there is on standard output."""
    report = json.loads(here("demo", "--json", "--data", "mine").stdout)

    assert report["counts"] == {"saved": 24}
    assert (tmp_path / "mine/demo/toolkit.sqlite").exists()


def test_wrong_password(tmp_path: Path, here: Call) -> None:
    """A refused password ends with 3 and what the site says; the password is nowhere."""
    with Site() as site:
        done = here("run", "demo", "-v", **login(site, password="wrong-sesame"))

    log = next((tmp_path / "data/logs").iterdir()).read_text(encoding="utf-8")
    assert done.returncode == 3
    assert "LOGIN_FAILED: The site refused the login" in done.stderr
    assert "sesame" not in done.stdout + done.stderr + log


def test_nobody_answers(here: Call) -> None:
    """A site that is gone ends with 5."""
    with Site() as site:
        known = login(site)

    done = here("run", "demo", **known)

    assert done.returncode == 5
    assert "VENDOR_DOWN" in done.stderr


@pytest.mark.parametrize("faults", [Faults(login_down=True), Faults(listing_down=True)], ids=["login", "listing"])
def test_site_down(here: Call, faults: Faults) -> None:
    """A site that is down when it is to log in or to list ends with 5, and nothing is shown as fetched."""
    with Site(faults=faults) as site:
        done = here("run", "demo", **login(site))

    assert done.returncode == 5
    assert "VENDOR_DOWN: " in done.stderr
    assert done.stdout == ""


def test_down_half_way(tmp_path: Path, here: Call) -> None:
    """What arrived before the site went down is kept; the next run fetches the rest and nothing twice."""
    with Site(faults=Faults(down_after=10)) as site:
        broken_off = here("run", "demo", **login(site))
    kept = files(tmp_path)
    with Site() as site:
        done = here("run", "demo", **login(site))

    assert broken_off.returncode == 1
    assert "14 of 24 not saved; the same command tries them again." in broken_off.stderr
    assert len(kept) == 10
    assert done.returncode == 0
    assert len(site.downloads) == 14
    assert len(files(tmp_path)) == 24


def test_broken_files(tmp_path: Path, here: Call) -> None:
    """A file that is not what it should be costs that file, and says why."""
    faults = Faults(pdf={"OT-202509": "truncated", "OT-202508": "empty", "OT-202507": "login-page", "OT-202506": "cut"})
    with Site(faults=faults) as site:
        done = here("run", "demo", **login(site))

    assert done.returncode == 1
    assert "24 listed: 20 saved, 4 failed" in done.stdout
    reasons = [line for line in done.stdout.splitlines() if ": failed, " in line]
    assert [line.split(", ")[1] for line in reasons] == ["OT-202509", "OT-202508", "OT-202507", "OT-202506"]
    assert len(set(reasons)) == 4
    assert len(files(tmp_path)) == 20


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start("run", "demo", TOOLKIT_FIELD_…="…")` starts the real command."""
    with ExitStack() as running:
        # Tests started in the background are deaf to Ctrl-C, and would hand that down.
        running.callback(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler))

        def start(*arguments: str, **environ: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [COMMAND, *arguments],
                cwd=tmp_path,
                env=_environ(environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            running.callback(_end, process)
            return process

        yield start


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_ctrl_c_during_a_download(start: Start, tmp_path: Path) -> None:
    """Ctrl-C ends with 130, leaves no half file, and the store opens again."""
    with Site(faults=Faults(pdf={"OT-202507": "slow"})) as site:
        process = start("run", "demo", **login(site))
        assert site.halfway.wait(60)

        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the browser's driver too
        _, err = process.communicate(timeout=60)

    store, _ = Workspace(tmp_path / "data").open()
    with closing(store):
        stored = [row.file for row in store.overview() if row.file]
    assert process.returncode == 130
    assert "Interrupted." in err
    assert "Traceback" not in err
    assert sorted(path.name for path in files(tmp_path)) == sorted(Path(file).name for file in stored)
