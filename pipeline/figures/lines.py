"""The rows of a form as lines: which agency, which code, which name, and of which line each is an addend.

Belongs here: reading the key columns of a row, composing codes from their parts, agencies as columns or as section
rows, the hierarchy of lines. Does not belong here: amounts (`interpretation`), official names (`classification`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.figures.cell_map import CellMap
from pipeline.forms import catalogue
from pipeline.forms.form import Form, FormCell
from pipeline.forms.header import RECEPTION_PARTS, Column
from pipeline.forms.text import bare_name, comparable, is_memo, is_number, numbering_rank, squeeze

CODE = re.compile(r"^[\[【(（]?([2-5]\d{2}(?:\d{2}){0,4})[\]】)）]?[-—–－\s_.]*(.*)$")
_IN_PARTS = re.compile(r"^([2-5]\d{2})[.·-](\d{2})(?:[.·-](\d{2}))?(?!\d)")
_PART = re.compile(r"^\d{2}$")
_PROCUREMENT_CODE = re.compile(r"^([A-C]\d{0,8})[-—\s]*(.*)$")
_AGENCY_CODE = re.compile(r"^(?:[\[【](\d{3,15})[\]】]|(?!(?:19|20)\d\d\D)(\d{3,15}))[-—\s]*(\D.*)$")
"""A code and a name in one cell; a year that begins the name of a project (2026年…, 2021自贸试验区…) is no code."""
FULL_CODE = re.compile(r"\d{3,15}")
_NO_CODE = re.compile(r"^[-—–－/\s]+$")
GRAND_TOTAL = re.compile(
    r"^(?:(?:收入|支出|收、支|收支|(?:政府)?采购(?:支出|预算|金额)?)?(?:总计|合计|总合计|共计)|(?:收入|支出)(?:总额|总数)|部门合计|单位合计)[:：]?$"
)
CURRENT_TOTAL = re.compile(r"^(?:本年|当年|本期)(?:收入|支出|收支)?(?:合计|总计|小计)[:：]?$")

SOURCE_PARENT = {
    "general_public_budget": "fiscal_appropriation",
    "government_managed_funds": "fiscal_appropriation",
    "state_capital_operations": "fiscal_appropriation",
    "general_operating": "general_public_budget",
    "non_tax_revenue": "general_public_budget",
    "special_fiscal": "general_public_budget",
    "government_investment": "general_public_budget",
    "institution_revenue": "unit_funds",
    "business_revenue": "unit_funds",
    "superior_subsidy": "unit_funds",
    "subordinate_remittance": "unit_funds",
    "other_revenue": "unit_funds",
}


@dataclass(slots=True)
class LineRow:
    """One row of data of one group of columns. Indexes are those of the form; `parent` is a row index."""

    row: int
    group: int
    page_number: int
    name: str = ""
    section: str = ""
    """What stands over several names, in a column of names of its own (财政专户管理资金 over 其他非税收入)."""
    code: str | None = None
    scheme: str | None = None
    cross_scheme: str | None = None
    cross_code: str | None = None
    cross_name: str | None = None
    agency_name: str | None = None
    agency_code: str | None = None
    year: int | None = None
    kind: str = "line"
    """line, total (grand total), current_total (本年合计), subtotal (小计), agency (a row of an agency), note, empty."""
    is_memo: bool = False
    rank: int | None = None
    indent: float | None = None
    parent: int | None = None
    is_over_groups: bool = False
    """Whether the name stands across the amounts of a group before: the total of all groups side by side, and of no line of this one."""
    is_comparison: bool = False
    is_parent: bool = False
    is_doubtful: bool = False
    """Whether other lines may be parts of this one, though none could be told: then it is no leaf."""
    block: int = 0
    head: int | None = None
    """Row of the agency whose block the line stands in (its own row for the agency's)."""
    is_code_printed: bool = True
    """Whether the code stands in the row; False where it was found by the line's name."""
    path: list[str] = field(default_factory=list)

    def measure_in(self, column: Column) -> str:
        """Measure of its amount in a column; a total of all groups is of none of their kinds of expenditure."""
        return "total" if self.is_over_groups else column.attributes.get("measure", "total")

    @property
    def has_key(self) -> bool:
        """Whether anything says what the line is of; codes of other classifications only class what is procured."""
        is_classed = self.cross_code is not None and self.scheme != "procurement"
        return bool(self.name or self.code or self.year) or is_classed

    @property
    def level(self) -> str | None:
        if self.kind in ("total", "current_total", "agency", "subtotal"):
            return "total"
        if self.code is None:
            return None
        if self.scheme == "procurement":
            return {1: "category", 3: "section"}.get(len(self.code), "item")
        return {3: "category", 5: "section", 7: "item"}.get(len(self.code), "sub_item")


def lines_of(form: Form, columns: list[Column], cells: CellMap, agencies: frozenset[str]) -> list[LineRow]:
    """Lines of every row of data, one for each group of columns that has a key or a number in the row."""
    skipped = form.rows_without_data
    groups = sorted({column.group for column in columns})
    lines: list[LineRow] = []
    for group in groups:
        members = [column for column in columns if column.group == group]
        if not any(column.role == "value" for column in members):
            continue
        reader = _RowReader(form, members, columns, cells, agencies)
        lines += [
            line for row in range(form.row_count) if row not in skipped and (line := reader.read(row)) is not None
        ]
    if any(attribute_of(line.name, "item") == "official_reception" for line in lines):
        for line in lines:
            line.is_memo = line.is_memo or attribute_of(line.name, "item") in RECEPTION_PARTS
    return lines


class _RowReader:
    """Reads the key columns of one group row by row, carrying down what is printed once (agency, category, section)."""

    def __init__(
        self, form: Form, members: list[Column], columns: list[Column], cells: CellMap, agencies: frozenset[str]
    ) -> None:
        self.form = form
        self.cells = cells
        self.group = members[0].group
        self.by_role: dict[str, list[Column]] = {}
        for column in members:
            self.by_role.setdefault(column.role, []).append(column)
        for column in columns:
            if column.role in ("agency_name", "agency_code", "year") and column not in members:
                self.by_role.setdefault(column.role, []).append(column)
        self.values = self.by_role.get("value", [])
        self.amounts_before = [
            column.index for column in columns if column.role == "value" and column.group < self.group
        ]
        self.agencies = agencies
        skipped = form.rows_without_data
        codes = [
            cells.key_text(row, column.index).strip()
            for column in self.by_role.get("agency_code", [])
            for row in range(form.row_count)
            if row not in skipped
        ]
        self.has_agency_codes = any(code.isdigit() for code in codes)
        self.has_full_codes = any(FULL_CODE.fullmatch(code) for code in codes)
        named = [
            comparable(name)
            for row in range(form.row_count)
            for column in self.by_role.get("line_name", [])[:1]
            if row not in skipped and comparable(name := cells.key_text(row, column.index)) in agencies
        ]
        self.has_agency_rows = len(set(named)) == len(named)
        """An agency whose name heads several parts of a form stands inside its classification, not above it."""
        self.agency: str | None = None
        self.agency_code: str | None = None
        self.category = ""
        self.section = ""
        self.year: int | None = None
        self.scheme = next((column.attributes["scheme"] for column in members if "scheme" in column.attributes), None)

    def text(self, role: str, row: int) -> str:
        return next(
            (text for column in self.by_role.get(role, []) if (text := self.cells.key_text(row, column.index))), ""
        )

    def read(self, row: int) -> LineRow | None:
        values = [self.cells.origin.get((row, column.index)) for column in self.values]
        has_value_cell = any(cell is not None for cell in values)
        has_number = any(cell is not None and is_number(cell.text) for cell in values)
        page = next((cell.page_number for cell in values if cell is not None), self.form.first_page)
        line = LineRow(row=row, group=self.group, page_number=page)
        self._read_codes(line, row)
        self._read_names(line, row)
        self._read_agency(line, row)
        self._read_year(line, row)
        line.is_over_groups = line.kind == "total" and self._stands_across(row)
        if not has_value_cell and not line.name and not line.code:
            return None
        if not has_number and not line.name and not line.code and line.kind != "agency" and not line.year:
            return None
        return line

    def _stands_across(self, row: int) -> bool:
        """Whether a key of the row begins in a group before, and covers amounts of it."""
        keys = [column.index for role, columns in self.by_role.items() if role != "value" for column in columns]
        starts = {cell.column for index in keys if (cell := self.cells.spanning.get((row, index))) is not None}
        return any(start <= amount < min(keys) for start in starts for amount in self.amounts_before)

    def _read_codes(self, line: LineRow, row: int) -> None:
        found: dict[str, tuple[str, str]] = {}
        code, name = self._split_code(row)
        if not code:
            match = CODE.match(_join_code(self.text("line_name", row)))
            if match and match.group(2) and not match.group(2)[0].isdigit():
                code, name = match.group(1), match.group(2)
        if code:
            found[_scheme_of_code(code) or "functional"] = (code, name)
        for scheme, kind in (("economic_department", "economic"), ("economic_government", "government_economic")):
            code, name = self._plain_code(kind, row)
            if code or name:
                known = found.get(scheme, ("", ""))
                found[scheme] = (code or known[0], name or known[1])
        if found and self.scheme == "procurement" and "procurement" not in found:
            line.scheme = "procurement"
            line.cross_scheme, (line.cross_code, line.cross_name) = next(
                (scheme, pair) for scheme, pair in found.items()
            )
        elif found:
            primary, *others = found
            line.scheme, (line.code, line.name) = primary, found[primary]
            if others:
                line.cross_scheme = others[0]
                line.cross_code, line.cross_name = found[others[0]]
        line.code, line.cross_code, line.cross_name = (
            line.code or None,
            line.cross_code or None,
            line.cross_name or None,
        )

    def _plain_code(self, kind: str, row: int) -> tuple[str, str]:
        text = _join_code(self.text(f"{kind}_code", row))
        name = _join_code(self.text(f"{kind}_name", row))
        if not text:
            category, section = (squeeze(self.text(f"{kind}_{part}_code", row)) for part in ("category", "section"))
            text = section if section.startswith(category) and len(section) > 3 else category + section
        match = CODE.match(text) if text else None
        if match:
            return match.group(1), name or match.group(2)
        match = CODE.match(name) if name else None
        if match and match.group(2):
            return match.group(1), match.group(2)
        return "", name

    def _split_code(self, row: int) -> tuple[str, str]:
        """Full code of the row, composed from one cell or from 类 / 款 / 项 cells, and a name printed in the same cell."""
        category = squeeze(self.text("category_code", row))
        section = squeeze(self.text("section_code", row))
        item = squeeze(self.text("item_code", row))
        if any(part.isdigit() for part in (category, section, item)):
            return self._compose(category, section, item), ""
        parts: list[str] = []
        seen: set[str] = set()
        for column in self.by_role.get("code", []):
            cell = self.cells.spanning.get((row, column.index))
            if cell is not None and cell.text and cell.cell_id not in seen:
                seen.add(cell.cell_id)
                parts.append(_join_code(cell.text))
        return self._from_parts(parts)

    def _compose(self, category: str, section: str, item: str) -> str:
        if category.isdigit():
            if category != self.category:
                self.section = ""
            self.category = category[:3]
            if len(category) > 3:
                return category
        if len(section) == 5 and section.isdigit():
            self.category, self.section = section[:3], section[3:]
        elif section.isdigit():
            self.section = section.zfill(2)
        elif category.isdigit() and not item.isdigit():
            self.section = ""
            return self.category
        if len(item) == 7 and item.isdigit():
            self.category, self.section = item[:3], item[3:5]
            return item
        if item.isdigit():
            return f"{self.category}{self.section}{item.zfill(2)}"
        return f"{self.category}{self.section}"

    def _from_parts(self, parts: list[str]) -> tuple[str, str]:
        if not parts:
            return "", ""
        if len(parts) == 1 and _PART.match(parts[0]) and self.category:
            self.section = parts[0]
            return f"{self.category}{parts[0]}", ""
        if len(parts) > 1 and all(part.isdigit() for part in parts):
            joined = parts[-1] if len(parts[-1]) >= 5 else "".join(parts)
            if CODE.match(joined):
                self.category, self.section = joined[:3], joined[3:5]
                return joined, ""
        for part in parts:
            match = CODE.match(part)
            if match:
                code = match.group(1)
                self.category, self.section = code[:3], code[3:5]
                return code, match.group(2)
            match = _PROCUREMENT_CODE.match(part)
            if match and (self.scheme == "procurement" or self.form.key in ("procurement", "purchase_of_services")):
                return match.group(1), match.group(2)
        return "", ""

    def _read_names(self, line: LineRow, row: int) -> None:
        column = next(iter(self.by_role.get("line_name", [])), None)
        cell = self.cells.spanning.get((row, column.index)) if column is not None else None
        texts = dict.fromkeys(self.cells.key_text(row, column.index) for column in self.by_role.get("line_name", []))
        text = (
            " / ".join(part for part in texts if part) if self.scheme == "procurement" else self.text("line_name", row)
        )
        project = self.text("project_name", row)
        line.section = squeeze(project or next(iter(texts), ""))
        if project and line.code and self.form.key == "project_expenditure" and not GRAND_TOTAL.match(squeeze(project)):
            # In a list of projects the code says what the project is classed as; the line is the project.
            line.cross_scheme, line.cross_code, line.cross_name = line.scheme, line.code, line.name or text or None
            line.scheme, line.code, text = "project", None, project
        if (
            project
            and (not text or self.form.key == "project_expenditure")
            and not line.code
            and not (self.scheme == "procurement" and self._has_unknown_words(row))
        ):
            text = project
        match = CODE.match(squeeze(text)) if text else None
        if match and match.group(2) and not line.code and not match.group(2)[0].isdigit() and len(match.group(1)) >= 3:
            line.code, line.name = match.group(1), match.group(2)
            line.scheme = _scheme_of_code(line.code)
        elif text and not CODE.match(squeeze(text)):
            line.name = squeeze(text)
            line.indent = _indent(cell)
        if not line.name:
            first = [
                self.cells.key_text(row, column.index)
                for role, columns in self.by_role.items()
                if role != "value"
                for column in columns
            ]
            line.name = next(
                (
                    squeeze(part)
                    for part in first
                    if GRAND_TOTAL.match(squeeze(part)) or CURRENT_TOTAL.match(squeeze(part))
                ),
                "",
            )
        if not line.name and not line.code:
            # Where spans are lost, a name over the columns of code and name stands in the column of codes.
            words = squeeze(self.text("code", row) or self.text("economic_code", row))
            is_name = re.match(r"[\u4e00-\u9fff(]{2}", words) and not catalogue.speaks_of_nil(words)
            line.name = words if is_name else ""
        if not (self.scheme == "procurement" and self._has_unknown_words(row)):
            line.name = line.name or line.cross_name or ""
        plain = bare_name(line.name)
        if GRAND_TOTAL.match(plain):
            line.kind = "total"
        elif CURRENT_TOTAL.match(plain):
            line.kind = "current_total"
        line.is_memo = is_memo(line.name) and attribute_of(line.name, "item") is None
        line.rank = numbering_rank(line.name)
        if re.match(r"^(?:备?注|说明)\d?[:：.]", line.name):
            line.kind = "note"

    def _has_unknown_words(self, row: int) -> bool:
        """Whether words stand in the row under a header that nobody explained: they may say what is procured for the project."""
        texts = (self.cells.key_text(row, column.index) for column in self.by_role.get("unknown", []))
        return any(text.strip() and not is_number(text) for text in texts)

    def _read_agency(self, line: LineRow, row: int) -> None:
        if self.by_role.get("agency_code") and not self.by_role.get("agency_name"):
            self._read_agency_in_names(line, row)
            return
        if not self.by_role.get("agency_name") and not self.by_role.get("agency_code"):
            if (
                not line.code
                and line.name
                and line.kind == "line"
                and self.has_agency_rows
                and self._is_agency(line.name)
            ):
                self.agency = line.name
                line.kind = "agency"
            line.agency_name, line.agency_code = self.agency, self.agency_code
            return
        name = squeeze(self.text("agency_name", row))
        code = _NO_CODE.sub("", squeeze(self.text("agency_code", row)))
        if self.has_full_codes and code.isdigit() and not FULL_CODE.fullmatch(code):
            # 1 全额, 2 差额 beside 263001: a group of bodies, and none of them.
            code = ""
        combined = code_and_agency(name, code)
        if not self.has_agency_codes or combined[0] == code or name[0] in "[【":
            code, name = combined
        if (
            name
            and not code
            and self.has_agency_codes
            and not line.name
            and not line.code
            and not GRAND_TOTAL.match(name)
        ):
            line.name, line.rank = name, numbering_rank(name)
            name = ""
        if GRAND_TOTAL.match(name) or GRAND_TOTAL.match(code):
            if line.kind == "line" and not line.code:
                line.kind = "total"
                line.name = line.name or name or code
            self.agency = self.agency_code = None
        elif name and not is_number(name):
            self.agency, self.agency_code = name, code if code.isdigit() else None
            if not line.code and not line.name:
                line.kind = "agency"
                line.name = name
        elif line.kind == "total" and not name:
            self.agency = self.agency_code = None
        line.agency_name, line.agency_code = self.agency, self.agency_code

    def _read_agency_in_names(self, line: LineRow, row: int) -> None:
        """Agencies told by a column of codes alone: their names stand in the first column of names, and the other names are blank."""
        code = squeeze(self.text("agency_code", row))
        names = [squeeze(self.cells.key_text(row, column.index)) for column in self.by_role.get("line_name", [])]
        is_line = bool(line.code) and self.scheme != "procurement"
        if code.isdigit() and is_line:
            self.agency_code = code
        elif line.kind == "line" and code.isdigit() and len(code) > 2 and names and names[0] and not any(names[1:]):
            self.agency, self.agency_code = names[0], code
            line.kind, line.name, line.code, line.scheme = "agency", names[0], None, None
        elif line.kind == "total":
            self.agency = self.agency_code = None
        line.agency_name, line.agency_code = self.agency, self.agency_code

    def _is_agency(self, name: str) -> bool:
        plain = bare_name(name)
        return comparable(plain) in self.agencies and numbering_rank(name) is None

    def _read_year(self, line: LineRow, row: int) -> None:
        text = squeeze(self.text("year", row))
        match = re.search(r"20\d\d", text)
        if match:
            line.year = int(match.group())
        elif re.search(r"增减|变化|差额|比较", text):
            line.is_comparison = True
        is_of_agency = (line.year is not None or line.is_comparison) and self.agency is not None
        if is_of_agency and line.kind == "line" and not (line.code or line.name):
            line.kind, line.name = "agency", str(self.agency)
        elif line.is_comparison:
            line.name = line.name or text


def code_and_agency(name: str, code: str = "") -> tuple[str, str]:
    """Code and name of an agency that stand in one cell; what is given where they do not."""
    combined = _AGENCY_CODE.match(name)
    return (combined.group(1) or combined.group(2), combined.group(3)) if combined else (code, name)


def _indent(cell: FormCell | None) -> float | None:
    if cell is None or cell.text_x0 is None or cell.box is None:
        return None
    return round(cell.text_x0 - cell.box.x0, 1)


def _join_code(text: str) -> str:
    """The squeezed text, a code at its front that is printed in parts (201.03.01, 208-05) written as one number."""
    return _IN_PARTS.sub(lambda match: "".join(part or "" for part in match.groups()), squeeze(text), count=1)


def _scheme_of_code(code: str) -> str | None:
    if not code:
        return None
    if code[0].isalpha():
        return "procurement"
    return {"2": "functional", "3": "economic_department", "5": "economic_government"}.get(code[0])


def source_of(name: str) -> str | None:
    """Revenue source that a row's name means, by the catalogue of headers."""
    return attribute_of(name, "source")


def source_of_line(line: LineRow) -> str | None:
    """Revenue source of a line by its name, or by its section where nobody explained the name."""
    is_explained = catalogue.meaning_of_header(bare_name(line.name)) is not None
    return source_of(line.name) if is_explained else source_of(line.section)


def attribute_of(name: str, attribute: str) -> str | None:
    """An attribute that the catalogue of headers gives to a name; None where it gives none."""
    found = catalogue.meaning_of_header(bare_name(name))
    return None if found is None else dict(found.attributes).get(attribute)


def counts_things(name: str) -> bool:
    """Whether a row's name says that its numbers are of groups, persons, vehicles … (公务用车保有量（辆）), and no amounts of money."""
    found = catalogue.meaning_of_header(bare_name(name)) if name else None
    return found is not None and found.role == "quantity"
