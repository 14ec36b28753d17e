"""The scrubber: canaries in every place and every encoding."""

import base64
import gzip
import html
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from html.entities import codepoint2name
from urllib.parse import parse_qs, quote, quote_plus, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from toolkit.transport.leaks import scan
from toolkit.transport.packing import load_brotli
from toolkit.transport.request import Req
from toolkit.transport.scrub import Scrubber

PASSWORD = 'pä$$ w0rd/"x'
TOKEN = "Tok3n/abc+def=="
CANARIES = [
    PASSWORD,
    TOKEN,
    "Jean Dupré",
    "correct-horse-battery",
    "K7%41x\\n&amp;9q",
    "482913",
    "FR7630006000011234567890189",
]

Disguise = Callable[[str], str]


def json_in_json(value: str) -> str:
    """A JSON text in a field of another JSON text, itself in one."""
    return json.dumps({"a": json.dumps({"b": json.dumps({"c": value})})})


def every_other(value: str) -> str:
    """Every other character escaped, as no encoder would do it."""
    escaped = "".join(f"\\u{ord(char):04x}" if i % 2 and char <= "\uffff" else char for i, char in enumerate(value))
    return escaped if "\\" not in value else json.dumps(value)[1:-1]


DISGUISES: dict[str, Disguise] = {
    "plain": str,
    "percent": lambda v: quote(v, safe=""),
    "percent, small": lambda v: "".join(c if c.isalnum() and c.isascii() else quote(c, safe="").lower() for c in v),
    "percent, all": lambda v: "".join(f"%{byte:02X}" for byte in v.encode()),
    "percent, twice": lambda v: quote(quote(v, safe=""), safe=""),
    "form": quote_plus,
    "json": json.dumps,
    "json, slash": lambda v: json.dumps(v).replace("/", "\\/"),
    "json in json in json": json_in_json,
    "json, all": lambda v: "".join(f"\\u{ord(char):04X}" for char in v),
    "split by escapes": every_other,
    "html": html.escape,
    "html, named": lambda v: "".join(f"&{codepoint2name[ord(c)]};" if ord(c) in codepoint2name else c for c in v),
    "html, decimal": lambda v: "".join(f"&#{ord(char)};" for char in v),
    "html, hexadecimal": lambda v: "".join(f"&#x{ord(char):X};" for char in v),
    "html in json": lambda v: json.dumps("".join(f"&#{ord(char)};" for char in v)),
    "json in html": lambda v: html.escape(json.dumps({"v": v})),
    "json in a query": lambda v: quote(json.dumps({"v": v}), safe=""),
    "quoted cookie": lambda v: "".join(chr(b) if chr(b).isalnum() and b < 128 else f"\\{b:03o}" for b in v.encode()),
    "quoted cookie in json": lambda v: json.dumps("".join(f"\\{byte:03o}" for byte in v.encode())),
    "hex": lambda v: v.encode().hex(),
    "hex, capitals": lambda v: v.encode().hex().upper(),
    "hex of json": lambda v: json.dumps({"deep": v}).encode().hex(),
    "hex of percent": lambda v: f"{quote(v, safe='')}; path=/".encode().hex().upper(),
    "base64 of json": lambda v: base64.b64encode(json.dumps({"deep": v}).encode()).decode(),
    "base64 of base64": lambda v: base64.b64encode(base64.b64encode(v.encode())).decode(),
    "base64 in json": lambda v: json.dumps(base64.b64encode(f"{v}??>>".encode()).decode()).replace("/", "\\/"),
    "base64 after a prefix": lambda v: "/api/x-" + base64.urlsafe_b64encode(json.dumps({"a": v}).encode()).decode(),
    "base64": lambda v: base64.b64encode(f"{v} yz".encode()).decode(),
    "base64 +1": lambda v: base64.b64encode(f"={v} yz".encode()).decode(),
    "base64 +2": lambda v: base64.b64encode(f"x:{v}/yz".encode()).decode(),
    "base64url": lambda v: base64.urlsafe_b64encode(f"{v}~".encode()).decode(),
    "base64url +1": lambda v: base64.urlsafe_b64encode(f"?{v}~".encode()).decode(),
    "base64url +2": lambda v: base64.urlsafe_b64encode(f"x?{v}~".encode()).decode(),
}


