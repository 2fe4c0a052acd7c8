"""The specimens of `raw/` are what `python -m typeset` makes, say that they are specimens, and name no contact person."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from pathlib import Path

import pypdfium2
import pytest

from typeset.__main__ import set_all
from typeset.document import FOLDER, MARK, FormBlock, read_specimen
from typeset.grid import blocks_of

RAW = Path(__file__).parents[2] / "raw"
PDFS = sorted(RAW.glob("specimen_*.pdf"))


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return set_all((RAW / "registry.csv").read_text(encoding="utf-8"))


def _pages(data: bytes) -> list[str]:
    with pypdfium2.PdfDocument(data) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def _drawing(data: bytes) -> list[tuple[str, bytes]]:
    """Text and picture of every page: what is left when only the packing of the bytes differs."""
    with pypdfium2.PdfDocument(data) as document:
        return [
            (page.get_textpage().get_text_bounded(), page.render(scale=0.5).to_numpy().tobytes()) for page in document
        ]


def test_specimens_are_made_anew_the_same(made: dict[str, bytes]) -> None:
    assert len(made) == 4, sorted(made)
    for name, data in made.items():
        kept = (RAW / name).read_bytes()
        if name.endswith(".pdf") and kept != data:
            # Another build of zlib packs the same drawing into other bytes.
            assert _drawing(kept) == _drawing(data), f"raw/{name} is not what `python -m typeset` makes"
        elif name != "registry.csv":
            assert kept == data, f"raw/{name} is not what `python -m typeset` makes"


def test_registry_names_the_specimens_by_their_hash() -> None:
    lines = list(csv.DictReader(io.StringIO((RAW / "registry.csv").read_text(encoding="utf-8"))))
    specimens = {line["file_name"]: line for line in lines if line["is_specimen"] == "true"}
    assert len(specimens) == 3
    for name, line in specimens.items():
        assert line["sha256"] == hashlib.sha256((RAW / name).read_bytes()).hexdigest(), name


def test_every_page_says_that_it_is_a_specimen() -> None:
    assert len(PDFS) == 2
    for path in PDFS:
        pages = _pages(path.read_bytes())
        assert len(pages) > 20
        for number, text in enumerate(pages, 1):
            assert MARK in text, f"{path.name}, page {number}"
    for path in RAW.glob("specimen_*.md"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"> {MARK}")
        assert text.count(MARK) > text.count("\n表 ")


def test_no_contact_person_and_no_telephone_number() -> None:
    for path in RAW.glob("specimen_*"):
        text = "".join(_pages(path.read_bytes())) if path.suffix == ".pdf" else path.read_text(encoding="utf-8")
        assert len(text) > 5000
        assert not re.search(r"联系|联络|填报人|电话|1[3-9]\d{9}", text), path.name


def test_small_enough_to_be_kept_in_the_repository() -> None:
    sizes = [path.stat().st_size for path in RAW.iterdir() if path.is_file()]
    assert 0 < sum(sizes) < 1_500_000


def test_forms_of_both_years_are_all_there() -> None:
    counts = {}
    for path in FOLDER.glob("*.yaml"):
        forms = [block for block in read_specimen(path).blocks if isinstance(block, FormBlock)]
        counts[path.stem] = (sum(bool(form.number) for form in forms), sum(not form.number for form in forms))
    assert counts == {"office_2017": (13, 2), "office_2026": (11, 0)}


def test_merged_cells_are_rectangles() -> None:
    assert [
        (b.row, b.column, b.row_span, b.column_span, b.text) for b in blocks_of([["a", "<", "b"], ["^", "<", "c"]])
    ] == [
        (0, 0, 2, 2, "a"),
        (0, 2, 1, 1, "b"),
        (1, 2, 1, 1, "c"),
    ]
    with pytest.raises(ValueError, match="no rectangle"):
        blocks_of([["a", "<"], ["^", "b"]])
    with pytest.raises(ValueError, match="continues no cell"):
        blocks_of([["<", "a"]])
