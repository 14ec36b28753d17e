"""The prompt of `toolkit debug`: where the run stands, and what the person wants next."""

from __future__ import annotations

import code
import select
import sys
import time
from contextlib import suppress
from io import StringIO
from typing import TYPE_CHECKING, TextIO

from rich.console import Console

from toolkit.cli.output import errors, plain, write
from toolkit.debug import Step
from toolkit.errors import ToolkitError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page
    from rich.console import RenderableType

    from toolkit.debug import Stop
    from toolkit.debug.remote import RemoteView
    from toolkit.run import Run

__all__ = ["Prompt", "is_typed", "live"]

STEPS = {"c": Step.CONTINUE, "n": Step.NEXT, "r": Step.AGAIN, "b": Step.BACK, "q": Step.QUIT}
HELP = """\
c  continue, and stop where something breaks
n  run the next operation, and stop; after a failure, go on as if the operation had done its work
r  reload the connector's code and run this operation again, in the same browser
b  back to the state before this operation, browser and session; once more, to the one before that
p  a Python prompt with run, page and session; Ctrl-D leaves it. `p CODE` runs one line
s  try a selector: `s #email`, `s get_by_role("button")`; alone, pick an element in the window
x  explain the session so far: what it sends, or would after hand_over
t  save the trace of the browser
i  open Playwright's inspector; resume there to come back
q  quit"""
SHORT = "c continue  n next  r again  b back  p python  s SELECTOR  x explain  t trace  i inspector  q quit  h help"
BEAT = 0.05
REMOTE_WIDTH = 100


class Prompt:
    """Asks the person at the terminal. The page goes on living meanwhile: what it asks is answered.

    `traces` is the folder for the traces that are saved; `headed` whether the browser shows a window. Whoever looks on
    through `remote` may answer too; where there is no terminal, only they. Else the end of the input is a `q`.
    """

    def __init__(self, keyboard: TextIO, traces: Path, *, headed: bool, remote: RemoteView | None = None) -> None:
        self._keyboard = keyboard
        self._remote = remote
        self._traces = traces
        self._headed = headed
        self._saved = 0
        self._told_help = False
        self._looks: dict[str, Callable[[str, Run], object]] = {
            "p": self._python,
            "s": self._select,
            "x": self._explain,
            "t": self._trace,
            "i": self._inspect,
        }

    def choose(self, stop: Stop, run: Run) -> Step:
        """Tell where the run is, and do what the person says until it is a step."""
        self._say(*_headline(stop, run))
        if not self._told_help:
            self._say(SHORT)
            self._told_help = True
        while (line := self._read("debug> ", run)) is not None:
            word, _, rest = line.strip().partition(" ")
            if word in STEPS and not rest:
                return STEPS[word]
            self._do(word, rest.strip(), stop, run)
        return Step.QUIT

    def keep_open(self, run: Run) -> None:
        """Leave the browser open until its window is closed, or Ctrl-C; where there is none, one with the session."""
        if run.own_page is None and run.state is not None:
            run.reopen()
        if run.own_page is None:
            self._say("No page is open that could stay.")
            return
        slug = run.manifest.slug
        self._say(f"The browser stays open: `toolkit debug {slug} --attach` joins it. Ctrl-C here closes it.")
        with suppress(KeyboardInterrupt):
            run.own_page.wait_for_event("close", timeout=0)

    def _do(self, word: str, rest: str, stop: Stop, run: Run) -> None:
        look = self._looks.get(word)
        if look is None:
            self._say(*_operations(stop), "", HELP) if word in {"h", "help", "?"} else self._say(SHORT)
            return
        from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

        try:
            look(rest, run)
        except ToolkitError as error:
            self._say(plain(error.message))
        except Error as error:
            self._say(plain(error.message.splitlines()[0]))

    def _python(self, line: str, run: Run) -> None:
        # Python's own exit() closes standard input, which the prompt goes on reading.
        names = {"run": run, "page": run.own_page, "session": run.session, "exit": sys.exit, "quit": sys.exit}
        if line:
            with suppress(SystemExit):
                code.InteractiveInterpreter(names).runsource(line)
            return
        console = code.InteractiveConsole(names)
        console.raw_input = lambda prompt="": self._typed(prompt, run)  # type: ignore[method-assign]
        with suppress(SystemExit):
            console.interact(banner="run, page, session; Ctrl-D leaves", exitmsg="")

    def _typed(self, prompt: str, run: Run) -> str:
        line = self._read(prompt, run)
        if line is None:
            raise EOFError
        return line

    def _select(self, selector: str, run: Run) -> None:
        from toolkit.debug.trial import try_selector  # noqa: PLC0415 - slow to import

        page = run.own_page
        if page is None:
            self._say("No page is open: there is nothing to look at.")
        elif selector:
            self._say(*map(run.mask, try_selector(page, selector, run.mask)))
        elif not self._headed:
            self._say("`s SELECTOR` tries a selector; without a window there is nothing to pick in.")
        else:
            self._say("Click the element in the window.")
            picked = page.pick_locator().normalize()
            self._say(run.mask(str(picked)))

    def _explain(self, _: str, run: Run) -> None:
        from toolkit.cli.explain import parts_blocks  # noqa: PLC0415 - slow to import
        from toolkit.jobs.explaining import explain_run  # noqa: PLC0415

        kept = explain_run(run)
        begin = "What the session sends" if run.logged_in else "What the session would send if the login were over now"
        self._say(f"{begin}:", *(parts_blocks(kept) or ["", "nothing beyond what every session sends"]))

    def _trace(self, _: str, run: Run) -> None:
        if run.evidence is None:
            return
        path = self._traces / f"{run.report.run}-{self._saved + 1}.zip"
        if left := run.evidence.save_trace(run, path):
            self._say(f"Not saved, for it holds {run.mask(', '.join(left))}.")
        else:
            self._saved += 1
            self._say(f"Saved, secrets replaced: `toolkit failures trace {path}` shows it.")

    def _inspect(self, _: str, run: Run) -> None:
        if run.own_page is None or not self._headed:
            self._say("The inspector needs a window, and a page in it.")
        else:
            run.own_page.pause()

    def _read(self, prompt: str, run: Run) -> str | None:
        """A line; None at the end of the input."""
        sys.stderr.write(prompt)
        sys.stderr.flush()
        if self._keyboard.isatty() or self._remote:
            while not (self._keyboard.isatty() and is_typed(self._keyboard)):
                self._live(run)
                if self._remote and (line := self._remote.line()) is not None:
                    write(errors(), plain(line))
                    self._remote.say(f"{prompt}{line}")
                    return line
        line = self._keyboard.readline()
        if not self._keyboard.isatty():  # which shows what is typed
            self._say(plain(line))
        return line.removesuffix("\n") if line else None

    def _live(self, run: Run) -> None:
        """Let Playwright hear what its page has to say, and who looks on see it."""
        if self._remote:
            self._remote.tend(run.own_page)
            time.sleep(0 if run.own_page else BEAT)
        if run.own_page is not None:
            live(run.own_page, BEAT * 1000 if self._remote else 1)

    def _say(self, *things: RenderableType) -> None:
        write(errors(), *things)
        if self._remote:
            shown = StringIO()
            write(Console(file=shown, width=REMOTE_WIDTH, markup=False, highlight=False), *things)
            self._remote.say(shown.getvalue().rstrip("\n"))


