"""What a document is: budget or final account, of which year, of which body, and how that was told.

Belongs here: the evidence that a document's own words give (title, cover, labels, form titles, headers, running heads,
sentences), the vote among it, what speaks against the registry, and the reasons for which a file is no disclosure. Does not
belong here: the words themselves, which are data (catalogue/document_title.csv, body_label.csv, organisation_suffix.csv,
after_body_name.csv, identity_evidence.csv), nor what any form means. File name and registry are never evidence.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from pipeline.forms import consulted
from pipeline.forms.form import Form
from pipeline.forms.jurisdiction import find_jurisdiction
from pipeline.forms.text import is_of_lines
from pipeline.readers.printed import Grid, Line, PrintedDocument

CATALOGUE = Path(__file__).parent / "catalogue"
_COVER_LINES = 10
_FULL_TEXT_PAGES = 60

_SPACES = re.compile(r"\s+")
_YEAR = re.compile(
    r"(?<!\d)(20[0-4]\d)(?=年|年度|(?:度|部门|单位|预算|决算))(?!年\d{1,2}月)(?!年[一二三四五六七八九十]{1,2}月)"
)
_CHINESE_YEAR = re.compile(r"[二２2][〇○Ｏ零0０][〇○零一二三四五六七八九]{2}(?=年)")
_CHINESE_DIGITS = {digit: str(value) for value, digit in enumerate("零一二三四五六七八九")} | {
    "〇": "0",
    "○": "0",
    "Ｏ": "0",
}
_YEAR_OF_SUBJECT = re.compile(r"(20[0-4]\d)年(?:度)?[^，。；：,;:]{0,24}?(预算|决算)")
_PLACEHOLDER = re.compile(r"[XxＸ×*＊○〇_]{2,}|某某|[（(]部门名称[）)]|[（(]单位名称[）)]")
_HEADING_NUMBER = re.compile(
    r"^(?:第?[一二三四五六七八九十]+(?:部分|章|[、.．])|[（(][一二三四五六七八九十]+[）)]|\d{1,2}[、.．])"
)
_CONTENTS_TAIL = re.compile(r"[.…·。\-—\s]{3,}\d{0,3}$")
_TABLE = re.compile(r"表(?:[（(][^（）()]{0,12}[)）])?$")
_PAGE_NUMBER = re.compile(r"^[\s\-—–~·第页共/]*+\d{0,4}+[\s\-—–~·第页共/]*+\d{0,4}+[\s\-—–~·页]*+$")
_END_OF_COVER = re.compile(r"^(?:目录|目次|第[一二三四五六七八九十]+部分.*|[一二三四五六七八九十]+、.*)$")
_TITLE_TAIL = re.compile(
    r"(?:信息|情况|报表|说明|公开|编制|草案|报告|文本|材料|表|及其?|和|的|有关|关于|方案|批复|[（(](?:汇总|草案|公开版)[）)]|[—\-－:：《》])+$"
)
_TITLE_HEAD = re.compile(r"^(?:附件\d*|附表\d*|关于|公开|[—\-－:：《》〈〉.、\d])+")
_OF_LEVEL = re.compile(r"(?:全市|全省|全区|全县|市|省|区|县)?(?:市级|省级|区级|县级|本级|级)$")
_SUMMARY_MARK = re.compile(r"[（(](?:汇总|部门|含下属单位|含所属单位|系统)[）)]$")
_UNITS_OF_AMOUNTS = re.compile(r"^(?:人民币)?(?:万|亿|千|百万)?元|^(?:个|条|人|次|辆|台|%|平方)")
_CUT_TITLE = re.compile(r"(?:和|与|及|暨|、|的|年|年度)$|^(?:和|与|及|暨|的|年)")
"""A line that a title was broken at."""
_WHOLE_TITLE = re.compile(r"(?:报告|说明)(?:[（(][^（）()]{1,6}[）)])?$")
_NO_TITLE = re.compile(r"[。；]|\d(?:亿|万)元")
_ENDS_TITLE = re.compile(r"^[—－\-]{1,}|20\d\d年\d{1,2}月|会议|[局厅部]长")
"""Lines below a report's title: the congress, its date, and who speaks."""
_FORM_TITLE = re.compile(r"表(?:[（(].*[）)])?(?:[（(]20\d\d年度?[）)])?$")
_YEAR_ALONE = re.compile(r"^[（(]?(20[0-4]\d)年度?[）)]?$")
_CLAUSE = re.compile(r"的|[格布]局$|干部$|部署$|平台$|家庭$|到处$|机会$|^(?:截至|截止|主要是|因为|由于|加快|推进)")
"""Words of sentences that end like bodies (发展格局, 部署, 平台), or begin a clause before one."""
_MONEY = re.compile(r"^[-－]?(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:\.\d+)?$")
_NO_NAME = re.compile(r"\d+月|\d+日|会议|20[0-4]\d年|^[\d,.]+$")
_PLAINLY_MONEY = re.compile(r"^[-－]?(?:\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+\.\d+)(?:[百千万亿]{0,2}元|[万亿])?$")
_AMOUNT_IN_TEXT = re.compile(r"(?<!\d)\d[\d,，.]{0,40}\s{0,9}(?:万|亿|千)?元")
_UNIT_LINE = re.compile(r"(?:金额)?单位[:：]?(?:人民币)?(?:万|亿|千|百万)?元|[（(](?:万|亿|千)?元[）)]")
_BODY_WORDS = re.compile(
    r"(?:一般公共预算|政府性基金|国有资本经营|财政拨款|基本支出|项目支出|三公|收支总|收入总|支出总|部门预算|单位预算|部门决算|单位决算"
    r"|功能分类|经济分类|机关运行经费|政府采购|财政专户|预算数|决算数|预算收入|预算支出|转移支付)"
)
_DEPARTMENT_IN_TEXT = re.compile(r"[\u4e00-\u9fff（）()]{2,40}")


