"""The kiosk in the entrance: what it shows, fetches, serves and where it sends people."""
import ipaddress
import mimetypes
import os
import socket
from functools import wraps
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

import flask
import httpx
import requests
from flask import abort, current_app, redirect, request, send_file, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape
from werkzeug.utils import safe_join, secure_filename

kiosk = flask.Blueprint("kiosk", __name__, url_prefix="/kiosk")

MEDIA = Path("/srv/kiosk/media")
LANGUAGES = ["en", "fr", "pl"]
FEEDS = {"news": "https://news.example.com/feed", "weather": "https://weather.example.com/today"}


def needs_badge(view):
    @wraps(view)
    def guarded(*args, **kwargs):
        if "badge" not in session:
            return redirect(url_for("kiosk.badge", next=request.full_path))
        return view(*args, **kwargs)

    return guarded


# HTML -------------------------------------------------------------------------------------------------------


@kiosk.route("/screen/<path:page>")
def screen(page):  # at page
    return "<h1>No page " + page + "</h1>", HTTPStatus.NOT_FOUND  # want reflected-xss via page


@kiosk.get("/search")
def search():
    agent = request.user_agent.string  # at agent
    body = [f"<footer>{agent}</footer>"]  # at body
    response = flask.make_response("".join(body))  # want reflected-xss via agent body
    response.headers["Cache-Control"] = "no-store"
    return response


@kiosk.get("/back")
def back() -> ResponseReturnValue:
    return Markup('<a href="%s">back</a>' % request.referrer)  # want unsafe-markup via


@kiosk.get("/screen-escaped/<path:page>")
def screen_escaped(page):
    return "<h1>No page " + str(escape(page)) + "</h1>", HTTPStatus.NOT_FOUND


@kiosk.get("/search-template")
@needs_badge
def search_template():
    return flask.render_template_string("<footer>{{ agent }}</footer>", agent=request.headers["User-Agent"])


@kiosk.get("/search-markup")
def search_markup():
    row = Markup("<li>%s</li>")
    rows = Markup("").join(row % word for word in request.args.get("q", "").split())
    return Markup("<ul>") + rows + Markup("</ul>")


@kiosk.get("/search-plain")
def search_plain():
    return request.args.get("q", ""), 200, {"Content-Type": "text/plain; charset=utf-8"}


@kiosk.get("/search-length")
def search_length():
    query = request.args.get("q", "")
    return f"<p>Your {len(query)} letters, {query.isupper()}</p>"


@kiosk.get("/language")
def language():
    chosen = request.accept_languages.best_match(LANGUAGES, default="en")
    return f"<html lang={chosen}></html>"


# Other servers ------------------------------------------------------------------------------------------------


@kiosk.post("/mirror")
def mirror():
    payload = request.get_json(silent=True) or {}  # at payload
    with httpx.Client(timeout=5) as client:
        answer = client.get(payload["url"])  # want ssrf via payload
    return flask.Response(answer.content, mimetype="application/octet-stream")


@kiosk.get("/proxy/<path:target>")
def proxy(target):  # at target
    return {"status": requests.head(f"http://{target}", timeout=3).status_code}  # want ssrf via target


@kiosk.get("/feed/<name>")
def feed(name):
    url = FEEDS.get(name) or abort(404)
    return {"items": requests.get(url, timeout=3).json()}


@kiosk.get("/mirror/path/<path:target>")
def mirror_path(target):  # at mirrored
    url = urlunsplit(("https", "media.example.com", "/public/" + target, urlencode(request.args), ""))  # at mirrored_url
    return {"status": requests.head(url, timeout=3).status_code}  # want ssrf-partial via mirrored mirrored_url


@kiosk.post("/mirror/allowed")
def mirror_allowed():
    url = request.form.get("url", "")
    split = urlsplit(url)
    if split.scheme not in ("http", "https") or split.hostname not in current_app.config["MIRROR_HOSTS"]:
        abort(400, "host")
    return {"status": requests.get(url, timeout=3, allow_redirects=False).status_code}


