"""Of which line each line is an addend: by codes, by agencies, by numbering and indent, and by which assignment satisfies the sums.

Belongs here: setting `LineRow.parent` for the lines of one group of columns. Does not belong here: reading key columns
(`lines`), verdicts (`pipeline.proofs`).
"""

from __future__ import annotations

import re
from decimal import Decimal

from pipeline.figures.lines import SOURCE_PARENT, LineRow, attribute_of, source_of
from pipeline.figures.nesting import parents_by_sums
from pipeline.figures.over_agencies import lines_over_agencies
from pipeline.figures.sums import NOTHING, Amount, adds_up
from pipeline.forms.text import bare_name

Amounts = dict[int, Amount]
"""Amount and half unit, in yuan, of the group's main column by row."""


def tie(lines: list[LineRow], amounts: Amounts) -> str | None:
    """Set the parents of the lines of one group, in place; returns the evidence on which names without codes were nested."""
    evidence: str | None = None
    for year in dict.fromkeys((line.year, line.is_comparison) for line in lines):
        evidence = _tie_year([line for line in lines if (line.year, line.is_comparison) == year], amounts) or evidence
    return evidence


def _tie_year(lines: list[LineRow], amounts: Amounts) -> str | None:
    """Lines of one year (or all lines, where rows are not of years): a line of 2016 is never an addend of one of 2017."""
    body = [line for line in lines if line.kind != "note" and not line.is_over_groups]
    for line in body:
        line.parent = None
    _drop_repeated_totals(body, amounts)
    over_agencies = lines_over_agencies(body, amounts)
    for line, _ in over_agencies:
        # It is of none of them, and ends the part of the one before.
        line.agency_name = line.agency_code = None
    evidence: str | None = None
    for block in _agency_blocks(body):
        head = block[0] if block and block[0].kind == "agency" else None
        inner = block[1:] if head is not None else block
        coded = [line for line in inner if line.code and line.is_code_printed]
        if coded and len(coded) * 2 >= len([line for line in inner if line.kind == "line"]):
            _tie_codes(inner, head)
            _nest_codes_printed_twice(inner, amounts)
        else:
            target = amounts.get(head.row) if head is not None else _target(inner, body, amounts)
            evidence = _tie_names(inner, head, target, amounts) or evidence
    _tie_agencies(body, stated_total(body, amounts), amounts)
    for line, heads in over_agencies:
        for head in heads:
            head.parent = line.row if head.parent is None else head.parent
    _tie_totals(body, amounts)
    parents = {line.parent for line in body if line.parent is not None}
    by_row = {line.row: line for line in body}
    for line in body:
        line.is_parent = line.row in parents
        line.path = _path(line, by_row)
    return evidence


def _path(line: LineRow, by_row: dict[int, LineRow]) -> list[str]:
    names: list[str] = []
    seen = {line.row}
    parent = line.parent
    while parent is not None and parent not in seen and parent in by_row:
        seen.add(parent)
        if by_row[parent].kind == "line":
            names.append(bare_name(by_row[parent].name))
        parent = by_row[parent].parent
    return names[::-1]


def _drop_repeated_totals(lines: list[LineRow], amounts: Amounts) -> None:
    """A grand total printed again on a continuation page is a note, not a second total."""
    seen: dict[tuple[str, str | None], LineRow] = {}
    for line in lines:
        if line.kind not in ("total", "current_total"):
            continue
        key = (bare_name(line.name), line.agency_name)
        first = seen.setdefault(key, line)
        if (
            first is not line
            and first.page_number < line.page_number
            and amounts.get(first.row) == amounts.get(line.row)
        ):
            line.kind = "repeated_total"


def _agency_blocks(lines: list[LineRow]) -> list[list[LineRow]]:
    """Consecutive lines of one agency; a row of an agency opens a block, and so do a total passed and the same code printed again."""
    blocks: list[list[LineRow]] = []
    codes: set[tuple[str | None, str | None, str]] = set()
    number = 0
    closed = False
    for line in lines:
        if line.kind in ("total", "current_total", "repeated_total", "subtotal"):
            closed = True
            continue
        key = (line.code, line.cross_code, bare_name(line.name))
        changed = bool(blocks) and blocks[-1][0].agency_name != line.agency_name
        repeated = line.code is not None and len(line.code) == 3 and key in codes and line.cross_code is None
        if line.kind == "agency" or changed or repeated or closed or not blocks:
            blocks.append([])
            closed = False
            codes = set()
            number += 1
        if line.code is not None:
            codes.add(key)
        line.block = number
        line.head = (
            blocks[-1][0].row
            if blocks[-1] and blocks[-1][0].kind == "agency"
            else line.row
            if line.kind == "agency"
            else None
        )
        blocks[-1].append(line)
    return blocks


