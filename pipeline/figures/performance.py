"""Performance forms: goals and indicators of projects and departments, in the layouts that jurisdictions use.

Belongs here: telling a performance form by its header, and reading its rows into indicators: tables of levels (一级指标 …
指标值), tables of goals (项目 … 绩效目标), and the layout of 2017 with nested names whose merged cells may be lost. Does not belong
here: the words of headers and levels (performance_words.csv), and amounts of projects, which other forms print.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.forms import consulted
from pipeline.forms.form import Form, FormCell
from pipeline.forms.identity import is_organisation
from pipeline.forms.text import comparable, is_bare_number
from pipeline.readers.quantity import exact_number

FOLDER = Path(__file__).parent
Row = dict[str, Any]

_HEADER_ROLES = frozenset({"level_1", "level_2", "level_3", "content", "value", "actual", "comparator", "unit", "weight", "remark",
                           "indicator", "activity", "project", "agency", "amount", "goal_annual", "goal_terminal", "nested",
                           "sub_project"})  # fmt: skip
_GOALS = ("goal_annual", "goal_terminal")
_TAGS = re.compile(r"</?(?:p|b|br|i|u|strong|em|span|font|div)\b[^<>]*/?>", re.IGNORECASE)
_DASHES = re.compile(r"^[-—－/／\s]*$")
_TERMINAL = re.compile(r"[。！!]$")
_LONG = 12
_TARGET = re.compile(
    r"^(?:[≥≤＝=＞＜><≧≦]|>=|<=|不低于|不少于|不超过|不高于|大于等于|小于等于|大于|小于)?(-?\d+(?:\.\d+)?)"
    r"(?:\([^()]{1,8}\)|[^\d\s，。；、,;]{0,8})$"
)
_QUALITATIVE = re.compile(r"定性|正向|反向|其他")
_NESTED_LEVELS = re.compile(
    r"^(产出指标|效益指标|成本指标|满意度指标|效果指标|决策指标|过程指标)"
    r"(数量指标|质量指标|时效指标|成本指标|经济成本指标|社会成本指标|生态环境成本指标|经济效益指标|社会效益指标|生态效益指标|可持续影响指标|服务对象满意度指标|满意度指标)?(.*)$"
)
_LABEL_AND_NAME = re.compile(
    r"^(?:专项|一级|二级|三级|重点)?[(（]?(?:项目|专项)[)）]?(?:资金)?名称[:：\s]+(\S.*)$", re.MULTILINE
)
TOTAL = re.compile(r"(?:金额|资金|项目)?(?:合计|总计|小计|共计)(?:金额)?")
DEPARTMENT = re.compile(r"(?:项目)?主管部门")
_CODE_OF_BODY = re.compile(r"^[\[(（]?\d+[\])）]?[-_\s]*")
_CODE_OF_PROJECT = re.compile(r"^[\[(（]?(?=[A-Z\d]*\d{4})[A-Z\d]{12,}[\])）]?[-—_\s]*")
_MOST_TARGET = 10**14
"""Targets are kept with fourteen digits before the point and six behind it (schemas.core.PERFORMANCE_INDICATOR)."""
_LISTED = re.compile(
    r"(?:^|(?<=[。；;]))\d+、\d+-(?P<first>[^；;]+)[；;]\d+-(?P<second>[^；;]+)[；;](?P<content>.+?)[；;]"
    r"(?:实施周期指标值[:：](?P<terminal>.*?)[；;])?年度指标值[:：](?P<annual>.*?)(?:。|$)"
)
_TITLE = re.compile(r"(?:项目)?(?:支出)?(?:绩效)?(?:目标|自评|评价)(?:申报|填报|批复|情况)?表.*$")
_GENERIC_TITLE = re.compile(
    r"^(?:20\d\d年?度?|部门|单位|财政|市级|省级|区级|政策|项目|支出|预算|专项|业务|经费|资金|重点|整体|总体|和|及|情况|绩效|一般|转移支付|年度|年|表|[\d\-.、:：()附件])*+$"
)
_STRONG = (
    "一级指标",
    "二级指标",
    "三级指标",
    "绩效指标",
    "指标内容",
    "绩效内容",
    "年度绩效目标",
    "终期绩效目标",
    "指标值",
    "目标值",
    "年度指标值",
    "绩效目标",
)


@consulted.kept
def _words() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(row["pattern"]), row["role"]) for row in consulted.table(FOLDER / "performance_words.csv"))


@consulted.question
def role_of(text: str) -> str | None:
    """Role of a header, label or level by performance_words.csv: the first pattern that matches the whole text."""
    plain = comparable(text).strip(":：")
    if not plain or len(plain) > 30:
        return None
    return next((role for pattern, role in _words() if pattern.fullmatch(plain)), None)


def looks_like_performance_form(form: Form) -> bool:
    """Whether the first rows hold the header of a performance form: levels of indicators, or projects beside goals."""
    texts = [cell.text for cell in form.cells if cell.row < 12 and cell.text]
    plain = {comparable(text).strip(":：") for text in texts}
    roles = Counter(role for text in texts if (role := role_of(text)))
    if {"科目编码", "功能科目编码", "功能分类科目编码", "类", "款", "项"} & plain:
        return False
    strong = sum(1 for word in _STRONG if word in plain)
    if strong >= 2 and (roles["level_1"] or roles["content"] or roles["value"] or roles["level_3"]):
        return True
    if roles["level_1"] and (roles["weight"] or roles["value"]):
        return True
    goal_header = any(comparable(text) in ("绩效目标", "年度绩效目标", "项目绩效目标") for text in texts)
    return goal_header and roles["project"] > 0 and form.column_count <= 8


@dataclass(slots=True)
class _State:
    """What the rows above have said: whose indicators, of which project, until when, and which columns mean what."""

    agency: str | None = None
    project: str | None = None
    horizon: str = "annual"
    columns: dict[int, tuple[int, str]] = field(default_factory=dict)
    header_until: int = -1
    nested: bool = False
    pending_goals: list[tuple[int, int, str, str]] = field(default_factory=list)
    carried: dict[str, str] = field(default_factory=dict)
    name_1: str = ""
    name_2: str = ""
    sub_project: str = ""
    sub_cells: list[str] = field(default_factory=list)
    goals_seen: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose amounts a row of a performance form prints: the project, or the body where it is of none, and the columns of amounts of its table."""

    agency: str | None = None
    project: str | None = None
    is_total: bool = False
    amount_columns: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Indicator:
    page_number: int
    agency: str | None
    project: str | None
    horizon: str
    path: list[str]
    text: str | None
    target: str | None
    number_text: str | None
    cells: list[str]


