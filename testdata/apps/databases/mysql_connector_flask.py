"""A hostel: Flask and MySQL Connector."""

import mysql.connector
from flask import Flask, jsonify, request, session
from mysql.connector import pooling

app = Flask(__name__)
config = {"host": "localhost", "user": "hostel", "database": "hostel"}
pool = pooling.MySQLConnectionPool(pool_name="web", pool_size=5, **config)
ROOM_COLUMNS = {"beds", "floor", "price"}


class Database:
    def __init__(self):
        self.conn = mysql.connector.connect(**config)
        self.cursor = self.conn.cursor(dictionary=True)

    def fetch(self, query, params=None):
        self.cursor.execute(query, params or ())
        return self.cursor.fetchall()

    def count(self, table, where):
        self.cursor.execute("SELECT count(*) FROM rooms WHERE " + where)  # want sql-injection
        return self.cursor.fetchone()


db = Database()


@app.route("/login", methods=["POST"])
def login():  # want login-brute-force
    username = request.form["username"]
    password = request.form["password"]
    cnx = mysql.connector.connect(user="hostel", password="", database="hostel")
    cursor = cnx.cursor()
    query = "SELECT id FROM guests WHERE name = '" + username + "' AND password = '" + password + "'"
    cursor.execute(query)  # want sql-injection, plaintext-password-compare
    row = cursor.fetchone()
    if row:
        session["guest"] = row[0]
    return jsonify(ok=bool(row))


@app.route("/rooms")
def rooms():
    return jsonify(db.fetch("SELECT * FROM rooms WHERE view = '%s'" % request.args.get("view")))  # want sql-injection


@app.route("/rooms/count")
def count():
    return jsonify(db.count("rooms", f"floor = {request.args.get('floor')}"))


@app.route("/guests/<name>")
def guest(name):
    conn = pool.get_connection()
    with conn.cursor() as cur:
        cur.execute("SELECT id FROM guests WHERE name = '{name}'".format(name=name))  # want sql-injection
        return jsonify(cur.fetchall())


@app.route("/multi", methods=["POST"])
def multi():
    cur = pool.get_connection().cursor()
    script = "UPDATE rooms SET free = 1; UPDATE rooms SET note = '" + request.form["note"] + "'"
    for _ in cur.execute(script, multi=True):  # want sql-injection
        pass
    return "", 204


@app.route("/safe/login", methods=["POST"])
def safe_login():  # want login-brute-force
    cursor = pool.get_connection().cursor(prepared=True)
    cursor.execute("SELECT id FROM guests WHERE name = %s AND password = %s", (request.form["username"], request.form["password"]))  # want plaintext-password-compare
    return jsonify(ok=bool(cursor.fetchone()))


@app.route("/safe/named")
def safe_named():
    cursor = pool.get_connection().cursor()
    cursor.execute("SELECT id FROM rooms WHERE view = %(view)s LIMIT 10", {"view": request.args["view"]})
    return jsonify(cursor.fetchall())


@app.route("/safe/column")
def safe_column():
    column = request.args.get("column")
    if column in ROOM_COLUMNS:
        cursor = pool.get_connection().cursor()
        cursor.execute(f"SELECT {column} FROM rooms")
        return jsonify(cursor.fetchall())
    return jsonify(error="unknown column"), 400


@app.route("/safe/floor")
def safe_floor():
    floor = request.args.get("floor", "")
    if not floor.isdigit():
        return jsonify([])
    cursor = pool.get_connection().cursor()
    cursor.execute("SELECT id FROM rooms WHERE floor = " + floor)
    return jsonify(cursor.fetchall())


@app.route("/safe/procedure", methods=["POST"])
def safe_procedure():
    cursor = pool.get_connection().cursor()
    cursor.callproc("book_room", (request.form["room"], request.form["guest"]))
    return "", 204


@app.route("/safe/update", methods=["POST"])
def safe_update():
    changes = {k: v for k, v in request.form.items() if k in ROOM_COLUMNS}
    setters = ", ".join("{} = %s".format(k) for k in changes)
    cursor = pool.get_connection().cursor()
    cursor.execute("UPDATE rooms SET " + setters + " WHERE id = %s", (*changes.values(), request.form["id"]))
    return "", 204
