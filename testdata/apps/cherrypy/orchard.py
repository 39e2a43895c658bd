"""The orchard: a tree of objects that answer, and the configuration that mounts it."""
import os
import sqlite3

import cherrypy
from cherrypy import expose, tools

from press import Press
from shed import Shed

KINDS = {"apple", "pear", "plum"}


def connect(thread_index):
    cherrypy.thread_data.db = sqlite3.connect("orchard.db")


cherrypy.engine.subscribe("start_thread", connect)


def rows(sql, *values):
    return cherrypy.thread_data.db.execute(sql, values).fetchall()  # at press_sink


# SQL ---------------------------------------------------------------------------------------------------


class Orchard:
    def __init__(self):
        self.trees = Trees()
        self.press = Press()
        self.shed = Shed()

    @cherrypy.expose
    def index(self, kind="apple"):  # at index_kind
        db = cherrypy.thread_data.db
        found = db.execute("SELECT name FROM trees WHERE kind = '%s'" % kind)  # want sql-injection via index_kind
        cherrypy.response.headers["Content-Type"] = "text/plain"
        return "\n".join(name for name, in found)

    @expose
    @tools.json_out()
    def pressed(self, **params):  # at press_params
        kind = params["kind"]  # at press_kind
        return rows(f"SELECT * FROM juices WHERE kind = '{kind}'")  # want sql-injection via press_params press_kind to press_sink

    @cherrypy.expose
    @cherrypy.tools.json_in()
    @cherrypy.tools.json_out()
    def plant(self):
        tree = cherrypy.request.json  # at plant_tree
        name = tree["name"]  # at plant_name
        sql = "INSERT INTO trees (name) VALUES ('" + name + "')"  # at plant_sql
        cherrypy.thread_data.db.execute(sql)  # want sql-injection via plant_tree plant_name plant_sql
        return {"planted": name}

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def counted(self, row, place):
        return rows(f"SELECT * FROM trees WHERE row = {int(row)} AND place = {int(place)}")

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def of_kind(self, kind):
        if kind not in KINDS:
            raise cherrypy.HTTPError(400, "no such kind")
        return rows(f"SELECT * FROM trees WHERE kind = '{kind}'")

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def named(self, name, *rest):
        return rows("SELECT * FROM trees WHERE name = ? AND felled IS NULL", name)

    @cherrypy.expose
    def sorted(self, by="name"):
        order = {"name": "name ASC", "age": "planted DESC"}.get(by, "id")
        cherrypy.response.headers["Content-Type"] = "text/plain"
        return str(rows("SELECT * FROM trees ORDER BY " + order))


@cherrypy.expose
class Trees:
    """One that answers by method."""

    exposed = True

    def GET(self, number=None):
        if number is None or not number.isdigit():
            raise cherrypy.NotFound()
        return cherrypy.thread_data.db.execute("SELECT name FROM trees WHERE id = " + number).fetchone()[0]

    def DELETE(self, name):  # at delete_name
        cherrypy.thread_data.db.execute(f"DELETE FROM trees WHERE name = '{name}'")  # want sql-injection via delete_name

    @cherrypy.tools.accept(media="text/plain")
    def PUT(self, number, height):
        cherrypy.thread_data.db.execute("UPDATE trees SET height = ? WHERE id = ?", (float(height), int(number)))


CONFIG = {
    "/": {"tools.sessions.on": True, "tools.sessions.httponly": True, "tools.sessions.secure": True},
    "/trees": {"request.dispatch": cherrypy.dispatch.MethodDispatcher()},
    "/static": {"tools.staticdir.on": True, "tools.staticdir.dir": os.path.abspath("static")},
}

if __name__ == "__main__":
    cherrypy.quickstart(Orchard(), "/", CONFIG)
