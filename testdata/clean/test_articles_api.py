"""Tests of an articles API: fixtures in SQLite, requests through the test client."""
import json
import random
import secrets
import sqlite3
from pathlib import Path
from unittest import mock

import pytest
import requests
from flask import Flask, g, jsonify, redirect, request, url_for

SCHEMA = "CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT NOT NULL, author TEXT NOT NULL)"
TITLES = ["Robert'); DROP TABLE articles;--", "<script>alert(1)</script>", "An ordinary title"]
EVIL_TARGETS = ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"]


def create_app(path):
    app = Flask(__name__)
    app.config.update(TESTING=True, SECRET_KEY=secrets.token_hex(32), DATABASE=path)

    def db():
        if "db" not in g:
            g.db = sqlite3.connect(app.config["DATABASE"])
            g.db.row_factory = sqlite3.Row
        return g.db

    @app.teardown_appcontext
    def close(_error):
        if "db" in g:
            g.pop("db").close()

    @app.get("/articles")
    def articles():
        rows = db().execute("SELECT id, title FROM articles WHERE author = ?", (request.args["author"],))
        return jsonify([dict(row) for row in rows])

    @app.post("/articles")
    def add():
        with db() as connection:
            connection.execute("INSERT INTO articles (title, author) VALUES (:title, :author)", request.get_json())
        return redirect(url_for("articles", author=request.get_json()["author"]), code=303)

    @app.get("/leave")
    def leave():
        target = request.args.get("next", "")
        if target not in {"/articles", "/about"}:
            target = "/articles"
        return redirect(target)

    return app


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "test.db"
    connection = sqlite3.connect(path)
    connection.execute(SCHEMA)
    connection.executemany("INSERT INTO articles (title, author) VALUES (?, 'ann')", [(title,) for title in TITLES])
    connection.commit()
    connection.close()
    return path


@pytest.fixture
def client(database):
    return create_app(database).test_client()


@pytest.fixture
def numbers():
    generator = random.Random(1234)
    return [generator.randint(0, 1000) for _ in range(50)]


def test_titles_come_back_as_they_went_in(client):
    found = client.get("/articles", query_string={"author": "ann"}).get_json()
    assert [article["title"] for article in found] == TITLES


@pytest.mark.parametrize("author", ["' OR '1'='1", "ann' --", "%", "nobody"])
def test_conditions_do_not_change(client, author):
    assert client.get("/articles", query_string={"author": author}).get_json() == []


@pytest.mark.parametrize("target", EVIL_TARGETS)
def test_redirects_stay_here(client, target):
    answer = client.get("/leave", query_string={"next": target})
    assert answer.headers["Location"] == "/articles"


def test_add(client, database):
    answer = client.post("/articles", json={"title": "New", "author": "bob"})
    assert answer.status_code == 303
    with sqlite3.connect(database) as connection:
        (count,) = connection.execute("SELECT COUNT(*) FROM articles WHERE author = 'bob'").fetchone()
    assert count == 1


def test_outgoing_calls_have_a_limit():
    with mock.patch.object(requests, "get") as get:
        get.return_value.json.return_value = {"status": "ok"}
        assert requests.get("https://status.example.com", timeout=3).json() == {"status": "ok"}
    assert get.call_args.kwargs["timeout"] == 3


def test_sorting(numbers):
    shuffled = numbers[:]
    random.shuffle(shuffled)
    assert sorted(shuffled) == sorted(numbers)


def test_round_trip(tmp_path):
    path = tmp_path / "articles.json"
    path.write_text(json.dumps(TITLES))
    assert json.loads(path.read_text()) == TITLES


def test_messages():
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        sqlite3.connect(":memory:").execute("SELECT * FROM missing")
