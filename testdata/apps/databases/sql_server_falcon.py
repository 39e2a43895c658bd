"""A warehouse: Falcon, with pymssql and pyodbc."""

import falcon
import pymssql
import pyodbc

CONNECTION = "DSN=warehouse;Trusted_Connection=yes"
SHELVES = {"a": "[shelf a]", "b": "[shelf b]"}


class Items:
    def __init__(self):
        self.connection = pyodbc.connect(CONNECTION)

    def on_get(self, req, resp):
        name = req.get_param("name")
        cursor = self.connection.cursor()
        cursor.execute("SELECT TOP 10 id FROM items WHERE name = '" + name + "'")  # want sql-injection
        resp.media = [tuple(row) for row in cursor.fetchall()]

    def on_post(self, req, resp):
        item = req.media
        self.connection.execute("INSERT INTO items (name) VALUES (N'%s')" % item["name"])  # want sql-injection
        self.connection.commit()

    def on_delete(self, req, resp):
        self.connection.cursor().execute(f"EXEC delete_item '{req.get_param('name')}'")  # want sql-injection


class Shelves:
    def on_get(self, req, resp, shelf):
        with pymssql.connect("db", "web", "", "warehouse") as conn:
            with conn.cursor(as_dict=True) as cursor:
                cursor.execute("SELECT id FROM [{}]".format(req.get_param("shelf")))  # want sql-injection
                resp.media = cursor.fetchall()

    def on_put(self, req, resp, shelf):
        conn = pymssql.connect(server="db", database="warehouse")
        cursor = conn.cursor()
        cursor.callproc(req.media["procedure"], (shelf,))  # want sql-injection

    def on_post(self, req, resp, shelf):
        conn = pymssql.connect(server="db", database="warehouse")
        statement = "INSERT INTO " + req.get_param("into") + " (name) VALUES (%s)"
        conn.cursor().executemany(statement, [(n,) for n in req.media])  # want sql-injection


class SafeItems:
    def __init__(self):
        self.connection = pyodbc.connect(CONNECTION)

    def on_get(self, req, resp):
        cursor = self.connection.cursor()
        rows = cursor.execute("SELECT id FROM items WHERE name = ? AND shelf = ?", req.get_param("name"), req.get_param("shelf"))
        resp.media = [tuple(row) for row in rows]

    def on_post(self, req, resp):
        with pymssql.connect("db", "web", "", "warehouse") as conn, conn.cursor() as cursor:
            cursor.execute("INSERT INTO items (name, amount) VALUES (%s, %d)", (req.media["name"], req.media["amount"]))
            conn.commit()

    def on_put(self, req, resp):
        count = req.get_param_as_int("count") or 10
        self.connection.execute(f"SELECT TOP {count} id FROM items")

    def on_delete(self, req, resp):
        self.connection.execute("{CALL delete_item (?)}", req.get_param("name"))

    def on_patch(self, req, resp):
        shelf = SHELVES.get(req.get_param("shelf"), "[shelf a]")
        self.connection.execute("SELECT id FROM " + shelf)

    def on_options(self, req, resp):
        names = req.get_param_as_list("name")
        marks = ",".join("?" * len(names))
        resp.media = self.connection.execute(f"SELECT id FROM items WHERE name IN ({marks})", *names).fetchall()


app = falcon.App()
app.add_route("/items", Items())
app.add_route("/shelves/{shelf}", Shelves())
app.add_route("/safe", SafeItems())
