"""Berths and ships: the database."""
import datetime
import re
import sqlite3

import tornado.web
from tornado import gen

from base import HarbourHandler

CARGO = ("grain", "oil", "cars")
CALLSIGN = re.compile(r"^[A-Z0-9]{4,7}\Z")


class Berths(HarbourHandler):
    async def get(self):
        order = self.get_argument("order", "name")  # at berths_order
        cursor = await self.db.execute("SELECT id, name FROM berths ORDER BY " + order)  # want sql-injection via berths_order
        self.write({"berths": [list(row) async for row in cursor]})

    async def post(self):
        await self.db.execute(f"INSERT INTO berths (name) VALUES ('{self.sent['name']}')")  # want sql-injection via sent_json
        await self.db.commit()
        self.set_status(201)

    async def put(self):
        name = self.as_sent("name")  # at put_name
        await self.db.execute("UPDATE berths SET name = '%s' WHERE id = %d" % (name, self.whole("id")))  # want sql-injection via as_sent put_name
        self.set_status(204)

    async def delete(self):
        await self.db.execute("DELETE FROM berths WHERE id = %d" % self.whole("id"))
        self.set_status(204)


class Berth(HarbourHandler):
    async def get(self, number):
        # the pattern gives digits
        cursor = await self.db.execute("SELECT * FROM berths WHERE id = " + number)
        self.write({"berth": await cursor.fetchone()})

    async def patch(self, number):
        cargo = self.chosen("cargo", CARGO)
        await self.db.execute(f"UPDATE berths SET cargo = '{cargo}' WHERE id = {number}")
        self.finish()

    async def delete(self, number):
        await self.db.execute("DELETE FROM berths WHERE id = ? AND name = ?", (int(number), self.get_argument("name")))
        self.set_status(204)


class Day(HarbourHandler):
    async def get(self, number, day):
        day = datetime.date.fromisoformat(day)
        cursor = await self.db.execute(f"SELECT ship FROM plans WHERE berth = {int(number)} AND day = '{day}'")
        self.write({"ships": [r[0] for r in await cursor.fetchall()]})


class Quay(tornado.web.RequestHandler):
    def initialize(self):
        self.connection = sqlite3.connect("harbour.db")

    @tornado.web.authenticated
    def get(self, quay):  # at quay
        query = """SELECT name
                     FROM berths
                    WHERE quay = '{}'"""
        sql = query.format(quay)  # at quay_sql
        self.write({"berths": self.connection.execute(sql).fetchall()})  # want sql-injection via quay quay_sql

    @gen.coroutine
    def post(self, quay):
        ships = self.get_arguments("ship")  # at quay_ships
        listed = ",".join("'" + ship + "'" for ship in ships)  # at quay_listed
        rows = yield self.rows("SELECT * FROM ships WHERE name IN (%s)" % listed)  # want sql-injection via quay_ships quay_listed to quay_sink
        self.write({"ships": rows})

    @gen.coroutine
    def rows(self, sql):
        found = self.connection.execute(sql).fetchall()  # at quay_sink
        raise gen.Return(found)

    def put(self, quay):
        ships = [s for s in self.get_arguments("ship") if s.isalnum()]
        marks = ",".join("?" * len(ships))
        self.write({"ships": self.connection.execute(f"SELECT * FROM ships WHERE name IN ({marks})", ships).fetchall()})

    def delete(self, quay):
        sign = self.get_argument("callsign")
        if not CALLSIGN.match(sign):
            raise tornado.web.HTTPError(400)
        self.connection.execute("DELETE FROM ships WHERE callsign = '" + sign + "'")


class Ship(HarbourHandler):
    async def get(self, name, year):
        cursor = await self.db.execute(f"SELECT * FROM ships WHERE name = '{name}' AND year = {year}")
        row = await cursor.fetchone()
        self.redirect(self.reverse_url("ship", name, year)) if row is None else self.write({"ship": row})
