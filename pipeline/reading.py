"""One document, from its bytes to the rows of every core table: a pure function of bytes, code and catalogue.

Belongs here: the order of the stages (read, assemble forms, identify, interpret figures, prove) and the rows that come of
them. Does not belong here: the inside of any stage; files, caches, the warehouse (see `pipeline.archive` and
`pipeline.warehouse`).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

from pipeline.figures.agencies import agencies_printed
from pipeline.figures.agency_statistic import agency_statistics
from pipeline.figures.counted_in_forms import statistics_of_forms
from pipeline.figures.figure import Figure
from pipeline.figures.government import interpret_government
from pipeline.figures.government_columns import Publisher
from pipeline.figures.interpretation import Body, Interpretation, Refused, interpret, serial_numbers
from pipeline.figures.narrative import narrative_figures
from pipeline.figures.optical import doubt_of
from pipeline.figures.paragraph import Paragraph, paragraphs, text_blocks
from pipeline.figures.performance import looks_like_performance_form, performance_indicators
from pipeline.figures.project_budget import project_budgets
from pipeline.figures.repeated_forms import set_aside_repeated
from pipeline.figures.stated_zero import stated_zeros
from pipeline.forms import consulted, failures
from pipeline.forms.assembly import assemble
from pipeline.forms.failures import Failure, Place
from pipeline.forms.form import Form, FormCell
from pipeline.forms.government import is_government, place_of, tell_forms
from pipeline.forms.identity import Identity, disagreements, identify, refusal_of
from pipeline.forms.strays import Strays, pages_lost, rows_outside
from pipeline.forms.text import is_number
from pipeline.proofs import judge
from pipeline.proofs.proving import Proofs, prove
from pipeline.readers.printed import Line, Page, PrintedDocument, Unreadable
from pipeline.readers.privacy import redact
from pipeline.readers.reader import detect_format, read
from schemas.core import FIGURE, FORMATS
from schemas.reasons import ACCOUNTING

Row = dict[str, Any]
_FIGURE_COLUMNS = tuple(column.name for column in FIGURE.columns)
_in_columns = attrgetter(*_FIGURE_COLUMNS)


@dataclass(frozen=True)
class Claim:
    """What the registry says of a raw document; never evidence for what the document is."""

    file_name: str
    source_url: str | None = None
    retrieved_at: str | None = None
    is_specimen: bool = False
    document_kind: str | None = None
    fiscal_year: int | None = None
    jurisdiction_name: str | None = None
    department_name: str | None = None


@dataclass
class Reading:
    """Rows by table name (`schemas.core`), as read from one document.

    `scopes` say what was asked of the catalogue on the way (`pipeline.forms.consulted`): while the answers stay the same, so does the reading.
    """

    document_id: str
    rows: dict[str, list[Row]] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()


def read_document(data: bytes, claim: Claim, reader: Callable[[bytes], PrintedDocument] = read) -> Reading:
    """Read one document. Never raises for a bad document: that is a `document` row with status `refused` and a `refusal` row.

    `reader` gives the printed document of the bytes, or raises Unreadable; another than `read` may have kept it from before.
    What goes wrong after the reader costs its unit of work and is a `refusal` with the reason `stage_failed`; raises nothing but programming
    errors of readers (the caller turns them into `reader_failed`), memory that runs out, and errors of the machine.
    """
    with consulted.recording() as asked:
        reading = _read_document(data, claim, reader)
    reading.scopes = consulted.scopes_of(asked)
    return reading


def _read_document(data: bytes, claim: Claim, reader: Callable[[bytes], PrintedDocument]) -> Reading:
    sha256 = hashlib.sha256(data).hexdigest()
    document = _document_row(data, sha256, claim)
    with failures.kept() as failed:
        rows = _Rows(sha256[:16], failed)
        try:
            printed = reader(data)
        except Unreadable as problem:
            return rows.refused_document(document, problem.reason, problem.detail)
        return _read_printed(printed, document, claim, rows)


def _read_printed(printed: PrintedDocument, document: Row, claim: Claim, rows: _Rows) -> Reading:
    """The stages in their order. Each does its work in units (`pipeline.forms.failures`): one that fails costs itself."""
    _redact(printed)
    _add_pages(rows, printed)
    forms, lines = _assemble(printed, rows.document_id)
    identity = _identify(printed, forms)
    document.update(_identity_columns(identity, printed, claim))
    interpretations = _interpret(forms, identity, rows)
    with failures.unit("repeated forms"):
        set_aside_repeated(forms, interpretations)
    figures = [figure for interpretation in interpretations.values() for figure in interpretation.figures]
    printed_amounts = sum(1 for figure in figures if figure.value_state in ("number", "zero"))
    refusal = _refusal(printed, forms, printed_amounts, identity)
    if refusal is not None:
        return rows.refused_document(document, *refusal, numeric_cell_count=_numeric_cells(printed))
    blocks = _paragraphs(printed, lines)
    rows.add("text_block", text_blocks(blocks, rows.document_id))
    document_id = rows.document_id
    narrative = (
        failures.attempt("narrative", Place(), lambda: narrative_figures(blocks, identity, figures, document_id)) or []
    )
    statistics = failures.attempt("statistics", Place(), lambda: agency_statistics(blocks, identity, document_id)) or []
    statistics += statistics_of_forms(forms, {figure.cell_id for figure in figures}, identity, statistics, document_id)
    lost = rows_outside(printed)
    proofs = _prove(figures, forms, interpretations, identity, pages_lost(printed, forms, interpretations, lost), {
        "narrative_figure": narrative,
        "agency_statistic": statistics,
        "performance_indicator": rows.tables.get("performance_indicator", []),
    })  # fmt: skip
    figures = _without_doubtful(figures, forms, interpretations)
    zeros = failures.attempt("stated zeros", Place(), lambda: stated_zeros(narrative, blocks, identity, document_id))
    rows.add("narrative_figure", [*narrative, *(zeros or [])])
    rows.add("agency_statistic", statistics)
    rows.add("figure", (dict(zip(_FIGURE_COLUMNS, _in_columns(figure), strict=True)) for figure in figures))
    rows.add("identity_check", proofs.checks)
    known = {figure.figure_id for figure in figures}
    rows.add("suspect_figure", (row for row in proofs.suspects if row["figure_id"] in known))
    for form in forms:
        with failures.unit("rows of the form", _place_of(form)):
            _add_form(rows, form, interpretations.get(form.index))
    for stray in lost:
        _add_stray(rows, stray)
    return rows.finished_document(document)


def _place_of(part: Page | Form) -> Place:
    """Where a page or a form stands, and how many numbers are lost where it is left out."""
    if isinstance(part, Form):
        return Place(part.first_page, part.index, part.key or part.title)
    count = sum(is_number(cell.text) for grid in part.grids for cell in grid.cells)
    return Place(part.number, numeric_cell_count=count)


def _redact(printed: PrintedDocument) -> None:
    """Remove contact persons page by page; a page on which that fails is not read: it may hold some."""
    for page in printed.pages:
        place, blocks, page.blocks = _place_of(page), page.blocks, []
        with failures.unit("redact", place):
            redact(replace(printed, pages=[replace(page, blocks=blocks)]))
            page.blocks = blocks


def _assemble(printed: PrintedDocument, document_id: str) -> tuple[list[Form], list[Line]]:
    def work(pages: list[Page]) -> tuple[list[Form], list[Line]]:
        return assemble(replace(printed, pages=pages), document_id)

    return failures.attempt_without("assemble", printed.pages, _place_of, work) or ([], [])


def _identify(printed: PrintedDocument, forms: list[Form]) -> Identity:
    """What the document is, without the words of pages and forms that cannot be told."""

    def work(parts: list[Page | Form]) -> Identity:
        pages = [part for part in parts if isinstance(part, Page)]
        return identify(replace(printed, pages=pages), [part for part in parts if isinstance(part, Form)])

    parts: list[Page | Form] = [*printed.pages, *forms]
    found = failures.attempt_without("identify", parts, _place_of, work)
    return found or Identity(None, None, None, None, None, None, None)


def _numeric_cells(printed: PrintedDocument) -> int:
    return sum(is_number(cell.text) for page in printed.pages for grid in page.grids for cell in grid.cells)


def _refusal(
    printed: PrintedDocument, forms: list[Form], printed_amounts: int, identity: Identity
) -> tuple[str, str] | None:
    """Why the document is none that is read; where that cannot be told, only one without a year cannot stand."""
    with failures.unit("disclosure"):
        return refusal_of(printed, forms, printed_amounts, identity)
    return None if identity.fiscal_year is not None else ("year_unknown", "no fiscal year could be told")


def _paragraphs(printed: PrintedDocument, lines: list[Line]) -> list[Paragraph]:
    def work(pages: list[Page]) -> list[Paragraph]:
        numbers = {page.number for page in pages}
        own = [line for line in lines if line.page_number in numbers]
        return paragraphs(replace(printed, pages=pages), own)

    return failures.attempt_without("paragraphs", printed.pages, _place_of, work) or []


def _prove(
    figures: list[Figure],
    forms: list[Form],
    interpretations: dict[int, Interpretation],
    identity: Identity,
    lost: frozenset[int],
    others: dict[str, list[Row]],
) -> Proofs:
    """Proofs of all figures and of the rows beside them (`others`, by table); what makes the proof fail is left out of it."""
    parts: list[Form | str] = [*(form for form in forms if form.index in interpretations), *others]

    def work(parts: list[Form | str]) -> Proofs:
        told = {part.index for part in parts if isinstance(part, Form)}
        taken = {name: rows for name, rows in others.items() if name in parts}
        return prove(
            [figure for figure in figures if figure.form_index in told],
            forms,
            taken.get("narrative_figure", []),
            statistics=taken.get("agency_statistic", []),
            indicators=taken.get("performance_indicator", []),
            unread={index: _unread(interpretation) for index, interpretation in interpretations.items()},
            lost=lost,
            department=identity.department_name,
        )

    def place_of(part: Form | str) -> Place:
        return Place(words=part) if isinstance(part, str) else _place_of(part)

    return failures.attempt_without("prove", parts, place_of, work) or Proofs()


def _without_doubtful(
    figures: list[Figure], forms: list[Form], interpretations: dict[int, Interpretation]
) -> list[Figure]:
    """Figures but for doubtful readings of pictures and of badly printed numbers: those are refused, for nothing else would show that
    they are wrong."""
    doubts = {figure.cell_id: doubt for figure in figures if (doubt := _doubt_of(figure)) is not None}
    for form in forms if doubts else []:
        interpretation = interpretations.get(form.index)
        for cell in form.cells if interpretation is not None else []:
            if interpretation is not None and cell.cell_id in doubts:
                reason, told = doubts[cell.cell_id]
                interpretation.refused.append(Refused(reason, told, [cell], cell.row, cell.column))
                interpretation.roles[cell.cell_id] = "refused"
                interpretation.figures = [one for one in interpretation.figures if one.cell_id != cell.cell_id]
    return [figure for figure in figures if figure.cell_id not in doubts]


def _doubt_of(figure: Figure) -> tuple[str, str] | None:
    """Reason and words for not believing a figure as it was read; None where it is believed."""
    if figure.is_reread and figure.value_state == "number" and not figure.is_held:
        return "amount_unreadable", f"“{figure.printed_text}” is printed badly, and no sum shows what it means"
    place = Place(figure.page_number, figure.form_index, figure.form, figure.printed_text)
    with failures.unit("doubt", place):
        doubt = doubt_of(figure)
        return None if doubt is None else ("low_confidence", doubt)
    return "low_confidence", "how doubtful the reading is cannot be told"


def _unread(interpretation: Interpretation) -> set[tuple[int, int]]:
    """Row and column of the amounts of a form that were refused: unknown addends of the sums around them."""
    return {
        (cell.row, cell.column)
        for refused in interpretation.refused
        if refused.reason not in ACCOUNTING
        for cell in refused.cells
        if is_number(cell.text) and cell.text.strip(" 0.,-")
    }


def _document_row(data: bytes, sha256: str, claim: Claim) -> Row:
    return {
        "document_id": sha256[:16],
        "sha256": sha256,
        "file_name": claim.file_name,
        "format": found if (found := detect_format(data)) in FORMATS else "unknown",
        "byte_count": len(data),
        "source_url": claim.source_url,
        "retrieved_at": claim.retrieved_at,
        "is_specimen": claim.is_specimen,
        "reader_version": "",
    }


def _identity_columns(identity: Identity, printed: PrintedDocument, claim: Claim) -> Row:
    return {
        "document_kind": identity.document_kind,
        "fiscal_year": identity.fiscal_year,
        "jurisdiction_name": identity.jurisdiction_name,
        "jurisdiction_code": identity.jurisdiction_code,
        "department_name": identity.department_name,
        "department_level": identity.department_level,
        "title": identity.title,
        "page_count": printed.page_count,
        "registry_disagreement": disagreements(identity, claim),
    }


def _interpret(forms: list[Form], identity: Identity, rows: _Rows) -> dict[int, Interpretation]:
    """Interpretations of the recognised forms by form index."""
    if is_government(forms, identity):
        return _of_government(forms, identity, rows)
    for form in forms:
        with failures.unit("identify forms", _place_of(form)):
            if form.key is None and looks_like_performance_form(form):
                form.key = "performance_target"
    year = identity.fiscal_year
    if year is None:
        return {}
    units = Counter(form.unit for form in forms if form.key is not None and form.unit and form.key != "three_public")
    body = Body(
        document_id=rows.document_id,
        fiscal_year=year,
        document_kind=identity.document_kind or "budget",
        department_name=identity.department_name or "",
        agencies=failures.attempt_without("agencies", forms, _place_of, lambda parts: agencies_printed(parts, year))
        or frozenset(),
        unit=next(iter(units)) if len(units) == 1 else None,
    )
    return {form.index: _interpretation(form, body, rows) for form in forms if form.key is not None}


def _of_government(forms: list[Form], identity: Identity, rows: _Rows) -> dict[int, Interpretation]:
    """Interpretations of the tables of a whole government, by form index."""
    tell_forms(forms)
    body = identity.department_name or identity.jurisdiction_name or ""
    kind, year = identity.document_kind or "budget", identity.fiscal_year
    publisher = Publisher(rows.document_id, place_of(identity), body, None, year, kind)
    return {
        form.index: _interpretation(form, Body(rows.document_id, year, kind, body), rows)
        if form.key == "three_public" and year is not None
        else _government_table(form, publisher)
        for form in forms
        if form.key is not None
    }


def _government_table(form: Form, publisher: Publisher) -> Interpretation:
    with failures.kept() as failed, failures.unit("interpret", _place_of(form)):
        return interpret_government(form, publisher)
    return _failed(form, failed)


def _interpretation(form: Form, body: Body, rows: _Rows) -> Interpretation:
    """The interpretation of a form; where it fails, its numbers are refused, and the other forms are read."""
    with failures.kept() as failed, failures.unit("interpret", _place_of(form)):
        if form.key == "performance_target":
            return _performance(form, body, rows)
        return interpret(form, body, judge.score)
    return _failed(form, failed)


def _failed(form: Form, failed: Sequence[Failure]) -> Interpretation:
    interpretation = Interpretation()
    numeric = [cell for cell in form.cells if is_number(cell.text)]
    interpretation.refused.append(Refused("stage_failed", str(failed[0]), numeric))
    interpretation.roles.update((cell.cell_id, "refused") for cell in numeric)
    return interpretation


class _Rows:
    """Rows of one document, gathered table by table."""

    def __init__(self, document_id: str, failed: Sequence[Failure] = ()) -> None:
        self.document_id = document_id
        self.failed = failed
        self.tables: dict[str, list[Row]] = {}

    def add(self, table: str, rows: Iterable[Row]) -> None:
        """Add rows, all of them or, where one cannot be made, none."""
        self.tables.setdefault(table, []).extend(list(rows))

    def refuse(self, reason: str, detail: str, **place: Any) -> None:
        """Add a refusal; `place` may name page_number, form_index, form, row_index, column_index, cell_ids and numeric_cell_count."""
        number = len(self.tables.get("refusal", [])) + 1
        cell_ids = place.pop("cell_ids", [])
        count = place.pop("numeric_cell_count", len(cell_ids))
        row = {
            "refusal_id": f"{self.document_id}-{number:04d}",
            "document_id": self.document_id,
            "reason": reason,
            "detail": detail,
        }
        self.add("refusal", [{**row, **place, "numeric_cell_count": count, "cell_ids": cell_ids}])

    def _refuse_failures(self) -> None:
        for failure in self.failed:
            place = failure.place
            self.refuse(
                "stage_failed",
                str(failure),
                page_number=place.page_number,
                form_index=place.form_index,
                form=place.form,
                numeric_cell_count=place.numeric_cell_count,
            )

    def refused_document(self, document: Row, reason: str, detail: str, numeric_cell_count: int = 0) -> Reading:
        """The reading of a document that is refused as a whole: no page, cell or figure of it enters the warehouse; its numeric cells are counted."""
        self.tables = {}
        self.refuse(reason, detail, numeric_cell_count=numeric_cell_count)
        self._refuse_failures()
        self.add("document", [{**document, "status": "refused", "status_reason": f"{reason}: {detail}"}])
        return Reading(self.document_id, self.tables)

    def finished_document(self, document: Row) -> Reading:
        self._refuse_failures()
        refusals = self.tables.get("refusal", [])
        reasons = Counter(row["reason"] for row in refusals if row["reason"] not in ACCOUNTING)
        status = "partly_loaded" if reasons else "loaded"
        told = ", ".join(f"{reason} ×{count}" for reason, count in sorted(reasons.items())) or None
        self.add("document", [{**document, "status": status, "status_reason": told}])
        return Reading(self.document_id, self.tables)


def _add_pages(rows: _Rows, printed: PrintedDocument) -> None:
    for page in printed.pages:
        rows.add(
            "page",
            [
                {
                    "document_id": rows.document_id,
                    "page_number": page.number,
                    "width": page.width,
                    "height": page.height,
                    "method": page.method,
                    "grid_count": len(page.grids),
                    "numeric_cell_count": sum(is_number(cell.text) for grid in page.grids for cell in grid.cells),
                }
            ],
        )
        if page.problem is not None:
            rows.refuse("page_unreadable", page.problem, page_number=page.number)
    for unread in printed.unread:
        rows.refuse(
            "content_unread",
            unread.detail,
            page_number=unread.page_number,
            numeric_cell_count=unread.numeric_cell_count,
        )


def _add_form(rows: _Rows, form: Form, interpretation: Interpretation | None) -> None:
    if interpretation is None:
        interpretation = _unrecognised(form)
    roles = interpretation.roles
    rows.add("cell", (_cell_row(rows.document_id, form, cell, roles.get(cell.cell_id, "text")) for cell in form.cells))
    for refused in interpretation.refused:
        rows.refuse(
            refused.reason,
            refused.detail,
            page_number=refused.cells[0].page_number if refused.cells else form.first_page,
            form_index=form.index,
            form=form.key or form.title,
            row_index=refused.row,
            column_index=refused.column,
            cell_ids=[cell.cell_id for cell in refused.cells],
        )
    rows.add(
        "reading_choice",
        ({"document_id": rows.document_id, "form_index": form.index, **choice} for choice in interpretation.choices),
    )
    rows.add("form", [_form_row(rows.document_id, form, interpretation)])


def _add_stray(rows: _Rows, stray: Strays) -> None:
    seen = " / ".join(stray.lines)[:160]
    rows.refuse(
        "form_unknown",
        f"{len(stray.lines)} lines that look like rows of a table stand in none that was found: “{seen}”",
        page_number=stray.page_number,
        numeric_cell_count=stray.amount_count,
    )


def _performance(form: Form, body: Body, rows: _Rows) -> Interpretation:
    """Indicators of a performance form, which stand in `performance_indicator` by their cells, and the project's budget as figures."""
    indicators, taken = performance_indicators(form, rows.document_id)
    rows.add("performance_indicator", indicators)
    interpretation = Interpretation(figures=project_budgets(form, body, taken))
    interpretation.roles = dict.fromkeys(taken, "target")
    interpretation.roles.update((figure.cell_id, "amount") for figure in interpretation.figures)
    header = set(form.header_rows)
    left = [
        cell
        for cell in form.cells
        if cell.cell_id not in interpretation.roles and cell.row not in header and is_number(cell.text)
    ]
    if left:
        detail = "numbers of a performance form that are neither the project's budget nor in an indicator (serial numbers, weights, scores)"
        interpretation.refused.append(Refused("performance_target", detail, left))
        interpretation.roles.update((cell.cell_id, "refused") for cell in left)
    return interpretation


