"""Bookings of a sports hall: an aiohttp service over PostgreSQL."""
from __future__ import annotations

import asyncio
import datetime as dt
import enum
import hmac
import json
import logging
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import asyncpg
from aiohttp import web
from yarl import URL

log = logging.getLogger(__name__)

POOL = web.AppKey("pool", asyncpg.Pool)
HTTP = web.AppKey("http", aiohttp.ClientSession)
WEBHOOK_SECRET = os.environ["WEBHOOK_SECRET"].encode()
SORTS = {"start": "start", "court": "court, start", "newest": "created DESC"}
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
CALENDAR = URL("https://calendar.example.com/api/")

routes = web.RouteTableDef()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Sport(enum.StrEnum):
    BADMINTON = "badminton"
    SQUASH = "squash"
    TENNIS = "tennis"


def problem(status: type[web.HTTPException], detail: str) -> web.HTTPException:
    return status(text=json.dumps({"detail": detail}), content_type="application/problem+json")


@web.middleware
async def failures(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except (KeyError, ValueError) as e:
        log.info("refused %s %r", request.method, request.path, exc_info=e)
        raise problem(web.HTTPBadRequest, "the request does not fit") from e
    except asyncpg.UniqueViolationError as e:
        raise problem(web.HTTPConflict, "taken") from e


@routes.get("/bookings")
async def bookings(request: web.Request) -> web.Response:
    order = SORTS.get(request.query.get("sort", "start"))
    if order is None:
        raise problem(web.HTTPBadRequest, f"sort by one of {', '.join(SORTS)}")
    day = dt.date.fromisoformat(request.query["day"])
    size = min(int(request.query.get("size", "50")), 200)
    rows = await request.app[POOL].fetch(
        f"SELECT id, court, start FROM bookings WHERE day = $1 ORDER BY {order} LIMIT {size}", day
    )
    return web.json_response([dict(row) for row in rows], dumps=lambda o: json.dumps(o, default=str))


@routes.post("/bookings")
async def book(request: web.Request) -> web.Response:
    body = await request.json()
    sport = Sport(body["sport"])
    email = body["email"]
    if EMAIL.fullmatch(email) is None:
        raise ValueError("e-mail")
    court, start = int(body["court"]), dt.datetime.fromisoformat(body["start"])
    async with request.app[POOL].acquire() as connection, connection.transaction():
        number = await connection.fetchval(
            "INSERT INTO bookings (sport, court, start, email) VALUES ($1, $2, $3, $4) RETURNING id",
            sport.value, court, start, email,
        )
    location = request.app.router["booking"].url_for(number=str(number))
    return web.json_response({"id": number}, status=201, headers={"Location": str(location)})


@routes.get(r"/bookings/{number:\d+}", name="booking")
async def booking(request: web.Request) -> web.Response:
    row = await request.app[POOL].fetchrow("SELECT * FROM bookings WHERE id = $1", int(request.match_info["number"]))
    if row is None:
        raise problem(web.HTTPNotFound, "no such booking")
    return web.json_response(dict(row), dumps=lambda o: json.dumps(o, default=str))


@routes.get(r"/bookings/{number:\d+}/calendar")
async def in_calendar(request: web.Request) -> web.StreamResponse:
    """Pass on what the calendar says of a booking."""
    url = CALENDAR / "events" / request.match_info["number"]
    async with request.app[HTTP].get(url, headers={"Accept": "text/calendar"}) as upstream:
        if upstream.status != 200:
            raise problem(web.HTTPBadGateway, "the calendar does not answer")
        response = web.StreamResponse(headers={"Content-Type": "text/calendar; charset=utf-8"})
        await response.prepare(request)
        async for chunk in upstream.content.iter_chunked(8192):
            await response.write(chunk)
    await response.write_eof()
    return response


@routes.post("/hooks/payment")
async def paid(request: web.Request) -> web.Response:
    body = await request.read()
    signature = request.headers.get("X-Signature", "")
    if not hmac.compare_digest(hmac.new(WEBHOOK_SECRET, body, "sha256").hexdigest(), signature):
        raise problem(web.HTTPForbidden, "the signature does not fit")
    event = json.loads(body)
    await request.app[POOL].execute("UPDATE bookings SET paid = true WHERE id = $1", int(event["booking"]))
    return web.Response(status=204)


@routes.get("/live")
async def live(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(heartbeat=30, max_msg_size=4096)
    await socket.prepare(request)
    async for message in socket:
        if message.type is not aiohttp.WSMsgType.TEXT:
            continue
        try:
            court = int(json.loads(message.data)["court"])
        except (KeyError, TypeError, ValueError):
            await socket.send_json({"error": "which court?"})
            continue
        free = await request.app[POOL].fetchval("SELECT count(*) = 0 FROM bookings WHERE court = $1 AND now() < start", court)
        await socket.send_json({"court": court, "free": free})
    return socket


async def connections(app: web.Application) -> AsyncIterator[None]:
    app[POOL] = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=2, max_size=10)
    app[HTTP] = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10), raise_for_status=False)
    yield
    await asyncio.gather(app[POOL].close(), app[HTTP].close())


def create_app() -> web.Application:
    app = web.Application(middlewares=[failures], client_max_size=64 * 1024)
    app.cleanup_ctx.append(connections)
    app.add_routes(routes)
    return app


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    web.run_app(create_app(), host="127.0.0.1", port=int(os.environ.get("PORT", "8080")))
