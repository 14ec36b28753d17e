"""A certificate authority of the tests' own: made anew for each session, trusted by nobody else."""

from __future__ import annotations

import base64
import hashlib
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

__all__ = ["Authority"]

PEM = serialization.Encoding.PEM
NAMES = [x509.DNSName("localhost"), x509.DNSName("*.localhost"), x509.IPAddress(ip_address("127.0.0.1"))]


class Authority:
    """Signs certificates. `ca_file` is its own, `server` a server's for all loopback names, both with keys in PEM."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("Tests")
        own = self._build(self._name, self._key.public_key())
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.ca_file = folder / "authority.pem"
        self.ca_file.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(PEM))
        self._server_key = ec.generate_private_key(ec.SECP256R1())
        self.server = self._issue("localhost", self._server_key, NAMES, b"")

    def client(self, name: str, passphrase: str = "") -> Path:
        """A person's certificate and key, in one file; the key is encrypted when there is a passphrase."""
        return self._issue(name, ec.generate_private_key(ec.SECP256R1()), [], passphrase.encode())

    def tls(self) -> ssl.SSLContext:
        """What a server needs to show itself."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server)
        return context

    @property
    def switch(self) -> str:
        """Chromium's switch that has it trust the server, by its key: it does not ask us for the authority."""
        spki = serialization.PublicFormat.SubjectPublicKeyInfo
        public = self._server_key.public_key().public_bytes(serialization.Encoding.DER, spki)
        digest = base64.b64encode(hashlib.sha256(public).digest()).decode()
        return f"--ignore-certificate-errors-spki-list={digest}"

    def _issue(
        self, name: str, key: ec.EllipticCurvePrivateKey, names: list[x509.GeneralName], passphrase: bytes
    ) -> Path:
        built = self._build(_name(name), key.public_key())
        if names:
            built = built.add_extension(x509.SubjectAlternativeName(names), critical=False)
        lock = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
        path = self._folder / f"{name}.pem"
        signed = built.sign(self._key, hashes.SHA256()).public_bytes(PEM)
        path.write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, lock) + signed)
        return path

    def _build(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(self._name, subject, key, x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(7))
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(identifier, critical=False)
        return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
