"""Traversal: the tree of resources."""
import sqlite3

from pyramid.httpexceptions import HTTPNotFound


class Root:
    def __init__(self, request):
        self.request = request

    def __getitem__(self, key):
        if key == "people":
            return People(self.request)
        raise KeyError(key)


class People:
    def __init__(self, request):
        self.db = sqlite3.connect(request.registry.settings["people.db"])

    def __getitem__(self, key):
        row = self.db.execute("SELECT * FROM people WHERE name = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return row


def root_factory(request):
    if request.method not in ("GET", "HEAD", "POST"):
        raise HTTPNotFound()
    return Root(request)
