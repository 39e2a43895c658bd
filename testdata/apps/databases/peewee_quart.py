"""A cinema: Quart and peewee."""

from peewee import SQL, CharField, IntegerField, Model, PostgresqlDatabase, fn
from playhouse.pool import PooledPostgresqlDatabase
from quart import Quart, abort, jsonify, request

app = Quart(__name__)
db = PooledPostgresqlDatabase("cinema", max_connections=8)
archive = PostgresqlDatabase("cinema_archive")


class BaseModel(Model):
    class Meta:
        database = db


class Film(BaseModel):
    title = CharField()
    country = CharField()
    year = IntegerField()


SORTS = {"title": Film.title, "year": Film.year.desc()}


@app.get("/films")
async def films():
    cursor = db.execute_sql("SELECT id FROM film WHERE title = '%s'" % request.args["title"])  # want sql-injection
    return jsonify(cursor.fetchall())


@app.get("/films/raw")
async def raw():
    query = Film.raw(f"SELECT * FROM film WHERE country = '{request.args['country']}'")  # want sql-injection
    return jsonify([f.title for f in query])


@app.get("/films/where")
async def where():
    query = Film.select().where(SQL("country = '" + request.args["country"] + "'"))  # want sql-injection
    return jsonify([f.title for f in query])


@app.get("/films/order")
async def order():
    query = Film.select().order_by(SQL("{} DESC".format(request.args.get("sort"))))  # want sql-injection
    return jsonify([f.title for f in query])


@app.post("/films/archive")
async def to_archive():
    form = await request.form
    statement = ["INSERT INTO film SELECT * FROM old_film WHERE title = '", form["title"], "'"]
    with archive.atomic():
        archive.execute_sql("".join(statement))  # want sql-injection
    return "", 204


@app.get("/safe/raw")
async def safe_raw():
    query = Film.raw("SELECT * FROM film WHERE country = %s AND year > %s", request.args["country"], request.args["year"])
    return jsonify([f.title for f in query])


@app.get("/safe/sql")
async def safe_sql():
    cursor = db.execute_sql("SELECT id FROM film WHERE title = %s", (request.args["title"],))
    return jsonify(cursor.fetchall())


@app.get("/safe/expression")
async def safe_expression():
    term = request.args["q"]
    query = Film.select().where((Film.title.contains(term)) | (fn.LOWER(Film.country) == term)).limit(20)
    return jsonify([f.title for f in query])


@app.get("/safe/condition")
async def safe_condition():
    query = Film.select().where(SQL("country = %s", [request.args["country"]]))
    return jsonify([f.title for f in query])


@app.get("/safe/sorted")
async def safe_sorted():
    if request.args.get("sort") not in SORTS:
        abort(400)
    return jsonify([f.title for f in Film.select().order_by(SORTS[request.args["sort"]])])


@app.get("/safe/direction")
async def safe_direction():
    direction = "DESC" if request.args.get("new") else "ASC"
    return jsonify([f.title for f in Film.select().order_by(SQL("year " + direction))])
