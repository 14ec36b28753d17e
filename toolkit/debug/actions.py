"""The trace of a browser: what was done in it, and the same trace without its secrets."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.account import HIDDEN, RANDOM
from toolkit.transport.leaks import scan
from toolkit.transport.request import Req

if TYPE_CHECKING:
    from toolkit.transport.scrub import Scrubber

__all__ = ["Action", "actions_in", "scrub_trace"]

# What a person would call a step; a login looks many times a second whether something shows.
STEPS = {
    "goto", "reload", "goBack", "goForward", "click", "dblclick", "tap", "hover", "fill", "type", "press", "check",
    "uncheck", "selectOption", "setInputFiles", "dispatchEvent", "dragAndDrop", "waitForSelector", "keyboardType",
    "keyboardPress", "keyboardInsertText", "keyboardDown", "mouseClick", "mouseDown", "mouseUp", "expect",
}  # fmt: skip
OF_CALLS = {"before", "after", "input", "log"}  # kinds of lines
TYPED = ("value", "text", "key")  # parameters that hold what was typed
VALUE = "__playwright_value_"  # an input's value in a snapshot
OF_SEEN = re.compile(r" >> visible=true( >> nth=\d+)?$")
LARGEST = 1 << 26  # bytes of a trace, all in all


@dataclass(frozen=True)
class Action:
    """One step in the browser: what was done, to what, at which line; `seconds` count from the start of the trace.

    `error` says what went wrong.
    """

    method: str
    target: str
    line: str
    seconds: float
    took: float
    error: str = ""


def actions_in(raw: Path, folder: Path) -> list[Action]:
    """The steps in a trace, in order, with the innermost line of the connector in `folder` that asked for each."""
    with zipfile.ZipFile(raw) as archive:
        lines = [json.loads(line) for line in _lines(archive, ".trace")]
        stacks = _stacks(archive, folder)
    after = {line["callId"]: line for line in lines if line["type"] == "after"}
    start = next((line["monotonicTime"] for line in lines if line["type"] == "context-options"), 0)
    return [
        Action(
            line["method"],
            _target(line["params"]),
            stacks.get(line["callId"], ""),
            round((line["startTime"] - start) / 1000, 2),
            round((after.get(line["callId"], {}).get("endTime", line["startTime"]) - line["startTime"]) / 1000, 2),
            _error(after.get(line["callId"], {})),
        )
        for line in lines
        if line["type"] == "before" and line["method"] in STEPS
    ]


def _target(params: dict[str, Any]) -> str:
    """As the connector wrote it: what `seen` adds is left out."""
    return OF_SEEN.sub("", str(params.get("selector") or params.get("url") or ""))


def _error(after: dict[str, Any]) -> str:
    error = after.get("error") or {}
    message = str(error.get("message") or error.get("error", {}).get("message") or "")
    return message.splitlines()[0] if message else ""


def _stacks(archive: zipfile.ZipFile, folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in archive.namelist():
        if name.endswith(".stacks"):
            data = json.loads(archive.read(name))
            files = data["files"]
            for call, frames in data["stacks"]:
                inner = next((f"{files[at[0]]}:{at[1]}" for at in frames if _is_in(files[at[0]], folder)), "")
                found[call if isinstance(call, str) else f"call@{call}"] = inner
    return found


def _is_in(file: str, folder: Path) -> bool:
    return Path(file).resolve().parent == folder.resolve()


def scrub_trace(raw: Path, target: Path, scrubber: Scrubber) -> list[str]:
    """Write a trace without secrets, and without what is no step; what was found left in it, which then is not kept.

    What was typed is hidden whatever it was. The scrubber learns from the requests in the trace.
    """
    with zipfile.ZipFile(raw) as archive:
        if sum(info.file_size for info in archive.infolist()) > LARGEST:
            return ["it is larger than 64 MB"]
        _learn(archive, scrubber)
        own = {name.rpartition("/")[2].partition(".")[0] for name in archive.namelist()}
        with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as clean:
            for name in archive.namelist():
                data = archive.read(name)
                data = _only_steps(data) if name.endswith(".trace") else data
                clean.writestr(name, _without_tokens(scrubber.body(data), own))
    left = scan(target, scrubber.secrets).leaks
    if left:
        target.unlink()
    return [f"{leak.secret} in {leak.where}" for leak in left]


def _without_tokens(data: bytes, own: Collection[str]) -> bytes:
    """The same without what looks like a token, of which nobody knows; a trace's `own` names and ids stay."""
    if b"\0" in data:
        return data

    def hide(found: re.Match[str]) -> str:
        is_id = found.start() > 0 and found.string[found.start() - 1] == "@"
        return found[0] if is_id or found[0] in own else "x" * len(found[0])

    return RANDOM.sub(hide, data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _learn(archive: zipfile.ZipFile, scrubber: Scrubber) -> None:
    """Take the secrets from the requests and answers that the trace holds."""
    bodies = {name.rpartition("/")[2]: name for name in archive.namelist() if name.startswith("resources/")}

    def body(part: dict[str, Any]) -> bytes:
        name = bodies.get(str(part.get("_sha1") or ""))
        return archive.read(name) if name else str(part.get("text") or "").encode()

    for line in _lines(archive, ".network"):
        entry = json.loads(line).get("snapshot") or {}
        request, answer = entry.get("request") or {}, entry.get("response") or {}
        sent = body(request["postData"]) if request.get("postData") else None
        headers = [(pair["name"], pair["value"]) for pair in request.get("headers", ())]
        scrubber.learn_request(Req(request.get("method", "GET"), request.get("url", ""), headers, sent))
        told = [(pair["name"], pair["value"]) for pair in answer.get("headers", ())]
        scrubber.learn_response(told, body(answer.get("content") or {}))


def _lines(archive: zipfile.ZipFile, ending: str) -> Iterator[bytes]:
    for name in archive.namelist():
        if name.endswith(ending):
            yield from archive.read(name).splitlines()


def _only_steps(data: bytes) -> bytes:
    """The lines of steps, and all snapshots, each of which refers to earlier ones; what was typed is hidden."""
    lines = [json.loads(line) for line in data.splitlines() if line]
    steps = {line["callId"] for line in lines if line["type"] == "before" and line["method"] in STEPS}
    kept = [line for line in lines if line["type"] not in OF_CALLS or line.get("callId") in steps]
    return b"".join(json.dumps(_untyped(line), ensure_ascii=False).encode("utf-8", "replace") + b"\n" for line in kept)


def _untyped(line: dict[str, Any]) -> dict[str, Any]:
    if line["type"] == "before":
        typed = {name: HIDDEN for name in TYPED if name in line["params"]}
        return {**line, "params": {**line["params"], **typed}}
    if line["type"] == "log":
        return {**line, "message": str(line["message"]).split('fill("')[0]}
    if line["type"] == "frame-snapshot":
        _hide_values(line["snapshot"].get("html"))
    if line["type"] == "after":
        line.pop("result", None)
    return line


def _hide_values(node: Any) -> None:
    """Hide what the fields of a snapshot hold: nodes are [tag, attributes, child…]."""
    if not isinstance(node, list):
        return
    for part in node:
        if isinstance(part, dict):
            for name in [name for name in part if name == VALUE and part[name]]:
                part[name] = HIDDEN
        else:
            _hide_values(part)
