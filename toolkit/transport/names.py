"""Which names announce a secret: `csrfToken`, `X-Api-Key`, `login[password]`, `otp`."""

import re

from toolkit.transport.shapes import looks_secret

__all__ = ["CLAIMS", "KEYWORD", "is_secret", "is_typed"]

WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
TYPED = re.compile(
    r"(?:.*(?:password|passwd|passphrase|passcode)|pwd|pass|pin|otp|totp|mfa|cvv|cvc|motdepasse|passwort|wachtwoord)"
    r"|(?:.* )?(?:auth|security|login|verification|otp|sms|mfa|pin) code|(?:.* )?(?:secret|security) answer"
)
TOKEN = re.compile(
    r"(?:.* )?(?:\w*(?:token|secret|csrf|xsrf|apikey|sessionid|sessid)|jwt|sid|bearer|authenticity|credentials?)"
    r"|(?:.* )?(?:api key|access key|session id|code|session|key|auth|ticket|state|assertion|verifier|cookie)"
    r"|(?:.* )?(?:signature|sig)|saml response"
)
EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
KEYWORD = re.compile(
    b"token|passw|passp|passc|pwd|secret|csrf|xsrf|otp|jwt|sess|sid|api_key|api-key|apikey|auth|credential|ticket|code"
    b"|samlresponse|signature|(?<![a-z])sig(?=[=%\"'])|answer"
)
"""Where to look for such a name in a body in lower case; not every hit is one."""

CLAIMS = frozenset(
    {"sub", "email", "name", "given_name", "family_name", "preferred_username", "phone_number", "jti", "upn", "nonce"}
)
"""The claims of a JWT that say who it is for, or make it unique."""


def is_secret(name: str, value: str, *, asked: bool) -> bool:
    """Whether a value under a name is a secret; `asked` says that it stood in a request.

    What people type (a password, a code) is one whatever it looks like, and so is an e-mail address, under any name.
    Tokens must look random, and so must anything in an answer, where the same names label translations, schemas and
    error codes.
    """
    if is_typed(name):
        return bool(value) if asked else looks_secret(value)
    if asked and EMAIL.fullmatch(value):
        return True
    return bool(TOKEN.fullmatch(words_of(name))) and looks_secret(value)


def is_typed(name: str) -> bool:
    """Whether a name is that of what people type in secret: a password, a PIN, a code."""
    words = words_of(name)
    return any(map(TYPED.fullmatch, (words, words.rpartition(" ")[2], words.replace(" ", ""))))


def words_of(name: str) -> str:
    """The words of a name, in small letters: `loginCode` and `LOGIN-CODE` are "login code"."""
    return " ".join(word.lower() for word in WORD.findall(name))
