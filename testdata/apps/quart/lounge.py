"""The listeners' lounge: pages, wishes, games with formulas, uploads and downloads."""
import ast
import base64
import hmac
import html
import json
import pickle
import uuid
from pathlib import Path
from urllib.parse import quote, urlsplit

import aiofiles
import aiohttp
import httpx
import simpleeval
import yaml
from jinja2 import Template
from markupsafe import Markup, escape
from quart import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template_string,
    request,
    send_file,
    send_from_directory,
    session,
    url_for,
    websocket,
)
from werkzeug.utils import secure_filename

lounge = Blueprint("lounge", __name__)

UPLOADS = Path("/srv/lounge/uploads")
WIDGETS = {"clock": "<time>{{ now }}</time>", "song": "<b>{{ song }}</b>"}


# HTML -------------------------------------------------------------------------------------------------------


@lounge.get("/wall/<string:listener>")
async def wall(listener):  # at listener
    return f"<h1>The wall of {listener}</h1>"  # want reflected-xss via listener


@lounge.post("/wall")
async def post_on_wall():
    form = await request.form  # at wall_form
    text = form["text"].strip()  # at wall_text
    return await make_response("<p>" + text + "</p>", 201)  # want reflected-xss via wall_form wall_text


@lounge.get("/wall/cookie")
async def wall_of_cookie():
    name = request.cookies.get("name", "nobody")  # at name_cookie
    return Response("<i>%s</i>" % name, content_type="text/html; charset=utf-8")  # want reflected-xss via name_cookie


@lounge.get("/wall/<string:listener>/escaped")
async def wall_escaped(listener):
    return f"<h1>The wall of {html.escape(listener)}</h1>"


@lounge.post("/wall/markup")
async def post_on_wall_markup():
    form = await request.form
    lines = [Markup("<p>{}</p>").format(line) for line in form["text"].splitlines()]
    return str(Markup("\n").join(lines)), 201


@lounge.get("/wall/json")
async def wall_json():
    return {"name": request.args.get("name"), "html": "<p>" + request.args.get("name", "") + "</p>"}


@lounge.get("/wall/rendered")
async def wall_rendered():
    return await render_template_string("<i>{{ name }}</i>", name=request.cookies.get("name"))


@lounge.get("/wall/text")
async def wall_text():
    return Response(request.args.get("name", ""), mimetype="text/plain")


@lounge.errorhandler(404)
async def missing(_error):
    return f"<p>Nothing at {escape(request.path)}</p>", 404


# Templates --------------------------------------------------------------------------------------------------


@lounge.post("/widgets")
async def widget():
    source = (await request.get_json())["source"]  # at widget_source
    return await render_template_string(source, song="Blue")  # want template-injection via widget_source


@lounge.websocket("/widgets/preview")
async def preview_widget():
    while True:
        source = await websocket.receive()  # at preview_source
        await websocket.send(Template(source).render(song="Blue"))  # want template-injection via preview_source


@lounge.post("/widgets/<name>")
async def named_widget(name):
    if name not in WIDGETS:
        abort(404)
    return await render_template_string(WIDGETS[name], **(await request.form).to_dict())


@lounge.post("/widgets/text")
async def text_widget():
    return await render_template_string("<pre>{{ source }}</pre>", source=(await request.get_json())["source"])


@lounge.post("/widgets/replaced")
async def replaced_widget():
    source = (await request.get_json())["source"]
    return {"text": source.replace("{song}", "Blue")}


# Code -------------------------------------------------------------------------------------------------------


@lounge.get("/score")
async def score():
    formula = request.args.get("formula", "1")  # at score_formula
    return {"score": eval(formula, {}, {"likes": 3})}  # want code-injection via score_formula


@lounge.get("/score/simple")
async def simple_score():
    try:
        return {"score": simpleeval.simple_eval(request.args["formula"], names={"likes": 3})}
    except simpleeval.InvalidExpression:
        return {"error": "formula"}, 422


@lounge.get("/score/literal")
async def literal_score():
    return {"score": ast.literal_eval(request.args.get("weights", "[]"))}


@lounge.get("/score/choice")
async def chosen_score():
    rules = {"likes": "likes * 2", "plays": "likes + 10"}
    return {"score": eval(rules[request.args["rule"]], {}, {"likes": 3})}


@lounge.post("/score/script")
async def scripted_score():
    names = {}
    exec((await request.files)["script"].read(), names)  # want code-injection via
    return {"score": names.get("score")}


# Other servers ----------------------------------------------------------------------------------------------


@lounge.post("/covers")
async def fetch_cover():
    payload = await request.get_json()  # at cover_payload
    async with httpx.AsyncClient() as client:
        response = await client.get(payload["url"])  # want ssrf via cover_payload
    return {"size": len(response.content)}