def performance_indicators(form: Form, document_id: str) -> tuple[list[Row], set[str]]:
    """(rows of schemas.core.PERFORMANCE_INDICATOR, ids of the cells that they take up).

    Numbers that are in no indicator (amounts of projects, weights, scores) are not among the ids: they are for the caller to
    name in a refusal.
    """
    reader = _Reader(form)
    reader.read()
    rows: list[Row] = []
    taken: set[str] = set()
    seen: Counter[tuple[str | None, str, str]] = Counter()
    for number, indicator in enumerate(reader.indicators, start=1):
        path = " / ".join(part for part in indicator.path if part)
        key = (indicator.project, indicator.horizon, path)
        seen[key] += 1
        if seen[key] > 1:
            path = f"{path} #{seen[key]}"
        taken.update(indicator.cells)
        rows.append(
            {
                "performance_indicator_id": f"{document_id}-{form.index:03d}-i{number:04d}",
                "document_id": document_id,
                "page_number": indicator.page_number,
                "form_index": form.index,
                "agency_name": indicator.agency,
                "project_name": indicator.project,
                "horizon": indicator.horizon,
                "indicator_path": path,
                "indicator_text": indicator.text or None,
                "target_text": indicator.target or None,
                "target_value": target_value(indicator.number_text or ""),
                "cell_ids": list(dict.fromkeys(indicator.cells)),
            }
        )
    return rows, taken


def owners_of_rows(form: Form) -> dict[int, Owner]:
    """By row of a performance form, whose amounts it prints."""
    reader = _Reader(form)
    reader.read()
    return reader.owners


def target_value(text: str) -> Decimal | None:
    """The number of a target that is plainly one (92, ≥99.5%, ≤4.5万元); None for words, ranges, dates and sentences."""
    plain = comparable(text).replace(",", "")
    match = _TARGET.match(plain)
    if match is None or re.search(r"\d年|\d月|\d日|季|底|前$|余|左右|以[上下内]", plain):
        return None
    number = exact_number(match.group(1))
    return number if number is not None and abs(number) < _MOST_TARGET and number == round(number, 6) else None


