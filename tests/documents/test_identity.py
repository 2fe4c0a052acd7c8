"""What every document of the corpus is, against the manifest that a person read from the content."""

from __future__ import annotations

import csv
import re

import pytest

from pipeline.forms.assembly import assemble
from pipeline.forms.identity import identify, refusal_of
from pipeline.readers.printed import PrintedDocument, Unreadable
from pipeline.readers.reader import read
from tests.support.corpus import ABSENT, CORPUS, ReadOnce

SCANNED = "a scan: reading it takes minutes, and tests/documents/test_scans.py does"

# The manifest shortens 人大常委会办公厅 and 省委办公厅; a government's document is nobody's but its own.
SHORTENED = {"人大办公厅": "人大常委会办公厅", "委办公厅": "委"}
REFUSALS = {
    "final_account/上海市普陀区_部门决算空白模板_2024.pdf": "blank_template",
    "other/上海市普陀区_部门预算Excel空白模板_2026.xlsx": "blank_template",
    "hostile/南宁市_财政局_政府网站工作年度报表_2025.pdf": "not_a_disclosure",
    "hostile/福州市_中药饮片目录_2026.pdf": "not_a_disclosure",
    "hostile/2026年重庆市教育局部门预算.pdf": "web_page_not_document",
    "hostile/2026年重庆市统计局部门预算.pdf": "web_page_not_document",
    "hostile/市场监督管理局_2026年部门预算.html": "web_page_not_document",
    "hostile/水务局_2026年部门预算.html": "web_page_not_document",
}


def manifest() -> list[dict[str, str]]:
    if not (CORPUS / "MANIFEST.tsv").exists():
        return []
    with (CORPUS / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file, delimiter="\t") if row["file"] not in REFUSALS]


DISCLOSURES = [row for row in manifest() if row["kind"] in ("budget", "final_account")]


@pytest.mark.skipif(not DISCLOSURES, reason=ABSENT)
def test_the_manifest_holds_what_the_next_test_goes_through() -> None:
    assert len(DISCLOSURES) > 60


@pytest.mark.parametrize(
    "row", DISCLOSURES or [pytest.param({}, marks=pytest.mark.skip(reason=ABSENT))], ids=lambda row: row.get("file")
)
def test_a_document_says_what_it_is(row: dict[str, str], read_once: ReadOnce) -> None:
    if "扫描件" in row["file"] or re.search("scan", row["note"], re.IGNORECASE):
        # One of the two, of a city's commerce office, holds a work summary and no budget: it is refused, and rightly.
        pytest.skip(SCANNED)
    try:
        document = read_once.printed(CORPUS / row["file"])
    except Unreadable as problem:
        if problem.reason != "converter_missing":
            raise
        pytest.skip(problem.detail)
    forms, _ = assemble(document, "0" * 16)
    found = identify(document, forms)
    assert (found.document_kind, found.fiscal_year, found.jurisdiction_name) == (
        row["kind"],
        int(row["year"]),
        row["jurisdiction"],
    )
    department, _, part = row["department"].partition("_")
    if department == "政府" or department.startswith("人民政府（"):
        assert (found.department_level, found.department_name) == ("government", f"{row['jurisdiction']}人民政府")
        return
    name = re.sub(r"[（）()]", "", found.department_name or "")
    assert SHORTENED.get(department, department.removesuffix("本级")) in name
    if part in ("单位", "部门"):
        assert found.department_level == {"单位": "unit", "部门": "department"}[part]
    assert refusal_of(document, forms, figures_count=100, identity=found) is None


@pytest.mark.parametrize(("file", "reason"), REFUSALS.items())
def test_what_is_no_disclosure_is_refused_with_its_reason(file: str, reason: str) -> None:
    if not (CORPUS / file).exists():
        pytest.skip(ABSENT)
    assert reason_of((CORPUS / file).read_bytes()) == reason


def reason_of(data: bytes) -> str | None:
    try:
        document: PrintedDocument = read(data)
    except Unreadable as problem:
        return problem.reason
    forms, _ = assemble(document, "0" * 16)
    refused = refusal_of(document, forms, figures_count=0)
    return refused[0] if refused else None
