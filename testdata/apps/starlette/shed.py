"""The garden shed: labels, notes, tools on the shelf, letters to neighbours."""
import ast
import html
import itertools
import json
import marshal
import operator
import pickle
import tomllib
from pathlib import Path
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

import anyio
import httpx
import yaml
from itsdangerous import BadSignature, TimestampSigner
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape
from starlette.authentication import AuthCredentials, AuthenticationBackend, SimpleUser
from starlette.config import Config
from starlette.datastructures import URL, FormData, UploadFile
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

config = Config(".env")
signer = TimestampSigner(config("SHED_KEY"))
layouts = Environment(loader=FileSystemLoader("layouts"), autoescape=True)

SHELF = Path("/srv/shed")
NEIGHBOURS = {"ann": "https://ann.example.com/inbox", "bob": "https://bob.example.com/inbox"}
OPERATORS = {"plus": operator.add, "times": operator.mul}


# HTML -------------------------------------------------------------------------------------------------------


async def label(request):
    name = request.path_params["name"]  # at label_name
    return HTMLResponse(f"<p class='label'>{name}</p>")  # want reflected-xss via label_name


async def labels(request: Request):
    async with request.form() as form:  # at labels_form
        cells = "".join("<td>%s</td>" % value for value in form.values())  # at labels_cells
    return Response("<table><tr>" + cells + "</tr></table>", media_type="text/html")  # want reflected-xss via labels_form labels_cells


async def missing(request: Request, exc: HTTPException):
    return HTMLResponse(f"<h1>{exc.status_code}</h1><p>{request.url.path}</p>", status_code=404)  # want reflected-xss via


async def missing_escaped(request: Request, exc: HTTPException):
    return HTMLResponse(f"<h1>{exc.status_code}</h1><p>{escape(request.url.path)}</p>", status_code=404)


async def label_escaped(request):
    return HTMLResponse("<p class='label'>{}</p>".format(html.escape(request.path_params["name"])))


async def label_rendered(request):
    template = layouts.get_template("label.html")
    return HTMLResponse(await template.render_async(name=request.path_params["name"]))


async def label_number(request):
    return HTMLResponse("<p class='label'>%d</p>" % int(request.query_params["number"]))


async def label_markup(request):
    names = Markup(", ").join(request.query_params.getlist("name"))
    return HTMLResponse(Markup("<p>%s</p>") % names)


async def label_text(request):
    return Response(request.query_params["name"], media_type="text/plain")


# Templates --------------------------------------------------------------------------------------------------


class Notes(HTTPEndpoint):
    async def post(self, request):
        body = (await request.body()).decode()  # at note_body
        template = layouts.from_string(body)  # want template-injection via note_body
        return PlainTextResponse(template.render(plant="pea"))

    async def put(self, request):
        note = layouts.from_string("{{ plant }}: {{ text }}")
        return HTMLResponse(note.render(plant="pea", text=(await request.body()).decode()))

    async def patch(self, request):
        texts = {"dry": "Water the {{ plant }}", "wet": "Drain the {{ plant }}"}
        kind = request.query_params.get("kind", "dry")
        if kind not in texts:
            raise HTTPException(400)
        return PlainTextResponse(layouts.from_string(texts[kind]).render(plant=request.query_params["plant"]))

    async def get(self, request):
        text = request.query_params["text"]
        return PlainTextResponse("{plant}: ".format(plant="pea") + text)


# Code -------------------------------------------------------------------------------------------------------


async def area(request):
    raw = parse_qs(request.url.query)  # at area_query
    formula = raw["formula"][0]  # at area_formula
    return JSONResponse({"area": eval(formula)})  # want code-injection via area_query area_formula


async def area_of_numbers(request):
    how = OPERATORS.get(request.query_params.get("how"), operator.mul)
    sides = [float(side) for side in request.query_params.getlist("side")]
    return JSONResponse({"area": list(itertools.accumulate(sides, how))[-1]})


async def area_of_literal(request):
    try:
        width, height = ast.literal_eval(request.query_params["sides"])
    except (ValueError, SyntaxError, TypeError) as error:
        raise HTTPException(400) from error
    return JSONResponse({"area": width * height})


async def area_of_shape(request):
    shapes = {"square": "a * a", "circle": "3.14159 * a * a"}
    shape = shapes[request.path_params["shape"]]
    return JSONResponse({"area": eval(shape, {"__builtins__": {}}, {"a": float(request.query_params["a"])})})


# Other servers ----------------------------------------------------------------------------------------------


async def write_to(request):
    data = await request.json()  # at letter_data
    async with httpx.AsyncClient() as client:
        response = await client.request("POST", data["inbox"], json={"text": data["text"]})  # want ssrf via letter_data
    return JSONResponse({"status": response.status_code})


