"""A ticket desk: Pyramid and mysqlclient."""

from string import Template

import MySQLdb
import MySQLdb.cursors
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.view import view_config, view_defaults

STATES = ("open", "waiting", "closed")
QUERY = Template("SELECT id FROM tickets WHERE owner = '$owner' ORDER BY id")


def database():
    return MySQLdb.connect(read_default_group="tickets", cursorclass=MySQLdb.cursors.DictCursor)


@view_config(route_name="tickets", renderer="json")
def tickets(request):
    cur = database().cursor()
    cur.execute("SELECT id FROM tickets WHERE owner = '%s'" % (request.params["owner"],))  # want sql-injection
    return cur.fetchall()


@view_config(route_name="template", renderer="json")
def template(request):
    cur = database().cursor()
    cur.execute(QUERY.substitute(owner=request.params["owner"]))  # want sql-injection
    return cur.fetchall()


@view_config(route_name="joined", renderer="json")
def joined(request):
    conditions = []
    for name in STATES:
        if request.params.get(name):
            conditions.append("state = '" + request.params[name] + "'")
    sql = "SELECT id FROM tickets"
    if conditions:
        sql = sql + " WHERE " + " OR ".join(conditions)
    cur = database().cursor()
    cur.execute(sql)  # want sql-injection
    return cur.fetchall()


@view_config(route_name="query", renderer="json")
def low_level(request):
    db = database()
    db.query("SELECT id FROM tickets WHERE id = " + request.matchdict["id"])  # want sql-injection
    return db.store_result().fetch_row(maxrows=0)


@view_config(route_name="bytes", renderer="json")
def as_bytes(request):
    cur = database().cursor()
    statement = "SELECT id FROM tickets WHERE title = '{title}'".format(**request.params)
    cur.execute(statement.encode("utf-8"))  # want sql-injection
    return cur.fetchall()


@view_defaults(route_name="notes", renderer="json")
class NoteViews:
    def __init__(self, request):
        self.request = request
        self.db = database()

    @view_config(request_method="GET")
    def get(self):
        cursor = self.db.cursor()
        cursor.execute(f"SELECT body FROM notes WHERE ticket = {self.request.params['ticket']}")  # want sql-injection
        return cursor.fetchall()

    @view_config(request_method="POST")
    def post(self):
        cursor = self.db.cursor()
        cursor.execute("INSERT INTO notes (body) VALUES (%s)", [self.request.json_body["body"]])
        self.db.commit()
        return {}


@view_config(route_name="safe_bound", renderer="json")
def bound(request):
    cur = database().cursor()
    cur.execute("SELECT id FROM tickets WHERE owner = %s", (request.params["owner"],))
    return cur.fetchall()


@view_config(route_name="safe_state", renderer="json")
def by_state(request):
    state = request.params["state"]
    if state not in STATES:
        raise HTTPBadRequest()
    cur = database().cursor()
    cur.execute("SELECT id FROM tickets WHERE state = '%s'" % state)
    return cur.fetchall()


@view_config(route_name="safe_ids", renderer="json")
def by_ids(request):
    ids = [int(i) for i in request.params.getall("id")]
    cur = database().cursor()
    cur.execute("SELECT id FROM tickets WHERE id IN (%s)" % ",".join(map(str, ids)))
    return cur.fetchall()


@view_config(route_name="safe_escaped", renderer="json")
def escaped(request):
    owner = MySQLdb.escape_string(request.params["owner"]).decode()
    cur = database().cursor()
    cur.execute(f"SELECT id FROM tickets WHERE owner = '{owner}'")
    return cur.fetchall()


@view_config(route_name="safe_many", renderer="json")
def many(request):
    cur = database().cursor()
    cur.executemany("INSERT INTO tickets (owner, title) VALUES (%s, %s)", [(t["owner"], t["title"]) for t in request.json_body])
    return {}


def main(global_config, **settings):
    config = Configurator(settings=settings)
    config.scan()
    return config.make_wsgi_app()
