"""What handlers of web frameworks do with a request."""
# not run

from functools import wraps

from django.http import Http404
from flask import Flask, abort, request, session
from werkzeug.exceptions import BadRequest, NotFound

from probe import html, sink, sql

app = Flask(__name__)
ALLOWED = ("a", "b")


@app.route("/members")
def members():
    sink(request.args["q"])  # tainted
    sink(request.args.get("q"))  # tainted
    sink(request.args.get("q", type=int))  # clean
    sink(request.args.getlist("q")[0])  # tainted
    sink(request.headers["X"])  # tainted
    sink(request.path.split("/")[1])  # tainted
    sink(request.get_json()["a"]["b"])  # tainted
    sink(request.query_string.decode())  # tainted
    for k in request.form.keys():
        sink(k)  # tainted
    for k, v in request.form.items():
        sink(k)  # tainted
        sink(v)  # tainted
    values = request.form.getlist("v")
    param = ""
    if values:
        param = values[0]
    sink(param)  # tainted
    for name in request.headers.keys():
        if name.lower() == "x":
            sink(name)  # clean
        sink(name)  # tainted


@app.route("/again")
def written_twice():
    if request.args.get("q") not in ALLOWED:
        abort(400)
    sink(request.args.get("q"))  # clean
    sink(request.args.get("r"))  # tainted
    sink(request.form.get("q"))  # tainted


@app.route("/subscript")
def subscript_twice():
    if request.form["q"] in ALLOWED:
        sink(request.form["q"])  # clean
    sink(request.form["q"])  # tainted


@app.route("/abort")
def aborts():
    q = request.args["q"]
    if q not in ALLOWED:
        abort(404)
    sink(q)  # clean


@app.route("/raise")
def raises():
    q = request.args["q"]
    if q not in ALLOWED:
        raise NotFound()
    sink(q)  # clean


@app.route("/raise404")
def raises_404():
    q = request.args["q"]
    if q not in app.config["ALLOWED"]:
        raise Http404
    sink(q)  # clean


@app.route("/lookup")
def looked_up():
    try:
        row = {"a": 1}[request.args["q"]]
    except KeyError:
        abort(400)
    sink(row)  # clean


@app.route("/bad")
def number_or_bad_request():
    n = request.args["n"]
    try:
        int(n)
    except (TypeError, ValueError):
        raise BadRequest("n")
    sql(f"SELECT * FROM t LIMIT {n}")  # clean


def checked(fn):
    @wraps(fn)
    def wrapper(name, *args, **kwargs):
        if not name.isalnum():
            abort(404)
        return fn(name, *args, **kwargs)
    return wrapper


def counted(fn):
    @wraps(fn)
    def wrapper(*args, **kwargs):
        print("called")
        return fn(*args, **kwargs)
    return wrapper


@app.route("/n/<name>")
@checked
def by_decorator(name):
    sink(name)  # clean


@app.route("/m/<name>")
@counted
def by_other_decorator(name):
    sink(name)  # tainted


def escape_html(text):
    for a, b in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(a, b)
    return text


@app.route("/escaped")
def escaped_by_hand():
    html(escape_html(request.args["q"]))  # clean
    html(request.args["q"])  # tainted


class Wrapper:
    def __init__(self, req):
        self.req = req

    def theme(self, name):
        return self.req.args.get(name)

    def fixed(self, name):
        return "bar"


@app.route("/wrapped")
def wrapped():
    w = Wrapper(request)
    sink(w.theme("x"))  # tainted
    sink(w.fixed("x"))  # clean


@app.route("/session")
def kept_in_the_session():
    session["k"] = "v"
    sink(session["j"])  # stored


last = {}


@app.route("/remember")
def remember():
    last["q"] = request.args["q"]
    return ""


class Service:
    def __init__(self):
        self.table = "users"

    def find(self, name):
        if not self.ok(name):
            raise ValueError(name)
        sql(f"SELECT * FROM {self.table} WHERE n = {name}")  # clean
        return name

    @staticmethod
    def ok(name):
        return name in ALLOWED

    def loose(self, name):
        sql(f"SELECT * FROM {self.table} WHERE n = '{name}'")  # tainted


@app.route("/service")
def service():
    s = Service()
    s.find(request.args["q"])
    s.loose(request.args["q"])
