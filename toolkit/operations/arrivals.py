"""The files of entries on their way: several at once, but those that a page makes one by one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from functools import partial
from multiprocessing.pool import AsyncResult, ThreadPool
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from toolkit.models import BaseModel
    from toolkit.run import Run

__all__ = ["arrivals"]

T = TypeVar("T")
Get = Callable[["Run", "BaseModel"], T]

AHEAD = 4


class _PageNeeded(BaseException):
    """A file needs the page, which answers only in the thread that opened it."""


class _Pageless:
    """The run as it is in other threads than its own: all of it but the page."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def __getattr__(self, name: str) -> Any:
        if name in {"page", "reopen"}:
            raise _PageNeeded
        return getattr(self._run, name)


def arrivals(
    run: Run, entries: Sequence[BaseModel], get: Get[T], *, concurrency: int
) -> Generator[tuple[BaseModel, Callable[[], T]], None, None]:
    """Each entry in order, with what to call for its file; some `get` ahead of the caller, `concurrency` at once.

    One that asks for `run.page` begins anew in the caller's thread, while no other is under way; from then on they come
    one by one, as they do where one at once is all that is wanted. Whatever ends the caller, Ctrl-C included, nothing
    is waited for. Close it, as `closing` does: the threads are let go of then, not when the garbage is collected.
    """
    elsewhere = cast("Run", _Pageless(run))
    waiting: deque[tuple[BaseModel, Callable[[], T]]] = deque()
    under_way: deque[AsyncResult[T | BaseException]] = deque(maxlen=concurrency * AHEAD + 1)
    alone = run.browser_is_open or concurrency == 1

    def settle(coming: AsyncResult[T | BaseException], entry: BaseModel) -> T:
        nonlocal alone
        settled = coming.get()
        if isinstance(settled, _PageNeeded):
            alone = True
            for other in under_way:
                other.wait()
            return get(run, entry)
        if isinstance(settled, BaseException):
            raise settled
        return settled

    pool = ThreadPool(concurrency)  # its threads are daemons
    try:
        for entry in entries:
            if alone:
                waiting.append((entry, partial(get, run, entry)))
            else:
                under_way.append(pool.apply_async(_settled, (partial(get, elsewhere, entry),)))
                waiting.append((entry, partial(settle, under_way[-1], entry)))
            if len(waiting) > concurrency * AHEAD:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        pool.terminate()


def _settled(get: Callable[[], T]) -> T | BaseException:
    """Whatever is raised comes back as a value: a pool's thread would die of SystemExit and leave us waiting."""
    try:
        return get()
    except BaseException as error:  # noqa: BLE001 - raised again by `settle`
        return error
