"""The parts of the explorer that need no browser: amounts as written, the figures behind an amount, images of pages."""

from __future__ import annotations

import io
from decimal import Decimal

import duckdb
import pypdfium2
import pytest
from PIL import Image
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from pipeline.publish.drawing import outlined_page
from pipeline.publish.explorer import search
from pipeline.publish.explorer.figures import Figures, Printed, address, anchor, slug, weakest_proof
from pipeline.publish.explorer.images import PrintedFile, size_in_pixels
from pipeline.publish.explorer.site import Site
from pipeline.publish.explorer.words import both, english_place, spoken_function, ten_thousands

DOCUMENT = "0123456789abcdef"


@pytest.mark.parametrize(
    ("amount", "text"),
    [("78610000", "7,861.00"), ("0", "0.00"), ("100", "0.01"), ("1", "0.0001"), ("-123456.78", "-12.345678"), ("12345678901.20", "1,234,567.89012")],
)  # fmt: skip
def test_amounts_in_ten_thousands_are_exact(amount: str, text: str) -> None:
    assert ten_thousands(Decimal(amount)) == text


def test_an_anchor_names_the_cell_of_a_figure() -> None:
    assert anchor(f"{DOCUMENT}-007-0003-003") == anchor(f"{DOCUMENT}-007-0003-003-2") == "c7.3.3"


def test_slugs_are_safe_and_different() -> None:
    assert slug("440300-audit-bureau") == "440300-audit-bureau"
    slugs = {slug("500000:重庆市教育委员会"), slug("500000:重庆市统计局"), slug("500000")}
    assert len(slugs) == 3
    assert all(each.isascii() and "/" not in each and ":" not in each for each in slugs)


@pytest.fixture
def figures() -> Figures:
    rows = [
        ("007-0002-003", "total", 300, "201", False), ("007-0003-003", "total", 100, "2010301", True),
        ("007-0003-004", "basic", 60, "2010301", True), ("007-0003-005", "project", 40, "2010301", True),
        ("007-0004-003", "total", 200, "2010302", True), ("007-0004-004", "basic", None, "2010302", True),
        ("007-0004-005", "project", 200, "2010302", True),
    ]  # fmt: skip
    connection = duckdb.connect()
    connection.execute("create schema core; create schema marts")
    connection.execute(
        "create table core.figure (figure_id varchar, document_id varchar, page_number int, measure varchar, amount_yuan decimal(20, 2), "
        "fiscal_year int, phase varchar, fund varchar, line_code varchar, scheme varchar, is_leaf boolean, is_comparative boolean, "
        "agency_level varchar, cross_code varchar, proof varchar)"
    )
    for name, measure, amount, code, is_leaf in rows:
        connection.execute(
            "insert into core.figure values (?, ?, 14, ?, ?, 2026, 'approved', 'all', ?, 'functional', ?, false, 'department', null, 'proved')",
            [f"{DOCUMENT}-{name}", DOCUMENT, measure, amount, code, is_leaf],
        )
    connection.execute("create table marts.m as select list(figure_id) as figure_ids from core.figure where is_leaf")
    return Figures(connection, ["marts.m"])


def leaves(figures: Figures) -> list[str]:
    return sorted(figures.by_id)


def test_one_figure_is_an_amount_where_one_equals_it(figures: Figures) -> None:
    ids = [f"{DOCUMENT}-007-0003-{column}" for column in ("003", "004", "005")]
    assert [term.anchor for term in figures.terms(Decimal(100), ids)] == ["c7.3.3"]
    assert [term.anchor for term in figures.terms(Decimal(60), ids, "basic")] == ["c7.3.4"]


def test_terms_of_a_sum_are_of_one_measure(figures: Figures) -> None:
    assert [term.anchor for term in figures.terms(Decimal(300), leaves(figures))] == ["c7.3.3", "c7.4.3"]
    assert [term.anchor for term in figures.terms(Decimal(240), leaves(figures), "project")] == ["c7.3.5", "c7.4.5"]


def test_the_printed_total_is_shown_only_where_it_equals_the_sum(figures: Figures) -> None:
    where = (2026, "approved", "all", "201")
    assert [term.anchor for term in figures.printed_total(Decimal(300), leaves(figures), *where)] == ["c7.2.3"]
    figures.totals[DOCUMENT, *where] = [Printed(f"{DOCUMENT}-007-0002-003", DOCUMENT, 14, "total", Decimal(299))]
    assert len(figures.printed_total(Decimal(300), leaves(figures), *where)) == 2


def test_the_address_of_a_sum_names_pages_cells_and_other_documents() -> None:
    terms = [
        Printed(f"{DOCUMENT}-007-0003-003", DOCUMENT, 14, "total", Decimal(1)),
        Printed(f"{DOCUMENT}-007-0013-003", DOCUMENT, 15, "total", Decimal(1)),
        Printed("fedcba9876543210-001-0001-001", "fedcba9876543210", 2, "total", Decimal(1)),
    ]
    assert address(terms[:1]) == f"../page/{DOCUMENT}/14.html#c7.3.3"
    assert address(terms) == f"../page/{DOCUMENT}/14.html#s=14:7.3.3;15:7.13.3;fedcba9876543210/2:1.1.1"
    assert address([]) == ""


