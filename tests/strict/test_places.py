"""Every canary in disguise in every place of a request and its answer: none is left in what is written."""

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.strict.brute_force import find
from tests.strict.canaries import CANARIES, CUSTOMER, DISGUISES, JWT, LOGIN, OTP, PASSWORD, PERSON, UUID
from toolkit.transport.har import Har, HarEntry, WebSocketMessage, make_entry
from toolkit.transport.har_lint import lint
from toolkit.transport.take import HAR_NAME, Take
from toolkit.transport.write_take import write_take

NOON = datetime(2025, 3, 9, 12, tzinfo=UTC)
TAKE = Take(clock=NOON, seed=1, fields=PERSON, answers=(OTP,), secrets=("customer_ref",))
THIRDS = 3
BINARY = [("Content-Type", "application/octet-stream")]
IN_PATH = "%/+=&;:@,.-_~!*'()"
BY_THEMSELVES = {"login", "password", "customer", "otp", "iban", "second iban", "uuid", "claim", "signature"}


def exchange(url: str = "https://acme.example/x", **parts: Any) -> HarEntry:
    """A request with its answer."""
    return make_entry(parts.pop("method", "GET"), url, started=NOON, status=200, **parts)


def teaching() -> HarEntry:
    """The one request that tells what the secrets are; everywhere else they stand without a name."""
    told = {
        "customer_ref": CUSTOMER,
        "access_token": JWT,
        "uuid_token": UUID,
        "ibans": [CANARIES["iban"], CANARIES["second iban"]],
        "tokens": [{"token": value} for name, value in CANARIES.items() if name not in BY_THEMSELVES],
    }
    sent = json.dumps({"user": LOGIN, "password": PASSWORD})
    return exchange(method="POST", request_body=sent.encode(), body=json.dumps(told).encode())


def multipart(text: str) -> HarEntry:
    """An upload whose file name and content are the text."""
    name = quote(text, safe=f"{IN_PATH}#? ")
    body = f'--b\r\nContent-Disposition: form-data; name="n"; filename="{name}"\r\n\r\n{text}\r\n--b--\r\n'
    headers = [("Content-Type", "multipart/form-data; boundary=b")]
    return exchange(method="POST", request_headers=headers, request_body=body.encode())


def frames(text: str) -> HarEntry:
    """A WebSocket that sends the text and receives it in bytes."""
    entry = exchange("wss://acme.example/x", resource_type="websocket")
    entry.messages = [
        WebSocketMessage(sent=True, time=1.0, data=text),
        WebSocketMessage(sent=False, time=2.0, data=f"{text}\0".encode()),
    ]
    return entry


def zipped(text: str) -> bytes:
    """An archive with the text in it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writing:
        writing.writestr("xl/strings.xml", text)
    return archive.getvalue()


PLACES: dict[str, Callable[[str], HarEntry]] = {
    "path": lambda text: exchange(f"https://acme.example/{quote(text, safe=IN_PATH)}"),
    "query": lambda text: exchange(f"https://acme.example/?note={quote(text, safe='')}"),
    "request header": lambda text: exchange(request_headers=[("X-Note", text)]),
    "response header": lambda text: exchange(response_headers=[("X-Note", text)]),
    "cookie": lambda text: exchange(request_headers=[("Cookie", f"note={quote(text, safe='')}; a=b")]),
    "set-cookie": lambda text: exchange(response_headers=[("Set-Cookie", f"note={quote(text, safe='')}; Path=/")]),
    "file name": lambda text: exchange(
        response_headers=[("Content-Disposition", f"attachment; filename*=UTF-8''{quote(text, safe='')}")]
    ),
    "location": lambda text: exchange(response_headers=[("Location", f"/next?to={quote(text, safe='')}")]),
    "sent json": lambda text: exchange(method="POST", request_body=json.dumps({"note": text}).encode()),
    "multipart": multipart,
    "frames": frames,
    "json": lambda text: exchange(body=json.dumps({"note": [text]}).encode()),
    "json in utf-8": lambda text: exchange(body=json.dumps({"note": text}, ensure_ascii=False).encode()),
    "script": lambda text: exchange(body=f"var note = {json.dumps(text)};".encode()),
    "binary": lambda text: exchange(body=b"\0\1" + text.encode() + b"\0\xff\xfe", response_headers=BINARY),
    "large binary": lambda text: exchange(body=bytes(70_000) + text.encode() + b"\xff", response_headers=BINARY),
    "gzip": lambda text: exchange(body=gzip.compress(text.encode()), response_headers=BINARY),
    "zip": lambda text: exchange(body=zipped(text), response_headers=BINARY),
    "base64": lambda text: exchange(body=base64.b64encode(text.encode())),
    "base64 in lines": lambda text: exchange(body=base64.encodebytes(text.encode())),
    "pdf in base64": lambda text: exchange(
        body=json.dumps({"pdf": base64.b64encode(b"%PDF-1.4\0\xff" + text.encode()).decode()}).encode()
    ),
    "utf-16": lambda text: exchange(body=text.encode("utf-16"), response_headers=BINARY),
    "utf-16 without a mark": lambda text: exchange(body=text.encode("utf-16-be"), response_headers=BINARY),
}


@pytest.mark.parametrize("place", PLACES)
def test_none_is_left(place: str, tmp_path: Path) -> None:
    """The brute force that finds them all in the traffic as it was finds none in the recording.

    Each place has its turn with a third of the disguises: all of them take minutes and go the same ways.
    """
    turn = list(PLACES).index(place) % THIRDS
    disguises = list(DISGUISES.values())[turn::THIRDS]
    planted = [PLACES[place](" | ".join(map(disguise, CANARIES.values()))) for disguise in disguises]
    before, after = tmp_path / "before", tmp_path / "after"
    after.mkdir()
    Har(planted).save(before / HAR_NAME)

    write_take([teaching(), *planted], TAKE, after, frozenset({"login", "password", "customer_ref"}))

    assert find(before, CANARIES, until_all=True).keys() == CANARIES.keys()
    assert find(after, CANARIES) == {}
    assert lint(Har.load(after / HAR_NAME).entries) == []
