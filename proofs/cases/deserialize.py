#: rule unsafe-deserialization
import base64
import json
import pickle

import yaml
from flask import Flask, request

app = Flask(__name__)


class Mark:
    def __reduce__(self):
        return (open, ("stolen", "w"))


#: proof
def post(p, data):
    return p.app.test_client().post("/", data=data).get_data(as_text=True)


def benign(p):
    return [post(p, d) for d in ("a: 1\nb: [x, y]\n", "- 1\n- two\n", "null\n")]


def exploit(p):
    if os.path.exists("stolen"):
        os.remove("stolen")
    try:
        post(p, "!!python/object/apply:builtins.open [stolen, w]\n")
    except Exception:
        pass
    return os.path.exists("stolen")


#: case yaml.load with a loader
@app.post("/")
def load():
    return repr(yaml.load(request.get_data(), Loader=yaml.UnsafeLoader))


#: case yaml.load with a loader as the second argument
@app.post("/")
def load():
    return repr(yaml.load(request.get_data(as_text=True), yaml.Loader))


#: case yaml.unsafe_load
@app.post("/")
def load():
    return repr(yaml.unsafe_load(request.data))


#: case yaml.load_all
@app.post("/")
def load():
    return repr(list(yaml.load_all(request.data, Loader=yaml.Loader)))
