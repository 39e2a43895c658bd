"""Plays: the database, by functions and by a class of views."""
import re

import colander
from pyramid.httpexceptions import HTTPBadRequest, HTTPNotFound
from pyramid.view import view_config, view_defaults
from sqlalchemy import select, text

from .models import DBSession, Play, play_titled

SORTS = {"title": Play.title, "premiere": Play.premiere}


class Ticket(colander.MappingSchema):
    row = colander.SchemaNode(colander.Int())
    seat = colander.SchemaNode(colander.Int(), validator=colander.Range(1, 40))
    name = colander.SchemaNode(colander.String())


@view_config(route_name="plays", renderer="json", request_method="GET")
def plays(request):
    author = request.params.get("author")  # at author
    rows = DBSession.execute(text("SELECT * FROM plays WHERE author = '%s'" % author))  # want sql-injection via author
    return [dict(r._mapping) for r in rows]


@view_config(route_name="plays", renderer="json", request_method="POST")
def add_play(request):
    body = request.json_body  # at add_body
    title, premiere = body["title"], body["premiere"]  # at add_values
    sql = "INSERT INTO plays (title, premiere) VALUES ('{}', '{}')".format(title, premiere)  # at add_sql
    DBSession.execute(text(sql))  # want sql-injection via add_body add_values add_sql
    return {"title": title}


@view_config(route_name="titled", renderer="json")
def titled(request):
    title = request.matchdict["title"]  # at titled_title
    row = play_titled(title)  # at titled_call
    if row is None:
        raise HTTPNotFound()
    return {"id": row.id}


@view_config(route_name="plays", renderer="templates/plays.jinja2", request_param="q")
def search(context, request):
    words = request.GET["q"].strip()  # at words
    found = DBSession.query(Play).filter(text("title ILIKE '%" + words + "%'")).all()  # want sql-injection via words
    return {"plays": found}


@view_config(route_name="plays", renderer="json", request_param="sort")
def sorted_plays(request):
    column = SORTS.get(request.params["sort"])
    if column is None:
        return HTTPBadRequest("cannot sort by that")
    return [p.title for p in DBSession.scalars(select(Play).order_by(column))]


@view_defaults(route_name="play", renderer="json")
class PlayViews:
    def __init__(self, request):
        self.request = request
        self.id = int(request.matchdict["id"])

    @view_config(request_method="GET")
    def get(self):
        return dict(DBSession.execute(text(f"SELECT * FROM plays WHERE id = {self.id}")).mappings().one())

    @view_config(request_method="PUT")
    def put(self):
        title = self.request.POST.get("title", "")  # at put_title
        DBSession.connection().exec_driver_sql(f"UPDATE plays SET title = '{title}' WHERE id = {self.id}")  # want sql-injection via put_title
        return self.get()

    @view_config(request_method="PATCH")
    def patch(self):
        play = DBSession.get(Play, self.id) or self.missing()
        play.title = self.request.json_body["title"]
        return {"title": play.title}

    @view_config(request_method="DELETE")
    def delete(self):
        DBSession.execute(text("DELETE FROM plays WHERE id = :id AND title = :title"),
                          {"id": self.id, "title": self.request.params.get("title")})
        return {}

    def missing(self):
        raise HTTPNotFound()


@view_config(route_name="season", renderer="json")
def season(request):
    year, part = request.matchdict["year"], request.matchdict["part"]
    if not re.fullmatch("[0-9]{4}", year) or part not in {"spring", "autumn"}:
        raise HTTPNotFound()
    return [r.title for r in DBSession.execute(text(f"SELECT title FROM plays WHERE season = '{part} {year}'"))]


@view_config(route_name="tickets", request_method="POST", renderer="json")
def buy(request):
    ticket = Ticket().deserialize(request.POST.mixed())
    DBSession.execute(text(f"UPDATE seats SET taken = true WHERE row = {ticket['row']} AND seat = {ticket['seat']}"))
    return {"row": ticket["row"], "seat": ticket["seat"]}


@view_config(route_name="tickets", request_method="PUT", renderer="json")
def rename_ticket(request):
    ticket = Ticket().deserialize(request.json_body)  # at ticket
    DBSession.execute(text(f"UPDATE seats SET name = '{ticket['name']}' WHERE row = {ticket['row']}"))  # want sql-injection via ticket
    return {"row": ticket["row"]}
