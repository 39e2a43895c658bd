"""The pub: pages that handlers write, templates, ways on. An application of its own."""
import html
import string
from urllib.parse import quote, quote_plus, urljoin, urlsplit

import jinja2
from bottle import (HTTPError, HTTPResponse, Bottle, SimpleTemplate, html_escape, jinja2_template, redirect, request, response,
                    template, view)

pub = Bottle()
TABLES = {"garden": "/tables/garden", "bar": "/tables/bar"}
page = SimpleTemplate("<h1>{{who}}</h1><p>{{!frame}}</p>")


# HTML --------------------------------------------------------------------------------------------------


@pub.route("/hello/<who>")
def hello(who):  # at who
    return f"<h1>Cheers, {who}!</h1>"  # want reflected-xss via who


@pub.get("/tab")
def tab():
    guest = request.get_cookie("guest")  # at guest
    lines = ["<html>", "<p>The tab of %s</p>" % guest, "</html>"]  # at tab_lines
    return "\n".join(lines)  # want reflected-xss via guest tab_lines


@pub.post("/order")
def order():
    drink = request.forms.drink  # at drink
    raise HTTPResponse("<p>No " + drink + " left</p>", status=404)  # want reflected-xss via drink


@pub.get("/song")
def song():
    title = request.params["title"]  # at title
    response.content_type = "text/html; charset=latin9"
    yield "<ul>"
    yield f"<li>{title}</li>"  # want reflected-xss via title
    yield "</ul>"


@pub.get("/hello/<who>/escaped")
def hello_escaped(who):
    return "<h1>Cheers, " + html.escape(who) + "!</h1>"


@pub.get("/hello/<who>/plain")
def hello_plain(who):
    response.content_type = "text/plain; charset=utf-8"
    return f"Cheers, {who}!"


@pub.get("/hello/<who>/template")
def hello_template(who):
    return template("<h1>Cheers, {{who}}!</h1>", who=who)


@pub.get("/hello/<who>/json")
def hello_json(who):
    return {"greeting": f"Cheers, {who}!"}


@pub.get("/hello/<who>/page")
def hello_page(who):
    return page.render(who=who, frame="<hr>")


@pub.get("/hello/<who>/view")
@view("hello")
def hello_view(who):
    return dict(who=who)


@pub.get("/glasses/<count:int>")
def glasses(count):
    return "<b>%d</b>" % count


@pub.get("/hello/<who>/header")
def hello_header(who):
    return HTTPResponse(f"Cheers, {who}", headers={"Content-Type": "text/plain"})


# Templates ---------------------------------------------------------------------------------------------


@pub.post("/menu")
def menu():
    text = request.forms.get("menu")  # at menu_text
    return template(text, drinks=[])  # want template-injection via menu_text


@pub.post("/menu/board")
def board():
    body = request.body.read().decode()  # at board_body
    sheet = SimpleTemplate("% rebase('base')\n" + body)  # want template-injection via board_body
    return sheet.render(drinks=[])


@pub.post("/menu/card")
def card():
    source = "<h1>" + request.json["title"] + "</h1>\n{{ drinks }}"  # at card_source
    return jinja2.Template(source, autoescape=True).render(drinks=[])  # want template-injection via card_source


@pub.get("/menu/<day:re:mon|tue|wed>")
def menu_of(day):
    return template(f"menu_{day}.tpl", season=request.query.season)


@pub.post("/menu/filled")
def filled():
    return jinja2_template("menu.html", title=request.forms.title, lines=request.forms.getall("line"))


@pub.post("/menu/safe")
def safe_menu():
    text = "Today: {{line}}\n" if request.forms.get("one") else "Today:\n% for l in lines:\n{{l}}\n% end\n"
    return template(text, line=request.forms.line, lines=request.forms.getall("line"))


@pub.post("/menu/text")
def text_menu():
    response.content_type = "text/plain"
    return string.Template("Today: $line").substitute(line=request.forms.line)


# Ways on -----------------------------------------------------------------------------------------------


@pub.get("/out")
def out():
    redirect(request.query.get("to"))  # at out_to # want open-redirect via out_to


@pub.post("/login")
def login():
    target = request.forms.get("next", "/")  # at login_next
    response.set_cookie("guest", request.forms.name, secret="", httponly=True)  # want cookie-not-secure
    return redirect(target, 303)  # want open-redirect via login_next


@pub.get("/back")
def back():
    response.status = 302
    response.set_header("Location", request.get_header("Referer", "/"))  # at back_to # want open-redirect via back_to
    return ""


@pub.get("/moved")
def moved():
    return HTTPResponse(status=301, headers={"Location": request.query.to})  # at moved_to # want open-redirect via moved_to


@pub.get("/table/<name>")
def table(name):
    if name not in TABLES:
        raise HTTPError(404)
    redirect(TABLES[name])


@pub.get("/search")
def search():
    redirect("/find?q=" + quote_plus(request.query.q))


@pub.get("/here")
def here():
    target = request.query.get("to", "/")
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith(("//", "/\\")):
        redirect("/")
    redirect(target)


@pub.get("/beer/<name>")
def beer(name):
    redirect(pub.get_url("beer", name=name))


@pub.get("/profile")
def profile():
    redirect(urljoin("https://pub.example/people/", quote(request.query.name, safe="")))
