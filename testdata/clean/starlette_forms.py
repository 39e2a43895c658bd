"""Forms and pages on Starlette, with templates that escape and uploads under names of our own."""
import csv
import io
import logging
import os
import uuid
from pathlib import Path

import anyio
from jinja2 import DictLoader, Environment, select_autoescape
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.schema import Column, MetaData, Table
from sqlalchemy.types import Integer, String
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

logger = logging.getLogger(__name__)

UPLOADS = Path(os.environ.get("UPLOADS", "/srv/forms/uploads")).resolve()
SUFFIXES = {"application/pdf": ".pdf", "image/png": ".png"}
PAGES = {
    "form.html": "<form method=post><input name=name value='{{ name }}'>{% if error %}<p>{{ error }}</p>{% endif %}</form>",
    "thanks.html": "<p>Thank you, {{ name }}.</p>",
}

metadata = MetaData()
answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(100)),
    Column("file", String(60), nullable=True),
)
templates = Jinja2Templates(env=Environment(loader=DictLoader(PAGES), autoescape=select_autoescape(["html"])))
engine: AsyncEngine = create_async_engine(os.environ.get("FORMS_DATABASE", "sqlite+aiosqlite:///forms.db"))


class Form(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        return templates.TemplateResponse(request, "form.html", {"name": request.query_params.get("name", ""), "error": None})

    async def post(self, request: Request) -> Response:
        async with request.form(max_files=1, max_fields=10) as form:
            name = str(form.get("name", "")).strip()
            if not 1 <= len(name) <= 100:
                values = {"name": name, "error": "Please tell us a name of 1 to 100 characters."}
                return templates.TemplateResponse(request, "form.html", values, status_code=422)
            stored = await self.store(form.get("file"))
        async with engine.begin() as connection:
            result = await connection.execute(insert(answers).values(name=name, file=stored))
        logger.info("insert into answers: %d", result.inserted_primary_key[0])
        return RedirectResponse(request.app.url_path_for("thanks", answer=result.inserted_primary_key[0]), status_code=303)

    @staticmethod
    async def store(upload) -> str | None:
        if upload is None or isinstance(upload, str) or not upload.filename:
            return None
        suffix = SUFFIXES.get(upload.content_type)
        if suffix is None:
            raise HTTPException(415, f"send {' or '.join(SUFFIXES)}")
        name = f"{uuid.uuid4()}{suffix}"
        async with await anyio.open_file(UPLOADS / name, "wb") as target:
            while block := await upload.read(1 << 16):
                await target.write(block)
        return name


async def thanks(request: Request) -> Response:
    number = request.path_params["answer"]
    async with engine.connect() as connection:
        row = (await connection.execute(select(answers.c.name).where(answers.c.id == number))).first()
    if row is None:
        raise HTTPException(404)
    return templates.TemplateResponse(request, "thanks.html", {"name": row.name})


async def search(request: Request) -> Response:
    words = request.query_params.get("q", "")
    async with engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT id, name FROM answers WHERE name LIKE :pattern ORDER BY name LIMIT :limit"),
            {"pattern": f"%{words}%", "limit": min(int(request.query_params.get("limit", "20")), 100)},
        )
    return JSONResponse([{"id": row.id, "name": row.name} for row in rows])


async def file(request: Request) -> Response:
    path = (UPLOADS / request.path_params["name"]).resolve()
    if path.parent != UPLOADS or path.suffix not in SUFFIXES.values():
        raise HTTPException(404)
    return FileResponse(path, filename=path.name, content_disposition_type="attachment")


def to_csv(rows) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([row.id, row.name.lstrip("=+-@\t\r")] for row in rows)
    return buffer.getvalue()


async def export(request: Request) -> Response:
    async with engine.connect() as connection:
        rows = (await connection.execute(select(answers).order_by(answers.c.id))).all()
    content = await run_in_threadpool(to_csv, rows)
    return Response(content, media_type="text/csv", headers={"Content-Disposition": "attachment; filename=answers.csv"})


routes = [
    Route("/", Form),
    Route("/thanks/{answer:int}", thanks, name="thanks"),
    Route("/search", search),
    Route("/files/{name}", file),
    Route("/export.csv", export),
]
app = Starlette(routes=routes, debug=os.environ.get("FORMS_DEBUG") == "yes")
