"""Layouts of forms that no document of the corpus shows: written down with what each number means, set, read, and compared.

Belongs here: reading a layout's file (`tests/documents/layouts/README.md` tells the notation), setting it as PDF, Word, Excel,
HTML or text, and counting what was read right, refused, wrong or missing. Does not belong here: the layouts themselves, and
what share of them must be right (`tests/documents/test_layouts.py`).
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from pipeline.forms.text import comparable
from pipeline.readers.word import convert
from typeset.document import Block, Break, FormBlock, Heading, Paragraph, Specimen
from typeset.grid import blocks_of
from typeset.pdf import Rules, set_pdf
from typeset.text import set_text

FOLDER = Path(__file__).parents[1] / "documents" / "layouts"
PORTRAIT, LANDSCAPE = (595.0, 842.0), (842.0, 595.0)
YUAN_PER_UNIT = {"元": 1, "千元": 1_000, "万元": 10_000, "百万元": 1_000_000, "亿元": 100_000_000}


@dataclass(frozen=True)
class Expected:
    """One printed number and what it means: columns of `core.figure` by name. Only what is named here is compared."""

    form: int
    text: str
    amount_yuan: Decimal
    meaning: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Layout:
    """A document as it would be published, and the meaning of every amount in it."""

    name: str
    document: dict[str, str]
    specimen: Specimen
    expected: list[Expected]


@dataclass
class Score:
    """How the numbers of a layout were read. `wrong` are figures that no printed number means; `flagged` of them are suspects."""

    count: int = 0
    right: int = 0
    refused: int = 0
    missing: int = 0
    wrong: int = 0
    flagged: int = 0
    details: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        head = (
            f"{self.right} of {self.count} right, {self.refused} refused, {self.missing} missing, "
            f"{self.wrong} wrong ({self.flagged} of them flagged)"
        )
        return "\n".join([head, *self.details[:40]])


def layout_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read_layout(name: str) -> Layout:
    """The layout of this name. Raises ValueError where rows and columns do not agree."""
    data = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    document = {key: str(value) for key, value in data["document"].items()}
    blocks: list[Block] = []
    expected: list[Expected] = []
    forms = 0
    for item in data["blocks"]:
        if "form" in item:
            block, meanings = _form(item["form"], document, forms)
            blocks.append(block)
            expected += meanings
            forms += 1
        elif "heading" in item:
            blocks.append(Heading(str(item["heading"]), 1))
        else:
            blocks.append(Paragraph(str(item["paragraph"])))
    specimen = Specimen({}, {}, PORTRAIT, LANDSCAPE, blocks)
    return Layout(name, document, specimen, expected)


def _cells(line: str) -> list[str]:
    return [text.strip().replace("\\n", "\n") for text in line.split("|")]


def _form(form: dict[str, Any], document: dict[str, str], index: int) -> tuple[FormBlock, list[Expected]]:
    header = [_cells(line) for line in form["header"]]
    columns = [_meaning(text) for text in _cells(form["columns"])]
    rows, expected = [], []
    usual = {"form": form["key"], "fiscal_year": document["year"]}
    usual["phase"] = "executed" if document["kind"] == "final_account" else "approved"
    usual |= _attributes(form.get("all", ""))
    scale = Decimal(form.get("yuan_per_unit") or YUAN_PER_UNIT[_unit(form.get("unit", ""))])
    for line in form["rows"]:
        printed, _, lines = line.partition("=>")
        cells = _cells(printed)
        if len(cells) != len(columns):
            raise ValueError(f"{len(cells)} cells and {len(columns)} columns: {line}")
        rows.append(cells)
        of_groups = [text.strip() for text in lines.split(";")]
        for cell, (group, meaning) in zip(cells, columns, strict=True):
            amount = amount_of(cell)
            if not meaning or amount is None:
                continue
            words = of_groups[group - 1].split() if group <= len(of_groups) else []
            # A figure of a row that means nothing is no amount (a repeated header, a serial number).
            if not words:
                continue
            of_row = {"line": words[0], **_attributes(" ".join(words[1:]))}
            # What a row says of its amounts outweighs its column, but for a column that is a line of its own.
            facts = {**usual, **meaning, **of_row, **{name: meaning[name] for name in ("line",) if name in meaning}}
            unit = Decimal(facts.pop("yuan_per_unit", scale))
            facts = {name: value for name, value in facts.items() if value != "*"}
            expected.append(Expected(index, cell, amount * unit, tuple(sorted(facts.items()))))
    block = FormBlock(
        title=form.get("title", ""),
        number=form.get("number", ""),
        left_label=form.get("left", ""),
        unit_label=form.get("unit", ""),
        rows=header + rows,
        header_rows=len(header),
        widths=form.get("widths") or _widths(header + rows),
        landscape=form.get("landscape", False),
        breaks=_breaks(form, len(rows)),
        notes=form.get("notes", []),
        label_columns=form.get("label_columns", 1),
        text_header=[],
        text_columns=[],
    )
    return block, expected


def _breaks(form: dict[str, Any], rows: int) -> list[Break]:
    """Where the form goes on to another page: where it says, or after as many rows as a page surely holds."""
    if "breaks" in form:
        return [Break(**entry) for entry in form["breaks"]]
    step = form.get("rows_per_page") or (15 if form.get("landscape") else 30)
    return [Break(row, form.get("repeat", "header")) for row in range(step, rows, step)]


def _widths(rows: list[list[str]]) -> list[float]:
    """Relative widths by the longest text of each column, names and amounts between 4 and 14 characters."""
    longest = [4.0] * len(rows[0])
    for block in blocks_of(rows):
        if block.column_span == 1:
            width = sum(0.6 if character.isascii() else 1.0 for character in block.text)
            longest[block.column] = max(longest[block.column], min(width + 1, 14.0))
    return longest


def _unit(label: str) -> str:
    found = re.findall(r"百万元|亿元|万元|千元|元", label)
    return found[-1] if found else ""


def _meaning(text: str) -> tuple[int, dict[str, str]]:
    """`2 measure=total source=…` → group 2 and its attributes; an empty text is a column without amounts."""
    match = re.match(r"(\d)\s+(.*)", text)
    return (int(match.group(1)), _attributes(match.group(2))) if match else (1, _attributes(text))


def _attributes(text: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in text.split())


def amount_of(text: str) -> Decimal | None:
    """The number that a person reads in the cell, None where there is none."""
    plain = comparable(text).replace(",", "").lstrip("¥￥")
    negative = re.fullmatch(r"\((\d+(?:\.\d+)?)\)", plain)
    if negative:
        return -Decimal(negative.group(1))
    return Decimal(plain) if re.fullmatch(r"-?\d+(?:\.\d+)?", plain) else None


# -- setting ------------------------------------------------------------------------------------------------------------


def as_pdf(layout: Layout, rules: Rules = "full") -> bytes:
    return set_pdf(layout.specimen, rules)[0]


def as_text(layout: Layout) -> bytes:
    """Lines that a cell breaks are joined: a line of the text edition is a row."""
    blocks = [
        replace(block, rows=[[text.replace("\n", "") for text in row] for row in block.rows])
        if isinstance(block, FormBlock)
        else block
        for block in layout.specimen.blocks
    ]
    return set_text(replace(layout.specimen, blocks=blocks))


def as_html(layout: Layout) -> bytes:
    parts = ["<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>"]
    for block in layout.specimen.blocks:
        if isinstance(block, FormBlock):
            parts += [f"<p>{text}</p>" for text in _labels(block)]
            parts.append(f"<table border='1'>{''.join(_html_rows(block))}</table>")
            parts += [f"<p>{note}</p>" for note in block.notes]
        else:
            parts.append(f"<p>{block.text}</p>")
    return "".join([*parts, "</body></html>"]).encode()


def _html_rows(block: FormBlock) -> Iterator[str]:
    printed = blocks_of(block.rows)
    for row in range(len(block.rows)):
        cells = [cell for cell in printed if cell.row == row]
        spans = [
            f"<td rowspan='{cell.row_span}' colspan='{cell.column_span}'>{cell.text.replace(chr(10), '<br>')}</td>"
            for cell in sorted(cells, key=lambda cell: cell.column)
        ]
        yield f"<tr>{''.join(spans)}</tr>"


def as_docx(layout: Layout) -> bytes:
    from docx import Document

    document = Document()
    for block in layout.specimen.blocks:
        if not isinstance(block, FormBlock):
            document.add_paragraph(block.text)
            continue
        for text in _labels(block):
            document.add_paragraph(text)
        table = document.add_table(len(block.rows), len(block.rows[0]))
        for cell in blocks_of(block.rows):
            place = table.cell(cell.row, cell.column)
            if cell.row_span > 1 or cell.column_span > 1:
                last = table.cell(cell.row + cell.row_span - 1, cell.column + cell.column_span - 1)
                place = place.merge(last)
            place.text = cell.text
        for note in block.notes:
            document.add_paragraph(note)
    return _saved(document)


def as_xlsx(layout: Layout) -> bytes:
    """Each form on a sheet of its own, amounts as numbers with the decimals that they are printed with."""
    from openpyxl import Workbook

    workbook = Workbook()
    sheet: Any = workbook.active
    sheet.title = "封面"
    row = 1
    number = 0
    for block in layout.specimen.blocks:
        if not isinstance(block, FormBlock):
            sheet.cell(row, 1, block.text)
            row += 1
            continue
        number += 1
        sheet = workbook.create_sheet(f"表{number}")
        row = 1
        for text in _labels(block):
            sheet.cell(row, 1, text)
            row += 1
        for cell in blocks_of(block.rows):
            place = sheet.cell(row + cell.row, 1 + cell.column)
            amount = amount_of(cell.text)
            if amount is not None and cell.row >= block.header_rows and ("." in cell.text or "," in cell.text):
                place.value = amount
                decimals = len(cell.text.rstrip(")").partition(".")[2])
                place.number_format = "#,##0" + ("." + "0" * decimals if decimals else "")
            else:
                place.value = cell.text or None
            if cell.row_span > 1 or cell.column_span > 1:
                sheet.merge_cells(
                    start_row=row + cell.row,
                    start_column=1 + cell.column,
                    end_row=row + cell.row + cell.row_span - 1,
                    end_column=cell.column + cell.column_span,
                )
        row += len(block.rows)
        for note in block.notes:
            sheet.cell(row, 1, note)
            row += 1
    return _saved(workbook)


def as_docx_split(layout: Layout) -> bytes:
    """Tables that Word split in two, the second without a header, and each form inside a table that only arranges the page."""
    from docx import Document

    document = Document()
    for block in layout.specimen.blocks:
        if not isinstance(block, FormBlock):
            document.add_paragraph(block.text)
            continue
        frame = document.add_table(2, 2)
        title = frame.cell(0, 0).merge(frame.cell(0, 1))
        title.text = "\n".join(text for text in (block.number, block.title) if text)
        place = frame.cell(1, 0).merge(frame.cell(1, 1))
        place.text = "  ".join(text for text in (block.left_label, block.unit_label) if text)
        middle = max(block.header_rows + 1, len(block.rows) // 2)
        for rows in (block.rows[:middle], block.rows[middle:]):
            if not rows:
                continue
            table = place.add_table(len(rows), len(rows[0]))
            place.add_paragraph("")
            for cell in blocks_of(rows):
                target = table.cell(cell.row, cell.column)
                if cell.row_span > 1 or cell.column_span > 1:
                    last = table.cell(cell.row + cell.row_span - 1, cell.column + cell.column_span - 1)
                    target = target.merge(last)
                target.text = cell.text
        for note in block.notes:
            document.add_paragraph(note)
    return _saved(document)


def as_xlsx_one_sheet(layout: Layout) -> bytes:
    """All forms on one sheet, one below the other; amounts as text, full-width or with stray blanks; a hidden sheet of drafts."""
    from openpyxl import Workbook

    workbook = Workbook()
    sheet: Any = workbook.active
    sheet.title = "Sheet1"
    row = 1
    for number, block in enumerate(layout.specimen.blocks):
        if not isinstance(block, FormBlock):
            sheet.cell(row, 1, block.text)
            row += 1
            continue
        for text in _labels(block):
            sheet.cell(row, 1, text)
            row += 1
        for cell in blocks_of(block.rows):
            text = cell.text
            if cell.row >= block.header_rows and "." in text and amount_of(text) is not None:
                text = text.translate(_FULL_WIDTH) if number % 2 else f" {text}　"
            sheet.cell(row + cell.row, 1 + cell.column, text or None)
            if cell.row_span > 1 or cell.column_span > 1:
                sheet.merge_cells(
                    start_row=row + cell.row,
                    start_column=1 + cell.column,
                    end_row=row + cell.row + cell.row_span - 1,
                    end_column=cell.column + cell.column_span,
                )
        row += len(block.rows)
        for note in block.notes:
            sheet.cell(row, 1, note)
            row += 1
        row += 1
    draft = workbook.create_sheet("底稿")
    draft.append(["收入支出决算总表"])
    draft.append(["单位：万元"])
    draft.append(["项目", "决算数"])
    draft.append(["一般公共预算财政拨款收入", 1234567.89])
    draft.sheet_state = "hidden"
    return _saved(workbook)


_FULL_WIDTH = {ord(plain): ord(plain) + 0xFEE0 for plain in "0123456789,."}


def as_columns(layout: Layout) -> bytes:
    """Text whose columns stand in their places by blanks, as programs that extract text write them."""
    parts: list[str] = []
    for block in layout.specimen.blocks:
        if not isinstance(block, FormBlock):
            parts.append(block.text)
            continue
        rows = [["" if text in ("<", "^") else text.replace("\n", "") for text in row] for row in block.rows]
        widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
        parts += ["", *_labels(block)]
        for row in rows:
            texts = (text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True))
            parts.append("   ".join(texts).rstrip())
        parts += block.notes
    return "\n".join(parts).encode()


def _width(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)


EDITIONS = {"pdf": as_pdf, "docx": as_docx, "xlsx": as_xlsx, "html": as_html, "text": as_text}
ODD_EDITIONS = {
    "docx_split": as_docx_split,
    "xlsx_one_sheet": as_xlsx_one_sheet,
    "columns": as_columns,
}
"""The same layouts as programs and people also leave them."""
OPEN_EDITIONS = {
    "pdf_horizontal": partial(as_pdf, rules="horizontal"),
    "pdf_three_line": partial(as_pdf, rules="three_line"),
    "pdf_unruled": partial(as_pdf, rules="none"),
}
"""The same pages without vertical rules: columns are where their words stand."""


def printed_from_word(layout: Layout, bordered: bool = True) -> bytes:
    """The Word edition as LibreOffice prints it: rows go over the page edge, amounts that their columns cannot hold go on below."""
    from docx import Document

    document = Document(io.BytesIO(as_docx(layout)))
    for table in document.tables if bordered else ():
        table.style = "Table Grid"
    return convert(_saved(document), "pdf", ".docx")


def printed_from_excel(layout: Layout) -> bytes:
    """The workbook as LibreOffice prints it, with lines around its cells: what their columns cannot hold is cut off, or ###."""
    from openpyxl import load_workbook
    from openpyxl.styles import Border, Side

    workbook = load_workbook(io.BytesIO(as_xlsx(layout)))
    line = Side(style="thin")
    for sheet in workbook.worksheets[1:]:
        top = next(row[0].row for row in sheet.iter_rows() if sum(cell.value is not None for cell in row) > 1)
        for cell in (cell for row in sheet.iter_rows(min_row=top) for cell in row):
            cell.border = Border(left=line, right=line, top=line, bottom=line)
    return convert(_saved(workbook), "pdf", ".xlsx")


