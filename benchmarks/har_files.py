"""Loading HAR files of 20 and 200 MB: time, and memory at its most over what the process held before.

The size is that of the self-contained file; the same entries with the bodies beside it are 10 MB of HAR, and a folder.
`Har.load` and Playwright read both forms, json and haralyzer the self-contained one. Each loads in a fresh process, and
nobody reads a body; Playwright's memory is that of its driver.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import psutil
from haralyzer import HarParser  # type: ignore[import-untyped]  # has no types

from benchmarks import turns
from benchmarks.measure import CPU, PEAK, WALL, Measured, growth_of
from benchmarks.turns import Benchmark, Goal, Way
from toolkit.transport.har import Har, HarEntry, make_entry
from toolkit.web import open_browser

SMALL, LARGE = 300, 3_000  # entries, of 67 KB in the self-contained file
DAY = datetime(2025, 3, 9, tzinfo=UTC)
BESIDE, EMBEDDED = "session.har", "export.har"
KINDS = {
    "application/json": 2_000,
    "text/html; charset=utf-8": 30_000,
    "image/jpeg": 40_000,
    "application/pdf": 128_000,
}
"""What comes in turns, with the size of its body in bytes: half of them text."""

REQUEST = {
    "Accept": "application/json, text/plain, */*",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en-US,en;q=0.9",
    "Cache-Control": "no-cache",
    "Cookie": "session=0123456789abcdef0123456789abcdef; theme=dark; csrf=fedcba9876543210",
    "Referer": "https://portal.example/account/bills",
    "Sec-Fetch-Dest": "empty",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Site": "same-origin",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0",
    "sec-ch-ua": '"Chromium";v="156", "Not)A;Brand";v="8"',
    "sec-ch-ua-mobile": "?0",
    "sec-ch-ua-platform": '"Linux"',
}
RESPONSE = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'self'; frame-src blob:; form-action 'none'; base-uri 'none'",
    "Date": "Sun, 09 Mar 2025 12:00:00 GMT",
    "Server": "nginx",
    "Set-Cookie": "seen=yes; Path=/; Secure; HttpOnly; SameSite=Lax",
    "Strict-Transport-Security": "max-age=31536000",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}


def entry(number: int) -> HarEntry:
    """One exchange with as many headers as real ones have."""
    kind = list(KINDS)[number % len(KINDS)]
    noise = Random(number).randbytes(KINDS[kind])
    body = noise.hex()[: KINDS[kind]].encode() if kind.startswith(("text/", "application/json")) else noise
    told = {**RESPONSE, "Content-Type": kind, "Content-Length": str(len(body))}
    return make_entry(
        "GET",
        f"https://portal.example/api/bills/{number}?page={number // 20}",
        started=DAY + timedelta(seconds=number),
        status=200,
        request_headers=list(REQUEST.items()),
        response_headers=list(told.items()),
        body=body,
        client="browser",
    )


@contextmanager
def prepare() -> Iterator[str]:
    """A folder with both sizes in both forms."""
    with tempfile.TemporaryDirectory() as name:
        for count in (SMALL, LARGE):
            har, folder = Har(entry(number) for number in range(count)), Path(name) / str(count)
            har.save(folder / BESIDE)
            har.export(folder / EMBEDDED)
        yield name


def loaded(load: Callable[[Path], object], count: int, file: str) -> Way:
    """What loading one of the files takes."""
    return lambda folder: growth_of(partial(keep, load, Path(folder) / str(count) / file))


KEPT: list[object] = []


def keep(load: Callable[[Path], object], path: Path) -> None:
    """Load a file, and hold what came."""
    KEPT.append(load(path))


def stdlib(path: Path) -> object:
    """Read with json."""
    with path.open(encoding="utf-8") as file:
        return json.load(file)


def haralyzer(path: Path) -> object:
    """Read with haralyzer."""
    with path.open(encoding="utf-8") as file:
        return HarParser(json.load(file))


def playwright(file: str) -> Way:
    """Read with Playwright, whose driver is a process of its own."""

    def way(folder: str) -> Measured:
        with open_browser() as browser:
            context = browser.new_context()
            (driver,) = (each for each in psutil.Process().children() if "node" in each.name())
            return growth_of(lambda: context.route_from_har(Path(folder) / str(LARGE) / file), driver)

    return way


OURS = "Har.load, 200 MB, bodies beside it"

BENCHMARK = Benchmark(
    title="Loading a HAR",
    ways={
        OURS: loaded(Har.load, LARGE, BESIDE),
        "Har.load, 20 MB, bodies beside it": loaded(Har.load, SMALL, BESIDE),
        "Playwright, 200 MB, bodies beside it": playwright(BESIDE),
        "Har.load, 200 MB": loaded(Har.load, LARGE, EMBEDDED),
        "Har.load, 20 MB": loaded(Har.load, SMALL, EMBEDDED),
        "json, 200 MB": loaded(stdlib, LARGE, EMBEDDED),
        "json, 20 MB": loaded(stdlib, SMALL, EMBEDDED),
        "haralyzer, 200 MB": loaded(haralyzer, LARGE, EMBEDDED),
        "Playwright, 200 MB": playwright(EMBEDDED),
    },
    prepare=prepare,
    ratios=(CPU, PEAK),
    goals=(
        Goal("Seconds to load 200 MB with the bodies beside it", OURS, WALL, 0.2),
        Goal("MB on top", OURS, PEAK, 60),
    ),
)


def main() -> None:
    """Compare all ways."""
    turns.main(BENCHMARK, __doc__)


if __name__ == "__main__":
    main()
