"""What a workbook shows of a value: the codes of number formats, as Excel reads them (ECMA-376 part 1, 18.8.31).

Belongs here: the grammar of codes, and the text that a value has under one. Does not belong here: which cell has which code
(`excel`), and what the text means.

A code has up to four sections, for numbers above, below and at zero and for texts, or those that conditions choose. Commas behind
the last digit divide by a thousand each; text in quotes or behind \\ or ! stands where it is, between digits too: 0!.0000 shows
52829400 as 5282.9400.
"""

from __future__ import annotations

import datetime
import math
import operator
import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Any

from pipeline.readers.characters import fold
from pipeline.readers.quantity import MOST_WHOLE_DIGITS

LONGEST_CODE = 255


class NotUnderstood(ValueError):
    """A code, or a part of one, whose rendering is not known: what its cells show must not be guessed."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


@dataclass(slots=True)
class _Section:
    tokens: list[_Token] = field(default_factory=list)
    condition: tuple[str, Decimal] | None = None
    is_red: bool = False

    def has(self, *kinds: str) -> bool:
        return any(token.kind in kinds for token in self.tokens)


_TOKEN = re.compile(
    r"""(?P<section>;)|"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|(?P<blank>_.)|(?P<fill>\*.)
    |\[(?P<bracket>[^\]]*)\]|(?P<general>General|G/通用格式)|(?P<unknown>E[+-]|AM/PM|A/P|上午/下午)
    |(?P<date>y+|m+|d+|h+|s+|g+|e+|a{3,4})|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<value>@)
    |(?P<slash>/)|(?P<literal>[-$+():^&'~{}<>=\s]|[^\x00-\x7f])""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_WIDE = Context(prec=LONGEST_CODE + MOST_WHOLE_DIGITS + 10)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d{1,18}(?:\.\d{1,9})?)")
_COLOUR = re.compile(
    r"(?:color|颜色)\s*\d{1,2}|black|blue|cyan|green|magenta|red|white|yellow|[黑蓝青绿洋红白黄]{1,2}色?", re.I
)
_RED = re.compile(r"red|红色?|(?:color|颜色)\s*3", re.IGNORECASE)
_SIGN = re.compile(r"[-－−(（△▲负]")
_COMPARE = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip


def display(value: Any, code: str | None) -> str:
    """A cell's value as its code shows it. Raises NotUnderstood where that is not known; '' is what shows nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return _display_text(fold(value.strip(" \u3000\t\r\n").replace("\r\n", "\n")), code)
    if isinstance(value, datetime.datetime):
        return _display_date(value, code or "")
    if not isinstance(value, int | float):
        return str(value)
    if not math.isfinite(value) or abs(value) >= 10**MOST_WHOLE_DIGITS:
        raise NotUnderstood("the value is no number that a table would hold")
    return _display_number(Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}"), code or "General")


def plain(number: Decimal) -> str:
    """A number under the code General: all its digits, no exponent."""
    return f"{number.normalize():f}"


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[_Section, ...]:
    """The sections of a code, or NotUnderstood."""
    if len(code) > LONGEST_CODE:
        raise NotUnderstood(f"the code is {len(code)} characters long")
    sections = [_Section()]
    place = 0
    while place < len(code):
        match = _TOKEN.match(code, place)
        if match is None:
            raise NotUnderstood(f"“{code[place]}” in the code {code}")
        place = match.end()
        kind, text = next((name, found) for name, found in match.groupdict().items() if found is not None)
        if kind == "section":
            sections.append(_Section())
        elif kind == "bracket":
            _add_bracket(sections[-1], text)
        elif kind != "fill":
            sections[-1].tokens.append(_token(kind, text))
    if len(sections) > 4:
        raise NotUnderstood(f"{len(sections)} sections in the code {code}")
    return tuple(sections)


def _token(kind: str, text: str) -> _Token:
    if kind == "blank":
        return _Token("literal", " ")
    return _Token("literal", text) if kind in ("quoted", "escaped") else _Token(kind, text)


def _add_bracket(section: _Section, text: str) -> None:
    """A condition, a colour, or a currency with its locale; anything else (numerals of other scripts, elapsed time) is not understood."""
    condition = _CONDITION.fullmatch(text.strip())
    if condition:
        section.condition = (condition[1], Decimal(condition[2]))
    elif text.startswith("$"):
        section.tokens.append(_Token("literal", text[1:].partition("-")[0]))
    elif _COLOUR.fullmatch(text.strip()):
        section.is_red = _RED.fullmatch(text.strip()) is not None
    else:
        section.tokens.append(_Token("unknown", f"[{text}]"))


def _of_numbers(sections: tuple[_Section, ...]) -> tuple[_Section, ...]:
    """The sections for numbers: the fourth, or a last one that shows the value as text, is for texts."""
    if len(sections) == 4 or (len(sections) > 1 and sections[-1].has("value")):
        return sections[:-1]
    return sections


def _display_text(text: str, code: str | None) -> str:
    """A text under its code: most have no section for texts, or one that is the text alone."""
    if not code or not text or ("@" not in code and code.count(";") < 3):
        return text
    sections = _sections(code)
    if len(sections) < 4 and not sections[-1].has("value"):
        return text
    return "".join(text if token.kind == "value" else token.text for token in sections[-1].tokens).strip(" \u3000")


def _display_number(number: Decimal, code: str) -> str:
    sections = _of_numbers(_sections(code))
    section, is_negative = _choose(sections, number, code)
    if section.has("unknown", "date") or (section.has("slash") and section.has("digit")):
        raise NotUnderstood(f"the code {code}")
    said = "".join(token.text for token in section.tokens if token.kind == "literal")
    if is_negative and not _SIGN.search(said) and section.tokens and not section.is_red:
        raise NotUnderstood(f"the code {code} shows a negative number without a sign")
    text = _body(section, abs(number), code)
    # Red alone would lose the sign in text.
    needs_sign = number < 0 and (not is_negative or (section.is_red and not _SIGN.search(said)))
    return (f"-{text.lstrip()}" if needs_sign and text.strip() else text).strip(" \u3000")


def _choose(sections: tuple[_Section, ...], number: Decimal, code: str) -> tuple[_Section, bool]:
    """The section that shows a number, and whether it is one for negative numbers only: such a section shows its sign itself."""
    first = sections[0]
    second = sections[1] if len(sections) > 1 else None
    if first.condition is None and (second is None or second.condition is None):
        if number < 0 and second is not None:
            return second, True
        return (sections[2], False) if number == 0 and len(sections) > 2 else (first, False)
    if first.condition is None or (second is not None and second.condition is None and len(sections) > 2):
        raise NotUnderstood(f"the conditions of the code {code}")
    if _holds(first.condition, number):
        return first, _is_negative_only(first.condition)
    if second is not None and (second.condition is None or _holds(second.condition, number)):
        is_negative_only = _leaves_negatives(first.condition) or _is_negative_only(second.condition)
        if number < 0 and not is_negative_only and second.condition is not None:
            raise NotUnderstood(f"the sign of {plain(number)} under the code {code}")  # programs differ on it
        return second, is_negative_only
    if len(sections) < 3:
        raise NotUnderstood(f"no section of the code {code} is for {plain(number)}")
    return sections[2], False


def _holds(condition: tuple[str, Decimal], number: Decimal) -> bool:
    return bool(_COMPARE[condition[0]](number, condition[1]))


def _is_negative_only(condition: tuple[str, Decimal] | None) -> bool:
    return condition is not None and condition[0] in ("<", "<=") and condition[1] <= 0


def _leaves_negatives(condition: tuple[str, Decimal]) -> bool:
    """Whether what does not hold is below zero."""
    return condition[0] in (">", ">=") and condition[1] <= 0


def _body(section: _Section, number: Decimal, code: str) -> str:
    """The text of a number of no sign in its section."""
    tokens = section.tokens
    if section.has("general", "value"):
        return "".join(
            plain(number) if token.kind in ("general", "value") else token.text
            for token in tokens
            if token.kind in ("general", "value", "literal")
        )
    if not section.has("digit"):
        return "".join(token.text for token in tokens)
    places = [index for index, token in enumerate(tokens) if token.kind == "digit"]
    points = [index for index, token in enumerate(tokens) if token.kind == "point"]
    if len(points) > 1:
        raise NotUnderstood(f"two points in the code {code}")
    point = points[0] if points else len(tokens)
    whole = [index for index in places if index < point]
    fraction = [index for index in places if index > point]
    is_grouped, thousands = _commas(tokens, whole, fraction, code)
    percents = sum(token.kind == "percent" for token in tokens)
    value = number.scaleb(2 * percents - 3 * thousands)
    if value >= Decimal(10) ** MOST_WHOLE_DIGITS:
        raise NotUnderstood(f"the number is too large under the code {code}")
    shown_value = value.quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP, _WIDE)
    digits, _, decimals = f"{shown_value:f}".partition(".")
    shown = _whole_digits(tokens, whole, digits.lstrip("0"), is_grouped) | _fraction_digits(tokens, fraction, decimals)
    if is_grouped and any(token.kind != "comma" for token in _between(tokens, whole)):
        raise NotUnderstood(f"thousands and text between the digits of the code {code}")
    if not whole and digits.lstrip("0"):
        shown[point] = f"{digits}."
    return "".join(shown.get(index, "" if token.kind == "comma" else token.text) for index, token in enumerate(tokens))


def _between(tokens: list[_Token], places: list[int]) -> list[_Token]:
    """What stands between digits."""
    return [token for token in tokens[places[0] : places[-1]] if token.kind != "digit"] if places else []


def _commas(tokens: list[_Token], whole: list[int], fraction: list[int], code: str) -> tuple[bool, int]:
    """Whether thousands are set apart, and by how many thousands the number is divided."""
    is_grouped, thousands = False, 0
    for index, token in enumerate(tokens):
        if token.kind != "comma":
            continue
        if whole and whole[0] < index < whole[-1]:
            is_grouped = True
        elif (whole and index > whole[-1] and not (fraction and fraction[0] < index < fraction[-1])) or (
            fraction and index > fraction[-1]
        ):
            thousands += 1
        else:
            raise NotUnderstood(f"a comma in the code {code}")
    return is_grouped, thousands


def _whole_digits(tokens: list[_Token], places: list[int], digits: str, is_grouped: bool) -> dict[int, str]:
    """The digits before the point by the place of their token, filled from the right; the first place takes all that are left."""
    shown: dict[int, str] = {}
    count = 0
    for index in reversed(places):
        taken, digits = (digits[-1:], digits[:-1]) if index != places[0] else (digits, "")
        text = ""
        for digit in reversed(taken or {"0": "0", "#": "", "?": " "}[tokens[index].text]):
            text = digit + ("," if is_grouped and count and count % 3 == 0 else "") + text
            count += 1
        shown[index] = text
    return shown


def _fraction_digits(tokens: list[_Token], places: list[int], decimals: str) -> dict[int, str]:
    """The digits behind the point by the place of their token; zeros at the end as the tokens say."""
    last = len(decimals.rstrip("0"))
    return {
        index: digit if number < last else {"0": "0", "#": "", "?": " "}[tokens[index].text]
        for number, (index, digit) in enumerate(zip(places, decimals, strict=True))
    }


def _display_date(value: datetime.datetime, code: str) -> str:
    """A date as year, month and day, written as the code has it where that says 年, else with hyphens; times as they are kept."""
    if value.time() != datetime.time(0, 0):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if "年" not in code:
        return value.strftime("%Y-%m-%d")
    parts = {
        "yyyy": f"{value.year}", "yy": f"{value.year % 100:02}", "mm": f"{value.month:02}", "m": f"{value.month}",
        "dd": f"{value.day:02}", "d": f"{value.day}",
    }  # fmt: skip
    section = _sections(code)[0]
    if any(token.kind == "date" and token.text.lower() not in parts for token in section.tokens):
        return value.strftime("%Y-%m-%d")
    return "".join(
        parts[token.text.lower()] if token.kind == "date" else token.text
        for token in section.tokens
        if token.kind in ("date", "literal", "slash")
    ).strip()
