#: rule sql-injection
import sqlite3

from flask import Flask, request

app = Flask(__name__)
db = sqlite3.connect(":memory:", check_same_thread=False)
db.executescript("""
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT, age INTEGER, rate TEXT);
INSERT INTO users VALUES (1, 'ann', 'ann@example.com', 31, '100%'), (2, 'bob', 'bob@example.com', 42, '50%'), (3, 'o''neil', 'o@example.com', 53, '7%');
""")
cursor = db.cursor()


#: proof
def ask(p, **query):
    return p.app.test_client().get("/", query_string=query).get_json(force=True, silent=True)


def benign(p):
    return [ask(p, name=n) for n in ("ann", "bob", "nobody", "")]


def exploit(p):
    try:
        return len(ask(p, name="x' OR '1'='1") or ()) == 3
    except Exception:
        return False


#: case f-string in quotes
@app.get("/")
def find():
    name = request.args["name"]
    return cursor.execute(f"SELECT id, email FROM users WHERE name = '{name}'").fetchall()


#: case percent format
@app.get("/")
def find():
    name = request.args["name"]
    cursor.execute("SELECT id, email FROM users WHERE name = '%s'" % name)
    return cursor.fetchall()


#: case percent format with a tuple
@app.get("/")
def find():
    name = request.args["name"]
    cursor.execute("SELECT id, email FROM users WHERE name = '%s' AND age > %d" % (name, 20))
    return cursor.fetchall()


#: case str.format
@app.get("/")
def find():
    name = request.args["name"]
    return cursor.execute("SELECT id, email FROM users WHERE name = '{}'".format(name)).fetchall()


#: case str.format by name
@app.get("/")
def find():
    return cursor.execute("SELECT id, email FROM users WHERE name = '{name}'".format(name=request.args["name"])).fetchall()


#: case concatenation
@app.get("/")
def find():
    name = request.args["name"]
    return cursor.execute("SELECT id, email FROM users WHERE name = '" + name + "' ORDER BY id").fetchall()


#: case statement in a variable
@app.get("/")
def find():
    name = request.args["name"]
    query = f"SELECT id, email FROM users WHERE name = '{name}'"
    cursor.execute(query)
    return cursor.fetchall()


#: case grown by +=
@app.get("/")
def find():
    name = request.args.get("name")
    query = "SELECT id, email FROM users WHERE age > 20"
    query += " AND name = '" + name + "'"
    query += " ORDER BY id"
    return cursor.execute(query).fetchall()


#: case grown under a condition
@app.get("/")
def find():
    name = request.args.get("name")
    query = "SELECT id, email FROM users WHERE age > 20"
    if name != "nobody":
        query += f" AND name = '{name}'"
    return cursor.execute(query).fetchall()


#: case triple quotes
@app.get("/")
def find():
    name = request.args["name"]
    rows = db.execute(f"""
        SELECT id, email
        FROM users
        WHERE name = '{name}'  -- the whole name
    """)
    return rows.fetchall()


#: case implicit concatenation
@app.get("/")
def find():
    name = request.args["name"]
    rows = db.execute(
        "SELECT id, email "
        f"FROM users WHERE name = '{name}' "
        "ORDER BY id"
    )
    return rows.fetchall()


#: case two holes
@app.get("/")
def find():
    name = request.args["name"]
    email = request.args.get("email", "%")
    return db.execute(f"SELECT id FROM users WHERE name = '{name}' AND email LIKE '{email}'").fetchall()


#: case parameters that were there
@app.get("/")
def find():
    name = request.args["name"]
    return db.execute(f"SELECT id FROM users WHERE age > ? AND name = '{name}' AND age < ?", (20, 90)).fetchall()


#: case named parameters that were there
@app.get("/")
def find():
    name = request.args["name"]
    return db.execute(f"SELECT id FROM users WHERE age > :low AND name = '{name}'", {"low": 20}).fetchall()


