"""A tea shop: Flask-SQLAlchemy."""

from flask import Flask, jsonify, render_template, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

app = Flask(__name__)
db = SQLAlchemy(app)


class Tea(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80))
    origin = db.Column(db.String(80))
    price = db.Column(db.Numeric)


def run(statement, **params):
    return db.session.execute(text(statement), params)


@app.route("/teas")
def teas():
    return jsonify([r.id for r in run("SELECT id FROM tea WHERE origin = '%s'" % request.args["origin"])])  # want sql-injection


@app.route("/teas/engine")
def with_engine():
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT id FROM tea WHERE name = '" + request.args.get("name") + "'"))  # want sql-injection
    return jsonify([r.id for r in rows])


@app.route("/teas/legacy")
def legacy():
    return jsonify(db.engine.execute(f"SELECT id FROM tea WHERE name = '{request.args.get('name')}'").fetchall())  # want sql-injection


@app.route("/teas/session")
def session_text():
    q = request.args.get("q")
    try:
        rows = db.session.execute(db.text("SELECT id FROM tea WHERE name LIKE '%{}%'".format(q)))  # want sql-injection
    except SQLAlchemyError:
        return "", 500
    return jsonify([r.id for r in rows])


@app.route("/teas/filter")
def filter_text():
    return jsonify([t.id for t in Tea.query.filter(text("origin = '" + request.args["origin"] + "'"))])  # want sql-injection


@app.route("/teas/order")
def order_text():
    order = "{} {}".format(request.args.get("sort", "name"), request.args.get("dir", "asc"))
    return jsonify([t.id for t in db.session.query(Tea).order_by(text(order))])  # want sql-injection


@app.route("/teas/plain-filter")
def plain_filter():
    return jsonify([t.id for t in Tea.query.filter("origin = '%s'" % request.args["origin"]).all()])  # want sql-injection


@app.route("/safe/orm")
def safe_orm():
    page = Tea.query.filter(Tea.name.contains(request.args.get("q", ""))).order_by(Tea.price.desc()).paginate(page=1)
    return render_template("teas.html", page=page)


@app.route("/safe/filter-by")
def safe_filter_by():
    return jsonify([t.id for t in Tea.query.filter_by(origin=request.args["origin"], name=request.args["name"])])


@app.route("/safe/text")
def safe_text():
    return jsonify([r.id for r in run("SELECT id FROM tea WHERE origin = :origin", origin=request.args["origin"])])


@app.route("/safe/sorted")
def safe_sorted():
    sort = request.args.get("sort", "name")
    column = {"name": Tea.name, "price": Tea.price}.get(sort, Tea.id)
    return jsonify([t.id for t in db.session.query(Tea).order_by(column)])


@app.route("/safe/columns")
def safe_columns():
    sort = request.args.get("sort", "name")
    if sort not in Tea.__table__.columns.keys():
        sort = "id"
    return jsonify([r.id for r in db.session.execute(text(f"SELECT id FROM tea ORDER BY {sort}"))])


@app.route("/safe/<int:tea_id>")
def safe_number(tea_id):
    return jsonify([r.name for r in db.session.execute(text(f"SELECT name FROM tea WHERE id = {tea_id}"))])


@app.route("/safe/literal")
def safe_constant():
    table = Tea.__tablename__
    return jsonify(db.session.execute(text("SELECT count(*) FROM " + table)).scalar())
