"""A seed exchange: Starlette and psycopg 3, synchronous and asynchronous."""

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, ConnectionPool
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

pool = AsyncConnectionPool("dbname=seeds", open=False)
sync_pool = ConnectionPool("dbname=seeds", open=False)
ORDERS = {"name": sql.SQL("name"), "sown": sql.SQL("sown_on DESC")}


async def by_name(request):
    async with pool.connection() as conn:
        cur = await conn.execute(f"SELECT id FROM seeds WHERE name = '{request.query_params['name']}'")  # want sql-injection
        return JSONResponse(await cur.fetchall())


async def by_grower(request):
    grower = request.path_params["grower"]
    async with await AsyncConnection.connect("dbname=seeds", row_factory=dict_row) as conn:
        async with conn.cursor() as cur:
            await cur.execute("SELECT id FROM seeds WHERE grower = '" + grower + "'")  # want sql-injection
            return JSONResponse(await cur.fetchall())


def counted(request):
    with sync_pool.connection() as conn:
        row = conn.execute("SELECT count(*) FROM %s" % request.query_params.get("table")).fetchone()  # want sql-injection
        return JSONResponse({"count": row[0]})


async def streamed(request):
    term = request.query_params.get("q", "")
    out = []
    async with pool.connection() as conn, conn.cursor() as cur:
        async for row in cur.stream("SELECT name FROM seeds WHERE name ILIKE '%{}%'".format(term)):  # want sql-injection
            out.append(row[0])
    return JSONResponse(out)


async def store(request):
    body = await request.json()
    columns = ", ".join(body)
    async with pool.connection() as conn:
        await conn.execute(f"INSERT INTO seeds ({columns}) VALUES (%s, %s)", list(body.values()))  # want sql-injection
    return JSONResponse({})


def copied(request):
    region = request.query_params["region"]
    with psycopg.connect("dbname=seeds") as conn, conn.cursor() as cur:
        with cur.copy("COPY (SELECT * FROM seeds WHERE region = '" + region + "') TO STDOUT") as copy:  # want sql-injection
            return JSONResponse(b"".join(copy).decode())


async def composed_from_text(request):
    async with pool.connection() as conn:
        query = sql.SQL("SELECT id FROM seeds ORDER BY {}").format(sql.SQL(request.query_params["order"]))  # want sql-injection
        cur = await conn.execute(query)
        return JSONResponse(await cur.fetchall())


async def safe_bound(request):
    async with pool.connection() as conn:
        cur = await conn.execute("SELECT id FROM seeds WHERE name = %s", (request.query_params["name"],))
        return JSONResponse(await cur.fetchall())


async def safe_named(request):
    async with pool.connection() as conn, conn.cursor(row_factory=dict_row) as cur:
        await cur.execute("SELECT id FROM seeds WHERE name = %(name)s", {"name": request.query_params["name"]})
        return JSONResponse(await cur.fetchall())


async def safe_array(request):
    names = request.query_params.getlist("name")
    async with pool.connection() as conn:
        cur = await conn.execute("SELECT id FROM seeds WHERE name = ANY(%s)", [names])
        return JSONResponse(await cur.fetchall())


async def safe_identifier(request):
    query = sql.SQL("SELECT {} FROM seeds LIMIT {}").format(
        sql.Identifier(request.query_params["column"]), sql.Literal(request.query_params["limit"])
    )
    async with pool.connection() as conn:
        cur = await conn.execute(query)
        return JSONResponse(await cur.fetchall())


async def safe_order(request):
    order = ORDERS.get(request.query_params.get("sort"), sql.SQL("id"))
    async with pool.connection() as conn:
        cur = await conn.execute(sql.SQL("SELECT id FROM seeds ORDER BY {}").format(order))
        return JSONResponse(await cur.fetchall())


async def safe_conditions(request):
    conditions, params = [], {}
    for column in ("name", "grower", "region"):
        if value := request.query_params.get(column):
            conditions.append(sql.SQL("{} = {}").format(sql.Identifier(column), sql.Placeholder(column)))
            params[column] = value
    query = sql.SQL("SELECT id FROM seeds")
    if conditions:
        query += sql.SQL(" WHERE ") + sql.SQL(" AND ").join(conditions)
    async with pool.connection() as conn:
        cur = await conn.execute(query, params)
        return JSONResponse(await cur.fetchall())


async def safe_number(request):
    seed_id = int(request.path_params["seed_id"])
    async with pool.connection() as conn:
        cur = await conn.execute(f"SELECT name FROM seeds WHERE id = {seed_id}")
        return JSONResponse(await cur.fetchone())


def safe_chosen(request):
    match request.query_params.get("view"):
        case "sown":
            query = "SELECT id FROM seeds WHERE sown_on IS NOT NULL"
        case "stored":
            query = "SELECT id FROM seeds WHERE sown_on IS NULL"
        case _:
            query = "SELECT id FROM seeds"
    with sync_pool.connection() as conn:
        return JSONResponse(conn.execute(query).fetchall())


app = Starlette(
    routes=[
        Route("/seeds", by_name),
        Route("/growers/{grower}", by_grower),
        Route("/count", counted),
        Route("/stream", streamed),
        Route("/store", store, methods=["POST"]),
        Route("/copy", copied),
        Route("/composed", composed_from_text),
        Route("/safe/bound", safe_bound),
        Route("/safe/named", safe_named),
        Route("/safe/array", safe_array),
        Route("/safe/identifier", safe_identifier),
        Route("/safe/order", safe_order),
        Route("/safe/conditions", safe_conditions),
        Route("/safe/number/{seed_id}", safe_number),
        Route("/safe/chosen", safe_chosen),
    ]
)
