"""From traffic to a take: secrets become stand-ins, what only differs from take to take goes, a scan proves it."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from toolkit.transport.declared import in_exchange
from toolkit.transport.fresh import leave_out, make_alike
from toolkit.transport.given import given_back
from toolkit.transport.har import Har, HarEntry, lint
from toolkit.transport.har_files import BODIES
from toolkit.transport.leaks import scan
from toolkit.transport.learning import in_body, in_entry
from toolkit.transport.request import Req
from toolkit.transport.scrub import Scrubber
from toolkit.transport.steady import make_steady
from toolkit.transport.take import HAR_NAME, Take, TakeError, digest

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from toolkit.transport.masking import Value

__all__ = ["settle", "write_take"]

STAND_INS = "take"  # what stands for a secret follows from its place alone, so that two takes are alike


def write_take(entries: Sequence[HarEntry], take: Take, folder: Path, secret: frozenset[str]) -> int:
    """Write a take into a folder, without the secrets, and return how many were replaced.

    Files that lie there already, such as documents to load first, lose their secrets too. `take` has the person's real
    fields and answers. The fields named in `secret`, the answers, and what the traffic calls a cookie, a token or a
    password, get stand-ins, in `entries` themselves too. Raises TakeError when a body is missing, or when a secret is
    found in what was written.
    """
    har = Har(entries)
    if lacks := lint(har):
        raise TakeError(f"The recording is not complete: {lacks[0]}")
    beside = {path: path.read_bytes() for path in sorted(folder.iterdir())}
    scrubber = _taught(har, take, secret)
    for found in chain.from_iterable(map(in_body, beside.values())):
        scrubber.add(found.name, found.value)
    for path, data in beside.items():
        path.write_bytes(scrubber.body(data))
    for entry in har.entries:
        _scrub(scrubber, entry)
    make_alike(har.entries, take.clock, [scrubber.stand_in(known.value) for known in scrubber.secrets])
    for entry in har.entries:
        make_steady(entry)
    har.save(folder / HAR_NAME)
    _placeholders(take, scrubber, secret, har.entries).save(folder)
    if leaks := scan(folder, scrubber.secrets).leaks:
        raise TakeError(f"A secret ({leaks[0].secret}) is still in {leaks[0].where}, as {leaks[0].encoding}.")
    return len(scrubber.secrets)


def settle(folder: Path, varied: Collection[Value]) -> None:
    """Replace in a take that was written what a replay asked otherwise: nonces and signatures of the session."""
    har, stand_ins = Har.load(folder / HAR_NAME), set(Take.load(folder).stand_ins)
    leave_out(har.entries, {value for value in varied if digest(value.text) not in stand_ins})
    har.save(folder / HAR_NAME)
    kept = (folder / HAR_NAME).read_text("utf-8")
    for body in (folder / BODIES).glob("*"):
        if body.name not in kept:
            body.unlink()


def _taught(har: Har, take: Take, secret: frozenset[str]) -> Scrubber:
    """A scrubber that has seen it all: a token may stand in an answer before the request that shows what it is."""
    scrubber = Scrubber({name: value for name, value in take.fields.items() if name in secret}, seed=STAND_INS)
    for answer in take.answers:
        scrubber.add("code", answer)
    for entry in har.entries:
        for found in (*in_exchange(entry, take.secrets), *in_entry(entry)):
            scrubber.add(found.name, found.value)
    for found in given_back(har.entries):
        scrubber.add(found.name, found.value)
    return scrubber


def _scrub(scrubber: Scrubber, entry: HarEntry) -> None:
    clean = scrubber.request(Req.of(entry))
    entry.url, entry.request_headers = clean.url, clean.headers
    if clean.body is not None:
        entry.set_request_body(clean.body)
    entry.response_headers = scrubber.headers(entry.response_headers)
    body = entry.body()
    if (clean_body := scrubber.body(body)) != body:  # else the length told stays, which in answers to HEAD is not 0
        entry.set_body(clean_body)
    if entry.messages:
        entry.messages = [replace(one, data=_clean(scrubber, one.data)) for one in entry.messages]


def _clean(scrubber: Scrubber, data: str | bytes) -> str | bytes:
    return scrubber.text(data) if isinstance(data, str) else scrubber.body(data)


def _placeholders(take: Take, scrubber: Scrubber, secret: frozenset[str], entries: Sequence[HarEntry]) -> Take:
    """The take with the placeholder account, the browser's face, and the digests of all stand-ins."""
    fields = {name: scrubber.stand_in(value) if name in secret else value for name, value in take.fields.items()}
    stand_ins = {digest(scrubber.stand_in(known.value)) for known in scrubber.secrets}
    agent, language = _face(entries)
    return replace(
        take,
        fields=fields,
        answers=tuple(map(scrubber.stand_in, take.answers)),
        stand_ins=tuple(sorted(stand_ins)),
        user_agent=agent,
        locale=language,
    )


def _face(entries: Sequence[HarEntry]) -> tuple[str, str]:
    """What the browser called itself, and its language."""
    first = next((entry for entry in entries if entry.client == "browser"), None)
    agent, languages = (first.request_header(name) if first else "" for name in ("user-agent", "accept-language"))
    return agent or "", (languages or "").partition(",")[0]
