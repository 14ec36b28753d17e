"""Sentences for what goes wrong on the way."""

import pytest
import requests

from tests.web.conftest import Site
from toolkit.errors import LoginFailed, NeedsSecret
from toolkit.transport import Live
from toolkit.web import Session, certificate_trouble, sentence_for


def failure(url: str) -> str:
    """The sentence for what happens when a URL is asked for."""
    with Session(Live(backoff=0)) as session, pytest.raises(requests.RequestException) as caught:
        session.get(url)
    return sentence_for(caught.value)


def test_a_refused_connection(site: Site) -> None:
    """Nobody listens there."""
    site.close()

    assert failure(site.url("/?token=s3cret")) == "the connection was refused"


def test_an_unknown_host() -> None:
    """No name server knows it."""
    assert failure("http://nowhere.invalid/?token=s3cret") == "the host was not found"


def test_an_endless_redirect(site: Site) -> None:
    """A page that leads to itself."""
    assert failure(site.page("/", status=302, Location="/")) == "it redirects without end"


def test_no_tls_where_tls_should_be(site: Site) -> None:
    """A server that speaks plain http on the port."""
    assert failure(site.url().replace("http:", "https:")) == "the site's certificate was refused"


@pytest.mark.parametrize("url", ["bills/1", "http://", "ftp://acme.example/"])
def test_no_address(url: str) -> None:
    """A connector that yields half a URL."""
    assert failure(url) == "its address is not valid"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (requests.ReadTimeout("http://acme.example/?token=s3cret"), "the site did not answer in time"),
        (requests.ConnectTimeout(), "the site did not answer in time"),
        (requests.ConnectionError(ConnectionResetError(104, "reset")), "the connection broke"),
        (requests.exceptions.ContentDecodingError(), "its compression is broken"),
        (requests.exceptions.InvalidHeader("s3cret"), "the request failed (InvalidHeader)"),
    ],
)
def test_others(error: requests.RequestException, sentence: str) -> None:
    """Each kind has its sentence, and what is unknown tells its name only."""
    assert sentence_for(error) == sentence


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        ("net::ERR_BAD_SSL_CLIENT_AUTH_CERT at https://acme.example/", NeedsSecret),
        ("[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required (_ssl.c:2580)", NeedsSecret),
        ("[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca (_ssl.c:2580)", LoginFailed),
        ("error:0A000415:SSL routines:ssl3_read_bytes:sslv3 alert certificate expired", LoginFailed),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate", type(None)),
        ("net::ERR_CERT_AUTHORITY_INVALID", type(None)),
    ],
)
def test_trouble_with_our_certificate_is_none_of_the_sites(message: str, meant: type[object]) -> None:
    """None was given, or it was refused; a certificate of the site's that nobody trusts is another thing."""
    assert type(certificate_trouble(message)) is meant
