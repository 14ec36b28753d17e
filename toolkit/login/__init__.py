"""Logging in, handing over what the login won, and taking it up again."""

from toolkit.login.form import login_form
from toolkit.login.handover import hand_over
from toolkit.login.kept import take_up

__all__ = ["hand_over", "login_form", "take_up"]
