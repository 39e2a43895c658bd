"""Bookmarks on Starlette: JSON, a few pages, and signed sessions."""
import json
import os
from contextlib import asynccontextmanager
from html import escape
from urllib.parse import urlencode, urlsplit

import aiosqlite
from starlette.applications import Starlette
from starlette.config import Config
from starlette.datastructures import Secret
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

config = Config(env_file=None, environ=os.environ)
DATABASE = config("BOOKMARKS_DB", default="bookmarks.db")
DEBUG = config("BOOKMARKS_DEBUG", cast=bool, default=False)

SCHEMA = """
CREATE TABLE IF NOT EXISTS bookmarks (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    tags TEXT NOT NULL DEFAULT '[]'
)
"""

ORDER_BY = {"title": "title", "newest": "id DESC"}


@asynccontextmanager
async def lifespan(app):
    app.state.db = await aiosqlite.connect(DATABASE)
    app.state.db.row_factory = aiosqlite.Row
    await app.state.db.execute(SCHEMA)
    yield
    await app.state.db.close()


def owner(request: Request) -> str:
    if "owner" not in request.session:
        raise HTTPException(401)
    return request.session["owner"]


def web_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise HTTPException(422, "not a web address")
    return text


class Bookmarks(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        order = ORDER_BY.get(request.query_params.get("order", "title"), "title")
        statement = f"SELECT id, url, title, tags FROM bookmarks WHERE owner = ? ORDER BY {order}"
        rows = await request.app.state.db.execute_fetchall(statement, (owner(request),))
        return JSONResponse([{**dict(row), "tags": json.loads(row["tags"])} for row in rows])

    async def post(self, request: Request) -> Response:
        body = await request.json()
        db = request.app.state.db
        cursor = await db.execute(
            "INSERT INTO bookmarks (owner, url, title, tags) VALUES (:owner, :url, :title, :tags)",
            {
                "owner": owner(request),
                "url": web_url(body["url"]),
                "title": body.get("title") or body["url"],
                "tags": json.dumps(body.get("tags", [])),
            },
        )
        await db.commit()
        return JSONResponse({"id": cursor.lastrowid}, status_code=201)


async def delete(request: Request) -> Response:
    db = request.app.state.db
    number = request.path_params["bookmark_id"]
    await db.execute(f"DELETE FROM bookmarks WHERE id = {number:d} AND owner = ?", (owner(request),))
    await db.commit()
    return Response(status_code=204)


async def page(request: Request) -> Response:
    rows = await request.app.state.db.execute_fetchall(
        "SELECT url, title FROM bookmarks WHERE owner = ? ORDER BY id DESC LIMIT 100", (owner(request),)
    )
    items = "".join(f'<li><a href="{escape(row["url"])}">{escape(row["title"])}</a></li>' for row in rows)
    return HTMLResponse(f"<!doctype html><title>Bookmarks</title><ul>{items}</ul>")


async def greeting(request: Request) -> Response:
    return PlainTextResponse(f"Hello {request.session.get('owner', 'stranger')}")


async def search(request: Request) -> Response:
    query = urlencode({"q": request.query_params.get("q", ""), "site": "bookmarks"})
    return RedirectResponse(f"/find?{query}", status_code=303)


async def logout(request: Request) -> Response:
    request.session.clear()
    return RedirectResponse(request.app.url_path_for("greeting"), status_code=303)


async def not_found(request: Request, exc: HTTPException) -> Response:
    return HTMLResponse("<h1>There is no such page</h1>", status_code=404)


def create_app() -> Starlette:
    secret_key = config("BOOKMARKS_SECRET_KEY", cast=Secret)
    return Starlette(
        debug=DEBUG,
        lifespan=lifespan,
        middleware=[Middleware(SessionMiddleware, secret_key=secret_key, https_only=True, same_site="strict")],
        exception_handlers={404: not_found},
        routes=[
            Route("/", greeting, name="greeting"),
            Route("/search", search),
            Route("/logout", logout, methods=["POST"]),
            Mount("/bookmarks", routes=[
                Route("/", Bookmarks),
                Route("/page", page),
                Route("/{bookmark_id:int}", delete, methods=["DELETE"]),
            ]),
        ],
    )