def is_typed(keyboard: TextIO) -> bool:
    """Whether a line waits to be read, once a moment has passed."""
    try:
        return bool(select.select([keyboard], [], [], BEAT)[0])
    except (OSError, ValueError):  # Windows waits so for sockets only: there the page stands still
        return True


def live(page: Page, milliseconds: float = 1) -> None:
    """Let Playwright hear what a page has to say."""
    from playwright.sync_api import Error  # noqa: PLC0415 - slow to import

    with suppress(Error):  # somebody has closed the window
        page.wait_for_timeout(milliseconds)


def _headline(stop: Stop, run: Run) -> list[str]:
    place = f"{stop.operation} ({stop.at + 1} of {len(stop.operations)})"
    lines = [run.mask(stop.note)] if stop.note else []
    error = stop.error
    if stop.when == "before":
        lines.append(f"Before {place}  {stop.line}")
    elif stop.when == "after":
        lines.append(f"After {place}{f'; {stop.following} is next' if stop.following else '; it was the last'}")
    elif stop.when == "paused":
        lines.append(f"Paused in {place} at {stop.line}{f': {stop.words}' if stop.words else ''}")
    if error is not None:
        lines.append(f"{place} broke{f' at {stop.line}' if stop.line else ''}")
        lines.append(f"{error.code}: {run.mask(error.message)}")
        lines += [f"Cause: {error.cause}"] if error.cause not in {"", error.message} else []
        lines.append("Mend the code and press r: this operation runs again, in the browser that is still open.")
    return ["", *map(plain, lines)]


def _operations(stop: Stop) -> list[str]:
    return ["", *(f"{'->' if at == stop.at else '  '} {at + 1}  {name}" for at, name in enumerate(stop.operations))]
