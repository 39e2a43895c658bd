"""Stables: a schema of graphene."""
import os
import pickle
import shlex
import sqlite3
import subprocess
from base64 import b64decode
from pathlib import Path

import graphene
import requests
from graphene import ID, Enum, Field, Int, List, Mutation, ObjectType, Schema, String
from jinja2 import Environment, Template

db = sqlite3.connect("stables.db")
FILES = Path("/srv/stables")
FARRIERS = {"north": "https://north.example/free", "south": "https://south.example/free"}


class Breed(Enum):
    ARAB = "arab"
    SHIRE = "shire"


class Horse(ObjectType):
    name = String()
    notes = Field(String, language=String(default_value="en"))

    def resolve_notes(parent, info, language):  # at notes_language
        sql = f"SELECT text FROM notes WHERE horse = {parent.id:d} AND language = '{language}'"  # at notes_sql
        return db.execute(sql).fetchone()[0]  # want sql-injection via notes_language notes_sql


class Query(ObjectType):
    horse = Field(Horse, name=String(required=True))
    horses = List(Horse, breed=Breed(), size=Int(default_value=20), after=graphene.Date())
    stall = Field(String, number=Int(required=True), door=ID())
    photo = String(file=String(required=True))
    sheet = String(year=Int(required=True))
    farrier = String(url=String())
    known_farrier = String(where=String())
    feed = graphene.Float(formula=String(), kilos=graphene.Float())
    letter = String(text=String())

    def resolve_horse(self, info, name):  # at horse_name
        row = db.execute("SELECT * FROM horses WHERE name = '" + name + "'").fetchone()  # want sql-injection via horse_name
        return Horse(name=row[0])

    def resolve_horses(root, info, breed=None, size=20, after=None):
        # a number, a date and one of a few
        return db.execute(f"SELECT * FROM horses WHERE breed = '{breed}' AND born > '{after}' LIMIT {size}").fetchall()

    def resolve_stall(self, info, number, door=None):  # at stall_door
        if door is None:
            return db.execute("SELECT * FROM stalls WHERE number = %d" % number).fetchone()
        return db.execute(f"SELECT * FROM stalls WHERE door = '{door}'").fetchone()  # want sql-injection via stall_door

    def resolve_photo(self, info, **arguments):  # at photo_arguments
        path = FILES / arguments["file"]  # at photo_path
        return path.read_text()  # want path-traversal via photo_arguments photo_path

    @staticmethod
    def resolve_sheet(root, info, year):
        return (FILES / f"{year}.txt").read_text()

    def resolve_farrier(self, info, url):  # at farrier_url
        return requests.get(url, timeout=5).text  # want ssrf via farrier_url

    def resolve_known_farrier(self, info, where):
        return requests.get(FARRIERS.get(where, FARRIERS["north"]), timeout=5).text

    def resolve_feed(self, info, formula, kilos):  # at formula
        return eval(formula, {"kilos": kilos})  # want code-injection via formula

    def resolve_letter(self, info, text):  # at letter_text
        return Template("Dear rider, " + text).render()  # want template-injection via letter_text


class Shoe(Mutation):
    class Arguments:
        horse = String(required=True)
        size = Int(required=True)
        state = String()

    done = graphene.Boolean()

    def mutate(root, info, horse, size, state=None):  # at shoe_arguments
        os.system(f"shoe --horse {horse} --size {size}")  # want command-injection via shoe_arguments
        if state:
            pickle.loads(b64decode(state))  # want unsafe-deserialization via shoe_arguments
        return Shoe(done=True)


class Groom(Mutation):
    class Arguments:
        horse = String(required=True)
        minutes = Int(required=True)

    done = graphene.Boolean()

    @classmethod
    def mutate(cls, root, info, horse, minutes):
        os.system(f"groom --minutes {minutes}")
        os.system("groom --horse " + shlex.quote(horse))
        subprocess.run(["groom", "--horse", horse], check=True)
        db.execute("INSERT INTO groomed VALUES (?, ?)", (horse, minutes))
        text = Environment(autoescape=True).from_string("{{ horse }} was groomed").render(horse=horse)
        return Groom(done=bool(text))


class Mutations(ObjectType):
    shoe = Shoe.Field()
    groom = Groom.Field()


schema = Schema(query=Query, mutation=Mutations)
