"""One document, from its bytes to the rows of every core table: a pure function of bytes, code and catalogue.

Belongs here: the order of the stages (read, assemble forms, interpret figures, prove) and nothing of their inside. Does not
belong here: files, caches, the warehouse (see `pipeline.archive` and `pipeline.publish`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


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
    """Rows by table name (`schemas.core`), as read from one document."""

    document_id: str
    rows: dict[str, list[Row]] = field(default_factory=dict)


def read_document(data: bytes, claim: Claim) -> Reading:
    """Read one document. Never raises for a bad document: that is a `document` row with status `refused` and a `refusal` row.

    Raises nothing but programming errors of this project (the caller turns them into `reader_failed`).
    """
    raise NotImplementedError
