"""Values that a site writes into the tags of a page, for the page to send back: meta tags and hidden fields."""

from __future__ import annotations

from html.parser import HTMLParser

__all__ = ["hidden_fields", "values_of"]


def hidden_fields(html: str, form: str = "") -> dict[str, str]:
    """Return the hidden fields of a form, as it would send them beside what a person fills in.

    `form` is its id, name or action; without one it is the first form that has hidden fields. {} when there is none.
    """
    forms = _read(html).forms
    return next((fields for names, fields in forms if fields and (not form or form in names)), {})


def values_of(html: str) -> dict[str, str]:
    """Return what stands in the tags of a page: {"meta csrf-token": "…", "field _token": "…"}."""
    return _read(html).values


def _read(html: str) -> _Tags:
    tags = _Tags()
    tags.feed(html)
    return tags


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.forms: list[tuple[set[str | None], dict[str, str]]] = []
        self._is_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name = has.get("name")
        if tag == "form":
            self.forms.append(({has.get("id"), name, has.get("action")}, {}))
            self._is_open = True
        elif tag == "meta" and name:
            self.values.setdefault(f"meta {name}", has.get("content") or "")
        elif tag == "input" and name and (has.get("type") or "").lower() == "hidden":
            self.values.setdefault(f"field {name}", has.get("value") or "")
            if self._is_open:
                self.forms[-1][1][name] = has.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self._is_open = self._is_open and tag != "form"
