"""The lodge: HTML that resources write, templates, redirects."""
import html
from urllib.parse import quote

import falcon
import jinja2
from mako.template import Template
from markupsafe import Markup

ROOMS = {"attic": "/rooms/attic", "cellar": "/rooms/cellar"}
environment = jinja2.Environment(loader=jinja2.FileSystemLoader("templates"), autoescape=jinja2.select_autoescape())


class Page:
    def on_get(self, req, resp, guest):  # at guest
        resp.content_type = falcon.MEDIA_HTML
        resp.text = f"<h1>Welcome, {guest}</h1>"  # want reflected-xss via guest

    def on_post(self, req, resp, guest):
        note = req.media.get("note")  # at note
        resp.content_type = "text/html"
        resp.data = ("<p>%s</p>" % note).encode("utf-8")  # want reflected-xss via note

    def on_put(self, req, resp, guest):
        agent = req.user_agent  # at agent
        resp.set_header("Content-Type", "text/html; charset=utf-8")
        resp.body = "<footer>" + agent + "</footer>"  # want reflected-xss via agent

    def on_patch(self, req, resp, guest):
        resp.content_type = falcon.MEDIA_HTML
        resp.text = "<h1>Welcome, " + html.escape(guest) + "</h1>"

    def on_delete(self, req, resp, guest):
        # JSON is what Falcon says of a text when nobody says anything
        resp.text = '{"gone": "%s"}' % guest

    def on_head(self, req, resp, guest):
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = f"Welcome, {guest}"

    def on_options(self, req, resp, guest):
        resp.content_type = "text/html"
        resp.text = str(Markup("<h1>{}</h1>").format(guest))

    def on_report(self, req, resp, guest):
        resp.content_type = falcon.MEDIA_HTML
        resp.text = environment.get_template("guest.html").render(guest=guest)


class Counted:
    def on_get(self, req, resp):
        resp.content_type = falcon.MEDIA_HTML
        resp.text = f"<b>{req.get_param_as_int('nights')}</b>"


class Sheet:
    def on_post(self, req, resp):
        sheet = req.bounded_stream.read().decode()  # at sheet
        resp.text = jinja2.Template(sheet).render(huts=[])  # want template-injection via sheet

    def on_put(self, req, resp):
        title = req.get_param("title")  # at sheet_title
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = Template("## " + title + "\n${huts}").render(huts=[])  # want template-injection via sheet_title

    def on_get(self, req, resp):
        name = {"short": "short.html", "long": "long.html"}.get(req.get_param("form"), "short.html")
        resp.content_type = falcon.MEDIA_HTML
        resp.text = environment.get_template(name).render(title=req.get_param("title"))

    def on_patch(self, req, resp):
        resp.content_type = falcon.MEDIA_HTML
        resp.text = environment.from_string("<h1>{{ title }}</h1>").render(title=req.get_param("title"))

    def on_delete(self, req, resp):
        text = Template("Gone: ${name}").render(name=req.get_param("name"))
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = text


class Way:
    def on_get(self, req, resp):
        raise falcon.HTTPFound(req.get_param("to"))  # at way_to # want open-redirect via way_to

    def on_post(self, req, resp):
        form = req.get_media()  # at way_form
        resp.status = falcon.HTTP_303
        resp.location = form["next"]  # want open-redirect via way_form

    def on_put(self, req, resp):
        target = req.get_header("Referer", default="/")  # at way_back
        resp.status = falcon.HTTP_302
        resp.set_header("Location", target)  # want open-redirect via way_back

    def on_delete(self, req, resp):
        room = ROOMS.get(req.get_param("room"))
        if room is None:
            raise falcon.HTTPNotFound()
        raise falcon.HTTPSeeOther(room)

    def on_patch(self, req, resp):
        raise falcon.HTTPMovedPermanently("/search?q=" + quote(req.get_param("q", default="")))

    def on_head(self, req, resp):
        target = req.get_param("to", default="/")
        if not target.startswith("/") or target.startswith("//") or "\\" in target:
            target = "/"
        raise falcon.HTTPTemporaryRedirect(target)


def elsewhere(req, resp, rest):  # at rest
    raise falcon.HTTPPermanentRedirect(rest)  # want open-redirect via rest


def broken(req, resp, ex, params):
    resp.status = falcon.HTTP_500
    resp.content_type = falcon.MEDIA_HTML
    resp.text = "<h1>Broken</h1><p>" + req.relative_uri + "</p>"  # want reflected-xss
