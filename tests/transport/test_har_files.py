"""Bodies beside a HAR, and writing whole files only."""

import gzip
import zipfile
from pathlib import Path

import pytest

from toolkit.transport.har_charsets import Unreadable
from toolkit.transport.har_files import Folder, Zip, write_body
from toolkit.transport.har_parts import HarError


def test_folder_reads_below_itself(tmp_path: Path) -> None:
    """A body may lie in a folder below."""
    (tmp_path / "bodies").mkdir()
    (tmp_path / "bodies" / "a.bin").write_bytes(b"a")

    assert Folder(tmp_path).read("bodies/a.bin") == b"a"


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "link", "bodies/../../secret"])
def test_folder_refuses_to_lead_out(tmp_path: Path, name: str) -> None:
    """A HAR of someone else reads none of your files."""
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "har").mkdir()
    (tmp_path / "har" / "link").symlink_to(tmp_path / "secret")

    with pytest.raises(Unreadable, match="outside the folder"):
        Folder(tmp_path / "har").read(name)


@pytest.mark.parametrize("name", ["missing.bin", ".", "nul\0"])
def test_folder_names_what_it_cannot_read(tmp_path: Path, name: str) -> None:
    """A missing file is one sentence."""
    with pytest.raises(Unreadable, match="which cannot be read"):
        Folder(tmp_path).read(name)


def test_zip_reads_beside_its_har(tmp_path: Path) -> None:
    """The bodies lie where the HAR lies, in the zip."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("take/har.har", "{}")
        file.writestr("take/a.bin", b"a")

    files = Zip(tmp_path / "a.zip")

    assert files.read_har() == b"{}"
    assert files.read("a.bin") == b"a"
    with pytest.raises(Unreadable, match="which cannot be read"):
        files.read("b.bin")


def test_zip_with_damaged_body(tmp_path: Path) -> None:
    """A damaged body is unreadable, the rest is not."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.har", "{}")
        file.writestr("a.bin", b"CONTENT")
    path.write_bytes(path.read_bytes().replace(b"CONTENT", b"DAMAGED"))

    files = Zip(path)

    assert files.read_har() == b"{}"
    with pytest.raises(Unreadable):
        files.read("a.bin")


def test_zip_that_is_none(tmp_path: Path) -> None:
    """Neither a text file nor a zip without a HAR is read."""
    (tmp_path / "text.zip").write_text("no")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass

    with pytest.raises(HarError, match="is not a zip file"):
        Zip(tmp_path / "text.zip")
    with pytest.raises(HarError, match=r"holds no \.har file"):
        Zip(tmp_path / "empty.zip").read_har()


def test_body_is_written_once_under_its_digest(tmp_path: Path) -> None:
    """Equal bodies share one file, and writing again leaves it alone."""
    name = write_body(tmp_path, b"body", "application/pdf")
    before = (tmp_path / name).stat()

    assert name == "bodies/02083f4579e08a612425c0c1a17ee47add783b94.pdf"
    assert write_body(tmp_path, b"body", "application/pdf") == name
    assert (tmp_path / name).stat().st_ino == before.st_ino


@pytest.mark.parametrize(("mime", "ending"), [("text/javascript", "js.gz"), ("text/css", "css.gz")])
def test_long_code_is_kept_compressed(tmp_path: Path, mime: str, ending: str) -> None:
    """A bundle of scripts takes a fraction of its size, under the digest of what it holds, the same each time."""
    code = b"let bill = 1;\n" * 10_000
    name = write_body(tmp_path, code, mime)
    written = (tmp_path / name).read_bytes()
    (tmp_path / name).unlink()

    assert name == f"bodies/8aadae97d0a1eac0aa3b7623af659de928633b30.{ending}"
    assert gzip.decompress(written) == code
    assert len(written) < len(code) / 4
    assert (tmp_path / write_body(tmp_path, code, mime)).read_bytes() == written


@pytest.mark.parametrize(("mime", "length"), [("text/javascript", 1 << 16), ("application/json", 1 << 20)])
def test_short_code_and_data_are_kept_as_they_are(tmp_path: Path, mime: str, length: int) -> None:
    """What a review looks at stays readable."""
    assert (tmp_path / write_body(tmp_path, b" " * length, mime)).read_bytes() == b" " * length


def test_damaged_body_file_is_written_anew(tmp_path: Path) -> None:
    """A file of the right name with other bytes is not trusted."""
    name = write_body(tmp_path, b"body", "text/plain")
    (tmp_path / name).write_bytes(b"evil")

    write_body(tmp_path, b"body", "text/plain")

    assert (tmp_path / name).read_bytes() == b"body"
