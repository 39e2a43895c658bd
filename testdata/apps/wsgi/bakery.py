"""The bakery: an application without a framework."""
import cgi
import html
import json
import os
import pickle
import re
import shlex
import sqlite3
import subprocess
import urllib.request
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, quote, unquote_plus, urlsplit
from wsgiref.simple_server import make_server
from wsgiref.util import FileWrapper, request_uri

import jinja2
import yaml

ROOT = Path("/srv/bakery")
ORDERS = {"name": "name", "price": "price DESC"}
PARTNERS = {"mill": "https://mill.example/api"}


# SQL ---------------------------------------------------------------------------------------------------


def breads(environ, start_response):
    query = parse_qs(environ["QUERY_STRING"])  # at breads_query
    kind = query.get("kind", [""])[0]  # at breads_kind
    with sqlite3.connect("bakery.db") as db:
        rows = db.execute("SELECT name FROM breads WHERE kind = '%s'" % kind).fetchall()  # want sql-injection via breads_query breads_kind
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(rows).encode()]


def bread(environ, start_response):
    name = environ["PATH_INFO"].rsplit("/", 1)[-1]  # at bread_name
    db = sqlite3.connect("bakery.db")
    row = db.execute(f"SELECT * FROM breads WHERE name = '{name}'").fetchone()  # want sql-injection via bread_name
    start_response("200 OK" if row else "404 Not Found", [("Content-Type", "application/json")])
    yield json.dumps(row).encode("utf-8")


def bake(environ, start_response):
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = json.loads(environ["wsgi.input"].read(length))  # at bake_body
    db = sqlite3.connect("bakery.db")
    db.execute("INSERT INTO breads (name) VALUES ('" + body["name"] + "')")  # want sql-injection via bake_body
    db.commit()
    start_response("201 Created", [])
    return []


def bread_numbered(environ, start_response):
    match = re.fullmatch(r"/breads/(\d+)", environ["PATH_INFO"])
    if not match:
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"no such bread"]
    row = sqlite3.connect("bakery.db").execute("SELECT * FROM breads WHERE id = " + match.group(1)).fetchone()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(row).encode()]


def breads_sorted(environ, start_response):
    query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
    order = ORDERS.get(query.get("sort"), "id")
    rows = sqlite3.connect("bakery.db").execute(f"SELECT name FROM breads ORDER BY {order}").fetchall()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(rows).encode()]


def breads_page(environ, start_response):
    query = parse_qs(environ.get("QUERY_STRING", ""))
    try:
        page = int(query.get("page", ["1"])[0])
    except ValueError:
        start_response("400 Bad Request", [("Content-Type", "text/plain")])
        return [b"page is a number"]
    rows = sqlite3.connect("bakery.db").execute("SELECT name FROM breads LIMIT 20 OFFSET %d" % (20 * page)).fetchall()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(rows).encode()]


def breads_named(environ, start_response):
    name = parse_qs(environ["QUERY_STRING"]).get("name", [""])[0]
    rows = sqlite3.connect("bakery.db").execute("SELECT * FROM breads WHERE name = :name", {"name": name}).fetchall()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(rows).encode()]


# HTML --------------------------------------------------------------------------------------------------


def hello(environ, start_response):
    name = parse_qs(environ["QUERY_STRING"])["name"][0]  # at hello_name
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [f"<h1>Good morning, {name}</h1>".encode("utf-8")]  # want reflected-xss via hello_name


def missing(environ, start_response):
    path = environ.get("PATH_INFO", "")  # at missing_path
    headers = [("Content-Type", "text/html")]
    start_response("404 Not Found", headers)
    yield b"<h1>Nothing here</h1>"
    yield ("<p>" + path + "</p>").encode()  # want reflected-xss via missing_path


def basket(environ, start_response):
    cookie = SimpleCookie(environ.get("HTTP_COOKIE", ""))  # at basket_cookie
    name = cookie["name"].value  # at basket_name
    body = "<p>The basket of %s</p>" % name  # at basket_body
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
    return [body.encode("latin-1")]  # want reflected-xss via basket_cookie basket_name basket_body


def hello_escaped(environ, start_response):
    name = html.escape(parse_qs(environ["QUERY_STRING"]).get("name", [""])[0])
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [("<h1>Good morning, %s</h1>" % name).encode("utf-8")]


def hello_plain(environ, start_response):
    name = parse_qs(environ["QUERY_STRING"]).get("name", [""])[0]
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")])
    return [b"Good morning, ", name.encode("utf-8")]


def hello_json(environ, start_response):
    name = parse_qs(environ["QUERY_STRING"]).get("name", [""])[0]
    headers = [("Content-Type", "application/json")]
    start_response("200 OK", headers)
    yield json.dumps({"hello": name}).encode()


