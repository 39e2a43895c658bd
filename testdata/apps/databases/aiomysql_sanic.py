"""A parcel tracker: Sanic, aiomysql and asyncmy."""

import aiomysql
import asyncmy
from asyncmy.cursors import DictCursor
from sanic import Sanic
from sanic.response import json

app = Sanic("parcels")


@app.before_server_start
async def setup(app, _):
    app.ctx.pool = await aiomysql.create_pool(db="parcels", autocommit=True)
    app.ctx.mirror = await asyncmy.create_pool(db="parcels")


async def run(pool: aiomysql.Pool, sql, args=None):
    async with pool.acquire() as conn:
        async with conn.cursor(aiomysql.DictCursor) as cur:
            await cur.execute(sql, args)
            return await cur.fetchall()


@app.get("/parcels/<code>")
async def parcel(request, code):
    pool = await aiomysql.create_pool(db="parcels")
    async with pool.acquire() as conn, conn.cursor() as cur:
        await cur.execute(f"SELECT state FROM parcels WHERE code = '{code}'")  # want sql-injection
        return json(await cur.fetchone())


@app.get("/parcels")
async def parcels(request):
    sql = "SELECT code FROM parcels WHERE city = '%s'" % request.args.get("city")
    return json(await run(app.ctx.pool, sql))  # want sql-injection


@app.get("/mirror")
async def mirror(request):
    pool = await asyncmy.create_pool(db="parcels")
    async with pool.acquire() as conn:
        async with conn.cursor(cursor=DictCursor) as cursor:
            await cursor.execute("SELECT code FROM parcels WHERE city = '" + request.args["city"][0] + "'")  # want sql-injection
            return json(await cursor.fetchall())


@app.post("/parcels")
async def create(request):
    async with request.app.ctx.pool.acquire() as conn:
        cur = await conn.cursor()
        await cur.execute("INSERT INTO parcels (code) VALUES ('{}')".format(request.json["code"]))  # want sql-injection
    return json({})


@app.post("/parcels/many")
async def many(request):
    conn = await aiomysql.connect(db="parcels")
    cur = await conn.cursor()
    statement = " ".join(["INSERT INTO", request.args.get("into"), "(code) VALUES (%s)"])
    await cur.executemany(statement, [(c,) for c in request.json])  # want sql-injection
    return json({})


@app.get("/safe/<code>")
async def safe_bound(request, code):
    return json(await run(app.ctx.pool, "SELECT state FROM parcels WHERE code = %s", (code,)))


@app.get("/safe/number/<parcel_id:int>")
async def safe_number(request, parcel_id):
    return json(await run(app.ctx.pool, f"SELECT state FROM parcels WHERE id = {parcel_id}"))


@app.get("/safe/sorted")
async def safe_sorted(request):
    orders = {"city": "city", "weight": "weight DESC"}
    order = orders.get(request.args.get("sort", ""), "code")
    return json(await run(app.ctx.pool, "SELECT code FROM parcels ORDER BY " + order))


@app.get("/safe/in")
async def safe_in(request):
    codes = request.args.getlist("code", [])
    marks = ",".join("%s" for _ in codes)
    async with app.ctx.mirror.acquire() as conn, conn.cursor() as cursor:
        await cursor.execute("SELECT state FROM parcels WHERE code IN ({})".format(marks), codes)
        return json(await cursor.fetchall())


@app.get("/safe/view")
async def safe_view(request):
    view = "parcels_archive" if request.args.get("archived") else "parcels"
    return json(await run(app.ctx.pool, f"SELECT code FROM {view}"))