@kiosk.get("/mirror/search")
def mirror_search():
    answer = requests.get("https://search.example.com/", params={"q": request.args["q"]}, timeout=3)
    return {"hits": answer.json()["hits"]}


@kiosk.get("/resolve")
def resolve():
    try:
        address = ipaddress.ip_address(request.args["address"])
    except ValueError:
        abort(400)
    return {"name": socket.getfqdn(str(address))}


# Where to next ------------------------------------------------------------------------------------------------


@kiosk.post("/badge")
def badge():
    session["badge"] = request.form["badge"]
    target = request.args.get("next") or url_for("kiosk.search")  # at next
    return redirect(target, code=303)  # want open-redirect via next


@kiosk.get("/leave")
def leave():
    session.clear()
    response = flask.Response(status=302)
    response.headers["Location"] = request.values["to"]  # want open-redirect via
    return response


def on_this_host(target):
    """The target as an absolute URL, None if that leaves this host."""
    there = urljoin(request.host_url, target)
    if urlsplit(there).netloc != urlsplit(request.host_url).netloc:
        return None
    return there


@kiosk.post("/badge/checked")
def badge_checked():
    target = on_this_host(request.args.get("next", ""))
    if target is None:
        target = url_for("kiosk.search")
    return redirect(target)


@kiosk.post("/badge/named")
def badge_named():
    views = {"search": "kiosk.search", "language": "kiosk.language"}
    return redirect(url_for(views.get(request.form.get("view"), "kiosk.search")))


@kiosk.post("/badge/fragment")
def badge_fragment():
    return redirect(url_for("kiosk.search") + "?" + urlencode({"q": request.form.get("q", "")}))


@kiosk.get("/canonical")
def canonical():
    if request.path.endswith("/"):
        return redirect(request.path.rstrip("/"))
    return redirect(request.url.replace("http://", "https://", 1), 301)


# Files --------------------------------------------------------------------------------------------------------


@kiosk.get("/media/<path:name>")
def media(name):  # at name
    path = MEDIA / name  # at path
    if not path.exists():
        abort(404)
    return send_file(path, mimetype=mimetypes.guess_type(name)[0])  # want path-traversal via name path


@kiosk.post("/media")
def upload_media():
    for upload in request.files.getlist("media"):
        upload.save(os.path.join(MEDIA, upload.filename))  # want upload-filename-trusted via
    return redirect(url_for("kiosk.search"))


@kiosk.post("/media/secure")
def upload_media_secure():
    for upload in request.files.getlist("media"):
        if filename := secure_filename(upload.filename):
            upload.save(MEDIA / filename)
    return redirect(url_for("kiosk.search"))


@kiosk.get("/media/joined/<path:name>")
def media_joined(name):
    path = safe_join(str(MEDIA), name)
    return send_file(path) if path else abort(404)


@kiosk.get("/media/below/<path:name>")
def media_below(name):
    path = (MEDIA / name).resolve()
    try:
        path.relative_to(MEDIA)
    except ValueError:
        abort(404)
    return send_file(path)


@kiosk.get("/media/file")
def media_file():
    name = PurePosixPath(request.args["name"]).name
    if name in {"", "..", "."}:
        abort(404)
    with open(MEDIA / name, "rb") as handle:
        return {"size": len(handle.read())}


@kiosk.get("/media/report/<int:year>-<int:month>")
def report(year, month):
    return send_file(f"/srv/kiosk/reports/{year}-{month:02}.pdf")


def public_files():
    return {entry.name: entry for entry in os.scandir(MEDIA) if entry.is_file()}


@kiosk.get("/media/listed")
def media_listed():
    entry = public_files().get(request.args.get("name"))
    if entry is None:
        abort(404)
    return send_file(entry.path)
