"""A weaving mill: looms, patterns and reports on CherryPy."""
import json
import logging
import os
import sqlite3
import subprocess
from contextlib import closing
from html import escape
from urllib.parse import quote

import cherrypy
import jinja2
from cherrypy.lib.static import serve_file
from cherrypy.process import plugins

log = logging.getLogger(__name__)
HERE = os.path.dirname(os.path.abspath(__file__))
PATTERNS = os.path.realpath(os.path.join(HERE, "patterns"))
SPEEDS = {"slow": "40", "normal": "80", "fast": "120"}
templates = jinja2.Environment(loader=jinja2.FileSystemLoader(os.path.join(HERE, "templates")), autoescape=True)


class Database(plugins.SimplePlugin):
    """One connection for each thread."""

    def start_thread(self, index):
        cherrypy.thread_data.db = sqlite3.connect(os.path.join(HERE, "mill.db"))
        cherrypy.thread_data.db.row_factory = sqlite3.Row

    def stop_thread(self, index):
        cherrypy.thread_data.db.close()


def query(sql, *values):
    with closing(cherrypy.thread_data.db.cursor()) as cursor:
        return [dict(row) for row in cursor.execute(sql, values)]


def whole(text):
    """The whole number that a text holds; anything else is not found."""
    if not text.isdecimal():
        raise cherrypy.NotFound()
    return int(text)


@cherrypy.expose
@cherrypy.popargs("number")
class Looms:
    """GET, PUT and DELETE /looms/<number>."""

    @cherrypy.tools.json_out()
    def GET(self, number=None, order="name", **rest):
        if number is not None:
            found = query("SELECT * FROM looms WHERE id = ?", whole(number))
            if not found:
                raise cherrypy.NotFound()
            return found[0]
        if order not in ("name", "built", "width"):
            raise cherrypy.HTTPError(400, "order by name, built or width")
        return query(f"SELECT * FROM looms ORDER BY {order}")

    @cherrypy.tools.json_in()
    @cherrypy.tools.json_out()
    def PUT(self, number):
        change = cherrypy.request.json
        speed = SPEEDS.get(change.get("speed"))
        if speed is None:
            raise cherrypy.HTTPError(422, "slow, normal or fast")
        subprocess.run(["loomctl", "--loom", str(whole(number)), "--speed", speed], check=True, timeout=10)
        query("UPDATE looms SET note = ? WHERE id = ?", str(change.get("note", ""))[:500], whole(number))
        return {"speed": change["speed"]}

    def DELETE(self, number):
        query("DELETE FROM looms WHERE id = ?", whole(number))
        cherrypy.response.status = 204


class Mill:
    looms = Looms()

    @cherrypy.expose
    def index(self, greeting="Welcome"):
        return templates.get_template("index.html").render(greeting=greeting, looms=query("SELECT name FROM looms"))

    @cherrypy.expose
    def hello(self, name="weaver"):
        return f"<!doctype html><title>Mill</title><h1>Hello, {escape(name)}</h1>"

    @cherrypy.expose
    def status(self, loom="1"):
        cherrypy.response.headers["Content-Type"] = "text/plain; charset=utf-8"
        return f"{loom}: {len(query('SELECT 1 FROM looms WHERE id = ?', whole(loom)))}\n"

    @cherrypy.expose
    def log(self, loom):
        cherrypy.response.headers["Content-Type"] = "application/json"
        return json.dumps(query("SELECT * FROM log WHERE loom = ?", whole(loom)), default=str).encode()

    @cherrypy.expose
    def pattern(self, name):
        path = os.path.realpath(os.path.join(PATTERNS, name))
        if os.path.commonpath([PATTERNS, path]) != PATTERNS or not os.path.isfile(path):
            raise cherrypy.NotFound()
        return serve_file(path, "image/svg+xml", "attachment", name=os.path.basename(path))

    @cherrypy.expose
    def find(self, q=""):
        raise cherrypy.HTTPRedirect("/search?q=" + quote(q, safe=""))

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def login(self, user, password, then="looms"):
        if not cherrypy.config["mill.check"](user, password):
            raise cherrypy.HTTPError(401)
        cherrypy.session.regenerate()
        cherrypy.session["user"] = user
        pages = {"looms": "/looms", "patterns": "/patterns"}
        raise cherrypy.HTTPRedirect(pages.get(then, "/"), status=303)


CONFIG = {
    "/": {
        "tools.sessions.on": True,
        "tools.sessions.secure": True,
        "tools.sessions.httponly": True,
        "tools.response_headers.on": True,
        "tools.response_headers.headers": [("X-Content-Type-Options", "nosniff")],
    },
    "/looms": {"request.dispatch": cherrypy.dispatch.MethodDispatcher()},
}


def main():
    Database(cherrypy.engine).subscribe()
    cherrypy.config.update({"server.socket_host": "127.0.0.1", "environment": "production"})
    cherrypy.quickstart(Mill(), "/", CONFIG)


if __name__ == "__main__":
    main()
