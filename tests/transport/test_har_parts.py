"""Headers, numbers and WebSocket frames as tools write them."""

import pytest

from toolkit.transport.har_parts import WebSocketMessage, own_dict, read_frames, read_headers, to_number, to_size


def test_headers_keep_order_and_repeats() -> None:
    """Repeats stay, also those that a tool joined by a line break."""
    headers = [
        {"name": "B", "value": "1"},
        {"name": "Set-Cookie", "value": "a=1\nb=2"},
        {"name": "B", "value": None},
        {"value": "without name"},
        "odd",
    ]

    assert read_headers(headers) == [("B", "1"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("B", "")]


def test_headers_as_an_object() -> None:
    """A few tools write an object instead of a list."""
    assert read_headers({"A": "1", "B": 2}) == [("A", "1"), ("B", "2")]
    assert read_headers(None) == []


@pytest.mark.parametrize(
    ("value", "number", "size"),
    [
        (5, 5.0, 5),
        ("12", 12.0, 12),
        (0, 0.0, 0),
        ("0", 0.0, 0),
        (-1, -1.0, -1),
        (None, 0.0, -1),
        ("many", 0.0, -1),
        (float("inf"), 0.0, -1),
        ([1], 0.0, -1),
    ],
)
def test_numbers_as_tools_write_them(value: object, number: float, size: int) -> None:
    """Text counts as a number, anything else as none."""
    assert (to_number(value), to_size(value)) == (number, size)


@pytest.mark.parametrize("time", [1693314240.5, 1693314240500])
def test_frames_of_chrome_and_playwright(time: float) -> None:
    """Times are seconds, whether the tool counts those or milliseconds."""
    text = WebSocketMessage.read({"type": "send", "time": time, "opcode": 1, "data": "hé"})
    binary = WebSocketMessage.read({"type": "receive", "time": time, "opcode": 2, "data": "/w=="})

    assert text == WebSocketMessage(sent=True, time=1693314240.5, data="hé")
    assert binary == WebSocketMessage(sent=False, time=1693314240.5, data=b"\xff")


@pytest.mark.parametrize("data", ["text", b"\x00\xff"])
def test_frame_written_reads_the_same(data: str | bytes) -> None:
    """Text and bytes survive."""
    message = WebSocketMessage(sent=True, time=1.5, data=data)

    assert WebSocketMessage.read(message.raw()) == message


def test_frames_one_a_line() -> None:
    """The file of frames that Playwright writes beside a HAR."""
    assert read_frames(b'{"data": "a"}\n{"data": "b"}\n') == [{"data": "a"}, {"data": "b"}]


def test_own_dict_replaces_what_is_no_object() -> None:
    """What is written lands in the parent."""
    parent = {"a": None}

    own_dict(parent, "a")["b"] = 1

    assert parent == {"a": {"b": 1}}
