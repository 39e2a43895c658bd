"""Books, authors and orders: every statement the shop sends to SQLite."""
import sqlite3

import flask
from flask import Blueprint, abort, current_app, g, jsonify, request
from flask.views import MethodView

catalog = Blueprint("catalog", __name__)

BOOK_COLUMNS = "id, title, author, price"
SORT_COLUMNS = {"title": "title", "price": "price", "newest": "published DESC"}


def get_db():
    if "db" not in g:
        g.db = sqlite3.connect(current_app.config["DATABASE"])
        g.db.row_factory = sqlite3.Row
    return g.db


@catalog.teardown_app_request
def close_db(_error):
    db = g.pop("db", None)
    if db is not None:
        db.close()


def as_json(rows):
    return jsonify([dict(row) for row in rows])


# Search by title ---------------------------------------------------------------------------------


@catalog.get("/books/search")
def search():
    title = request.args.get("title", "")
    rows = get_db().execute(f"SELECT id, title FROM books WHERE title LIKE '%{title}%'").fetchall()  # want sql-injection
    return as_json(rows)


@catalog.get("/books/search-bound")
def search_bound():
    title = request.args.get("title", "")
    rows = get_db().execute("SELECT id, title FROM books WHERE title LIKE ?", (f"%{title}%",)).fetchall()
    return as_json(rows)


@catalog.get("/books/search-instr")
def search_instr():
    statement = f"SELECT {BOOK_COLUMNS} FROM books WHERE instr(lower(title), lower(:title)) > 0"
    rows = get_db().execute(statement, {"title": request.args.get("title", "")}).fetchall()
    return as_json(rows)


# One author --------------------------------------------------------------------------------------


@catalog.get("/authors/<name>")
def author(name):
    cursor = get_db().cursor()
    cursor.execute("SELECT id, name, born FROM authors WHERE name = '%s'" % name)  # want sql-injection
    return as_json(cursor.fetchall())


@catalog.get("/authors/by-name/<name>")
def author_bound(name):
    cursor = get_db().cursor()
    cursor.execute("SELECT id, name, born FROM authors WHERE name = ?", [name])
    return as_json(cursor.fetchall())


@catalog.get("/authors/<int:author_id>/books")
def author_books(author_id):
    rows = get_db().execute(f"SELECT id, title FROM books WHERE author_id = {author_id}").fetchall()
    return as_json(rows)


# Sorted lists ------------------------------------------------------------------------------------


@catalog.get("/books")
def books():
    sql = "SELECT id, title, price FROM books ORDER BY " + request.args["sort"]
    return as_json(get_db().execute(sql))  # want sql-injection


@catalog.get("/books/sorted")
def books_sorted():
    order = SORT_COLUMNS.get(request.args.get("sort"), "title")
    sql = "SELECT id, title, price FROM books ORDER BY " + order
    return as_json(get_db().execute(sql))


@catalog.get("/books/ordered")
def books_ordered():
    sort = request.args.get("sort", "title")
    if sort not in ("title", "price"):
        abort(400)
    direction = "DESC" if request.args.get("desc") else "ASC"
    return as_json(get_db().execute(f"SELECT id, title, price FROM books ORDER BY {sort} {direction}"))


# Filters that grow -------------------------------------------------------------------------------


@catalog.post("/books/filter")
def filter_books():
    sql = "SELECT id, title FROM books WHERE 1 = 1"
    if request.form.get("genre"):
        sql += " AND genre = '" + request.form["genre"] + "'"
    if request.form.get("language"):
        sql += " AND language = '" + request.form["language"] + "'"
    rows = get_db().execute(sql).fetchall()  # want sql-injection
    return as_json(rows)


@catalog.post("/books/filter-bound")
def filter_books_bound():
    clauses, values = ["1 = 1"], []
    for column in ("genre", "language", "format"):
        if request.form.get(column):
            clauses.append(column + " = ?")
            values.append(request.form[column])
    rows = get_db().execute("SELECT id, title FROM books WHERE " + " AND ".join(clauses), values).fetchall()
    return as_json(rows)


@catalog.post("/books/filter-ids")
def filter_ids():
    ids = request.get_json()["ids"]
    marks = ",".join("?" * len(ids))
    rows = get_db().execute(f"SELECT id, title FROM books WHERE id IN ({marks})", ids).fetchall()
    return as_json(rows)


# Changing a price --------------------------------------------------------------------------------


@catalog.put("/books/price")
def set_price():
    change = request.get_json()
    db = get_db()
    db.execute("UPDATE books SET price = {} WHERE isbn = '{}'".format(change["price"], change["isbn"]))  # want sql-injection
    db.commit()
    return jsonify(status="changed")


@catalog.put("/books/price-bound")
def set_price_bound():
    change = request.get_json()
    db = get_db()
    with db:
        db.execute("UPDATE books SET price = :price WHERE isbn = :isbn", change)
    return jsonify(status="changed")


@catalog.put("/books/price-numbers")
def set_price_numbers():
    change = request.json
    cents = int(change["cents"])
    book_id = int(change["id"])
    db = get_db()
    db.execute("UPDATE books SET cents = %d WHERE id = %d" % (cents, book_id))
    db.commit()
    return jsonify(status="changed")


# Orders, through a helper of this module -----------------------------------------------------------


def orders_of(email):
    query = (
        "SELECT id, total, placed_at "
        "FROM orders "
        f"WHERE email = '{email}'"
    )
    return get_db().execute(query).fetchall()  # want sql-injection


def orders_of_bound(email):
    query = (
        "SELECT id, total, placed_at "
        "FROM orders "
        "WHERE email = ?"
    )
    return get_db().execute(query, (email,)).fetchall()


class Orders(MethodView):
    def get(self):
        return as_json(orders_of(flask.request.values["email"]))

    def post(self):
        return as_json(orders_of_bound(flask.request.values["email"]))

    def delete(self):
        db = get_db()
        db.execute(  # want sql-injection
            "DELETE FROM orders WHERE email = '"
            + flask.request.values["email"]
            + "' AND shop = '"
            + flask.request.headers.get("X-Shop", "main")
            + "'",
        )
        db.commit()
        return jsonify(status="deleted")


catalog.add_url_rule("/orders", view_func=Orders.as_view("orders"))


# Used by a nightly job: nobody knows here who chose the table ---------------------------------------


def count_rows(connection, table):
    return connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]


def count_orders(connection, since):
    return connection.execute("SELECT COUNT(*) FROM orders WHERE placed_at >= ?", (since,)).fetchone()[0]
