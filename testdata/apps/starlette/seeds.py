"""The seed exchange: endpoint classes, websockets, background work and middleware over one database."""
import asyncio
import json
import re
import shlex
import subprocess
from contextlib import asynccontextmanager
from typing import Any

import aiosqlite
import databases
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.background import BackgroundTask, BackgroundTasks
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.endpoints import HTTPEndpoint, WebSocketEndpoint
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, Router, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

db = databases.Database("sqlite:///seeds.db")

SORTS = {"name": "name", "sown": "sown_on DESC"}
PUMPS = ("north", "south")


class Sowing(BaseModel):
    plant: str
    row: int


# SQL --------------------------------------------------------------------------------------------------------


class Seeds(HTTPEndpoint):
    async def get(self, request):
        plant = request.query_params["plant"]  # at plant
        rows = await db.fetch_all(query=f"SELECT * FROM seeds WHERE plant = '{plant}'")  # want sql-injection via plant
        return JSONResponse([dict(row) for row in rows])

    async def post(self, request):
        data = await request.json()
        await db.execute("INSERT INTO seeds (plant) VALUES (:plant)", {"plant": data["plant"]})
        return Response(status_code=201)

    async def put(self, request):
        try:
            sowing = Sowing.model_validate(await request.json())
        except ValidationError as error:
            return JSONResponse(error.errors(), status_code=422)
        await db.execute(f"UPDATE seeds SET row = {sowing.row} WHERE plant = :plant", {"plant": sowing.plant})
        return Response(status_code=204)

    async def patch(self, request):
        sowing = Sowing.model_validate(await request.json())  # at sowing
        await db.execute("UPDATE seeds SET plant = '%s'" % sowing.plant)  # want sql-injection via sowing
        return Response(status_code=204)

    async def delete(self, request):
        ids = TypeAdapter(list[int]).validate_python(request.query_params.getlist("id"))
        await db.execute("DELETE FROM seeds WHERE id IN (%s)" % ", ".join(map(str, ids)))
        return Response(status_code=204)


async def seed(request: Request) -> Response:
    code = request.path_params["code"]  # at code
    async with aiosqlite.connect("seeds.db") as connection:
        cursor = await connection.execute("SELECT * FROM seeds WHERE code = '" + code + "'")  # want sql-injection via code
        return JSONResponse(await cursor.fetchone())


async def seed_by_id(request: Request) -> Response:
    number = request.path_params["number"]
    async with aiosqlite.connect("seeds.db") as connection:
        cursor = await connection.execute(f"SELECT * FROM seeds WHERE id = {number}")
        return JSONResponse(await cursor.fetchone())


async def sorted_seeds(request: Request) -> Response:
    order = SORTS.get(request.query_params.get("sort", "name"))
    if order is None:
        raise HTTPException(400, "sort")
    limit = min(int(request.query_params.get("limit", 20)), 100)
    return JSONResponse(await db.fetch_all(f"SELECT name FROM seeds ORDER BY {order} LIMIT {limit}"))


def who(connection: HTTPConnection) -> str:
    return connection.cookies.get("member", "")  # at member


async def my_seeds(request: Request) -> Response:
    member = who(request)  # at who
    return JSONResponse(await db.fetch_all(f"SELECT * FROM seeds WHERE owner = '{member}'"))  # want sql-injection via member who


async def my_seeds_bound(request: Request) -> Response:
    return JSONResponse(await db.fetch_all("SELECT * FROM seeds WHERE owner = :owner", values={"owner": who(request)}))


class Live(WebSocketEndpoint):
    encoding = "json"

    async def on_receive(self, websocket: WebSocket, data: Any) -> None:  # at live_data
        plant = data["plant"]  # at live_plant
        await websocket.send_json(await db.fetch_val("SELECT count(*) FROM seeds WHERE plant = '" + plant + "'"))  # want sql-injection via live_data live_plant


class LiveBound(WebSocketEndpoint):
    encoding = "json"

    async def on_receive(self, websocket: WebSocket, data: Any) -> None:
        row = int(data["row"])
        count = await db.fetch_val(f"SELECT count(*) FROM seeds WHERE row = {row} AND plant = :plant", {"plant": data["plant"]})
        await websocket.send_json(count)


