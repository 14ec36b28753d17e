"""What a connector declares secret, wherever its name stands."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from toolkit.transport.declared import in_exchange
from toolkit.transport.har import HarEntry, make_entry

HTML = [("Content-Type", "text/html")]
JSON = [("Content-Type", "application/json")]


def entry(
    url: str = "https://acme.example/",
    *,
    sent: bytes | None = None,
    body: bytes = b"",
    asked: Sequence[tuple[str, str]] = (),
    told: Sequence[tuple[str, str]] = (),
) -> HarEntry:
    """One exchange."""
    noon = datetime(2025, 3, 9, 12, tzinfo=UTC)
    return make_entry(
        "POST",
        url,
        started=noon,
        status=200,
        request_headers=asked,
        request_body=sent,
        response_headers=told,
        body=body,
    )


@pytest.mark.parametrize(
    "exchange",
    [
        entry("https://acme.example/?customer=4711&page=2"),
        entry("https://acme.example/#customer=4711"),
        entry(asked=[("customer", "4711")]),
        entry(asked=[("Cookie", "theme=dark; customer=4711")]),
        entry(asked=[("Referer", "https://acme.example/?customer=4711")]),
        entry(told=[("Set-Cookie", "customer=4711; Path=/")]),
        entry(sent=b"customer=4711&page=2"),
        entry(sent=b'{"filter": {"customer": 4711}}'),
        entry(sent=b'--x\r\nContent-Disposition: form-data; name="customer"\r\n\r\n4711\r\n--x--\r\n'),
        entry(body=json.dumps({"rows": [{"customer": "4711"}]}).encode(), told=JSON),
        entry(body=json.dumps({"state": json.dumps({"customer": 4711})}).encode(), told=JSON),
        entry(body=b"<input type=hidden name=customer value='4711'>", told=HTML),
        entry(body=b'<meta name="customer" content="4711">', told=HTML),
    ],
)
def test_a_value_is_found_by_its_name(exchange: HarEntry) -> None:
    """In the URL, a header, a cookie, a form, JSON, JSON inside JSON, and HTML."""
    assert set(in_exchange(exchange, ["customer"])) == {("customer", "4711")}


def test_other_names_and_empty_values_are_left_alone() -> None:
    """Only what was declared is looked for."""
    exchange = entry("https://acme.example/?customer=&page=2", body=b'{"customer_name": "Ada"}', told=JSON)

    assert list(in_exchange(exchange, ["customer"])) == []
    assert list(in_exchange(exchange, [])) == []
