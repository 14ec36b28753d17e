"""What to say about a request that was not recorded: the nearest one that was, and where the two differ."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import ClassVar

from toolkit.errors import ToolkitError
from toolkit.transport.canonical import Fields, Parts
from toolkit.transport.masking import mask, mask_path
from toolkit.transport.names import is_secret

__all__ = ["Miss", "differences", "nearest", "title"]

LONGEST = 40  # characters of a value that are shown
MOST = 8  # differences that are listed
CLOSE = 50  # recorded requests that are compared field by field


class Miss(ToolkitError):
    """A request was not recorded.

    `nearest` is the index of the recorded request that is most like it, None for an empty recording; `differences`
    are sentences such as "query `page`: recorded 2, asked 3". It is `certain` that the connector asked for it, and not
    a page by itself, when it came from the session or led the browser to another page.
    """

    code: ClassVar[str] = "NOT_RECORDED"
    certain: bool = True

    def __init__(self, message: str = "", *, nearest: int | None = None, differences: Sequence[str] = ()) -> None:
        super().__init__(message or "A request was not recorded.")
        self.nearest = nearest
        self.differences = list(differences)

    @classmethod
    def of(cls, asked: Parts, recorded: Parts | None, index: int | None, total: int) -> "Miss":
        """The miss of one request, beside the nearest recorded one."""
        if recorded is None:
            return cls(f"{title(asked)} was not recorded: the recording holds no request.")
        found = list(differences(recorded, asked))
        shown = found[:MOST] + ([f"and {len(found) - MOST} more"] if len(found) > MOST else [])
        head = f"{title(asked)} was not recorded. Nearest is {title(recorded)} (request {(index or 0) + 1} of {total}):"
        return cls("\n  ".join([head, *shown]), nearest=index, differences=found)


def title(parts: Parts) -> str:
    """Method and address of a request, without query and without what has the shape of a token."""
    return f"{parts.method} {parts.host}{mask_path(parts.path).text}"


def nearest(asked: Parts, parts_at: Callable[[int], Parts], urls: Iterable[tuple[str, str]]) -> int | None:
    """The index of the recorded request that agrees in most parts: method, host, path, query, body.

    `urls` are (method, URL) of all; only the closest by these are taken to parts.
    """
    target = f"{asked.host}{asked.path}"
    matcher = SequenceMatcher(b=target, autojunk=False)

    def rough(item: tuple[int, tuple[str, str]]) -> float:
        matcher.set_seq1(item[1][1].partition("?")[0])
        return matcher.quick_ratio() + 0.1 * (item[1][0].upper() == asked.method)

    ranked = sorted(enumerate(urls), key=rough, reverse=True)[:CLOSE]
    return max((index for index, _ in ranked), key=lambda index: likeness(parts_at(index), asked), default=None)


def likeness(recorded: Parts, asked: Parts) -> float:
    """How much two requests have in common, from 0 to 10."""
    return (
        2 * (recorded.method == asked.method)
        + 2 * (recorded.host == asked.host)
        + 3 * share(recorded.path.split("/"), asked.path.split("/"))
        + 1.5 * share(masked(recorded.query), masked(asked.query))
        + 1.5 * share(masked(recorded.body), masked(asked.body))
    )


def masked(fields: Fields) -> list[str]:
    """Fields by name and shape."""
    return [f"{name}={mask(value).text}" for name, value in fields]


def share(left: list[str], right: list[str]) -> float:
    """How many items two lists have in common, from 0 to 1; two empty ones agree."""
    total = max(len(left), len(right))
    return len(set(left) & set(right)) / total if total else 1.0


def differences(recorded: Parts, asked: Parts) -> Iterator[str]:
    """Where two requests differ, a sentence each; values of the same shape do not count, and secrets are not shown."""
    if recorded.method != asked.method:
        yield f"method: recorded {recorded.method}, asked {asked.method}"
    if recorded.host != asked.host:
        yield f"host: recorded {recorded.host}, asked {asked.host}"
    yield from path_differences(recorded.path, asked.path)
    yield from field_differences("query", recorded.query, asked.query)
    yield from field_differences("header", recorded.headers, asked.headers)
    if recorded.kind == asked.kind:
        yield from field_differences(
            "body" if recorded.kind in {"text", "bytes"} else "body field", recorded.body, asked.body
        )
    else:
        yield f"body: recorded {recorded.kind}, asked {asked.kind}"


def path_differences(recorded: str, asked: str) -> Iterator[str]:
    """The segments of the path that differ."""
    for old, new in zip_longest(recorded.split("/"), asked.split("/")):
        if mask(old or "").text != mask(new or "").text or (old is None) != (new is None):
            yield f"path: recorded {shown('', old, 'nothing')}, asked {shown('', new, 'nothing')}"


def field_differences(kind: str, recorded: Fields, asked: Fields) -> Iterator[str]:
    """The fields that differ, are missing or are new; of a name that is given several times, all values."""
    old, new = grouped(recorded), grouped(asked)
    for name in dict.fromkeys([*old, *new]):
        if [mask(value).text for value in old.get(name, [])] == [mask(value).text for value in new.get(name, [])]:
            continue
        was = ", ".join(shown(name, value) for value in old[name]) if name in old else "nothing"
        now = ", ".join(shown(name, value) for value in new[name]) if name in new else "nothing"
        yield f"{kind} `{name}`: recorded {was}, asked {now}" if name else f"{kind}: recorded {was}, asked {now}"


def grouped(fields: Fields) -> dict[str, list[str]]:
    """The values of each name, in order."""
    groups: dict[str, list[str]] = {}
    for name, value in fields:
        groups.setdefault(name, []).append(value)
    return groups


def shown(name: str, value: str | None, missing: str = "") -> str:
    """A value as an error may show it: shortened, tokens by their shape, nothing of what its name calls a secret."""
    if value is None:
        return missing
    if is_secret(name, value.strip('"'), asked=True):
        return "<secret>"
    text = mask(value).text
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}… ({len(value):,} characters)"
