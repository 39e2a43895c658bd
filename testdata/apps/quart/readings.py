"""Readings of the stations, in PostgreSQL through asyncpg and in a local SQLite cache."""
from enum import Enum

import aiosqlite
import asyncpg
from quart import Blueprint, abort, current_app, jsonify, request, websocket

readings = Blueprint("readings", __name__)

CACHE = "/var/lib/stations/cache.db"
COLUMNS = ("station", "taken_at", "celsius")


class Period(Enum):
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


async def pool() -> asyncpg.Pool:
    if "POOL" not in current_app.config:
        current_app.config["POOL"] = await asyncpg.create_pool(dsn=current_app.config["DSN"])
    return current_app.config["POOL"]


# One station -----------------------------------------------------------------------------------------


@readings.route("/stations/<name>")
async def station(name):
    db = await pool()
    row = await db.fetchrow(f"SELECT * FROM stations WHERE name = '{name}'")  # want sql-injection
    return jsonify(dict(row))


@readings.route("/stations/<name>/bound")
async def station_bound(name):
    db = await pool()
    row = await db.fetchrow("SELECT * FROM stations WHERE name = $1", name)
    return jsonify(dict(row))


@readings.route("/stations/<int:number>/latest")
async def station_latest(number):
    db = await pool()
    row = await db.fetchrow(f"SELECT * FROM readings WHERE station_id = {number} ORDER BY taken_at DESC LIMIT 1")
    return jsonify(dict(row))


# Averages ---------------------------------------------------------------------------------------------


@readings.get("/averages")
async def averages():
    period = request.args.get("period", "day")
    db = await pool()
    async with db.acquire() as connection:
        rows = await connection.fetch(  # want sql-injection
            "SELECT date_trunc('" + period + "', taken_at) AS period, avg(celsius) AS celsius "
            "FROM readings GROUP BY 1 ORDER BY 1"
        )
    return jsonify([dict(row) for row in rows])


@readings.get("/averages/bound")
async def averages_bound():
    period = request.args.get("period", "day")
    db = await pool()
    async with db.acquire() as connection:
        rows = await connection.fetch(
            "SELECT date_trunc($1, taken_at) AS period, avg(celsius) AS celsius "
            "FROM readings GROUP BY 1 ORDER BY 1",
            period,
        )
    return jsonify([dict(row) for row in rows])


@readings.get("/averages/enum")
async def averages_enum():
    try:
        period = Period(request.args.get("period", "day"))
    except ValueError:
        abort(400)
    db = await pool()
    rows = await db.fetch(f"SELECT date_trunc('{period.value}', taken_at), avg(celsius) FROM readings GROUP BY 1")
    return jsonify([dict(row) for row in rows])


# Corrections ------------------------------------------------------------------------------------------


@readings.post("/corrections")
async def correct():
    form = await request.form
    statement = "UPDATE readings SET celsius = %s WHERE id = %s" % (form["celsius"], form["id"])
    db = await pool()
    await db.execute(statement)  # want sql-injection
    return jsonify(status="corrected")


@readings.post("/corrections/bound")
async def correct_bound():
    form = await request.form
    db = await pool()
    await db.execute("UPDATE readings SET celsius = $1 WHERE id = $2", float(form["celsius"]), int(form["id"]))
    return jsonify(status="corrected")


@readings.post("/corrections/columns")
async def correct_columns():
    body = await request.get_json()
    assignments, values = [], []
    for column in COLUMNS:
        if column in body:
            values.append(body[column])
            assignments.append(f"{column} = ${len(values)}")
    if not assignments:
        abort(400)
    values.append(int(body["id"]))
    db = await pool()
    await db.execute(f"UPDATE readings SET {', '.join(assignments)} WHERE id = ${len(values)}", *values)
    return jsonify(status="corrected")


# The local cache ---------------------------------------------------------------------------------------


@readings.post("/cache/search")
async def search_cache():
    body = await request.get_json()
    async with aiosqlite.connect(CACHE) as db:
        sql = "SELECT station, celsius FROM cache WHERE note LIKE '%{}%'".format(body["note"])
        async with db.execute(sql) as cursor:  # want sql-injection
            found = await cursor.fetchall()
    return jsonify(found=[list(row) for row in found])


@readings.post("/cache/search-bound")
async def search_cache_bound():
    body = await request.get_json()
    async with aiosqlite.connect(CACHE) as db:
        sql = "SELECT station, celsius FROM cache WHERE note LIKE ?"
        async with db.execute(sql, ("%" + body["note"] + "%",)) as cursor:
            found = await cursor.fetchall()
    return jsonify(found=[list(row) for row in found])


@readings.post("/cache/stations")
async def cache_stations():
    names = (await request.get_json())["stations"]
    placeholders = ", ".join("?" for _ in names)
    async with aiosqlite.connect(CACHE) as db:
        cursor = await db.execute(f"SELECT station, celsius FROM cache WHERE station IN ({placeholders})", names)
        found = await cursor.fetchall()
    return jsonify(found=[list(row) for row in found])


# Live values -------------------------------------------------------------------------------------------


@readings.websocket("/live")
async def live():
    db = await pool()
    while True:
        name = await websocket.receive()
        value = await db.fetchval(f"SELECT celsius FROM latest WHERE station = '{name}'")  # want sql-injection
        await websocket.send_json({"celsius": value})


@readings.websocket("/live-bound")
async def live_bound():
    db = await pool()
    while True:
        question = await websocket.receive_json()
        value = await db.fetchval("SELECT celsius FROM latest WHERE station = $1", question["station"])
        await websocket.send_json({"celsius": value})


# Nightly clean-up ---------------------------------------------------------------------------------------


async def forget(connection, table, days):
    await connection.execute(f"DELETE FROM {table} WHERE taken_at < now() - interval '{days} days'")  # want sql-dynamic-query


async def forget_readings(connection, days):
    await connection.execute("DELETE FROM readings WHERE taken_at < now() - make_interval(days => $1)", days)
