"""A chess club by WebSocket: consumers, and the routes that lead to them."""
import json
import os
import pickle
import subprocess
from pathlib import Path
from urllib.parse import parse_qs

import requests
from channels.consumer import AsyncConsumer, SyncConsumer
from channels.db import database_sync_to_async
from channels.generic.http import AsyncHttpConsumer
from channels.generic.websocket import (AsyncJsonWebsocketConsumer, AsyncWebsocketConsumer, JsonWebsocketConsumer,
                                        WebsocketConsumer)
from channels.routing import ProtocolTypeRouter, URLRouter
from django.db import connection
from django.urls import path, re_path

GAMES = Path("/srv/chess/games")
ENGINES = {"quick": ["engine", "--quick"], "deep": ["engine", "--deep"]}


class GameConsumer(WebsocketConsumer):
    def connect(self):
        self.game = self.scope["url_route"]["kwargs"]["game"]  # at game
        with connection.cursor() as cursor:
            cursor.execute("SELECT white FROM games WHERE name = '%s'" % self.game)  # want sql-injection via game
            self.white = cursor.fetchone()
        self.accept()

    def receive(self, text_data=None, bytes_data=None):  # at receive_text
        move = json.loads(text_data)  # at move
        os.system("engine --move " + move["move"])  # want command-injection via receive_text move
        self.send(text_data=json.dumps({"move": move["move"]}))


class TableConsumer(AsyncWebsocketConsumer):
    async def connect(self):
        query = parse_qs(self.scope["query_string"].decode())  # at table_query
        self.name = query["name"][0]  # at table_name
        await self.load(self.name)  # at table_call
        await self.accept()

    @database_sync_to_async
    def load(self, name):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM tables WHERE name = '{name}'")  # want sql-injection via table_query table_name table_call
            return cursor.fetchone()

    async def receive(self, text_data=None, bytes_data=None):  # at table_bytes
        if bytes_data:
            state = pickle.loads(bytes_data)  # want unsafe-deserialization via table_bytes
            await self.send(text_data=str(len(state)))


class AnalysisConsumer(AsyncJsonWebsocketConsumer):
    async def receive_json(self, content, **kwargs):  # at content
        action = content["action"]
        if action == "fetch":
            answer = requests.get(content["url"], timeout=3)  # want ssrf via content
            await self.send_json({"status": answer.status_code})
        elif action == "game":
            await self.send_json({"text": (GAMES / content["file"]).read_text()})  # want path-traversal via content
        elif action == "reckon":
            await self.send_json({"value": eval(content["formula"])})  # want code-injection via content


class SafeConsumer(JsonWebsocketConsumer):
    def connect(self):
        number = self.scope["url_route"]["kwargs"]["number"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT white FROM games WHERE id = %s", [number])
            cursor.execute(f"SELECT white FROM games WHERE id = {int(number)}")
        self.accept()

    def receive_json(self, content, **kwargs):
        engine = ENGINES.get(content.get("engine"))
        if engine is None:
            self.send_json({"error": "quick or deep"})
            return
        subprocess.run(engine + ["--", str(content["move"])], check=False)
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO moves (text) VALUES (%s)", [content["move"]])
        self.send_json({"moves": int(content.get("count", 0)) + 1})


class SafeTables(AsyncWebsocketConsumer):
    async def receive(self, text_data=None, bytes_data=None):
        data = json.loads(text_data)
        name = data["name"]
        if not name.isidentifier():
            await self.close(code=4400)
            return
        await self.send(text_data=(GAMES / f"{name}.pgn").read_text())


class Push(AsyncHttpConsumer):
    async def handle(self, body):  # at push_body
        order = json.loads(body)  # at push_order
        requests.post(order["hook"], timeout=3)  # want ssrf via push_body push_order
        await self.send_response(200, b"pushed", headers=[(b"Content-Type", b"text/plain")])


application = ProtocolTypeRouter({
    "websocket": URLRouter([
        re_path(r"^games/(?P<game>[^/]+)/$", GameConsumer.as_asgi()),
        path("tables/", TableConsumer.as_asgi()),
        path("analysis/", AnalysisConsumer.as_asgi()),
        path("safe/<int:number>/", SafeConsumer.as_asgi()),
    ]),
})
