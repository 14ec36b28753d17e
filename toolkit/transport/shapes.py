"""What a value looks like: stand-ins of the same shape, and how far a secret may be replaced without doing harm."""

import hashlib
import re
import string
import unicodedata
from collections.abc import Iterator
from enum import IntEnum
from itertools import count

__all__ = ["IBAN_SPACES", "Reach", "compact", "is_iban", "looks_secret", "reach_of", "stand_in", "with_check_digits"]

PIECE = re.compile(
    r"(?P<uuid>\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b)"
    r"|(?P<escape>%[0-9A-Fa-f]{2}|\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\"\\/bfnrt']|[0-3][0-7]{2})"
    r"|&(?:#\w{1,7}|[A-Za-z]\w{1,31});)"
    r"|(?P<tld>(?<=\.)[A-Za-z]{2,24}$)"
    r"|(?P<hex>\b(?=[0-9]*[a-fA-F])(?=[a-fA-F]*[0-9])(?:[0-9a-f]{8,}|[0-9A-F]{8,})\b)"
    r"|(?P<digits>[0-9]+)"
    r"|(?P<other>.)",
    re.DOTALL,
)
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
FAR = 1 << 10  # code points to look through for a letter that has no like beside it
LATIN_1 = 0xFF
IBAN_SPACES = " \u00a0\u202f"

TRIVIAL = re.compile(
    r"""0 | 1 | true | false | yes | no | on | off | null | none | nil | undefined | ok | error | empty | default
    | unknown | anonymous | guest | user | admin | root | test | example | login | logout | email | name | password
    | secret | token | username | id | session | code | key | value | text | hidden | required | optional | submit
    | (?:en|fr|de|es|it|nl|pt|pl)(?:[-_][a-z]{2})? | eur | usd | gbp | chf | accepted | rejected | denied | allow
    | active | inactive | enabled | disabled | light | dark | desktop | mobile | public | private | bearer | basic
    | json | html | utf-8 | chrome | firefox | safari | linux | windows | home | index | main | bills?""",
    re.IGNORECASE | re.VERBOSE,
)
HARMLESS = re.compile(
    r"-?\d+[.,]\d+|1\d{9}|1\d{12}"  # an amount, seconds or milliseconds since 1970
    r"|\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|v?\d{1,4}(?:\.\d{1,5})+(?:[-+][\w.]+)?"  # a version or an address
    r"|[a-z][a-z+.-]*://.*|(?:/[a-z0-9._-]*)+|[a-z]+/[a-z0-9.+-]+|\.?[\w-]+(?:\.[a-z]{2,6})+"  # URL, path, type, host
    r"|[A-Za-z]+(?:[-_ ][A-Za-z]+)*\d?|[A-Z]+(?:_[A-Z0-9]+)+",  # words
    re.DOTALL,
)
TOKEN = re.compile(r"[A-Za-z0-9+/=_.~:|!%*-]+")

LAST_DIGIT = re.compile(r"\d$")
JOINTS = str.maketrans("", "", "-_")
WORD_SIGNS = " -'.\u2019"  # these stand in names and numbers too
SHORTEST = 4  # below, a value stands everywhere
SHORTEST_DIGITS = 6  # below, it may be a year or an amount; also the shortest code sent by SMS
SHORTEST_LETTERS = 16  # below, or with few capitals, it may be a word or two
SHORTEST_TOKEN = 8  # below, a mix of letters and digits may be the code of a product


class Reach(IntEnum):
    """Where a secret is replaced: only in its own field, where it stands as a word of its own, or anywhere."""

    PLACE = 0
    WORD = 1
    ANYWHERE = 2


def reach_of(value: str) -> Reach:
    """How far this value can be replaced: "1" or "true" stand in too many places that have nothing to do with it."""
    letters, digits = any(map(str.isalpha, value)), any(map(str.isdigit, value))
    signs = any(not char.isalnum() and char not in WORD_SIGNS for char in value)
    shortest = SHORTEST if letters else SHORTEST_DIGITS
    if len(value) < shortest or TRIVIAL.fullmatch(value) or not (letters or digits):
        return Reach.PLACE
    safe = 6 if letters + digits + signs > 1 else 8 if digits else 10
    return Reach.ANYWHERE if len(value) >= safe else Reach.WORD


def looks_secret(value: str) -> bool:
    """Whether a value under a telling name is random enough: not a word, a date, a number, a path or a version."""
    letters = LAST_DIGIT.sub("", value.translate(JOINTS))
    if letters.isascii() and letters.isalpha():
        return len(value) >= SHORTEST_LETTERS and 1 / 4 < sum(map(str.isupper, letters)) / len(letters) < 3 / 4
    if HARMLESS.fullmatch(value) or not TOKEN.fullmatch(value) or TRIVIAL.fullmatch(value):
        return False
    if value.isdigit():
        return len(value) >= SHORTEST_DIGITS
    return len(value) >= SHORTEST_TOKEN and any(map(str.isdigit, value)) and any(map(str.isalpha, value))


