"""Every HAR of the corpus reads, keeps every entry and byte, or says in one sentence what is wrong."""

import hashlib
from pathlib import Path

import pytest

from toolkit.transport.har import Har, HarEntry, HarError, lint
from toolkit.transport.har_forms import NOISE

CORPUS = Path(__file__).parent / "har_corpus"
NOTHING = hashlib.sha256().hexdigest()

# Entries, and sha256 over the bodies of answers and requests in order: figures from plain json and base64.
EXPECTED = {
    "haralyzer-cnn.har": (145, "d5c89261e2c23dc81767fe5009759918c0373eb33626e2d2a019e89616a6b23f"),
    "haralyzer-humanssuck.net_duplicate_url.har": (
        5,
        "8b8f2e592fd32a763ff7207069e1d5394ecd3f87a9f3154f94a9d12f159f1eb1",
    ),
    "haralyzer-missing_pageref.har": (2, NOTHING),
    "haralyzer-no_title.har": (4, "9114bbf533272a3cbd5146b80b0c68aa5d396c2240e3e6138367d7d63da27132"),
    "httpolice-bad_base64.har": (1, NOTHING),
    "httpolice-chrome_http2.har": (1, "4cf76c92d4bdbe802b8659fdf80ed339cc4fc2b4917aced01b9808f4db6ca8cb"),
    "httpolice-chrome_https_fail.har": (1, NOTHING),
    "httpolice-firefox_304.har": (2, "f40c82ba2a113b90274581ac67ad755fc0d46efc2230005e9cd66beb374cc802"),
    "httpolice-firefox_empty.har": (1, NOTHING),
    "httpolice-simple_ok.har": (1, "cfa4d4cfce44758ac0086307620661246bd5cb9a10234768a1530a6b6653edce"),
    "mitmproxy-charles.har": (1, "7fd5f643a86976f5711df86ae2d5f9f8137a47c705dee31ccc550215564a5364"),
    "mitmproxy-chrome.har": (3, "63135fcba0113ebc2ee9018a3e3891384051fc01f0f4abce3eaf2ff97cb61ecc"),
    "mitmproxy-corrupted_gzip_body.har": (1, NOTHING),
    "mitmproxy-error_log.har": (2, "9d2b0920b90e2a27f983fe023d5df0fbbd1d51314e6ac3e456b85aaa3110b30c"),
    "mitmproxy-event_stream.har": (2, NOTHING),
    "mitmproxy-firefox.har": (14, "808251b110794324151a29f08be099f881eea0673b1f4caf2e558461c41d3092"),
    "mitmproxy-insomnia.har": (1, "ad5724ee351ebc53212702f448c0136f3892e52036fb9e5918192a130bde38bd"),
    "mitmproxy-websocket.har": (3, NOTHING),
    "mitmproxy-with-bom.har": (1, "94c0d23b4e9f828b4b9062885ba0b785ce53fc374aef106b01fa62ff9f15c35b"),
    "msw-empty.har": (0, NOTHING),
    "msw-request-order.har": (2, "25b6746d5172ed6352966a013d93ac846e1110d5a25e8f183b5931f4688842a1"),
    "msw-request-parameters.har": (1, "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"),
    "msw-response-binary.har": (1, "ad80a691f35cc4f54c59833764588f544abc609eeafe0156e5e740e48bc674f1"),
    "msw-response-compressed.har": (1, "94369b68415a9c1d4fd522eb21d8fb6521de69efe5a7a338d69a8a9e1546b2ec"),
    "msw-response-cookies.har": (1, "10f902fa9a78b5a8edc529fa2f3a67d4445d0820d1814b81337a559f0655c142"),
    "msw-response-error.har": (1, NOTHING),
    "msw-response-status-304.har": (1, "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"),
}
UNREADABLE = {
    "httpolice-bad_base64.har": "the response body is not valid base64.",
    "mitmproxy-corrupted_gzip_body.har": "the response body is marked as gzip and does not decompress.",
}
every_file = pytest.mark.parametrize("name", EXPECTED)


def summary(har: Har) -> tuple[int, str]:
    """Count the entries and digest every body that can be read."""
    digest = hashlib.sha256()
    for entry in har.entries:
        digest.update(body_or_sentence(entry)[0])
        digest.update(entry.request_body() or b"")
    return len(har.entries), digest.hexdigest()


def body_or_sentence(entry: HarEntry) -> tuple[bytes, str]:
    """Give the body, or why it cannot be read."""
    try:
        return entry.body(), ""
    except HarError as error:
        return b"", error.message.partition("): ")[2]


def told(har: Har) -> list[tuple[object, ...]]:
    """Give what the entries say beside their bodies."""
    return [
        (e.method, e.url, e.status, e.started, e.request_headers, e.response_headers, e.error, e.messages)
        for e in har.entries
    ]


