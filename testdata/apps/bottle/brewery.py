"""The brewery: beers in SQLite, on the default application of Bottle."""
import json
import re
import sqlite3

import bottle
from bottle import abort, default_app, delete, error, get, hook, post, put, request, response, route, run

db = sqlite3.connect("brewery.db", check_same_thread=False)
STYLES = ["ale", "lager", "stout"]
plain = re.compile(r"^[a-z]+\Z").match


@hook("before_request")
def address():
    request.environ["PATH_INFO"] = request.environ["PATH_INFO"].rstrip("/")


@hook("after_request")
def headers():
    response.headers["X-Frame-Options"] = "DENY"


# SQL ---------------------------------------------------------------------------------------------------


@route("/beers")
def beers():
    style = request.query.style  # at style
    cursor = db.execute("SELECT name FROM beers WHERE style = '" + style + "'")  # want sql-injection via style
    return {"beers": [name for name, in cursor]}


@route("/beers/<name>", method="GET")
def beer(name):  # at beer_name
    row = db.execute("SELECT * FROM beers WHERE name = '%s'" % name).fetchone()  # want sql-injection via beer_name
    if row is None:
        abort(404, "no such beer")
    return {"beer": row}


@post("/beers")
def brew():
    name = request.forms.get("name")  # at brew_name
    style = request.forms.getunicode("style", "ale")
    statement = f"INSERT INTO beers (name, style) VALUES ('{name}', '{style}')"  # at brew_statement
    db.execute(statement)  # want sql-injection via brew_name brew_statement
    db.commit()
    response.status = 201
    return {"name": name}


@bottle.route("/beers/order", ["POST"])
def order():
    lines = request.json["lines"]  # at lines
    for line in lines:  # at line
        db.execute("UPDATE stock SET left = left - 1 WHERE beer = '{}'".format(line["beer"]))  # want sql-injection via lines line
    db.commit()
    return {"ordered": len(lines)}


@get("/beers/<number:int>")
def beer_number(number):
    return {"beer": db.execute(f"SELECT * FROM beers WHERE id = {number}").fetchone()}


@get("/beers/style/<style:re:[a-z]+>")
def beers_of(style):
    return {"beers": db.execute(f"SELECT name FROM beers WHERE style = '{style}'").fetchall()}


@get("/beers/named")
def named():
    name = request.params.get("name", "")
    return {"beers": db.execute("SELECT * FROM beers WHERE name LIKE ?", ("%" + name + "%",)).fetchall()}


@get("/beers/sorted")
def sorted_beers():
    column = request.query.get("by", "name")
    if column not in ("name", "style", "strength"):
        column = "name"
    return {"beers": db.execute(f"SELECT * FROM beers ORDER BY {column}").fetchall()}


@put("/beers/<number:int>")
def change(number):
    style = request.json.get("style")
    if style not in STYLES:
        abort(400)
    db.execute(f"UPDATE beers SET style = '{style}' WHERE id = {number:d}")
    return ""


@delete("/beers/<name>")
def drink(name):
    if not plain(name):
        abort(400, "letters only")
    db.execute(f"DELETE FROM beers WHERE name = '{name}'")
    db.commit()
    return json.dumps({"gone": True})


@get("/beers/strong")
def strong():
    least = request.query.get("least", default=5.0, type=float)
    return {"beers": db.execute("SELECT * FROM beers WHERE strength > %f" % least).fetchall()}


@error(404)
def missing(err):
    return f"<h1>Not here</h1><p>{bottle.html_escape(request.path)}</p>"


@error(500)
def broken(err):
    where = request.path  # at broken_path
    return "<h1>Broken</h1><p>" + where + "</p>"  # want reflected-xss via broken_path


app = default_app()

if __name__ == "__main__":
    run(host="localhost", port=8080)
