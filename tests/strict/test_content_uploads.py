"""Files that a page is given from a disk come back in the recording, byte for byte, or the take is refused."""

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.strict.conftest import Twice
from tests.strict.content import PAGE, Reply
from toolkit.transport.take import TakeError

FORM = f"""{PAGE}<form method=post action=/echo enctype=multipart/form-data>
<input name=note value='3 €'><input type=file name=bills multiple><button>send</button></form>"""
BYTES = bytes(range(256)) * 40


@pytest.fixture
def paths(tmp_path_factory: pytest.TempPathFactory, twice: Twice) -> list[Path]:
    """Two files on the disk, and a page of the site to give them to."""
    twice.site.more["/form"] = lambda _: Reply(FORM, "text/html")
    folder = tmp_path_factory.mktemp("disk")
    (folder / "relevé 1.pdf").write_bytes(BYTES)
    (folder / "b.txt").write_text("second")
    return [folder / "relevé 1.pdf", folder / "b.txt"]


def digest(data: bytes) -> str:
    """As the site tells it."""
    return hashlib.sha256(data).hexdigest()


def test_a_form_with_files(twice: Twice, paths: list[Path]) -> None:
    """Sent by the form itself, which leaves the page at once; chosen anew, the newest counts."""

    def journey(page: Page) -> object:
        page.set_input_files("[type=file]", paths[1])
        page.set_input_files("[type=file]", paths)
        page.click("button")
        return page.evaluate("() => JSON.parse(document.body.innerText)")

    assert twice(journey, f"{twice.site.http}/form")["parts"] == [
        ["note", None, "text/plain", digest("3 €".encode())],
        ["bills", "relevé 1.pdf", "application/pdf", digest(BYTES)],
        ["bills", "b.txt", "text/plain", digest(b"second")],
    ]


def test_files_that_a_script_sends(twice: Twice, paths: list[Path]) -> None:
    """As soon as they are chosen, in a form and alone, from a field that is no part of the page."""

    def journey(page: Page) -> object:
        page.evaluate("""() => {
            const field = document.createElement('input');
            field.type = 'file';
            field.oninput = async () => {
                const form = new FormData();
                form.append('x', '1');
                form.append('bill', field.files[0], 'renamed.pdf');
                form.append('bill', field.files[0]);
                const ask = (method, body) => fetch('/echo', {method, body}).then((answer) => answer.json());
                window.seen = [await ask('POST', form), await ask('PUT', field.files[0])];
            };
            document.body.append(field);
        }""")
        page.set_input_files("input >> nth=-1", paths[0])
        page.wait_for_function("() => window.seen")
        return page.evaluate("() => seen.map((each) => each.parts.map((part) => part.at(-1)))")

    assert twice(journey) == [[digest(b"1"), digest(BYTES), digest(BYTES)], [digest(BYTES)]]


def test_a_part_of_a_file(twice: Twice, paths: list[Path]) -> None:
    """Large files are sent so, a part at a time."""

    def journey(page: Page) -> object:
        page.set_input_files("[type=file]", paths[0])
        return page.evaluate("""async () => {
            const body = document.querySelector('[type=file]').files[0].slice(7, 70);
            return (await (await fetch('/echo', {method: 'POST', body})).json()).parts;
        }""")

    assert twice(journey, f"{twice.site.http}/form") == [[digest(BYTES[7:70])]]


def test_a_file_that_no_one_saw_is_refused(twice: Twice, paths: list[Path]) -> None:
    """Nothing can look into a closed part of a page: the sentence names the request."""

    def journey(page: Page) -> None:
        field = page.evaluate_handle("""() => {
            const host = document.body.appendChild(document.createElement('div'));
            const field = host.attachShadow({mode: 'closed'}).appendChild(document.createElement('input'));
            field.type = 'file';
            return field;
        }""").as_element()
        assert field is not None
        field.set_input_files(paths[1])
        field.evaluate("""async (field) => {
            const body = new FormData();
            body.append('bill', field.files[0]);
            await fetch('/echo', {method: 'POST', body});
        }""")

    with pytest.raises(TakeError, match=r"\(POST .*/echo\): has no request body, although it had"):
        twice.record(journey, twice.site.http)
