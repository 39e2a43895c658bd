"""Help desk: the tickets of customers, as class-based views, forms and hooks."""
import re
import sqlite3
from contextlib import closing
from enum import Enum

from flask import Blueprint, abort, current_app, g, jsonify, request, url_for
from flask.views import MethodView, View
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Regexp

from ledger import count_tickets, owner_of, search_notes

desk = Blueprint("desk", __name__, url_prefix="/desk")

STATES = ("open", "waiting", "closed")
TICKET_NUMBER = re.compile(r"[A-Z]{2}-\d{1,8}")


class Order(Enum):
    OLDEST = "opened ASC"
    NEWEST = "opened DESC"


def connection():
    if "desk" not in g:
        g.desk = sqlite3.connect(current_app.config["DESK_DATABASE"])
    return g.desk


@desk.before_request
def remember_tenant():
    g.tenant = request.headers.get("X-Tenant", "public")


# Reading tickets ------------------------------------------------------------------------------------------


class TicketView(MethodView):
    """One resource, a method for each verb."""

    init_every_request = False

    def get(self, number):  # at number
        sql = f"SELECT subject, state FROM tickets WHERE number = '{number}'"  # at sql
        row = connection().execute(sql).fetchone()  # want sql-injection via number sql
        return jsonify(row) if row else abort(404)

    def put(self, number):
        state = request.get_json()["state"]
        if state not in STATES:
            abort(422)
        with connection() as db:
            db.execute(f"UPDATE tickets SET state = '{state}' WHERE number = ?", (number,))
        return jsonify(state=state)

    def delete(self, number):
        if TICKET_NUMBER.fullmatch(number) is None:
            abort(404)
        with connection() as db:
            db.execute("DELETE FROM tickets WHERE number = '" + number + "'")
        return "", 204

    def patch(self, number):
        fields = request.get_json(force=True)
        known = {name: fields[name] for name in ("subject", "state") if name in fields}
        assignments = ", ".join(f"{name} = :{name}" for name in known)
        with connection() as db:
            db.execute(f"UPDATE tickets SET {assignments} WHERE number = :number", {**known, "number": number})
        return jsonify(known)


desk.add_url_rule("/tickets/<number>", view_func=TicketView.as_view("ticket"))


class TicketsOfCustomer(View):
    methods = ["GET"]

    def dispatch_request(self, customer):
        order = Order[request.args.get("order", "NEWEST").upper()]
        sql = f"SELECT number, subject FROM tickets WHERE customer = {customer} ORDER BY {order.value}"
        return jsonify(connection().execute(sql).fetchall())


desk.add_url_rule("/customers/<int:customer>/tickets", view_func=TicketsOfCustomer.as_view("tickets_of_customer"))


@desk.get("/tickets/by-view-args/<number>")
def ticket_by_view_args(**_kwargs):
    number = request.view_args["number"]  # at args
    with closing(connection().cursor()) as cursor:
        cursor.execute("SELECT subject FROM tickets WHERE number = '{}'".format(number))  # want sql-injection via args
        return jsonify(cursor.fetchone())


@desk.get("/tickets/count")
def tickets_count():
    states = request.args.getlist("state") or list(STATES)  # at states
    return jsonify(count=count_tickets(connection(), states))  # at count


@desk.get("/tickets/count-bound")
def tickets_count_bound():
    states = request.args.getlist("state") or list(STATES)
    marks = ", ".join("?" * len(states))
    (count,) = connection().execute(f"SELECT count(*) FROM tickets WHERE state IN ({marks})", states).fetchone()
    return jsonify(count=count)


@desk.get("/tickets/page")
def tickets_page():
    size = request.args.get("size", default=20, type=int)
    offset = request.args.get("page", 0, type=int) * size
    rows = connection().execute(f"SELECT number FROM tickets ORDER BY number LIMIT {size} OFFSET {offset}")
    return jsonify([number for (number,) in rows])


@desk.get("/notes")
def notes():
    return jsonify(search_notes(connection(), request.args.to_dict()))  # at filters


@desk.get("/tenant/size")
def tenant_size():
    sql = "SELECT count(*) FROM tickets WHERE tenant = ?"
    return jsonify(size=connection().execute(sql, [g.tenant]).fetchone()[0])


@desk.get("/owner")
def owner():
    # the reader logs in by basic authentication
    name = request.authorization.username if request.authorization else ""  # at login
    return jsonify(owner=owner_of(connection(), name))  # at owner_call


# Forms ------------------------------------------------------------------------------------------------------


class SearchForm(FlaskForm):
    words = StringField(validators=[InputRequired()])
    priority = IntegerField(default=3)
    state = SelectField(choices=[(state, state.title()) for state in STATES])
    number = StringField(validators=[Regexp(r"\A[A-Z]{2}-[0-9]+\Z")])


@desk.post("/search")
def search():
    form = SearchForm()
    if not form.validate_on_submit():
        return jsonify(form.errors), 422
    rows = connection().execute(  # want sql-injection via words
        f"SELECT number FROM tickets WHERE subject LIKE '%{form.words.data}%'"  # at words
    )
    return jsonify(rows.fetchall())


@desk.post("/search-by-choice")
def search_by_choice():
    form = SearchForm()
    if not form.validate_on_submit():
        return jsonify(form.errors), 422
    rows = connection().execute(
        f"SELECT number FROM tickets WHERE state = '{form.state.data}' AND priority >= {form.priority.data} AND subject LIKE ?",
        (f"%{form.words.data}%",),
    )
    return jsonify(rows.fetchall())


@desk.route("/search-by-number", methods=["GET", "POST"])
def search_by_number():
    form = SearchForm(request.args)
    if form.validate():
        statement = "SELECT subject FROM tickets WHERE number = :number"
        return jsonify(connection().execute(statement, dict(number=form.number.data)).fetchone())
    return jsonify(errors=form.errors, help=url_for("desk.search")), 400


@desk.errorhandler(sqlite3.Error)
def database_down(error):
    current_app.logger.error("database: %s", error)
    return jsonify(error="database"), 503
