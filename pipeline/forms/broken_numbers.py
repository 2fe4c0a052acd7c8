"""Numbers broken over two lines by a narrow column: the pieces are no amounts.

Belongs here: telling pieces of numbers from numbers by their decimals. Does not belong here: joining rows that a page edge cuts
(`assembly`), or refusing a form (`pipeline.figures.interpretation`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.forms.form import FormCell
from pipeline.forms.text import decimals_of, is_number, squeeze

_BEFORE_POINT = re.compile(r"[-(]?[\d,]+[.,]$")
_AFTER_POINT = re.compile(r"\.\d+\)?$")
_REST = re.compile(r"[\d,]+(?:\.\d+)?\)?$|\.\d+\)?$")
_LEAST_NUMBERS = 3

Row = dict[int, FormCell]


def cuts_numbers(upper: Row, lower: Row, others: Sequence[Row]) -> bool:
    """Whether two half rows hold the halves of numbers: joined they have the decimals that every amount of the form has.

    A code that the same line break cuts has the length of other codes once joined. One pair of numbers that is whole as it
    stands, or one column whose join is no number, says that the rows are two.
    """
    is_cut = False
    for column in upper.keys() & lower.keys():
        first, second = squeeze(upper[column].text), squeeze(lower[column].text)
        if not any(character.isdigit() for character in first + second):
            continue
        texts = (row[column].text for row in others if column in row)
        numbers = [squeeze(text) for text in texts if is_number(text)]
        places = {decimals_of(text) for text in numbers}
        if len(places) != 1 or len(numbers) < _LEAST_NUMBERS or not is_number(first + second):
            return False
        (usual,) = places
        if not usual:
            if len(first + second) not in {len(text) for text in numbers}:
                return False
        elif decimals_of(first) < usual == decimals_of(first + second):
            is_cut = True
        else:
            return False
    return is_cut


def broken_numbers(cells: Iterable[FormCell]) -> Iterator[tuple[FormCell, FormCell]]:
    """Exact numbers that end with their point, or digits above a lone fraction, each with the rest of it in the next row.

    Programs that drop the zero before the point print `.50` for one half; they never print `0.50` in the same form. A form in
    which each tenth stands above a single digit prints hundredths.
    """
    numbers = {(cell.row, cell.column): cell for cell in cells if cell.confidence is None and is_number(cell.text)}
    drops_zero = not any(squeeze(cell.text).lstrip("-(").startswith("0.") for cell in numbers.values())
    tenths: list[tuple[FormCell, FormCell | None]] = []
    for (row, column), cell in numbers.items():
        below = numbers.get((row + cell.row_span, column))
        first, second = squeeze(cell.text), squeeze(below.text) if below else ""
        if decimals_of(first) == 1:
            tenths.append((cell, below if len(second) == 1 else None))
        ends_open = _BEFORE_POINT.match(first) and _REST.match(second)
        is_fraction = not drops_zero and not decimals_of(first) and _AFTER_POINT.match(second)
        if below is not None and (ends_open or is_fraction):
            yield cell, below
    if len(tenths) >= _LEAST_NUMBERS:
        pairs = [(cell, below) for cell, below in tenths if below is not None]
        yield from pairs if len(pairs) == len(tenths) else ()