@dataclass(frozen=True)
class Evidence:
    """One thing that the document says of itself: `value` of `aspect`, told from `text` on `page_number`."""

    aspect: str
    value: str
    kind: str
    text: str
    page_number: int


@dataclass(frozen=True)
class Identity:
    """What a document is. Any field is None where the content does not say it; `evidence` says why each was chosen."""

    document_kind: str | None
    fiscal_year: int | None
    jurisdiction_code: str | None
    jurisdiction_name: str | None
    department_name: str | None
    department_level: str | None
    title: str | None
    evidence: tuple[Evidence, ...] = field(default=(), compare=False)

    @property
    def phase(self) -> str:
        """Phase of the document's own amounts: a final account is executed, everything else approved."""
        return "executed" if self.document_kind == "final_account" else "approved"


class Registration(Protocol):
    """What a registry says of a file (pipeline.reading.Claim): compared with the content, never evidence."""

    @property
    def file_name(self) -> str: ...
    @property
    def document_kind(self) -> str | None: ...
    @property
    def fiscal_year(self) -> int | None: ...
    @property
    def jurisdiction_name(self) -> str | None: ...
    @property
    def department_name(self) -> str | None: ...


@dataclass(frozen=True)
class _Text:
    page_number: int
    text: str
    in_grid: bool
    following: str = ""


def _rows(name: str) -> list[dict[str, str]]:
    return consulted.table(CATALOGUE / name)


@consulted.kept
def _title_patterns() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    return tuple(
        (re.compile(row["pattern"]), row["document_kind"], row["department_level"])
        for row in _rows("document_title.csv")
    )


@consulted.kept
def _weights() -> dict[str, float]:
    return {row["evidence"]: float(row["weight"]) for row in _rows("identity_evidence.csv")}


@consulted.kept
def _organisation() -> re.Pattern[str]:
    suffixes = sorted(
        (row["suffix"] for row in _rows("organisation_suffix.csv")),
        key=len,
        reverse=True,
    )
    return re.compile(
        rf"^[\u4e00-\u9fffA-Za-z（）()、·“”\"0-9]{{2,}}?(?:{'|'.join(suffixes)})(?:[（(][^（）()]+[）)]|本级|机关)?$"
    )


