"""The questions that programs may ask of the published warehouse, and their answers.

Belongs here: one function a question, over one publication; what is not known is said, never guessed. Does not belong here: HTTP
(`http`), MCP (`mcp`), and amounts that no mart holds.

Every amount comes with the figures that it rests on; `figure` tells where each is printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.serving import names
from pipeline.serving.metrics import Metric, metrics
from pipeline.serving.publication import Publication, QuestionRefused, Rows

Answer = dict[str, Any]

_MOST_FOUND = 20
_MOST_LISTED = 200

_BODIES = """
select distinct
    department_id as id, department_name as name, jurisdiction_code, perimeter,
    list(distinct fiscal_year order by fiscal_year) as years,
from marts.department_profile
group by all
"""
_PLACES = """
select jurisdiction_code as id, jurisdiction_name as name, count(*)::int as documents, list(distinct fiscal_year order by fiscal_year) as years
from marts.dim_document
where jurisdiction_code is not null
group by all
"""
_CODES = """
select functional_code as id, functional_name as name, level, min(first_year) as first_year, max(last_year) as last_year
from marts.dim_functional_class
group by all
"""


@dataclass(frozen=True)
class Answers:
    """The questions, asked of one published file."""

    publication: Publication

    def find(self, text: str, kind: str = "all", limit: int = _MOST_FOUND) -> Answer:
        """Bodies, places, functional codes and metrics of a name, a short name, pinyin or a code."""
        kinds = {"body": _BODIES, "place": _PLACES, "code": _CODES}
        if kind not in (*kinds, "all"):
            raise QuestionRefused(f"kind is body, place, code or all, not {kind!r}")
        found: Answer = {}
        for name, query in kinds.items():
            if kind in (name, "all"):
                rows = self.publication.ask(query)
                fits = ((how, row) for row in rows if (how := names.match(text, row["name"] or "", row["id"] or "")))
                found[name] = names.best(fits, min(limit, _MOST_LISTED))
        found["metric"] = [{"id": each, "label": metrics()[each].label_zh} for each in names.topics(text)]
        return {"asked": text, **found, "is_known": any(found.values())}

    def series(
        self, body_id: str, metric: str = "expenditure", code: str | None = None, fund: str | None = None,
        phase: str | None = None,
    ) -> Answer:  # fmt: skip
        """One metric of one body over all years that the warehouse holds, with the trust and the figures of each value."""
        asked = _metric(metric)
        rows = self._values(asked, {asked.body: body_id, **_line(asked, code), **_apart(asked, fund, phase)})
        return _known(asked, rows, f"no {asked.label} of {body_id}" + (f", code {code}" if code else ""))

    def compare(
        self, fiscal_year: int, metric: str = "expenditure", code: str | None = None, fund: str | None = None,
        phase: str | None = None, jurisdiction_code: str | None = None, body_ids: list[str] | None = None,
        only_whole: bool = True, limit: int = 50,
    ) -> Answer:  # fmt: skip
        """One metric of many bodies in one year, the largest first; what is not whole is counted apart unless asked for."""
        asked = _metric(metric)
        if asked.line is not None and code is None:
            raise QuestionRefused(f"{metric} is divided by code: name one, for example one that `find` gives")
        fixed = {"fiscal_year": fiscal_year, **_line(asked, code), **_apart(asked, fund, phase)}
        rows = self._values(asked, fixed)
        chosen = [
            row
            for row in rows
            if (not body_ids or row["body_id"] in body_ids)
            and (row["jurisdiction_code"] or "").startswith(_prefix(jurisdiction_code))
        ]
        kept = [row for row in chosen if not only_whole or row.get("is_whole", True)]
        kept.sort(key=lambda row: (row["value"] is None, -(row["value"] or 0)))
        answer = _known(asked, kept[: min(limit, _MOST_LISTED)], f"no {asked.label} in {fiscal_year}")
        return {**answer, "found": len(chosen), "left_out_as_not_whole": len(chosen) - len(kept)}

    def document(self, document_id: str) -> Answer:
        """What a document is, how much of it was read and proved, and what of it was not read."""
        quality = self.publication.ask(
            "select * from marts.document_quality where starts_with(document_id, $1) limit 1", [document_id]
        )
        if not quality:
            return {"is_known": False, "why": f"the warehouse holds no document {document_id}"}
        own = quality[0]["document_id"]
        told = self.publication.ask("select * from marts.dim_document where document_id = $1", [own])
        gaps = self.publication.ask(
            """
            select page_number, form, reason, detail, numeric_cell_count
            from audit.refusal where document_id = $1 and numeric_cell_count > 0
            order by numeric_cell_count desc, refusal_id limit 50
            """,
            [own],
        )
        return {"is_known": True, "document": told[0], "quality": quality[0], "not_read": gaps}

    def figure(self, figure_ids: list[str]) -> Answer:
        """Where figures are printed: document, page, rectangle in points, printed text and unit, source, SHA-256, proof."""
        rows = self.publication.ask(
            """
            select citation.*, figure.proof, suspect.reason as cannot_be_right
            from marts.citation as citation
            left join core.figure as figure using (figure_id)
            left join audit.suspect_figure as suspect using (figure_id)
            where figure_id in (select unnest($1::varchar[]))
            order by figure_id
            """,
            [figure_ids[:_MOST_LISTED]],
        )
        there = {row["figure_id"] for row in rows}
        return {
            "is_known": bool(rows),
            "figures": [{**row, "page_image": f"/figures/{row['figure_id']}.png"} for row in rows],
            "unknown": [figure_id for figure_id in figure_ids if figure_id not in there],
        }

    def missing(self, place: str | None = None, fiscal_year: int | None = None, limit: int = 50) -> Answer:
        """What the warehouse knows that it does not have: documents refused or read in part, and rows that break a test."""
        documents = self.publication.ask(
            """
            select
                document.document_id, document.file_name, document.jurisdiction_name, document.department_name, document.fiscal_year,
                document.status, document.status_reason, quality.refused_cell_count, quality.suspect_figure_count,
            from marts.dim_document as document
            inner join marts.document_quality as quality using (document_id)
            where
                (document.status <> 'loaded' or quality.suspect_figure_count > 0)
                and ($1 is null or starts_with(coalesce(document.jurisdiction_code, ''), $1) or document.jurisdiction_name = $1)
                and ($2 is null or document.fiscal_year = $2)
            order by quality.refused_cell_count desc, document.document_id
            """,
            [place, fiscal_year],
        )
        broken = self.publication.ask(
            "select test, count(*)::int as rows from audit.failing_row group by all order by 1"
        )
        return {
            "documents": documents[: min(limit, _MOST_LISTED)],
            "found": len(documents),
            "rows_that_break_a_test": broken,
        }

    def query(self, sql: str, limit: int = 200) -> Answer:
        """Rows of one SQL query, read only; raises QuestionRefused."""
        found: Rows = self.publication.ask_freely(sql, limit)
        return {"columns": found.names, "rows": found.rows, "is_cut": found.is_cut}

    def _values(self, metric: Metric, fixed: dict[str, Any]) -> list[dict[str, Any]]:
        present = self.publication.columns(metric.table)
        conditions = [f"{column} = ${number}" for number, column in enumerate(fixed, start=1)]
        # A blank whose state is told is an answer; any other is not known.
        conditions += [] if "value_state" in metric.also else [f"{metric.amount} is not null"]
        return self.publication.ask(
            f"select {metric.columns(present)} from {metric.table} where {' and '.join(conditions) or 'true'} "
            f"order by fiscal_year, body_id, {', '.join([*(metric.line or ())[:1], *metric.apart])}",
            list(fixed.values()),
        )


def _metric(name: str) -> Metric:
    try:
        return metrics()[name]
    except KeyError as error:
        raise QuestionRefused(f"there is no metric {name!r}; there are {', '.join(metrics())}") from error


def _line(metric: Metric, code: str | None) -> dict[str, str]:
    if code is None or metric.line is None:
        return {}
    return {metric.line[0]: code}


def _apart(metric: Metric, fund: str | None, phase: str | None) -> dict[str, str]:
    asked = {"fund": fund, "phase": phase}
    return {name: value for name, value in asked.items() if value is not None and name in metric.apart}


def _prefix(jurisdiction_code: str | None) -> str:
    """A province's or a city's code stands for all that lies in it: 440000 for 44…, 440300 for 4403…."""
    code = jurisdiction_code or ""
    while code.endswith("00"):
        code = code[:-2]
    return code


def _known(metric: Metric, rows: list[dict[str, Any]], why: str) -> Answer:
    """Values of a metric, each a series of its own by what stays apart; or that it is not known."""
    answer: Answer = {
        "metric": metric.name,
        "label": metric.label,
        "label_zh": metric.label_zh,
        "unit": metric.unit,
        "never_added": list(metric.apart),
        "is_known": bool(rows),
        "values": rows,
    }
    return answer if rows else {**answer, "why": f"not known: {why}"}
