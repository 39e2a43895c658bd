"""An archive of sound recordings, served by Tornado."""
import hashlib
import json
import logging
import mimetypes
import os
import re
import secrets
import sqlite3
from pathlib import Path
from urllib.parse import quote, urlsplit

import tornado.escape
import tornado.httpclient
import tornado.httputil
import tornado.web
import tornado.websocket
from tornado.ioloop import IOLoop
from tornado.options import define, options
from tornado.process import Subprocess

log = logging.getLogger("archive")
define("port", default=8888, type=int)
define("recordings", default="/srv/recordings")

KINDS = {".flac": "audio/flac", ".ogg": "audio/ogg", ".wav": "audio/wav"}
ORDER = {"title": "title COLLATE NOCASE", "year": "year DESC", "length": "seconds"}


class Base(tornado.web.RequestHandler):
    """JSON in and out, and the same headers everywhere."""

    def initialize(self, db, root):
        self.db = db
        self.root = root

    def set_default_headers(self):
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("X-Content-Type-Options", "nosniff")

    def get_current_user(self):
        user = self.get_signed_cookie("user", max_age_days=7)
        return user.decode() if user else None

    def number(self, name, default, most):
        try:
            return max(0, min(int(self.get_query_argument(name, str(default))), most))
        except ValueError as e:
            raise tornado.web.HTTPError(400, f"{name} is not a number") from e

    def body(self):
        try:
            return tornado.escape.json_decode(self.request.body)
        except json.JSONDecodeError as e:
            raise tornado.web.HTTPError(400, "not JSON") from e

    def write_error(self, status_code, **kwargs):
        self.finish({"status": status_code, "path": self.request.path})


class Recordings(Base):
    def get(self):
        order = ORDER.get(self.get_query_argument("order", "title"), ORDER["title"])
        rows = self.db.execute(
            f"SELECT id, title, year FROM recordings WHERE title LIKE ? ORDER BY {order} LIMIT ? OFFSET ?",
            (f"%{self.get_query_argument('q', '')}%", self.number("size", 20, 100), self.number("from", 0, 10**6)),
        )
        self.write({"recordings": [dict(row) for row in rows]})

    @tornado.web.authenticated
    def post(self):
        sent = self.request.files["recording"][0]
        suffix = Path(sent.filename).suffix.lower()
        if suffix not in KINDS:
            raise tornado.web.HTTPError(415)
        name = hashlib.sha256(sent.body).hexdigest() + suffix
        (self.root / name).write_bytes(sent.body)
        title = self.get_body_argument("title")
        cursor = self.db.execute("INSERT INTO recordings (title, file) VALUES (?, ?)", (title, name))
        self.db.commit()
        self.set_status(201)
        self.set_header("Location", self.reverse_url("recording", cursor.lastrowid))
        self.write({"id": cursor.lastrowid, "title": title})


class Recording(Base):
    def row(self, number):
        row = self.db.execute("SELECT * FROM recordings WHERE id = ?", (int(number),)).fetchone()
        if row is None:
            raise tornado.web.HTTPError(404)
        return row

    def get(self, number):
        self.write(dict(self.row(number)))

    @tornado.web.authenticated
    async def put(self, number):
        """Cut silence at both ends, as loud as the caller says it is."""
        row, threshold = self.row(number), float(self.body()["threshold"])
        source = self.root / row["file"]
        process = Subprocess(["sox", str(source), f"{source}.cut", "silence", "1", "0.1", f"{threshold:.3f}%"])
        if await process.wait_for_exit(raise_error=False) != 0:
            raise tornado.web.HTTPError(500)
        os.replace(f"{source}.cut", source)
        self.write({"id": row["id"]})


class Sound(Base):
    """The file itself, by its name."""

    async def get(self, name):
        path = (self.root / name).resolve()
        if not path.is_relative_to(self.root) or not path.is_file():
            raise tornado.web.HTTPError(404)
        self.set_header("Content-Type", mimetypes.guess_type(path.name)[0] or "application/octet-stream")
        self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(path.name)}")
        with path.open("rb") as file:
            while chunk := file.read(64 * 1024):
                self.write(chunk)
                await self.flush()


class Page(Base):
    """A page to be read, with its own content type again."""

    def get(self, number):
        row = self.db.execute("SELECT title FROM recordings WHERE id = ?", (int(number),)).fetchone()
        self.set_header("Content-Type", "text/html; charset=utf-8")
        title = tornado.escape.xhtml_escape(row["title"] if row else self.get_query_argument("title", "nothing"))
        self.write(f"<!doctype html><title>{title}</title><h1>{title}</h1>")


class Login(Base):
    async def post(self):
        client = tornado.httpclient.AsyncHTTPClient()
        credentials = {"user": self.get_body_argument("user"), "password": self.get_body_argument("password")}
        answer = await client.fetch("https://accounts.example.com/check", method="POST", body=json.dumps(credentials), raise_error=False)
        if answer.code != 200:
            raise tornado.web.HTTPError(403)
        self.set_signed_cookie("user", credentials["user"], httponly=True, secure=True, samesite="Lax")
        self.redirect(self.local(self.get_body_argument("next", "/")))

    @staticmethod
    def local(target):
        parts = urlsplit(target)
        if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//") or "\\" in target:
            return "/"
        return target


class Listeners(tornado.websocket.WebSocketHandler):
    listeners = set()

    def check_origin(self, origin):
        return urlsplit(origin).hostname == self.request.host.partition(":")[0]

    def open(self):
        self.listeners.add(self)

    def on_message(self, message):
        try:
            number = int(json.loads(message)["recording"])
        except (KeyError, TypeError, ValueError):
            return
        for listener in self.listeners:
            listener.write_message({"recording": number, "listeners": len(self.listeners)})

    def on_close(self):
        self.listeners.discard(self)


def application():
    db = sqlite3.connect("archive.db")
    db.row_factory = sqlite3.Row
    shared = {"db": db, "root": Path(options.recordings).resolve()}
    return tornado.web.Application(
        [
            tornado.web.url(r"/recordings", Recordings, shared),
            tornado.web.url(r"/recordings/(\d+)", Recording, shared, name="recording"),
            tornado.web.url(r"/recordings/(\d+)/page", Page, shared),
            tornado.web.url(r"/sounds/([\w.-]+)", Sound, shared),
            tornado.web.url(r"/login", Login, shared),
            tornado.web.url(r"/live", Listeners),
        ],
        cookie_secret=os.environ.get("COOKIE_SECRET") or secrets.token_urlsafe(32),
        xsrf_cookies=True,
    )


if __name__ == "__main__":
    options.parse_command_line()
    application().listen(options.port, address="127.0.0.1")
    IOLoop.current().start()
