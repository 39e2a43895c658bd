"""A link shortener without a framework: routes, requests and responses by hand."""
import hashlib
import html
import json
import os
import re
import sqlite3
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote, urlsplit
from wsgiref.headers import Headers
from wsgiref.simple_server import make_server

LIMIT = 16 * 1024
OWN = ("links.example.com", "www.links.example.com")


class Problem(Exception):
    def __init__(self, status, detail=""):
        super().__init__(detail)
        self.status = status
        self.detail = detail


class Request:
    """What is needed of an environment."""

    def __init__(self, environ):
        self.method = environ["REQUEST_METHOD"]
        self.path = environ.get("PATH_INFO", "/")
        self.query = {k: v[-1] for k, v in parse_qs(environ.get("QUERY_STRING", ""), max_num_fields=20).items()}
        self._environ = environ

    @property
    def form(self):
        try:
            length = int(self._environ.get("CONTENT_LENGTH") or 0)
        except ValueError:
            raise Problem(HTTPStatus.BAD_REQUEST) from None
        if length > LIMIT:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body = self._environ["wsgi.input"].read(length)
        return {k: v[-1] for k, v in parse_qs(body.decode("utf-8", "replace"), max_num_fields=20).items()}

    @property
    def language(self):
        try:
            cookie = SimpleCookie(self._environ.get("HTTP_COOKIE", ""))
        except CookieError:
            return "en"
        return "de" if "lang" in cookie and cookie["lang"].value == "de" else "en"


class Links:
    def __init__(self, path):
        self.db = sqlite3.connect(path, check_same_thread=False)
        self.db.execute("CREATE TABLE IF NOT EXISTS links (code TEXT PRIMARY KEY, target TEXT NOT NULL, hits INTEGER DEFAULT 0)")

    def add(self, target):
        code = hashlib.blake2b(target.encode(), digest_size=5).hexdigest()
        self.db.execute("INSERT OR IGNORE INTO links (code, target) VALUES (?, ?)", (code, target))
        self.db.commit()
        return code

    def target(self, code):
        row = self.db.execute("SELECT target FROM links WHERE code = ?", (code,)).fetchone()
        return row and row[0]

    def top(self, size):
        return self.db.execute(f"SELECT code, hits FROM links ORDER BY hits DESC LIMIT {int(size)}").fetchall()


class Application:
    titles = {"en": "Links", "de": "Verweise"}

    def __init__(self, links):
        self.links = links
        self.routes = [
            ("GET", re.compile(r"/"), self.index),
            ("POST", re.compile(r"/links"), self.shorten),
            ("GET", re.compile(r"/top/(\d{1,3})"), self.top),
            ("GET", re.compile(r"/search"), self.search),
            ("GET", re.compile(r"/([0-9a-f]{10})\+"), self.preview),
        ]

    def __call__(self, environ, start_response):
        try:
            status, headers, body = self.respond(Request(environ))
        except Problem as e:
            status, headers, body = e.status, [("Content-Type", "text/plain; charset=utf-8")], e.detail or e.status.phrase
        data = body.encode("utf-8")
        all_headers = Headers(list(headers))
        all_headers["Content-Length"] = str(len(data))
        all_headers["X-Content-Type-Options"] = "nosniff"
        start_response(f"{status.value} {status.phrase}", all_headers.items())
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else data]

    def respond(self, request):
        for method, pattern, view in self.routes:
            match = pattern.fullmatch(request.path)
            if match and request.method == method:
                return view(request, *match.groups())
        raise Problem(HTTPStatus.NOT_FOUND, f"nothing at {request.path}")

    def index(self, request):
        title = self.titles[request.language]
        hint = html.escape(request.query.get("hint", ""))
        page = f"<!doctype html><title>{title}</title><h1>{title}</h1><p>{hint}</p>"
        return HTTPStatus.OK, [("Content-Type", "text/html; charset=utf-8")], page

    def shorten(self, request):
        target = request.form.get("target", "")
        parts = urlsplit(target)
        if parts.scheme != "https" or not parts.hostname or parts.hostname in OWN:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "an https address elsewhere")
        return HTTPStatus.CREATED, [("Content-Type", "application/json")], json.dumps({"code": self.links.add(target)})

    def top(self, request, size):
        return HTTPStatus.OK, [("Content-Type", "application/json")], json.dumps(self.links.top(size))

    def search(self, request):
        return HTTPStatus.SEE_OTHER, [("Location", "/?hint=" + quote(request.query.get("q", ""), safe=""))], ""

    def preview(self, request, code):
        target = self.links.target(code)
        if target is None:
            raise Problem(HTTPStatus.NOT_FOUND)
        page = "<!doctype html><title>Preview</title><p>{}</p>".format(html.escape(target))
        return HTTPStatus.OK, [("Content-Type", "text/html; charset=utf-8")], page


application = Application(Links(os.environ.get("LINKS", "links.db")))

if __name__ == "__main__":
    with make_server("127.0.0.1", 8000, application) as server:
        server.serve_forever()
