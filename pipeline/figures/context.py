"""Context: year, phase, scope and fund of an amount, each with the level of the text that said it.

Belongs here: which level speaks for an amount: its clause, else its sentence, else the sentences before it, else the headings above
it, else the title; and whether that is certain. Does not belong here: the words (`vocabulary`), what headings say (`section`), and
what the amount is of (`subject`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pipeline.figures.clause import split_clauses, without_brackets
from pipeline.figures.section import Said, Section
from pipeline.figures.sentence import QUANTITY, SentenceAmount
from pipeline.figures.vocabulary import Mention, Vocabulary

_LISTED = re.compile(r"[^，,、：:;；。()]+$")
_BARE = re.compile(r"^[(;；，,]*(?:其中[:：，]?)?(?:当年|全年)?(?:支出|收入|结余)$")
_SUM_OF_A_LIST = re.compile(r"等[^，。；、]{0,8}$")
"""债券转贷收入、调入资金等转移性收入: of all that is listed, not of its last kind."""
_SAME_PERIOD = re.compile(r"同期")


@dataclass(frozen=True, slots=True)
class Context:
    """What an amount is of, but for its subject. `scope` is None for departments and where nothing says it."""

    year: Said | None
    phase: Said | None
    scope: Said | None
    fund: Said | None
    debt_item: str | None
    is_certain: bool

    def evidence(self, subject: Said | None) -> str:
        """Structured text: for each aspect the level that said it and its words."""
        parts = {"year": self.year, "phase": self.phase, "scope": self.scope, "fund": self.fund, "subject": subject}
        return "; ".join(
            f"{name}={said.level}:{_plain(said.words)}" if said else f"{name}=none" for name, said in parts.items()
        )


def _plain(words: str) -> str:
    return re.sub(r"[;=]", " ", words)[-40:]


@dataclass(slots=True)
class _Texts:
    """The pieces of text that may speak for an amount."""

    clause: str
    before: list[str]
    """Clauses of its sentence before its own, nearest first; those in closed brackets and those that give reasons left out."""
    is_inclusion: bool
    in_bracket: bool
    is_summary: bool


class Resolver:
    """Resolves amounts of one paragraph in order; remembers what the sentences before said."""

    def __init__(self, words: Vocabulary, section: Section, earlier: Earlier, is_government: bool) -> None:
        self.words = words
        self.section = section
        self.earlier = earlier
        self.is_government = is_government
        self.last: Context | None = None

    def context_of(self, tight: str, amount: SentenceAmount) -> Context:
        """Context of the next amount of the paragraph."""
        texts = self._texts(tight, amount)
        debt_item = self._debt_item(texts)
        year = self._year(texts, amount)
        phase = None if debt_item == "limit" else self._phase(texts, amount, year)
        scope = self._scope(texts) if self.is_government else None
        fund = self._fund(texts, debt_item)
        if fund is not None and self._is_line_of_section(fund):
            fund = self.section.fund
        found = (year, phase, scope, fund)
        is_certain = all(said is None or said.is_certain for said in found)
        is_certain = is_certain and year is not None and (phase is not None or debt_item == "limit")
        if self.is_government and (scope is None or scope.value == "unknown"):
            scope, is_certain = None, False
        if texts.is_summary and any(said and said.level == "heading" for said in (scope, fund)):
            is_certain = False
        if amount.unit == "元" and self.words.says("standard", texts.clause):
            is_certain = False
        if fund is not None and fund.value == "several":
            fund, is_certain = None, False
        context = Context(year, phase, scope, fund, debt_item, is_certain)
        if not texts.in_bracket and not self.words.says("reason", tight[amount.sentence_start : amount.start]):
            self.last = context
            self.earlier.note(context)
        return context

    def _texts(self, tight: str, amount: SentenceAmount) -> _Texts:
        start = _start_of_list(tight, amount)
        head = tight[amount.sentence_start : start]
        depth = 0
        for character in head:
            depth += (character == "(") - (character == ")") * (depth > 0)
        clauses = split_clauses(without_brackets(head).replace("(", "，"))
        return _Texts(
            clause=without_brackets(tight[start : amount.start]),
            before=[part.rstrip("、") for part in reversed(clauses) if not self.words.says("cause", part)],
            is_inclusion=self.words.says("inclusion", tight[amount.sentence_start : amount.start]),
            in_bracket=depth > 0,
            is_summary=self.words.says("summary", tight[:12]),
        )

    def _debt_item(self, texts: _Texts) -> str | None:
        nearby = texts.clause + "".join(texts.before[:1])
        if not self.words.says("debt", nearby) or _SUM_OF_A_LIST.search(texts.clause):
            return None
        return self.words.value("debt_item", texts.clause)

    def _year(self, texts: _Texts, amount: SentenceAmount) -> Said | None:
        base = int(self.section.year.value) if self.section.year else None
        clause = self.words.years(texts.clause, base)
        odd = next((one for one in clause if not one.value.isdigit()), None)
        usable = [one for one in clause if one.value.isdigit() and (not one.name or _is_an_amount(amount))]
        if usable:
            plain = {one.value for one in clause if one.value.isdigit()}
            said = _said(usable[-1], "clause")
            return replace(said, is_certain=len(plain) == 1 and odd is None)
        for part in texts.before:
            found = self.words.years(part, base)
            plain_years = [one for one in found if one.value.isdigit() and not one.name]
            if odd is None:
                odd = next((one for one in found if not one.value.isdigit()), None)
            if plain_years:
                return replace(_said(plain_years[-1], "sentence"), is_certain=odd is None)
        year = self.section.year
        if self.last and self.last.year and texts.is_inclusion:
            year = replace(self.last.year, level="before")
        elif self._is_contradicted("year", year):
            year = replace(year, is_certain=False) if year else None
        if odd is not None and year is not None:
            year = replace(year, is_certain=False)
        return year

    def _is_contradicted(self, aspect: str, said: Said | None) -> bool:
        """Whether the sentence before said otherwise in its own words."""
        before: Said | None = getattr(self.last, aspect) if self.last else None
        return (
            before is not None
            and said is not None
            and before.level in ("clause", "sentence")
            and before.value != said.value
        )

    def _phase(self, texts: _Texts, amount: SentenceAmount, year: Said | None) -> Said | None:
        clause = self.words.phases(texts.clause, "clause")
        said = self._phase_of_mentions(clause, "clause")
        if said is None and _BARE.match(texts.clause) and self.section.phase is not None:
            said = self._phase_of_bare_words(texts)
        if said is None and not self._is_of_a_year_of_its_own(year):
            said = self._phase_before(texts, amount)
        half = next(
            (
                one
                for part in (texts.clause, *texts.before)
                for one in self.words.phases(part, "clause")
                if one.value == "half_year"
            ),
            None,
        )
        if half is not None and (said is None or said.value == "executed"):
            return _said(half, "clause" if half in clause else "sentence")
        if said is not None:
            return self._fitted(said, texts, year)
        return self._phase_of_section(texts, year)

    def _is_of_a_year_of_its_own(self, year: Said | None) -> bool:
        """Whether the clause names another year than the section's: what was said before it in the sentence is of another year."""
        section = self.section.year
        return year is not None and year.level == "clause" and section is not None and section.value != year.value

    def _phase_before(self, texts: _Texts, amount: SentenceAmount) -> Said | None:
        """The phase that the nearest clause before in the sentence names."""
        for part in texts.before:
            if self.words.says("base", part):
                continue
            said = self._phase_of_mentions(self.words.phases(part, "clause"), "sentence")
            if said is not None:
                # 预计 is said of one amount; whether of the next one too is not certain.
                is_certain = said.value != "forecast" or amount.measure != "stated"
                return replace(said, is_certain=is_certain)
        return None

    @staticmethod
    def _phase_of_mentions(mentions: list[Mention], level: str) -> Said | None:
        return _said(mentions[-1], level) if mentions else None

    def _phase_of_bare_words(self, texts: _Texts) -> Said | None:
        """A bare 支出 after a clause of the budget: the section's own phase, if it is one of execution, and not for certain."""
        nearest = next((found[-1] for part in texts.before if (found := self.words.phases(part, "clause"))), None)
        phase = self.section.phase
        if nearest is None or phase is None or nearest.value != "approved" or phase.value == "approved":
            return None
        return replace(phase, is_certain=False)

    def _fitted(self, said: Said, texts: _Texts, year: Said | None) -> Said:
        """The phase that words name, in the light of the section: 完成 in a section of half a year is of half a year."""
        section, section_year = self.section.phase, self.section.year
        if section is None:
            return said
        same_year = year is None or section_year is None or year.value == section_year.value
        if section.value == "half_year" and said.value == "executed":
            if same_year or any(_SAME_PERIOD.search(part) for part in (texts.clause, *texts.before[:1])):
                return replace(said, value="half_year")
            return said
        if section.value == "approved" and said.value in ("forecast", "executed") and same_year:
            # What a draft expects to be reached is its budget; what it calls executed is doubtful.
            return replace(said, value="approved", is_certain=said.value == "forecast")
        return said

    def _phase_of_section(self, texts: _Texts, year: Said | None) -> Said | None:
        phase, section_year = self.section.phase, self.section.year
        if self.last and self.last.phase and texts.is_inclusion and self._is_same_year(year):
            return replace(self.last.phase, level="before")
        if phase is None or year is None or section_year is None or year.value == section_year.value:
            if self._is_contradicted("phase", phase) and phase is not None:
                return replace(phase, is_certain=False)
            return phase
        named = self.section.phase_of_year(int(year.value))
        if named is not None and len(self.section.pairs) > 1:
            if phase.value == "half_year" and _SAME_PERIOD.search(texts.clause):
                return phase
            return Said(named, "title", year.words)
        if int(year.value) < int(section_year.value):
            if phase.value == "half_year" and _SAME_PERIOD.search("".join((texts.clause, *texts.before[:1]))):
                return phase
            return Said("executed", phase.level, year.words, is_certain=phase.value != "approved")
        return Said("approved", phase.level, year.words, is_certain=False)

    def _is_same_year(self, year: Said | None) -> bool:
        last = self.last.year if self.last else None
        return year is None or last is None or last.value == year.value

    def _scope(self, texts: _Texts) -> Said | None:
        mentions = self.words.scopes(texts.clause, is_clause=True)
        if mentions:
            return _said(mentions[-1], "clause")
        for part in texts.before:
            found = self.words.scopes(part, is_clause=True)
            if found:
                return _said(found[-1], "sentence")
        is_policy = self.words.says("action", texts.clause)
        if self.last and self.last.scope:
            said = replace(self.last.scope, level="before")
            is_certain = not (is_policy and self.last.scope.level != "heading") and not self._is_other_scope(said)
            return replace(said, is_certain=said.is_certain and is_certain)
        if self.section.scope is not None and self.section.scope.level == "heading":
            return self.section.scope
        if self.earlier.scope is not None:
            is_certain = self.earlier.is_one_scope and not is_policy
            return replace(self.earlier.scope, level="section", is_certain=is_certain)
        return self.section.scope

    def _is_other_scope(self, said: Said) -> bool:
        """Whether the headings name another scope than the sentence before; 市级 and 市本级 are often one."""
        heading = self.section.scope
        if heading is None or heading.level != "heading" or heading.value == said.value:
            return False
        return {heading.value, said.value} != {"tier", "head"}

    def _fund(self, texts: _Texts, debt_item: str | None) -> Said | None:
        mentions = self.words.funds(texts.clause, "any")
        if mentions:
            return _said(mentions[-1], "clause")
        is_debt = self.words.says("debt", texts.clause)
        said = [_said(found[-1], "sentence") for part in texts.before if (found := self.words.funds(part, "any"))]
        plain = next((one for one in said if "债" not in one.words), None)
        if plain is not None:
            return plain
        if said and debt_item not in ("limit", "balance"):
            # 一般债务 names the fund of its own amount; whether of those after it too is certain only where heading or sentence before agree.
            return replace(said[0], is_certain=self._is_fund_of_section(said[0].value))
        if self.section.fund is not None and self._is_heading_nearer():
            return self.section.fund
        before = self.last.fund if self.last else None
        if before is None or (is_debt and "债" in before.words) or self.words.says("action", texts.clause):
            return self.section.fund
        return replace(before, level="before")

    def _is_line_of_section(self, fund: Said) -> bool:
        """Whether a clause names a fund that the section takes for a line of its own, and so not for certain."""
        section = self.section.fund
        is_doubted = section is not None and section.level == "heading" and not section.is_certain
        return is_doubted and fund.level == "clause" and fund.value == "state_capital_operations"

    def _is_fund_of_section(self, fund: str) -> bool:
        """Whether the heading, or what was said of the fund before in words of no debt, names this fund."""
        before = self.last.fund if self.last and self.last.fund and "债" not in self.last.fund.words else None
        told = {said.value for said in (self.section.fund, before) if said is not None and said.is_certain}
        return told == {fund}

    def _is_heading_nearer(self) -> bool:
        """A heading names the fund of all its amounts; a sentence before them that names another leaves them in doubt."""
        return self.last is None or self.last.fund is None or self.last.fund.level not in ("clause", "sentence")


