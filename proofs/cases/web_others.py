#: rule reflected-xss
import sqlite3

db = sqlite3.connect(":memory:", check_same_thread=False)
db.executescript("CREATE TABLE users (id INTEGER, name TEXT); INSERT INTO users VALUES (1, 'ann'), (2, 'bob'), (3, 'cid');")


#: proof
def ask(p, value):
    answer = wsgi(p.app, "/?value=" + quoted(value))
    return answer.status, answer.text, answer.headers.get("location"), answer.headers.get("content-type")


def benign(p):
    return [ask(p, v) for v in ("ann", "nobody")]


def exploit(p):
    return "<script>" in ask(p, "<script>alert(1)</script>")[1]


#: case Bottle, HTML
from bottle import Bottle, request

app = Bottle()


@app.get("/")
def hello():
    return f"<h1>Hello {request.query.value}</h1>"


#: case Bottle, SQL
#: rule sql-injection
from bottle import Bottle, request

app = Bottle()


@app.get("/")
def find():
    value = request.query.get("value")
    return {"found": [list(r) for r in db.execute("SELECT id FROM users WHERE name = '" + value + "'")]}
#: proof
def exploit(p):
    return ask(p, "x' OR '1'='1")[1].count("[") > 3


#: case Pyramid, HTML
from pyramid.config import Configurator
from pyramid.response import Response


def hello(request):
    return Response("<h1>Hello " + request.params["value"] + "</h1>")


with Configurator() as config:
    config.add_route("hello", "/")
    config.add_view(hello, route_name="hello")
    app = config.make_wsgi_app()


#: case Pyramid, SQL
#: rule sql-injection
from pyramid.config import Configurator
from pyramid.view import view_config


@view_config(route_name="find", renderer="json")
def find(request):
    value = request.params["value"]
    return [list(r) for r in db.execute("SELECT id FROM users WHERE name = '%s'" % value)]


with Configurator() as config:
    config.add_route("find", "/")
    config.add_view(find, route_name="find", renderer="json")
    app = config.make_wsgi_app()
#: proof
def exploit(p):
    return ask(p, "x' OR '1'='1")[1].count("[") > 3


#: case aiohttp, HTML
from aiohttp import web


async def hello(request):
    return web.Response(text=f"<h1>Hello {request.query['value']}</h1>", content_type="text/html")


app = web.Application()
app.router.add_get("/", hello)
#: proof
def ask(p, value):
    return aiohttp_app(p.app, "/?value=" + quoted(value))


#: case aiohttp, SQL
#: rule sql-injection
from aiohttp import web


async def find(request):
    value = request.query["value"]
    return web.json_response([list(r) for r in db.execute(f"SELECT id FROM users WHERE name = '{value}'")])


app = web.Application()
app.router.add_get("/", find)
#: proof
def ask(p, value):
    return aiohttp_app(p.app, "/?value=" + quoted(value))


def exploit(p):
    return ask(p, "x' OR '1'='1")[1].count("[") > 3


#: case Tornado, HTML
from tornado.web import Application, RequestHandler


class Hello(RequestHandler):
    def get(self):
        self.write("<h1>Hello " + self.get_argument("value") + "</h1>")


app = Application([("/", Hello)])
#: proof
def ask(p, value):
    return tornado_app(p.app, "/?value=" + quoted(value))


#: case Tornado, SQL
#: rule sql-injection
from tornado.web import Application, RequestHandler


class Find(RequestHandler):
    def get(self):
        value = self.get_argument("value")
        self.write({"found": [list(r) for r in db.execute("SELECT id FROM users WHERE name = '" + value + "'")]})


app = Application([("/", Find)])
#: proof
def ask(p, value):
    return tornado_app(p.app, "/?value=" + quoted(value))


def exploit(p):
    return ask(p, "x' OR '1'='1")[1].count("[") > 3
