"""How well documents are read: forms against their own tables of contents, figures by proof, refusals by reason, ground truth.

Belongs here: reading a set of documents for judgement, with the whole catalogue and without the rows that only one jurisdiction uses;
counting. Does not belong here: the comparison of single figures (`ground_truth`), reduced catalogues (`generality`), the page that
tells of it (`coverage`).
"""

from __future__ import annotations

import hashlib
import pickle
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.archive.readings import digest_of_files
from pipeline.evaluation import generality
from pipeline.evaluation.ground_truth import Comparison, compare, read_expected
from pipeline.forms import catalogue
from pipeline.forms.text import bare_name, comparable, is_number, squeeze
from pipeline.readers.printed import Grid, PrintedDocument, Unreadable
from pipeline.readers.reader import read
from pipeline.reading import Claim, read_document
from schemas.reasons import ACCOUNTING

Row = dict[str, Any]
Tables = dict[str, list[Row]]

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
FOLDERS = (ROOT / "raw", *(CORPUS / name for name in ("budget", "final_account", "hostile", "other")))
EXPECTED = ROOT / "tests" / "documents" / "expected"
KEPT = ROOT / "warehouse" / "evaluation"
_NOT_DOCUMENTS = {"registry.csv"}

_MEANING = (
    "form", "agency_name", "scheme", "line_code", "line_name", "measure", "source", "fund", "fiscal_year", "phase", "is_comparative",
    "amount_yuan",
)  # fmt: skip
_MUNICIPALITIES = ("11", "12", "31", "50")


class Kept:
    """Printed documents kept by content and version of the readers: optical recognition takes minutes, the rest of reading seconds."""

    def __init__(self, folder: Path = KEPT) -> None:
        version = digest_of_files(ROOT, [ROOT / "pipeline" / "readers"])
        self.folder = folder / version

    def printed(self, data: bytes) -> PrintedDocument:
        """The printed document of the bytes. Raises Unreadable like the reader."""
        path = self.folder / f"{hashlib.sha256(data).hexdigest()}.pickle"
        if path.is_file():
            # Written by this class into the project's own build folder, never taken from elsewhere.
            found = pickle.loads(path.read_bytes())
        else:
            try:
                found = read(data)
            except Unreadable as problem:
                found = (problem.reason, problem.detail)
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pickle.dumps(found))
        if isinstance(found, tuple):
            raise Unreadable(*found)
        return found


@dataclass(slots=True)
class Listed:
    """A form that the document's table of contents names; `form` is its key, None where the catalogue does not know the title."""

    title: str
    form: str | None
    is_found: bool = False


@dataclass(slots=True)
class Assessment:
    """One document as it was read, counted."""

    file_name: str
    folder: str
    sha256: str
    row: Row
    jurisdiction: str
    layout: str
    method: str
    forms: list[Row]
    listed: list[Listed]
    proofs: Counter[str]
    """Figures with a printed number by proof."""
    refused: Counter[str]
    """Numeric cells by reason of refusal."""
    refusals: list[Row]
    indicators: int
    narrative: int
    expected: list[Row] = field(default_factory=list)
    comparison: Comparison | None = None
    used: set[generality.Alternative] = field(default_factory=set)

    @property
    def figures(self) -> int:
        return sum(self.proofs.values())

    @property
    def gaps(self) -> Counter[str]:
        """Refusals of what should have been read, by reason."""
        return Counter({reason: count for reason, count in self.refused.items() if reason not in ACCOUNTING})

    @property
    def known_forms(self) -> int:
        return sum(form["form"] is not None for form in self.forms)

    @property
    def unknown_forms(self) -> list[Row]:
        """Tables with numbers that are no form of the catalogue."""
        return [form for form in self.forms if form["form"] is None and form["numeric_cell_count"]]


