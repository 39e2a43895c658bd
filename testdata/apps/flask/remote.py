"""Covers and manuscripts: other people's servers, and our own disk."""
import os
import uuid
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import requests
from flask import Blueprint, abort, jsonify, request, send_file, send_from_directory
from werkzeug.utils import safe_join, secure_filename

remote = Blueprint("remote", __name__)

COVERS = "/srv/bookshop/covers"
MANUSCRIPTS = Path("/srv/bookshop/manuscripts")
COVER_HOSTS = frozenset({"covers.example.com", "images.example.org"})
PARTNERS = {"north": "https://north.example.com/stock", "south": "https://south.example.com/stock"}


# Fetching --------------------------------------------------------------------------------------------


@remote.post("/covers/import")
def import_cover():
    response = requests.get(request.form["url"], timeout=10)  # want ssrf
    return jsonify(size=len(response.content))


@remote.post("/covers/import-slow")
def import_cover_slow():
    url = request.get_json().get("url")
    response = requests.get(url)  # want ssrf, request-without-timeout
    return jsonify(size=len(response.content))


@remote.post("/covers/import-checked")
def import_cover_checked():
    url = request.form["url"]
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname not in COVER_HOSTS or "@" in parts.netloc:
        abort(400)
    response = requests.get(url, timeout=10, allow_redirects=False)
    return jsonify(size=len(response.content))


@remote.get("/stock/<partner>")
def partner_stock(partner):
    if partner not in PARTNERS:
        abort(404)
    response = requests.get(PARTNERS[partner], timeout=10)
    return jsonify(stock=response.json())


@remote.get("/isbn/<isbn>")
def isbn(isbn):
    response = requests.get("https://isbn.example.com/v1/" + quote(isbn, safe=""), timeout=10)
    return jsonify(found=response.status_code == 200)


@remote.post("/feeds")
def read_feed():
    with urlopen(request.values.get("feed"), timeout=5) as answer:  # want ssrf
        return jsonify(size=len(answer.read()))


@remote.get("/exchange-rate")
def exchange_rate():
    answer = requests.get("https://rates.example.com/eur", verify=False, timeout=5)  # want tls-verification-disabled
    return jsonify(rate=answer.json()["rate"])


@remote.get("/exchange-rate-pinned")
def exchange_rate_pinned():
    answer = requests.get("https://rates.example.com/eur", verify="/etc/bookshop/rates-ca.pem", timeout=5)
    return jsonify(rate=answer.json()["rate"])


@remote.get("/exchange-rate-default")
def exchange_rate_default():
    answer = requests.get("https://rates.example.com/eur", timeout=(3, 10))
    return jsonify(rate=answer.json()["rate"])


@remote.post("/stock/notify")
def notify_warehouse():
    requests.post("https://warehouse.example.com/hooks/stock", json={"event": "changed"})  # want request-without-timeout
    return jsonify(status="told")


# Files ------------------------------------------------------------------------------------------------


@remote.get("/covers/file")
def cover_file():
    return send_file(os.path.join(COVERS, request.args["name"]))  # want path-traversal


@remote.get("/covers/file-directory")
def cover_file_directory():
    return send_from_directory(COVERS, request.args["name"])


@remote.get("/covers/file-joined")
def cover_file_joined():
    path = safe_join(COVERS, request.args["name"])
    if path is None:
        abort(404)
    return send_file(path)


@remote.get("/manuscripts/read")
def read_manuscript():
    with open(f"/srv/bookshop/manuscripts/{request.args['name']}", encoding="utf-8") as handle:  # want path-traversal
        return jsonify(text=handle.read())


@remote.get("/manuscripts/read-resolved")
def read_manuscript_resolved():
    path = (MANUSCRIPTS / request.args["name"]).resolve()
    if not path.is_relative_to(MANUSCRIPTS):
        abort(404)
    return jsonify(text=path.read_text(encoding="utf-8"))


@remote.get("/manuscripts/<uuid:manuscript>")
def read_manuscript_by_id(manuscript):
    with open(f"/srv/bookshop/manuscripts/{manuscript}.txt", encoding="utf-8") as handle:
        return jsonify(text=handle.read())


@remote.delete("/manuscripts/<path:name>")
def delete_manuscript(name):
    (MANUSCRIPTS / name).unlink()  # want path-traversal
    return jsonify(status="deleted")


@remote.post("/manuscripts")
def upload_manuscript():
    upload = request.files["manuscript"]
    name = secure_filename(upload.filename)
    if not name.endswith(".txt"):
        abort(400)
    upload.save(os.path.join(MANUSCRIPTS, name))
    return jsonify(status="stored")


@remote.post("/manuscripts/anonymous")
def upload_manuscript_anonymous():
    upload = request.files["manuscript"]
    upload.save(MANUSCRIPTS / f"{uuid.uuid4().hex}.txt")
    return jsonify(status="stored")
