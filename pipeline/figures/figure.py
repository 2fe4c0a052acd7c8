"""A figure: one printed amount with its meaning.

Belongs here: the type. Does not belong here: how rows of forms become figures (`interpretation`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(slots=True)
class Figure:
    """One printed amount. Fields are the columns of `schemas.core.FIGURE`, and the structure that proofs need:

    `parent_row_index`: the row of the same form whose amount (in the same column) this row is an addend of; None for the
    top row, for memo rows (其中) and where no hierarchy was found.
    `parent_column_index`: the column of the same form and row that this column is an addend of (total = basic + project = Σ funds).
    `is_memo`: the row or the column restates a part (其中：…), and is never an addend.
    `is_reread`: the number is not read as it is printed (`badly_printed`), and is believed only where a sum holds with it (`is_held`).
    """

    figure_id: str
    cell_id: str
    document_id: str
    page_number: int
    form_index: int
    row_index: int
    column_index: int
    form: str
    fiscal_year: int
    phase: str | None
    is_comparative: bool
    fund: str
    agency_name: str
    agency_level: str
    scheme: str
    measure: str
    printed_text: str
    printed_unit: str
    amount_yuan: Decimal | None
    half_unit_yuan: Decimal | None
    value_state: str
    is_leaf: bool
    scope: str | None = None
    scope_name: str | None = None
    agency_code: str | None = None
    line_code: str | None = None
    line_name: str | None = None
    line_level: str | None = None
    parent_line: str | None = None
    cross_scheme: str | None = None
    cross_code: str | None = None
    cross_name: str | None = None
    source: str | None = None
    header_path: str = ""
    confidence: float | None = None
    proof_count: int = 0
    proof: str = "unchecked"
    parent_row_index: int | None = None
    parent_column_index: int | None = None
    is_memo: bool = False
    is_reread: bool = False
    is_held: bool = False
