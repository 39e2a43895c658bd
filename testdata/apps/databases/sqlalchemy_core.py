"""Library loans: Flask and SQLAlchemy Core, in the styles of 1.4 and 2."""

import sqlalchemy as sa
from flask import Flask, abort, jsonify, request
from sqlalchemy import DDL, MetaData, Table, bindparam, column, create_engine, func, literal_column, select, table, text
from sqlalchemy.sql import quoted_name

app = Flask(__name__)
engine = create_engine("postgresql+psycopg2:///loans")
metadata = MetaData()
loans = Table("loans", metadata, sa.Column("id", sa.Integer), sa.Column("reader", sa.String), sa.Column("due", sa.Date))

SORTS = {"due": loans.c.due, "reader": loans.c.reader}


@app.get("/loans")
def by_reader():
    with engine.connect() as conn:
        rows = conn.execute(text(f"SELECT id FROM loans WHERE reader = '{request.args['reader']}'"))  # want sql-injection
        return jsonify([row.id for row in rows])


@app.get("/loans/string")
def by_string():
    query = "SELECT id FROM loans WHERE reader = '%s'" % request.args["reader"]
    return jsonify(engine.execute(query).fetchall())  # want sql-injection


@app.get("/loans/driver")
def driver_sql():
    with engine.begin() as conn:
        rows = conn.exec_driver_sql("SELECT id FROM loans WHERE reader = '" + request.args["reader"] + "'")  # want sql-injection
        return jsonify(rows.all())


@app.get("/loans/raw")
def raw_connection():
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("SELECT id FROM loans WHERE reader = '{}'".format(request.args["reader"]))  # want sql-injection
        return jsonify(cursor.fetchall())
    finally:
        raw.close()


@app.get("/loans/column")
def a_column():
    statement = select(literal_column(request.args["column"])).select_from(loans)  # want sql-injection
    with engine.connect() as conn:
        return jsonify(conn.execute(statement).all())


@app.get("/loans/where")
def where_text():
    statement = select(loans).where(sa.text("reader = '" + request.args["reader"] + "'"))  # want sql-injection
    with engine.connect() as conn:
        return jsonify(conn.execute(statement).all())


@app.get("/loans/order")
def order_text():
    order = " ".join([request.args.get("sort", "id"), request.args.get("dir", "asc")])
    with engine.connect() as conn:
        return jsonify(conn.execute(select(loans).order_by(text(order))).all())  # want sql-injection


@app.post("/loans/ddl")
def ddl():
    with engine.begin() as conn:
        conn.execute(DDL("CREATE INDEX by_%s ON loans (reader)" % request.form["name"]))  # want sql-injection
    return "", 204


@app.get("/loans/grown")
def grown():
    sql = """SELECT id FROM loans"""
    conditions = []
    params = {}
    if reader := request.args.get("reader"):
        conditions.append("reader = :reader")
        params["reader"] = reader
    if after := request.args.get("after"):
        conditions.append(f"due > '{after}'")
    if conditions:
        sql += " WHERE " + " AND ".join(conditions)
    stmt = text(sql)  # want sql-injection
    with engine.connect() as conn:
        return jsonify(conn.execute(stmt, params).all())


@app.get("/safe/text")
def safe_text():
    with engine.connect() as conn:
        return jsonify(conn.execute(text("SELECT id FROM loans WHERE reader = :reader"), {"reader": request.args["reader"]}).all())


@app.get("/safe/old-style")
def safe_old_style():
    return jsonify(engine.execute(text("SELECT id FROM loans WHERE reader = :reader"), reader=request.args["reader"]).fetchall())


@app.get("/safe/expanding")
def safe_expanding():
    stmt = text("SELECT id FROM loans WHERE reader IN :readers").bindparams(bindparam("readers", expanding=True))
    with engine.connect() as conn:
        return jsonify(conn.execute(stmt, {"readers": request.args.getlist("reader")}).all())


@app.get("/safe/expression")
def safe_expression():
    stmt = select(loans.c.id).where(loans.c.reader == request.args["reader"], func.lower(loans.c.reader).like(f"%{request.args['q']}%"))
    with engine.connect() as conn:
        return jsonify(conn.execute(stmt.limit(request.args.get("n", 10))).all())


@app.get("/safe/sorted")
def safe_sorted():
    key = SORTS.get(request.args.get("sort"), loans.c.id)
    stmt = select(loans).order_by(key.desc() if request.args.get("dir") == "desc" else key.asc())
    with engine.connect() as conn:
        return jsonify(conn.execute(stmt).all())


@app.get("/safe/attribute")
def safe_attribute():
    name = request.args["column"]
    if name not in loans.c:
        abort(404)
    with engine.connect() as conn:
        return jsonify(conn.execute(select(loans.c[name])).all())


@app.get("/safe/names")
def safe_names():
    stmt = select(column(request.args["column"])).select_from(table(quoted_name(request.args["table"], quote=True)))
    with engine.connect() as conn:
        return jsonify(conn.execute(stmt).all())


@app.get("/safe/quoted")
def safe_quoted():
    quote = engine.dialect.identifier_preparer.quote
    with engine.connect() as conn:
        return jsonify(conn.execute(text(f"SELECT id FROM loans ORDER BY {quote(request.args['sort'])}")).all())


@app.get("/safe/driver")
def safe_driver():
    with engine.connect() as conn:
        return jsonify(conn.exec_driver_sql("SELECT id FROM loans WHERE reader = %s", (request.args["reader"],)).all())


@app.post("/safe/insert")
def safe_insert():
    with engine.begin() as conn:
        conn.execute(loans.insert(), [{"reader": r["reader"]} for r in request.get_json()])
        conn.execute(sa.update(loans).where(loans.c.id == bindparam("loan")).values(reader=request.args["reader"]), {"loan": request.args["id"]})
    return "", 204
