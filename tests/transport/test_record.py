"""A run is recorded whole, in order and without its secrets, or not at all."""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from playwright.sync_api import Browser, Page

import toolkit.transport.record
from toolkit.transport.har import Har, HarEntry, lint, make_entry
from toolkit.transport.leaks import scan
from toolkit.transport.record import Record
from toolkit.transport.take import HAR_NAME, Take, TakeError
from toolkit.web import Session

Serve = Callable[[Mapping[str, object]], str]

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)
PASSWORD = "hunter2-Ünsafe!"
FIELDS = {"url": "http://acme.example", "login": "ada@lovelace.example", "password": PASSWORD}
SECRET = frozenset({"login", "password"})
SESSION = "S3cr3tS3ss10nC00k13Value"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGFAbG92ZWxhY2UuZXhhbXBsZSIsImV4cCI6NDA3MDkwODgwMH0.aG9zdGlsZS1zaWduYXR1cmU"
PAGE = f"""<!doctype html><link rel=icon href=data:,><title>first</title><script>
  const form = {{email: {json.dumps(FIELDS["login"])}, password: {json.dumps(PASSWORD)}}};
  fetch('/login', {{method: 'POST', body: JSON.stringify(form)}}).then((answer) => answer.json()).then((body) => {{
    localStorage.token = body.token;
    location = '/home?token=' + body.token;
  }});
</script>"""
SITE: dict[str, object] = {
    "/": PAGE,
    "/home": f"<!doctype html><title>home</title><p>{FIELDS['login']}, {base64.b64encode(PASSWORD.encode()).decode()}",
    "/login": (
        200,
        {"Content-Type": "application/json", "Set-Cookie": f"session={SESSION}; Path=/; HttpOnly"},
        json.dumps({"token": TOKEN}).encode(),
    ),
    "/pdf": (200, {"Content-Type": "application/pdf"}, b"%PDF-1.4\x00\xff%%EOF"),
}


@pytest.fixture
def record() -> Iterator[Record]:
    """A recording that has begun."""
    record = Record(Take(clock=NOON, seed=7, toolkit="1"))
    with closing(record):
        yield record
    record.forget()


def browse(record: Record, browser: Browser, journey: Callable[[Page], object]) -> None:
    """Do something in a page that is recorded, to the end."""
    context = browser.new_context(locale="fr-BE", **record.browser_options())
    record.attach(context)
    page = context.new_page()
    record.prepare(page)
    journey(page)
    context.close()


def log_in(site: str) -> Callable[[Page], object]:
    """The journey to the page behind the login."""

    def journey(page: Page) -> None:
        page.goto(site)
        page.wait_for_url("**/home?**")

    return journey


def test_both_halves_are_on_one_tape(serve: Serve, browser: Browser, record: Record, tmp_path: Path) -> None:
    """In the order of time, each entry knows its half; the take knows the browser; nothing lacks."""
    site = serve(SITE)
    with Session(record, base_url=site) as session:
        session.get("/pdf?before")
        browse(record, browser, log_in(site))
        session.get("/pdf?after")
    record.write(tmp_path, FIELDS, SECRET)

    har, take = Har.load(tmp_path / HAR_NAME), Take.load(tmp_path)
    told = [(entry.client, re.sub(r"=.*", "", entry.url.removeprefix(site))) for entry in har.entries]
    assert told == [
        ("session", "/pdf?before"),
        ("browser", "/"),
        ("browser", "/login"),
        ("browser", "/home?token"),
        ("session", "/pdf?after"),
    ]
    assert lint(har) == []
    assert har.entries[-1].body() == b"%PDF-1.4\x00\xff%%EOF"
    assert (take.clock, take.seed, take.toolkit) == (NOON, 7, "1")
    assert (take.browser, take.locale) == (browser.version, "fr-BE")
    assert take.user_agent.startswith("Mozilla/5.0")


def test_no_secret_gets_out(serve: Serve, browser: Browser, record: Record, tmp_path: Path) -> None:
    """Neither those of the account nor those of the traffic; what was typed as a code is one too."""
    site = serve({**SITE, "/481516/": "fine"})
    browse(record, browser, log_in(site))
    with Session(record, base_url=site) as session:
        session.post("/login", data={"what": TOKEN}, headers={"Authorization": f"Bearer {TOKEN}"})
        session.get("/481516/", params={"what": PASSWORD})
    assert record.answer(lambda: "481516") == "481516"
    count = record.write(tmp_path, FIELDS, SECRET)

    assert not list(tmp_path.glob("**/*481516*"))
    secrets = {"password": PASSWORD, "login": FIELDS["login"], "cookie": SESSION, "code": "481516"}
    parts = dict(zip(["token", "claims", "signature"], [TOKEN, *TOKEN.split(".")[1:]], strict=True))
    take = Take.load(tmp_path)
    assert scan(tmp_path, {**secrets, **parts}).leaks == []
    assert count >= 5
    assert take.fields["url"] == FIELDS["url"]
    assert re.fullmatch(r"[a-z]{3}@[a-z]{8}\.example", take.fields["login"])
    assert len(take.fields["password"]) == len(PASSWORD)
    assert all(code.isdigit() and code != "481516" for code in take.answers)


