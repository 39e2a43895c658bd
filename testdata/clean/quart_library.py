"""A reading room on Quart: SQLite through aiosqlite, files below one folder, checked redirects."""
import asyncio
import os
from pathlib import Path
from urllib.parse import urlsplit

import aiosqlite
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHash, VerificationError
from jinja2 import DictLoader
from markupsafe import escape
from quart import Quart, abort, g, jsonify, make_response, redirect, render_template, request, send_file, session, url_for
from quart.views import MethodView

BOOKS = Path("/srv/reading-room/books").resolve()
LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français"}
ORDER = {"title": "title", "author": "author, title"}
hasher = PasswordHasher()

app = Quart(__name__)
app.secret_key = os.environ.get("READING_ROOM_KEY") or os.urandom(32)
app.jinja_loader = DictLoader({"index.html": "<h1>{{ title }}</h1><ul>{% for book in books %}<li>{{ book.title }}</li>{% endfor %}</ul>"})


async def database():
    if "database" not in g:
        g.database = await aiosqlite.connect("reading-room.db")
        g.database.row_factory = aiosqlite.Row
    return g.database


@app.teardown_appcontext
async def close(_error):
    if connection := g.pop("database", None):
        await connection.close()


def local(target):
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return None
    if any(ord(character) < 33 for character in target) or urlsplit(target).netloc:
        return None
    return target


@app.get("/")
async def index():
    order = ORDER.get(request.args.get("order", "title"), "title")
    language = request.args.get("language", "en")
    if language not in LANGUAGES:
        abort(404)
    connection = await database()
    async with connection.execute(f"SELECT id, title FROM books WHERE language = ? ORDER BY {order}", (language,)) as cursor:
        books = await cursor.fetchall()
    return await render_template("index.html", title=LANGUAGES[language], books=books)


class Books(MethodView):
    async def get(self, book_id):
        connection = await database()
        rows = await connection.execute_fetchall("SELECT id, title, author FROM books WHERE id = :id", {"id": book_id})
        for row in rows:
            return jsonify(dict(row))
        abort(404)

    async def patch(self, book_id):
        body = await request.get_json()
        changes = {name: body[name] for name in ("title", "author", "language") if name in body}
        if not changes:
            abort(400)
        assignments = ", ".join(f"{name} = :{name}" for name in ("title", "author", "language") if name in changes)
        connection = await database()
        await connection.execute(f"UPDATE books SET {assignments} WHERE id = :id", {**changes, "id": book_id})
        await connection.commit()
        return "", 204


app.add_url_rule("/books/<int:book_id>", view_func=Books.as_view("books"))


@app.get("/books/<int:book_id>/heading")
async def heading(book_id):
    connection = await database()
    rows = list(await connection.execute_fetchall("SELECT title FROM books WHERE id = ?", [book_id]))
    if not rows:
        return "<h1>No such book</h1>", 404
    return f"<h1 id='book-{book_id}'>{escape(rows[0]['title'])}</h1>"


@app.get("/files/<path:name>")
async def read(name):
    path = (BOOKS / name).resolve()
    if BOOKS not in path.parents or path.suffix != ".txt":
        abort(404)
    return await send_file(path, mimetype="text/plain")


@app.post("/login")
async def login():
    form = await request.form
    connection = await database()
    rows = list(await connection.execute_fetchall("SELECT id, password_hash FROM readers WHERE email = ?", (form["email"],)))
    try:
        await asyncio.to_thread(hasher.verify, rows[0]["password_hash"], form["password"])
    except (IndexError, VerificationError, InvalidHash):
        abort(401)
    session.clear()
    session["reader"] = rows[0]["id"]
    return redirect(local(form.get("next")) or url_for("index"))


@app.get("/go/<language>")
async def go(language):
    if language in LANGUAGES:
        return redirect(url_for("index", language=language))
    response = await make_response("Unknown language", 404)
    response.mimetype = "text/plain"
    return response


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "5000")), debug=False)
