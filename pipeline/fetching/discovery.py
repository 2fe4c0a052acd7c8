"""From a web page to the links worth following: documents, pages below, further pages of a listing.

Belongs here: where links hide in pages of public bodies, how a source's patterns choose among them, pagination. Does not belong
here: requests (`requests`), what received bytes are (`content`), the order of a visit (`runs`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import lxml.html

from pipeline.fetching.addresses import clean_url, host_of, site_of
from pipeline.fetching.content import is_document_name
from pipeline.fetching.sources import Source

MAX_LINKS = 5000
"""Links of one page that are looked at; a page with more is no listing made by people."""

_NEXT_PAGE = re.compile(r"^(下一?页|后一?页|next( page)?|›|»|>|>>|＞)$", re.IGNORECASE)
_DOWNLOAD_WORDS = re.compile(r"附件|下载|download|attach|upload|getfile|viewfile|fileid|/file[s/]", re.IGNORECASE)
_DOCUMENT_PARAMETERS = ("file", "url", "src", "path", "pdf", "filename", "filepath")
# A script that many content management systems of public bodies print at the end of a listing: count of pages, page shown, name,
# extension. Page n (from 0) is name_n.extension.
_PAGE_SCRIPT = re.compile(
    r"createPageHTML\(\s*'?(\d+)'?\s*,\s*'?\d+'?\s*,\s*[\"']([\w./-]+)[\"']\s*,\s*[\"'](\w+)[\"']"
)
_SCRIPTED = "createPageHTML"
"""The text of a link that no one sees: a script makes it."""
_LINK_ATTRIBUTES = (
    ("a", "href"), ("area", "href"), ("iframe", "src"), ("frame", "src"), ("embed", "src"), ("object", "data"),
    # Viewers of documents that a page embeds.
    ("div", "pdfsrc"), ("div", "data-pdfsrc"), ("a", "data-href"), ("a", "data-url"), ("div", "data-url"),
)  # fmt: skip


@dataclass(frozen=True)
class Link:
    """One address on a page. `is_document` says that its name ends as documents do, `is_hinted` that it is offered for download."""

    url: str
    text: str
    is_document: bool
    is_hinted: bool

    def to_dict(self) -> dict[str, Any]:
        return vars(self).copy()


@dataclass(frozen=True)
class Choice:
    """A link that is followed, and as what: `document`, `page` (one level deeper) or `listing` (the next page of the same level)."""

    kind: str
    link: Link


def links_of(page: lxml.html.HtmlElement, url: str, html: str = "") -> tuple[list[Link], int]:
    """Links of a page in the order of the page, each address once; and how many led nowhere (scripts, mail, malformed, too long).

    `html` is the text of the page, in which a script behind its end, too, may number further pages.
    """
    base = url
    for element in page.iterfind(".//base"):
        base = clean_url(element.get("href") or "", url) or url
        break
    found: dict[str, Link] = {}
    refused = 0
    for raw, text, is_download in _raw_links(page):
        if len(found) >= MAX_LINKS:
            break
        if raw.strip() in ("", "#") or raw.strip().startswith("#"):
            continue
        target = clean_url(raw, base)
        if target is None:
            refused += 1
            continue
        inner = _inside_viewer(target, base)
        if inner is not None:
            target = inner
        parts = urlsplit(target)
        is_document = is_document_name(parts.path) or any(
            is_document_name(value) for _, value in parse_qsl(parts.query)
        )
        is_hinted = is_document or is_download or _DOWNLOAD_WORDS.search(f"{text} {target}") is not None
        link = Link(target, text, is_document, is_hinted)
        # The same address under a picture and under words: the longer words say more.
        if target not in found or len(text) > len(found[target].text):
            found[target] = link
    for target in _scripted_pages(html, url):
        found.setdefault(target, Link(target, _SCRIPTED, False, False))
    return list(found.values()), refused


def _scripted_pages(html: str, url: str) -> Iterator[str]:
    """Further pages that a script numbers. They are links like others, so that they are remembered while the page is “not modified”."""
    match = _PAGE_SCRIPT.search(html)
    for index in range(1, min(int(match[1]), 1000)) if match else ():
        target = clean_url(f"{match[2]}_{index}.{match[3]}", url) if match else None
        if target:
            yield target


def _raw_links(page: lxml.html.HtmlElement) -> list[tuple[str, str, bool]]:
    links: list[tuple[str, str, bool]] = []
    for element in page.iter("a", "area", "iframe", "frame", "embed", "object", "div"):
        for tag, attribute in _LINK_ATTRIBUTES:
            value = element.get(attribute) if element.tag == tag else None
            if value:
                links.append((value, _text_of(element), element.get("download") is not None or tag != "a"))
        opened = re.search(
            r"(?:window\.open|location\.href\s*=)\s*\(?\s*['\"]([^'\"]+)['\"]", element.get("onclick") or ""
        )
        if opened:
            links.append((opened[1], _text_of(element), True))
    return links


def _text_of(element: lxml.html.HtmlElement) -> str:
    words = " ".join(f"{element.text_content()} {element.get('title') or ''}".split())
    if len(words) < 8 and element.getparent() is not None:
        # 下载 or 附件1 says little: the words of its row or paragraph say of what.
        around = " ".join(element.getparent().text_content().split())
        if len(around) <= 120:
            words = f"{words} {around}".strip()
    return words[:300]


def _inside_viewer(url: str, base: str) -> str | None:
    """The document that a viewer's address names (viewer.html?file=/a/b.pdf), or None."""
    parts = urlsplit(url)
    if is_document_name(parts.path):
        return None
    for name, value in parse_qsl(parts.query):
        if (
            name.lower() in _DOCUMENT_PARAMETERS
            and is_document_name(urlsplit(value).path)
            and re.search(r"view", parts.path, re.I)
        ):
            return clean_url(value, base)
    return None


