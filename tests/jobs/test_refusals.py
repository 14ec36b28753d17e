"""A login that was refused twice is not tried a third time."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.jobs.conftest import Write
from toolkit.account import Account
from toolkit.errors import (
    LoginFailed,
    NeedsSecret,
    ToolkitError,
    TooManyAttempts,
    UserActionNeeded,
    VendorDown,
    WrongTwoFaCode,
)
from toolkit.jobs import Found, RunOptions, Workspace, run_connector
from toolkit.jobs.refusals import Refusals
from toolkit.models import Bill
from toolkit.report import Report
from toolkit.vault import Vault

pytestmark = pytest.mark.usefixtures("key_file")

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)
WRONG = {"login": "ada", "password": "sesame"}
OTHER = {**WRONG, "password": "Sesame"}


@pytest.fixture
def refusals(tmp_path: Path) -> Refusals:
    """Of an account that was never refused."""
    return Refusals(Vault(tmp_path / "vault"), "acme", "me")


def report(error: ToolkitError | None = None, *, listed: bool = False, interrupted: bool = False) -> Report:
    """The report of a run that ended so."""
    made = Report("acme", "1.0", "me", "run1", error=error, interrupted=interrupted)
    if listed:
        made.listed(Bill(date="2025-03-09", amount="1"))
    return made


def refuse(refusals: Refusals, *often: dict[str, str]) -> None:
    """As many refused logins, one after another."""
    for fields in often:
        refusals.count(report(LoginFailed()), fields, NOON)


def test_the_second_refusal_is_the_last(refusals: Refusals) -> None:
    """The sentence says who holds back, since when, and both ways out."""
    refuse(refusals, WRONG)
    refusals.hold_back(WRONG)
    refuse(refusals, WRONG)
    with pytest.raises(TooManyAttempts) as held:
        refusals.hold_back(WRONG)

    assert held.value.exit_code == 3
    assert str(held.value) == (
        "acme refused this login of the account 'me' 2 times, at last on 2025-03-09 at 12:00 UTC. So it is the toolkit "
        "that holds it back, before the site locks the account: `toolkit account add acme --account me` takes the "
        "right password, and `toolkit account forget acme --account me` starts afresh."
    )


def test_other_fields_are_tried(refusals: Refusals) -> None:
    """Whatever changed; and they have two tries of their own."""
    refuse(refusals, WRONG, WRONG)
    refusals.hold_back(OTHER)
    refusals.hold_back({**WRONG, "login": "bob"})
    refuse(refusals, OTHER)
    refusals.hold_back(OTHER)
    refuse(refusals, OTHER)

    assert refusals.held_back(OTHER) == NOON
    assert refusals.held_back(WRONG) is None
    assert refusals.held_back() == NOON


@pytest.mark.parametrize(
    "good", [report(), report(listed=True), report(VendorDown(), listed=True), report(listed=True, interrupted=True)]
)
def test_a_good_login_ends_the_count(refusals: Refusals, good: Report) -> None:
    """One that listed anything, or ended well, was good."""
    refuse(refusals, WRONG)
    refusals.count(good, WRONG, NOON)
    refuse(refusals, WRONG)

    assert refusals.held_back(WRONG) is None


@pytest.mark.parametrize(
    "unsure", [report(VendorDown()), report(UserActionNeeded()), report(WrongTwoFaCode()), report(interrupted=True)]
)
def test_a_run_that_does_not_tell_changes_nothing(refusals: Refusals, unsure: Report) -> None:
    """Neither for the better nor for the worse."""
    refuse(refusals, WRONG)
    refusals.count(unsure, WRONG, NOON)
    before = refusals.held_back(WRONG)
    refuse(refusals, WRONG)

    assert (before, refusals.held_back(WRONG)) == (None, NOON)


@pytest.mark.parametrize("error", [NeedsSecret(), TooManyAttempts()])
def test_what_is_no_wrong_password_is_not_counted(refusals: Refusals, error: LoginFailed) -> None:
    """Being held back, above all, does not count as another refusal."""
    refuse(refusals, WRONG)
    refusals.count(report(error), WRONG, NOON)

    assert refusals.held_back(WRONG) is None


def test_each_account_is_counted_alone(refusals: Refusals) -> None:
    """The same password of another account is another matter."""
    refuse(refusals, WRONG, WRONG)

    assert Refusals(refusals.vault, "acme", "you").held_back(WRONG) is None
    assert Refusals(refusals.vault, "acme-2", "me").held_back(WRONG) is None


def test_the_fields_are_not_kept(refusals: Refusals) -> None:
    """Only a digest, which nobody can try passwords against without the key."""
    refuse(refusals, WRONG)
    kept = refusals.vault.load("refusals", "acme", "me")

    assert kept is not None
    assert set(kept) == {"count", "fields", "last"}
    assert kept["fields"] == refusals.vault.digest(json.dumps([["login", "ada"], ["password", "sesame"]]))


TRIES = """
    import pathlib, toolkit

    def log_in(run):
        tries = pathlib.Path(run.fields["url"])
        tries.write_text(tries.read_text() + "x")
        if run.fields["password"] != "right":
            raise toolkit.LoginFailed

    connector = toolkit.create_new(name="acme", models=[toolkit.Bill], fetch_operations=[log_in])
