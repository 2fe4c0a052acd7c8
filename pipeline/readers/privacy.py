"""Contact persons are removed at reading.

Belongs here: which printed words announce a contact person or a telephone number, and the removal of what they announce. Does
not belong here: anything after the readers, which never sees the removed text.

A number alone is never taken for a telephone number: amounts, codes and dates stay. Only what a label announces is removed
(in the same cell or line, in the cell to the right, or below a header cell).
"""

from __future__ import annotations

import re

from pipeline.readers.printed import Cell, Grid, Line, PrintedDocument

REMOVED = "［已移除］"

_GAP = r"[\s\u3000]*"


def _spaced(word: str) -> str:
    return _GAP.join(re.escape(character) for character in word)


def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(_spaced(word) for word in sorted(words, key=len, reverse=True))


_CLERK = _any_of(
    ("填报人", "填表人", "填制人", "制表人", "经办人", "联系人", "联络人", "联系人员", "联络员", "报送人", "填报责任人")
)
_PERSON = _CLERK + "|" + _any_of(
    ("项目负责人", "单位负责人", "部门负责人", "财务负责人", "业务负责人", "主要负责人", "负责人", "责任人", "审核人", "复核人", "分管领导",
     "法定代表人", "法人代表")
)  # fmt: skip
_PHONE = (
    "(?:"
    + _any_of(
        ("联系电话", "联系方式", "电话号码", "移动电话", "手机号码", "手机号", "办公电话", "固定电话", "咨询电话", "监督电话", "手机", "电话",
         "传真", "座机", "电子邮箱", "电子邮件", "邮箱")
    )
    + ")(?!费|通|线|网|会|机|系统|银行|接|预|咨|、|里|服务|办)"
)  # fmt: skip
_WORD = rf"(?:{_PERSON}|{_PHONE})"
_LABEL = rf"{_WORD}(?:{_GAP}(?:[及和与、/]|以及){_GAP}{_WORD}|{_GAP}[(（]{_GAP}(?:{_WORD}|签[字名章]|盖章|姓名|座机){_GAP}[)）]|{_GAP}签[字名章]|{_GAP}姓名)*"
_LABEL_ONLY = re.compile(rf"{_GAP}(?!是否|有无)[\u4e00-\u9fff]{{0,12}}?{_LABEL}{_GAP}[:：]?{_GAP}")
_LABEL_AND_VALUE = re.compile(
    rf"({_LABEL}{_GAP}[:：]{_GAP})([^\s:：；;。][^:：；;。\n]*?)"
    rf"(?=$|\n|[；;。]|{_GAP}{_LABEL}|[\s\u3000]*[\u4e00-\u9fff]{{2,10}}[:：])"
)
_CLERK_AND_NAME = re.compile(rf"((?:{_CLERK})[\s\u3000]+)([\u4e00-\u9fff]{{2,4}})(?=[\s\u3000]|$|{_WORD})")
_DIALLED = r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|[(（]?0\d{2,3}[)）]?[-－—– ]{0,2}[1-9]\d{6,7}(?:[-转]\d{1,5})?|[48]00-\d{3,4}-\d{3,4}"
_NOT_AMOUNT = r"(?![\d.,]*\d|[\s\u3000]*[万亿元])"
_SHAPED_NUMBER = re.compile(rf"(?<![\d.,])(?:{_DIALLED}){_NOT_AMOUNT}")
_ANNOUNCED_NUMBER = re.compile(
    rf"({_PHONE}[^\d\n。；;]{{0,12}})((?:{_DIALLED}|[1-9]\d{{6,7}})(?:[,，、/\s]+(?:{_DIALLED}|[1-9]\d{{6,7}}))*){_NOT_AMOUNT}"
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_NAME = r"(?:[\u4e00-\u9fff·][\s\u3000]?){2,4}(?:[（(][^)）]{1,6}[)）])?"
_NUMBER = r"(?:\+?86[- ]?)?(?! )[\d()（）\-－—–转 ]{5,20}"
_BLANK = r"[\s\u3000,，、/;；:：]*"
_NAME_ONLY = re.compile(rf"{_BLANK}{_NAME}(?:[\s\u3000,，、/;；]+{_NAME}){{0,2}}{_BLANK}")
_NUMBER_ONLY = re.compile(rf"{_BLANK}(?:{_NUMBER}{_BLANK}){{1,3}}")
_NAME_AND_NUMBER = re.compile(rf"{_BLANK}(?:{_NAME}{_BLANK}(?:{_NUMBER}{_BLANK}){{1,3}}){{1,3}}")
_NAME_AND_MOBILE = re.compile(rf"{_BLANK}{_NAME}{_BLANK}(?:{_NUMBER}{_BLANK})?1[3-9]\d{{9}}{_BLANK}")
_DATE_OR_AMOUNT = re.compile(r"[\s\u3000]*(?:19|20)\d\d[-./年]|.*(?:\d\.\d|\d,\d{3}(?!\d)|\d[\s\u3000]*[万亿元%])")
_UNFINISHED = re.compile(rf"{_PHONE}{_GAP}[:：]?{_GAP}[\d()（）\-－—– ]{{0,8}}$")
_REST_OF_NUMBER = re.compile(rf"^{_GAP}[-－—–]?{_GAP}(?:{_DIALLED}|[1-9]\d{{6,7}}){_NOT_AMOUNT}")
_MENTION = re.compile(rf"{_PERSON}|{_PHONE}")


def redact(document: PrintedDocument) -> int:
    """Replace names and telephone numbers of contact persons by '［已移除］', in place. Returns how many were removed."""
    count = 0
    for page in document.pages:
        before = ""
        for block in page.blocks:
            if isinstance(block, Line):
                line, removed = redact_text(block.text)
                if not removed and before and _LABEL_ONLY.fullmatch(before) and _is_contact(line, before):
                    line, removed = REMOVED, 1
                elif before and _UNFINISHED.search(before):
                    line, removed = _REST_OF_NUMBER.subn(REMOVED, line)
                before, block.text = block.text, line
                count += removed
            else:
                before = ""
                count += _redact_grid(block)
    for index, unread in enumerate(document.unread):
        detail, removed = redact_text(unread.detail)
        document.unread[index] = unread._replace(detail=detail)
        count += removed
    return count


def redact_text(text: str) -> tuple[str, int]:
    """Text without what contact labels in it announce, and how many values were removed."""
    if _NAME_AND_MOBILE.fullmatch(text):
        return REMOVED, 1
    if not _MENTION.search(text):
        return text, 0
    removed = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal removed
        if REMOVED in match[2] or not _is_contact(match[2], match[1]):
            return match[0]
        removed += 1
        return match[1] + REMOVED

    text = _LABEL_AND_VALUE.sub(replace, text)
    text = _CLERK_AND_NAME.sub(replace, text)
    if re.search(_PHONE, text):
        text, numbers = _ANNOUNCED_NUMBER.subn(rf"\g<1>{REMOVED}", text)
        text, shaped = _SHAPED_NUMBER.subn(REMOVED, text)
        text, addresses = _EMAIL.subn(REMOVED, text)
        removed += numbers + shaped + addresses
    return text, removed


def _is_contact(value: str, label: str) -> bool:
    """Whether a value is what the label announces: a name, a telephone number, or both."""
    flat = value.replace("\n", " ").strip(" \u3000")
    if not flat or len(flat) > 80 or _DATE_OR_AMOUNT.match(flat):
        return False
    if _EMAIL.search(flat) or _NAME_AND_NUMBER.fullmatch(flat):
        return True
    announces_person = re.search(_PERSON, label) is not None
    announces_phone = re.search(_PHONE, label) is not None
    if announces_person and _NAME_ONLY.fullmatch(flat) and not _MENTION.search(flat):
        return True
    return (announces_phone or announces_person) and _NUMBER_ONLY.fullmatch(flat) is not None


def _redact_grid(grid: Grid) -> int:
    labels = [cell for cell in grid.cells if cell.text and _LABEL_ONLY.fullmatch(cell.text.replace("\n", ""))]
    count = 0
    for label in labels:
        for value in _announced(grid, label, labels):
            value.text = REMOVED
            count += 1
    for cell in grid.cells:
        if cell.text and cell.text != REMOVED:
            cell.text, removed = redact_text(cell.text)
            count += removed
    return count


def _announced(grid: Grid, label: Cell, labels: list[Cell]) -> list[Cell]:
    """The cells that a label announces: the next filled one to its right, else those below it."""
    text = label.text.replace("\n", "")
    right = [
        cell
        for cell in grid.cells
        if cell.row <= label.row < cell.row + cell.row_span and cell.column > label.column and cell.text
    ]
    if right:
        first = min(right, key=lambda cell: cell.column)
        if not any(first is other for other in labels) and _is_contact(first.text, text):
            return [first]
    if text.rstrip(" \u3000").endswith((":", "：")):
        return []
    below: list[Cell] = []
    for cell in sorted(grid.cells, key=lambda cell: cell.row):
        if cell.row < label.row + label.row_span or cell.column != label.column or not cell.text:
            continue
        if any(cell is other for other in labels) or not _is_contact(cell.text, text):
            break
        below.append(cell)
    return below
