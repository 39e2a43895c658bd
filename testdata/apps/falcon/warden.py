"""The warden: programs, formulas, files, other servers, stored objects."""
import ast
import io
import json
import os
import pickle
import shlex
import subprocess
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import falcon
import httpx
import requests
import yaml
from werkzeug.utils import secure_filename

TOOLS = {"lamp": ["lamp", "on"], "stove": ["stove", "--heat", "3"]}
STORE = Path("/srv/huts")
STATIONS = {"north": "https://north.example/snow", "south": "https://south.example/snow"}


# Programs ----------------------------------------------------------------------------------------------


class Tool:
    def on_get(self, req, resp, tool):
        argument = req.get_param("argument") or ""  # at argument
        resp.media = {"out": os.popen("tool --" + argument).read()}  # want command-injection via argument

    def on_post(self, req, resp, tool):  # at tool
        subprocess.Popen(f"{tool} --start", shell=True)  # want command-injection via tool
        resp.status = falcon.HTTP_202

    def on_put(self, req, resp, tool):
        seconds = req.get_param_as_int("seconds", required=True)
        subprocess.run(f"lamp --for {seconds}", shell=True, check=True)

    def on_delete(self, req, resp, tool):
        if tool not in TOOLS:
            raise falcon.HTTPNotFound()
        subprocess.run(TOOLS[tool], check=True)

    def on_patch(self, req, resp, tool):
        os.system("announce " + shlex.quote(req.media["text"]))

    def on_head(self, req, resp, tool):
        subprocess.run(["announce", "--text=" + req.get_param("text", default="")], check=False)


# Formulas ----------------------------------------------------------------------------------------------


class Reckon:
    def on_post(self, req, resp):
        resp.media = eval(req.media["formula"])  # at reckon_formula # want code-injection via reckon_formula

    def on_put(self, req, resp):
        stream = req.stream.read(req.content_length or 0)  # at reckon_stream
        exec(stream)  # want code-injection via reckon_stream

    def on_get(self, req, resp):
        height, slope = req.get_param_as_float("height"), req.get_param_as_float("slope")
        resp.media = eval(f"{height} / {slope}")

    def on_patch(self, req, resp):
        resp.media = ast.literal_eval(req.get_param("value"))

    def on_delete(self, req, resp):
        which = req.get_param("which")
        if which not in ("snow", "wind"):
            raise falcon.HTTPBadRequest(title="which?")
        resp.media = eval("reset_" + which)()


# Files -------------------------------------------------------------------------------------------------


class File:
    def on_get(self, req, resp, name):
        folder = req.get_param("folder", default="maps")  # at folder
        path = os.path.join(STORE, folder, "index.json")  # at folder_path
        resp.stream = open(path, "rb")  # want path-traversal via folder folder_path
        resp.content_length = os.path.getsize(path)

    def on_post(self, req, resp, name):
        for part in req.get_media():  # at part
            if part.name == "file":
                (STORE / part.filename).write_bytes(part.stream.read())  # want path-traversal via part

    def on_put(self, req, resp, name):
        # one segment of a path: no slash in it
        with io.open(STORE / "maps" / (name + ".gpx"), "wb") as out:
            out.write(req.bounded_stream.read())

    def on_patch(self, req, resp, name):
        for part in req.get_media():
            target = STORE / secure_filename(part.secure_filename)
            target.write_bytes(part.get_data())

    def on_delete(self, req, resp, name):
        year = req.get_param_as_int("year")
        os.remove(f"/srv/huts/{year}/map.gpx")


class Tree:
    def on_get(self, req, resp, name):  # at tree
        resp.text = Path("/srv/huts/trees", name).read_text()  # want path-traversal via tree

    def on_put(self, req, resp, name):
        root = STORE.joinpath("trees").resolve()
        path = root.joinpath(name).resolve()
        if not path.is_relative_to(root):
            raise falcon.HTTPForbidden()
        path.write_bytes(req.bounded_stream.read())

    def on_post(self, req, resp, name):
        with open(STORE / f"{uuid4()}.bin", "wb") as out:
            while chunk := req.stream.read(4096):
                out.write(chunk)


# Other servers -----------------------------------------------------------------------------------------


class Snow:
    def on_get(self, req, resp):
        where = req.get_param("station_url", required=True)  # at station_url
        resp.media = requests.get(where, timeout=5).json()  # want ssrf via station_url

    async def on_post(self, req, resp):
        hook = await req.get_media()  # at hook
        async with httpx.AsyncClient() as client:
            await client.post(hook["url"], json={"snow": 3})  # want ssrf via hook

    def on_put(self, req, resp):
        base = STATIONS.get(req.get_param("station"), STATIONS["north"])
        resp.media = requests.get(base, timeout=5).json()

    def on_patch(self, req, resp):
        url = req.media["url"]
        there = urlsplit(url)
        if there.scheme != "https" or there.hostname not in ("north.example", "south.example"):
            raise falcon.HTTPForbidden()
        resp.media = requests.get(url, timeout=5, allow_redirects=False).json()

    def on_delete(self, req, resp):
        number = req.get_param_as_int("number", required=True)
        requests.delete(f"https://north.example/snow/{number}", timeout=5)


# Stored objects ----------------------------------------------------------------------------------------


class State:
    def on_post(self, req, resp):
        state = pickle.load(req.bounded_stream)  # at state # want unsafe-deserialization via state
        resp.media = {"keys": len(state)}

    def on_put(self, req, resp):
        raw = req.get_header("X-State")  # at raw_state
        resp.media = yaml.load(raw, Loader=yaml.UnsafeLoader)  # want unsafe-deserialization via raw_state

    def on_get(self, req, resp):
        resp.media = json.loads(req.get_param("state", default="{}"))

    def on_patch(self, req, resp):
        resp.media = yaml.safe_load(req.bounded_stream)

    def on_delete(self, req, resp):
        resp.media = req.get_param_as_json("state")
