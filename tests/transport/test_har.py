"""HAR files as a whole: reading, saving, exporting."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.transport.har import Har, HarEntry, HarError, lint, make_entry

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 800
PAGES = {
    "/": (b"<meta charset=utf-8><title>start</title>", "text/html"),
    "/latin": (b"<p>caf\xe9</p>", "text/html; charset=iso-8859-1"),
    "/bill.pdf": (PDF, "application/pdf"),
    "/small.json": ('{"é": 1}'.encode(), "application/json"),
    "/large.json": (json.dumps(["é" * 10] * 500, ensure_ascii=False).encode(), "application/json"),
    "/data": (b"plain ascii", "application/octet-stream"),
    "/utf16": ("hé".encode("utf-16-le"), "text/plain; charset=utf-16"),
    "/replacement": ("a\ufffdb".encode(), "text/plain; charset=utf-8"),
    "/empty": (b"", "text/plain"),
}
SENT = b"\x00\xff\xfe"


def har_of_pages(site: str = "http://site.test") -> Har:
    """Build the HAR of a visit to every page, and of a binary upload."""
    har = Har()
    for path, (body, kind) in PAGES.items():
        headers = [("Content-Type", kind), ("Date", "now"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
        har.append(make_entry("GET", site + path, started=NOW, status=200, response_headers=headers, body=body))
    kind_sent = [("Content-Type", "application/octet-stream"), ("X-Request-Id", "7"), (":path", "/upload")]
    upload: dict[str, Any] = {"request_headers": kind_sent, "request_body": SENT, "body": b"got it"}
    har.append(make_entry("POST", site + "/upload", started=NOW, status=200, **upload))
    return har


def bodies(har: Har) -> dict[str, tuple[bytes, bytes | None]]:
    """Give both bodies of every entry by URL path."""
    return {e.url.partition("//")[2].partition("/")[2]: (e.body(), e.request_body()) for e in har.entries}


def files(folder: Path) -> dict[str, bytes]:
    """Give all files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write(path: Path, value: object, encoding: str = "utf-8") -> Path:
    """Write JSON text."""
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding=encoding)
    return path


def test_normal_form(tmp_path: Path) -> None:
    """Short text stands in the HAR; long and binary bodies and text in another charset lie beside it, by digest."""
    har_of_pages().save(tmp_path / "session.har")

    raw = json.loads((tmp_path / "session.har").read_text("utf-8"))["log"]["entries"]
    content = {entry["request"]["url"][16:]: entry["response"]["content"] for entry in raw}
    assert content["/small.json"] == {"size": 9, "mimeType": "application/json", "text": '{"é": 1}'}
    assert {path for path, each in content.items() if "_file" in each} == {
        "/latin", "/bill.pdf", "/large.json", "/data", "/utf16",
    }  # fmt: skip
    assert content["/bill.pdf"]["_file"] == "bodies/274d8662cb6f26b9166730fdc51c847592bf287d.pdf"
    assert raw[-1]["request"]["postData"]["_file"].startswith("bodies/")
    assert bodies(Har.load(tmp_path / "session.har")) == bodies(har_of_pages())


def test_normal_form_drops_what_changes_from_take_to_take(tmp_path: Path) -> None:
    """Timings, addresses, sizes, doubles, dates and request ids go; what replays stays, in one order."""
    entry = {
        "timings": {"wait": 12}, "time": 12, "serverIPAddress": "1.2.3.4", "connection": "9", "pageref": "p",
        "_initiator": {"type": "script"}, "_resourceType": "xhr", "startedDateTime": "2025-03-01T12:00:00.5+01:00",
        "request": {
            "url": "https://a.test/?q=1", "method": "GET", "queryString": [{"name": "q", "value": "1"}],
            "cookies": [{"name": "c", "value": "1"}], "headersSize": 12,
            "headers": [{"name": ":authority", "value": "a.test"}, {"name": "Cookie", "value": "c=1", "comment": "x"}],
        },
        "response": {
            "status": 200, "_transferSize": 5, "redirectURL": "https://b.test/",
            "content": {"size": 2, "text": "ok", "mimeType": "text/plain", "compression": 1, "comment": "x"},
            "headers": [{"name": n, "value": "1"} for n in ("DATE", "CF-Ray", "ETag")],
        },
    }  # fmt: skip
    har = Har.load(write(tmp_path / "in.har", {"log": {"pages": [{}], "entries": [entry]}}))

    har.save(tmp_path / "out.har")

    assert json.loads((tmp_path / "out.har").read_text()) == {
        "log": {
            "version": "1.2",
            "creator": {"name": "toolkit", "version": "1"},
            "entries": [
                {
                    "startedDateTime": "2025-03-01T12:00:00.5+01:00", "_client": "browser",
                    "request": {
                        "method": "GET", "url": "https://a.test/?q=1", "httpVersion": "",
                        "headers": [{"name": "Cookie", "value": "c=1"}],
                        "cookies": [], "queryString": [], "headersSize": -1, "bodySize": -1,
                    },
                    "response": {
                        "status": 200, "statusText": "", "httpVersion": "",
                        "headers": [{"name": "ETag", "value": "1"}],
                        "content": {"size": 2, "mimeType": "text/plain", "text": "ok"},
                        "redirectURL": "", "cookies": [], "headersSize": -1, "bodySize": -1,
                    },
                    "_resourceType": "xhr",
                    "time": 0, "cache": {}, "timings": {"send": 0, "wait": 0, "receive": 0},
                }
            ],
        }
    }  # fmt: skip


