"""A recipe box on Flask and SQLite: every value is bound, every name is ours."""
import sqlite3
from contextlib import closing

from flask import Blueprint, abort, current_app, g, jsonify, render_template, request, url_for
from markupsafe import Markup, escape

bp = Blueprint("recipes", __name__, url_prefix="/recipes")

FIELDS = ("id", "title", "servings", "minutes")
SELECT = "SELECT " + ", ".join(FIELDS) + " FROM recipes"
ORDERS = {
    "title": "title COLLATE NOCASE ASC",
    "quick": "minutes ASC, title ASC",
    "newest": "id DESC",
}
PAGE = 25


def db():
    if "db" not in g:
        g.db = sqlite3.connect(current_app.config["DATABASE"], detect_types=sqlite3.PARSE_DECLTYPES)
        g.db.row_factory = sqlite3.Row
        g.db.execute("PRAGMA foreign_keys = ON")
    return g.db


@bp.teardown_app_request
def close(_exception):
    if (handle := g.pop("db", None)) is not None:
        handle.close()


@bp.get("/")
def index():
    order = ORDERS.get(request.args.get("order", ""), ORDERS["title"])
    page = max(request.args.get("page", 1, type=int), 1)
    rows = db().execute(f"{SELECT} ORDER BY {order} LIMIT ? OFFSET ?", (PAGE, (page - 1) * PAGE)).fetchall()
    return render_template("recipes/index.html", recipes=rows, page=page)


@bp.get("/search")
def search():
    clauses, values = [], {}
    if word := request.args.get("q", "").strip():
        clauses.append("title LIKE :word ESCAPE '\\'")
        values["word"] = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    if minutes := request.args.get("minutes", type=int):
        clauses.append("minutes <= :minutes")
        values["minutes"] = minutes
    statement = SELECT
    if clauses:
        statement += " WHERE " + " AND ".join(clauses)
    return jsonify([dict(row) for row in db().execute(statement + " ORDER BY title", values)])


@bp.get("/by-ingredients")
def by_ingredients():
    names = [name.strip().lower() for name in request.args.getlist("ingredient") if name.strip()]
    if not names:
        abort(400, "Select at least one ingredient from the list.")
    placeholders = ", ".join("?" for _ in names)
    query = f"""
        SELECT recipe_id, COUNT(*) AS matches
        FROM ingredients
        WHERE name IN ({placeholders})
        GROUP BY recipe_id
        HAVING COUNT(*) = ?
    """
    with closing(db().execute(query, [*names, len(names)])) as cursor:
        return jsonify([row["recipe_id"] for row in cursor])


@bp.get("/<int:recipe_id>")
def show(recipe_id):
    row = db().execute(f"{SELECT} WHERE id = ?", [recipe_id]).fetchone()
    if row is None:
        abort(404)
    return render_template("recipes/show.html", recipe=row)


@bp.post("/")
def create():
    title = request.form["title"].strip()
    if not title:
        return "A recipe needs a title.", 400
    with db() as connection:
        cursor = connection.execute(
            "INSERT INTO recipes (title, servings, minutes) VALUES (:title, :servings, :minutes)",
            {
                "title": title,
                "servings": request.form.get("servings", 2, type=int),
                "minutes": request.form.get("minutes", 30, type=int),
            },
        )
        connection.executemany(
            "INSERT INTO ingredients (recipe_id, name) VALUES (?, ?)",
            [(cursor.lastrowid, name) for name in request.form.getlist("ingredient")],
        )
    current_app.logger.info("INSERT INTO recipes: %s (%d)", title, cursor.lastrowid)
    return jsonify(location=url_for(".show", recipe_id=cursor.lastrowid)), 201


@bp.get("/<int:recipe_id>/badge")
def badge(recipe_id):
    row = db().execute("SELECT title, minutes FROM recipes WHERE id = ?", (recipe_id,)).fetchone()
    if row is None:
        abort(404)
    return f"<span class='badge'>{escape(row['title'])} &middot; {row['minutes']:d} min</span>"


@bp.get("/<int:recipe_id>/title")
def heading(recipe_id):
    row = db().execute("SELECT title FROM recipes WHERE id = ?", (recipe_id,)).fetchone() or abort(404)
    return Markup("<h1>{title}</h1>").format(title=row["title"])
