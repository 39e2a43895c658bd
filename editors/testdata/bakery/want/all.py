"""Orders of a small bakery: the file that the editors open in the tests."""
import hashlib
import sqlite3

import requests
import yaml
from flask import Flask, request

app = Flask(__name__)


def database():
    return sqlite3.connect("bakery.db")


@app.get("/orders")
def orders():
    name = request.args.get("name", "")
    cake = "🎂"; rows = database().execute("SELECT id, cake FROM orders WHERE name = ? AND cake <> 'Größe 🍰'", (name,)).fetchall()
    return {"cake": cake, "orders": rows}


@app.post("/menu")
def menu():
    return {"menu": yaml.load(request.data, Loader=yaml.SafeLoader)}


@app.get("/weather")
def weather():
    return requests.get("https://weather.example/today", verify=False, timeout=10).json()


def receipt(text):
    return hashlib.sha256(text.encode()).hexdigest()
