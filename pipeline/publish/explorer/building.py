"""Building the explorer: which pages there are, from what each is made, and writing those that changed.

Belongs here: the order of the work, templates put together with content, the parts that are taken from packages. Does not belong here:
what a page says (`content`, `documents`), and the record of files (`site`).
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from pipeline.archive.store import Store
from pipeline.publish.contacts import removed_cells
from pipeline.publish.explorer import dictionary, feeds, images, overview, search, words
from pipeline.publish.explorer.content import Content, Row
from pipeline.publish.explorer.documents import DocumentContent, marks
from pipeline.publish.explorer.places import Places
from pipeline.publish.explorer.site import MissingPart, Site, digest_of_text
from pipeline.warehouse.database import connect

FOLDER = "explorer"
_HERE = Path(__file__).parent
# ECharts 5.5.1 as its authors published it, byte for byte; the package is only how it comes here.
_ECHARTS = ("vizly", "assets/echarts.min.js", "e84270bd0cd5bdf60fefc26d00c2a391cb2e81f4d26a7a9ee16185a54773a3cf")

Told = Callable[[str], None]


@dataclass
class Built:
    """What a build of the explorer did."""

    folder: Path
    page_count: int = 0
    written_count: int = 0
    written_bytes: int = 0
    removed_count: int = 0
    image_count: int = 0
    document_count: int = 0
    seconds: float = 0.0


def build_explorer(file: Path, folder: Path | None = None, told: Told = lambda name: None) -> Built:
    """Build the explorer of the warehouse FILE into `folder` (default `explorer` beside it); write only what changed.

    Raises MissingPart where ECharts or dbt is not at hand as pinned, OSError, duckdb.Error.
    """
    started = time.monotonic()
    folder = folder or file.parent / FOLDER
    built = Built(folder)
    site = Site(folder)
    code = _code_digest()
    templates = _templates()
    with connect(file, read_only=True) as connection:
        told("assets")
        _put_assets(site)
        content = Content(connection)
        store = Store(file.parent / f"{file.stem}.state" / "archive")
        document_marks = marks(connection)

        def page(path: str, template: str, context: Row) -> None:
            root = "../" * path.count("/")
            key = digest_of_text(
                code, template, json.dumps(context, default=_plain, ensure_ascii=False, sort_keys=True)
            )
            site.put(path, key, lambda: _html(templates, template, root=root, path=path, **context))

        for document in content.documents:
            if document["status"] == "refused":
                continue
            told(document["file_name"])
            key = digest_of_text(
                code, images.VERSION, document_marks.get(document["document_id"], ""), document["sha256"]
            )
            if not _keep_document(site, document["document_id"], key):
                built.document_count += 1
                built.image_count += _put_document(site, templates, store, DocumentContent(connection, document), key)
        for entry in content.departments:
            told(entry["name"])
            page(entry["path"], "department.html", content.department(entry))
        findings = feeds.findings(content)
        places = Places(content, findings)
        for entry in places.entries:
            told(entry["name"])
            context = places.place(entry)
            page(entry["path"], "place.html", context)
            for table in context["slices"]:
                if table["below_count"]:
                    page(table["path"], "lines.html", places.lines(entry, table))
        for function_code in sorted(content.codes):
            told(function_code)
            context = {**content.function(function_code), "governments": places.function(function_code)}
            page(f"function/{function_code}.html", "function.html", context)
        told("feeds")
        _put_feeds(site, content, places, findings)
        told("index")
        page(
            "quality.html",
            "quality.html",
            {
                **overview.quality(content),
                "scorecard": overview.scorecard(content),
                "anomalies": findings,
            },
        )
        functions = [{"code": each, "name": content.name_of(each)} for each in sorted(content.codes) if len(each) == 3]
        home = {
            "totals": content.totals(),
            "departments": content.departments,
            "functions": functions,
            "largest": places.largest,
            "places": places.entries,
        }
        page("index.html", "home.html", home)
        page("dictionary.html", "dictionary.html", {"tables": dictionary.tables(connection)})
        entries = json.dumps(
            search.with_sounds([*places.index(), *content.index()]), ensure_ascii=False, separators=(",", ":")
        )
        site.put("data/search.js", digest_of_text(entries), lambda: f"window.searchEntries={entries};\n".encode())
    told("dbt")
    site.put("dbt.html", digest_of_text(code, dictionary.model_pages_key(file)), lambda: dictionary.model_pages(file))
    built.removed_count = site.close()
    built.page_count = sum(path.endswith(".html") for path in site.made)
    built.written_count, built.written_bytes = site.written_count, site.written_bytes
    built.seconds = time.monotonic() - started
    return built


# One document


def _keep_document(site: Site, document_id: str, key: str) -> bool:
    """Keep all files of a document where it has not changed; return whether it has not."""
    path = f"document/{document_id}.html"
    if site.former.get(path) != key:
        return False
    paths = [each for each in site.former if each.startswith((f"page/{document_id}/", f"image/{document_id}/"))]
    return all([site.holds(each, site.former[each]) for each in (*paths, path)])


def _put_document(site: Site, templates: jinja2.Environment, store: Store, content: DocumentContent, key: str) -> int:
    """Write the pages of a document and the images that they need; return how many images were made."""
    document_id = content.document_id
    numbers = content.pages_with_figures()
    made = 0
    covered = removed_cells(content.connection, document_id)
    with contextlib.ExitStack() as stack:
        printed: list[images.PrintedFile] = []

        def render(number: int) -> bytes:
            if not printed:
                printed.append(stack.enter_context(images.PrintedFile(store.read(content.document["sha256"]))))
            return printed[0].page(number, covered.get(number, ())).data

        for at, number in enumerate(numbers):
            context = content.page(number)
            if content.has_images:
                mark = digest_of_text(content.document["sha256"], images.VERSION, repr(covered.get(number)))
                made += site.put(f"image/{document_id}/{number}.png", mark, partial(render, number))
                size = context["size"]
                context["image"] = (
                    f"../../image/{document_id}/{number}.png",
                    *images.size_in_pixels(size["width"], size["height"]),
                )
            context["before"] = numbers[at - 1] if at else None
            context["after"] = numbers[at + 1] if at + 1 < len(numbers) else None
            path = f"page/{document_id}/{number}.html"
            site.put(path, key, partial(_html, templates, "page.html", root="../../", path=path, **context))
    path = f"document/{document_id}.html"
    overview = content.overview()
    site.put(path, key, lambda: _html(templates, "document.html", root="../", path=path, **overview))
    return made


# Feeds


def _put_feeds(site: Site, content: Content, places: Places, findings: list[Row]) -> None:
    """The feeds of the whole, of each place and of each body, in both formats."""
    news = feeds.entries(content, findings)
    dates = feeds.remembered(site.folder, news)
    _put_bytes(site, feeds.SEEN, json.dumps(dates, indent=0).encode())
    chosen = {"feed/all": ("预算 Yusuan", news)}
    for entry in places.entries:
        own = [each for each in news if each.place == entry["code"]]
        chosen[f"feed/{entry['path'].removesuffix('.html')}"] = (entry["name"], own)
    for entry in content.departments:
        own = [each for each in news if each.body_path == entry["path"]]
        chosen[f"feed/{entry['path'].removesuffix('.html')}"] = (entry["name"], own)
    for path, (title, own) in chosen.items():
        kept = feeds.newest(own, dates)
        for ending, write in ((".xml", feeds.atom), (".json", feeds.json_feed)):
            _put_bytes(site, path + ending, write(title, path + ending, kept, dates))


# Parts


def _put_assets(site: Site) -> None:
    for path in sorted((_HERE / "assets").iterdir()):
        _put_bytes(site, f"assets/{path.name}", path.read_bytes())
    site.put("assets/echarts.min.js", _ECHARTS[2][:24], echarts)


def _put_bytes(site: Site, path: str, data: bytes) -> None:
    site.put(path, hashlib.sha256(data).hexdigest()[:24], partial(bytes, data))


def echarts() -> bytes:
    """The script of ECharts. Raises MissingPart where it is not the one that was pinned."""
    package, name, digest = _ECHARTS
    spec = importlib.util.find_spec(package)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(place) / name
        if path.is_file():
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() == digest:
                return data
    raise MissingPart(f"ECharts ({name} of the package {package}) is not installed as pinned; run `make setup`")


def _code_digest() -> str:
    parts = [*sorted(_HERE.glob("*.py")), *sorted(_HERE.glob("templates/*")), *sorted(_HERE.glob("*.csv"))]
    return digest_of_text(*(path.read_text(encoding="utf-8") for path in parts))


def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.globals.update(
        both=words.both,
        word=words.word,
        function_name=words.function_name,
        place_name=words.place_name,
        ten_thousands=words.ten_thousands,
        chinese=words.chinese,
        data=_data,
    )
    return environment


def _html(templates: jinja2.Environment, template: str, **context: Any) -> bytes:
    return templates.get_template(template).render(**context).encode()


def _data(value: Any) -> Markup:
    """A value as JSON inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return Markup(text.replace("<", "\\u003c"))


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, set | frozenset) else str(value)
