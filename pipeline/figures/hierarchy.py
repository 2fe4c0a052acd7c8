"""Of which line each line is an addend: by codes, by agencies, by numbering and indent, and by which assignment satisfies the sums.

Belongs here: setting `LineRow.parent` for the lines of one group of columns. Does not belong here: reading key columns
(`lines`), verdicts (`pipeline.proofs`).
"""

from __future__ import annotations

from decimal import Decimal

from pipeline.figures.lines import SOURCE_PARENT, LineRow, source_of
from pipeline.forms.text import bare_name

Amounts = dict[int, tuple[Decimal, Decimal]]
"""Amount and half unit, in yuan, of the group's main column by row."""


def tie(lines: list[LineRow], amounts: Amounts) -> str | None:
    """Set the parents of the lines of one group, in place; returns the evidence on which names without codes were nested."""
    body = [line for line in lines if line.kind != "note" and not line.is_comparison]
    for line in body:
        line.parent = None
    _drop_repeated_totals(body, amounts)
    evidence: str | None = None
    for block in _agency_blocks(body):
        head = block[0] if block and block[0].kind == "agency" else None
        inner = block[1:] if head is not None else block
        coded = [line for line in inner if line.code]
        if coded and len(coded) * 2 >= len([line for line in inner if line.kind == "line"]):
            _tie_codes(inner, head)
        else:
            evidence = _tie_names(inner, head, amounts) or evidence
    _tie_agencies(body, amounts)
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
        if first is not line and first.page_number < line.page_number and amounts.get(first.row) == amounts.get(line.row):
            line.kind = "repeated_total"


def _agency_blocks(lines: list[LineRow]) -> list[list[LineRow]]:
    """Consecutive lines of one agency; a row of an agency opens a block, and so does the same code printed again."""
    blocks: list[list[LineRow]] = []
    codes: set[tuple[str | None, str | None, str]] = set()
    number = 0
    for line in lines:
        if line.kind in ("total", "current_total", "repeated_total"):
            continue
        key = (line.code, line.cross_code, bare_name(line.name))
        changed = bool(blocks) and blocks[-1][0].agency_name != line.agency_name
        repeated = line.code is not None and len(line.code) == 3 and key in codes and line.cross_code is None
        if line.kind == "agency" or changed or repeated or not blocks:
            blocks.append([])
            codes = set()
            number += 1
        if line.code is not None:
            codes.add(key)
        line.block = number
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
            (rows[line.code[:length]] for length in range(len(line.code) - 1, 0, -1) if line.code[:length] in rows and rows[line.code[:length]] is not line),
            None,
        )
        if parent is None and previous is not None and line.scheme != previous.scheme and previous.code and line.cross_code:
            parent = None
        line.parent = parent.row if parent is not None else (head.row if head is not None else None)
        previous = line


def _tie_names(lines: list[LineRow], head: LineRow | None, amounts: Amounts) -> str | None:
    """Nest names without codes: of several ways the one whose parents equal the sums of their addends most often."""
    named = [line for line in lines if line.kind == "line" and not line.is_memo]
    if not named:
        return None
    ways = {
        "numbering": _levels_by_numbering(named),
        "sources": _levels_by_source(named),
        "indent": _levels_by_indent(named),
        "flat": [0] * len(named),
    }
    scored = {}
    for name, levels in ways.items():
        if levels is None:
            continue
        parents = _parents_of_levels(levels)
        held, failed = _sums_held(named, parents, amounts)
        scored[name] = (held - 2 * failed, parents)
    target = amounts.get(head.row) if head is not None else None
    by_sums = _parents_by_sums(named, target, amounts)
    if by_sums is not None:
        held, failed = _sums_held(named, by_sums, amounts)
        scored["sums"] = (held - 2 * failed, by_sums)
    order = ["numbering", "sources", "indent", "sums", "flat"]
    best = max(scored, key=lambda name: (scored[name][0], -order.index(name)))
    for line, parent in zip(named, scored[best][1], strict=True):
        line.parent = named[parent].row if parent is not None else (head.row if head is not None else None)
    return f"{best} (" + ", ".join(f"{name} {score}" for name, (score, _) in scored.items()) + ")"


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
    return [max(position for position, step in enumerate(steps) if float(indent or 0) >= step - 0.1) for indent in indents]


def _parents_of_levels(levels: list[int]) -> list[int | None]:
    parents: list[int | None] = []
    stack: list[int] = []
    for position, level in enumerate(levels):
        while stack and levels[stack[-1]] >= level:
            stack.pop()
        parents.append(stack[-1] if stack else None)
        stack.append(position)
    return parents


