"""Readings of sensors: a Falcon API, asynchronous."""
import base64
import binascii
import dataclasses
import datetime as dt
import hashlib
import hmac
import logging
import os
import uuid
from collections.abc import Mapping
from typing import Any

import asyncpg
import falcon
import falcon.asgi
import httpx
from falcon.media.validators import jsonschema

log = logging.getLogger(__name__)

READING: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "sensor": {"type": "string", "format": "uuid"},
        "value": {"type": "number"},
        "unit": {"enum": ["C", "Pa", "%"]},
    },
    "required": ["sensor", "value", "unit"],
    "additionalProperties": False,
}
AGGREGATES = {"mean": "avg(value)", "highest": "max(value)", "lowest": "min(value)"}
STEPS = ("hour", "day", "month")


@dataclasses.dataclass(frozen=True)
class Settings:
    database: str
    key: bytes
    registry: str = "https://registry.example.com"

    @classmethod
    def from_environment(cls) -> "Settings":
        return cls(os.environ["DATABASE_URL"], os.environ["SENSOR_KEY"].encode())


class Authenticated:
    """Each request is signed by its sender."""

    def __init__(self, key: bytes) -> None:
        self.key = key

    async def process_request(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        if req.path == "/health":
            return
        try:
            sent = base64.b64decode(req.get_header("X-Signature", default=""), validate=True)
        except binascii.Error as e:
            raise falcon.HTTPUnauthorized() from e
        wanted = hmac.new(self.key, req.relative_uri.encode(), hashlib.sha256).digest()
        if not hmac.compare_digest(sent, wanted):
            raise falcon.HTTPUnauthorized(title="the signature does not fit")


class Pool:
    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.pool: asyncpg.Pool | None = None

    async def process_startup(self, scope: dict, event: dict) -> None:
        self.pool = await asyncpg.create_pool(self.dsn)

    async def process_shutdown(self, scope: dict, event: dict) -> None:
        await self.pool.close()

    async def process_resource(self, req, resp, resource, params) -> None:
        req.context.pool = self.pool


def known_step(req, resp, resource, params) -> None:
    if params["step"] not in STEPS:
        raise falcon.HTTPNotFound(description="hour, day or month")


class Health:
    async def on_get(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = "well\n"


class Readings:
    async def on_get(self, req, resp) -> None:
        sensor = req.get_param_as_uuid("sensor", required=True)
        since = req.get_param_as_datetime("since") or dt.datetime.min
        limit = req.get_param_as_int("limit", min_value=1, max_value=1000, default=100)
        rows = await req.context.pool.fetch(
            f"SELECT at, value FROM readings WHERE sensor = $1 AND at >= $2 ORDER BY at LIMIT {limit}", sensor, since
        )
        resp.media = [{"at": row["at"].isoformat(), "value": row["value"]} for row in rows]

    @jsonschema.validate(READING)
    async def on_post(self, req, resp) -> None:
        reading = await req.get_media()
        number = uuid.uuid4()
        await req.context.pool.execute(
            "INSERT INTO readings (id, sensor, value, unit) VALUES ($1, $2, $3, $4)",
            number, uuid.UUID(reading["sensor"]), float(reading["value"]), reading["unit"],
        )
        resp.status = falcon.HTTP_201
        resp.location = f"/readings/{number}"


class Aggregate:
    """One figure for each step of time; hour, day or month is part of the path."""

    @falcon.before(known_step)
    async def on_get(self, req, resp, sensor: uuid.UUID, step: str) -> None:
        expression = AGGREGATES.get(req.get_param("of", default="mean"))
        if expression is None:
            raise falcon.HTTPInvalidParam("one of " + ", ".join(AGGREGATES), "of")
        rows = await req.context.pool.fetch(
            f"SELECT date_trunc($1, at) AS step, {expression} AS value FROM readings WHERE sensor = $2 GROUP BY 1", step, sensor
        )
        resp.media = [dict(row) for row in rows]


class Sensor:
    def __init__(self, registry: str) -> None:
        self.client = httpx.AsyncClient(base_url=registry, timeout=5)

    async def on_get(self, req, resp, sensor: uuid.UUID) -> None:
        answer = await self.client.get(f"/sensors/{sensor}")
        if answer.status_code == 404:
            raise falcon.HTTPNotFound()
        answer.raise_for_status()
        resp.media = answer.json()


async def unexpected(req, resp, ex, params) -> None:
    log.error("unexpected failure of %s", req.method, exc_info=ex)
    raise falcon.HTTPInternalServerError()


def create_app(settings: Settings | None = None) -> falcon.asgi.App:
    settings = settings or Settings.from_environment()
    app = falcon.asgi.App(middleware=[Authenticated(settings.key), Pool(settings.database)])
    app.add_route("/health", Health())
    app.add_route("/readings", Readings())
    app.add_route("/sensors/{sensor:uuid}", Sensor(settings.registry))
    app.add_route("/sensors/{sensor:uuid}/{step}", Aggregate())
    app.add_error_handler(Exception, unexpected)
    return app