class Audit:
    """A plain ASGI middleware: it sees the scope, not a request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            query = scope["query_string"].decode()  # at raw_query
            await db.execute(f"INSERT INTO audit (query) VALUES ('{query}')")  # want sql-injection via raw_query
        await self.app(scope, receive, send)


class AuditBound:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await db.execute("INSERT INTO audit (path) VALUES (:path)", {"path": scope["path"]})
        await self.app(scope, receive, send)


class Visits(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        agent = request.headers.get("user-agent", "")  # at visit_agent
        await db.execute(f"UPDATE visits SET n = n + 1 WHERE agent = '{agent}'")  # want sql-injection via visit_agent
        return await call_next(request)


# Shell ------------------------------------------------------------------------------------------------------


def water(pump):
    subprocess.run("pump --open " + pump, shell=True, check=True)  # want command-injection via pump_form pump watering


async def start_watering(request: Request) -> Response:
    form = await request.form()  # at pump_form
    pump = form["pump"]  # at pump
    return PlainTextResponse("soon", background=BackgroundTask(water, pump))  # at watering


def water_argv(pump):
    subprocess.run(["pump", "--open", pump], check=True)


async def start_watering_argv(request: Request) -> Response:
    form = await request.form()
    tasks = BackgroundTasks()
    tasks.add_task(water_argv, pump=str(form["pump"]))
    return PlainTextResponse("soon", background=tasks)


async def stop_watering(request: Request) -> Response:
    pump = request.path_params["pump"]
    if pump not in PUMPS:
        raise HTTPException(404)
    process = await asyncio.create_subprocess_shell(f"pump --close {pump} 2>&1")
    return PlainTextResponse(str(await process.wait()))


async def water_level(request: Request) -> Response:
    body = json.loads(await request.body())
    level = float(body["level"])
    return PlainTextResponse(await run_in_threadpool(subprocess.getoutput, f"pump --level {level:.2f}"))


async def rename_pump(request: Request) -> Response:
    name = request.headers["x-pump"]
    await asyncio.create_subprocess_shell("pump --name " + shlex.quote(name) + " && sync")
    return Response(status_code=204)


async def pump_socket(websocket: WebSocket) -> None:
    await websocket.accept()
    async for line in websocket.iter_text():  # at pump_line
        process = await asyncio.create_subprocess_shell(f"pump {line}", stdout=asyncio.subprocess.PIPE)  # want command-injection via pump_line
        output, _ = await process.communicate()
        await websocket.send_bytes(output)


async def safe_pump_socket(websocket: WebSocket) -> None:
    await websocket.accept()
    while True:
        line = await websocket.receive_text()
        if not re.fullmatch(r"(open|close) [a-z]+", line):
            await websocket.close(code=1008)
            return
        verb, pump = line.split()
        process = await asyncio.create_subprocess_exec("pump", f"--{verb}", pump)
        await websocket.send_text(str(await process.wait()))


class PumpConvertor(Convertor):
    regex = "[a-z]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("pump", PumpConvertor())


@asynccontextmanager
async def lifespan(app):
    await db.connect()
    yield
    await db.disconnect()


pumps = Router([
    Route("/start", start_watering, methods=["POST"]),
    Route("/start-argv", start_watering_argv, methods=["POST"]),
    Route("/stop/{pump}", endpoint=stop_watering, methods=["POST"]),
    Route("/level", water_level, methods=["POST"]),
    Route("/name", rename_pump, methods=["POST"]),
    WebSocketRoute("/socket", pump_socket),
    WebSocketRoute("/safe-socket", safe_pump_socket),
])

exchange = Starlette(
    lifespan=lifespan,
    middleware=[Middleware(Audit), Middleware(AuditBound), Middleware(Visits)],
    routes=[
        Route("/seeds", Seeds),
        Route("/seeds/{code}", seed),
        Route("/seeds/number/{number:int}", seed_by_id),
        Route("/seeds/sorted", sorted_seeds),
        Route("/seeds/mine", my_seeds),
        Route("/seeds/mine-bound", my_seeds_bound),
        WebSocketRoute("/seeds/live", Live),
        Mount("/pumps", app=pumps),
    ],
)
