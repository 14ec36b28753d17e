"""The strict portal: a sign-in on another host, papers in the browser, bills by its API."""

from collections.abc import Iterator
from pathlib import Path

import toolkit
from toolkit import Bill, LoginFailed, Run

from .api import ask, call, page_of_bills


def log_in(run: Run) -> None:
    """Sign in on the other host, and wait until the portal's page has done its work."""
    page = run.page
    page.set_default_timeout(10_000)
    page.goto("/")
    page.locator("body[data-ready=page]").wait_for()
    page.get_by_role("link", name="Sign in").click()
    page.locator("#email").fill(run.fields["login"])
    page.locator("#password").fill(run.fields["password"])
    page.get_by_role("button", name="Continue").click()
    page.locator("#ready, .error:not(:empty)").first.wait_for()
    if page.locator("#ready").count() == 0:
        raise LoginFailed(page.locator(".error").inner_text())
    run.data["key"] = page.evaluate("sessionStorage.getItem('key')")
    run.data["api"] = page.locator("meta[name=api]").get_attribute("content")
    run.data["told"] = page.locator("#told li").all_inner_texts()


def papers_of_the_page(run: Run) -> Iterator[Bill]:
    """What a click brings: an attachment, and the answer to a form."""
    clicks = {"P-attachment": run.page.locator("#attachment"), "P-post": run.page.get_by_role("button", name="By POST")}
    for day, (number, place) in enumerate(clicks.items(), 1):
        with run.page.expect_download() as waiting:
            place.click()
        data = Path(waiting.value.path()).read_bytes()
        yield Bill(number=number, date=f"2025-01-{day:02}", amount=day, fetch=lambda _, data=data: data)


def statement(run: Run) -> Iterator[Bill]:
    """A paper that the site makes while we wait: pending, pending, pending, done."""
    job = ask(run, "POST", "/jobs", json={"kind": "statement", "year": 2025})["job"]
    states = [ask(run, "GET", f"/jobs/{job}")["state"]]
    while states[-1] == "pending":
        states.append(ask(run, "GET", f"/jobs/{job}")["state"])
    run.data["told"].append(" ".join(states))
    csrf = run.session.cookies.get("csrf")
    posted = run.session.post("/paper", data={"csrf": csrf, "paper": "S-post"})
    yield Bill(number="S-post", date="2025-02-01", amount=len(states), fetch=lambda _: posted.content)
    yield Bill(number="S-attachment", date="2025-02-02", amount=2, pdfurl="/paper/S-attachment")
    yield Bill(
        number="S-inline", date="2025-02-03", amount=3, fetch=lambda run: call(run, "GET", "/pdf/S-inline").content
    )


def preferences(run: Run) -> None:
    """Two PUTs to one address, then a GET whose answer changes, then cookies of two redirects."""
    for language, version in (("fr", 3), ("en", 4)):
        now = ask(run, "PUT", "/prefs", json={"language": language, "version": version})
        run.data["told"].append(f"{now['language']} {now['version']}")
    run.data["told"] += [f"unread {ask(run, 'GET', '/unread')['unread']}" for _ in range(2)]
    run.data["told"].append(f"exported {run.session.get('/export').json()['bills']}")


def bills(run: Run) -> Iterator[Bill]:
    """The listing, its last page first, with links that are good once."""
    for page in (2, 0, 1):
        for row in page_of_bills(run, page):
            yield Bill(number=row["id"], date=row["date"], amount=row["amount"], pdfurl=run.data["api"] + row["pdf"])


def log_out(run: Run) -> str:
    """Leave, and tell what was seen on the way."""
    run.session.get("/logout").raise_for_status()
    run.data["told"].append(", ".join(sorted(run.session.cookies.keys())))
    return "; ".join(run.data["told"])


connector = toolkit.create_new(
    name="portal",
    models=[Bill],
    fetch_operations=[
        log_in,
        papers_of_the_page,
        toolkit.hand_over,
        statement,
        preferences,
        bills,
        toolkit.filter_existing(Bill),
        toolkit.save_data_and_file(Bill, options=toolkit.SaveOptions(concurrency=8)),
        log_out,
    ],
)
