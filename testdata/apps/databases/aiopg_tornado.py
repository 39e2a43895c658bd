"""A festival programme: Tornado, with aiopg and Tornado's usual application-wide pool."""

import aiopg
import psycopg2.extras
import tornado.web
from psycopg2 import sql

FIELDS = dict(title="title", stage="stage_id", start="starts_at")


class BaseHandler(tornado.web.RequestHandler):
    @property
    def db(self):
        return self.application.db

    async def rows(self, query, *args):
        async with self.db.acquire() as conn:
            async with conn.cursor() as cur:
                await cur.execute(query, args)
                return await cur.fetchall()


class ActsHandler(BaseHandler):
    async def get(self):
        async with aiopg.create_pool("dbname=acts") as pool:
            async with pool.acquire() as conn:
                async with conn.cursor() as cur:
                    await cur.execute("SELECT id FROM acts WHERE title = '%s'" % self.get_argument("title"))  # want sql-injection
                    self.write({"acts": await cur.fetchall()})

    async def post(self):
        pool = await aiopg.create_pool("dbname=acts")
        with (await pool.cursor()) as cur:
            await cur.execute("INSERT INTO acts (title) VALUES ('" + self.get_body_argument("title") + "')")  # want sql-injection


class StageHandler(BaseHandler):
    async def get(self, stage):
        async with self.db.acquire() as conn:
            cur = await conn.cursor(cursor_factory=psycopg2.extras.DictCursor)
            await cur.execute(f"SELECT id FROM acts WHERE stage = '{stage}'")  # want sql-injection
            self.write({"acts": await cur.fetchall()})

    async def put(self, stage):
        sql_text = "UPDATE stages SET open = true"
        note = self.get_argument("note", None)
        if note is not None:
            sql_text = "{}, note = '{}'".format(sql_text, note)
        async with aiopg.connect("dbname=acts") as conn:
            cur = await conn.cursor()
            await cur.execute(sql_text)  # want sql-injection


class SafeHandler(BaseHandler):
    async def get(self):
        rows = await self.rows("SELECT id FROM acts WHERE title = %s AND stage = %s", self.get_argument("title"), self.get_argument("stage"))
        self.write({"acts": rows})

    async def post(self):
        field = FIELDS.get(self.get_argument("field"))
        if field is None:
            raise tornado.web.HTTPError(400)
        self.write({"acts": await self.rows("SELECT %s FROM acts" % field)})

    async def put(self):
        query = sql.SQL("SELECT id FROM {}").format(sql.Identifier(self.get_argument("table")))
        self.write({"acts": await self.rows(query)})

    async def delete(self):
        act = int(self.get_argument("id"))
        await self.rows(f"DELETE FROM acts WHERE id = {act} RETURNING id")

    async def patch(self):
        columns = [c for c in FIELDS if self.get_argument(c, None)]
        assignments = ", ".join(f"{FIELDS[c]} = %s" for c in columns)
        values = [self.get_argument(c) for c in columns]
        await self.rows(f"UPDATE acts SET {assignments} WHERE id = %s", *values, self.get_argument("id"))


app = tornado.web.Application([(r"/acts", ActsHandler), (r"/stages/(\w[^/]*)", StageHandler), (r"/safe", SafeHandler)])
