"""Logging in, and handing over what the login won."""

from toolkit.login.form import login_form
from toolkit.login.handover import hand_over

__all__ = ["hand_over", "login_form"]
