"""The visitors' centre: pages, letters, downloads and what visitors send."""
import ast
import html
import json
import pickle
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import httpx
import yaml
from itsdangerous import URLSafeSerializer
from jinja2 import Environment, Template as Layout
from litestar import MediaType, Request, Response, get, post, route
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import HTTPException, NotFoundException, ValidationException
from litestar.params import Body, Parameter
from litestar.response import File, Redirect, Stream, Template
from markupsafe import escape
from pydantic import BaseModel, HttpUrl

PICTURES = Path("/srv/sky/pictures")
FEEDS = {"sun": "https://sun.example.com/feed", "moon": "https://moon.example.com/feed"}

environment = Environment(autoescape=True)

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
Upload = Annotated[UploadFile, Body(media_type=RequestEncodingType.MULTI_PART)]


class Visit(BaseModel):
    name: str
    callback: HttpUrl
    count: int = 1


# HTML ---------------------------------------------------------------------------------------------------------


@get("/hello", media_type=MediaType.HTML)
async def hello(name: str) -> str:  # at hello_name
    return f"<h1>Welcome, {name}</h1>"  # want reflected-xss via hello_name


@post("/hello")
async def hello_form(data: Form) -> Response[str]:  # at hello_form
    page = "<h1>Welcome, " + data["name"] + "</h1>"  # at hello_page
    return Response(page, media_type=MediaType.HTML)  # want reflected-xss via hello_form hello_page


@get("/hello/agent", media_type="text/html")
async def hello_agent(request: Request) -> str:
    agent = request.headers.get("user-agent", "")  # at agent
    return "<p>%s</p>" % agent  # want reflected-xss via agent


@get("/hello/escaped", media_type=MediaType.HTML)
async def hello_escaped(name: str) -> str:
    return f"<h1>Welcome, {html.escape(name)}</h1>"


@get("/hello/template")
async def hello_template(name: str) -> Template:
    return Template("hello.html", context={"name": name})


@get("/hello/text", media_type=MediaType.TEXT)
async def hello_text(name: str) -> str:
    return f"Welcome, {name}"


@get("/hello/json")
async def hello_json(name: str) -> dict[str, str]:
    return {"html": f"<h1>Welcome, {name}</h1>"}


@get("/hello/count", media_type=MediaType.HTML)
async def hello_count(count: int = 1) -> str:
    return f"<h1>Welcome, {count} times</h1>"


# Templates ----------------------------------------------------------------------------------------------------


@post("/letters")
async def letter(data: dict[str, str]) -> str:  # at letter_data
    return Layout(data["layout"]).render(name="Ann")  # want template-injection via letter_data


@post("/letters/inline")
async def letter_inline(data: Form) -> Template:  # at inline_data
    return Template(template_str=data["layout"], context={"name": "Ann"})  # want template-injection via inline_data


@post("/letters/context")
async def letter_context(data: dict[str, str]) -> Template:
    return Template(template_str="Dear {{ name }}, {{ text }}", context={"name": "Ann", "text": data["text"]})


@post("/letters/rendered")
async def letter_rendered(data: Form) -> str:
    return environment.from_string("Dear {{ name }}").render(name=data["name"])


@post("/letters/{kind:str}")
async def letter_of_kind(kind: str, data: Form) -> str:
    kinds = {"short": "Dear {{ name }}", "long": "Dearest {{ name }}"}
    if kind not in kinds:
        raise NotFoundException
    return environment.from_string(kinds[kind]).render(**data)


# Code ---------------------------------------------------------------------------------------------------------


@get("/phase")
async def phase(formula: str) -> float:  # at phase_formula
    return eval(formula, {"day": 12})  # want code-injection via phase_formula


@get("/phase/literal")
async def phase_literal(days: str) -> int:
    try:
        return sum(ast.literal_eval(days))
    except (ValueError, SyntaxError) as error:
        raise ValidationException("days") from error


@get("/phase/rule")
async def phase_by_rule(rule: Annotated[str, Parameter(query="rule")]) -> float:
    rules = {"new": "day % 29.5", "full": "(day + 14) % 29.5"}
    return eval(rules.get(rule, rules["new"]), {"day": 12})


@get("/phase/number")
async def phase_of_number(day: int) -> float:
    return eval(f"{day} % 29.5")


