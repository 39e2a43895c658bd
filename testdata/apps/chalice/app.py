"""A jam service on Chalice: routes with parameters in braces."""
import json
import os
import pickle
import re
import sqlite3
import subprocess
from html import escape
from pathlib import Path
from urllib.parse import quote, urlsplit

import jinja2
import requests
import yaml
from chalice import BadRequestError, Blueprint, Chalice, NotFoundError, Response

app = Chalice(app_name="jam")
extra = Blueprint(__name__)
app.register_blueprint(extra, url_prefix="/extra")
db = sqlite3.connect("/tmp/jam.db")
SORTS = {"name": "name", "sugar": "sugar DESC"}
FARMS = {"hill": "https://hill.example", "lake": "https://lake.example"}


# SQL ---------------------------------------------------------------------------------------------------


@app.route("/jams/{name}")
def jam(name):  # at jam_name
    row = db.execute("SELECT * FROM jams WHERE name = '%s'" % name).fetchone()  # want sql-injection via jam_name
    if row is None:
        raise NotFoundError("no such jam")
    return {"jam": row}


@app.route("/jams", methods=["POST"])
def cook():
    body = app.current_request.json_body  # at cook_body
    db.execute(f"INSERT INTO jams (name) VALUES ('{body['name']}')")  # want sql-injection via cook_body
    return {"cooked": body["name"]}


@extra.route("/jams")
def extra_jams():
    request = extra.current_request
    params = request.query_params or {}  # at extra_params
    fruit = params.get("fruit", "plum")  # at extra_fruit
    return {"jams": db.execute("SELECT * FROM jams WHERE fruit = '" + fruit + "'").fetchall()}  # want sql-injection via extra_params extra_fruit


@app.route("/jams/number/{number}")
def jam_numbered(number):
    if not number.isdigit():
        raise BadRequestError("a number")
    return {"jam": db.execute("SELECT * FROM jams WHERE id = " + number).fetchone()}


@app.route("/jams/sorted")
def sorted_jams():
    params = app.current_request.query_params or {}
    return {"jams": db.execute("SELECT * FROM jams ORDER BY " + SORTS.get(params.get("by"), "id")).fetchall()}


@app.route("/jams/{name}", methods=["DELETE"])
def eat(name):
    db.execute("DELETE FROM jams WHERE name = ?", (name,))
    return {}


# HTML, ways on -----------------------------------------------------------------------------------------


@app.route("/label/{name}")
def label(name):  # at label_name
    return Response(body=f"<h1>{name}</h1>", status_code=200, headers={"Content-Type": "text/html"})  # want reflected-xss via label_name


@app.route("/label/{name}/escaped")
def label_escaped(name):
    return Response(body=f"<h1>{escape(name)}</h1>", headers={"Content-Type": "text/html"})


@app.route("/label/{name}/text")
def label_text(name):
    return Response(body=f"{name} jam", headers={"Content-Type": "text/plain"})


@app.route("/label/{name}/json")
def label_json(name):
    return Response({"label": f"<h1>{name}</h1>"})


@app.route("/onwards")
def onwards():
    target = app.current_request.query_params["to"]  # at onwards_target
    return Response(body="", status_code=302, headers={"Location": target})  # want open-redirect via onwards_target


@app.route("/search/{words}")
def search(words):
    return Response(body="", status_code=302, headers={"Location": "/find?q=" + quote(words, safe="")})


@app.route("/farm/{name}")
def farm(name):
    if name not in FARMS:
        raise NotFoundError(name)
    return Response(body="", status_code=302, headers={"Location": FARMS[name]})


@app.route("/old/{number}")
def old(number):
    return Response(body="", status_code=301, headers={"Location": f"/jams/number/{int(number)}"})


# Programs, formulas, templates, files, other servers, stored objects -----------------------------------


@app.route("/stir", methods=["POST"])
def stir():
    speed = app.current_request.json_body["speed"]  # at stir_speed
    os.system(f"stir --speed {speed}")  # want command-injection via stir_speed
    return {}


