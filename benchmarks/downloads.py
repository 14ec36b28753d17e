"""100 documents of 200 KB: the handed-over session, Playwright's request context, and clicks in the browser.

Each way logs in with a browser first; only the downloads are measured, wall and CPU of the whole tree of processes
(the server's not). Every file ends on disk and is compared. Ways take turns; the median of the rounds counts.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from multiprocessing.pool import ThreadPool
from pathlib import Path
from statistics import median

from playwright.sync_api import Page
from rich.console import Console
from rich.table import Table

import toolkit
from benchmarks.measure import Cost, cost_of
from benchmarks.server import document
from toolkit import Bill, Run, Session
from toolkit.account import Account, Mask
from toolkit.log import RunLog
from toolkit.manifest import Developer, Manifest
from toolkit.report import Report
from toolkit.store import Files, Store
from toolkit.transport import Live
from toolkit.web import download, open_browser

COUNT, SIZE, POOL, PER_PAGE = 100, 200_000, 4, 10


def handed_over(site: str) -> Session:
    """A session with the browser's cookies, the browser closed."""
    session = Session(Live(), base_url=site)
    with open_browser() as browser:
        context = browser.new_context()
        context.new_page().goto(site)
        session.adopt(cookies=context.cookies())
    return session


def save_one(session: Session, folder: Path, number: int) -> None:
    """Download one document to a file."""
    with (folder / f"{number}.pdf").open("wb") as sink:
        download(session, f"/pdf/{number}", sink, name=f"{number}.pdf")


def session_serial(site: str, folder: Path) -> Cost:
    """One after the other through toolkit.Session."""
    session = handed_over(site)

    def phase() -> None:
        for number in range(COUNT):
            save_one(session, folder, number)

    return cost_of(phase)


def session_pool(site: str, folder: Path) -> Cost:
    """Four at once through toolkit.Session."""
    session = handed_over(site)
    with ThreadPool(POOL) as pool:
        return cost_of(lambda: pool.map(lambda number: save_one(session, folder, number), range(COUNT)))


def save_operation(site: str, folder: Path) -> Cost:
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
            run.add(Bill(date=day, amount=n, currency="EUR", number=n, pdfurl=f"/pdf/{n}", filename=f"{n}.pdf"))
        keep, save = toolkit.filter_existing(Bill), toolkit.save_data_and_file(Bill)
        cost = cost_of(lambda: (keep(run), save(run)))
        run.log.close()
        run.close()
    return cost


def request_context(site: str, folder: Path) -> Cost:
    """One after the other through Playwright's APIRequestContext, which shares the browser's cookies."""
    with open_browser() as browser:
        context = browser.new_context(base_url=site)
        context.new_page().goto(site)

        def phase() -> None:
            for number in range(COUNT):
                (folder / f"{number}.pdf").write_bytes(context.request.get(f"/pdf/{number}").body())

        return cost_of(phase)


def browser_clicks(site: str, folder: Path) -> Cost:
    """A click on each link, and the browser's own download; Chromium stops a page's downloads after some twenty."""
    with open_browser() as browser:
        context = browser.new_context(base_url=site, accept_downloads=True)

        def phase() -> None:
            for first in range(0, COUNT, PER_PAGE):
                with closing(context.new_page()) as page:
                    page.goto(site)
                    for number in range(first, first + PER_PAGE):
                        click(page, folder, number)

        return cost_of(phase)


def click(page: Page, folder: Path, number: int) -> None:
    """Download one document by a click on its link."""
    with page.expect_download() as started:
        page.click(f"#d{number}")
    started.value.save_as(folder / f"{number}.pdf")


WAYS: dict[str, Callable[[str, Path], Cost]] = {
    "toolkit.Session, pool of 4": session_pool,
    "toolkit.Session, serial": session_serial,
    "save_data_and_file, whole": save_operation,
    "Playwright APIRequestContext": request_context,
    "browser downloads by click": browser_clicks,
}


def measure_here(way: str, site: str) -> None:
    """Run one way in this process and print its cost as JSON."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cost = WAYS[way](site, folder)
        for number in range(COUNT):
            found = hashlib.sha256((folder / f"{number}.pdf").read_bytes()).digest()
            assert found == hashlib.sha256(document(SIZE, number)).digest(), f"{way}: document {number} differs"
    print(json.dumps(asdict(cost)))


def measure_apart(way: str, site: str) -> Cost:
    """Run one way in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.downloads", "--way", way, "--site", site]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Cost(**json.loads(done.stdout))


def compare(rounds: int) -> dict[str, Cost]:
    """The median cost of each way."""
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server", str(COUNT), str(SIZE)], stdout=subprocess.PIPE, text=True
    )
    with server:
        assert server.stdout is not None
        site = server.stdout.readline().strip()
        costs = [{way: measure_apart(way, site) for way in WAYS} for _ in range(rounds)]
        server.kill()
    return {way: Cost(median(one[way].wall for one in costs), median(one[way].cpu for one in costs)) for way in WAYS}


def show(costs: dict[str, Cost], rounds: int) -> None:
    """Print the table; ratios are to the first way."""
    first = next(iter(costs.values()))
    table = Table(title=f"{COUNT} documents of {SIZE // 1000} KB on loopback, median of {rounds}")
    table.add_column("way")
    for heading in ("wall s", "CPU s", "wall ratio", "CPU ratio"):
        table.add_column(heading, justify="right")
    for way, cost in costs.items():
        ratios = f"{cost.wall / first.wall:.1f}", f"{cost.cpu / first.cpu:.1f}"
        table.add_row(way, f"{cost.wall:.2f}", f"{cost.cpu:.2f}", *ratios)
    Console(width=100).print(table)


def main() -> None:
    """Compare all ways, or with --way run one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--site")
    options = parser.parse_args()
    if options.way:
        measure_here(options.way, options.site)
    else:
        show(compare(options.rounds), options.rounds)


if __name__ == "__main__":
    main()
