"""What a login leaves, compared and brought together."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from toolkit.web import SessionState, restore_options

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)


def state(won: datetime = NOON, **cookies: str) -> SessionState:
    """A login with these cookies."""
    kept: list[dict[str, Any]] = [
        {"name": name, "value": value, "domain": "acme.example", "path": "/", "expires": -1}
        for name, value in cookies.items()
    ]
    return SessionState(won, {"cookies": kept, "origins": []})


def lasting(one: SessionState, **days: float) -> SessionState:
    """The same with cookies that live for so many days."""
    times = {name: one.won.timestamp() + each * 86_400 for name, each in days.items()}
    return one.with_cookies([{**each, "expires": times.get(each["name"], -1)} for each in one.storage["cookies"]])


def cookies_of(one: SessionState) -> dict[str, str]:
    """Its cookies by name."""
    return {cookie["name"]: cookie["value"] for cookie in one.storage["cookies"]}


def test_a_login_is_known_by_when_it_was_won_and_its_cookies() -> None:
    """Whatever order they have; one that was replaced makes another one of it."""
    one = state(sid="1", lang="fr")

    assert one.is_login_of(state(lang="fr", sid="1"))
    assert not one.is_login_of(state(lang="fr", sid="2"))
    assert not one.is_login_of(state(lang="fr"))
    assert not one.is_login_of(state(NOON.replace(hour=13), lang="fr", sid="1"))


def test_only_what_changed_goes_into_what_another_run_has_changed() -> None:
    """Its new session id stays, though this run still had the old one."""
    before = state(sid="1", lang="fr", gone="x", theirs="x")
    mine = state(sid="1", lang="de", theirs="x", new="n")
    others = state(sid="2", lang="fr", gone="x", more="m")

    assert cookies_of(mine.changed_in(before, others)) == {"sid": "2", "lang": "de", "more": "m", "new": "n"}


def test_what_came_back_as_it_was_has_not_changed() -> None:
    """A jar gives its cookies in its own words."""
    before, others = state(sid="1"), state(sid="2")
    mine = before.with_cookies([{**before.storage["cookies"][0], "expires": -1.0, "secure": False}])

    assert cookies_of(mine.changed_in(before, others)) == {"sid": "2"}


def test_what_ends_within_a_day_is_not_of_the_device() -> None:
    """A session does, however it is written down."""
    one = lasting(state(sid="1", short="2", device="3"), short=0.5, device=365)

    assert cookies_of(one.of_device()) == {"device": "3"}


def test_passkeys_belong_to_the_device_and_are_secrets() -> None:
    """They stay when the login goes; their counters go on from the time, for no number may come twice."""
    passkey = {"id": "p", "rpId": "acme.example", "privateKey": "MIGHAgEAMBMG", "signCount": 3}
    login = SessionState(NOON, {"cookies": [], "origins": [], "credentials": [passkey]})
    device = login.of_device()
    (restored,) = restore_options(device)["storage_state"]["credentials"]

    assert device.storage["credentials"] == [passkey]
    assert "MIGHAgEAMBMG" in login.secrets()
    assert restored == passkey | {"signCount": restored["signCount"]}
    assert restored["signCount"] > NOON.timestamp()
    assert "credentials" not in restore_options(state())["storage_state"]


def test_what_was_there_before_may_be_missing() -> None:
    """Other values do not count, nor does a cookie whose time has come, nor what is new."""
    stored = [{"origin": "https://acme.example", "localStorage": [{"name": "token", "value": "1"}]}]
    before = lasting(state(sid="1", short="2"), short=-1)
    whole = replace(before, storage={**before.storage, "origins": stored})

    assert not state(sid="2", new="3").lacks(before, NOON)
    assert state(short="2").lacks(before, NOON)
    assert before.lacks(whole, NOON)
    assert not whole.lacks(before, NOON)
