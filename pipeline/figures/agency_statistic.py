"""Agency statistics: the posts, staff and vehicles that sentences count.

Belongs here: which body a count is of, and which of several counts is the whole. Does not belong here: the phrases, which are data
(agency_statistic_words.csv), and amounts of money (`narrative`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from pipeline.figures.agency_names import abbreviates, plain_name
from pipeline.figures.paragraph import Paragraph, agency_of_heading, without_number
from pipeline.figures.sentence import tight_text
from pipeline.forms import consulted
from pipeline.forms.identity import Identity, is_organisation

FOLDER = Path(__file__).parent
Row = dict[str, Any]
_COUNTED = re.compile(r"(?:实有|共有|现有|总?编制|核定|拥有|保有|保留|在职|离休|离?退休|已实行|公务用车|实际)")
_LEAD_IN = re.compile(
    r"^(?:主要是|主要原因是|主要原因|原因是|其中|因为|由于|因|目前|(?:截至|截止|至)?\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日|底|末|年底|年末)?)+"
)
"""What stands in a clause before the name of the body that it speaks of."""
_OWN = re.compile(
    r"^(?:本部门|本单位|我部门|我单位|[我本](?:局|办|委|厅|部|院|校|会|处|队|所|馆|站|中心|街道|镇|乡|系统)|全系统|系统)"
)


@consulted.kept
def _statistic_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (row["metric"], re.compile(row["pattern"])) for row in consulted.table(FOLDER / "agency_statistic_words.csv")
    )


def agency_statistics(found: Sequence[Paragraph], body: Identity, document_id: str) -> list[Row]:
    """Rows of schemas.core.AGENCY_STATISTIC: one per agency and metric, by the first pattern of the data that is found."""
    chosen: dict[tuple[str, str], tuple[tuple[int, int, int], Row]] = {}
    for paragraph in found:
        tight, _ = tight_text(paragraph.text)
        for order, (metric, pattern) in enumerate(_statistic_patterns()):
            for match in pattern.finditer(tight):
                if _is_part(tight, match.start()):
                    continue
                named = _agency_of_statistic(tight, match.start(), paragraph) if metric != "units" else None
                agency = body.department_name if named is None or _is_body(named, body) else named
                if agency is None:
                    continue
                value = match.groupdict().get("value")
                key = (agency, metric)
                place = (order, paragraph.block_index, match.start())
                if key in chosen and chosen[key][0] <= place:
                    continue
                row = {
                    "agency_statistic_id": "",
                    "document_id": document_id,
                    "page_number": paragraph.page_number,
                    "block_index": paragraph.block_index,
                    "agency_name": agency,
                    "metric": metric,
                    "value": Decimal(value) if value is not None else Decimal(0),
                    "printed_text": match.group(),
                }
                chosen[key] = (place, row)
    rows = [
        row for _, row in sorted(chosen.values(), key=lambda item: (item[1]["block_index"], item[0][2], item[0][0]))
    ]
    for number, row in enumerate(rows, start=1):
        row["agency_statistic_id"] = f"{document_id}-s{number:03d}"
    return rows


def _is_body(name: str, body: Identity) -> bool:
    """Whether a printed name means the body itself, also where a character of it is misprinted."""
    if body.department_name is None or ("本级" in name) != ("本级" in body.department_name):
        return False
    one, other = plain_name(name), plain_name(body.department_name)
    return abbreviates(one, other) or SequenceMatcher(None, one, other).ratio() >= 0.9


def _is_part(tight: str, start: int) -> bool:
    """Whether a count is of a part (其中：行政编制 …), of a purchase, or of a change."""
    before = tight[max((found.end() for found in re.finditer(r"[。；，,：:、]", tight[:start])), default=0) : start]
    return bool(re.search(r"其中|购置|更新|减少|增加|新增|计划|报废|拟|行政$|事业$", before))


def _agency_of_statistic(tight: str, start: int, paragraph: Paragraph) -> str | None:
    """The agency named last before a count in its paragraph (1. 市政府办公厅本级编制数 144 人；…), or by the heading above."""
    text = without_number(tight)
    shift = len(tight) - len(text)
    for clause in reversed(re.split(r"[。；，,：:]", text[: max(0, start - shift)] + text[start - shift :][:4])):
        clause = _LEAD_IN.sub("", clause)
        if _OWN.match(clause):
            return None
        named = _COUNTED.split(clause)
        if len(named) > 1 and 3 <= len(named[0]) <= 40 and (is_organisation(named[0]) or named[0].endswith("本级")):
            return named[0]
    return agency_of_heading(paragraph)
