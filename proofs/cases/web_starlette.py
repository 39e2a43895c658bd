#: rule reflected-xss
import sqlite3

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.routing import Route

db = sqlite3.connect(":memory:", check_same_thread=False)
db.executescript("CREATE TABLE users (id INTEGER, name TEXT); INSERT INTO users VALUES (1, 'ann'), (2, 'bob'), (3, 'cid');")


#: proof
def ask(p, value):
    answer = asgi(p.app, "/?value=" + quoted(value))
    return answer.status, answer.text, answer.headers.get("location"), answer.headers.get("content-type")


def benign(p):
    return [ask(p, v) for v in ("ann", "nobody")]


def exploit(p):
    return "<script>" in ask(p, "<script>alert(1)</script>")[1]


#: case HTML
async def hello(request: Request):
    return HTMLResponse(f"<h1>Hello {request.query_params['value']}</h1>")


app = Starlette(routes=[Route("/", hello)])


#: case HTML of a variable
async def hello(request):
    value = request.query_params.get("value", "")
    page = "<p>" + value + "</p>"
    return HTMLResponse(page)


app = Starlette(routes=[Route("/", hello)])


#: case SQL
#: rule sql-injection
async def find(request):
    value = request.query_params["value"]
    return JSONResponse([list(r) for r in db.execute("SELECT id FROM users WHERE name = '%s'" % value)])


app = Starlette(routes=[Route("/", find)])
#: proof
def exploit(p):
    return ask(p, "x' OR '1'='1")[1].count("[") > 3


#: case redirect
#: rule open-redirect
async def go(request):
    return RedirectResponse(request.query_params["value"])


app = Starlette(routes=[Route("/", go)])
#: proof
def benign(p):
    return [ask(p, v) for v in ("/home", "/a?b=c")]


def exploit(p):
    return any("evil.example" in (ask(p, v)[2] or "") for v in ("//evil.example/", "https://evil.example/", "/\\evil.example"))