def scrubber_of(*values: str, seed: str = "take") -> Scrubber:
    """A scrubber that knows these values."""
    return Scrubber({f"field{i}": value for i, value in enumerate(values)}, seed)


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES.keys())
@pytest.mark.parametrize("canary", CANARIES)
def test_a_secret_goes_and_its_stand_in_wears_the_same_disguise(canary: str, disguise: Disguise) -> None:
    """Whatever a secret stands in, decoding the scrubbed text gives the stand-in where the secret was."""
    scrubber = scrubber_of(canary)

    clean = scrubber.text(disguise(canary))

    assert scan(clean.encode(), scrubber.secrets).leaks == []
    assert clean.lower() == disguise(scrubber.stand_in(canary)).lower()


@pytest.mark.parametrize("glue", ["", "a", "ab", "abc"])
def test_base64_glued_to_other_letters(glue: str) -> None:
    """Base64 is seen where it does not begin at its first character, or where what it says is no text."""
    scrubber = scrubber_of(TOKEN)
    packet = base64.b64encode(b"\0\xff" + TOKEN.encode() + b"\xfe\0").decode()

    clean = scrubber.text(glue + packet)

    assert base64.b64decode(clean.removeprefix(glue)) == b"\0\xff" + scrubber.stand_in(TOKEN).encode() + b"\xfe\0"


@given(
    st.text(st.characters(codec="utf-8"), min_size=8, max_size=30),
    st.sampled_from(sorted(DISGUISES)),
    st.text(max_size=20),
)
@example(":::::::µ", "plain", "")  # the only letter of its kind for 64 characters around
@settings(deadline=None)
def test_no_secret_survives_any_disguise(secret: str, name: str, around: str) -> None:
    """For any secret and any text around it: nothing is left for the scan, and scrubbing again changes nothing."""
    scrubber = scrubber_of(secret)
    dirty = f"{around} {DISGUISES[name](secret)} {around}"

    clean = scrubber.text(dirty)

    if any(map(str.isalnum, secret)):
        assert scan(clean.encode(), scrubber.secrets).leaks == []
    assert scrubber.text(clean) == clean


@given(
    st.lists(st.text("abcdefghABCDEFGH0123456789-", min_size=6, max_size=16), min_size=1, max_size=6, unique=True),
    st.data(),
)
@settings(deadline=None)
def test_secrets_inside_each_other_all_go(secrets: list[str], data: st.DataObject) -> None:
    """Secrets that contain or overlap each other leave nothing of any of them, and stand-ins are no secrets."""
    whole = "".join(data.draw(st.permutations(secrets)))
    scrubber = scrubber_of(*secrets, whole)

    clean = scrubber.text(f"{whole} {' '.join(secrets)}")

    assert [secret.name for secret in scrubber.secrets if secret.reach == 2 and secret.value in clean] == []
    assert not {scrubber.stand_in(secret) for secret in secrets} & set(secrets)


def encode_jwt(claims: dict[str, object], *, signature: str = "c2lnbmF0dXJlLW9mLXRoZS10b2tlbg") -> str:
    """A JWT with these claims."""
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), signature])


def decode_jwt(token: str) -> tuple[dict[str, object], dict[str, object], str]:
    """Header, claims and signature."""
    head, claims, signature = token.split(".")
    return (*(json.loads(base64.urlsafe_b64decode(part + "==")) for part in (head, claims)), signature)


CLAIMS: dict[str, object] = {
    "sub": "5f0c9a7e11",
    "email": "jean@acme.example",
    "exp": 1893456000,
    "iat": 1,
    "iss": "acme",
}
LOGIN = Req(
    "POST",
    "https://acme.example/login?next=%2F&api_key=q8Xc71LmZ0&lang=fr#access_token=frag99Token77",
    [
        ("Content-Type", "application/json"),
        ("Cookie", "sid=s3ss10nValue; lang=fr; prefs=%7B%22jwt%22%3A%22aB3dE5fG7hI9%22%7D"),
        ("Authorization", f"Bearer {encode_jwt(CLAIMS)}"),
        ("X-CSRF-Token", "Csrf0123456789"),
    ],
    json.dumps({"user": "jean", "password": "correct horse", "nested": json.dumps({"otp": 482913})}).encode(),
)
ANSWER_HEADERS = [("Set-Cookie", "appsess=Zx81cVbN; Path=/; HttpOnly\nseen=1; Path=/"), ("Content-Type", "text/html")]
ANSWER = (
    b'<meta content="M3taTok3nValue" name="csrf-token"><input type=hidden name="__RequestToken" value="H1ddenV4lue">'
    b'<script>window.state = "{\\"accessToken\\":\\"Scr1pt\\u002dTok3n\\"}";'
    b' labels={"password":"Mot de passe"}</script>'
    b"FR76 3000 6000 0112 3456 7890 189"
)
LEARNED = (
    "q8Xc71LmZ0 frag99Token77 s3ss10nValue aB3dE5fG7hI9 Csrf0123456789 correct horse 482913 Zx81cVbN M3taTok3nValue"
    " H1ddenV4lue Scr1pt-Tok3n jean@acme.example 5f0c9a7e11 c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
)