def loaves(environ, start_response):
    count = int(parse_qs(environ["QUERY_STRING"]).get("count", ["0"])[0])
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"<b>%d loaves</b>" % count]


# Programs, formulas, templates -------------------------------------------------------------------------


def oven(environ, start_response):
    form = cgi.FieldStorage(fp=environ["wsgi.input"], environ=environ)  # at oven_form
    program = form.getvalue("program")  # at oven_program
    os.system("oven --program " + program)  # want command-injection via oven_form oven_program
    start_response("204 No Content", [])
    return []


def oven_quoted(environ, start_response):
    form = parse_qs(environ["wsgi.input"].read().decode())
    os.system("oven --program " + shlex.quote(form["program"][0]))
    start_response("204 No Content", [])
    return []


def oven_list(environ, start_response):
    form = parse_qs(environ["wsgi.input"].read().decode())
    subprocess.run(["oven", "--program", form["program"][0]], check=True)
    start_response("204 No Content", [])
    return []


def oven_heat(environ, start_response):
    degrees = parse_qs(environ["QUERY_STRING"]).get("degrees", ["180"])[0]
    if not degrees.isdigit():
        start_response("400 Bad Request", [])
        return []
    subprocess.call(f"oven --heat {degrees}", shell=True)
    start_response("204 No Content", [])
    return []


def dough(environ, start_response):
    formula = unquote_plus(environ["QUERY_STRING"])  # at dough_formula
    value = eval(formula)  # want code-injection via dough_formula
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(value).encode()]


def dough_numbers(environ, start_response):
    query = parse_qs(environ["QUERY_STRING"])
    flour, water = float(query["flour"][0]), float(query["water"][0])
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(eval(f"{water} / {flour}")).encode()]


def dough_json(environ, start_response):
    query = parse_qs(environ["QUERY_STRING"])
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(json.loads(query["dough"][0])).encode()]


def dough_known(environ, start_response):
    kind = parse_qs(environ["QUERY_STRING"]).get("kind", ["rye"])[0]
    start_response("200 OK", [("Content-Type", "text/plain")])
    if kind in ("rye", "wheat"):
        return [str(eval(f"minutes_for_{kind}")).encode()]
    return [b"unknown"]


def card(environ, start_response):
    text = environ["wsgi.input"].read().decode("utf-8")  # at card_text
    rendered = jinja2.Template(text).render(shop="bakery")  # want template-injection via card_text
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [rendered.encode()]


def card_filled(environ, start_response):
    text = environ["wsgi.input"].read().decode("utf-8")
    rendered = jinja2.Template("Dear customer: {{ text }}").render(text=text)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [rendered.encode()]


def card_page(environ, start_response):
    page = jinja2.Environment(loader=jinja2.FileSystemLoader("templates"), autoescape=True).get_template("card.html")
    start_response("200 OK", [("Content-Type", "text/html")])
    return [page.render(query=parse_qs(environ["QUERY_STRING"])).encode()]


