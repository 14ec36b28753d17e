"""The codes of RFC 6238, and the ways in which a seed is written."""

import base64
from datetime import UTC, datetime

import pytest

from toolkit.errors import TwoFaExpired
from toolkit.totp import Totp, unused_code

SEED = base64.b32encode(b"12345678901234567890").decode()
LONG = {"SHA1": SEED, "SHA256": base64.b32encode(b"1234567890" * 3 + b"12").decode()}
LONG["SHA512"] = base64.b32encode(b"1234567890" * 6 + b"1234").decode()


@pytest.mark.parametrize(
    ("algorithm", "second", "code"),
    [
        ("SHA1", 59, "94287082"),
        ("SHA256", 59, "46119246"),
        ("SHA512", 59, "90693936"),
        ("SHA1", 1111111109, "07081804"),
        ("SHA256", 2000000000, "90698825"),
        ("SHA512", 20000000000, "47863826"),
    ],
)
def test_the_codes_of_the_standard(algorithm: str, second: int, code: str) -> None:
    """Appendix B of RFC 6238."""
    totp = Totp.of(f"otpauth://totp/Acme:ada?secret={LONG[algorithm]}&algorithm={algorithm}&digits=8&issuer=Acme")

    assert totp.code(totp.step(datetime.fromtimestamp(second, UTC))) == code


@pytest.mark.parametrize("written", [SEED, SEED.lower(), " GEZD GNBV-GY3T QOJQ GEZD GNBV GY3T QOJQ ", "ME======"])
def test_a_seed_is_taken_as_sites_show_it(written: str) -> None:
    """In groups, in small letters, with its padding, and however short the site has made it."""
    assert Totp.of(written).key in {b"12345678901234567890", b"a"}


@pytest.mark.parametrize(
    "written",
    [
        "",
        "not base32!",
        "1888",
        f"otpauth://hotp/Acme?secret={SEED}&counter=1",
        "otpauth://totp/Acme",
        f"otpauth://totp/Acme?secret={SEED}&digits=six",
        f"otpauth://totp/Acme?secret={SEED}&algorithm=MD5",
        f"otpauth://totp/Acme?secret={SEED}&period=0",
        f"https://totp/Acme?secret={SEED}",
    ],
)
def test_what_is_no_seed_is_refused_and_not_told(written: str) -> None:
    """The sentence holds nothing of it."""
    with pytest.raises(ValueError, match=r"^it is neither base32 nor an otpauth://totp/ address$") as refused:
        Totp.of(written)

    assert SEED not in str(refused.value)


def test_a_code_is_good_for_its_time() -> None:
    """Half a minute, or as long as the address says; the seed is in no representation."""
    minute = Totp.of(f"otpauth://totp/Acme?secret={SEED}&period=60")
    when = datetime(2025, 3, 9, 12, 0, 59, tzinfo=UTC)

    assert minute.begins(minute.step(when)) == datetime(2025, 3, 9, 12, 0, tzinfo=UTC)
    assert Totp.of(SEED).begins(Totp.of(SEED).step(when)) == datetime(2025, 3, 9, 12, 0, 30, tzinfo=UTC)
    assert "1234567890" not in repr(minute)


@pytest.mark.parametrize(
    ("second", "used", "waits", "step"),
    [(10, -1, 0, 0), (10, 0, 21, 1), (29.5, -1, 1.5, 1), (30.2, 0, 0, 1), (10, 1, 51, 2)],
)
def test_a_code_is_used_once(second: float, used: int, waits: float, step: int) -> None:
    """One that was used is not given again, nor one that ends before it can be typed: the next one is waited for."""
    totp, slept = Totp.of(SEED), [0.0]
    code = unused_code(
        totp,
        claim=lambda first: max(first, used + 1),
        now=lambda: datetime.fromtimestamp(second, UTC),
        sleep=slept.append,
        deadline=60,
    )

    assert (code, sum(slept)) == (totp.code(step), waits)


def test_the_next_code_may_be_too_late() -> None:
    """It is not waited for then."""
    now = datetime.fromtimestamp(10, UTC)
    with pytest.raises(TwoFaExpired, match="too late: in 21 seconds"):
        unused_code(Totp.of(SEED), claim=lambda _: 1, now=lambda: now, sleep=lambda _: None, deadline=20)
