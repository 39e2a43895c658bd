"""Generated statements: for each driver, functions whose statements are put together in every shape, before and after the
fix, on the same data in SQLite. Drivers that are not SQLite's own are stood in for by cursors that read their placeholders."""

import asyncio
import random
import re
import subprocess

import proving

STATEMENTS = 120  # for each driver
TEXTS = ["ann", "b", "50% off", "", "a_b", "shop", "ü", "user", "100%", "{x}", "%s", ":name", "?", "$1"]
HOSTILE = "x' OR '1'='1\" -- %s ? :x $1 {} \\"
FUNCTION = re.compile(r"^(?:async )?def f\d+\(.*?(?=^(?:async )?def f\d|\Z)", re.M | re.S)


class Translating:
    """A cursor that takes the placeholders of another driver."""

    def __init__(self, style):
        self.cursor, self.style = proving.sqlite().cursor(), style

    def execute(self, text, params=None):
        if params is not None and self.style == "format":
            names = isinstance(params, dict)
            assert not re.search(r"%(?!%|s|\(\w+\)s)", text.replace("%%", "")), f"a single % in {text}"
            text = re.sub(r"%%|%s|%\((\w+)\)s", lambda m: "%" if m[0] == "%%" else f":{m[1]}" if names else "?", text)
        return self.cursor.execute(text, params if params is not None else ()).fetchall()

    async def fetch(self, text, *params):
        return self.cursor.execute(re.sub(r"\$(\d+)", r"?\1", text), params).fetchall()


def engine_session():
    from sqlalchemy.orm import Session

    return Session(proving.engine())


def django_cursor():
    from django.db import connection

    connection.ensure_connection()
    proving.fill(connection.connection, "?")
    return connection.cursor()


# name: head of the file, type of the first parameter, call, something to call it on, placeholder that is there, quotes "x"
DRIVERS = {
    "sqlite3": ("import sqlite3", "cur: sqlite3.Cursor", "cur.execute(QUERY)", lambda: proving.sqlite().cursor(), "?", True),
    "psycopg2": ("import psycopg2.extensions", "cur: psycopg2.extensions.cursor", "cur.execute(QUERY)", lambda: Translating("format"), "%s", False),
    "psycopg": ("import psycopg", "cur: psycopg.Cursor", "cur.execute(QUERY)", lambda: Translating("format"), "%s", False),
    "pymysql": ("import pymysql", "cur: pymysql.cursors.Cursor", "cur.execute(QUERY)", lambda: Translating("format"), "%s", True),
    "asyncpg": ("import asyncpg", "cur: asyncpg.Connection", "await cur.fetch(QUERY)", lambda: Translating("numbered"), "$1", False),
    "sqlalchemy": ("from sqlalchemy import text\nfrom sqlalchemy.orm import Session", "cur: Session", "cur.execute(text(QUERY))", engine_session,
                   ":given", False),
    "django": ("from django.db import connection", "cur", "cur.execute(QUERY)", django_cursor, "%s", False),
}


