"""An authenticator in a real browser; whole logins with it are in tests/sites/test_passkey.py."""

from contextlib import closing
from types import SimpleNamespace
from typing import Any

from toolkit.jobs import SharedBrowser
from toolkit.login.passkeys import use_passkeys
from toolkit.web import storage_of

MAKE = """navigator.credentials.create({publicKey: {
  rp: {id: "localhost", name: "Acme"}, user: {id: new Uint8Array(1), name: "ada", displayName: "Ada"},
  challenge: new Uint8Array(16), pubKeyCredParams: [{type: "public-key", alg: -7}]}}).then((made) => made.id)"""


def test_a_passkey_is_there_in_the_next_browser(shared_pages: SharedBrowser) -> None:
    """Before one is made there is none, and none is spoken of; a browser that gets the state has it."""
    browser = shared_pages.browser()
    with closing(browser.new_context()) as first:
        first.route("**/*", lambda route: route.fulfill(body="<p>", content_type="text/html"))
        run: Any = SimpleNamespace(page=first.new_page())
        assert not use_passkeys(run)
        assert "credentials" not in storage_of(first)

        run.page.goto("http://localhost/")
        made = run.page.evaluate(MAKE)
        with closing(browser.new_context(storage_state=storage_of(first))) as context:
            second: Any = SimpleNamespace(page=context.new_page())
            assert use_passkeys(second)
            assert [passkey["id"] for passkey in context.credentials.get()] == [made]
