"""Downloads: whole documents, or a sentence that says why not."""

import hashlib
import io
import zlib

import pytest
import requests

from tests.web.conftest import Answer, Asked, Site
from toolkit.errors import FileDownloadFailed
from toolkit.web import Downloaded, Session, check_document, download

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 800 + b"\n%%EOF\n"
HTML = b"\xef\xbb\xbf\n<!-- sign in --> <!DOCTYPE html><title>Login</title>"


def refused(session: Session, url: str | requests.Request, *, name: str = "") -> str:
    """The sentence with which a download fails."""
    with pytest.raises(FileDownloadFailed) as caught:
        download(session, url, io.BytesIO(), name=name)
    return caught.value.message


def test_a_whole_document(site: Site, session: Session) -> None:
    """Its bytes are in the sink, and what it is is known."""
    url = site.page(
        "/pdf/12", PDF, Content_Type="Application/PDF; x=y", Content_Disposition='inline; filename="b 12.pdf"'
    )
    sink = io.BytesIO()
    got = download(session, url, sink)

    assert sink.getvalue() == PDF
    assert got == Downloaded(len(PDF), hashlib.sha256(PDF).hexdigest(), "application/pdf", 200, url, "b 12.pdf")


def test_streams(site: Site, session: Session) -> None:
    """A document never stands in memory as a whole."""
    chunks: list[int] = []

    class Sink:
        def write(self, chunk: bytes) -> None:
            chunks.append(len(chunk))

    download(session, site.page("/", b"x" * 300_000), Sink())

    assert max(chunks) == 64 * 1024
    assert sum(chunks) == 300_000


def test_any_request_may_ask(site: Site, session: Session) -> None:
    """By method and options, or as a request of requests; both through the session."""
    session.adopt(origin_headers={site.url(): {"x-token": "t"}})
    site.page("/", b"document")
    download(session, site.url(), io.BytesIO(), method="POST", json={"id": 1}, headers={"X-Own": "1"})
    download(session, requests.Request("PUT", site.url(), data=b"id"), io.BytesIO(), timeout=5)

    assert [(asked.method, asked.body) for asked in site.asked] == [("POST", b'{"id": 1}'), ("PUT", b"id")]
    assert [asked.headers["X-Token"] for asked in site.asked] == ["t", "t"]


def test_compressed_documents_are_counted_unpacked(site: Site, session: Session) -> None:
    """The announced length is that of the packed bytes."""
    url = site.page("/", zlib.compress(PDF), Content_Encoding="deflate", Content_Type="application/pdf")

    assert download(session, url, io.BytesIO()).size == len(PDF)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="bill.pdf"', "bill.pdf"),
        ("attachment; filename*=UTF-8''f%C3%A9vrier.pdf", "février.pdf"),
        ("attachment; filename=\"plain.pdf\"; filename*=UTF-8''f%C3%A9vrier.pdf", "février.pdf"),
        ('attachment; filename="février.pdf"'.encode().decode("latin-1"), "février.pdf"),
        ('attachment; filename="f\xe9vrier.pdf"', "février.pdf"),
        ('attachment; filename="../../etc/bill.pdf"', "bill.pdf"),
        ('attachment; filename="C:\\\\bills\\\\bill.pdf"', "bill.pdf"),
        ("attachment", "no 5.pdf"),
    ],
)
def test_the_name_that_the_site_suggests(header: str, name: str, site: Site, session: Session) -> None:
    """From Content-Disposition in all its spellings, without folders; else from the address."""
    site.pages["/d/no%205.pdf"] = lambda _: Answer(PDF, headers=[("Content-Disposition", header)])

    assert download(session, site.url("/d/no%205.pdf"), io.BytesIO()).suggested_name == name


def test_says_the_status_and_the_tries(site: Site, session: Session) -> None:
    """One that is worth trying again has been."""
    assert refused(session, site.url("/?token=s3cret")) == "HTTP 404"
    assert refused(session, site.page("/busy", b"busy", status=503)) == "HTTP 503 after 3 tries"
    assert refused(session, site.page("/lost", status=302)) == "HTTP 302"


def test_says_where_it_ends(site: Site, session: Session) -> None:
    """A connection that breaks in the middle; numbers as people read them."""
    site.pages["/"] = lambda _: Answer(b"x" * 204_800, cut=204_800 - 1_234)

    assert refused(session, site.url()) == "ends after 1,234 of 204,800 bytes"


def test_says_where_it_ends_when_no_length_was_announced(site: Site, session: Session) -> None:
    """A chunked answer that breaks."""
    site.pages["/"] = lambda _: Answer(b"5\r\nhello\r\n5\r\nwo", headers=[("Transfer-Encoding", "chunked")], cut=2)

    assert refused(session, site.url()) == "ends after 5 bytes"


def test_the_length_of_chunks_is_not_that_of_the_document(site: Site, session: Session) -> None:
    """Some servers send a Content-Length beside; it says nothing."""
    headers = [("Transfer-Encoding", "chunked"), ("Content-Length", "3")]
    site.pages["/"] = lambda _: Answer(b"5\r\nhello\r\n0\r\n\r\n", headers=headers)

    assert download(session, site.url(), io.BytesIO()).size == 5


def test_says_that_nobody_answers(site: Site, session: Session) -> None:
    """The cause is kept for who wants to know that the site is down."""
    site.close()
    with pytest.raises(FileDownloadFailed, match=r"^the connection was refused$") as caught:
        download(session, site.url("/?token=s3cret"), io.BytesIO())

    assert isinstance(caught.value.__cause__, requests.ConnectionError)


