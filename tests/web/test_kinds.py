"""What a document is by its bytes, against what its name says."""

import io
from zipfile import ZipFile

import pytest

from toolkit.errors import FileDownloadFailed
from toolkit.web import check_document

PNG = b"\x89PNG\r\n\x1a\n" + bytes(300)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(300)
PDF = b"%PDF-1.4\n" + b"x" * 300 + b"\n%%EOF\n"
UTF_16 = "\ufeffdate;amount".encode("utf-16-le")


def packed(*names: str) -> bytes:
    """An archive of files with these names."""
    made = io.BytesIO()
    with ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, b"%PDF-1.4\n%%EOF" if name.endswith(".pdf") else "<?xml version='1.0'?>")
    return made.getvalue()


ZIP, XLSX = packed("bill.pdf"), packed("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")
DOCX = packed("[Content_Types].xml", "_rels/.rels", "word/document.xml")


def right(body: bytes, name: str, mime: str = "application/octet-stream") -> str:
    """The ending that the name should have."""
    return check_document(body[:8192], body[-2048:], len(body), mime, name)


@pytest.mark.parametrize(
    ("body", "name", "ending"),
    [
        (PNG, "a.pdf", ".png"),
        (JPEG, "a.PNG", ".jpg"),
        (PDF, "a.html", ".pdf"),
        (PDF, "a.csv", ".pdf"),
        (XLSX, "a.csv", ".xlsx"),
        (XLSX, "a.docx", ".xlsx"),
        (ZIP, "a.pdf", ".zip"),
        (PNG, "a.xml", ".png"),
    ],
)
def test_a_document_of_another_kind_gets_its_ending(body: bytes, name: str, ending: str) -> None:
    """It is whole, and only its name is wrong: also where a PDF stands in an archive unpacked."""
    assert right(body, name) == ending
    assert right(body, f"a{ending}") == ""


@pytest.mark.parametrize(
    ("body", "name", "mime"),
    [
        (JPEG, "a.jpeg", "image/png"),
        (PNG, "a.png", "text/html"),
        (PNG, "a.png", "application/pdf"),
        (XLSX, "a.zip", "application/zip"),
        (ZIP, "a.xlsx", "application/zip"),
        (PDF, "a.ai", "application/pdf"),
        (ZIP, "a.pages", "application/zip"),
        (b"BM;GIF;amount\n", "a.csv", "text/csv"),
        (b"\x00\x01", "a.xls", "application/vnd.ms-excel"),
        (UTF_16, "a.csv", "text/csv"),
        (b"\xef\xbb\xbf\n<Invoice/>", "a.xml", "application/xml"),
        (b'{"id": 1}', "a.json", "application/json"),
        (b"[a]\n", "a.txt", "text/plain"),
        (b"<p>Thank you", "a.html", "text/html"),
    ],
)
def test_a_name_that_fits_is_left_alone(body: bytes, name: str, mime: str) -> None:
    """So is one that promises nothing, or nothing that the bytes could tell, whatever the site calls its type."""
    assert right(body, name, mime) == ""


@pytest.mark.parametrize(
    ("body", "name", "mime", "sentence"),
    [
        (b"error 17", "a.png", "image/png", "it is no PNG: its first bytes are not those of one"),
        (b"error 17", "a.xlsx", "", "it is no XLSX: its first bytes are not those of one"),
        (b"error 17", "a.xml", "", "it is not XML: it does not begin with <"),
        (b"\x00\x01\x02", "a.csv", "text/csv", "it is not text, as .csv says"),
        (b"<!doctype html>", "a.jpg", "image/jpeg", "an HTML page came instead, perhaps the login page"),
        (b"<!doctype html>", "a.xml", "application/xml", "an HTML page came instead, perhaps the login page"),
        (b' {"error": 17}', "a.csv", "application/json", "JSON came instead, perhaps an error message"),
        (b'{"error": 17}', "a.pdf", "application/problem+json", "JSON came instead, perhaps an error message"),
        (b"<?xml version='1.0'?><Error/>", "a.csv", "", "XML came instead, perhaps an error message"),
        (PDF[:-8], "a.csv", "", "the PDF is truncated: 308 bytes, and %%EOF is not at its end"),
    ],
)
def test_what_is_no_document_is_refused(body: bytes, name: str, mime: str, sentence: str) -> None:
    """Text in place of something else is how sites tell errors."""
    with pytest.raises(FileDownloadFailed) as caught:
        right(body, name, mime)
    assert caught.value.message == sentence
