"""Pages for people: greetings, previews, and where they are sent afterwards."""
import html
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    jsonify,
    make_response,
    redirect,
    render_template,
    render_template_string,
    request,
    url_for,
)
from markupsafe import Markup, escape

pages = Blueprint("pages", __name__)

GREETING = "<p>Hello, {{ name }}, welcome back.</p>"


# Greetings -------------------------------------------------------------------------------------------


@pages.get("/hello/<name>")
def hello(name):
    return f"<p>Hello {name}</p>"  # want reflected-xss


@pages.get("/hello-escaped/<name>")
def hello_escaped(name):
    return f"<p>Hello {escape(name)}</p>"


@pages.get("/hello-template/<name>")
def hello_template(name):
    return render_template("hello.html", name=name)


@pages.get("/visits/<int:count>")
def visits(count):
    return f"<p>You were here {count} times</p>"


# No results ------------------------------------------------------------------------------------------


@pages.get("/empty")
def empty():
    word = request.args.get("q", "")
    return make_response("<h1>Nothing found for " + word + "</h1>", 404)  # want reflected-xss


@pages.get("/empty-escaped")
def empty_escaped():
    word = html.escape(request.args.get("q", ""))
    return make_response("<h1>Nothing found for " + word + "</h1>", 404)


@pages.get("/empty-markup")
def empty_markup():
    return Markup("<h1>Nothing found for {}</h1>").format(request.args.get("q", "")), 404


@pages.get("/empty-json")
def empty_json():
    return jsonify(error="nothing found", word=request.args.get("q", "")), 404


# The chosen tags ---------------------------------------------------------------------------------------


@pages.get("/tags")
def tags():
    items = "".join(f"<li>{tag}</li>" for tag in request.args.getlist("tag"))
    return Response("<ul>" + items + "</ul>")  # want reflected-xss


@pages.get("/tags-text")
def tags_text():
    return Response("Tags: %s" % ", ".join(request.args.getlist("tag")), mimetype="text/plain")


@pages.get("/tags-escaped")
def tags_escaped():
    items = "".join(f"<li>{escape(tag)}</li>" for tag in request.args.getlist("tag"))
    return Response("<ul>" + items + "</ul>")


# A plain sentence is still HTML for the browser ----------------------------------------------------------


@pages.post("/subscribe")
def subscribe():
    email = request.form["email"]
    return "Subscribed " + email  # want reflected-xss


@pages.post("/subscribe-quiet")
def subscribe_quiet():
    email = request.form["email"]
    return {"subscribed": email}


@pages.post("/subscribe-check")
def subscribe_check():
    email = request.form["email"]
    if "@" not in email:
        return "That is no address", 400
    return "Subscribed"


# Blocks for other pages: nobody knows here where their words come from -----------------------------------


def card(title, text):
    return f"<div class='card'><h2>{title}</h2><p>{text}</p></div>"


def card_escaped(title, text):
    return f"<div class='card'><h2>{escape(title)}</h2><p>{escape(text)}</p></div>"


def card_markup(title, text):
    return Markup("<div class='card'><h2>%s</h2><p>%s</p></div>") % (title, text)


# Previews of newsletters -----------------------------------------------------------------------------------


@pages.post("/preview")
def preview():
    return render_template_string("<h2>" + request.form["title"] + "</h2>")  # want template-injection


@pages.post("/preview-context")
def preview_context():
    return render_template_string("<h2>{{ title }}</h2>", title=request.form["title"])


@pages.post("/preview-constant")
def preview_constant():
    return render_template_string(GREETING, name=request.form.get("name", "reader"))


# After the login -------------------------------------------------------------------------------------------


@pages.get("/after-login")
def after_login():
    return redirect(request.args.get("next"))  # want open-redirect


@pages.get("/after-logout")
def after_logout():
    target = request.args.get("next") or url_for("pages.home")
    response = make_response("", 302)
    response.headers["Location"] = target  # want open-redirect
    return response


def is_local(target):
    if not target or "\\" in target or any(ord(c) <= 32 or ord(c) == 127 for c in target):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc and not target.startswith("//")


@pages.get("/after-login-local")
def after_login_local():
    target = request.args.get("next", "")
    if not is_local(target):
        target = url_for("pages.home")
    return redirect(target)


@pages.get("/after-login-named")
def after_login_named():
    places = {"cart": "/cart", "orders": "/orders"}
    return redirect(places.get(request.args.get("next"), "/"))


@pages.get("/after-login-view")
def after_login_view():
    return redirect(url_for("pages.hello_template", name=request.args.get("name", "reader")))


@pages.get("/")
def home():
    return render_template("home.html")
