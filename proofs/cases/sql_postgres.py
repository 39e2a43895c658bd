#: rule sql-injection
#: needs postgres
import asyncio
import os

import asyncpg
import psycopg
import psycopg2
from flask import Flask, request
from sqlalchemy import create_engine, text

DSN = os.environ["PROOF_POSTGRES"]
app = Flask(__name__)


def setup():
    with psycopg.connect(DSN) as c:
        c.execute("DROP TABLE IF EXISTS users")
        c.execute("CREATE TABLE users (id int, name text, rate text)")
        c.execute("INSERT INTO users VALUES (1, 'ann', '100%'), (2, 'bob', '50%'), (3, 'o''neil', '7%')")


#: proof
def ask(p, **query):
    return p.app.test_client().get("/", query_string=query).get_json(force=True, silent=True)


def benign(p):
    p.setup()
    return [ask(p, name=n) for n in ("ann", "bob", "nobody", "")]


def exploit(p):
    p.setup()
    return len(ask(p, name="x' OR '1'='1") or ()) == 3


#: case psycopg2, f-string
@app.get("/")
def find():
    name = request.args["name"]
    connection = psycopg2.connect(DSN)
    cursor = connection.cursor()
    cursor.execute(f"SELECT id, rate FROM users WHERE name = '{name}' ORDER BY id")
    return cursor.fetchall()


#: case psycopg2, percent sign in the statement
@app.get("/")
def find():
    name = request.args["name"]
    connection = psycopg2.connect(DSN)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM users WHERE rate LIKE '%' AND name = '" + name + "'")
        return cursor.fetchall()


#: case psycopg2, LIKE
@app.get("/")
def find():
    name = request.args["name"]
    connection = psycopg2.connect(DSN)
    cursor = connection.cursor()
    cursor.execute("SELECT id FROM users WHERE name LIKE '%%%s%%' ORDER BY id" % name)
    return cursor.fetchall()
#: proof
def benign(p):
    p.setup()
    return [ask(p, name=n) for n in ("ann", "nn", "b", "zzz")]


def exploit(p):
    p.setup()
    return len(ask(p, name="zzz' OR 1=1 --") or ()) == 3


#: case psycopg 3, connection
@app.get("/")
def find():
    name = request.args["name"]
    with psycopg.connect(DSN) as connection:
        return connection.execute(f"SELECT id, rate FROM users WHERE name = '{name}'").fetchall()


#: case psycopg 3, cursor and parameters that were there
@app.get("/")
def find():
    name = request.args["name"]
    with psycopg.connect(DSN) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM users WHERE id < %s AND name = '" + name + "'", (90,))
        return cursor.fetchall()


#: case asyncpg
@app.get("/")
def find():
    return asyncio.run(by_name(request.args["name"]))


async def by_name(name):
    connection = await asyncpg.connect(DSN)
    rows = await connection.fetch(f"SELECT id, rate FROM users WHERE name = '{name}' AND id < $1", 90)
    await connection.close()
    return [list(r) for r in rows]


#: case SQLAlchemy, text
@app.get("/")
def find():
    name = request.args["name"]
    with create_engine(DSN.replace("postgresql:", "postgresql+psycopg:")).connect() as connection:
        return [list(r) for r in connection.execute(text(f"SELECT id, rate FROM users WHERE name = '{name}'"))]


#: refused SQLAlchemy, driver SQL of an engine whose driver is not known
@app.get("/")
def find():
    name = request.args["name"]
    with create_engine(DSN.replace("postgresql:", "postgresql+psycopg:")).connect() as connection:
        return [list(r) for r in connection.exec_driver_sql("SELECT id, rate FROM users WHERE name = '%s'" % name)]
