"""Winning a session anew: once, and in time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from toolkit.web.renewal import MOST_IN_VAIN, Ends, Renewal

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)


class Login:
    """Counts logins; those of `borrowed` are what another run has won."""

    def __init__(self, borrowed: Sequence[bool] = ()) -> None:
        self.count = 0
        self._borrowed = iter(borrowed)

    def __call__(self) -> bool:
        """Log in."""
        self.count += 1
        return not next(self._borrowed, False)


def test_whoever_noticed_later_sends_again_without_a_login() -> None:
    """Two requests of one session that is over cost one."""
    renewal, login = Renewal(), Login()
    before = renewal.count

    assert renewal.ask(login, before, "/a")
    assert renewal.ask(login, before, "/b")
    assert login.count == 1


def test_an_address_that_no_login_opens_is_left_alone() -> None:
    """It asks for one; after three addresses nobody does any more."""
    renewal, login = Renewal(), Login()
    for place in ("/a", "/b", "/c"):
        assert renewal.ask(login, renewal.count, place)
        assert not renewal.ask(login, renewal.count, place)
        assert not renewal.ask(login, renewal.count, place)

    assert not renewal.ask(login, renewal.count, "/d")
    assert login.count == MOST_IN_VAIN


def test_an_address_that_was_opened_may_be_closed_again() -> None:
    """A good answer in between ends the suspicion: each session has its time."""
    renewal, login = Renewal(), Login()
    for _ in range(5):
        assert renewal.ask(login, renewal.count, "/a")
        renewal.helped("/a")

    assert login.count == 5


def test_what_another_run_has_won_may_be_over_too() -> None:
    """It is tried; then this run logs in itself."""
    renewal, login = Renewal(), Login(borrowed=[True])

    assert renewal.ask(login, renewal.count, "/a")
    assert renewal.ask(login, renewal.count, "/a")
    assert not renewal.ask(login, renewal.count, "/a")
    assert login.count == 2


def test_a_login_that_failed_is_not_tried_again() -> None:
    """Its error is raised to all who ask."""
    renewal, tries = Renewal(), []

    def refuse() -> bool:
        tries.append(1)
        raise PermissionError

    for _ in range(2):
        with pytest.raises(PermissionError):
            renewal.ask(refuse, 0, "/a")
    assert tries == [1]


def test_a_login_may_ask_the_site_itself() -> None:
    """Its own requests do not log in."""
    renewal, inner = Renewal(), []

    def login() -> bool:
        inner.append(renewal.ask(login, renewal.count, "/me"))
        return True

    assert renewal.ask(login, 0, "/a")
    assert inner == [False]


@pytest.mark.parametrize(("minutes", "near"), [(0, False), (53, False), (54, True), (60, True), (99, True)])
def test_the_last_tenth_is_near(minutes: int, near: bool) -> None:
    """Of the time that was left when it was first seen."""
    ends, end = Ends(), NOON + timedelta(hours=1)
    ends.are_near([end], NOON)

    assert ends.are_near([end], NOON + timedelta(minutes=minutes)) is near


def test_an_end_is_told_once() -> None:
    """A renewal that has not moved it will not do so the next time; a new end is another matter."""
    ends, end, late = Ends(), NOON + timedelta(hours=1), NOON + timedelta(minutes=59)
    ends.are_near([end], NOON)

    assert [ends.are_near([end], late) for _ in range(2)] == [True, False]
    assert not ends.are_near([end + timedelta(hours=1)], late)
    assert ends.are_near([end, end + timedelta(hours=1)], NOON + timedelta(hours=2))


def test_what_was_over_from_the_start_is_not_near() -> None:
    """The clocks differ, or the site does not mind."""
    ends = Ends()

    assert not any(ends.are_near([NOON], NOON + timedelta(minutes=minutes)) for minutes in (0, 1, 2))
