"""The table of archetypes claims no row that no test holds."""

from pathlib import Path

import pytest

from tests.sites.table import HERE, PATH, ROWS, document, rows

HELD = '''"""7. A title."""
CARRIED = "cookie sid|x"

# connector
one = 1

two = 2
# end

def test_it_works():
    assert {story} == good_story({carried})
'''


def write(folder: Path, *, story: str = "Story.of(ada, eve, connector)", carried: str = "CARRIED") -> Path:
    """A folder with one row."""
    (folder / "test_seven.py").write_text(HELD.replace("{story}", story).replace("{carried}", carried), "utf-8")
    return folder


def test_a_row_is_read_out_of_its_test(tmp_path: Path) -> None:
    """Number, title, what was carried, and the lines of the connector; the rows that are missing are named."""
    text = document(write(tmp_path))

    assert r"| 7 | [A title](../tests/sites/test_seven.py) | yes | cookie sid\|x | 2 |" in text
    assert "\n1 of the 1 tests hold all of that" in text
    assert f"\n- 6. {ROWS[6]}\n- 8. {ROWS[8]}\n" in text


def test_a_second_browser_is_told(tmp_path: Path) -> None:
    """Where the second run needs one."""
    assert "| yes, in 2 browsers | cookie sid" in document(write(tmp_path, carried="CARRIED, browsers=2"))


@pytest.mark.parametrize("mark", ["pytestmark = pytest.mark.integration", "@pytest.mark.xfail"])
def test_what_need_not_run_holds_nothing(tmp_path: Path, mark: str) -> None:
    """A test that is left out, or may fail, is no proof."""
    text = HELD.replace("\n\ndef", f"\n\n{mark}\ndef")
    (tmp_path / "test_seven.py").write_text(text.format(story="Story.of()", carried="CARRIED"), "utf-8")

    assert [row.works for row in rows(tmp_path)] == [False]


@pytest.mark.parametrize("changed", [{"story": "report.verdict"}, {"carried": "''"}])
def test_a_row_whose_story_no_test_holds_does_not_work(tmp_path: Path, changed: dict[str, str]) -> None:
    """A test of that name is not enough: it must tell the story, and hold what was carried."""
    (row,) = rows(write(tmp_path, **changed))

    assert not row.works


def test_every_file_is_a_row_that_works() -> None:
    """Its docstring begins with a number of its own and a title, and its test holds what was carried."""
    held = rows()

    assert {row.path.name for row in held} == {path.name for path in HERE.glob("test_*.py")} - {Path(__file__).name}
    assert [row.path.name for row in held if not (row.works and row.carried and row.lines)] == []
    assert len({row.number for row in held} & set(ROWS)) == len(held)


def test_the_table_is_that_of_the_tests() -> None:
    """Nothing is claimed that is not held; `make archetypes` writes the table again."""
    assert PATH.read_text("utf-8") == document(), "run `make archetypes`"
