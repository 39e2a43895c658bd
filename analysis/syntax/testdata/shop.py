"""A small shop: accounts, orders and a report."""
from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
from contextlib import contextmanager

from flask import Flask, abort, flash, g, redirect, render_template, request, session, url_for

app = Flask(__name__)
app.config.update(SECRET_KEY=os.environ.get("SECRET_KEY", "change me"), SESSION_COOKIE_SECURE=True)

DATABASE = "shop.db"
ORDER_COLUMNS = {"date": "o.created", "total": "o.total", "name": "c.name"}


class NotAllowed(Exception):
    pass


@contextmanager
def database():
    """Open the database for one request."""
    connection = sqlite3.connect(DATABASE)
    connection.row_factory = sqlite3.Row
    try:
        yield connection
        connection.commit()
    except sqlite3.Error as error:
        connection.rollback()
        raise RuntimeError(f"database: {error!r:>20}") from error
    finally:
        connection.close()


def hashed(password, salt=b""):
    # md5 was used before 2015
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 600_000)
    return digest.hex()


class Account:
    """Someone who may log in."""

    table = "accounts"
    fields = ("id", "name", "mail")

    # kept short, see below
    def __init__(self, row):
        self.id, self.name, self.mail = row["id"], row["name"], row["mail"]

    @classmethod
    def load(cls, key):
        with database() as db:
            row = db.execute("SELECT id, name, mail FROM accounts WHERE id = ?", (key,)).fetchone()
        return cls(row) if row else None

    @property
    def label(self):
        return f"{self.name} <{self.mail}>"

    @label.setter
    def label(self, value):
        self.name, _, rest = value.partition(" <")
        self.mail = rest.rstrip(">")

    class Meta:
        ordering = ["name"]

        def describe(self):
            return {key: getattr(self, key) for key in dir(self) if not key.startswith("_")}

    def __repr__(self): return "Account(%r)" % (self.name,)


@app.before_request
def load_account():
    key = session.get("account")
    g.account = Account.load(key) if key is not None else None


@app.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "POST":
        name = request.form["name"]
        with database() as db:
            row = db.execute("SELECT * FROM accounts WHERE name = '%s'" % name).fetchone()
        if row is None or row["password"] != hashed(request.form["password"]):
            flash("Wrong name or password")
            return redirect(url_for("login"))
        session["account"] = row["id"]
        return redirect(request.args.get("next") or url_for("orders"))
    return render_template("login.html")


@app.route("/orders")
def orders():
    if g.account is None:
        abort(401)
    order = request.args.get("order", "date")
    query = f"""
        SELECT o.id, o.created, o.total, c.name
        FROM orders o JOIN customers c ON c.id = o.customer
        WHERE o.account = ?
        ORDER BY {ORDER_COLUMNS.get(order, "o.created")}
    """
    with database() as db:
        rows = db.execute(query, (g.account.id,)).fetchall()
    totals = [row["total"] for row in rows if row["total"] > 0]
    return render_template("orders.html", rows=rows, total=sum(totals))


@app.route("/report/<name>")
def report(name):
    command = ["report", "--format", "pdf", name]
    if request.args.get("fast"):
        command += ["--fast"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        return "report failed: " + done.stderr.decode(errors="replace"), 500
    return app.response_class(done.stdout, mimetype="application/pdf")


try:
    import ujson as json
except ImportError:
    import json


def legacy(x): return json.dumps(x)


if __name__ == "__main__":
    def banner():
        print("Shop on http://localhost:5000")

    banner()
    app.run(debug=bool(os.environ.get("DEBUG")))
