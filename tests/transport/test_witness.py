"""Bodies that hold files from a disk are put together from what is known of them."""

import pytest

from tests.transport.conftest import NOON
from toolkit.transport.har import make_entry
from toolkit.transport.har_parts import WebSocketMessage
from toolkit.transport.witness import ChosenFile, SocketEnd, Witness, filled

HEAD = b'--x\r\nContent-Disposition: form-data; name="bill"; filename="%b"\r\nContent-Type: application/pdf\r\n\r\n'
TAIL = b"\r\n--x--\r\n"
FILES = [ChosenFile("a.pdf", b"newest"), ChosenFile("a.pdf", b"oldest"), ChosenFile('é"\n.pdf', b"named")]


@pytest.mark.parametrize(
    ("name", "length", "data"),
    [
        (b"a.pdf", 0, b"newest"),
        (b"\xc3\xa9%22%0A.pdf", 0, b"named"),
        (b"blob", 5, b"named"),
        (b"a.pdf", 5, b""),
        (b"blob", 7, b""),
    ],
)
def test_a_file_is_found(name: bytes, length: int, data: bytes) -> None:
    """By its name as browsers write it, the newest first; under another name by its length; else not at all."""
    pieces = [HEAD % name, None, TAIL]
    whole = length and len(HEAD % name) + length + len(TAIL)

    assert filled(pieces, FILES, whole) == (HEAD % name + data + TAIL if data else b"")


def test_what_needs_no_file_needs_no_length() -> None:
    """All of it is known; and without a file that is missing nothing is."""
    assert filled([b"a", b"b"], [], 7) == b"ab"
    assert filled([b"a", None], [], 0) == b""


def test_something_waits_until_files_are_read() -> None:
    """All that were chosen; nothing waits when none is being read."""
    witness, done = Witness(), list[str]()
    witness.when_read(lambda: done.append("at once"))
    for told in ({"reading": 1}, {"reading": 1}, {"reading": -1, "name": "a", "data": "YQ=="}):
        witness._hear(told)
    witness.when_read(lambda: done.append("later"))
    assert done == ["at once"]
    witness._hear({"reading": -1, "name": "gone", "data": None})

    assert done == ["at once", "later"]
    assert witness.files == [ChosenFile("a", b"a")]


def test_an_end_finds_its_socket() -> None:
    """The one that had heard as much; each end is used once."""
    entries = []
    for count in (1, 2):
        entries.append(make_entry("GET", "wss://a.test/", started=NOON, status=101, resource_type="websocket"))
        entries[-1].messages = [WebSocketMessage(sent=False, time=1, data="x")] * count
    witness = Witness()
    witness._hear({"url": "wss://a.test/", "received": 2, "code": 4001, "reason": "bye"})
    witness.complete(entries)

    assert len(entries[0].messages) == 1
    assert entries[1].messages[-1] == WebSocketMessage.end(4001, "bye")
    assert entries[1].messages[-1].raw()["opcode"] == 8
    assert SocketEnd("wss://a.test/", 2, 4001, "bye") not in witness._ends
