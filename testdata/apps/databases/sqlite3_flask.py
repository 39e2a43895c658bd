"""A recipe collection: Flask and the standard library's sqlite3."""

import sqlite3
from enum import Enum
from textwrap import dedent

from flask import Flask, abort, current_app, g, jsonify, request

app = Flask(__name__)

SORTABLE = {"title": "title", "newest": "created_at DESC", "rating": "rating DESC"}
COLUMNS = ("id", "title", "minutes")
KINDS = {"soup", "bread", "cake"}


class Direction(Enum):
    UP = "ASC"
    DOWN = "DESC"


def get_db():
    if "db" not in g:
        g.db = sqlite3.connect(current_app.config["DATABASE"])
        g.db.row_factory = sqlite3.Row
    return g.db


def query_db(query, args=(), one=False):
    cur = get_db().execute(query, args)
    rows = cur.fetchall()
    cur.close()
    return (rows[0] if rows else None) if one else rows


def title_clause(term):
    return "title LIKE '%" + term + "%'"


@app.get("/recipes/search")
def search():
    term = request.args.get("q", "")
    rows = get_db().execute(f"SELECT id, title FROM recipes WHERE title LIKE '%{term}%'")  # want sql-injection
    return jsonify([dict(row) for row in rows])


@app.get("/recipes/by-author")
def by_author():
    query = "SELECT id FROM recipes WHERE author = '%s' AND public = 1" % request.args["author"]
    return jsonify([row["id"] for row in g.db.execute(query)])  # want sql-injection


@app.get("/recipes/filtered")
def filtered():
    sql = "SELECT id, title FROM recipes WHERE 1 = 1"
    if request.args.get("kind"):
        sql += " AND kind = '" + request.args["kind"] + "'"
    if request.args.get("vegan"):
        sql += " AND vegan = 1"
    cur = get_db().cursor()
    cur.execute(sql)  # want sql-injection
    return jsonify(cur.fetchall())


@app.get("/recipes/helper")
def with_helper():
    sql = "SELECT id FROM recipes WHERE " + title_clause(request.args["q"])
    return jsonify(get_db().execute(sql).fetchall())  # want sql-injection


@app.get("/recipes/wrapped")
def wrapped():
    kind = request.args.get("kind")
    return jsonify(query_db("SELECT id FROM recipes WHERE kind = '{}'".format(kind)))  # want sql-injection


@app.get("/recipes/dedented")
def dedented():
    sql = dedent(
        """
        SELECT id
        FROM recipes
        WHERE kind = '{kind}'
        """
    ).format(kind=request.args["kind"])
    return jsonify(get_db().execute(sql).fetchall())  # want sql-injection


@app.post("/recipes/import")
def import_rows():
    rows = [(r["title"],) for r in request.get_json()["rows"]]
    table = request.args["table"]
    get_db().executemany("INSERT INTO " + table + " (title) VALUES (?)", rows)  # want sql-injection
    return "", 204


@app.post("/recipes/script")
def script():
    get_db().executescript("DELETE FROM plan; INSERT INTO plan (day) VALUES ('%s');" % request.form["day"])  # want sql-injection
    return "", 204


@app.get("/recipes/sorted-by-client")
def sorted_by_client():
    clauses = ["SELECT id FROM recipes", "ORDER BY", request.args.get("sort", "id")]
    return jsonify(get_db().execute(" ".join(clauses)).fetchall())  # want sql-injection


@app.get("/safe/bound")
def bound():
    rows = query_db("SELECT id, title FROM recipes WHERE title LIKE ?", ["%" + request.args.get("q", "") + "%"])
    return jsonify([dict(row) for row in rows])


@app.get("/safe/named")
def named():
    sql = "SELECT id FROM recipes WHERE kind = :kind AND minutes <= :minutes"
    return jsonify(get_db().execute(sql, {"kind": request.args["kind"], "minutes": request.args["minutes"]}).fetchall())


@app.get("/safe/page")
def page():
    size = min(int(request.args.get("size", 20)), 100)
    offset = (request.args.get("page", 1, type=int) - 1) * size
    return jsonify(get_db().execute(f"SELECT id FROM recipes LIMIT {size} OFFSET {offset}").fetchall())


@app.get("/safe/sorted")
def sorted_recipes():
    order = SORTABLE.get(request.args.get("sort"), "id")
    return jsonify(get_db().execute(f"SELECT id FROM recipes ORDER BY {order}").fetchall())


@app.get("/safe/kind")
def kind_table():
    kind = request.args["kind"]
    if kind not in KINDS:
        abort(404)
    return jsonify(get_db().execute(f"SELECT id FROM recipes_{kind}").fetchall())


@app.get("/safe/direction")
def direction():
    way = Direction[request.args.get("way", "UP")]
    return jsonify(get_db().execute("SELECT id FROM recipes ORDER BY title " + way.value).fetchall())


@app.get("/safe/columns")
def columns():
    chosen = [c for c in request.args.getlist("column") if c in COLUMNS]
    return jsonify(get_db().execute("SELECT " + ", ".join(chosen or COLUMNS) + " FROM recipes").fetchall())


@app.get("/safe/in")
def in_list():
    ids = request.args.getlist("id")
    marks = ",".join("?" * len(ids))
    return jsonify(get_db().execute("SELECT title FROM recipes WHERE id IN (%s)" % marks, ids).fetchall())


@app.get("/safe/clauses")
def clauses():
    where, params = ["public = 1"], []
    if "kind" in request.args:
        where.append("kind = ?")
        params.append(request.args["kind"])
    if "author" in request.args:
        where.append("author = ?")
        params.append(request.args["author"])
    sql = "SELECT id FROM recipes WHERE " + " AND ".join(where)
    return jsonify(get_db().execute(sql, params).fetchall())


@app.post("/safe/update")
def update():
    allowed = sorted(set(request.form) & {"title", "minutes", "kind"})
    assignments = ", ".join(f"{name} = ?" for name in allowed)
    values = [request.form[name] for name in allowed]
    get_db().execute(f"UPDATE recipes SET {assignments} WHERE id = ?", [*values, request.form["id"]])
    return "", 204


@app.post("/safe/schema")
def schema():
    with current_app.open_resource("schema.sql", mode="r") as f:
        get_db().executescript(f.read())
    return "", 204
