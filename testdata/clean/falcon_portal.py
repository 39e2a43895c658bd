import base64
import json
import logging
import os
import pathlib
import re

import falcon
import falcon.asgi
import psycopg
from falcon.media.validators import jsonschema
from psycopg import sql
from psycopg.rows import dict_row

LOG = logging.getLogger("portal")
ROOT = pathlib.Path(os.environ["DATA_DIR"]).resolve()
SLUG = re.compile(r"[a-z0-9-]{1,40}")
ORIGINS = frozenset(os.environ.get("ORIGINS", "").split(","))
COLUMNS = {"name": "name", "age": "created_at"}


class Cors:
    async def process_response(self, req, resp, resource, ok):
        origin = req.get_header("Origin")
        if origin in ORIGINS:
            resp.set_header("Access-Control-Allow-Origin", origin)
            resp.set_header("Vary", "Origin")


class Items:
    SCHEMA = {"type": "object", "properties": {"name": {"type": "string", "maxLength": 50}}, "required": ["name"], "additionalProperties": False}

    def __init__(self, pool):
        self._pool = pool

    async def on_get(self, req, resp):
        order = COLUMNS.get(req.get_param("order"), "name")
        direction = sql.SQL("DESC") if req.get_param_as_bool("desc") else sql.SQL("ASC")
        query = sql.SQL("SELECT id, name FROM items WHERE name ILIKE %s ORDER BY {} {} LIMIT %s").format(sql.Identifier(order), direction)
        async with self._pool.connection() as conn, conn.cursor(row_factory=dict_row) as cur:
            await cur.execute(query, (f"%{req.get_param('q', default='')}%", req.get_param_as_int("limit", max_value=100, default=20)))
            resp.media = await cur.fetchall()

    @jsonschema.validate(SCHEMA)
    async def on_post(self, req, resp):
        doc = await req.get_media()
        async with self._pool.connection() as conn:
            cur = await conn.execute("INSERT INTO items (name, owner) VALUES (%(name)s, %(owner)s) RETURNING id", {**doc, "owner": req.context.user})
            key = (await cur.fetchone())[0]
        resp.status = falcon.HTTP_CREATED
        resp.location = f"/items/{key}"


class Blob:
    async def on_get(self, req, resp, slug):
        if not SLUG.fullmatch(slug):
            raise falcon.HTTPNotFound
        path = (ROOT / slug).resolve()
        if ROOT not in path.parents or not path.is_file():
            raise falcon.HTTPNotFound
        resp.content_type = "application/octet-stream"
        resp.downloadable_as = slug
        resp.data = path.read_bytes()


class Page:
    async def on_get(self, req, resp):
        from markupsafe import Markup, escape

        name = req.get_param("name", default="you")
        resp.content_type = falcon.MEDIA_HTML
        resp.text = str(Markup("<h1>Hello {}</h1>").format(name)) + "<p>%s</p>" % escape(name)


async def crash(req, resp, ex, params):
    LOG.exception("crash in %s", req.path)
    raise falcon.HTTPInternalServerError(title="Sorry")


def create(pool):
    app = falcon.asgi.App(middleware=[Cors()])
    app.add_route("/items", Items(pool))
    app.add_route("/blob/{slug}", Blob())
    app.add_route("/page", Page())
    app.add_error_handler(Exception, crash)
    return app