OFFICE_EDITIONS = {
    "pdf_of_word": printed_from_word,
    "pdf_of_word_without_lines": partial(printed_from_word, bordered=False),
    "pdf_of_excel": printed_from_excel,
}
"""The same layouts printed by an office program, which needs LibreOffice."""


def _labels(block: FormBlock) -> list[str]:
    return [text for text in (block.number, block.title, block.left_label, block.unit_label) if text]


def _saved(file: Any) -> bytes:
    buffer = io.BytesIO()
    file.save(buffer)
    return buffer.getvalue()


# -- comparing ----------------------------------------------------------------------------------------------------------


def compare(layout: Layout, rows: dict[str, list[dict[str, Any]]]) -> Score:
    """What became of every printed number: a figure with its meaning, a refusal, or neither; and what was read that is not printed.

    Numbers are found by what they mean and not by their place, so that one layout serves every format.
    """
    score = Score(count=len(layout.expected))
    figures = [row for row in rows.get("figure", []) if row["value_state"] in ("number", "zero") and _has_digit(row)]
    suspects = {row["figure_id"] for row in rows.get("suspect_figure", [])}
    by_amount: dict[Decimal, list[dict[str, Any]]] = {}
    for row in figures:
        by_amount.setdefault(row["amount_yuan"], []).append(row)
    left: list[Expected] = []
    # What is meant most exactly finds its figure first: a row that leaves its line open must not take another's.
    for one in sorted(layout.expected, key=lambda one: -len(one.meaning)):
        candidates = by_amount.get(one.amount_yuan, [])
        match = next((row for row in candidates if _means(row, dict(one.meaning))), None)
        if match is None:
            left.append(one)
        else:
            candidates.remove(match)
            score.right += 1
    texts = {cell["cell_id"]: cell["text"] for cell in rows.get("cell", [])}
    refused = Counter(
        comparable(texts[cell_id]) for row in rows.get("refusal", []) for cell_id in row["cell_ids"] if cell_id in texts
    )
    for one in left:
        text = comparable(one.text)
        if refused[text] > 0:
            refused[text] -= 1
            score.refused += 1
            score.details.append(f"  refused: form {one.form + 1} “{one.text}” {_told(one)}")
        else:
            score.missing += 1
            score.details.append(f"  not read so: form {one.form + 1} “{one.text}” {_told(one)}")
    for row in (row for rest in by_amount.values() for row in rest):
        score.wrong += 1
        score.flagged += row["figure_id"] in suspects
        names = (
            "form",
            "line_code",
            "line_name",
            "measure",
            "source",
            "fiscal_year",
            "phase",
            "is_comparative",
            "agency_name",
        )
        told = ", ".join(f"{name}={row[name]}" for name in names if row.get(name) is not None)
        score.details.append(f"  read but not meant: form {row['form_index']} “{row['printed_text']}” {told}")
    # Rows of a table that stand in no cell are refused by their page and count.
    outside = sum(row["numeric_cell_count"] for row in rows.get("refusal", []) if not row["cell_ids"])
    strays = min(score.missing, outside)
    score.missing, score.refused = score.missing - strays, score.refused + strays
    # A number that is read with another meaning is one error, not two.
    score.missing = max(0, score.missing - score.wrong)
    score.details += [
        f"  {row['reason']}: {row['detail'][:200]} ({row['numeric_cell_count']})" for row in rows.get("refusal", [])
    ]
    return score


def _has_digit(row: dict[str, Any]) -> bool:
    return any(character.isdigit() for character in row["printed_text"])


def _told(one: Expected) -> str:
    return " ".join(f"{name}={value}" for name, value in one.meaning)


def _means(row: dict[str, Any], meaning: dict[str, str]) -> bool:
    return all(
        _is_line(row, value) if name == "line" else comparable(str(row.get(name))) == comparable(value)
        for name, value in meaning.items()
    )


def _is_line(row: dict[str, Any], line: str) -> bool:
    """A line is meant by its code, by `total`, or by its name where the layout has no codes."""
    if line == "total":
        return row["line_level"] == "total" or row["line_code"] == "total"
    return row["line_code"] == line or comparable(row["line_name"] or "") == comparable(line)