def choose(source: Source, page_url: str, level: int, links: list[Link]) -> list[Choice]:
    """Which links of a page at this level are followed. Pages are followed within the source's site and its other hosts only."""
    pattern = source.pattern(level)
    own_site = site_of(source.listing_url)
    choices: list[Choice] = []
    for link in links:
        matches = pattern.search(link.text) is not None or pattern.search(link.url) is not None
        is_near = site_of(link.url) == own_site or host_of(link.url) in source.other_hosts
        if link.url == page_url:
            continue
        if link.is_document:
            # Attachments of a page that was chosen by its own link are its documents, whatever they are called.
            if matches or level > 0:
                choices.append(Choice("document", link))
        elif matches and is_near and not _is_page_link(source, link):
            if level < source.depth:
                choices.append(Choice("page", link))
            elif link.is_hinted:
                choices.append(Choice("document", link))
        elif level > 0 and is_near and link.is_hinted and not _is_page_link(source, link):
            # A download without an extension, on a page that was chosen.
            choices.append(Choice("document", link))
    return choices


def _is_page_link(source: Source, link: Link) -> bool:
    if link.text == _SCRIPTED:
        return True
    if source.pagination == "none":
        return False
    text = link.text.split(" ")[0] if link.text else ""
    if source.pagination == "next" or "{page}" in source.pagination:
        return _NEXT_PAGE.fullmatch(text) is not None
    return re.fullmatch(source.pagination, text, re.IGNORECASE) is not None


def further_pages(source: Source, page_url: str, links: list[Link], number: int, first_url: str) -> list[str]:
    """Addresses of further pages of a listing, shown on its page `number` (from 1); `first_url` is the address of page 1."""
    if source.pagination == "none":
        return []
    if "{page}" in source.pagination:
        # Page 1 is the listing itself; page n+1 is the template with n, and the pages end where nothing new is on one.
        following = clean_url(source.pagination.replace("{page}", str(number)), first_url)
        return [following] if following else []
    near = [link for link in links if _is_page_link(source, link) and site_of(link.url) == site_of(page_url)]
    pages = [link.url for link in near if link.text != _SCRIPTED]
    if not pages and number == 1:
        pages = [link.url for link in near]
    return [url for url in dict.fromkeys(pages) if url != page_url]
