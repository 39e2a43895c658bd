"""A weather archive: aiohttp and asyncpg."""

import asyncpg
from aiohttp import web

routes = web.RouteTableDef()
COLUMNS = {"temp": "temperature", "wind": "wind_speed", "rain": "rainfall"}


async def start(app):
    app["pool"] = await asyncpg.create_pool("postgresql:///weather")
    yield
    await app["pool"].close()


class Readings:
    def __init__(self, pool: asyncpg.Pool):
        self.pool = pool

    async def of(self, station):
        return await self.pool.fetch("SELECT value FROM readings WHERE station = '%s'" % station)  # want sql-injection

    async def bound(self, station):
        return await self.pool.fetch("SELECT value FROM readings WHERE station = $1", station)


@routes.get("/readings")
async def readings(request):
    async with request.app["pool"].acquire() as conn:
        rows = await conn.fetch(f"SELECT value FROM readings WHERE station = '{request.query['station']}'")  # want sql-injection
    return web.json_response([dict(row) for row in rows])


@routes.get("/readings/latest/{station}")
async def latest(request):
    conn = await asyncpg.connect("postgresql:///weather")
    sql = "SELECT value FROM readings WHERE station = '" + request.match_info["station"] + "' ORDER BY at DESC LIMIT 1"
    return web.json_response(await conn.fetchval(sql))  # want sql-injection


@routes.post("/readings")
async def add(request):
    data = await request.post()
    pool: asyncpg.Pool = request.app["pool"]
    await pool.execute("INSERT INTO readings (station, value) VALUES ('{}', {})".format(data["station"], float(data["value"])))  # want sql-injection
    return web.Response(status=204)


@routes.get("/readings/of")
async def of(request):
    store = Readings(request.app["pool"])
    return web.json_response(await store.of(request.query["station"]))


@routes.get("/readings/prepared")
async def prepared(request):
    async with request.app["pool"].acquire() as conn:
        stmt = await conn.prepare("SELECT " + request.query["column"] + " FROM readings WHERE station = $1")  # want sql-injection
        return web.json_response(await stmt.fetch(request.query["station"]))


@routes.get("/readings/cursor")
async def with_cursor(request):
    async with request.app["pool"].acquire() as conn:
        async with conn.transaction():
            found = []
            async for row in conn.cursor(f"SELECT value FROM readings WHERE {request.query_string}"):  # want sql-injection
                found.append(row)
    return web.json_response(found)


@routes.get("/safe/bound")
async def bound(request):
    async with request.app["pool"].acquire() as conn:
        rows = await conn.fetch("SELECT value FROM readings WHERE station = $1 AND at > $2", request.query["station"], request.query["since"])
    return web.json_response([dict(row) for row in rows])


@routes.get("/safe/numbered")
async def numbered(request):
    conditions, values = [], []
    for name in ("station", "sensor"):
        if name in request.query:
            values.append(request.query[name])
            conditions.append(f"{name} = ${len(values)}")
    sql = "SELECT value FROM readings"
    if conditions:
        sql += " WHERE " + " AND ".join(conditions)
    return web.json_response(await request.app["pool"].fetch(sql, *values))


@routes.get("/safe/column")
async def column(request):
    name = COLUMNS[request.query.get("column", "temp")]
    async with request.app["pool"].acquire() as conn:
        return web.json_response(await conn.fetch(f"SELECT {name} FROM readings"))


@routes.get("/safe/limit")
async def limit(request):
    count = int(request.query.get("count", "10"))
    async with request.app["pool"].acquire() as conn:
        return web.json_response(await conn.fetch("SELECT value FROM readings LIMIT " + str(count)))


@routes.get("/safe/days/{days:\\d+}")
async def days(request):
    sql = "SELECT value FROM readings WHERE at > now() - interval '%s days'" % request.match_info["days"]
    async with request.app["pool"].acquire() as conn:
        return web.json_response(await conn.fetch(sql))


@routes.get("/safe/any")
async def any_of(request):
    async with request.app["pool"].acquire() as conn:
        rows = await conn.fetch("SELECT value FROM readings WHERE station = ANY($1::text[])", request.query.getall("station"))
    return web.json_response([dict(row) for row in rows])


@routes.get("/safe/store")
async def store_bound(request):
    return web.json_response(await Readings(request.app["pool"]).bound(request.query["station"]))


app = web.Application()
app.add_routes(routes)
app.cleanup_ctx.append(start)
