"""Pages of sites that need no browser: what stands where in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

import requests

from toolkit.errors import UsageError

if TYPE_CHECKING:
    from parsel import Selector

__all__ = ["Page", "scrape"]

KNOWN = {"sel", "attr", "index", "fn", "parse"}


class Page(requests.Response):
    """What `run.session` answers: a `requests.Response`, with its page as `html`."""

    @cached_property
    def html(self) -> Selector:
        """The page, for `.css("…")` and `.xpath("…")`, as parsel has them; it is read when it is first asked for."""
        from parsel import Selector  # noqa: PLC0415 - slow to import
        from w3lib.encoding import html_to_unicode  # noqa: PLC0415

        _, text = html_to_unicode(self.headers.get("Content-Type"), self.content)
        return Selector(text=text or "<html></html>", type="html", base_url=self.url)


Spec = str | Mapping[str, Any]


@overload
def scrape(html: Selector | str | Page, specs: Mapping[str, Spec], rows: None = None) -> dict[str, Any]: ...


@overload
def scrape(html: Selector | str | Page, specs: Mapping[str, Spec], rows: str) -> list[dict[str, Any]]: ...


def scrape(
    html: Selector | str | Page, specs: Mapping[str, Spec], rows: str | None = None
) -> dict[str, Any] | list[dict[str, Any]]:
    """The fields of a page, or, with a selector for `rows`, those of each row, in their order.

    `html` is a response of the session, its `.html` or a part of it, or a text. `specs` says for each field what to
    take: a CSS selector, whose text it is; or a mapping with any of

    sel    the selector; without it, the row itself
    attr   an attribute in place of the text
    index  which of several, from 0; below 0 from the end
    fn     a function of what was selected, a parsel Selector, in place of text and attribute
    parse  a function of what was taken

    Texts are trimmed, and spaces within them are one. What is not there is "". Where `parse` raises ValueError the text
    stays as it was, so that a bill made of it is refused, with the field and the text, and the others are not.

    Raises UsageError for a key that is none of these, and for a selector that is none.
    """
    for name, spec in specs.items():
        if not isinstance(spec, str) and (unknown := set(spec) - KNOWN):
            raise UsageError(f"scrape: `{min(unknown)}` of `{name}` is none of {', '.join(sorted(KNOWN))}.")
    page = _selector(html)
    if rows is None:
        return _row(page, specs)
    return [_row(row, specs) for row in _select(page, rows)]


def _selector(html: Selector | str | Page) -> Selector:
    from parsel import Selector  # noqa: PLC0415 - slow to import

    if isinstance(html, str):
        return Selector(text=html or "<html></html>", type="html")
    return html.html if isinstance(html, Page) else html


def _row(row: Selector, specs: Mapping[str, Spec]) -> dict[str, Any]:
    return {name: _field(row, {"sel": spec} if isinstance(spec, str) else spec) for name, spec in specs.items()}


def _field(row: Selector, spec: Mapping[str, Any]) -> Any:
    found = _select(row, spec["sel"]) if spec.get("sel") else [row]
    index = spec.get("index", 0)
    chosen = found[index] if -len(found) <= index < len(found) else None
    value = _value(chosen, spec)
    parse: Callable[[Any], Any] | None = spec.get("parse")
    if parse is None:
        return value
    try:
        return parse(value)
    except ValueError:
        return value


def _value(chosen: Selector | None, spec: Mapping[str, Any]) -> Any:
    if chosen is None:
        return ""
    if fn := spec.get("fn"):
        return fn(chosen)
    if attr := spec.get("attr"):
        return (chosen.attrib.get(attr) or "").strip()
    return " ".join(str(chosen.xpath("string()").get("")).split())


def _select(where: Selector, selector: str) -> Sequence[Selector]:
    from cssselect import SelectorError  # noqa: PLC0415 - slow to import

    try:
        return where.css(selector)
    except (SelectorError, ValueError) as error:
        raise UsageError(f"{selector!r} is no CSS selector: {error}.") from error
