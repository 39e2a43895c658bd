"""The radio: sockets, and calls to other harbours."""
import json
import sqlite3
import urllib.request
from urllib.parse import urlsplit

import requests
import tornado.websocket
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.web import HTTPError, RequestHandler

HARBOURS = {"bergen": "https://bergen.example/api", "gdansk": "https://gdansk.example/api"}


class Radio(tornado.websocket.WebSocketHandler):
    clients = set()

    def open(self, *args, **kwargs):
        self.channel = self.get_argument("channel", "16")  # at channel
        self.db = sqlite3.connect("radio.db")
        self.clients.add(self)

    def on_message(self, message):  # at message
        call = json.loads(message)  # at call
        self.db.execute("INSERT INTO calls (text) VALUES ('%s')" % call["text"])  # want sql-injection via message call
        for client in self.clients:
            client.write_message({"text": call["text"]})

    def on_close(self):
        self.clients.discard(self)

    def check_origin(self, origin):
        return urlsplit(origin).hostname == "harbour.example"


class Echo(tornado.websocket.WebSocketHandler):
    async def on_message(self, message):  # at echo
        answer = requests.get(message, timeout=3)  # want ssrf via echo
        await self.write_message(answer.text)


class Bound(tornado.websocket.WebSocketHandler):
    def initialize(self, db):
        self.db = db

    def on_message(self, message):
        call = json.loads(message)
        self.db.execute("INSERT INTO calls (text, channel) VALUES (?, ?)", (call["text"], int(call["channel"])))
        self.write_message(json.dumps({"stored": call["text"]}))


class Relay(RequestHandler):
    async def get(self):
        where = self.get_argument("url")  # at relay_url
        answer = await AsyncHTTPClient().fetch(where)  # want ssrf via relay_url
        self.write({"code": answer.code})

    async def post(self):
        body = tornado.escape.json_decode(self.request.body)  # at relay_body
        request = HTTPRequest(body["callback"], method="POST", body="{}")  # want ssrf via relay_body
        try:
            await AsyncHTTPClient().fetch(request)
        except HTTPClientError as e:
            raise HTTPError(502) from e

    def put(self):
        with urllib.request.urlopen("http://" + self.request.headers["X-Harbour"] + "/status", timeout=5) as answer:  # at relay_header # want ssrf via relay_header
            self.write({"length": len(answer.read())})

    async def delete(self):
        base = HARBOURS.get(self.get_argument("harbour"))
        if not base:
            raise HTTPError(404)
        await AsyncHTTPClient().fetch(base + "/calls", method="DELETE")

    async def patch(self):
        number = int(self.get_argument("number"))
        answer = await AsyncHTTPClient().fetch(f"https://registry.example/ships/{number}")
        self.write({"ship": answer.body.decode()})

    async def head(self):
        url = self.get_argument("url")
        if urlsplit(url).scheme != "https" or urlsplit(url).hostname not in ("bergen.example", "gdansk.example"):
            raise HTTPError(403)
        client = AsyncHTTPClient()
        await client.fetch(HTTPRequest(url, follow_redirects=False))
