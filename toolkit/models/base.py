"""What every document is: fields in snake_case here, camelCase at rest, unknown ones kept."""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from math import isfinite
from types import new_class
from typing import Annotated, Any, ClassVar, Protocol, Self, TypeVar

import pydantic
from pydantic import BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError
from pydantic.alias_generators import to_camel

from toolkit.errors import UsageError

__all__ = ["BaseModel", "Documents"]

DOCTYPE = r"[\w.-]+"

M = TypeVar("M", bound="BaseModel")


class Documents(Protocol):
    """What a model needs of a store; `run.store` is one."""

    def all(self, model: type[M]) -> list[M]:
        """Every document of the model's doctype."""

    def create(self, entry: "BaseModel") -> str:
        """Insert one document and return its id."""

    def update_attributes(self, model: type["BaseModel"], id_: str, changes: dict[str, Any]) -> None:
        """Change some fields of one document."""


def _text(value: object) -> str | None:
    return None if value is None else str(value)


class BaseModel(pydantic.BaseModel):
    """One document of one doctype.

    Building one never raises: a row that a site got wrong must not cost the rows after it. What is wrong is in
    `problems`, and a run reports such an entry as refused, with its row and the field. `Model.model_validate`
    raises no more than the constructor does; ask `problems`.

    `pdfurl` (any kind of file), or `fetch`, says how to get the entry's file; neither is stored. `fetch` is a function
    of the run that returns the bytes, or the `requests.Response` which holds them. `file_version` is what the site's
    list says of the file's state, such as a number, a size, an ETag or when it was changed: once it is another one, the
    file is fetched anew.

    `as_in_cozy` is the document of a Cozy that the entry was read from, as it was written there.
    """

    model_config = ConfigDict(
        extra="allow",
        alias_generator=to_camel,
        populate_by_name=True,
        validate_assignment=True,
        coerce_numbers_to_str=True,
    )

    doctype: ClassVar[str] = ""
    display_name: ClassVar[str] = ""

    id: str | None = Field(None, alias="_id")
    vendor: str = ""
    account: str = ""
    pdfurl: str | None = Field(None, exclude=True)
    fetch: Callable[[Any], Any] | None = Field(None, exclude=True, repr=False)
    file_version: Annotated[str | None, BeforeValidator(_text)] = Field(None, exclude=True)
    filename: str | None = None
    tags: list[str] = Field(default_factory=list)
    natural_key: str = Field("", exclude=True, repr=False)
    as_in_cozy: dict[str, Any] | None = Field(None, repr=False)

    _problems: list[str] = PrivateAttr(default_factory=list)

    def __init__(self, /, **data: Any) -> None:  # a site may call a field `self`
        fields = type(self).model_fields
        unsaid = {
            name for name, value in data.items() if value is None and name in fields and fields[name].default == ""
        }
        whole = {name: _whole(value) for name, value in data.items() if name not in unsaid}
        try:
            super().__init__(**whole)
        except ValidationError as error:
            self.__setstate__(type(self).model_construct(**whole).__getstate__())
            self._problems = [_sentence(detail) for detail in error.errors(include_url=False)]
        for name, value in whole.items():
            if name not in fields and isinstance(value, float) and not isfinite(value):  # JSON has no such number
                self._problems = [*self._problems, f"{name}: {value} is not a finite number"]

    @property
    def problems(self) -> list[str]:
        """What is wrong with this entry, a sentence each; empty when it can be saved."""
        private = self.__pydantic_private__ or {}  # the attribute itself would take as long as all else in saving
        return list(private.get("_problems", ()))

    @property
    def has_file(self) -> bool:
        """Whether the entry says how to get a file."""
        return bool(self.pdfurl) or self.fetch is not None

    @property
    def lacks_file(self) -> bool:
        """Whether the connector looked for the address of a file and the site gave none: a `pdfurl` of None."""
        return "pdfurl" in self.model_fields_set and not self.has_file

    def fill_in(self, **defaults: str) -> None:
        """Give a value to each named text field that the site left empty."""
        for name, value in defaults.items():
            if value and name in type(self).model_fields and not getattr(self, name, None):
                self.__dict__[name] = value

    def summary(self) -> dict[str, Any]:
        """What a person needs to recognise the entry, as plain JSON values: the same at each run, so no id."""
        fields = self.model_dump(mode="json", exclude=_COMMON, exclude_none=True, fallback=str, warnings=False)
        return {"vendor": str(self.vendor), "fields": fields}

    @classmethod
    def from_cozy(cls, document: Mapping[str, Any]) -> Self:
        """The entry that a document of a Cozy is; `to_cozy` gives the document back, changed where the entry was."""
        return cls(**{**document, "as_in_cozy": dict(document)})

    def to_cozy(self) -> dict[str, Any]:
        """The entry as a Cozy has it: names in camelCase, amounts as numbers, no field that says nothing.

        What was read from a Cozy and did not change stays as it was written there, an amount "12.50" or a day's hour.
        """
        given = self.as_in_cozy or {}
        now = dict(_said(self))
        before = dict(_said(type(self).from_cozy(given))) if given else {}
        kept = {name: value for name, value in given.items() if before.get(name) == now.get(name)}
        changed = {name: value for name, value in now.items() if before.get(name) != value}
        return {**kept, **changed}

    @classmethod
    def create_new(cls, *, name: str, display_name: str = "") -> "type[BaseModel]":
        """A model of another doctype, with any fields: `Kitten = BaseModel.create_new(name="me.cozy.kitten")`.

        Raises UsageError for a name that no doctype can have.
        """
        if not re.fullmatch(DOCTYPE, name or ""):
            raise UsageError(
                f"{name!r} is no doctype such as me.cozy.kitten: letters, digits and . _ - without a space."
            )
        title = display_name or name.rpartition(".")[2] or name
        body = {"doctype": name, "display_name": title, "__module__": __name__, "__doc__": f"A document of {name}."}
        model: type[BaseModel] = new_class(
            re.sub(r"\W", "", title.title()) or "Document", (cls,), exec_body=lambda space: space.update(body)
        )
        return model

    @classmethod
    def all(cls, store: Documents) -> list[Self]:
        """Every stored document of this model."""
        return store.all(cls)

    @classmethod
    def create(cls, store: Documents, /, **fields: Any) -> str:
        """Store one document and return its id."""
        return store.create(cls(**fields))

    @classmethod
    def update_attributes(cls, store: Documents, id_: str, /, **changes: Any) -> None:
        """Change some fields of one stored document."""
        store.update_attributes(cls, id_, changes)


_COMMON = {*BaseModel.model_fields}


def _said(entry: BaseModel) -> Iterator[tuple[str, Any]]:
    """The names and values in a Cozy of the fields that say something."""
    for name, value in entry.model_dump(mode="json", exclude={"as_in_cozy"}, fallback=str, warnings=False).items():
        field = type(entry).model_fields.get(name)
        if field is None:
            yield name, value
        elif value is not None and (field.is_required() or value != field.get_default(call_default_factory=True)):
            yield field.alias or name, float(value) if isinstance(getattr(entry, name), Decimal) else value


def _whole(value: Any) -> Any:
    """Half a character, such as the first half of a cut emoji in a site's JSON, and NUL cannot be stored."""
    return value.encode(errors="replace").decode().replace("\0", "") if isinstance(value, str) else value


def _sentence(detail: Any) -> str:
    field = ".".join(str(part) for part in detail["loc"]) or "the entry"
    if detail["type"] == "missing" or detail["input"] is None:
        return f"{field} is missing"
    return f"{field}: {str(detail['msg']).removeprefix('Value error, ')}"
