"""A parcel depot: blueprints, typed routes, sockets, and scanners that are started without a shell."""
import asyncio
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import aiofiles
import aiosqlite
import httpx
from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import escape
from sanic import Blueprint, HTTPResponse, Request, Sanic, Websocket, html, json, redirect, text
from sanic.exceptions import BadRequest, Forbidden, NotFound
from sanic.log import logger
from sanic.response import file, file_stream
from sanic.views import HTTPMethodView

depot = Blueprint("depot", url_prefix="/depot")

LABELS = Path("/srv/depot/labels").resolve()
CARRIERS = {"fast": "https://fast.example.com/track/", "cheap": "https://cheap.example.com/track/"}
SORTS = {"city": "city, street", "weight": "weight DESC"}
POSTCODE = re.compile(r"[0-9]{5}")


@dataclass(frozen=True)
class Address:
    street: str
    number: int
    postcode: str

    @classmethod
    def from_json(cls, content: dict) -> "Address":
        try:
            address = cls(str(content["street"]), int(content["number"]), str(content["postcode"]))
        except (KeyError, TypeError, ValueError) as error:
            raise BadRequest("address") from error
        if not POSTCODE.fullmatch(address.postcode):
            raise BadRequest("postcode")
        return address


def database(request: Request) -> aiosqlite.Connection:
    return request.app.ctx.db


class Parcels(HTTPMethodView):
    async def get(self, request: Request) -> HTTPResponse:
        order = SORTS.get(request.args.get("sort"), SORTS["city"])
        limit = request.args.get("limit", "20")
        if not limit.isdecimal():
            raise BadRequest("limit")
        rows = await database(request).execute_fetchall(
            f"SELECT id, city FROM parcels WHERE city LIKE ? ORDER BY {order} LIMIT {limit}", (request.args.get("q", "") + "%",)
        )
        return json([dict(row) for row in rows])

    async def post(self, request: Request) -> HTTPResponse:
        address = Address.from_json(request.json)
        cursor = await database(request).execute(
            f"INSERT INTO parcels (street, number, postcode) VALUES (?, {address.number}, ?)", (address.street, address.postcode)
        )
        return json({"id": cursor.lastrowid}, status=201, headers={"Location": f"/depot/{cursor.lastrowid}"})


depot.add_route(Parcels.as_view(), "/")


@depot.get("/<number:int>")
async def parcel(request: Request, number: int) -> HTTPResponse:
    row = await (await database(request).execute(f"SELECT * FROM parcels WHERE id = {number}")).fetchone()
    if row is None:
        return html(f"<p>No parcel {number}.</p>", status=404)
    page = request.app.ctx.pages.get_template("parcel.html")
    return html(await page.render_async(row=dict(row)))


@depot.get("/<number:int>/label/<day:ymd>")
async def label(request: Request, number: int, day: date) -> HTTPResponse:
    return await file(LABELS / f"{number}-{day:%Y-%m-%d}.pdf", filename="label.pdf")


@depot.get("/labels/<name:path>")
async def any_label(request: Request, name: str) -> HTTPResponse:
    path = (LABELS / name).resolve()
    if not path.is_relative_to(LABELS) or not path.is_file():
        raise NotFound("label")
    return await file_stream(path)


@depot.put("/<key:uuid>/photo")
async def put_photo(request: Request, key: UUID) -> HTTPResponse:
    upload = request.files.get("photo")
    if upload is None or upload.type not in ("image/png", "image/jpeg"):
        raise BadRequest("photo")
    async with aiofiles.open(LABELS / f"{key}-{uuid4().hex}.img", "wb") as handle:
        await handle.write(upload.body)
    return text("stored", status=201)


@depot.get("/track/<carrier:str>/<code:[A-Z0-9]{6,20}>")
async def track(request: Request, carrier: str, code: str) -> HTTPResponse:
    if carrier not in CARRIERS:
        raise NotFound("carrier")
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.get(CARRIERS[carrier] + code)
    return json(answer.json(), status=answer.status_code)


@depot.post("/hooks/carrier")
async def carrier_hook(request: Request) -> HTTPResponse:
    expected = hmac.new(request.app.config.HOOK_KEY.encode(), request.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("x-signature", "")):
        raise Forbidden("signature")
    await database(request).execute("UPDATE parcels SET state = ? WHERE id = ?", (request.json["state"], request.json["id"]))
    return json({"noted": True})


@depot.websocket("/scanners/<scanner:int>")
async def scanner_socket(request: Request, ws: Websocket, scanner: int) -> None:
    async for message in ws:
        if message not in {"start", "stop"}:
            await ws.send("unknown command")
            continue
        process = await asyncio.create_subprocess_exec("scanner", f"--{message}", str(scanner))
        await ws.send(str(await process.wait()))


async def print_labels(numbers: list[int]) -> None:
    process = await asyncio.create_subprocess_exec("print-labels", *map(str, numbers))
    await process.wait()


@depot.post("/labels/print")
async def start_printing(request: Request) -> HTTPResponse:
    numbers = [int(number) for number in request.form.getlist("number", [])]
    request.app.add_task(print_labels(numbers))
    return json({"printing": len(numbers)}, status=202)


@depot.get("/login")
async def login(request: Request) -> HTTPResponse:
    target = request.args.get("next", "/")
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//") or "\\" in target:
        target = "/"
    return redirect(target)


@depot.on_request
async def note_visit(request: Request) -> None:
    logger.info("%s %s", request.method, request.path)


@depot.exception(NotFound)
async def missing(request: Request, exception: NotFound) -> HTTPResponse:
    return html(f"<p>There is nothing at {escape(request.path)}.</p>", status=404)


def create_app() -> Sanic:
    app = Sanic("depot", ctx=SimpleNamespace())
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.blueprint(depot)

    @app.before_server_start
    async def open_database(app: Sanic) -> None:
        app.ctx.db = await aiosqlite.connect(app.config.DATABASE)
        app.ctx.pages = Environment(loader=PackageLoader("depot"), autoescape=select_autoescape(), enable_async=True)

    @app.after_server_stop
    async def close_database(app: Sanic) -> None:
        await app.ctx.db.close()

    return app
