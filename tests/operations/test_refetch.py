"""Files that a site has changed."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import requests

from toolkit.models import Bill
from toolkit.operations import SaveOptions, filter_existing, save_data_and_file
from toolkit.report import Outcome
from toolkit.run import Run

MakeRun = Callable[..., Run]
Serve = Callable[[Mapping[str, object]], str]

OLD, NEW, NEWEST = (b"%PDF-1.4\n" + word + b"\n%%EOF\n" for word in (b"old", b"new", b"newest"))
ALWAYS = SaveOptions(refetch=True)


class Site:
    """A site with one bill, and the run of a connector at it."""

    def __init__(self, serve: Serve, make_run: MakeRun) -> None:
        self.replies: dict[str, object] = {}
        self.give(OLD)
        self.run = make_run(url=serve(self.replies))
        self.asked: list[requests.PreparedRequest] = []
        self.run.session.hooks["response"].append(lambda response, **_: self.asked.append(response.request))

    def give(self, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Let the bill's file be this from now on."""
        self.replies["/bill"] = (status, {"Content-Type": "application/pdf", **(headers or {})}, body)

    def save(self, version: object = None, options: SaveOptions | None = None) -> Bill:
        """List, filter and save the bill."""
        one = Bill(date="2025-03-09", amount=1, currency="EUR", number=1, pdfurl="/bill", file_version=version)
        self.run.entries.fetched, self.run.entries.filtered = [], []
        self.run.add(one)
        filter_existing(Bill)(self.run)
        self.words = save_data_and_file(Bill, options=options)(self.run)
        self.line = self.run.report.of(one)
        return one

    @property
    def earlier(self) -> list[str]:
        """The names of the bill's former files."""
        return [file.name for file in self.run.store.versions(Bill, self.run.store.overview()[0].id)]

    def read(self, name: str) -> bytes:
        """A file of the folder."""
        return (self.run.files.root / "acme" / name).read_bytes()


@pytest.fixture
def site(serve: Serve, make_run: MakeRun) -> Site:
    """One whose bill is stored, in the version 1."""
    made = Site(serve, make_run)
    made.save(1)
    made.asked.clear()
    return made


def test_nothing_is_asked_for_again_by_itself(site: Site) -> None:
    """Neither where the listing says that the file is the same, nor where it says nothing."""
    site.give(NEW)
    site.save(1)
    site.save()

    assert (site.asked, site.line.outcome) == ([], Outcome.ALREADY_THERE)


def test_a_changed_file_is_a_new_version(site: Site) -> None:
    """Beside the old one, which is still known; once for each change, and in `saved`."""
    site.give(NEW)
    bill = site.save(2)
    assert (site.line.outcome, site.words) == (Outcome.CHANGED, "0 saved, 1 changed")
    assert bill in site.run.entries.saved
    site.save(2)
    site.give(NEWEST)
    site.save(3)

    names = ["2025-03-09_acme_1.00.pdf", "2025-03-09_acme_1.00_v2.pdf", "2025-03-09_acme_1.00_v3.pdf"]
    assert [site.read(name) for name in names] == [OLD, NEW, NEWEST]
    assert site.earlier == names[:2]
    assert site.run.store.overview()[0].file == f"acme/{names[2]}"
    assert len(site.asked) == 2


def test_a_file_that_comes_back_is_the_old_one(site: Site) -> None:
    """The site takes its change back: nothing is stored twice."""
    site.give(NEW)
    site.save(2)
    site.give(OLD)
    site.save(3)

    assert site.line.reason == "the same file as 2025-03-09_acme_1.00.pdf"
    assert site.run.store.overview()[0].file == "acme/2025-03-09_acme_1.00.pdf"
    assert len(site.earlier) == 2
    assert len(list((site.run.files.root / "acme").iterdir())) == 2


def test_another_version_of_the_same_bytes_is_noted(site: Site) -> None:
    """The site counts on, and sends the same: asked once, and no word about it."""
    site.save(2)
    assert (site.line.outcome, site.words) == (Outcome.ALREADY_THERE, "0 saved")
    site.save(2)

    assert len(site.asked) == 1
    assert site.earlier == []