def test_an_amount_is_trusted_as_its_least_proved_figure() -> None:
    terms = [
        Printed("a-1-1-1", DOCUMENT, 1, "total", Decimal(1), proof) for proof in ("proved", "unchecked", "consistent")
    ]
    assert weakest_proof(terms) == "unchecked"
    assert weakest_proof(terms[:1]) == "proved"
    assert weakest_proof([]) == ""


@pytest.mark.parametrize(
    ("name", "english"),
    [("杭州市", "Hangzhou"), ("陕西省", "Shaanxi"), ("山西省", "Shanxi"), ("历城区", "Licheng District"), ("淳安县", "Chunan County"), ("重庆市", "Chongqing")],
)  # fmt: skip
def test_places_have_english_names(name: str, english: str) -> None:
    assert english_place(name) == english


def test_functions_are_english_by_code_or_name_else_as_printed() -> None:
    assert spoken_function("205", "教育")["en"] == "Education"
    assert spoken_function("2010301", "行政运行")["en"] == "Administrative operation"
    assert spoken_function("2050299", "其他普通教育支出")["en"] == "其他普通教育支出"


def test_words_of_a_document_cannot_break_the_page() -> None:
    assert "<script>" not in both("<script>", "x")


# Images


def a_page(rotation: int = 0) -> bytes:
    buffer = io.BytesIO()
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    sheet = canvas.Canvas(buffer, pagesize=(600, 400))
    sheet.setFont("STSong-Light", 20)
    sheet.drawString(40, 340, "行政运行 1,234.00")
    sheet.drawString(40, 40, "联系人：张三 联系电话：0755-88123456")
    sheet.save()
    turned = io.BytesIO()
    with pypdfium2.PdfDocument(buffer.getvalue()) as document:
        document[0].set_rotation(rotation)
        document.save(turned)
    return turned.getvalue()


def darkest(image: Image.Image, left: float, top: float, right: float, bottom: float) -> int:
    scale = image.width / 600
    return min(
        image.crop((int(left * scale), int(top * scale), int(right * scale), int(bottom * scale)))
        .convert("L")
        .tobytes()
    )


def test_contact_persons_are_painted_over_and_nothing_else() -> None:
    with PrintedFile(a_page()) as printed:
        made = printed.page(1)
    image = Image.open(io.BytesIO(made.data))
    assert (made.width, made.height) == image.size == size_in_pixels(600, 400) == (1500, 1000)
    assert darkest(image, 40, 40, 560, 70) < 60, "the amount is no longer seen"
    assert darkest(image, 0, 330, 600, 390) > 200, "the contact person is still seen"


def test_a_shown_page_hides_contact_persons_and_covered_cells() -> None:
    """`yusuan show` draws the page for a person: what the reader removed is not seen there either."""
    image = outlined_page(a_page(), 1, (40, 40, 240, 70))
    assert darkest(image, 45, 45, 235, 65) < 60, "the amount is no longer seen"
    assert darkest(image, 0, 330, 600, 390) > 200, "the contact person is still seen"
    assert darkest(outlined_page(a_page(), 1, (300, 300, 320, 310), [(0, 30, 600, 80)]), 45, 45, 235, 65) > 200


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_contact_persons_are_painted_over_on_turned_pages(rotation: int) -> None:
    with PrintedFile(a_page(rotation)) as printed:
        image = Image.open(io.BytesIO(printed.page(1).data)).rotate(rotation, expand=True)
    assert darkest(image, 40, 40, 560, 70) < 60
    assert darkest(image, 0, 330, 600, 390) > 200


def test_cells_of_contact_persons_are_painted_over() -> None:
    with PrintedFile(a_page()) as printed:
        image = Image.open(io.BytesIO(printed.page(1, [(40, 40, 560, 70)]).data))
    assert darkest(image, 40, 40, 560, 70) > 200


# Files


def test_a_site_writes_what_changed_and_removes_what_is_no_more(tmp_path) -> None:
    site = Site(tmp_path)
    assert site.put("a/1.html", "k1", lambda: b"one")
    assert site.put("b.html", "k2", lambda: b"two")
    site.close()
    site = Site(tmp_path)
    assert not site.put("a/1.html", "k1", lambda: b"never made")
    assert site.close() == 1
    assert (tmp_path / "a/1.html").read_bytes() == b"one"
    assert not (tmp_path / "b.html").exists()
    site = Site(tmp_path)
    assert site.put("a/1.html", "k3", lambda: b"changed")
    assert site.written_count == 1


def test_bodies_are_found_by_sound_and_projects_are_not() -> None:
    (body, project) = search.with_sounds([["department", "财政局", "某市", "a.html"], ["project", "财政局", "", "b"]])
    assert body == ["department", "财政局", "某市", "a.html", "caizhengju czj"]
    assert project == ["project", "财政局", "", "b"]
