"""What the home page and the page of quality show of all bodies side by side.

Belongs here: the ranking of budgets, and who published what. Does not belong here: what one body's page shows (`content`).
"""

from __future__ import annotations

from pipeline.publish.explorer.content import Content, Row, ask, grouped


def largest(content: Content) -> list[Row]:
    """The last approved budget of each department, the largest first; what misses its printed total says so."""
    by_body = grouped(content.profiles, "department_id", "perimeter")
    rows: list[Row] = []
    for entry in content.departments:
        profiles = by_body.get((entry["department_id"], "department"), []) if entry["perimeter"] == "department" else []
        budgets = [row for row in profiles if row["phase"] == "approved" and row["expenditure_yuan"] is not None]
        if not budgets:
            continue
        *_, last = budgets
        before = [
            row for row in budgets if row["fiscal_year"] == last["fiscal_year"] - 1 and row["funds"] == last["funds"]
        ]
        rows.append({**last, "entry": entry, "previous_yuan": before[-1]["expenditure_yuan"] if before else None})
    return sorted(rows, key=lambda row: (-row["expenditure_yuan"], row["department_id"]))


def scorecard(content: Content) -> Row:
    """What each body published, by kind and year: the columns, and for each body its states in their order."""
    rows = ask(content.connection, "select * from marts.disclosure_scorecard")
    columns = sorted({(row["document_kind"], row["fiscal_year"]) for row in rows}, key=lambda each: (-each[1], each[0]))
    by_body = grouped(rows, "department_id", "perimeter")
    bodies = []
    for entry in content.departments:
        own = by_body.get((entry["department_id"], entry["perimeter"]), [])
        states = {(row["document_kind"], row["fiscal_year"]): row for row in own}
        if states:
            bodies.append({"entry": entry, "states": [states.get(column) for column in columns]})
    return {"columns": columns, "bodies": bodies}
