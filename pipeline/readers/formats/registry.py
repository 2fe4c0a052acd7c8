"""All formats, in the order in which they are told apart: asked by the readers and by fetching alike.

Belongs here: the order. Does not belong here: any one format (a module of its own in this folder). To add a format, write its module and name it here.
"""

from __future__ import annotations

from pipeline.readers.formats import archives, foreign, ofd, pdf, text, web, word, workbooks
from pipeline.readers.formats.format import Evidence, Format

FORMATS: tuple[Format, ...] = (
    *foreign.FIRST,
    *pdf.FORMATS,
    *ofd.FORMATS,
    *word.FORMATS,
    *workbooks.FORMATS,
    # Containers after the formats that are packages themselves; web pages after the workbooks and documents that are XML.
    *foreign.FORMATS,
    *archives.FORMATS,
    *web.FORMATS,
    *text.FORMATS,
    *foreign.LAST,
)


def detect(data: bytes) -> Format:
    """The format of bytes, told from them alone; never fails."""
    evidence = Evidence(data)
    return next(one for one in FORMATS if one.detects(evidence))
