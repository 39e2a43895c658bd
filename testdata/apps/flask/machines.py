"""The print shop behind the counter: jobs for machines, sockets that watch them, macros of the foreman."""
import ast
import asyncio
import base64
import hmac
import json
import operator
import pickle
import shlex
import subprocess
from string import Template as Phrase

import jsonpickle
import yaml
from flask import Blueprint, Flask, abort, current_app, jsonify, request, session
from flask_restful import Api, Resource, reqparse
from flask_sock import Sock
from flask_socketio import SocketIO, emit
from itsdangerous import BadData, URLSafeTimedSerializer
from jinja2 import Environment, select_autoescape
from marshmallow import Schema, fields, validate

from floor import measure, print_label

machines = Blueprint("machines", __name__)
sock = Sock()
sockets = SocketIO()
api = Api(machines)

TRAYS = {"a4": "tray-1", "a5": "tray-2", "roll": "tray-9"}
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


# Shell ------------------------------------------------------------------------------------------------------


@machines.post("/print")
def print_job():
    upload = request.files["job"]
    subprocess.run(f"lp -t {upload.filename} /dev/stdin", shell=True, input=upload.read())  # want command-injection via
    return jsonify(queued=True)


@machines.post("/print/argv")
def print_job_argv():
    upload = request.files["job"]
    subprocess.run(["lp", "-t", upload.filename or "untitled", "--", "/dev/stdin"], input=upload.stream.read(), check=True)
    return jsonify(queued=True)


@machines.post("/print/tray/<tray>")
def print_from_tray(tray):
    try:
        slot = TRAYS[tray]
    except KeyError:
        abort(404)
    subprocess.check_call(f"lpadmin -p shop -o InputSlot={slot} && cupsenable shop", shell=True)
    return jsonify(tray=slot)


@machines.post("/print/copies/<int:copies>")
def print_copies(copies):
    command = "lp -n %d /srv/print/current.pdf 2>/dev/null" % copies
    return jsonify(code=subprocess.call(command, shell=True))


@machines.post("/print/note")
def print_note():
    text = request.data.decode("utf-8", "replace")
    pipeline = " | ".join(["echo " + shlex.quote(text), "fold -w 80", "lp"])
    subprocess.run(pipeline, shell=True, check=True)
    return jsonify(length=len(text))


class Label(Resource):
    parser = reqparse.RequestParser()
    parser.add_argument("text", location="json", required=True)
    parser.add_argument("width", type=int, default=40)
    parser.add_argument("size", choices=("small", "large"), default="small")

    def post(self):
        options = self.parser.parse_args()  # at options
        print_label(options["text"])  # at label
        return {"printed": True}, 201

    def put(self):
        options = self.parser.parse_args()
        subprocess.run(f"label --width {options.width} --size {options.size}", shell=True, check=True)
        return {"printed": False}

    def get(self, printer):  # at printer
        return {"state": subprocess.getoutput("lpstat -p " + printer)}  # want command-injection via printer


api.add_resource(Label, "/labels", "/labels/<string:printer>")


@sock.route("/floor/<string:hall>")
def watch_hall(ws, hall):
    while True:
        command = ws.receive(timeout=60)  # at received
        if command is None:
            break
        ws.send(measure(hall, command))  # at measured


@sock.route("/floor/<int:hall>/temperature")
def watch_temperature(ws, hall):
    while (line := ws.receive()) is not None:
        request_ = json.loads(line)
        degrees = float(request_["degrees"])
        ws.send(subprocess.check_output(f"heater --hall {hall} --to {degrees:.1f}", shell=True))


@sockets.on("reboot")
def reboot(message):  # at message
    host = message["host"]  # at host
    asyncio.run(asyncio.create_subprocess_shell(f"ssh {host} reboot"))  # want command-injection via message host
    emit("rebooting", {"host": host})


@sockets.on("wake", namespace="/floor")
def wake(message):
    address = message.get("address", "")
    if not all(len(octet) == 2 and octet.isalnum() for octet in address.split(":")):
        return {"error": "address"}
    subprocess.run(["wakeonlan", address], check=False, timeout=5)
    return {"woken": address}


# Code -------------------------------------------------------------------------------------------------------


@machines.get("/price")
def price():
    formula = request.cookies.get("formula", "base")  # at formula
    code = compile(formula, "<price>", "eval")  # want code-injection via formula # at compiled
    return jsonify(price=eval(code, {"__builtins__": {}}, {"base": 12}))  # want code-injection via formula compiled