def test_a_change_that_does_not_arrive_is_told_and_tried_again(site: Site) -> None:
    """The old file stays; the next run asks again."""
    site.give(b"", 404)
    site.save(2)
    assert (site.line.outcome, site.line.reason) == (Outcome.FAILED, "HTTP 404")
    assert (site.words, site.run.report.exit_code) == ("0 saved, 1 failed", 1)
    assert site.run.store.overview()[0].file == "acme/2025-03-09_acme_1.00.pdf"

    site.give(NEW)
    site.save(2)
    assert site.line.outcome == Outcome.CHANGED


@pytest.mark.parametrize(
    ("told", "asks"),
    [
        ({"ETag": 'W/"1"', "Last-Modified": "Sun, 09 Mar 2025 08:00:00 GMT"}, ("If-None-Match", 'W/"1"')),
        ({"Last-Modified": "Sun, 09 Mar 2025 08:00:00 GMT"}, ("If-Modified-Since", "Sun, 09 Mar 2025 08:00:00 GMT")),
    ],
)
def test_a_site_may_say_that_nothing_has_changed(
    serve: Serve, make_run: MakeRun, told: dict[str, Any], asks: tuple[str, str]
) -> None:
    """`refetch` asks for every file with what the site said of it, and a site that knows it sends none."""
    site = Site(serve, make_run)
    site.give(OLD, headers=told)
    site.save()
    site.give(b"", 304)
    site.save(options=ALWAYS)
    assert (site.line.outcome, site.line.reason) == (Outcome.ALREADY_THERE, "")
    assert [asks[0] in request.headers for request in site.asked] == [False, True]
    assert site.asked[1].headers[asks[0]] == asks[1]

    site.give(NEW)
    site.save(options=ALWAYS)
    assert site.line.outcome == Outcome.CHANGED
    assert site.asked[2].headers[asks[0]] == asks[1]


def test_a_version_without_a_change_is_asked_about_once(serve: Serve, make_run: MakeRun) -> None:
    """The listing counts on, and the site says that the file is the same."""
    site = Site(serve, make_run)
    site.give(OLD, headers={"ETag": '"1"'})
    site.save(1)
    site.give(b"", 304)
    site.save(2)
    site.save(2)

    assert len(site.asked) == 2


def test_which_files_are_asked_for_may_depend_on_the_entry(site: Site) -> None:
    """Those of the last months, say; with a method of its own, without conditions."""
    site.give(NEW, headers={"ETag": '"2"'})
    site.save(1, SaveOptions(refetch=lambda bill: bill.date.year > 2025))
    assert site.asked == []
    site.save(1, SaveOptions(refetch=lambda bill: bill.date.year == 2025))
    assert site.line.outcome == Outcome.CHANGED
    site.save(1, SaveOptions(refetch=True, requestoptions={"method": "POST"}))

    assert [request.method for request in site.asked] == ["GET", "POST"]
    assert "If-None-Match" not in site.asked[1].headers
    assert site.words == "0 saved"


def test_entries_that_share_a_file_change_each_for_itself(site: Site) -> None:
    """One's new version is none of the other's, nor is what the site says of it."""
    run = site.run
    other = Bill(date="2025-03-09", amount=2, currency="EUR", number=2, pdfurl="/bill", file_version="a")
    run.add(other)
    filter_existing(Bill)(run)
    save_data_and_file(Bill)(run)
    assert run.report.of(other).reason == "the same file as 2025-03-09_acme_1.00.pdf"
    site.asked.clear()
    site.save(1)
    assert site.asked == []

    site.give(NEW)
    site.save(2)
    files = {row.number: row.file for row in run.store.overview()}
    assert files == {"1": "acme/2025-03-09_acme_1.00_v2.pdf", "2": "acme/2025-03-09_acme_1.00.pdf"}