def test_what_is_typed_again_fits_the_recording(serve: Serve, browser: Browser, record: Record, tmp_path: Path) -> None:
    """The placeholder account is what the recorded login holds."""
    browse(record, browser, log_in(serve(SITE)))
    record.write(tmp_path, FIELDS, SECRET)
    sent = next(entry for entry in Har.load(tmp_path / HAR_NAME).entries if entry.method == "POST")

    fields = Take.load(tmp_path).fields
    assert json.loads(sent.request_body() or b"") == {"email": fields["login"], "password": fields["password"]}


CHAIN = """<!doctype html><link rel=icon href=data:,><script>
  const ask = (n) => n > 0 && fetch(`/login?n=${n}`).then(() => setTimeout(ask, 50, n - 1));
  ask(%s);
</script>"""


@pytest.mark.parametrize(("asks", "kept"), [("6", {6, 5, 4, 3, 2, 1}), ("1e9", {10**9})])
def test_a_page_that_is_still_asking_comes_to_rest(
    serve: Serve, browser: Browser, tmp_path: Path, asks: str, kept: set[int]
) -> None:
    """What it asks after the login is recorded to the end; one that never ends is not waited for."""
    record = Record(Take(clock=NOON, seed=7, toolkit="1"), patience=30 if asks == "6" else 0)
    site = serve(SITE | {"/": CHAIN % asks})

    def journey(page: Page) -> None:
        with page.expect_response("**/login?*"):
            page.goto(site, wait_until="commit")
        record.settle(page)

    with closing(record):
        browse(record, browser, journey)
    record.write(tmp_path, {}, frozenset())
    record.forget()

    asked = [entry.url.partition("?n=")[2] for entry in Har.load(tmp_path / HAR_NAME).entries]
    assert {int(n) for n in asked if n} >= kept


def test_an_answer_that_no_script_reads_is_kept(serve: Serve, browser: Browser, record: Record, tmp_path: Path) -> None:
    """Nor does a take lack what only came as a download."""
    pdf = (200, {"Content-Type": "application/pdf", "Content-Disposition": "attachment"}, b"%PDF-1.4")
    site = serve({"/": "<!doctype html><link rel=icon href=data:,><a href=/pdf>bill</a>", "/beacon": "ok", "/pdf": pdf})

    def journey(page: Page) -> None:
        page.goto(site)
        page.evaluate("async () => { await fetch('/beacon', {method: 'POST', body: new Blob(['seen'])}) }")
        with page.expect_download() as download:
            page.click("a")
        download.value.path()

    browse(record, browser, journey)
    record.write(tmp_path, {}, frozenset())

    entries = Har.load(tmp_path / HAR_NAME).entries[1:]
    assert [(entry.request_body(), entry.body()) for entry in entries] == [(b"seen", b"ok"), (None, b"%PDF-1.4")]


def test_a_pdf_that_is_shown_is_kept_as_it_came(serve: Serve, browser: Browser, record: Record, tmp_path: Path) -> None:
    """In a frame of the page, and in a window of its own: not what the browser's viewer makes of it."""
    pdf = b"%PDF-1.7\n" + bytes(range(256)) * 800 + b"\n%%EOF\n"
    shown = (200, {"Content-Type": "application/pdf"}, pdf)
    page_of_two = (
        "<!doctype html><link rel=icon href=data:,><iframe src=/frame></iframe><a href=/tab target=_blank>bill</a>"
    )
    site = serve({"/": page_of_two, "/frame": shown, "/tab": shown})

    def journey(page: Page) -> None:
        page.goto(site, wait_until="networkidle")
        with page.expect_popup() as opening:
            page.click("a")
        opening.value.wait_for_load_state("networkidle")

    browse(record, browser, journey)
    record.write(tmp_path, {}, frozenset())

    assert [entry.body() for entry in Har.load(tmp_path / HAR_NAME).entries[1:]] == [pdf, pdf]


def test_a_body_that_is_missing_is_named(record: Record, tmp_path: Path) -> None:
    """Such a recording could not be replayed."""
    sent = [("Content-Length", "5")]
    record._keep(make_entry("POST", "http://a.test/login", started=NOON, status=204, request_headers=sent))

    with pytest.raises(TakeError, match=r"not complete: .*\(POST .*/login\): has no request body, although it had"):
        record.write(tmp_path / "take", FIELDS, SECRET)
    assert not (tmp_path / "take").exists()


