"""Which of the controls of a page comes nearest to what a selector was meant to find."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from toolkit.debug.probe import Tried
    from toolkit.debug.scene import Control, FrameScene, Scene

__all__ = ["meant_by", "nearest", "nearest_other", "words_of"]


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


OF_SELECTORS = _set(
    "input button type submit text css xpath div span form visible nth has name id class role locator get by first "
    "last true exact label placeholder test data aria li ul a p main section"
)
WORD = re.compile(r"[A-Z]?[a-zà-ÿ]+|[A-Z]+(?![a-z])|\d+")
# What sites call one thing, in the languages of Europe.
ALIKE = (
    _set(
        "login user username userid email mail identifier identifiant identificador benutzer benutzername kunde "
        "kundennummer usuario utente utilizador gebruiker gebruikersnaam account customer client konto correo courriel "
        "phone telephone mobile"
    ),
    _set(
        "password passwd pass pwd secret pin passwort kennwort contrasena contraseña clave senha wachtwoord passe "
        "passcode motdepasse geheimzahl"
    ),
    _set("code otp totp token sms tan pin mfa 2fa verification verify security einmal codigo codice"),
    _set(
        "submit login log in signin sign anmelden einloggen connexion connecter entrar acceder accedi inloggen "
        "continue next weiter suivant continuer siguiente avanti"
    ),
    _set(
        "bill bills invoice invoices facture factures rechnung rechnungen factura facturas fattura document documents"
    ),
    _set("error alert wrong invalid message warning fehler erreur"),
    _set("down maintenance unavailable wartung"),
)
ENOUGH = 0.45
MAYBE = 0.6


def words_of(text: str) -> set[str]:
    """The words in a selector or a caption, in small letters, without what any selector says."""
    return {word.lower() for word in WORD.findall(text)} - OF_SELECTORS


def meant_by(tried: Tried) -> str:
    """Whether "a field", "a button" or "" for anything was meant."""
    selector = tried.selector.lower()
    if tried.purpose in {"form", "code", "field"} or re.search(r"\b(?:input|textarea|select)\b", selector):
        return "button" if re.search(r"type=.?submit", selector) else "field"
    if tried.purpose in {"submit", "dismiss"} or re.search(r"\bbutton\b|role=.?link|^a\b", selector):
        return "button"
    return ""


def nearest(tried: Tried, scene: Scene, *, besides: Iterable[str] = ()) -> tuple[FrameScene, Control] | None:
    """The control of the kind that was meant whose names are the likest; None when none comes near.

    `besides` are the selectors of controls that are known to be something else.
    """
    kind, wanted, others = meant_by(tried), words_of(tried.selector), set(besides)
    fitting = [
        (frame, control)
        for frame, control in scene.controls()
        if control.visible and control.selector not in others and (not kind or control.is_field == (kind == "field"))
    ]
    if not fitting:
        return None
    scored = sorted(((_score(wanted, tried, one), -place) for place, (_, one) in enumerate(fitting)), reverse=True)
    score, place = scored[0]
    if score >= ENOUGH or (len(fitting) == 1 and kind):
        return fitting[-place]
    return None


def nearest_other(tried: Tried, scene: Scene) -> tuple[FrameScene, str] | None:
    """The element with an id that is the likest, with its frame; for outcomes, which are no controls."""
    wanted = words_of(tried.selector)
    found = [
        (_alike(wanted, words_of(selector)), frame, selector) for frame in scene.frames for selector, _ in frame.others
    ]
    best = max(found, key=lambda one: one[0], default=None)
    return (best[1], best[2]) if best is not None and best[0] >= MAYBE else None


def _score(wanted: set[str], tried: Tried, control: Control) -> float:
    """How well a control fits, from 0 to above 1."""
    names = (control.id, control.name, control.autocomplete, control.label, control.placeholder, control.text)
    best = max((_alike(wanted, words_of(name)) for name in names if name), default=0.0)
    if control.type and control.type in wanted:
        best += 0.4
    if control.type == "password":
        best += 0.4 if wanted & ALIKE[1] else -0.5
    if control.type == "submit" and tried.purpose == "submit":
        best += 0.4
    return best


def _alike(wanted: set[str], words: set[str]) -> float:
    return max((_same(one, other) for one in wanted for other in words), default=0.0)


def _same(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if any(one in group and other in group for group in ALIKE):
        return 0.8
    return SequenceMatcher(None, one, other).ratio() * 0.9
