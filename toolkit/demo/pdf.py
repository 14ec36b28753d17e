"""A bill as a PDF of one page, written byte by byte: the same bill is always the same file."""

import hashlib
from collections.abc import Iterable, Iterator
from decimal import Decimal

from toolkit.demo.bills import CUSTOMER, VENDOR, Bill

__all__ = ["render"]

INK, GREY, TEAL = "0.07 0.16 0.17", "0.40 0.47 0.48", "0.05 0.43 0.41"
MINT, PALE, WHITE = "0.72 0.87 0.85", "0.93 0.97 0.96", "1 1 1"
LEFT, RIGHT = 56.0, 539.0
WIDTHS = {" ": 0.278, ".": 0.278, "A": 0.722, "m": 0.889, "t": 0.333}
PLAN, CALLS = Decimal("19.90"), Decimal("2.50")


def render(bill: Bill) -> bytes:
    """The bill on one A4 page, with Helvetica, which every reader has."""
    page = "\n".join(_page(bill)).encode("cp1252")
    fonts = b"<< /F1 4 0 R /F2 5 0 R >>"
    size = b"/MediaBox [0 0 595 842]"
    return _file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R %b /Resources << /Font %b >> /Contents 6 0 R >>" % (size, fonts),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(page), page),
        ]
    )


def _file(objects: Iterable[bytes]) -> bytes:
    """The objects in order, then the table that says at which byte each begins."""
    out, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", [b"0000000000 65535 f \n"]
    for number, content in enumerate(objects, 1):
        offsets.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets), len(out))
    return out + b"xref\n0 %d\n" % len(offsets) + b"".join(offsets) + trailer


def _page(bill: Bill) -> Iterator[str]:
    title = "Credit note" if bill.kind == "refund" else "Invoice"
    yield _box(0, 752, 595, 90, TEAL)
    yield _text(LEFT, 788, VENDOR, size=20, colour=WHITE, bold=True)
    yield _text(LEFT, 768, "Fibre and mobile, one bill a month", colour=WHITE)
    yield _text(LEFT, 690, title, size=26, bold=True)
    yield from _facts(LEFT, "Number", bill.id)
    yield from _facts(200, "Date of issue", f"{bill.issued:%d/%m/%Y}")
    yield from _facts(344, "Customer", CUSTOMER)
    yield from _table(list(_lines(bill)), bill.total)
    if bill.kind == "invoice":
        yield from _usage(hashlib.sha256(bill.id.encode()).digest())
    paid = "We pay this amount back" if bill.kind == "refund" else "This amount is taken by direct debit"
    yield _text(LEFT, 96, f"{paid} within ten days.", colour=GREY)
    yield _text(LEFT, 80, f"{VENDOR} does not exist: this paper is a sample.", colour=GREY)


def _lines(bill: Bill) -> Iterator[tuple[str, Decimal]]:
    """What the total is made of."""
    if bill.kind == "refund":
        yield "Service interrupted from 9 to 14 August 2024", bill.total
        return
    calls = min(bill.total - PLAN, CALLS)
    yield "Fibre 1 Gbit/s and mobile 60 GB", PLAN
    if calls:
        yield "Calls outside the plan", calls
    if data := bill.total - PLAN - calls:
        yield "Mobile data abroad", data


def _facts(x: float, label: str, value: str) -> Iterator[str]:
    yield _text(x, 648, label, size=9, colour=GREY)
    yield _text(x, 632, value, size=12)


def _table(lines: list[tuple[str, Decimal]], total: Decimal) -> Iterator[str]:
    y = 576.0
    yield _box(LEFT - 12, y - 9, RIGHT - LEFT + 24, 26, PALE)
    yield _text(LEFT, y, "Description", colour=TEAL, bold=True)
    yield _text(RIGHT, y, "Amount", colour=TEAL, bold=True, to_right=True)
    for label, amount in lines:
        y -= 30
        yield _text(LEFT, y, label, size=11)
        yield _text(RIGHT, y, f"{amount:.2f} €", size=11, to_right=True)
        yield _box(LEFT - 12, y - 11, RIGHT - LEFT + 24, 0.6, PALE)
    vat = total - (total / Decimal("1.20")).quantize(total)
    yield _text(LEFT, y - 44, "Total", size=16, bold=True)
    yield _text(RIGHT, y - 44, f"{total:.2f} €", size=16, bold=True, to_right=True)
    yield _text(LEFT, y - 66, "of which VAT 20 %", colour=GREY)
    yield _text(RIGHT, y - 66, f"{vat:.2f} €", colour=GREY, to_right=True)


def _usage(days: bytes) -> Iterator[str]:
    """A bar for each of the last days, as high as its byte says."""
    yield _text(LEFT, 232, "Mobile data, day by day", size=9, colour=GREY)
    step = (RIGHT - LEFT) / len(days)
    for day, used in enumerate(days):
        yield _box(LEFT + day * step, 160, step - 4, 4 + used / 5, MINT)


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f"{colour} rg {x:g} {y:g} {width:g} {height:g} re f"


def _text(
    x: float, y: float, text: str, *, size: int = 10, colour: str = INK, bold: bool = False, to_right: bool = False
) -> str:
    x -= size * _width(text) if to_right else 0
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT {colour} rg /F{2 if bold else 1} {size} Tf {x:.2f} {y:g} Td ({escaped}) Tj ET"


def _width(text: str) -> float:
    """Of an amount, or of the word above the amounts, in Helvetica of size 1."""
    return sum(WIDTHS.get(letter, 0.556) for letter in text)
