"""The counter: pages and receipts, files of customers, links to carriers."""
import ast
import html as htmllib
import json as jsonlib
import pickle
import uuid
from pathlib import Path
from urllib.parse import quote, urlsplit

import aiofiles
import httpx
import yaml
from jinja2 import Environment, Template
from markupsafe import Markup, escape
from sanic import Blueprint, Sanic, exceptions, response
from sanic.request import File, Request
from sanic.response import HTTPResponse, ResponseStream, html, json, raw, redirect, text

counter = Blueprint("counter")
app = Sanic("counter")

RECEIPTS = Path("/srv/counter/receipts")
CARRIERS = {"fast": "https://fast.example.com/track", "cheap": "https://cheap.example.com/track"}

environment = Environment(autoescape=True, enable_async=True)


# HTML ---------------------------------------------------------------------------------------------------------


@counter.get("/hello/<name>")
async def hello(request, name):  # at hello_name
    return html(f"<h1>Hello {name}</h1>")  # want reflected-xss via hello_name


@app.post("/hello")
async def hello_form(request: Request) -> HTTPResponse:
    name = request.form["name"][0]  # at form_name
    return HTTPResponse("<h1>" + name + "</h1>", content_type="text/html; charset=utf-8")  # want reflected-xss via form_name


@app.get("/hello/cookie")
async def hello_cookie(request):
    visitor = request.cookies.get("visitor")  # at visitor
    return raw(f"<p>{visitor}</p>".encode(), content_type="text/html")  # want reflected-xss via visitor


@counter.get("/hello/<name>/escaped")
async def hello_escaped(request, name):
    return html(f"<h1>Hello {htmllib.escape(name)}</h1>")


@counter.get("/hello/<name>/template")
async def hello_template(request, name):
    template = environment.from_string("<h1>{{ name }}</h1>")
    return html(await template.render_async(name=name))


@counter.get("/hello/<name>/text")
async def hello_text(request, name):
    return text(f"<h1>Hello {name}</h1>")


@counter.get("/hello/<name>/json")
async def hello_json(request, name):
    return json({"html": f"<h1>Hello {name}</h1>"})


@counter.get("/hello/<visits:int>/visits")
async def hello_visits(request, visits):
    return html("<h1>Hello number %d</h1>" % visits)


@app.exception(exceptions.NotFound)
async def missing(request, exception):
    return html(f"<p>{escape(request.path)}</p>", status=404)


@app.exception(exceptions.MethodNotAllowed, exceptions.BadRequest)
async def wrong(request, exception):
    return html(f"<p>{request.path}</p>", status=400)  # want reflected-xss via


# Templates ----------------------------------------------------------------------------------------------------


@app.post("/receipts/layout")
async def layout(request):
    source = request.json.get("layout")  # at layout_source
    return text(Template(source).render(total=12))  # want template-injection via layout_source


@app.post("/receipts/layout/upload")
async def layout_upload(request):
    upload: File = request.files.get("layout")
    template = environment.from_string(upload.body.decode())  # want template-injection via
    return text(await template.render_async(total=12))


@app.post("/receipts/note")
async def note(request):
    return html(environment.from_string("{{ note }}").render(note=request.json.get("note")))


@app.post("/receipts/layout/<kind:str>")
async def layout_of_kind(request, kind):
    kinds = {"short": "{{ total }}", "long": "Total: {{ total }} for {{ name }}"}
    if kind not in kinds:
        raise exceptions.NotFound
    return text(environment.from_string(kinds[kind]).render(total=12, name=request.args.get("name")))


@app.post("/receipts/replaced")
async def layout_replaced(request):
    return text(request.json["layout"].replace("$total", "12"))


# Code ---------------------------------------------------------------------------------------------------------


@app.get("/postage")
async def postage(request):
    formula = request.args.get("formula")  # at formula
    return json({"postage": eval(formula, {"weight": 3})})  # want code-injection via formula


@app.get("/postage/rule")
async def postage_by_rule(request):
    rules = {"flat": "5", "weight": "weight * 2"}
    return json({"postage": eval(rules.get(request.args.get("rule"), "5"), {"weight": 3})})


@app.get("/postage/literal")
async def postage_of_literal(request):
    return json({"postage": sum(ast.literal_eval(request.args.get("parts", "[]")))})


@app.get("/postage/<weight:float>")
async def postage_of_weight(request, weight):
    return json({"postage": eval(f"{weight} * 2")})


# Other servers ------------------------------------------------------------------------------------------------


