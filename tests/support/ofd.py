"""OFD packages (GB/T 33190) made in tests: of placed text and lines, or of what stands on the pages of a PDF.

Belongs here: writing the format. Does not belong here: reading it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from itertools import pairwise
from xml.sax.saxutils import escape

from pipeline.readers.pdf import PageContent, PdfFile

MILLIMETRE = 25.4 / 72
_NAMES = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def text(
    x: float, y: float, words: str, size: float = 3.2, more: str = "", inside: str = "", deltas: str | None = None
) -> str:
    """A text whose first character stands with its left end at x on the line y, in millimetres."""
    steps = " ".join(f"{size if ord(c) > 0x2E7F else size / 2:g}" for c in words[:-1]) if deltas is None else deltas
    return (
        f'<ofd:TextObject Boundary="{x:.3f} {y - size:.3f} {size * len(words):.3f} {1.4 * size:.3f}" Font="3" Size="{size:.3f}" {more}>{inside}'
        f'<ofd:TextCode X="0" Y="{size:.3f}" DeltaX="{steps}">{escape(words)}</ofd:TextCode></ofd:TextObject>'
    )


def line(x0: float, y0: float, x1: float, y1: float) -> str:
    return (
        f'<ofd:PathObject Boundary="{x0:.3f} {y0:.3f} {max(x1 - x0, 0.2):.3f} {max(y1 - y0, 0.2):.3f}" LineWidth="0.2">'
        f"<ofd:AbbreviatedData>M 0 0 L {x1 - x0:.3f} {y1 - y0:.3f}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def area(x0: float, y0: float, x1: float, y1: float, colour: str) -> str:
    width, height = x1 - x0, y1 - y0
    return (
        f'<ofd:PathObject Boundary="{x0} {y0} {width} {height}" Stroke="false" Fill="true"><ofd:FillColor Value="{colour}"/>'
        f"<ofd:AbbreviatedData>M 0 0 L {width} 0 L {width} {height} L 0 {height} C</ofd:AbbreviatedData></ofd:PathObject>"
    )


def table(
    rows: Sequence[Sequence[str]], left: float = 20, top: float = 40, width: float = 30, height: float = 7
) -> str:
    """Ruled rows of cells of one width."""
    columns = len(rows[0])
    right, bottom = left + columns * width, top + len(rows) * height
    drawn = [line(left, top + n * height, right, top + n * height) for n in range(len(rows) + 1)]
    drawn += [line(left + n * width, top, left + n * width, bottom) for n in range(columns + 1)]
    drawn += [
        text(left + 1 + column * width, top + 5 + row * height, words)
        for row, cells in enumerate(rows)
        for column, words in enumerate(cells)
        if words
    ]
    return "".join(drawn)


def package(
    pages: Sequence[str], box: str = "0 0 210 297", template: str = "", more: dict[str, str] | None = None
) -> bytes:
    """A package of one document with these pages."""
    common = '<ofd:TemplatePage ID="9" BaseLoc="Tpls/Tpl_0/Content.xml"/>' if template else ""
    listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
    named = "".join(f"<ofd:{name.split('.')[0]}>{name}</ofd:{name.split('.')[0]}>" for name in (more or {}))
    used = '<ofd:Template TemplateID="9" ZOrder="Background"/>' if template else ""
    parts = {
        "OFD.xml": f'<ofd:OFD {_NAMES} Version="1.1" DocType="OFD"><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>',
        "Doc_0/Document.xml": f"<ofd:Document {_NAMES}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:PageArea>"
        f"{common}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>{named}</ofd:Document>",
        "Doc_0/Tpls/Tpl_0/Content.xml": _page(template, box),
        **{f"Doc_0/Pages/Page_{n}/Content.xml": _page(page, box, used) for n, page in enumerate(pages)},
        **{f"Doc_0/{name}": content for name, content in (more or {}).items()},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return buffer.getvalue()


def _page(content: str, box: str, before: str = "") -> str:
    return (
        f"<ofd:Page {_NAMES}><ofd:Area><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:Area>{before}"
        f'<ofd:Content><ofd:Layer ID="1">{content}</ofd:Layer></ofd:Content></ofd:Page>'
    )


def of_pdf(data: bytes) -> bytes:
    """The pages of a PDF as an OFD: every run of its characters and every rule where it stands."""
    with PdfFile(data) as file:
        contents = [file.content(index) for index in range(file.page_count)]
    first = contents[0]
    return package(
        [_copied(one) for one in contents], f"0 0 {first.width * MILLIMETRE:.3f} {first.height * MILLIMETRE:.3f}"
    )


def _copied(content: PageContent) -> str:
    characters = content.characters
    drawn = [line(x0 * MILLIMETRE, y * MILLIMETRE, x1 * MILLIMETRE, y * MILLIMETRE) for y, x0, x1 in content.horizontal]
    drawn += [line(x * MILLIMETRE, y0 * MILLIMETRE, x * MILLIMETRE, y1 * MILLIMETRE) for x, y0, y1 in content.vertical]
    run: list[int] = []
    for index in range(len(characters)):
        if run and not _follows(content, run[-1], index):
            drawn.append(_run(content, run))
            run = []
        run.append(index)
    return "".join([*drawn, _run(content, run)] if run else drawn)


def _follows(content: PageContent, before: int, index: int) -> bool:
    characters = content.characters
    size = characters.bottom[before] - characters.top[before]
    is_level = abs(characters.bottom[index] - characters.bottom[before]) < 0.5
    return is_level and 0 <= characters.x0[index] - characters.x0[before] < 3 * size


def _run(content: PageContent, run: list[int]) -> str:
    characters = content.characters
    size = max(characters.bottom[index] - characters.top[index] for index in run) * MILLIMETRE
    x, bottom = characters.x0[run[0]] * MILLIMETRE, characters.bottom[run[0]] * MILLIMETRE
    starts = [characters.x0[index] * MILLIMETRE for index in run]
    steps = " ".join(f"{after - here:.3f}" for here, after in pairwise(starts))
    return text(x, bottom - 0.14 * size, "".join(characters.text[index] for index in run), size, deltas=steps)
