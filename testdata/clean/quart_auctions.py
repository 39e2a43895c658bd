"""Auctions: bids over websockets, lots over HTTP, pictures on disk."""
import asyncio
import json
import logging
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import aiofiles
import asyncpg
import httpx
from markupsafe import escape
from quart import Blueprint, Quart, ResponseReturnValue, abort, current_app, redirect, render_template, request, session, url_for, websocket
from quart.views import MethodView
from werkzeug.utils import secure_filename

log = logging.getLogger(__name__)
auctions = Blueprint("auctions", __name__)
listeners: defaultdict[int, set[asyncio.Queue]] = defaultdict(set)

ORDERS = {"price": "price DESC, id", "ends": "ends_at"}
RATES_URL = "https://rates.example.com/v1/latest"


@dataclass(frozen=True)
class Bid:
    lot: int
    amount: Decimal
    bidder: str

    @classmethod
    def parse(cls, lot: int, text: str) -> "Bid":
        content = json.loads(text)
        try:
            amount = Decimal(str(content["amount"])).quantize(Decimal("0.01"))
        except (InvalidOperation, KeyError) as error:
            raise ValueError("amount") from error
        return cls(lot, amount, str(content.get("bidder", ""))[:80])


def db() -> asyncpg.Pool:
    return current_app.extensions["auctions_pool"]


def pictures() -> Path:
    return Path(current_app.config["PICTURES"]).resolve()


@auctions.get("/lots")
async def lots() -> ResponseReturnValue:
    order = ORDERS.get(request.args.get("order", ""), ORDERS["ends"])
    limit = min(request.args.get("limit", 20, type=int), 100)
    words = request.args.get("q", "")
    rows = await db().fetch(
        f"SELECT id, title, price FROM lots WHERE title ILIKE '%' || $1 || '%' ORDER BY {order} LIMIT $2", words, limit
    )
    return await render_template("lots.html", rows=rows, words=words)


@auctions.get("/lots/<int:lot>")
async def lot_page(lot: int) -> ResponseReturnValue:
    row = await db().fetchrow("SELECT id, title, price FROM lots WHERE id = $1", lot)
    if row is None:
        return f"<h1>No lot {lot}</h1>", 404
    return await render_template("lot.html", row=row)


@auctions.post("/lots/<int:lot>/watch")
async def watch(lot: int) -> ResponseReturnValue:
    session["watched"] = sorted({*session.get("watched", []), lot})
    return redirect(url_for("auctions.lot_page", lot=lot))


@auctions.websocket("/lots/<int:lot>/bids")
async def bids(lot: int) -> None:
    queue: asyncio.Queue[str] = asyncio.Queue(maxsize=100)
    listeners[lot].add(queue)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(receive_bids(lot))
            tasks.create_task(send_bids(queue))
    finally:
        listeners[lot].discard(queue)


async def receive_bids(lot: int) -> None:
    while True:
        try:
            bid = Bid.parse(lot, await websocket.receive())
        except ValueError as error:
            await websocket.send_json({"error": str(error)})
            continue
        accepted = await db().fetchval(
            "UPDATE lots SET price = $2, bidder = $3 WHERE id = $1 AND price < $2 AND ends_at > now() RETURNING price",
            bid.lot, bid.amount, bid.bidder,
        )
        if accepted is None:
            await websocket.send_json({"error": "too low"})
            continue
        log.info("bid of %s on lot %d", bid.amount, bid.lot)
        for queue in listeners[lot]:
            queue.put_nowait(json.dumps({"price": str(bid.amount)}))


async def send_bids(queue: asyncio.Queue) -> None:
    while True:
        await websocket.send(await queue.get())


class PictureView(MethodView):
    async def post(self, lot: int) -> ResponseReturnValue:
        files = await request.files
        upload = files.get("picture")
        name = secure_filename(upload.filename or "") if upload else ""
        if not name.endswith((".jpg", ".png")):
            abort(415)
        folder = pictures() / str(lot)
        folder.mkdir(exist_ok=True)
        await upload.save(folder / name)
        return {"name": name}, 201

    async def get(self, lot: int, name: str) -> ResponseReturnValue:
        path = (pictures() / str(lot) / name).resolve()
        if not path.is_relative_to(pictures()) or not path.is_file():
            abort(404)
        async with aiofiles.open(path, "rb") as handle:
            return await handle.read(), 200, {"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff"}


auctions.add_url_rule("/lots/<int:lot>/pictures", view_func=PictureView.as_view("upload_picture"), methods=["POST"])
auctions.add_url_rule("/lots/<int:lot>/pictures/<name>", view_func=PictureView.as_view("picture"), methods=["GET"])


@auctions.get("/rates/<string(length=3):currency>")
async def rates(currency: str) -> ResponseReturnValue:
    if not (currency.isascii() and currency.isalpha()):
        abort(404)
    async with httpx.AsyncClient(timeout=5) as client:
        response = await client.get(RATES_URL, params={"symbols": currency.upper()})
    response.raise_for_status()
    return {"rate": response.json()["rates"].get(currency.upper())}


async def close_lot(lot: int) -> None:
    process = await asyncio.create_subprocess_exec("/usr/local/bin/notify-bidders", "--lot", str(lot))
    await process.wait()


@auctions.post("/lots/<int:lot>/close")
async def close(lot: int) -> ResponseReturnValue:
    await db().execute("UPDATE lots SET ends_at = now() WHERE id = $1 AND seller = $2", lot, session.get("seller"))
    current_app.add_background_task(close_lot, lot)
    return {"closed": lot}, 202


@auctions.errorhandler(404)
async def missing(_error: Exception) -> ResponseReturnValue:
    return f"<p>There is nothing at {escape(request.path)}.</p>", 404


def create_app() -> Quart:
    app = Quart(__name__)
    app.config.from_prefixed_env("AUCTIONS")
    app.register_blueprint(auctions)

    @app.before_serving
    async def open_pool() -> None:
        app.extensions["auctions_pool"] = await asyncpg.create_pool(app.config["DSN"])

    @app.after_serving
    async def close_pool() -> None:
        await app.extensions["auctions_pool"].close()

    return app