@app.post("/track")
async def track(request):
    url = request.json["url"]  # at track_url
    async with httpx.AsyncClient() as client:
        return json({"status": (await client.get(url)).status_code})  # want ssrf via track_url


@app.get("/track/<carrier>/<code>")
async def track_carrier(request, carrier, code):
    if carrier not in CARRIERS:
        raise exceptions.NotFound
    async with httpx.AsyncClient() as client:
        return json((await client.get(f"{CARRIERS[carrier]}/{quote(code, safe='')}")).json())


@app.post("/track/checked")
async def track_checked(request):
    url = request.json["url"]
    if urlsplit(url).scheme != "https" or urlsplit(url).hostname not in {"fast.example.com", "cheap.example.com"}:
        raise exceptions.BadRequest("url")
    async with httpx.AsyncClient() as client:
        return json({"status": (await client.get(url)).status_code})


@app.get("/track/search")
async def track_search(request):
    async with httpx.AsyncClient(base_url="https://fast.example.com") as client:
        return json((await client.get("/search", params={"q": request.args.get("q")})).json())


# Where to next ------------------------------------------------------------------------------------------------


@app.get("/go")
async def go(request):
    return redirect(request.args.get("next", "/"))  # want open-redirect via


@app.post("/enter")
async def enter(request):
    target = request.form.get("next")  # at enter_next
    return response.empty(status=303, headers={"Location": target})  # want open-redirect via enter_next


@app.get("/go/hello/<name>")
async def go_hello(request, name):
    return redirect(app.url_for("counter.hello", name=name))


@app.get("/go/known")
async def go_known(request):
    places = {"home": "/", "fast": "https://fast.example.com/"}
    return redirect(places.get(request.args.get("place"), "/"))


@app.get("/go/checked")
async def go_checked(request):
    target = request.args.get("next", "/")
    if not target.startswith("/") or target.startswith("//") or "\\" in target:
        target = "/"
    return response.redirect(target)


# Files --------------------------------------------------------------------------------------------------------


@app.get("/receipts/<name:path>")
async def receipt(request, name):  # at receipt_name
    return await response.file(f"/srv/counter/receipts/{name}")  # want path-traversal via receipt_name


@app.post("/receipts")
async def put_receipt(request):
    upload = request.files.get("receipt")
    target = RECEIPTS / upload.name  # at receipt_target
    async with aiofiles.open(target, "wb") as handle:  # want upload-filename-trusted via receipt_target
        await handle.write(upload.body)
    return text("stored", status=201)


@app.get("/receipts/resolved/<name:path>")
async def receipt_resolved(request, name):
    path = (RECEIPTS / name).resolve()
    if not path.is_relative_to(RECEIPTS):
        raise exceptions.NotFound
    return await response.file_stream(path)


@app.post("/receipts/random")
async def put_receipt_random(request):
    upload = request.files.get("receipt")
    async with aiofiles.open(RECEIPTS / f"{uuid.uuid4()}.pdf", "wb") as handle:
        await handle.write(upload.body)
    return text("stored", status=201)


@app.get("/receipts/<year:int>/<number:int>")
async def receipt_of_year(request, year: int, number: int):
    return await response.file(RECEIPTS / str(year) / f"{number}.pdf", filename="receipt.pdf")


@app.get("/receipts/named")
async def receipt_named(request):
    name = Path(request.args.get("name", "")).name
    path = RECEIPTS / name
    return await response.file(path) if name and path.is_file() else text("none", status=404)


# State that comes back ----------------------------------------------------------------------------------------


@app.post("/state")
async def restore(request):
    return json({"entries": len(pickle.loads(request.body))})  # want unsafe-deserialization via


@app.post("/state/upload")
async def restore_upload(request):
    document = request.files["state"][0].body  # at state_document
    return json(yaml.load(document, Loader=yaml.UnsafeLoader))  # want unsafe-deserialization via state_document


@app.post("/state/json")
async def restore_json(request):
    return json({"entries": len(jsonlib.loads(request.body))})


@app.post("/state/safe")
async def restore_safe(request):
    return json(yaml.safe_load(request.files["state"][0].body))


@app.post("/state/parsed")
async def restore_parsed(request):
    return json({"entries": len(request.load_json())})


@app.get("/stream")
async def lines(request):
    async def write(stream: ResponseStream):
        for name in request.args.getlist("name", []):
            await stream.write(f"{name}\n")

    return ResponseStream(write, content_type="text/plain")


@app.get("/greeting")
async def greeting(request):
    return html(Markup("<p>{}</p>").format(request.args.get("name", "")))
