"""A choir: Bottle and Pony."""

from bottle import request, route
from pony.orm import Database, Required, db_session, raw_sql, select

db = Database()
VOICES = ("soprano", "alto", "tenor", "bass")


class Singer(db.Entity):
    name = Required(str)
    voice = Required(str)


@route("/singers")
@db_session
def singers():
    return {"rows": db.select("id FROM singer WHERE name = '%s'" % request.query["name"])}  # want sql-injection


@route("/singers/execute")
@db_session
def execute():
    cursor = db.execute("SELECT id FROM singer WHERE voice = '" + request.query.voice + "'")  # want sql-injection
    return {"rows": cursor.fetchall()}


@route("/singers/entity")
@db_session
def entity():
    found = Singer.select_by_sql(f"SELECT * FROM singer WHERE name LIKE '%{request.query.q}%'")  # want sql-injection
    return {"names": [s.name for s in found]}


@route("/singers/raw")
@db_session
def raw():
    condition = "s.voice = '{}'".format(request.query.voice)
    return {"names": list(select(s.name for s in Singer if raw_sql(condition)))}  # want sql-injection


@route("/safe/select")
@db_session
def safe_select():
    voice = request.query.voice
    return {"names": list(select(s.name for s in Singer if s.voice == voice))}


@route("/safe/parameter")
@db_session
def safe_parameter():
    name = request.query["name"]
    return {"rows": db.select("id FROM singer WHERE name = $name")}


@route("/safe/entity")
@db_session
def safe_entity():
    voice = request.query.voice
    return {"names": [s.name for s in Singer.select_by_sql("SELECT * FROM singer WHERE voice = $voice")]}


@route("/safe/voice")
@db_session
def safe_voice():
    voice = request.query.voice
    if voice not in VOICES:
        voice = "alto"
    return {"rows": db.select(f"id FROM singer WHERE voice = '{voice}'")}


@route("/safe/number/<number:int>")
@db_session
def safe_number(number):
    return {"row": db.get("name FROM singer WHERE id = %d" % number)}
