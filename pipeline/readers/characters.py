"""Characters with boxes -> text: lines, spaces, and the folding of look-alike code points.

Belongs here: what is true of printed characters whatever placed them (a PDF, an optical reader). Does not belong here:
rules, tables, formats.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

UNKNOWN = "\ufffd"
"""A character that is seen and not known, or not at which place: with it, digits are no number."""
RIGHT_TO_LEFT = "\u202e"
"""Stands before characters that are seen in another direction than they are kept: with it, digits are no number."""
# CJK Radicals Supplement has almost no compatibility decomposition; these are Unicode's EquivalentUnifiedIdeograph values
_RADICALS = dict(
    zip(
        "⺁⺄⺅⺆⺇⺈⺉⺊⺋⺌⺎⺒⺓⺔⺗⺘⺙⺛⺝⺞⺟⺠⺡⺢⺣⺦⺩⺪⺫⺬⺭⺮⺰⺱⺲⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻁⻂⻃⻄⻅⻆⻇⻈⻉⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻲⻳",
        "厂乙亻冂几刀刂卜㔾小兀巳幺彑心扌攵旡月歺母民氵氺灬丬王疋罒示礻竹纟罓罒羊羊⺸耂肀聿肉臼艹艹虎衤覀西见角角讠贝车辶辶辶阝钅長镸长门阜阝雨青韦页风飞食飠饣马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜龟",
        strict=True,
    )
)


def _folding() -> dict[int, str]:
    table = {ord(key): value for key, value in _RADICALS.items() if key != value}
    for first, last in ((0x2E80, 0x2FDF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)):
        for point in range(first, last + 1):
            folded = unicodedata.normalize("NFKC", chr(point))
            if folded != chr(point):
                table.setdefault(point, folded)
    # blanks of typesetting that carry no meaning, and marks without width
    for point in (0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF):
        table[point] = ""
    table[0x00A0] = " "
    return table


FOLDING = _folding()
"""`str.translate` table: compatibility and Kangxi radicals to the characters they stand for, invisible marks to nothing."""


def fold(text: str) -> str:
    """Text with radicals and compatibility ideographs folded; everything else as printed."""
    return text if text.isascii() else text.translate(FOLDING)


def is_unmapped(character: str) -> bool:
    """Whether a character says only that its font names no character: U+FFFD, private use, or a control code."""
    point = ord(character)
    return point == 0xFFFD or 0xE000 <= point <= 0xF8FF or (point < 32 and point not in (9, 10, 13)) or point >= 0xF0000


@dataclass(slots=True)
class Characters:
    """Printed characters of one page in the order of the file; the lists run in parallel. White space is left out."""

    text: list[str] = field(default_factory=list)
    x0: list[float] = field(default_factory=list)
    top: list[float] = field(default_factory=list)
    x1: list[float] = field(default_factory=list)
    bottom: list[float] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.text)


@dataclass(slots=True)
class TextLine:
    """One line: its text, its box, and the members (indexes of characters, left to right)."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    members: list[int]


def lines(characters: Characters, members: Sequence[int]) -> list[TextLine]:
    """Characters `members` as lines from top to bottom, each left to right.

    A character joins a line when its middle lies within half a character's height of the line's middle, so digits
    set on another baseline than their text stay in its line.
    """
    if not members:
        return []
    tops, bottoms, x0s = characters.top, characters.bottom, characters.x0
    if len(members) == 1:
        return [_text_line(characters, list(members))]
    middles = sorted([(tops[index] + bottoms[index], index) for index in members])
    first, last = middles[0], middles[-1]
    least = min(bottoms[index] - tops[index] for index in members)
    if last[0] - first[0] <= least:  # doubled middles: within half a height
        return [_text_line(characters, sorted(members, key=x0s.__getitem__))]
    groups: list[list[int]] = []
    total, height, count = 0.0, 0.0, 0
    for middle, index in middles:
        own = bottoms[index] - tops[index]
        if count and middle - total / count <= min(own, height / count):
            groups[-1].append(index)
            total += middle
            height += own
            count += 1
        else:
            groups.append([index])
            total, height, count = middle, own, 1
    if len(groups) > 1:
        groups = _with_marks(characters, groups)
    return [_text_line(characters, sorted(group, key=x0s.__getitem__)) for group in groups]


def _with_marks(characters: Characters, groups: list[list[int]]) -> list[list[int]]:
    """Lines with the punctuation in them whose boxes are so small (、 at the foot, “ at the head) that it seemed a line of its own."""
    text, tops, bottoms = characters.text, characters.top, characters.bottom
    marks = [group for group in groups if not any(text[index].isalnum() for index in group)]
    whole = [group for group in groups if any(text[index].isalnum() for index in group)]
    if not marks or not whole:
        return groups
    extents = [(min(tops[index] for index in group), max(bottoms[index] for index in group)) for group in whole]
    left: list[list[int]] = []
    for group in marks:
        middle = sum(tops[index] + bottoms[index] for index in group) / (2 * len(group))
        size = max(bottoms[index] - tops[index] for index in group)
        around = [line for line, (top, bottom) in zip(whole, extents, strict=True) if top <= middle <= bottom]
        if len(around) == 1 and size < 0.7 * max(bottoms[index] - tops[index] for index in around[0]):
            around[0].extend(group)
        else:
            left.append(group)
    return sorted([*whole, *left], key=lambda group: min(tops[index] + bottoms[index] for index in group))


def _text_line(characters: Characters, members: list[int]) -> TextLine:
    text, x0s, x1s = characters.text, characters.x0, characters.x1
    tops, bottoms = characters.top, characters.bottom
    if len(members) == 1:
        only = members[0]
        return TextLine(text[only], x0s[only], tops[only], x1s[only], bottoms[only], members)
    top, bottom = (
        min([tops[index] for index in members]),
        max([bottoms[index] for index in members]),
    )
    parts: list[str] = []
    end = x0s[members[0]]
    previous = ""
    for index in members:
        gap = x0s[index] - end
        character = text[index]
        if gap > 1.5:
            size = bottoms[index] - tops[index]
            if gap > 2.2 * size:
                parts.append("  ")
            elif gap > _space_limit(previous, character) * size:
                parts.append(" ")
        elif character == previous and gap < 0 and -gap > 0.6 * (x1s[index] - x0s[index]):
            continue  # drawn twice, a little apart, to look bold
        parts.append(character)
        previous = character
        end = max(end, x1s[index])
    return TextLine("".join(parts), x0s[members[0]], top, end, bottom, members)


def _space_limit(left: str, right: str) -> float:
    """The gap, in heights of a character, from which on a blank is printed between two characters."""
    if left in _NUMERIC and right in _NUMERIC:
        return 0.9  # digits of one number may stand far apart in justified cells
    return 0.2 if left.isascii() and right.isascii() else 0.45


_NUMERIC = frozenset("0123456789,.")
