"""The header of a form: which rows it takes, and what each column means.

Belongs here: header rows, header paths, column roles and attributes from the catalogue, groups of columns side by side.
Does not belong here: rows of data, and which column is an addend of which (`addends`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.forms import catalogue
from pipeline.forms.addends import divide_funds_by_source, find_parents, stem
from pipeline.forms.column_groups import number_groups
from pipeline.forms.form import Form
from pipeline.forms.text import comparable, counts_up, is_memo, is_number, is_percentage, join_lines, squeeze
from pipeline.readers.printed import Grid

NAME_ROLES = ("line_name", "project_name", "economic_name", "government_economic_name")
"""Where no header names a column of names, columns of words under unknown headers are taken for it."""
_ADDENDS = ("basic", "project", "personnel", "public_use")
"""Measures that add up to a total also where the header says 其中 (of which) before the first of them."""
_PARTS_OF_BALANCE = ("basic", "project", "carried_basic", "carried_project", "carried_operating")
_YEAR = re.compile(r"(20\d\d)年?")
_YEAR_TEXT = re.compile(r"20\d\d年?度?")
_YEAR_OR_CHANGE = re.compile(r"20\d\d年?度?|.*(?:增减|变化|比较).*")
_CODE_SHAPE = re.compile(r"^[\[【]?[2-5]\d{2}(?:(?:\d{2}){0,4}|(?:[.·]\d{2}){2})(?:[\]】]|[-—]|$)")
_PROCUREMENT_SHAPE = re.compile(r"^[A-C]\d{0,8}$")
"""Codes of what is procured: goods A, works B, services C, and the levels below them."""
_TOTAL_NAME = re.compile(r"^(?:合计|总计|.*(?:收入|支出)(?:合计|总计))$")
_NUMBERED = re.compile(r"^(?:[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]|\d+[、.])")
"""A numbered text is a line of data (一、一般公共服务支出), even where it happens to match a header."""
_PLACEHOLDER = re.compile(r"^(?:\*+|栏次|行次|类|款|项|—+|-+|甲|乙|丙)$")


@dataclass(slots=True)
class Column:
    """One column of a form: the header printed above it, its role, and the attributes its figures take on.

    `parent` is the column that this one is an addend of (index in the form); `group` tells apart groups of columns that
    stand side by side (收入 | 支出), each with key columns of its own.
    """

    index: int
    path: tuple[str, ...]
    role: str
    attributes: dict[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    year: int | None = None
    is_memo: bool = False
    group: int = 0
    parent: int | None = None
    has_own_header: bool = True
    """Whether a header text stands at the column itself, not only over it."""

    @property
    def header_path(self) -> str:
        return " / ".join(self.path)


PlainCell = tuple[int, int, int, int, str]


def plain_cells(grid: Grid, lead: int = 0) -> list[PlainCell]:
    """Cells of a grid without its first `lead` rows, as the count of header rows takes them."""
    return [
        (cell.row - lead, cell.column, cell.row_span, cell.column_span, join_lines(cell.text))
        for cell in grid.cells
        if cell.row >= lead
    ]


def count_header_rows(cells: list[PlainCell]) -> int:
    """How many rows at the top are header: (row, column, row span, column span, text) of every cell are given.

    A header ends before the first row with an amount, a code or a total; rows of column numbers (栏次, 1 2 3 …) and of 类 款 项
    belong to it; a merged header cell keeps all its rows.
    """
    rows: dict[int, list[PlainCell]] = {}
    for cell in cells:
        rows.setdefault(cell[0], []).append(cell)
    if not rows:
        return 0
    last = max(rows)
    count = 0
    reach = 1
    while count <= last:
        row = rows.get(count, [])
        if not _is_header_row(row, inside_span=count < reach):
            break
        header_like = [cell for cell in row if cell[4].strip()]
        reach = max([reach, *(cell[0] + cell[2] for cell in header_like if cell[2] <= 6)])
        count += 1
    return max(count, 1) if rows else 0


def _is_header_row(row: list[PlainCell], inside_span: bool) -> bool:
    texts = [comparable(cell[4]) for cell in row if cell[4].strip()]
    if not texts:
        return inside_span
    if texts[0] in ("栏次", "行次"):
        return True
    numbers = [text for text in texts if is_number(text)]
    others = [text for text in texts if not is_number(text)]
    if numbers:
        # A numbered name beside 1 is the first line with its number (行次), not a row of column numbers.
        return _is_column_numbers(numbers) and (
            all(_PLACEHOLDER.match(text) or (meaning(text) and not _NUMBERED.match(text)) for text in others)
            or _heads_column_numbers(others, numbers)
        )
    if any(_CODE_SHAPE.match(text) for text in texts):
        return False
    if all(_PLACEHOLDER.match(text) for text in texts):
        return True
    known = sum(1 for text in texts if meaning(text) is not None)
    if not inside_span and sum(1 for text in texts if _NUMBERED.match(text)) * 2 > len(texts):
        return False
    if _TOTAL_NAME.match(texts[0]) and not inside_span and len(texts) == 1:
        return False
    if inside_span:
        return known * 3 >= len(texts) or len(texts) >= 3
    return known * 2 >= len(texts) and known >= 1 and not _NUMBERED.match(texts[0])


def _is_column_numbers(numbers: list[str]) -> bool:
    """1 2 3 … in order: the row of column numbers (栏次)."""
    is_short = all(re.fullmatch(r"\d{1,2}", text) for text in numbers)
    return is_short and counts_up(numbers) and (len(numbers) >= 2 or [int(text) for text in numbers] == [1])


def _heads_column_numbers(others: list[str], numbers: list[str]) -> bool:
    """Whether one short word that is no total stands before 1 2 3 …: 栏次, however it was spelt or misread."""
    return (
        len(others) == 1 and len(others[0]) <= 2 and not _TOTAL_NAME.match(others[0])
        and len(numbers) >= 3 and numbers[0] == "1"
    )  # fmt: skip


def meaning(text: str) -> catalogue.HeaderMeaning | None:
    return catalogue.meaning_of_header(text)


def columns_of(form: Form, document_year: int | None) -> list[Column]:
    """Meaning of every column of a form, left to right."""
    paths = _header_paths(form)
    columns = [_column(index, path, document_year, form.method != "text") for index, path in enumerate(paths)]
    _refuse_unknown_parts(columns)
    _tell_balances(columns)
    _forget_common_memo(columns)
    starts = {cell.column for cell in form.cells if cell.row in set(form.header_rows) and cell.text.strip()}
    for column in columns:
        column.has_own_header = column.index in starts
    _settle_by_content(form, columns)
    _settle_reception(columns)
    number_groups(form, columns)
    _tell_classifications_apart(columns)
    find_parents(columns)
    divide_funds_by_source(columns)
    return columns


def _refuse_unknown_parts(columns: list[Column]) -> None:
    """A column under an unknown header text is unknown, unless the text stands over all values and tells none apart."""
    values = [column for column in columns if column.role == "value"]
    for column in values:
        if any(not all(text in other.path for other in values) for text in column.unknown):
            column.role = "unknown"


def _tell_balances(columns: list[Column]) -> None:
    """A fund under 上年结转 that another column names too is a balance of it, also where spans are not printed but implied."""
    under = [
        column
        for column in columns
        if any(("source", "carry_over") in found.attributes for text in column.path[:-1] if (found := meaning(text)))
    ]
    elsewhere = {column.attributes.get("source") for column in columns if column not in under}
    for column in under:
        if column.attributes.get("source") in elsewhere - {None}:
            column.attributes["source"] = "carry_over"


def _forget_common_memo(columns: list[Column]) -> None:
    """A memo without a column that it could restate (政府采购预算 in a form of procurement) is what the form is of."""
    values = [column for column in columns if column.role == "value"]
    measures = [column.attributes.get("measure") for column in values]
    if not values or not all(column.is_memo for column in values):
        return
    for column in values:
        if column.attributes.get("measure") == max(measures, key=measures.count):
            column.is_memo = False
            column.attributes["measure"] = "total"


_KEY_PART = {
    "line_name": "name", "code": "code", "category_code": "category_code", "section_code": "section_code",
    "economic_code": "code", "economic_name": "name", "government_economic_code": "code", "government_economic_name": "name",
}  # fmt: skip


def _tell_classifications_apart(columns: list[Column]) -> None:
    """Key columns of two classifications side by side: 类, 款 and 科目名称 are of the one that the header above them names."""
    for group in {column.group for column in columns}:
        kinds: dict[int, str] = {}
        for column in columns:
            if column.group == group and column.role in _KEY_PART:
                roles = [found.role for text in column.path if (found := meaning(text)) is not None]
                named = [role.rpartition("_")[0] for role in roles if role.partition("_")[2] and "economic" in role]
                kinds[column.index] = named[0] if named else "functional"
        if len(set(kinds.values())) < 2 or "government_economic" not in kinds.values():
            continue
        for column in columns:
            if kinds.get(column.index, "functional") != "functional":
                column.role = f"{kinds[column.index]}_{_KEY_PART[column.role]}"


def _header_paths(form: Form) -> list[tuple[str, ...]]:
    # Title, unit and agency above the header head no column.
    header = {row for row in form.header_rows if row >= form.lead_rows}
    tops: list[list[tuple[int, str]]] = [[] for _ in range(form.column_count)]
    implied = implied_spans(form, form.header_rows) if form.method == "text" else {}
    for cell in form.cells:
        if cell.row not in header or not cell.text.strip():
            continue
        span = cell.column_span if form.method != "text" else implied[cell.row, cell.column]
        for column in range(cell.column, min(cell.column + span, form.column_count)):
            tops[column].append((cell.row, cell.text))
    paths: list[tuple[str, ...]] = []
    for entries in tops:
        path: list[str] = []
        for _, text in sorted(entries, key=lambda entry: entry[0]):
            normal = squeeze(text)
            if is_number(normal) or (_PLACEHOLDER.match(normal) and normal not in ("类", "款", "项", "行次")):
                continue
            if not path or path[-1] != normal:
                path.append(normal)
        paths.append(tuple(path))
    return paths


def implied_spans(form: Form, rows: Sequence[int]) -> dict[tuple[int, int], int]:
    """Spans of header cells in formats that print none: over the blanks to the right, within the span of the header above; `rows` are those of the header."""
    spans: dict[tuple[int, int], int] = {}
    above = [0] * form.column_count
    header = set(rows)
    texts = {(cell.row, cell.column) for cell in form.cells if cell.row in header and cell.text.strip()}

    def has_header_below(row: int, column: int) -> bool:
        return any((below, column) in texts for below in rows if below > row)

    for row in rows:
        starts = sorted(cell.column for cell in form.cells if cell.row == row and cell.text.strip())
        owner = list(above)
        for position, start in enumerate(starts):
            end = starts[position + 1] if position + 1 < len(starts) else form.column_count
            while end > start + 1 and (above[end - 1] != above[start] or not has_header_below(row, end - 1)):
                end -= 1
            spans[row, start] = end - start
            owner[start:end] = [start + 1 + 1000 * row] * (end - start)
        above = owner
    return spans


def _column(index: int, path: tuple[str, ...], document_year: int | None, prints_spans: bool) -> Column:
    column = Column(index=index, path=path, role="unknown")
    roles: list[str] = []
    unknown: list[str] = []
    memo_depth: int | None = None
    for depth, text in enumerate(path):
        found = meaning(text)
        year = _YEAR.search(comparable(text))
        if year:
            column.year = int(year.group(1))
        if is_memo(text):
            memo_depth = depth
        if found is None:
            if _YEAR_TEXT.sub("", comparable(text)) and not _is_title_row(text, depth):
                unknown.append(text)
                roles.append("unknown")
            continue
        roles.append(found.role)
        for attribute, value in found.attributes:
            if attribute == "measure" and value == "total":
                column.attributes.setdefault("measure", value)
            elif attribute == "memo":
                column.is_memo = True
                column.attributes["measure"] = value
            elif attribute == "measure":
                column.attributes["measure"] = part_of_balance(column.attributes.get("measure"), value)
            elif attribute == "source" and column.attributes.get("source") == "carry_over" and prints_spans:
                # 上年结转 / 一般公共预算: what the year before left of a fund, and no appropriation of this year.
                continue
            else:
                column.attributes[attribute] = value
    if memo_depth is not None and column.attributes.get("measure") not in _ADDENDS and "item" not in column.attributes:
        column.is_memo = True
    column.unknown = tuple(unknown)
    meaningful = [role for role in roles if role != "group"]
    if meaningful:
        column.role = "percentage" if _is_percentage(path) else meaningful[-1]
        if "comparative" in meaningful and column.role in ("value", "comparative"):
            column.attributes["comparative"] = "yes"
            column.role = "value"
    elif roles:
        column.role = "group"
    elif column.year is not None:
        column.role = "value"
    if column.role == "comparative":
        column.role = "value"
    if column.role == "value" and document_year and column.year and column.year < document_year:
        column.attributes["comparative"] = "yes"
    return column


def _is_percentage(path: tuple[str, ...]) -> bool:
    """Whether a header says percent (增减% / 基本支出), and nothing under it says money (增减 / 金额)."""
    percent = False
    for text in path:
        found = meaning(text)
        if found is not None and found.role == "percentage":
            percent = True
        elif found is not None and re.search(r"[额数]$", catalogue.header_text(text)):
            percent = False
    return percent


def part_of_balance(outer: str | None, inner: str) -> str:
    """Measure of a column 基本支出 under 年初结转和结余, 本年收入 or 年末结转和结余: a part of that balance, and no expenditure."""
    if outer in ("opening_balance", "closing_balance", "current_revenue") and inner in _PARTS_OF_BALANCE:
        return f"{outer}_{inner.removeprefix('carried_')}"
    return inner


def _is_title_row(text: str, depth: int) -> bool:
    """A title printed inside the grid above the header is no header."""
    return depth == 0 and (catalogue.form_of_title(text) is not None and text.endswith("表"))


def _data_texts(form: Form) -> list[list[str]]:
    texts: list[list[str]] = [[] for _ in range(form.column_count)]
    for cell in form.data_cells:
        if cell.text.strip():
            texts[cell.column].append(squeeze(cell.text))
    return texts


def _settle_by_content(form: Form, columns: list[Column]) -> None:
    """Columns whose header says little take the role that their content shows; code columns are told by the shape of codes."""
    for column, texts in zip(columns, _data_texts(form), strict=True):
        numbers = sum(1 for text in texts if is_number(text))
        mostly_numbers = bool(texts) and numbers * 2 > len(texts)
        codes = sum(1 for text in texts if _CODE_SHAPE.match(text) or _PROCUREMENT_SHAPE.match(text))
        if (
            texts
            and all(_YEAR_OR_CHANGE.fullmatch(text) for text in texts)
            and any(_YEAR.match(text) for text in texts)
        ):
            column.role = "year"
        elif column.role in ("group", "unknown") and not texts:
            column.role = "empty"
        elif column.role == "unknown" and codes * 2 > len(texts) and re.search(r"编码|代码|编号", column.header_path):
            column.role = "code"
        elif column.role == "group":
            vague = bool(column.path) and column.path[-1].startswith(("其他", "其中"))
            column.role = ("unknown" if vague else "value") if mostly_numbers else "line_name"
        elif (
            column.role in ("line_name", "project_name", "economic_name", "government_economic_name") and mostly_numbers
        ):
            column.role = "code" if codes * 2 > len(texts) and not any("." in text for text in texts) else "value"
        elif column.role == "value" and texts and not numbers and not any(is_percentage(text) for text in texts):
            column.role = "value" if all(re.fullmatch(r"[-—–/－无]+", text) for text in texts) else "remark_or_value"
        elif not column.path and texts:
            column.role = "unknown" if mostly_numbers else "line_name"
    _settle_names(form, columns)
    for column in columns:
        if column.role == "remark_or_value":
            column.role = "value" if column.attributes else "remark"


def _settle_names(form: Form, columns: list[Column]) -> None:
    """Where no header names a column of names, columns of words under unknown headers hold them.

    In a list of what is procured, where codes only class the lines, one header must stand over them all: of several, no one
    can say which names the line and which says how it is procured. Then the lines are left without a name.
    """
    if any(column.role in NAME_ROLES for column in columns):
        return
    words = [
        column
        for column, texts in zip(columns, _data_texts(form), strict=True)
        if column.role == "unknown" and texts and not any(is_number(text) for text in texts)
    ]
    is_procurement = form.key is not None and catalogue.standard_form(form.key).scheme == "procurement"
    is_told = not is_procurement or len({column.path[:1] for column in words}) == 1
    for column in words:
        column.role = "line_name" if is_told else "unknown"
        if is_procurement:
            column.attributes["scheme"] = "procurement"


RECEPTION_PARTS = ("domestic_reception", "foreign_guest_reception", "reception_abroad")
"""What 公务接待费 is restated by; where a form prints 国内接待费 alone, that is its official reception."""


def _settle_reception(columns: list[Column]) -> None:
    items = {column.attributes.get("item") for column in columns}
    for column in columns:
        if column.attributes.get("item") in RECEPTION_PARTS and "official_reception" in items:
            column.is_memo = True
        elif column.attributes.get("item") == "domestic_reception":
            column.attributes["item"] = "official_reception"


_SOURCE_ORDER = (
    "fiscal_appropriation", "general_public_budget", "general_operating", "special_fiscal", "government_investment",
    "government_managed_funds", "state_capital_operations", "fiscal_special_account", "institution_revenue", "business_revenue",
)  # fmt: skip


def alternative_columns(form: Form, columns: list[Column]) -> list[tuple[str, list[Column]]]:
    """Other ways to tie the printed header to the columns of values, each with a name.

    Where headers were lost or moved (text conversions, fragments without rules) a source stands over a column beside its own. The
    texts that head columns, taken in the order of the tree of sources, are then laid over the columns in their printed order.
    """
    values = [column for column in columns if column.role in ("value", "unknown", "empty")]
    sourced = [column for column in values if column.attributes.get("source")]
    misplaced = [column for column in sourced if _is_misplaced(column)]
    if not misplaced:
        return []
    return [("sources in the order of their tree", reordered)] if (reordered := _in_tree_order(columns, values)) else []


def _is_misplaced(column: Column) -> bool:
    """Whether a source that is a part of the general public budget does not stand under it."""
    above = [meaning(text) for text in column.path[:-1]]
    is_part = column.attributes.get("source") in ("government_investment", "special_fiscal", "general_operating")
    return is_part and not any(
        found is not None and ("source", "general_public_budget") in found.attributes for found in above
    )


def _in_tree_order(columns: list[Column], values: list[Column]) -> list[Column] | None:
    """Columns with their headers moved so that the sources of the tree stand together in its order, all printed left to right."""
    headed = [column for column in values if column.path and column.has_own_header]
    in_tree = sorted(
        (column for column in headed if column.attributes.get("source") in _SOURCE_ORDER),
        key=lambda column: (_SOURCE_ORDER.index(column.attributes["source"]), column.index),
    )
    if not in_tree:
        return None
    start = min(headed.index(column) for column in in_tree)
    rest = [column for column in headed if column not in in_tree]
    order = [*rest[:start], *in_tree, *rest[start:]]
    places = [column.index for column in values]
    subtotal = next((column for column in in_tree if column.attributes["source"] == "general_public_budget"), None)
    moved = {place: _moved(column, place, subtotal) for place, column in zip(places, order, strict=False)}
    last_group = values[-1].group
    result = [
        moved.get(column.index) or (Column(column.index, (), "empty", group=last_group) if column in values else column)
        for column in columns
    ]
    for column in result:
        column.parent = None
    find_parents(result)
    return result


def _moved(column: Column, place: int, subtotal: Column | None) -> Column:
    path = column.path
    if _is_misplaced(column) and subtotal is not None:
        path = (*stem(subtotal), path[-1])
    elif (
        column.attributes.get("source")
        in ("government_managed_funds", "state_capital_operations", "fiscal_special_account")
        and subtotal is not None
    ):
        path = (*stem(subtotal)[:-1], path[-1])
    return replace(column, index=place, path=path, attributes=dict(column.attributes), role="value")
