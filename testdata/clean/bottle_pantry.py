"""A pantry: what is left, what is needed. One file on Bottle and SQLite."""
import functools
import json
import os
import re
import sqlite3
from datetime import date
from pathlib import Path
from uuid import uuid4

import bottle
import requests
from bottle import HTTPError, HTTPResponse, abort, html_escape, redirect, request, response, static_file, template

app = bottle.Bottle()
SECRET = os.environ["PANTRY_SECRET"]
PHOTOS = Path("/srv/pantry/photos")
COLUMNS = frozenset({"name", "left", "expires"})
SHOPS = {"corner": "https://corner.example/api", "market": "https://market.example/api"}
PAGE = """<!doctype html>
<title>{{title}}</title>
% for item in items:
<li>{{item['name']}}: {{item['left']}}</li>
% end
"""


def connected(view):
    """Give the view a connection, and commit if it does not fail."""

    @functools.wraps(view)
    def wrapper(*args, **kwargs):
        db = sqlite3.connect("pantry.db")
        db.row_factory = sqlite3.Row
        try:
            result = view(db, *args, **kwargs)
            db.commit()
            return result
        finally:
            db.close()

    return wrapper


@app.hook("after_request")
def harden():
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'self'"


@app.get("/")
@connected
def index(db):
    items = db.execute("SELECT name, left FROM items ORDER BY name").fetchall()
    return template(PAGE, title=request.query.getunicode("title", "Pantry"), items=items)


@app.get("/items")
@connected
def items(db):
    column = request.query.get("sort", "name")
    if column not in COLUMNS:
        abort(400, "unknown column")
    direction = "DESC" if request.query.get("down") else "ASC"
    rows = db.execute(f"SELECT * FROM items WHERE name LIKE ? ORDER BY {column} {direction}", (request.query.q + "%",))
    return {"items": [dict(row) for row in rows]}


@app.get("/items/<number:int>")
@connected
def item(db, number):
    row = db.execute("SELECT * FROM items WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise HTTPError(404, "no such item")
    return dict(row)


@app.post("/items")
@connected
def add(db):
    data = request.json or {}
    try:
        values = (str(data["name"])[:80], float(data["left"]), date.fromisoformat(data["expires"]).isoformat())
    except (KeyError, TypeError, ValueError) as e:
        raise HTTPError(400, "name, left and expires") from e
    cursor = db.execute("INSERT INTO items (name, left, expires) VALUES (?, ?, ?)", values)
    response.status = 201
    return {"id": cursor.lastrowid}


@app.post("/items/<number:int>/photo")
def add_photo(number):
    sent = request.files.get("photo")
    if sent is None or sent.content_type not in ("image/jpeg", "image/png"):
        abort(415)
    sent.save(str(PHOTOS / f"{number}-{uuid4().hex}{'.png' if sent.content_type == 'image/png' else '.jpg'}"))
    redirect(app.get_url("/items/<number:int>", number=number), 303)


@app.get("/photos/<name:re:[0-9]+-[0-9a-f]+\\.(?:png|jpg)>")
def photo(name):
    return static_file(name, root=str(PHOTOS))


@app.get("/prices/<shop>")
def prices(shop):
    base = SHOPS.get(shop)
    if base is None:
        abort(404)
    answer = requests.get(f"{base}/prices", params={"item": request.query.item}, timeout=5)
    answer.raise_for_status()
    return HTTPResponse(json.dumps(answer.json()), headers={"Content-Type": "application/json"})


@app.post("/login")
def login():
    name = request.forms.getunicode("name", "")
    if not re.fullmatch(r"\w{3,20}", name):
        abort(400)
    response.set_cookie("name", name, secret=SECRET, httponly=True, secure=True, samesite="lax")
    target = request.forms.get("next", "/")
    redirect(target if target in ("/", "/items", "/prices") else "/")


@app.get("/whoami")
def whoami():
    name = request.get_cookie("name", secret=SECRET)
    response.content_type = "text/plain; charset=utf-8"
    return f"{name or 'nobody'} from {request.get_header('User-Agent', 'somewhere')}"


@app.error(404)
@app.error(400)
def failed(error):
    return f"<h1>{error.status_code}</h1><p>{html_escape(request.path)}</p>"


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", 8080)), server="waitress")
