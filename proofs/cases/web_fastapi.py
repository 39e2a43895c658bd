#: rule sql-injection
import os
import sqlite3
import subprocess
from pathlib import Path

from fastapi import FastAPI, Form, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

app = FastAPI()
db = sqlite3.connect(":memory:", check_same_thread=False)
db.executescript("CREATE TABLE users (id INTEGER, name TEXT); INSERT INTO users VALUES (1, 'ann'), (2, 'bob'), (3, 'cid');")
BASE = Path(os.path.abspath("files"))
BASE.mkdir(exist_ok=True)
(BASE / "pear").write_text("a pear")
Path("secret").write_text("SECRET")


#: proof
def ask(p, value):
    answer = asgi(p.app, "/?value=" + quoted(value))
    return answer.status, answer.text, answer.headers.get("location"), answer.headers.get("content-type")


def benign(p):
    return [ask(p, v) for v in ("ann", "pear", "nobody")]


def exploit(p):
    return ask(p, "x' OR '1'='1")[1].count("[") > 3


#: case SQL of a query parameter
@app.get("/")
def find(value: str):
    return [list(r) for r in db.execute(f"SELECT id, name FROM users WHERE name = '{value}'")]


#: case SQL of an asynchronous handler
@app.get("/")
async def find(request: Request):
    value = request.query_params["value"]
    return [list(r) for r in db.execute("SELECT id, name FROM users WHERE name = '" + value + "'").fetchall()]


#: case HTML
#: rule reflected-xss
@app.get("/", response_class=HTMLResponse)
def hello(value: str):
    return f"<h1>Hello {value}</h1>"
#: proof
def exploit(p):
    return "<script>" in ask(p, "<script>alert(1)</script>")[1]


#: case HTML in a response
#: rule reflected-xss
@app.get("/")
def hello(value: str):
    return HTMLResponse("<h1>Hello " + value + "</h1>", status_code=201)
#: proof
def exploit(p):
    return "<script>" in ask(p, "<script>alert(1)</script>")[1]


#: case redirect
#: rule open-redirect
@app.get("/")
def go(value: str):
    return RedirectResponse(value)
#: proof
def benign(p):
    return [ask(p, v) for v in ("/home", "/a?b=c")]


def exploit(p):
    return any("evil.example" in (ask(p, v)[2] or "") for v in ("//evil.example/", "https://evil.example/", "/\\evil.example"))


#: case path
#: rule path-traversal
@app.get("/")
def show(value: str):
    return FileResponse(BASE / value)
#: proof
def benign(p):
    return ask(p, "pear")[:2]


def exploit(p):
    try:
        return "SECRET" in ask(p, "../secret")[1]
    except Exception:
        return False


#: case shell
#: rule command-injection
@app.get("/")
def show(value: str):
    return subprocess.check_output(f'echo "{value}"', shell=True, text=True)
#: proof
def exploit(p):
    return "x\\nstolen" in ask(p, 'x"; echo stolen; echo "')[1]
