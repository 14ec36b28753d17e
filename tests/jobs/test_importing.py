"""HARs of other tools become recordings, or are refused with one sentence."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import toolkit.demo
from toolkit.demo.site import EMAIL, PASSWORD, Site
from toolkit.errors import ToolkitError, UsageError
from toolkit.jobs import Found, RunOptions, find_connector
from toolkit.jobs.importing import ImportOptions, import_har
from toolkit.jobs.replaying import replay_connector
from toolkit.transport.har import Har, HarEntry, make_entry
from toolkit.transport.har_lint import lint
from toolkit.transport.leaks import scan
from toolkit.transport.take import HAR_NAME, Take

CORPUS = Path(__file__).parents[1] / "transport" / "har_corpus"
DEMO = find_connector("demo", Path(toolkit.demo.__file__).parent)
NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)
SITE = "https://acme.example"
FIELDS = {"login": "ada@acme.example", "password": "hunter2-unsafe"}
MANIFEST = {
    "name": "Acme",
    "slug": "acme",
    "type": "konnector",
    "version": "1.0",
    "source": "here",
    "vendor_link": SITE,
    "currency": "EUR",
    "fields": {"login": {"type": "email"}, "password": {"type": "password"}},
    "take": {"secrets": ["customer"], "ignore": ["nonce"]},
    "developer": {"name": "Ada"},
}
CODE = """
import toolkit
from toolkit import Bill, LoginFailed

def bills(run):
    {body}

connector = toolkit.create_new(
    name="acme",
    models=[Bill],
    fetch_operations=[bills, toolkit.filter_existing(Bill), toolkit.save_data_and_file(Bill)],
)
"""
LISTING = """
    form = {"login": run.fields["login"], "password": run.fields["password"], "nonce": 1}
    if run.session.post("/login", json=form).status_code == 401:
        raise LoginFailed
    for row in run.session.get("/bills").json():
        yield Bill(date=row["date"], amount=row["amount"], number=row["id"], fetch=lambda run: b"%PDF-1.4 %%EOF")
