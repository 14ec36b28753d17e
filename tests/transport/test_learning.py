"""Secrets found by where they stand."""

import base64
import gzip
import json

import pytest

from toolkit.transport.learned_values import Found
from toolkit.transport.learning import in_body, in_request, in_response
from toolkit.transport.request import Req

URL = "https://acme.example/"
FORM = "application/x-www-form-urlencoded"


def asked(*headers: tuple[str, str], url: str = URL, body: bytes | None = None) -> set[Found]:
    """What a request teaches."""
    return set(in_request(Req("POST", url, headers, body)))


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (("Cookie", "sid=s3ss10nValue; theme=dark; n=1700000000"), {("sid", "s3ss10nValue")}),
        (
            ("Cookie", 'a="s3ss10nValue"; XSRF-TOKEN=abc%2Bdef1%3D%3D'),
            {("a", "s3ss10nValue"), ("XSRF-TOKEN", "abc+def1==")},
        ),
        (
            ("Cookie", r'a="l\303\251a martin:2:6629fae49393a053|en"; seen=12 of 20 on 2025-03-01 at noon'),
            {("a", "6629fae49393a053")},
        ),
        (("Authorization", "Bearer abcdef123456"), {("authorization", "abcdef123456")}),
        (("authorization", "abcdef123456"), {("authorization", "abcdef123456")}),
        (("Authorization", "Basic YWRhOmh1bnRlcjI="), {("user", "ada"), ("password", "hunter2")}),
        (
            ("Authorization", 'Digest username="ada", response="6629fae49393a05397450978507c4ef1"'),
            {("response", "6629fae49393a05397450978507c4ef1")},
        ),
        (("X-Api-Key", "q8Xc71LmZ0"), {("X-Api-Key", "q8Xc71LmZ0")}),
        (("Referer", f"{URL}?token=q8Xc71LmZ0"), {("token", "q8Xc71LmZ0")}),
        (("X-CSRF-Token", "Fetch"), set()),
        (("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"), set()),
    ],
)
def test_headers(header: tuple[str, str], found: set[tuple[str, str]]) -> None:
    """Cookies, authorization of every scheme, tokens, addresses; not what a browser says of itself."""
    assert asked(header) == found


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"login": {"password": "two words"}, "lang": "fr"}'),
        ("application/json", json.dumps({"data": json.dumps([{"password": "two words"}])}).encode()),
        (FORM, b"user=ada&password=two+words"),
        (FORM, b"data=%7B%22password%22%3A%22two+words%22%7D"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\ncontent-disposition: form-data; name="password"\r\n\r\ntwo words\r\n--b--',
        ),
        ("application/json", gzip.compress(b'{"password": "two words"}', mtime=0)),
    ],
)
def test_fields_of_a_request(content_type: str, body: bytes) -> None:
    """JSON at any depth, forms, multipart, compressed or not."""
    assert asked(("Content-Type", content_type), body=body) == {("password", "two words")}


def test_addresses() -> None:
    """Query and fragment, the fragment of a single-page application too."""
    url = f"{URL}?code=482913&page=2#/done?access_token=frag99Token77"

    assert asked(url=url) == {("code", "482913"), ("access_token", "frag99Token77")}


@pytest.mark.parametrize(
    "body",
    [
        b'{"csrfToken":"a1b2c3d4e5"}',
        b'{\\"csrfToken\\":\\"a1b2c3d4e5\\"}',
        b"<script>var csrfToken = 'a1b2c3d4e5'</script>",
        b'<input value="a1b2c3d4e5" type="hidden" name="csrfToken">',
        b"<meta name=csrfToken content=a1b2c3d4e5>",
        b"go(?csrfToken=a1b2c3d4e5&x=1)",
        b"CONNECT\ncsrfToken:a1b2c3d4e5\n",
        b"<soap:Body><ns1:csrfToken xsi:type='x'>a1b2c3d4e5</ns1:csrfToken>",
        b'{"payload":"eyJjc3JmVG9rZW4iOiJhMWIyYzNkNGU1In0="}',
        gzip.compress(b'{"csrfToken": "a1b2c3d4e5"}', mtime=0),
    ],
)
def test_values_beside_a_telling_name_in_an_answer(body: bytes) -> None:
    """In JSON, scripts, tags and links."""
    assert {found.value for found in in_body(body)} == {"a1b2c3d4e5"}


