"""A market's chat: Flask-SocketIO, and python-socketio with a namespace of its own."""
import ast
import os
import pickle
import shlex
import sqlite3
from pathlib import Path

import requests
import socketio
from flask import Flask, request
from flask_socketio import Namespace, SocketIO, emit, join_room, send
from markupsafe import escape

app = Flask(__name__)
sockets = SocketIO(app, cors_allowed_origins="https://market.example")
sio = socketio.AsyncServer(async_mode="asgi")
db = sqlite3.connect("chat.db", check_same_thread=False)
PHOTOS = Path("/srv/market/photos")


@sockets.on("say")
def say(data):  # at said
    db.execute(f"INSERT INTO said VALUES ('{data['text']}')")  # want sql-injection via said
    emit("said", {"text": data["text"]}, broadcast=True)


@sockets.on("message")
def message(text):  # at message_text
    os.system("notify " + text)  # want command-injection via message_text


@sockets.event
def price(formula):  # at price_formula
    emit("price", eval(formula))  # want code-injection via price_formula


@sockets.on("connect")
def connected(auth):  # at auth
    name = request.args["name"]  # at connected_name
    db.execute("SELECT * FROM users WHERE name = '" + name + "'")  # want sql-injection via connected_name
    db.execute("SELECT * FROM tokens WHERE token = '" + auth["token"] + "'")  # want sql-injection via auth


@sockets.on("say_safely")
def say_safely(data):
    db.execute("INSERT INTO said VALUES (?)", (data["text"],))
    os.system("notify " + shlex.quote(data["text"]))
    emit("said", {"text": escape(data["text"])}, broadcast=True)
    send(str(ast.literal_eval(data["value"])))
    join_room(data["room"])


@sockets.on("count")
def count(data):
    number = int(data["number"])
    emit("count", db.execute(f"SELECT count(*) FROM said WHERE stall = {number}").fetchone()[0])


class Stalls(Namespace):
    def on_connect(self):
        emit("welcome")

    def on_photo(self, data):  # at photo_data
        emit("photo", (PHOTOS / data["file"]).read_bytes())  # want path-traversal via photo_data

    def on_ask(self, url):  # at ask_url
        emit("answer", requests.get(url, timeout=3).text)  # want ssrf via ask_url

    def on_stall(self, data):
        stall = data["stall"]
        if stall not in ("fish", "bread"):
            return
        emit("stall", (PHOTOS / f"{stall}.jpg").read_bytes())


sockets.on_namespace(Stalls("/stalls"))


@sio.event
async def offer(sid, data):  # at offer_data
    db.execute("INSERT INTO offers VALUES ('%s')" % data["what"])  # want sql-injection via offer_data
    await sio.emit("offer", data, room=sid)


@sio.on("state", namespace="/admin")
async def state(sid, data):  # at state_data
    await sio.emit("state", len(pickle.loads(data)))  # want unsafe-deserialization via state_data


@sio.on("offer_safely")
async def offer_safely(sid, data):
    db.execute("INSERT INTO offers VALUES (?, ?)", (data["what"], float(data["price"])))
    async with sio.session(sid) as session:
        session["last"] = float(data["price"])


class Admin(socketio.AsyncNamespace):
    async def on_run(self, sid, command):  # at admin_command
        os.popen(command)  # want command-injection via admin_command

    async def on_page(self, sid, page):
        rows = db.execute("SELECT * FROM said LIMIT 20 OFFSET %d" % (int(page) * 20)).fetchall()
        await self.emit("page", rows, room=sid)
