"""Measurements in PostgreSQL, shown by Quart; statements carry numbered parameters only."""
import asyncio
import os
import ssl
from contextlib import asynccontextmanager
from datetime import date, timedelta

import asyncpg
from quart import Quart, abort, jsonify, make_response, render_template_string, request

PAGE = """
<!doctype html>
<title>{{ title }}</title>
<h1>{{ title }}</h1>
<table>
{% for row in rows %}<tr><td>{{ row.sensor }}</td><td>{{ "%.1f"|format(row.average) }}</td></tr>{% endfor %}
</table>
"""

GROUPS = {"hour": "hour", "day": "day", "week": "week"}


def create_app() -> Quart:
    app = Quart(__name__)
    app.config["DSN"] = os.environ["DASHBOARD_DSN"]
    app.config["SECRET_KEY"] = os.environ["DASHBOARD_SECRET_KEY"]

    @app.before_serving
    async def connect():
        context = ssl.create_default_context()
        app.pool = await asyncpg.create_pool(app.config["DSN"], ssl=context, min_size=1, max_size=10, command_timeout=10)

    @app.after_serving
    async def disconnect():
        await app.pool.close()

    @asynccontextmanager
    async def transaction():
        async with app.pool.acquire() as connection:
            async with connection.transaction():
                yield connection

    @app.get("/")
    async def index():
        rows = await app.pool.fetch(
            """
            SELECT sensor, avg(value) AS average
            FROM measurements
            WHERE taken_at >= $1
            GROUP BY sensor
            ORDER BY sensor
            """,
            date.today() - timedelta(days=request.args.get("days", 7, type=int)),
        )
        return await render_template_string(PAGE, title="Measurements", rows=rows)

    @app.get("/sensors/<sensor>/series")
    async def series(sensor):
        group = GROUPS.get(request.args.get("group", "day"))
        if group is None:
            abort(400)
        query = (
            f"SELECT date_trunc('{group}', taken_at) AS slot, avg(value) AS value "
            "FROM measurements WHERE sensor = $1 GROUP BY slot ORDER BY slot"
        )
        rows = await app.pool.fetch(query, sensor)
        return jsonify([[row["slot"].isoformat(), row["value"]] for row in rows])

    @app.get("/measurements")
    async def measurements():
        conditions, parameters = [], []

        def where(template, value):
            parameters.append(value)
            conditions.append(template.replace("?", f"${len(parameters)}"))

        if sensors := request.args.getlist("sensor"):
            where("sensor = ANY(?::text[])", sensors)
        if (low := request.args.get("min", type=float)) is not None:
            where("value >= ?", low)
        if (high := request.args.get("max", type=float)) is not None:
            where("value <= ?", high)
        clause = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        rows = await app.pool.fetch(f"SELECT sensor, value FROM measurements{clause} LIMIT 500", *parameters)
        return jsonify([dict(row) for row in rows])

    @app.post("/measurements")
    async def record():
        body = await request.get_json()
        async with transaction() as connection:
            statement = await connection.prepare("INSERT INTO measurements (sensor, value) VALUES ($1, $2)")
            await statement.executemany([(row["sensor"], float(row["value"])) for row in body])
        response = await make_response("", 204)
        response.headers["Cache-Control"] = "no-store"
        return response

    @app.delete("/measurements/<int:measurement_id>")
    async def forget(measurement_id):
        result = await app.pool.execute("DELETE FROM measurements WHERE id = $1", measurement_id)
        app.logger.info("DELETE from measurements where id = %s: %s", measurement_id, result)
        return "", 204

    @app.get("/health")
    async def health():
        try:
            async with asyncio.timeout(2):
                await app.pool.fetchval("SELECT 1")
        except (TimeoutError, asyncpg.PostgresError):
            return jsonify(status="database unreachable"), 503
        return jsonify(status="ok")

    return app
