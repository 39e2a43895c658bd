"""A clock tower: the standard library's server, and a line of text by socket."""
import ast
import base64
import cgi
import html
import http.server
import json
import os
import pickle
import re
import shlex
import socket
import socketserver
import sqlite3
import subprocess
import urllib.request
from http import HTTPStatus
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template as Text
from urllib.parse import parse_qs, quote, unquote, urlparse, urlsplit

import yaml
from jinja2 import Environment, Template

ROOT = Path("/srv/tower")
BELLS = {"hour": ["bell", "--hour"], "alarm": ["bell", "--alarm"]}
CLOCKS = {"town": "http://town.example/time", "port": "http://port.example/time"}


class Tower(BaseHTTPRequestHandler):
    """One method for each way of asking; the path decides."""

    db = sqlite3.connect("tower.db", check_same_thread=False)

    @property
    def query(self):
        return parse_qs(urlparse(self.path).query)  # at query

    def one(self, name, default=""):
        return self.query.get(name, [default])[0]  # at one

    def text(self, body, status=HTTPStatus.OK):
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(body.encode())

    def json(self, value):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    # SQL -----------------------------------------------------------------------------------------------

    def do_GET(self):
        parts = urlparse(self.path)  # at get_parts
        if parts.path == "/bells":
            query = parse_qs(parts.query)  # at get_query
            name = query["name"][0]  # at get_name
            rows = self.db.execute("SELECT * FROM bells WHERE name = '%s'" % name)  # want sql-injection via get_parts get_query get_name
            self.json(rows.fetchall())
        elif parts.path == "/tower":
            self.tower()
        else:
            self.send_error(404, "no such page")

    def tower(self):
        town = self.one("town")  # at tower_town
        self.json(self.db.execute(f"SELECT * FROM towers WHERE town = '{town}'").fetchall())  # want sql-injection via query one tower_town

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        bell = json.loads(self.rfile.read(length))  # at post_bell
        self.db.execute("INSERT INTO bells (name) VALUES ('{name}')".format(name=bell["name"]))  # want sql-injection via post_bell
        self.text("stored", HTTPStatus.CREATED)

    def do_PUT(self):
        number = int(self.path.rsplit("/", 1)[1])
        height = float(self.one("height", "0"))
        self.db.execute(f"UPDATE towers SET height = {height} WHERE id = {number}")
        self.text("stored")

    def do_DELETE(self):
        match = re.fullmatch(r"/bells/([0-9]+)", self.path)
        if not match:
            return self.send_error(404)
        self.db.execute("DELETE FROM bells WHERE id = " + match[1])
        self.text("gone")

    def do_PATCH(self):
        bell = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        self.db.execute("UPDATE bells SET name = ? WHERE id = ?", (bell["name"], bell["id"]))
        self.text("stored")