@pytest.mark.parametrize(
    "body",
    [
        b'{"password":"Mot de passe","tokenType":"Bearer123"}',
        b'{"code":"ERR_TOKEN","expires":3600}',
        b"\0\1token=a1b2c3d4e5",
        b"this.session = other2.session; signature:buffer.readUInt32LE()",
        b"if (event.keyCode===229||event.charCode==8) go(response2.statusCode)",
        b"<pre><code>INV-20240017</code></pre>",
    ],
)
def test_labels_and_binary_data_teach_nothing(body: bytes) -> None:
    """The names alone are no reason."""
    assert list(in_body(body)) == []


def test_texts_in_latin_1() -> None:
    """Names and passwords in Basic authorization, queries and forms."""
    basic = "Basic " + base64.b64encode("jörg:pässword".encode("latin-1")).decode()

    assert asked(("Authorization", basic)) == {("user", "jörg"), ("password", "pässword")}
    assert asked(url=f"{URL}?password=p%E4ssword") == {("password", "pässword")}
    assert asked(("Content-Type", FORM), body=b"password=p%E4ssword") == {("password", "pässword")}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("text/xml", b"<login><pin>12</pin></login>"), ("application/soap+xml", b"<a:login><a:Pin>12</a:Pin></a:login>")],
)
def test_xml_of_a_request(content_type: str, body: bytes) -> None:
    """What is typed is a secret however short."""
    assert {found.value for found in asked(("Content-Type", content_type), body=body)} == {"12"}


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://files.example/a.pdf?se=2025-01-01&sig=aB3%2BdE5fG7%3D", ("sig", "aB3+dE5fG7=")),
        ("https://s3.example/a.pdf?X-Amz-Signature=ab12cd34ef56ab12", ("X-Amz-Signature", "ab12cd34ef56ab12")),
    ],
)
def test_signed_links(url: str, found: tuple[str, str]) -> None:
    """When they are followed, and when an answer only lists them."""
    assert asked(url=url) == {found}
    assert found in set(in_body(json.dumps({"link": url}).encode()))
    assert found[1] in {one.value for one in in_body(json.dumps({"link": url}).replace("&", "\\u0026").encode())}


def test_cookies_that_an_answer_sets() -> None:
    """Each line of Set-Cookie, without its attributes; the token in a redirection."""
    headers = [("Set-Cookie", "a=dark; Path=/\nb=s3ss10nValue; Path=/"), ("Location", "/done?ticket=ST12345678")]

    assert set(in_response(headers, b"")) == {("b", "s3ss10nValue"), ("ticket", "ST12345678")}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"id": 0, "result": "c9a6d6aaafe145019bfa197fa7f554fc"}', {("result", "c9a6d6aaafe145019bfa197fa7f554fc")}),
        (b"c9a6d6aaafe145019bfa197fa7f554fc\n", {("token", "c9a6d6aaafe145019bfa197fa7f554fc")}),
        (b'{"result": "c9a6d6aaafe145019bfa197fa7f554fc", "name": "bill.pdf"}', set()),
        (b'{"result": "https://acme.example/bills/202503"}', set()),
        (b'{"url": "/once/v76TWYs7sfAw96QQ7PjKNg"}', {("url", "v76TWYs7sfAw96QQ7PjKNg")}),
        (b'"2025-03-01T12:00:00Z"', set()),
        (b"internationalisation", set()),
        (
            b'{"token": "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3NDE1MjE2MDB9.abcdef12345"}',
            {("jwt", "abcdef12345"), ("token", "abcdef12345")},
        ),
        (b"\0c9a6d6aaafe145019bfa197fa7f554fc", set()),
    ],
)
def test_an_answer_that_is_one_random_value(body: bytes, found: set[tuple[str, str]]) -> None:
    """A token that was asked for needs no name; an identifier among other things does."""
    assert set(in_response([], body)) == found


def test_an_iban_is_found_by_its_check_digits() -> None:
    """And only then; in addresses and headers too, with spaces that do not break, behind escapes."""
    body = b"FR76 3000 6000 0112 3456 7890 189 and FR7630006000011234567890188"

    assert list(in_body(body)) == [("iban", "FR76 3000 6000 0112 3456 7890 189")]
    assert list(in_body(body.replace(b" ", b"&nbsp;"))) == [
        ("iban", "FR76 3000 6000 0112 3456 7890 189".replace(" ", "\u00a0"))
    ]
    assert asked(url=f"{URL}iban/FR76%203000%206000%200112%203456%207890%20189") == {
        ("iban", "FR76 3000 6000 0112 3456 7890 189")
    }