@pytest.fixture
def taught() -> Scrubber:
    """A scrubber that was told nothing and has seen a login."""
    scrubber = Scrubber(seed="take")
    scrubber.learn_request(LOGIN)
    scrubber.learn_response(ANSWER_HEADERS, ANSWER)
    return scrubber


@pytest.mark.parametrize("secret", LEARNED.replace("correct horse", "correct_horse").split())
def test_traffic_teaches_its_secrets(taught: Scrubber, secret: str) -> None:
    """Cookies, tokens, passwords and codes are found by where they stand, without being declared."""
    secret = secret.replace("_", " ")

    assert secret in {known.value for known in taught.secrets}
    assert secret not in taught.text(f"<{secret}>")


def test_what_is_no_secret_is_kept(taught: Scrubber) -> None:
    """Languages, labels, paths, times and issuers are left alone."""
    text = '{"lang":"fr","password":"Mot de passe","iss":"acme","exp":1893456000,"path":"/login","seen":1}'

    assert taught.text(text) == text


def test_a_login_is_scrubbed_whole(taught: Scrubber) -> None:
    """URL, headers, cookies and body hold the stand-ins, in their places; names and attributes stay."""
    clean = taught.request(LOGIN)
    headers = dict(taught.headers(ANSWER_HEADERS))
    body = json.loads(clean.body or b"")

    assert scan(repr(clean).encode() + repr(headers).encode() + taught.body(ANSWER), taught.secrets).leaks == []
    assert parse_qs(urlsplit(clean.url).query) == {
        "next": ["/"],
        "api_key": [taught.stand_in("q8Xc71LmZ0")],
        "lang": ["fr"],
    }
    assert clean.headers[1][1].startswith(f"sid={taught.stand_in('s3ss10nValue')}; lang=fr; prefs=%7B%22jwt%22%3A%22")
    assert headers["Set-Cookie"] == f"appsess={taught.stand_in('Zx81cVbN')}; Path=/; HttpOnly\nseen=1; Path=/"
    assert (body["password"], json.loads(body["nested"])["otp"]) == (
        taught.stand_in("correct horse"),
        int(taught.stand_in("482913")),
    )


def test_a_jwt_stays_a_jwt(taught: Scrubber) -> None:
    """The header, exp, iat and iss are kept, the claims about the person and the signature are not."""
    head, claims, signature = decode_jwt(taught.text(encode_jwt(CLAIMS)))

    assert head == {"alg": "HS256", "typ": "JWT"}
    assert claims == CLAIMS | {"sub": taught.stand_in("5f0c9a7e11"), "email": taught.stand_in("jean@acme.example")}
    assert (len(signature), signature) == (30, taught.stand_in("c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"))


def test_a_jwt_that_names_its_user_among_others_in_a_path(taught: Scrubber) -> None:
    """A JWT is opened wherever it stands, also as a part of a path."""
    token = encode_jwt({"email": "jean@acme.example"}, signature="")

    clean = taught.url(f"https://acme.example/bills/{token}/pdf")

    assert decode_jwt(clean.split("/")[4])[1] == {"email": taught.stand_in("jean@acme.example")}


def test_basic_authorization_is_opened() -> None:
    """User and password of Basic authorization are secrets, and stand-ins inside base64 afterwards."""
    header = "Basic " + base64.b64encode("jean.dupré:correct-horse-9".encode()).decode()
    scrubber = Scrubber()
    scrubber.learn_request(Req("GET", "https://acme.example/", [("Authorization", header)]))

    clean = base64.b64decode(dict(scrubber.headers([("Authorization", header)]))["Authorization"].split()[1]).decode()

    assert clean == f"{scrubber.stand_in('jean.dupré')}:{scrubber.stand_in('correct-horse-9')}"


MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="pin"\r\n\r\n7\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n\x00\xffTok3n/abc+def==\r\n--b--\r\n'
)


