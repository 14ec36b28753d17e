"""`Stepper`: runs the operations of a connector one at a time, and asks at each stop how to go on."""

from __future__ import annotations

import linecache
import time
from dataclasses import dataclass
from enum import Enum
from threading import get_ident
from typing import TYPE_CHECKING, Literal, Protocol

from toolkit.debug.moment import Moment
from toolkit.errors import ToolkitError, UsageError
from toolkit.fetcher import name_of
from toolkit.whereabouts import line_at_work, line_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from toolkit.connector import Connector
    from toolkit.fetcher import Operation
    from toolkit.run import Run

__all__ = ["Asks", "Step", "Stepper", "Stop"]


class Step(Enum):
    """How to go on from a stop."""

    CONTINUE = "until something breaks"
    NEXT = "with the next operation"
    AGAIN = "with the same operation, of the code as it is now"
    BACK = "back to before the operation"
    QUIT = "not at all"


@dataclass(frozen=True)
class Stop:
    """Where a run has stopped: `when`, and at which of the operations, counted from 0.

    did, seconds  what the operation did and how long it took, `after` it
    error         what it broke with, when it has `failed`
    words         what `run.pause` was given, when it has `paused`
    line          the line of the connector: where the operation is written, or at which it broke or paused
    note          what came of the step before, such as why the code could not be loaded
    """

    when: Literal["before", "after", "failed", "paused"]
    operations: Sequence[str]
    at: int
    line: str = ""
    did: str = ""
    seconds: float = 0.0
    error: ToolkitError | None = None
    words: str = ""
    note: str = ""

    @property
    def operation(self) -> str:
        """The name of the operation."""
        return self.operations[self.at]

    @property
    def following(self) -> str:
        """The name of the one after it, empty after the last."""
        return self.operations[self.at + 1] if self.at + 1 < len(self.operations) else ""


class Asks(Protocol):
    """Who decides at a stop."""

    def choose(self, stop: Stop, run: Run) -> Step:
        """Return how to go on. The run stands still meanwhile, its browser open."""


