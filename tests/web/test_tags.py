"""What stands in the tags of a page, as sites write them."""

import pytest

from toolkit.web.tags import hidden_fields, values_of

PAGE = """<!doctype html><META NAME="csrf-token" CONTENT="a&amp;b"/><meta charset=utf-8>
<form id=search action=/search><input type=text name=q value=x><input type=hidden name=_token value='t"1'></form>
<input type=hidden name=loose value=l>
<form action="/pay"><input TYPE=HIDDEN name=_token value=t2><div><input type=hidden name=empty></div></form>
<script>"<input type=hidden name=script value=s>"</script><!-- <input type=hidden name=comment> -->"""


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("", {"_token": 't"1'}),
        ("search", {"_token": 't"1'}),
        ("/pay", {"_token": "t2", "empty": ""}),
        ("other", {}),
    ],
)
def test_the_hidden_fields_of_a_form(form: str, fields: dict[str, str]) -> None:
    """Of the one that is meant, and without those that only look so."""
    assert hidden_fields(PAGE, form) == fields


def test_all_values_of_a_page() -> None:
    """By the names under which a header's source is told; of two with one name it is the first."""
    assert values_of(PAGE) == {
        "meta csrf-token": "a&b",
        "field _token": 't"1',
        "field loose": "l",
        "field empty": "",
    }


def test_a_broken_page_has_what_can_be_read() -> None:
    """Nothing raises."""
    assert values_of("<form><input type=hidden name=a value=1><form <<p") == {"field a": "1"}
    assert hidden_fields("") == {}
