"""The source registry: where jurisdictions publish, how their links are recognised, when and how politely they are visited.

Belongs here: reading `sources/*.csv` and `known_documents.csv`, and when a source is due. Does not belong here: requests
(`requests`), links (`discovery`), and what people say of single raw documents (`registry`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

SOURCES_FOLDER = Path(__file__).parent / "sources"
KNOWN_DOCUMENTS = Path(__file__).parent / "known_documents.csv"

CADENCES = {
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "never": None,
}
LEVEL_SEPARATOR = " >> "
CHINA_TIME = timezone(timedelta(hours=8))

_PAGINATION_WORDS = ("none", "next")


class SourceError(ValueError):
    """A source registry that cannot be used. The message names file, line, column, value and what was expected."""


@dataclass(frozen=True)
class Source:
    """One place where a body publishes: a listing page whose links lead, over `depth` levels of pages, to documents.

    `link_pattern` holds one regular expression per level, separated by ` >> ` (the last serves all deeper levels); a link is
    followed when its text, title or address matches. With `depth` 0 and the address of a document, that document is the source.
    `pagination` is `none`, `next` (links called 下一页 and the like), an address with `{page}` counted from 1, or a regular
    expression for the text of links to further pages.
    """

    source_id: str
    jurisdiction_name: str
    jurisdiction_code: str | None
    publisher: str
    listing_url: str
    link_pattern: str
    depth: int = 1
    pagination: str = "next"
    other_hosts: tuple[str, ...] = ()
    cadence: str = "daily"
    cadence_outside_window: str = "monthly"
    publication_window: str = ""
    min_interval_seconds: float = 3.0
    max_bytes: int = 100_000_000
    is_active: bool = True
    note: str | None = None

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(self.cadence, self.cadence_outside_window, self.publication_window)

    def pattern(self, level: int) -> re.Pattern[str]:
        """How links on a page of this level are recognised; the listing is level 0."""
        patterns = self.link_pattern.split(LEVEL_SEPARATOR)
        return re.compile(patterns[min(level, len(patterns) - 1)], re.IGNORECASE)

    def is_in_window(self, now: datetime) -> bool:
        """Whether documents are expected to appear on this day (of China); always, where no window is given."""
        day = now.astimezone(CHINA_TIME).strftime("%m-%d")
        windows = list(_windows(self.publication_window))
        return not windows or any(
            first <= day <= last if first <= last else day >= first or day <= last for first, last in windows
        )

    def is_due(self, now: datetime, last_visit: datetime | None) -> bool:
        """Whether the source should be visited now. A last visit in the future (the clock was changed) counts as none."""
        if not self.is_active:
            return False
        interval = CADENCES[self.cadence if self.is_in_window(now) else self.cadence_outside_window]
        if interval is None:
            return False
        if last_visit is None or last_visit > now:
            return True
        # A tenth of slack, so that a daily run that starts some minutes earlier than yesterday's does not skip a day.
        return now - last_visit >= interval * 0.9


class Rhythm(NamedTuple):
    """When sources are visited: how often within the days on which documents are expected, and how often else."""

    cadence: str
    cadence_outside_window: str
    publication_window: str

    @property
    def name(self) -> str:
        """The rhythm as a name of small letters, digits and underscores: daily_monthly_0110_0430_0801_1031."""
        return re.sub(
            r"[^a-z0-9]+",
            "_",
            f"{self.cadence}_{self.cadence_outside_window}_{self.publication_window}".replace("-", ""),
        ).strip("_")


@dataclass(frozen=True)
class KnownDocument:
    """An address that is known without a listing: of a document, or of a page whose attachments are documents."""

    source_id: str
    url: str
    title: str


SOURCE_COLUMNS = tuple(field.name for field in fields(Source))
KNOWN_DOCUMENT_COLUMNS = ("source_id", "url", "found_on", "title", "document_kind", "fiscal_year", "note")


def read_sources(folder: Path = SOURCES_FOLDER) -> list[Source]:
    """All sources of the registry, in the order of their identifiers. Raises SourceError for a line that cannot be used."""
    sources: dict[str, Source] = {}
    for path in sorted(folder.glob("*.csv")):
        for where, row in _rows(path, SOURCE_COLUMNS):
            source = _source(row, where)
            if source.source_id in sources:
                raise SourceError(
                    f"{where}: source_id is {source.source_id!r}, which another line has; each source needs its own"
                )
            sources[source.source_id] = source
    return [sources[source_id] for source_id in sorted(sources)]


def read_known_documents(path: Path = KNOWN_DOCUMENTS) -> dict[str, list[KnownDocument]]:
    """Known documents by source. Lines without an address record documents that came by hand; they are left out here."""
    known: dict[str, list[KnownDocument]] = {}
    if not path.is_file():
        return known
    for where, row in _rows(path, KNOWN_DOCUMENT_COLUMNS):
        if row["url"]:
            _require_address(row["url"], "url", where)
            known.setdefault(row["source_id"], []).append(KnownDocument(row["source_id"], row["url"], row["title"]))
    return known


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != columns:
            raise SourceError(f"{path}: the columns are {reader.fieldnames}; expected {', '.join(columns)}")
        for row in reader:
            where = f"{path}, line {reader.line_num}"
            if None in row or None in row.values():
                raise SourceError(f"{where}: the line has not as many fields as the header")
            yield where, {name: value.strip() for name, value in row.items()}


def _source(row: dict[str, str], where: str) -> Source:
    for name in ("source_id", "jurisdiction_name", "publisher", "listing_url", "link_pattern"):
        if not row[name]:
            raise SourceError(f"{where}: {name} is empty")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", row["source_id"]):
        raise SourceError(f"{where}: source_id is {row['source_id']!r}; expected small letters, digits and hyphens")
    if row["jurisdiction_code"] and not re.fullmatch(r"[1-9]\d{5}", row["jurisdiction_code"]):
        raise SourceError(
            f"{where}: jurisdiction_code is {row['jurisdiction_code']!r}; expected six digits of GB/T 2260 or nothing"
        )
    _require_address(row["listing_url"], "listing_url", where)
    for pattern in row["link_pattern"].split(LEVEL_SEPARATOR):
        _require_expression(pattern, "link_pattern", where)
    if row["pagination"] not in _PAGINATION_WORDS and "{page}" not in row["pagination"]:
        _require_expression(row["pagination"], "pagination", where)
    for name in ("cadence", "cadence_outside_window"):
        if row[name] not in CADENCES:
            raise SourceError(f"{where}: {name} is {row[name]!r}; expected one of {', '.join(CADENCES)}")
    try:
        list(_windows(row["publication_window"]))
    except ValueError as error:
        raise SourceError(
            f"{where}: publication_window is {row['publication_window']!r}; expected e.g. 01-10..04-30; 08-01..10-31"
        ) from error
    if row["is_active"] not in ("true", "false"):
        raise SourceError(f"{where}: is_active is {row['is_active']!r}; expected true or false")
    return Source(
        source_id=row["source_id"],
        jurisdiction_name=row["jurisdiction_name"],
        jurisdiction_code=row["jurisdiction_code"] or None,
        publisher=row["publisher"],
        listing_url=row["listing_url"],
        link_pattern=row["link_pattern"],
        depth=int(_number(row, "depth", where, at_most=6)),
        pagination=row["pagination"] or "none",
        other_hosts=tuple(host.strip().lower() for host in row["other_hosts"].split(";") if host.strip()),
        cadence=row["cadence"],
        cadence_outside_window=row["cadence_outside_window"],
        publication_window=row["publication_window"],
        min_interval_seconds=_number(row, "min_interval_seconds", where, at_most=3600),
        max_bytes=int(_number(row, "max_bytes", where, at_most=2_000_000_000)),
        is_active=row["is_active"] == "true",
        note=row["note"] or None,
    )


def _number(row: dict[str, str], name: str, where: str, at_most: float) -> float:
    try:
        value = float(row[name])
    except ValueError:
        value = -1.0
    if not 0 <= value <= at_most:
        raise SourceError(f"{where}: {name} is {row[name]!r}; expected a number from 0 to {at_most:g}")
    return value


def _require_address(url: str, name: str, where: str) -> None:
    if not re.match(r"https?://[^/\s]+", url):
        raise SourceError(f"{where}: {name} is {url!r}; expected an address that begins with http:// or https://")


def _require_expression(pattern: str, name: str, where: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise SourceError(f"{where}: {name} holds {pattern!r}, which is no regular expression: {error}") from error


def _windows(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split(";"):
        if part.strip():
            match = re.fullmatch(r"(\d\d-\d\d)\.\.(\d\d-\d\d)", part.strip())
            if match is None:
                raise ValueError(part)
            for day in match.groups():
                datetime.strptime(f"2000-{day}", "%Y-%m-%d")
            yield match[1], match[2]