@dataclass(slots=True)
class Without:
    """One jurisdiction read without the rows of the catalogue that only its documents use."""

    jurisdiction: str
    removed: list[str]
    documents: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    """Figures by what became of them: same, refused, suspect (read otherwise, and suspected), misread, lost."""
    right_before: int = 0
    truth: Counter[str] = field(default_factory=Counter)
    """Expected figures that were right, by what became of them: right, wrong, missing, flagged."""
    misread: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Figures misread, by form and by what was read otherwise."""
    examples: list[str] = field(default_factory=list)

    @property
    def figures(self) -> int:
        return sum(self.verdicts.values())

    @property
    def share(self) -> float | None:
        return self.verdicts["same"] / self.figures if self.figures else None

    @property
    def truth_share(self) -> float | None:
        return self.truth["right"] / self.right_before if self.right_before else None


@dataclass(slots=True)
class Evaluation:
    """Everything that was judged."""

    documents: list[Assessment]
    without: dict[str, list[Without]]
    """By how finely rows were taken away: `topmost` alternatives of each pattern, or `every` alternative in it."""


def files_of(folders: Iterable[Path]) -> list[Path]:
    """The documents of the folders, in order of folder and name."""
    return [
        path
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name not in _NOT_DOCUMENTS and not path.name.startswith(".")
    ]


def evaluate(
    folders: Iterable[Path] = FOLDERS, expected: Path = EXPECTED, report: Callable[[str], None] = lambda _: None
) -> Evaluation:
    """Read and judge every document of the folders. `report` is told each step."""
    truth = _truth(expected)
    kept = Kept()
    paths: dict[str, Path] = {}
    documents: list[Assessment] = []
    before: dict[str, dict[Any, Row]] = {}
    for path in files_of(folders):
        data = path.read_bytes()
        found = assess(path, data, kept, truth.get(path.name, []))
        documents.append(found[0])
        paths[path.name] = path
        before[path.name] = _figures_by_place(found[1])
        report(f"{path.name}: {found[0].row['status']}, {found[0].figures} figures")
    without = {
        grain: _without_own_rows(documents, paths, before, kept, grain == "topmost", report)
        for grain in ("topmost", "every")
    }
    return Evaluation(documents, without)


def assess(path: Path, data: bytes, kept: Kept, expected: list[Row]) -> tuple[Assessment, Tables]:
    """Read one document and count; the rows that were read come with it."""
    tables = read_document(data, Claim(file_name=path.name), kept.printed).rows
    document = tables["document"][0]
    forms = tables.get("form", [])
    figures = [figure for figure in tables.get("figure", []) if figure["value_state"] in ("number", "zero")]
    refused: Counter[str] = Counter()
    for refusal in tables.get("refusal", []):
        refused[refusal["reason"]] += refusal["numeric_cell_count"] or 0
    try:
        # The narrative of a disclosure whose forms are another file lists forms that it does not hold.
        listed = contents(kept.printed(data)) if any(form["form"] for form in forms) else []
    except Unreadable:
        listed = []
    _find_listed(listed, forms)
    assessment = Assessment(
        file_name=path.name,
        folder=path.parent.name,
        sha256=document["sha256"],
        row=document,
        jurisdiction=jurisdiction_of(document),
        layout=layout_of(tables),
        method=next((page["method"] for page in tables.get("page", []) if page["method"] == "ocr"), "text"),
        forms=forms,
        listed=listed,
        proofs=Counter(figure["proof"] for figure in figures),
        refused=refused,
        refusals=tables.get("refusal", []),
        indicators=len(tables.get("performance_indicator", [])),
        narrative=len(tables.get("narrative_figure", [])),
        expected=expected,
        comparison=compare(expected, tables) if expected else None,
        used=generality.used_by_document(tables),
    )
    return assessment, tables


def _truth(folder: Path) -> dict[str, list[Row]]:
    truth: dict[str, list[Row]] = {}
    for file in sorted(folder.glob("*.csv")):
        rows = read_expected(file)
        truth[rows[0]["document"]] = rows
    return truth


def jurisdiction_of(document: Row) -> str:
    """The jurisdiction that shares its forms: a city with its districts, a municipality with its districts, a province alone."""
    code, name = document.get("jurisdiction_code"), document.get("jurisdiction_name")
    if not code or not name:
        return ""
    if code[:2] in _MUNICIPALITIES and not code.endswith("0000"):
        return name.partition("市")[0] + "市"
    if not code.endswith("00"):
        return name.partition("市")[0] + "市" if "市" in name else name
    return name


# -- code layouts ------------------------------------------------------------------------------------------------------

LAYOUTS = {
    "column": "code in a column of its own",
    "split": "类 / 款 / 项 in several cells",
    "joined": "code and name in one cell",
    "names": "names only",
    "": "no functional forms",
}
_JOINED = re.compile(r"^[\[【(（]?\d{3,9}[\]】)）]?[-—_.]?\D")


def layout_of(tables: Tables) -> str:
    """How functional codes are printed in most rows of a document: a key of LAYOUTS."""
    functional = {
        (f["form_index"], f["row_index"])
        for f in tables.get("figure", [])
        if f["scheme"] == "functional" and f["line_name"]
    }
    cells: dict[tuple[int, int], list[str]] = defaultdict(list)
    for cell in tables.get("cell", []):
        place = cell["form_index"], cell["row_index"]
        if place in functional and cell["role"] in ("code", "name") and cell["text"]:
            cells[place].append(squeeze(cell["text"]))
    found = Counter(_layout_of_row(texts) for texts in cells.values())
    printed = {layout: count for layout, count in found.items() if layout != "names"}
    if printed and sum(printed.values()) * 4 > sum(found.values()):
        return max(printed, key=lambda layout: printed[layout])
    return "names" if found else ""


def _layout_of_row(texts: list[str]) -> str:
    digits = [text for text in texts if text.isdigit()]
    if len(digits) > 1 or any(len(text) == 2 for text in digits):
        return "split"
    if digits:
        return "column"
    return "joined" if any(_JOINED.match(text) for text in texts) else "names"


# -- tables of contents ------------------------------------------------------------------------------------------------

_CONTENTS = re.compile(r"^目录$|^目次$")
_LEADERS = re.compile(r"(?:[.．·…。]{3,}|[.…]{2,})[-—–]*\d*[-—–]*$|[-—–]+\d+[-—–]+$")
_PART = re.compile(r"^第[一二三四五六七八九十]+部分")
_NUMBERED = re.compile(
    r"^(?:[一二三四五六七八九十]+[、.．]|[(（][一二三四五六七八九十\d]+[)）]|\d{1,2}[、.．]|附?表[一二三四五六七八九十\d]+[-－\d]*)"
)
_FORM_TITLE = re.compile(r"表(?:[(（][^()（）]*[)）])?$")
_ALL_FORMS = re.compile(
    r"^(?:.*年度?)?(?:.{0,24}(?:部门|单位))?(?:综合)?(?:预算|决算)(?:公开)?(?:报|附)?表$|(?:预算|决算)公开(?:报|附)?表$|^报表$|^附表$"
)
"""An entry for all the forms together."""


def contents(document: PrintedDocument) -> list[Listed]:
    """Forms that the document's table of contents names, in its order; empty where it has none or names no forms."""
    listed: list[Listed] = []
    for page in document.pages:
        if not any(_CONTENTS.match(squeeze(line.text)) for line in page.lines):
            continue
        for entry in _entries([squeeze(line.text) for line in page.lines]):
            _add_listed(listed, entry)
        for grid in page.grids:
            for title in _titles_in_grid(grid):
                _add_listed(listed, title)
    return listed