def _tie_codes(lines: list[LineRow], head: LineRow | None) -> None:
    """The parent of a code is the row of its longest proper prefix in the block, wherever it stands; else the agency's row."""
    rows: dict[str, LineRow] = {}
    for line in lines:
        if line.code and line.cross_code is None:
            rows.setdefault(line.code, line)
    previous: LineRow | None = None
    for line in lines:
        if line.is_memo or line.kind != "line":
            continue
        if not line.code:
            line.parent = head.row if head is not None else None
            continue
        parent = next(
            (
                rows[line.code[:length]]
                for length in range(len(line.code) - 1, 0, -1)
                if line.code[:length] in rows and rows[line.code[:length]] is not line
            ),
            None,
        )
        if (
            parent is None
            and previous is not None
            and line.scheme != previous.scheme
            and previous.code
            and line.cross_code
        ):
            parent = None
        line.parent = parent.row if parent is not None else (head.row if head is not None else None)
        previous = line


def _nest_codes_printed_twice(lines: list[LineRow], amounts: Amounts) -> None:
    """A line printed again with the code of the level above (21999 for 2199999) is the only part of the first, not one beside it.

    So it is where the line above both is their sum with one of them, and not with two.
    """
    first: dict[tuple[str | None, str], LineRow] = {}
    for line in lines:
        key = (line.code, bare_name(line.name))
        earlier = first.setdefault(key, line)
        if (
            earlier is line
            or not line.code
            or line.cross_code
            or line.parent is None
            or line.parent != earlier.parent
            or amounts.get(line.row, NOTHING)[0] == 0
            or amounts.get(line.row) != amounts.get(earlier.row)
        ):
            continue
        beside = [
            amounts.get(other.row, NOTHING) for other in lines if other.parent == line.parent and other is not line
        ]
        if (stated := amounts.get(line.parent)) is not None and adds_up(stated, beside):
            line.parent = earlier.row


def _tie_names(
    lines: list[LineRow], head: LineRow | None, target: tuple[Decimal, Decimal] | None, amounts: Amounts
) -> str | None:
    """Nest names without codes: of several ways the one whose parents equal the sums of their addends most often.

    其中 may stand before the first of all parts of a line, and not before one that is taken out: where more sums hold so, it does.
    """
    every = [line for line in lines if line.kind == "line"]
    named = [line for line in every if not line.is_memo or (line.name and attribute_of(line.name, "item"))]
    if not named:
        return None
    score, parents, told = _best_nesting(named, target, amounts)
    if len(every) > len(named) and (whole := _best_nesting(every, target, amounts))[0] > score:
        named, (_, parents, told) = every, whole
        for line in named:
            line.is_memo = False
    for line, parent in zip(named, parents, strict=True):
        line.parent = named[parent].row if parent is not None else (head.row if head is not None else None)
    return told


def _best_nesting(
    named: list[LineRow], target: tuple[Decimal, Decimal] | None, amounts: Amounts
) -> tuple[int, list[int | None], str]:
    """Score and parents of the way that satisfies most sums, and what every way scored."""
    ways = {
        "numbering": _levels_by_numbering(named),
        "sources": _levels_by_source(named),
        "indent": _levels_by_indent(named),
        "items": _levels_by_item(named),
        "codes": _levels_by_code(named),
        "flat": [0] * len(named),
    }
    scored = {}
    for name, levels in ways.items():
        if levels is not None:
            parents = _past_blanks(_parents_of_levels(levels), named, amounts)
            scored[name] = (_score(named, parents, target, amounts), parents)
    by_sums = _parents_by_sums(named, target, amounts)
    if by_sums is not None:
        scored["sums"] = (_score(named, by_sums, target, amounts), by_sums)
    order = ["items", "numbering", "sources", "codes", "indent", "sums", "flat"]
    best = max(scored, key=lambda name: (scored[name][0], -order.index(name)))
    told = f"{best} (" + ", ".join(f"{name} {score}" for name, (score, _) in scored.items()) + ")"
    return *scored[best], told


def _levels_by_numbering(lines: list[LineRow]) -> list[int] | None:
    """一、 above （一） above 1.; a name without numbering lies below the numbered name before it."""
    if not any(line.rank is not None for line in lines):
        return None
    ranks = sorted({line.rank for line in lines if line.rank is not None})
    depth = {rank: position for position, rank in enumerate(ranks)}
    levels: list[int] = []
    current = -1
    for line in lines:
        if line.rank is not None:
            current = depth[line.rank]
            levels.append(current)
        else:
            levels.append(current + 1)
    return levels


