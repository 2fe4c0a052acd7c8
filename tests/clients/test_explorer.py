"""The explorer in a real browser: from the home page to a department, to a number, to the cell in which it is printed."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from lxml import html

from pipeline.publish.explorer import build_explorer
from pipeline.publish.explorer.building import echarts
from pipeline.warehouse.database import connect
from pipeline.warehouse.places import DEFAULT_RAW

FIRST_LOAD_BYTES = 300_000
TEN_THOUSAND = Decimal(10_000)


@pytest.fixture(scope="module")
def site(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explorer")
    build_explorer(published, folder)
    return folder


@pytest.fixture
def page(browser: Any, site: Path) -> Iterator[Any]:
    """A page on the home page; fails the test where a script fails or anything outside the site is asked for."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    page = context.new_page()
    asked, failed = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.on("console", lambda message: failed.append(message.text) if message.type == "error" else None)
    page.goto((site / "index.html").as_uri())
    yield page
    context.close()
    outside = [url for url in asked if not url.startswith((site.as_uri(), "data:"))]
    assert outside == [], "the site asked for something outside itself"
    assert failed == [], "a script failed"


@pytest.fixture(scope="module")
def printed(published: Path) -> Iterator[dict[str, pdfplumber.PDF]]:
    """The specimens as PDF, by document."""
    with connect(published, read_only=True) as connection:
        names = connection.execute("select document_id, file_name from core.document").fetchall()
    files = {document_id: pdfplumber.open(DEFAULT_RAW / name) for document_id, name in names}
    yield files
    for file in files.values():
        file.close()


def outlined_text(page: Any, printed: dict[str, pdfplumber.PDF]) -> list[str]:
    """What stands in the PDF at the places that the browser outlines on the image of its page."""
    document_id, number = re.search(r"/page/([0-9a-f]{16})/(\d+)\.html", page.url).groups()
    sheet = page.locator(".sheet").bounding_box()
    paper = printed[document_id].pages[int(number) - 1]
    assert page.evaluate("document.querySelector('.sheet img').naturalWidth") > 1000, (
        "the image of the page is not shown"
    )
    texts = []
    for cell in page.locator(".cell.is-chosen").all():
        assert cell.evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
        box = cell.bounding_box()
        scale = float(paper.width) / sheet["width"]
        left, top = (box["x"] - sheet["x"]) * scale, (box["y"] - sheet["y"]) * scale
        right, bottom = left + box["width"] * scale, top + box["height"] * scale
        inside = [
            character for character in paper.chars
            if left <= (character["x0"] + character["x1"]) / 2 <= right
            and top <= (character["top"] + character["bottom"]) / 2 <= bottom
        ]  # fmt: skip
        texts.append("".join(character["text"] for character in inside).strip())
    return texts


def open_department(page: Any) -> None:
    page.get_by_role("link", name="深圳市人民政府办公厅").first.click()
    page.wait_for_url("**/department/*.html")


def test_from_home_to_the_cell_that_holds_the_number(page: Any, printed: dict[str, pdfplumber.PDF]) -> None:
    open_department(page)
    department = page.url
    numbers = page.locator("a.n[href*='#c']")
    count = numbers.count()
    assert count > 50
    for index in range(0, count, max(1, count // 12)):
        link = numbers.nth(index)
        shown = Decimal(link.inner_text().replace(",", "")) * TEN_THOUSAND
        link.click()
        page.wait_for_url("**/page/**")
        (text,) = outlined_text(page, printed)
        assert Decimal(text.replace(",", "")) * TEN_THOUSAND == shown, f"{page.url} outlines {text!r}"
        assert page.locator(".cell.is-chosen").first.evaluate(
            "each => { const box = each.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; }"
        ), "the outlined cell is not in view"
        page.goto(department)


def test_a_sum_outlines_its_terms_on_all_their_pages(page: Any, printed: dict[str, pdfplumber.PDF]) -> None:
    open_department(page)
    sums = page.locator("a.n[href*='#s=']")
    # The first row of the overview: total expenditure, whose terms stand on several pages.
    links = [(sums.nth(index).inner_text(), sums.nth(index).get_attribute("href")) for index in range(sums.count())]
    shown, href = next((text, href) for text, href in links if href.count(";") >= 1)
    base = page.url
    page.goto(re.sub(r"[^/]*$", "", base) + href)
    found = outlined_text(page, printed)
    for index in range(page.locator("#chosen a").count()):
        page.locator("#chosen a").nth(index).click()
        page.wait_for_function("document.querySelectorAll('.cell.is-chosen').length > 0")
        found += outlined_text(page, printed)
        page.go_back()
    amounts = [Decimal(text.replace(",", "")) for text in found]
    assert len(amounts) > 3
    assert sum(amounts) == Decimal(shown.replace(",", ""))


def test_search_by_name_and_by_code_with_the_keyboard(page: Any) -> None:
    box = page.get_by_role("combobox")
    box.focus()
    page.keyboard.type("2010301")
    page.wait_for_selector("#found li")
    assert "行政运行" in page.locator("#found li[aria-selected=true]").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/function/2010301.html")
    page.get_by_role("combobox").focus()
    page.keyboard.type("深圳市人民政府")
    page.wait_for_selector("#found li")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/department/*.html")


def test_the_keyboard_reaches_numbers_in_order(page: Any) -> None:
    open_department(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.className"))
    assert "n" in reached


def test_language_changes_and_is_remembered(page: Any) -> None:
    assert page.locator("h1").inner_text() == "中国公共预算，逐数可查"
    page.locator("#language").click()
    assert page.locator("h1").inner_text() == "China's public budgets, figure by figure"
    open_department(page)
    assert page.locator("h2").first.inner_text() == "Overview"
    assert page.evaluate("document.documentElement.lang") == "en"


def test_the_dictionary_is_found_by_chinese_and_english_words(page: Any) -> None:
    page.get_by_role("link", name="字典").click()
    page.wait_for_url("**/dictionary.html")
    every = page.locator("#dictionary tbody tr:visible").count()
    assert every > 500
    page.get_by_role("searchbox", name="查找列").fill("公务接待")
    found = page.locator("#dictionary tbody tr:visible")
    assert 0 < found.count() < 20
    assert "item" in found.locator("code").all_inner_texts()
    page.get_by_role("searchbox", name="查找列").fill("MARTS.CITATION")
    assert page.locator("#dictionary section:visible h2").all_inner_texts() == ["marts.citation"]
    page.get_by_role("searchbox", name="查找列").fill("no such word")
    assert page.locator("#dictionary tbody tr:visible").count() == 0


def test_dbt_documents_its_models_beside_it(browser: Any, site: Path) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "dbt.html").as_uri() + "#!/model/model.yusuan.functional_expenditure_by_year")
    page.wait_for_selector("text=What each function cost each department")
    assert [url for url in asked if not url.startswith((site.as_uri(), "data:"))] == []
    page.close()


