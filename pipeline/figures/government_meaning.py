"""What a line under a column of a government's table means: scheme, code, name, quantity, fund, and who receives.

Belongs here: the kinds of tables (balance, transfers, debt, insurances, projects of bonds), one function each. Does not belong here: years,
phases and scopes of columns (`government_columns`), how lines hang together (`tiers`), amounts (`government`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pipeline.editions.classification import code_by_name
from pipeline.figures.government_columns import Column, Table, is_total_header
from pipeline.figures.tiers import Node
from pipeline.forms import catalogue, consulted
from pipeline.forms.government import Words, bare_words, is_district, words_of
from pipeline.forms.text import bare_name, comparable, is_number

FOLDER = Path(catalogue.__file__).parent
_NUMBERED_YEAR = re.compile(
    r"^(?:[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]|\d{1,2}[.、]|附[:：])(?=20\d\d年)"
)
_BELOW = re.compile(r"对下|对(?:各)?(?:区|县|市县)|[市省区]对(?:各|区|县)|补助(?:区县|下级)|分地区")
_ABOVE = re.compile(r"(?:中央|上级|省|市)[、和]?(?:省)?对[\u4e00-\u9fff]{1,6}[市区县]|上级(?:补助|转移)")
_BONDS_BY_TERM = re.compile("债券.{0,4}(?:年限|期限|到期|结构)")
_NEW = re.compile("新增")
_REFINANCING = re.compile("再融资|置换")
_INSURANCE_MEASURES = (
    (re.compile(r"(?:本年|当年|当期)收支(?:结余|差)|(?:本年|当年|当期)结余"), "current_balance"),
    (re.compile(r"(?:年末|累计|滚存|期末).{0,4}结余|结余$"), "closing_balance"),
    (re.compile(r"收入(?!.*支出)"), "revenue"),
    (re.compile(r"支出(?!.*收入)"), "total"),
)
_TOTALS = ("total", "current_total")
_OF_LINES = ("government_balance", "government_revenue", "government_expenditure")


@dataclass(slots=True)
class Line:
    """One line of one list: its name as printed, where it stands, and what its words and those above it say."""

    row: int
    name: str
    node: Node
    words: Words
    code: str | None = None
    scheme: str | None = None
    item: str | None = None
    path: tuple[str, ...] = ()
    side: str | None = None
    """Revenue or expenditure, where a sum says so."""
    fund: str | None = None
    """The fund of a line of a table of funds: its own, or that of the last line that names one."""


class Meaning(NamedTuple):
    """What an amount is, beside year, phase and scope. `district` receives a transfer."""

    scheme: str
    code: str | None
    name: str | None
    measure: str
    fund: str | None
    district: str | None = None


@consulted.kept
def _line_patterns() -> list[tuple[re.Pattern[str], str, str]]:
    rows = consulted.table(FOLDER / "government_line.csv")
    return [(re.compile(row["pattern"]), row["scheme"], row["item"]) for row in rows]


@consulted.question
def line_item(name: str) -> tuple[str, str] | None:
    """Scheme and item of a line that is no class (total, transfers, debt, balances), by government_line.csv; None for any other."""
    plain = name_of(name)
    return next(((scheme, item) for pattern, scheme, item in _line_patterns() if pattern.fullmatch(plain)), None)


@consulted.question
def debt_item(text: str) -> str | None:
    """What of debt a text names (limit, balance, issued, repaid, interest), by debt_item.csv."""
    plain = comparable(text)
    rows = consulted.table(FOLDER / "debt_item.csv")
    return next((row["item"] for row in rows if re.search(row["pattern"], plain)), None) or None


@consulted.question
def insurance_of(name: str) -> str | None:
    """Which social insurance a name is of, by insurance.csv."""
    plain = comparable(name)
    rows = consulted.table(FOLDER / "insurance.csv")
    return next((row["insurance"] for row in rows if re.search(row["pattern"], plain)), None)


def name_of(text: str) -> str:
    """A line's name without numbering and marks of notes."""
    return _NUMBERED_YEAR.sub("", bare_words(bare_name(text)))


