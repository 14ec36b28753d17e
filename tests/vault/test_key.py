"""The key shows nothing of itself."""

from toolkit.vault.key import Key

KEY = Key(b"0123456789abcdef0123456789abcdef", "here")


def test_it_is_not_shown() -> None:
    """Neither by repr nor by its name."""
    assert repr(KEY) == "Key(origin='here')"
    assert len(KEY.name) == 16
    assert KEY.name not in KEY.secret.hex()


def test_names_and_digests_differ_by_key() -> None:
    """The same text gives the same digest with the same key only."""
    other = Key(KEY.secret[::-1], "here")

    assert KEY.digest("a") == Key(KEY.secret, "there").digest("a")
    assert len({KEY.digest("a"), KEY.digest("b"), other.digest("a"), KEY.name, other.name}) == 5
