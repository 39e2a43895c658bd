"""The depot: files that are sent, kept and read again."""
import hashlib
import hmac
import json
import marshal
import os
import pickle
import re
import uuid
from pathlib import Path

import aiofiles
import yaml
from aiohttp import web

ROOT = Path("/srv/museum/depot")
KEY = os.environ["DEPOT_KEY"].encode()
NAME = re.compile(r"[\w-]+\.(?:jpg|png|pdf)")


# Paths -------------------------------------------------------------------------------------------------


class Depot:
    """Handlers that are methods."""

    def __init__(self, root):
        self.root = root

    async def read(self, request):
        name = request.match_info["name"]  # at read_name
        async with aiofiles.open(self.root / name) as file:  # want path-traversal via read_name
            return web.Response(text=await file.read())

    async def send(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(ROOT / request.query["file"])  # at send_file # want path-traversal via send_file

    async def upload(self, request):
        reader = await request.multipart()  # at reader
        field = await reader.next()  # at field
        target = os.path.join("/srv/museum/depot", field.filename)  # at upload_target
        with open(target, "wb") as out:  # want upload-filename-trusted via reader field upload_target
            while chunk := await field.read_chunk():
                out.write(chunk)
        return web.json_response({"stored": field.filename}, status=201)

    async def receive(self, request):
        data = await request.post()  # at receive_form
        sent = data["file"]  # at receive_sent
        (ROOT / sent.filename).write_bytes(sent.file.read())  # want upload-filename-trusted via receive_form receive_sent
        raise web.HTTPCreated()

    async def sheet(self, request):
        path = (self.root / request.match_info["name"]).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise web.HTTPNotFound()
        return web.FileResponse(path)

    async def year(self, request):
        year, page = int(request.match_info["year"]), int(request.query.get("page", "1"))
        return web.FileResponse(f"/srv/museum/depot/{year}/{page:04}.pdf")

    async def photo(self, request):
        name = request.match_info["name"]
        if not NAME.fullmatch(name):
            raise web.HTTPNotFound()
        async with aiofiles.open(os.path.join(self.root, name), "rb") as file:
            return web.Response(body=await file.read(), content_type="image/png")

    async def keep(self, request):
        reader = await request.multipart()
        part = await reader.next()
        ending = Path(part.filename).suffix.lower()
        if ending not in (".jpg", ".png"):
            raise web.HTTPUnsupportedMediaType()
        name = f"{uuid.uuid4().hex}{ending}"
        async with aiofiles.open(self.root / name, "wb") as out:
            while chunk := await part.read_chunk():
                await out.write(chunk)
        return web.json_response({"stored": name}, status=201)


# What was kept -----------------------------------------------------------------------------------------


async def restore(request):
    state = pickle.loads(await request.read())  # at restored # want unsafe-deserialization via restored
    return web.json_response({"objects": len(state)})


async def configure(request):
    text = await request.text()  # at configuration
    settings = yaml.load(text, Loader=yaml.Loader)  # want unsafe-deserialization via configuration
    return web.json_response({"keys": sorted(settings)})


async def cached(request):
    raw = bytes.fromhex(request.cookies["state"])  # at cached_cookie
    return web.json_response(marshal.loads(raw))  # want unsafe-deserialization via cached_cookie


async def restore_json(request):
    state = json.loads(await request.read())
    return web.json_response({"objects": len(state["objects"])})


async def configure_safely(request):
    settings = yaml.safe_load(await request.text())
    return web.json_response({"keys": sorted(settings)})


async def restore_signed(request):
    body = await request.read()
    sent = request.headers.get("X-Signature", "")
    if not hmac.compare_digest(hmac.new(KEY, body, hashlib.sha256).hexdigest(), sent):
        raise web.HTTPForbidden()
    return web.json_response({"objects": len(pickle.loads(body))})


async def snapshot(request):
    # what the depot wrote itself
    async with aiofiles.open(ROOT / "state.json", "rb") as file:
        state = json.loads(await file.read())
    return web.json_response({"objects": len(state), "page": request.query.get("page", "1")})


def setup(app):
    depot = Depot(ROOT)
    app.add_routes([
        web.get("/depot/file/{name}", depot.read),
        web.get("/depot/send", depot.send),
        web.post("/depot/upload", depot.upload),
        web.post("/depot/receive", depot.receive),
        web.get("/depot/sheet/{name:.+}", depot.sheet),
        web.get("/depot/year/{year}", depot.year),
        web.get("/depot/photo/{name}", depot.photo),
        web.post("/depot/keep", depot.keep),
        web.post("/depot/restore", restore),
        web.post("/depot/configure", configure),
        web.get("/depot/cached", cached),
        web.post("/depot/restore/json", restore_json),
        web.post("/depot/configure/safely", configure_safely),
        web.post("/depot/restore/signed", restore_signed),
        web.get("/depot/snapshot", snapshot),
    ])
    app.router.add_static("/depot/public", ROOT / "public", follow_symlinks=False)
