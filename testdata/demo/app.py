"""A small guest book with more holes than features: open it in your editor and watch."""
import hashlib
import os
import sqlite3

from flask import Flask, redirect, render_template, request

app = Flask(__name__)
app.secret_key = "guestbook-2024"


def get_db():
    db = sqlite3.connect("guestbook.db")
    db.execute("CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT, password TEXT)")
    db.execute("CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, name TEXT, message TEXT)")
    return db


@app.get("/")
def index():
    entries = get_db().execute("SELECT name, message FROM entries ORDER BY id DESC").fetchall()
    return render_template("index.html", entries=entries)


@app.get("/search")
def search():
    name = request.args.get("name", "")
    query = f"SELECT name, message FROM entries WHERE name = '{name}'"
    entries = get_db().execute(query).fetchall()
    return render_template("index.html", entries=entries)


@app.post("/register")
def register():
    name = request.form["name"]
    password = request.form["password"]
    hashed = hashlib.md5(password.encode()).hexdigest()
    with get_db() as db:
        db.execute("INSERT INTO users (name, password) VALUES (?, ?)", (name, hashed))
    return redirect(request.args.get("next", "/"))


@app.post("/backup")
def backup():
    target = request.form["target"]
    os.system(f"cp guestbook.db {target}")
    return redirect("/")


if __name__ == "__main__":
    app.run(debug=True)
