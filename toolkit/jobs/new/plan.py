"""What a new connector is to be: its name and fields, how it logs in, and where its bills are listed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Field", "Listing", "Login", "Plan", "Step"]


@dataclass(frozen=True)
class Step:
    """One step of a login: "fill" or "click", a locator of the page as a person writes it, and the field to fill in."""

    kind: Literal["fill", "click"]
    locator: str
    field: str = ""


@dataclass(frozen=True)
class Login:
    """The login page, relative to the site, and Playwright's selectors in it; `guessed` says of what is not known.

    fields  {name of the account's field: selector}
    steps   what a person does, where that was seen; then `ok` is a locator
    """

    url: str = "/"
    fields: dict[str, str] = field(default_factory=dict)
    submit: str = "button[type=submit]"
    ok: str = "text=/log ?out|sign ?out/i"
    wrong: str = "[role=alert]"
    guessed: dict[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Field:
    """Where a field of a bill is in a row: Python that reads it; `guess` says why it is thought so, empty when sure."""

    code: str
    guess: str = ""


@dataclass(frozen=True)
class Listing:
    """The request that lists the bills, and what is in its answer.

    rows    Python that gives the rows of `answer`, such as `answer["items"]`
    body    what is posted, as plain JSON values; None for a GET
    fields  {name of a bill's field: where it is}
    """

    method: str
    url: str
    rows: str
    fields: dict[str, Field]
    body: Any = None
    params: dict[str, str] = field(default_factory=dict)
    guess: str = ""


@dataclass(frozen=True)
class Plan:
    """All of a new connector; `url` is the site's address, `hosts` those that it needs beside."""

    slug: str
    name: str
    url: str
    fields: dict[str, str] = field(default_factory=lambda: {"login": "text", "password": "password"})
    login: Login = field(default_factory=Login)
    listing: Listing | None = None
    currency: str = "EUR"
    hosts: tuple[str, ...] = ()