@consulted.kept
def _after_name() -> re.Pattern[str]:
    """What stands behind a body's name on the line of its label, to the end of the line."""
    return re.compile("(?:" + "|".join(f"(?:{row['pattern']})" for row in _rows("after_body_name.csv")) + ").*$")


@consulted.kept
def _labels() -> tuple[re.Pattern[str], dict[str, str]]:
    rows = _rows("body_label.csv")
    labels = sorted((row["label"] for row in rows), key=len, reverse=True)
    return (
        re.compile(rf"^[（(]?({'|'.join(labels)})(?:[（(](?:公章|盖章|全称|名称)[）)])?[:：](.*)$"),
        {row["label"]: row["department_level"] for row in rows},
    )


class _PlainWidths(dict[int, str]):
    """A table for `str.translate` that learns each character the first time: digits and letters folded, white space dropped."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = unicodedata.normalize("NFKC", character) if character.isalnum() else character
        self[code] = plain = _SPACES.sub("", folded)
        return plain


_PLAIN_WIDTHS = _PlainWidths()


@lru_cache(maxsize=65536)
def _close(text: str) -> str:
    """Text without white space; digits and Latin letters folded to their plain widths; Chinese punctuation as printed."""
    return _CHINESE_YEAR.sub(_latin_year, text.translate(_PLAIN_WIDTHS))


def _latin_year(match: re.Match[str]) -> str:
    return "".join(_CHINESE_DIGITS.get(c, unicodedata.normalize("NFKC", c)) for c in match.group())


@consulted.question
def is_organisation(name: str) -> bool:
    """Whether a name has the shape of a public body's name: it ends in one of organisation_suffix.csv, and is no clause of a sentence."""
    return bool(_organisation().match(name)) and not (_MONEY.match(name) or _CLAUSE.search(name)) and len(name) <= 40


def _texts(document: PrintedDocument) -> list[_Text]:
    """Lines, and the lines of short cells: titles and labels often stand inside the ruling."""
    texts: list[_Text] = []
    for page in document.pages[:_FULL_TEXT_PAGES]:
        for block in page.blocks:
            if isinstance(block, Line):
                texts.append(_Text(page.number, _close(block.text), False))
            elif isinstance(block, Grid):
                texts.extend(_texts_of_grid(block))
    return [text for text in texts if text.text]


def _texts_of_grid(grid: Grid) -> Iterator[_Text]:
    cells = sorted(
        (cell for cell in grid.cells if cell.text.strip()),
        key=lambda cell: (cell.row, cell.column),
    )
    for position, cell in enumerate(cells):
        if cell.row > 12 or len(cell.text) > 200:
            continue
        neighbour = cells[position + 1] if position + 1 < len(cells) and cells[position + 1].row == cell.row else None
        lines = cell.text.split("\n")
        for line in lines if len(lines) > 1 else ():
            yield _Text(grid.page_number, _close(line), True)
        yield _Text(
            grid.page_number,
            _close(cell.text),
            True,
            _close(neighbour.text) if neighbour else "",
        )


@dataclass(frozen=True)
class _Title:
    text: str
    page_number: int
    document_kind: str
    department_level: str
    fiscal_year: int | None
    name: str | None
    place: str
    is_blank: bool


def _parse_title(text: str, page_number: int) -> _Title | None:
    """A title's parts: kind and level by document_title.csv, the year next to them, and the name that is left over."""
    for pattern, kind, level in _title_patterns():
        match = pattern.search(text)
        if match is None:
            continue
        years = [found.group(1) for found in _YEAR.finditer(text[: match.end()] + "预算")] or [
            found.group(1) for found in _YEAR.finditer(text)
        ]
        rest = text[: match.start()] + "|" + text[match.end() :]
        rest = re.sub(r"20[0-4]\d年?度?|[（(]?20[0-4]\d[）)]?", "|", rest)
        parts = [_TITLE_HEAD.sub("", _TITLE_TAIL.sub("", part)) for part in rest.split("|")]
        names = [_name(part) for part in parts]
        name = next(
            (candidate for candidate in names if candidate and is_organisation(candidate)),
            None,
        )
        place = "".join(part for part in parts if part)
        return _Title(
            text,
            page_number,
            kind,
            level,
            int(_year_of_title(text, match, kind, level, years)) if years else None,
            name,
            place,
            bool(_PLACEHOLDER.search(text)),
        )
    return None