async def write_to_neighbour(request):
    inbox = NEIGHBOURS.get(request.path_params["neighbour"])
    if inbox is None:
        raise HTTPException(404)
    async with httpx.AsyncClient() as client:
        response = await client.post(inbox, content=await request.body())
    return JSONResponse({"status": response.status_code})


async def write_to_checked(request):
    data = await request.json()
    url = data["inbox"]
    inbox = urlsplit(url)
    if inbox.scheme != "https" or inbox.netloc not in ("ann.example.com", "bob.example.com"):
        raise HTTPException(400)
    async with httpx.AsyncClient() as client:
        await client.post(url, json={"text": data["text"]})
    return Response(status_code=202)


async def proxy(request):
    upstream = httpx.URL("https://seeds.example.com").copy_with(query=request.url.query.encode())
    async with httpx.AsyncClient() as client:
        answer = await client.get(upstream)
    return StreamingResponse(answer.aiter_bytes(), media_type="application/octet-stream")


async def search_elsewhere(request):
    url = "https://seeds.example.com/search?" + urlencode({"q": request.query_params["q"]})
    async with httpx.AsyncClient() as client:
        return JSONResponse((await client.get(url)).json())


# Where to next ----------------------------------------------------------------------------------------------


async def enter(request):
    form = await request.form()  # at enter_form
    return RedirectResponse(url=form.get("next", "/"), status_code=303)  # want open-redirect via enter_form


async def leave(request):
    response = Response(status_code=302)
    response.headers["location"] = request.query_params["to"]  # want open-redirect via
    return response


async def enter_home(request):
    return RedirectResponse(request.url_for("home") if request.user.is_authenticated else "/login")


async def enter_checked(request):
    target = request.query_params.get("next", "/")
    url = URL(target)
    if url.netloc or url.scheme or not target.startswith("/") or target.startswith(("//", "/\\")):
        target = "/"
    return RedirectResponse(target)


async def enter_with_slash(request):
    return RedirectResponse(request.url.replace(path=request.url.path + "/"))


async def enter_search(request):
    return RedirectResponse(f"/search?q={quote_plus(request.query_params['q'])}")


# Files ------------------------------------------------------------------------------------------------------


async def tool(request):
    path = SHELF / request.path_params["path"]  # at tool_path
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path)  # want path-traversal via tool_path


async def put_tool(request):
    form: FormData = await request.form()
    upload: UploadFile = form["tool"]
    async with await anyio.open_file(f"/srv/shed/{upload.filename}", "wb") as handle:  # want upload-filename-trusted via
        await handle.write(await upload.read())
    return Response(status_code=201)


async def tool_resolved(request):
    path = SHELF.joinpath(request.path_params["path"]).resolve(strict=True)
    if not path.is_relative_to(SHELF):
        raise HTTPException(404)
    return FileResponse(path)


async def tool_of_day(request):
    return FileResponse(SHELF / "days" / f"{request.path_params['day']}.txt")


async def tool_named(request):
    name = Path(request.path_params["path"]).name
    found = next((entry for entry in SHELF.iterdir() if entry.name == name), None)
    if found is None:
        raise HTTPException(404)
    return FileResponse(found)


# State that comes back --------------------------------------------------------------------------------------


class CookieBackend(AuthenticationBackend):
    async def authenticate(self, conn):
        if "shed" not in conn.cookies:
            return None
        user = pickle.loads(bytes.fromhex(conn.cookies["shed"]))  # want unsafe-deserialization via
        return AuthCredentials(["authenticated"]), user


class SignedBackend(AuthenticationBackend):
    async def authenticate(self, conn):
        try:
            name = signer.unsign(conn.cookies["shed"], max_age=86400).decode()
        except (KeyError, BadSignature):
            return None
        return AuthCredentials(["authenticated"]), SimpleUser(name)


async def restore(request):
    chunks = [chunk async for chunk in request.stream()]  # at chunks
    return JSONResponse({"tools": len(marshal.loads(b"".join(chunks)))})  # want unsafe-deserialization via chunks


async def restore_yaml(request):
    form = await request.form()
    document = await form["document"].read()
    return JSONResponse(yaml.safe_load(document))


async def restore_toml(request):
    return JSONResponse(tomllib.loads((await request.body()).decode()))


async def restore_json(request):
    return JSONResponse({"tools": len(json.loads(await request.body()))})


routes = [
    Route("/labels/{name}", label),
    Route("/labels", labels, methods=["POST"]),
    Route("/labels/{name}/escaped", label_escaped),
    Route("/labels/{name}/rendered", label_rendered),
    Route("/notes", Notes),
    Route("/tools/{path:path}", tool),
    Route("/tools/day/{day:int}", tool_of_day),
    Route("/tools/resolved/{path:path}", tool_resolved),
    Mount("/static", StaticFiles(directory="static")),
]