def bytes_of(entry: HarEntry) -> tuple[tuple[bytes, str], bytes | None, object]:
    """Give both bodies, and as it is stored one that cannot be read."""
    body = body_or_sentence(entry)
    stored = entry.raw["response"]["content"].get("text") if body[1] else None
    return body, entry.request_body() or None, stored


def kept(told: tuple[object, ...]) -> tuple[object, ...]:
    """Give what the normal form keeps of what an entry says: not the headers that only change."""
    method, url, status, started, asked, answered, *rest = told
    return method, url, status, started, without_noise(asked), without_noise(answered), *rest


def without_noise(headers: object) -> list[tuple[str, str]]:
    """Give the headers that tell something."""
    assert isinstance(headers, list)
    return [(name, value) for name, value in headers if name.lower() not in NOISE and name[0] != ":"]


def without_bodies(raw: object) -> object:
    """Give an entry without the places in which bodies stand."""
    if isinstance(raw, dict):
        return {key: without_bodies(value) for key, value in raw.items() if key not in ("text", "encoding", "_file")}
    return [without_bodies(item) for item in raw] if isinstance(raw, list) else raw


def test_corpus_is_complete() -> None:
    """No file of the corpus is left out of these tests."""
    assert {path.name for path in CORPUS.glob("*.har")} == EXPECTED.keys() | {"mitmproxy-brokenfile.har"}


@every_file
def test_reads_every_entry_and_byte(name: str) -> None:
    """Each file gives all its entries and the bytes of all their bodies."""
    assert summary(Har.load(CORPUS / name)) == EXPECTED[name]


@every_file
def test_saving_as_it_is_keeps_everything(name: str, tmp_path: Path) -> None:
    """Load, save, load keeps every field of every entry, and of the file around them."""
    before = Har.load(CORPUS / name)

    before.save(tmp_path / "copy.har", normal=False)
    after = Har.load(tmp_path / "copy.har")

    assert summary(after) == EXPECTED[name]
    assert after.document == before.document
    assert without_bodies([e.raw for e in after.entries]) == without_bodies([e.raw for e in before.entries])
    assert [bytes_of(e) for e in after.entries] == [bytes_of(e) for e in before.entries]
    assert told(after) == told(before)


@every_file
def test_normal_form_is_stable(name: str, tmp_path: Path) -> None:
    """The normal form keeps every body and frame, and saving what was loaded from it gives the same bytes."""
    before = Har.load(CORPUS / name)
    before.save(tmp_path / "one" / "session.har")

    again = Har.load(tmp_path / "one" / "session.har")
    again.save(tmp_path / "two" / "session.har")

    assert summary(again) == EXPECTED[name]
    assert [bytes_of(e) for e in again.entries] == [bytes_of(e) for e in before.entries]
    assert [kept(e) for e in told(again)] == [kept(e) for e in told(before)]
    assert content(tmp_path / "two") == content(tmp_path / "one")


@every_file
def test_export_is_one_file(name: str, tmp_path: Path) -> None:
    """An export stands alone and says the same."""
    before = Har.load(CORPUS / name)

    before.export(tmp_path / "all.har")
    after = Har.load(tmp_path / "all.har")

    assert [path.name for path in tmp_path.iterdir()] == ["all.har"]
    assert summary(after) == EXPECTED[name]
    assert told(after) == told(before)


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_body_is_one_sentence(name: str) -> None:
    """A body that does not decode names file, entry and URL when asked for, and in the completeness check."""
    har = Har.load(CORPUS / name)

    with pytest.raises(HarError) as caught:
        har.entries[0].body()

    assert caught.value.message == f"{har.entries[0].where}: {UNREADABLE[name]}"
    assert caught.value.message.startswith(f"{name}: entry 1 (GET http://")
    assert lint(har) == [caught.value.message]


def test_file_that_is_no_json_is_refused() -> None:
    """A broken file is refused with a sentence that names it and the line."""
    with pytest.raises(HarError) as caught:
        Har.load(CORPUS / "mitmproxy-brokenfile.har")

    assert caught.value.message == "mitmproxy-brokenfile.har is not JSON: Expecting ',' delimiter in line 5."


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mitmproxy-firefox.har", []),
        ("mitmproxy-charles.har", []),
        ("mitmproxy-websocket.har", []),
        ("mitmproxy-event_stream.har", ["is a stream of server-sent events, of which none was recorded."] * 2),
        ("msw-response-error.har", ["has neither a status nor a reason for having none."]),
        (
            "haralyzer-missing_pageref.har",
            ["has no URL.", "has no response body, although it had 44 bytes."] * 2,
        ),
    ],
)
def test_lint_of_real_files(name: str, expected: list[str]) -> None:
    """Whole files have no complaints, and the others the right one."""
    assert [line.partition("): ")[2] for line in lint(Har.load(CORPUS / name))] == expected


def content(folder: Path) -> dict[str, bytes]:
    """Give all files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
