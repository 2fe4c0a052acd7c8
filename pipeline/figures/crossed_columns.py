"""Columns headed by economic classes (基本工资, 办公费): amounts of a line crossed with a class, told by the editions' names.

Belongs here: which columns those are, and of which class. Does not belong here: the other words of headers
(`pipeline.forms.header`), the editions (`classification`).
"""

from __future__ import annotations

import re

from pipeline.editions.classification import ECONOMIC_DEPARTMENT, ECONOMIC_GOVERNMENT, code_by_name
from pipeline.forms.form import Form
from pipeline.forms.header import Column
from pipeline.forms.text import bare_name

_OWN_FORMS = ("three_public", "meeting_training")
"""Forms in which 公务接待费, 会议费 and 培训费 are items of the form itself and no classes."""


def cross_columns(form: Form, columns: list[Column], year: int) -> None:
    """Give columns that a single economic class names the class, in place; they are of measure `economic_class`, and addends of none.

    Not every class need have a column, so that they need not add up. A column of an item (公务接待费) is one too, but in the forms
    of those items; where no class has its name it is unknown.
    """
    if form.key in _OWN_FORMS:
        return
    scheme = ECONOMIC_GOVERNMENT if re.search(r"政府(?:预算)?(?:支出)?经济", form.title or "") else ECONOMIC_DEPARTMENT
    for column in columns:
        is_item = column.role == "value" and column.attributes.get("item", "total") != "total"
        if not column.path or not (is_item or column.role == "unknown"):
            continue
        code = _class_of(column.path, scheme, year)
        if code is not None:
            column.role, column.parent, column.is_memo = "value", None, False
            column.attributes |= {"measure": "economic_class", "cross_scheme": scheme, "cross_code": code}
        elif is_item and not column.is_memo:
            column.role = "unknown"


def _class_of(path: tuple[str, ...], scheme: str, year: int) -> str | None:
    """Code of the class that the last text of a header names, below the class that a text above it names; None where in doubt."""
    above = next(
        (
            found[0].code
            for text in path[-2::-1]
            if len(found := code_by_name(bare_name(text), None, scheme, year)) == 1
        ),
        None,
    )
    exact = [found for found in code_by_name(bare_name(path[-1]), above, scheme, year) if found.evidence == "name"]
    return exact[0].code if len(exact) == 1 else None
