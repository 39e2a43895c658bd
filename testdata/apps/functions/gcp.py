"""A radio station's functions on Google Cloud."""
import json
import os
import subprocess

import flask
import functions_framework
import requests
from flask import redirect
from google.cloud import bigquery
from markupsafe import escape

client = bigquery.Client()
RELAYS = {"hill": "https://hill.example", "sea": "https://sea.example"}


@functions_framework.http
def greet(request):
    name = request.args.get("name", "listener")  # at greet_name
    return f"<h1>Hello {name}</h1>"  # want reflected-xss via greet_name


@functions_framework.http
def songs(request: flask.Request):
    data = request.get_json(silent=True) or {}  # at songs_data
    artist = data.get("artist")  # at songs_artist
    return {"songs": [dict(r) for r in client.query(f"SELECT * FROM songs WHERE artist = '{artist}'")]}  # want sql-injection via songs_data songs_artist


@functions_framework.http
def relay(request):
    return requests.get(request.args["url"], timeout=5).json()  # at relay_url # want ssrf via relay_url


def encode(request):
    """Deployed by its name alone."""
    form = request.form["options"]  # at encode_form
    os.system("ffmpeg -i in.wav " + form)  # want command-injection via encode_form
    return ("", 204)


@functions_framework.http
def greet_safely(request):
    return f"<h1>Hello {escape(request.args.get('name', 'listener'))}</h1>"


@functions_framework.http
def songs_safely(request):
    job = client.query(
        "SELECT * FROM songs WHERE artist = @artist",
        job_config=bigquery.QueryJobConfig(query_parameters=[bigquery.ScalarQueryParameter("artist", "STRING", request.args["artist"])]),
    )
    return json.dumps([dict(r) for r in job]), 200, {"Content-Type": "application/json"}


@functions_framework.http
def relay_safely(request):
    return requests.get(RELAYS.get(request.args.get("relay"), RELAYS["hill"]), timeout=5).json()


@functions_framework.http
def encode_safely(request):
    subprocess.run(["ffmpeg", "-i", "in.wav", "-b:a", f"{int(request.form['rate'])}k", "out.mp3"], check=True)
    return redirect("/done")
