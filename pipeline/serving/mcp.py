"""The questions as tools of the Model Context Protocol, for programs that talk with people.

Belongs here: the names and descriptions of the tools, by which a model chooses among them. Does not belong here: answers (`answers`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mcp.server.mcpserver import MCPServer

from pipeline.serving.answers import Answers
from pipeline.serving.publication import Publication

_INSTRUCTIONS = """
Public budgets and final accounts of Chinese departments and governments. Begin with `find`: it turns a name, a short name (卫健委), pinyin or a
code into identifiers. Then `series` or `compare`. Amounts are yuan, exact. Quote an amount only with its source, which `figure` gives from
figure_ids. Where is_known is false, say that it is not known; never add values of different perimeter, scope, fund or phase; where is_whole is
false, say that the sum does not meet the printed total.
"""


def server(file: Path) -> MCPServer:
    """The tools over one published file; `run` carries them by stdio or HTTP."""
    answers = Answers(Publication(file))
    tools = MCPServer("yusuan", title="Yusuan 预算", instructions=" ".join(_INSTRUCTIONS.split()))

    @tools.tool()
    def find(text: str, kind: str = "all") -> dict[str, Any]:
        """Bodies (部门), places (地区), functional codes (功能科目) and metrics by name, short name, pinyin or code. kind: body, place, code, all."""
        return _plain(answers.find(text, kind))

    @tools.tool()
    def series(
        body_id: str,
        metric: str = "expenditure",
        code: str | None = None,
        fund: str | None = None,
        phase: str | None = None,
    ) -> dict[str, Any]:
        """One metric of one body over years. metric: expenditure, expenditure_share, expenditure_change, three_public, execution_rate, revenue, staff,
        basic_per_head, procurement. code: functional code, or the item of three_public. phase: approved (预算), executed (决算)."""
        return _plain(answers.series(body_id, metric, code, fund, phase))

    @tools.tool()
    def compare(
        fiscal_year: int,
        metric: str = "expenditure",
        code: str | None = None,
        fund: str | None = None,
        phase: str | None = None,
        jurisdiction_code: str | None = None,
        limit: int = 20,
    ) -> dict[str, Any]:
        """One metric of many bodies in one year, the largest first; a province's or city's code takes all that lies in it."""
        return _plain(answers.compare(fiscal_year, metric, code, fund, phase, jurisdiction_code, limit=limit))

    @tools.tool()
    def document(document_id: str) -> dict[str, Any]:
        """What a document is, how much of it was read and proved, and what of it was not read."""
        return _plain(answers.document(document_id))

    @tools.tool()
    def figure(figure_ids: list[str]) -> dict[str, Any]:
        """The source of figures: document, page, rectangle, printed text and unit, address, SHA-256, and the footnote to quote."""
        return _plain(answers.figure(figure_ids))

    @tools.tool()
    def missing(place: str | None = None, fiscal_year: int | None = None) -> dict[str, Any]:
        """What the warehouse knows that it does not have or that cannot be right, by place (code or name) and year."""
        return _plain(answers.missing(place, fiscal_year))

    @tools.tool()
    def query(sql: str, limit: int = 100) -> dict[str, Any]:
        """Rows of one SQL query (DuckDB, read only, ten seconds). Tables: marts.*, audit.*, reference.*, core.*; information_schema tells columns."""
        return _plain(answers.query(sql, limit))

    return tools


def _plain(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer in types that JSON has: exact decimals and dates as text."""
    plain = _as_json(answer)
    assert isinstance(plain, dict)
    return plain


def _as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _as_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(each) for each in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
