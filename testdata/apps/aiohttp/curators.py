"""What curators see: pages, templates, ways on. A route table with decorators."""
import html
from string import Template as Text
from urllib.parse import quote, urlsplit

import aiohttp_jinja2
import jinja2
from aiohttp import web
from mako.template import Template
from markupsafe import Markup, escape

curators = web.RouteTableDef()
pages = jinja2.Environment(loader=jinja2.FileSystemLoader("templates"), autoescape=True)
LANGUAGES = {"de": "Willkommen, $name", "en": "Welcome, $name"}
DESKS = {"loans": "/desk/loans", "press": "https://press.museum.example/desk"}

# HTML --------------------------------------------------------------------------------------------------


@curators.get("/welcome")
async def welcome(request):
    name = request.query["name"]  # at guest
    return web.Response(text=f"<h1>Welcome, {name}</h1>", content_type="text/html")  # want reflected-xss via guest


@curators.get("/welcome/body")
async def welcome_body(request):
    cookie = request.cookies.get("guest", "guest")  # at guest_cookie
    body = "<p>Back again, {}?</p>".format(cookie)  # at guest_body
    return web.Response(body=body.encode("utf-8"), headers={"Content-Type": "text/html; charset=utf-8"})  # want reflected-xss via guest_cookie guest_body


@curators.get("/welcome/streamed")
async def welcome_streamed(request):
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    await response.write(b"<ul>")
    for name in request.query.getall("name", []):
        await response.write(f"<li>{html.escape(name)}</li>".encode())
    await response.write_eof(b"</ul>")
    return response


@curators.get("/welcome/escaped")
async def welcome_escaped(request):
    return web.Response(text="<h1>Welcome, " + html.escape(request.query.get("name", "")) + "</h1>", content_type="text/html")


@curators.get("/welcome/markup")
async def welcome_markup(request: web.Request):
    page = Markup("<h1>Welcome, %s</h1>") % request.query.get("name", "guest")
    return web.Response(text=str(page), content_type="text/html")


@curators.get("/welcome/plain")
async def welcome_plain(request):
    return web.Response(text="Welcome, " + request.query.get("name", "guest"))


@curators.get("/welcome/template")
@aiohttp_jinja2.template("welcome.html")
async def welcome_template(request):
    return {"name": request.query.get("name")}


@curators.get("/welcome/language")
async def welcome_language(request):
    text = LANGUAGES.get(request.query.get("lang"), LANGUAGES["en"])
    return web.Response(text=Text(text).substitute(name=escape(request.query.get("name", ""))), content_type="text/html")


@curators.get(r"/visits/{count:\d+}")
async def visits(request):
    return web.Response(text=f"<b>{request.match_info['count']}</b>", content_type="text/html")


# Templates ---------------------------------------------------------------------------------------------


@curators.post("/letters/preview")
async def preview_letter(request):
    form = await request.post()  # at letter_form
    letter = jinja2.Template(form["letter"])  # want template-injection via letter_form
    return web.Response(text=letter.render(guest="Ada"))


@curators.view("/invitations")
class Invitations(web.View):
    async def post(self):
        source = await self.request.text()  # at invitation
        text = "<%inherit file='mail.mako'/>\n" + source  # at invitation_text
        return web.Response(text=Template(text).render())  # want template-injection via invitation invitation_text

    async def put(self):
        subject = (await self.request.json())["subject"]
        return web.Response(text=Template("Invitation: ${subject}").render(subject=subject))


@curators.post("/letters/known")
async def known_letter(request):
    data = await request.post()
    if data["kind"] == "loan":
        template = pages.get_template("letters/loan.html")
    else:
        template = pages.get_template("letters/thanks.html")
    return web.Response(text=template.render(to=data["to"]), content_type="text/html")


@curators.post("/letters/greeting")
async def greeting(request):
    data = await request.post()
    text = pages.from_string("Dear {{ name }}, {{ text }}").render(name=data["name"], text=data["text"])
    return web.Response(text=text, content_type="text/html")


@curators.post("/letters/rendered")
async def rendered(request):
    context = {"name": (await request.json()).get("name")}
    return await aiohttp_jinja2.render_template_async("letter.html", request, context)


# Ways on -----------------------------------------------------------------------------------------------


@curators.get("/leave")
async def leave(request):
    raise web.HTTPFound(request.query["to"])  # at leave_to # want open-redirect via leave_to


@curators.post("/login")
async def login(request):
    data = await request.post()  # at login_form
    target = data.get("next") or "/"  # at login_next
    response = web.HTTPSeeOther(location=target)  # want open-redirect via login_form login_next
    response.set_cookie("sid", "fresh", httponly=True, secure=True, samesite="Lax")
    return response


@curators.get("/referred")
async def referred(request):
    response = web.Response(status=302)
    response.headers["Location"] = request.headers.get("Referer", "/")  # at referred_to # want open-redirect via referred_to
    return response


@curators.get("/desk/{name}")
async def desk(request):
    try:
        raise web.HTTPFound(DESKS[request.match_info["name"]])
    except KeyError:
        raise web.HTTPNotFound


@curators.get("/switch")
async def switch(request):
    # an address of this site stays on it
    raise web.HTTPFound(request.path + "?lang=" + quote(request.query.get("lang", "en"), safe=""))


@curators.get("/back")
async def back(request):
    target = request.query.get("to", "/")
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//") or "\\" in target:
        target = "/"
    raise web.HTTPFound(target)


@curators.get("/named")
async def named(request):
    url = request.app.router["object"].url_for(name=request.query["name"])
    return web.HTTPFound(location=url)
