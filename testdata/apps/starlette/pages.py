"""Pages of the club, previews of its newsletter, and redirects."""
import html
from string import Template as TextTemplate
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, Template
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

environment = Environment(autoescape=True)
PLANT = environment.from_string("<h1>{{ name }}</h1><p>{{ text }}</p>")
NEWSLETTER = TextTemplate("Dear $name,\nthe garden is open.\n")


# A plant's page ----------------------------------------------------------------------------------------------


async def plant(request: Request) -> Response:
    name = request.path_params["name"]
    return HTMLResponse("<h1>%s</h1>" % name)  # want reflected-xss


async def plant_escaped(request: Request) -> Response:
    name = html.escape(request.path_params["name"])
    return HTMLResponse("<h1>%s</h1>" % name)


async def plant_template(request: Request) -> Response:
    return HTMLResponse(PLANT.render(name=request.path_params["name"], text="Flowers in May."))


async def plant_number(request: Request) -> Response:
    return HTMLResponse(f"<h1>Plant {int(request.path_params['name'])}</h1>")


# Search ------------------------------------------------------------------------------------------------------


class Search(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        words = request.query_params.get("q", "").split()
        items = ""
        for word in words:
            items += "<li>" + word + "</li>"
        return Response("<ul>" + items + "</ul>", media_type="text/html")  # want reflected-xss

    async def post(self, request: Request) -> Response:
        words = request.query_params.get("q", "").split()
        items = ""
        for word in words:
            items += "<li>" + html.escape(word) + "</li>"
        return Response("<ul>" + items + "</ul>", media_type="text/html")

    async def put(self, request: Request) -> Response:
        return PlainTextResponse("You searched for " + request.query_params.get("q", ""))

    async def patch(self, request: Request) -> Response:
        return JSONResponse({"q": request.query_params.get("q", "")})


async def not_found(request: Request, error: Exception) -> Response:
    return HTMLResponse(content=f"<p>No page at {request.query_params.get('from', '')}</p>", status_code=404)  # want reflected-xss


async def not_found_plain(request: Request, error: Exception) -> Response:
    return HTMLResponse(content="<p>There is no such page.</p>", status_code=404)


# For the printed programme ------------------------------------------------------------------------------------


def heading(title: str) -> str:
    return f"<h2 class='programme'>{title}</h2>"


def heading_escaped(title: str) -> str:
    return f"<h2 class='programme'>{html.escape(title)}</h2>"


def heading_number(day: int) -> str:
    return f"<h2 class='programme'>Day {day}</h2>"


# The newsletter ----------------------------------------------------------------------------------------------


async def preview(request: Request) -> Response:
    form = await request.form()
    template = Template(form["newsletter"])  # want template-injection
    return PlainTextResponse(template.render(name="member"))


async def preview_context(request: Request) -> Response:
    form = await request.form()
    template = Template("Dear {{ name }}, {{ newsletter }}")
    return PlainTextResponse(template.render(name="member", newsletter=form["newsletter"]))


async def preview_text(request: Request) -> Response:
    form = await request.form()
    return PlainTextResponse(NEWSLETTER.substitute(name=form["name"]))


# Redirects ---------------------------------------------------------------------------------------------------


async def login(request: Request) -> Response:
    form = await request.form()
    return RedirectResponse(form.get("next") or "/", status_code=303)  # want open-redirect


async def logout(request: Request) -> Response:
    return RedirectResponse(url=request.query_params.get("return_to", "/"))  # want open-redirect


def local_path(target: str) -> str:
    if "\\" in target or any(ord(character) < 33 for character in target):
        return "/"
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//"):
        return "/"
    return target


async def login_local(request: Request) -> Response:
    form = await request.form()
    return RedirectResponse(local_path(form.get("next", "/")), status_code=303)


async def login_search(request: Request) -> Response:
    form = await request.form()
    return RedirectResponse("/pages/search?" + urlencode({"q": form.get("q", "")}), status_code=303)


async def login_choice(request: Request) -> Response:
    form = await request.form()
    target = form.get("next")
    if target in ("/gardens", "/members"):
        return RedirectResponse(target, status_code=303)
    return RedirectResponse("/", status_code=303)


async def leave(request: Request) -> Response:
    return Response(status_code=302, headers={"Location": request.query_params["to"]})  # want open-redirect


async def leave_home(request: Request) -> Response:
    return Response(status_code=302, headers={"Location": "/"})


routes = [
    Route("/plant/{name}", plant),
    Route("/plant/{name}/escaped", plant_escaped),
    Route("/plant/{name}/template", plant_template),
    Route("/plant/{name:int}/number", plant_number),
    Route("/search", Search),
    Route("/preview", preview, methods=["POST"]),
    Route("/preview/context", preview_context, methods=["POST"]),
    Route("/preview/text", preview_text, methods=["POST"]),
    Route("/login", login, methods=["POST"]),
    Route("/login/local", login_local, methods=["POST"]),
    Route("/login/search", login_search, methods=["POST"]),
    Route("/login/choice", login_choice, methods=["POST"]),
    Route("/logout", logout),
    Route("/leave", leave),
    Route("/leave/home", leave_home),
]

exception_handlers = {404: not_found, 410: not_found_plain}
