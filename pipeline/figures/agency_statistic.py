"""Agency statistics: the posts, staff and vehicles that sentences count.

Belongs here: which body a count is of, and which of several counts is the whole. Does not belong here: the phrases, which are data
(agency_statistic_words.csv), and amounts of money (`narrative`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from pipeline.figures.agency_names import abbreviates, plain_name
from pipeline.figures.paragraph import Paragraph, agency_of_heading, without_number
from pipeline.figures.sentence import tight_text
from pipeline.forms import consulted, failures
from pipeline.forms.failures import Place
from pipeline.forms.identity import Identity, is_organisation
from pipeline.readers.quantity import whole_number

FOLDER = Path(__file__).parent
Row = dict[str, Any]
_MOST = 10**7
_PEOPLE = frozenset({"authorised_posts", "staff", "retirees_leave", "retirees"})
_PREDICATE = re.compile(
    r"实有|共有|现有|总?编制|核定|拥有|保有|保留|在职|在编|在岗|离休|离?退休|已实行|公务用?车|车辆|实际|年末|目前|机关|本级"
    r"|为|是|系|属|内设|下设|设有|行政|事业|人员|定编|所属|系统|无|没有|未|均|[(]"
)
"""What may follow the name of a body in a clause that begins with it."""
_LEAD_IN = re.compile(
    r"^(?:主要是|主要原因是|主要原因|原因是|其中|因为|由于|因|目前|(?:截至|截止|至)?(?:\d{4}年|本年|上年|当年)?度?(?:\d{1,2}月)?(?:\d{1,2}日|底|末|年底|年末)?)+"
)
"""What stands in a clause before the name of the body that it speaks of."""
_OWN = re.compile(
    r"^(?:本部门|本单位|我部门|我单位|[我本](?:局|办|委|厅|部|院|校|会|处|队|所|馆|站|中心|街道|镇|乡|系统)|全系统|系统|全(?:局|委|厅|办|院|校|镇|乡|街道))"
)
_OFFICE = re.compile(r"^(?:[我本])?(?:局|办|委|厅|部|院|会|镇|街道|部门|单位)?(?:机关|本级)(?!及|和|、|与)")
"""The office of the body without its units."""
_SUBORDINATE = re.compile(r"^(?:其?中?)?(?:下属|所属|直属)(?:各|全部)?(?:\d+[家个])?(?:二级|基层|预算|事业|行政)*单位")
_NO_NAME = re.compile(
    r"\d|共设|设置|内设|下设|包括|其中|有|个|等|、|减少|增加|原因|因|改革|拟|购|用于|主要|根据|按照|及|并|[的为是]|[二三]级|单位$|[^\u4e00-\u9fff()（）“”]"
)
"""Words that no body's name holds, though its clause may end like one (共设置18个处)."""
_OWN_LEVEL = re.compile(r"[(（]?本级[)）]?$|^[(]?本级[)]?")
_ABOUT = re.compile(
    r"(?:单位|部门)?(?:基本|主要)?(?:情况|概况|简介|职能|职责|机构设置|人员(?:情况|构成)|机构编制(?:情况)?)$"
)
_EVERYBODY = re.compile(
    r"(?:实有|现有|共有|总)[^。；\d]{0,12}?(?P<all>\d+)(?:人|名)[,，(]?其中[:：]?[^。；\d]{0,6}在职[^。；\d]{0,8}\d+(?:人|名)[^。；\d]{0,6}离?退休[^。；\d]{0,8}\d+"
)
"""A count of all people, of whom some work and others are retired: the working are the staff."""


@consulted.kept
def _statistic_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (row["metric"], re.compile(row["pattern"])) for row in consulted.table(FOLDER / "agency_statistic_words.csv")
    )


@dataclass(frozen=True, slots=True)
class _Count:
    """One count in a sentence: of which body (`is_named` where the text says so), and its place among all patterns and paragraphs."""

    agency: str
    is_named: bool
    metric: str
    value: int
    printed: str
    paragraph: Paragraph
    place: tuple[int, int, int]


def agency_statistics(found: Sequence[Paragraph], body: Identity, document_id: str) -> list[Row]:
    """Rows of schemas.core.AGENCY_STATISTIC: one per agency and metric, by the first pattern of the data that is found.

    Where no word names the body it is the document's own; people that are so counted in several ways are of bodies that nobody named,
    and none of them is taken.
    """
    counts: list[_Count] = []
    for paragraph in found:
        with failures.unit("statistics", Place(paragraph.page_number, words=paragraph.text)):
            counts += _counts(paragraph, body)
    if any(count.metric == "units" and count.value == 1 for count in counts):
        counts = [_as_whole(count, body) for count in counts]
    chosen: dict[tuple[str, str], _Count] = {}
    for count in sorted(counts, key=lambda count: (not count.is_named and count.metric in _PEOPLE, count.place)):
        chosen.setdefault((count.agency, count.metric), count)
    kept = [count for count in chosen.values() if count.is_named or not _is_contradicted(count, counts)]
    kept.sort(key=lambda count: (count.paragraph.block_index, count.place[2], count.place[0]))
    return [
        {
            "agency_statistic_id": f"{document_id}-s{number:03d}",
            "document_id": document_id,
            "page_number": count.paragraph.page_number,
            "block_index": count.paragraph.block_index,
            "agency_name": count.agency,
            "metric": count.metric,
            "value": Decimal(count.value),
            "printed_text": count.printed,
        }
        for number, count in enumerate(kept, start=1)
    ]


