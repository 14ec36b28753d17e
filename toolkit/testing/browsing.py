"""pytest-playwright's fixtures, on recordings: its pages get the recorded answers, and its options hold for runs."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from toolkit.errors import BrowserMissing, UsageError
from toolkit.testing.choosing import has_recording, in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import Browser, BrowserContext, Page, Playwright

    from toolkit.run import OpensPages
    from toolkit.testing.performing import Tape
    from toolkit.transport import Transport
    from toolkit.web import SessionState


class Pages:
    """Opens the pages of a run in the browser of pytest-playwright, so that its options hold for them."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._request = request

    @contextmanager
    def open_page(
        self, transport: Transport, options: Mapping[str, Any], state: SessionState | None = None
    ) -> Iterator[Page]:
        """Open a page with the face of its take. Raises UsageError with what a browser says that does not start."""
        from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

        from toolkit.web import restore_options, restore_tabs  # noqa: PLC0415

        try:
            new_context = self._request.getfixturevalue("new_context")
        except pytest.fail.Exception as failed:
            raise UsageError(failed.msg or "") from None
        context = new_context(transport=transport, base_url=options["base_url"], **restore_options(state))
        restore_tabs(context, state)
        try:
            yield context.new_page()
        finally:
            with suppress(Error):  # the browser is gone already
                context.close()


def pages_of(request: pytest.FixtureRequest) -> OpensPages:
    """What opens the pages of a test's runs: pytest-playwright's browser, else one for each run."""
    from toolkit.run import BrowserOptions  # noqa: PLC0415 - slow to import

    return Pages(request) if request.config.pluginmanager.hasplugin("playwright") else BrowserOptions()


@pytest.fixture(scope="session")
def playwright(request: pytest.FixtureRequest) -> Iterator[Playwright]:
    """A thread has one driver: the toolkit's own browsers and those of pytest-playwright share it."""
    from toolkit.web.driver import driver_is_open, lend_driver, open_driver  # noqa: PLC0415 - slow to import

    if driver_is_open():
        with open_driver() as driver:
            yield driver
    else:
        driver = request.getfixturevalue("playwright")
        with lend_driver(driver):
            yield driver


@pytest.fixture(scope="session")
def base_url(pytestconfig: pytest.Config) -> str | None:
    """What the option says; pytest-playwright's own fixture asks for it in a way that pytest 9 warns about."""
    given: str | None = pytestconfig.getoption("--base-url") or pytestconfig.getini("base_url")
    return given or None


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], browser_name: str, playwright: Playwright, request: pytest.FixtureRequest
) -> dict[str, Any]:
    """A Chromium that is there, and that reaches nobody while tests have recordings."""
    if browser_name != "chromium":
        return browser_type_launch_args
    from toolkit.transport.replay import CLOSED  # noqa: PLC0415 - slow to import
    from toolkit.web.browser import QUIET  # noqa: PLC0415

    args = dict(browser_type_launch_args)
    if "channel" not in args:
        args = {**_executable(playwright), **args}
    if request.config.getoption("--record") == "none" and any(map(has_recording, request.session.items)):
        args["args"] = [*QUIET, *CLOSED, *args.get("args", ())]
    return args


def _executable(playwright: Playwright) -> dict[str, Any]:
    """Playwright's own browser needs no word; where it is missing, the toolkit's is taken."""
    from toolkit.web import find_browser  # noqa: PLC0415 - slow to import

    own = playwright.chromium.executable_path
    with in_words():
        found = find_browser(bundled=lambda: own)
    return {"executable_path": str(found.path)} if found and found.path != Path(own) else {}


@pytest.fixture(scope="session")
def launch_browser(
    launch_browser: Callable[..., Browser], browser_type_launch_args: dict[str, Any], browser_name: str
) -> Callable[..., Browser]:
    """A browser that does not start fails with a sentence."""
    if browser_name != "chromium":
        return launch_browser

    def launch(**options: Any) -> Browser:
        with in_words(), _launching({**browser_type_launch_args, **options}):
            return launch_browser(**options)

    return launch


@contextmanager
def _launching(options: Mapping[str, Any]) -> Iterator[None]:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    from toolkit.web.browser import check_display  # noqa: PLC0415
    from toolkit.web.find import FoundBrowser, does_not_start  # noqa: PLC0415

    if options.get("headless") is False:
        check_display()
    try:
        yield
    except Error as error:
        path = options.get("executable_path")
        raise BrowserMissing(does_not_start(FoundBrowser("", Path(path)), error.message) if path else "") from error


@pytest.fixture
def _joined(request: pytest.FixtureRequest) -> Tape | None:
    """The tape of the test; it ends after the contexts that it carries."""
    return request.getfixturevalue("_tape") if has_recording(request.node) else None


@pytest.fixture
def new_context(
    _joined: Tape | None,
    new_context: Callable[..., BrowserContext],
    browser_context_args: dict[str, Any],
    request: pytest.FixtureRequest,
) -> Iterator[Callable[..., BrowserContext]]:
    """The contexts of a test with a recording get its answers, its clock and its chance, and reach nobody."""
    marks = request.node.iter_markers("browser_context_args")
    fixed = {**browser_context_args, **next((mark.kwargs for mark in marks), {})}
    own: list[BrowserContext] = []

    def open_context(*, transport: Transport | None = None, **options: Any) -> BrowserContext:
        if transport is not None:
            return _join(transport, new_context, options, fixed)
        if _joined is None:
            return new_context(**options)
        own.append(_join(_joined.transport, new_context, {"base_url": _site(request), **options}, fixed))
        return own[-1]

    yield open_context
    if _joined is not None:
        for page in chain.from_iterable(context.pages for context in own):
            _joined.transport.settle(page)


def _site(request: pytest.FixtureRequest) -> str | None:
    from toolkit.run import site_of  # noqa: PLC0415 - slow to import

    return site_of(request.getfixturevalue("account"), request.getfixturevalue("recording").found.manifest)


def _join(
    transport: Transport, new_context: Callable[..., BrowserContext], options: dict[str, Any], fixed: Mapping[str, Any]
) -> BrowserContext:
    """Open a context whose traffic the transport carries; what all contexts are told holds for it, too."""
    if clash := [name for name in ("proxy", "base_url") if fixed.get(name)]:
        pytest.fail(f"A recording has a `{clash[0]}` of its own: leave it out of browser_context_args.", pytrace=False)
    mine = {name: value for name, value in transport.browser_options().items() if name not in fixed}
    context = new_context(**{**mine, **options})
    transport.attach(context)
    open_page = context.new_page

    def new_page() -> Page:
        page = open_page()
        transport.prepare(page)
        return page

    setattr(context, "new_page", new_page)  # noqa: B010 - a checker would not let a method be replaced
    return context
