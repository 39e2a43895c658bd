"""What visitors see, and where they are sent."""
from html import escape as html_escape
from urllib.parse import urlsplit

from jinja2 import Environment, select_autoescape
from markupsafe import escape
from quart import Blueprint, Response, abort, jsonify, make_response, redirect, render_template_string, request, url_for
from quart.views import MethodView

screens = Blueprint("screens", __name__)

CARD = "<article><h2>{{ name }}</h2><p>{{ text }}</p></article>"
pages = Environment(autoescape=select_autoescape(default=True, default_for_string=True))
card = pages.from_string(CARD)


# A station's card ---------------------------------------------------------------------------------------


@screens.get("/card")
async def show_card():
    name = request.args.get("name", "unknown")
    page = "<article><h2>" + name + "</h2></article>"
    return page  # want reflected-xss


@screens.get("/card/escaped")
async def show_card_escaped():
    name = request.args.get("name", "unknown")
    return "<article><h2>" + str(escape(name)) + "</h2></article>"


@screens.get("/card/template")
async def show_card_template():
    return card.render(name=request.args.get("name", "unknown"), text="No readings yet")


@screens.get("/card/<uuid:station>")
async def show_card_uuid(station):
    return f"<article><h2>Station {station}</h2></article>"


# Errors ------------------------------------------------------------------------------------------------


@screens.route("/lost/<path:where>")
async def lost(where):
    response = await make_response(f"<h1>There is nothing at {where}</h1>", 404)  # want reflected-xss
    return response


@screens.route("/lost-escaped/<path:where>")
async def lost_escaped(where):
    response = await make_response(f"<h1>There is nothing at {html_escape(where)}</h1>", 404)
    return response


@screens.route("/lost-json/<path:where>")
async def lost_json(where):
    response = await make_response(jsonify(missing=where), 404)
    return response


# Feedback ----------------------------------------------------------------------------------------------


class Feedback(MethodView):
    async def get(self):
        return Response("<p>Tell us what you think.</p>", content_type="text/html; charset=utf-8")

    async def post(self):
        form = await request.form
        return Response("<p>Thank you, %(name)s</p>" % form, content_type="text/html; charset=utf-8")  # want reflected-xss

    async def put(self):
        form = await request.form
        return Response("Thank you, %s" % form["name"], content_type="text/plain; charset=utf-8")

    async def patch(self):
        form = await request.form
        return {"thanks": form["name"]}


screens.add_url_rule("/feedback", view_func=Feedback.as_view("feedback"))


# For other modules ----------------------------------------------------------------------------------------


def row(station, celsius):
    return "<tr><td>" + station + "</td><td>" + str(celsius) + "</td></tr>"


def row_escaped(station, celsius):
    return "<tr><td>" + html_escape(station) + "</td><td>" + html_escape(str(celsius)) + "</td></tr>"


def row_number(number: int, celsius: float):
    return f"<tr><td>{number}</td><td>{celsius:.1f}</td></tr>"


# Banners written by the staff ---------------------------------------------------------------------------


@screens.post("/banner")
async def banner():
    body = await request.get_json()
    return await render_template_string(body["banner"], station="North")  # want template-injection


@screens.post("/banner/context")
async def banner_context():
    body = await request.get_json()
    return await render_template_string("<b>{{ banner }}</b>", banner=body["banner"])


@screens.post("/banner/named")
async def banner_named():
    body = await request.get_json()
    banners = {"storm": "<b>Storm over {{ station }}</b>", "frost": "<b>Frost at {{ station }}</b>"}
    if body["banner"] not in banners:
        abort(404)
    return await render_template_string(banners[body["banner"]], station="North")


# Redirects ---------------------------------------------------------------------------------------------


@screens.post("/leave")
async def leave():
    form = await request.form
    return redirect(form.get("back", "/"))  # want open-redirect


@screens.post("/leave/checked")
async def leave_checked():
    form = await request.form
    back = form.get("back", "/")
    if any(character in back for character in "\\\r\n\t") or not back.startswith("/") or back.startswith("//"):
        back = "/"
    return redirect(back)


@screens.post("/leave/allowed")
async def leave_allowed():
    form = await request.form
    back = form.get("back", "")
    parts = urlsplit(back)
    if parts.scheme == "https" and parts.netloc in {"stations.example.com", "www.example.com"}:
        return redirect(back)
    return redirect(url_for("screens.show_card"))


@screens.post("/leave/station")
async def leave_station():
    form = await request.form
    return redirect(f"/stations/{form['station']}")
