"""Addresses, links, and what received bytes are: pure functions of fetching."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.fetching.addresses import clean_url, is_public, site_of
from pipeline.fetching.content import (
    decode_page,
    holds_statement,
    is_error_page,
    is_whole,
    parse_page,
    safe_name,
)
from pipeline.fetching.discovery import choose, further_pages, links_of
from pipeline.fetching.sources import Source
from pipeline.readers.formats.registry import detect

BASE = "http://www.example.gov.cn/budget/list/index.html"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("a.pdf", "http://www.example.gov.cn/budget/list/a.pdf"),
        ("../../../../a.pdf", "http://www.example.gov.cn/a.pdf"),
        ("//files.example.cn/a b.pdf", "http://files.example.cn/a%20b.pdf"),
        ("/预算.pdf?名=一", "http://www.example.gov.cn/%E9%A2%84%E7%AE%97.pdf?%E5%90%8D=%E4%B8%80"),
        ("/already%20encoded.pdf", "http://www.example.gov.cn/already%20encoded.pdf"),
        ("HTTP://WWW.Example.GOV.cn:80/a#part", "http://www.example.gov.cn/a"),
        ("https://a.cn:8443/x;jsessionid=12AB?y=1", "https://a.cn:8443/x?y=1"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        (" \n/a\n.pdf ", "http://www.example.gov.cn/a.pdf"),
        ("http://a.cn/%2e%2e/%2E/b", "http://a.cn/b"),
    ],
)
def test_one_spelling_of_an_address(url: str, expected: str) -> None:
    cleaned = clean_url(url, BASE)
    assert cleaned == expected
    assert clean_url(expected) == expected


@pytest.mark.parametrize(
    "url",
    ["javascript:void(0)", "data:text/html,x", "mailto:a@b.cn", "file:///a", "ftp://a.cn/", "https://", "http://u:p@a.cn/", "http://[::1",
     "http://a.cn:99999/", "/" + "a" * 3000, "http://a b/", "http://a.cn:x/", "tel:123"],
)  # fmt: skip
def test_what_is_no_address(url: str) -> None:
    assert clean_url(url, BASE) is None


@settings(deadline=None)
@given(st.text(max_size=80))
def test_cleaning_never_fails_and_is_done_once(url: str) -> None:
    cleaned = clean_url(url, BASE)
    if cleaned is not None:
        assert cleaned.isascii()
        assert cleaned.startswith(("http://", "https://"))
        assert clean_url(cleaned) == cleaned


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", True), ("2400:3200::1", True), ("10.0.0.1", False), ("127.0.0.1", False), ("169.254.169.254", False), ("100.64.0.1", False),
        ("192.168.0.1", False), ("172.16.5.4", False), ("0.0.0.0", False), ("224.0.0.1", False), ("255.255.255.255", False), ("192.0.0.8", False),
        ("::", False), ("::1", False), ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:10.0.0.1", False), ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("ff02::1", False), ("nonsense", False),
    ],
)  # fmt: skip
def test_public_addresses(address: str, expected: bool) -> None:
    assert is_public(address) is expected


def test_sites() -> None:
    assert site_of("http://czj.weihai.gov.cn/") == site_of("http://www.weihai.gov.cn/") == "weihai.gov.cn"
    assert site_of("http://www.example.com/") == "example.com"
    assert site_of("http://127.0.0.1:80/") != site_of("http://127.0.0.1:81/")


def links(html: str) -> list[str]:
    page = parse_page(html)
    assert page is not None
    return [link.url.removeprefix("http://www.example.gov.cn") for link in links_of(page, BASE)[0]]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="a.pdf">x</a>', ["/budget/list/a.pdf"]),
        ('<base href="/other/"><a href="a.pdf">x</a>', ["/other/a.pdf"]),
        ('<iframe src="/v/viewer.html?file=%2Ff%2Fa.pdf"></iframe>', ["/f/a.pdf"]),
        ('<div class="wp_pdf_player" pdfsrc="/f/a.pdf"></div>', ["/f/a.pdf"]),
        ("<embed src='/f/a.pdf'><object data='/f/b.pdf'></object>", ["/f/a.pdf", "/f/b.pdf"]),
        ("<a href='javascript:;' onclick=\"window.open('/f/a.pdf')\">x</a>", ["/f/a.pdf"]),
        ("<a href='#'>x</a><a href='#top'>y</a><a>z</a>", []),
        ("<a href='/a.pdf'></a><a href='/a.pdf'>words</a>", ["/a.pdf"]),
    ],
)
def test_where_links_hide(html: str, expected: list[str]) -> None:
    assert links(html) == expected


def source(**changes: object) -> Source:
    values: dict[str, object] = {"link_pattern": "预算|决算 >> 附件", "depth": 1, **changes}
    return Source("a", "b", None, "c", BASE, **values)  # type: ignore[arg-type]


def chosen(html: str, level: int, **changes: object) -> list[tuple[str, str]]:
    page = parse_page(html)
    assert page is not None
    found, _ = links_of(page, BASE)
    return [
        (choice.kind, choice.link.url.rsplit("/", 1)[-1]) for choice in choose(source(**changes), BASE, level, found)
    ]


def test_what_is_followed() -> None:
    listing = (
        '<ul><li><a href="1.html">2026年预算</a></li><li><a href="2.html">新闻</a></li><li><a href="3.pdf">2026年决算</a></li>'
        '<li><a href="4.pdf">通知</a></li><li><a href="http://elsewhere.cn/5.html">别处的预算</a></li><li><a href="6.html">下一页</a></li></ul>'
    )
    assert chosen(listing, 0) == [("page", "1.html"), ("document", "3.pdf")]
    assert ("page", "5.html") in chosen(listing, 0, other_hosts=("elsewhere.cn",))
    item = '<p><a href="a.pdf">表</a></p><p><a href="get?id=9">附件1</a></p><p><a href="b.html">附件说明页</a></p><p><a href="c.html">首页</a></p>'
    assert chosen(item, 1) == [("document", "a.pdf"), ("document", "get?id=9"), ("document", "b.html")]


def test_further_pages() -> None:
    html = "<a href='2.html'>下一页</a><a href='9.html'>尾页</a>"
    page = parse_page(html)
    assert page is not None
    found, _ = links_of(page, BASE)
    assert [url.rsplit("/", 1)[-1] for url in further_pages(source(), BASE, found, 1, BASE)] == ["2.html"]
    assert further_pages(source(pagination="none"), BASE, found, 1, BASE) == []
    assert further_pages(source(pagination="index_{page}.html"), BASE, found, 2, BASE) == [
        "http://www.example.gov.cn/budget/list/index_2.html"
    ]
    assert [url.rsplit("/", 1)[-1] for url in further_pages(source(pagination="尾页"), BASE, found, 1, BASE)] == [
        "9.html"
    ]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"), (b"%PDF-1.4", "pdf"), (b"\n\n junk %PDF-1.4", "pdf"), (b"PK\x03\x04rest", "zip"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
        (b"<!DOCTYPE html><p>", "html"), (b"\xef\xbb\xbf\r\n<HTML>", "html"), ("<html>".encode("utf-16"), "html"), (b"<!-- a --><html>", "html"),
        (b"Rar!\x1a\x07\x00", "rar"), (b"\x89PNG\r\n", "picture"), ("一,二".encode("gb18030"), "text"), (bytes(50), "empty"), (bytes(range(50)), "unknown"),
    ],
)  # fmt: skip
def test_kinds_are_told_from_bytes(data: bytes, kind: str) -> None:
    assert detect(data).name == kind


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"%PDF-1.4 ... %%EOF\n", True), (b"%PDF-1.4 ...", False), (b"PK\x03\x04", False), (b"PK\x03\x04PK\x05\x06" + bytes(18), True),
        (b"<html></html>", True), (b"<html>", None), (b"text", None),
    ],
)  # fmt: skip
def test_wholeness(data: bytes, expected: bool | None) -> None:
    assert is_whole(data) is expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<title>404 Not Found</title>", True), ("<title>提示信息</title><p>您访问的页面不存在或已删除</p>", True),
        ("<title>2026年部门预算公开</title>" + "<a href='1'>部门预算</a>" * 50, False),
        ("<title>部门预算</title>一般公共预算支出404万元", False),
        ("<title>系统维护中</title>" + "字" * 1000, True), ("<title>公开</title>" + "页面不存在的情形由本局处理。" * 60, False),
    ],
)  # fmt: skip
def test_error_pages(html: str, expected: bool) -> None:
    page = parse_page(f"<html><body>{html}</body></html>")
    assert page is not None
    assert is_error_page(page) is expected


def test_a_listing_of_titles_is_no_statement() -> None:
    page = parse_page("<p>单位：万元 预算</p><table>" + "<tr><td>局</td><td>2026-01-01</td></tr>" * 50 + "</table>")
    assert page is not None
    assert not holds_statement(page)
    statement = parse_page(
        "<p>单位：万元 预算</p><table>" + "<tr><td>行政运行</td><td>1.00</td></tr>" * 50 + "</table>"
    )
    assert statement is not None
    assert holds_statement(statement)


def test_pages_in_every_encoding() -> None:
    text = "镕㐂预算"
    assert decode_page(text.encode("gb18030"), "text/html; charset=gb2312") == text
    assert decode_page(text.encode("gb18030"), None) == text
    assert decode_page(b"<meta charset=GBK>" + text.encode("gb18030"), "text/html").endswith(text)
    assert decode_page(text.encode("utf-8-sig"), "text/html; charset=gb2312; x") == text
    assert decode_page(text.encode("utf-16"), None) == text
    assert decode_page(text.encode(), "text/html; charset=nonsense") == text


@settings(deadline=None)
@given(st.text(max_size=400))
def test_safe_names_stay_in_their_folder(name: str) -> None:
    safe = safe_name(name)
    assert "/" not in safe
    assert "\\" not in safe
    assert "\x00" not in safe
    assert safe not in (".", "..")
    assert len(safe.encode("utf-8", "surrogatepass")) <= 200


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_telling_fail(data: bytes) -> None:
    detect(data)
    is_whole(data)
    page = parse_page(decode_page(data, "text/html"))
    if page is not None:
        links_of(page, BASE)
        is_error_page(page)
        holds_statement(page)
