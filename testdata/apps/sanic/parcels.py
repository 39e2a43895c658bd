"""Parcels: blueprints, class-based views, middleware, signals and websockets over a database and scanners."""
import asyncio
import re
import shlex
import subprocess
from dataclasses import dataclass
from uuid import UUID

import aiosqlite
from pydantic import BaseModel
from sanic import Blueprint, Request, Sanic, Websocket, json, text
from sanic.exceptions import InvalidUsage, NotFound
from sanic.log import logger
from sanic.response import HTTPResponse, empty
from sanic.views import HTTPMethodView
from sanic_ext import validate

parcels = Blueprint("parcels", url_prefix="/parcels", version=1)

SORTS = {"weight": "weight DESC", "city": "city, street"}
SCANNERS = frozenset({"gate", "ramp"})


class Address(BaseModel):
    street: str
    number: int


@dataclass
class Range:
    low: int = 0
    high: int = 100


# SQL ----------------------------------------------------------------------------------------------------------


@parcels.get("/<code>")
async def parcel(request: Request, code: str):  # at code
    cursor = await request.app.ctx.db.execute(f"SELECT * FROM parcels WHERE code = '{code}'")  # want sql-injection via code
    return json(await cursor.fetchone())


@parcels.get("/number/<number:int>")
async def parcel_by_number(request, number):
    cursor = await request.app.ctx.db.execute(f"SELECT * FROM parcels WHERE number = {number}")
    return json(await cursor.fetchone())


@parcels.get(r"/label/<label:[A-Z]{2}\d{6}>")
async def parcel_by_label(request, label):
    async with aiosqlite.connect("parcels.db") as db:
        return json(await db.execute_fetchall("SELECT * FROM parcels WHERE label = '" + label + "'"))


@parcels.get("/key/<key:uuid>/<day:ymd>")
async def parcel_by_key(request, key: UUID, day):
    async with aiosqlite.connect("parcels.db") as db:
        return json(await db.execute_fetchall(f"SELECT * FROM parcels WHERE key = '{key}' AND day = '{day}'"))


class Parcels(HTTPMethodView):
    async def get(self, request):
        city = request.args.get("city", "")  # at city
        async with aiosqlite.connect("parcels.db") as db:
            return json(await db.execute_fetchall("SELECT * FROM parcels WHERE city = '%s'" % city))  # want sql-injection via city

    async def post(self, request):
        async with aiosqlite.connect("parcels.db") as db:
            street = request.json["address"]["street"]  # at street
            await db.execute(f"INSERT INTO parcels (street) VALUES ('{street}')")  # want sql-injection via street
        return empty(201)

    async def put(self, request):
        address = Address.model_validate(request.json)
        async with aiosqlite.connect("parcels.db") as db:
            await db.execute(f"UPDATE parcels SET number = {address.number} WHERE street = ?", (address.street,))
        return empty()

    async def delete(self, request):
        ids = [int(value) for value in request.args.getlist("id", [])]
        async with aiosqlite.connect("parcels.db") as db:
            await db.execute("DELETE FROM parcels WHERE id IN (%s)" % ", ".join("?" * len(ids)), ids)
        return empty()


parcels.add_route(Parcels.as_view(), "/")


class ParcelsOf(HTTPMethodView):
    async def get(self, request, customer):  # at customer
        async with aiosqlite.connect("parcels.db") as db:
            return json(await db.execute_fetchall(f"SELECT * FROM parcels WHERE customer = '{customer}'"))  # want sql-injection via customer


parcels.add_route(ParcelsOf.as_view(), "/of/<customer:str>")


async def parcels_of_number(request, customer):
    async with aiosqlite.connect("parcels.db") as db:
        return json(await db.execute_fetchall(f"SELECT * FROM parcels WHERE customer = {customer}"))


parcels.add_route(parcels_of_number, "/of-number/<customer:int>", methods=["GET"])


