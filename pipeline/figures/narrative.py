"""Narrative: paragraphs, the amounts inside their sentences, and the posts, staff and vehicles that they count.

Belongs here: joining printed lines into paragraphs, headings and their paths, amounts with the words that say what they are
of, and the form figure that an amount repeats. Does not belong here: what phrases mean, which is data
(narrative_subjects.csv, agency_statistic_words.csv), and figures of forms.

An amount repeats a figure if it is the same (within the half unit of the coarser, where they are rounded differently), of the
same year and the same agency, and if a row of narrative_subjects.csv, or the line's own code or name, ties its words to the
figure. Several figures that fit equally well give no tie: a missing link is better than a wrong one.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.figures.figure import Figure
from pipeline.forms import consulted
from pipeline.forms.identity import Identity, is_organisation
from pipeline.readers.printed import Grid, Line, Page, PrintedDocument

FOLDER = Path(__file__).parent
Row = dict[str, Any]

_HEADING_RANKS = (
    re.compile(r"^第[一二三四五六七八九十百]+(?:部分|章|编)"),
    re.compile(r"^[一二三四五六七八九十]+(?:、|[.．](?!\d))"),
    re.compile(r"^[（(][一二三四五六七八九十]+[)）]"),
    re.compile(r"^\d{1,2}(?:、|[.．](?!\d))"),
    re.compile(r"^[（(]\d{1,2}[)）]"),
)
_ITEM_MARK = re.compile(r"^[①-⑳]|^[-—●•◆▪]\s*\S")
_CONTENTS = re.compile(r"^目\s*录$|^目\s*次$")
_DOT_LEADER = re.compile(r"[.…·．]{4,}\s*[-—]?\d*[-—]?\s*$|[.…·．]{6,}")
_PAGE_NUMBER = re.compile(r"^[\s\-—–~·第]*\d{1,4}[\s\-—–~·页]*$|^第\s*\d+\s*页.{0,10}$")
_TERMINAL = re.compile(r"[。！？；：:;!?]$|[.．]$")
_CAPTION = re.compile(
    r"^(?:表|附表|附件|公开表?|预算|部门公开表?)\s*[一二三四五六七八九十\d]{1,3}[-－\d]*\s*表?$|^.{0,6}(?:金额)?单位[:：]\s*(?:人民币)?(?:万|亿|千)?\s*元?$|^元$"
)
_MAX_HEADING = 45

_NUMBER = r"[-－]?(?:\d{1,3}(?:[,，]\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_QUANTITY = re.compile(
    rf"(?<![\d.A-Za-z])(?P<number>{_NUMBER})(?P<unit>亿元|百万元|千万元|万元|千元|元|亿(?=[;；,，。、)）]|$)|万(?=[;；,，。、)）]|$)|%)"
)
_NOT_A_BUDGET_AMOUNT = re.compile(r"^(?:\(含\))?(?:及|或)?以[上下]|^\(含\)|^[/／](?!年)|^每|^标准")
_UNIT_YUAN = {
    "元": Decimal(1),
    "千元": Decimal(1000),
    "万元": Decimal(10000),
    "万": Decimal(10000),
    "百万元": Decimal(1000000),
    "千万元": Decimal(10000000),
    "亿元": Decimal(100000000),
    "亿": Decimal(100000000),
}
_SENTENCE_END = re.compile(r"[。！？；;]")
_CLAUSE_END = re.compile(r"[，,、：:（(）)]")
_FILLER = r"(?:了|额|数|为|约|共|共计|合计|计|较多|[:：])*"
_RISE = re.compile(rf"(?:增加|增长|上升|提高|增幅|增收|上涨|多|增)(?:\(减少\)|\(下降\)|/减少|/下降)?{_FILLER}$")
_FALL = re.compile(
    rf"(?:减少|下降|降低|压减|减幅|降幅|缩减|节约|减收|少|减)(?:\(增加\)|\(增长\)|/增加|/增长)?{_FILLER}$"
)
_LEVEL_AFTER = re.compile(r"^(?:的预算)?(?:基本)?(?:持平|一致|相同|相等|相当)")
_LEVEL_ALONE = re.compile(r"(?:比|较|与|同|和)[^，。；,;]{0,24}?(?:基本)?(?:持平|一致|无增减变动|无增减变化)")
_YEAR = re.compile(
    r"(?P<year>20[0-4]\d)年(?:度)?(?!\d{1,2}月|底|末|[一二三四五六七八九十]+月|及以前|以前|待支付|结转|度?结转)|(?P<prior>上年|去年|上一年度?)(?!度?(?:末|底)?结转|度?结余|末|底)"
)
_COMPARED = re.compile(r"(?:比|较|与|同|和|对比|相比|相较)[“\"‘']?(?:于)?$")
_EXECUTED = re.compile(r"(?:决算|执行|实际支出|实际完成|完成数)(?:数)?[^，。；,;]{0,12}$")
_APPROVED = re.compile(r"(?:年初预算|预算(?:数|安排)?)(?:数|为|安排|[:：])*$")
_ADJUSTED = re.compile(r"(?:调整预算|调整后预算|调整后的预算|预算调整)[^，。；,;]{0,12}$")
_GENERIC = re.compile(
    r"^(?:其中|包括|具体包括|主要包括|分别为?|当年|本年|全年|本年度|年度|预算|决算|年初预算|预算数|决算数|预算安排|预算执行数?|执行数|支出|收入|金额|资金|安排"
    r"|总额|总计|合计|共计|共|共有|为|约|数|与|比|较|同|的|是|使用|需|涉及|累计|总金额|当年预算|支出决算|支出预算|按|及|等|年|度|占|所占|比重|比例|完成|当年执行)*$"
)
_LEADING_NOISE = re.compile(
    r"^(?:其中|包括|具体包括|主要包括|主要是|主要用于|分别是?|按照?|截至|截止|将|以及|及|和|与|是|为|从|由|用于|[:：”’])+"
)
_TRAILING_NOISE = re.compile(r"(?:科目|预算数|决算数|预算安排|安排|共计|合计|总计|共|为|约|[:：“‘])+$")
_CHANGE = re.compile(
    r"(?:增加|增长|上升|提高|增幅|减少|下降|降低|压减|减幅|降幅|持平)[()增加减少长下降]*(?:了|额|数|为|约|共|[:：])*$"
)
_COMPARISON = re.compile(
    r"(?:对?比|较|与|同)(?:上年|去年|上一年度?|上一年|上一|年)?度?(?:年初|当年|调整)?(?:预算|决算|执行|预算执行)?数?(?:相比|比较)?(?:，|,)?$"
)
_CODE = re.compile(r"(?<!\d)(2\d{2}(?:\d{2}){0,3})(?!\d)")
_SPLIT_CODE = re.compile(r"[(](2\d{2})类[)].*?[(](\d{2})款[)].*?[(](\d{2})项[)]")
_ENUMERATED_LINE = re.compile(r"([^()（）]*)[(](?:项|款|类)[)](?:支出)?$")
_WIDTHS = str.maketrans("（）％：．", "()%:.") | {
    code: unicodedata.normalize("NFKC", chr(code))
    for ends in ("０９", "Ａｚ")
    for code in range(ord(ends[0]), ord(ends[1]) + 1)
}


@dataclass(slots=True)
class Paragraph:
    """One paragraph of narrative. `heading` is the path of the headings above it; `rank` is 0 (第一部分) … 4 ((1)) for headings."""

    page_number: int
    block_index: int
    text: str
    heading: str | None = None
    is_heading: bool = False
    rank: int | None = None
    headings: tuple[str, ...] = field(default=())


def rank_of_heading(text: str) -> int | None:
    """Rank of the numbering that a line begins with: 0 for 第一部分, 1 for 一、, 2 for （一）, 3 for 1., 4 for (1)."""
    tight = "".join(text.split())
    return next((rank for rank, pattern in enumerate(_HEADING_RANKS) if pattern.match(tight)), None)


def paragraphs(document: PrintedDocument, narrative: Sequence[Line] | None = None) -> list[Paragraph]:
    """Paragraphs of the lines outside of the forms, in reading order.

    `narrative` restricts them to those lines (what `forms.assembly.assemble` left over); without it all lines outside of grids
    are taken but for captions. Page numbers, running heads and the table of contents are no paragraphs.
    """
    wanted = None if narrative is None else {id(line) for line in narrative}
    heads = _running_heads(document)
    built: list[Paragraph] = []
    current: _Joined | None = None
    contents = _Contents()

    def close() -> None:
        nonlocal current
        if current is not None:
            built.append(Paragraph(current.page_number, 0, current.text))
        current = None

    for page in document.pages:
        margins = _margins(page)
        for block in page.blocks:
            if isinstance(block, Grid):
                if wanted is None or not _continues_after_grid(current):
                    close()
                continue
            text = " ".join(block.text.split())
            if not text or _PAGE_NUMBER.match(text) or "".join(text.split()) in heads:
                continue
            if wanted is not None and id(block) not in wanted:
                continue
            if _CAPTION.match(text):
                close()
                continue
            if contents.holds(text, page.number):
                close()
                continue
            if current is None or _starts_paragraph(current, block, text, margins):
                close()
                current = _Joined(page.number, text, block, margins)
            else:
                current.add(text, block, margins)
    close()
    return _with_headings(built)


class _Joined:
    """A paragraph being joined from its lines."""

    def __init__(self, page_number: int, text: str, line: Line, margins: tuple[float, float] | None) -> None:
        self.page_number = page_number
        self.text = text
        self.last = line
        self.is_full = _is_full(line, margins)

    def add(self, text: str, line: Line, margins: tuple[float, float] | None) -> None:
        joint = self.text[-1:] + text[:1]
        between_words = len(joint) == 2 and joint.isascii() and joint.isalpha()
        self.text += (" " if between_words else "") + text
        self.last = line
        self.is_full = _is_full(line, margins)


class _Contents:
    """The table of contents: from 目录 until one of its lines comes again, or until a line reads like a sentence."""

    def __init__(self) -> None:
        self.is_open = False
        self.seen: set[str] = set()
        self.page_number = 0
        self.has_leaders = False

    def holds(self, text: str, page_number: int) -> bool:
        if _CONTENTS.match(text):
            self.is_open, self.page_number = True, page_number
            return True
        if _DOT_LEADER.search(text):
            self.has_leaders = True
            self.page_number = page_number
            return True
        if not self.is_open:
            return False
        tight = re.sub(r"\W", "", text)
        ends = (
            len(tight) > 60
            or tight in self.seen
            or text.endswith(("。", "；", "，"))
            or page_number - self.page_number > 1
            or (self.has_leaders and page_number > self.page_number)
        )
        if ends:
            self.is_open = False
            return False
        self.page_number = page_number
        self.seen.add(tight)
        return True


def _running_heads(document: PrintedDocument) -> set[str]:
    seen: Counter[str] = Counter()
    for page in document.pages:
        lines = page.lines
        for line in {id(line): line for line in lines[:2] + lines[-2:]}.values():
            seen["".join(line.text.split())] += 1
    return {
        text for text, count in seen.items() if count >= 3 and len(text) <= 60 and not re.search(r"[。；，]$", text)
    }


def _margins(page: Page) -> tuple[float, float] | None:
    """Left and right edge of the page's body text: the edges that its lines share most; None without boxes."""
    boxes = [line.box for line in page.lines if line.box is not None and len(line.text) > 3]
    if not boxes:
        return None
    lefts = Counter(round(box.x0 / 3) * 3 for box in boxes)
    shared = [edge for edge, count in lefts.items() if count >= max(2, len(boxes) // 8)]
    left = float(min(shared)) if shared else min(box.x0 for box in boxes)
    right = max(box.x1 for box in boxes)
    return left, right


def _size(line: Line) -> float:
    if line.font_size:
        return line.font_size
    return line.box.bottom - line.box.top if line.box is not None else 12.0


def _is_full(line: Line, margins: tuple[float, float] | None) -> bool:
    if line.box is None or margins is None:
        return False
    return line.box.x1 >= margins[1] - 2.6 * _size(line)


def _continues_after_grid(current: _Joined | None) -> bool:
    return current is not None and current.is_full and not _TERMINAL.search(current.text)


def _starts_paragraph(current: _Joined, line: Line, text: str, margins: tuple[float, float] | None) -> bool:
    rank = rank_of_heading(text)
    is_open = not _TERMINAL.search(current.text)
    if line.box is None or current.last.box is None or margins is None:
        # Formats without a layout: a line is a paragraph, but for one that a page break of the original cut in mid-sentence.
        was_cut = (
            is_open
            and len(current.text) > 40
            and rank is None
            and not _ITEM_MARK.match(text)
            and line.heading_level is None
        )
        return not (was_cut and current.last.heading_level is None)
    size = _size(line)
    indented = line.box.x0 - margins[0] > 0.8 * size
    if abs(size - _size(current.last)) > 0.15 * size + 0.8:
        return True
    if rank is not None and (indented or not is_open or not current.is_full):
        return True
    if rank_of_heading(current.text) is not None and not current.is_full:
        return True
    if line.page_number == current.last.page_number:
        gap = line.box.top - current.last.box.bottom
        if gap > 2.2 * size or line.box.top < current.last.box.top - size:
            return True
        return not current.is_full or (indented and not is_open)
    return not (is_open and current.is_full) or indented


def _is_heading(text: str, rank: int | None) -> bool:
    tight = "".join(text.split())
    if rank is None or len(tight) > _MAX_HEADING:
        return False
    if re.search(r"[。；;，,]$", tight) or _QUANTITY.search(tight):
        return False
    return not re.search(r"[。；]|[：:].{8,}", tight) and not tight.endswith(("：", ":"))


def _with_headings(built: list[Paragraph]) -> list[Paragraph]:
    stack: list[tuple[int, str]] = []
    for index, paragraph in enumerate(built, start=1):
        paragraph.block_index = index
        rank = rank_of_heading(paragraph.text)
        paragraph.rank = rank
        paragraph.is_heading = _is_heading(paragraph.text, rank)
        if rank is not None:
            # A numbered paragraph closes the sections of its own rank and below, also where it is itself no heading.
            stack = [(above, text) for above, text in stack if above < rank]
        paragraph.headings = tuple(text for _, text in stack)
        paragraph.heading = " / ".join(paragraph.headings) or None
        if rank is not None:
            stack.append((rank, paragraph.text if paragraph.is_heading else _lead(paragraph.text)))
    return built


def _lead(text: str) -> str:
    """What a numbered paragraph is of: its words up to the first amount, comma or full stop (（一）人员支出)."""
    tight = _tight(text)[0]
    mark = next((match.end() for pattern in _HEADING_RANKS if (match := pattern.match(tight))), 0)
    end = re.search(r"[。；，,：:]|20\d\d年", tight[mark:])
    quantity = _QUANTITY.search(tight)
    stops = [mark + end.start() if end else len(tight), quantity.start() if quantity else len(tight)]
    return tight[: min(stops)][:40]


def text_blocks(found: Iterable[Paragraph], document_id: str) -> list[Row]:
    """Rows of schemas.core.TEXT_BLOCK."""
    return [
        {
            "document_id": document_id,
            "page_number": paragraph.page_number,
            "block_index": paragraph.block_index,
            "heading": paragraph.heading,
            "text": paragraph.text,
        }
        for paragraph in found
    ]


def _tight(text: str) -> tuple[str, list[int]]:
    """Text without spaces, digits and brackets in plain width, and for each character its place in `text`."""
    return _plain_widths(text), [place for place, character in enumerate(text) if not character.isspace()]


@lru_cache(maxsize=16384)
def _plain_widths(text: str) -> str:
    return "".join(text.translate(_WIDTHS).split())


@dataclass(slots=True)
class _Amount:
    start: int
    end: int
    number: Decimal
    decimals: int
    unit: str | None
    measure: str
    subject: str
    is_generic: bool
    clause_start: int
    sentence_start: int


def _amounts(tight: str) -> Iterator[_Amount]:
    """Every amount and percentage of a paragraph with the clause that says what it is of, and every bare 持平."""
    previous_end = 0
    taken: list[tuple[int, int]] = []
    for match in _QUANTITY.finditer(tight):
        after = tight[match.end() :]
        if _NOT_A_BUDGET_AMOUNT.match(after) or (
            match.group("unit") == "元" and after.startswith(("宵", "旦", "素", "件"))
        ):
            continue
        text = re.sub(r"[,，]", "", match.group("number")).replace("－", "-")
        number = Decimal(text)
        decimals = len(text.partition(".")[2])
        sentence_start = max((found.end() for found in _SENTENCE_END.finditer(tight, 0, match.start())), default=0)
        clause_start = _clause_start(tight, max(sentence_start, previous_end), match.start())
        before = tight[clause_start : match.start()]
        if _RISE.search(before):
            measure = "increase"
        elif _FALL.search(before):
            measure = "decrease"
        elif _LEVEL_AFTER.match(after):
            measure = "unchanged"
        else:
            measure = "stated"
        unit: str | None = match.group("unit")
        if unit == "%":
            number = -abs(number) if measure == "decrease" else number
            measure, unit = "percentage", None
        elif measure == "decrease":
            number = -abs(number)
        subject = _subject(tight[clause_start : match.start()])
        taken.append((match.start(), match.end()))
        yield _Amount(
            match.start(), match.end(), number, decimals, unit, measure, subject, bool(_GENERIC.match(subject)),
            clause_start, sentence_start,
        )  # fmt: skip
        previous_end = match.end()
    for match in _LEVEL_ALONE.finditer(tight):
        if any(match.start() <= start < match.end() for start, _ in taken):
            continue
        sentence_start = max((found.end() for found in _SENTENCE_END.finditer(tight, 0, match.start())), default=0)
        word = re.search(r"(?:基本)?(?:持平|一致|无增减变动|无增减变化)$", match.group())
        start = match.start() + word.start() if word else match.start()
        yield _Amount(start, match.end(), Decimal(0), 0, "持平", "unchanged", "", True, match.start(), sentence_start)


def _clause_start(tight: str, low: int, high: int) -> int:
    """Where the clause that ends at `high` begins: after a comma outside of brackets, or after a bracket still open."""
    depth = 0
    for place in range(high - 1, low - 1, -1):
        character = tight[place]
        if character == ")":
            depth += 1
        elif character == "(":
            if depth == 0:
                return place + 1
            depth -= 1
        elif depth == 0 and _CLAUSE_END.match(character):
            return place + 1
    return low


def _subject(clause: str) -> str:
    text = re.sub(r"^(?:第?[一二三四五六七八九十]+、|\([一二三四五六七八九十\d]+\)|\d{1,2}[、.](?!\d))", "", clause)
    text = re.sub(r"20[0-4]\d年(?:度)?", "", text)
    text = _COMPARISON.sub("", _CHANGE.sub("", text))
    text = _LEADING_NOISE.sub("", text)
    return _TRAILING_NOISE.sub("", text).lstrip(")")


def _year(tight: str, amount: _Amount, default: int | None) -> int | None:
    """Year of an amount: the last one named before it in its sentence; one that is compared with counts in its own clause only."""
    year = default
    if amount.unit == "持平":
        return default
    for mention in _YEAR.finditer(tight, amount.sentence_start, amount.start):
        named = int(mention.group("year")) if mention.group("year") else (default - 1 if default else None)
        compared = bool(_COMPARED.search(tight[: mention.start()])) or mention.group("prior") is not None
        if compared and amount.measure in ("increase", "decrease", "percentage"):
            continue
        if compared and re.search(r"[，,。；;：:]", tight[mention.end() : amount.start]):
            continue
        if compared and _QUANTITY.search(tight[mention.end() : amount.start]):
            continue
        year = named
    return year


def _phase(clause: str, body: Identity) -> str:
    if _ADJUSTED.search(clause):
        return "adjusted"
    if body.document_kind == "final_account":
        return "approved" if _APPROVED.search(clause) and "决算" not in clause[-6:] else "executed"
    return "executed" if _EXECUTED.search(clause) else body.phase


class AgencyNames:
    """The agencies of a document and the ways in which its forms and sentences call them: one body has several spellings.

    A printed name means the known names that it equals or abbreviates, or that abbreviate it (every character in order, 市政务办
    for 深圳市政务服务管理办公室), if those are spellings of one another; a name that fits two bodies means neither.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self.known = sorted({name: _plain(name) for name in known if name}.items())
        self._meant: dict[str, frozenset[str]] = {}

    def meant(self, name: str) -> frozenset[str]:
        """Every known spelling of the body that a printed name means; empty where it means none or fits several bodies."""
        if name not in self._meant:
            self._meant[name] = self._spellings(_plain(name))
        return self._meant[name]

    def _spellings(self, plain: str) -> frozenset[str]:
        equal = [(known, spelled) for known, spelled in self.known if spelled == plain]
        fits = [(known, spelled) for known, spelled in self.known if _is_spelling(plain, spelled)]
        if equal:
            # A full name: the longer names that merely hold its characters are other bodies.
            fits = [(known, spelled) for known, spelled in fits if abs(len(spelled) - len(plain)) <= 6]
        for _, one in fits:
            if any(not _is_spelling(one, other) for _, other in fits):
                return frozenset(known for known, _ in equal)
        return frozenset(known for known, _ in fits)


def _is_spelling(one: str, other: str) -> bool:
    if one == other:
        return True
    if ("本级" in one) != ("本级" in other):
        return False
    return abbreviates(one, other) or abbreviates(other, one)


def _plain(name: str) -> str:
    """Name without brackets, codes and places, 人民政府 and 政府 shortened to 府: what spellings of one body share."""
    text = re.sub(r"[\s()（）\d\[\]【】\-]", "", name)
    return re.sub(r"人民政府|政府", "府", text)


def abbreviates(short: str, long: str) -> bool:
    """Whether every character of the shorter name occurs in the longer one, in order; names of two characters say too little."""
    if len(short) < 3 or len(short) > len(long):
        return False
    remaining = iter(long)
    return all(character in remaining for character in short)


def _agency_of_heading(paragraph: Paragraph) -> str | None:
    """The agency that the nearest heading names: 一、市政府办公厅本级."""
    for heading in reversed(paragraph.headings):
        name = _bare(heading)
        if _is_agency_heading(name):
            return name
    return None


def _bare(text: str) -> str:
    tight = _plain_widths(text)
    return next((tight[match.end() :] for pattern in _HEADING_RANKS if (match := pattern.match(tight))), tight)


def _is_agency_heading(name: str) -> bool:
    if not 3 <= len(name) <= 30 or re.search(
        r"[。；，,、：:“”]|情况|说明|预算|决算|支出|收入|职责|职能|机构|概况|范围|经费|工作", name
    ):
        return False
    return is_organisation(name) or name.endswith(("本级", "本级)"))


def narrative_figures(
    found: Sequence[Paragraph], body: Identity, figures: Sequence[Figure], document_id: str
) -> list[Row]:
    """Rows of schemas.core.NARRATIVE_FIGURE: every amount and percentage of every sentence, in reading order."""
    index = _FigureIndex(figures, body)
    rows: list[Row] = []
    for paragraph in found:
        if paragraph.is_heading:
            continue
        tight, places = _tight(paragraph.text)
        lead = _bare(_lead(paragraph.text)) if paragraph.rank is not None else ""
        agency = _agency_of_heading(paragraph)
        context = earlier = ""
        sentence = -1
        for amount in sorted(_amounts(tight), key=lambda item: item.start):
            if amount.sentence_start != sentence:
                sentence, earlier, context = amount.sentence_start, context or earlier, ""
            own = amount.subject if not amount.is_generic else ""
            if not own:
                said = amount.subject if re.search("收入|支出", amount.subject) else ""
                own = (
                    context
                    or _clause_before(tight, amount)
                    or lead
                    or said
                    or earlier
                    or _subject_of_heading(paragraph)
                )
            context = own
            clause = tight[amount.clause_start : amount.start]
            year = _year(tight, amount, body.fiscal_year)
            phase = _phase(clause, body) if amount.measure == "stated" else body.phase
            spoken = index.agency_in(tight[amount.sentence_start : amount.start]) or agency or body.department_name
            money = amount.unit is not None and amount.unit in _UNIT_YUAN
            scale = _UNIT_YUAN[amount.unit] if money and amount.unit else Decimal(0)
            yuan = amount.number * scale if money else None
            half = scale / 2 / Decimal(10) ** amount.decimals if money else None
            printed = tight[amount.start : amount.end]
            figure_id = None
            if yuan is not None and half is not None:
                figure_id = index.repeated(
                    own, [lead, *reversed(paragraph.headings)], yuan, half, year, phase, spoken, amount.measure
                )
            rows.append(
                {
                    "narrative_figure_id": f"{document_id}-n{paragraph.block_index:04d}-{places[amount.start]:04d}",
                    "document_id": document_id,
                    "page_number": paragraph.page_number,
                    "block_index": paragraph.block_index,
                    "position": places[amount.start],
                    "agency_name": spoken,
                    "fiscal_year": year,
                    "phase": phase,
                    "subject": own[-80:] or None,
                    "measure": amount.measure,
                    "printed_text": printed,
                    "amount_yuan": yuan,
                    "half_unit_yuan": half,
                    "percentage": amount.number if amount.measure == "percentage" else None,
                    "figure_id": figure_id,
                }
            )
    return rows


def _clause_before(tight: str, amount: _Amount) -> str:
    """The nearest clause before the amount in its sentence, or the sentence before, that is not generic."""
    for clause in reversed(re.split(r"[，,：:]", tight[amount.sentence_start : amount.clause_start])):
        subject = _subject(clause)
        if subject and not _GENERIC.match(subject) and not _QUANTITY.search(clause):
            return subject
    return ""


def _subject_of_heading(paragraph: Paragraph) -> str:
    return _bare(paragraph.headings[-1]) if paragraph.headings else ""


@dataclass(frozen=True)
class _Rule:
    subject: re.Pattern[str]
    forms: tuple[str, ...]
    scheme: str
    line: str
    measures: tuple[str, ...]
    source: str
    fund: str


@consulted.kept
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            re.compile(row["subject"]),
            tuple(row["forms"].split("|")),
            row["scheme"],
            row["line"],
            tuple(row["measure"].split("|")) if row["measure"] else (),
            row["source"],
            row["fund"],
        )
        for row in consulted.table(FOLDER / "narrative_subjects.csv")
    )


class _FigureIndex:
    """Figures of a document by amount, and the rules that tie words to them."""

    def __init__(self, figures: Sequence[Figure], body: Identity) -> None:
        self.figures = sorted(
            (figure for figure in figures if figure.amount_yuan is not None),
            key=lambda figure: (figure.amount_yuan or Decimal(0), figure.figure_id),
        )
        self.amounts = [figure.amount_yuan or Decimal(0) for figure in self.figures]
        self.widest = max((figure.half_unit_yuan or Decimal(0) for figure in self.figures), default=Decimal(0))
        self.body = body
        names = {figure.agency_name for figure in figures}
        if body.department_name:
            names.add(body.department_name)
        self.names = AgencyNames(names)
        self.departments = {figure.agency_name for figure in figures if figure.agency_level == "department"}
        units = {figure.agency_name for figure in figures if figure.agency_level == "unit"}
        self.is_single = all(_is_spelling(_plain(one), _plain(other)) for one in units for other in units)
        self.spelled = sorted((name for name in names if name), key=len, reverse=True)

    def agency_in(self, text: str) -> str | None:
        """The known agency that a piece of a sentence names in full; the last one named."""
        places = [(text.rfind(name), len(name), name) for name in self.spelled if name in text]
        return max(places)[2] if places else None

    def _is_agency(self, figure: Figure, spoken: str | None) -> bool:
        if spoken is None or self.is_single:
            return True
        meant = self.names.meant(spoken)
        if figure.agency_name in meant:
            return True
        is_department = self.body.department_name in meant or bool(meant & self.departments)
        return is_department and figure.agency_level == "department"

    def _candidates(self, yuan: Decimal, half: Decimal) -> Iterator[Figure]:
        # Half units of figures are at most that of whole 亿元; the exact bound is tested for each.
        reach = half + self.widest
        for position in range(bisect_left(self.amounts, yuan - reach), bisect_right(self.amounts, yuan + reach)):
            figure = self.figures[position]
            other = figure.half_unit_yuan or Decimal(0)
            # Rounded alike they are equal; rounded differently, the finer lies within the coarser.
            if abs(self.amounts[position] - yuan) <= (0 if half == other else max(half, other)):
                yield figure

    def repeated(
        self,
        subject: str,
        context: Sequence[str],
        yuan: Decimal,
        half: Decimal,
        year: int | None,
        phase: str,
        agency: str | None,
        measure: str,
    ) -> str | None:
        """figure_id of the one figure that the amount repeats, or None."""
        is_change = measure in ("increase", "decrease")
        fits = [
            figure
            for figure in self._candidates(yuan, half)
            if (figure.measure == "change") == is_change
            and (is_change or year is None or figure.fiscal_year == year)
            and (is_change or figure.phase == phase or figure.is_comparative)
            and self._is_agency(figure, agency)
        ]
        if not fits:
            return None
        for words in (subject, *(_bare(text) for text in context)):
            if not words:
                continue
            chosen = self._by_code(words, fits) or self._by_rule(words, fits) or self._by_name(words, fits)
            if chosen is not None:
                return chosen.figure_id
            if any(rule.subject.search(words) for rule in _rules()):
                return None
        return None

    def _by_code(self, words: str, fits: list[Figure]) -> Figure | None:
        split = _SPLIT_CODE.search(words)
        codes = ["".join(split.groups())] if split else _CODE.findall(words)
        if not codes:
            return None
        return _only([figure for figure in fits if figure.line_code in codes])

    def _by_rule(self, words: str, fits: list[Figure]) -> Figure | None:
        for rule in _rules():
            if not rule.subject.search(words):
                continue
            for form in rule.forms:
                chosen = _only([figure for figure in fits if figure.form == form and _obeys(figure, rule)])
                if chosen is not None:
                    return chosen
        return None

    def _by_name(self, words: str, fits: list[Figure]) -> Figure | None:
        """By the line's own name: equal, else contained in the words, else abbreviating them; the longest name wins."""
        enumerated = _ENUMERATED_LINE.search(words)
        tail = enumerated.group(1) or words if enumerated else words
        tail = _plain_line(tail)
        if enumerated and any(figure.scheme == "functional" for figure in fits):
            # （类）（款）（项） are levels of the functional classification, whatever economic line has the same name.
            fits = [figure for figure in fits if figure.scheme == "functional"]
        ranked: dict[int, list[Figure]] = {}
        for figure in fits:
            name = _plain_line(figure.line_name or "")
            if len(name) < 2 or figure.line_level == "total":
                continue
            if name == tail:
                rank = 0
            elif len(name) >= 3 and (tail.endswith(name) or tail.startswith(name)):
                rank = 1
            elif len(name) >= 4 and (name in tail or (tail in name and len(tail) >= 4)):
                rank = 2
            elif len(name) >= 5 and (abbreviates(name, tail) or abbreviates(tail, name)) and len(tail) >= 4:
                rank = 3
            else:
                continue
            ranked.setdefault(rank, []).append(figure)
        for rank in sorted(ranked):
            chosen = _only(ranked[rank])
            if chosen is not None:
                return chosen
            return None
        return None


def _plain_line(name: str) -> str:
    text = _bare(name)
    return re.sub(
        r"[\s“”\"()（）\[\]\-—_:：,，、.]|20\d\d年|(?:支出|经费|业务|科目|项目)$",
        "",
        re.sub(r"^\[?\d{3,}\]?[-—]?", "", text),
    )


def _obeys(figure: Figure, rule: _Rule) -> bool:
    if rule.scheme and figure.scheme != rule.scheme:
        return False
    if rule.measures and figure.measure not in rule.measures:
        return False
    if rule.fund and figure.fund != rule.fund:
        return False
    if rule.source and rule.source not in (figure.source, figure.line_code):
        return False
    if not rule.line:
        return True
    if rule.line == "total":
        return figure.line_code in (None, "", "total") or figure.line_level == "total" or figure.scheme == "agency"
    if rule.line.isdigit() and rule.line in _LINE_NAMES:
        return figure.line_code == rule.line or _LINE_NAMES[rule.line] in (figure.line_name or "")
    return figure.line_code == rule.line or ((figure.line_code or "").startswith(rule.line) and len(rule.line) == 1)


# Economic classes that forms without codes print by name only.
_LINE_NAMES = {"301": "工资福利支出", "302": "商品和服务支出", "303": "对个人和家庭的补助"}


def _only(fits: list[Figure]) -> Figure | None:
    """The one figure, if the fits are one row: of several columns of a row, the row's own total; of several rows, none."""
    if not fits:
        return None
    rows = {(figure.form_index, figure.row_index) for figure in fits}
    forms = {figure.form for figure in fits}
    if len(rows) > 1:
        if len(forms) == len(rows) and len({figure.line_code or figure.line_name for figure in fits}) == 1:
            # The same line in several forms: the form that is printed first.
            first = min(figure.form_index for figure in fits)
            return _only([figure for figure in fits if figure.form_index == first])
        if len(forms) == 1:
            parents = {figure.parent_row_index for figure in fits}
            lowest = [figure for figure in fits if figure.row_index not in parents]
            above = {figure.row_index for figure in fits} - {figure.row_index for figure in lowest}
            if len({figure.row_index for figure in lowest}) == 1 and above <= parents:
                # A category and its only project: one amount on two levels, and the leaf is the fact.
                return _only(lowest)
        current = [figure for figure in fits if not figure.is_comparative]
        return _only(current) if len(current) < len(fits) else None
    return min(fits, key=lambda figure: (figure.is_memo, figure.parent_column_index is not None, figure.column_index))


@consulted.kept
def _statistic_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (row["metric"], re.compile(row["pattern"])) for row in consulted.table(FOLDER / "agency_statistic_words.csv")
    )


def agency_statistics(found: Sequence[Paragraph], body: Identity, document_id: str) -> list[Row]:
    """Rows of schemas.core.AGENCY_STATISTIC: one per agency and metric, by the first pattern of the data that is found."""
    chosen: dict[tuple[str, str], tuple[tuple[int, int, int], Row]] = {}
    for paragraph in found:
        tight, _ = _tight(paragraph.text)
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
    one, other = _plain(name), _plain(body.department_name)
    return abbreviates(one, other) or SequenceMatcher(None, one, other).ratio() >= 0.9


_COUNTED = re.compile(r"(?:实有|共有|现有|总?编制|核定|拥有|保有|保留|在职|离休|离?退休|已实行|公务用车|实际)")
_LEAD_IN = re.compile(
    r"^(?:主要是|主要原因是|主要原因|原因是|其中|因为|由于|因|目前|(?:截至|截止|至)?\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日|底|末|年底|年末)?)+"
)
"""What stands in a clause before the name of the body that it speaks of."""
_OWN = re.compile(
    r"^(?:本部门|本单位|我部门|我单位|[我本](?:局|办|委|厅|部|院|校|会|处|队|所|馆|站|中心|街道|镇|乡|系统)|全系统|系统)"
)


def _is_part(tight: str, start: int) -> bool:
    """Whether a count is of a part (其中：行政编制 …), of a purchase, or of a change."""
    before = tight[max((found.end() for found in re.finditer(r"[。；，,：:、]", tight[:start])), default=0) : start]
    return bool(re.search(r"其中|购置|更新|减少|增加|新增|计划|报废|拟|行政$|事业$", before))


def _agency_of_statistic(tight: str, start: int, paragraph: Paragraph) -> str | None:
    """The agency named last before a count in its paragraph (1. 市政府办公厅本级编制数 144 人；…), or by the heading above."""
    text = _bare(tight)
    shift = len(tight) - len(text)
    for clause in reversed(re.split(r"[。；，,：:]", text[: max(0, start - shift)] + text[start - shift :][:4])):
        clause = _LEAD_IN.sub("", clause)
        if _OWN.match(clause):
            return None
        named = _COUNTED.split(clause)
        if len(named) > 1 and 3 <= len(named[0]) <= 40 and (is_organisation(named[0]) or named[0].endswith("本级")):
            return named[0]
    return _agency_of_heading(paragraph)
