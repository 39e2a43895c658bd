"""The parlour beside the market: pages, letters, uploads, links to the world."""
import html
import json
import os
import pickle
import uuid
from pathlib import Path
from string import Template as Phrase
from typing import Annotated
from urllib.parse import quote, urlsplit

import aiofiles
import httpx
import itsdangerous
import jinja2
import joblib
import requests
import yaml
from fastapi import APIRouter, Cookie, File, Form, HTTPException, Request, Response, UploadFile, status
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup, escape
from pydantic import AnyHttpUrl, BaseModel, HttpUrl

parlour = APIRouter()
templates = Jinja2Templates(directory="templates")
pages = Environment(loader=PackageLoader("parlour"), autoescape=select_autoescape())
signer = itsdangerous.URLSafeSerializer(os.environ["PARLOUR_KEY"], salt="state")

SHELF = Path("/srv/parlour/shelf").resolve()
SOURCES = {"weather": "https://weather.example.com/today.json", "news": "https://news.example.com/top.json"}


class Hook(BaseModel):
    url: HttpUrl
    secret: str


class Letter(BaseModel):
    layout: str
    name: str


# HTML -----------------------------------------------------------------------------------------------------------


@parlour.get("/hello/{name}", response_class=HTMLResponse)
async def hello(name: str):  # at hello_name
    return f"<h1>Hello {name}</h1>"  # want reflected-xss via hello_name


@parlour.post("/hello")
async def hello_form(name: Annotated[str, Form()]):  # at form_name
    page = "<h1>Hello " + name + "</h1>"  # at form_page
    return HTMLResponse(page, status_code=201)  # want reflected-xss via form_name form_page


@parlour.get("/hello/agent")
async def hello_agent(request: Request):
    agent = request.headers.get("user-agent", "")  # at agent
    return Response(content=f"<p>{agent}</p>", media_type="text/html")  # want reflected-xss via agent


@parlour.get("/hello/{name}/escaped", response_class=HTMLResponse)
async def hello_escaped(name: str):
    return f"<h1>Hello {html.escape(name)}</h1>"


@parlour.get("/hello/{name}/markup")
async def hello_markup(name: str):
    return HTMLResponse(Markup("<h1>Hello {}</h1>").format(name))


@parlour.get("/hello/{name}/page")
async def hello_page(request: Request, name: str):
    return templates.TemplateResponse(request, "hello.html", {"name": name})


@parlour.get("/hello/{name}/rendered", response_class=HTMLResponse)
async def hello_rendered(name: str):
    return pages.get_template("hello.html").render(name=name)


@parlour.get("/hello/{name}/json")
async def hello_json(name: str):
    return f"<h1>Hello {name}</h1>"


@parlour.get("/hello/{name}/text", response_class=PlainTextResponse)
async def hello_text(name: str):
    return f"Hello {name}"


@parlour.get("/hello/{visits}/visits", response_class=HTMLResponse)
async def hello_visits(visits: int):
    return f"<h1>Hello, visitor number {visits}</h1>"


# Templates ------------------------------------------------------------------------------------------------------


@parlour.post("/letters")
async def letter(letter: Letter):  # at letter
    return PlainTextResponse(jinja2.Template(letter.layout).render(name=letter.name))  # want template-injection via letter


@parlour.post("/letters/upload")
async def letter_upload(layout: UploadFile):
    source = await layout.read()  # at layout_source
    template = pages.from_string(source.decode())  # want template-injection via layout_source
    return PlainTextResponse(template.render(name="Ann"))


@parlour.post("/letters/known")
async def known_letter(letter: Letter):
    return PlainTextResponse(jinja2.Template("Dear {{ name }}").render(name=letter.name))


@parlour.post("/letters/phrase")
async def phrase_letter(letter: Letter):
    return PlainTextResponse(Phrase(letter.layout).safe_substitute(name=letter.name))


@parlour.post("/letters/named/{name}")
async def named_letter(name: str, letter: Letter):
    layouts = {"short": "Dear {{ name }}", "long": "Dearest {{ name }}"}
    if (layout := layouts.get(name)) is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    return PlainTextResponse(pages.from_string(layout).render(letter.model_dump()))


# Other servers --------------------------------------------------------------------------------------------------


@parlour.post("/hooks")
async def hook(hook: Hook):  # at hook
    async with httpx.AsyncClient() as client:
        await client.post(str(hook.url), json={"secret": hook.secret})  # want ssrf via hook
    return {"called": True}


@parlour.get("/fetch")
def fetch(url: AnyHttpUrl):  # at fetch_url
    return requests.get(url, timeout=5).status_code  # want ssrf via fetch_url


@parlour.get("/fetch/host/{host}")
async def fetch_host(host: str, client: str = "x"):  # at fetch_host
    async with httpx.AsyncClient(base_url=f"https://{host}.example.com", timeout=3) as http:  # want ssrf via fetch_host
        return (await http.get("/")).status_code


@parlour.get("/fetch/{source}")
async def fetch_source(source: str):
    if source not in SOURCES:
        raise HTTPException(404)
    async with httpx.AsyncClient() as client:
        return (await client.get(SOURCES[source])).json()


