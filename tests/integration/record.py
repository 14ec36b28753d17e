"""Make the recordings of this repository again: `make recordings`, or `python -m tests.integration.record tryton`.

Each takes the place of the one before only when it is whole, replays as the run went, and holds no secret. The demo's
site comes with the package; Tryton is installed first when it is not there.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import toolkit.demo
from tests.integration.tryton.install import install, work_folder
from tests.integration.tryton.server import make_database, serve
from toolkit import ToolkitError
from toolkit.account import Account
from toolkit.demo.site import EMAIL, PASSWORD, Faults
from toolkit.demo.site import Site as DemoSite
from toolkit.jobs import RunOptions, find_connector
from toolkit.jobs.recordings import Recorded, record_connector
from toolkit.transport.leaks import scan

ROOT = Path(__file__).parents[2]
FIXTURE = Path(toolkit.demo.__file__).with_name("fixture.json")
PORTS = {"demo": 18471, "tryton": 18472}  # always the same, so that a new recording differs in what has changed
LARGEST = 2_000_000  # bytes of one recording
# The stored document of one invoice is lost, and the template that would print it anew is spoilt.
LOST = (
    "UPDATE account_invoice SET invoice_report_cache = NULL WHERE number = '3' AND type = 'out'",
    "UPDATE ir_action_report SET report_content_custom = CAST('<html>' AS BLOB) WHERE report_name = 'account.invoice'",
)


@dataclass(frozen=True)
class Site:
    """A running site: the account of its user, how to run, and what it has handed out that nobody else may have."""

    fields: Mapping[str, str]
    options: RunOptions
    handed_out: Callable[[], Mapping[str, str]] = dict


@contextmanager
def demo(**wrong: Any) -> Iterator[Site]:
    """The portal that comes with the package."""
    with DemoSite(port=PORTS["demo"], **wrong) as site:
        fields = {"url": site.url, "login": EMAIL, "password": PASSWORD}
        yield Site(fields, RunOptions(fixture=FIXTURE))


@contextmanager
def tryton(**wrong: Any) -> Iterator[Site]:
    """A Tryton server that sends a code by SMS."""
    work, port = work_folder(), PORTS["tryton"]
    install(work)
    make_database(work)
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(work, Path(folder), authentications="password+sms", port=port, **wrong) as server,
    ):
        yield Site(server.fields, RunOptions(ask=lambda *_: server.last_code()), server.handed_out)


# How a site is opened, and how one with a broken download.
SITES: dict[str, tuple[Callable[..., AbstractContextManager[Site]], dict[str, Any]]] = {
    "demo": (demo, {"faults": Faults(pdf={"OT-202501": "empty"})}),
    "tryton": (tryton, {"changed_by": LOST}),
}


def record_all(slug: str) -> None:
    """Make the four recordings of one connector."""
    opened, broken = SITES[slug]
    with opened() as site:
        record(slug, "good", site)
        record(slug, "nothing-new", site, after="good")
        record(slug, "wrong-password", site, password="not the password")
    with opened(**broken) as site:
        record(slug, "broken-download", site)


def record(slug: str, case: str, site: Site, *, after: str = "", **typed: str) -> None:
    """Make one recording, with some fields of the account typed otherwise."""
    folder = ROOT / "recordings" / slug / case
    fields = {**site.fields, **typed}
    found = find_connector(slug, ROOT / "connectors")
    done = record_connector(found, Account(fields=fields), folder, site.options, after=after, update=folder.exists())
    ending = done.report.error.code if done.report.error else done.report.verdict
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    changes = "".join(f"\n  {change}" for change in done.changes or ())
    sys.stdout.write(f"{slug}/{case}: {ending}; {done.requests} requests, {size:,} bytes{changes}\n")
    secrets = {name: site.fields[name] for name in ("login", "password")}
    check(done, size, {**secrets, **{f"typed {name}": value for name, value in typed.items()}, **site.handed_out()})


def check(done: Recorded, size: int, secrets: Mapping[str, str]) -> None:
    """End with a sentence when there is no recording, or one that does not belong into the repository."""
    if not done.requests:
        sys.exit(f"Nothing was recorded: {done.report.error}")
    if size > LARGEST:
        sys.exit(f"{done.folder} is larger than {LARGEST:,} bytes.")
    if leaks := scan(done.folder, secrets).leaks:
        sys.exit(f"{done.folder} holds a secret: {leaks[0]}")


def main(slugs: list[str]) -> None:
    """Make the recordings of these connectors, or all of them."""
    if unknown := set(slugs) - set(SITES):
        sys.exit(f"There is no site for {', '.join(unknown)}; there are: {', '.join(SITES)}.")
    for slug in slugs or SITES:
        try:
            record_all(slug)
        except (OSError, ToolkitError, pytest.fail.Exception, pytest.skip.Exception) as error:
            sys.exit(f"{slug}: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
