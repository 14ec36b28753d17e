"""What a recording says besides its traffic."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from toolkit.transport.take import TAKE_NAME, Take, TakeError, digest

CLOCK = datetime(2025, 3, 9, 12, 0, 0, 514_000, tzinfo=UTC)
TAKE = Take(
    clock=CLOCK,
    seed=2**32 - 1,
    user_agent="Mozilla/5.0",
    locale="en-US",
    browser="156.0",
    toolkit="0.1.0",
    fields={"login": "ada", "password": "sécret"},
    answers=("123456",),
    ignore=("nonce",),
    secrets=("iban",),
    stand_ins=("2bd806c9",),
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    """Every field, the clock to the millisecond."""
    TAKE.save(tmp_path)

    assert Take.load(tmp_path) == TAKE
    assert json.loads((tmp_path / TAKE_NAME).read_text("utf-8"))["clock"] == "2025-03-09T12:00:00.514Z"


@pytest.mark.parametrize(
    "clock",
    [CLOCK + timedelta(microseconds=999), CLOCK.astimezone(timezone(timedelta(hours=5, minutes=30)))],
)
def test_the_clock_is_what_a_page_can_read(clock: datetime) -> None:
    """UTC, and milliseconds: JavaScript knows nothing smaller, and one more would be another time on replay."""
    take = Take(clock=clock, seed=0)

    assert take.clock == CLOCK
    assert take.clock.tzinfo is UTC


def test_a_clock_without_a_zone_is_refused() -> None:
    """It could be any of 26 hours."""
    with pytest.raises(TakeError, match="time zone"):
        Take(clock=CLOCK.replace(tzinfo=None), seed=0)


def test_clock_and_seed_are_enough(tmp_path: Path) -> None:
    """The rest may be missing, or be more than this version knows."""
    (tmp_path / TAKE_NAME).write_text('{"clock": "2025-03-09T12:00:00.514Z", "seed": 7, "news": 1}')

    assert Take.load(tmp_path) == Take(clock=CLOCK, seed=7)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "[]",
        "{}",
        '{"clock": "noon", "seed": 7}',
        '{"clock": "2025-03-09T12:00:00Z", "seed": "seven"}',
        '{"clock": "2025-03-09T12:00:00", "seed": 7}',
        '{"clock": "2025-03-09T12:00:00Z", "seed": 7, "fields": []}',
        '{"clock": "2025-03-09T12:00:00Z", "seed": 7, "ignore": 1}',
        b"\xff",
    ],
)
def test_what_is_no_take_is_refused(raw: Any, tmp_path: Path) -> None:
    """With one sentence, whatever stands there."""
    (tmp_path / TAKE_NAME).write_bytes(raw.encode() if isinstance(raw, str) else raw)

    with pytest.raises(TakeError):
        Take.load(tmp_path)


def test_a_folder_without_a_take_is_named(tmp_path: Path) -> None:
    """The file and why it cannot be read."""
    with pytest.raises(TakeError, match=r"take\.json cannot be read: No such file"):
        Take.load(tmp_path)


def test_a_stand_in_is_known_again() -> None:
    """In capitals, with other spaces or none; another one is another."""
    forms = {"FR76 3000 6000", "FR7630006000", "fr76 3000 6000", "FR76\u00a03000\u00a06000"}

    assert len({digest(form) for form in forms}) == 1
    assert digest("FR76 3000 6001") != digest("FR76 3000 6000")
