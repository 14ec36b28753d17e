"""Recording and replaying: what a take keeps, what replaces it, what comes before it, and what goes wrong."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from toolkit.account import Account
from toolkit.errors import UsageError
from toolkit.jobs import Found, RunOptions
from toolkit.jobs.recordings import Recorded, record_connector, replay_connector
from toolkit.run import refuse_to_ask
from toolkit.transport.har import Har
from toolkit.transport.take import HAR_NAME, Take, TakeError

Reply = str | tuple[int, dict[str, str], bytes] | None
Serve = Callable[[Mapping[str, Reply]], str]
Write = Callable[..., Found]

CONNECTOR = """
    '''Acme.'''

    import toolkit
    from toolkit import Bill


    def bills(run):
        for row in run.session.get("/bills", params={"lang": "en"}).json():
            yield Bill(number=row["id"], date=row["day"], amount=row["total"], pdfurl=f"/pdf/{row['id']}")
        #more


    connector = toolkit.create_new(
        name="acme",
        models=[Bill],
        fetch_operations=[bills, toolkit.filter_existing(Bill), toolkit.save_data_and_file(Bill)],
    )
    """
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
PDF = (200, {"Content-Type": "application/pdf"}, b"%PDF-1.4\n%%EOF\n")


def site(*totals: str, **more: Reply) -> dict[str, Reply]:
    """A site with so many bills."""
    rows = [{"id": f"A{n}", "day": f"2025-03-0{n}", "total": total} for n, total in enumerate(totals, 1)]
    told: dict[str, Reply] = {"/bills": (200, {"Content-Type": "application/json"}, json.dumps(rows).encode())}
    told |= {f"/pdf/A{n}": PDF for n in range(1, len(totals) + 1)}
    return told | {f"/{path}": reply for path, reply in more.items()}


def record(found: Found, url: str, folder: Path, sharing: RunOptions, **options: Any) -> Recorded:
    """Record a run of Ada's."""
    fields = {"url": url, "login": "ada@acme.example", "password": "hunter2hunter2"}
    return record_connector(found, Account("ada", fields), folder, sharing, **options)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the recording goes."""
    return tmp_path / "recordings" / "acme" / "good"


def inside(folder: Path) -> dict[str, bytes]:
    """Each file of a recording."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_recording_anew_says_what_has_changed(write: Write, serve: Serve, folder: Path, sharing: RunOptions) -> None:
    """In what is saved and in what is asked; the old folder is gone, and nothing else lies about."""
    found = write(CONNECTOR)
    url = serve(replies := site("1.50"))
    assert record(found, url, folder, sharing).changes is None

    replies |= site("2.50", "3.50")
    done = record(found, url, folder, sharing, update=True)

    assert done.changes == [
        "the number of listed entries was 1, and is 2 now",
        "row 1, `amount` was '1.50', and is '2.50' now",
        "row 1, `file` was '2025-03-01_acme_1.50.pdf', and is '2025-03-01_acme_2.50.pdf' now",
        f"GET {url}/pdf/A2 was asked never, and is asked once now",
    ]
    assert replay_connector(found, folder, sharing).report.verdict == "2 listed: 2 saved"
    assert [path.name for path in folder.parent.iterdir()] == ["good"]


def test_recording_the_same_anew_changes_nothing(write: Write, serve: Serve, folder: Path, sharing: RunOptions) -> None:
    """And what somebody wrote into the old take by hand stays."""
    found = write(CONNECTOR, take={"ignore": ["lang"]})
    url = serve(site("1.50"))
    record(found, url, folder, sharing)
    replace(Take.load(folder), ignore=("lang", "nonce"), secrets=("customer",)).save(folder)

    done = record(found, url, folder, sharing, update=True)

    assert done.changes == []
    assert (Take.load(folder).ignore, Take.load(folder).secrets) == (("lang", "nonce"), ("customer",))


