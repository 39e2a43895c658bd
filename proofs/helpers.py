"""What the proofs share: ways to ask the applications of all frameworks."""
import asyncio
import io
import json
import os
import random
import sqlite3
import subprocess
import tempfile
import threading
import urllib.parse
from types import SimpleNamespace


def wsgi(app, url, method="GET", body=b"", headers=None, form=None):
    """wsgi asks a WSGI application: an answer with status, headers, text."""
    headers = dict(headers or {})
    if form is not None:
        body = urllib.parse.urlencode(form).encode()
        method, headers["Content-Type"] = "POST", "application/x-www-form-urlencoded"
    path, _, query = url.partition("?")
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": urllib.parse.unquote(path), "QUERY_STRING": query, "SERVER_NAME": "testserver",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "SCRIPT_NAME": "", "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": headers.pop("Content-Type", ""), "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(), "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http", "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
        "HTTP_HOST": "testserver", **{"HTTP_" + k.upper().replace("-", "_"): v for k, v in headers.items()},
    }
    answer = SimpleNamespace(status=0, headers={}, text="")

    def start(status, list, exc_info=None):
        answer.status, answer.headers = int(status.split()[0]), {k.lower(): v for k, v in list}

    answer.text = b"".join(app(environ, start)).decode("utf-8", "replace")
    return answer


def asgi(app, url, method="GET", body=b"", headers=None, form=None):
    """asgi asks an ASGI application."""
    headers = {"host": "testserver", **{k.lower(): v for k, v in (headers or {}).items()}}
    if form is not None:
        body = urllib.parse.urlencode(form).encode()
        method, headers["content-type"] = "POST", "application/x-www-form-urlencoded"
    headers["content-length"] = str(len(body))
    path, _, query = url.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": urllib.parse.unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(k.encode(), v.encode("latin-1")) for k, v in headers.items()], "client": ("127.0.0.1", 1), "server": ("testserver", 80),
        "extensions": {}, "state": {},
    }
    answer = SimpleNamespace(status=0, headers={}, text="")
    chunks, sent = [], []

    async def receive():
        if sent:
            await asyncio.sleep(30)
        sent.append(True)
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {k.decode().lower(): v.decode("latin-1") for k, v in message["headers"]}
        elif message["type"] == "http.response.body":
            chunks.append(message.get("body", b""))

    asyncio.run(app(scope, receive, send))
    answer.text = b"".join(chunks).decode("utf-8", "replace")
    return answer


def quoted(text):
    return urllib.parse.quote(text, safe="")


def aiohttp_app(app, url):
    """aiohttp_app asks an application of aiohttp: status, text, location, content type. It can be asked again."""
    from aiohttp import web
    from aiohttp.test_utils import TestClient, TestServer

    async def ask():
        fresh = web.Application()
        fresh.router.add_routes([web.route(r.method, r.resource.canonical, r.handler) for r in app.router.routes() if r.method != "HEAD"])
        async with TestClient(TestServer(fresh)) as client:
            answer = await client.get(url, allow_redirects=False)
            return answer.status, await answer.text(), answer.headers.get("Location"), answer.headers.get("Content-Type")

    return asyncio.run(ask())


def tornado_app(app, url):
    """tornado_app asks an application of Tornado, likewise."""
    from tornado.httpclient import AsyncHTTPClient
    from tornado.httpserver import HTTPServer
    from tornado.testing import bind_unused_port

    async def ask():
        socket, port = bind_unused_port()
        server = HTTPServer(app)
        server.add_socket(socket)
        answer = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}{url}", raise_error=False, follow_redirects=False)
        server.stop()
        return answer.code, answer.body.decode(), answer.headers.get("Location"), answer.headers.get("Content-Type")

    return asyncio.run(ask())