def card_text(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return ["Dear {}".format(environ.get("HTTP_X_NAME", "you")).encode()]


# Ways on, other servers --------------------------------------------------------------------------------


def onwards(environ, start_response):
    target = parse_qs(environ["QUERY_STRING"])["to"][0]  # at onwards_target
    start_response("302 Found", [("Location", target)])  # want open-redirect via onwards_target
    return []


def back(environ, start_response):
    headers = [("Location", environ.get("HTTP_REFERER", "/")), ("Cache-Control", "no-store")]  # at back_headers
    start_response("303 See Other", headers)  # want open-redirect via back_headers
    return []


def secure(environ, start_response):
    # the same address, by TLS
    start_response("301 Moved Permanently", [("Location", "https://bakery.example" + quote(environ["PATH_INFO"]))])
    return []


def find(environ, start_response):
    q = parse_qs(environ["QUERY_STRING"]).get("q", [""])[0]
    start_response("302 Found", [("Location", "/find?q=" + quote(q, safe=""))])
    return [b""]


def home(environ, start_response):
    start_response("302 Found", [("Location", {"de": "/de/", "fr": "/fr/"}.get(environ.get("HTTP_ACCEPT_LANGUAGE", "")[:2], "/en/"))])
    return []


def local(environ, start_response):
    target = parse_qs(environ["QUERY_STRING"]).get("to", ["/"])[0]
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not target.startswith("/") or target[1:2] in ("/", "\\"):
        target = "/"
    start_response("302 Found", [("Location", target)])
    return []


def flour(environ, start_response):
    url = parse_qs(environ["QUERY_STRING"])["url"][0]  # at flour_url
    with urllib.request.urlopen(url, timeout=5) as answer:  # want ssrf via flour_url
        body = answer.read()
    start_response("200 OK", [("Content-Type", "application/octet-stream")])
    return [body]


def flour_host(environ, start_response):
    url = f"http://{environ['HTTP_X_MILL']}/stock"  # at flour_host
    body = urllib.request.urlopen(url, timeout=5).read()  # want ssrf via flour_host
    start_response("200 OK", [("Content-Type", "application/json")])
    return [body]


def flour_known(environ, start_response):
    partner = PARTNERS.get(environ["PATH_INFO"].lstrip("/"))
    if partner is None:
        start_response("404 Not Found", [])
        return []
    start_response("200 OK", [("Content-Type", "application/json")])
    return [urllib.request.urlopen(partner, timeout=5).read()]


def flour_numbered(environ, start_response):
    number = int(environ["PATH_INFO"].split("/")[-1])
    start_response("200 OK", [("Content-Type", "application/json")])
    return [urllib.request.urlopen(f"https://mill.example/flour/{number}", timeout=5).read()]


def flour_checked(environ, start_response):
    url = parse_qs(environ["QUERY_STRING"])["url"][0]
    if urlsplit(url).scheme == "https" and urlsplit(url).hostname == "mill.example":
        start_response("200 OK", [("Content-Type", "application/octet-stream")])
        return [urllib.request.urlopen(url, timeout=5).read()]
    start_response("403 Forbidden", [])
    return []


# Files, stored objects ---------------------------------------------------------------------------------


def recipe(environ, start_response):
    path = os.path.join("/srv/bakery/recipes", environ["PATH_INFO"].lstrip("/"))  # at recipe_path
    start_response("200 OK", [("Content-Type", "text/plain")])
    return FileWrapper(open(path, "rb"))  # want path-traversal via recipe_path


class Recipes:
    """An application that is an object."""

    def __init__(self, root):
        self.root = Path(root)

    def __call__(self, environ, start_response):
        name = environ["PATH_INFO"].strip("/")  # at recipes_name
        data = (self.root / name).read_bytes()  # want path-traversal via recipes_name
        start_response("200 OK", [("Content-Type", "application/octet-stream")])
        return [data]


class CheckedRecipes:
    def __init__(self, root):
        self.root = Path(root).resolve()

    def __call__(self, environ, start_response):
        path = self.root.joinpath(environ["PATH_INFO"].lstrip("/")).resolve()
        if not path.is_relative_to(self.root) or not path.is_file():
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"no such recipe"]
        start_response("200 OK", [("Content-Type", "text/plain")])
        return FileWrapper(path.open("rb"))


def recipe_year(environ, start_response):
    year = int(environ["PATH_INFO"].rpartition("/")[2])
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [(ROOT / f"{year}.txt").read_bytes()]


def recipe_named(environ, start_response):
    name = environ["PATH_INFO"].lstrip("/")
    if not re.fullmatch(r"[a-z_]+\.txt", name):
        start_response("404 Not Found", [])
        return []
    start_response("200 OK", [("Content-Type", "text/plain")])
    with open(f"/srv/bakery/{name}", "rb") as file:
        return [file.read()]


def till(environ, start_response):
    sales = pickle.load(environ["wsgi.input"])  # at till_input # want unsafe-deserialization via till_input
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(sales)).encode()]


def till_settings(environ, start_response):
    settings = yaml.load(environ["wsgi.input"].read(), Loader=yaml.Loader)  # at till_settings # want unsafe-deserialization via till_settings
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(settings)).encode()]


def till_json(environ, start_response):
    sales = json.load(environ["wsgi.input"])
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(sales)).encode()]


def till_safe(environ, start_response):
    settings = yaml.safe_load(environ["wsgi.input"].read())
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(settings)).encode()]


def till_kept(environ, start_response):
    with open(ROOT / "till.json") as file:
        sales = json.load(file)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{len(sales)} by {environ.get('REMOTE_USER')}".encode()]


# The way in --------------------------------------------------------------------------------------------

ROUTES = [
    (r"/breads$", breads), (r"/bread/", bread), (r"/bake$", bake), (r"/breads/\d+$", bread_numbered), (r"/hello$", hello),
    (r"/basket$", basket), (r"/oven$", oven), (r"/recipes/", Recipes("/srv/bakery/recipes")),
]


class Log:
    """A middleware."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        print(environ["REQUEST_METHOD"], request_uri(environ))
        return self.app(environ, start_response)


def application(environ, start_response):
    for pattern, app in ROUTES:
        if re.match(pattern, environ["PATH_INFO"]):
            return app(environ, start_response)
    return missing(environ, start_response)


if __name__ == "__main__":
    with make_server("", 8000, Log(application)) as server:
        server.serve_forever()
