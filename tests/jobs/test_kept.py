"""A session is found again by the one who won it."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from toolkit.errors import VaultError
from toolkit.jobs.kept import Kept
from toolkit.vault import Vault
from toolkit.web import SessionState

COOKIE = {"name": "known", "value": "device-7", "domain": "acme.example", "path": "/", "expires": 4e9}
STATE = SessionState(datetime(2025, 3, 9, tzinfo=UTC), {"cookies": [COOKIE], "origins": []})


def kept(folder: Path, account: str = "me", login: str = "ada") -> Kept:
    """What is kept of acme for the one who logs in so."""
    return Kept(Vault(folder), "acme", account, {"login": login})


def test_it_is_there_for_the_next_run(tmp_path: Path) -> None:
    """The session, and apart from it what tells the site that it knows this browser."""
    kept(tmp_path).save(STATE)
    Vault(tmp_path).forget("session", "acme", "me")
    device = kept(tmp_path).load_device()

    assert device is not None
    assert device.storage["cookies"] == [COOKIE]
    assert kept(tmp_path).load() is None


@pytest.mark.parametrize(("account", "login"), [("you", "ada"), ("me", "bob")])
def test_it_is_nobody_elses(tmp_path: Path, account: str, login: str) -> None:
    """Neither another account's, nor that of another login under the same name, which takes its place."""
    kept(tmp_path).save(STATE)
    other = kept(tmp_path, account, login)

    assert kept(tmp_path).load() == STATE
    assert (other.load(), other.load_device()) == (None, None)
    other.save(STATE)
    assert other.load() == STATE


def test_one_of_another_version_is_said(tmp_path: Path) -> None:
    """With the way out."""
    Vault(tmp_path).save("session", "acme", "me", {"cookies": []})

    with pytest.raises(
        VaultError, match="of another version of the toolkit: `toolkit account forget acme --account me`"
    ):
        kept(tmp_path).load()


def test_a_code_is_used_in_one_run(tmp_path: Path) -> None:
    """Whoever comes later, or at once, gets the next; a claim by a clock that went far ahead binds nobody."""
    claimed = [kept(tmp_path).claim(step) for step in (100, 100, 100, 104, 103)]
    ahead = [kept(tmp_path).claim(step) for step in (10**6, 105)]

    assert claimed == [100, 101, 102, 104, 105]
    assert ahead == [10**6, 105]
    assert kept(tmp_path, "you").claim(100) == 100


def with_cookie(value: str, won: datetime = STATE.won) -> SessionState:
    """The session with another cookie, and perhaps another date."""
    return replace(STATE.with_cookies([{**COOKIE, "value": value}]), won=won)


def test_a_cookie_that_changed_is_kept(tmp_path: Path) -> None:
    """In the login that is kept."""
    kept(tmp_path).save(STATE)
    kept(tmp_path).save(with_cookie("device-8"), STATE)

    assert kept(tmp_path).load() == with_cookie("device-8")


def test_a_cookie_of_a_login_that_is_kept_no_more_changes_nothing(tmp_path: Path) -> None:
    """Another run has won a new one, whose tokens must not be lost; or it was forgotten."""
    newer = with_cookie("new", won=datetime(2025, 3, 10, tzinfo=UTC))
    kept(tmp_path).save(newer)
    kept(tmp_path).save(with_cookie("device-8"), STATE)
    after = kept(tmp_path).load()
    Vault(tmp_path).forget("session", "acme", "me")
    kept(tmp_path).save(with_cookie("device-8"), STATE)

    assert after == newer
    assert kept(tmp_path).load() is None


def test_only_one_run_of_an_account_logs_in(tmp_path: Path) -> None:
    """Others wait, but may save meanwhile; who holds it may enter again."""
    entered: list[str] = []

    def log_in_too() -> None:
        kept(tmp_path).save(STATE)
        entered.append("saved")
        with kept(tmp_path).alone():
            entered.append("in")

    with kept(tmp_path).alone(), kept(tmp_path).alone(), kept(tmp_path, "you").alone():
        other = Thread(target=log_in_too)
        other.start()
        while not entered:
            other.join(0.01)
        entered.append("out")
    other.join()

    assert entered == ["saved", "out", "in"]
