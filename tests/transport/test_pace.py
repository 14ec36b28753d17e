"""How fast a host is asked, by a clock of the test's own."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from toolkit.transport.pace import BURST, PER_SECOND, Pace


class Clock:
    """Time goes on only while somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    """A clock."""
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    """A pace by that clock."""
    return Pace(clock=lambda: clock.now, sleep=clock.sleep)


def test_an_ordinary_run_waits_for_nothing(pace: Pace, clock: Clock) -> None:
    """Nor does a host wait for what another was asked."""
    for host in ("acme.example", "files.acme.example"):
        for _ in range(BURST):
            pace.wait_turn(host)

    assert clock.pauses == []


def test_what_goes_on_is_slowed_down(pace: Pace, clock: Clock) -> None:
    """Evenly; and a rest gives back as many as it lasted seconds for, up to all."""
    for _ in range(BURST + 3):
        pace.wait_turn("acme.example")
    assert clock.pauses == pytest.approx([1 / PER_SECOND] * 3)

    clock.now += 2
    for _ in range(int(2 * PER_SECOND) + 1):
        pace.wait_turn("acme.example")
    assert clock.pauses == pytest.approx([1 / PER_SECOND] * 4)

    clock.now += 86_400
    for _ in range(BURST + 1):
        pace.wait_turn("acme.example")
    assert clock.pauses == pytest.approx([1 / PER_SECOND] * 5)


@pytest.mark.parametrize(("per_second", "pauses"), [(0.5, [2.0, 2.0]), (2.0, [0.5])])
def test_a_connector_may_say_how_fast(pace: Pace, clock: Clock, per_second: float, pauses: list[float]) -> None:
    """Then nothing is free but what one second may bear."""
    for _ in range(3):
        pace.wait_turn("acme.example", per_second)

    assert clock.pauses == pytest.approx(pauses)


def test_threads_wait_one_after_another() -> None:
    """Each has a turn of its own."""
    pauses: list[float] = []
    pace = Pace(clock=lambda: 0.0, sleep=pauses.append)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(pace.wait_turn, ["acme.example"] * (BURST + 8)))

    assert sorted(pauses) == pytest.approx([number / PER_SECOND for number in range(1, 9)])