class Page(BaseHTTPRequestHandler):
    """HTML, templates, ways on."""

    def do_GET(self):
        name = parse_qs(urlsplit(self.path).query).get("name", ["you"])[0]  # at page_name
        self.send_response(200)
        self.send_header("Content-type", "text/html")
        self.end_headers()
        self.wfile.write(bytes(f"<h1>It is late, {name}</h1>", "utf-8"))  # want reflected-xss via page_name

    def do_POST(self):
        form = cgi.FieldStorage(fp=self.rfile, headers=self.headers, environ={"REQUEST_METHOD": "POST"})  # at page_form
        note = form.getvalue("note")  # at page_note
        page = "<html><body><p>" + note + "</p></body></html>"  # at page_page
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page.encode("utf-8"))  # want reflected-xss via page_form page_note page_page

    def do_PUT(self):
        cookie = SimpleCookie(self.headers.get("Cookie"))  # at page_cookie
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<p>" + cookie["name"].value.encode() + b"</p>")  # want reflected-xss via page_cookie

    def do_HEAD(self):
        name = parse_qs(urlsplit(self.path).query).get("name", ["you"])[0]
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(f"It is late, {name}".encode())

    def do_PATCH(self):
        name = html.escape(unquote(self.path.lstrip("/")))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f"<h1>It is late, {name}</h1>".encode())

    def do_DELETE(self):
        body = json.dumps({"gone": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_OPTIONS(self):
        hour = int(self.headers["X-Hour"])
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<b>%d</b>" % hour)


class Plate(BaseHTTPRequestHandler):
    def do_POST(self):
        source = self.rfile.read(int(self.headers["Content-Length"])).decode()  # at plate_source
        plate = Template(source).render(year=1700)  # want template-injection via plate_source
        self.answer(plate)

    def do_GET(self):
        motto = self.headers["X-Motto"]  # at plate_motto
        self.answer(Environment().from_string("Motto: " + motto).render())  # want template-injection via plate_motto

    def do_PUT(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.answer(Template("{{ text }}, {{ year }}").render(text=text, year=1700))

    def do_PATCH(self):
        self.answer(Text("$motto, 1700").substitute(motto=self.headers["X-Motto"]))

    def do_DELETE(self):
        kind = "large" if self.headers.get("X-Large") else "small"
        self.answer(Environment().from_string(f"{{{{ year }}}} {kind}").render(year=self.path))

    def answer(self, text):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(text.encode())


class Way(BaseHTTPRequestHandler):
    def do_GET(self):
        target = parse_qs(urlparse(self.path).query)["to"][0]  # at way_target
        self.send_response(302)
        self.send_header("Location", target)  # want open-redirect via way_target
        self.end_headers()

    def do_POST(self):
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", self.headers.get("Referer", "/"))  # at way_referer # want open-redirect via way_referer
        self.end_headers()

    def do_HEAD(self):
        self.send_response(301)
        self.send_header("Location", "https://tower.example/" + quote(self.path.lstrip("/")))
        self.end_headers()

    def do_PUT(self):
        self.send_response(303)
        self.send_header("Location", "/find?q=" + quote(self.headers.get("X-Query", ""), safe=""))
        self.end_headers()

    def do_DELETE(self):
        self.send_response(303)
        self.send_header("Location", {"/old": "/new", "/low": "/high"}.get(self.path, "/"))
        self.end_headers()


class Works(BaseHTTPRequestHandler):
    """Programs and formulas."""

    def do_GET(self):
        args = parse_qs(self.path.partition("?")[2])  # at works_args
        os.system("bell --ring " + args["times"][0])  # want command-injection via works_args
        self.send_response(204)
        self.end_headers()

    def do_POST(self):
        order = json.load(self.rfile)  # at works_order
        result = subprocess.run(f"clock --set {order['time']}", shell=True, capture_output=True)  # want command-injection via works_order
        self.send_response(200 if result.returncode == 0 else 500)
        self.end_headers()

    def do_PUT(self):
        bell = BELLS.get(self.path.strip("/"))
        if bell:
            subprocess.run(bell, check=False)
        self.send_response(204 if bell else 404)
        self.end_headers()

    def do_DELETE(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        os.system("say " + shlex.quote(text))
        subprocess.run(["say", "--", text], check=True)
        self.send_response(204)
        self.end_headers()

    def do_PATCH(self):
        times = self.headers.get("X-Times", "1")
        if times.isdigit() and len(times) < 3:
            os.system(f"bell --ring {times}")
        self.send_response(204)
        self.end_headers()


class Sums(BaseHTTPRequestHandler):
    def do_GET(self):
        value = eval(unquote(self.path[1:]))  # at sum_value # want code-injection via sum_value
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(str(value).encode())

    def do_POST(self):
        program = self.rfile.read(int(self.headers["Content-Length"]))  # at sum_program
        exec(program)  # want code-injection via sum_program
        self.send_response(204)
        self.end_headers()

    def do_PUT(self):
        value = ast.literal_eval(unquote(self.path[1:]))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def do_PATCH(self):
        left, right = map(int, self.path.strip("/").split("/"))
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(str(eval(f"{left} + {right}")).encode())

    def do_DELETE(self):
        known = {"hours": 24, "minutes": 1440}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"%d" % known.get(self.path[1:], 0))


class Archive(SimpleHTTPRequestHandler):
    """Files, other servers, stored objects."""

    def do_GET(self):
        name = unquote(urlparse(self.path).path).lstrip("/")  # at archive_name
        with open(os.path.join("/srv/tower", name), "rb") as file:  # want path-traversal via archive_name
            self.copyfile(file, self.wfile)

    def do_PUT(self):
        path = self.translate_path(self.path)
        with open(path, "wb") as out:
            out.write(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(201)
        self.end_headers()

    def do_POST(self):
        name = self.headers["X-File-Name"]  # at archive_header
        (ROOT / name).write_bytes(self.rfile.read(int(self.headers["Content-Length"])))  # want path-traversal via archive_header
        self.send_response(201)
        self.end_headers()

    def do_DELETE(self):
        path = (ROOT / self.path.lstrip("/")).resolve()
        if not path.is_relative_to(ROOT):
            return self.send_error(HTTPStatus.FORBIDDEN)
        path.unlink(missing_ok=True)
        self.send_response(204)
        self.end_headers()

    def do_PATCH(self):
        year = int(self.path.strip("/"))
        (ROOT / f"{year}.txt").touch()
        self.send_response(204)
        self.end_headers()


class Clock(BaseHTTPRequestHandler):
    def do_GET(self):
        where = parse_qs(urlparse(self.path).query).get("clock")  # at clock_where
        with urllib.request.urlopen(where[0], timeout=3) as answer:  # want ssrf via clock_where
            self.send_response(answer.status)
        self.end_headers()

    def do_CONNECT(self):
        host, _, port = self.path.partition(":")
        if host not in ("town.example", "port.example") or port != "443":
            return self.send_error(403)
        with socket.create_connection((host, 443), timeout=3) as upstream:
            upstream.sendall(b"hello")
        self.send_response(200)
        self.end_headers()

    def do_POST(self):
        clock = CLOCKS.get(self.path.strip("/"))
        if clock is None:
            return self.send_error(404)
        with urllib.request.urlopen(clock, timeout=3) as answer:
            self.send_response(answer.status)
        self.end_headers()

    def do_PUT(self):
        zone = quote(self.headers.get("X-Zone", "UTC"), safe="")
        with urllib.request.urlopen(f"https://time.example/zones/{zone}", timeout=3) as answer:
            self.send_response(answer.status)
        self.end_headers()

    def do_DELETE(self):
        number = int(self.path.strip("/"))
        request = urllib.request.Request(f"https://time.example/clocks/{number}", method="DELETE")
        with urllib.request.urlopen(request, timeout=3) as answer:
            self.send_response(answer.status)
        self.end_headers()


class State(BaseHTTPRequestHandler):
    def do_POST(self):
        state = pickle.load(self.rfile)  # at state # want unsafe-deserialization via state
        self.send_response(200 if state else 400)
        self.end_headers()

    def do_PUT(self):
        raw = base64.b64decode(self.headers["X-State"])  # at state_raw
        settings = yaml.load(raw, yaml.UnsafeLoader)  # want unsafe-deserialization via state_raw
        self.send_response(200 if settings else 400)
        self.end_headers()

    def do_GET(self):
        state = json.loads(base64.b64decode(self.headers.get("X-State", "e30=")))
        self.send_response(200 if state else 400)
        self.end_headers()

    def do_PATCH(self):
        settings = yaml.safe_load(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200 if settings else 400)
        self.end_headers()

    def do_DELETE(self):
        number = int.from_bytes(self.rfile.read(4), "big")
        self.send_response(200 if number else 400)
        self.end_headers()


class Line(socketserver.StreamRequestHandler):
    """A line of text for each order."""

    def handle(self):
        for line in self.rfile:  # at line
            order = line.strip().decode()  # at line_order
            self.wfile.write(subprocess.check_output("bell " + order, shell=True))  # want command-injection via line line_order


class Datagram(socketserver.BaseRequestHandler):
    def handle(self):
        data, peer = self.request
        if data.isdigit():
            subprocess.run("bell --ring " + data.decode(), shell=True, check=False)
        peer.sendto(b"ok", self.client_address)


class Raw(socketserver.BaseRequestHandler):
    def handle(self):
        data = self.request.recv(1024)  # at raw_data
        state = pickle.loads(data)  # want unsafe-deserialization via raw_data
        self.request.sendall(str(len(state)).encode())


def listen(port):
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))
        server.listen()
        connection, _ = server.accept()
        with connection:
            name = connection.recv(64).decode().strip()  # at listen_name
            db = sqlite3.connect("tower.db")
            found = db.execute("SELECT * FROM bells WHERE name = '" + name + "'")  # want sql-injection via listen_name
            connection.sendall(repr(found.fetchall()).encode())


if __name__ == "__main__":
    with ThreadingHTTPServer(("", 8000), Tower) as tower:  # want bind-all-interfaces
        tower.serve_forever()
    http.server.test(HandlerClass=Page, port=8001)
