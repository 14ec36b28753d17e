"""A document at rest opens for its own account and key, whole, or not at all."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.vault.key import Key
from toolkit.vault.sealed import Label, NotOpened, read, seal, unseal

KEY = Key(bytes(range(32)), "here")
LABEL = Label("acme", "me", "session")


def opens(data: bytes, label: Label = LABEL, key: Key = KEY) -> bool:
    """Whether it does."""
    try:
        unseal(data, label, key)
    except NotOpened:
        return False
    return True


@settings(deadline=None)
@given(st.binary(), st.builds(Label, st.text(), st.text(), st.text()))
def test_what_is_sealed_opens(value: bytes, label: Label) -> None:
    """Whatever it is, and whosever."""
    data = seal(label, value, KEY)

    assert unseal(data, label, KEY) == value
    assert read(data).label == label


def test_no_flipped_bit_opens() -> None:
    """Neither in the version, the label, the nonce, the value nor the tag."""
    data = seal(LABEL, b"x", KEY)
    flipped = [
        data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]
        for place in range(len(data))
        for bit in range(8)
    ]

    assert opens(data)
    assert len(flipped) > 800
    assert not any(map(opens, flipped))


def test_no_torn_document_opens() -> None:
    """However much of it is missing, nor one with something after it."""
    data = seal(LABEL, b"value", KEY)

    assert not any(opens(data[:length]) for length in range(len(data)))
    assert not opens(data + b"\0")


@settings(deadline=None)
@given(st.binary())
def test_what_is_no_document_is_refused(data: bytes) -> None:
    """Whatever a file holds, it ends in a word on it."""
    assert not opens(data)
    assert not opens(b"\x01" + data)


@pytest.mark.parametrize("written", ["[" * 100_000, "{}", "[]", '{"slug": 1, "account": "a", "kind": "b", "key": "c"}'])
def test_a_label_that_is_none_is_refused(written: str) -> None:
    """Where somebody else wrote the label."""
    with pytest.raises(NotOpened, match="damaged"):
        read(b"\x01" + len(written).to_bytes(4, "big") + written.encode())


@pytest.mark.parametrize(
    "other", [Label("acme", "me", "device"), Label("acme", "you", "session"), Label("b", "me", "session")]
)
def test_it_opens_for_nobody_else(other: Label) -> None:
    """A file that was copied says whose it was; with the label changed as well, it is damaged."""
    data = seal(LABEL, b"value", KEY)
    rest = len(data) - len(read(data).associated)
    forged = seal(other, b"value", KEY)[:-rest] + data[-rest:]

    with pytest.raises(NotOpened, match="was the session of acme, account 'me'"):
        unseal(data, other, KEY)
    with pytest.raises(NotOpened, match="is damaged"):
        unseal(forged, other, KEY)


def test_another_key_is_told_from_damage() -> None:
    """By the name of the key, without which nobody would know what to do."""
    data = seal(LABEL, b"value", KEY)

    with pytest.raises(NotOpened, match="another key than the one in there"):
        unseal(data, LABEL, Key(bytes(32), "there"))


def test_no_two_writings_are_alike() -> None:
    """Each has a nonce of its own, and neither shows the value."""
    sealed = [seal(LABEL, b"sesame" * 9, KEY) for _ in range(100)]

    assert len({read(data).nonce for data in sealed}) == len({read(data).secret for data in sealed}) == 100
    assert not any(b"sesame" in data for data in sealed)


def test_the_form_is_the_documented_one() -> None:
    """Another program with the key can read it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - the other program

    data = seal(LABEL, b"value", KEY)
    end = 5 + int.from_bytes(data[1:5], "big")

    assert data[0] == 1
    assert json.loads(data[5:end]) == {"slug": "acme", "account": "me", "kind": "session", "key": KEY.name}
    assert AESGCM(KEY.secret).decrypt(data[end : end + 12], data[end + 12 :], data[:end]) == b"value"


def test_a_newer_version_is_told() -> None:
    """Rather than called damaged."""
    with pytest.raises(NotOpened, match="none that this version of the toolkit has written"):
        read(b"\x02" + seal(LABEL, b"value", KEY)[1:])
