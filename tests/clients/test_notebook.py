"""The notebook, run by a real Jupyter kernel on the warehouse of the specimens: every cell ends, every question has its plot."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebooks" / "five_questions.ipynb"
QUESTIONS = 5


def run(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    return NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": folder}}
    ).execute()


def pictures(notebook: nbformat.NotebookNode) -> list[str]:
    """The heading above each plot, plots in order."""
    heading, found = "", []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = cell.source.splitlines()[0]
        elif any("image/png" in output.get("data", {}) for output in cell.outputs):
            found.append(heading)
    return found


def test_every_question_is_answered_with_a_plot(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUSUAN_WAREHOUSE", str(published))
    done = run(nbformat.read(NOTEBOOK, as_version=4), NOTEBOOK.parent)
    assert [heading[3] for heading in pictures(done)] == [str(number + 1) for number in range(QUESTIONS)]
    footnotes = done.cells[-1].outputs[0]["data"]["text/plain"]
    assert footnotes.count("SHA-256") == 3
    assert "深圳市人民政府办公厅" in footnotes


def test_the_answers_kept_in_it_are_whole() -> None:
    kept = nbformat.read(NOTEBOOK, as_version=4)
    assert len(pictures(kept)) == QUESTIONS
    assert [
        output
        for cell in kept.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "error"
    ] == []


def test_a_question_that_the_warehouse_does_not_understand_fails(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YUSUAN_WAREHOUSE", str(published))
    broken = nbformat.read(NOTEBOOK, as_version=4)
    broken.cells = [*broken.cells[:2], nbformat.v4.new_code_cell('ask("select nothing from marts.citation")')]
    with pytest.raises(CellExecutionError, match="nothing"):
        run(broken, NOTEBOOK.parent)
