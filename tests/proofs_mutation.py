"""A thousand mutated copies of read documents: which share of mistakes the proofs detect, and find in their place.

Run by `make mutate`; writes docs/reference/mutation.md. Documents of the corpus are read once; their figures are mutated in
memory (one digit, one column, one row, one unit at a time), proved again, and compared with the proofs of the unmutated copy.
A mutation that is not detected must be explained: it lies within the rounding of every sum, or no sum checks the figure.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from unittest.mock import patch

from pipeline import reading
from pipeline.figures.figure import Figure
from pipeline.proofs import Proofs, prove

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
REPORT = ROOT / "docs" / "reference" / "mutation.md"
MOST_BYTES = 450_000
FEWEST_FIGURES = 80
SCALE = 10_000
KINDS = {
    "digit": "one digit of one amount is another",
    "column": "the amounts of one form stand one column further right",
    "dropped row": "one row without rows below it is left out",
    "doubled row": "one row without rows below it is there twice",
    "unit": "one form is read in a unit 10,000 times too large",
}


@dataclass
class Read:
    """One document as proved unmutated: figures, `prove` with its other inputs, and what fails anyway."""

    name: str
    figures: list[Figure]
    prove: Callable[[list[Figure]], Proofs]
    failing: set[tuple[str, frozenset[str]]]
    suspects: set[str]
    seconds: float
    proofs: Proofs


@dataclass(frozen=True)
class Mutation:
    """Mutated figures, the ids of those that are wrong, and the test of whether a failure is told in the right place."""

    figures: list[Figure]
    wrong: frozenset[str]
    is_located: Callable[[Proofs, list[dict]], bool]


@dataclass(frozen=True)
class Outcome:
    kind: str
    document: str
    is_detected: bool
    is_located: bool
    reason: str


def read_documents(most: int | None) -> list[Read]:
    """Documents of the corpus that can be read quickly, with their figures as they come out of the reading."""
    found: list[Read] = []
    paths = [path for folder in ("budget", "final_account") for path in sorted((CORPUS / folder).iterdir())]
    for path in paths:
        if path.stat().st_size > MOST_BYTES or path.suffix not in (".pdf", ".md") or "扫描" in path.name:
            continue
        with patch.object(reading, "prove", return_value=Proofs()) as asked:
            reading.read_document(path.read_bytes(), reading.Claim(path.name))
        if not asked.called or sum(bool(figure.amount_yuan) for figure in asked.call_args.args[0]) < FEWEST_FIGURES:
            continue
        figures, *rest = asked.call_args.args
        prove_again = partial(_prove, rest=rest, named=asked.call_args.kwargs)
        start = time.perf_counter()
        proofs = prove_again(figures)
        seconds = time.perf_counter() - start
        failing = {_key(row) for row in proofs.checks if row["verdict"] == "error"}
        suspects = {row["figure_id"] for row in proofs.suspects}
        found.append(Read(path.name, figures, prove_again, failing, suspects, seconds, proofs))
        if most is not None and len(found) >= most:
            break
    return found


def _prove(figures: list[Figure], rest: list, named: dict) -> Proofs:
    return prove(figures, *rest, **named)


def _key(row: dict) -> tuple[str, frozenset[str]]:
    return row["identity"], frozenset(row["figure_ids"])


# -- mutations ----------------------------------------------------------------------------------------------------------


def change_digit(read: Read, chance: random.Random) -> Mutation | None:
    numbers = [place for place, figure in enumerate(read.figures) if figure.value_state == "number"]
    place = chance.choice(numbers)
    figure = read.figures[place]
    digits = [position for position, letter in enumerate(figure.printed_text) if letter.isdigit()]
    if not digits or figure.amount_yuan is None:
        return None
    position = chance.choice(digits)
    old = figure.printed_text[position]
    new = chance.choice([digit for digit in "0123456789" if digit != old])
    plain = figure.printed_text.replace(",", "")
    shift = len(figure.printed_text[:position].replace(",", ""))
    weight = Decimal(10) ** (len(plain.partition(".")[0]) - shift - 1 + ("." in plain[:shift]))
    try:
        factor = figure.amount_yuan / Decimal(plain)
    except ArithmeticError:
        return None
    amount = figure.amount_yuan + (int(new) - int(old)) * weight * factor
    text = figure.printed_text[:position] + new + figure.printed_text[position + 1 :]
    figures = list(read.figures)
    figures[place] = replace(figure, amount_yuan=amount.quantize(Decimal("0.01")), printed_text=text)
    return Mutation(
        figures, frozenset([figure.figure_id]),
        lambda proofs, _: any(row["figure_id"] == figure.figure_id for row in proofs.suspects),
    )  # fmt: skip


def shift_column(read: Read, chance: random.Random) -> Mutation | None:
    columns: defaultdict[int, set[int]] = defaultdict(set)
    for figure in read.figures:
        if figure.amount_yuan:
            columns[figure.form_index].add(figure.column_index)
    wide = [form for form, found in columns.items() if len(found) >= 3]
    if not wide:
        return None
    form = chance.choice(sorted(wide))
    order = sorted({figure.column_index for figure in read.figures if figure.form_index == form})
    at = {(figure.row_index, figure.column_index): figure for figure in read.figures if figure.form_index == form}
    figures, wrong = [], set()
    for figure in read.figures:
        if figure.form_index != form:
            figures.append(figure)
            continue
        number = order.index(figure.column_index)
        left = at.get((figure.row_index, order[number - 1])) if number else None
        amount = left.amount_yuan if left is not None else None
        moved = replace(
            figure, amount_yuan=amount, half_unit_yuan=left.half_unit_yuan if left is not None else None,
            printed_text=left.printed_text if left is not None else "",
            value_state=left.value_state if left is not None else "blank",
        )  # fmt: skip
        if (moved.amount_yuan or 0) != (figure.amount_yuan or 0):
            wrong.add(figure.figure_id)
        figures.append(moved)
    return Mutation(figures, frozenset(wrong), _in_form(form))


def _leaf_rows(read: Read) -> list[tuple[int, int]]:
    """Rows with an amount and a row above them, and without rows below them."""
    parents = {(figure.form_index, figure.parent_row_index) for figure in read.figures}
    rows = {
        (figure.form_index, figure.row_index)
        for figure in read.figures
        if figure.amount_yuan and figure.parent_row_index is not None
    }
    return sorted(rows - parents)


def drop_row(read: Read, chance: random.Random) -> Mutation | None:
    rows = _leaf_rows(read)
    if not rows:
        return None
    row = chance.choice(rows)
    dropped = [figure for figure in read.figures if (figure.form_index, figure.row_index) == row]
    figures = [figure for figure in read.figures if (figure.form_index, figure.row_index) != row]
    above = {(figure.form_index, figure.parent_row_index) for figure in dropped}
    return Mutation(
        figures, frozenset(figure.figure_id for figure in dropped if figure.amount_yuan), _under(figures, above)
    )


def double_row(read: Read, chance: random.Random) -> Mutation | None:
    rows = _leaf_rows(read)
    if not rows:
        return None
    row = chance.choice(rows)
    own = [figure for figure in read.figures if (figure.form_index, figure.row_index) == row]
    added = [
        replace(
            figure,
            row_index=figure.row_index + 100_000,
            figure_id=f"{figure.figure_id}-twice",
            cell_id=f"{figure.cell_id}-twice",
        )
        for figure in own
    ]
    above = {(figure.form_index, figure.parent_row_index) for figure in own}
    figures = [*read.figures, *added]
    return Mutation(
        figures, frozenset(figure.figure_id for figure in own if figure.amount_yuan), _under(figures, above)
    )


def change_unit(read: Read, chance: random.Random) -> Mutation | None:
    forms = sorted({figure.form_index for figure in read.figures if figure.amount_yuan})
    form = chance.choice(forms)
    figures, wrong = [], set()
    for figure in read.figures:
        if figure.form_index == form and figure.amount_yuan is not None and figure.half_unit_yuan is not None:
            wrong |= {figure.figure_id} if figure.amount_yuan else set()
            figure = replace(
                figure, amount_yuan=figure.amount_yuan * SCALE, half_unit_yuan=figure.half_unit_yuan * SCALE
            )
        figures.append(figure)

    def is_located(proofs: Proofs, fresh: list[dict]) -> bool:
        return any("wrong unit of amount" in row["description"] for row in fresh) and _in_form(form)(proofs, fresh)

    return Mutation(figures, frozenset(wrong), is_located)


MUTATIONS: dict[str, Callable[[Read, random.Random], Mutation | None]] = {
    "digit": change_digit,
    "column": shift_column,
    "dropped row": drop_row,
    "doubled row": double_row,
    "unit": change_unit,
}


def _in_form(form: int) -> Callable[[Proofs, list[dict]], bool]:
    """Whether a suspect, or every term of a new failure, stands in the form."""
    part = f"-{form:03d}-"

    def is_located(proofs: Proofs, fresh: list[dict]) -> bool:
        return any(part in row["figure_id"] for row in proofs.suspects) or any(
            all(part in key for key in row["figure_ids"]) for row in fresh
        )

    return is_located


def _under(figures: Sequence[Figure], above: set[tuple[int, int | None]]) -> Callable[[Proofs, list[dict]], bool]:
    """Whether the sum that fails is that of the row above."""
    parents = {figure.figure_id for figure in figures if (figure.form_index, figure.row_index) in above}

    def is_located(_: Proofs, fresh: list[dict]) -> bool:
        return any(row["identity"] == "rows_add_up" and row["figure_ids"][0] in parents for row in fresh)

    return is_located


# -- trial --------------------------------------------------------------------------------------------------------------


def try_mutation(kind: str, read: Read, chance: random.Random) -> Outcome | None:
    """One mutation of one document, proved; None where the document allows none of the kind."""
    mutation = MUTATIONS[kind](read, chance)
    if mutation is None or not mutation.wrong:
        return None
    proofs = read.prove([replace(figure) for figure in mutation.figures])
    fresh = [row for row in proofs.checks if row["verdict"] == "error" and _key(row) not in read.failing]
    new_suspects = {row["figure_id"] for row in proofs.suspects} - read.suspects
    is_detected = bool(fresh or new_suspects)
    reason = "" if is_detected else _reason(kind, read, mutation, proofs)
    return Outcome(kind, read.name, is_detected, is_detected and mutation.is_located(proofs, fresh), reason)


def _reason(kind: str, read: Read, mutation: Mutation, proofs: Proofs) -> str:
    """Why a mutation was not detected."""
    proved = {
        figure.figure_id for figure in read.figures if figure.proof == "proved" and figure.figure_id in mutation.wrong
    }
    if not proved:
        return "no sum of the document checks the figures"
    if kind == "digit":
        touching = [
            row
            for row in proofs.checks
            if mutation.wrong & set(row["figure_ids"]) and row["verdict"] != "not_checkable"
        ]
        if touching and all(abs(row["difference_yuan"]) <= row["bound_yuan"] for row in touching):
            return "within the rounding of every sum"
    if kind in ("dropped row", "doubled row"):
        small = all(
            abs(figure.amount_yuan or 0) <= 20 * (figure.half_unit_yuan or 0)
            for figure in read.figures
            if figure.figure_id in mutation.wrong
        )
        if small:
            return "within the rounding of every sum"
    if kind == "unit":
        crossing = any(
            row["scope"] == "cross_form"
            and row["verdict"] != "not_checkable"
            and mutation.wrong & set(row["figure_ids"])
            for row in read.proofs.checks
        )
        if not crossing:
            return "no other form repeats the form's amounts"
    if kind == "dropped row":
        siblings = {(figure.form_index, figure.parent_row_index) for figure in mutation.figures if figure.amount_yuan}
        gone = {
            (figure.form_index, figure.parent_row_index)
            for figure in read.figures
            if figure.figure_id in mutation.wrong
        }
        if not gone & siblings:
            return "the only row below its parent: the sum is gone with it"
    above = {
        (figure.form_index, figure.parent_row_index) for figure in read.figures if figure.figure_id in mutation.wrong
    }
    around = mutation.wrong | {
        figure.figure_id for figure in read.figures if (figure.form_index, figure.row_index) in above
    }
    told = {
        row["description"].rpartition("(")[2].rstrip(")")
        for row in proofs.checks
        if row["verdict"] == "not_checkable" and around & set(row["figure_ids"])
    }
    return "set aside: " + "; ".join(sorted(told))[:120] if told else "not explained"


def run(count: int, seed: int, most_documents: int | None) -> tuple[list[Outcome], list[Read], float]:
    chance = random.Random(seed)
    documents = read_documents(most_documents)
    if not documents:
        raise SystemExit(f"no document to mutate: {CORPUS} is empty or absent")
    outcomes: list[Outcome] = []
    start = time.perf_counter()
    shares = {"digit": 0.5, "column": 0.1, "dropped row": 0.15, "doubled row": 0.15, "unit": 0.1}
    for kind, share in shares.items():
        wanted = round(count * share)
        tries = 0
        done = 0
        while done < wanted and tries < 5 * wanted:
            outcome = try_mutation(kind, documents[tries % len(documents)], chance)
            tries += 1
            if outcome is not None:
                outcomes.append(outcome)
                done += 1
    return outcomes, documents, time.perf_counter() - start


def report(outcomes: Sequence[Outcome], documents: Sequence[Read], seed: int) -> str:
    lines = [
        "# Mutation test of the proofs", "",
        "Written by `make mutate` (tests/proofs_mutation.py); not edited by hand.", "",
        f"{len(outcomes):,} mutations of {len(documents)} read documents, seed {seed}. A mutation is *detected* when an identity fails "
        "(or a figure is suspect) that did not before, and *located* when the failure is told where the mistake is: the figure is "
        "among the suspects, the sum of the row above fails, the form is named. *Checkable* are those that change a proved figure "
        "by more than rounding explains.", "",
        "| kind | what is changed | tried | detected | checkable | detected of these | located of the detected |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]  # fmt: skip
    for kind, words in KINDS.items():
        own = [outcome for outcome in outcomes if outcome.kind == kind]
        detected = [outcome for outcome in own if outcome.is_detected]
        checkable = [outcome for outcome in own if outcome.is_detected or not _is_explained(outcome)]
        located = [outcome for outcome in detected if outcome.is_located]
        lines.append(
            f"| {kind} | {words} | {len(own)} | {_share(detected, own)} | {len(checkable)} | {_share(detected, checkable)} "
            f"| {_share(located, detected)} |"
        )
    lines += ["", "## Not detected, and why", "", "| kind | why | how many |", "| --- | --- | ---: |"]
    reasons = Counter((outcome.kind, outcome.reason) for outcome in outcomes if not outcome.is_detected)
    lines += [
        f"| {kind} | {reason} | {count} |"
        for (kind, reason), count in sorted(reasons.items(), key=lambda item: (item[0][0], -item[1]))
    ]
    if not reasons:
        lines.append("| – | – | 0 |")
    lines += [
        "",
        "## Documents",
        "",
        "| document | printed amounts | proved | tried | detected |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for read in documents:
        numbers = [figure for figure in read.figures if figure.value_state == "number"]
        proved = [figure for figure in numbers if figure.proof in ("proved", "suspect")]
        own = [outcome for outcome in outcomes if outcome.document == read.name]
        lines.append(
            f"| {read.name} | {len(numbers)} | {_share(proved, numbers)} | {len(own)} | "
            f"{_share([outcome for outcome in own if outcome.is_detected], own)} |"
        )
    return "\n".join(lines) + "\n"


def _is_explained(outcome: Outcome) -> bool:
    return outcome.reason.startswith(("no sum", "within the rounding", "no other form", "the only row"))


def _share(part: Sequence[object], whole: Sequence[object]) -> str:
    return f"{100 * len(part) / len(whole):.1f} %" if whole else "–"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=2017)
    parser.add_argument("--documents", type=int, default=None, help="at most so many documents")
    parser.add_argument("--report", type=Path, default=REPORT)
    arguments = parser.parse_args()
    outcomes, documents, seconds = run(arguments.count, arguments.seed, arguments.documents)
    arguments.report.parent.mkdir(parents=True, exist_ok=True)
    arguments.report.write_text(report(outcomes, documents, arguments.seed), encoding="utf-8")
    detected = sum(outcome.is_detected for outcome in outcomes)
    print(f"{detected} of {len(outcomes)} mutations detected in {seconds:.0f} s; see {arguments.report}")


if __name__ == "__main__":
    main()
