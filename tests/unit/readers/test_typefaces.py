"""PDFs that carry no font are read and drawn alike on every machine: with the typeface of the project."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from pipeline.readers import pdf

ROOT = Path(__file__).parents[3]
FRESH_MACHINE = ROOT.parent / "shared" / "tools" / "fresh-machine"
TEXTS = {
    "STSong-Light": "政府办公厅事务",
    "MSung-Light": "政府預算公開",
    "HeiseiMin-W3": "予算の概要",
    "HYSMyeongJo-Medium": "예산개요",
}


def without_font(font: str, text: str) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont(font))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(300, 100))
    canvas.setFont(font, 20)
    canvas.drawString(20, 40, text)
    canvas.save()
    return buffer.getvalue()


@pytest.mark.parametrize(("font", "text"), TEXTS.items())
def test_text_whose_font_is_not_in_the_file_is_read_and_has_ink(font: str, text: str) -> None:
    data = without_font(font, text)
    (line,) = pdf.read(data).pages[0].lines
    assert line.text == text
    with pdf.PdfFile(data) as file:
        assert (file.render(0, 2.0)[60:130, 40:400] < 128).sum() > 150 * len(text)


def test_a_bare_machine_reads_and_draws_the_same(tmp_path: Path) -> None:
    if not FRESH_MACHINE.exists() or subprocess.run([FRESH_MACHINE, "true"], capture_output=True).returncode:
        pytest.skip(
            "there is no tool beside the repository that hides what is installed, or this machine does not let it"
        )
    file = tmp_path / "unembedded.pdf"
    file.write_bytes(without_font("STSong-Light", TEXTS["STSong-Light"]))
    program = (
        "import sys, hashlib; from pathlib import Path; from pipeline.readers import pdf; data = Path(sys.argv[1]).read_bytes();"
        "print(pdf.read(data)); print(hashlib.sha256(pdf.PdfFile(data).render(0, 2.0).tobytes()).hexdigest())"
    )
    command = [sys.executable, "-c", program, str(file)]
    here, bare = (
        subprocess.run(prefix + command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for prefix in ([], [str(FRESH_MACHINE)])
    )
    assert TEXTS["STSong-Light"] in here
    assert here == bare