def arithmetic(node):
    """The value of a parsed sum; raises for anything else."""
    match node:
        case ast.Expression(body=body):
            return arithmetic(body)
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](arithmetic(left), arithmetic(right))
    raise ValueError("not a sum")


@machines.get("/price/sum")
def price_of_sum():
    try:
        return jsonify(price=arithmetic(ast.parse(request.args["formula"], mode="eval")))
    except (SyntaxError, ValueError, ZeroDivisionError):
        abort(422)


@machines.get("/price/rate")
def price_at_rate():
    rates = {"usual": 1.0, "rush": 1.8}
    return jsonify(price=eval("base * rate", {"base": 12, "rate": rates.get(request.args.get("rate"), 1.0)}))


@machines.post("/price/list")
def price_list():
    rows = ast.literal_eval(request.form.get("rows", "[]"))
    return jsonify(total=sum(row["price"] for row in rows))


@machines.post("/price/dispatch")
def price_dispatch():
    handler = {"sum": sum, "max": max, "min": min}.get(request.json["how"])
    if handler is None:
        abort(400)
    return jsonify(price=handler(request.json["prices"]))


# Templates --------------------------------------------------------------------------------------------------


@machines.post("/slips")
def slip():
    layout = request.values["layout"]  # at layout
    template = Environment(autoescape=select_autoescape()).from_string(layout)  # want template-injection via layout
    return template.render(job=7)


@machines.post("/slips/fields")
def slip_fields():
    environment = Environment(autoescape=True)
    template = environment.from_string("<b>{{ title }}</b> {{ note }}")
    return template.render(title=request.form["title"], note=request.form.get("note", ""))


@machines.post("/slips/phrase")
def slip_phrase():
    phrase = Phrase(request.form["phrase"]).safe_substitute(job="7", tray="A4")
    return jsonify(text=phrase)


@machines.get("/slips/<name>")
def named_slip(name):
    layouts = {"short": "{{ job }}", "long": "{{ job }} on {{ tray }}"}
    if name not in layouts:
        return "No such slip", 404
    return current_app.jinja_env.from_string(layouts[name]).render(job=7, tray=request.args.get("tray"))


# State that comes back ----------------------------------------------------------------------------------------


@machines.post("/queue/restore")
def restore_queue():
    header = request.headers.get("X-Queue-State")  # at header
    state = pickle.loads(base64.b64decode(header))  # want unsafe-deserialization via header
    return jsonify(jobs=len(state))


@machines.post("/queue/thaw")
def thaw_queue():
    return jsonify(jobs=len(jsonpickle.decode(request.get_data(as_text=True))))  # want unsafe-deserialization via


@machines.post("/queue/import")
def import_queue():
    document = request.files["queue"].stream  # at stream
    return jsonify(jobs=list(yaml.load_all(document, Loader=yaml.UnsafeLoader)))  # want unsafe-deserialization via stream


class Job(Schema):
    title = fields.String(required=True, validate=validate.Length(max=80))
    copies = fields.Integer(load_default=1)


@machines.post("/queue/restore-schema")
def restore_queue_schema():
    jobs = Job(many=True).loads(request.get_data(as_text=True))
    return jsonify(jobs=len(jobs))


@machines.post("/queue/restore-signed")
def restore_queue_signed():
    serializer = URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="queue")
    try:
        jobs = serializer.loads(request.headers["X-Queue-State"], max_age=3600)
    except BadData:
        abort(400)
    return jsonify(jobs=len(jobs))


@machines.post("/queue/restore-mac")
def restore_queue_mac():
    body = request.get_data()
    mac = hmac.new(current_app.config["QUEUE_KEY"], body, "sha256").hexdigest()
    if not hmac.compare_digest(mac, request.headers.get("X-Queue-Mac", "")):
        abort(403)
    return jsonify(jobs=len(pickle.loads(body)))


@machines.post("/queue/import-plain")
def import_queue_plain():
    jobs = list(yaml.safe_load_all(request.files["queue"]))
    session["imported"] = len(jobs)
    return jsonify(jobs=jobs)


def create_floor():
    app = Flask("floor")
    app.config.from_prefixed_env("FLOOR")
    app.register_blueprint(machines)
    sock.init_app(app)
    sockets.init_app(app)
    return app
