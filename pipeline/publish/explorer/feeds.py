"""What is new, for those who subscribe: feeds (Atom and JSON Feed) of each place, each body and the whole.

Belongs here: the entries and the two ways to write them. Does not belong here: what counts as an anomaly (the mart), and pages.

An entry is dated by when its document was fetched; where that is not known, by when a build of this site first held it, which the site's
own `feed/seen.json` remembers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from pipeline.publish.explorer.content import Content, Row, ask
from pipeline.publish.explorer.figures import Printed, address
from pipeline.publish.explorer.site import digest_of_text
from pipeline.publish.explorer.words import spoken, yuan

SEEN = "feed/seen.json"
_ATOM = "http://www.w3.org/2005/Atom"
_MOST = 200


@dataclass(frozen=True)
class Entry:
    """One piece of news: whose, where, what, and the page that shows it (from the root of the site)."""

    kind: str
    place: str | None
    body_path: str
    title: str
    text: str
    page: str
    dated: str | None

    @property
    def identifier(self) -> str:
        """The same for the same news, whatever else is published."""
        return f"urn:yusuan:{self.kind}:{digest_of_text(self.kind, self.body_path, self.title, self.text)}"


def entries(content: Content, found: list[Row]) -> list[Entry]:
    """All news: disclosures, corrections of printed figures, and what the anomalies found say of restatements and contradictions."""
    bodies = {(body["department_id"], body["perimeter"]): body for body in content.departments}
    return [*_disclosures(content, bodies), *_corrections(content, bodies), *_findings(found, bodies)]


def _disclosures(content: Content, bodies: dict[tuple[str, str], Row]) -> Iterable[Entry]:
    for document in content.documents:
        if document["status"] == "refused":
            continue
        body = bodies.get((document["department_id"], document["department_level"] or "department"), {})
        kind, status = spoken("kind", document["document_kind"]), spoken("status", document["status"])
        yield Entry(
            "disclosure", document["jurisdiction_code"], body.get("path", ""),
            f"{body.get('name') or document['file_name']} {document['fiscal_year'] or ''} {kind['zh']} {kind['en']}",
            f"{document['title'] or document['file_name']}；{status['zh']} {status['en']}；"
            f"{document['amount_count']} 个金额，{document['proved_figure_count']} 个已印证 amounts proved",
            f"document/{document['document_id']}.html", document["retrieved_at"],
        )  # fmt: skip


def _corrections(content: Content, bodies: dict[tuple[str, str], Row]) -> Iterable[Entry]:
    rows = ask(
        content.connection,
        """
        select citation.figure_id, citation.document_id, citation.page_number, citation.amount_yuan, citation.printed_text,
            citation.printed_unit, citation.line_name, document.department_id, document.department_level,
            document.jurisdiction_code, document.fiscal_year, document.retrieved_at
        from marts.citation as citation inner join marts.dim_document as document using (document_id)
        where citation.is_corrected order by citation.figure_id
        """,
    )
    for row in rows:
        body = bodies.get((row["department_id"], row["department_level"] or "department"), {})
        printed = Printed(row["figure_id"], row["document_id"], row["page_number"], "", row["amount_yuan"])
        yield Entry(
            "correction", row["jurisdiction_code"], body.get("path", ""),
            f"更正 Correction · {body.get('name', '')} {row['fiscal_year'] or ''} {row['line_name'] or ''}",
            f"原文 printed {row['printed_text']} {row['printed_unit'] or ''} → {yuan(row['amount_yuan'])} 元；第 {row['page_number']} 页 page",
            address([printed], ""), row["retrieved_at"],
        )  # fmt: skip


def _findings(found: list[Row], bodies: dict[tuple[str, str], Row]) -> Iterable[Entry]:
    for row in found:
        if row["kind"] not in ("restatement", "contradiction"):
            continue
        name = spoken("anomaly", row["kind"])
        body = bodies.get((row["body_id"], row["perimeter"])) or row["government"] or {}
        page = f"，第 {row['page']} 页 page" if row["page"] else ""
        yield Entry(
            row["kind"], row["jurisdiction_code"], body.get("path", ""),
            f"{name['zh']} {name['en']} · {row['body_name'] or ''} {row['fiscal_year'] or ''}",
            f"{row['line_name'] or ''}：{yuan(row['compared_yuan'])} → {yuan(row['amount_yuan'])} 元{page}",
            row["href"], row["retrieved_at"],
        )  # fmt: skip


def findings(content: Content) -> list[Row]:
    """The mart of anomalies in its order, each with the page of its first figure (from the root of the site) and when that was fetched."""
    rows = ask(
        content.connection,
        """
        select anomaly.*, figure.figure_id, figure.document_id, figure.page_number as page, figure.measure, figure.amount_yuan as figure_yuan,
            coalesce(figure.proof, '') as proof,
            document.retrieved_at
        from marts.anomaly as anomaly
        left join core.figure as figure on figure.figure_id = anomaly.figure_ids[1]
        left join marts.dim_document as document using (document_id)
        order by anomaly_rank
        """,
    )
    governments = {body["jurisdiction_code"]: body for body in content.departments if body["perimeter"] == "government"}
    for row in rows:
        where = [Printed(row["figure_id"], row["document_id"], row["page"], row["measure"], row["figure_yuan"])]
        row["href"] = address(where, "") if row["figure_id"] else ""
        # Of a government the mart says the place; its page is that of the body that publishes for it.
        row["government"] = governments.get(row["jurisdiction_code"]) if row["perimeter"] == "government" else None
    return rows


def remembered(folder: Path, news: list[Entry], now: datetime | None = None) -> dict[str, str]:
    """When each entry was first held, by identifier: what the folder remembers, and now for the rest."""
    try:
        former = json.loads((folder / SEEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        former = {}
    at = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        entry.identifier: _stamp(entry.dated) or former.get(entry.identifier, at)
        for entry in sorted(news, key=lambda entry: entry.identifier)
    }


def _stamp(text: str | None) -> str | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    if moment is None:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def newest(news: Iterable[Entry], dates: dict[str, str]) -> list[Entry]:
    """The newest entries first, so many as a feed holds."""
    return sorted(news, key=lambda entry: (dates[entry.identifier], entry.identifier), reverse=True)[:_MOST]


def atom(title: str, path: str, news: list[Entry], dates: dict[str, str]) -> bytes:
    """The entries as an Atom feed (RFC 4287) at `path`; links lead to the site beside it."""
    root = "../" * path.count("/")
    feed = ElementTree.Element("feed", xmlns=_ATOM)
    _tell(feed, "title", title)
    _tell(feed, "id", f"urn:yusuan:feed:{path.removesuffix('.xml')}")
    _tell(feed, "updated", max((dates[entry.identifier] for entry in news), default="1970-01-01T00:00:00Z"))
    ElementTree.SubElement(ElementTree.SubElement(feed, "author"), "name").text = "Yusuan 预算"
    for entry in news:
        element = ElementTree.SubElement(feed, "entry")
        _tell(element, "title", entry.title)
        _tell(element, "id", entry.identifier)
        _tell(element, "updated", dates[entry.identifier])
        _tell(element, "summary", entry.text)
        ElementTree.SubElement(element, "category", term=entry.kind)
        ElementTree.SubElement(element, "link", href=root + entry.page)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="utf-8")


def json_feed(title: str, path: str, news: list[Entry], dates: dict[str, str]) -> bytes:
    """The entries as a JSON Feed (version 1.1) at `path`."""
    root = "../" * path.count("/")
    items = [
        {
            "id": entry.identifier, "url": root + entry.page, "title": entry.title, "content_text": entry.text,
            "date_published": dates[entry.identifier], "tags": [entry.kind],
        }
        for entry in news
    ]  # fmt: skip
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": title, "items": items}
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def _tell(parent: ElementTree.Element, name: str, text: str) -> None:
    # What XML may not hold stands in no feed: a control character of a document would break it all.
    ElementTree.SubElement(parent, name).text = "".join(each for each in text if each.isprintable() or each == " ")
