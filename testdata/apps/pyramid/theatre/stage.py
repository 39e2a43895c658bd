"""The stage: files, stored objects, other theatres."""
import json
import os
import pickle
import re
import shutil
import uuid
from pathlib import Path

import requests
import urllib3
import yaml
from itsdangerous import BadSignature, URLSafeSerializer
from pyramid.httpexceptions import HTTPBadRequest, HTTPForbidden, HTTPNotFound
from pyramid.response import FileIter, FileResponse, Response
from pyramid.view import view_config, view_defaults

PROPS = Path("/srv/theatre/props")
THEATRES = {"old": "https://old.example/api", "new": "https://new.example/api"}
pool = urllib3.PoolManager(timeout=5)


# Files -------------------------------------------------------------------------------------------------


@view_config(name="plan")
def plan(request):
    name = request.params["name"]  # at plan_name
    return FileResponse(os.path.join("/srv/theatre/plans", name), request=request)  # want path-traversal via plan_name


@view_config(name="upload", request_method="POST", renderer="json")
def upload(request):
    sent = request.POST["file"]  # at sent
    target = PROPS / sent.filename  # at sent_target
    with target.open("wb") as out:  # want path-traversal via sent sent_target
        shutil.copyfileobj(sent.file, out)
    return {"stored": str(target)}


@view_config(name="note")
def note(request):
    date = request.headers["X-Date"]  # at note_date
    with open(f"/srv/theatre/notes/{date}.txt") as file:  # want path-traversal via note_date
        return Response(file.read(), content_type="text/plain")


@view_config(route_name="props")
def prop(request):
    # a part of a pattern holds no slash, and a dot alone is no file
    path = PROPS / request.matchdict["name"]
    if not path.is_file():
        raise HTTPNotFound()
    return FileResponse(str(path), request=request)


@view_config(route_name="script")
def script(request):
    # the rest of a path comes without dots that climb
    path = os.path.join("/srv/theatre/scripts", *request.matchdict["path"])
    return FileResponse(path, request=request, content_type="text/plain")


@view_config(name="plan-checked")
def plan_checked(request):
    root = os.path.abspath("/srv/theatre/plans")
    path = os.path.abspath(os.path.join(root, request.params["name"]))
    if not path.startswith(root + os.sep):
        raise HTTPForbidden()
    return FileResponse(path, request=request)


@view_config(name="upload-named", request_method="POST", renderer="json")
def upload_named(request):
    sent = request.POST["file"]
    name = "%s.pdf" % uuid.uuid4()
    with open(PROPS / name, "wb") as out:
        shutil.copyfileobj(sent.file, out)
    return {"stored": name}


@view_config(name="note-dated")
def note_dated(request):
    date = request.params.get("date", "")
    if re.fullmatch(r"\d{4}-\d\d-\d\d", date) is None:
        raise HTTPBadRequest("a date")
    return Response(app_iter=FileIter(open(f"/srv/theatre/notes/{date}.txt", "rb")), content_type="text/plain")


# Stored objects ----------------------------------------------------------------------------------------


@view_config(name="cue", request_method="POST", renderer="json")
def cue(request):
    cues = pickle.loads(request.body)  # at cues # want unsafe-deserialization via cues
    return {"cues": len(cues)}


@view_config(name="cue-file", request_method="POST", renderer="json")
def cue_file(request):
    field = request.POST["cues"]  # at cue_field
    cues = yaml.load(field.file, yaml.Loader)  # want unsafe-deserialization via cue_field
    return {"cues": len(cues)}


@view_config(name="cue-json", request_method="POST", renderer="json")
def cue_json(request):
    return {"cues": len(json.loads(request.body))}


@view_config(name="cue-yaml", request_method="POST", renderer="json")
def cue_yaml(request):
    return {"cues": len(yaml.load(request.body, Loader=yaml.SafeLoader))}


@view_config(name="cue-signed", renderer="json")
def cue_signed(request):
    try:
        cues = URLSafeSerializer(request.registry.settings["secret"]).loads(request.cookies.get("cues", ""))
    except BadSignature:
        raise HTTPBadRequest()
    return {"cues": cues}


# Other theatres ----------------------------------------------------------------------------------------


@view_defaults(name="guest", renderer="json")
class Guest:
    def __init__(self, context, request):
        self.request = request

    @view_config(request_method="GET")
    def look(self):
        url = self.request.params["url"]  # at guest_url
        return requests.get(url, timeout=3).json()  # want ssrf via guest_url

    @view_config(request_method="POST")
    def tell(self):
        self.send(self.request.json["hook"])  # at tell_hook
        return {}

    def send(self, url):
        pool.request("POST", url, fields={"play": "Faust"})  # want ssrf via tell_hook

    @view_config(request_method="PUT")
    def known(self):
        base = THEATRES.get(self.request.params.get("theatre"), THEATRES["old"])
        return requests.get(base + "/plays", timeout=3).json()

    @view_config(request_method="PATCH")
    def numbered(self):
        number = int(self.request.params["number"])
        return requests.get("https://old.example/api/plays/%d" % number, timeout=3).json()

    @view_config(request_method="DELETE")
    def dated(self):
        return requests.delete("https://new.example/api/guests", params=self.request.params, timeout=3).json()