def _levels_by_source(lines: list[LineRow]) -> list[int] | None:
    """Numbering first, then the tree of revenue sources below it."""
    sources = [source_of(line.name) for line in lines]
    if sum(source is not None for source in sources) * 2 < len(lines):
        return None
    levels: list[int] = []
    stack: list[tuple[str | None, int, int | None]] = []
    for line, source in zip(lines, sources, strict=True):
        while stack and not _stands_above(stack[-1], line, source):
            stack.pop()
        level = stack[-1][1] + 1 if stack else 0
        levels.append(level)
        stack.append((source, level, line.rank))
    return levels


def _stands_above(above: tuple[str | None, int, int | None], line: LineRow, source: str | None) -> bool:
    above_source, _, above_rank = above
    if above_rank is not None and line.rank is not None:
        return above_rank < line.rank
    if above_rank is not None:
        return True
    if line.rank is not None:
        return False
    ancestor = SOURCE_PARENT.get(source or "")
    while ancestor is not None:
        if ancestor == above_source:
            return True
        ancestor = SOURCE_PARENT.get(ancestor)
    return False


def _levels_by_item(lines: list[LineRow]) -> list[int] | None:
    """三公 items as rows: purchase and operation of vehicles lie below vehicles, also where 其中 stands before them."""
    items = [attribute_of(line.name, "item") for line in lines]
    if sum(item is not None for item in items) * 2 <= len(items):
        return None
    return [
        0 if item in (None, "total") else 2 if item in ("vehicle_purchase", "vehicle_operation") else 1
        for item in items
    ]


def _levels_by_code(lines: list[LineRow]) -> list[int] | None:
    """Codes found by name: 类 above 款 above 项; a line without a code (a local item) lies beside the item before it."""
    lengths = [len(line.code) if line.code else None for line in lines]
    if sum(length is not None for length in lengths) * 2 < len(lengths):
        return None
    levels: list[int] = []
    for length in lengths:
        beside = max(levels[-1], 5) if levels else 3
        levels.append(length if length is not None else beside)
    return levels


def _levels_by_indent(lines: list[LineRow]) -> list[int] | None:
    indents = [line.indent for line in lines]
    if any(indent is None for indent in indents):
        return None
    steps: list[float] = []
    for indent in sorted(float(indent) for indent in indents if indent is not None):
        if not steps or indent - steps[-1] > 4.0:
            steps.append(indent)
    if not 2 <= len(steps) <= 5:
        return None
    return [
        max(position for position, step in enumerate(steps) if float(indent or 0) >= step - 0.1) for indent in indents
    ]


def _parents_of_levels(levels: list[int]) -> list[int | None]:
    parents: list[int | None] = []
    stack: list[int] = []
    for position, level in enumerate(levels):
        while stack and levels[stack[-1]] >= level:
            stack.pop()
        parents.append(stack[-1] if stack else None)
        stack.append(position)
    return parents


def _past_blanks(parents: list[int | None], lines: list[LineRow], amounts: Amounts) -> list[int | None]:
    """A heading without an amount (一、部门预算) is no total: the lines below it are addends of what stands above it."""
    passed: list[int | None] = []
    for parent in parents:
        while parent is not None and lines[parent].row not in amounts:
            parent = parents[parent]
        passed.append(parent)
    return passed


def _score(
    lines: list[LineRow], parents: list[int | None], target: tuple[Decimal, Decimal] | None, amounts: Amounts
) -> int:
    """Parents (and the total over all) that equal the sum of their addends, less twice those that do not."""
    sums: dict[int | None, list[tuple[Decimal, Decimal]]] = {}
    for line, parent in zip(lines, parents, strict=True):
        sums.setdefault(parent, []).append(amounts.get(line.row, NOTHING))
    score = 0
    for parent, addends in sums.items():
        stated = target if parent is None else amounts.get(lines[parent].row)
        if stated is None or not stated[0]:
            continue
        score += 1 if adds_up(stated, addends) else -2
    return score


def _parents_by_sums(
    lines: list[LineRow], target: tuple[Decimal, Decimal] | None, amounts: Amounts
) -> list[int | None] | None:
    """Nest lines so that every parent equals the sum of its addends, and the topmost lines add up to `target`.

    None where no nesting does, where no target is known, or where the search would take too long.
    """
    if target is None or not target[0] or len(lines) > 400:
        return None
    return parents_by_sums([_whole(amounts.get(line.row, NOTHING)) for line in lines], _whole(target))


