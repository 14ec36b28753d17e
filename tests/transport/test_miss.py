"""What is said of a request that was not recorded."""

import pytest

from toolkit.transport.matching import Tape
from toolkit.transport.miss import Miss
from toolkit.transport.request import Req

FORM = [("Content-Type", "application/x-www-form-urlencoded")]
TAPE = [
    Req("GET", "https://acme.example/api/bills?page=1"),
    Req("GET", "https://acme.example/api/bills?page=2"),
    Req("POST", "https://acme.example/login", FORM, b"user=ada&password=hunter22&remember=1"),
]


def miss_of(request: Req) -> Miss:
    """The miss of a request that the tape does not hold."""
    with pytest.raises(Miss) as caught:
        Tape(TAPE).find(request)
    return caught.value


def test_the_nearest_is_named_with_what_differs() -> None:
    """A page more than was recorded."""
    miss = miss_of(Req("GET", "https://acme.example/api/bills?page=2&size=50"))

    assert miss.nearest == 1
    assert miss.message == (
        "GET https://acme.example/api/bills was not recorded. "
        "Nearest is GET https://acme.example/api/bills (request 2 of 3):\n"
        "  query `size`: recorded nothing, asked 50"
    )


@pytest.mark.parametrize(
    ("request_", "difference"),
    [
        (Req("DELETE", "https://acme.example/api/bills?page=1"), "method: recorded GET, asked DELETE"),
        (Req("GET", "https://other.example/api/bills?page=1"), "host: recorded https://acme.example, asked https://o"),
        (Req("GET", "https://acme.example/api/bill?page=1"), "path: recorded bills, asked bill"),
        (Req("POST", "https://acme.example/login", FORM, b"user=ada&password=hunter22"), "body field `remember`"),
    ],
)
def test_each_part_is_compared(request_: Req, difference: str) -> None:
    """Method, host, path, and the fields of the body."""
    assert any(found.startswith(difference) for found in miss_of(request_).differences)


def test_no_secret_is_shown() -> None:
    """A password that differs is named, not told."""
    miss = miss_of(Req("POST", "https://acme.example/login", FORM, b"user=ada&password=other-secret&remember=1"))

    assert miss.differences == ["body field `password`: recorded <secret>, asked <secret>"]
    assert "hunter22" not in str(miss)


def test_an_empty_recording_says_so() -> None:
    """There is nothing near."""
    with pytest.raises(Miss, match="the recording holds no request"):
        Tape([]).find(TAPE[0])
