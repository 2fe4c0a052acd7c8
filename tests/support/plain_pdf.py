"""PDFs written object by object, for what no typesetting library writes: layers, appearances, clipped forms, wrong tables of characters.

Belongs here: the frame of such a file. Does not belong here: any trap, which the test that needs it writes out.
"""

from __future__ import annotations

from collections.abc import Mapping

FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def stream(content: str | bytes, entries: str = "") -> bytes:
    data = content.encode("latin-1") if isinstance(content, str) else content
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries.encode(), len(data), data)


def plain_pdf(
    content: str,
    *,
    resources: str = "",
    page: str = "",
    catalog: str = "",
    objects: Mapping[int, str | bytes] | None = None,
) -> bytes:
    """One page, 400 by 300 points, with Helvetica as /F. Objects from number 10 up are the caller's, named as `10 0 R`."""
    bodies: dict[int, str | bytes] = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> {resources} >> {page} >>",
        4: stream(content),
        5: FONT,
        **(objects or {}),
    }
    result, places = b"%PDF-1.7\n", {}
    for number, body in sorted(bodies.items()):
        places[number] = len(result)
        result += b"%d 0 obj\n%s\nendobj\n" % (number, body.encode("latin-1") if isinstance(body, str) else body)
    start = len(result)
    result += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        result += b"%d 1\n%010d 00000 n \n" % (number, place)
    return result + b"trailer\n<< /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n" % (max(bodies) + 1, start)


def text(x: float, y: float, words: str, size: float = 10) -> str:
    return f"BT /F {size} Tf {x} {y} Td ({words}) Tj ET\n"


def ruled(columns: int, rows: int, x0: float = 20, top: float = 280, width: float = 80, height: float = 20) -> str:
    """Rules around cells."""
    cells = ((x0 + width * column, top - height * (row + 1)) for column in range(columns) for row in range(rows))
    return "0.5 w\n" + "".join(f"{x} {y} {width} {height} re S\n" for x, y in cells)
