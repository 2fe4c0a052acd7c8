"""Sections: the year, phase, scope and fund that the headings above a paragraph, and the title of the document, give to its amounts.

Belongs here: what headings and title say together, from the nearest heading upwards. Does not belong here: paragraphs and their
headings (`paragraph`), words (`vocabulary`), and what a sentence says for itself (`context`).

A report of a government has two or three pairs of year and phase (2022年预算执行情况和2023年预算草案). Its title names the pairs, its headings
choose among them: one that names a year alone takes the phase of the title's pair, and the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.figures.paragraph import Paragraph, lead_of, without_number
from pipeline.figures.sentence import QUANTITY, plain_widths
from pipeline.figures.vocabulary import Mention, Vocabulary
from pipeline.forms.identity import Identity

_LINE_OF_GENERAL_BUDGET = re.compile(r"国有资本经营(?:预算)?收入")
_FIRST_SENTENCE = re.compile(r"^([^。；，]{4,24})。")


@dataclass(frozen=True, slots=True)
class Said:
    """A value with the level that said it (clause, sentence, before, heading, section, title) and its words."""

    value: str
    level: str
    words: str
    name: str = ""
    is_certain: bool = True


@dataclass(frozen=True)
class Section:
    """What headings and title give to the amounts below them; None where neither says it."""

    year: Said | None
    phase: Said | None
    scope: Said | None
    fund: Said | None
    pairs: tuple[tuple[int, str], ...]

    def phase_of_year(self, year: int) -> str | None:
        """Phase of the one pair of the title that has the year."""
        phases = {phase for pair, phase in self.pairs if pair == year}
        return phases.pop() if len(phases) == 1 else None


class Outline:
    """The sections of one document."""

    def __init__(self, body: Identity, paragraphs: Sequence[Paragraph]) -> None:
        self.body = body
        self.is_government = body.department_level == "government"
        place = body.jurisdiction_name if self.is_government else None
        self.words = Vocabulary(_tier_of(place), place)
        if self.is_government:
            for paragraph in paragraphs:
                self.words.learn(without_number(paragraph.text))
        title = plain_widths(body.title or "") if self.is_government else ""
        own = ((body.fiscal_year, body.phase),) if body.fiscal_year else ()
        self.pairs = _pairs(title, self.words) or own
        self.title = title
        self._known: dict[tuple[str, ...], Section] = {}

    def section_of(self, paragraph: Paragraph) -> Section:
        """The section that a paragraph stands in: its own lead or run-in heading, and the headings above it."""
        above = tuple(map(without_number, reversed(paragraph.headings)))
        pieces = (*_own_headings(paragraph), *above)
        if pieces not in self._known:
            self._known[pieces] = self._section(pieces)
            if paragraph.rank is not None and (fund := self._fund_of_list(pieces, above)) is not None:
                self._known[pieces] = replace(self._known[pieces], fund=fund)
        return self._known[pieces]

    def _fund_of_list(self, pieces: tuple[str, ...], above: tuple[str, ...]) -> Said | None:
        """The general budget, not for certain, for an item that names its line of state capital among its revenue: (17)国有资本经营预算收入."""
        fund = self._section(above).fund
        is_general = fund is not None and fund.level == "heading" and fund.value == "general_public_budget"
        is_line = _LINE_OF_GENERAL_BUDGET.match(pieces[0]) is not None and "收入" in above[0] if above else False
        return replace(fund, is_certain=False) if fund is not None and is_general and is_line else None

    def _section(self, pieces: tuple[str, ...]) -> Section:
        years = [_only_year(self.words.years(piece, None), piece) for piece in pieces]
        phases = [_only_phase(self.words.phases(piece, "heading"), piece) for piece in pieces]
        year = next((said for said in years if said is not None), None)
        phase = next((said for said in phases if said is not None), None)
        if year is not None and phase is not None:
            phase = self._agreeing_phase(year, phase, years[phases.index(phase)])
        elif year is not None:
            phase = self._phase_of_title(int(year.value))
        elif phase is not None:
            year = self._year_of_title(phase.value)
        else:
            year, phase = self._main_pair()
        scope = self._first_scope(pieces)
        fund = next((said for piece in pieces if (said := _only(self.words.funds(piece, "heading"), piece))), None)
        return Section(year, phase, scope, fund, self.pairs)

    def _agreeing_phase(self, year: Said, phase: Said, year_of_phase: Said | None) -> Said | None:
        """The phase of a heading, unless a nearer heading names another year than it: then that year's phase in the title."""
        if year_of_phase is None or year_of_phase.value == year.value:
            pairs = [pair for pair, named in self.pairs if named == phase.value]
            if year_of_phase is None and pairs and int(year.value) not in pairs:
                return self._phase_of_title(int(year.value)) or phase
            return phase
        return self._phase_of_title(int(year.value)) or Said(phase.value, "heading", phase.words, is_certain=False)

    def _phase_of_title(self, year: int) -> Said | None:
        found = {phase for pair, phase in self.pairs if pair == year}
        if len(found) == 1:
            return Said(found.pop(), "title", self.title[:60])
        if not self.pairs:
            return None
        known = sorted(pair for pair, _ in self.pairs)
        # A year before all of the title's is over and done with; one after them is still to come.
        if year < known[0]:
            return Said("executed", "title", self.title[:60], is_certain=False)
        return Said("approved", "title", self.title[:60], is_certain=False)

    def _year_of_title(self, phase: str) -> Said | None:
        found = {year for year, named in self.pairs if named == phase}
        if len(found) == 1:
            return Said(str(found.pop()), "title", self.title[:60])
        year, _ = self._main_pair()
        return year

    def _main_pair(self) -> tuple[Said | None, Said | None]:
        is_certain = len(self.pairs) == 1
        words = self.title[:60] or "document"
        if not self.pairs:
            return None, Said(self.body.phase, "title", words, is_certain=False)
        own = (self.body.fiscal_year, self.body.phase)
        year, phase = next((pair for pair in self.pairs if pair == own), self.pairs[0])
        return (
            Said(str(year), "title", words, is_certain=is_certain),
            Said(phase, "title", words, is_certain=is_certain),
        )

    def _first_scope(self, pieces: tuple[str, ...]) -> Said | None:
        if not self.is_government:
            return None
        for piece in pieces:
            said = _only(self.words.scopes(piece, is_clause=False), piece)
            if said is not None:
                return said
        said = _only(self.words.scopes(self.title, is_clause=False), self.title)
        return Said(said.value, "title", said.words, said.name, is_certain=False) if said else None