class Meanings:
    """The meanings of one table's lines and columns; asked of each by `of`."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.place = table.place
        names = self._names()
        self.is_by_scope = _mostly(names, lambda words: words.scope is not None and words.side is None)
        self.is_by_fund = _by_fund(names)
        self.is_of_wholes = self.is_by_scope and table.form.key in _OF_LINES
        """Whether each line is the whole of a scope, of which no other line is a part: they are scopes of their own."""
        values = [column for column in table.columns if column.role == "value"]
        self._districts = sum(is_district(bare_words(column.line), self.place) for column in values if column.line)
        self._is_by_district = 2 * self._districts > len(values)
        self.direction = self._told_direction()

    def of(self, line: Line, column: Column, side: str | None) -> Meaning | str:
        """What the amount is; or a sentence on what is not understood."""
        name = name_of(line.name) or None
        kinds = {
            "government_debt": self._debt,
            "government_debt_project": self._project,
            "government_transfer": self._transfer,
        }
        key = self.table.form.key or ""
        if key in kinds:
            return kinds[key](line, column, name)
        if key == "government_social_insurance":
            return self._insurance(line, column, name, side)
        if key == "government_balance":
            return self._balance(line, column, name, side)
        if self.is_of_wholes:
            return self._whole(line, column, name, side)
        if column.line:
            return _more_than(column)
        usual = self.table.standard.measure or "total"
        measure = {"revenue": "revenue", "expenditure": usual}.get(side or "", usual)
        return Meaning(line.scheme or "functional", line.code or line.item, name, measure, column.fund)

    def _names(self) -> list[Words]:
        names = [column for column in self.table.columns if column.role == "name"]
        return [words_of(text, self.place) for column in names for text in self.table.body_texts(column.index)]

    def _told_direction(self) -> str | None:
        """Whether transfers come from above or go below: by the title, else by what lines and columns name."""
        title = self.table.title
        if _BELOW.search(title):
            return "to_below"
        if _ABOVE.search(title):
            return "from_above"
        if self.is_by_scope or self._districts:
            return "to_below"
        names = "".join(cell.text for cell in self.table.form.cells if cell.row not in self.table.header)
        revenue, expenditure = names.count("收入"), names.count("支出")
        return "from_above" if revenue > expenditure else "to_below" if expenditure > revenue else None

    # -- kinds of tables -------------------------------------------------------------------------------------------

    def _debt(self, line: Line, column: Column, name: str | None) -> Meaning | str:
        beside = self._texts_beside(line.row)
        words = [line.name, *beside, *reversed(line.path), *reversed(column.path), self.table.title]
        told = [item for text in (line.name, *reversed(line.path)) if (item := debt_item(text))]
        own = "opening_balance" if told[:1] == ["balance"] and "opening_balance" in told else next(iter(told), None)
        of_column = debt_item("".join(column.path))
        item = own if own and own != of_column and not of_column else of_column or own
        if item is None and (self.is_by_scope or line.item in _TOTALS):
            item = debt_item(self.table.title)
        if item is None:
            return f"“{line.name}” under “{column.header_path}” is no item of forms/catalogue/debt_item.csv"
        fund = next((found for text in words if (found := words_of(text, self.place).fund)), None) or "all"
        if item == "balance" and _BONDS_BY_TERM.search(self.table.title):
            # Bonds are not all that is owed, and are divided here in a way of their own.
            item = "bond_balance"
        return Meaning("debt", item, name, "total", fund)

    def _project(self, line: Line, column: Column, name: str | None) -> Meaning | str:
        """A project, a bond or a field that bonds pay: a list beside the table of debt, of which it shows the parts in another way."""
        item = debt_item("".join(column.path)) or (None if column.line else debt_item(self.table.title))
        if item is None:
            return _more_than(column)
        texts = [*reversed(column.path), line.name, *self._texts_beside(line.row), *reversed(line.path)]
        fund = next((found for text in texts if (found := words_of(text, self.place).fund)), None)
        code = "total" if line.item in _TOTALS else None
        measure = _issued_of_title(self.table.title) or item if item == "issued" else item
        return Meaning("project", code, name, measure, fund or self.table.fund_of_title or "all")

    def _texts_beside(self, row: int) -> list[str]:
        """Words in columns that hold neither name nor amount: the kind of a bond, its purpose."""
        columns = [column.index for column in self.table.columns if column.role == "text"]
        cells = [cell for index in columns if (cell := self.table.spanning.get((row, index))) is not None]
        return [cell.text for cell in cells if cell.text.strip() and not is_number(cell.text)]

    def _insurance(self, line: Line, column: Column, name: str | None, side: str | None) -> Meaning | str:
        above = tuple(reversed(line.path))
        kind = next((found for text in (line.name, *above) if (found := insurance_of(text))), None)
        texts = [line.name, *above, *reversed(column.path), column.line, self.table.title]
        measure = _insurance_measure(texts) or side or (self._common_measure() if line.item else None)
        if measure is None:
            return f"“{line.name}” is neither revenue, expenditure nor balance of an insurance"
        code = line.item or (kind if insurance_of(line.name) is not None else None)
        return Meaning("social_insurance", code, name, measure, "social_insurance")

    def _common_measure(self) -> str | None:
        """The one quantity that the lines of insurances name, which is then that of their total."""
        names = [cell.text for cell in self.table.form.cells if insurance_of(cell.text) is not None]
        found = {measure for name in names if (measure := _insurance_measure([name])) is not None}
        return found.pop() if len(found) == 1 else None

    def _transfer(self, line: Line, column: Column, name: str | None) -> Meaning | str:
        if self.direction is None:
            return "whether these transfers come from above or go below is open"
        of_column = bare_words(column.line)
        # In a table of districts what stands among them receives too: 待分配, 市本级.
        is_receiver = bool(of_column) and (self._is_by_district or is_district(of_column, self.place))
        district = of_column if is_receiver else None
        programme = name
        if self.is_by_scope:
            district = name if line.words.scope in ("district", "zone") else None
            programme = _programme(column.path)
        elif of_column and district is None:
            return f"“{column.header_path}” is neither a total nor a district"
        code = "total" if line.item in _TOTALS and not district else None
        return Meaning("transfer", code, programme, self.direction, column.fund or "general_public_budget", district)

    def _balance(self, line: Line, column: Column, name: str | None, side: str | None) -> Meaning | str:
        if self.is_by_scope or self.is_by_fund:
            return self._whole(line, column, name, column.words.side)
        if column.line:
            return _more_than(column)
        above = (found for text in reversed(line.path) if (found := words_of(text, self.place).side))
        own_side = side or line.words.side or next(above, None) or line.side
        if own_side is None:
            return f"whether “{line.name}” is revenue or expenditure is open"
        return Meaning("balance", line.item, name, "revenue" if own_side == "revenue" else "total", column.fund)

    def _whole(self, line: Line, column: Column, name: str | None, own: str | None) -> Meaning | str:
        """The whole revenue, expenditure (`own` says which) or balance of a scope or a fund, one line each."""
        item = (line_item(column.line) or ("", ""))[1] if column.line else ""
        if own is None and not item:
            return f"“{column.header_path}” is neither revenue, expenditure nor a balance"
        fund = line.fund or column.fund or ("all" if line.item in _TOTALS or item == "resources" else None)
        scheme = "balance" if item else "government_revenue" if own == "revenue" else "functional"
        measure = "revenue" if own == "revenue" or item == "resources" else "total"
        if column.line and not item:
            # A part of the whole beside it: 税收收入. What is no class and no balance would count as one more total.
            part = self._class_of(column, scheme)
            return Meaning(scheme, *part, measure, fund) if part else _more_than(column)
        return Meaning(scheme, item or "total", column.line or name, measure, fund)

    def _class_of(self, column: Column, scheme: str) -> tuple[str, str] | None:
        """Code and name of the class that the deepest text of a header names, where it names one alone."""
        for text in reversed(column.path):
            name = bare_words(text)
            codes = {found.code for found in code_by_name(name, scheme=scheme, year=column.year)}
            if len(codes) == 1:
                return codes.pop(), name
        return None


def _issued_of_title(title: str) -> str | None:
    """Of what kind are the bonds that a list without a word of its own says are issued: new ones, or such as refinance others."""
    item = debt_item(title)
    both = _NEW.search(title) and _REFINANCING.search(title)
    return item if item in ("issued_new", "issued_refinancing") and not both else None


def _more_than(column: Column) -> str:
    return f"“{column.header_path}” says more than year, phase, scope and fund"


def _mostly(names: Sequence[Words], holds: Callable[[Words], bool]) -> bool:
    """Whether most lines are named so: by scopes or districts (济南市, 市级, 历下区)."""
    return bool(names) and 2 * sum(holds(words) for words in names) > len(names)


def _by_fund(names: Sequence[Words]) -> bool:
    """Whether each line is the whole of a fund, of a part of the government (其中：开发区) or of all: 一般公共预算, 政府性基金预算 …"""
    funds = sum(words.fund is not None and words.side is None for words in names)
    others = sum(words.fund is None and not (words.scope or is_total_header(words.rest)) for words in names)
    return funds >= 2 and (not others or 2 * funds > len(names))


def _programme(path: Sequence[str]) -> str | None:
    """The deepest header text that is no word for a total."""
    texts = [bare_words(text) for text in path]
    return next((text for text in reversed(texts) if not is_total_header(text)), None)


def _insurance_measure(texts: Sequence[str]) -> str | None:
    """Which quantity of an insurance a text is of; the nearest text that says one decides."""
    for text in texts:
        plain = comparable(text)
        for pattern, measure in _INSURANCE_MEASURES:
            if pattern.search(plain):
                return measure
    return None
