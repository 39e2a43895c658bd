"""A ledger of a club on Pyramid: views, a traversed folder, security."""
import csv
import io
import logging
import os
import uuid
from decimal import Decimal, InvalidOperation
from html import escape
from pathlib import Path

import colander
from pyramid.authentication import AuthTktCookieHelper
from pyramid.config import Configurator
from pyramid.csrf import CookieCSRFStoragePolicy
from pyramid.httpexceptions import HTTPBadRequest, HTTPForbidden, HTTPFound, HTTPNotFound, HTTPSeeOther
from pyramid.response import FileResponse, Response
from pyramid.view import notfound_view_config, view_config, view_defaults
from sqlalchemy import Column, Date, Integer, Numeric, String, create_engine, func, select, text
from sqlalchemy.orm import Session, declarative_base

log = logging.getLogger(__name__)
Base = declarative_base()
RECEIPTS = Path(os.environ.get("RECEIPTS", "/srv/ledger/receipts")).resolve()


class Entry(Base):
    __tablename__ = "entries"

    id = Column(Integer, primary_key=True)
    day = Column(Date, nullable=False)
    what = Column(String(200), nullable=False)
    amount = Column(Numeric(10, 2), nullable=False)


class EntrySchema(colander.MappingSchema):
    day = colander.SchemaNode(colander.Date())
    what = colander.SchemaNode(colander.String(), validator=colander.Length(1, 200))
    amount = colander.SchemaNode(colander.Decimal())


class Policy:
    def __init__(self, secret):
        self.helper = AuthTktCookieHelper(secret, hashalg="sha512", http_only=True, secure=True, samesite="Lax")

    def identity(self, request):
        return self.helper.identify(request)

    def authenticated_userid(self, request):
        identity = self.identity(request)
        return identity and identity["userid"]

    def permits(self, request, context, permission):
        return self.authenticated_userid(request) is not None

    def remember(self, request, userid, **kw):
        return self.helper.remember(request, userid, **kw)

    def forget(self, request, **kw):
        return self.helper.forget(request, **kw)


def session(request):
    made = Session(request.registry["engine"])
    request.add_finished_callback(lambda _: made.close())
    return made


@view_defaults(route_name="entries", renderer="json", permission="read")
class Entries:
    sorts = {"day": Entry.day, "amount": Entry.amount.desc(), "what": func.lower(Entry.what)}

    def __init__(self, request):
        self.request = request
        self.db = session(request)

    @view_config(request_method="GET")
    def list(self):
        query = select(Entry)
        if words := self.request.params.get("q"):
            query = query.where(Entry.what.ilike(f"%{words}%"))
        order = self.sorts.get(self.request.params.get("sort"), Entry.day)
        return [self.shown(entry) for entry in self.db.scalars(query.order_by(order).limit(200))]

    @view_config(request_method="POST", require_csrf=True)
    def add(self):
        try:
            values = EntrySchema().deserialize(self.request.json_body)
        except colander.Invalid as e:
            self.request.response.status = 422
            return e.asdict()
        entry = Entry(**values)
        self.db.add(entry)
        self.db.commit()
        return self.shown(entry)

    @view_config(request_method="GET", request_param="total")
    def total(self):
        since = int(self.request.params["total"])
        value = self.db.execute(text("SELECT sum(amount) FROM entries WHERE extract(year FROM day) >= :year"), {"year": since})
        return {"total": str(value.scalar() or Decimal(0))}

    @staticmethod
    def shown(entry):
        return {"id": entry.id, "day": str(entry.day), "what": entry.what, "amount": str(entry.amount)}


@view_config(route_name="entry", renderer="templates/entry.jinja2", permission="read")
def entry(context, request):
    found = session(request).get(Entry, int(request.matchdict["id"]))
    if found is None:
        raise HTTPNotFound()
    return {"entry": found, "back": request.route_path("entries")}


@view_config(route_name="export", permission="read")
def export(request):
    out = io.StringIO()
    writer = csv.writer(out)
    for found in session(request).scalars(select(Entry).order_by(Entry.day)):
        writer.writerow([found.id, found.day, found.what.lstrip("=+-@"), found.amount])
    return Response(out.getvalue(), content_type="text/csv", content_disposition="attachment; filename=ledger.csv")


@view_config(route_name="receipt", request_method="GET", permission="read")
def receipt(request):
    path = (RECEIPTS / request.matchdict["name"]).resolve()
    if RECEIPTS not in path.parents or not path.is_file():
        raise HTTPNotFound()
    return FileResponse(path, request=request, content_type="application/pdf")


@view_config(route_name="receipts", request_method="POST", permission="read", require_csrf=True)
def add_receipt(request):
    sent = request.POST["receipt"]
    if sent.file.read(5) != b"%PDF-":
        raise HTTPBadRequest("a PDF")
    sent.file.seek(0)
    name = f"{uuid.uuid4()}.pdf"
    (RECEIPTS / name).write_bytes(sent.file.read())
    return HTTPSeeOther(request.route_path("receipt", name=name))


@view_config(route_name="convert", renderer="string")
def convert(request):
    try:
        amount = Decimal(request.params["amount"])
    except (KeyError, InvalidOperation) as e:
        raise HTTPBadRequest() from e
    return f"{amount * Decimal('1.95583'):.2f}"


@view_config(route_name="login", request_method="POST", require_csrf=True)
def login(request):
    if not request.registry["check"](request.POST.get("user"), request.POST.get("password")):
        raise HTTPForbidden()
    headers = request.registry["policy"].remember(request, request.POST["user"])
    return HTTPFound(request.route_path("entries"), headers=headers)


@notfound_view_config()
def missing(request):
    return Response(f"<h1>Not found</h1><p>{escape(request.path)}</p>", status=404)


def main(global_config, **settings):
    policy = Policy(os.environ["LEDGER_SECRET"])
    with Configurator(settings=settings) as config:
        config.include("pyramid_jinja2")
        config.set_security_policy(policy)
        config.set_csrf_storage_policy(CookieCSRFStoragePolicy(secure=True, httponly=True, samesite="Lax"))
        config.registry["engine"] = create_engine(settings["sqlalchemy.url"])
        config.registry["policy"] = policy
        config.add_route("entries", "/entries")
        config.add_route("entry", r"/entries/{id:\d+}")
        config.add_route("export", "/export")
        config.add_route("receipts", "/receipts")
        config.add_route("receipt", "/receipts/{name}")
        config.add_route("convert", "/convert")
        config.add_route("login", "/login")
        config.scan()
        return config.make_wsgi_app()
