"""The same station on Azure Functions."""
import json
import logging
import os
import pickle
import subprocess
from html import escape
from pathlib import Path

import azure.functions as func
import pyodbc
import requests

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
connection = pyodbc.connect(os.environ["SQL_CONNECTION"])
SHOWS = Path("/home/site/shows")


@app.route(route="greet")
def greet(req: func.HttpRequest) -> func.HttpResponse:
    name = req.params.get("name")  # at greet_name
    return func.HttpResponse(f"<h1>Hello {name}</h1>", mimetype="text/html")  # want reflected-xss via greet_name


@app.function_name("shows")
@app.route(route="shows/{day}", methods=["GET"])
def shows(req: func.HttpRequest) -> func.HttpResponse:
    day = req.route_params["day"]  # at shows_day
    rows = connection.execute("SELECT * FROM shows WHERE day = '" + day + "'").fetchall()  # want sql-injection via shows_day
    return func.HttpResponse(json.dumps([list(r) for r in rows]), mimetype="application/json")


@app.route(route="record", auth_level=func.AuthLevel.ANONYMOUS)
def record(req: func.HttpRequest) -> func.HttpResponse:
    body = req.get_json()  # at record_body
    subprocess.Popen(f"record --to {body['file']}", shell=True)  # want command-injection via record_body
    return func.HttpResponse(status_code=202)


def main(req: func.HttpRequest) -> func.HttpResponse:
    """The older way: one function in a file, configured beside it."""
    show = req.form["show"]  # at main_show
    return func.HttpResponse((SHOWS / show).read_text())  # want path-traversal via main_show


@app.route(route="state", methods=["POST"])
def state(req: func.HttpRequest) -> func.HttpResponse:
    loaded = pickle.loads(req.get_body())  # at state_body # want unsafe-deserialization via state_body
    return func.HttpResponse(str(len(loaded)))


@app.queue_trigger(arg_name="msg", queue_name="hooks", connection="STORAGE")
def hook(msg: func.QueueMessage) -> None:
    logging.info("hook of %d bytes", len(msg.get_body()))


@app.route(route="greet/safe")
def greet_safely(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(f"<h1>Hello {escape(req.params.get('name', ''))}</h1>", mimetype="text/html")


@app.route(route="greet/text")
def greet_plainly(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(f"Hello {req.params.get('name')}")


@app.route(route="shows/{number:int}/safe")
def show_safely(req: func.HttpRequest) -> func.HttpResponse:
    number = int(req.route_params["number"])
    rows = connection.execute(f"SELECT * FROM shows WHERE id = {number}").fetchall()
    rows += connection.execute("SELECT * FROM shows WHERE host = ?", req.params.get("host")).fetchall()
    return func.HttpResponse(json.dumps([list(r) for r in rows]), mimetype="application/json")


@app.route(route="relay/safe")
def relay_safely(req: func.HttpRequest) -> func.HttpResponse:
    answer = requests.get("https://relay.example/now", params={"q": req.params.get("q")}, timeout=5)
    return func.HttpResponse(answer.content, mimetype="application/json")
