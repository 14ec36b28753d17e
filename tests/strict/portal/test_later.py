"""Recordings that are five years old replay like those of today."""

import json
import re
import shutil
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

from tests.strict.portal.conftest import Takes
from toolkit.jobs import RunOptions
from toolkit.jobs.recordings import Replayed, replay_connector
from toolkit.transport.har import Har
from toolkit.transport.replay import Replay
from toolkit.transport.take import HAR_NAME, Take
from toolkit.web import Session

FIVE_YEARS = timedelta(days=5 * 365 + 1)
JWT = re.compile(r"(eyJ[\w-]+\.)(eyJ[\w-]+)")
ENDS = re.compile(r"(?<=Expires=)[^;\"]+ GMT")
LONG_AGO, NEVER = 1980, 9999


def older(take: Path, folder: Path) -> Path:
    """The same recording as it would be if it had been made five years earlier: clock, cookies, tokens and links."""
    copy = shutil.copytree(take, folder / take.name)
    clock = Take.load(take).clock - FIVE_YEARS
    path = copy / "take.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "clock": clock.isoformat()}))
    har = copy / HAR_NAME
    text = JWT.sub(lambda found: found[1] + _older_claims(found[2]), har.read_text("utf-8"))
    text = ENDS.sub(lambda found: _older_date(found[0]), text)
    har.write_text(re.sub(r"(?<=&e=)1[1-9]\d{8}", lambda found: _older_number(found[0]), text), "utf-8")
    return copy


def _older_number(seconds: str) -> str:
    return str(int(seconds) - int(FIVE_YEARS.total_seconds()))


def _older_date(text: str) -> str:
    moment = parsedate_to_datetime(text)
    return text if moment.year in {NEVER, *range(LONG_AGO)} else format_datetime(moment - FIVE_YEARS, usegmt=True)


def _older_claims(part: str) -> str:
    claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    for name in ("iat", "exp"):
        claims[name] = int(_older_number(str(claims[name]))) if claims[name] else 0
    return urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


def test_a_recording_of_five_years_ago_replays(
    journey: Takes, replayed: Replayed, tmp_path: Path, sharing: RunOptions
) -> None:
    """Its token was over long ago, and its cookies with it, but for pages that read the clock of then.

    The whole report is the same: it tells which cookies there were, in the browser and in the session.
    """
    old = older(journey.folders[0], tmp_path)
    told = replay_connector(journey.found, old, sharing)

    assert len(ENDS.findall((old / HAR_NAME).read_text())) == 5
    assert (told.differences, told.notes, told.unused) == ([], [], [])
    assert told.report.as_dict() == replayed.report.as_dict()


def test_so_does_one_of_the_session_alone(papers: Takes, tmp_path: Path, sharing: RunOptions) -> None:
    """With eight downloads at once."""
    told = replay_connector(papers.found, older(papers.folders[0], tmp_path), sharing)

    assert (told.differences, told.notes, told.unused) == ([], [], [])


def test_a_cookie_ends_as_much_later_as_the_replay_is(papers: Takes) -> None:
    """One that lives an hour does so then; one for ever and one that is deleted stay what they are."""
    folder = papers.folders[0]
    then = Take.load(folder).clock + FIVE_YEARS
    (login,) = (entry for entry in Har.load(folder / HAR_NAME).entries if entry.url.endswith("/session"))
    with Session(Replay(folder, now=lambda: then)) as session:
        headers = {"Content-Type": "application/json"}
        answer = session.post(login.url, data=login.request_body(), headers=headers)
        kept = {cookie.name for cookie in session.cookies}
    given = {value.partition("=")[0]: value for value in answer.raw.headers.getlist("Set-Cookie")}
    ends = {name: parsedate_to_datetime(found[0]) for name, value in given.items() if (found := ENDS.search(value))}

    assert timedelta(minutes=59) < ends["session"] - then < timedelta(minutes=61)
    assert (ends["device"].year, ends["pre"].year) == (NEVER, 1975)
    assert kept == {"session", "csrf", "device"}