def test_charts_are_drawn(page: Any) -> None:
    open_department(page)
    page.wait_for_selector(".chart svg")
    assert page.locator(".chart svg").count() == 2
    assert page.locator(".chart svg path").count() > 10


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(browser: Any, site: Path, language: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    context = browser.new_context(viewport={"width": width, "height": 800}, locale=language)
    page = context.new_page()
    checked = 0
    for path in one_page_of_each_kind(site):
        page.goto(path.as_uri())
        violations = axe.Axe().run(page).response["violations"]
        serious = [
            (each["id"], each["impact"], each["nodes"][0]["html"][:120])
            for each in violations
            if each["impact"] in ("serious", "critical")
        ]
        assert serious == [], path.relative_to(site)
        if width < 500:
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, f"{path.relative_to(site)} is {overflow} pixels wider than a telephone"
        checked += 1
    context.close()
    assert checked == 8


def one_page_of_each_kind(site: Path) -> list[Path]:
    kinds = (
        "index.html",
        "quality.html",
        "dictionary.html",
        "department/*.html",
        "function/2*.html",
        "place/*.html",
        "document/*.html",
        "page/*/1?.html",
    )
    return [sorted(site.glob(kind))[0] for kind in kinds]


# Without a browser


def test_the_first_page_is_light(site: Path) -> None:
    files = [site / "index.html", *(site / "assets" / name for name in ("site.css", "site.js", "tables.js"))]
    linked = re.findall(r'(?:src|href)="([^"]+\.(?:js|css))"', files[0].read_text(encoding="utf-8"))
    assert sorted(linked) == ["assets/site.css", "assets/site.js", "assets/tables.js"]
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < FIRST_LOAD_BYTES


def test_every_link_leads_somewhere(site: Path) -> None:
    names: dict[Path, set[str]] = {}
    links = []
    # dbt's page is a program of its own.
    for path in site.rglob("*.html"):
        if path.name == "dbt.html":
            continue
        tree = html.fromstring(path.read_bytes())
        names[path] = set(tree.xpath("//@id"))
        links += [(path, str(href)) for href in tree.xpath("//a/@href | //img/@src | //script/@src | //link/@href")]
    checked = 0
    for path, href in links:
        if href.startswith(("data:", "http")):
            continue
        target, _, fragment = href.partition("#")
        file = (path.parent / target).resolve() if target else path
        assert file.is_file(), f"{path}: {href}"
        if fragment.startswith("s="):
            for place in fragment[2:].split(";"):
                page, _, cells = place.partition(":")
                assert "/" not in page
                other = names[file.with_name(f"{page}.html")]
                assert {f"c{cell}" for cell in cells.split(",")} <= other, f"{path}: {href}"
        elif fragment:
            assert fragment in names[file], f"{path}: {href}"
        checked += 1
    assert checked > 1000


def test_every_amount_of_a_department_leads_to_its_page(site: Path) -> None:
    (path,) = (site / "department").glob("*.html")
    tree = html.fromstring(path.read_bytes())
    amounts = [cell for cell in tree.xpath("//td[@class='amount']") if re.search(r"\d", cell.text_content())]
    assert len(amounts) > 100
    assert [cell.text_content() for cell in amounts if not cell.xpath(".//a[@href]")] == []


def test_only_what_changed_is_written_again(published: Path, site: Path, tmp_path: Path) -> None:
    folder = tmp_path / "explorer"
    shutil.copytree(site, folder)
    again = build_explorer(published, folder)
    assert (again.written_count, again.removed_count, again.document_count) == (0, 0, 0)
    image = sorted(folder.glob("image/*/*.png"))[0]
    image.unlink()
    (folder / "department" / "no-more.html").write_text("left over")
    again = build_explorer(published, folder)
    assert (again.image_count, again.document_count, again.removed_count) == (1, 1, 1)
    assert image.is_file()
    assert {file.relative_to(folder) for file in folder.rglob("*")} == {
        file.relative_to(site) for file in site.rglob("*")
    }


def test_echarts_is_what_its_authors_published() -> None:
    script = echarts()
    assert b"Apache Software Foundation" in script[:400]
