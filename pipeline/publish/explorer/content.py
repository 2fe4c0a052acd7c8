"""What the pages about departments and functions say, as plain values for the templates.

Belongs here: questions to the marts, and their answers laid out as tables and charts. Does not belong here: HTML, files, and what a
page about one document says (`documents`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import duckdb

from pipeline.publish.explorer.figures import Figures, Printed, address, place_path, slug, weakest_proof
from pipeline.publish.explorer.words import (
    both,
    chinese,
    percentage,
    spoken_function,
    spoken_period,
    ten_thousands,
    word,
    yuan,
)

Row = dict[str, Any]
Period = tuple[int, str]
_PHASES = ("approved", "adjusted", "executed")
_ITEMS = ("total", "overseas_travel", "official_reception", "vehicle_purchase", "vehicle_operation")
_WITH_FIGURES = (
    "marts.functional_expenditure_by_year", "marts.three_public_by_year", "marts.budget_vs_executed", "marts.fct_project_expenditure",
    "marts.fct_procurement", "marts.fct_revenue", "marts.fct_economic_expenditure", "marts.fct_functional_expenditure",
    "marts.government_budget_by_year", "marts.fct_government_debt", "marts.fct_transfer",
)  # fmt: skip


@dataclass(frozen=True)
class Number:
    """An amount on a page: its text in 万元, in yuan, where it leads, and of how many printed figures it is the sum."""

    text: str
    yuan: str = ""
    href: str = ""
    term_count: int = 0
    change: str = ""
    link: str = ""
    trust: str = ""


NOTHING = Number("")


def ask(connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] | None = None) -> list[Row]:
    """Rows as mappings by column name."""
    cursor = connection.execute(query, parameters or [])
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def grouped(rows: Iterable[Row], *keys: str) -> dict[Any, list[Row]]:
    """Rows by the values of some columns (by the value itself where there is one column), in their order."""
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys)].append(row)
    return groups


def periods(rows: Iterable[Row]) -> list[Period]:
    """Years and phases that occur, in their order."""
    return sorted(
        {(row["fiscal_year"], row["phase"]) for row in rows}, key=lambda each: (each[0], _PHASES.index(each[1]))
    )


def number(amount: Decimal | None, terms: Sequence[Printed], root: str = "../", **more: str) -> Number:
    """An amount that leads to the figures that make it up."""
    if amount is None:
        return NOTHING
    return Number(
        ten_thousands(amount), yuan(amount), address(terms, root), len(terms), trust=weakest_proof(terms), **more
    )


class Content:
    """The marts of one published warehouse, asked once for all pages."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.figures = Figures(connection, _WITH_FIGURES)
        self.jurisdictions: dict[str, str] = dict(
            connection.execute("select jurisdiction_code, jurisdiction_name from marts.dim_jurisdiction").fetchall()
        )
        self.documents = self._ask(
            """
            select document.*, quality.* exclude (
                document_id, file_name, document_kind, fiscal_year, jurisdiction_code, department_id, department_name, status,
                status_reason, is_current, is_counted
            )
            from marts.dim_document as document inner join marts.document_quality as quality using (document_id)
            order by document.fiscal_year, document.document_kind, document.document_id
            """
        )
        self.functional = self._ask("select * from marts.functional_expenditure_by_year order by all")
        self.profiles = self._ask("select * from marts.department_profile order by fiscal_year, phase")
        self.class_names = self._class_names()
        printed = connection.execute(
            "select line, arg_max(line_name, fiscal_year) from marts.government_budget_by_year "
            "where side = 'expenditure' and regexp_full_match(line, '[0-9]{3,9}') group by line"
        ).fetchall()
        self.government_names: dict[str, str] = dict(printed)

    def _ask(self, query: str) -> list[Row]:
        return ask(self.connection, query)

    def _by_department(self, query: str) -> dict[Any, list[Row]]:
        return grouped(self._ask(query), "department_id", "perimeter")

    def _class_names(self) -> dict[str, list[Row]]:
        rows = self._ask(
            """
            select functional_code, functional_name, level, parent_code, first_year, last_year, evidence
            from marts.dim_functional_class order by functional_code, first_year nulls first
            """
        )
        return grouped(rows, "functional_code")

    # Departments

    @cached_property
    def departments(self) -> list[Row]:
        """Every department (or whole government, or unit that publishes by itself) with what a list of them shows, by jurisdiction and name."""
        known: dict[tuple[str, str], Row] = {}
        for document in self.documents:
            if document["department_id"] is None or document["status"] == "refused":
                continue
            perimeter = document["department_level"] or "department"
            key = (document["department_id"], perimeter)
            entry = known.setdefault(
                key,
                {
                    "department_id": key[0], "perimeter": perimeter, "name": document["department_name"] or document["file_name"],
                    "jurisdiction_code": document["jurisdiction_code"], "documents": [],
                },
            )  # fmt: skip
            entry["documents"].append(document)
            # The newest document's name is the one in use.
            entry["name"] = document["department_name"] or entry["name"]
        for profile in self.profiles:
            key = (profile["department_id"], profile["perimeter"])
            known.setdefault(
                key,
                {
                    "department_id": key[0], "perimeter": key[1], "name": profile["department_name"] or key[0],
                    "jurisdiction_code": profile["jurisdiction_code"], "documents": [],
                },
            )  # fmt: skip
        names = {(row["department_id"], row["perimeter"]): row["department_name"] for row in self.profiles}
        for key, entry in known.items():
            entry["name"] = names.get(key) or entry["name"]
            entry["jurisdiction"] = self.jurisdictions.get(entry["jurisdiction_code"] or "", "")
            entry["place_path"] = place_path(entry["jurisdiction_code"]) if entry["jurisdiction_code"] else ""
            entry["path"] = f"department/{self.department_slug(*key)}.html"
            entry["years"] = sorted({each["fiscal_year"] for each in entry["documents"] if each["fiscal_year"]})
        order = {key: (entry["jurisdiction_code"] or "999999", entry["name"], key) for key, entry in known.items()}
        return [known[key] for key in sorted(known, key=lambda each: order[each])]

    @staticmethod
    def department_slug(department_id: str, perimeter: str) -> str:
        """Name of the file of a department's page."""
        return slug(department_id) + ("" if perimeter == "department" else f"-{perimeter}")

    @cached_property
    def _parts(self) -> dict[str, dict[Any, list[Row]]]:
        return {
            "functional": grouped(self.functional, "department_id", "perimeter"),
            "profile": grouped(self.profiles, "department_id", "perimeter"),
            "three_public": self._by_department("select * from marts.three_public_by_year order by fiscal_year, phase"),
            "versus": self._by_department("select * from marts.budget_vs_executed order by fiscal_year, line_key"),
            "project": self._by_department("select * from marts.fct_project_expenditure order by all"),
            "procurement": self._by_department("select * from marts.fct_procurement order by all"),
            "revenue": self._by_department("select * from marts.fct_revenue order by all"),
            "economic": self._by_department("select * from marts.fct_economic_expenditure order by all"),
            "leaf": self._by_department("select * from marts.fct_functional_expenditure order by all"),
            "statistic": grouped(
                self._ask("select * from marts.fct_agency_statistic order by fiscal_year, metric, agency_name"),
                "department_id",
            ),
            "agency": grouped(
                self._ask("select * from marts.dim_agency where is_latest and level = 'unit' order by agency_name"),
                "department_id",
            ),
        }

    def department(self, entry: Row) -> Row:
        """All that the page of a department says."""
        key = (entry["department_id"], entry["perimeter"])
        parts = {name: rows.get(key, []) for name, rows in self._parts.items()}
        columns = periods(parts["functional"])
        return {
            "entry": entry,
            "columns": columns,
            "overview": self._overview(parts),
            "funds": self._functional_tables(parts["functional"], columns),
            "treemap": self._treemap(parts["functional"], columns),
            "bars": self._bars(parts["functional"], columns),
            "three_public": self._three_public(parts["three_public"]),
            "versus": self._versus(parts["versus"]),
            "projects": self._projects(parts["project"]),
            "procurement": self._by_line(
                parts["procurement"], lambda row: (row["agency_name"], row["item_code"], row["item_name"])
            ),
            "revenue": self._by_line(
                parts["revenue"],
                lambda row: ("", None, row["source_name"] or chinese("source", row["source"])),
                lambda row: row["source"],
            ),
            "economic": self._economic(parts["economic"]),
            "statistics": self._statistics(self._parts["statistic"].get(entry["department_id"], [])),
            "agencies": [
                row["agency_name"]
                for row in self._parts["agency"].get(entry["department_id"], [])
                if row["agency_name"]
            ],
            "missing_years": gaps(entry["years"]),
        }

    def _overview(self, parts: dict[str, list[Row]]) -> Row:
        profile = {(row["fiscal_year"], row["phase"]): row for row in parts["profile"]}
        columns = periods(parts["profile"])
        sources: dict[str, Callable[[Period], list[Printed]]] = {
            "expenditure_yuan": lambda period: self._sum_terms(parts["leaf"], period, ("total",), ("basic", "project")),
            "basic_yuan": lambda period: self._sum_terms(parts["leaf"], period, ("basic",)),
            "project_yuan": lambda period: self._sum_terms(parts["leaf"], period, ("project",)),
            "revenue_yuan": lambda period: self._sum_terms(parts["revenue"], period),
            "three_public_yuan": lambda period: self._sum_terms(
                [row for row in parts["three_public"] if row["item"] == "total"], period
            ),
            "procurement_yuan": lambda period: self._sum_terms(parts["procurement"], period),
        }
        rows = []
        for measure, terms in sources.items():
            numbers = [number(profile[period][measure], terms(period)) for period in columns]
            if any(each.text for each in numbers):
                rows.append({"label": word("measure", measure), "numbers": numbers})
        return {"columns": columns, "rows": rows}

    def _sum_terms(self, rows: list[Row], period: Period, *wanted: tuple[str, ...]) -> list[Printed]:
        """The printed figures behind a sum over rows of one period; of each row those of the first measures that it has."""
        found: list[Printed] = []
        for row in rows:
            if (row["fiscal_year"], row["phase"]) != period:
                continue
            figures = [self.figures.by_id[each] for each in row["figure_ids"] if each in self.figures.by_id]
            figures = [figure for figure in figures if figure.amount]
            for measures in wanted:
                chosen = [figure for figure in figures if figure.measure in measures]
                if chosen:
                    found += chosen
                    break
            else:
                if not wanted:
                    found += figures
        return found

    def _functional_tables(self, rows: list[Row], columns: list[Period]) -> list[Row]:
        tables = []
        for fund, members in grouped(rows, "fund").items():
            lines = []
            by_line = grouped(members, "line_key")
            for line_key in sorted(by_line, key=lambda key: (by_line[key][0]["functional_code"] is None, key)):
                same = by_line[line_key]
                newest = same[-1]
                cells = {(row["fiscal_year"], row["phase"]): self._functional_number(row) for row in same}
                lines.append(
                    {
                        "code": newest["functional_code"],
                        "name": newest["functional_name"],
                        "level": newest["level"] or "item",
                        "numbers": [cells.get(period, NOTHING) for period in columns],
                    }
                )
            tables.append({"fund": word("fund", fund), "lines": lines})
        return tables

    def _functional_number(self, row: Row, root: str = "../") -> Number:
        terms = self.figures.printed_total(
            row["amount_yuan"], row["figure_ids"], row["fiscal_year"], row["phase"], row["fund"], row["functional_code"]
        )
        change, link = percentage(row["change_pct"]), row["link"] or ""
        return number(
            row["amount_yuan"],
            terms,
            root,
            change=change,
            link=f"{row['previous_fiscal_year']}: {link}" if change else link,
        )

    def _treemap(self, rows: list[Row], columns: list[Period]) -> Row | None:
        """The newest year's leaves within their categories."""
        if not columns:
            return None
        year = columns[-1][0]
        period = min((each for each in columns if each[0] == year), key=lambda each: _PHASES.index(each[1]))
        now = [row for row in rows if (row["fiscal_year"], row["phase"]) == period and row["functional_code"]]
        codes = {row["functional_code"] for row in now}
        branches: dict[str, dict[str, Row]] = defaultdict(dict)
        names = {row["functional_code"]: row["functional_name"] for row in now}
        for row in now:
            code = row["functional_code"]
            if (
                any(other != code and other.startswith(code) for other in codes)
                or not row["amount_yuan"]
                or row["amount_yuan"] < 0
            ):
                continue
            leaf = branches[code[:3]].setdefault(
                code, {"name": spoken_function(code, row["functional_name"]), "code": code, "value": 0.0}
            )
            leaf["value"] += float(row["amount_yuan"])
        children: list[Row] = [
            {
                "name": spoken_function(code, names.get(code)),
                "code": code,
                "children": sorted(leaves.values(), key=lambda each: -each["value"]),
            }
            for code, leaves in sorted(branches.items())
        ]
        return {"kind": "treemap", "period": period, "children": children} if children else None

    @staticmethod
    def _bars(rows: list[Row], columns: list[Period]) -> Row | None:
        """Categories stacked, years side by side."""
        sums: dict[str, dict[Period, float]] = defaultdict(lambda: defaultdict(float))
        names: dict[str, str] = {}
        for row in rows:
            if row["level"] == "category" and row["functional_code"]:
                period = (row["fiscal_year"], row["phase"])
                sums[row["functional_code"]][period] += float(row["amount_yuan"] or 0)
                names[row["functional_code"]] = row["functional_name"] or row["functional_code"]
        if not sums:
            return None
        series = [
            {
                "name": spoken_function(code, names[code]),
                "code": code,
                "data": [by_period.get(period) for period in columns],
            }
            for code, by_period in sorted(sums.items())
        ]
        return {
            "kind": "bars",
            "columns": [spoken_period(period) for period in columns],
            "series": series,
        }

    def _three_public(self, rows: list[Row]) -> Row:
        columns = periods(rows)
        by_item = grouped(rows, "item")
        lines = []
        for item in _ITEMS:
            if item not in by_item:
                continue
            cells = {}
            for row in by_item[item]:
                shown = number(row["amount_yuan"], self.figures.terms(row["amount_yuan"], row["figure_ids"]))
                if row["amount_yuan"] is None and row["value_state"] == "declared_nil":
                    shown = Number("nil")
                cells[row["fiscal_year"], row["phase"]] = shown
            lines.append(
                {
                    "label": word("item", item),
                    "is_total": item == "total",
                    "numbers": [cells.get(each, NOTHING) for each in columns],
                }
            )
        comparative = {(row["fiscal_year"], row["phase"]) for row in rows if row["is_comparative"]}
        return {"columns": columns, "lines": lines, "comparative": comparative}

    def _versus(self, rows: list[Row]) -> list[Row]:
        years = []
        for year, members in grouped(rows, "fiscal_year").items():
            lines = []
            for row in members:
                if (
                    row["approved_yuan"] is None
                    or row["executed_yuan"] is None
                    or row["level"] not in ("category", "section", "item")
                ):
                    continue
                ids = row["figure_ids"]
                rate = row["execution_rate_pct"]
                lines.append(
                    {
                        "code": row["functional_code"], "name": row["functional_name"], "level": row["level"],
                        "approved": number(row["approved_yuan"], self.figures.terms(row["approved_yuan"], ids)),
                        "executed": number(row["executed_yuan"], self.figures.terms(row["executed_yuan"], ids)),
                        "difference": ten_thousands(row["difference_yuan"]),
                        "rate": "" if rate is None else f"{rate:,.1f}%",
                    }
                )  # fmt: skip
            if lines:
                years.append({"year": year, "lines": lines})
        return years

    def _projects(self, rows: list[Row]) -> Row:
        """Projects by category and name; where a form prints all funds together beside each, only the former is shown."""
        columns = periods(rows)
        lines = []
        by_project = grouped(rows, "agency_name", "category_name", "project_name")
        for (agency, category, project), members in by_project.items():
            cells = {}
            for period, same in grouped(members, "fiscal_year", "phase").items():
                whole = [row for row in same if row["fund"] == "all"] or same
                amounts = [row["amount_yuan"] for row in whole if row["amount_yuan"] is not None]
                ids = [figure_id for row in whole for figure_id in row["figure_ids"]]
                total = sum(amounts, Decimal(0)) if amounts else None
                cells[period] = number(total, self.figures.terms(total, ids, "project"))
            lines.append(
                {
                    "agency": agency, "category": category, "name": project or both("（未列名称）", "(no name printed)"),
                    "anchor": slug(members[0]["project_id"] or project or "project"),
                    "numbers": [cells.get(period, NOTHING) for period in columns],
                }
            )  # fmt: skip
        return {"columns": columns, "lines": lines}

    def _by_line(
        self,
        rows: list[Row],
        describe: Callable[[Row], tuple[str, str | None, str]],
        key: Callable[[Row], Any] | None = None,
    ) -> Row:
        """Rows as lines over years: `describe` gives agency, code and name, `key` what makes two rows the same line."""
        columns = periods(rows)
        lines: dict[Any, Row] = {}
        sums: dict[Any, dict[Period, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for row in rows:
            line = (key or describe)(row)
            agency, code, name = describe(row)
            lines.setdefault(
                line, {"agency": agency, "code": code, "name": name or both("（未列名称）", "(no name printed)")}
            )
            sums[line][row["fiscal_year"], row["phase"]].append(row)
        for line, by_period in sums.items():
            numbers = []
            for period in columns:
                same = by_period.get(period, [])
                amounts = [row["amount_yuan"] for row in same if row["amount_yuan"] is not None]
                total = sum(amounts, Decimal(0)) if amounts else None
                ids = [figure_id for row in same for figure_id in row["figure_ids"]]
                numbers.append(number(total, self.figures.terms(total, ids)))
            lines[line]["numbers"] = numbers
        shown = [line for line in lines.values() if any(each.text not in ("", "0.00") for each in line["numbers"])]
        return {"columns": columns, "lines": shown}

    def _economic(self, rows: list[Row]) -> list[Row]:
        tables = []
        for (scheme, fund, measure), members in grouped(rows, "scheme", "fund", "measure").items():
            table = self._by_line(
                members, lambda row: ("", row["economic_code"], row["economic_name"]), lambda row: row["line_key"]
            )
            if table["lines"]:
                tables.append({"scheme": scheme, "fund": word("fund", fund), "measure": measure, **table})
        return tables

    @staticmethod
    def _statistics(rows: list[Row]) -> list[Row]:
        return [
            {
                "agency": row["agency_name"], "year": row["fiscal_year"], "metric": word("metric", row["metric"]),
                "value": f"{row['value'].normalize():,f}", "printed": row["printed_text"], "document_id": row["document_id"],
                "page": row["page_number"],
            }
            for row in rows
        ]  # fmt: skip

    # Functions

    @cached_property
    def functions(self) -> dict[str, list[Row]]:
        """Rows by functional code, for every code that a page speaks of."""
        return grouped((row for row in self.functional if row["functional_code"]), "functional_code")

    @property
    def codes(self) -> set[str]:
        """Functional codes that have a page."""
        return {*self.functions, *self.government_names}

    def function(self, code: str) -> Row:
        """All that the page of a functional code says."""
        rows = self.functions.get(code, [])
        columns = periods(rows)
        paths = {(entry["department_id"], entry["perimeter"]): entry for entry in self.departments}
        lines = []
        for (department_id, perimeter, fund), members in grouped(rows, "department_id", "perimeter", "fund").items():
            entry = paths.get((department_id, perimeter))
            cells = {(row["fiscal_year"], row["phase"]): self._functional_number(row) for row in members}
            lines.append(
                {
                    "department": entry["name"] if entry else members[-1]["department_name"],
                    "path": entry["path"] if entry else "",
                    "jurisdiction": self.jurisdictions.get(members[-1]["jurisdiction_code"] or "", ""),
                    "jurisdiction_code": members[-1]["jurisdiction_code"] or "",
                    "fund": word("fund", fund),
                    "numbers": [cells.get(period, NOTHING) for period in columns],
                }
            )
        lines.sort(key=lambda line: (line["jurisdiction_code"], line["department"] or ""))
        parents = [code[:length] for length in (3, 5) if length < len(code) and code[:length] in self.codes]
        children = sorted(other for other in self.codes if other.startswith(code) and len(other) == len(code) + 2)
        return {
            "code": code,
            "name": self.name_of(code),
            "level": {3: "category", 5: "section", 7: "item"}.get(len(code), "sub_item"),
            "columns": columns,
            "lines": lines,
            "editions": self.class_names.get(code, []),
            "parents": [{"code": each, "name": self.name_of(each)} for each in parents],
            "children": [{"code": each, "name": self.name_of(each)} for each in children],
            "bars": self._function_bars(rows, columns),
            "department_count": len({(row["department_id"], row["perimeter"]) for row in rows}),
        }

    def name_of(self, code: str) -> str:
        """Newest name of a functional code."""
        if code in self.functions:
            return str(self.functions[code][-1]["functional_name"])
        editions = self.class_names.get(code)
        return str(editions[-1]["functional_name"]) if editions else self.government_names.get(code, code)

    @staticmethod
    def _function_bars(rows: list[Row], columns: list[Period]) -> Row | None:
        """The largest departments, years side by side; whole governments are left out, for they hold the departments."""
        sums: dict[str, dict[Period, float]] = defaultdict(lambda: defaultdict(float))
        for row in rows:
            if row["perimeter"] != "government":
                sums[row["department_name"] or row["department_id"]][row["fiscal_year"], row["phase"]] += float(
                    row["amount_yuan"] or 0
                )
        largest = sorted(sums, key=lambda name: (-max(sums[name].values()), name))[:12]
        if not largest:
            return None
        series = [
            {"name": spoken_period(period), "data": [sums[name].get(period) for name in largest]} for period in columns
        ]
        return {"kind": "lying", "columns": largest, "series": series}

    # The whole

    def totals(self) -> Row:
        """Counts for the home page."""
        current = [document for document in self.documents if document["status"] != "refused"]
        amounts = sum(document["amount_count"] for document in current)
        return {
            "documents": len(current),
            "refused": len(self.documents) - len(current),
            "departments": len(self.departments),
            "jurisdictions": len({entry["jurisdiction_code"] for entry in self.departments}),
            "figures": amounts,
            "proved": sum(document["proved_figure_count"] for document in current),
            "proved_pct": f"{100 * sum(document['proved_figure_count'] for document in current) / amounts:.1f}%"
            if amounts
            else "",
            "years": sorted({document["fiscal_year"] for document in current if document["fiscal_year"]}),
        }

    def index(self) -> list[list[str]]:
        """Entries of the search: kind, name, what else is searched and shown, address."""
        entries = []
        for entry in self.departments:
            entries.append(["department", entry["name"], entry["jurisdiction"], entry["path"]])
            for agency in self._parts["agency"].get(entry["department_id"], []):
                if agency["agency_name"]:
                    entries.append(["unit", agency["agency_name"], entry["name"], entry["path"]])
            if self._parts["three_public"].get((entry["department_id"], entry["perimeter"])):
                entries.append(["topic", "“三公”经费", entry["name"], f"{entry['path']}#three-public"])
        for code in sorted(self.codes):
            rows = self.functions.get(code, [])
            names = dict.fromkeys(row["functional_name"] for row in rows if row["functional_name"])
            if not names:
                names[self.name_of(code)] = None
            names.update(dict.fromkeys(row["functional_name"] for row in self.class_names.get(code, [])))
            for name in names:
                entries.append(["function", name, code, f"function/{code}.html"])
        paths = {(entry["department_id"], entry["perimeter"]): entry for entry in self.departments}
        seen = set()
        for key, rows in self._parts["project"].items():
            for row in rows:
                anchor = slug(row["project_id"] or row["project_name"] or "project")
                if key in paths and row["project_name"] and (key, row["project_name"]) not in seen:
                    seen.add((key, row["project_name"]))
                    entries.append(
                        ["project", row["project_name"], paths[key]["name"], f"{paths[key]['path']}#{anchor}"]
                    )
        for document in self.documents:
            if document["status"] == "refused":
                continue
            title = document["title"] or document["file_name"]
            extra = " ".join(str(part) for part in (document["fiscal_year"], document["document_id"]) if part)
            entries.append(["document", title, extra, f"document/{document['document_id']}.html"])
        return entries


def printed_figures(connection: duckdb.DuckDBPyConnection, figure_ids: Sequence[str]) -> dict[str, Printed]:
    """Figures by identifier."""
    rows = connection.execute(
        """
        select figure_id, document_id, page_number, measure, amount_yuan, proof
        from core.figure where figure_id in (select unnest($1::varchar[]))
        """,
        [list(figure_ids)],
    ).fetchall()
    return {row[0]: Printed(*row) for row in rows}


def gaps(years: list[int]) -> list[int]:
    """Years without a document between the first and the last."""
    return [year for year in range(years[0], years[-1]) if year not in years] if years else []