def _unrecognised(form: Form) -> Interpretation:
    """A printed table that is no form of the catalogue: its numbers, but for serial numbers, are refused with what was seen."""
    interpretation = Interpretation()
    serial = {cell.cell_id for cell in serial_numbers(form)}
    numeric = [cell for cell in form.cells if is_number(cell.text) and cell.cell_id not in serial]
    header = " | ".join(cell.text for cell in form.row(form.header_rows[0] if form.header_rows else 0) if cell.text)[
        :160
    ]
    title = form.title or " / ".join(form.heading_lines[-2:])[:80]
    detail = f"table titled “{title}” with header “{header}” is no form of forms/catalogue/title.csv"
    interpretation.roles = dict.fromkeys(serial, "ordinal")
    if numeric:
        interpretation.refused.append(Refused("form_unknown", detail, numeric))
        interpretation.roles.update((cell.cell_id, "refused") for cell in numeric)
    return interpretation


def _cell_row(document_id: str, form: Form, cell: FormCell, role: str) -> Row:
    box = cell.box
    return {
        "cell_id": cell.cell_id,
        "document_id": document_id,
        "page_number": cell.page_number,
        "form_index": form.index,
        "row_index": cell.row,
        "column_index": cell.column,
        "row_span": cell.row_span,
        "column_span": cell.column_span,
        "text": cell.text,
        "x0": round(box.x0, 2) if box else None,
        "top": round(box.top, 2) if box else None,
        "x1": round(box.x1, 2) if box else None,
        "bottom": round(box.bottom, 2) if box else None,
        "method": cell.method,
        "role": role,
        "confidence": cell.confidence,
    }


