"""Fixtures that every test may use."""

import gc
import os
import shutil
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from tests.authority import Authority
from toolkit.account import Account
from toolkit.jobs import RunOptions, SharedBrowser
from toolkit.log import RunLog
from toolkit.manifest import Developer, Manifest
from toolkit.report import Report
from toolkit.run import BrowserOptions, OpensPages, Run
from toolkit.store import Files, Store
from toolkit.transport import Live
from toolkit.transport.replay import CLOSED
from toolkit.web import Browser

pytest_plugins = ["pytester"]

Reply = str | tuple[int, dict[str, str], bytes] | None
Serve = Callable[[Mapping[str, Reply]], str]
MakeRun = Callable[..., Run]

MANIFEST = Manifest(
    name="Acme", slug="acme", type="konnector", version="1.0", source="here", developer=Developer(name="Ada")
)
PORTAL = "tests/strict/portal/"
TOGETHER = (PORTAL, "tests/store/")  # recordings that take long; a Postgres
LONG = (PORTAL, "tests/demo/test_command.py", "tests/testing/", "tests/strict/", "recordings/tryton/")


def pytest_configure(config: pytest.Config) -> None:
    """Run tests in Chromium's headless shell where there is one, in which a page costs a quarter.

    It sends no Accept-Language and lets WebRTC out; tests that such things matter to, and those of tests/sites, run in
    the browser that a user would get.

    What Python and Playwright's driver compile is kept, whatever the environment says: a hundred commands are started,
    and each would compile all of it.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    os.environ.setdefault("NODE_COMPILE_CACHE", str(config.rootpath / ".pytest_cache" / "node"))
    if shell := shutil.which("chromium-headless-shell"):
        os.environ.setdefault("TOOLKIT_BROWSER", shell)


def pytest_collection_finish() -> None:
    """What is there now stays: there is no use in looking through it for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests of browsers wait a good part of their time."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Files go to processes whole, and those of some folders all to one."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


class ByFile(LoadFileScheduling):  # type: ignore[misc] # the library has no types
    """Takes the files of a folder that shares something costly for one."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no process ends long after the others."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the person who runs the tests reaches them, and no test writes into the project."""
    for name in (
        "TOOLKIT_STORE",
        "TOOLKIT_CONNECTORS",
        "TOOLKIT_FIELD_LOGIN",
        "TOOLKIT_FIELD_PASSWORD",
        "TOOLKIT_FIELD_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TOOLKIT_DATA", str(tmp_path / "data"))


@pytest.fixture(autouse=True, scope="session")
def _tests_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No vault of a test uses the key of the person who runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOOLKIT_KEY_FILE", str(tmp_path_factory.mktemp("key") / "key"))
        yield


@pytest.fixture(autouse=True, scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """Signs the certificates of sites, and is trusted by runs and by drivers of browsers alone."""
    made = Authority(tmp_path_factory.mktemp("authority"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOOLKIT_CA_FILE", str(made.ca_file))
        patch.setenv("NODE_EXTRA_CA_CERTS", str(made.ca_file))  # for drivers that pytest-playwright starts
        yield made


@pytest.fixture(scope="session")
def users_own() -> dict[str, str]:
    """The environment of a user, for `Browser(environ=…)`: it finds the browser that a user would get."""
    return {name: value for name, value in os.environ.items() if name != "TOOLKIT_BROWSER"}


@pytest.fixture
def users_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test run in the browser that a user would get."""
    monkeypatch.delenv("TOOLKIT_BROWSER", raising=False)


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the key of the vault will be, for this test alone."""
    monkeypatch.setenv("TOOLKIT_KEY_FILE", str(tmp_path / "key"))
    return tmp_path / "key"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """`serve({"/login": "<html>…", "/pdf": (200, headers, body), "/dies": None})` gives the address of such a site."""
    with ExitStack() as running:
        yield lambda replies: running.enter_context(_Site(replies)).url


@pytest.fixture(scope="session")
def serve_all() -> Iterator[Serve]:
    """The same for a fixture that several tests share."""
    with ExitStack() as running:
        yield lambda replies: running.enter_context(_Site(replies)).url


class _Site:
    """A server in a thread; addresses it does not know answer 404."""

    def __init__(self, replies: Mapping[str, Reply]) -> None:
        handler = type("Handler", (_Handler,), {"replies": replies})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    replies: Mapping[str, Reply] = {}

    def do_GET(self) -> None:
        reply = self.replies.get(self.path.partition("?")[0], (404, {}, b""))
        if reply is None:  # hang up without a word
            return
        if isinstance(reply, str):
            reply = (200, {"Content-Type": "text/html; charset=utf-8"}, reply.encode())
        status, headers, body = reply
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def closed() -> str:
    """The address of a site that does not answer."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture(scope="session")
def shared_pages() -> Iterator[SharedBrowser]:
    """One browser for all runs that need no particular one."""
    with SharedBrowser() as shared:
        yield shared


@pytest.fixture(scope="session")
def closed_browser(shared_pages: SharedBrowser) -> Browser:
    """A browser that reaches nothing but the proxy of its contexts."""
    return shared_pages.browser(CLOSED)


@pytest.fixture(scope="session")
def sharing(shared_pages: SharedBrowser) -> RunOptions:
    """For runs, recordings and replays that need no browser of their own."""
    return RunOptions(browser=shared_pages)


@pytest.fixture
def _commands_share(monkeypatch: pytest.MonkeyPatch, shared_pages: SharedBrowser) -> None:
    """Let commands that are called in this process run in the shared browser."""
    monkeypatch.setattr("toolkit.cli.perform.BrowserOptions", lambda **_: shared_pages)


@pytest.fixture
def make_run(tmp_path: Path, request: pytest.FixtureRequest, shared_pages: SharedBrowser) -> Iterator[MakeRun]:
    """`make_run(url="http://…", password="…")` gives a real Run, with a store in memory and files below tmp_path."""
    opens = BrowserOptions() if "users_browser" in request.fixturenames else shared_pages
    with ExitStack() as running:
        yield lambda **fields: running.enter_context(closing(_run(tmp_path, fields, running, opens)))


def _run(folder: Path, fields: Mapping[str, str], running: ExitStack, opens: OpensPages) -> Run:
    account = Account(fields=fields)
    mask = account.mask()
    return Run(
        manifest=MANIFEST,
        account=account,
        store=running.enter_context(closing(Store("sqlite://"))),
        files=Files(folder / "files"),
        folder="acme",
        transport=Live(),
        log=running.enter_context(closing(RunLog(folder / "log.jsonl", mask))),
        report=Report("acme", "1.0", "default", "run1"),
        mask=mask,
        browser=opens,
    )
