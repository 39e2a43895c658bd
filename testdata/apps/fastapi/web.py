"""The few pages that the depot shows to people."""
import html
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from jinja2 import Environment, Template
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

router = APIRouter(prefix="/web")
pages = Environment(autoescape=True)
LABEL = pages.from_string("<p class=label>{{ part }}</p>")
HOSTS = {"depot.example.com", "parts.example.com"}


# Labels --------------------------------------------------------------------------------------------------


@router.get("/label")
def label(part: str):
    return HTMLResponse(f"<p>{part}</p>")  # want reflected-xss


@router.get("/label/escaped")
def label_escaped(part: str):
    return HTMLResponse(f"<p>{html.escape(part)}</p>")


@router.get("/label/template")
def label_template(part: str):
    return HTMLResponse(LABEL.render(part=part))


@router.get("/label/count", response_class=HTMLResponse)
def label_count(count: int):
    return f"<p>{count} labels</p>"


# A returned string is JSON here, unless the route says otherwise --------------------------------------------


@router.get("/search", response_class=HTMLResponse)
async def search(q: Annotated[str, Query(max_length=80)] = ""):
    return "<h1>Results for " + q + "</h1>"  # want reflected-xss


@router.get("/search/json")
async def search_json(q: Annotated[str, Query(max_length=80)] = ""):
    return "Results for " + q


@router.get("/search/text", response_class=PlainTextResponse)
async def search_text(q: Annotated[str, Query(max_length=80)] = ""):
    return "Results for " + q


@router.get("/search/markup", response_class=HTMLResponse)
async def search_markup(q: Annotated[str, Query(max_length=80)] = ""):
    return Markup("<h1>Results for %s</h1>") % q


# Thanks --------------------------------------------------------------------------------------------------


@router.post("/thanks")
async def thanks(request: Request):
    form = await request.form()
    page = "<p>Thanks, {}!</p>".format(form["name"])
    return Response(content=page, media_type="text/html")  # want reflected-xss


@router.post("/thanks/json")
async def thanks_json(request: Request):
    form = await request.form()
    return JSONResponse({"thanks": form["name"]})


@router.post("/thanks/plain")
async def thanks_plain(request: Request):
    form = await request.form()
    return Response(content="Thanks, {}!".format(form["name"]), media_type="text/plain")


# For the nightly letter -----------------------------------------------------------------------------------


def line(part, stock):
    return "<li>{}: {}</li>".format(part, stock)


def line_escaped(part, stock: int):
    return "<li>{}: {}</li>".format(html.escape(part), stock)


def line_markup(part, stock):
    return Markup("<li>{}: {}</li>").format(part, stock)


# Notices --------------------------------------------------------------------------------------------------


@router.post("/notice")
def notice(text: Annotated[str, Form()]):
    rendered = Template(text).render(depot="North")  # want template-injection
    return {"preview": rendered}


@router.post("/notice/environment")
def notice_environment(text: Annotated[str, Form()]):
    return {"preview": pages.from_string("<b>" + text + "</b>").render()}  # want template-injection


@router.post("/notice/context")
def notice_context(text: Annotated[str, Form()]):
    return {"preview": pages.from_string("<b>{{ text }}</b>").render(text=text)}


@router.post("/notice/named")
def notice_named(name: Annotated[str, Form()]):
    notices = {"closed": "The depot {{ depot }} is closed.", "moved": "The depot {{ depot }} has moved."}
    template = SandboxedEnvironment(autoescape=True).from_string(notices.get(name, "{{ depot }}"))
    return {"preview": template.render(depot="North")}


# Where to go next -------------------------------------------------------------------------------------------


@router.get("/go")
def go(next: str = "/"):
    return RedirectResponse(next)  # want open-redirect


@router.get("/go/url")
async def go_url(request: Request):
    return RedirectResponse(url=request.query_params["to"], status_code=303)  # want open-redirect


@router.get("/go/checked")
def go_checked(next: str = "/"):
    parts = urlsplit(next)
    if "\\" in next or "@" in parts.netloc or parts.scheme != "https" or parts.hostname not in HOSTS:
        return RedirectResponse("/", status_code=303)
    return RedirectResponse(next, status_code=303)


@router.get("/go/part/{number}")
def go_part(number: str):
    return RedirectResponse(f"/parts/number/{number}", status_code=303)


@router.get("/go/back")
def go_back(request: Request, page: int = 1):
    return RedirectResponse(request.url_for("sorted_parts").include_query_params(page=page), status_code=303)