class _Left(BaseException):
    """An operation is left in its middle, at `run.pause`."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self.step = step


class Stepper:
    """Performs a run step by step, as `who` decides. It stops wherever an operation fails, the browser still open.

    `start` is the operation that it begins with, because somebody has done what comes before in the browser; `until`
    the one before which it first stops; with `on_failure` it stops only where something breaks; else
    before the first operation and after each. `load` returns the connector as its files are now.
    Raises UsageError when no operation is called `start` or `until`.
    """

    def __init__(
        self,
        load: Callable[[], Connector],
        who: Asks,
        *,
        start: str = "",
        until: str = "",
        on_failure: bool = False,
    ) -> None:
        self._load = load
        self._who = who
        self._start = start
        self._until = until
        self._stops = not until and not on_failure
        self._moments: dict[int, Moment] = {}
        self._at = 0
        self._note = ""
        self._thread = get_ident()

    def fetch(self, connector: Connector, run: Run) -> None:
        """Run the operations. Raises ToolkitError when somebody leaves it at a failure, or nobody can go on."""
        self._fetcher = connector.fetcher()
        self._run = run
        names = self._names()
        for name in filter(None, (self._start, self._until)):
            if name not in names:
                raise UsageError(f"No operation is called {name!r}; there are: {', '.join(names)}.")
        self._at = names.index(self._start) if self._start else 0
        run.pauses = self._paused
        with self._fetcher.around(run):
            step = self._ask_before() if self._stops or self._is_target(self._at) else Step.NEXT
            while step is not Step.QUIT and self._at < len(self._operations):
                step = self._perform()

    @property
    def _operations(self) -> tuple[Operation, ...]:
        return self._fetcher.operations

    def _names(self) -> list[str]:
        return [name_of(operation) for operation in self._operations]

    def _is_target(self, at: int) -> bool:
        names = self._names()
        return at < len(names) and names[at] == self._until

    def _ask(self, stop: Stop) -> Step:
        self._until = ""
        step = self._who.choose(stop, self._run)
        self._note = ""
        self._stops = step is not Step.CONTINUE
        return step

    def _ask_before(self) -> Step:
        """Ask before the operation, and go back from there as often as that is wanted."""
        while True:
            names, line = self._names(), line_of(self._operations[self._at])
            step = self._ask(Stop("before", names, self._at, line, note=self._note))
            if step is Step.BACK:
                self._back(self._at - 1)
            elif step is not Step.AGAIN or self._reload():
                return step

    def _perform(self) -> Step:
        operation, started = self._operations[self._at], time.perf_counter()
        self._moments[self._at] = Moment.of(self._run)
        try:
            self._fetcher.perform(operation, self._run)
        except _Left as left:
            return self._go(left.step, None)
        except ToolkitError as error:
            return self._go(self._failed(error), error)
        if self._fetcher.ends_login(operation):
            self._fetcher.renew(self._run)
        if not self._stops and not self._is_target(self._at + 1):
            return self._go(Step.CONTINUE, None)
        did = self._run.report.operations[-1].did
        return self._go(self._after(operation, did, time.perf_counter() - started), None)

    def _after(self, operation: Operation, did: str, seconds: float) -> Step:
        return self._ask(Stop("after", self._names(), self._at, line_of(operation), did, seconds))

    def _failed(self, error: ToolkitError) -> Step:
        return self._ask(Stop("failed", self._names(), self._at, error.line, error=error))

    def _paused(self, words: str) -> None:
        if get_ident() != self._thread:  # a download's thread: nobody can be asked there, nor may it touch the page
            return
        line = line_at_work(self._thread, here=True)
        step = self._ask(Stop("paused", self._names(), self._at, line, words=words))
        if step not in {Step.NEXT, Step.CONTINUE}:
            raise _Left(step)

    def _go(self, step: Step, error: ToolkitError | None) -> Step:
        """Take the step that was chosen after the operation, and return how to go on."""
        if step is Step.QUIT:
            if error is not None:
                raise error
            return step
        if step in {Step.NEXT, Step.CONTINUE}:
            if error is not None:
                self._pass_over()
            self._at += 1
            return step
        self._forget()
        if step is Step.BACK:
            self._back(self._at)
            return self._ask_before()
        self._moments[self._at].bring_back(self._run, page=False)
        return step if self._reload() else self._ask_before()

    def _back(self, at: int) -> None:
        """Take run and page back to before an operation."""
        if at in self._moments:
            self._at = at
            self._moments[at].bring_back(self._run, page=True)
        else:
            self._note = "There is nothing to go back to: this is where it began."

    def _reload(self) -> bool:
        """Read the connector's code anew; when that fails, say why and keep what there is."""
        name = self._names()[self._at]
        linecache.checkcache()
        try:
            fetcher = self._load().fetcher()
        except Exception as error:  # noqa: BLE001 - it may be half written
            said = f"{type(error).__name__}: {error}".splitlines()[0]
            self._note = f"The code cannot be loaded ({self._run.mask(said)}): mend it and press r again."
            return False
        names = [name_of(operation) for operation in fetcher.operations]
        at = names.index(name) if name in names else self._at
        if at >= len(names):
            self._note = f"There is no {name} in the code any more, nor an operation in its place."
            return False
        self._fetcher, self._at = fetcher, min(at, self._at)
        if any(map(fetcher.ends_login, fetcher.operations[: self._at])):
            fetcher.renew(self._run)
        return True

    def _pass_over(self) -> None:
        """Go on as if the operation had done its work: somebody may have done it by hand."""
        self._forget()
        line = self._run.report.operations[-1]
        line.error, line.did = "", "passed over"

    def _forget(self) -> None:
        if self._run.evidence is not None:
            self._run.evidence.forget()
