"""The evidence of a failed run, taken while its page is still open and written when the run is over."""

from __future__ import annotations

import linecache
import shutil
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from toolkit.debug.actions import Action, actions_in, scrub_trace
from toolkit.debug.diagnosis import Cause, Facts, diagnose
from toolkit.debug.failures import REPORT, TRACE, describe
from toolkit.debug.probe import Probed, Tried, probe, tried_in
from toolkit.debug.render import render
from toolkit.debug.scene import Scene, look_at
from toolkit.disk import in_memory, make_private, write_atomically
from toolkit.errors import ToolkitError, UsageError
from toolkit.transport.request import Req
from toolkit.transport.scrub import Scrubber
from toolkit.transport.shapes import Reach

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

    from toolkit.report import Report
    from toolkit.run import Run
    from toolkit.web import Asked

__all__ = ["Evidence", "Taken"]

ON_ELEMENTS = {"click", "dblclick", "tap", "hover", "fill", "type", "press", "check", "uncheck", "selectOption"}
AROUND = 8  # lines of the connector before and after the one at fault


@dataclass
class Taken:
    """What was found at the moment of a failure; nothing of it is masked yet.

    `mark` is where the element of the last step is: left, top, width and height in CSS pixels; None when it has gone.
    """

    error: ToolkitError
    operation: str
    cause: Cause
    scene: Scene | None = None
    probed: list[Probed] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    source: list[tuple[int, str]] = field(default_factory=list)
    trace: str = ""
    mark: tuple[float, float, float, float] | None = None


class Evidence:
    """Takes the evidence of the first failure of a run, and writes it into `folder`, for its owner only.

    `code` is the folder of the connector, whose lines are named.

    The browser is traced from its start. The trace lies in memory until then, and what is kept of it holds no secrets:
    what was typed is hidden, and what else the requests show to be one is replaced.
    """

    def __init__(self, folder: Path, code: Path) -> None:
        self.folder = folder
        self._code = code
        self.taken: Taken | None = None

    def attach(self, context: BrowserContext) -> None:
        """Begin to trace a browser."""
        from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

        with suppress(Error):  # somebody else traces it already
            context.tracing.start(snapshots=True, sources=True)

    def take(self, run: Run, operation: str, error: ToolkitError, raised: BaseException) -> None:
        """Look at page, session and trace; the first failure counts, which later ones come from."""
        if self.taken is not None:
            return
        page = run.own_page
        with in_memory() as place:
            raw = _stop_trace(page, place / TRACE) if page is not None else None  # what follows is no step of the login
            self.taken = self._look(run, page, operation, error, raised)
            scrubber = _learn(run, self.taken)
            if raw is not None:
                self._keep_trace(raw, run, scrubber, self.taken)
        if page is not None and self.taken.scene is not None and self.taken.actions:
            self.taken.mark = _box_of(page, self.taken.actions[-1])
        error.cause = run.mask(self.taken.cause.sentence)

    def _look(self, run: Run, page: Page | None, operation: str, error: ToolkitError, raised: BaseException) -> Taken:
        tried = [*(Tried(*one) for one in error.tried), *tried_in(str(raised))]
        asked = run.trail.last()
        facts = Facts(error, raised, operation, asked=asked, waited=run.trail.now, took_up=_took_up(run.report))
        if page is not None and not page.is_closed() and not run.trail.is_between:
            facts = replace(facts, probed=probe(page, tried), scene=look_at(page, run.mask))
        taken = Taken(error, operation, diagnose(facts), facts.scene, facts.probed, asked)
        taken.source = list(_source_around(error.line))
        return taken

    def forget(self) -> None:
        """Let go of what was taken, and of its trace."""
        self.taken = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def save_trace(self, run: Run, target: Path) -> list[str]:
        """Write the trace since the last failure, or since the browser's start, without secrets, for its owner only.

        What was found left in it, which then is not kept. Raises UsageError when no browser is open.
        """
        with in_memory() as place:
            raw = _stop_trace(run.own_page, place / TRACE) if run.own_page is not None else None
            if raw is None:
                raise UsageError("There is no trace: no browser is open.")
            make_private(target.parent)
            left = scrub_trace(raw, target, Scrubber(run.mask.secrets))
        if not left:
            target.chmod(0o600)
        return left

    def write(self, report: Report) -> Path | None:
        """Write the report of what was taken, when anything was; the path of it."""
        if self.taken is None:
            return None
        make_private(self.folder)
        mask = report.mask
        page = render(self.taken, report, mask, traced=(self.folder / TRACE).exists())
        write_atomically(self.folder / REPORT, [page.encode("utf-8", "replace")])
        describe(self.folder, report, mask(self.taken.cause.sentence), self.taken.operation)
        return self.folder / REPORT

    def _keep_trace(self, raw: Path, run: Run, scrubber: Scrubber, taken: Taken) -> None:
        taken.actions = actions_in(raw, self._code)
        make_private(self.folder)
        left = scrub_trace(raw, self.folder / TRACE, scrubber)
        if left:
            taken.trace = f"left out, for it holds {run.mask(', '.join(left))}"
        else:
            (self.folder / TRACE).chmod(0o600)


def _learn(run: Run, taken: Taken) -> Scrubber:
    """What requests and pages show to be a secret is hidden from now on, in the log too."""
    scrubber = Scrubber(run.mask.secrets)
    for one in taken.asked:
        sent, got = (text.encode("utf-8", "replace") for text in (one.sent, one.got))
        scrubber.learn_request(Req(one.method, one.url, one.sent_headers, sent))
        scrubber.learn_response(one.got_headers, got)
    for frame in taken.scene.frames if taken.scene else ():
        scrubber.learn_response([], frame.html.encode("utf-8", "replace"))
    for secret in scrubber.secrets:
        if secret.reach is not Reach.PLACE:
            run.mask.add(secret.value)
    return scrubber


def _stop_trace(page: Page, raw: Path) -> Path | None:
    """Write the trace so far, and trace on; None when there is none."""
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    try:
        page.context.tracing.stop_chunk(path=raw)
    except Error:
        return None
    with suppress(Error):
        page.context.tracing.start_chunk()
    return raw


def _took_up(report: Report) -> bool:
    return any(operation.name == "kept_session" and not operation.error for operation in report.operations)


def _box_of(page: Page, action: Action) -> tuple[float, float, float, float] | None:
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    with suppress(Error):
        for frame in page.frames if action.method in ON_ELEMENTS else ():
            shown = frame.locator(action.target).filter(visible=True)
            if shown.count() and (box := shown.first.bounding_box()):
                return box["x"], box["y"], box["width"], box["height"]
    return None


def _source_around(line: str) -> Iterator[tuple[int, str]]:
    path, _, number = line.rpartition(":")
    if not number.isdigit():
        return
    at = int(number)
    for each in range(max(1, at - AROUND), at + AROUND + 1):
        text = linecache.getline(path, each)
        if text:
            yield each, text.rstrip("\n")
