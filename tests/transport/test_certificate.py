"""Client certificates: read from what people have, shown to one origin."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from tests.authority import Authority
from toolkit.errors import UsageError
from toolkit.transport import Certificate

SITE = "https://acme.example"
Write = Callable[[Path, str], Path]


def as_pem(pem: Path, passphrase: str) -> Path:
    """The file as it is."""
    assert passphrase
    return pem


def as_p12(pem: Path, passphrase: str) -> Path:
    """The same as browsers export it."""
    key = load_pem_private_key(pem.read_bytes(), passphrase.encode())
    (certificate,) = x509.load_pem_x509_certificates(pem.read_bytes())
    path = pem.with_suffix(".p12")
    lock = BestAvailableEncryption(passphrase.encode())
    path.write_bytes(serialize_key_and_certificates(b"ada", key, certificate, None, lock))  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("write", [as_pem, as_p12])
def test_what_people_have_can_be_shown(authority: Authority, write: Write) -> None:
    """By the browser and by TLS; only the passphrase opens it, and it is not told."""
    path = write(authority.client("ada", "open sesame"), "open sesame")
    certificate = Certificate(SITE, str(path), "open sesame")
    certificate.load_into(ssl.create_default_context())
    given = certificate.for_browser()

    assert given["origin"] == SITE
    assert given["cert"].startswith(b"-----BEGIN CERTIFICATE")
    assert given["key"].startswith(b"-----BEGIN PRIVATE KEY")
    assert "sesame" not in repr(certificate)
    for wrong in ("", "sesame"):
        with pytest.raises(UsageError, match="`certificate_passphrase`") as caught:
            Certificate(SITE, str(path), wrong).for_browser()
        assert str(path) not in caught.value.message


@pytest.mark.parametrize("content", [b"", b"\x30\x82", b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----"])
def test_what_is_none_is_told(tmp_path: Path, content: bytes) -> None:
    """The error names the field."""
    path = tmp_path / "mine.pem"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="`mine`"):
        Certificate(SITE, str(path), name="mine").for_browser()
    path.unlink()
    with pytest.raises(UsageError, match=r"`mine` .* No such file"):
        Certificate(SITE, str(path), name="mine").for_browser()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{SITE}/a", True),
        (f"{SITE}.evil.example/", False),
        (f"{SITE}:8443/", False),
        ("http://acme.example/", False),
        ("https://evil.example/https://acme.example/", False),
    ],
)
def test_it_is_for_one_origin(url: str, expected: bool) -> None:
    """For no other port, scheme or name."""
    assert Certificate(SITE, "").is_for(url) is expected