def _year_of_title(text: str, match: re.Match[str], kind: str, level: str, years: list[str]) -> str:
    """The last year before the title's end; in a government's report on an account the last one before 决算, for half a year may follow."""
    if level == "government" and kind == "final_account":
        account = text.find("决算", match.start())
        before = [found.group(1) for found in _YEAR.finditer(text) if found.start() < account]
        return before[-1] if before else years[0]
    return years[-1]


def _name(text: str) -> str:
    """A body's name without codes before it, and without 部门, （汇总） or a level after it."""
    text = re.sub(r"^[\[【(（]?\d{3,}[\]】)）]?[-—_]?", "", text)
    text = _SUMMARY_MARK.sub("", text)
    return text.removesuffix("部门") if text.endswith(("部门",)) and not text.endswith(("各部门", "主管部门")) else text


def _cover(document: PrintedDocument) -> list[_Text]:
    """The lines before the table of contents or the first heading, on the first pages that hold any."""
    lines: list[_Text] = []
    for page in document.pages[:4]:
        for block in page.blocks:
            if isinstance(block, Grid):
                if lines and not (page.method == "excel" and is_of_lines(block)):
                    return lines
                lines += [text for text in _texts_of_grid(block) if text.text][: max(0, _COVER_LINES - len(lines))]
                return lines
            closed = _close(block.text)
            if not closed or _PAGE_NUMBER.match(closed):
                continue
            if _END_OF_COVER.match(closed) or _CONTENTS_TAIL.search(closed):
                return lines
            lines.append(_Text(page.number, closed, False))
            if len(lines) >= _COVER_LINES:
                return lines
        if len(lines) >= 2:
            return lines
    return lines


def _best_title(lines: list[_Text]) -> _Title | None:
    """The run of one to four lines that says most of kind, year and name in fewest words."""
    best: tuple[float, _Title] | None = None
    label, _ = _labels()
    for start in range(len(lines)):
        for length in range(1, 5):
            run = lines[start : start + length]
            if len(run) < length or sum(len(line.text) for line in run) > 80:
                break
            title = _parse_title("".join(line.text for line in run), run[0].page_number)
            if title is None or _NO_TITLE.search(title.text) or any(label.match(line.text) for line in run):
                continue
            if any(_ENDS_TITLE.search(line.text) for line in run[1:]):
                break
            if _is_table_of_nobody(title):
                continue
            score = (
                3.0
                + (3.0 if title.fiscal_year else 0.0)
                + _score_of_name(title)
                + (1.0 if _WHOLE_TITLE.search(title.text) else 0.0)
                - (2.5 if _CUT_TITLE.search(title.text) else 0.0)
                - 0.5 * length
                - 0.01 * len(title.text)
                - 0.2 * start
            )
            if best is None or score > best[0]:
                best = (score, title)
    return best[1] if best else None


def _is_table_of_nobody(title: _Title) -> bool:
    """Whether a title that governments use is that of one table and names no place: departments title their tables so too."""
    return (
        title.department_level == "government"
        and bool(_TABLE.search(title.text))
        and not find_jurisdiction(title.place)
    )


def _score_of_name(title: _Title) -> float:
    """A name that begins with its place is a whole one; a name without may be the second half of a broken line."""
    if title.department_level == "government":
        return 4.0 if find_jurisdiction(title.place) else 2.0
    if title.name:
        return 4.0 if find_jurisdiction(title.name) else 2.0
    return 1.0 if find_jurisdiction(title.place) else 0.0


