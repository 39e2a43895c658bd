"""What proofs share: databases with the same few users, and one way to ask an application of any framework."""

import asyncio
import contextlib
import os
from dataclasses import dataclass, field

USERS = [(1, "ann", "admin", 34), (2, "bob", "user", 20), (3, "carol", "user", 51), (4, "dave", "staff", 28), (5, "50% off", "shop_bot", 1)]


def fill(connection, mark):
    """Makes the table of users anew through a connection of DB-API."""
    cursor = connection.cursor()
    cursor.execute("DROP TABLE IF EXISTS users")
    cursor.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(80), role VARCHAR(80), age INTEGER)")
    cursor.executemany(f"INSERT INTO users VALUES ({mark}, {mark}, {mark}, {mark})", USERS)
    connection.commit()
    return connection


def sqlite(path=":memory:"):
    import sqlite3

    return fill(sqlite3.connect(path, check_same_thread=False), "?")


def psycopg2():
    import psycopg2

    return fill(psycopg2.connect(""), "%s")


def psycopg():
    import psycopg

    return fill(psycopg.connect(""), "%s")


def pymysql():
    import pymysql

    return fill(pymysql.connect(host="127.0.0.1", port=int(os.environ["PROOF_MARIADB"]), user="root", database=os.environ["PROOF_DATABASE"]), "%s")


def mysql_connector():
    """A connection that lives on, as its cursors do not keep it, until the next one is made."""
    import mysql.connector

    while _connections:
        _connections.pop().close()
    made = mysql.connector.connect(host="127.0.0.1", port=int(os.environ["PROOF_MARIADB"]), user="root", database=os.environ["PROOF_DATABASE"])
    _connections.append(made)
    return fill(made, "%s")


_connections = []


def duckdb():
    import duckdb

    return fill(duckdb.connect(), "?")


def engine(url="sqlite://"):
    """An engine of SQLAlchemy with the table of users."""
    import sqlalchemy
    from sqlalchemy.pool import StaticPool

    made = sqlalchemy.create_engine(url, poolclass=StaticPool)
    fill(made.raw_connection().driver_connection, "?")
    return made


@contextlib.asynccontextmanager
async def asyncpg():
    import asyncpg

    psycopg2().close()
    connection = await asyncpg.connect()
    try:
        yield connection
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def aiomysql():
    import aiomysql

    pymysql().close()
    connection = await aiomysql.connect(host="127.0.0.1", port=int(os.environ["PROOF_MARIADB"]), user="root", db=os.environ["PROOF_DATABASE"])
    try:
        yield connection
    finally:
        connection.close()


@contextlib.asynccontextmanager
async def aiosqlite():
    import aiosqlite

    sqlite("users.db").close()
    async with aiosqlite.connect("users.db") as connection:
        yield connection


def django_users():
    """Ann and Bob as users of Django."""
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    for name in ("ann", "bob"):
        User.objects.create(username=name, email=f"{name}@example.org", password="pbkdf2_sha256$secret")


def django_tables(*models):
    """Makes the tables of models of Django."""
    from django.db import connection

    with connection.schema_editor() as editor:
        for model in models:
            editor.create_model(model)


@contextlib.contextmanager
def django_client(app, **more):
    """A client of the URLs of an application, under the settings that its module of settings has."""
    from django.test import Client, override_settings

    given = {k: v for k, v in vars(getattr(app, "settings", None) or object).items() if k.isupper() and k != "INSTALLED_APPS"}
    with override_settings(**({"MIDDLEWARE": []} | given | more | {"ROOT_URLCONF": "app"})):
        yield Client(enforce_csrf_checks=True)


@dataclass
class Answer:
    """A response, whatever framework gave it."""

    status: int
    text: str
    headers: dict = field(default_factory=dict)

    def __getitem__(self, name):
        return self.headers.get(name.lower(), "")


class Failed(Exception):
    """The application answered that it failed."""


def get(app, path, **more):
    return ask(app, "GET", path, **more)


def post(app, path, data=None, **more):
    return ask(app, "POST", path, data=data, **more)


def ask(app, method, path, data=None, headers=None, files=None, raw=None):
    """Asks an application through the test client of its framework; exceptions pass through where the client lets them."""
    root = type(app).__module__.split(".")[0]
    if callable(app) and root in ("function", "builtins", "functools"):
        root = "django"
    client = {"flask": wsgi, "quart": quart, "fastapi": starlette, "starlette": starlette, "django": django, "aiohttp": aiohttp,
              "tornado": tornado, "bottle": webtest, "pyramid": webtest}[root]
    answer = client(app, method, path, data, headers or {}, files, raw)
    if answer.status >= 500:
        raise Failed(f"{answer.status}: {answer.text}")
    answer.headers = {k.lower(): v for k, v in answer.headers.items()}
    return answer


def wsgi(app, method, path, data, headers, files, raw):
    app.testing = True
    form = {**(data or {}), **{k: (_stream(content), name) for k, (name, content) in (files or {}).items()}} or raw
    r = app.test_client().open(path, method=method, data=form, headers=headers)
    return Answer(r.status_code, r.get_data().decode("utf-8", "replace"), dict(r.headers))


def _stream(content):
    import io

    return io.BytesIO(content)


def quart(app, method, path, data, headers, files, raw):
    async def call():
        app.testing = True
        more = {"data": raw} if raw is not None else {"form": data} if data else {}
        r = await app.test_client().open(path, method=method, headers=headers, **more)
        return Answer(r.status_code, (await r.get_data()).decode("utf-8", "replace"), dict(r.headers))

    return asyncio.run(call())


