"""What is new on every call is told from what stays, of each kind."""

import pytest

from toolkit.web.momentary import why_momentary

HASH = ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "60303ae22b998861bce3b28f33eec1be" * 2]
UUID = ["3f2504e0-4f89-41d3-9a0c-0305e82c3301", "6ba7b810-9dad-41d1-80b4-00c04fd430c8"]
BASE64 = ["n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=", "YDA64iuZiGG847KPM+7BvnWKwyGfzPzVkkvpqnlyCSY="]
KEY = "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY"


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("x-timestamp", ["1732593600", "1732593601"], "a time"),
        ("x-timestamp", ["1732593600123"], "a time"),
        ("x-amz-date", ["20251126T040000Z", "20251126T040000Z"], "a time"),
        ("x-ts", ["2025-11-26T04:00:00.123Z", "2025-11-26T04:00:01+01:00"], "a time"),
        ("date", ["Wed, 26 Nov 2025 04:00:00 GMT"], "a time"),
        ("x-request-id", UUID, "a nonce"),
        ("x-correlation-id", UUID[:1], "a nonce"),
        ("x-whatever", UUID, "a nonce"),
        ("traceparent", ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"], "a nonce"),
        ("x-auth-nonce", ["8d1f0a2b9c", "77aa01bb2c"], "a nonce"),
        ("x-signature", HASH, "a signature of the call"),
        ("x-signature", [HASH[0], HASH[1], HASH[1]], "a signature of the call"),
        ("x-auth-hmac", BASE64, "a signature of the call"),
        ("x-body-digest", HASH[:1], "a signature of the call"),
        ("x-odd", HASH, "a signature of the call"),
        ("dpop", [f"eyJhbGciOi.{number}abc.def1" for number in range(2)], "a signature of the call"),
        ("authorization", ["AWS4-HMAC-SHA256 Credential=a/b, Signature=0f"], "a signature of the call"),
        ("authorization", ['OAuth oauth_nonce="1", oauth_signature="x%3D"'] * 2, "a signature of the call"),
        ("x-odd", [HASH[0], HASH[1], HASH[0]], "a signature of the call"),
        ("x-counter", ["1", "2", "3"], "another one on every call"),
        ("x-csrf-token", ["of-the-first", "of-the-second", "of-the-third"], "another one on every call"),
    ],
)
def test_what_is_made_for_the_call_is_left_out(name: str, values: list[str], kind: str) -> None:
    """A time, a nonce, a signature, by shape or by name; and what nobody knows, when it never was the same twice."""
    assert why_momentary(name, values, stands=False).startswith(kind)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("x-api-key", [KEY]),
        ("x-api-key", [KEY, KEY]),
        ("x-browser-id", UUID[:1]),
        ("x-session-id", [UUID[0], UUID[0], UUID[0]]),
        ("x-correlation-id", [UUID[0], UUID[0]]),  # one for each time that the page is loaded
        ("x-app-signature", [HASH[0], HASH[0]]),  # that of the program
        ("authorization", ["Bearer before", "Bearer after"]),
        ("x-session", [UUID[0], UUID[1], UUID[1]]),
        ("x-page", ["list", "detail", "list"]),
        ("x-time-zone", ["Europe/Paris"]),
        ("x-sign-in", ["form"]),
        ("x-client-version", ["3.2.1"]),
        ("x-requested-with", ["XMLHttpRequest"]),
    ],
)
def test_what_stays_is_carried(name: str, values: list[str]) -> None:
    """Keys, the browser's own number, what says which program asks, a token that was renewed once."""
    assert why_momentary(name, values, stands=False) == ""


@pytest.mark.parametrize(("values", "left_out"), [(["a1", "b2", "c3"], False), (UUID[:1], False)])
def test_what_the_page_keeps_is_carried(values: list[str], left_out: bool) -> None:
    """However often it was renewed: the last one stands in its storage."""
    assert bool(why_momentary("x-correlation-id", values, stands=True)) is left_out


def test_a_name_alone_tells_of_a_single_call() -> None:
    """It is said that this is all there is to go by."""
    assert why_momentary("x-nonce", ["8d1f0a2b9c"], stands=False) == "a nonce, by its name"
