"""Orders of a small shop."""
import sqlite3

import requests
import yaml
from flask import Flask, request

app = Flask(__name__)
database = sqlite3.connect("shop.db")


def orders_of(customer):
    query = f"SELECT id, total FROM orders WHERE customer = '{customer}'"
    return database.execute(query).fetchall()


@app.get("/orders")
def orders():
    customer = request.args.get("customer", "")
    return {"orders": orders_of(customer)}


@app.post("/prices")
def prices():
    return {"prices": yaml.load(request.data, Loader=yaml.Loader)}


@app.get("/rates")
def rates():
    return requests.get("https://rates.example/today", verify=False).json()
