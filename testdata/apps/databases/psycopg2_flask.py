"""An invoice desk: Flask and psycopg2 behind a pool."""

from contextlib import contextmanager

import psycopg2
import psycopg2.extras
from flask import Blueprint, Flask, abort, jsonify, request
from psycopg2 import sql
from psycopg2.pool import ThreadedConnectionPool

app = Flask(__name__)
bp = Blueprint("invoices", __name__)
pool = ThreadedConnectionPool(1, 10, dsn="service=invoices")

TABLES = frozenset(["invoices", "invoices_archive"])
SORTS = {"date": "issued_on", "sum": "total"}


@contextmanager
def cursor():
    conn = pool.getconn()
    try:
        with conn, conn.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cur:
            yield cur
    finally:
        pool.putconn(conn)


@bp.get("/invoices")
def by_customer():
    customer = request.args.get("customer")
    with cursor() as cur:
        cur.execute("SELECT id FROM invoices WHERE customer = '{}'".format(customer))  # want sql-injection
        return jsonify(cur.fetchall())


@bp.get("/invoices/<number>")
def one(number):
    conn = pool.getconn()
    cur = conn.cursor()
    cur.execute("SELECT * FROM invoices WHERE number = '" + number + "' LIMIT 1")  # want sql-injection
    return jsonify(cur.fetchone())


@bp.get("/invoices/since")
def since():
    days = request.args.get("days", "7")
    with psycopg2.connect("service=invoices") as conn:
        with conn.cursor() as cur:
            cur.execute(f"SELECT id FROM invoices WHERE issued_on > now() - INTERVAL '{days} days'")  # want sql-injection
            return jsonify(cur.fetchall())


@bp.get("/invoices/any")
def any_of():
    numbers = ", ".join("'" + n + "'" for n in request.args.getlist("number"))
    with cursor() as cur:
        cur.execute("SELECT id FROM invoices WHERE number IN (%s)" % numbers)  # want sql-injection
        return jsonify(cur.fetchall())


@bp.get("/invoices/ordered")
def ordered():
    statement = """
        SELECT id, total
        FROM invoices
        ORDER BY %(column)s %(direction)s
    """ % {"column": request.args.get("sort", "id"), "direction": request.args.get("dir", "asc")}
    with cursor() as cur:
        cur.execute(statement)  # want sql-injection
        return jsonify(cur.fetchall())


@bp.post("/invoices/import")
def import_rows():
    rows = request.get_json()
    with cursor() as cur:
        psycopg2.extras.execute_values(cur, "INSERT INTO " + request.args["into"] + " (number) VALUES %s", rows)  # want sql-injection
    return "", 204


@bp.get("/invoices/export")
def export():
    with cursor() as cur, open("/tmp/export.csv", "w") as out:
        cur.copy_expert(f"COPY (SELECT * FROM invoices WHERE region = '{request.args['region']}') TO STDOUT", out)  # want sql-injection
    return "", 204


@bp.get("/invoices/composed")
def composed():
    query = sql.SQL("SELECT id FROM invoices WHERE " + request.args["filter"])  # want sql-injection
    with cursor() as cur:
        cur.execute(query)
        return jsonify(cur.fetchall())


@bp.get("/safe/bound")
def bound():
    with cursor() as cur:
        cur.execute("SELECT id FROM invoices WHERE customer = %s AND total > %s", (request.args["customer"], request.args["min"]))
        return jsonify(cur.fetchall())


@bp.get("/safe/named")
def named():
    with cursor() as cur:
        cur.execute("SELECT id FROM invoices WHERE customer = %(customer)s", {"customer": request.args["customer"]})
        return jsonify(cur.fetchall())


@bp.get("/safe/any")
def array():
    with cursor() as cur:
        cur.execute("SELECT id FROM invoices WHERE number = ANY(%s)", (request.args.getlist("number"),))
        return jsonify(cur.fetchall())


@bp.get("/safe/interval")
def interval():
    with cursor() as cur:
        cur.execute("SELECT id FROM invoices WHERE issued_on > now() - %s * INTERVAL '1 day'", (int(request.args["days"]),))
        return jsonify(cur.fetchall())


@bp.get("/safe/composed")
def identifiers():
    query = sql.SQL("SELECT {fields} FROM {table} WHERE {key} = %s ORDER BY {order}").format(
        fields=sql.SQL(", ").join(map(sql.Identifier, request.args.getlist("field"))),
        table=sql.Identifier("public", request.args["table"]),
        key=sql.Identifier(request.args["key"]),
        order=sql.Identifier(request.args.get("sort", "id")),
    )
    with cursor() as cur:
        cur.execute(query, (request.args["value"],))
        return jsonify(cur.fetchall())


@bp.get("/safe/placeholders")
def placeholders():
    data = request.get_json()
    query = sql.SQL("INSERT INTO invoices ({}) VALUES ({})").format(
        sql.SQL(", ").join([sql.Identifier(k) for k in data]), sql.SQL(", ").join(sql.Placeholder() * len(data))
    )
    with cursor() as cur:
        cur.execute(query, list(data.values()))
    return "", 204


@bp.get("/safe/table")
def table():
    name = request.args.get("table", "invoices")
    if name not in TABLES:
        return jsonify(error="no such table"), 404
    with cursor() as cur:
        cur.execute(f"SELECT count(*) FROM {name}")
        return jsonify(cur.fetchone())


@bp.get("/safe/sorted")
def sorted_invoices():
    try:
        column = SORTS[request.args["sort"]]
    except KeyError:
        abort(400)
    direction = "DESC" if request.args.get("dir") == "desc" else "ASC"
    with cursor() as cur:
        cur.execute("SELECT id FROM invoices ORDER BY {} {}".format(column, direction))
        return jsonify(cur.fetchall())


@bp.post("/safe/import")
def import_values():
    rows = [(r["number"], r["total"]) for r in request.get_json()]
    with cursor() as cur:
        psycopg2.extras.execute_values(cur, "INSERT INTO invoices (number, total) VALUES %s", rows, page_size=500)
    return "", 204


app.register_blueprint(bp)
