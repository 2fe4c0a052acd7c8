"""Documents of the corpus, whose bytes are read once for all tests of a run, whichever worker asks first.

Belongs here: finding them, and the pages kept between tests. Does not belong here: what is expected of a document.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.archive.pages import KeptPages
from pipeline.readers import reader
from pipeline.readers.printed import PrintedDocument
from pipeline.reading import Claim, Reading, read_document

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
ABSENT = "the corpus lies in ../shared/corpus, outside of the repository"


@dataclass(frozen=True)
class ReadOnce:
    """Reads documents through the pages that the tests of this run have kept."""

    pages: KeptPages

    def printed(self, path: Path) -> PrintedDocument:
        """The printed pages of a document. Raises Unreadable as the reader does."""
        return self.pages(path.read_bytes())

    def reading(self, path: Path) -> Reading:
        """All that the pipeline reads from a document."""
        return read_document(path.read_bytes(), Claim(path.name), reader=self.pages)


@pytest.fixture(scope="session")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> ReadOnce:
    """One folder of pages for all workers of the run: theirs are folders in one folder."""
    base = tmp_path_factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return ReadOnce(KeptPages(root / "pages", "this run", reader.read))
