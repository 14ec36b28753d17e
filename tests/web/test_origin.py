"""Whose URL it is."""

import pytest

from toolkit.web.origin import host_of, is_loopback, is_trustworthy, origin_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Acme.Example/a?b#c", "https://acme.example"),
        ("https://acme.example:443", "https://acme.example"),
        ("http://acme.example:443/", "http://acme.example:443"),
        ("http://acme.example:80/", "http://acme.example"),
        ("http://user:password@acme.example:8080/", "http://acme.example:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("/bills", ""),
        ("about:blank", ""),
        ("http://acme.example:port/", ""),
        ("http://[::1/", ""),
    ],
)
def test_origin_of(url: str, origin: str) -> None:
    """Scheme, host and port, the default port left out; none for what has no host."""
    assert origin_of(url) == origin


def test_host_of() -> None:
    """Hosts are written as cookies write them."""
    assert (host_of("https://A.Example:1/x"), host_of("http://[::1]/"), host_of("/x")) == ("a.example", "[::1]", "")


@pytest.mark.parametrize("host", ["localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]"])
def test_this_machine_is_trusted(host: str) -> None:
    """Browsers trust plain http to loopback."""
    assert is_loopback(host)
    assert is_trustworthy(f"http://{host}:8080/")


@pytest.mark.parametrize("host", ["localhost.example", "mylocalhost", "10.0.0.1", "128.0.0.1", "[::2]", ""])
def test_others_are_trusted_over_https_only(host: str) -> None:
    """A name that looks like this machine's is not."""
    assert not is_loopback(host)
    assert not is_trustworthy(f"http://{host}/")
    assert is_trustworthy(f"https://{host}/")