def test_multipart_is_scrubbed_and_keeps_its_length() -> None:
    """Fields and files of a multipart body are scrubbed in place, binary parts too."""
    request = Req("POST", "https://acme.example/", [("content-type", "multipart/form-data; boundary=b")], MULTIPART)
    scrubber = scrubber_of(TOKEN)
    scrubber.learn_request(request)

    clean = scrubber.body(MULTIPART)

    assert len(clean) == len(MULTIPART)
    assert scan(clean, scrubber.secrets).leaks == []
    assert b'name="pin"\r\n\r\n7\r\n' not in clean


def raw_deflate(data: bytes) -> bytes:
    """Deflate without header."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKINGS = {
    "gzip": (gzip.compress, gzip.decompress, ""),
    "zlib": (zlib.compress, zlib.decompress, "deflate"),
    "deflate": (raw_deflate, lambda data: zlib.decompress(data, -15), "deflate"),
    "twice": (lambda d: gzip.compress(gzip.compress(d)), lambda d: gzip.decompress(gzip.decompress(d)), "gzip"),
}


@pytest.mark.parametrize(("pack", "unpack", "encoding"), PACKINGS.values(), ids=PACKINGS.keys())
def test_compressed_bodies_are_opened(
    pack: Callable[[bytes], bytes], unpack: Callable[[bytes], bytes], encoding: str
) -> None:
    """A secret inside a compressed body goes; a body without one keeps its very bytes."""
    scrubber = scrubber_of(TOKEN)
    dirty, innocent = pack(f'{{"t":"{TOKEN}"}}'.encode()), pack(b"nothing here")

    assert unpack(scrubber.body(dirty, encoding)).decode() == f'{{"t":"{scrubber.stand_in(TOKEN)}"}}'
    assert scrubber.body(innocent, encoding) == innocent


@pytest.mark.skipif(load_brotli() is None, reason="brotli is not installed")
def test_brotli_is_opened_when_it_can_be() -> None:
    """A brotli body is opened with the brotli package."""
    brotli = load_brotli()
    assert brotli is not None
    scrubber = scrubber_of(TOKEN)

    assert brotli.decompress(scrubber.body(brotli.compress(TOKEN.encode()), "br")).decode() == scrubber.stand_in(TOKEN)


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_texts_in_utf_16(codec: str) -> None:
    """Escapes in them too."""
    scrubber = scrubber_of(PASSWORD, TOKEN)
    text = f"Passwort;Token\n{json.dumps(PASSWORD)};{quote(TOKEN)}\n"

    clean = scrubber.body(text.encode(codec)).decode(codec)

    assert clean == f"Passwort;Token\n{json.dumps(scrubber.stand_in(PASSWORD))};{quote(scrubber.stand_in(TOKEN))}\n"


def test_archives_are_opened() -> None:
    """A spreadsheet is one."""
    scrubber = scrubber_of(TOKEN)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writing:
        writing.writestr("xl/strings.xml", f"<t>{TOKEN}</t>")

    clean = scrubber.body(packed.getvalue())

    assert zipfile.ZipFile(io.BytesIO(clean)).read("xl/strings.xml").decode() == f"<t>{scrubber.stand_in(TOKEN)}</t>"
    assert scan(clean, scrubber.secrets).leaks == []


def test_websocket_frames() -> None:
    """Text frames and binary ones (length-prefixed, UTF-16 as well) are scrubbed without moving a byte."""
    scrubber = scrubber_of(TOKEN)
    frame = struct.pack(">BH", 10, len(TOKEN)) + TOKEN.encode() + b"\0\1" + TOKEN.encode("utf-16-be")
    new = scrubber.stand_in(TOKEN)

    assert scrubber.body(frame) == frame.replace(TOKEN.encode(), new.encode()).replace(
        TOKEN.encode("utf-16-be"), new.encode("utf-16-be")
    )
    assert scrubber.text(f'42["auth",{{"t":"{TOKEN}"}}]') == f'42["auth",{{"t":"{new}"}}]'


def test_latin1_pages() -> None:
    """A name on a page in Latin-1 is that name too."""
    scrubber = scrubber_of("Jean Dupré")

    assert scrubber.body("Bonjour Jean Dupré!".encode("latin-1")).decode("latin-1") == (
        f"Bonjour {scrubber.stand_in('Jean Dupré')}!"
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"pin": "PIN", "year": 1234}',
        '{"pin":PIN,"amount":1234}',
        '{"a":"{\\"pin\\":\\"PIN\\"}","n":"1234"}',
        "pin=PIN&n=1234",
        "a=1234; pin=PIN; b=12345",
        'x <input type="text" name="pin" class="1234" value="PIN">',
        "%7B%22pin%22%3A%22PIN%22%2C%22n%22%3A1234%7D",
    ],
)
def test_a_trivial_secret_goes_only_from_its_place(text: str) -> None:
    """ "1234" is a secret as the PIN and nothing but a number elsewhere."""
    scrubber = Scrubber({"pin": "1234"})

    assert scrubber.text(text.replace("PIN", "1234")) == text.replace("PIN", scrubber.stand_in("1234"))
    assert scrubber.stand_in("1234") != "1234"


def test_a_trivial_secret_goes_from_its_header_and_named_pair() -> None:
    """Where name and value stand apart, the name still tells."""
    scrubber = Scrubber({"X-Pin": "12"})
    pair = {"name": "X-Pin", "value": "12"}

    assert dict(scrubber.headers([("X-Pin", "12"), ("X-Age", "12")])) == {
        "X-Pin": scrubber.stand_in("12"),
        "X-Age": "12",
    }
    assert scrubber.tree([pair, {"name": "n", "value": "12"}, 12]) == [
        pair | {"value": scrubber.stand_in("12")},
        {"name": "n", "value": "12"},
        12,
    ]


def test_short_words_are_found_as_words_only() -> None:
    """A first name goes where it stands as a word, in any case, not from the middle of another word."""
    scrubber = scrubber_of("Rose")
    new = scrubber.stand_in("Rose")

    assert (
        scrubber.text("Rose, rose ROSE%20Rose prose roseau")
        == f"{new}, {new.lower()} {new.upper()}%20{new} prose roseau"
    )


def test_an_iban_is_found_in_both_groupings() -> None:
    """Printed in groups or not, an IBAN becomes the same other IBAN."""
    scrubber = scrubber_of("FR76 3000 6000 0112 3456 7890 189")
    printed = scrubber.text("FR76 3000 6000 0112 3456 7890 189")

    assert scrubber.text("FR7630006000011234567890189") == printed.replace(" ", "") != "FR7630006000011234567890189"


def test_same_seed_same_stand_ins() -> None:
    """Two takes of one journey agree, for numbers go by name and first appearance; another seed gives others."""
    first, again, other = (Scrubber(seed=seed) for seed in ("a", "a", "b"))
    again.add("something", "new0nly1nThisTake")
    for scrubber in (first, again, other):
        scrubber.add("sid", "s3ss10nValue")

    assert first.text("s3ss10nValue") == again.text("s3ss10nValue") != other.text("s3ss10nValue")


def test_a_secret_cut_out_of_another_keeps_its_stand_in() -> None:
    """A cookie that holds a session id and its signature is replaced piece by piece, so a client may cut it."""
    scrubber = scrubber_of("s:AbC123xyz789.sIgNaTuRe42", "AbC123xyz789")

    assert scrubber.stand_in("AbC123xyz789") in scrubber.stand_in("s:AbC123xyz789.sIgNaTuRe42")


def test_no_stand_in_is_a_secret() -> None:
    """With every number of six digits but few taken as secrets, the stand-ins are among the few."""
    secrets = [f"{number:06d}" for number in range(100_000, 100_300)]
    scrubber = scrubber_of(*secrets)

    stand_ins = {scrubber.stand_in(secret) for secret in secrets}

    assert stand_ins.isdisjoint(secrets)
    assert len(stand_ins) == len(secrets)


def test_its_own_stand_ins_are_not_learned(taught: Scrubber) -> None:
    """Reading its own output teaches a scrubber nothing, so scrubbing twice is scrubbing once."""
    clean = taught.request(LOGIN)
    known = len(taught.secrets)
    taught.learn_request(clean)

    assert len(taught.secrets) == known
    assert taught.request(clean) == clean


def test_compressed_base64_becomes_noise_of_the_same_length() -> None:
    """What cannot be packed again to the same length is made unreadable rather than kept."""
    scrubber = scrubber_of(TOKEN)
    packed = base64.b64encode(gzip.compress(TOKEN.encode() * 3)).decode()

    clean = scrubber.text(f'{{"gz":"{packed}"}}')

    assert len(clean) == len(packed) + 9
    assert scan(clean.encode(), scrubber.secrets).leaks == []
    assert packed not in clean


def test_secrets_are_not_shown() -> None:
    """Neither the scrubber nor what it knows shows a value."""
    scrubber = scrubber_of(PASSWORD)

    assert PASSWORD not in f"{scrubber!r} {scrubber.secrets!r}"