def _labelled_names(texts: list[_Text]) -> Iterator[tuple[str, str, _Text]]:
    """(label, name, text) of every label that names the body: 部门名称：…, also where the name stands in the next cell."""
    pattern, levels = _labels()
    for text in texts:
        if len(text.text) > 80:
            continue
        match = pattern.match(text.text)
        if match:
            label, value = match.group(1), match.group(2) or text.following
        elif text.in_grid and text.text in levels and text.text != "单位":
            label, value = text.text, text.following
        else:
            continue
        value = _name(_after_name().sub("", value).strip("　:：_ "))
        if value and not _UNITS_OF_AMOUNTS.match(value) and (is_organisation(value) or _PLACEHOLDER.search(value)):
            yield label, value, text


def _running_heads(document: PrintedDocument) -> Iterator[tuple[str, int]]:
    seen: Counter[str] = Counter()
    first: dict[str, int] = {}
    for page in document.pages[:_FULL_TEXT_PAGES]:
        lines = page.lines
        for line in {id(line): line for line in lines[:2] + lines[-2:]}.values():
            text = _close(line.text)
            if 6 <= len(text) <= 60 and not _PAGE_NUMBER.match(text):
                seen[text] += 1
                first.setdefault(text, page.number)
    for text, count in seen.items():
        if count >= 3:
            yield text, first[text]


class _Ballot:
    """Votes on one aspect: each kind of evidence shares its weight out among the values that it names."""

    def __init__(self) -> None:
        self.votes: dict[str, Counter[str]] = defaultdict(Counter)
        self.evidence: list[Evidence] = []

    def add(
        self,
        aspect: str,
        value: str,
        kind: str,
        text: str,
        page_number: int,
        times: int = 1,
    ) -> None:
        self.votes[kind][value] += times
        if sum(1 for item in self.evidence if item.kind == kind and item.value == value) < 2:
            self.evidence.append(Evidence(aspect, value, kind, text[:80], page_number))

    def winner(self) -> str | None:
        scores: Counter[str] = Counter()
        for kind, votes in self.votes.items():
            total = sum(votes.values())
            for value, count in votes.items():
                scores[value] += _weights()[kind] * count / total  # type: ignore[assignment]
        if not scores:
            return None
        return max(scores, key=lambda value: (scores[value], value))


@consulted.kept
def _form_title_kinds() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(row["pattern"]), row["document_kind"]) for row in _rows("kind_of_form_title.csv"))


@consulted.question
def _kind_of_form_title(text: str) -> str | None:
    return next((kind for pattern, kind in _form_title_kinds() if pattern.search(text)), None)


def _form_titles(texts: list[_Text], forms: list[Form]) -> Iterator[tuple[str, int, str]]:
    for form in forms:
        if form.title:
            yield _close(form.title), form.first_page, "form_title"
    for text in texts:
        title = _CONTENTS_TAIL.sub("", text.text)
        if 5 <= len(title) <= 50 and _FORM_TITLE.search(title) and not re.search(r"[。；，,]", title):
            numbered = _HEADING_NUMBER.match(title) is not None and not text.in_grid
            yield title, text.page_number, "contents" if numbered else "form_title"