def test_a_browser_that_wrote_nothing_is_told(browser: Browser, record: Record, tmp_path: Path) -> None:
    """Half a recording would look like a whole one."""
    context = browser.new_context(**record.browser_options())

    with pytest.raises(TakeError, match="before it wrote down its traffic"):
        record.write(tmp_path, FIELDS, SECRET)
    context.close()


def test_a_secret_that_is_left_is_told(serve: Serve, record: Record, tmp_path: Path) -> None:
    """With its name and its place, not with its value: twice in base64 within large binary data is too deep."""
    hidden = base64.b64encode(base64.b64encode(b"my " + PASSWORD.encode()))
    site = serve({"/dump": (200, {"Content-Type": "application/octet-stream"}, bytes(1 << 20) + hidden)})
    with Session(record, base_url=site) as session:
        session.get("/dump")

    with pytest.raises(TakeError, match=r"A secret \(password\) is still in bodies/") as caught:
        record.write(tmp_path, FIELDS, SECRET)
    assert PASSWORD not in str(caught.value)


def test_what_holds_secrets_is_private_and_goes() -> None:
    """Until it is forgotten only the owner can look at it."""
    record = Record(Take(clock=NOON, seed=7))
    folder = Path(record.browser_options()["record_har_path"]).parent.parent

    assert folder.stat().st_mode & 0o777 == 0o700
    record.close()
    record.forget()
    assert not folder.exists()


class Slow(BaseHTTPRequestHandler):
    """A page, and an image of which the second half comes once `/go` was asked for."""

    half: Event
    end: Event

    def do_GET(self) -> None:
        """Answer."""
        if self.path == "/go":
            self.end.set()
        image = self.path == "/image"
        body = b"\x89PNG\r\n\x1a\n" if image else b"<!doctype html><link rel=icon href=data:,><img src=/image>"
        self.send_response(200)
        self.send_header("Content-Type", "image/png" if image else "text/html")
        self.send_header("Content-Length", str(len(body) * (2 if image else 1)))
        self.end_headers()
        self.wfile.write(body)
        if image:
            self.half.set()
            self.end.wait(30)
            with suppress(OSError):  # nobody waits for it any more
                self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def leave(page: Page) -> None:
    """Go to another page."""
    with page.expect_event("requestfailed"):
        page.goto("about:blank")


def stay(page: Page) -> None:
    """Let the browser close."""
    page.evaluate("1")


@pytest.fixture
def slow() -> Iterator[str]:
    """The address of a slow site."""
    Slow.half, Slow.end = Event(), Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    Slow.end.set()
    server.shutdown()
    thread.join()
    server.server_close()


def open_halfway(page: Page, site: str) -> None:
    """Open a page, and return when half of its image is there."""
    with page.expect_response("**/image"):
        page.goto(site, wait_until="commit")
    Slow.half.wait(30)


def image_of(folder: Path) -> HarEntry:
    """The image of a recording."""
    return next(entry for entry in Har.load(folder / HAR_NAME).entries if entry.url.endswith("/image"))


@pytest.mark.parametrize("ending", [leave, stay])
def test_an_image_that_its_page_left_behind_has_no_answer(
    slow: str, browser: Browser, record: Record, tmp_path: Path, ending: Callable[[Page], None]
) -> None:
    """No page ever had it whole, so the recording is complete without it."""

    def journey(page: Page) -> None:
        open_halfway(page, slow)
        ending(page)

    browse(record, browser, journey)
    record.write(tmp_path, {}, frozenset())

    assert (image_of(tmp_path).status, image_of(tmp_path).error) == (-1, "net::ERR_ABORTED")


def test_what_is_under_way_is_waited_for(
    slow: str, browser: Browser, record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long nothing comes."""
    monkeypatch.setattr(toolkit.transport.record, "QUIET", 1)

    def journey(page: Page) -> None:
        open_halfway(page, slow)
        page.evaluate("setTimeout(() => fetch('/go'), 100)")
        record.settle(page)

    browse(record, browser, journey)
    record.write(tmp_path, {}, frozenset())

    assert (image_of(tmp_path).status, len(image_of(tmp_path).body())) == (200, 16)


def test_the_length_that_an_answer_to_head_tells_stays(record: Record, tmp_path: Path) -> None:
    """It has no body, and that is no reason to say 0."""

    class Head(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "204800")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Head) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        with Session(record) as session:
            session.head(f"http://127.0.0.1:{server.server_port}/")
        thread.join()
    record.write(tmp_path, {}, frozenset())

    assert Har.load(tmp_path / HAR_NAME).entries[0].header("content-length") == "204800"