@parcels.get("/sorted")
async def sorted_parcels(request):
    order = SORTS.get(request.args.get("sort"), "weight")
    limit = request.args.get("limit", "20")
    if not limit.isdigit():
        raise InvalidUsage("limit")
    async with aiosqlite.connect("parcels.db") as db:
        return json(await db.execute_fetchall(f"SELECT * FROM parcels ORDER BY {order} LIMIT {limit}"))


@parcels.post("/validated")
@validate(json=Address, query=Range)
async def validated(request, body: Address, query: Range):  # at validated_body
    async with aiosqlite.connect("parcels.db") as db:
        await db.execute(f"INSERT INTO streets (name) VALUES ('{body.street}')")  # want sql-injection via validated_body
    return empty()


@parcels.post("/validated-typed")
@validate(json=Address, query=Range)
async def validated_typed(request, body: Address, query: Range):
    async with aiosqlite.connect("parcels.db") as db:
        sql = f"SELECT * FROM streets WHERE number = {body.number} AND weight BETWEEN {query.low} AND {query.high}"
        return json(await db.execute_fetchall(sql))


@parcels.on_request
async def count_visit(request):
    agent = request.headers.get("user-agent", "")  # at agent
    async with aiosqlite.connect("parcels.db") as db:
        await db.execute("UPDATE visits SET n = n + 1 WHERE agent = '" + agent + "'")  # want sql-injection via agent


@parcels.middleware("request")
async def count_visit_bound(request):
    async with aiosqlite.connect("parcels.db") as db:
        await db.execute("UPDATE visits SET n = n + 1 WHERE token = ?", [request.token])


# Shell --------------------------------------------------------------------------------------------------------


@parcels.post("/scan")
async def scan(request):
    scanner = request.form.get("scanner")  # at scanner
    process = await asyncio.create_subprocess_shell(f"scan --device {scanner}")  # want command-injection via scanner
    return json({"code": await process.wait()})


@parcels.post("/scan/argv")
async def scan_argv(request):
    process = await asyncio.create_subprocess_exec("scan", "--device", request.form.get("scanner", "gate"))
    return json({"code": await process.wait()})


@parcels.post("/scan/<scanner:str>/known")
async def scan_known(request, scanner: str):
    if scanner not in SCANNERS:
        raise NotFound
    process = await asyncio.create_subprocess_shell(f"scan --device {scanner} | tail -1")
    return json({"code": await process.wait()})


@parcels.post("/scan/quoted")
async def scan_quoted(request):
    output = subprocess.getoutput("scan --note " + shlex.quote(request.json["note"]))
    return text(output)


@parcels.websocket("/scan/live")
async def scan_live(request: Request, ws: Websocket):
    while True:
        command = await ws.recv()  # at command
        process = await asyncio.create_subprocess_shell("scan " + command)  # want command-injection via command
        await ws.send(str(await process.wait()))


@parcels.websocket("/scan/live/<device:str>")
async def scan_live_device(request, ws, device):
    async for message in ws:
        if re.fullmatch(r"(start|stop)", message):
            await asyncio.create_subprocess_exec("scan", f"--{message}", device)


async def weigh(scale):
    process = await asyncio.create_subprocess_shell(f"weigh {scale}")  # want command-injection via scale weighing
    await process.wait()


@parcels.post("/weigh")
async def start_weighing(request):
    scale = request.args["scale"][0]  # at scale
    request.app.add_task(weigh(scale))  # at weighing
    return empty(202)


async def weigh_exactly(scale):
    process = await asyncio.create_subprocess_exec("weigh", scale)
    await process.wait()


@parcels.post("/weigh/argv")
async def start_weighing_exactly(request):
    request.app.add_task(weigh_exactly(request.args.get("scale")))
    return empty(202)


def create_app() -> Sanic:
    app = Sanic("parcels")
    app.blueprint(parcels)

    @app.before_server_start
    async def open_database(app, _loop):
        app.ctx.db = await aiosqlite.connect("parcels.db")
        logger.info("database is open")

    @app.get("/health")
    async def health(request) -> HTTPResponse:
        return text("ok")

    return app
