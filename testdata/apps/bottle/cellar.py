"""The cellar: programs, formulas, other servers, files, stored objects. Routes by add and by call."""
import ast
import hashlib
import hmac
import json
import os
import pickle
import shlex
import subprocess
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen
from uuid import uuid4

import requests
import yaml
from bottle import Bottle, abort, request, response, static_file

cellar = Bottle()
FILES = Path("/srv/cellar/files")
MALTSTERS = {"north": "https://north.example/api/malt", "south": "https://south.example/api/malt"}
SECRET = os.environ["CELLAR_SECRET"]


# Programs and formulas ---------------------------------------------------------------------------------


@cellar.post("/label")
def label():
    text = request.forms["text"]  # at label_text
    os.popen("label-printer --text '%s'" % text)  # want command-injection via label_text
    return ""


def pump(vessel):  # at vessel
    subprocess.run("pump --to " + vessel, shell=True, check=True)  # want command-injection via vessel
    return {"to": vessel}


@cellar.get("/thermometer")
def thermometer():
    probe = request.headers.get("X-Probe", "1")  # at probe
    return {"out": subprocess.getoutput(f"read-probe {probe}")}  # want command-injection via probe


@cellar.post("/label/quoted")
def label_quoted():
    os.system("label-printer --text " + shlex.quote(request.forms.text))
    return ""


@cellar.post("/label/list")
def label_list():
    subprocess.run(["label-printer", "--text", request.forms.text], check=True, timeout=10)
    return ""


def pump_numbered(vessel):
    subprocess.run(f"pump --to {vessel}", shell=True, check=True)
    return {"to": vessel}


@cellar.get("/thermometer/<probe:int>/<unit>")
def thermometer_of(probe, unit):
    flag = {"c": "--celsius", "f": "--fahrenheit"}.get(unit, "--kelvin")
    return {"out": subprocess.getoutput(f"read-probe {probe} {flag}")}


@cellar.post("/gravity")
def gravity():
    formula = request.json.get("formula")  # at gravity_formula
    return {"value": eval(formula)}  # want code-injection via gravity_formula


@cellar.post("/recipe")
def recipe():
    script = request.files.get("recipe").file.read()  # at recipe_script
    steps = {}
    exec(script, steps)  # want code-injection via recipe_script
    return {"steps": len(steps)}


@cellar.post("/gravity/literal")
def gravity_literal():
    return {"value": ast.literal_eval(request.json["value"])}


@cellar.get("/gravity/<original:float>/<final:float>")
def alcohol(original, final):
    return {"alcohol": eval(f"({original} - {final}) * 131.25")}


@cellar.get("/price")
def price():
    return {"price": str(Decimal(request.query.litres) * 3)}


@cellar.get("/steps/<step:re:mash|boil|cool>")
def step(step):
    return {"minutes": eval("minutes_of_" + step)}


# Other servers -----------------------------------------------------------------------------------------


@cellar.get("/malt")
def malt():
    return requests.get(request.query.url, timeout=5).json()  # at malt_url # want ssrf via malt_url


@cellar.post("/hook")
def hook():
    order = request.json  # at hook_order
    address = order["address"]  # at hook_address
    with urlopen(address, timeout=5) as answer:  # want ssrf via hook_order hook_address
        return {"status": answer.status}


@cellar.get("/mirror/<where:path>")
def mirror(where):  # at where
    return requests.get("http://" + where, timeout=5).text  # want ssrf via where


@cellar.get("/malt/<maltster>")
def malt_of(maltster):
    try:
        url = MALTSTERS[maltster]
    except KeyError:
        abort(404, "no such maltster")
    return requests.get(url, params={"kind": request.query.kind}, timeout=5).json()


@cellar.get("/hops/<number:int>")
def hops(number):
    return requests.get(f"https://hops.example/api/{number}", timeout=5).json()


@cellar.get("/proxy")
def proxy():
    url = request.query.url
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname not in {"north.example", "south.example"}:
        abort(403)
    response.content_type = "application/json"
    return requests.get(url, timeout=5, allow_redirects=False).text


@cellar.get("/news")
def news():
    return {"items": requests.get("https://news.example/search", params=dict(request.query), timeout=5).json()}


# Files -------------------------------------------------------------------------------------------------


@cellar.get("/files/<name:path>")
def read(name):  # at read_name
    with open(FILES / name) as file:  # want path-traversal via read_name
        response.content_type = "text/plain"
        return file.read()


@cellar.post("/files")
def upload():
    sent = request.files.get("file")
    name = sent.raw_filename  # at upload_name
    sent.save(os.path.join("/srv/cellar/files", name), overwrite=True)  # want upload-filename-trusted via upload_name
    return {"name": name}


@cellar.get("/folders")
def folder():
    root = "/srv/cellar/" + request.query.folder  # at folder_root
    return static_file("index.txt", root=root)  # want path-traversal via folder_root


@cellar.get("/public/<name:path>")
def public(name):
    return static_file(name, root="/srv/cellar/public")


@cellar.post("/files/cleaned")
def upload_cleaned():
    sent = request.files["file"]
    # Bottle makes this name plain
    sent.save(f"/srv/cellar/files/{uuid4().hex}-{sent.filename}")
    return {"name": sent.filename}


@cellar.get("/files/resolved/<name:path>")
def read_resolved(name):
    path = (FILES / name).resolve()
    if FILES.resolve() not in path.parents:
        abort(404)
    response.content_type = "text/plain"
    return path.read_text()


@cellar.get("/files/plain/<name:path>")
def read_plain(name):
    if os.path.basename(name) != name:
        abort(404)
    response.content_type = "text/plain"
    return (FILES / name).read_text()


@cellar.get("/batches/<year:int>/<number:int>")
def batch(year, number):
    return static_file("batch.pdf", root=f"/srv/cellar/batches/{year}/{number}")


@cellar.get("/days/<day:re:\\d{4}-\\d{2}-\\d{2}>")
def day(day):
    with open("/srv/cellar/days/" + day + ".txt") as file:
        response.content_type = "text/plain"
        return file.read()


# Stored objects ----------------------------------------------------------------------------------------


@cellar.post("/state")
def state():
    return {"vessels": len(pickle.load(request.body))}  # at state_body # want unsafe-deserialization via state_body


@cellar.post("/settings")
def settings():
    text = request.forms.get("settings")  # at settings_text
    loaded = yaml.unsafe_load(text)  # want unsafe-deserialization via settings_text
    return {"settings": len(loaded)}


@cellar.post("/state/json")
def state_json():
    return {"vessels": len(json.load(request.body))}


@cellar.post("/settings/safe")
def settings_safe():
    return {"settings": len(yaml.safe_load(request.forms.settings))}


@cellar.get("/remembered")
def remembered():
    # signed by Bottle, and JSON inside
    return {"last": json.loads(request.get_cookie("last", secret=SECRET) or "null")}


@cellar.post("/state/signed")
def state_signed():
    body = request.body.read()
    wanted = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted, request.get_header("X-Signature", "")):
        abort(403)
    return {"vessels": len(pickle.loads(body))}


cellar.route("/pump/<vessel>", "POST", pump)
cellar.route("/pump/<vessel:int>/numbered", method="POST", callback=pump_numbered)
