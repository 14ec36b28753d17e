"""Runs of connectors at small sites: in one shared browser, with sessions kept in memory."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import toolkit
from tests.authority import Authority
from toolkit import Bill, SaveOptions
from toolkit.account import Account
from toolkit.connector import Connector
from toolkit.jobs import Found, RunOptions, Workspace, run_connector
from toolkit.jobs.runner import telling
from toolkit.log import RunLog
from toolkit.manifest import Developer, Manifest
from toolkit.report import Report
from toolkit.run import Ask, Run, open_page_of, refuse_to_ask
from toolkit.store import Files, Store
from toolkit.transport import Live, Transport
from toolkit.web import Browser, SessionState, open_browser
from toolkit.web.browser import QUIET

if TYPE_CHECKING:
    from playwright.sync_api import Page

MANIFEST = Manifest(
    name="Acme",
    slug="acme",
    type="konnector",
    version="1.0",
    source="here",
    currency="EUR",
    developer=Developer(name="A"),
)


class Shelf:
    """Keeps sessions as a vault would, as JSON, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.last_step = -1

    def load(self) -> SessionState | None:
        """The session."""
        return self._read("session")

    def load_device(self) -> SessionState | None:
        """What the site knows this browser by."""
        return self._read("device")

    def save(self, state: SessionState, before: SessionState | None = None) -> None:  # noqa: ARG002 - nobody else saves
        """Keep both."""
        self.kept["session"] = json.dumps(state.as_dict())
        self.kept["device"] = json.dumps(state.of_device().as_dict())

    def claim(self, step: int) -> int:
        """The first step of codes that no run has used."""
        self.last_step = max(step, self.last_step + 1)
        return self.last_step

    def alone(self) -> AbstractContextManager[None]:
        """There is nobody else."""
        return nullcontext()

    def forget(self) -> None:
        """Forget the login, not the device."""
        self.kept.pop("session", None)

    def _read(self, kind: str) -> SessionState | None:
        return SessionState.of(json.loads(self.kept[kind])) if kind in self.kept else None


@dataclass
class Clock:
    """A time that stands still until somebody sleeps."""

    time: datetime = datetime(2025, 3, 9, 12, 0, 10, tzinfo=UTC)

    def now(self) -> datetime:
        """The time."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Be so much later, at once."""
        self.time += timedelta(seconds=seconds)


class Shared:
    """Opens pages in a browser that all tests share; in other threads, which cannot, in one of their own."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.opened = 0
        self._thread = threading.get_ident()

    @contextmanager
    def open_page(
        self, transport: Transport, options: Mapping[str, Any], state: SessionState | None = None
    ) -> Iterator[Page]:
        """Open a page, and count it."""
        self.opened += 1
        if threading.get_ident() != self._thread:
            with open_browser(args=self.browser.args) as own:
                yield open_page_of(own, transport, options, state)
            return
        page = open_page_of(self.browser, transport, options, state)
        page.set_default_timeout(10_000)
        try:
            yield page
        finally:
            page.context.close()


@dataclass
class Client:
    """A person with an account at a site. `run(connector)` runs once more, on what was kept before."""

    folder: Path
    opens: Shared
    fields: dict[str, str]
    shelf: Shelf = field(default_factory=Shelf)
    ask: Ask = refuse_to_ask
    manifest: Manifest = MANIFEST
    clock: Clock | None = None
    carried: str = ""

    def run(self, connector: Connector, **changed: str) -> Report:
        """The report of one run; `changed` fields hold for it alone."""
        account = Account("ada", {**self.fields, **changed}, self.manifest.secret_fields | {"password"})
        mask = account.mask()
        report = Report("acme", "1.0", account.name, "run")
        with ExitStack() as stack:
            log = stack.enter_context(closing(RunLog(self.folder / "log.jsonl", mask)))
            store = stack.enter_context(closing(Store(f"sqlite:///{self.folder / 'store.sqlite'}")))
            run = Run(
                manifest=self.manifest,
                account=account,
                store=store,
                files=Files(self.folder / "files"),
                folder="acme",
                transport=Live(backoff=0),
                log=log,
                report=report,
                mask=mask,
                ask=self.ask,
                browser=self.opens,
                keeps=self.shelf,
            )
            stack.enter_context(closing(run))
            if self.clock is not None:
                run.now, run.sleep = self.clock.now, self.clock.sleep
                run.session.now = self.clock.now
            with telling(report, log, mask):
                connector.fetch(run)
            self.carried = _carried(run)
        return report

    @property
    def browsers(self) -> int:
        """How many pages were opened so far."""
        return self.opens.opened


def _carried(run: Run) -> str:
    """What the session sends beside the browser's face: "cookie sid, authorization from localStorage token".

    No site gets one of its secrets told.
    """
    told = run.session.explain()
    text = f"{told} {[one.as_dict() for one in told]}"
    secrets = run.state.secrets() if run.state else []
    assert [secret for secret in secrets if secret in text and not secret.startswith("http")] == []
    parts = [one for one in told if one.origin and not one.left_out]
    cookies = sorted({f"cookie {one.name}" for one in parts if one.kind == "cookie"})
    headers = [f"{one.name} from {one.source}" for one in parts if one.kind == "header" and one.source != "browser"]
    return ", ".join([*cookies, *headers])


def on_disk(client: Client, module: str) -> Found:
    """The connector of a test's module in a folder of the client's, for whoever runs it as the command does."""
    folder = client.folder / "connectors" / "acme"
    folder.mkdir(parents=True, exist_ok=True)
    kinds = {name: {"type": "password" if name == "password" else "text"} for name in client.fields}
    manifest = client.manifest.model_dump(mode="json", exclude_none=True) | {"fields": kinds}
    (folder / "manifest.konnector").write_text(json.dumps(manifest))
    (folder / "connector.py").write_text(f"from {module} import connector\n")
    return Found("acme", folder, "test")


def run_as_command(client: Client, module: str, **changed: str) -> Report:
    """A run as the command makes it, on the vault in the client's folder `data`; only the browser is the shared one."""
    account = Account("default", {**client.fields, **changed})
    options = RunOptions(browser=client.opens)
    return run_connector(on_disk(client, module), account, Workspace(client.folder / "data"), options)


