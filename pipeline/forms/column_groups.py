"""Groups of columns that stand side by side in one form: revenue beside expenditure, each with keys of its own.

Belongs here: where a group begins. Does not belong here: what a column means (`header`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.forms.text import comparable

if TYPE_CHECKING:
    from pipeline.forms.form import Form
    from pipeline.forms.header import Column

_KEYS = frozenset(
    {"line_name", "project_name", "code", "category_code", "economic_code", "economic_name", "government_economic_name"}
)


def number_groups(form: Form, columns: list[Column]) -> None:
    """Number the groups, in place: a name or code column right of amounts begins a new one.

    Where it repeats, row by row, such a column of the group before, the sheet was cut across: the rows go on, and the column is no key.
    """
    group = 0
    seen_value = False
    texts = _texts_by_column(form)
    keys: list[Column] = []
    for column in columns:
        if column.role in _KEYS and seen_value:
            if any(texts.get(column.index) == texts.get(key.index) for key in keys if texts.get(key.index)):
                column.role = "ordinal"
            else:
                group, seen_value, keys = group + 1, False, []
        if column.role in _KEYS:
            keys.append(column)
        seen_value = seen_value or column.role == "value"
        column.group = group


def _texts_by_column(form: Form) -> dict[int, dict[int, str]]:
    texts: dict[int, dict[int, str]] = {}
    for cell in form.data_cells:
        if text := comparable(cell.text):
            texts.setdefault(cell.column, {})[cell.row] = text
    return texts
