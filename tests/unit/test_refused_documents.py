"""A document that is refused as a whole says how many numbers it would have been asked for."""

from __future__ import annotations

from pipeline.reading import Claim, read_document


def test_numeric_cells_of_a_refused_document_are_counted() -> None:
    page = "<html><body><table><tr><td>姓名</td><td>得分</td></tr><tr><td>甲</td><td>3.50</td></tr><tr><td>乙</td><td>4</td></tr></table></body></html>"
    rows = read_document(page.encode(), Claim(file_name="a.html")).rows
    assert [(row["reason"], row["numeric_cell_count"]) for row in rows["refusal"]] == [("web_page_not_document", 2)]
