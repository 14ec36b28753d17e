"""Tables and texts, at every width, for eyes and for pipes."""

import io
import sys
from decimal import Decimal

import pytest
from rich.console import Console

from toolkit.cli.output import Column, amount_text, errors, output, plain, table, write, write_json


def drawn(width: int, *columns: Column) -> list[str]:
    """The lines of a table in a pipe of so many columns."""
    file = io.StringIO()
    write(Console(file=file, width=width), table(columns))
    return file.getvalue().splitlines()


def test_table_fits() -> None:
    """Columns are as wide as they need to be; amounts stand right; no line ends in spaces."""
    lines = drawn(80, Column("Name", ["a", "bcd"], 10), Column("Sum", ["1.00", "10.00"], 10, right=True))

    assert lines == ["Name    Sum", "a      1.00", "bcd   10.00"]


def test_long_cells_are_cut() -> None:
    """A cell over its limit ends in an ellipsis; the last column takes what is left of the line."""
    lines = drawn(24, Column("Name", ["abcdefghijkl"], 8), Column("Label", ["PRLV SEPA ACME TELECOM"]))

    assert lines == ["Name      Label", "abcdefg…  PRLV SEPA ACM…"]


def test_wrapping() -> None:
    """In a column that wraps a cell goes on below, whole."""
    reasons = Column("Label", ["no bank operation fits"], wraps=True)

    assert drawn(20, Column("Name", ["abc"], 8), reasons) == ["Name  Label", "abc   no bank", "      operation fits"]


def test_wide_characters_count_twice() -> None:
    """Columns stay in line with letters that are two cells wide."""
    lines = drawn(40, Column("Name", ["東京電力", "abc"], 10), Column("Next", ["x", "y"], 4))

    assert lines == ["Name      Next", "東京電力  x", "abc       y"]


def test_empty_columns_are_left_out() -> None:
    """A column without a value is not shown."""
    assert drawn(40, Column("Name", ["a"], 5), Column("Number", [""], 5)) == ["Name", "a"]


def test_a_pipe_is_wide(capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no terminal, tables keep their lines whole, and sentences are not broken."""
    write(output(), table([Column("Label", ["word " * 25], wraps=True)]), "word " * 60)

    assert len(capsys.readouterr().out.splitlines()) == 3


def test_columns_variable_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    """COLUMNS says how wide, as for other programs."""
    monkeypatch.setenv("COLUMNS", "72")

    assert output().width == errors().width == 72


def test_plain() -> None:
    """What a site says stays on its line and cannot command the terminal."""
    assert plain("a\x1b[31m\nb\tc\x07 \u202e d") == "a [31m b c d"


def test_markup_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets and colons of a site are shown as they are."""
    write(output(), "[bold]:smile:[/bold]", table([Column("[a]", ["[red]x"], 9)]))

    assert capsys.readouterr().out == "[bold]:smile:[/bold]\n[a]\n[red]x\n"


@pytest.mark.parametrize(
    ("amount", "currency", "is_refund", "expected"),
    [
        (Decimal("1234.5"), "EUR", False, "1,234.50 EUR"),
        (Decimal(12), "JPY", False, "12 JPY"),
        (Decimal("1.2345"), "EUR", False, "1.2345 EUR"),
        ("12.00", "EUR", True, "-12.00 EUR"),
        ("12", "", False, "12.00"),
        ("NaN", "EUR", False, "NaN EUR"),
        ("12,50 €", "", False, "12,50 €"),
        ("", "EUR", False, "EUR"),
    ],
)
def test_amounts(amount: Decimal | str, currency: str, is_refund: bool, expected: str) -> None:
    """Amounts have their currency's decimals, more when they bring more; what is no number stays as it is."""
    assert amount_text(amount, currency, is_refund=is_refund) == expected


def test_json_is_readable(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON is indented, and letters are letters."""
    write_json({"name": "Électricité"})

    assert capsys.readouterr().out == '{\n  "name": "Électricité"\n}\n'
    assert sys.stdout is not None


def test_a_refund_is_taken_off_however_the_site_signs_it() -> None:
    """A refund of 12 and one of -12 are the same money."""
    assert amount_text("12", "EUR", is_refund=True) == amount_text("-12", "EUR", is_refund=True) == "-12.00 EUR"
