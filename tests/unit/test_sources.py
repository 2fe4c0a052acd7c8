"""The source registry: what stands in it, and what is refused with a message that says where."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.fetching.sources import (
    KNOWN_DOCUMENTS,
    SOURCES_FOLDER,
    Source,
    SourceError,
    read_known_documents,
    read_sources,
)

LINE = {
    "source_id": "city-999999",
    "jurisdiction_name": "试验市",
    "jurisdiction_code": "",
    "publisher": "试验市人民政府",
    "listing_url": "http://www.example.gov.cn/budget/",
    "link_pattern": "预算 >> 附件",
    "depth": "2",
    "pagination": "next",
    "other_hosts": "files.example.cn",
    "cadence": "daily",
    "cadence_outside_window": "monthly",
    "publication_window": "01-10..04-30; 11-01..01-05",
    "min_interval_seconds": "3",
    "max_bytes": "1000",
    "is_active": "true",
    "note": "",
}


def write(folder: Path, *lines: dict[str, str]) -> Path:
    with (folder / "test.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, LINE)
        writer.writeheader()
        writer.writerows(lines)
    return folder


def test_the_registry_holds_a_hundred_cities_and_the_universities() -> None:
    sources = read_sources()
    cities = [source for source in sources if source.source_id.startswith("city-")]
    assert len(cities) == 100
    assert len({source.jurisdiction_code for source in cities}) == 100
    assert all(source.source_id == f"city-{source.jurisdiction_code}" for source in cities)
    # The list of universities has 265 lines: 20 of them name a listing, the others a document or its page.
    listed = {source.listing_url for source in sources}
    with KNOWN_DOCUMENTS.open(encoding="utf-8", newline="") as file:
        known = list(csv.DictReader(file))
    assert len(known) == 245
    assert not {line["url"] for line in known} & listed
    assert {line["source_id"] for line in known} <= {source.source_id for source in sources}
    assert sum(len(documents) for documents in read_known_documents().values()) == sum(
        bool(line["url"]) for line in known
    )


def test_inactive_sources_say_why() -> None:
    inactive = [source for source in read_sources() if not source.is_active]
    assert inactive
    assert all(source.note for source in inactive)


def test_a_line_is_read(tmp_path: Path) -> None:
    (source,) = read_sources(write(tmp_path, LINE))
    assert source.pattern(0).search("2026年预算")
    assert source.pattern(5).pattern == "附件"
    assert source.other_hosts == ("files.example.cn",)
    assert (source.depth, source.max_bytes, source.jurisdiction_code) == (2, 1000, None)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("source_id", "City 1", "small letters"),
        ("jurisdiction_code", "12", "six digits"),
        ("listing_url", "www.example.cn", "http"),
        ("link_pattern", "(", "regular expression"),
        ("link_pattern", "", "empty"),
        ("pagination", "[", "regular expression"),
        ("depth", "9", "from 0 to 6"),
        ("depth", "two", "from 0 to 6"),
        ("cadence", "hourly", "daily"),
        ("publication_window", "13-01..04-30", "01-10..04-30"),
        ("publication_window", "spring", "01-10..04-30"),
        ("is_active", "yes", "true or false"),
        ("max_bytes", "-1", "from 0"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, column: str, value: str, told: str) -> None:
    with pytest.raises(SourceError, match=told) as error:
        read_sources(write(tmp_path, {**LINE, column: value}))
    assert "test.csv, line 2" in str(error.value)
    assert column in str(error.value)


def test_two_lines_of_one_name(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="needs its own"):
        read_sources(write(tmp_path, LINE, LINE))


def test_unknown_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("source_id,colour\nx,red\n", encoding="utf-8")
    with pytest.raises(SourceError, match="colour"):
        read_sources(tmp_path)


@pytest.mark.parametrize(
    ("day", "expected"),
    [("01-09", False), ("01-10", True), ("04-30", True), ("05-01", False), ("12-31", True), ("01-03", True)],
)
def test_windows_may_cross_the_new_year(tmp_path: Path, day: str, expected: bool) -> None:
    (source,) = read_sources(write(tmp_path, LINE))
    assert source.is_in_window(datetime.fromisoformat(f"2026-{day}T12:00:00+08:00")) is expected


def test_windows_are_days_of_china(tmp_path: Path) -> None:
    (source,) = read_sources(write(tmp_path, LINE))
    assert source.is_in_window(datetime(2026, 1, 9, 17, 0, tzinfo=UTC)), "the tenth has begun in China"


def test_files_are_in_a_stable_order() -> None:
    assert [path.name for path in sorted(SOURCES_FOLDER.glob("*.csv"))] == ["city.csv", "university.csv"]
    ids = [source.source_id for source in read_sources()]
    assert ids == sorted(ids)


def test_a_source_without_a_window_always_expects() -> None:
    make: Callable[..., Source] = Source
    assert make("a", "b", None, "c", "http://a.example/", "d").is_in_window(datetime(2026, 7, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("words", "is_followed"),
    [
        # Words of links on the home page of a bureau, as it was saved in 2026; the title of a link stands behind its words.
        ("无锡市市场监督管理局（本级）2026年度单位预算公开 无锡市市场监督管理局（本级）2026年度单位预", True),
        ("无锡工商局干部培训中心退休人员托管中心2026年度单位预算公开、部门整体支... 无锡工商局干部培训", True),
        ("市市场监管局召开2026年度作风效能建设会议暨“换位跑一次”活动推进会 市市场监管局召开2026年度", False),
        ("市市场监管局党组召开2025年度民主生活会 市市场监管局党组召开2025年度民主生活会", False),
        # Lists of departments name nothing else.
        ("市教育局", True),
        ("市人大常委会办公室 市人大常委会办公室 市政协办公室", True),
        ("深圳市残疾人联合会 2026-02-11", True),
        ("网站地图", False),
    ],
)
def test_links_of_a_city_are_told_by_their_words(words: str, is_followed: bool) -> None:
    city = next(source for source in read_sources() if source.source_id == "city-440300")
    assert (city.pattern(0).search(words) is not None) == is_followed
