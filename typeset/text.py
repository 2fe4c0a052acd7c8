"""Setting a specimen as text, the way that conversions of published PDFs look: Markdown headings, tables as lines with tabs.

Belongs here: the text edition. Spans are lost, pages end as an empty line, and rows may have more cells on one page than on
another: that is what readers of such texts must bear. Does not belong here: what is said (`document`).
"""

from __future__ import annotations

from itertools import pairwise

from typeset.document import MARK, FormBlock, Heading, Specimen
from typeset.grid import ABOVE, LEFT


def set_text(specimen: Specimen) -> bytes:
    """The text edition in UTF-8."""
    parts = [f"> {MARK}"]
    for block in specimen.blocks:
        if isinstance(block, Heading):
            parts.append("#" * block.level + " " + block.text)
        elif isinstance(block, FormBlock):
            parts += _form(block)
        else:
            parts.append(block.text)
    return ("\n\n".join(parts) + "\n").encode()


def _form(form: FormBlock) -> list[str]:
    # The text edition has no pages, so every form says it anew.
    parts = [f"> {MARK}"]
    parts += [form.number] if form.number else []
    parts += [f"## {form.title}"] if form.title else []
    parts += [form.left_label] if form.left_label else []
    # A label that is broken over lines on the page stays broken.
    parts += ["  \n".join(form.unit_label.split("\n"))] if form.unit_label else []
    header, body = form.rows[: form.header_rows], form.rows[form.header_rows :]
    lines = ["\t".join(line.split("|")) for line in form.text_header] or [_line(row) for row in header]
    starts = [0, *(entry.before_row for entry in form.breaks), len(body)]
    for page, (first, last) in enumerate(pairwise(starts)):
        columns = form.text_columns[page] if form.text_columns else len(form.widths)
        lines += [_line(row + [""] * (columns - len(row))) for row in body[first:last]]
        parts.append("\n".join(lines))
        lines = []
    return parts + form.notes


def _line(row: list[str]) -> str:
    return "\t".join("" if text in (LEFT, ABOVE) else text for text in row)