@lounge.websocket("/covers/live")
async def fetch_covers():
    async with aiohttp.ClientSession() as http:
        while True:
            url = await websocket.receive()  # at live_url
            async with http.get(url) as response:  # want ssrf via live_url
                await websocket.send(str(response.status))


@lounge.get("/covers/<artist>/<album>")
async def cover_of_album(artist, album):
    url = f"https://covers.example.com/{quote(artist, safe='')}/{quote(album, safe='')}.jpg"
    async with httpx.AsyncClient() as client:
        return {"size": len((await client.get(url)).content)}


@lounge.post("/covers/checked")
async def fetch_checked_cover():
    url = (await request.get_json())["url"]
    if not url.startswith("https://covers.example.com/"):
        abort(400)
    async with httpx.AsyncClient() as client:
        return {"size": len((await client.get(url)).content)}


@lounge.get("/covers/source")
async def cover_source():
    sources = {"main": "https://covers.example.com/", "backup": "https://backup.example.com/"}
    async with httpx.AsyncClient(base_url=sources.get(request.args.get("source"), sources["main"])) as client:
        response = await client.get("/latest", params={"artist": request.args["artist"]})
    return response.json()


# Where to next ----------------------------------------------------------------------------------------------


@lounge.post("/enter")
async def enter():
    session["listener"] = (await request.form)["name"]
    return redirect(request.args.get("next", "/"))  # want open-redirect via


@lounge.get("/out")
async def leave_for():
    values = await request.values  # at out_values
    return Response(status=302, headers={"Location": values["to"]})  # want open-redirect via out_values


@lounge.post("/enter/room/<int:room>")
async def enter_room(room):
    return redirect(f"/rooms/{room}?welcome=1")


@lounge.post("/enter/named")
async def enter_named():
    return redirect(url_for("lounge.wall", listener=(await request.form)["name"]))


@lounge.post("/enter/checked")
async def enter_checked():
    target = request.args.get("next", "/")
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//") or "\\" in target:
        target = "/"
    return redirect(target)


# Files ------------------------------------------------------------------------------------------------------


@lounge.get("/uploads/<path:name>")
async def uploaded(name):  # at uploaded_name
    async with aiofiles.open(UPLOADS / name, "rb") as handle:  # want path-traversal via uploaded_name
        return Response(await handle.read(), mimetype="application/octet-stream")


@lounge.post("/uploads")
async def upload():
    for name, file in (await request.files).items():
        target = UPLOADS / file.filename  # at upload_target
        await file.save(target)  # want upload-filename-trusted via upload_target
    return {"stored": True}


@lounge.get("/uploads/from/<path:name>")
async def uploaded_from(name):
    return await send_from_directory(UPLOADS, name)


@lounge.post("/uploads/secure")
async def upload_secure():
    files = await request.files
    upload = files["wish"]
    await upload.save(UPLOADS / (secure_filename(upload.filename) or uuid.uuid4().hex))
    return {"stored": True}


@lounge.get("/uploads/resolved/<path:name>")
async def uploaded_resolved(name):
    path = (UPLOADS / name).resolve()
    if UPLOADS not in path.parents:
        abort(404)
    return await send_file(path)


@lounge.get("/uploads/<uuid:key>/cover")
async def uploaded_cover(key):
    async with aiofiles.open(UPLOADS / f"{key}.jpg", "rb") as handle:
        return Response(await handle.read(), mimetype="image/jpeg")


# State that comes back ----------------------------------------------------------------------------------------


@lounge.post("/wishes/restore")
async def restore_wishes():
    wishes = pickle.loads(await request.get_data())  # want unsafe-deserialization via
    return {"wishes": len(wishes)}


@lounge.post("/wishes/import")
async def import_wishes():
    files = await request.files  # at wish_files
    document = files["wishes"].read()  # at wish_document
    return {"wishes": yaml.load(document, Loader=yaml.Loader)}  # want unsafe-deserialization via wish_document


@lounge.post("/wishes/restore-json")
async def restore_wishes_json():
    return {"wishes": len(json.loads(await request.get_data()))}


@lounge.post("/wishes/restore-signed")
async def restore_wishes_signed():
    payload, _, mac = request.cookies["wishes"].partition(".")
    expected = hmac.new(current_app.secret_key, payload.encode(), "sha256").hexdigest()
    if not hmac.compare_digest(mac, expected):
        abort(400)
    return {"wishes": len(pickle.loads(base64.b64decode(payload)))}


@lounge.post("/wishes/import-safe")
async def import_wishes_safe():
    document = (await request.files)["wishes"].read()
    return {"wishes": yaml.load(document, Loader=yaml.CSafeLoader)}
