#: rule sql-injection
#: needs mariadb
import os

import pymysql
from flask import Flask, request

app = Flask(__name__)


def connect():
    return pymysql.connect(host="127.0.0.1", port=int(os.environ["PROOF_MARIADB"]), user="root", database="proof")


def setup():
    with connect() as c, c.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS users")
        cursor.execute("CREATE TABLE users (id int, name text, rate text)")
        cursor.execute("INSERT INTO users VALUES (1, 'ann', '100%'), (2, 'bob', '50%'), (3, 'o''neil', '7%')")
        c.commit()


#: proof
def ask(p, **query):
    return p.app.test_client().get("/", query_string=query).get_json(force=True, silent=True)


def benign(p):
    p.setup()
    return [ask(p, name=n) for n in ("ann", "bob", "nobody", "")]


def exploit(p):
    p.setup()
    return len(ask(p, name="x' OR '1'='1") or ()) == 3


#: case PyMySQL, f-string
@app.get("/")
def find():
    name = request.args["name"]
    connection = pymysql.connect(host="127.0.0.1", port=int(os.environ["PROOF_MARIADB"]), user="root", database="proof")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, rate FROM users WHERE name = '{name}'")
        return list(cursor.fetchall())


#: case PyMySQL, connection from a function
@app.get("/")
def find():
    name = request.args["name"]
    cursor = connect().cursor()
    cursor.execute("SELECT id, rate FROM users WHERE name = '%s'" % name)
    return list(cursor.fetchall())


#: case PyMySQL, double quotes
@app.get("/")
def find():
    name = request.args["name"]
    cursor = connect().cursor()
    cursor.execute('SELECT id, rate FROM users WHERE name = "' + name + '"')
    return list(cursor.fetchall())
#: proof
def benign(p):
    p.setup()
    return [ask(p, name=n) for n in ("ann", "bob", "o'neil", "nobody")]


def exploit(p):
    p.setup()
    return len(ask(p, name='x" OR "1"="1') or ()) == 3


#: case PyMySQL, percent sign in the statement
@app.get("/")
def find():
    name = request.args["name"]
    cursor = connect().cursor()
    cursor.execute("SELECT id FROM users WHERE rate LIKE '1%' AND name = '" + name + "'")
    return list(cursor.fetchall())
#: proof
def benign(p):
    p.setup()
    return [ask(p, name=n) for n in ("ann", "bob")]


def exploit(p):
    p.setup()
    return len(ask(p, name="x' OR '1'='1") or ()) == 3
