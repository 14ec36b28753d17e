"""Logging in, handing over what the login won, and taking it up again."""

from toolkit.login.codes import enter_code
from toolkit.login.form import login_form
from toolkit.login.handover import hand_over, hands_over, held_by, stays_in_page
from toolkit.login.kept import Check, lives, take_up
from toolkit.login.link import open_link
from toolkit.login.outcome import outcome
from toolkit.login.passkeys import use_passkeys
from toolkit.login.signin import signin

__all__ = [
    "Check",
    "enter_code",
    "hand_over",
    "hands_over",
    "held_by",
    "lives",
    "login_form",
    "open_link",
    "outcome",
    "signin",
    "stays_in_page",
    "take_up",
    "use_passkeys",
]