def _as_whole(count: _Count, body: Identity) -> _Count:
    """A count of the body's own level where there is no other: it is of the body."""
    plain = _OWN_LEVEL.sub("", count.agency)
    is_own_level = plain != count.agency and is_body(plain, body)
    return replace(count, agency=body.department_name or count.agency) if is_own_level else count


def _is_contradicted(count: _Count, counts: Sequence[_Count]) -> bool:
    """Whether the same words count other people elsewhere, of a body that no word names there either."""
    return count.metric in _PEOPLE and any(
        (other.agency, other.metric, other.place[0]) == (count.agency, count.metric, count.place[0])
        and not other.is_named
        and other.value != count.value
        for other in counts
    )


def _counts(paragraph: Paragraph, body: Identity) -> list[_Count]:
    """Every count of a paragraph that is of a whole body."""
    tight, _ = tight_text(paragraph.text)
    everybody = _EVERYBODY.search(tight)
    counts = []
    for order, (metric, pattern) in enumerate(_statistic_patterns()):
        for match in pattern.finditer(tight):
            is_of_all = everybody is not None and everybody.start() <= match.start() < everybody.end()
            if metric == "staff" and everybody is not None and is_of_all:
                if match.end() <= everybody.end("all") + 1:
                    continue
            elif _is_part(tight, match.start()):
                continue
            value = whole_number(match["value"], _MOST) if match.groupdict().get("value") is not None else 0
            subject = subject_of(tight, match.start(), paragraph, body) if metric != "units" else Subject(None, True)
            agency = body.department_name if subject is None or subject.name is None else subject.name
            if value is None or agency is None or (subject is not None and subject.is_other):
                continue
            place = (order, paragraph.block_index, match.start())
            counts.append(_Count(agency, subject is not None, metric, value, match.group(), paragraph, place))
    return counts


def is_body(name: str, body: Identity) -> bool:
    """Whether a printed name means the body itself, also where a character of it is misprinted."""
    if body.department_name is None or ("本级" in name) != ("本级" in body.department_name):
        return False
    one, other = plain_name(name), plain_name(body.department_name)
    return abbreviates(one, other) or SequenceMatcher(None, one, other).ratio() >= 0.9


def _is_part(tight: str, start: int) -> bool:
    """Whether a count is of a part (其中：行政编制 …), of a purchase, or of a change."""
    before = tight[max((found.end() for found in re.finditer(r"[。；，,：:、]", tight[:start])), default=0) : start]
    return bool(re.search(r"其中|购置|更新|减少|增加|新增|计划|报废|拟|行政$|事业$", before))


@dataclass(frozen=True, slots=True)
class Subject:
    """Of what a clause speaks: of the body itself (no name), of another one, or of some that nobody can name (`is_other`)."""

    name: str | None
    is_own: bool = False
    is_other: bool = False


def subject_of(tight: str, start: int, paragraph: Paragraph, body: Identity) -> Subject | None:
    """The body named last before a count in its paragraph (1. 市政府办公厅本级编制数 144 人；…), or by a heading above; None where none is."""
    text = without_number(tight)
    shift = len(tight) - len(text)
    for clause in reversed(re.split(r"[。；，,：:]", text[: max(0, start - shift)] + text[start - shift :][:4])):
        found = _subject_of(_LEAD_IN.sub("", without_number(clause)), body)
        if found is not None:
            return found
    for heading in reversed(paragraph.headings):
        name = _ABOUT.sub("", without_number(heading))
        if name and _is_name(name):
            return Subject(None, is_own=True) if is_body(name, body) else Subject(name)
    named = agency_of_heading(paragraph)
    return None if named is None else Subject(None, is_own=True) if is_body(named, body) else Subject(named)


def _subject_of(clause: str, body: Identity) -> Subject | None:
    if _OFFICE.match(clause):
        return Subject(None, is_own=True) if body.department_level == "unit" else Subject(None, is_other=True)
    if _OWN.match(clause):
        return Subject(None, is_own=True)
    if _SUBORDINATE.match(clause) and not re.search("共有", clause):
        return Subject(None, is_other=True)
    for end in [*(found.start() for found in _PREDICATE.finditer(clause)), len(clause)]:
        name = clause[:end]
        own = _OWN_LEVEL.match(clause[end:])
        name += own.group() if own else ""
        if _is_name(name):
            return Subject(None, is_own=True) if is_body(name, body) else Subject(name)
    return None


def _is_name(name: str) -> bool:
    """Whether words are the name of a body, and no clause that ends like one."""
    plain = _OWN_LEVEL.sub("", name)
    return 3 <= len(name) <= 40 and not _NO_NAME.search(plain) and (is_organisation(plain) or plain != name)
