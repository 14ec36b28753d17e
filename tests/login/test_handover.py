"""Handing the browser's session over to requests."""

import json
from collections.abc import Callable, Mapping

import pytest

from tests.sites.conftest import Shelf
from toolkit.login import hand_over
from toolkit.run import Run
from toolkit.web import SessionState

MakeRun = Callable[..., Run]
Serve = Callable[[Mapping[str, object]], str]

TOKEN = "eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl"
PAGE = f"""<!doctype html><title>Acme</title><script>
  fetch('/api/me', {{headers: {{Authorization: 'Bearer {TOKEN}'}}}}).then(() => document.title = 'in');
</script>"""
SITE: dict[str, object] = {
    "/": (
        200,
        {"Content-Type": "text/html", "Set-Cookie": "sid=0123456789abcdef; HttpOnly; Secure; Path=/"},
        PAGE.encode(),
    ),
    "/api/me": (200, {"Content-Type": "application/json"}, json.dumps({"name": "Ada"}).encode()),
    "/away": (302, {"Location": "/api/me"}, b""),
}


def handed_over(run: Run) -> Run:
    """The run, after its page has called its API and the session was handed over."""
    run.page.goto("/")
    run.page.wait_for_function("document.title === 'in'")
    hand_over(run)
    return run


@pytest.mark.usefixtures("users_browser")
def test_the_session_carries_what_the_page_carried(serve: Serve, make_run: MakeRun) -> None:
    """Cookies with their attributes, secure ones on loopback too, the page's token, its user agent and languages."""
    run = make_run(url=serve(SITE))
    page_agent = run.page.evaluate("navigator.userAgent")
    sent = handed_over(run).session.get("/away").request.headers

    assert sent["Cookie"] == "sid=0123456789abcdef"
    assert sent["Authorization"] == f"Bearer {TOKEN}"
    assert sent["User-Agent"] == page_agent
    assert "Accept-Language" in sent


def test_the_token_goes_nowhere_else(serve: Serve, make_run: MakeRun) -> None:
    """Not to another port, neither asked directly nor through a redirect."""
    other = serve({"/": (200, {}, b"{}")})
    run = handed_over(make_run(url=serve({**SITE, "/out": (302, {"Location": other}, b"")})))

    for address in (other, "/out"):
        assert "Authorization" not in run.session.get(address).request.headers


def test_the_browser_is_closed_and_no_secret_is_logged(serve: Serve, make_run: MakeRun) -> None:
    """Only one side may renew what expires; what was won is masked from then on."""
    run = handed_over(make_run(url=serve(SITE)))
    run.log("info", f"token {TOKEN} cookie 0123456789abcdef")

    assert not run.browser_is_open
    assert TOKEN not in run.log.path.read_text()
    assert "0123456789abcdef" not in run.log.path.read_text()


class Keeps(Shelf):
    """Has the page renew its token when it is too late: what the page holds was taken down already."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run

    def save(self, state: SessionState, before: SessionState | None = None) -> None:
        """Keep it, and let the page ask."""
        self.open_then = self.run.browser_is_open
        self.run.page.evaluate("() => { fetch('/api/refresh', {method: 'POST'}).catch(() => document.title = 'out') }")
        self.run.page.wait_for_timeout(100)
        self.title = self.run.page.title()
        super().save(state, before)


def test_no_token_is_renewed_that_would_be_lost(serve: Serve, make_run: MakeRun) -> None:
    """Kept before the page closes; what the page asks from then on is neither sent nor refused."""
    asked: list[str] = []
    run = make_run(url=serve(SITE))
    run.page.context.on("response", lambda response: asked.append(response.url))
    run.keeps = keeps = Keeps(run)
    handed_over(run)

    assert (keeps.open_then, keeps.title) == (True, "in")
    assert keeps.load() is not None
    assert not [url for url in asked if url.endswith("/refresh")]
