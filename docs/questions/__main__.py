"""Writes docs/reference/questions.md from a warehouse: `python -m docs.questions WAREHOUSE`.

Belongs here: the command. Does not belong here: the layout of the page (`docs.questions.page`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from docs.questions.page import PAGE, page, read_questions, unborne


def main(arguments: list[str]) -> int:
    """Write the page; 1 where a sentence names a figure that the answer does not hold, 2 where no warehouse is named."""
    if len(arguments) != 1:
        print("usage: python -m docs.questions WAREHOUSE", file=sys.stderr)
        return 2
    with duckdb.connect(arguments[0], read_only=True) as connection:
        questions = read_questions()
        Path(PAGE).write_text(page(connection, questions), encoding="utf-8")
        missing = [f"{question.file}: {figure}" for question in questions for figure in unborne(connection, question)]
    for line in missing:
        print(f"Said, but not in the answer: {line} (correct docs/questions/questions.yaml)", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
