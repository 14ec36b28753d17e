"""An authenticator in a real browser; whole logins with it are in tests/sites/test_passkey.py."""

from types import SimpleNamespace
from typing import Any

from toolkit.login.passkeys import use_passkeys
from toolkit.web import open_browser, storage_of

MAKE = """navigator.credentials.create({publicKey: {
  rp: {id: "localhost", name: "Acme"}, user: {id: new Uint8Array(1), name: "ada", displayName: "Ada"},
  challenge: new Uint8Array(16), pubKeyCredParams: [{type: "public-key", alg: -7}]}}).then((made) => made.id)"""


def test_a_passkey_is_there_in_the_next_browser() -> None:
    """Before one is made there is none, and none is spoken of; a browser that gets the state has it."""
    with open_browser() as browser:
        first = browser.new_context()
        first.route("**/*", lambda route: route.fulfill(body="<p>", content_type="text/html"))
        run: Any = SimpleNamespace(page=first.new_page())
        assert not use_passkeys(run)
        assert "credentials" not in storage_of(first)

        run.page.goto("http://localhost/")
        made = run.page.evaluate(MAKE)
        second: Any = SimpleNamespace(page=browser.new_context(storage_state=storage_of(first)).new_page())
        assert use_passkeys(second)
        assert [passkey["id"] for passkey in second.page.context.credentials.get()] == [made]