#: case percent sign in the statement
@app.get("/")
def find():
    name = request.args["name"]
    return db.execute("SELECT id FROM users WHERE rate LIKE '%%0%%' AND name = '%s'" % name).fetchall()


#: case LIKE with wildcards around the hole
@app.get("/")
def find():
    name = request.args["name"]
    return db.execute(f"SELECT id, email FROM users WHERE name LIKE '%{name}%' ORDER BY id").fetchall()
#: proof
def benign(p):
    return [ask(p, name=n) for n in ("ann", "nn", "b", "zzz")]


def exploit(p):
    return len(ask(p, name="zzz%' OR '1'='1' --") or ()) == 3


#: case LIKE that begins with the hole
@app.get("/")
def find():
    name = request.args["name"]
    return db.execute("SELECT id, email FROM users WHERE name LIKE '" + name + "%'").fetchall()
#: proof
def benign(p):
    return [ask(p, name=n) for n in ("ann", "an", "b", "zzz")]


def exploit(p):
    return len(ask(p, name="zzz' OR '1'='1' --") or ()) == 3


#: case number without quotes
@app.get("/")
def find():
    number = request.args["id"]
    return db.execute(f"SELECT name FROM users WHERE id = {number}").fetchall()
#: proof
def benign(p):
    return [ask(p, id=n) for n in ("1", "2", "9")]


def exploit(p):
    try:
        return len(ask(p, id="1 OR 1=1") or ()) == 3
    except Exception:
        return False


#: refused IN list whose quotes the join brings
@app.get("/")
def find():
    names = request.args.getlist("name")
    return db.execute("SELECT id FROM users WHERE name IN ('" + "', '".join(names) + "') ORDER BY id").fetchall()
#: proof
def benign(p):
    return [p.app.test_client().get("/?" + q).get_json() for q in ("name=ann", "name=ann&name=bob", "name=zzz")]


def exploit(p):
    try:
        return len(ask(p, name="x') OR ('1'='1")) == 3
    except Exception:
        return False


#: case insert
@app.get("/")
def find():
    name, email = request.args["name"], request.args.get("email", "e")
    db.execute(f"INSERT INTO users (name, email, age) VALUES ('{name}', '{email}', 1)")
    return db.execute("SELECT name, email, age FROM users WHERE id > 3").fetchall()
#: proof
def benign(p):
    return ask(p, name="cid", email="c@example.com")


def exploit(p):
    try:
        return ["eve", "x", 99] in ask(p, name="eve', 'x', 99) --")
    except Exception:
        return False


#: case update
@app.get("/")
def find():
    name, age = request.args["name"], request.args["age"]
    db.execute("UPDATE users SET age = " + age + " WHERE name = '" + name + "'")
    return db.execute("SELECT age FROM users ORDER BY id").fetchall()
#: proof
def benign(p):
    return [ask(p, name="ann", age="32"), ask(p, name="zzz", age="1")]


def exploit(p):
    try:
        return ask(p, name="ann", age="0 --") == [[0], [0], [0]]
    except Exception:
        return False


#: case in a function that is called
def rows(statement):
    return db.execute(statement).fetchall()


def by_name(name):
    return db.execute("SELECT id, email FROM users WHERE name = '%s'" % name).fetchall()


@app.get("/")
def find():
    return by_name(request.args["name"])


#: case with a comment behind it
@app.get("/")
def find():
    name = request.args["name"]
    cursor.execute("SELECT id, email FROM users WHERE name = '%s'" % name)  # the whole name
    return cursor.fetchall()


#: case value that is lowered first
@app.get("/")
def find():
    return cursor.execute(f"SELECT id, email FROM users WHERE name = '{request.args['name'].lower()}'").fetchall()


#: refused name of a table
@app.get("/")
def find():
    table = request.args["table"]
    return db.execute("PRAGMA table_info(" + table + ")").fetchall()