def _sums_held(lines: list[LineRow], parents: list[int | None], amounts: Amounts) -> tuple[int, int]:
    """How many parents equal the sum of their addends within the rounding of what is printed, and how many do not."""
    sums: dict[int, list[tuple[Decimal, Decimal]]] = {}
    for line, parent in zip(lines, parents, strict=True):
        if parent is not None:
            sums.setdefault(parent, []).append(amounts.get(line.row, (Decimal(0), Decimal(0))))
    held = failed = 0
    for parent, addends in sums.items():
        stated = amounts.get(lines[parent].row)
        total = sum((value for value, _ in addends), Decimal(0))
        if stated is None:
            failed += 1 if total else 0
            continue
        bound = stated[1] + sum((half for _, half in addends), Decimal(0))
        if abs(stated[0] - total) <= bound:
            held += 1 if stated[0] else 0
        else:
            failed += 1
    return held, failed


def _parents_by_sums(lines: list[LineRow], target: tuple[Decimal, Decimal] | None, amounts: Amounts) -> list[int | None] | None:
    """Nest lines so that every parent equals the sum of the run of lines that follows it (at most three deep)."""
    if len(lines) > 400:
        return None
    values = [amounts.get(line.row, (Decimal(0), Decimal(0))) for line in lines]
    parents: list[int | None] = [None] * len(lines)
    position = 0
    while position < len(lines):
        position = _nest(position, values, parents, 0)
    if target is not None:
        top = [values[index] for index, parent in enumerate(parents) if parent is None]
        total = sum((value for value, _ in top), Decimal(0))
        if abs(total - target[0]) > target[1] + sum((half for _, half in top), Decimal(0)):
            return None
    return parents


def _nest(position: int, values: list[tuple[Decimal, Decimal]], parents: list[int | None], depth: int) -> int:
    """Give the line at `position` the shortest run of following lines that sums to it; returns the next free position."""
    own, own_half = values[position]
    if depth >= 3 or not own:
        return position + 1
    total = Decimal(0)
    halves = own_half
    children: list[int] = []
    trial = list(parents)
    index = position + 1
    while index < len(values) and total <= own:
        children.append(index)
        total += values[index][0]
        halves += values[index][1]
        index = _nest(index, values, trial, depth + 1)
        if total and abs(own - total) <= halves and (total == own or abs(own - total) < values[index - 1][0] or len(children) > 1):
            parents[:] = trial
            for child in children:
                parents[child] = position
            return index
    return position + 1


def _tie_agencies(lines: list[LineRow], amounts: Amounts) -> None:
    """Rows of units are addends of the row of their department: the first agency row whose amount is the sum of the others."""
    heads = [line for line in lines if line.kind == "agency"]
    if len(heads) < 2:
        return
    by_code = {line.agency_code: line for line in heads if line.agency_code}
    for line in heads:
        code = line.agency_code or ""
        parent = next((by_code[code[:length]] for length in range(len(code) - 1, 2, -1) if code[:length] in by_code), None)
        if parent is not None and parent is not line:
            line.parent = parent.row
    if any(line.parent is not None for line in heads):
        return
    first, rest = heads[0], heads[1:]
    stated = amounts.get(first.row)
    total = sum((amounts.get(line.row, (Decimal(0), Decimal(0)))[0] for line in rest), Decimal(0))
    halves = sum((amounts.get(line.row, (Decimal(0), Decimal(0)))[1] for line in rest), Decimal(0))
    is_sum = stated is not None and abs(stated[0] - total) <= stated[1] + halves
    nil = all(not amounts.get(line.row, (Decimal(0),))[0] for line in heads)
    if is_sum or nil:
        for line in rest:
            line.parent = first.row


def _tie_totals(lines: list[LineRow], amounts: Amounts) -> None:
    """Lines without a parent are addends of the total that closes (or opens) them; 本年合计 and what follows it, of the grand total."""
    current = next((line for line in lines if line.kind == "current_total"), None)
    totals = [line for line in lines if line.kind == "total"]
    grand = _grand_total(totals, current)
    if grand is None and current is None:
        return
    for line in lines:
        if line is grand or line.parent is not None or line.is_memo or line.kind in ("note", "repeated_total"):
            continue
        if current is not None and line.row < current.row and line.kind in ("line", "agency"):
            line.parent = current.row
        elif grand is not None:
            line.parent = grand.row
    if grand is not None:
        grand.parent = None


def _grand_total(totals: list[LineRow], current: LineRow | None) -> LineRow | None:
    if not totals:
        return None
    if current is not None:
        after = [line for line in totals if line.row > current.row]
        return after[-1] if after else totals[0]
    return totals[0] if totals[0].row < totals[-1].row and len(totals) == 1 else totals[-1]
