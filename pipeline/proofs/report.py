"""The proofs of one document as a person wants to read them: suspects first, then what fails, then what was proved.

Belongs here: text, in English and Chinese. Does not belong here: verdicts, colours of a terminal, the command line.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.proofs.catalogue import rules

_VERDICTS = {
    "error": "cannot be right 有误",
    "printed_twice": "printed as two numbers 同一数两种写法",
    "rounding": "rounding 尾差",
    "not_checkable": "not checkable 无法核对",
    "exact": "exact 相符",
}
_PROOFS = {
    "proved": "proved 已印证",
    "consistent": "consistent 无矛盾",
    "suspect": "suspect 存疑",
    "unchecked": "unchecked 未涉及",
}
_SHOWN = ("error", "printed_twice", "rounding", "not_checkable")
_FACTORS = {"千元": Decimal(1000), "万元": Decimal(10000), "百万元": Decimal(1000000), "亿元": Decimal(100000000)}
_MOST_SHOWN = {"error": 200, "printed_twice": 50, "rounding": 20, "not_checkable": 10}


def render(
    checks: Sequence[Mapping[str, Any]],
    suspects: Sequence[Mapping[str, Any]],
    figures: Sequence[Mapping[str, Any]],
    *,
    title: str = "",
    narrative: Sequence[Mapping[str, Any]] = (),
    pictures: Mapping[str, Path] | None = None,
    everything: bool = False,
) -> str:
    """Proofs of one document as text.

    `checks`, `suspects`, `figures` and `narrative` are rows of `identity_check`, `suspect_figure`, `figure` and
    `narrative_figure`; `pictures` are files that show the suspects on their pages, by figure. Long lists are cut, and say so, unless `everything` is asked for.
    """
    known = {row["figure_id"]: row for row in figures}
    known |= {row["narrative_figure_id"]: row for row in narrative}
    lines = [title, "=" * min(len(title) * 2, 100), ""] if title else []
    lines += _summary(checks, suspects, figures)
    lines += _suspects(suspects, known, pictures or {})
    for verdict in _SHOWN:
        lines += _failures(verdict, [row for row in checks if row["verdict"] == verdict], known, everything)
    lines += _by_identity(checks)
    return "\n".join(lines).rstrip() + "\n"


def _summary(
    checks: Sequence[Mapping[str, Any]], suspects: Sequence[Mapping[str, Any]], figures: Sequence[Mapping[str, Any]]
) -> list[str]:
    verdicts = Counter(row["verdict"] for row in checks)
    proofs = Counter(row["proof"] for row in figures if row["value_state"] in ("number", "zero"))
    printed = sum(proofs.values())
    lines = [
        f"{len(checks):,} identities checked 勾稽关系, {printed:,} printed amounts 列示数, {len(suspects):,} suspect 存疑"
    ]
    lines.append("  " + " · ".join(f"{verdicts[verdict]:,} {words}" for verdict, words in _VERDICTS.items()))
    if printed:
        lines.append(
            "  "
            + " · ".join(
                f"{proofs[proof]:,} {words} ({100 * proofs[proof] / printed:.1f} %)" for proof, words in _PROOFS.items()
            )
        )
    return [*lines, ""]


def _suspects(
    suspects: Sequence[Mapping[str, Any]], known: Mapping[str, Mapping[str, Any]], pictures: Mapping[str, Path]
) -> list[str]:
    if not suspects:
        return ["No figure must be wrong. 未发现必然有误的数。", ""]
    lines = ["Figures that cannot be right 存疑的数", ""]
    for row in suspects:
        figure = known.get(row["figure_id"], {})
        low, high = row["feasible_low_yuan"], row["feasible_high_yuan"]
        unit = figure.get("printed_unit") or "元"
        lines.append(f"  {_name(figure)}")
        lines.append(
            f"    page {figure.get('page_number')} 第 {figure.get('page_number')} 页, row {figure.get('row_index')}, column "
            f"{figure.get('column_index')}: printed 列示 “{figure.get('printed_text')}” {unit}; "
            f"should lie in 应在 {_range(low, high, unit)}"
        )
        lines += [f"    {part}" for part in str(row["reason"]).split("; ")]
        if row["figure_id"] in pictures:
            lines.append(f"    picture 图: {pictures[row['figure_id']]}")
        lines.append("")
    return lines


def _failures(
    verdict: str, rows: Sequence[Mapping[str, Any]], known: Mapping[str, Mapping[str, Any]], everything: bool
) -> list[str]:
    if not rows:
        return []
    lines = [f"{len(rows):,} × {_VERDICTS[verdict]}", ""]
    shown = rows if everything else rows[: _MOST_SHOWN[verdict]]
    for row in shown:
        rule = rules().get(row["identity"])
        terms = [*row["figure_ids"], *(row.get("narrative_figure_ids") or ())]
        pages = sorted({known[key]["page_number"] for key in terms if key in known})
        lines.append(f"  {row['identity']} · {rule.chinese if rule else ''} (p. {', '.join(map(str, pages))})")
        lines.append(f"    {row['description']}")
        if row["difference_yuan"] is None:
            continue
        lines.append(
            f"    difference 差额 {_amount(row['difference_yuan'])} 元, rounding explains at most 尾差至多 {_amount(row['bound_yuan'])} 元"
        )
    if len(shown) < len(rows):
        lines.append(f"  … {len(rows) - len(shown):,} more 余略")
    return [*lines, ""]


def _by_identity(checks: Sequence[Mapping[str, Any]]) -> list[str]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in checks:
        counts[row["identity"]][row["verdict"]] += 1
    lines = ["By identity 按勾稽关系", ""]
    for name, rule in rules().items():
        if name in counts:
            verdicts = ", ".join(
                f"{counts[name][verdict]:,} {verdict}" for verdict in _VERDICTS if counts[name][verdict]
            )
            lines.append(f"  {name} · {rule.chinese}: {verdicts}")
    return lines


def _name(figure: Mapping[str, Any]) -> str:
    words = [
        figure.get("form"),
        figure.get("agency_name"),
        figure.get("line_code"),
        figure.get("line_name"),
        figure.get("header_path"),
    ]
    return " · ".join(str(word) for word in words if word)


def _range(low: Decimal | None, high: Decimal | None, unit: str) -> str:
    """The interval in the printed unit, and in yuan where that is another."""
    if low is None and high is None:
        return "(nothing bounds it 无法限定)"
    factor = _FACTORS.get(unit, Decimal(1))
    ends = [_amount(None if end is None else end / factor) for end in (low, high)]
    text = f"{ends[0]} {unit}" if low == high else f"[{ends[0]}, {ends[1]}] {unit}"
    return text if factor == 1 else f"{text} ({_amount(low)} – {_amount(high)} 元)"


def _amount(value: Decimal | None) -> str:
    if value is None:
        return "∞"
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return text or "0"
