"""The scan that proves that no secret is left."""

import base64
import gzip
import io
import zipfile
from pathlib import Path

import pytest

from toolkit.transport.leaks import Leak, scan

SECRETS = {"password": "hunter2!", "name": "Jean Dupré", "pin": "1234"}


def zipped(data: bytes) -> bytes:
    """An archive with one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "leak"),
    [
        (b"a hunter2! b", Leak("", "password", "plain")),
        (b"a hunter2%21 b", Leak("", "password", "escaped > plain")),
        (b'"\\"\\u0068unter2!\\""', Leak("", "password", "escaped > plain")),
        (b"68756e74657232" + b"21", Leak("", "password", "hex")),
        (base64.b64encode(b"xhunter2!y"), Leak("", "password", "base64 > plain")),
        (base64.b64encode(base64.b64encode(b"\xff\xfehunter2!")), Leak("", "password", "base64 > base64 > plain")),
        (b"abc" + base64.b64encode(b"\xffxhunter2!y"), Leak("", "password", "base64 > plain")),
        (gzip.compress(b"a hunter2! b", mtime=0), Leak("", "password", "compressed > plain")),
        (
            b'"%s"' % base64.b64encode(gzip.compress(b"hunter2!", mtime=0)),
            Leak("", "password", "base64 > compressed > plain"),
        ),
        (zipped(b"a hunter2! b"), Leak("!a.txt", "password", "zip > plain")),
        ("Jean Dupré".encode("utf-16"), Leak("", "name", "utf-16")),
        ("JEAN DUPRÉ".encode("latin-1"), Leak("", "name", "plain")),
        (b"x Jean+Dupr%C3%A9 x", Leak("", "name", "escaped > plain")),
        (b'{"pin": 1234}', Leak("", "pin", "plain")),
        (base64.encodebytes(b"x" * 54 + b"hunter2!" + b"y" * 60), Leak("", "password", "base64 > plain")),
    ],
    ids=lambda value: value.encoding if isinstance(value, Leak) else "",
)
def test_a_secret_is_found_under_its_encodings(data: bytes, leak: Leak) -> None:
    """And said with the encodings around it."""
    assert leak in scan(data, SECRETS).leaks


@pytest.mark.parametrize("data", [b"", b"nothing", b'{"year": 1234}', b"Jean-Dupre", bytes(range(256)) * 40])
def test_nothing_is_found_where_nothing_is(data: bytes) -> None:
    """A number elsewhere is no PIN."""
    assert scan(data, SECRETS).leaks == []


def test_a_folder_is_read_with_its_names(tmp_path: Path) -> None:
    """Files below, their names too; broken archives are said to be unread."""
    (tmp_path / "bodies").mkdir()
    (tmp_path / "bodies" / "a.txt").write_text("hunter2!")
    (tmp_path / "hunter2!.txt").write_text("")
    (tmp_path / "clean.txt").write_text("clean")

    assert scan(tmp_path, SECRETS).leaks == [
        Leak("bodies/a.txt", "password", "plain"),
        Leak("hunter2!.txt", "password", "file name > plain"),
    ]
    assert scan([tmp_path / "clean.txt"], SECRETS).leaks == []


@pytest.mark.parametrize(
    ("data", "closed"),
    [
        (b"%PDF-1.4\n(plain text) Tj\n%%EOF", False),
        (b"%PDF-1.4\n<< /Filter /FlateDecode >>\n%%EOF", True),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", True),
        (gzip.compress(b"text", mtime=0), False),
        (zipped(b"text"), False),
        (b"text", False),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, data: bytes, closed: bool) -> None:
    """PDF with compressed text and images; plain PDF, text and archives are read."""
    (tmp_path / "file").write_bytes(data)

    assert scan(tmp_path, SECRETS).unread == (["file"] if closed else [])