def test_saving_changes_nothing_in_memory(tmp_path: Path) -> None:
    """A HAR can be saved in every form, one after the other."""
    har = har_of_pages()
    before = json.dumps([entry.raw for entry in har.entries])

    har.save(tmp_path / "a.har")
    har.save(tmp_path / "b.har", normal=False)
    har.export(tmp_path / "c.har")

    assert json.dumps([entry.raw for entry in har.entries]) == before


@pytest.mark.parametrize("normal", [True, False])
def test_two_saves_are_equal(tmp_path: Path, *, normal: bool) -> None:
    """Nothing in what is written depends on when or how often it is."""
    har_of_pages().save(tmp_path / "one" / "session.har", normal=normal)
    again = Har.load(tmp_path / "one" / "session.har")
    again.save(tmp_path / "two" / "session.har", normal=normal)
    again.save(tmp_path / "two" / "session.har", normal=normal)

    assert files(tmp_path / "two") == files(tmp_path / "one")


def test_unknown_fields_survive(tmp_path: Path) -> None:
    """Saving as it is keeps fields that nobody knows, wherever they stand."""
    content: dict[str, Any] = {"_z": {}, "text": "a" * 5000}
    entry = {"_x": 1, "request": {"url": "u", "_y": [2]}, "response": {"content": content}}
    har = Har.load(write(tmp_path / "in.har", {"_top": 1, "log": {"_log": None, "entries": [entry]}}))

    har.save(tmp_path / "out" / "out.har", normal=False)

    written = json.loads((tmp_path / "out" / "out.har").read_text())
    name = written["log"]["entries"][0]["response"]["content"].pop("_file")
    assert (tmp_path / "out" / name).read_bytes() == b"a" * 5000
    del content["text"]
    assert written == {"_top": 1, "log": {"_log": None, "entries": [entry]}}


@given(body=st.binary(max_size=6000), sent=st.binary(max_size=50), kind=st.sampled_from([k for _, k in PAGES.values()]))
@settings(max_examples=60, deadline=None)
def test_any_bytes_survive_every_form(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, sent: bytes, kind: str
) -> None:
    """Whatever the bytes are and whatever their header claims, they come back."""
    folder = tmp_path_factory.mktemp("any")
    headers = [("Content-Type", kind)]
    har = Har(
        [
            make_entry(
                "POST", "http://a.test/", started=NOW, status=200,
                request_headers=headers, request_body=sent, response_headers=headers, body=body,
            )
        ]
    )  # fmt: skip

    har.save(folder / "normal" / "a.har")
    har.save(folder / "whole" / "a.har", normal=False)
    har.export(folder / "export.har")

    for path in ("normal/a.har", "whole/a.har", "export.har"):
        assert bodies(Har.load(folder / path)) == {"": (body, sent)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_reads_any_unicode(tmp_path: Path, encoding: str) -> None:
    """Windows tools write marks and UTF-16."""
    value = '{"log": {"entries": [{"request": {"url": "http://a.test/é"}}]}}'

    assert Har.load(write(tmp_path / "a.har", value, encoding)).entries[0].url == "http://a.test/é"


def test_lone_surrogate_survives(tmp_path: Path) -> None:
    """Half a character, cut by JavaScript, is written as JSON can."""
    har = Har.load(write(tmp_path / "a.har", {"log": {"entries": [{"request": {"url": "u\ud83d"}}]}}))

    har.save(tmp_path / "b.har")

    assert Har.load(tmp_path / "b.har").entries[0].url == "u\ud83d"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "a.har is not JSON: Expecting value in line 1."),
        ("{\n", "a.har is not JSON: Expecting property name enclosed in double quotes in line 2."),
        ("[" * 200_000, "a.har is not a HAR: it is nested too deeply."),
        ("[1]", "a.har is not a HAR: it has no log.entries."),
        ('{"log": {"entries": {}}}', "a.har is not a HAR: it has no log.entries."),
        ('{"log": {"entries": [{}, 5]}}', "a.har: entry 2 is not an object."),
    ],
)
def test_what_is_no_har_is_refused(tmp_path: Path, content: str, expected: str) -> None:
    """One sentence, never a traceback of the parser."""
    with pytest.raises(HarError) as caught:
        Har.load(write(tmp_path / "a.har", content))

    assert caught.value.message == expected


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """A PDF is no HAR."""
    (tmp_path / "a.har").write_bytes(PDF)

    with pytest.raises(HarError, match="is not JSON: its bytes are not text"):
        Har.load(tmp_path / "a.har")


@pytest.mark.parametrize("name", ["missing.har", "missing.zip", "."])
def test_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    """The sentence says what the system said."""
    with pytest.raises(HarError, match=r"cannot be read: (No such file|Is a directory)"):
        Har.load(tmp_path / name)