def identify(document: PrintedDocument, forms: list[Form]) -> Identity:
    """What the document is, from its content alone: a vote among its own words, the evidence kept beside the result."""
    texts = _texts(document)
    cover = _cover(document)
    heads = list(_running_heads(document))
    kinds, years, names, levels = _Ballot(), _Ballot(), _Ballot(), _Ballot()

    title = _best_title(cover)
    titles = [(title, "title")] if title else []
    titles += [(parsed, "running_head") for text, page in heads if (parsed := _parse_title(text, page))]
    for parsed, evidence in titles:
        kinds.add(
            "document_kind",
            parsed.document_kind,
            evidence,
            parsed.text,
            parsed.page_number,
        )
        if parsed.fiscal_year:
            years.add(
                "fiscal_year",
                str(parsed.fiscal_year),
                evidence,
                parsed.text,
                parsed.page_number,
            )
        if parsed.name and not parsed.is_blank and parsed.department_level != "government":
            names.add(
                "department_name",
                parsed.name,
                evidence,
                parsed.text,
                parsed.page_number,
            )
        if parsed.department_level:
            levels.add(
                "department_level",
                parsed.department_level,
                evidence,
                parsed.text,
                parsed.page_number,
            )

    for line in cover:
        for match in _YEAR.finditer(line.text):
            years.add("fiscal_year", match.group(1), "cover", line.text, line.page_number)
        if is_organisation(_name(line.text)) and not _parse_title(line.text, line.page_number) and len(line.text) <= 30:
            names.add(
                "department_name",
                _name(line.text),
                "cover",
                line.text,
                line.page_number,
            )

    cover_pages = {line.page_number for line in cover}
    _, label_levels = _labels()
    for label, name, text in _labelled_names(texts):
        if _PLACEHOLDER.search(name):
            continue
        kind = "cover" if text.page_number in cover_pages and not text.in_grid else "unit_line"
        names.add("department_name", name, kind, text.text, text.page_number)
        if label_levels.get(label):
            levels.add(
                "department_level",
                label_levels[label],
                kind,
                text.text,
                text.page_number,
            )

    for form_title, page, evidence in _form_titles(texts, forms):
        form_kind = _kind_of_form_title(form_title)
        if form_kind:
            kinds.add("document_kind", form_kind, evidence, form_title, page)
        for match in _YEAR.finditer(form_title):
            years.add("fiscal_year", match.group(1), evidence, form_title, page)

    for text in texts:
        alone = _YEAR_ALONE.match(text.text)
        if alone:
            years.add("fiscal_year", alone.group(1), "form_title", text.text, text.page_number)
        elif text.in_grid and len(text.text) <= 24:
            # A comparison in a header is always with an earlier year, so the latest one speaks for the document.
            found = [match.group(1) for match in _YEAR_OF_SUBJECT.finditer(text.text)]
            if found:
                years.add("fiscal_year", max(found), "header", text.text, text.page_number)
        elif not text.in_grid:
            _body_evidence(text, kinds, years, levels)

    if not years.votes and kinds.votes:
        _years_in_cells(document, years)
    if not names.votes:
        for name, count, text in _bodies_in_sentences(texts):
            names.add("department_name", name, "body", text.text, text.page_number, count)

    document_kind = kinds.winner()
    year = _latest_header_year(years)
    level = levels.winner()
    body = names.winner()
    if title is not None and title.department_level == "government":
        # The title of a government's report says what it is; its cover names a congress, a speaker and dates of two or three years.
        document_kind, level = title.document_kind, "government"
        year = str(title.fiscal_year) if title.fiscal_year else year
        body = None
    jurisdiction = _jurisdiction(body, title, cover, texts)
    if level == "government" and jurisdiction:
        body = jurisdiction[1] + "人民政府"
    why = (*kinds.evidence, *years.evidence, *names.evidence, *levels.evidence)
    return Identity(
        document_kind=document_kind,
        fiscal_year=int(year) if year else None,
        jurisdiction_code=jurisdiction[0] if jurisdiction else None,
        jurisdiction_name=jurisdiction[1] if jurisdiction else None,
        department_name=body,
        department_level=level or ("department" if body else None),
        title=title.text if title else None,
        evidence=why,
    )


def _body_evidence(text: _Text, kinds: _Ballot, years: _Ballot, levels: _Ballot) -> None:
    kind_of_line = "contents" if _HEADING_NUMBER.match(text.text) and len(text.text) <= 50 else "body"
    for pattern, kind, level in _title_patterns():
        if pattern.search(text.text):
            kinds.add("document_kind", kind, kind_of_line, text.text, text.page_number)
            if level and level != "government":
                levels.add("department_level", level, kind_of_line, text.text, text.page_number)
            break
    found = [match.group(1) for match in _YEAR_OF_SUBJECT.finditer(text.text)]
    if found:
        years.add("fiscal_year", max(found), kind_of_line, text.text, text.page_number)


