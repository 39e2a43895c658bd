"""An aviary: resolvers of ariadne, bound to types of a schema in a file."""
import subprocess
from pathlib import Path

import psycopg2
import requests
from ariadne import MutationType, ObjectType, QueryType, SubscriptionType, load_schema_from_path, make_executable_schema
from ariadne.asgi import GraphQL

connection = psycopg2.connect("dbname=aviary")
query, mutation = QueryType(), MutationType()
bird = ObjectType("Bird")
subscription = SubscriptionType()
SONGS = Path("/srv/aviary/songs")


@query.field("birds")
def resolve_birds(_, info, kind, size=10):  # at birds_kind
    cursor = connection.cursor()
    cursor.execute("SELECT name FROM birds WHERE kind = '%s'" % kind)  # want sql-injection via birds_kind
    return cursor.fetchmany(int(size))


@query.field("bird")
def resolve_bird(obj, info, **kwargs):  # at bird_kwargs
    cursor = connection.cursor()
    cursor.execute(f"SELECT name FROM birds WHERE ring = '{kwargs['ring']}'")  # want sql-injection via bird_kwargs
    return cursor.fetchone()


@query.field("ringed")
def resolve_ringed(_, info, ring):
    if not ring.isalnum():
        return None
    cursor = connection.cursor()
    cursor.execute(f"SELECT name FROM birds WHERE ring = '{ring}'")
    return cursor.fetchone()


@query.field("named")
def resolve_named(_, info, name):
    cursor = connection.cursor()
    cursor.execute("SELECT * FROM birds WHERE name = %s", (name,))
    return cursor.fetchone()


@bird.field("song")
def resolve_song(obj, info, file):  # at song_file
    return SONGS.joinpath(file).read_text()  # want path-traversal via song_file


@bird.field("length")
def resolve_length(obj, info, cage):
    return (SONGS / f"{int(cage)}.txt").stat().st_size


@mutation.field("record")
def resolve_record(_, info, seconds, name):  # at record_arguments
    subprocess.run(f"arecord -d {int(seconds)} {name}.wav", shell=True, check=True)  # want command-injection via record_arguments
    return True


@mutation.field("play")
def resolve_play(_, info, name):
    subprocess.run(["aplay", "--", f"{name}.wav"], check=True)
    return True


def resolve_weather(_, info, url):  # at weather_url
    return requests.get(url, timeout=3).json()  # want ssrf via weather_url


query.set_field("weather", resolve_weather)

schema = make_executable_schema(load_schema_from_path("aviary.graphql"), query, mutation, bird, subscription)
app = GraphQL(schema)
