"""Recording the portal and replaying it offline: browser and session on one tape."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import toolkit.demo
from toolkit.account import Account
from toolkit.demo.site import EMAIL, PASSWORD, Faults, Site
from toolkit.errors import UsageError
from toolkit.jobs import RunOptions, find_connector
from toolkit.jobs.recordings import find_recordings, record_connector, replay_connector

HERE = Path(toolkit.demo.__file__).parent
DEMO = find_connector("demo", HERE)


def account(site: Site, password: str = PASSWORD) -> Account:
    """The login at a site."""
    return Account(fields={"url": site.url, "login": EMAIL, "password": password})


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory, sharing: RunOptions) -> Path:
    """A recording of a good run; its site is gone."""
    folder = tmp_path_factory.mktemp("recordings") / "demo" / "good"
    with Site() as site:
        record_connector(DEMO, account(site), folder, replace(sharing, fixture=HERE / "fixture.json"))
    return folder


def test_a_replay_saves_what_the_run_saved(take: Path, sharing: RunOptions) -> None:
    """24 bills and their files, 23 links, and every recorded request is asked for; the site is not there any more."""
    done = replay_connector(DEMO, take, sharing)

    assert done.report.verdict == "24 listed: 24 saved"
    assert done.differences == []
    assert [one for one in done.unused if "logo.svg" not in one] == []


def test_two_replays_are_the_same(take: Path, sharing: RunOptions) -> None:
    """Byte for byte, but for the seconds they took and the name of the run."""

    def told() -> str:
        report = replay_connector(DEMO, take, sharing).report.as_dict()
        for operation in report["operations"]:
            operation.pop("seconds")
        return json.dumps({**report, "run": ""})

    assert told() == told()


def test_no_secret_is_in_the_folder(take: Path) -> None:
    """Neither the password nor the address it belongs to; the placeholder account is of the same shape."""
    kept = b"".join(path.read_bytes() for path in take.rglob("*") if path.is_file())
    fields = json.loads((take / "take.json").read_text())["fields"]

    assert PASSWORD.encode() not in kept
    assert EMAIL.encode() not in kept
    assert "@" in fields["login"]
    assert len(kept) < 2_000_000


def test_a_refused_login_is_a_recording_too(tmp_path: Path, sharing: RunOptions) -> None:
    """It ends in LOGIN_FAILED when replayed, and that is as it should be."""
    with Site() as site:
        done = record_connector(DEMO, account(site, "wrong password"), tmp_path / "demo" / "refused", sharing)
    again = replay_connector(DEMO, done.folder, sharing)

    assert json.loads((done.folder / "expected.json").read_text())["error"] == "LOGIN_FAILED"
    assert (again.differences, again.report.exit_code) == ([], 3)
    assert find_recordings(tmp_path, "demo") == ["refused"]


def test_an_expectation_that_is_not_met_is_told(take: Path, tmp_path: Path, sharing: RunOptions) -> None:
    """The row, the field, what should be and what is."""
    copy = shutil.copytree(take, tmp_path / "copy")
    expected = json.loads((copy / "expected.json").read_text())
    expected["entries"][0]["amount"] = "99.99"
    (copy / "expected.json").write_text(json.dumps(expected))

    assert replay_connector(DEMO, copy, sharing).differences == ["row 1, `amount` should be '99.99', and is '22.70'"]


def test_a_request_that_was_not_recorded_names_the_nearest(take: Path, tmp_path: Path, sharing: RunOptions) -> None:
    """A page of the listing is missing from the tape."""
    copy = shutil.copytree(take, tmp_path / "copy")
    text = (copy / "session.har").read_text().replace("/api/bills?page=2", "/api/bills?page=7")
    (copy / "session.har").write_text(text)
    told = replay_connector(DEMO, copy, sharing).differences

    assert "/api/bills was not recorded. Nearest is GET" in told[0]
    assert "query `page`: recorded" in told[0]
    assert any("NOT_RECORDED" in sentence for sentence in told)


def test_a_run_that_fails_is_not_kept(tmp_path: Path, sharing: RunOptions) -> None:
    """A failed file is kept as the run went; a wrong connector's run leaves no folder; neither replaces another."""
    with Site(faults=Faults(pdf={"OT-202501": "empty"})) as site:
        done = record_connector(DEMO, account(site), tmp_path / "one-broken", sharing)
        with pytest.raises(UsageError, match="is there already"):
            record_connector(DEMO, account(site), tmp_path / "one-broken", sharing)

    assert done.report.counts() == {"saved": 23, "failed": 1}
    assert replay_connector(DEMO, done.folder, sharing).differences == []
    assert [path.name for path in tmp_path.iterdir()] == ["one-broken"]