def _whole(amount: tuple[Decimal, Decimal]) -> tuple[int, int]:
    """Amount and half unit in ten-thousandths of a yuan, the finest that is printed: the search compares them very often."""
    return int(amount[0] * 10_000), int(amount[1] * 10_000)


def _tie_agencies(lines: list[LineRow], target: tuple[Decimal, Decimal] | None, amounts: Amounts) -> None:
    """Rows of units are addends of the row of their department: by codes (117 above 117001), else by what adds up."""
    heads = [line for line in lines if line.kind == "agency"]
    if len(heads) < 2:
        return
    by_code = {line.agency_code: line for line in heads if line.agency_code}
    for line in heads:
        code = line.agency_code or ""
        parent = next(
            (by_code[code[:length]] for length in range(len(code) - 1, 2, -1) if code[:length] in by_code), None
        )
        if parent is not None and parent is not line:
            line.parent = parent.row
    if any(line.parent is not None for line in heads):
        return
    first, rest = heads[0], heads[1:]
    stated = amounts.get(first.row)
    addends = [amounts.get(line.row, NOTHING) for line in rest]
    is_sum = stated is not None and adds_up(stated, addends)
    if is_sum and stated is not None and target is not None and sum((value for value, _ in addends), Decimal(0)):
        # Two units of the same amount: where the form's total is both, neither is a part of the other.
        is_sum = not adds_up(target, [stated, *addends])
    nil = all(not amounts.get(line.row, (Decimal(0),))[0] for line in heads)
    if is_sum or nil:
        for line in rest:
            line.parent = first.row
        return
    nested = _parents_by_sums(heads, target, amounts)
    for line, above in zip(heads, nested or [None] * len(heads), strict=True):
        line.parent = heads[above].row if above is not None else None


def _tie_totals(lines: list[LineRow], amounts: Amounts) -> None:
    """Lines without a parent are addends of the total that closes (or opens) them; 本年合计 and what follows it, of the grand total."""
    current = next((line for line in lines if line.kind == "current_total"), None)
    totals = [line for line in lines if line.kind == "total"]
    grand = _grand_total(totals, current)
    if grand is None and current is None:
        return
    leads = current is not None and not any(line.kind == "line" and line.row < current.row for line in lines)
    for line in lines:
        if (
            line is grand
            or line.parent is not None
            or (line.is_memo and not attribute_of(line.name, "item"))
            or line.kind in ("note", "repeated_total", "subtotal")
        ):
            continue
        if current is not None and line.kind in ("line", "agency") and _belongs_to_current(line, current, leads):
            line.parent = current.row
        elif grand is not None:
            line.parent = grand.row
    if grand is not None:
        grand.parent = None


def _target(block: list[LineRow], lines: list[LineRow], amounts: Amounts) -> tuple[Decimal, Decimal] | None:
    """What a block of lines without an agency must add up to: 本年合计, or what lies between it and the grand total."""
    current = next((line for line in lines if line.kind == "current_total"), None)
    if (
        current is None
        or not block
        or block[0].row < current.row
        or not any(line.row < current.row for line in lines if line.kind == "line")
    ):
        return stated_total(lines, amounts)
    grand = next((line for line in lines if line.kind == "total" and line.row > current.row), None)
    if grand is None or grand.row not in amounts or current.row not in amounts:
        return None
    return amounts[grand.row][0] - amounts[current.row][0], amounts[grand.row][1] + amounts[current.row][1]


def stated_total(lines: list[LineRow], amounts: Amounts) -> tuple[Decimal, Decimal] | None:
    """What the lines of a form without agencies must add up to: 本年合计, else the grand total."""
    totals = [line for kind in ("current_total", "total") for line in lines if line.kind == kind]
    return amounts.get(totals[0].row) if totals else None


def _belongs_to_current(line: LineRow, current: LineRow, leads: bool) -> bool:
    """Lines above 本年合计 are its addends; where it is printed first, the lines below it are, but for balances carried over."""
    if not leads:
        return line.row < current.row
    return line.row > current.row and not re.search(r"结转|结余", line.name)


def _grand_total(totals: list[LineRow], current: LineRow | None) -> LineRow | None:
    if not totals:
        return None
    if current is not None:
        after = [line for line in totals if line.row > current.row]
        return after[-1] if after else totals[0]
    return totals[0] if totals[0].row < totals[-1].row and len(totals) == 1 else totals[-1]