class Earlier:
    """What the paragraphs before said, under the same headings."""

    def __init__(self) -> None:
        self.headings: tuple[str, ...] = ()
        self.scope: Said | None = None
        self._scopes: set[tuple[str, str]] = set()
        self._left: dict[tuple[str, ...], tuple[Said | None, set[tuple[str, str]]]] = {}
        self._list: Said | None = None

    def enter(self, headings: tuple[str, ...]) -> None:
        """Forget what was said under other headings; what stands below a heading goes on with what stands above it, and what comes back
        from below a heading goes on where it left."""
        if headings == self.headings:
            return
        self._left[self.headings] = self.scope, self._scopes
        if headings[: len(self.headings)] != self.headings:
            self._list = None
            is_back = self.headings[: len(headings)] == headings
            self.scope, self._scopes = self._left.get(headings, (None, set())) if is_back else (None, set())
        else:
            self._scopes = set(self._scopes)
        self.headings = headings

    def note(self, context: Context) -> None:
        """Remember the scope that an amount's own sentence names."""
        if context.scope is not None and context.scope.level in ("clause", "sentence", "heading"):
            self.scope = context.scope
            self._scopes.add((context.scope.value, context.scope.name if context.scope.value == "zone" else ""))

    def leave(self, text: str, last: Context | None, is_numbered: bool) -> None:
        """A paragraph ends. One that ends in a colon says the scope of the numbered list that it opens: 市级支出主要项目为：."""
        if text.rstrip().endswith((":", "：")):
            self._list = last.scope if last is not None and last.scope is not None and last.scope.is_certain else None
        elif not is_numbered:
            self._list = None

    @property
    def is_one_scope(self) -> bool:
        is_said = self._list is not None and self.scope is not None and self._list.value == self.scope.value
        return len(self._scopes) == 1 or is_said


def _start_of_list(tight: str, amount: SentenceAmount) -> int:
    """Where the clause begins whose last listed name the amount follows: 一般公共预算、政府性基金预算支出共计…"""
    start = amount.clause_start
    while tight[start - 1 : start] == "、" and start - 1 > amount.sentence_start:
        name = _LISTED.search(tight, amount.sentence_start, start - 1)
        if name is None or QUANTITY.search(name.group()):
            break
        start = name.start()
    return start


def _is_an_amount(amount: SentenceAmount) -> bool:
    """Whether an amount is itself of the year that is compared with: 比2016年预算数44021.20万元, 与2016年预算数0万元持平."""
    return amount.measure == "stated" or (amount.measure == "unchanged" and amount.unit != "持平")


def _said(mention: Mention, level: str) -> Said:
    return Said(mention.value, level, mention.words, mention.name)