def _form_row(document_id: str, form: Form, interpretation: Interpretation) -> Row:
    refused = [refused for refused in interpretation.refused if refused.reason not in ACCOUNTING]
    refused_cells = sum(len(one.cells) for one in interpretation.refused)
    roles = interpretation.roles
    numeric = sum(
        1 for cell in form.cells if roles.get(cell.cell_id) in ("amount", "refused", "target") and is_number(cell.text)
    )
    if form.key is None:
        status, reason = ("refused", "form_unknown") if refused else ("loaded", None)
    elif refused:
        status, reason = "partly_loaded", ", ".join(sorted({one.reason for one in refused}))
    else:
        status, reason = "loaded", None
    return {
        "document_id": document_id,
        "form_index": form.index,
        "form": form.key,
        "title": form.title,
        "first_page": form.first_page,
        "last_page": form.last_page,
        "printed_unit": form.unit,
        "agency_name": form.agency_name,
        "row_count": form.row_count,
        "column_count": form.column_count,
        "is_declared_nil": interpretation.is_nil,
        "note": form.note or None,
        "status": status,
        "status_reason": reason,
        "numeric_cell_count": numeric,
        "figure_count": sum(1 for figure in interpretation.figures if figure.value_state in ("number", "zero")),
        "refused_cell_count": refused_cells,
        "reading": "; ".join(f"{choice['aspect']}: {choice['chosen']}" for choice in interpretation.choices) or None,
        "rejected_readings": [
            f"{choice['aspect']}: {choice['rejected']} ({choice['evidence']})"
            for choice in interpretation.choices
            if choice["rejected"]
        ],
    }
