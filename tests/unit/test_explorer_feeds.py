"""Feeds: what Atom and JSON Feed ask for, dates that stay, and entries that lead to the site beside them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from pipeline.publish.explorer import feeds

ATOM = "{http://www.w3.org/2005/Atom}"
NEW = feeds.Entry(
    "contradiction", "330100", "department/x.html", "自相矛盾 \x0b", "1.00 → 2.00 元", "page/d/3.html#c1.1.1", None
)
FETCHED = feeds.Entry(
    "disclosure", "330100", "department/x.html", "2024 预算", "已读取", "document/d.html", "2025-03-01T08:00:00+08:00"
)
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_an_entry_is_dated_by_its_fetching_else_by_when_it_was_first_held(tmp_path: Path) -> None:
    dates = feeds.remembered(tmp_path, [NEW, FETCHED], NOW)
    assert dates == {NEW.identifier: "2026-01-02T03:04:05Z", FETCHED.identifier: "2025-03-01T00:00:00Z"}
    (tmp_path / "feed").mkdir()
    (tmp_path / feeds.SEEN).write_text(json.dumps(dates))
    assert feeds.remembered(tmp_path, [NEW], datetime(2027, 1, 1, tzinfo=UTC)) == {
        NEW.identifier: "2026-01-02T03:04:05Z"
    }
    assert [each.kind for each in feeds.newest([FETCHED, NEW], dates)] == ["contradiction", "disclosure"]


def test_atom_has_what_a_reader_needs(tmp_path: Path) -> None:
    dates = feeds.remembered(tmp_path, [NEW, FETCHED], NOW)
    root = ElementTree.fromstring(feeds.atom("杭州市", "feed/place/330100.xml", [NEW, FETCHED], dates))
    assert root.findtext(f"{ATOM}updated") == "2026-01-02T03:04:05Z"
    entries = root.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["自相矛盾 ", "2024 预算"]
    assert entries[0].find(f"{ATOM}link").attrib["href"] == "../../page/d/3.html#c1.1.1"
    assert all(entry.findtext(f"{ATOM}{name}") for entry in entries for name in ("id", "updated", "summary"))
    assert ElementTree.fromstring(feeds.atom("无", "feed/all.xml", [], {})).findtext(f"{ATOM}updated")


def test_json_says_the_same(tmp_path: Path) -> None:
    dates = feeds.remembered(tmp_path, [NEW, FETCHED], NOW)
    feed = json.loads(feeds.json_feed("杭州市", "feed/place/330100.json", [NEW, FETCHED], dates))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [(item["id"], item["tags"]) for item in feed["items"]] == [
        (NEW.identifier, ["contradiction"]),
        (FETCHED.identifier, ["disclosure"]),
    ]