def _entries(lines: list[str]) -> list[str]:
    """Entries of a table of contents, those that wrap joined, without leaders and page numbers."""
    entries: list[str] = []
    is_open = False
    for line in lines:
        text = _LEADERS.sub("", line)
        if is_open and not _NUMBERED.match(text) and not _PART.match(text) and not _CONTENTS.match(text):
            entries[-1] += text
        else:
            entries.append(text)
        is_open = text == line and not _FORM_TITLE.search(text) and len(text) > 12
    return entries


def _titles_in_grid(grid: Grid) -> list[str]:
    heads = [
        cell for cell in grid.cells if comparable(cell.text) in ("报表名称", "表名", "表格名称", "名称", "公开表名称")
    ]
    return [
        squeeze(cell.text)
        for cell in sorted(grid.cells, key=lambda cell: cell.row)
        if any(cell.column == head.column and cell.row > head.row for head in heads) and cell.text.strip()
    ]


def _add_listed(listed: list[Listed], entry: str) -> None:
    title = bare_name(_NUMBERED.sub("", entry))
    if _PART.match(entry) or not _FORM_TITLE.search(title) or _ALL_FORMS.search(comparable(title)) or is_number(title):
        return
    listed.append(Listed(title, catalogue.form_of_title(title)))


def _find_listed(listed: list[Listed], forms: list[Row]) -> None:
    """Mark the listed forms that were found: by title where it agrees, by kind of form for the rest, each form once."""
    left = [form for form in forms if form["form"] is not None]
    for is_title in (True, False):
        for one in listed:
            if one.is_found or one.form is None:
                continue
            for form in left:
                if form["form"] == one.form and (
                    not is_title or comparable(one.title) in comparable(form["title"] or "")
                ):
                    one.is_found = True
                    left.remove(form)
                    break


