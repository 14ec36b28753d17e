"""What a run is asked and answers; the rest of a run is tried where it is used."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Thread

import pytest

from tests.conftest import MakeRun, Serve
from tests.sites.conftest import Shelf
from toolkit.errors import TwoFaCancelled, TwoFaExpired, UsageError
from toolkit.manifest import ManifestField
from toolkit.run import Run
from toolkit.totp import Totp
from toolkit.web import SessionState

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def with_seed(run: Run, seed: str = SEED) -> Run:
    """The same run, of a connector that takes a seed, and an account that has this one."""
    run.manifest = run.manifest.model_copy(update={"fields": {"seed": ManifestField(role="totp")}})
    run.account = type(run.account)("default", {**run.fields, "seed": seed})
    return run


def test_an_answer_is_a_secret(make_run: MakeRun) -> None:
    """The one who answers hears how long he has, and nobody else hears the answer."""
    run, heard = make_run(), []

    def ask(*question: object) -> str:
        heard.append(question)
        return "987654"

    run._ask = ask

    assert run.ask("sms", "Code sent", deadline=60) == "987654"
    assert run.ask("sms", "Another") == "987654"
    assert heard == [("sms", "Code sent", 60), ("sms", "Another", 300)]
    assert run.mask("It is 987654.") == "It is •••."


def test_cancelled_is_another_thing_than_expired(make_run: MakeRun) -> None:
    """An empty answer is a person's, none is nobody's."""
    run = make_run()
    with pytest.raises(TwoFaExpired, match=r"wants a code \(sms: Code sent\) and nobody is there"):
        run.ask("sms", "Code sent")
    for nothing in ("", " \n"):
        run._ask = lambda *_, answer=nothing: answer
        with pytest.raises(TwoFaCancelled):
            run.ask("sms", "Code sent")


@pytest.mark.parametrize(
    ("answer", "used"), [("987 654\n", "987654"), ("<http://acme.example/in/s3same>", "in/s3same")]
)
def test_an_answer_is_a_secret_as_it_is_used(make_run: MakeRun, answer: str, used: str) -> None:
    """Typed without spaces, opened without brackets."""
    run = make_run()
    run._ask = lambda *_: answer
    run.ask("sms", "Code sent")

    assert used not in run.mask(f"Wrong: {answer.strip().strip('<>').replace(' ', '')}")


def test_codes_come_from_the_seed_of_the_account(make_run: MakeRun) -> None:
    """Nobody is asked; the second one is the next one, for which the run waits; of another kind there is none."""
    run = with_seed(make_run())
    slept: list[float] = []
    run.sleep = slept.append
    totp, now = Totp.of(SEED), run.now()
    run.now = lambda: now
    codes = [run.ask("totp", "Code of your app") for _ in range(2)]

    step = run._last_step
    assert codes == [totp.code(step - 1), totp.code(step)]
    assert 0 < sum(slept) <= 62
    with pytest.raises(TwoFaExpired, match="nobody is there"):
        run.ask("sms", "Code sent")


def test_an_account_without_a_seed_asks(make_run: MakeRun) -> None:
    """The field may be left empty."""
    run = with_seed(make_run(), "")
    run._ask = lambda *_: "123456"

    assert run.ask("totp", "Code of your app") == "123456"


def test_a_seed_that_is_none_is_said(make_run: MakeRun) -> None:
    """By the name of the field."""
    with pytest.raises(UsageError, match=r"^The field `seed` is no seed of codes: it is neither base32 nor an"):
        with_seed(make_run(), "sesame!").ask("totp", "Code")


def test_what_storage_holds_is_hidden_where_it_looks_secret(make_run: MakeRun) -> None:
    """Tokens in local and session storage and IndexedDB, however deep in JSON; a theme and an address are none."""
    run = make_run()
    local = [{"name": "auth", "value": '{"user": {"token": "tok-4711x"}}'}, {"name": "theme", "value": "dark-mode"}]
    stores = [{"stores": [{"records": [{"value": "idb-4711x"}]}]}]
    origin = {"origin": "https://acme.example", "localStorage": local, "indexedDB": stores}
    tabs = {"https://acme.example": {"state": "tab-4711x", "home": "https://acme.example/home"}}
    run.take_up(SessionState(NOON, {"cookies": [], "origins": [origin]}, tabs))

    said = run.mask("tok-4711x idb-4711x tab-4711x dark-mode https://acme.example/home")
    assert said == "••• ••• ••• dark-mode https://acme.example/home"


def test_cookies_that_come_later_are_hidden_too(make_run: MakeRun) -> None:
    """Those that the session has when an error is told, and those that are kept because they changed."""
    run = make_run()
    run.take_up(SessionState(NOON))
    for name, learn in {"a": run.hide_cookies, "b": run._keep}.items():
        run.session.cookies.set(name, f"value-of-{name}", domain="acme.example")
        assert run.mask(f"value-of-{name}") == f"value-of-{name}"
        learn()
        assert run.mask(f"value-of-{name}") == "•••"


def with_cookie(value: str) -> SessionState:
    """A login with one cookie."""
    cookie = {"name": "sid", "value": value, "domain": "acme.example", "path": "/", "expires": -1}
    return SessionState(NOON, {"cookies": [cookie], "origins": []})


Begin = Callable[[object, str, Callable[[], object]], Thread]


@pytest.fixture
def after(monkeypatch: pytest.MonkeyPatch) -> Begin:
    """`after(owner, "method", then)` is a thread that begins once the method is done, and may run before it returns."""

    def after(owner: object, name: str, then: Callable[[], object]) -> Thread:
        whole, thread = getattr(owner, name), Thread(target=then)

        def method(*args: object) -> object:
            done = whole(*args)
            if thread.ident is None:
                thread.start()
                thread.join(0.1)  # it may have to wait for whom it has interrupted
            return done

        monkeypatch.setattr(owner, name, method)
        return thread

    return after


def test_the_newest_cookie_is_kept_whichever_thread_got_it(make_run: MakeRun, after: Begin) -> None:
    """One thread is about to keep what it has seen when another gets a newer cookie, and keeps that."""
    run = make_run()
    run.keeps = shelf = Shelf()
    run.take_over(with_cookie("1"))

    def get_newer() -> None:
        run.session.cookies.set("sid", "2", domain="acme.example")
        run._keep()

    other = after(run.session.cookies, "to_playwright", get_newer)
    run._keep()
    other.join()

    assert [cookie["value"] for cookie in shelf.load().storage["cookies"]] == ["2"]  # type: ignore[union-attr]


def test_no_half_of_a_login_is_kept(make_run: MakeRun, after: Begin) -> None:
    """A thread that got a cookie while another takes up a new login does not keep it without its cookies."""
    run = make_run()
    run.keeps = shelf = Shelf()
    run.take_over(with_cookie("1"))
    other = after(run.session, "forget", run._keep)
    shelf.save(new := with_cookie("2"))
    run.take_up(new)
    other.join()

    assert [cookie["value"] for cookie in shelf.load().storage["cookies"]] == ["2"]  # type: ignore[union-attr]


def test_what_a_connector_gave_the_session_outlives_a_login(make_run: MakeRun) -> None:
    """Its own headers stay, whether the login steps set them anew or a later step has set them; cookies do not."""
    run = make_run()
    run.take_over(with_cookie("1"))
    run.session.origin_headers["https://api.acme.example"] = {"x-key": "k3y"}
    run.take_over(SessionState(NOON))

    assert run.session.headers_for("https://api.acme.example/bills") == {"x-key": "k3y"}
    assert list(run.session.cookies) == []


def test_a_page_and_the_session_go_on_from_each_other(serve: Serve, make_run: MakeRun) -> None:
    """A page opened after the login has what the session has by now, and the session then what the page has."""
    url = serve({"/": "<script>document.cookie = 'sid=2'; localStorage.token = document.cookie</script>"})
    run = make_run(url=url)
    run.take_over(SessionState(NOON))
    run.session.cookies.set("seen", "yes")
    run.page.goto("/")
    run.bring_back()

    assert {cookie.name: cookie.value for cookie in run.session.cookies} == {"seen": "yes", "sid": "2"}
    assert not run.browser_is_open
    run.page.goto("/")
    assert run.page.evaluate("localStorage.token") in {"seen=yes; sid=2", "sid=2; seen=yes"}


ROTATES = "<script>localStorage.token = Number(localStorage.token || 0) + 1</script>"


def tokens_of(shelf: Shelf) -> list[str]:
    """What is kept of the localStorage of a page."""
    kept = shelf.load()
    assert kept is not None
    return [item["value"] for origin in kept.storage["origins"] for item in origin["localStorage"]]


def test_what_a_page_renews_is_there_for_the_next_page_and_the_next_run(serve: Serve, make_run: MakeRun) -> None:
    """Each page has a token anew, which only the last one is good for: whoever opens pages need not think of it."""
    run = make_run(url=serve({"/": ROTATES, "/api": "{}"}))
    run.keeps = shelf = Shelf()
    run.take_over(SessionState(NOON))
    run.reopen().goto("/")
    run.reopen().goto("/")
    assert tokens_of(shelf) == ["1"]

    run.keep_page()
    assert tokens_of(shelf) == ["2"]


def test_what_the_session_renews_meanwhile_is_newer_than_what_the_page_had(serve: Serve, make_run: MakeRun) -> None:
    """What the page changed counts, and what the session changed; of what the page let go of nothing comes back."""
    url = serve({"/": f"{ROTATES}<script>document.cookie = 'page=1'</script>"})
    run = make_run(url=url)
    run.keeps = shelf = Shelf()
    token = {"origin": url.rstrip("/"), "localStorage": [{"name": "token", "value": "0"}]}
    run.take_over(SessionState(NOON, {"cookies": [], "origins": [token]}))
    run.session.cookies.set("sid", "1", expires=4_000_000_000)
    run.page.goto("/")
    run.session.cookies.set("sid", "2", expires=4_000_000_000)
    run.keep_page()
    kept = shelf.load()
    assert kept is not None
    assert {cookie["name"]: cookie["value"] for cookie in kept.storage["cookies"]} == {"sid": "2", "page": "1"}

    run.page.evaluate("localStorage.clear()")
    run.keep_page()
    run.bring_back()
    assert tokens_of(shelf) == ["1"]
    assert {cookie.name: cookie.value for cookie in run.session.cookies}["sid"] == "2"


def test_what_was_forgotten_meanwhile_is_not_kept_again(serve: Serve, make_run: MakeRun) -> None:
    """As the person wanted."""
    run = make_run(url=serve({"/": ROTATES}))
    run.keeps = shelf = Shelf()
    run.take_over(SessionState(NOON))
    run.page.goto("/")
    shelf.forget()
    run.keep_page()

    assert shelf.load() is None


def test_a_page_that_has_gone_is_opened_again(serve: Serve, make_run: MakeRun) -> None:
    """Nothing can be brought back from it."""
    run = make_run(url=serve({"/": ROTATES}))
    run.take_over(SessionState(NOON))
    run.page.context.close()
    page = run.reopen()
    page.goto("/")

    assert page.evaluate("localStorage.token") == "1"


def test_a_page_of_another_thread_is_left_to_it(serve: Serve, make_run: MakeRun) -> None:
    """Ctrl-C ends a run in the midst of a download's login, whose page no other thread can touch."""
    run = make_run(url=serve({"/": ROTATES}))
    run.take_over(SessionState(NOON))
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: run.page.goto("/")).result()
        run.hide_cookies()
        run.settle()
        run.keep_page()
        run.close()
        assert pool.submit(lambda: run.page.evaluate("localStorage.token")).result() == "1"
        pool.submit(run.close_browser).result()

    assert not run.browser_is_open
