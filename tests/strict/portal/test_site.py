"""The portal is strict: what it would not refuse proves nothing when it replays."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.strict.portal.conftest import account
from tests.strict.portal.edits import edit
from tests.strict.portal.site import Portal
from toolkit.jobs import RunOptions, Workspace, run_connector


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """One site for all."""
    with Portal() as portal:
        yield portal


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("found[1] if found", '"x" if found', "This page is too old"),
        ('"X-CSRF-Token": csrf, ', "", "The CSRF token is wrong"),
        ("token_hex(12)", '"0" * 24', "A fresh nonce is needed"),
        ("int(time.time() * 1000)), token_hex", "int(time.time() * 900)), token_hex", "The clock is wrong"),
        ('{now} {nonce}"', '{nonce} {now}"', "The signature is wrong"),
        ('f"Bearer {token}"', 'f"Bearer {token}x"', "This token is not ours"),
        ("headers=headers)", 'headers={**headers, "Cookie": "pre=x"})', "This page is too old"),
        ('get("/api")', 'get(run.session.cookies.clear() or "/api")', "Please sign in"),
        ('("fr", "en"), 1)', '("fr", "en"), 2)', "Somebody else was faster"),
        ('"year": 2025', '"year": 2024', "There is no such job"),
        ("query Bills(", "query Bill(", "There is no such query"),
        ('params={"t": name}', 'params={"t": number}', "This page is too old"),
    ],
)
def test_it_refuses_a_session(
    portal: Portal, tmp_path: Path, sharing: RunOptions, *, old: str, new: str, why: str
) -> None:
    """Whoever leaves out one thing only does not get through."""
    portal.refused.clear()
    report = run_connector(
        edit("papers", tmp_path, (old, new)).found, account(portal), Workspace(tmp_path / "data"), sharing
    )

    assert report.exit_code != 0
    assert why in portal.refused[0]


def headers(**named: str) -> dict[str, str]:
    """Headers, with _ for - in their names."""
    return {name.replace("_", "-"): value for name, value in named.items()}


@pytest.mark.parametrize(
    ("method", "where", "sent", "why"),
    [
        ("GET", "{portal}/login?_=1700000000000", {}, "The clock is wrong"),
        ("POST", "{portal}/boot", headers(Content_Type="application/json"), "This page is too old"),
        ("POST", "{sso}/authorize", headers(Origin="http://evil.test"), "This form came from elsewhere"),
        ("POST", "{portal}/acs", headers(Origin="http://evil.test"), "This sign-in was not asked for"),
        ("GET", "{portal}/acs/check?ticket=x", {}, "The first redirect set a cookie"),
        ("GET", "{portal}/home", {}, "Please sign in"),
        ("OPTIONS", "{api}/token", headers(Origin="http://evil.test"), "This origin may not call"),
        (
            "GET",
            "{api}/token",
            headers(Origin="{portal}", Sec_Fetch_Mode="cors"),
            "This call was not asked for beforehand",
        ),
        ("GET", "{portal}/bye", headers(Cookie="session=x"), "The session's cookie was deleted"),
    ],
)
def test_it_refuses_a_page(portal: Portal, method: str, where: str, sent: dict[str, str], why: str) -> None:
    """Requests that come from nowhere, from elsewhere, or too late."""
    portal.refused.clear()
    origins = vars(portal.origins)
    form = {"csrf": "x", "nonce": "123456", "state": "x"} if method == "POST" and "boot" not in where else None
    with requests.Session() as visitor:
        visitor.trust_env = False
        named = {name: value.format(**origins) for name, value in sent.items()}
        answer = visitor.request(method, where.format(**origins), headers=named, data=form or b"{}")

    assert answer.status_code >= 400
    assert why in portal.refused[0]


def test_a_nonce_and_a_draw_are_good_once(portal: Portal) -> None:
    """Whoever draws the same twice is refused."""
    portal.refused.clear()
    with requests.Session() as visitor:
        visitor.trust_env = False
        for status in (200, 400):
            csrf = visitor.get(f"{portal.url}/frame").text.partition('"X-CSRF-Token": "')[2].partition('"')[0]
            drawn = {"place": "frame", "drawn": [123456789]}
            answer = visitor.post(f"{portal.url}/boot", json=drawn, headers={"X-CSRF-Token": csrf})

            assert answer.status_code == status
    assert "A fresh nonce is needed, not 123456789" in portal.refused[0]