@app.route("/stir/list", methods=["POST"])
def stir_list():
    subprocess.run(["stir", "--speed", app.current_request.json_body["speed"]], check=True)
    return {}


@app.route("/stir/{minutes}", methods=["POST"])
def stir_minutes(minutes):
    os.system(f"stir --minutes {int(minutes)}")
    return {}


@app.route("/stir/known", methods=["POST"])
def stir_known():
    speed = app.current_request.json_body["speed"]
    if speed not in {"slow", "fast"}:
        raise BadRequestError("speed")
    os.system("stir --" + speed)
    return {}


@app.route("/sugar/{formula}")
def sugar(formula):  # at sugar_formula
    return {"sugar": eval(formula)}  # want code-injection via sugar_formula


@app.route("/sugar/{fruit}/{share}")
def sugar_of(fruit, share):
    return {"sugar": eval(f"{float(fruit)} * {float(share)}")}


@app.route("/tag", methods=["POST"], content_types=["text/plain"])
def tag():
    source = app.current_request.raw_body.decode()  # at tag_source
    return {"tag": jinja2.Template(source).render(fruit="plum")}  # want template-injection via tag_source


@app.route("/tag/filled", methods=["POST"])
def tag_filled():
    return {"tag": jinja2.Template("{{ fruit }} jam").render(fruit=app.current_request.json_body["fruit"])}


@app.route("/recipes/{proxy+}")
def recipe():
    name = app.current_request.uri_params["proxy"]  # at recipe_name
    return {"recipe": Path("chalicelib/recipes", name).read_text()}  # want path-traversal via recipe_name


@app.route("/recipes/year/{year}")
def recipe_of(year):
    return {"recipe": Path("chalicelib/recipes", f"{int(year)}.txt").read_text()}


@app.route("/recipes/plain/{name}")
def recipe_plain(name):
    if re.fullmatch(r"[a-z]+", name) is None:
        raise NotFoundError(name)
    return {"recipe": Path("chalicelib/recipes", name + ".txt").read_text()}


@app.route("/ask")
def ask():
    url = app.current_request.query_params.get("url")  # at ask_url
    return requests.get(url, timeout=5).json()  # want ssrf via ask_url


@app.route("/ask/{farm}")
def ask_farm(farm):
    return requests.get(FARMS.get(farm, FARMS["hill"]) + "/stock", timeout=5).json()


@app.route("/ask/checked", methods=["POST"])
def ask_checked():
    url = app.current_request.json_body["url"]
    if urlsplit(url).scheme != "https" or urlsplit(url).hostname not in ("hill.example", "lake.example"):
        raise BadRequestError("not a farm")
    return requests.get(url, timeout=5, allow_redirects=False).json()


@app.route("/restore", methods=["PUT"], content_types=["application/octet-stream"])
def restore():
    jars = pickle.loads(app.current_request.raw_body)  # at restored # want unsafe-deserialization via restored
    return {"jars": len(jars)}


@app.route("/restore/yaml", methods=["PUT"], content_types=["text/plain"])
def restore_yaml():
    return {"jars": len(yaml.safe_load(app.current_request.raw_body))}


@app.route("/restore/json", methods=["PUT"], content_types=["text/plain"])
def restore_json():
    return {"jars": len(json.loads(app.current_request.raw_body))}


# Other ways in -----------------------------------------------------------------------------------------


@app.on_sqs_message(queue="jars")
def packed(event):
    for record in event:
        db.execute("INSERT INTO packed VALUES (?)", (record.body,))


@app.on_ws_message()
def message(event):
    text = event.body  # at ws_text
    db.execute("INSERT INTO messages VALUES ('" + text + "')")  # want sql-injection via ws_text


@app.lambda_function()
def nightly(event, context):
    db.execute("DELETE FROM messages")
    return {"done": True}
