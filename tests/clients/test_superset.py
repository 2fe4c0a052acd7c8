"""The dashboard in a real Superset over a real PostgreSQL, seen by a real browser: imported, logged in to, drawn, and telling what is printed.

Superset's environment is its own and large: without it (`make superset` makes it) these tests skip.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboards import bundle
from dashboards.__main__ import address_of
from dashboards.server import ADMIN, PROGRAMS, Superset
from pipeline.publish.postgres import publish
from pipeline.publish.postgres_server import TrialServer

SCREENSHOT = bundle.ROOT / "docs" / "images" / "superset.png"
DRAWN_MILLISECONDS = 120_000
CHART_ASKED = "/chart/data?form_data=%7B%22slice_id%22"
# As many canvases as that hold the solid colour of a bar.
PAINTED = """count => [...document.querySelectorAll('.chart-container canvas')].filter(canvas => {
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
    const colours = new Set()
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200) colours.add(data.slice(at, at + 3).join())
    return colours.size > 0
}).length >= count"""
needs_superset = pytest.mark.skipif(
    not (PROGRAMS / "superset").is_file(),
    reason="no Superset here: `make superset` installs it in an environment of its own",
)


@pytest.fixture(scope="module")
def superset(server: TrialServer, published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Superset]:
    publish(published, server.address)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    with Superset(tmp_path_factory.mktemp("superset"), address_of(server), port) as running:
        yield running


@pytest.fixture
def page(browser: Any, superset: Superset) -> Iterator[Any]:
    """A page that is logged in; fails the test where anything outside Superset is asked for, or any answer is an error."""
    context = browser.new_context(viewport={"width": 1500, "height": 1650}, locale="zh-CN")
    page = context.new_page()
    asked: list[str] = []
    failed: list[str] = []
    page.goto(f"{superset.url}/login/")
    page.locator("#username").fill(ADMIN)
    page.locator("#password").fill(superset.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/welcome/**")
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.on("response", lambda answer: failed.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    yield page
    context.close()
    assert [url for url in asked if not url.startswith((superset.url, "data:", "blob:"))] == []
    assert failed == []


@needs_superset
@pytest.mark.timeout(900)
def test_the_dashboard_is_drawn(page: Any, superset: Superset) -> None:
    queries: list[str] = []
    # Filters ask for their values at the same address, but for no chart ("slice").
    page.on("request", lambda request: queries.append(request.post_data) if CHART_ASKED in request.url else None)
    page.goto(superset.dashboard)
    charts = bundle.declared()["charts"]
    holders = page.locator("[data-test='dashboard-component-chart-holder']")
    holders.nth(len(charts) - 1).wait_for(timeout=DRAWN_MILLISECONDS)
    page.wait_for_function(
        "count => document.querySelectorAll('[data-test=slice-container]').length === count && !document.querySelector('.loading')",
        arg=len(charts), timeout=DRAWN_MILLISECONDS,
    )  # fmt: skip
    bars = [name for name, one in charts.items() if one["kind"] == "bar"]
    page.wait_for_function(PAINTED, arg=len(bars), timeout=DRAWN_MILLISECONDS)
    assert holders.count() == len(charts)
    assert page.locator(".ant-alert-error, .error-message, [data-test=error-container]").count() == 0
    text = page.locator("[data-test=grid-content]").inner_text()
    for one in charts.values():
        assert one["title"] in text
    # Columns are named in Chinese, and numbers are those of the pages: 2026, 201 一般公共服务支出 5,881.21 万元.
    assert "支出功能分类科目名称" in text
    assert "58,812,100.00" in text
    assert "深圳市人民政府办公厅" in page.locator("[data-test=filter-bar]").inner_text()
    # Amounts are those of one department and one perimeter from the first moment; what tells of all documents is not filtered.
    filtered = ['"col":"department_name"' in query and '"col":"perimeter"' in query for query in queries]
    assert filtered.count(False) == len(bundle.declared()["not_filtered"])
    assert filtered.count(True) == len(charts) - filtered.count(False)
    if os.environ.get("YUSUAN_SCREENSHOTS"):
        page.screenshot(path=SCREENSHOT, full_page=True)


@needs_superset
@pytest.mark.timeout(900)
def test_a_new_publication_is_seen_and_a_second_start_replaces_nothing_twice(page: Any, superset: Superset) -> None:
    again = Superset(superset.home, superset.address, superset.port)
    assert again.password == superset.password
    again._run("python", str(bundle.FOLDER.parent / "import_bundle.py"), str(bundle.FOLDER), ADMIN)
    for kind, count in (
        ("dashboard", 1),
        ("chart", len(bundle.declared()["charts"])),
        ("dataset", len(bundle.declared()["datasets"])),
    ):
        answer = page.request.get(f"{superset.url}/api/v1/{kind}/")
        assert answer.json()["count"] == count, kind
