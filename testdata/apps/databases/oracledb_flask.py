"""A tram depot: Flask with oracledb, and the older cx_Oracle."""

import cx_Oracle
import oracledb
from flask import Flask, abort, jsonify, request

app = Flask(__name__)
pool = oracledb.create_pool(dsn="depot", min=1, max=4)

ORDER_BY = {"line": "line", "built": "built_year DESC NULLS LAST"}


@app.get("/trams")
def trams():
    with pool.acquire() as connection:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id FROM trams WHERE line = '{request.args['line']}'")  # want sql-injection
            return jsonify(cursor.fetchall())


@app.get("/trams/old")
def old():
    connection = cx_Oracle.connect("depot/depot@localhost/xe")
    cur = connection.cursor()
    cur.execute("SELECT id FROM trams WHERE depot = '" + request.args["depot"] + "' AND ROWNUM < 10")  # want sql-injection
    return jsonify(cur.fetchall())


@app.post("/trams/call")
def call():
    with pool.acquire() as connection:
        cursor = connection.cursor()
        cursor.execute("BEGIN move_tram('{}', :target); END;".format(request.form["tram"]), target=request.form["target"])  # want sql-injection
    return "", 204


@app.post("/trams/function")
def function():
    with pool.acquire() as connection:
        return jsonify(connection.cursor().callfunc(request.form["name"], int, [1]))  # want sql-injection


@app.get("/trams/prepared")
def prepared():
    connection = oracledb.connect(dsn="depot")
    cur = connection.cursor()
    statement = "SELECT id FROM trams WHERE line = '%s'" % request.args["line"]
    cur.prepare(statement)  # want sql-injection
    cur.execute(None)
    return jsonify(cur.fetchall())


@app.get("/safe/named")
def named():
    with pool.acquire() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM trams WHERE line = :line AND depot = :depot", line=request.args["line"], depot=request.args["depot"])
        return jsonify(cursor.fetchall())


@app.get("/safe/positions")
def positions():
    with pool.acquire() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM trams WHERE line = :1", [request.args["line"]])
        return jsonify(cursor.fetchall())


@app.get("/safe/in")
def in_list():
    lines = request.args.getlist("line")
    names = ",".join(f":{i + 1}" for i in range(len(lines)))
    with pool.acquire() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM trams WHERE line IN (" + names + ")", lines)
        return jsonify(cursor.fetchall())


@app.get("/safe/order")
def order():
    if request.args.get("sort") not in ORDER_BY:
        abort(400)
    with pool.acquire() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM trams ORDER BY " + ORDER_BY[request.args["sort"]])
        return jsonify(cursor.fetchall())


@app.post("/safe/call")
def safe_call():
    with pool.acquire() as connection, connection.cursor() as cursor:
        cursor.callproc("move_tram", [request.form["tram"], request.form["target"]])
        cursor.execute("BEGIN move_tram(:tram, :target); END;", {"tram": request.form["tram"], "target": request.form["target"]})
    return "", 204
