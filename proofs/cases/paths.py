#: rule path-traversal
import os
from pathlib import Path

from flask import Flask, request, send_file

app = Flask(__name__)
BASE = os.path.abspath("files")
FOLDER = Path(BASE)
os.makedirs(os.path.join(BASE, "deep"), exist_ok=True)
Path(BASE, "pear").write_text("a pear")
Path(BASE, "deep", "fig").write_text("a fig")
Path("secret").write_text("SECRET")


#: proof
def ask(p, **query):
    return p.app.test_client().get("/", query_string=query)


def benign(p):
    answers = [ask(p, name=n) for n in ("pear", "deep/fig")]
    return [(a.status_code, a.get_data(as_text=True)) for a in answers]


def exploit(p):
    for name in ("../secret", os.path.abspath("secret"), "deep/../../secret"):
        try:
            if "SECRET" in ask(p, name=name).get_data(as_text=True):
                return True
        except Exception:
            pass
    return False


#: case os.path.join
@app.get("/")
def show():
    name = request.args["name"]
    with open(os.path.join(BASE, name)) as file:
        return file.read()


#: case path in a variable
@app.get("/")
def show():
    path = os.path.join(BASE, request.args["name"])
    return open(path).read()


#: case f-string
@app.get("/")
def show():
    name = request.args["name"]
    with open(f"{BASE}/{name}") as file:
        return file.read()


#: case concatenation
@app.get("/")
def show():
    return open(BASE + "/" + request.args["name"]).read()


#: case pathlib
@app.get("/")
def show():
    name = request.args["name"]
    return (FOLDER / name).read_text()


#: case pathlib in a variable
@app.get("/")
def show():
    path = FOLDER / request.args["name"]
    return path.read_text()


#: case send_file
@app.get("/")
def show():
    return send_file(os.path.join(BASE, request.args["name"]))
