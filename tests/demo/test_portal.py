"""What the portal answers, asked with plain requests."""

from collections.abc import Callable

import pytest
import requests

from toolkit.demo.bills import BILLS
from toolkit.demo.pdf import render
from toolkit.demo.site import EMAIL, PASSWORD, Faults, Site

SignIn = Callable[[Site], requests.Session]


def test_the_page_is_empty_until_javascript_fills_it(site: Site, anyone: requests.Session) -> None:
    """There is no form in what the server sends, only a root and a sentence for those without JavaScript."""
    page = anyone.get(site.url)

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert '<div id="app"></div>' in page.text
    assert "<noscript>" in page.text
    assert "<form" not in page.text


def test_a_login_sets_a_cookie_and_answers_a_token(site: Site, anyone: requests.Session) -> None:
    """The cookie is for the server alone; the token is for the page."""
    anyone.get(f"{site.url}/api/csrf")
    csrf = {"X-CSRF-Token": anyone.cookies["csrf"]}
    answer = anyone.post(f"{site.url}/api/login", json={"email": EMAIL, "password": PASSWORD}, headers=csrf)

    assert answer.status_code == 200
    assert answer.json()["token"].count(".") == 2
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "session" in anyone.cookies


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ('{"email": "ada@example.org", "password": "wrong"}', 401),
        ('{"email": "ada@example.org"}', 400),
        ('"text"', 400),
        ("no JSON", 400),
    ],
)
def test_a_login_that_is_not_right_wins_nothing(
    site: Site, anyone: requests.Session, content: str, status: int
) -> None:
    """A wrong password is 401, a senseless request 400; neither sets a session."""
    anyone.get(f"{site.url}/api/csrf")
    csrf = {"X-CSRF-Token": anyone.cookies["csrf"]}
    answer = anyone.post(f"{site.url}/api/login", data=content, headers=csrf)

    assert answer.status_code == status
    assert answer.json()["error"]
    assert "session" not in anyone.cookies


@pytest.mark.parametrize("headers", [{}, {"X-CSRF-Token": "guessed"}])
def test_a_login_from_elsewhere_is_refused(site: Site, anyone: requests.Session, headers: dict[str, str]) -> None:
    """The right password is not enough without the page's anti-forgery token."""
    anyone.get(f"{site.url}/api/csrf")
    answer = anyone.post(f"{site.url}/api/login", json={"email": EMAIL, "password": PASSWORD}, headers=headers)

    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/api/bills", "/pdf/OT-202509", "/api/anything"])
@pytest.mark.parametrize("missing", ["cookie", "token", "both"])
def test_each_half_of_the_session_is_needed(site: Site, sign_in: SignIn, path: str, missing: str) -> None:
    """Without the cookie or without the token, API and files answer 401 in JSON, whatever is asked for."""
    session = sign_in(site)
    if missing != "token":
        session.cookies.clear()
    if missing != "cookie":
        del session.headers["Authorization"]
    answer = session.get(site.url + path)

    assert answer.status_code == 401
    assert answer.json() == {"error": "Please sign in."}
    assert site.downloads == []


def test_the_bills_come_in_three_pages(site: Site, sign_in: SignIn) -> None:
    """Eight a page, newest first, and the last page names no next one."""
    session, rows, page = sign_in(site), [], 1
    while page:
        answer = session.get(f"{site.url}/api/bills", params={"page": page}).json()
        assert len(answer["items"]) == 8
        rows += answer["items"]
        page = answer["next"]

    assert rows == [bill.as_json() for bill in BILLS]


@pytest.mark.parametrize("page", ["4", "0", "-1", "99999999999999999999"])
def test_a_page_beyond_the_last_is_empty(site: Site, sign_in: SignIn, page: str) -> None:
    """No rows, no next page, no error."""
    answer = sign_in(site).get(f"{site.url}/api/bills", params={"page": page})

    assert answer.json() == {"items": [], "next": None}


