"""Other weather services, and the files that stations send."""
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import aiofiles
import aiohttp
import httpx
from quart import Blueprint, abort, jsonify, request, send_file, send_from_directory

outside = Blueprint("outside", __name__)

ARCHIVE = Path("/srv/stations/archive")
SERVICES = {"dwd": "https://dwd.example.com/api/", "met": "https://met.example.com/api/"}
ALLOWED_HOSTS = {"dwd.example.com", "met.example.com"}


# Fetching ----------------------------------------------------------------------------------------------


@outside.post("/forecasts")
async def forecast():
    body = await request.get_json()
    async with httpx.AsyncClient() as client:
        answer = await client.get(body["service"])  # want ssrf
    return jsonify(answer.json())


@outside.post("/forecasts/<service>")
async def forecast_of(service):
    base = SERVICES.get(service)
    if base is None:
        abort(404)
    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.get(base + "forecast")
    return jsonify(answer.json())


@outside.post("/forecasts/checked")
async def forecast_checked():
    body = await request.get_json()
    url = allowed(body["service"])
    async with httpx.AsyncClient(timeout=10, follow_redirects=False) as client:
        answer = await client.get(url)
    return jsonify(answer.json())


def allowed(url):
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname not in ALLOWED_HOSTS or "@" in parts.netloc:
        raise ValueError("service not allowed")
    return url


@outside.get("/radar")
async def radar():
    async with aiohttp.ClientSession() as session:
        async with session.get(request.args["image"]) as answer:  # want ssrf
            content = await answer.read()
    return jsonify(size=len(content))


@outside.get("/radar/tile")
async def radar_tile():
    x, y = request.args.get("x", type=int), request.args.get("y", type=int)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        async with session.get(f"https://radar.example.com/tiles/{x}/{y}.png") as answer:
            content = await answer.read()
    return jsonify(size=len(content))


@outside.get("/radar/latest")
async def radar_latest():
    async with aiohttp.ClientSession(base_url="https://radar.example.com", timeout=aiohttp.ClientTimeout(total=10)) as session:
        async with session.get("/latest", params={"region": request.args.get("region", "north")}) as answer:
            content = await answer.read()
    return jsonify(size=len(content))


@outside.get("/partner")
async def partner():
    async with httpx.AsyncClient(verify=False) as client:  # want tls-verification-disabled
        answer = await client.get(urljoin(SERVICES["met"], "status"))
    return jsonify(code=answer.status_code)


@outside.get("/partner/pinned")
async def partner_pinned():
    async with httpx.AsyncClient(verify=True, timeout=5) as client:
        answer = await client.get(urljoin(SERVICES["met"], "status"))
    return jsonify(code=answer.status_code)


# Files -------------------------------------------------------------------------------------------------


@outside.get("/archive")
async def archive():
    async with aiofiles.open(ARCHIVE / request.args["file"]) as handle:  # want path-traversal
        text = await handle.read()
    return jsonify(lines=text.count("\n"))


@outside.get("/archive/resolved")
async def archive_resolved():
    root = ARCHIVE.resolve()
    path = (root / request.args["file"]).resolve()
    if root not in path.parents:
        abort(404)
    async with aiofiles.open(path) as handle:
        text = await handle.read()
    return jsonify(lines=text.count("\n"))


@outside.get("/archive/day/<int:year>/<int:day>")
async def archive_day(year, day):
    async with aiofiles.open(ARCHIVE / f"{year}-{day:03}.csv") as handle:
        text = await handle.read()
    return jsonify(lines=text.count("\n"))


@outside.get("/images/<path:name>")
async def image(name):
    return await send_file("/srv/stations/images/" + name)  # want path-traversal


@outside.get("/pictures/<path:name>")
async def picture(name):
    return await send_from_directory("/srv/stations/images", name)


@outside.get("/legend")
async def legend():
    files = {"rain": "legend-rain.png", "wind": "legend-wind.png"}
    return await send_file("/srv/stations/images/" + files.get(request.args.get("kind"), "legend.png"))


@outside.post("/archive")
async def receive():
    files = await request.files
    await files["reading"].save(ARCHIVE / f"{uuid4()}.csv")
    return jsonify(status="stored")