def compact(iban: str) -> str:
    """The IBAN without its spaces."""
    return iban.translate(str.maketrans("", "", IBAN_SPACES))


def is_iban(value: str) -> bool:
    """Whether a value is an IBAN with valid check digits, spaces allowed."""
    return bool(IBAN.fullmatch(compact(value))) and remainder(compact(value)) == 1


def remainder(iban: str) -> int:
    """ISO 7064 mod 97-10 over the rearranged letters and digits."""
    return int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97


def stand_in(value: str, seed: str) -> str:
    """Another value of the same shape, always the same for the same seed.

    Each character keeps its class (digit, lower, upper, other letter, the rest as it is) and its length in UTF-8, so
    whatever encodes the value keeps its length too. UUID, hex, e-mail and IBAN stay what they are, and what looks like
    an escape inside the value stays as it is.
    """
    dice = Dice(seed)
    if is_iban(value):
        return iban_like(value, dice)
    if not any(map(str.isalnum, value)):
        return "".join(sign_like(char, dice) for char in value)
    return "".join(piece_like(found, value, dice) for found in PIECE.finditer(value))


class Dice:
    """A row of choices that only the seed decides: each call picks one character of the options."""

    def __init__(self, seed: str) -> None:
        self._bytes = stream(seed)

    def __call__(self, options: str) -> str:
        return options[next(self._bytes) % len(options)]


def stream(seed: str) -> Iterator[int]:
    """Bytes without end."""
    for block in count():
        yield from hashlib.sha256(f"{seed}\0{block}".encode()).digest()


def piece_like(found: re.Match[str], value: str, dice: Dice) -> str:
    """The stand-in of one piece of a value."""
    piece, kind = found.group(), found.lastgroup
    if kind == "escape" or (kind == "tld" and "@" in value):
        return piece
    if kind == "uuid":
        return "".join(c if i in (14, 19) else hex_like(c, dice) for i, c in enumerate(piece))
    if kind == "hex":
        return "".join(hex_like(char, dice) for char in piece)
    if kind == "digits":
        # A number in JSON must not begin with zero, and a phone number goes on beginning with it.
        first = "0" if piece[0] == "0" and len(piece) > 1 else dice("123456789")
        return first + "".join(dice(string.digits) for _ in piece[1:])
    return "".join(char_like(char, dice) for char in piece)


def hex_like(char: str, dice: Dice) -> str:
    """Another hex digit of the same class."""
    options = string.digits if char.isdigit() else "abcdef" if char.islower() else "ABCDEF"
    return dice(options) if char != "-" else char


def char_like(char: str, dice: Dice) -> str:
    """Another character of the same class, case and length in UTF-8."""
    if not char.isalnum():
        return char
    if not char.isascii():
        return sibling(char, dice)
    options = string.digits if char.isdigit() else string.ascii_lowercase if char.islower() else string.ascii_uppercase
    return dice(options)


def sign_like(char: str, dice: Dice) -> str:
    """Another sign; the ASCII ones are those that no encoding escapes."""
    return dice("-._~") if char.isascii() else sibling(char, dice)


def sibling(char: str, dice: Dice) -> str:
    """Another character of the same category and block; where it is the only one, another that is as long."""
    block = ord(char) & ~0x3F  # 64 code points share their length and, up to U+00FF, being in Latin-1
    options = [other for other in map(chr, range(block, block + 64)) if alike(char, other)]
    options = options or [other for other in map(chr, nearby(block)) if as_long(char, other)]
    return dice("".join(options)) if options else char


def nearby(block: int) -> Iterator[int]:
    """The code points around a block, half characters left out."""
    around = range(max(block - FAR, 0x80), min(block + FAR, 0x110000))
    return (point for point in around if not 0xD800 <= point < 0xE000)  # noqa: PLR2004 - surrogates


def as_long(char: str, other: str) -> bool:
    """Whether both are letters, or neither, of one length in UTF-8 and of Latin-1 alike."""
    sizes = {(len(one.encode("utf-8", "surrogatepass")), ord(one) > LATIN_1, one.isalnum()) for one in (char, other)}
    return char != other and len(sizes) == 1 and (other.isalnum() or other.isprintable())


def alike(char: str, other: str) -> bool:
    """Whether one letter may stand for another, in capitals as well."""
    same_size = len({len(form.encode("utf-8", "surrogatepass")) for form in (other, other.upper(), other.lower())}) == 1
    return char != other and unicodedata.category(char) == unicodedata.category(other) and same_size


def iban_like(value: str, dice: Dice) -> str:
    """Another IBAN of the same country and grouping, with valid check digits."""
    return with_check_digits(value[:4] + "".join(char_like(char, dice) for char in value[4:]), value)


def with_check_digits(new: str, old: str) -> str:
    """`new` with the check digits that make it an IBAN, if `old` is one."""
    if not is_iban(old):
        return new
    account = compact(new)[4:]
    check = 98 - remainder(f"{old[:2]}00{account}")
    letters = iter(f"{old[:2]}{check:02d}{account}")
    return "".join(next(letters) if char.isalnum() else char for char in old)
