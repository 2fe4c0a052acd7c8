"""A specimen before it is set: its blocks (headings, paragraphs, forms) as written in YAML, its figures from grids in CSV.

Belongs here: reading and checking the description. Does not belong here: setting it (`pdf`, `text`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from typeset.grid import read_grid

FOLDER = Path(__file__).parent
MARK = "样张 SPECIMEN：本项目据公开数据重新排版，并非原件"
"""What every page of a specimen says."""


@dataclass(frozen=True)
class Heading:
    text: str
    level: int


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Break:
    """Where a form goes on to the next page: before this row of its body, and what the new page repeats of it."""

    before_row: int
    repeat: str


@dataclass(frozen=True)
class FormBlock:
    """A form. `widths` are relative; `indents` gives, for rows of the body, how many ems the first column stands in.

    `text_header` are the header lines of the text edition where its conversion lost spans, cells separated by `|`;
    `text_columns` the number of cells that each page's rows have there.
    """

    title: str
    number: str
    left_label: str
    unit_label: str
    rows: list[list[str]]
    header_rows: int
    widths: list[float]
    landscape: bool
    breaks: list[Break]
    notes: list[str]
    label_columns: int
    text_header: list[str]
    text_columns: list[int]


Block = Heading | Paragraph | FormBlock


@dataclass(frozen=True)
class Specimen:
    """One document. `page_size` is width and height in points of its upright pages; `landscape_size` of its wide ones."""

    file_names: dict[str, str]
    registry: dict[str, str]
    page_size: tuple[float, float]
    landscape_size: tuple[float, float]
    blocks: list[Block]

    @property
    def characters(self) -> set[str]:
        texts = [MARK, "0123456789-—"]
        for block in self.blocks:
            if isinstance(block, FormBlock):
                texts += [block.title, block.number, block.left_label, block.unit_label, *block.notes]
                texts += [cell for row in block.rows for cell in row]
            else:
                texts.append(block.text)
        return set("".join(texts)) - {"\n"}


def read_specimen(path: Path) -> Specimen:
    """The specimen that a YAML file describes. Raises KeyError for a missing word, ValueError for one that is unknown."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Specimen(
        file_names=data["file_names"],
        registry={name: str(value) for name, value in data["registry"].items()},
        page_size=tuple(data["page_size"]),
        landscape_size=tuple(data["landscape_size"]),
        blocks=[_block(item, path.with_suffix("")) for item in data["blocks"]],
    )


def _block(item: dict[str, object], folder: Path) -> Block:
    kind, *others = item
    if kind in ("part", "section"):
        return Heading(str(item[kind]), {"part": 1, "section": 2}[kind])
    if kind == "paragraph":
        return Paragraph(str(item[kind]))
    if kind != "form":
        raise ValueError(f"unknown block {kind!r} with {others}; expected part, section, paragraph or form")
    form = item["form"]
    assert isinstance(form, dict)
    return FormBlock(
        title=form.get("title", ""),
        number=form.get("number", ""),
        left_label=form.get("left_label", ""),
        unit_label=form.get("unit_label", ""),
        rows=read_grid(folder / form["grid"]),
        header_rows=form["header_rows"],
        widths=form["widths"],
        landscape=form.get("landscape", False),
        breaks=[Break(**entry) for entry in form.get("breaks", [])],
        notes=form.get("notes", []),
        label_columns=form.get("label_columns", 1),
        text_header=form.get("text_header", []),
        text_columns=form.get("text_columns", []),
    )
