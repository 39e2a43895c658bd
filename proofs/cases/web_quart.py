#: rule reflected-xss
import sqlite3

from quart import Quart, redirect, render_template_string, request

app = Quart(__name__)
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
@app.get("/")
async def hello():
    return f"<h1>Hello {request.args['value']}</h1>"


#: case SQL
#: rule sql-injection
@app.get("/")
async def find():
    value = request.args["value"]
    return [list(r) for r in db.execute("SELECT id FROM users WHERE name = '" + value + "'")]
#: proof
def exploit(p):
    return ask(p, "x' OR '1'='1")[1].count("[") > 3


#: case template
#: rule template-injection
@app.get("/")
async def hello():
    return await render_template_string("<p>" + request.args["value"] + "</p>")
#: proof
def exploit(p):
    return "49" in ask(p, "{{ 7 * 7 }}")[1]


#: case redirect
#: rule open-redirect
@app.get("/")
async def go():
    return redirect(request.args["value"])
#: proof
def benign(p):
    return [ask(p, v)[::2] for v in ("/home", "/a?b=c")]


def exploit(p):
    return any("evil.example" in (ask(p, v)[2] or "") for v in ("//evil.example/", "https://evil.example/", "/\\evil.example"))