"""

BY_HAND = """async () => {
    const headers = {Authorization: `Bearer ${localStorage.getItem('orma.token')}`};
    for (let page = 1; page;) {
        const list = await (await fetch(`/api/bills?page=${page}`, {headers})).json();
        for (const bill of list.items) await (await fetch(bill.pdf, {headers})).arrayBuffer();
        page = list.next;
    }
}"""


def connector(folder: Path, body: str = "return []") -> Found:
    """A connector whose listing is `body`."""
    place = folder / "connectors" / "acme"
    place.mkdir(parents=True, exist_ok=True)
    (place / "manifest.konnector").write_text(json.dumps(MANIFEST))
    (place / "connector.py").write_text(CODE.format(body=body))
    return find_connector("acme", folder / "connectors")


def login(status: int = 200) -> HarEntry:
    """The request of a login and its answer."""
    sent = json.dumps({**FIELDS, "nonce": 7}).encode()
    headers = [("Content-Type", "application/json")]
    told = [*headers, ("Set-Cookie", "sid=S3cr3tS3ss10n; Path=/")]
    return make_entry(
        "POST",
        f"{SITE}/login",
        started=NOON,
        status=status,
        request_headers=headers,
        request_body=sent,
        response_headers=told,
        body=b'{"customer": "Jane"}',
    )


def listing() -> HarEntry:
    """The list of bills."""
    body = b'[{"id": "A-1", "date": "2025-03-31", "amount": "23.90", "customer": "Jane"}]'
    headers = [("Content-Type", "application/json")]
    return make_entry(
        "GET", f"{SITE}/bills", started=NOON.replace(hour=13), status=200, response_headers=headers, body=body
    )


def exported(folder: Path, *entries: HarEntry) -> Path:
    """A HAR as developer tools write it."""
    Har(entries).export(folder / "capture.har")
    return folder / "capture.har"


REFUSED = {
    "haralyzer-cnn.har": "entry 2 (GET http://www.cnn.com/): has 1073 bytes of response body, although it had 204755",
    "haralyzer-humanssuck.net_duplicate_url.har": "entry 3 (GET http://humanssuck.net/screen_login.gif): has no",
    "haralyzer-missing_pageref.har": "entry 1 (GET no URL): has no URL",
    "haralyzer-no_title.har": "entry 3 (GET http://humanssuck.net/screen_login.gif): has no response body",
    "httpolice-bad_base64.har": "entry 1 (GET http://example.com/): the response body is not valid base64",
    "mitmproxy-brokenfile.har": "is not JSON",
    "mitmproxy-corrupted_gzip_body.har": "entry 1 (GET http://127.0.0.1:5000/): the response body is marked as gzip",
    "mitmproxy-event_stream.har": "is a stream of server-sent events",
    "msw-empty.har": "holds no request that can be replayed.",
    "msw-request-order.har": "entry 1 (GET http://127.0.0.1:51345/resource): has 3 bytes of response body",
    "msw-response-error.har": "entry 1 (GET http://127.0.0.1:61959/resource): has neither a status nor a reason",
}
IMPORTED = sorted({path.name for path in CORPUS.glob("*.har")} - REFUSED.keys())


@pytest.mark.parametrize("name", IMPORTED)
def test_what_is_whole_is_imported(name: str, tmp_path: Path, sharing: RunOptions) -> None:
    """Every entry and byte of it, in the order of time; only secrets change, and keep their length."""
    folder, found = tmp_path / "recordings" / "imported", connector(tmp_path)

    done = import_har(CORPUS / name, found, {}, folder)

    before, after = Har.load(CORPUS / name).entries, Har.load(folder / HAR_NAME).entries
    assert done.requests == len(before) == len(after) > 0
    assert lint(after) == []
    assert Counter(map(measured, after)) == Counter(map(measured, before))
    if not done.secrets:
        assert Counter(map(told, after)) == Counter(map(told, before))
    assert replay_connector(found, folder, sharing).report.verdict == "nothing listed"


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_whole_is_refused(name: str, tmp_path: Path) -> None:
    """With one sentence that names the file, the entry and what is wrong; nothing is left behind."""
    folder = tmp_path / "recordings" / "imported"

    with pytest.raises(ToolkitError) as caught:
        import_har(CORPUS / name, connector(tmp_path), {}, folder)

    message = caught.value.message
    assert caught.value.exit_code == 2
    assert message.startswith(name)
    assert REFUSED[name] in message
    assert ("\n" in message, ". " in message) == (False, False)
    assert list(tmp_path.glob("recordings/*")) == []


def measured(entry: HarEntry) -> tuple[str, int, int, int]:
    """What replacing secrets leaves as it is."""
    return entry.method, entry.status, len(entry.request_body() or b""), len(entry.body())


def told(entry: HarEntry) -> tuple[str, str, bytes, bytes]:
    """What a replay needs of an entry."""
    return entry.method, entry.url, entry.request_body() or b"", entry.body()


def test_a_capture_replays_and_keeps_no_secret(tmp_path: Path, sharing: RunOptions) -> None:
    """The login, the cookie, and what the manifest declares are replaced; the clock is that of the first request."""
    found = connector(tmp_path, LISTING)
    done = import_har(exported(tmp_path, listing(), login()), found, FIELDS, tmp_path / "imported")
    take = Take.load(done.folder)
    secrets = {**FIELDS, "cookie": "S3cr3tS3ss10n", "customer": "Jane"}

    assert (done.verdict, done.lacks, done.left_out, done.unseen) == ("1 listed: 1 saved", [], [], [])
    assert [entry.method for entry in Har.load(done.folder / HAR_NAME).entries] == ["POST", "GET"]
    assert (take.clock, take.seed, take.ignore) == (NOON, 0, ("nonce",))
    assert scan(done.folder, secrets).leaks == []
    assert replay_connector(found, done.folder, sharing).differences == []


def test_a_refused_login_is_worth_keeping(tmp_path: Path) -> None:
    """expected.json holds the error."""
    done = import_har(exported(tmp_path, login(401)), connector(tmp_path, LISTING), FIELDS, tmp_path / "refused")

    assert done.lacks == []
    assert json.loads((done.folder / "expected.json").read_text()) == {"error": "LOGIN_FAILED", "entries": []}


def test_what_the_capture_lacks_is_told(tmp_path: Path) -> None:
    """The recording is kept, without an expectation that nobody has seen; imported anew it gets one."""
    found = connector(tmp_path, LISTING)
    done = import_har(exported(tmp_path, login()), found, FIELDS, tmp_path / "imported")

    assert [sentence.partition(". Nearest")[0] for sentence in done.lacks] == [f"GET {SITE}/bills was not recorded"]
    assert sorted(path.name for path in done.folder.iterdir()) == [HAR_NAME, "take.json"]
    with pytest.raises(UsageError, match="is there already"):
        import_har(exported(tmp_path, login(), listing()), found, FIELDS, done.folder)
    again = ImportOptions(update=True, clock=NOON.replace(year=2020), seed=7)
    assert import_har(exported(tmp_path, login(), listing()), found, FIELDS, done.folder, options=again).lacks == []
    assert (done.folder / "expected.json").exists()
    assert (Take.load(done.folder).clock.year, Take.load(done.folder).seed) == (2020, 7)


def test_a_connector_that_fails_by_itself(tmp_path: Path) -> None:
    """Nothing was missed: the error is why."""
    done = import_har(
        exported(tmp_path, login()), connector(tmp_path, "raise ValueError('x')"), FIELDS, tmp_path / "it"
    )

    assert len(done.lacks) == 1
    assert done.lacks[0].startswith("UNKNOWN_ERROR: Something unexpected happened (ValueError: x)")


def test_what_cannot_be_replayed_is_left_out_when_asked(tmp_path: Path) -> None:
    """A download whose body the browser did not export, and what went through a service worker."""
    lost = make_entry("GET", f"{SITE}/pdf", started=NOON, status=200, response_headers=[("Content-Length", "9")])
    worker = make_entry("GET", f"{SITE}/sw", started=NOON, status=200, body=b"x")
    worker.raw["response"]["_fetchedViaServiceWorker"] = True
    extension = make_entry("GET", "chrome-extension://abc/x.js", started=NOON, status=200, body=b"x")
    file, found = exported(tmp_path, login(), lost, worker, listing(), extension), connector(tmp_path, LISTING)

    with pytest.raises(ToolkitError) as caught:
        import_har(file, found, FIELDS, tmp_path / "imported")
    assert caught.value.message == (
        "capture.har: entry 2 (GET https://acme.example/pdf): has no response body, although it had 9 bytes, and 1 "
        "more cannot be replayed: export it again with all contents, or import the other requests with --leave-out."
    )
    done = import_har(file, found, FIELDS, tmp_path / "imported", options=ImportOptions(leave_out=True))

    assert done.requests == 2
    assert [sentence.partition(" (")[0] for sentence in done.left_out] == [f"capture.har: entry {n}" for n in (5, 2, 3)]


def test_a_password_that_was_not_captured_is_told(tmp_path: Path) -> None:
    """Perhaps another one was typed, which nothing replaces then but its name."""
    fields = {**FIELDS, "password": "another-one"}

    assert import_har(
        exported(tmp_path, login(), listing()), connector(tmp_path, "return []"), fields, tmp_path / "it"
    ).unseen == ["password"]


def test_a_browsers_capture_of_the_portal(browser: Browser, tmp_path: Path, sharing: RunOptions) -> None:
    """Somebody logs in and fetches each bill by hand; the connector, whose session asks for them, replays that."""
    with Site() as site:
        context = browser.new_context(record_har_path=tmp_path / "raw.har", record_har_content="embed")
        page = context.new_page()
        page.goto(site.url)
        page.fill("#email", EMAIL)
        page.fill("#password", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_selector("#bills")
        page.evaluate(BY_HAND)
        context.close()
        fields = {"url": site.url, "login": EMAIL, "password": PASSWORD}
    Har.load(tmp_path / "raw.har").export(tmp_path / "chrome.har")

    done = import_har(tmp_path / "chrome.har", DEMO, fields, tmp_path / "imported")

    assert (done.verdict, done.lacks, done.unseen) == ("24 listed: 24 saved", [], [])
    assert scan(done.folder, {"login": EMAIL, "password": PASSWORD}).leaks == []
    assert replay_connector(DEMO, done.folder, sharing).differences == []
