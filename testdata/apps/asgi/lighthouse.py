"""The lighthouse: an ASGI application without a framework."""
import ast
import asyncio
import html
import json
import os
import pickle
import re
import shlex
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import aiofiles
import aiosqlite
import httpx
import jinja2
import yaml

LOGS = Path("/srv/lighthouse/logs")
LAMPS = {"red": "lamp --red", "white": "lamp --white"}
STATIONS = {"east": "https://east.example/", "west": "https://west.example/"}
page = jinja2.Environment(autoescape=True).from_string("<h1>{{ ship }}</h1>")


async def answer(send, body, status=200, kind=b"text/plain; charset=utf-8"):
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})
    await send({"type": "http.response.body", "body": body})


async def body_of(receive):
    body, more = b"", True
    while more:
        message = await receive()  # at received
        body += message.get("body", b"")  # at body
        more = message.get("more_body", False)
    return body


# SQL ---------------------------------------------------------------------------------------------------


async def ships(scope, receive, send):
    query = parse_qs(scope["query_string"].decode())  # at ships_query
    flag = query["flag"][0]  # at ships_flag
    async with aiosqlite.connect("lighthouse.db") as db:
        cursor = await db.execute(f"SELECT name FROM ships WHERE flag = '{flag}'")  # want sql-injection via ships_query ships_flag
        await answer(send, json.dumps(await cursor.fetchall()).encode())


async def sighted(scope, receive, send):
    ship = json.loads(await body_of(receive))  # at sighted_ship
    async with aiosqlite.connect("lighthouse.db") as db:
        await db.execute("INSERT INTO ships (name) VALUES ('%s')" % ship["name"])  # want sql-injection via received body sighted_ship
        await db.commit()
    await answer(send, b"", 201)


async def ship(scope, receive, send):
    number = scope["path"].rpartition("/")[2]
    if not number.isdigit():
        return await answer(send, b"no such ship", 404)
    async with aiosqlite.connect("lighthouse.db") as db:
        cursor = await db.execute("SELECT name FROM ships WHERE id = " + number)
        await answer(send, json.dumps(await cursor.fetchone()).encode())


async def ships_page(scope, receive, send):
    query = dict(parse_qsl(scope["query_string"].decode()))
    page, size = int(query.get("page", 1)), min(int(query.get("size", 20)), 100)
    async with aiosqlite.connect("lighthouse.db") as db:
        cursor = await db.execute(f"SELECT name FROM ships LIMIT {size} OFFSET {page * size}")
        await answer(send, json.dumps(await cursor.fetchall()).encode())


async def ships_named(scope, receive, send):
    query = dict(parse_qsl(scope["query_string"].decode()))
    async with aiosqlite.connect("lighthouse.db") as db:
        cursor = await db.execute("SELECT * FROM ships WHERE name = ?", [query.get("name")])
        await answer(send, json.dumps(await cursor.fetchall()).encode())


# HTML, ways on -----------------------------------------------------------------------------------------


async def hello(scope, receive, send):
    name = scope["path"].removeprefix("/hello/")  # at hello_name
    await send({"type": "http.response.start", "status": 200, "headers": [[b"content-type", b"text/html"]]})
    await send({"type": "http.response.body", "body": f"<h1>Ahoy, {name}</h1>".encode()})  # want reflected-xss via hello_name


async def hello_escaped(scope, receive, send):
    name = html.escape(scope["path"].removeprefix("/hello/"))
    await send({"type": "http.response.start", "status": 200, "headers": [[b"content-type", b"text/html"]]})
    await send({"type": "http.response.body", "body": f"<h1>Ahoy, {name}</h1>".encode()})


