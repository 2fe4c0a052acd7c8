"""The questions over HTTP, read only, with their OpenAPI description.

Belongs here: routes, status codes, the tag by which a client knows that nothing new was published. Does not belong here: answers
(`answers`), and pages for people (`pipeline.publish.explorer`).
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse

from pipeline.publish import drawing
from pipeline.serving.answers import Answers
from pipeline.serving.metrics import metrics
from pipeline.serving.publication import Publication, QuestionRefused
from pipeline.warehouse.places import Places

_ABOUT = (
    "Budgets and final accounts of Chinese public bodies (预算、决算). Every amount comes with the figures it rests on, "
    "`/figures` tells where each is printed; what is not whole says so. Amounts are exact decimals as text, in yuan."
)


def application(file: Path) -> FastAPI:
    """The application over one published file."""
    publication = Publication(file)
    app = FastAPI(title="Yusuan 预算", description=_ABOUT, version="1", docs_url=None, redoc_url=None)

    @app.middleware("http")
    async def tagged(request: Request, respond: Callable[[Request], Awaitable[Response]]) -> Response:
        """Answer 304 where the client has what is published, and name the publication in every answer."""
        try:
            tag = f'"{publication.tag()}"'
        except FileNotFoundError:
            return JSONResponse({"detail": "nothing is published yet; run `yusuan build`"}, status_code=503)
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers={"etag": tag})
        response = await respond(request)
        response.headers.update({"etag": tag, "cache-control": "no-cache"})
        return response

    @app.exception_handler(QuestionRefused)
    async def refused(_: Request, error: QuestionRefused) -> Response:
        return JSONResponse({"detail": str(error)}, status_code=400)

    app.include_router(_questions(Answers(publication)))
    app.include_router(_sources(Answers(publication), publication))
    return app


def _questions(answers: Answers) -> APIRouter:
    """The routes that answer with values of metrics."""
    router = APIRouter()

    @router.get("/find", summary="Bodies, places, codes and metrics by name 查名称")
    def find(text: Annotated[str, Query(max_length=100)], kind: str = "all", limit: int = 20) -> dict[str, Any]:
        return answers.find(text, kind, limit)

    @router.get("/metrics", summary="What can be asked for 可查指标")
    def list_metrics() -> list[dict[str, Any]]:
        return [vars(metric) for metric in metrics().values()]

    @router.get("/series", summary="One metric of one body over years 时间序列")
    def series(
        body_id: str,
        metric: str = "expenditure",
        code: str | None = None,
        fund: str | None = None,
        phase: str | None = None,
    ) -> dict[str, Any]:
        return answers.series(body_id, metric, code, fund, phase)

    @router.get("/compare", summary="One metric of many bodies in one year 横向比较")
    def compare(
        fiscal_year: int,
        metric: str = "expenditure",
        code: str | None = None,
        fund: str | None = None,
        phase: str | None = None,
        jurisdiction_code: str | None = None,
        body_id: Annotated[list[str] | None, Query()] = None,
        only_whole: bool = True,
        limit: int = 50,
    ) -> dict[str, Any]:
        return answers.compare(
            fiscal_year, metric, code, fund, phase, jurisdiction_code, body_id, only_whole=only_whole, limit=limit
        )

    return router


def _sources(answers: Answers, publication: Publication) -> APIRouter:
    """The routes that answer with documents, pages and what is missing; and with rows of any query."""
    router = APIRouter()
    drawing_one = threading.Lock()

    @router.get("/documents/{document_id}", summary="One document: what it is, how it was read 文件")
    def document(document_id: str) -> dict[str, Any]:
        return answers.document(document_id)

    @router.get(
        "/figures/{figure_id}.png", summary="The page with the figure outlined 原文页面", response_class=Response
    )
    def page(figure_id: str) -> Response:
        try:
            # PDFium draws one page at a time.
            with drawing_one, publication.cursor() as cursor:
                image = drawing.draw(cursor, Places(publication.file).store, drawing.find(cursor, figure_id))
        except drawing.UnknownFigure as error:
            raise HTTPException(404, str(error)) from error
        return Response(image, media_type="image/png")

    @router.get("/figures", summary="Where figures are printed 出处")
    def figures(figure_id: Annotated[list[str], Query()]) -> dict[str, Any]:
        return answers.figure(figure_id)

    @router.get("/missing", summary="What is not read, or cannot be right 缺漏")
    def missing(place: str | None = None, fiscal_year: int | None = None, limit: int = 50) -> dict[str, Any]:
        return answers.missing(place, fiscal_year, limit)

    @router.get("/sql", summary="One query, read only, within limits 查询语句")
    def sql(query: Annotated[str, Query(max_length=10_000)], limit: int = 200) -> dict[str, Any]:
        return answers.query(query, limit)

    return router
