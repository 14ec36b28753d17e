"""100 documents of 200 KB: the handed-over session, Playwright's request context, and clicks in the browser.

Each way logs in with a browser first; only the downloads are measured, wall and CPU of the whole tree of processes
(the server's not). Every file ends on disk and is compared. Ways take turns; the median of the rounds counts.
"""

import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing.pool import ThreadPool
from pathlib import Path

from playwright.sync_api import Page

import toolkit
from benchmarks import turns
from benchmarks.measure import CPU, WALL, Measured, cost_of
from benchmarks.server import document, portal
from benchmarks.turns import Benchmark, Way
from toolkit import Bill, Run, Session
from toolkit.account import Account, Mask
from toolkit.log import RunLog
from toolkit.manifest import Developer, Manifest
from toolkit.report import Report
from toolkit.store import Files, Store
from toolkit.transport import Live
from toolkit.web import download, open_browser

COUNT, SIZE, POOL, PER_PAGE = 100, 200_000, 4, 10
LINKS = f"/links/{SIZE}/{COUNT}"


def link(number: int) -> str:
    """The address of a document."""
    return f"/pdf/{SIZE}/{number}"


def handed_over(site: str) -> Session:
    """A session with the browser's cookies, the browser closed."""
    session = Session(Live(), base_url=site)
    with open_browser() as browser:
        context = browser.new_context()
        context.new_page().goto(site + LINKS)
        session.adopt(cookies=context.cookies())
    return session


def save_one(session: Session, folder: Path, number: int) -> None:
    """Download one document to a file."""
    with (folder / f"{number}.pdf").open("wb") as sink:
        download(session, link(number), sink, name=f"{number}.pdf")


def session_serial(site: str, folder: Path) -> Measured:
    """One after the other through toolkit.Session."""
    session = handed_over(site)

    def phase() -> None:
        for number in range(COUNT):
            save_one(session, folder, number)

    return cost_of(phase)


def session_pool(site: str, folder: Path) -> Measured:
    """Four at once through toolkit.Session."""
    session = handed_over(site)
    with ThreadPool(POOL) as pool:
        return cost_of(lambda: pool.map(lambda number: save_one(session, folder, number), range(COUNT)))


def save_operation(site: str, folder: Path) -> Measured:
    """The whole of save_data_and_file: four at once, checked, synced to disk, named, and a row each in the store."""
    developer = Developer(name="benchmark")
    manifest = Manifest(name="b", slug="b", type="konnector", version="1", source="here", developer=developer)
    day = datetime(2025, 1, 1, tzinfo=UTC)
    with Store(f"sqlite:///{folder / 'store.sqlite'}") as store:
        run = Run(
            manifest=manifest,
            account=Account(fields={"url": site}),
            store=store,
            files=Files(folder),
            folder="",
            transport=Live(),
            log=RunLog(folder / "log", Mask()),
            report=Report("b", "1", "default", "run"),
            mask=Mask(),
        )
        run.session = handed_over(site)
        for n in range(COUNT):
            run.add(Bill(date=day, amount=n, currency="EUR", number=n, pdfurl=link(n), filename=f"{n}.pdf"))
        keep, save = toolkit.filter_existing(Bill), toolkit.save_data_and_file(Bill)
        cost = cost_of(lambda: (keep(run), save(run)))
        run.log.close()
        run.close()
    return cost


def request_context(site: str, folder: Path) -> Measured:
    """One after the other through Playwright's APIRequestContext, which shares the browser's cookies."""
    with open_browser() as browser:
        context = browser.new_context(base_url=site)
        context.new_page().goto(site + LINKS)

        def phase() -> None:
            for number in range(COUNT):
                (folder / f"{number}.pdf").write_bytes(context.request.get(link(number)).body())

        return cost_of(phase)


def browser_clicks(site: str, folder: Path) -> Measured:
    """A click on each link, and the browser's own download; Chromium stops a page's downloads after some twenty."""
    with open_browser() as browser:
        context = browser.new_context(base_url=site, accept_downloads=True)

        def phase() -> None:
            for first in range(0, COUNT, PER_PAGE):
                with closing(context.new_page()) as page:
                    page.goto(LINKS)
                    for number in range(first, first + PER_PAGE):
                        click(page, folder, number)

        return cost_of(phase)


def click(page: Page, folder: Path, number: int) -> None:
    """Download one document by a click on its link."""
    with page.expect_download() as started:
        page.click(f"#d{number}")
    started.value.save_as(folder / f"{number}.pdf")


WAYS: dict[str, Callable[[str, Path], Measured]] = {
    "toolkit.Session, pool of 4": session_pool,
    "toolkit.Session, serial": session_serial,
    "save_data_and_file, whole": save_operation,
    "Playwright APIRequestContext": request_context,
    "browser downloads by click": browser_clicks,
}


def checked(way: Callable[[str, Path], Measured]) -> Way:
    """The way with a folder of its own, in which every document must be at the end."""

    def run(site: str) -> Measured:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            cost = way(site, folder)
            for number in range(COUNT):
                assert (folder / f"{number}.pdf").read_bytes() == document(SIZE, number), f"document {number} differs"
        return cost

    return run


BENCHMARK = Benchmark(
    title=f"{COUNT} documents of {SIZE // 1000} KB on loopback",
    ways={name: checked(way) for name, way in WAYS.items()},
    prepare=portal,
    ratios=(WALL, CPU),
    rounds=3,
)


def main() -> None:
    """Compare all ways, or with --way run one."""
    turns.main(BENCHMARK, __doc__)


if __name__ == "__main__":
    main()