MakeClient = Callable[..., Client]


def one_by_one(connector: Connector) -> Connector:
    """The same with its downloads in the run's own thread: what logs in again there need not start a browser."""
    saving = toolkit.save_data_and_file(Bill, options=SaveOptions(concurrency=1))
    return replace(connector, fetch_operations=(*connector.fetch_operations[:-1], saving))


@dataclass(frozen=True)
class Story:
    """What became of a person who ran a connector twice, and of one with a wrong secret who ran it once.

    `carried` is what the first run's session sent, `browsers` how many pages both runs of the first person opened,
    `refused` the code of the error that the wrong secret ended in.
    """

    first: str
    second: str
    browsers: int
    refused: str
    carried: str

    @classmethod
    def of(cls, ada: Client, eve: Client, connector: Connector) -> Story:
        """Run it three times."""
        first = ada.run(connector)
        carried = ada.carried
        second, refused = ada.run(connector), eve.run(connector)
        error = refused.error.code if refused.error else refused.verdict
        return cls(first.verdict, second.verdict, ada.browsers, error, carried)


def good_story(carried: str, *, browsers: int = 1, refused: str = "LOGIN_FAILED") -> Story:
    """How it goes where all is well: three bills saved, then found again without another browser."""
    return Story("3 listed: 3 saved", "3 bills, all already there", browsers, refused, carried)


@pytest.fixture(scope="session")
def users_shared(authority: Authority, users_own: dict[str, str]) -> Iterator[Browser]:
    """Started once for all sites: the browser that a user would get, which trusts the certificate of those with one."""
    with Browser(args=[*QUIET, authority.switch], environ=users_own) as browser:
        yield browser


@pytest.fixture(scope="session")
def light_shared(authority: Authority) -> Iterator[Browser]:
    """The same of the light browser."""
    with Browser(args=[*QUIET, authority.switch]) as browser:
        yield browser


@pytest.fixture
def as_users_have_it() -> None:
    """Have the first person of a test in the browser that a user would get: what is carried may depend on it."""


@pytest.fixture
def client(tmp_path: Path, request: pytest.FixtureRequest, light_shared: Browser) -> MakeClient:
    """`client(url, password="…")` gives somebody with these fields.

    The first of a test that asks for it has the browser that a user would get; the others, a light one.
    """
    number = iter(range(1000))

    def client(url: str, ask: Ask = refuse_to_ask, **fields: Any) -> Client:
        place = next(number)
        users = place == 0 and "as_users_have_it" in request.fixturenames
        browser: Browser = request.getfixturevalue("users_shared") if users else light_shared
        folder = tmp_path / f"client{place}"
        folder.mkdir()
        known: Mapping[str, str] = {"url": url, "login": "ada@acme.example", "password": "correct horse"}
        return Client(folder, Shared(browser), {**known, **fields}, ask=ask)

    return client
