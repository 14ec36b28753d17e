"""Which line of a connector is at work: for what goes wrong, and for what nobody recorded."""

from __future__ import annotations

import gc
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from greenlet import getcurrent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType, TracebackType

    from greenlet import greenlet

__all__ = ["at_work", "declared", "folder_of_caller", "line_at_work", "line_in_traceback", "line_of"]


Operation = TypeVar("Operation", bound="Callable[..., Any]")


@dataclass(frozen=True)
class _Work:
    """What a thread is at: an operation of a connector, in the greenlet from which it calls Playwright."""

    folder: str
    fallback: str
    greenlet: greenlet


_at_work: dict[int, _Work] = {}
_looking = threading.Lock()


def declared(operation: Operation) -> Operation:
    """Note, in an operation that the toolkit makes, the line of the connector that asked for it."""
    frame = sys._getframe(2)  # noqa: SLF001 - inspect.stack() reads every source file on the way
    vars(operation)["declared"] = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    return operation


def folder_of_caller() -> str:
    """The folder of the file that called the caller."""
    return str(Path(sys._getframe(2).f_code.co_filename).parent)  # noqa: SLF001


def line_of(operation: Callable[..., Any]) -> str:
    """Where an operation was written, or asked for: "connectors/acme/connector.py:12", empty when unknown."""
    code = getattr(operation, "__code__", None)
    written = f"{code.co_filename}:{code.co_firstlineno}" if code else ""
    return _short(getattr(operation, "declared", written))


@contextmanager
def at_work(operation: Callable[..., Any], folder: str) -> Iterator[None]:
    """While the block lasts, this thread is at an operation of the connector in this folder."""
    thread = threading.get_ident()
    around = _at_work.get(thread)  # one operation may need another: a listing, that the site logs in again
    _at_work[thread] = _Work(folder, line_of(operation), getcurrent())
    try:
        yield
    finally:
        if around is None:
            del _at_work[thread]
        else:
            _at_work[thread] = around


def line_at_work(thread: int, *, here: bool = False) -> str:
    """The line of the connector that a thread is at, by its `threading.get_ident()`; empty when it is at none.

    With `here` it is the line that led to this call, if one did: a pool runs the connector's code in other threads.
    """
    work = _at_work.get(thread)
    if work is None:
        return ""
    # A call that waits for the browser has left its greenlet, whose frames are then not those of the thread.
    main: FrameType | None = work.greenlet.gr_frame or _frame_of(thread)
    frame = _innermost(sys._getframe() if here else None, work.folder) or _innermost(main, work.folder)  # noqa: SLF001
    return work.fallback if frame is None else _short(f"{frame.f_code.co_filename}:{frame.f_lineno}")


def _frame_of(thread: int) -> FrameType | None:
    """Where a thread is now.

    Python 3.11 collects garbage while it looks, under a lock that every thread needs that looks, begins or ends: a
    weak reference that then calls back lets another one go on, which waits for that lock for ever.
    """
    with _looking:
        collects = gc.isenabled()
        gc.disable()
        try:
            return sys._current_frames().get(thread)  # noqa: SLF001
        finally:
            if collects:
                gc.enable()


def _innermost(frame: FrameType | None, folder: str) -> FrameType | None:
    while frame is not None and not _is_in(frame, folder):
        frame = frame.f_back
    return frame


def line_in_traceback(trace: TracebackType | None, folder: str) -> str:
    """The innermost line of the connector in a traceback; empty when there is none."""
    line = ""
    while trace is not None:
        if _is_in(trace.tb_frame, folder):
            line = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return _short(line)


def _is_in(frame: FrameType, folder: str) -> bool:
    return str(Path(frame.f_code.co_filename).parent) == folder


def _short(line: str) -> str:
    """Relative to the working folder where it is below it, as editors and terminals like it."""
    path = Path(line)
    return str(path.relative_to(Path.cwd())) if line and path.is_relative_to(Path.cwd()) else line