def test_a_login_page_is_no_document(site: Site, session: Session) -> None:
    """Neither by its type nor by its content, nor when a redirect leads to a page called so."""
    html = "an HTML page came instead, perhaps the login page"
    site.page("/login.html", HTML, Content_Type="text/html; charset=utf-8")

    assert refused(session, site.page("/a.pdf", b"Sign in", Content_Type="text/html"), name="a.pdf") == html
    assert refused(session, site.page("/b", HTML, Content_Type="application/pdf")) == html
    assert refused(session, site.page("/c", status=302, Location="/login.html")) == html


def test_a_page_may_be_the_document(site: Site, session: Session) -> None:
    """When the name that it will have says so."""
    url = site.page("/receipt", HTML, Content_Type="text/html")

    assert download(session, url, io.BytesIO(), name="receipt.HTML").mime == "text/html"


def test_a_pdf_is_asked_for_by_name_type_or_address(site: Site, session: Session) -> None:
    """Each of the three is enough."""
    broken = "it is not a PDF: %PDF is not at its start"

    assert refused(session, site.page("/a", b"error 17"), name="a.PDF") == broken
    assert refused(session, site.page("/b", b"error 17", Content_Type="application/pdf")) == broken
    assert refused(session, site.page("/c.pdf", b"error 17")) == broken


def check(body: bytes, mime: str = "application/pdf", name: str = "a.pdf") -> None:
    """Check a document that is in memory."""
    check_document(body[:8192], body[-2048:], len(body), mime, name)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "the file is empty"),
        (b"x" * 1020 + PDF, "it is not a PDF: %PDF is not at its start"),
        (PDF[:-7], "the PDF is truncated: 204,809 bytes, and %%EOF is not at its end"),
        (PDF + b"\0" * 2048, "the PDF is truncated: 206,864 bytes, and %%EOF is not at its end"),
        (b" <HTML lang=en>", "an HTML page came instead, perhaps the login page"),
    ],
)
def test_documents_that_are_none(body: bytes, sentence: str) -> None:
    """The same checks for bytes that did not come by download."""
    with pytest.raises(FileDownloadFailed) as caught:
        check(body)
    assert caught.value.message == sentence


@pytest.mark.parametrize(
    ("body", "mime", "name"),
    [
        (PDF, "application/pdf", "a.pdf"),
        (b"\n" * 1000 + PDF + b"\0" * 1000, "application/octet-stream", "a.pdf"),
        (PDF, "text/html", "a.pdf"),
        (b"PK\x03\x04", "application/zip", "a.zip"),
        (b"error 17", "application/octet-stream", "a.p7m"),
        (b"<htmlike/>", "application/xml", "a.xml"),
    ],
)
def test_documents_that_are_some(body: bytes, mime: str, name: str) -> None:
    """A PDF may have a little around it, or the wrong type; others are taken as they are."""
    check(body, mime, name)


class Growing:
    """A site that breaks off the first answers, so many bytes before the end, and knows Range as it is told to."""

    def __init__(self, site: Site, cuts: list[int], *, tag: str = '"v1"', ranges: bool = True) -> None:
        self.cuts, self.tag, self.ranges, self.body = iter(cuts), tag, ranges, PDF
        site.pages["/pdf"] = self.answer

    def answer(self, asked: Asked) -> Answer:
        """The rest where that is asked for and may be had, else all of it."""
        headers = [("ETag", self.tag)] if self.tag else []
        start = int(asked.headers.get("Range", "bytes=0-")[6:-1])
        if self.ranges and start and asked.headers["If-Range"] == self.tag:
            headers.append(("Content-Range", f"bytes {start}-{len(self.body) - 1}/{len(self.body)}"))
            return Answer(self.body[start:], 206, headers, cut=next(self.cuts, 0))
        return Answer(self.body, 200, headers, cut=next(self.cuts, 0))


@pytest.mark.parametrize(
    ("tag", "ranges", "asked"),
    [('"v1"', True, ["none", "some", "some"]), ('"v1"', False, ["none", "some", "some"]), ("", True, ["none"] * 3)],
)
def test_what_breaks_off_is_asked_for_again(
    site: Site, session: Session, *, tag: str, ranges: bool, asked: list[str]
) -> None:
    """From where it broke off, where the site marks and gives that; else from the beginning."""
    Growing(site, [100_000, 30_000], tag=tag, ranges=ranges)
    sink = io.BytesIO()
    got = download(session, site.url("/pdf"), sink, retry=2)

    assert sink.getvalue() == PDF
    assert got.sha256 == hashlib.sha256(PDF).hexdigest()
    assert ["some" if "Range" in one.headers else "none" for one in site.asked] == asked


def test_two_versions_are_never_put_together(site: Site, session: Session) -> None:
    """What changed in between comes whole."""
    growing = Growing(site, [100_000])
    first = growing.answer

    def then_another(asked: Asked) -> Answer:
        answer = first(asked)
        growing.tag, growing.body = '"v2"', PDF.replace(b"1.7", b"2.0")
        return answer

    site.pages["/pdf"] = then_another
    sink = io.BytesIO()
    download(session, site.url("/pdf"), sink, retry=1)

    assert sink.getvalue() == growing.body


def test_who_breaks_off_each_time_is_told_once(site: Site, session: Session) -> None:
    """The sentence is of the first answer; a request that changes something is sent once only."""
    Growing(site, [150_000] * 9, ranges=False)
    for method, times in (("GET", 3), ("POST", 1)):
        site.asked.clear()
        with pytest.raises(FileDownloadFailed, match=r"ends after 54,816 of 204,816 bytes"):
            download(session, site.url("/pdf"), io.BytesIO(), method=method, retry=2)
        assert len(site.asked) == times
