"""What stands in a paragraph of Word beside its plain text and is seen in its line: formulas, symbols of a font, fields that draw.

Belongs here: the characters that such an element shows. Does not belong here: plain text (`word`), whether it is seen (`word_looks`).
"""

from __future__ import annotations

import re
from typing import Any

from docx.oxml.ns import qn

from pipeline.readers.characters import UNKNOWN

_MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
TAGS = frozenset((f"{_MATHS}oMath", qn("w:sym"), qn("w:instrText")))
_IN_LINE = {f"{_MATHS}{name}" for name in ("oMath", "r", "t", "rPr", "sty", "nor", "ctrlPr")}
"""Elements of a formula that is one line of characters."""
_DRAWS = re.compile(r"\s{0,20}EQ\b", re.IGNORECASE)
_PROSE = re.compile(r"[\u4e00-\u9fff]")
_OF_SYMBOL = re.compile("[Ff]0[23][0-9A-Fa-f]")
"""Codes of the font Symbol for the digits and signs that have the same place in every font."""


def is_prose(paragraph: Any) -> bool:
    return any(_PROSE.search(node.text or "") for node in paragraph.iter(qn("w:t")))


def shown(node: Any, in_prose: bool) -> str:
    """The characters that an element of `TAGS` shows, as far as they stand in one line and are known.

    Among digits, what is not known is a sign of its own, so that the number is no amount; in prose it is left out.
    """
    if node.tag == f"{_MATHS}oMath":
        text = "".join(part.text or "" for part in node.iter(f"{_MATHS}t"))
        is_line = all(part.tag in _IN_LINE for part in node.iter(f"{_MATHS}*"))
        return text if is_line or not text else f"{UNKNOWN}{text}"
    if node.tag == qn("w:instrText"):
        draws = _DRAWS.match(node.text or "") is not None and any(c.isdigit() for c in node.text or "")
        return f"{UNKNOWN}{node.text}" if draws and not in_prose else ""
    code = node.get(qn("w:char")) or ""
    if (node.get(qn("w:font")) or "").lower() == "symbol" and _OF_SYMBOL.fullmatch(code):
        return chr(int(code[2:], 16))
    return "" if in_prose else UNKNOWN
