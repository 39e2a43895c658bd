"""The radio studio: playlists in a database, the mixer behind a shell, listeners on websockets."""
import asyncio
import dataclasses
import json
import re
import shlex
from typing import Literal

import asyncpg
from quart import Blueprint, Quart, abort, current_app, g, jsonify, request, websocket
from quart.views import MethodView
from quart_schema import QuartSchema, validate_querystring, validate_request

studio = Blueprint("studio", __name__, url_prefix="/studio")

MIXER = "/opt/mixer/bin/mixer"
CHANNELS = {"main": 1, "talk": 2, "line": 3}
ORDERS = {"played": "played_at DESC", "title": "title, artist"}


@dataclasses.dataclass
class Track:
    title: str
    seconds: int
    genre: Literal["rock", "jazz", "talk"] = "rock"


@dataclasses.dataclass
class Page:
    size: int = 50
    after: int = 0


async def pool() -> asyncpg.Pool:
    if not hasattr(current_app, "pool"):
        current_app.pool = await asyncpg.create_pool(current_app.config["STUDIO_DSN"])
    return current_app.pool


# SQL --------------------------------------------------------------------------------------------------------


@studio.get("/tracks")
async def tracks():
    artist = request.args["artist"]  # at artist
    db = await pool()
    rows = await db.fetch(f"SELECT id, title FROM tracks WHERE artist = '{artist}'")  # want sql-injection via artist
    return jsonify([dict(row) for row in rows])


@studio.post("/tracks/search")
async def search_tracks():
    form = await request.form  # at form
    words = form.get("words", "")  # at words
    where = " AND ".join(f"title ILIKE '%{word}%'" for word in words.split())  # at where
    async with (await pool()).acquire() as connection:
        return jsonify(await connection.fetchval("SELECT count(*) FROM tracks WHERE " + where))  # want sql-injection via form words where


@studio.websocket("/tracks/live")
async def live_tracks():
    connection = await asyncpg.connect(current_app.config["STUDIO_DSN"])
    while True:
        message = await websocket.receive_json()  # at message
        genre = message["genre"]  # at genre
        await websocket.send_json(await connection.fetchrow("SELECT * FROM tracks WHERE genre = '" + genre + "'"))  # want sql-injection via message genre


class PlaylistView(MethodView):
    async def get(self, name):
        db = await pool()
        return jsonify(await db.fetch("SELECT track FROM playlists WHERE name = $1", name))

    async def post(self, name):
        data = await request.get_json()
        tracks = [int(track) for track in data["tracks"]]
        values = ", ".join(f"($1, {track})" for track in tracks)
        await (await pool()).execute(f"INSERT INTO playlists (name, track) VALUES {values}", name)
        return {"added": len(tracks)}

    async def delete(self, name):
        if re.fullmatch(r"[a-z][a-z0-9_]{0,30}", name) is None:
            abort(404)
        await (await pool()).execute(f"DROP TABLE IF EXISTS scratch_{name}")
        return "", 204


studio.add_url_rule("/playlists/<name>", view_func=PlaylistView.as_view("playlist"))


@studio.get("/tracks/<int:track>")
async def track_by_id(track):
    return jsonify(await (await pool()).fetchrow(f"SELECT * FROM tracks WHERE id = {track}"))


@studio.get("/tracks/ordered")
async def ordered_tracks():
    order = ORDERS.get(request.args.get("order", ""), ORDERS["title"])
    limit = request.args.get("limit", 20, type=int)
    return jsonify(await (await pool()).fetch(f"SELECT id FROM tracks ORDER BY {order} LIMIT {limit}"))


@studio.post("/tracks")
@validate_request(Track)
async def add_track(data: Track):
    db = await pool()
    sql = f"INSERT INTO {data.genre}_tracks (title, seconds) VALUES ($1, {data.seconds})"
    await db.execute(sql, data.title)
    return {"added": True}, 201


@studio.put("/tracks/rename")
@validate_request(Track)
async def rename_track(data: Track):  # at data
    await (await pool()).execute(f"UPDATE tracks SET title = '{data.title}' WHERE seconds = {data.seconds}")  # want sql-injection via data
    return {"renamed": True}


@studio.get("/tracks/page")
@validate_querystring(Page)
async def page_of_tracks(query_args: Page):
    db = await pool()
    return jsonify(await db.fetch(f"SELECT id FROM tracks WHERE id > {query_args.after} LIMIT {query_args.size}"))


# Shell ------------------------------------------------------------------------------------------------------


@studio.post("/mixer")
async def mixer():
    settings = await request.get_json()  # at settings
    process = await asyncio.create_subprocess_shell(f"{MIXER} --preset {settings['preset']}")  # want command-injection via settings
    return {"code": await process.wait()}


@studio.post("/mixer/argv")
async def mixer_argv():
    settings = await request.get_json()
    process = await asyncio.create_subprocess_exec(MIXER, "--preset", str(settings["preset"]))
    return {"code": await process.wait()}


@studio.post("/mixer/<channel>/mute")
async def mute(channel):
    number = CHANNELS.get(channel)
    if number is None:
        return {"error": "no such channel"}, 404
    process = await asyncio.create_subprocess_shell(f"{MIXER} --mute {number} >/dev/null")
    return {"code": await process.wait()}


@studio.post("/mixer/title")
async def mixer_title():
    title = (await request.form)["title"]
    command = f"{MIXER} --title {shlex.quote(title)} && sync"
    process = await asyncio.create_subprocess_shell(command)
    return {"code": await process.wait()}


@studio.post("/mixer/level")
async def mixer_level():
    body = await request.get_data()
    level = json.loads(body)["level"]
    if not isinstance(level, (int, float)):
        abort(400)
    process = await asyncio.create_subprocess_shell(f"{MIXER} --level {level}")
    return {"code": await process.wait()}


async def play(path):
    player = await asyncio.create_subprocess_shell("mpv " + path)  # want command-injection via jingle scheduled
    await player.wait()


@studio.post("/jingles")
async def play_jingle():
    jingle = (await request.values)["jingle"]  # at jingle
    current_app.add_background_task(play, jingle)  # at scheduled
    return {"playing": True}, 202


async def play_known(path):
    player = await asyncio.create_subprocess_exec("mpv", "--", path)
    await player.wait()


@studio.post("/jingles/known")
async def play_known_jingle():
    jingle = (await request.values)["jingle"]
    current_app.add_background_task(play_known, jingle)
    return {"playing": True}, 202


@studio.before_request
async def note_listener():
    g.listener = request.headers.get("X-Listener")


def create_studio():
    app = Quart(__name__)
    QuartSchema(app)
    app.config.from_prefixed_env("STUDIO")
    app.register_blueprint(studio)
    return app