@parlour.post("/hooks/checked")
async def checked_hook(hook: Hook):
    if hook.url.host not in {"hooks.example.com", "hooks.example.org"}:
        raise HTTPException(422, "host")
    async with httpx.AsyncClient() as client:
        await client.post(str(hook.url), json={"secret": hook.secret})
    return {"called": True}


@parlour.get("/fetch/page/{page}")
async def fetch_page(page: str):
    async with httpx.AsyncClient(base_url="https://pages.example.com") as client:
        return (await client.get(f"/v1/{quote(page, safe='')}")).json()


@parlour.get("/fetch/split")
def fetch_split(url: str):
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname != "pages.example.com":
        raise HTTPException(422, "url")
    return requests.get(url, timeout=5, allow_redirects=False).status_code


# Where to next --------------------------------------------------------------------------------------------------


@parlour.get("/go")
async def go(next: str = "/"):  # at go_next
    return RedirectResponse(next, status_code=303)  # want open-redirect via go_next


@parlour.post("/enter")
async def enter(request: Request, response: Response):
    form = await request.form()  # at enter_form
    response.headers["Location"] = form["next"]  # want open-redirect via enter_form
    response.status_code = status.HTTP_303_SEE_OTHER
    return None


@parlour.get("/go/typed", response_class=RedirectResponse)
async def go_typed(to: str):  # at go_to
    return to  # want open-redirect via go_to


@parlour.get("/go/page/{page}", response_class=RedirectResponse)
async def go_page(page: int):
    return f"/pages/{page}"


@parlour.get("/go/named")
async def go_named(request: Request, name: str):
    return RedirectResponse(request.url_for("hello_page", name=name))


@parlour.get("/go/checked")
async def go_checked(next: str = "/"):
    if not next.startswith("/") or next.startswith("//") or "\\" in next:
        next = "/"
    return RedirectResponse(next)


@parlour.get("/go/known")
async def go_known(place: str = "home"):
    places = {"home": "/", "news": "https://news.example.com/"}
    return RedirectResponse(places.get(place, "/"))


# Files ----------------------------------------------------------------------------------------------------------


@parlour.get("/shelf/{name:path}")
async def shelf(name: str):  # at shelf_name
    return FileResponse(SHELF / name)  # want path-traversal via shelf_name


@parlour.post("/shelf")
async def put_on_shelf(document: Annotated[UploadFile, File()]):
    target = SHELF / document.filename  # at shelf_target
    async with aiofiles.open(target, "wb") as handle:  # want upload-filename-trusted via shelf_target
        while chunk := await document.read(65536):
            await handle.write(chunk)
    return {"stored": target.name}


@parlour.get("/shelf/{name:path}/resolved")
async def shelf_resolved(name: str):
    path = (SHELF / name).resolve()
    if not path.is_relative_to(SHELF) or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path)


@parlour.post("/shelf/named")
async def put_on_shelf_named(documents: list[UploadFile]):
    stored = []
    for document in documents:
        target = SHELF / f"{uuid.uuid4()}{Path(document.filename or '').suffix}"
        target.write_bytes(await document.read())
        stored.append(target.name)
    return stored


@parlour.get("/shelf/{year:int}/{month:int}")
async def shelf_of_month(year: int, month: int):
    return FileResponse(f"/srv/parlour/shelf/{year}/{month:02}.pdf", filename="shelf.pdf")


@parlour.get("/shelf/stream/{key}")
async def stream_from_shelf(key: uuid.UUID):
    def chunks():
        with open(SHELF / f"{key}.bin", "rb") as handle:
            yield from iter(lambda: handle.read(65536), b"")

    return StreamingResponse(chunks(), media_type="application/octet-stream")


# State that comes back --------------------------------------------------------------------------------------------


@parlour.post("/models")
async def load_model(model: UploadFile):
    return {"classes": len(joblib.load(model.file).classes_)}  # want unsafe-deserialization via


@parlour.post("/state")
async def state(raw: Annotated[bytes, File()]):  # at raw
    return {"entries": len(pickle.loads(raw))}  # want unsafe-deserialization via raw


@parlour.post("/state/yaml")
async def state_yaml(request: Request):
    body = await request.body()  # at state_body
    return yaml.load(body, yaml.Loader)  # want unsafe-deserialization via state_body


@parlour.post("/state/json")
async def state_json(request: Request):
    return {"entries": len(json.loads(await request.body()))}


@parlour.get("/state/signed")
async def signed_state(state: Annotated[str, Cookie()]):
    try:
        entries = signer.loads(state)
    except itsdangerous.BadSignature as error:
        raise HTTPException(400) from error
    return {"entries": len(entries)}


@parlour.post("/state/safe")
async def safe_state(document: UploadFile):
    return yaml.load(await document.read(), Loader=yaml.SafeLoader)


@parlour.get("/greeting")
async def greeting(name: str = "you"):
    return HTMLResponse("<p>" + escape(name) + "</p>")
