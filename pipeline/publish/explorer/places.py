"""What the pages of places say: the government's own budget beside its departments', and each function over governments.

Belongs here: the wide tables of governments laid out by place, fund, scope and side. Does not belong here: what one body's page says
(`content`), rankings of bodies (`overview`), and any sum: whatever is shown is a row of a mart.

Scopes hold one another, and so do totals and lines: each scope of a fund is a table of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from typing import Any

from pipeline.publish.explorer import overview
from pipeline.publish.explorer.content import NOTHING, Content, Number, Row, ask, grouped, number
from pipeline.publish.explorer.figures import place_path, slug
from pipeline.publish.explorer.words import function_name, spoken_function, spoken_period

_PHASES = ("approved", "adjusted", "half_year", "forecast", "executed")
_SCOPES = ("all_tiers", "tier", "head", "zone", "lower_tiers", "district")
_FUNDS = ("general_public_budget", "government_managed_funds", "state_capital_operations")
# What a district or a zone prints is one table of them all, for they hold a total each.
_APART = ("district", "lower_tiers")
_LONGEST_MAIN_CODE = {"expenditure": 3, "revenue": 5}
_MOST_LINES = 150
_MOST_FINDINGS = 20

Period = tuple[int, str | None]


class Places:
    """The places of which the warehouse holds a document, asked once for all their pages."""

    def __init__(self, content: Content, findings: list[Row]) -> None:
        self.content = content
        self.largest = overview.largest(content)
        self.documents = {document["document_id"]: document for document in content.documents}
        connection = content.connection
        self.budget = ask(connection, "select * from marts.government_budget_by_year order by all")
        self.debt = ask(connection, "select * from marts.fct_government_debt order by all")
        self.transfers = ask(connection, "select * from marts.fct_transfer order by all")
        self.findings = grouped(findings, "jurisdiction_code")
        self.levels = dict(connection.execute("select jurisdiction_code, level from marts.dim_jurisdiction").fetchall())
        named = sorted({each for row in self.budget for each in row["figure_ids"]})
        self.periods: dict[str, Period] = {
            figure_id: (year, phase)
            for figure_id, year, phase in connection.execute(
                "select figure_id, fiscal_year, phase from core.figure where figure_id in (select unnest($1::varchar[]))",
                [named],
            ).fetchall()
        }

    # Places

    @cached_property
    def entries(self) -> list[Row]:
        """Every place with what a list of them shows, by code."""
        bodies = grouped(self.content.departments, "jurisdiction_code")
        totals = grouped((row for row in self.budget if row["line"] == "total"), "jurisdiction_code")
        found = []
        for code in sorted(each for each in bodies if each):
            documents = [document for entry in bodies[code] for document in entry["documents"]]
            years = sorted({document["fiscal_year"] for document in documents if document["fiscal_year"]})
            found.append(
                {
                    "code": code, "name": self.content.jurisdictions.get(code, code), "level": self.levels.get(code),
                    "path": place_path(code), "years": years, "bodies": bodies[code], "document_count": len(documents),
                    "whole": self._whole(totals.get(code, [])),
                    "is_held": any(body["perimeter"] == "government" for body in bodies[code]),
                }
            )  # fmt: skip
        return found

    def _whole(self, totals: list[Row]) -> Row | None:
        """The newest printed total of general public expenditure, of the widest scope that has one; with its scope and phase."""
        for scope in _SCOPES[:3]:
            rows = [
                row
                for row in totals
                if (row["side"], row["fund"], row["scope"]) == ("expenditure", _FUNDS[0], scope)
                and (row["executed_yuan"] is not None or row["approved_yuan"] is not None)
            ]
            if rows:
                row = max(rows, key=lambda each: each["fiscal_year"])
                phase = "executed" if row["executed_yuan"] is not None else "approved"
                return {"row": row, "phase": phase, "number": self.amount(row, phase, "")}
        return None

    def place(self, entry: Row) -> Row:
        """All that the page of a place says."""
        code = entry["code"]
        budget = [row for row in self.budget if row["jurisdiction_code"] == code]
        slices = self._slices(budget)
        main = next((each for each in slices if each["side"] == "expenditure" and each["has_classes"]), None)
        return {
            "entry": entry,
            "slices": slices,
            "main": main,
            "treemap": _treemap(main) if main else None,
            "bars": _bars(main) if main else None,
            "apart": self._apart(budget),
            "debt": self._facts(self.debt, code, ("fund", "scope", "scope_name", "debt_item", "parent_line", "line_name")),
            "transfers": self._facts(
                self.transfers, code, ("direction", "fund", "scope", "scope_name", "district_name", "parent_line", "programme")
            ),
            "largest": [row for row in self.largest if row["jurisdiction_code"] == code],
            "anomalies": self.findings.get(code, [])[:_MOST_FINDINGS],
            "has_government": bool(budget),
            "government_years": sorted({row["fiscal_year"] for row in budget}),
        }  # fmt: skip

    @staticmethod
    def lines(entry: Row, table: Row) -> Row:
        """All that the page of one fund, scope and side says: every line, down to the item."""
        treemap = _treemap(table) if table["side"] == "expenditure" else None
        return {"name": entry["name"], "place": entry["path"], "table": table, "treemap": treemap}

    def _slices(self, budget: list[Row]) -> list[Row]:
        """A table for each fund, scope and side that prints lines, the widest scope of the general budget first."""
        found = []
        kept = (row for row in budget if row["scope"] not in _APART)
        for (fund, scope, scope_name, side), rows in grouped(kept, "fund", "scope", "scope_name", "side").items():
            columns = self._columns(rows)
            longest = _LONGEST_MAIN_CODE[side]
            anchor = slug(f"{fund}-{scope}-{scope_name}-{side}")
            items = self._lines(rows, columns)
            lines = [line for line in items if len(line["code"] or "") <= longest]
            found.append(
                {
                    "fund": fund, "scope": scope, "scope_name": scope_name, "side": side, "columns": columns, "rows": rows,
                    "anchor": anchor,
                    "path": place_path(rows[0]["jurisdiction_code"] or "").replace(".html", f"/{anchor}.html"),
                    "lines": lines, "below_count": len(items) - len(lines), "items": items,
                    "has_classes": any(len(line["code"] or "") == 3 for line in lines),
                }
            )  # fmt: skip
        order = {name: at for at, name in enumerate((*_FUNDS, *_SCOPES))}
        return sorted(
            found, key=lambda each: (
                order.get(each["fund"], 99), order.get(each["scope"], 99), each["scope_name"], each["side"] != "expenditure",
            ),
        )  # fmt: skip

    def _columns(self, rows: Iterable[Row]) -> list[tuple[int, str]]:
        return [
            (year, phase)
            for year, members in sorted(grouped(rows, "fiscal_year").items())
            for phase in _PHASES
            if any(row[f"{phase}_yuan"] is not None for row in members)
        ]

    def _lines(self, rows: list[Row], columns: list[tuple[int, str]]) -> list[Row]:
        lines = []
        by_line = grouped(rows, "level", "line", "parent_line", "line_name")
        # One class that was renamed is one line: the name of its newest year.
        coded: dict[Any, list[Row]] = defaultdict(list)
        for (level, line, parent, name), members in by_line.items():
            coded[(level, line, None, None) if _is_code(line) or level == "total" else (level, line, parent, name)] += (
                members
            )
        for (level, line, parent, _), members in coded.items():
            newest = max(members, key=lambda row: row["fiscal_year"])
            code = line if _is_code(line) else None
            lines.append(
                {
                    "code": code, "name": newest["line_name"] or "", "shown": function_name(code, newest["line_name"]),
                    "parent": parent, "is_total": level == "total", "depth": len(code or ""), "rows": members,
                    "numbers": self._numbers(members, columns), "trust": _trust(members),
                }
            )  # fmt: skip
        return sorted(
            lines, key=lambda each: (not each["is_total"], each["code"] or "9", each["parent"] or "", each["name"])
        )

    def _numbers(self, rows: Iterable[Row], columns: list[tuple[int, str]]) -> list[Number]:
        """The amounts of one line in these columns."""
        cells = {
            (row["fiscal_year"], phase): self.amount(row, phase)
            for row in rows for phase in _PHASES if row[f"{phase}_yuan"] is not None
        }  # fmt: skip
        return [cells.get(period, NOTHING) for period in columns]

    def amount(self, row: Row, phase: str, root: str = "../") -> Number:
        """The amount of a phase, which leads to the figures of that phase alone."""
        own = [each for each in row["figure_ids"] if self.periods.get(each) == (row["fiscal_year"], phase)]
        amount = row[f"{phase}_yuan"]
        return number(amount, self.content.figures.terms(amount, own), root)

    def _apart(self, budget: list[Row]) -> list[Row]:
        """Totals of districts side by side, a table for each fund and side."""
        found = []
        kept = [row for row in budget if row["scope"] in _APART and row["level"] == "total" and row["line"] == "total"]
        for (fund, side), rows in grouped(kept, "fund", "side").items():
            columns = self._columns(rows)
            lines = []
            for (scope, name), members in grouped(rows, "scope", "scope_name").items():
                lines.append(
                    {
                        "scope": scope, "name": name, "numbers": self._numbers(members, columns),
                        "trust": _trust(members),
                    }
                )  # fmt: skip
            found.append({"fund": fund, "side": side, "columns": columns, "lines": lines})
        return found

    def _facts(self, rows: list[Row], code: str, keys: tuple[str, ...]) -> Row:
        """Rows of a fact as lines over years; of documents that print one amount, the final account of the year, then the later one."""
        own = [row for row in rows if row["jurisdiction_code"] == code]
        columns = sorted(
            {(row["fiscal_year"], row["phase"]) for row in own},
            key=lambda each: (each[0], _PHASES.index(each[1]) if each[1] else -1),
        )
        lines = []
        for key, members in grouped(own, *keys).items():
            cells: dict[Period, Number] = {}
            for period, same in grouped(members, "fiscal_year", "phase").items():
                row = max(same, key=self._preference)
                cells[period] = number(
                    row["amount_yuan"], self.content.figures.terms(row["amount_yuan"], row["figure_ids"])
                )
            line = dict(zip(keys, key, strict=True))
            newest = max(members, key=lambda row: (row["fiscal_year"], row["amount_yuan"]))
            lines.append(
                {
                    **line, "numbers": [cells.get(period, NOTHING) for period in columns], "trust": _trust(members),
                    "is_total": newest["level"] == "total", "order": (newest["fiscal_year"], newest["amount_yuan"]),
                }
            )  # fmt: skip
        lines.sort(key=lambda line: line["order"], reverse=True)
        lead = keys[0]
        order = list(dict.fromkeys(line[lead] for line in lines))
        kept = sorted(lines[:_MOST_LINES], key=lambda line: order.index(line[lead]))
        return {"columns": columns, "lines": kept, "left_out": max(0, len(lines) - _MOST_LINES)}

    def _preference(self, row: Row) -> tuple[bool, bool, int, str]:
        document = self.documents.get(row["document_id"], {})
        year = document.get("fiscal_year") or 0
        kind = document.get("document_kind")
        return (kind == "final_account", year == row["fiscal_year"], year, row["document_id"])

    def index(self) -> list[list[str]]:
        """Entries of the search: the places, and the debt of those that print it."""
        indebted = {row["jurisdiction_code"] for row in self.debt}
        found = [["place", entry["name"], entry["code"], entry["path"]] for entry in self.entries]
        return found + [
            ["topic", "地方政府债务", entry["name"], f"{entry['path']}#debt"]
            for entry in self.entries
            if entry["code"] in indebted
        ]

    # Functions

    @cached_property
    def by_code(self) -> dict[str, list[Row]]:
        """Rows of governments by functional code."""
        return grouped((row for row in self.budget if row["side"] == "expenditure" and _is_code(row["line"])), "line")

    def function(self, code: str) -> Row:
        """What governments spend on a function: a line for each place, scope and fund."""
        rows = [row for row in self.by_code.get(code, []) if row["scope"] not in _APART]
        columns = self._columns(rows)
        lines = []
        for (place, fund, scope, scope_name), members in grouped(
            rows, "jurisdiction_code", "fund", "scope", "scope_name"
        ).items():
            lines.append(
                {
                    "place": self.content.jurisdictions.get(place, place), "path": place_path(place) if place else "",
                    "fund": fund, "scope": scope, "scope_name": scope_name, "trust": _trust(members),
                    "numbers": self._numbers(members, columns),
                }
            )  # fmt: skip
        lines.sort(key=lambda line: (line["fund"], _SCOPES.index(line["scope"]), line["place"]))
        return {"columns": columns, "lines": lines}


def _is_code(line: str | None) -> bool:
    return bool(line) and str(line).isdigit()


def _trust(rows: Iterable[Row]) -> Row:
    """How far rows can be trusted together: missed where any of them misses its printed total."""
    totals = {row["printed_total"] for row in rows}
    known = next((each for each in ("missed", "none_printed", "met") if each in totals), None)
    return {"printed_total": known, "has_suspect": any(row["has_suspect"] for row in rows)}


def _last_phase(row: Row) -> str | None:
    return next((phase for phase in ("executed", "adjusted", "approved") if row[f"{phase}_yuan"] is not None), None)


def _is_spending(row: Row) -> bool:
    """A line beside which no other line stands for the same money: a class, or one at its level without a code."""
    line = row["line"]
    return row["level"] == "line" and ((_is_code(line) and len(line) == 3) or (line is None and not row["parent_line"]))


def _treemap(main: Row) -> Row | None:
    """Classes of the newest year of the widest scope, and how much of the printed total they are."""
    rows = [row for row in main["rows"] if _is_spending(row) and _last_phase(row)]
    if not rows:
        return None
    year = max(row["fiscal_year"] for row in rows)
    phases = {_last_phase(row) for row in rows if row["fiscal_year"] == year}
    phase = next(each for each in ("executed", "adjusted", "approved") if each in phases)
    now = [row for row in rows if row["fiscal_year"] == year and (row[f"{phase}_yuan"] or 0) > 0]
    children = [
        {"name": spoken_function(row["line"], row["line_name"]), "code": row["line"] or "", "value": float(row[f"{phase}_yuan"])}
        for row in sorted(now, key=lambda row: -row[f"{phase}_yuan"])
    ]  # fmt: skip
    totals = [
        row[f"{phase}_yuan"] for row in main["rows"] if row["line"] == "total" and row["fiscal_year"] == year and row[f"{phase}_yuan"]
    ]  # fmt: skip
    shown = sum((row[f"{phase}_yuan"] for row in now), Decimal(0))
    share = f"{100 * shown / totals[0]:.1f}%" if totals else ""
    return {"kind": "treemap", "period": (year, phase), "children": children, "share": share} if children else None


def _bars(main: Row) -> Row | None:
    """Classes stacked, a bar for each year: its execution, or what stands for it until then."""
    columns: dict[int, str] = {}
    for row in main["rows"]:
        phase = _last_phase(row)
        if _is_spending(row) and phase:
            year = row["fiscal_year"]
            columns[year] = max(columns.get(year, phase), phase, key=_PHASES.index)
    series: dict[Any, Row] = {}
    years = sorted(columns)
    for row in main["rows"]:
        if _is_spending(row) and row["fiscal_year"] in columns:
            name = spoken_function(row["line"], row["line_name"])
            line = series.setdefault(
                row["line"] or name["zh"], {"name": name, "code": row["line"] or "", "data": [None] * len(years)}
            )
            value = row[f"{columns[row['fiscal_year']]}_yuan"]
            line["data"][years.index(row["fiscal_year"])] = None if value is None else float(value)
    if len(years) < 2:
        return None
    return {
        "kind": "bars",
        "columns": [spoken_period((year, columns[year])) for year in years],
        "series": [series[key] for key in sorted(series)],
    }
