"""The collection: handlers that app.py registers."""
import enum
import re

from aiohttp import web

COLUMNS = ("name", "year", "acquired")
INVENTORY = re.compile(r"[A-Z]{2}-\d{4}")


class Room(enum.Enum):
    EAST = "east"
    WEST = "west"


# SQL ---------------------------------------------------------------------------------------------------


async def listing(request):
    order = request.query.get("sort", "name")  # at order
    sql = "SELECT id, name FROM objects ORDER BY %s" % order  # at listing_sql
    async with request.app["pool"].acquire() as connection:
        rows = await connection.fetch(sql)  # want sql-injection via order listing_sql
    return web.json_response([dict(r) for r in rows])


async def by_name(request):
    name = request.match_info["name"]  # at object_name
    async with request.app["db"].execute(f"SELECT * FROM objects WHERE name = '{name}'") as cursor:  # want sql-injection via object_name
        row = await cursor.fetchone()
    if row is None:
        raise web.HTTPNotFound
    return web.json_response({"id": row[0], "name": row[1]})


async def one(request):
    # the route lets nothing but digits through
    async with request.app["db"].execute("SELECT * FROM objects WHERE id = " + request.match_info["number"]) as cursor:
        row = await cursor.fetchone()
    return web.json_response({"id": row[0]})


async def in_room(request):
    room = request.match_info.get("room")
    async with request.app["db"].execute(f"SELECT * FROM objects WHERE room = '{room}'") as cursor:
        return web.json_response(await cursor.fetchall())


class Search(web.View):
    """GET shows, POST narrows."""

    async def get(self):
        db = self.request.app["db"]
        column = self.request.rel_url.query.get("by")
        if column not in COLUMNS:
            raise web.HTTPBadRequest(reason="no such column")
        cursor = await db.execute(f"SELECT id, {column} FROM objects WHERE {column} LIKE ?", (self.term() + "%",))
        return web.json_response(await cursor.fetchall())

    def term(self):
        return self.request.query.get("q", "").strip()

    async def post(self):
        data = await self.request.post()  # at search_form
        where = []
        for column in COLUMNS:
            if column in data:
                where.append(f"{column} = '{data[column]}'")
        sql = "SELECT id FROM objects WHERE " + " AND ".join(where)  # at search_sql
        cursor = await self.request.app["db"].execute(sql)  # want sql-injection via search_form search_sql
        return web.json_response(await cursor.fetchall())


async def take_over(request: web.Request) -> web.Response:
    body = await request.json()
    async with request.app["pool"].acquire() as connection, connection.transaction():
        for item in body["objects"]:
            if not INVENTORY.fullmatch(item["inventory"]):
                raise web.HTTPUnprocessableEntity(reason="inventory number")
            await connection.execute("INSERT INTO objects (inventory, name, room) VALUES ($1, $2, $3)",
                                     item["inventory"], item["name"], Room(item["room"]).value)
    return web.json_response({"taken": len(body["objects"])}, status=201)


class Labels(web.View):
    async def get(self):
        number = self.request.match_info["id"]
        if not number.isdigit():
            raise web.HTTPNotFound()
        cursor = await self.request.app["db"].execute(f"SELECT text FROM labels WHERE object = {number}")
        return web.json_response([row[0] for row in await cursor.fetchall()])

    async def delete(self):
        language = self.request.headers.get("Accept-Language", "en")  # at language
        await self.remove(language)  # at remove_call
        raise web.HTTPNoContent()

    async def remove(self, language):  # at remove_param
        await self.request.app["db"].execute("DELETE FROM labels WHERE language = '" + language + "'")  # want sql-injection via language remove_call
        await self.request.app["db"].commit()
