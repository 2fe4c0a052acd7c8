"""What received bytes are, told from the bytes alone: a web page, an error page, whole or cut short.

Belongs here: wholeness as the formats of the readers tell it, decoding of web pages, the fingerprint by which two
versions of a page are compared. Does not belong here: reading of documents (`pipeline.readers`) and links (`discovery`).
"""

from __future__ import annotations

import csv
import hashlib
import re
from functools import cache
from pathlib import Path

import lxml.etree
import lxml.html

from pipeline.readers import encodings
from pipeline.readers.formats.registry import detect

ERROR_PAGES = Path(__file__).parent / "error_pages.csv"

_EXTENSION = re.compile(r"\.(pdf|docx?|xlsx?|wps|et|ofd|rtf|zip|rar|7z|csv|txt|md)$", re.IGNORECASE)
_UNIT_LABEL = re.compile(r"单位[:：]\s*(人民币)?\s*[千百万亿]*元")
_NUMERIC_CELL = re.compile(r"-?\d[\d,]*(\.\d+)?")

MAX_PAGE_BYTES = 20_000_000
"""Web pages above this size are not looked into for links or statements."""


def is_document_name(name: str) -> bool:
    """Whether a file name or the path of an address ends as documents do."""
    return _EXTENSION.search(name) is not None


def is_whole(data: bytes) -> bool | None:
    """Whether the structure of a document is complete at its end; None for formats that do not tell."""
    return detect(data).is_whole(data)


def decode_page(data: bytes, content_type: str | None) -> str:
    """The text of a web page, in the encoding that its bytes, its header or itself tell."""
    declared = re.search(r"charset=[\"']?([\w-]+)", content_type or "", re.IGNORECASE)
    return encodings.decode_page(data, declared[1] if declared else None)


def parse_page(text: str) -> lxml.html.HtmlElement | None:
    """The page as a tree, or None where there is nothing to parse."""
    # A NUL or an XML declaration with an encoding makes lxml refuse text that browsers show.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.replace("\x00", ""))
    try:
        return lxml.html.document_fromstring(text) if text.strip() else None
    except (lxml.etree.LxmlError, ValueError):
        return None


def title_of(page: lxml.html.HtmlElement) -> str:
    """The title of a page, else its first heading."""
    for path in (".//title", ".//h1", ".//h2"):
        for element in page.iterfind(path):
            title = " ".join(element.text_content().split())
            if title:
                return title[:300]
    return ""


def is_error_page(page: lxml.html.HtmlElement) -> bool:
    """Whether a page received with status 200 says that it is an error: by its title, or in its text where that is short."""
    text = " ".join(_visible_text(page).split())
    said = title_of(page) if len(text) > 400 else f"{title_of(page)} {text}"
    # A number alone is too weak in a text: there may be 404 of anything.
    numbers, *words = _error_patterns()
    return any(pattern.search(said) for pattern in words) or numbers.search(title_of(page)) is not None


@cache
def _error_patterns() -> tuple[re.Pattern[str], ...]:
    with ERROR_PAGES.open(encoding="utf-8", newline="") as file:
        return tuple(re.compile(row["pattern"], re.IGNORECASE) for row in csv.DictReader(file))


def _visible_text(page: lxml.html.HtmlElement) -> str:
    parts = page.xpath(".//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]")
    return " ".join(str(part) for part in parts)


def holds_statement(page: lxml.html.HtmlElement) -> bool:
    """Whether a web page is itself a disclosure: tables of numbers under a unit of money, and the words for budget or final account."""
    cells = [" ".join(cell.text_content().split()) for cell in page.iter("td", "th")]
    if sum(_NUMERIC_CELL.fullmatch(cell) is not None for cell in cells) < 20:
        return False
    text = _visible_text(page)
    return _UNIT_LABEL.search(text) is not None and re.search(r"预算|决算", text) is not None


def fingerprint(data: bytes, page: lxml.html.HtmlElement | None) -> str:
    """By what two versions are compared: the bytes; for a web page its title and tables, since dates and counters around them change."""
    if page is None:
        return hashlib.sha256(data).hexdigest()
    cells = [" ".join(cell.text_content().split()) for cell in page.iter("td", "th")]
    return hashlib.sha256("\x1f".join([title_of(page), *cells]).encode()).hexdigest()


def safe_name(name: str | None) -> str:
    """A file name that is one: no folders, no control characters, at most 200 bytes; '' where nothing is left."""
    name = re.sub(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", "", name or "")
    name = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].strip().strip(".").strip()
    name = re.sub(r'[<>:"|?*]', "_", name)
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 8:
        stem, dot, extension = name, "", ""
    while len(f"{stem}{dot}{extension}".encode()) > 200:
        stem = stem[:-1]
    return f"{stem}{dot}{extension}"
