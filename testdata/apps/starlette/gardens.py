"""Gardens and plants: aiosqlite for the plants, SQLAlchemy for the gardens."""
import aiosqlite
from sqlalchemy import Column, Integer, MetaData, String, Table, column, literal_column, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.endpoints import HTTPEndpoint, WebSocketEndpoint
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute

DATABASE = "/var/lib/garden/plants.db"
engine = create_async_engine("sqlite+aiosqlite:////var/lib/garden/gardens.db")
metadata = MetaData()
gardens = Table("gardens", metadata, Column("id", Integer, primary_key=True), Column("name", String), Column("town", String))
SORTS = {"name": gardens.c.name, "town": gardens.c.town}


# Plants ------------------------------------------------------------------------------------------------------


async def plants(request: Request) -> JSONResponse:
    kind = request.query_params["kind"]
    async with aiosqlite.connect(DATABASE) as db:
        cursor = await db.execute(f"SELECT id, name FROM plants WHERE kind = '{kind}'")  # want sql-injection
        return JSONResponse([list(row) for row in await cursor.fetchall()])


async def plants_bound(request: Request) -> JSONResponse:
    kind = request.query_params["kind"]
    async with aiosqlite.connect(DATABASE) as db:
        cursor = await db.execute("SELECT id, name FROM plants WHERE kind = ?", (kind,))
        return JSONResponse([list(row) for row in await cursor.fetchall()])


async def plants_kinds(request: Request) -> JSONResponse:
    kinds = request.query_params.getlist("kind")
    marks = ",".join("?" for _kind in kinds)
    async with aiosqlite.connect(DATABASE) as db, db.execute(
        f"SELECT id, name FROM plants WHERE kind IN ({marks})", kinds
    ) as cursor:
        return JSONResponse([list(row) for row in await cursor.fetchall()])


async def plant(request: Request) -> JSONResponse:
    sql = "SELECT id, name FROM plants WHERE latin = '%s'" % request.path_params["latin"]
    async with aiosqlite.connect(DATABASE) as db:
        rows = await db.execute_fetchall(sql)  # want sql-injection
    return JSONResponse([list(row) for row in rows])


async def plant_bound(request: Request) -> JSONResponse:
    async with aiosqlite.connect(DATABASE) as db:
        rows = await db.execute_fetchall(
            "SELECT id, name FROM plants WHERE latin = :latin", {"latin": request.path_params["latin"]}
        )
    return JSONResponse([list(row) for row in rows])


async def plant_number(request: Request) -> JSONResponse:
    number = int(request.path_params["number"])
    async with aiosqlite.connect(DATABASE) as db:
        rows = await db.execute_fetchall(f"SELECT id, name FROM plants WHERE id = {number}")
    return JSONResponse([list(row) for row in rows])


class Planting(HTTPEndpoint):
    async def post(self, request):
        form = await request.form()
        async with aiosqlite.connect(DATABASE) as db:
            await db.execute("INSERT INTO plants (name, kind) VALUES ('" + form["name"] + "', 'new')")  # want sql-injection
            await db.commit()
        return JSONResponse({"status": "planted"}, status_code=201)

    async def put(self, request):
        form = await request.form()
        async with aiosqlite.connect(DATABASE) as db:
            await db.execute("INSERT INTO plants (name, kind) VALUES (?, 'new')", [form["name"]])
            await db.commit()
        return JSONResponse({"status": "planted"}, status_code=201)

    async def patch(self, request):
        names = [(name,) for name in (await request.json())["names"]]
        async with aiosqlite.connect(DATABASE) as db:
            await db.executemany("INSERT INTO plants (name, kind) VALUES (?, 'new')", names)
            await db.commit()
        return JSONResponse({"status": "planted"}, status_code=201)


# Gardens -----------------------------------------------------------------------------------------------------


async def list_gardens(request: Request) -> JSONResponse:
    body = await request.json()
    where = "town = '{town}'".format(town=body["town"])
    async with engine.connect() as connection:
        result = await connection.execute(text("SELECT id, name FROM gardens WHERE " + where))  # want sql-injection
    return JSONResponse([row.name for row in result])


async def list_gardens_bound(request: Request) -> JSONResponse:
    body = await request.json()
    async with engine.connect() as connection:
        result = await connection.execute(text("SELECT id, name FROM gardens WHERE town = :town"), {"town": body["town"]})
    return JSONResponse([row.name for row in result])


async def list_gardens_core(request: Request) -> JSONResponse:
    body = await request.json()
    statement = select(gardens.c.name).where(gardens.c.town == body["town"])
    async with engine.connect() as connection:
        result = await connection.execute(statement)
    return JSONResponse([row.name for row in result])


async def sort_gardens(request: Request) -> JSONResponse:
    order = literal_column(request.query_params.get("sort", "name"))  # want sql-injection
    async with engine.connect() as connection:
        result = await connection.execute(select(gardens.c.name).order_by(order))
    return JSONResponse([row.name for row in result])


async def sort_gardens_column(request: Request) -> JSONResponse:
    order = SORTS.get(request.query_params.get("sort", "name"), gardens.c.name)
    async with engine.connect() as connection:
        result = await connection.execute(select(gardens.c.name).order_by(order))
    return JSONResponse([row.name for row in result])


async def sort_gardens_checked(request: Request) -> JSONResponse:
    sort = request.query_params.get("sort", "name")
    if sort != "name" and sort != "town":
        raise HTTPException(400)
    async with engine.connect() as connection:
        result = await connection.execute(select(column("name")).select_from(gardens).order_by(text(sort)))
    return JSONResponse([row.name for row in result])


class Watch(WebSocketEndpoint):
    encoding = "json"

    async def on_receive(self, websocket, data):
        async with aiosqlite.connect(DATABASE) as db:
            await db.execute("UPDATE plants SET watched = 1 WHERE name = '" + data["name"] + "'")  # want sql-injection
            await db.commit()


class WatchBound(WebSocketEndpoint):
    encoding = "json"

    async def on_receive(self, websocket, data):
        async with aiosqlite.connect(DATABASE) as db:
            await db.execute("UPDATE plants SET watched = 1 WHERE name = ?", (data["name"],))
            await db.commit()


async def remove_old(db, table, year):
    await db.execute("DELETE FROM {} WHERE year < {}".format(table, year))  # want sql-dynamic-query


routes = [
    Route("/plants", plants),
    Route("/plants/bound", plants_bound),
    Route("/plants/kinds", plants_kinds),
    Route("/plants/latin/{latin}", plant),
    Route("/plants/latin/{latin}/bound", plant_bound),
    Route("/plants/number/{number:int}", plant_number),
    Route("/plantings", Planting),
    Route("/list", list_gardens, methods=["POST"]),
    Route("/list/bound", list_gardens_bound, methods=["POST"]),
    Route("/list/core", list_gardens_core, methods=["POST"]),
    Route("/sort", sort_gardens),
    Route("/sort/column", sort_gardens_column),
    Route("/sort/checked", sort_gardens_checked),
    WebSocketRoute("/watch", Watch),
    WebSocketRoute("/watch/bound", WatchBound),
]