def _years_in_cells(document: PrintedDocument, years: _Ballot) -> None:
    """The last resort for forms without any dated title: the year that the cells name most."""
    for page in document.pages[:_FULL_TEXT_PAGES]:
        for grid in page.grids:
            for cell in grid.cells:
                text = _close(cell.text)
                for year in {match.group(1) for match in _YEAR.finditer(text)}:
                    years.add("fiscal_year", year, "body", text, page.number)


def _latest_header_year(years: _Ballot) -> str | None:
    header = years.votes.get("header")
    if header:
        latest = max(header)
        years.votes["header"] = Counter({latest: header[latest]})
    return years.winner()


def _bodies_in_sentences(texts: list[_Text]) -> list[tuple[str, int, _Text]]:
    """Bodies that sentences speak of most, where no title and no label names one."""
    seen: Counter[str] = Counter()
    first: dict[str, _Text] = {}
    for text in texts:
        if text.in_grid:
            continue
        for run in _DEPARTMENT_IN_TEXT.findall(text.text):
            found = find_jurisdiction(run)
            if found is None:
                continue
            match = re.match(
                r".*?((?:中共)?[\u4e00-\u9fff]{2,8}?(?:省|市|区|县|州|盟)[\u4e00-\u9fff]{1,16}?(?:局|委员会|办公室|办公厅|厅|中心|法院|检察院|学院|大学))",
                run,
            )
            if match:
                seen[match.group(1)] += 1
                first.setdefault(match.group(1), text)
    return [(name, count, first[name]) for name, count in seen.most_common(3) if count >= 2]


def _jurisdiction(
    name: str | None, title: _Title | None, cover: list[_Text], texts: list[_Text]
) -> tuple[str, str] | None:
    """Code and name: by the body's name, else by the title, the cover, else by the place that the text names most."""
    for candidate in (
        name,
        title.place if title else None,
        title.text if title else None,
        *(line.text for line in cover),
    ):
        found = find_jurisdiction(candidate) if candidate else None
        if found:
            return found.code, found.name
    seen: Counter[tuple[str, str]] = Counter()
    for text in texts:
        for part in re.split(r"[，。；、：:,;\s]|(?<=元)", text.text) if not text.in_grid else ():
            found = find_jurisdiction(part) if len(part) > 3 else None
            if found:
                seen[(found.code, found.name)] += 1
    return seen.most_common(1)[0][0] if seen else None


def disagreements(identity: Identity, claim: Registration) -> str | None:
    """Where the registry or the file name say otherwise than the content, in words; None where nothing does. The content wins."""
    found: list[str] = []
    if claim.document_kind and identity.document_kind and claim.document_kind != identity.document_kind:
        found.append(f"registry says {claim.document_kind}, content says {identity.document_kind}")
    if claim.fiscal_year and identity.fiscal_year and claim.fiscal_year != identity.fiscal_year:
        found.append(f"registry says {claim.fiscal_year}, content says {identity.fiscal_year}")
    if claim.jurisdiction_name and identity.jurisdiction_name:
        claimed = find_jurisdiction(claim.jurisdiction_name)
        if claimed is not None and claimed.code != identity.jurisdiction_code:
            found.append(f"registry says {claim.jurisdiction_name}, content says {identity.jurisdiction_name}")
    if (
        claim.department_name
        and identity.department_name
        and not _same_body(claim.department_name, identity.department_name)
    ):
        found.append(f"registry says {claim.department_name}, content says {identity.department_name}")
    found.extend(_disagreements_of_file_name(identity, _close(claim.file_name)))
    return "; ".join(found) or None


def _disagreements_of_file_name(identity: Identity, file_name: str) -> Iterator[str]:
    years = set(re.findall(r"(?<!\d)20[0-4]\d(?!\d)", file_name))
    if identity.fiscal_year and years and str(identity.fiscal_year) not in years:
        yield f"file name says {', '.join(sorted(years))}, content says {identity.fiscal_year}"
    kinds = {"预算": "budget", "决算": "final_account"}
    named = {kind for word, kind in kinds.items() if word in file_name}
    if identity.document_kind and len(named) == 1 and identity.document_kind not in named:
        yield f"file name says {named.pop()}, content says {identity.document_kind}"
    place = find_jurisdiction(file_name)
    if place is not None and identity.jurisdiction_code and not _nested(place.code, identity.jurisdiction_code):
        yield f"file name says {place.name}, content says {identity.jurisdiction_name}"


