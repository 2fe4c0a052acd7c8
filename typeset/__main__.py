"""`python -m typeset [FOLDER]`: write every specimen and the registry that says what they are (into `raw/` by default).

Belongs here: the command. Does not belong here: setting (`pdf`, `text`) and what is said (`document`).
"""

from __future__ import annotations

import csv
import hashlib
import io
import sys
from pathlib import Path

from typeset.document import FOLDER, MARK, read_specimen
from typeset.pdf import set_pdf
from typeset.text import set_text

COLUMNS = (
    "sha256", "file_name", "source_url", "publisher", "title", "published_at", "retrieved_at", "licence", "is_specimen",
    "document_kind", "fiscal_year", "jurisdiction_name", "department_name", "note",
)  # fmt: skip


def set_all(registry: str = "") -> dict[str, bytes]:
    """Contents of `raw/` by file name: the specimens, and `registry.csv`, which keeps the lines of `registry` that are of others."""
    files: dict[str, bytes] = {}
    lines = [line for line in csv.DictReader(io.StringIO(registry)) if line["is_specimen"] != "true"]
    for path in sorted(FOLDER.glob("*.yaml")):
        specimen = read_specimen(path)
        for edition, name in specimen.file_names.items():
            files[name] = set_pdf(specimen)[0] if edition == "pdf" else set_text(specimen)
            lines.append(
                {
                    "sha256": hashlib.sha256(files[name]).hexdigest(),
                    "file_name": name,
                    "is_specimen": "true",
                    "note": MARK,
                    **specimen.registry,
                }
            )
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return {**files, "registry.csv": text.getvalue().encode()}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER.parent / "raw"
    folder.mkdir(exist_ok=True)
    registry = folder / "registry.csv"
    for name, data in set_all(registry.read_text(encoding="utf-8") if registry.is_file() else "").items():
        (folder / name).write_bytes(data)
        print(f"{len(data):>9,} bytes  {name}")


if __name__ == "__main__":
    main()