@pytest.mark.parametrize("more", ["raise KeyError", "raise toolkit.VendorDown"])
def test_an_old_recording_stays_when_the_new_run_ends_otherwise(
    write: Write, serve: Serve, folder: Path, more: str, sharing: RunOptions
) -> None:
    """Even in what would be worth a recording: a site that is down for a moment must not cost a good one."""
    url = serve(site("1.50"))
    record(write(CONNECTOR), url, folder, sharing)
    before = inside(folder)

    with suppress(TakeError):
        done = record(write(CONNECTOR.replace("#more", more)), url, folder, sharing, update=True)
        assert done.requests == 0

    assert inside(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["good"]


def test_the_end_that_is_not_that_of_the_old_recording_is_told(
    write: Write, serve: Serve, folder: Path, sharing: RunOptions
) -> None:
    """With what to do next."""
    url = serve(site("1.50"))
    record(write(CONNECTOR), url, folder, sharing)
    found = write(CONNECTOR.replace("#more", "raise toolkit.VendorDown"))

    with pytest.raises(TakeError, match=r"ends in no error and this run in VENDOR_DOWN.*it stays.*another case"):
        record(found, url, folder, sharing, update=True)


def test_an_interrupted_recording_leaves_nothing(write: Write, serve: Serve, folder: Path, sharing: RunOptions) -> None:
    """Neither half a folder nor a changed one."""
    url = serve(site("1.50"))
    record(write(CONNECTOR), url, folder, sharing)
    before = inside(folder)
    found = write(CONNECTOR.replace("#more", "raise KeyboardInterrupt"))

    assert record(found, url, folder, sharing, update=True).report.interrupted
    assert record(found, url, folder.with_name("other"), sharing).report.interrupted
    assert inside(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["good"]


def test_only_what_is_there_is_recorded_anew(write: Write, folder: Path, sharing: RunOptions) -> None:
    """Nobody logs in for nothing."""
    with pytest.raises(UsageError, match=r"good is no recording: expected\.json cannot be read"):
        record(write(CONNECTOR), "http://127.0.0.1:1", folder, sharing, update=True)


def test_a_recording_may_come_after_another(write: Write, serve: Serve, folder: Path, sharing: RunOptions) -> None:
    """What the first one saved is there already, files too: nothing is downloaded."""
    found = write(CONNECTOR)
    url = serve(site("1.50", "2.50"))
    record(found, url, folder, sharing)
    done = record(found, url, folder.with_name("again"), sharing, after="good")

    assert done.report.verdict == "2 bills, all already there"
    assert [entry.url for entry in Har.load(done.folder / "session.har").entries] == [f"{url}/bills?lang=en"]
    replayed = replay_connector(found, done.folder, sharing)
    assert (replayed.differences, replayed.report.verdict) == ([], "2 bills, all already there")


def test_what_comes_before_must_be_there_and_replay(
    write: Write, serve: Serve, folder: Path, sharing: RunOptions
) -> None:
    """Each with a sentence; a circle is none of it."""
    found = write(CONNECTOR)
    url = serve(site("1.50"))
    record(found, url, folder, sharing)
    with pytest.raises(UsageError, match="nowhere is no recording"):
        record(found, url, folder.with_name("again"), sharing, after="nowhere")
    record(found, url, folder.with_name("again"), sharing, after="good")

    replace(Take.load(folder), after="again").save(folder)
    with pytest.raises(TakeError, match="comes after itself"):
        replay_connector(found, folder, sharing)
    replace(Take.load(folder), after="").save(folder)
    expected = json.loads((folder / "expected.json").read_text())
    (folder / "expected.json").write_text(json.dumps({**expected, "error": "LOGIN_FAILED"}))
    with pytest.raises(TakeError, match="good, which comes before, does not replay: the end of the run should be"):
        replay_connector(found, folder.with_name("again"), sharing)


def test_a_declared_secret_is_replaced(write: Write, serve: Serve, folder: Path, sharing: RunOptions) -> None:
    """Nothing about a customer's number tells that it is one; the take says so for the next time."""
    code = CONNECTOR.replace('"lang": "en"', '"customer": run.fields["customer"]')
    fields = {name: {"type": "text"} for name in ("url", "customer")}
    found = write(code, fields=fields, take={"secrets": ["customer"]})
    account = Account("ada", {"url": serve(site("1.50", me="40711704")), "customer": "40711704"})
    record_connector(found, account, folder, sharing)

    assert b"40711704" not in b"".join(inside(folder).values())
    assert Take.load(folder).secrets == ("customer",)
    assert replay_connector(found, folder, sharing).differences == []


def test_what_is_ignored_may_differ(write: Write, serve: Serve, folder: Path, sharing: RunOptions) -> None:
    """The manifest says it for every recording of the connector."""
    found = write(CONNECTOR, take={"ignore": ["lang"]})
    record(found, serve(site("1.50")), folder, sharing)

    other = write(CONNECTOR.replace('"en"', '"en-GB"'), take={"ignore": ["lang"]})
    assert replay_connector(other, folder, sharing).differences == []


def test_another_request_names_the_nearest_and_the_line(
    write: Write, serve: Serve, folder: Path, sharing: RunOptions
) -> None:
    """A value that changed: what was recorded, what is asked, and where."""
    record(write(CONNECTOR), serve(site("1.50")), folder, sharing)
    found = write(CONNECTOR.replace('"en"', '"fr"'))
    told = replay_connector(found, folder, sharing).differences

    assert told[0].endswith(f"query `lang`: recorded en, asked fr\n  at {found.folder}/connector.py:9")
    assert "/bills was not recorded. Nearest is GET" in told[0]
    assert "the end of the run should be no error, and is NOT_RECORDED" in told


def test_a_further_request_is_told(write: Write, serve: Serve, folder: Path, sharing: RunOptions) -> None:
    """Even when nothing comes of it."""
    url = serve(site("1.50", news="none"))
    record(write(CONNECTOR), url, folder, sharing)
    more = CONNECTOR.replace("import toolkit\n", "from contextlib import suppress\n\n    import toolkit\n", 1)
    found = write(more.replace("#more", 'with suppress(Exception): run.session.get("/news")'))
    (told,) = replay_connector(found, folder, sharing).differences

    assert told.startswith(f"GET {url}/news was not recorded. Nearest is GET {url}/")
    assert told.endswith(f"at {found.folder}/connector.py:13")


def test_a_request_that_is_not_made_any_more_is_told(
    write: Write, serve: Serve, folder: Path, sharing: RunOptions
) -> None:
    """Although all is saved as before."""
    url = serve(site("1.50", bye="bye"))
    record(write(CONNECTOR.replace("#more", 'run.session.get("/bye")')), url, folder, sharing)

    told = replay_connector(write(CONNECTOR), folder, sharing).differences
    assert told == [f"session.har: entry 2 (GET {url}/bye) was recorded, and not asked"]


PAGE = "<!doctype html><link rel=icon href=data:,><input id=user><button onclick=\"location='/home'\">Log in</button>"
LOGIN = """
    '''Acme.'''

    import toolkit


    def log_in(run):
        run.page.set_default_timeout(2000)
        run.page.goto("/")
        run.page.fill("#user", run.fields["login"])
        #more
        run.page.click("button")
        run.page.wait_for_url("**/home")


    connector = toolkit.create_new(name="acme", models=[], fetch_operations=[log_in])
    """


@pytest.fixture
def logged_in(write: Write, serve: Serve, folder: Path, sharing: RunOptions) -> str:
    """A recorded login in the browser; the address of its site."""
    url = serve({"/": PAGE, "/home": "<!doctype html><link rel=icon href=data:,>home", "/other": "other"})
    record(write(LOGIN), url, folder, sharing)
    return url


def test_a_changed_selector_names_the_line_and_what_comes_next(
    write: Write, folder: Path, logged_in: str, sharing: RunOptions
) -> None:
    """The error has the selector, and the recording goes on with what the click should have led to."""
    found = write(LOGIN.replace('"button"', '"button#send"'))
    told = replay_connector(found, folder, sharing).differences

    assert told[0] == "the end of the run should be no error, and is UNKNOWN_ERROR"
    assert "TimeoutError" in told[1]
    assert told[1].endswith(f"at {found.folder}/connector.py:12")
    assert f"(GET {logged_in}/home), which was not asked" in told[2]


def test_another_page_counts_and_what_a_page_asks_by_itself_does_not(
    write: Write, folder: Path, logged_in: str, sharing: RunOptions
) -> None:
    """A page may ask in the background what it did not ask before; the connector leads to another page on purpose."""
    background = "run.page.evaluate(\"fetch('/other').then((answer) => answer.status)\")"
    by_itself = replay_connector(write(LOGIN.replace("#more", background)), folder, sharing)
    found = write(LOGIN.replace("#more", 'run.page.goto("/other"); run.page.go_back()'))
    on_purpose = replay_connector(found, folder, sharing)

    assert by_itself.differences == []
    assert [note.partition(" was not")[0] for note in by_itself.notes] == [f"GET {logged_in}/other"]
    assert on_purpose.differences[0].startswith(f"GET {logged_in}/other was not recorded")
    assert on_purpose.differences[0].endswith(f"at {found.folder}/connector.py:11")


@pytest.mark.usefixtures("logged_in")
def test_the_browser_is_in_the_time_zone_of_the_take(write: Write, folder: Path, sharing: RunOptions) -> None:
    """A site may send it along, and dates depend on it."""
    take = Take.load(folder)
    replace(take, time_zone="Asia/Tokyo").save(folder)
    zone = 'assert run.page.evaluate("new Date(0).getHours()") == 9'

    assert take.time_zone
    assert replay_connector(write(LOGIN.replace("#more", zone)), folder, sharing).differences == []


GOES_ON = """<!doctype html><link rel=icon href=data:,><script>
  const ask = (n) => n && fetch("/other").then(() => setTimeout(ask, 50, n - 1));
  ask(5);
</script>"""


@pytest.mark.parametrize("ending", ["return toolkit.hand_over(run)", "raise toolkit.LoginFailed"])
def test_a_page_that_is_still_asking_is_recorded_to_the_end(
    write: Write, serve: Serve, folder: Path, ending: str, sharing: RunOptions
) -> None:
    """However the login ends: where chance cuts a recording short, no two are alike."""
    url = serve({"/": GOES_ON, "/other": "other"})
    found = write(LOGIN.replace('run.page.fill("#user", run.fields["login"])', ending))
    record(found, url, folder, sharing)

    assert [entry.url for entry in Har.load(folder / HAR_NAME).entries] == [f"{url}/", *[f"{url}/other"] * 5]


def test_reports_of_two_replays_are_the_same_bytes(
    write: Write, serve: Serve, folder: Path, sharing: RunOptions
) -> None:
    """Nothing in them is of the moment."""
    found = write(CONNECTOR)
    record(found, serve(site("1.50", "2.50")), folder, sharing)
    one, two = (json.dumps(replay_connector(found, folder, sharing).report.as_dict()) for _ in range(2))

    assert one == two


@pytest.mark.parametrize(
    ("answer", "ending"),
    [
        ("481516", "1 listed: 1 saved"),
        ("", "TwoFaCancelled"),
        (None, "TwoFaExpired"),
        ("999999", "WrongTwoFaCode"),
    ],
)
def test_every_end_of_a_second_factor_is_recorded(
    write: Write, serve: Serve, folder: Path, *, answer: str | None, ending: str, sharing: RunOptions
) -> None:
    """The code that somebody gives, none in time, none at all, a wrong one: each replays, with nobody to ask."""

    def ask(kind: str, message: str, deadline: float) -> str:
        return refuse_to_ask(kind, message, deadline) if answer is None else answer

    more = """
        if run.session.post("/code", data={"code": run.ask("sms", "Code sent")}).text != "fine":
            raise toolkit.WrongTwoFaCode"""
    found = write(CONNECTOR.replace("#more", more.strip()))
    said = "no" if answer == "999999" else "fine"
    account = Account("ada", {"url": serve(site("1.50", code=said))})
    done = record_connector(found, account, folder, replace(sharing, ask=ask))
    replayed = replay_connector(found, folder, sharing)

    error = done.report.error
    assert (type(error).__name__ if error else done.report.verdict) == ending
    assert replayed.differences == []
    assert answer not in Take.load(folder).answers or answer == ""


def test_a_seed_is_not_needed_to_replay(write: Write, serve: Serve, folder: Path, sharing: RunOptions) -> None:
    """The code that it made was recorded, like one that a person gives; neither is in the recording."""
    more = 'assert run.session.post("/code", data={"code": run.ask("totp", "Code")}).text == "fine"'
    fields = {"url": {"type": "text"}, "seed": {"role": "totp"}}
    found = write(CONNECTOR.replace("#more", more), fields=fields)
    account = Account("ada", {"url": serve(site("1.50", code="fine")), "seed": SEED}, found.manifest.secret_fields)
    done = record_connector(found, account, folder, sharing)
    take = Take.load(folder)

    assert done.report.verdict == "1 listed: 1 saved"
    assert replay_connector(found, folder, sharing).differences == []
    assert (len(take.answers), len(take.answers[0])) == (1, 6)
    assert not any(SEED.encode() in data for data in inside(folder).values())
