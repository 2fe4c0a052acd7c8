"""More kinds of trap that people have reported: amounts that marks, styles and conditions show otherwise than their text stands in the file.

Belongs here: the files, and where each kind was reported. Does not belong here: what must be read of them (`test_reported_kinds`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from docx.oxml import parse_xml
from openpyxl.formatting.rule import Rule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from tests.documents.reported_kinds import HEADER, NAME, ROWS, TITLE, UNIT, Kind, _book, _row, _word

_SPACES = " ".join(
    f'xmlns:{name}="{address}"'
    for name, address in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "v": "urn:schemas-microsoft-com:vml",
    }.items()
)


def _run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def _word_cells(inner: Callable[[str], str]) -> Callable[[], bytes]:
    """Two amounts of a form in Word, set as `inner` writes their text."""

    def change(_: Any, table: Any) -> None:
        for row in (4, 8):
            cell = table.cell(row, 2)
            written = parse_xml(f"<w:p {_SPACES}>{inner(cell.text)}</w:p>")
            cell.paragraphs[0]._p.getparent().replace(cell.paragraphs[0]._p, written)

    return lambda: _word(change)


def _field(text: str) -> str:
    """A field that draws a fraction, which holds no text."""
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return f"{begin}<w:r><w:instrText> EQ \\f({text},1)</w:instrText></w:r>{end}"


def _box(text: str) -> str:
    return f"<w:r><w:pict><v:shape><v:textbox><w:txbxContent><w:p>{_run(text)}</w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>"


def _symbol(font: str, code: Callable[[str], str]) -> Callable[[str], str]:
    """The first digit as a character of a font."""
    return lambda text: f'<w:r><w:sym w:font="{font}" w:char="{code(text[0])}"/></w:r>{_run(text[1:])}'


def _both(text: str) -> str:
    """The amount for new readers, and once more for old ones."""
    inner = f"<w:t>{text}</w:t>"
    return f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{inner}</mc:Choice><mc:Fallback>{inner}</mc:Fallback></mc:AlternateContent></w:r>'


def _page_cells(inner: Callable[[str], str], style: str = "") -> Callable[[], bytes]:
    """A page whose amounts are set as `inner` writes their text."""
    rows = [[*row[:2], *(inner(text) if text else "" for text in row[2:])] for row in ROWS]
    table = f"<table>{_row(HEADER, 'th')}{''.join(map(_row, rows))}</table>"
    head = f'<meta charset="utf-8"><style>{style}</style>'
    return lambda: (
        f"<!DOCTYPE html><html><head>{head}</head><body><h1>{NAME}</h1><p>{TITLE}</p><p>{UNIT}</p>{table}</body></html>".encode()
    )


_DIGITS = "".join(f'.d{digit}::before {{ content: "{digit}" }} ' for digit in range(10))


def _book_format_on_condition(code: str, factor: int = 1) -> Callable[[], bytes]:
    """Amounts whose number format is another while a condition holds, as it does here."""

    def change(sheet: Any) -> None:
        style = DifferentialStyle(numFmt=NumberFormat(numFmtId=170, formatCode=code))
        sheet.conditional_formatting.add("C5:E13", Rule(type="expression", formula=["TRUE"], dxf=style))
        for row in sheet["C5:E13"]:
            for cell in row:
                cell.value = cell.value and cell.value * factor

    return lambda: _book(change)


SHOWN = [
    Kind("word-amount-as-formula", "github.com/toxicphreAK/python-docx-ng/issues/95, github.com/yfedoseev/office_oxide/issues/270", _word_cells(lambda text: f"<m:oMath><m:r><m:t>{text}</m:t></m:r></m:oMath>")),
    Kind("word-digit-of-font-symbol", "github.com/python-openxml/python-docx/issues/948, github.com/openxml/openxml-docx/pull/21", _word_cells(_symbol("Symbol", lambda digit: f"F0{ord(digit):02X}"))),
    Kind("word-phonetic-guide", "github.com/NousResearch/hermes-agent/pull/114771, github.com/mwilliamson/python-mammoth/issues/76", _word_cells(lambda text: f"<w:r><w:ruby><w:rubyPr/><w:rt>{_run('9')}</w:rt><w:rubyBase>{_run(text)}</w:rubyBase></w:ruby></w:r>")),
    Kind("word-text-box-in-a-cell", "github.com/PicoMLX/PicoDocs/pull/22, github.com/Unstructured-IO/unstructured/pull/4416", _word_cells(_box)),
    Kind("word-copy-for-old-readers", "github.com/UseJunior/safe-docx/issues/794, github.com/jgm/pandoc/issues/5394", _word_cells(_both)),
    Kind("page-digits-of-style-sheet", "github.com/ffoodd/a11y.css/pull/48, github.com/BrightspaceUI/icons/pull/27", _page_cells(lambda text: f'<span class="d{text[0]}">{text[1:]}</span>', _DIGITS)),
    Kind("page-amounts-of-attributes", "github.com/Anarios/return-youtube-dislike/pull/632, github.com/ffoodd/a11y.css/pull/48", _page_cells(lambda text: f'<span class="v" data-v="{text}"></span>', ".v:after { content: attr(data-v) }")),
]  # fmt: skip
"""What is seen can be told, and is read."""

UNTOLD = [
    Kind("word-amount-in-field", "github.com/dbashford/textract/issues/174, github.com/python-openxml/python-docx/issues/311", _word_cells(_field)),
    Kind("word-digit-of-unknown-font", "github.com/python-openxml/python-docx/issues/948, github.com/openxml/openxml-docx/pull/21", _word_cells(_symbol("Digits", lambda _: "F0E1"))),
    Kind("page-digits-right-to-left", "github.com/coston/react-obfuscate/issues/398, github.com/coston/react-obfuscate/pull/399", _page_cells(lambda text: f"<b class='r'>{text[::-1]}</b>", ".r { unicode-bidi: bidi-override; direction: rtl }")),
    Kind("page-digits-in-bdo", "github.com/coston/react-obfuscate/issues/398, github.com/coston/react-obfuscate/pull/399", _page_cells(lambda text: f'<bdo dir="rtl"><i>{text[::-1]}</i></bdo>')),
    Kind("page-digits-in-another-order", "github.com/adamschwartz/magic-of-css/issues/30, github.com/proochster/shortcode/pull/240", _page_cells(lambda text: f'<span style="display: flex"><b style="order: 2">{text[1:]}</b><b>{text[0]}</b></span>')),
    Kind("page-digits-floating", "github.com/adamschwartz/magic-of-css/issues/30, github.com/proochster/shortcode/pull/240", _page_cells(lambda text: f'<b style="float: right">{text[1:]}</b><b>{text[0]}</b>')),
    Kind("page-two-amounts-in-a-cell", "github.com/atlanhq/camelot/issues/477, github.com/jztan/pdf-mcp/issues/63", _page_cells(lambda text: f"<p>{text}</p><p>{text}</p>")),
    Kind("book-format-on-condition", "github.com/awalker89/openxlsx/issues/445, github.com/ycphs/openxlsx/issues/354", _book_format_on_condition("0!.0000", 10_000)),
]  # fmt: skip
"""What is seen cannot be told without a renderer: it is refused, and nothing else is read in its place."""
