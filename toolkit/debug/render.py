"""The page that shows a failure: one file that needs no other and no network."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from toolkit.account import HIDDEN
from toolkit.debug.scene import script

if TYPE_CHECKING:
    from jinja2 import Template

    from toolkit.debug.actions import Action
    from toolkit.debug.evidence import Taken
    from toolkit.debug.probe import Probed
    from toolkit.report import Report
    from toolkit.web import Asked

__all__ = ["commands", "render"]

SECRET_HEADERS = frozenset({"cookie", "set-cookie", "authorization", "proxy-authorization"})
BODY_SHOWN = 4000


def render(taken: Taken, report: Report, mask: Callable[[str], str], *, traced: bool) -> str:
    """The page, with every secret that is known masked."""
    scene = taken.scene
    return _template().render(
        _masked(
            {
                "report": report.as_dict() | {"entries": [], "url": scene.url if scene else ""},
                "error": {"code": taken.error.code, "message": taken.error.message, "line": taken.error.line},
                "operation": taken.operation,
                "cause": {"sentence": taken.cause.sentence, "advice": taken.cause.advice},
                "operations": [vars(one) for one in report.operations],
                "probed": [_probed(one) for one in taken.probed],
                "actions": [vars(one) for one in taken.actions],
                "frames": [
                    {"url": frame.url, "title": frame.title, "told": frame.told, "html": frame.html}
                    for frame in (scene.frames if scene else [])
                ],
                "console": scene.console if scene else [],
                "asked": [_asked(one) for one in taken.asked],
                "source": taken.source,
                "at": int(taken.error.line.rpartition(":")[2] or 0),
                "commands": commands(report, traced=traced),
                "trace": taken.trace,
            },
            mask,
        ),
        picture=b64encode(scene.picture).decode() if scene else "",
        mark=_mark(taken.mark, scene.size) if scene and taken.mark else None,
        last=mask(_said(taken.actions[-1])) if taken.actions else "",
    )


def commands(report: Report, *, traced: bool) -> list[tuple[str, str]]:
    """What to type next, each with what it does."""
    slug, account = report.connector, "" if report.account == "default" else f" --account {report.account}"
    again, cases = f"toolkit {report.command} {slug}{account}", _cases(slug)
    steps = [(f"toolkit failures trace {report.run}", "each step in Playwright's viewer")] if traced else []
    if report.command == "standalone":
        steps.append((f"{again} --headed --slow-mo 500", "watch it in a window, slowly"))
    elif report.command == "run":
        steps.append((f"toolkit debug {slug}{account} --on-failure", "stop where it breaks, mend the code, press r"))
    if cases:
        steps.append((f"toolkit debug {slug} --replay {cases[0]}", "step through how the site was, offline"))
        steps.append((f"toolkit replay {slug}", "whether the connector still suits its recordings, offline"))
    return [*steps, (again, "run it again, once the connector is mended")]


def _cases(slug: str) -> list[str]:
    """The recordings of a connector, that of a good run first."""
    found = [path.parent.name for path in Path("recordings", slug).glob("*/take.json")]
    return sorted(found, key=lambda case: (case != "good", case))


def _mark(box: tuple[float, float, float, float], size: tuple[int, int]) -> dict[str, float] | None:
    """Where the mark is, in percent of the picture."""
    width, height = size
    if not width or not height:
        return None
    left, top, wide, high = box
    return {
        "left": 100 * left / width,
        "top": 100 * top / height,
        "width": 100 * wide / width,
        "height": 100 * high / height,
    }


def _said(action: Action) -> str:
    return f"{action.method} {action.target}".strip()


def _probed(one: Probed) -> dict[str, Any]:
    return {**vars(one.tried), **vars(one), "state": one.state, "good": one.is_usable}


def _asked(one: Asked) -> dict[str, Any]:
    return {
        "by": one.by,
        "method": one.method,
        "url": one.url,
        "short": urlsplit(one.url)._replace(query="", fragment="").geturl(),
        "kind": one.kind,
        "status": one.failure or one.status or "no answer yet",
        "bad": one.went_wrong or one.is_open,
        "began": round(one.began, 2),
        "seconds": None if one.seconds is None else round(one.seconds, 2),
        "sent_headers": [_header(*pair) for pair in one.sent_headers],
        "got_headers": [_header(*pair) for pair in one.got_headers],
        "sent": _fields_of(one.sent),
        "got": one.got[:BODY_SHOWN],
    }


def _fields_of(body: str) -> str:
    """The names of what was sent; the values may be what a person typed."""
    if not body:
        return ""
    try:
        data = json.loads(body)
    except ValueError:
        names = [name for name, _ in parse_qsl(body, keep_blank_values=True)]
    else:
        names = list(data) if isinstance(data, dict) else []
    return ", ".join(f"{name}={HIDDEN}" for name in names) or HIDDEN


def _header(name: str, value: str) -> tuple[str, str]:
    return name, HIDDEN if name.lower() in SECRET_HEADERS else value


def _masked(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {name: _masked(one, mask) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_masked(one, mask) for one in value)
    return value


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - slow to import

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(script("report.html"))
