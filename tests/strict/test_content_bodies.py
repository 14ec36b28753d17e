"""What a page sends and gets as bodies comes back byte for byte when the site is gone."""

import hashlib

from playwright.sync_api import Page

from tests.strict.conftest import Twice
from tests.strict.content import LARGE, PACKERS, TEXT

FORM = """async () => {
    const form = new FormData();
    form.append('note', 'Straße\\r\\n"quoted"');
    form.append('bill', new Blob([new Uint8Array([0, 255, 13, 10, 45, 45])], {type: 'application/pdf'}), 'bill é.pdf');
    form.append('bill', new File(['second'], 'b.txt', {type: 'text/plain'}));
    form.append('empty', new Blob([]), 'empty.bin');
    return (await fetch('/echo', {method: 'POST', body: form})).json();
}"""


def digest(data: bytes) -> str:
    """As the site tells it."""
    return hashlib.sha256(data).hexdigest()


def test_a_form_of_several_parts(twice: Twice) -> None:
    """Text, blobs and files from memory, two of one name and one empty: the site gets each whole."""
    seen = twice(FORM)

    assert seen["kind"] == "multipart/form-data"
    assert seen["parts"] == [
        ["note", None, "text/plain", digest('Straße\r\n"quoted"'.encode())],
        ["bill", "bill é.pdf", "application/pdf", digest(b"\0\xff\r\n--")],
        ["bill", "b.txt", "text/plain", digest(b"second")],
        ["empty", "empty.bin", "application/octet-stream", digest(b"")],
    ]


def test_bodies_of_bytes(twice: Twice) -> None:
    """As an array, a buffer and blobs, all to one address: each gets its own answer."""
    seen = twice("""async () => {
        const row = Uint8Array.from({length: 256}, (_, index) => index);
        const back = row.toReversed();
        const seen = [];
        for (const body of [row, back.buffer, new Blob([row, back]), new Blob([back.slice(9), row])]) {
            seen.push((await (await fetch('/echo', {method: 'POST', body})).json()).parts[0][0]);
        }
        return seen;
    }""")

    row, back = bytes(range(256)), bytes(range(256))[::-1]
    assert seen == [digest(row), digest(back), digest(row + back), digest(back[9:] + row)]


def test_compressed_answers(twice: Twice) -> None:
    """In whatever coding Chromium takes; scripts see the text as ever."""
    seen = twice("""async () => {
        const ask = async (coding) => {
            const answer = await fetch(`/packed/${coding}`);
            return [answer.status, await answer.text(), answer.headers.get('content-type')];
        };
        return [await ask('gzip'), await ask('deflate'), await ask('br'), await ask('zstd')];
    }""")

    assert seen == [[200, TEXT, "text/plain; charset=utf-8"]] * 4
    assert [entry.header("content-encoding") for entry in twice.entries[1:]] == list(PACKERS)


def test_pages_in_latin_1(twice: Twice) -> None:
    """Named by its header or by itself: the text, the charset and the bytes."""

    def journey(page: Page) -> list[object]:
        seen: list[object] = []
        for path in ("/latin", "/latin-meta"):
            page.goto(twice.site.http + path)
            script = "async () => [...new Uint8Array(await (await fetch(location)).arrayBuffer())]"
            seen += [page.inner_text("p"), page.evaluate("document.characterSet"), bytes(page.evaluate(script))[-9:]]
        return seen

    assert twice(journey) == ["Straße né", "windows-1252", "Straße né".encode("latin-1")[-9:]] * 2


def test_large_bodies(twice: Twice) -> None:
    """5 MB down, and 1 MB of it up again from memory."""
    seen = twice("""async () => {
        const body = await (await fetch('/large')).arrayBuffer();
        const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
        const part = new Blob([body.slice(0, 1000000)]);
        const echo = await (await fetch('/echo', {method: 'PUT', body: part})).json();
        return [body.byteLength, [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join(''), echo.parts];
    }""")

    assert seen == [5_000_000, digest(LARGE), [[digest(LARGE[:1_000_000])]]]


def test_parts_of_a_body(twice: Twice) -> None:
    """The page asks for ranges, out of order, and for one that is not there."""
    seen = twice("""async () => {
        const ask = async (range) => {
            const answer = await fetch('/range', {headers: {Range: `bytes=${range}`}});
            const body = new Uint8Array(await answer.arrayBuffer());
            return [answer.status, answer.headers.get('content-range'), [...body]];
        };
        return [await ask('4-7'), await ask('0-3'), await ask('4999998-'), await ask('5000000-')];
    }""")

    assert seen == [
        [206, "bytes 4-7/5000000", list(LARGE[4:8])],
        [206, "bytes 0-3/5000000", list(LARGE[:4])],
        [206, "bytes 4999998-4999999/5000000", list(LARGE[-2:])],
        [416, "bytes */5000000", []],
    ]


def test_data_and_blob_urls(twice: Twice) -> None:
    """They never leave the page, and are neither recorded nor missed."""
    seen = twice("""async () => {
        const read = async (url) => (await fetch(url)).text();
        const blob = URL.createObjectURL(new Blob(['of a blob']));
        const image = new Image();
        image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';
        await image.decode().catch(() => 0);
        return [await read('data:,of%20data'), await read(blob)];
    }""")

    assert seen == ["of data", "of a blob"]
    assert [entry.url for entry in twice.entries] == [f"{twice.site.http}/"]


def test_an_answer_read_piece_by_piece(twice: Twice) -> None:
    """A reader of the body gets the same bytes, however they are cut."""
    seen = twice("""async () => {
        const reader = (await fetch('/pieces')).body.pipeThrough(new TextDecoderStream()).getReader();
        let text = '';
        for (let step = await reader.read(); !step.done; step = await reader.read()) text += step.value;
        return text;
    }""")

    assert seen == "".join(f'{{"piece": {number}, "text": "é"}}\n' for number in range(5))


def test_xhr(twice: Twice) -> None:
    """XMLHttpRequest as well as fetch: JSON, bytes, a form, its headers, and one that waits for its answer."""
    seen = twice("""async () => {
        const ask = (method, url, type, body, sync) => new Promise((done) => {
            const request = new XMLHttpRequest();
            request.open(method, url, !sync);
            if (!sync) request.responseType = type;
            request.setRequestHeader('X-Asked', 'xhr');
            const end = () => done([request.status, request.responseURL.split(':')[2].slice(5),
                type === 'arraybuffer' && !sync ? [...new Uint8Array(request.response)] : request.response,
                request.getResponseHeader('content-type')]);
            request.onloadend = end;
            request.send(body);
        });
        const form = new FormData();
        form.append('bill', new Blob(['pdf']), 'bill.pdf');
        return [await ask('POST', '/echo', 'json', form), await ask('GET', '/latin-meta', 'arraybuffer'),
            await ask('GET', '/hop', 'json'), await ask('GET', '/packed/gzip', '', undefined, true)];
    }""")

    assert [answer[0] for answer in seen] == [200] * 4
    assert seen[0][2]["parts"] == [["bill", "bill.pdf", "application/octet-stream", digest(b"pdf")]]
    assert bytes(seen[1][2]).endswith("Straße né".encode("latin-1"))
    assert seen[3][2] == TEXT
