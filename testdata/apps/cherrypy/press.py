"""The press: HTML that handlers return, templates, redirects."""
import html
from html import escape
from urllib.parse import quote, urlparse

import cherrypy
import jinja2
from mako.lookup import TemplateLookup
from mako.template import Template

lookup = TemplateLookup(directories=["templates"], default_filters=["h"])
environment = jinja2.Environment(loader=jinja2.PackageLoader("orchard"), autoescape=True)


# HTML --------------------------------------------------------------------------------------------------


class Press(object):
    _cp_config = {"tools.encode.on": True}

    @cherrypy.expose
    def index(self, guest="you"):  # at guest
        page = """<html><body>
            <h1>Juice for {}</h1>
        </body></html>"""
        return page.format(guest)  # want reflected-xss via guest

    @cherrypy.expose
    def jars(self, *jars, **labels):  # at jars
        out = "<ul>"
        for jar in jars:  # at jar
            out += "<li>" + jar + "</li>"  # at jars_out
        return out + "</ul>"  # want reflected-xss via jars jar jars_out

    @cherrypy.expose
    def last(self):
        name = cherrypy.request.cookie["guest"].value  # at last_guest
        return f"<p>{name} was here</p>"  # want reflected-xss via last_guest

    @cherrypy.expose
    def hello(self, guest):
        return "<h1>Juice for " + escape(guest) + "</h1>"

    @cherrypy.expose
    def plain(self, guest):
        cherrypy.response.headers["Content-Type"] = "text/plain; charset=utf-8"
        return "Juice for " + guest

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def json(self, guest):
        return {"juice for": guest}

    @cherrypy.expose
    def bottles(self, count="1"):
        count = int(count)
        return f"<b>{count} bottles</b>"

    @cherrypy.expose
    def page(self, guest):
        return lookup.get_template("press.html").render(guest=guest)

    def helper(self, guest):
        # not exposed
        return html.escape(guest)

    # Templates -----------------------------------------------------------------------------------------

    @cherrypy.expose
    def label(self, design):  # at design
        cherrypy.response.headers["Content-Type"] = "text/plain"
        return Template(design).render(fruit="apple")  # want template-injection via design

    @cherrypy.expose
    def sheet(self):
        source = cherrypy.request.body.read().decode("utf-8")  # at sheet_source
        cherrypy.response.headers["Content-Type"] = "text/plain"
        return environment.from_string("<main>" + source + "</main>").render()  # want template-injection via sheet_source

    @cherrypy.expose
    def tag(self, **params):  # at tag_params
        text = params.get("text", "")  # at tag_text
        cherrypy.response.headers["Content-Type"] = "text/plain"
        return jinja2.Template(text).render(fruit="pear")  # want template-injection via tag_params tag_text

    @cherrypy.expose
    def label_page(self, fruit, design=""):
        template = environment.get_template("label.html")
        return template.render({"fruit": fruit, "design": design})

    @cherrypy.expose
    def label_text(self, fruit):
        return Template("<p>${fruit | h}</p>").render(fruit=fruit)

    @cherrypy.expose
    def label_chosen(self, form="small"):
        name = "large.html" if form == "large" else "small.html"
        return environment.get_template(name).render(form=form)

    # Ways on -------------------------------------------------------------------------------------------

    @cherrypy.expose
    def login(self, user, password, next="/"):  # at login_next
        cherrypy.session["user"] = user  # want session-fixation
        raise cherrypy.HTTPRedirect(next)  # want open-redirect via login_next

    @cherrypy.expose
    def back(self):
        where = cherrypy.request.headers.get("Referer", "/")  # at back_where
        raise cherrypy.HTTPRedirect(where, 303)  # want open-redirect via back_where

    @cherrypy.expose
    def away(self, to):  # at away_to
        cherrypy.response.status = 302
        cherrypy.response.headers["Location"] = to  # want open-redirect via away_to

    @cherrypy.expose
    def search(self, q=""):
        raise cherrypy.HTTPRedirect("/find?q=" + quote(q))

    @cherrypy.expose
    def fruit(self, kind):
        raise cherrypy.HTTPRedirect({"apple": "/apples", "pear": "/pears"}.get(kind, "/"))

    @cherrypy.expose
    def tree(self, number):
        raise cherrypy.HTTPRedirect(cherrypy.url("/trees/%d" % int(number)))

    @cherrypy.expose
    def here(self, to="/"):
        parts = urlparse(to)
        if parts.scheme or parts.netloc or to.startswith("//") or "\\" in to or not to.startswith("/"):
            raise cherrypy.HTTPError(400)
        raise cherrypy.HTTPRedirect(to)