def test_lost_body_file_spoils_one_entry(tmp_path: Path) -> None:
    """The other entries work, and saving keeps what there is."""
    har_of_pages().save(tmp_path / "session.har")
    (tmp_path / "bodies" / "274d8662cb6f26b9166730fdc51c847592bf287d.pdf").unlink()
    har = Har.load(tmp_path / "session.har")

    har.save(tmp_path / "again" / "session.har")

    name = "bodies/274d8662cb6f26b9166730fdc51c847592bf287d.pdf"
    problem = f"the response body is in the file {name}, which cannot be read"
    assert [line.partition("): ")[2] for line in lint(har)] == [f"{problem}."]
    again = Har.load(tmp_path / "again" / "session.har")
    assert [line.partition("): ")[2] for line in lint(again)] == [f"{problem}."]
    assert again.entries[0].body() == PAGES["/"][0]


def test_long_code_comes_back(tmp_path: Path) -> None:
    """It is kept compressed, read as it was, and whole in an export; one that is damaged is named."""
    code = b"let bill = 1;\n" * 10_000
    headers = [("Content-Type", "text/javascript"), ("Content-Length", str(len(code)))]
    bundle = make_entry("GET", "http://a.test/a.js", started=NOW, status=200, response_headers=headers, body=code)
    Har([bundle]).save(tmp_path / "session.har")
    har = Har.load(tmp_path / "session.har")
    har.export(tmp_path / "export.har")

    assert (har.entries[0].body(), lint(har)) == (code, [])
    assert json.loads((tmp_path / "export.har").read_text())["log"]["entries"][0]["response"]["content"] == {
        "size": len(code), "mimeType": "text/javascript", "text": code.decode(),
    }  # fmt: skip

    (packed,) = (tmp_path / "bodies").iterdir()
    packed.write_bytes(packed.read_bytes()[:-9])

    assert lint(har)[0].endswith(f"the response body is in the file bodies/{packed.name}, which does not decompress.")


def test_frames_of_playwright_go_into_the_har(tmp_path: Path) -> None:
    """The file of frames beside a recording becomes frames in the HAR, in every form."""
    frame = {"type": "send", "time": 1.5, "opcode": 1, "data": "hi"}
    entry = {
        "request": {"url": "wss://a.test/"},
        "response": {"status": 101, "content": {"_file": "f.jsonl"}},
        "_resourceType": "websocket",
    }
    write(tmp_path / "f.jsonl", json.dumps(frame) + "\n")
    har = Har.load(write(tmp_path / "in.har", {"log": {"entries": [entry]}}))

    har.save(tmp_path / "a" / "a.har")
    har.save(tmp_path / "b" / "b.har", normal=False)
    har.export(tmp_path / "c.har")

    for path in ("a/a.har", "b/b.har", "c.har"):
        saved = Har.load(tmp_path / path).entries[0]
        assert saved.raw["_webSocketMessages"] == [frame]
        assert "_file" not in saved.raw["response"]["content"]


def test_export_has_what_importers_demand(tmp_path: Path) -> None:
    """Every field of HAR 1.2 is there, whatever the entry lacked; null stands nowhere that an object should."""
    entry = {"_initiator": None, "request": {"url": "http://a.test/"}, "response": None}
    har = Har.load(write(tmp_path / "in.har", {"log": {"pages": [{"id": "p"}], "entries": [entry]}}))

    har.export(tmp_path / "out.har")

    log = json.loads((tmp_path / "out.har").read_text())["log"]
    exported = log["entries"][0]
    assert log.keys() >= {"version", "creator", "pages", "entries"}
    assert log["pages"][0].keys() >= {"startedDateTime", "id", "title", "pageTimings"}
    assert exported.keys() == {"startedDateTime", "time", "request", "response", "cache", "timings"}
    assert exported["request"].keys() == {
        "method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize",
    }  # fmt: skip
    assert exported["response"].keys() == {
        "status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize",
        "bodySize",
    }  # fmt: skip
    assert exported["timings"].keys() == {"send", "wait", "receive"}


def test_entries_are_numbered_as_they_come() -> None:
    """A HAR that is being built numbers its entries from 1."""
    har = har_of_pages()

    assert [entry.number for entry in har.entries] == list(range(1, len(PAGES) + 2))
    assert repr(har) == f"<Har of {len(PAGES) + 1} entries>"


def test_zip_of_a_saved_folder(tmp_path: Path) -> None:
    """A recording in a zip reads like the folder."""
    har_of_pages().save(tmp_path / "in" / "session.har")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        for name, data in files(tmp_path / "in").items():
            file.writestr(name, data)

    assert bodies(Har.load(tmp_path / "a.zip")) == bodies(har_of_pages())


def test_entry_is_a_view(tmp_path: Path) -> None:
    """What is set on an entry is what is saved."""
    har = har_of_pages()
    entry: HarEntry = har.entries[2]
    entry.set_body(b"other")

    har.save(tmp_path / "a.har")

    assert Har.load(tmp_path / "a.har").entries[2].body() == b"other"
