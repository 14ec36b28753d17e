"""A certificate for this machine, made when a test needs one."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

__all__ = ["make_certificate"]

NAMES = [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost"), x509.DNSName("*.localhost")]


def make_certificate(path: Path) -> Path:
    """Write a certificate of its own authority, and its key, to one file: for servers, and to be trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, today = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "this machine")]), datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    lasting = builder.not_valid_before(today - timedelta(1)).not_valid_after(today + timedelta(7))
    named = lasting.add_extension(x509.SubjectAlternativeName(NAMES), critical=False)
    signed = named.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    own = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.touch(mode=0o600)
    path.write_bytes(own + signed)
    return path