"""


@pytest.fixture
def tries(tmp_path: Path) -> Path:
    """A file to which each try to log in adds a letter."""
    path = tmp_path / "tries"
    path.touch()
    return path


def run(found: Found, tries: Path, workspace: Workspace, password: str) -> Report:
    """One run with this password."""
    account = Account("me", {"url": str(tries), "login": "ada", "password": password})
    return run_connector(found, account, workspace, RunOptions(now=lambda: NOON))


def test_a_run_is_held_back_before_anything_starts(write: Write, tries: Path, tmp_path: Path) -> None:
    """The third run with a wrong password does not reach the site; one with the right password does."""
    found, data = write(TRIES), tmp_path / "data"
    codes = [run(found, tries, Workspace(data), "wrong").error for _ in range(4)]
    held = tries.read_text()
    right = run(found, tries, Workspace(data), "right")

    assert [error.code if error else "" for error in codes] == [
        *["LOGIN_FAILED"] * 2,
        *["LOGIN_FAILED.TOO_MANY_ATTEMPTS"] * 2,
    ]
    assert (held, right.exit_code, tries.read_text()) == ("xx", 0, "xxx")
    assert run(found, tries, Workspace(data), "wrong").error is not None
    assert tries.read_text() == "xxxx"


@pytest.mark.parametrize(("seed", "ending"), [("JBSWY3DPEHPK3PXP", "TooManyAttempts"), ("", "WrongTwoFaCode")])
def test_a_seed_that_makes_wrong_codes_is_held_back(write: Write, tmp_path: Path, seed: str, ending: str) -> None:
    """As a wrong password is; a code that a person mistypes is not."""
    code = TRIES.replace("LoginFailed", "WrongTwoFaCode").replace('run.fields["password"]', 'run.ask("totp", "Code")')
    found = write(code, fields={"seed": {"role": "totp"}, "url": {}})
    (tries := tmp_path / "tries").touch()
    account = Account("me", {"url": str(tries), "seed": seed}, found.manifest.secret_fields)
    options = RunOptions(now=lambda: NOON, sleep=lambda _: None, ask=lambda *_: "123456")
    last = [run_connector(found, account, Workspace(tmp_path / "data"), options) for _ in range(3)][-1]

    assert type(last.error).__name__ == ending
    assert len(tries.read_text()) == (2 if seed else 3)


def test_a_good_run_leaves_nothing_in_the_vault(write: Write, tries: Path, tmp_path: Path) -> None:
    """Nor does it need a key: what costs nothing is always done."""
    run(write(TRIES), tries, Workspace(tmp_path / "data"), "right")

    assert not (tmp_path / "data" / "vault").exists()
    assert not (tmp_path / "key").exists()


def test_a_workspace_that_does_not_last_counts_nothing(write: Write, tries: Path, tmp_path: Path) -> None:
    """A recording of a refused login may be made again and again."""
    found, workspace = write(TRIES), Workspace(tmp_path / "data", lasting=False)
    for _ in range(3):
        run(found, tries, workspace, "wrong")

    assert tries.read_text() == "xxx"
    assert workspace.vault is None
    assert not workspace.vault_root.exists()


def test_a_vault_that_cannot_be_written_costs_no_run(write: Write, tries: Path, tmp_path: Path) -> None:
    """The site's word counts, and the person learns that it will not be remembered."""
    (tmp_path / "key").write_text("no key")
    done = run(write(TRIES), tries, Workspace(tmp_path / "data"), "wrong")

    assert done.error is not None
    assert done.error.code == "LOGIN_FAILED"
    assert f"That was not counted: The key of the vault in {tmp_path}/key is open to others" in done.error.message
    assert "not counted" in Path(done.log).read_text()