async def hello_plain(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain; charset=utf-8")]})
    await send({"type": "http.response.body", "body": b"Ahoy, " + scope["raw_path"]})


async def hello_page(scope, receive, send):
    query = dict(parse_qsl(scope["query_string"].decode()))
    await answer(send, page.render(ship=query.get("ship")).encode(), kind=b"text/html")


async def onwards(scope, receive, send):
    target = parse_qs(scope["query_string"])[b"to"][0]  # at onwards_target
    await send({"type": "http.response.start", "status": 302, "headers": [(b"location", target)]})  # want open-redirect via onwards_target
    await send({"type": "http.response.body"})


async def secure(scope, receive, send):
    where = b"https://lighthouse.example" + quote(scope["path"]).encode()
    await send({"type": "http.response.start", "status": 307, "headers": [(b"location", where)]})
    await send({"type": "http.response.body", "body": b""})


async def search(scope, receive, send):
    q = dict(parse_qsl(scope["query_string"].decode())).get("q", "")
    await send({"type": "http.response.start", "status": 302, "headers": [(b"location", b"/search?q=" + quote(q).encode())]})
    await send({"type": "http.response.body"})


async def home(scope, receive, send):
    where = b"/harbour" if scope["path"].startswith("/old/") else b"/"
    await send({"type": "http.response.start", "status": 308, "headers": [(b"location", where)]})
    await send({"type": "http.response.body"})


# Programs, formulas, templates -------------------------------------------------------------------------


async def lamp(scope, receive, send):
    headers = dict(scope["headers"])  # at lamp_headers
    colour = headers[b"x-colour"].decode("latin-1")  # at lamp_colour
    await asyncio.create_subprocess_shell(f"lamp --colour {colour}")  # want command-injection via lamp_headers lamp_colour
    await answer(send, b"", 204)


async def lamp_known(scope, receive, send):
    command = LAMPS.get(scope["path"].strip("/"))
    if command is not None:
        await asyncio.create_subprocess_shell(command)
    await answer(send, b"", 204 if command else 404)


async def lamp_quoted(scope, receive, send):
    text = (await body_of(receive)).decode()
    await asyncio.create_subprocess_shell("morse " + shlex.quote(text))
    await answer(send, b"", 204)


async def lamp_list(scope, receive, send):
    text = (await body_of(receive)).decode()
    await asyncio.create_subprocess_exec("morse", "--", text)
    await answer(send, b"", 204)


async def range_of(scope, receive, send):
    formula = (await body_of(receive)).decode()  # at range_formula
    await answer(send, str(eval(formula)).encode())  # want code-injection via received body range_formula


async def range_literal(scope, receive, send):
    value = ast.literal_eval((await body_of(receive)).decode())
    await answer(send, json.dumps(value).encode())


async def range_reckoned(scope, receive, send):
    height = float(dict(parse_qsl(scope["query_string"].decode()))["height"])
    await answer(send, str(eval(f"3.57 * {height} ** 0.5")).encode())


async def range_known(scope, receive, send):
    _, _, kind = scope["path"].rpartition("/")
    if kind in {"near", "far"}:
        await answer(send, str(eval("range_" + kind)).encode())


async def notice(scope, receive, send):
    text = await body_of(receive)  # at notice_text
    rendered = jinja2.Template(text.decode()).render(keeper="Ida")  # want template-injection via received body notice_text
    await answer(send, rendered.encode())


async def notice_filled(scope, receive, send):
    text = await body_of(receive)
    await answer(send, jinja2.Template("{{ keeper }}: {{ text }}").render(keeper="Ida", text=text.decode()).encode())


async def notice_plain(scope, receive, send):
    text = await body_of(receive)
    await answer(send, b"Ida: %s" % text)


async def notice_json(scope, receive, send):
    text = (await body_of(receive)).decode()
    await answer(send, json.dumps({"keeper": "Ida", "text": text}).encode(), kind=b"application/json")


# Files, other servers, stored objects ------------------------------------------------------------------


async def log(scope, receive, send):
    name = scope["path"][len("/logs/"):]  # at log_name
    async with aiofiles.open(LOGS / name, "rb") as file:  # want path-traversal via log_name
        await answer(send, await file.read())


async def log_day(scope, receive, send):
    day = scope["path"].removeprefix("/logs/")
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) is None:
        return await answer(send, b"no such day", 404)
    async with aiofiles.open(f"/srv/lighthouse/logs/{day}.txt", "rb") as file:
        await answer(send, await file.read())


async def log_checked(scope, receive, send):
    path = os.path.realpath(os.path.join(LOGS, scope["path"].lstrip("/")))
    if os.path.commonpath([path, os.path.realpath(LOGS)]) != os.path.realpath(LOGS):
        return await answer(send, b"no such log", 404)
    async with aiofiles.open(path, "rb") as file:
        await answer(send, await file.read())


async def log_year(scope, receive, send):
    year = int(scope["path"].split("/")[-1])
    await answer(send, (LOGS / f"{year}.txt").read_bytes())


async def weather(scope, receive, send):
    station = dict(parse_qsl(scope["query_string"].decode()))["station"]  # at weather_station
    async with httpx.AsyncClient(timeout=5) as client:
        there = await client.get(station)  # want ssrf via weather_station
    await answer(send, there.content)


async def weather_known(scope, receive, send):
    station = STATIONS.get(scope["path"].strip("/"), STATIONS["east"])
    async with httpx.AsyncClient(timeout=5) as client:
        await answer(send, (await client.get(station)).content)


async def weather_named(scope, receive, send):
    name = quote(scope["path"].strip("/"), safe="")
    async with httpx.AsyncClient(base_url="https://east.example", timeout=5) as client:
        await answer(send, (await client.get("/stations/" + name)).content)


async def weather_checked(scope, receive, send):
    url = dict(parse_qsl(scope["query_string"].decode()))["url"]
    there = urlsplit(url)
    if there.scheme != "https" or there.hostname not in ("east.example", "west.example"):
        return await answer(send, b"not ours", 403)
    async with httpx.AsyncClient(timeout=5, follow_redirects=False) as client:
        await answer(send, (await client.get(url)).content)


async def state(scope, receive, send):
    state = pickle.loads(await body_of(receive))  # at state_call # want unsafe-deserialization via received body state_call
    await answer(send, str(len(state)).encode())


async def state_json(scope, receive, send):
    state = json.loads(await body_of(receive))
    await answer(send, str(len(state)).encode())


async def state_yaml(scope, receive, send):
    state = yaml.safe_load(await body_of(receive))
    await answer(send, str(len(state)).encode())


async def state_number(scope, receive, send):
    number = int.from_bytes(await body_of(receive), "big")
    await answer(send, str(number).encode())


# Sockets, the way in -----------------------------------------------------------------------------------


async def signals(scope, receive, send):
    db = await aiosqlite.connect("lighthouse.db")
    while True:
        event = await receive()  # at signal_event
        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        elif event["type"] == "websocket.receive":
            text = event["text"]  # at signal_text
            await db.execute("INSERT INTO signals VALUES ('" + text + "')")  # want sql-injection via signal_event signal_text
            await send({"type": "websocket.send", "text": f"<b>{text}</b>"})
        else:
            break


class Lighthouse:
    """The application, an object that is called."""

    def __init__(self, routes):
        self.routes = routes

    async def __call__(self, scope, receive, send):
        if scope["type"] == "websocket":
            return await signals(scope, receive, send)
        for prefix, app in self.routes.items():
            if scope["path"].startswith(prefix):
                return await app(scope, receive, send)
        await answer(send, f"nothing at {scope['path']}".encode(), 404)


app = Lighthouse({"/ships": ships, "/sighted": sighted, "/hello": hello, "/onwards": onwards, "/lamp": lamp, "/logs": log})
