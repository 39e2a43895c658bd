"""A parts catalogue: Bottle and PyMySQL."""

import pymysql
import pymysql.cursors
from bottle import Bottle, HTTPError, request

app = Bottle()

ALLOWED_SORTS = ["id", "name", "price"]


def connect():
    return pymysql.connect(host="db", user="parts", database="parts", cursorclass=pymysql.cursors.DictCursor)


def condition(column, value):
    return "%s = '%s'" % (column, value)


@app.get("/parts")
def parts():
    with connect() as conn:
        with conn.cursor() as cursor:
            cursor.execute("SELECT id FROM parts WHERE name = '" + request.query.name + "'")  # want sql-injection
            return {"rows": cursor.fetchall()}


@app.get("/parts/like")
def like():
    conn = connect()
    cur = conn.cursor()
    cur.execute("SELECT id FROM parts WHERE name LIKE '%%%s%%'" % request.query.get("q", ""))  # want sql-injection
    return {"rows": cur.fetchall()}


@app.get("/parts/backticks")
def backticks():
    cur = connect().cursor()
    cur.execute(f"SELECT `{request.query['column']}` FROM parts # all of them")  # want sql-injection
    return {"rows": cur.fetchall()}


@app.get("/parts/limit")
def limited():
    cur = connect().cursor()
    cur.execute("SELECT id FROM parts ORDER BY id LIMIT {}, {}".format(request.query.offset, request.query.count))  # want sql-injection
    return {"rows": cur.fetchall()}


@app.get("/parts/helper")
def helper():
    cur = connect().cursor()
    cur.execute("SELECT id FROM parts WHERE " + condition("maker", request.query.maker))  # want sql-injection
    return {"rows": cur.fetchall()}


@app.post("/parts/many")
def many():
    rows = [(p["name"], p["price"]) for p in request.json["parts"]]
    table = request.json["table"]
    with connect() as conn, conn.cursor() as cursor:
        cursor.executemany("INSERT INTO %s (name, price) VALUES (%%s, %%s)" % table, rows)  # want sql-injection
        conn.commit()


@app.post("/parts/procedure")
def procedure():
    cur = connect().cursor()
    cur.callproc(request.forms["procedure"], (1, 2))  # want sql-injection


@app.get("/parts/replaced")
def replaced():
    name = request.query.name.replace("'", "''")
    cur = connect().cursor()
    cur.execute("SELECT id FROM parts WHERE name = '%s'" % name)  # want sql-injection
    return {"rows": cur.fetchall()}


@app.get("/safe/bound")
def bound():
    with connect() as conn, conn.cursor() as cursor:
        cursor.execute("SELECT id FROM parts WHERE name = %s AND price < %s", (request.query.name, request.query.max))
        return {"rows": cursor.fetchall()}


@app.get("/safe/single")
def single():
    with connect() as conn, conn.cursor() as cursor:
        cursor.execute("SELECT id FROM parts WHERE name LIKE %s", f"%{request.query.q}%")
        return {"rows": cursor.fetchall()}


@app.get("/safe/in")
def in_list():
    names = request.query.getall("name")
    marks = ", ".join(["%s"] * len(names))
    with connect() as conn, conn.cursor() as cursor:
        cursor.execute("SELECT id FROM parts WHERE name IN (" + marks + ")", names)
        return {"rows": cursor.fetchall()}


@app.get("/safe/in-expanded")
def in_expanded():
    with connect() as conn, conn.cursor() as cursor:
        cursor.execute("SELECT id FROM parts WHERE name IN %s", (tuple(request.query.getall("name")),))
        return {"rows": cursor.fetchall()}


@app.get("/safe/sorted")
def sorted_parts():
    sort = request.query.get("sort", "id")
    if sort not in ALLOWED_SORTS:
        raise HTTPError(400, "cannot sort by that")
    cur = connect().cursor()
    cur.execute(f"SELECT id FROM parts ORDER BY `{sort}`")
    return {"rows": cur.fetchall()}


@app.get("/safe/escaped")
def escaped():
    conn = connect()
    cur = conn.cursor()
    cur.execute("SELECT id FROM parts WHERE name = " + conn.escape(request.query.name))
    return {"rows": cur.fetchall()}


@app.get("/safe/part/<part_id:int>")
def part(part_id):
    cur = connect().cursor()
    cur.execute("SELECT name FROM parts WHERE id = %s" % part_id)
    return cur.fetchone()


@app.post("/safe/insert")
def insert():
    columns = ("name", "maker", "price")
    sql = "INSERT INTO parts ({}) VALUES ({})".format(", ".join(columns), ", ".join("%s" for _ in columns))
    with connect() as conn, conn.cursor() as cursor:
        cursor.execute(sql, [request.forms.get(c) for c in columns])
        conn.commit()