# -- without the rows of a jurisdiction --------------------------------------------------------------------------------


def _without_own_rows(
    documents: list[Assessment],
    paths: dict[str, Path],
    before: dict[str, dict[Any, Row]],
    kept: Kept,
    top_level: bool,
    report: Callable[[str], None],
) -> list[Without]:
    """Read each jurisdiction again without the alternatives that its documents use and no other's."""
    by_jurisdiction: dict[str, list[Assessment]] = defaultdict(list)
    for document in documents:
        if document.figures and document.jurisdiction:
            by_jurisdiction[document.jurisdiction].append(document)
    uses = {name: set().union(*(one.used for one in own)) for name, own in by_jurisdiction.items()}
    results = []
    for jurisdiction, own in sorted(by_jurisdiction.items()):
        removed = generality.own_alternatives(uses, jurisdiction, top_level)
        told = [f"{one.table} {one.row + 2}: `{text}`" for one, text in generality.counted(removed)]
        result = Without(jurisdiction, told)
        with tempfile.TemporaryDirectory() as folder:
            generality.write_reduced(removed, Path(folder))
            with catalogue.taken_from(Path(folder)):
                for document in own:
                    path = paths[document.file_name]
                    tables = read_document(path.read_bytes(), Claim(file_name=path.name), kept.printed).rows
                    _judge_without(result, document, before[path.name], tables)
        results.append(result)
        report(f"{jurisdiction} without {len(told)} alternatives of its own: {dict(result.verdicts)}")
    return results


def _judge_without(result: Without, document: Assessment, before: dict[Any, Row], tables: Tables) -> None:
    after = _figures_by_place(tables)
    refused = _refused_places(tables)
    is_refused = tables["document"][0]["status"] == "refused"
    result.documents += 1
    for place, figure in before.items():
        other = after.get(place)
        if other is not None:
            changed = [name for name in _MEANING if figure[name] != other[name]]
            verdict = "same" if not changed else "suspect" if other["proof"] == "suspect" else "misread"
            if verdict == "misread":
                result.misread[figure["form"], ", ".join(changed)] += 1
                told = "; ".join(f"{name} {other[name]} instead of {figure[name]}" for name in changed)
                result.examples.append(
                    f"{document.file_name} page {figure['page_number']}, {figure['printed_text']}: {told}"
                )
        else:
            verdict = "refused" if place in refused or is_refused else "lost"
            if verdict == "lost":
                result.examples.append(
                    f"{document.file_name} page {figure['page_number']}, {figure['printed_text']}: lost"
                )
        result.verdicts[verdict] += 1
    if document.comparison is not None:
        comparison = compare(document.expected, tables)
        result.right_before += document.comparison.right
        result.truth["right"] += comparison.right
        result.truth["wrong"] += max(0, len(comparison.wrong) - len(document.comparison.wrong))
        result.truth["missing"] += max(0, len(comparison.missing) - len(document.comparison.missing))
        result.truth["flagged"] += max(0, len(comparison.flagged) - len(document.comparison.flagged))


def _places(cells: list[Row]) -> dict[str, Any]:
    """Where each cell is printed, whatever form it was taken for: its box, or its turn in the document where there are no boxes."""
    return {
        cell["cell_id"]: (cell["page_number"], cell["x0"], cell["top"])
        if cell["x0"] is not None
        else (cell["page_number"], turn)
        for turn, cell in enumerate(cells)
    }


def _figures_by_place(tables: Tables) -> dict[Any, Row]:
    """Figures with a printed number by place."""
    places = _places(tables.get("cell", []))
    return {
        places[figure["cell_id"]]: figure
        for figure in tables.get("figure", [])
        if figure["value_state"] in ("number", "zero") and figure["cell_id"] in places
    }


def _refused_places(tables: Tables) -> set[Any]:
    places = _places(tables.get("cell", []))
    return {places[cell] for refusal in tables.get("refusal", []) for cell in refusal["cell_ids"] if cell in places}
