"""A small chat over websockets, on Quart."""
import asyncio
import json
import logging
import random
import time
from collections import deque
from dataclasses import asdict, dataclass, field

from markupsafe import escape
from quart import Blueprint, Quart, abort, current_app, jsonify, redirect, render_template, request, session, url_for, websocket

logger = logging.getLogger("chat")
chat = Blueprint("chat", __name__)

COLOURS = ["teal", "crimson", "navy", "olive"]
ROOMS = {"lobby": "The lobby", "help": "Help", "random": "Everything else"}
HISTORY = 200


@dataclass
class Message:
    author: str
    text: str
    sent: float = field(default_factory=time.time)

    def __str__(self):
        return f"<{self.author}> {self.text}"


class Room:
    def __init__(self, name):
        self.name = name
        self.history = deque(maxlen=HISTORY)
        self.listeners = set()

    def __repr__(self):
        return f"<Room {self.name} with {len(self.listeners)} listeners>"

    async def publish(self, message):
        self.history.append(message)
        payload = json.dumps(asdict(message))
        for queue in list(self.listeners):
            await queue.put(payload)

    async def subscribe(self):
        queue = asyncio.Queue(maxsize=100)
        self.listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self.listeners.discard(queue)


rooms = {name: Room(name) for name in ROOMS}


def room_or_404(name):
    if name not in rooms:
        abort(404)
    return rooms[name]


@chat.get("/")
async def index():
    return await render_template("chat/index.html", rooms=ROOMS, colour=random.choice(COLOURS))


@chat.post("/nickname")
async def nickname():
    form = await request.form
    name = form.get("nickname", "").strip()[:30]
    if not name.isprintable() or not name:
        return await render_template("chat/nickname.html", error="Choose another name"), 400
    session["nickname"] = name
    return redirect(url_for(".index"))


@chat.get("/rooms/<name>/history")
async def history(name):
    room = room_or_404(name)
    return jsonify([asdict(message) for message in room.history])


@chat.get("/rooms/<name>/last")
async def last(name):
    room = room_or_404(name)
    if not room.history:
        return "<p>Nobody has said anything yet.</p>"
    message = room.history[-1]
    return f"<p><b>{escape(message.author)}</b>: {escape(message.text)}</p>"


@chat.websocket("/rooms/<name>/live")
async def live(name):
    room = room_or_404(name)
    author = session.get("nickname", "guest")
    await websocket.accept()
    sender = asyncio.create_task(send_messages(room))
    try:
        while True:
            text = await websocket.receive()
            if text == "/who":
                await websocket.send(json.dumps({"listeners": len(room.listeners)}))
            elif text == "/roll":
                await room.publish(Message("dice", f"{author} rolled a {random.randint(1, 6)}"))
            elif text:
                logger.debug("message from %r in %s: %d characters", author, room.name, len(text))
                await room.publish(Message(author, text[:2000]))
    finally:
        sender.cancel()


async def send_messages(room):
    async for payload in room.subscribe():
        await websocket.send(payload)


def create_app(secret_key):
    app = Quart(__name__)
    app.secret_key = secret_key
    app.register_blueprint(chat)

    @app.before_serving
    async def announce():
        current_app.logger.info("serving %d rooms", len(rooms))

    return app