def _own_headings(paragraph: Paragraph) -> tuple[str, ...]:
    """What a paragraph begins with in the manner of a heading: its numbered lead (2.市级情况：), or a short first sentence."""
    tight = plain_widths(paragraph.text)
    first = _FIRST_SENTENCE.match(tight)
    found = [without_number(lead_of(paragraph.text))] if paragraph.rank is not None else []
    if first and not QUANTITY.search(first.group(1)) and first.group(1) not in found:
        found.append(first.group(1))
    return tuple(found)


def _only(mentions: Sequence[Mention], text: str) -> Said | None:
    values = {(mention.value, mention.name if mention.value == "zone" else "") for mention in mentions}
    if len(values) != 1 or mentions[0].value in ("unknown", "several", "all"):
        return None
    return Said(mentions[-1].value, "heading", text[:40], mentions[-1].name)


def _only_year(mentions: Sequence[Mention], text: str) -> Said | None:
    values = {mention.value for mention in mentions if mention.value.isdigit() and not mention.name}
    return Said(values.pop(), "heading", text[:40]) if len(values) == 1 else None


def _only_phase(mentions: Sequence[Mention], text: str) -> Said | None:
    values = {mention.value for mention in mentions}
    if "half_year" in values:
        values.discard("executed")
    return Said(values.pop(), "heading", text[:40]) if len(values) == 1 else None


def _pairs(title: str, words: Vocabulary) -> tuple[tuple[int, str], ...]:
    """Years of a title, each with the phase that is named between it and the next year."""
    years = [mention for mention in words.years(title, None) if mention.value.isdigit()]
    found: list[tuple[int, str]] = []
    for place, year in enumerate(years):
        end = years[place + 1].start if place + 1 < len(years) else len(title)
        part = title[year.end : end]
        phase = _phase_of_title_part(part)
        if phase:
            found.append((int(year.value), phase))
    return tuple(found)


def _phase_of_title_part(part: str) -> str | None:
    if re.search(r"上半年|1[-—－–~～至]+6月", part):
        return "half_year"
    if re.search(r"决算|执行", part):
        return "executed"
    return "approved" if re.search(r"预算|草案|计划", part) else None


def _tier_of(jurisdiction: str | None) -> str | None:
    """The letter of a government's own tier: 市 of 苏州市, 区 of 普陀区 and of an autonomous region."""
    letter = (jurisdiction or "")[-1:]
    return letter if letter in "省市区县州旗" and letter else None
