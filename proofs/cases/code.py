#: rule code-injection
import ast
import os

from flask import Flask, request

app = Flask(__name__)


#: proof
def ask(p, **query):
    return p.app.test_client().get("/", query_string=query).get_data(as_text=True)


def benign(p):
    return [ask(p, value=v) for v in ("1", "[1, 'two']", "{'a': None}", "-3.5")]


def exploit(p):
    if os.path.exists("stolen"):
        os.remove("stolen")
    try:
        ask(p, value="open('stolen', 'w')")
    except Exception:
        pass
    return os.path.exists("stolen")


#: case eval of a value
@app.get("/")
def show():
    return repr(eval(request.args["value"]))


#: case eval of a variable
@app.get("/")
def show():
    value = request.args.get("value", "0")
    result = eval(value)
    return repr(result)
