"""What the home page and the page of quality show of all bodies side by side.

Belongs here: the ranking of budgets, and who published what. Does not belong here: what one body's page shows (`content`).
"""

from __future__ import annotations

from pipeline.publish.explorer.content import Content, Row, ask, gaps, grouped, number, printed_figures
from pipeline.publish.explorer.words import ten_thousands


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


def quality(content: Content) -> Row:
    """What is missing, and what contradicts itself."""
    contradictions = ask(
        content.connection,
        """
        select
            check_.document_id, check_.identity, check_.description, check_.stated_yuan, check_.computed_yuan,
            check_.difference_yuan, check_.bound_yuan, check_.figure_ids, document.department_name, document.fiscal_year,
            document.document_kind
        from audit.identity_check as check_
        inner join marts.dim_document as document using (document_id)
        where check_.verdict = 'error' and check_.severity = 'error' and document.is_current
        order by abs(check_.difference_yuan) desc nulls last, check_.identity_check_id
        limit 200
        """,
    )
    wanted = [row["figure_ids"][0] for row in contradictions if row["figure_ids"]]
    printed = printed_figures(content.connection, wanted)
    for row in contradictions:
        stated = printed.get(row["figure_ids"][0]) if row["figure_ids"] else None
        row["stated"] = number(row["stated_yuan"], [stated] if stated else [], "")
        row["computed"], row["difference"] = (
            ten_thousands(row["computed_yuan"]),
            ten_thousands(row["difference_yuan"]),
        )
    return {
        "documents": [document for document in content.documents if document["status"] != "refused"],
        "refused": [document for document in content.documents if document["status"] == "refused"],
        "contradictions": contradictions,
        "contradiction_count": content.connection.execute(
            "select count(*) from audit.identity_check where verdict = 'error' and severity = 'error'"
        ).fetchone(),
        "refusals": ask(
            content.connection,
            """
            select reason, count(*) as refusals, count(distinct document_id) as documents,
                sum(numeric_cell_count)::bigint as numeric_cells
            from audit.refusal group by reason order by numeric_cells desc nulls last, refusals desc, reason
            """,
        ),
        "gaps": [
            {"entry": entry, "years": gaps(entry["years"])} for entry in content.departments if gaps(entry["years"])
        ],
        "findings": ask(
            content.connection,
            "select * from audit.classification_finding order by document_count desc, scheme, code, fiscal_year limit 100",
        ),
        "suspect_count": sum(document["suspect_figure_count"] for document in content.documents),
    }