def starlette(app, method, path, data, headers, files, raw):
    from starlette.testclient import TestClient

    with TestClient(app) as client:
        r = client.request(method, path, data=data, headers=headers, files=files, content=raw, follow_redirects=False)
    return Answer(r.status_code, r.text, dict(r.headers))


def django(view, method, path, data, headers, files, raw):
    """Calls a view with a request, a session in it."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.http import Http404
    from django.core.exceptions import PermissionDenied
    from django.test import RequestFactory

    form = {**(data or {}), **{k: SimpleUploadedFile(name, content) for k, (name, content) in (files or {}).items()}}
    factory = RequestFactory(headers=headers)
    if raw is not None:
        request = factory.generic(method, path, raw, content_type="application/octet-stream")
    else:
        request = getattr(factory, method.lower())(path, form)
    request.session = {}
    try:
        r = view(request)
    except (Http404, PermissionDenied) as e:
        return Answer(404 if isinstance(e, Http404) else 403, str(e))
    if hasattr(r, "render"):
        r = r.render()
    content = b"".join(r.streaming_content) if r.streaming else r.content
    return Answer(r.status_code, content.decode("utf-8", "replace"), dict(r.headers))


def aiohttp(app, method, path, data, headers, files, raw):
    """One loop and one server for each application: it belongs to the first loop that runs it."""
    from aiohttp.test_utils import TestClient, TestServer

    async def call():
        if app not in _clients:
            _clients[app] = TestClient(TestServer(app))
            await _clients[app].start_server()
        r = await _clients[app].request(method, path, data=raw if raw is not None else data, headers=headers, allow_redirects=False)
        return Answer(r.status, (await r.read()).decode("utf-8", "replace"), dict(r.headers))

    return _loop.run_until_complete(call())


_clients, _loop = {}, asyncio.new_event_loop()


def tornado(app, method, path, data, headers, files, raw):
    from urllib.parse import urlencode

    from tornado.httpclient import AsyncHTTPClient
    from tornado.testing import bind_unused_port

    async def call():
        sock, port = bind_unused_port()
        from tornado.httpserver import HTTPServer

        server = HTTPServer(app)
        server.add_sockets([sock])
        body = raw if raw is not None else urlencode(data or {}) if method == "POST" else None
        r = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}{path}", method=method, body=body, headers=headers,
                                          follow_redirects=False, raise_error=False)
        server.stop()
        return Answer(r.code, r.body.decode("utf-8", "replace"), dict(r.headers))

    return asyncio.run(call())


def webtest(app, method, path, data, headers, files, raw):
    import webtest

    client = webtest.TestApp(app)
    uploads = [(k, name, content) for k, (name, content) in (files or {}).items()]
    more = {"upload_files": uploads} if uploads else {}
    if method == "POST":
        r = client.post(path, raw if raw is not None else data or {}, headers=headers, expect_errors=True, **more)
    else:
        r = client.get(path, headers=headers, expect_errors=True)
    return Answer(r.status_int, r.body.decode("utf-8", "replace"), dict(r.headers))


@dataclass
class Asked:
    """A request that a library of HTTP was about to send."""

    url: str
    body: bytes = b""
    verify: object = True
    timeout: object = None


@contextlib.contextmanager
def answering():
    """Answers what requests and httpx ask, so that nothing leaves the machine; a path /redirect?to=URL leads there."""
    from unittest import mock
    from urllib.parse import unquote

    import httpx
    import requests

    asked = []

    def location(asking):
        asked.append(asking)
        return unquote(asking.url.partition("/redirect?to=")[2])

    def send(adapter, request, timeout=None, verify=True, **_):
        response = requests.Response()
        response.url, response.request, response.raw = request.url, request, mock.MagicMock()
        response._content = f"answer of {request.url}".encode()
        response.status_code = 200
        if to := location(Asked(request.url, request.body, verify, timeout)):
            response.status_code = 302
            response.headers["Location"] = to
        return response

    async def handle(transport, request):
        to = location(Asked(str(request.url)))
        return httpx.Response(302 if to else 200, headers={"Location": to} if to else {}, text=f"answer of {request.url}", request=request)

    with mock.patch.object(requests.adapters.HTTPAdapter, "send", send), \
            mock.patch.object(httpx.AsyncHTTPTransport, "handle_async_request", handle):
        yield asked


@contextlib.contextmanager
def serving(body):
    """The address of a server on loopback that answers every request with the body."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def raw_request(handler, path):
    """The lines of the head with which a handler of http.server answers."""
    import io

    class Socket:
        def __init__(self):
            self.sent = b""

        def makefile(self, *_):
            return io.BytesIO(f"GET {path} HTTP/1.0\r\n\r\n".encode())

        def sendall(self, data):
            self.sent += data

    class Quiet(handler):
        def log_message(self, *_):
            pass

        def date_time_string(self, timestamp=None):
            return "now"

    sock = Socket()
    Quiet(sock, ("127.0.0.1", 1), None)
    return sock.sent.decode().splitlines()


@contextlib.contextmanager
def mailing():
    """The mails that smtplib was about to send."""
    import smtplib
    from unittest import mock

    mails = []
    server = mock.MagicMock()
    server.__enter__.return_value = server
    server.send_message = lambda message, *_: mails.append(message)
    with mock.patch.object(smtplib, "SMTP", lambda *_: server):
        yield mails


@contextlib.contextmanager
def logged():
    """The messages of the log."""
    import logging

    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logging.getLogger().addHandler(handler)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(handler)
