"""Connections from elsewhere: the class of the receiver is not known here, the text says that it is SQL."""

from flask import Blueprint, current_app, g, jsonify, request

from .extensions import db, get_connection, mysql

bp = Blueprint("notes", __name__)


class NoteStore:
    def __init__(self, conn):
        self.conn = conn

    def find(self, term):
        cur = self.conn.cursor()
        cur.execute("SELECT id FROM notes WHERE body LIKE '%" + term + "%'")  # want sql-injection
        return cur.fetchall()

    def find_bound(self, term):
        cur = self.conn.cursor()
        cur.execute("SELECT id FROM notes WHERE body LIKE ?", (f"%{term}%",))
        return cur.fetchall()


def fetch(conn, sql):
    return conn.execute(sql).fetchall()


@bp.get("/g")
def with_g():
    return jsonify(g.db.execute(f"SELECT id FROM notes WHERE owner = '{request.args['owner']}'").fetchall())  # want sql-injection


@bp.get("/app")
def with_app():
    cur = current_app.db.cursor()
    cur.execute("SELECT id FROM notes WHERE owner = '%s'" % request.args["owner"])  # want sql-injection
    return jsonify(cur.fetchall())


@bp.get("/helper")
def with_helper():
    conn = get_connection()
    with conn.cursor() as cur:
        cur.execute("SELECT id FROM notes WHERE owner = '{}'".format(request.args["owner"]))  # want sql-injection
        return jsonify(cur.fetchall())


@bp.get("/extension")
def with_extension():  # want state-change-on-get
    cur = mysql.connection.cursor()
    cur.execute("DELETE FROM notes WHERE id = " + request.args["id"])  # want sql-injection
    mysql.connection.commit()
    return "", 204


@bp.get("/store")
def with_store():
    return jsonify(NoteStore(get_connection()).find(request.args["q"]))


@bp.get("/parameter")
def with_parameter():
    owner = request.args["owner"]
    return jsonify(fetch(get_connection(), f"SELECT id FROM notes WHERE owner = '{owner}'"))  # want sql-injection


@bp.get("/session")
def with_session():
    return jsonify(db.session.execute("SELECT id FROM notes WHERE owner = '%s'" % request.args["owner"]).all())  # want sql-injection


@bp.get("/safe/g")
def safe_g():
    return jsonify(g.db.execute("SELECT id FROM notes WHERE owner = ?", (request.args["owner"],)).fetchall())


@bp.get("/safe/store")
def safe_store():
    return jsonify(NoteStore(get_connection()).find_bound(request.args["q"]))


@bp.get("/safe/parameter")
def safe_parameter():
    return jsonify(fetch(get_connection(), "SELECT id FROM notes WHERE shared = 1"))


@bp.get("/safe/other")
def safe_other():
    # nothing of this is a statement
    current_app.scheduler.execute("job-" + request.args["job"])
    current_app.shell.execute(f"{request.args['command']} --dry-run")
    return jsonify(g.search.query("title:" + request.args["q"]))


@bp.get("/safe/number")
def safe_number():
    cur = get_connection().cursor()
    cur.execute("SELECT id FROM notes WHERE year = %s" % int(request.args["year"]))
    return jsonify(cur.fetchall())