# Other servers ------------------------------------------------------------------------------------------------


@post("/visits")
async def visit(data: Visit) -> int:  # at visit_data
    async with httpx.AsyncClient() as client:
        return (await client.post(str(data.callback), json={"name": data.name})).status_code  # want ssrf via visit_data


@get("/feeds/{name:str}")
async def feed(name: str) -> dict:
    url = FEEDS.get(name)
    if url is None:
        raise NotFoundException
    async with httpx.AsyncClient() as client:
        return (await client.get(url)).json()


@post("/visits/checked")
async def visit_checked(data: Visit) -> int:
    if data.callback.host not in {"hooks.example.com"}:
        raise HTTPException("host", status_code=400)
    async with httpx.AsyncClient() as client:
        return (await client.post(str(data.callback), json={"name": data.name})).status_code


@get("/stars/{name:str}/article")
async def article(name: str) -> str:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"https://wiki.example.com/{quote(name, safe='')}")).text


# Where to next ------------------------------------------------------------------------------------------------


@get("/go")
async def go(to: str = "/") -> Redirect:  # at go_to
    return Redirect(path=to)  # want open-redirect via go_to


@post("/enter")
async def enter(request: Request) -> Redirect:
    form = await request.form()  # at enter_form
    return Redirect(form["next"])  # want open-redirect via enter_form


@get("/go/{place:str}")
async def go_place(place: str) -> Redirect:
    places = {"home": "/", "sun": "https://sun.example.com"}
    return Redirect(places.get(place, "/"))


@get("/go/star/{number:int}")
async def go_star(number: int) -> Redirect:
    return Redirect(f"/stars/{number}")


@get("/go/checked")
async def go_checked(to: str = "/") -> Redirect:
    if not to.startswith("/") or to.startswith("//") or "\\" in to:
        raise ValidationException("to")
    return Redirect(to)


@get("/go/reversed")
async def go_reversed(request: Request, name: str) -> Redirect:
    return Redirect(request.app.route_reverse("article", name=name))


# Files --------------------------------------------------------------------------------------------------------


@get("/pictures/{name:path}")
async def picture(name: str) -> File:  # at picture_name
    return File(path=f"/srv/sky/pictures/{name}", filename="picture.jpg")  # want path-traversal via picture_name


@post("/pictures")
async def put_picture(data: Upload) -> int:
    content = await data.read()
    return (PICTURES / data.filename).write_bytes(content)  # want upload-filename-trusted via


@get("/pictures/resolved/{name:path}")
async def picture_resolved(name: Path) -> File:
    path = (PICTURES / str(name).lstrip("/")).resolve()
    if not path.is_relative_to(PICTURES):
        raise NotFoundException
    return File(path)


@post("/pictures/counted")
async def put_picture_counted(data: Upload) -> int:
    number = len(list(PICTURES.iterdir()))
    return (PICTURES / f"{number:06}.jpg").write_bytes(await data.read())


@get("/pictures/{year:int}/{number:int}")
async def picture_of_year(year: int, number: int) -> Stream:
    def chunks():
        with open(f"/srv/sky/pictures/{year}/{number}.jpg", "rb") as handle:
            yield handle.read()

    return Stream(chunks())


# State that comes back ----------------------------------------------------------------------------------------


@post("/state")
async def restore(request: Request) -> int:
    return len(pickle.loads(await request.body()))  # want unsafe-deserialization via


@post("/state/upload")
async def restore_upload(data: Upload) -> int:
    document = await data.read()  # at state_document
    return len(yaml.unsafe_load(document))  # want unsafe-deserialization via state_document


@post("/state/json")
async def restore_json(request: Request) -> int:
    return len(json.loads(await request.body()))


@post("/state/signed")
async def restore_signed(request: Request, state: Annotated[str, Parameter(cookie="state")]) -> int:
    return len(URLSafeSerializer(request.app.state.key).loads(state))


@post("/state/safe")
async def restore_safe(data: Upload) -> int:
    return len(yaml.safe_load(await data.read()))


@route("/greeting", http_method=["GET", "POST"], media_type=MediaType.HTML)
async def greeting(request: Request) -> str:
    return str(escape(request.query_params.get("name", "")))
