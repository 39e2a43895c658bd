"""The board: what handlers write themselves, templates, ways on."""
import html
import re
from urllib.parse import urlencode, urlparse

import jinja2
import tornado.escape
import tornado.web
from tornado.escape import json_encode, url_escape, xhtml_escape
from tornado.template import DictLoader, Loader, Template

from base import HarbourHandler

PAGES = {"arrivals": "Arrivals", "departures": "Departures"}
templates = DictLoader({"note.html": "<p>{{ note }}</p>"})


# HTML --------------------------------------------------------------------------------------------------


class Board(HarbourHandler):
    def initialize(self, title):
        self.title = title

    def get(self):
        ship = self.get_query_argument("ship")  # at board_ship
        self.write("<h1>%s</h1><p>waiting for %s</p>" % (self.title, ship))  # want reflected-xss via board_ship

    def post(self):
        agent = self.request.headers["User-Agent"]  # at board_agent
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.finish("<footer>" + agent + "</footer>")  # want reflected-xss via board_agent

    def put(self):
        self.write("<p>" + xhtml_escape(self.get_argument("note", "")) + "</p>")

    def delete(self):
        self.write({"note": self.get_argument("note"), "title": self.title})

    def patch(self):
        self.set_header("Content-Type", "text/plain")
        self.write("noted: " + self.get_argument("note"))

    def head(self):
        self.write(f"<b>{self.whole('berth')}</b>")

    def options(self):
        self.set_header("Content-Type", "application/json")
        self.write(json_encode([self.get_argument("note")]))

    def write_error(self, status_code, **kwargs):
        self.write(f"<h1>{status_code}</h1><p>{tornado.escape.xhtml_escape(self.request.path)}</p>")


class Notes(tornado.web.RequestHandler):
    SUPPORTED_METHODS = ("GET", "POST")

    def get(self):
        notes = self.get_arguments("note")  # at notes
        self.write("<ul>")
        for note in notes:  # at note
            self.write(f"<li>{note}</li>")  # want reflected-xss via notes note
        self.write("</ul>")

    def post(self):
        self.write("<ul>")
        for note in map(html.escape, self.get_arguments("note")):
            self.write(f"<li>{note}</li>")
        self.write("</ul>")


# Templates ---------------------------------------------------------------------------------------------


class Page(HarbourHandler):
    def get(self, page):
        if page not in PAGES:
            raise tornado.web.HTTPError(404)
        self.render("board.html", title=PAGES[page], filter=self.get_argument("filter", ""))

    def post(self, page):
        layout = self.get_body_argument("layout")  # at layout
        self.write(Template("<html>" + layout + "</html>").generate(ships=[]))  # want template-injection via layout

    def put(self, page):
        source = self.request.body.decode("utf-8")  # at source
        rendered = jinja2.Environment().from_string(source).render(ships=[])  # want autoescape-disabled, template-injection via source
        self.set_header("Content-Type", "text/plain")
        self.write(rendered)

    def patch(self, page):
        self.write(templates.load("note.html").generate(note=self.get_argument("note")))

    def delete(self, page):
        known = Template("<p>{{ page }} is gone, says {{ who }}</p>")
        self.write(known.generate(page=page, who=self.get_argument("who")))

    def head(self, page):
        loader = Loader("templates")
        self.write(loader.load("old.html" if self.get_argument("old", "") else "new.html").generate(page=page))


# Ways on -----------------------------------------------------------------------------------------------


class Login(HarbourHandler):
    def get(self):
        self.redirect(self.get_argument("next", "/"))  # at login_get # want open-redirect via login_get

    def post(self):
        self.set_signed_cookie("user", self.get_argument("user"), httponly=True, secure=True)  # want cookie-samesite-weak
        target = self.get_argument("next", self.reverse_url("board"))  # at login_next
        if not target:
            target = "/"
        self.redirect(target, permanent=False)  # want open-redirect via login_next

    def put(self):
        self.set_status(302)
        self.set_header("Location", self.get_argument("next"))  # at login_put # want open-redirect via login_put

    def delete(self):
        self.clear_cookie("user")
        self.redirect("/login?" + urlencode({"next": self.get_argument("next", "/")}))

    def patch(self):
        target = self.get_argument("next", "/")
        if not re.fullmatch(r"/(?:[\w-]+/?)*", target):  # want regex-dos
            target = "/"
        self.redirect(target)

    def head(self):
        target = self.get_argument("next", "/")
        parsed = urlparse(target)
        if parsed.netloc or parsed.scheme or target[:2] in ("//", "/\\") or not target.startswith("/"):
            raise tornado.web.HTTPError(400)
        self.redirect(target)

    def options(self):
        self.redirect("/search?q=" + url_escape(self.get_argument("q")))


class Elsewhere(HarbourHandler):
    def get(self):
        target = "/" + self.get_argument("to", "").replace("\\", "/").lstrip("/")
        self.redirect(target)

    def post(self):
        self.redirect(f"{self.settings['harbour_url']}/{self.get_argument('page')}")

    def put(self):
        self.redirect(self.request.path + "?" + self.request.query)