class Statement:
    """The text of a statement as a list of literals and holes, and what it is called with."""

    def __init__(self, rng, driver, style):
        self.rng, self.driver, self.style = rng, driver, style
        self.parts, self.values, self.given = [], [], False
        self.add("SELECT id, name FROM users WHERE ")
        for i in range(rng.randint(1, 4)):
            if i:
                self.add(rng.choice([" AND ", " OR ", "\n   AND " if style == "triple" else " AND "]))
            self.condition()
        self.add(rng.choice(["", " ORDER BY id", " ORDER BY id DESC", " GROUP BY id, name"]))
        if rng.random() < 0.2:
            self.add(" LIMIT ")
            self.hole(rng.randint(0, 4))
        if self.given:
            doubled = percents if driver in ("psycopg2", "psycopg", "pymysql") else str
            self.parts = [doubled(p).replace("GIVEN", DRIVERS[driver][4]) if isinstance(p, str) else p for p in self.parts]

    def add(self, text):
        self.parts.append(text)

    def hole(self, value):
        self.parts.append(len(self.values))
        self.values.append(value)

    def text(self):
        self.hole(self.rng.choice(TEXTS))

    def number(self):
        self.hole(self.rng.randint(0, 60))

    def condition(self):
        shape = self.rng.randrange(13)
        quote = '"' if DRIVERS[self.driver][5] and self.rng.random() < 0.2 else "'"
        if shape <= 2:
            self.add(self.rng.choice(["name", "role"]) + self.rng.choice([" = ", " <> ", "=", " >= "]) + quote)
            self.text()
            self.add(quote)
        elif shape == 3:
            self.add("age " + self.rng.choice(["=", ">", "<=", "<>"]) + " ")
            self.number()
        elif shape == 4:
            before, behind = self.rng.choice([("%", "%"), ("", "%"), ("%", ""), ("_", "%")])
            self.add(f"name LIKE {quote}{before}")
            self.text()
            self.add(behind + quote)
        elif shape == 5:
            self.add("role = 'shop_")
            self.text()
            self.add("'")
        elif shape == 6:
            self.add("name = '")
            self.text()
            self.add(" of ")
            self.text()
            self.add("'")
        elif shape == 7:
            self.add("age BETWEEN ")
            self.number()
            self.add(" AND ")
            self.number()
        elif shape == 8:
            self.add("lower(name) = lower('")
            self.text()
            self.add("')")
        elif shape == 9:
            self.add("name IN ('")
            self.text()
            self.add("', 'bob', '")
            self.text()
            self.add("')")
        elif shape == 10:
            self.add("id IN (1, ")
            self.number()
            self.add(")")
        elif shape == 11 and not self.given and self.style in ("fstring", "concatenation", "triple", "adjacent") and self.driver != "django":
            self.given = True
            self.add("role <> GIVEN")
        else:
            self.add(self.rng.choice(["role LIKE 'us%'", "name <> 'it''s'", "name <> '100%'", "role <> '{x}'", "'12:30' <> name", "name <> 'a?'"]))


def quoted(text, more=lambda t: t, triple=False):
    text = more(text.replace("\\", "\\\\"))
    return text if triple else text.replace('"', '\\"').replace("\n", "\\n")


def braces(text):
    return text.replace("{", "{{").replace("}", "}}")


def percents(text):
    return text.replace("%", "%%")


def expression(s):
    """The statement in Python, in its style."""
    names = [f"v{i}" for i in range(len(s.values))]
    conversion = ["%d" if isinstance(v, int) and s.rng.random() < 0.3 else "%s" for v in s.values]

    def joined(hole, more=lambda t: t, triple=False):
        return "".join(hole(p) if isinstance(p, int) else quoted(p, more, triple) for p in s.parts)

    if s.style == "fstring":
        return 'f"' + joined(lambda i: "{" + names[i] + "}", braces) + '"'
    if s.style == "triple":
        return 'f"""\n    ' + joined(lambda i: "{" + names[i] + "}", braces, triple=True) + '\n    """'
    if s.style == "percent":
        return '"' + joined(lambda i: conversion[i], percents) + '" % (' + ", ".join(names) + ",)"
    if s.style == "mapping":
        return '"' + joined(lambda i: f"%({names[i]})s", percents) + '" % {' + ", ".join(f'"{n}": {n}' for n in names) + "}"
    if s.style == "format":
        return '"' + joined(lambda i: "{}", braces) + '".format(' + ", ".join(names) + ")"
    if s.style == "indexed":
        order = list(range(len(names)))
        s.rng.shuffle(order)
        return '"' + joined(lambda i: "{" + str(order.index(i)) + "}", braces) + '".format(' + ", ".join(names[i] for i in order) + ")"
    if s.style == "keywords":
        return '"' + joined(lambda i: "{k" + str(i) + "}", braces) + '".format(' + ", ".join(f"k{i}={n}" for i, n in enumerate(names)) + ")"
    if s.style == "concatenation":
        return " + ".join((f"str({names[p]})" if isinstance(s.values[p], int) else names[p]) if isinstance(p, int) else f'"{quoted(p)}"' for p in s.parts)
    return "(" + "\n        ".join(f'f"{{{names[p]}}}"' if isinstance(p, int) else f'"{quoted(p)}"' for p in s.parts) + ")"


