"""Files on their way: in order, several at once, and those of a page in the thread of the page."""

import threading
from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

import pytest

from toolkit.models import BaseModel, Bill
from toolkit.operations.arrivals import arrivals
from toolkit.run import Run

T = TypeVar("T")
MakeRun = Callable[..., Run]
BILLS = [Bill(number=str(n)) for n in range(40)]
MINE = threading.get_ident


def collect(run: Run, get: Callable[[Run, BaseModel], T], *, concurrency: int = 4) -> list[T]:
    """What comes, in order."""
    return [arrival() for _, arrival in arrivals(run, BILLS, get, concurrency=concurrency)]


def test_they_come_in_order_from_other_threads(make_run: MakeRun) -> None:
    """Two that wait for each other show that they are under way at once."""
    both = threading.Barrier(2)

    def get(_: Run, bill: BaseModel) -> tuple[BaseModel, int]:
        if bill in BILLS[:2]:
            both.wait(10)
        return bill, MINE()

    found = collect(make_run(), get, concurrency=2)

    assert [bill for bill, _ in found] == BILLS
    assert MINE() not in {thread for _, thread in found}


def test_what_is_raised_comes_where_it_is_asked_for(make_run: MakeRun) -> None:
    """SystemExit too, which would end a pool's thread."""

    def get(_: Run, bill: BaseModel) -> None:
        if bill is BILLS[1]:
            raise SystemExit(3)

    with closing(arrivals(make_run(), BILLS, get, concurrency=2)) as coming:
        next(coming)[1]()
        with pytest.raises(SystemExit):
            next(coming)[1]()


def test_what_asks_for_the_page_is_alone_with_it(make_run: MakeRun) -> None:
    """It begins anew in the thread of the run, when all others are at rest; so do those after it."""
    run = make_run()
    busy: set[int] = set()
    begun: list[BaseModel] = []

    def get(run: Run, bill: BaseModel) -> tuple[int, int]:
        begun.append(bill)
        busy.add(MINE())
        try:
            if int(getattr(bill, "number", 0)) >= 3:
                run.page.title()
            return MINE(), len(busy)
        finally:
            busy.discard(MINE())

    found = collect(run, get, concurrency=3)

    assert [thread == MINE() for thread, _ in found] == [False] * 3 + [True] * 37
    assert {others for _, others in found[3:]} == {1}
    assert begun.count(BILLS[3]) == 2
    assert begun.count(BILLS[-1]) == 1


def test_a_page_that_is_open_already_is_where_all_begin(make_run: MakeRun) -> None:
    """Nothing is tried elsewhere."""
    run = make_run()
    run.page.title()

    assert set(collect(run, lambda run, _: (MINE(), run.page.title()))) == {(MINE(), "")}


def test_one_at_once_comes_in_the_callers_thread(make_run: MakeRun) -> None:
    """No page is needed for that, and none is opened."""
    run = make_run()
    found = [get() for _, get in arrivals(run, BILLS, lambda _, entry: (MINE(), entry), concurrency=1)]

    assert found == [(MINE(), entry) for entry in BILLS]
    assert not run.browser_is_open
