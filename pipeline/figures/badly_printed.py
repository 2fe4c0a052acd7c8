"""Numbers printed badly, and how they may be meant: several amounts in one cell, an amount on two lines.

Belongs here: other readings of a form's printed numbers, for the sums to judge. Does not belong here: the judgement
(`interpretation`), numbers that a page edge cuts (`pipeline.forms.assembly`), what a number is (`pipeline.forms.text`).

No digit is added and none dropped. An amount that is read in such a way is believed only where a sum bears it out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pipeline.forms.broken_numbers import broken_numbers
from pipeline.forms.form import Form, FormCell
from pipeline.forms.text import is_number, squeeze

_AMOUNT = re.compile(r"-?\d{1,3}(?:,\d{3})*\.\d\d")
_AMOUNTS = re.compile(rf"(?:{_AMOUNT.pattern}){{2,}}")
"""Amounts of two decimals, one right behind the other: the second decimal tells where each ends."""


@dataclass(frozen=True, slots=True)
class Reread:
    """A form with some of its numbers read otherwise: the cells that hold them, and those whose texts went to others."""

    form: Form
    told: str
    changed: frozenset[str]
    moved: frozenset[str] = frozenset()


def other_readings(form: Form) -> Iterator[Reread]:
    """Ways in which the form's badly printed numbers may be meant; none where all are printed well."""
    run = [cell for cell in form.data_cells if _AMOUNTS.fullmatch(squeeze(cell.text)) and not _is_list(cell)]
    if run:
        seen: list[dict[str, str]] = []
        for begins_left in (_begins_left, lambda _: False, lambda _: True):
            texts = _parted(form, run, begins_left)
            if texts and texts not in seen:
                seen.append(texts)
                cells = [replace(cell, text=texts.get(cell.cell_id, cell.text)) for cell in form.cells]
                told = f"amounts stand in one cell, one behind the other (“{run[0].text}”): each is of its own cell"
                yield Reread(replace(form, cells=cells), told, frozenset(texts))
    yield from _joined(form)


def _is_list(cell: FormCell) -> bool:
    """Whether each amount has a line of its own: they stand below one another, and none is of a cell beside."""
    return len(cell.lines) > 1 and all(_AMOUNT.fullmatch(squeeze(line)) for line in cell.lines)


def _begins_left(cell: FormCell) -> bool:
    """Whether the first amount begins in the cell to the left: the reader gave the whole to the cell that most of it stands in."""
    return cell.text_x0 is not None and cell.box is not None and cell.text_x0 < cell.box.x0


def _parted(form: Form, run: list[FormCell], begins_left: Callable[[FormCell], bool]) -> dict[str, str]:
    """Texts by cell where the amounts of a run are given to its cell and the blank ones beside it; a run that finds no room is left out."""
    places = {(cell.row, cell.column): cell for cell in form.cells}
    texts: dict[str, str] = {}
    for cell in run:
        amounts = _AMOUNT.findall(squeeze(cell.text))
        first = cell.column - begins_left(cell)
        targets = [places.get((cell.row, column)) for column in range(first, first + len(amounts))]
        if all(target is not None and (target is cell or not target.text.strip()) for target in targets):
            texts |= {
                target.cell_id: amount for target, amount in zip(targets, amounts, strict=True) if target is not None
            }
    return texts


def _joined(form: Form) -> Iterator[Reread]:
    """Each row whose numbers go on in the row below, joined with it, where nothing else is numeric there."""
    pairs = list(broken_numbers(cell for cell in form.data_cells if is_number(cell.text)))
    lower = {below.row: upper.row for upper, below in pairs}
    halves = {below.cell_id for _, below in pairs}
    if not pairs or any(
        is_number(cell.text) and cell.cell_id not in halves for cell in form.cells if cell.row in lower
    ):
        return
    cells: dict[tuple[int, int], FormCell] = {}
    changed, moved = set(), set()
    for cell in sorted(form.cells, key=lambda cell: (cell.row, cell.column)):
        above = cells.get((lower.get(cell.row, -1), cell.column))
        if above is None or not cell.text:
            cells[cell.row, cell.column] = cell
            continue
        cells[above.row, above.column] = replace(above, text=above.text + cell.text, lines=(*above.lines, *cell.lines))
        changed.add(above.cell_id)
        moved.add(cell.cell_id)
    first, second = pairs[0]
    told = f"numbers are broken over two lines: “{first.text}” and “{second.text}” below it are one"
    kept = [cell for cell in cells.values() if cell.row not in lower]
    yield Reread(replace(form, cells=kept), told, frozenset(changed), frozenset(moved))