def test_a_page_that_is_no_number_is_refused(site: Site, sign_in: SignIn) -> None:
    """400, with a sentence."""
    answer = sign_in(site).get(f"{site.url}/api/bills", params={"page": "two"})

    assert answer.status_code == 400
    assert answer.json() == {"error": "A page is a number."}


def test_every_bill_has_its_pdf(site: Site, sign_in: SignIn) -> None:
    """The address in the row answers the paper, as long as announced."""
    session = sign_in(site)
    for bill in BILLS:
        answer = session.get(f"{site.url}/pdf/{bill.id}")
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.content == render(bill)
        assert int(answer.headers["Content-Length"]) == len(answer.content)

    assert site.downloads == [bill.id for bill in BILLS]


@pytest.mark.parametrize("path", ["/pdf/OT-190001", "/pdf/", "/pdf/%2e%2e%2fapp.js", "/nowhere"])
def test_what_is_not_there_is_404(site: Site, sign_in: SignIn, path: str) -> None:
    """An unknown bill, an unknown address."""
    assert sign_in(site).get(site.url + path).status_code == 404


def test_signing_out_ends_the_session(site: Site, sign_in: SignIn) -> None:
    """The cookie is taken back, and the old pair opens nothing."""
    session = sign_in(site)
    old = {"Cookie": f"session={session.cookies['session']}"}
    session.post(f"{site.url}/api/logout")

    assert "session" not in session.cookies
    assert session.get(f"{site.url}/api/bills", headers=old).status_code == 401


def test_a_token_dies_with_time(sign_in: SignIn) -> None:
    """The site's clock decides."""
    now = [1_750_000_000.0]
    with Site(clock=lambda: now[0]) as site:
        session = sign_in(site)
        assert session.get(f"{site.url}/api/bills").status_code == 200
        now[0] += 15 * 60
        assert session.get(f"{site.url}/api/bills").status_code == 401


def test_the_login_can_be_down(anyone: requests.Session) -> None:
    """503, before anything is checked."""
    with Site(faults=Faults(login_down=True)) as site:
        assert anyone.post(f"{site.url}/api/login").status_code == 503


def test_the_listing_can_be_down(sign_in: SignIn) -> None:
    """The login works, the list answers 503, the files are there."""
    with Site(faults=Faults(listing_down=True)) as site:
        session = sign_in(site)
        assert session.get(f"{site.url}/api/bills").status_code == 503
        assert session.get(f"{site.url}/pdf/OT-202509").status_code == 200


def test_a_pdf_can_be_truncated_with_a_length_that_agrees(sign_in: SignIn) -> None:
    """It begins like a PDF and stops in the middle; only its end tells."""
    with Site(faults=Faults(pdf={"OT-202509": "truncated"})) as site:
        answer = sign_in(site).get(f"{site.url}/pdf/OT-202509")

    assert render(BILLS[0]).startswith(answer.content)
    assert b"%%EOF" not in answer.content
    assert int(answer.headers["Content-Length"]) == len(answer.content) > 100


def test_a_pdf_can_be_empty(sign_in: SignIn) -> None:
    """Status 200, type PDF, no byte."""
    with Site(faults=Faults(pdf={"OT-202509": "empty"})) as site:
        answer = sign_in(site).get(f"{site.url}/pdf/OT-202509")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Type"] == "application/pdf"


def test_a_login_page_can_come_instead_of_a_pdf(sign_in: SignIn) -> None:
    """Status 200 and HTML, for this bill only."""
    with Site(faults=Faults(pdf={"OT-202509": "login-page"})) as site:
        session = sign_in(site)
        broken, good = (session.get(f"{site.url}/pdf/{name}") for name in ("OT-202509", "OT-202508"))

    assert broken.status_code == 200
    assert broken.headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"<!doctype html>" in broken.content
    assert good.content.startswith(b"%PDF")