STYLES = ["fstring", "triple", "percent", "mapping", "format", "indexed", "keywords", "concatenation", "adjacent"]


def function(s, number):
    """A function that runs the statement."""
    _, parameter, call, _, _, _ = DRIVERS[s.driver]
    parameters = "".join(f", v{i}: {type(v).__name__}" for i, v in enumerate(s.values))
    text = expression(s)
    given = ""
    if s.given:
        given = {"asyncpg": ', "zz"', "sqlalchemy": ', {"given": "zz"}'}.get(s.driver, ', ("zz",)')
    call = call[:-1] + given + ")" if given else call
    lines = [f"{'async ' if s.driver == 'asyncpg' else ''}def f{number}({parameter}{parameters}):"]
    if s.rng.random() < 0.4:
        lines += [f"    query = {text}", f"    rows = {call.replace('QUERY', 'query')}"]
    else:
        lines.append(f"    rows = {call.replace('QUERY', text)}")
    lines.append("    return rows if isinstance(rows, list) else cur.fetchall()" if s.driver == "django" else "    return list(rows)")
    return "\n".join(lines) + "\n"


def rows(namespace, driver, number, values):
    """What a function gives."""
    found = namespace[f"f{number}"](DRIVERS[driver][3](), *values)
    return [tuple(r) for r in (asyncio.run(found) if driver == "asyncpg" else found)]


def fault(old, new, driver, number, values, rewritten):
    """What is wrong with a function after the fix, "" if nothing: it has to give the same rows, and to take any text."""
    try:
        was = rows(old, driver, number, values)
    except Exception:
        was = None  # the values were a fault of the statement
    if was is None and not rewritten:
        return ""
    try:
        now = rows(new, driver, number, values)
        if was is not None and was != now:
            return f"{values} gives {was} before and {now} after"
        if rewritten:
            rows(new, driver, number, [HOSTILE if isinstance(v, str) else v for v in values])
    except Exception as e:
        return f"{values} gives {was} before and {type(e).__name__}: {e} after"
    return ""


def check(pavise, folder):
    """The rows of a table: driver, statements, how many were rewritten; and what went wrong."""
    folder.mkdir()
    table, faults = [], []
    for driver, (head, *_) in DRIVERS.items():
        rng = random.Random(f"statements of {driver}")
        statements = [Statement(rng, driver, rng.choice(STYLES)) for _ in range(STATEMENTS)]
        statements = [s for s in statements if s.values]
        functions = [function(s, i) for i, s in enumerate(statements)]
        path = folder / f"{driver}.py"
        path.write_text(before := head + "\n\n\n" + "\n\n".join(functions))
        subprocess.run([pavise, "fix", "--write", "--review", "--profile", "audit", "--only", "bind-parameters", path],
                       capture_output=True, check=False)
        after = path.read_text()
        old, new = {}, {}
        exec(compile(before, f"{driver}-before", "exec"), old)
        exec(compile(after, f"{driver}-after", "exec"), new)
        sources, results = FUNCTION.findall(before), FUNCTION.findall(after)
        rewritten = [a.strip() != b.strip() for a, b in zip(sources, results, strict=True)]
        for i, s in enumerate(statements):
            if what := fault(old, new, driver, i, s.values, rewritten[i]):
                faults.append(f"{driver}: {what}\n{sources[i]}\n{results[i]}")
        table.append((driver, len(statements), sum(rewritten)))
    return table, faults
