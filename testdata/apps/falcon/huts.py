"""Mountain huts: resources, hooks and middleware of the API, and its routes."""
import logging
import re

import falcon
import psycopg
from falcon.media.validators import jsonschema
from psycopg import sql

import lodge
import warden

log = logging.getLogger("huts")
POOL = psycopg.connect("dbname=huts")
ORDERS = {"name": "name", "height": "height DESC"}
BOOKING = {
    "type": "object",
    "properties": {"beds": {"type": "integer"}, "name": {"type": "string"}},
    "required": ["beds", "name"],
}


def need_key(req, resp, resource, params):
    if req.get_header("X-Key", required=True) != "open":
        raise falcon.HTTPUnauthorized(title="no key")


def plain_name(req, resp, resource, params):
    if not params["name"].isalnum():
        raise falcon.HTTPNotFound()


class Connections:
    def process_request(self, req, resp):
        req.context.db = psycopg.connect("dbname=huts")
        req.context.language = req.get_header("Accept-Language") or "en"

    def process_response(self, req, resp, resource, req_succeeded):
        req.context.db.close()


# SQL ---------------------------------------------------------------------------------------------------


class Huts:
    def on_get(self, req, resp):
        region = req.get_param("region", default="north")  # at region
        cursor = POOL.execute(f"SELECT name FROM huts WHERE region = '{region}'")  # want sql-injection via region
        resp.media = [row[0] for row in cursor.fetchall()]

    @falcon.before(need_key)
    def on_post(self, req, resp):
        hut = req.media  # at hut
        statement = "INSERT INTO huts (name) VALUES ('" + hut["name"] + "')"  # at hut_statement
        POOL.execute(statement)  # want sql-injection via hut hut_statement
        resp.status = falcon.HTTP_201
        resp.location = "/huts"

    def on_put(self, req, resp):
        order = ORDERS.get(req.params.get("order"), "name")
        resp.media = POOL.execute("SELECT name FROM huts ORDER BY " + order).fetchall()

    def on_delete(self, req, resp):
        POOL.execute("DELETE FROM huts WHERE name = %s", (req.get_param("name", required=True),))
        resp.status = falcon.HTTP_204

    def on_patch(self, req, resp):
        column = sql.Identifier(req.get_param("column"))
        POOL.execute(sql.SQL("UPDATE huts SET {} = %s").format(column), [req.media["value"]])


class Hut:
    def on_get(self, req, resp, name):  # at hut_name
        rows = POOL.execute("SELECT * FROM huts WHERE name = '%s'" % name).fetchall()  # want sql-injection via hut_name
        if not rows:
            raise falcon.HTTPNotFound(description="no such hut")
        resp.media = rows

    @falcon.before(plain_name)
    def on_delete(self, req, resp, name):
        POOL.execute("DELETE FROM huts WHERE name = %(name)s", {"name": name})
        resp.status = falcon.HTTP_NO_CONTENT


class Bed:
    """The route gives whole numbers, the query is asked for them."""

    def on_get(self, req, resp, hut, bed):
        night = req.get_param_as_date("night", required=True)
        resp.media = POOL.execute(f"SELECT * FROM beds WHERE hut = {hut} AND bed = {bed} AND night = '{night}'").fetchall()

    def on_post(self, req, resp, *, hut, bed):
        nights = req.get_param_as_int("nights", min_value=1, max_value=9, default=1)
        guest = req.get_param_as_uuid("guest")
        POOL.execute("INSERT INTO stays VALUES (%d, %d, %d, '%s')" % (hut, bed, nights, guest))

    @falcon.before(need_key)
    @jsonschema.validate(BOOKING)
    def on_put(self, req, resp, hut, bed):
        booking = req.get_media()  # at booking
        POOL.execute("UPDATE beds SET guest = '{name}' WHERE bed = {bed}".format(name=booking["name"], bed=bed))  # want sql-injection via booking

    def on_get_all(self, req, resp, hut, bed=None):
        names = req.get_param_as_list("name") or []  # at names
        listed = ", ".join("'%s'" % n for n in names)  # at names_listed
        resp.media = POOL.execute(f"SELECT * FROM beds WHERE name IN ({listed})").fetchall()  # want sql-injection via names names_listed


class Season:
    def on_get(self, req, resp, year):
        if not re.fullmatch(r"\d{4}", year):
            raise falcon.HTTPBadRequest(title="year")
        resp.media = POOL.execute("SELECT * FROM seasons WHERE year = " + year).fetchall()


def create():
    app = falcon.App(middleware=[Connections()], cors_enable=False)
    bed = Bed()
    app.add_route("/huts", Huts())
    app.add_route("/huts/{name}", Hut())
    app.add_route("/huts/{hut:int}/beds/{bed:int(min=1)}", bed)
    app.add_route("/huts/{hut:int}/beds", bed, suffix="all")
    app.add_route("/seasons/{year}", Season())
    app.add_route("/lodge/{guest}", lodge.Page())
    app.add_route("/lodge/sheet", lodge.Sheet())
    app.add_route("/lodge/way", lodge.Way())
    app.add_route("/warden/{tool}", warden.Tool())
    app.add_route("/warden/reckon", warden.Reckon())
    app.add_route("/warden/files/{name}", warden.File())
    app.add_route("/warden/trees/{name:path}", warden.Tree())
    app.add_route("/warden/state", warden.State())
    app.add_sink(lodge.elsewhere, prefix=r"/old/(?P<rest>.+)")
    app.add_error_handler(psycopg.Error, lodge.broken)
    return app


application = create()