def _nested(one: str, other: str) -> bool:
    """Whether one GB/T 2260 code lies within the other (310000 within and above 310107)."""
    short, long = sorted((re.sub(r"(?:00)+$", "", one), re.sub(r"(?:00)+$", "", other)), key=len)
    return long.startswith(short)


def _same_body(one: str, other: str) -> bool:
    """Whether one name abbreviates the other: every character of the shorter occurs in the longer, in order."""
    short, long = sorted((_name(_close(one)), _name(_close(other))), key=len)
    remaining = iter(long)
    return all(character in remaining for character in short)


def refusal_of(
    document: PrintedDocument,
    forms: list[Form],
    figures_count: int,
    identity: Identity | None = None,
) -> tuple[str, str] | None:
    """(reason of schemas/refusal_reasons.csv, detail) where the file is no disclosure that can be loaded, else None.

    `figures_count` counts the figures with a printed number that the forms gave. Evidence is general: forms of the catalogue
    that were recognised, words of the field, amounts and units.
    """
    identity = identity or identify(document, forms)
    if not any(page.blocks for page in document.pages):
        problems = sorted({page.problem for page in document.pages if page.problem})
        return (
            "page_unreadable",
            f"no text on any of {len(document.pages)} pages ({'; '.join(problems) or 'no problem named'})",
        )
    lines = [_close(line.text) for page in document.pages for line in page.lines]
    cells = [_close(cell.text) for page in document.pages for grid in page.grids for cell in grid.cells]
    recognised = sorted({form.key for form in forms if form.key})
    words = Counter(word for text in (*lines, *cells) for word in _BODY_WORDS.findall(text))
    sentences = "".join(lines)
    amounts = len(_AMOUNT_IN_TEXT.findall(sentences))
    units = sum(1 for text in (*lines, *cells) if len(text) < 60 and _UNIT_LINE.search(text))
    numbers = sum(1 for text in cells if _PLAINLY_MONEY.match(text) and text.strip("0.,") != "")
    placeholders = sum(1 for text in lines if _PLACEHOLDER.search(text))
    seen = (
        f"forms recognised: {', '.join(recognised) or 'none'}; words of the field: {sum(words.values())} of {len(words)} kinds; "
        f"amounts in sentences: {amounts}; unit lines: {units}; amounts in cells: {numbers}; figures: {figures_count}"
    )
    tells_of_a_budget = len(words) >= 4 and sum(words.values()) >= 8
    has_content = figures_count > 0 or (amounts >= 3 and tells_of_a_budget)
    is_named = bool(recognised or identity.document_kind) and tells_of_a_budget
    shows_forms = len(recognised) >= 2 and identity.document_kind is not None
    is_one_good_form = bool(recognised) and units > 0 and figures_count >= 3 and identity.fiscal_year is not None
    if document.format == "html" and not (has_content and (is_named or shows_forms or is_one_good_form)):
        return (
            "web_page_not_document",
            f"a web page without forms or narrative of a budget ({seen})",
        )
    if (not tells_of_a_budget and not recognised) or (identity.document_kind is None and not (recognised and units)):
        return (
            "not_a_disclosure",
            f"neither title nor forms nor words of a budget or a final account ({seen})",
        )
    if not recognised and len(words) < 6 and amounts < 3 and numbers < 3:
        return "not_a_disclosure", f"words of the field, but neither forms nor amounts ({seen})"
    if amounts < 3 and numbers < 3 and (figures_count == 0 or placeholders):
        return "blank_template", f"forms without any amount ({seen})"
    if identity.fiscal_year is None:
        return "year_unknown", f"no year stands with title, forms or sentences ({seen})"
    return None