def _clean(text: str) -> str:
    return " ".join(_TAGS.sub("", text).split())


class _Reader:
    """One form, read row by row."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.indicators: list[_Indicator] = []
        self.state = _State(agency=form.agency_name, project=_project_of_title(form.title))
        self.titled_project = self.state.project
        self.covering: dict[tuple[int, int], FormCell] = {}
        for cell in form.cells:
            for row in range(cell.row, cell.row + cell.row_span):
                for column in range(cell.column, cell.column + cell.column_span):
                    self.covering[row, column] = cell
        self.page_of_row = {cell.row: cell.page_number for cell in form.cells}
        self.owners: dict[int, Owner] = {}

    def read(self) -> None:
        for row in range(self.form.row_count):
            cells = [cell for cell in self.form.row(row) if _clean(cell.text)]
            if cells or self.state.columns:
                self._read_row(row, cells)
            self.owners[row] = self._owner(row, cells)

    def _read_row(self, row: int, cells: list[FormCell]) -> None:
        self._take_label_with_name(cells)
        if self._is_heading(row, cells):
            return
        if self.state.nested:
            self._read_nested(cells)
        elif self.state.columns:
            self._read_columns(row, cells)

    def _take_label_with_name(self, cells: list[FormCell]) -> None:
        """The project whose name stands in one text with its label (项目名称  某项目), where no rules part them."""
        for cell in cells[:2]:
            named = _LABEL_AND_NAME.search("\n".join(cell.lines))
            if named is not None:
                self.state.project = _named(_clean(named.group(1)), "project")
                self.state.columns, self.state.nested = {}, False

    def _owner(self, row: int, cells: list[FormCell]) -> Owner:
        """Whose amounts a row prints, as it is known when the row was read."""
        state = self.state
        columns = {
            column
            for first, (span, role) in state.columns.items()
            if role == "amount" and row > state.header_until and not state.nested
            for column in range(first, first + span)
        }
        words = [cell for cell in cells if not is_bare_number(cell.text)]
        is_total = bool(words) and bool(TOTAL.fullmatch(comparable(words[0].text)))
        name = self._at(row, "project") if columns else None
        is_total = is_total or (name is not None and name.row == row and self._is_of_body(row, name))
        return Owner(state.agency, None if is_total else state.project, is_total, frozenset(columns))

    def _is_of_body(self, row: int, name: FormCell) -> bool:
        """Whether a row in a column of projects is of a body as a whole: its name, and nothing else but amounts and codes."""
        others = [cell for cell in self.form.row(row) if cell is not name and _clean(cell.text)]
        return is_organisation(comparable(name.text)) and all(
            is_bare_number(cell.text) or _DASHES.match(_clean(cell.text)) for cell in others
        )

    def _is_heading(self, row: int, cells: list[FormCell]) -> bool:
        """Take in a row that holds headers, labels or goals; False where it holds indicators."""
        roles = [(cell, role_of(cell.text)) for cell in cells]
        names = {role for _, role in roles if role}
        if "end" in names and roles[0][1] == "end":
            self.state.columns, self.state.nested = {}, False
            return True
        if self._is_header(names, roles):
            self._take_header(row, roles)
            return True
        if row <= self.state.header_until:
            self._merge_header(roles)
            return True
        if self.state.pending_goals:
            self._take_pending_goals(row, cells)
            return True
        if self._take_labels(roles):
            return True
        return not self.state.nested and self._take_goals(roles)

    def _is_header(self, names: set[str], roles: list[tuple[FormCell, str | None]]) -> bool:
        known = sum(1 for _, role in roles if role in _HEADER_ROLES or role == "other")
        if known < len(roles) - 1 or len(roles) < 2:
            return False
        return (
            {"level_1", "level_2"} <= names
            or {"level_1", "weight"} <= names
            or {"content", "value"} <= names
            or {"level_3", "value"} <= names
            or {"indicator", "value"} <= names
            or "nested" in names
            or (bool({"project", "agency"} & names) and bool({*_GOALS} & names) and known == len(roles) >= 3)
        )

    def _take_header(self, row: int, roles: list[tuple[FormCell, str | None]]) -> None:
        names = {role for _, role in roles}
        state = self.state
        state.nested = "nested" in names
        state.header_until = max(
            cell.row + cell.row_span - 1 for cell, role in roles if role in _HEADER_ROLES and cell.row_span <= 4
        )
        follows = bool(state.columns) and row > 0 and row - 1 <= state.header_until and self._was_header(row - 1)
        if not follows:
            state.columns = {}
        state.carried = {}
        state.sub_project, state.sub_cells = "", []
        state.pending_goals = []
        self._merge_header(roles)

    def _was_header(self, row: int) -> bool:
        cells = [cell for cell in self.form.row(row) if _clean(cell.text)]
        return bool(cells) and all(
            role_of(cell.text) in _HEADER_ROLES or role_of(cell.text) == "other" for cell in cells
        )

    def _merge_header(self, roles: list[tuple[FormCell, str | None]]) -> None:
        for cell, role in roles:
            if role in _HEADER_ROLES and role is not None:
                for column in range(cell.column, cell.column + cell.column_span):
                    self.state.columns.pop(column, None)
                self.state.columns[cell.column] = (cell.column_span, role)

    def _take_labels(self, roles: list[tuple[FormCell, str | None]]) -> bool:
        """项目名称 | X, 实施单位 | Y, amounts and dates; also the horizon that stands before them (终期绩效目标 | 项目名称 | X)."""
        state = self.state
        labels = [role for _, role in roles if role in ("project", "agency", "other", "amount")]
        in_table = bool(state.columns) and not state.nested
        first = next((role for _, role in roles), None)
        second = roles[1][1] if len(roles) > 1 else None
        are_amounts = first == "amount" and all(role is not None or is_bare_number(cell.text) for cell, role in roles)
        if not labels or (in_table and first not in ("project", "other") and not are_amounts):
            return False
        if in_table and first == "project" and len(roles) < 2:
            return False
        if in_table and any(role in ("project", "agency") for _, role in state.columns.values()):
            # A table with its own column of projects: its rows are no labels.
            return False
        if state.nested and not {"project", "amount"} & {first, second}:
            return False
        if are_amounts and self._has_role(roles[0][0], ("level_3", "content", "indicator")):
            # An indicator that is called as an amount is (财政预算资金 | 10528.7).
            return False
        if first in _GOALS:
            state.horizon = _horizon(roles[0][0].text, first or "")
        for position, (_, role) in enumerate(roles[:-1]):
            value, value_role = roles[position + 1]
            is_name = role == "project" or bool(DEPARTMENT.match(comparable(roles[position][0].text)))
            if value_role in ("project", "agency", "other") or (value_role == "amount" and not is_name):
                continue
            if role == "project":
                state.project = _named(_clean(value.text), role)
                state.columns, state.nested = {}, False
                state.name_1 = state.name_2 = ""
            elif role == "agency":
                state.agency = _named(_clean(value.text), role)
            elif role == "other":
                self._exchange(roles[position][0].text, value)
        return True

    def _exchange(self, label: str, value: FormCell) -> None:
        """项目名称 | 某局, 主管部门 | 某专项资金: filled in each in the place of the other, told by their shapes."""
        state, name = self.state, _clean(value.text)
        is_department = DEPARTMENT.match(comparable(label)) and state.project and is_organisation(state.project)
        if is_department and len(name) > 2 and not is_bare_number(name) and not is_organisation(comparable(name)):
            state.agency, state.project = state.project, name

    def _take_goals(self, roles: list[tuple[FormCell, str | None]]) -> bool:
        """年度目标 | text: a goal of its own; 总体目标 | 实施期总目标 | 年度目标: labels above the texts of the next row."""
        labels = [(cell, role) for cell, role in roles if role in _GOALS]
        texts = [cell for cell, role in roles if role is None or len(cell.text) > 30]
        if not labels or self.state.columns:
            return False
        if not texts:
            if len(labels) > 1 or roles[0][1] not in _GOALS or roles[0][0].row_span > 1 or roles[-1][1] == "actual":
                innermost = labels[1:] if len(labels) > 1 and labels[0][0].row_span > 1 else labels
                self.state.pending_goals = [
                    (cell.column, cell.column_span, _clean(cell.text), _horizon(cell.text, role or ""))
                    for cell, role in innermost
                ]
            return True
        label, role = labels[-1]
        for cell in texts:
            self._add_goal(cell, _clean(label.text), _horizon(label.text, role or ""))
        return True

    def _take_pending_goals(self, row: int, cells: list[FormCell]) -> None:
        for column, _, label, horizon in self.state.pending_goals:
            cell = self.covering.get((row, column))
            if cell is not None and cell.row == row and _clean(cell.text) and role_of(cell.text) not in _GOALS:
                self._add_goal(cell, label, horizon)
        self.state.pending_goals = []

    def _add_goal(self, cell: FormCell, label: str, horizon: str) -> None:
        text = _clean(cell.text)
        # A merged cell is printed again on the next page of its form: the same goal of the same project counts once.
        key = f"{self.state.project}|{label}|{comparable(text)}"
        if _DASHES.match(text) or cell.cell_id in self.state.goals_seen or key in self.state.goals_seen:
            return
        self.state.goals_seen.update((cell.cell_id, key))
        self._add([label], None, text, None, [cell.cell_id], cell.page_number, horizon)

    def _add(
        self,
        path: list[str],
        text: str | None,
        target: str | None,
        number_text: str | None,
        cells: list[str],
        page_number: int,
        horizon: str | None = None,
    ) -> None:
        state = self.state
        self.indicators.append(
            _Indicator(
                page_number,
                state.agency,
                state.project,
                horizon or state.horizon,
                path,
                text,
                target,
                number_text,
                cells,
            )
        )

    def _read_nested(self, cells: list[FormCell]) -> None:
        """A row of the 2017 layout: names of levels where they are printed, then sub-project, content and target."""
        state = self.state
        rest: list[FormCell] = []
        has_dash = False
        for cell in cells:
            role = role_of(cell.text) if not rest else None
            if role in _GOALS and len(cell.text) <= _LONG:
                state.horizon = _horizon(cell.text, role or "")
            elif role == "name_1":
                state.name_1, state.name_2, state.sub_project = _clean(cell.text), "", ""
            elif role == "name_2":
                state.name_2, state.sub_project = _clean(cell.text), ""
            elif _DASHES.match(_clean(cell.text)):
                has_dash = True
            else:
                rest.append(cell)
        if not rest:
            return
        texts = [_clean(cell.text) for cell in rest]
        ids = [cell.cell_id for cell in rest]
        levels = [state.name_1, state.name_2]
        previous = self.indicators[-1] if self.indicators else None
        if len(rest) == 1:
            above = (previous.target or "") if previous is not None else ""
            is_cut = bool(above) and not has_dash and not _TERMINAL.search(above) and target_value(above) is None
            if previous is not None and is_cut and not any(role_of(cell.text) for cell in cells):
                # A page break cut the target in mid-sentence; its second half stands alone on the next page.
                previous.target = above + texts[0]
                previous.number_text = None
                previous.cells += ids
            else:
                self._add([*levels, state.sub_project, texts[0]], texts[0], None, None, ids, rest[0].page_number)
            return
        if len(rest) >= 3:
            state.sub_project = texts[0]
            texts, ids = [texts[1], "".join(texts[2:])], ids[0:1] + ids[1:]
        self._add([*levels, state.sub_project, texts[0]], texts[0], texts[1], texts[1], ids, rest[0].page_number)

    def _at(self, row: int, role: str) -> FormCell | None:
        """The cell of a row in the column with a role; the last such column where several have it."""
        for column in sorted(self.state.columns, reverse=True):
            if self.state.columns[column][1] == role:
                found = self.covering.get((row, column))
                if found is not None:
                    return found
        return None

    def _text(self, row: int, role: str) -> tuple[str, list[str]]:
        cell = self._at(row, role)
        if cell is None or _DASHES.match(_clean(cell.text)):
            return "", []
        return _clean(cell.text), [cell.cell_id]

    def _level(self, row: int, role: str) -> str:
        """Name of a level: of the cell that covers the row; where it is blank, of the part of a cut cell that carries the name."""
        cell = self._at(row, role)
        if cell is None:
            return ""
        text = _clean(cell.text) or self._other_half(cell)
        if text and not _DASHES.match(text):
            if self.state.carried.get(role) != text:
                self.state.carried[role] = text
            return text
        return self.state.carried.get(role, "")

    def _other_half(self, cell: FormCell) -> str:
        """Text of the second half of a merged cell that a page break cut, where the first half was left blank; '' otherwise."""
        if cell.box is None:
            return ""
        above = self.covering.get((cell.row - 1, cell.column))
        starts_here = above is not None and above is not cell and above.page_number == cell.page_number
        below = cell.row + cell.row_span
        if not starts_here or self.page_of_row.get(below, cell.page_number) == cell.page_number:
            return ""
        while below < self.form.row_count and self._was_header(below):
            below += 1
        following = self.covering.get((below, cell.column))
        return _clean(following.text) if following is not None else ""

    def _joins_cut_goal(self, row: int, goal: FormCell) -> bool:
        """Whether a goal at the top of a page ends the one cut off above it: exactly one of the two rows names the project."""
        last = row - 1
        while last >= 0 and self._was_header(last):
            last -= 1
        page = self.page_of_row.get(row)
        upper = self.covering.get((last, goal.column))
        project = self._at(row, "project")
        if upper is None or project is None or goal.row != row or self.page_of_row.get(last) == page:
            return False
        project_above = self.covering.get((last, project.column))
        if project_above is None or bool(_clean(project_above.text)) == bool(_clean(project.text)):
            return False
        whole = next((found for found in reversed(self.indicators) if upper.cell_id in found.cells), None)
        if whole is None or not whole.target:
            return False
        whole.target += _clean(goal.text)
        whole.cells.append(goal.cell_id)
        self.state.goals_seen.add(goal.cell_id)
        return True

    def _read_columns(self, row: int, cells: list[FormCell]) -> None:
        state = self.state
        present = {role for _, role in state.columns.values()}
        page = self.page_of_row.get(row, self.form.first_page)
        if self._continues_cut_row(row, page, present):
            return
        for role in ("agency", "project"):
            cell = self._at(row, role)
            text = (_clean(cell.text) or self._other_half(cell)) if cell is not None else ""
            if (
                text
                and not _DASHES.match(text)
                and cell is not None
                and (cell.row == row or not getattr(state, role))
                and not is_bare_number(text)
                and not TOTAL.fullmatch(comparable(text))
            ):
                if role == "project" and self._ends_cut_name(row, page, text):
                    continue
                if role == "project" and self._is_of_body(row, cell):
                    state.agency, text = _named(text, "agency"), ""
                self._take_name(role, text or None)
        for role in _GOALS:
            cell = self._at(row, role)
            if (
                cell is not None
                and _clean(cell.text)
                and role_of(cell.text) is None
                and not self._joins_cut_goal(row, cell)
            ):
                self._add_goal(cell, self._header_text(role), "terminal" if role == "goal_terminal" else "annual")
        if not {"value", "level_1", "level_3", "content"} & present:
            self._read_list(row)
            return
        self._read_indicator(row, page)

    def _ends_cut_name(self, row: int, page: int, text: str) -> bool:
        """Whether a name at the top of a page ends the one that was cut off above it: the row has amounts for columns, and none of them printed."""
        last = row - 1
        while last >= 0 and self._was_header(last):
            last -= 1
        amounts = [
            self.covering.get((row, column)) for column, (_, role) in self.state.columns.items() if role == "amount"
        ]
        cut = self.state.project
        is_cut = bool(amounts) and not any(cell is not None and _clean(cell.text) for cell in amounts)
        if cut is None or last < 0 or self.page_of_row.get(last) == page or not is_cut:
            return False
        self.state.project = cut + text
        for indicator in self.indicators:
            indicator.project = self.state.project if indicator.project == cut else indicator.project
        for place, owner in self.owners.items():
            if owner.project == cut:
                self.owners[place] = replace(owner, project=self.state.project)
        return True

    def _has_role(self, cell: FormCell, wanted: tuple[str, ...]) -> bool:
        """Whether a cell stands in a column of the table whose header has one of the roles."""
        return any(
            first <= cell.column < first + span and role in wanted for first, (span, role) in self.state.columns.items()
        )

    def _take_name(self, role: str, text: str | None) -> None:
        name = _named(text, role) if text else None
        if getattr(self.state, role) != name:
            self.state.carried = {}
        setattr(self.state, role, name)

    def _header_text(self, role: str) -> str:
        return "绩效目标" if role == "goal_annual" else "实施期目标"

    def _read_indicator(self, row: int, page: int) -> None:
        first, second = self._level(row, "level_1"), self._level(row, "level_2")
        activity, activity_ids = self._text(row, "activity")
        combined, combined_ids = self._text(row, "indicator") if self._at(row, "level_1") is None else ("", [])
        third, third_ids = self._text(row, "level_3")
        content, content_ids = self._text(row, "content")
        value, value_ids = self._text(row, "value")
        if value and role_of(value) == "value":
            return
        split = _NESTED_LEVELS.match(combined)
        if split:
            first, second, third = split.group(1), split.group(2) or "", split.group(3)
        elif combined:
            content = content or combined
        anchor = next(
            (
                cell
                for role in ("level_3", "content", "value", "indicator")
                if (cell := self._at(row, role)) is not None
            ),
            None,
        )
        if anchor is None or anchor.row != row or not (third or content or value):
            return
        comparator, comparator_ids = self._text(row, "comparator")
        unit, unit_ids = self._text(row, "unit")
        sign = "" if _QUALITATIVE.search(comparator) else comparator
        target = f"{sign}{value}{unit}" if value else ""
        path = [activity, first, second, third, content if content != third else ""]
        ids = [*combined_ids, *third_ids, *content_ids, *comparator_ids, *value_ids, *unit_ids]
        self._add(
            path,
            content or third or None,
            target or None,
            f"{sign}{value}{unit}" if value else None,
            ids or activity_ids,
            page,
        )

    def _read_list(self, row: int) -> None:
        """Indicators printed as one text: 1、1-产出指标；11-数量指标；…；实施周期指标值:…；年度指标值:…。"""
        cell = self._at(row, "indicator")
        if cell is None or cell.row != row:
            return
        text = _clean(cell.text)
        if not text or role_of(text):
            return
        found = list(_LISTED.finditer(text))
        if not found:
            self._add(["绩效指标"], None, text, None, [cell.cell_id], cell.page_number)
        for match in found:
            path = [match["first"], match["second"], match["content"]]
            for horizon in ("terminal", "annual"):
                target = match[horizon]
                if target:
                    self._add(path, match["content"], target, target, [cell.cell_id], cell.page_number, horizon)

    def _continues_cut_row(self, row: int, page: int, present: set[str]) -> bool:
        """Whether the row is the second half of one that a page break cut: first on its page, its amount or target blank."""
        if (
            not self.indicators
            or self.page_of_row.get(row - 1, page) == page
            or self.indicators[-1].page_number == page
        ):
            return False
        previous = self.indicators[-1]
        goal = next((cell for role in _GOALS if (cell := self._at(row, role)) is not None and cell.row == row), None)
        amounts = [
            self.covering.get((row, column)) for column, (_, role) in self.state.columns.items() if role == "amount"
        ]
        if (
            goal is None
            or not amounts
            or any(cell is not None and _clean(cell.text) for cell in amounts)
            or "value" in present
        ):
            return False
        if (
            not _clean(goal.text)
            or _TERMINAL.search(previous.target or "")
            or previous.path[-1:] != [self._header_text("goal_annual")]
        ):
            return False
        previous.target = (previous.target or "") + _clean(goal.text)
        previous.cells.append(goal.cell_id)
        for role in ("project", "agency"):
            cell = self._at(row, role)
            if cell is not None and cell.row == row and _clean(cell.text):
                whole = (getattr(previous, role) or "") + _clean(cell.text)
                setattr(previous, role, whole)
                setattr(self.state, role, whole)
        return True


def _named(text: str, role: str) -> str:
    """A body or a project without the code that is printed before its name (126001_某局, 11000022T000000390843-信息系统运维)."""
    code = _CODE_OF_PROJECT if role == "project" else _CODE_OF_BODY
    return code.sub("", text) or text


def _horizon(text: str, role: str) -> str:
    return "terminal" if role == "goal_terminal" or re.search("终期|实施期|中长期|长期", text) else "annual"


def _project_of_title(title: str | None) -> str | None:
    """The project that a form's title names (女子看守所保障经费项目绩效目标表), None where the title is a general one."""
    if not title:
        return None
    name = re.sub(r"^(?:预算|附|公开)?表?[\d\-]+表?[:：]?", "", _TITLE.sub("", comparable(title)))
    return (
        None
        if not name or "整体" in name or _GENERIC_TITLE.match(name) or len(name) < 3 or name == comparable(title)
        else name
    )


def unread_numbers(form: Form, taken: set[str]) -> Iterator[FormCell]:
    """Numeric cells below the header that no indicator took up: amounts of projects, weights, scores."""
    return (
        cell
        for cell in form.cells
        if cell.cell_id not in taken and cell.row not in form.header_rows and is_bare_number(cell.text)
    )
