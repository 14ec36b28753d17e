"""The portal as a person sees it, in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from toolkit.demo.site import EMAIL, PASSWORD, Faults, Site
from toolkit.web import Browser


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser has to say against the page: exceptions, failed loads, blocked content."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text) if message.type in {"error", "warning"} else None)
    return heard


def sign_in(page: Page, site: Site, password: str = PASSWORD) -> None:
    """Fill in the form and send it."""
    page.goto(site.url)
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_without_javascript_there_is_one_sentence(site: Site, browser: Browser) -> None:
    """No form, no table: the page says what it needs."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url)

    assert page.inner_text("body") == "Your account needs JavaScript: please switch it on."
    assert page.locator("form").count() == 0
    context.close()


def test_the_right_password_shows_the_first_bills(site: Site, page: Page, complaints: list[str]) -> None:
    """Eight rows with date, number, kind and amount, and the customer's name above."""
    sign_in(page, site)

    rows = page.locator("#bills tbody tr")
    expect(rows).to_have_count(8)
    expect(rows.first).to_have_text(re.compile(r"6 Sept? 2025.*OT-202509.*Invoice.*€22\.70.*PDF"))
    expect(page.get_by_text("Ada Lovelace")).to_be_visible()
    assert complaints == []


def test_the_page_calls_the_api_with_both_halves(site: Site, page: Page) -> None:
    """The token is in localStorage and goes along as a header; the cookie is out of the page's reach."""
    with page.expect_request("**/api/bills?page=1") as waiting:
        sign_in(page, site)
    expect(page.locator("#bills")).to_be_visible()
    token = page.evaluate("localStorage.getItem('orma.token')")

    assert waiting.value.all_headers()["authorization"] == f"Bearer {token}"
    assert "session=" in waiting.value.all_headers()["cookie"]
    assert "session" not in page.evaluate("document.cookie")


def test_load_more_shows_the_rest(site: Site, page: Page, complaints: list[str]) -> None:
    """Sixteen, then all, and then there is nothing more to press."""
    sign_in(page, site)
    more = page.get_by_role("button", name="Load more")
    more.click()
    expect(page.get_by_role("status")).to_have_text("16 bills shown")
    more.click()

    expect(page.get_by_role("status")).to_have_text("24 bills, that is all of them")
    expect(more).to_be_hidden()
    expect(page.locator("tr.refund")).to_contain_text("Refund")
    assert complaints == []


def test_a_wrong_password_is_said_in_words(site: Site, page: Page) -> None:
    """An alert; the form stays and a second try works."""
    sign_in(page, site, "wrong")
    expect(page.get_by_role("alert")).to_have_text("Wrong email address or password.")
    expect(page.locator(".error")).to_be_visible()

    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#bills")).to_be_visible()
    expect(page.locator(".error")).to_have_count(0)


def test_a_login_that_is_down_is_not_a_wrong_password(page: Page) -> None:
    """The panel says that the service is unavailable, and nothing about passwords."""
    with Site(faults=Faults(login_down=True)) as site:
        sign_in(page, site)
        expect(page.locator(".down")).to_contain_text("Service unavailable")
        expect(page.locator(".error")).to_have_count(0)


def test_a_site_that_is_gone_shows_as_down(page: Page) -> None:
    """A connection refused in the middle of the login is the same panel."""
    with Site() as site:
        page.goto(site.url)
        page.get_by_label("Email address").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        site.go_down()
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator(".down")).to_be_visible()


def test_a_listing_that_is_down_leaves_the_login_good(page: Page) -> None:
    """The section is there, empty, with a sentence: the person is logged in."""
    with Site(faults=Faults(listing_down=True)) as site:
        sign_in(page, site)
        expect(page.locator("#bills")).to_contain_text("cannot be shown right now")
        expect(page.locator(".down")).to_have_count(0)


def test_a_pdf_is_shown_from_memory(site: Site, page: Page, complaints: list[str]) -> None:
    """The file is fetched with the token, opens in a dialog, and can be saved."""
    sign_in(page, site)
    page.get_by_role("button", name=re.compile("PDF of 6 Aug 2025")).click()
    dialog = page.get_by_role("dialog", name="Bill OT-202508")
    expect(dialog).to_be_visible()

    assert str(dialog.locator("iframe").get_attribute("src")).startswith("blob:")
    with page.expect_download() as waiting:
        dialog.get_by_role("link", name="Save the file").click()
    assert waiting.value.suggested_filename == "orma-OT-202508.pdf"
    assert waiting.value.path().read_bytes().startswith(b"%PDF")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    assert site.downloads == ["OT-202508"]
    assert complaints == []


def test_a_reload_stays_signed_in_until_one_signs_out(site: Site, page: Page) -> None:
    """The session lives in the browser; signing out ends it on both sides."""
    sign_in(page, site)
    expect(page.locator("#bills")).to_be_visible()
    page.reload()
    expect(page.locator("#bills")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()

    assert page.evaluate("localStorage.length") == 0
    assert "POST /api/logout" in site.requests


def lose_the_cookie(page: Page) -> None:
    """The session is gone, the token is still there."""
    page.context.clear_cookies()


def lose_the_token(page: Page) -> None:
    """The token is gone, the session is still there."""
    page.evaluate("localStorage.clear()")


@pytest.mark.parametrize("lose", [lose_the_cookie, lose_the_token])
def test_half_a_session_is_none(site: Site, page: Page, lose: Callable[[Page], None]) -> None:
    """The page asks to sign in again."""
    sign_in(page, site)
    expect(page.locator("#bills")).to_be_visible()
    lose(page)
    page.reload()

    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_everything_has_a_name(site: Site, page: Page) -> None:
    """One heading and one main region a view; inputs are labelled; buttons say what they do."""
    sign_in(page, site)
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your bills")
    expect(page.get_by_role("region", name="Your bills")).to_be_visible()
    expect(page.get_by_role("columnheader")).to_have_text(["Date", "Number", "Type", "Amount", "Document"])
    expect(page.get_by_role("rowheader")).to_have_count(8)
