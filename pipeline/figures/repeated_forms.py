"""Forms that a document prints twice: the list of projects in its text, then the form of all projects.

Belongs here: telling that every line of a form stands in another of the same kind, so that none is counted twice. Does not belong here:
rows that one form repeats (`hierarchy`), forms of different kinds that hold the same amounts (the facts choose among them).
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping

from pipeline.figures.figure import Figure
from pipeline.figures.interpretation import Interpretation
from pipeline.forms.form import Form
from pipeline.forms.text import comparable

_LEAST_SHARE = 0.8
"""Share of a form's lines that must stand in the other: a list in the text leaves some out, or rounds one."""

_FEWEST_LINES = 3
"""Lines that show it where the forms name different bodies: two units may spend the same on one line."""


def set_aside_repeated(forms: list[Form], interpretations: Mapping[int, Interpretation]) -> None:
    """Leave no leaf in a form whose lines stand, with the same amounts, in a longer form of the same kind; a reading choice tells it."""
    by_kind: defaultdict[str, list[Form]] = defaultdict(list)
    for form in forms:
        if form.key is not None and form.key != "performance_target" and form.index in interpretations:
            by_kind[form.key].append(form)
    for alike in by_kind.values():
        # The longest first: what repeats it is set aside, and repeats nothing any more.
        alike.sort(key=lambda form: -len(_leaves(interpretations[form.index])))
        for kept, form in itertools.combinations(alike, 2):
            _set_aside(form, kept, interpretations)


def _set_aside(form: Form, kept: Form, interpretations: Mapping[int, Interpretation]) -> None:
    leaves = _leaves(interpretations[form.index])
    printed = {_line(figure) for figure in interpretations[kept.index].figures}
    repeated = sum(_line(figure) in printed for figure in leaves)
    is_one_body = {figure.agency_name for figure in leaves} <= {
        figure.agency_name for figure in interpretations[kept.index].figures
    }
    if (
        repeated < (1 if is_one_body else _FEWEST_LINES)
        or repeated < _LEAST_SHARE * len(leaves)
        or not _leaves(interpretations[kept.index])
    ):
        return
    for figure in interpretations[form.index].figures:
        figure.is_leaf = False
    told = f"{repeated} of {len(leaves)} lines stand with the same amounts in {kept.title} on page {kept.first_page}"
    choice = {"aspect": "leaves", "chosen": "none", "rejected": "as read", "evidence": told}
    interpretations[form.index].choices.append(choice)


def _leaves(interpretation: Interpretation) -> list[Figure]:
    return [figure for figure in interpretation.figures if figure.is_leaf and figure.amount_yuan]


def _line(figure: Figure) -> tuple[object, ...]:
    """What a line is of: two forms that print the same line with the same amount hold one amount."""
    name = figure.line_code or comparable(figure.line_name or "")
    return figure.scheme, name, figure.cross_code, figure.fiscal_year, figure.phase, figure.amount_yuan
