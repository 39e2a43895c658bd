"""A workshop's tools: endpoint classes, middleware, sockets and files, with a check at every door."""
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import anyio
import databases
import httpx
from jinja2 import Environment, PackageLoader, select_autoescape
from pydantic import BaseModel, Field, ValidationError
from starlette.applications import Starlette
from starlette.authentication import AuthCredentials, AuthenticationBackend, SimpleUser, requires
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.config import Config
from starlette.endpoints import HTTPEndpoint, WebSocketEndpoint
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute

config = Config(".env")
db = databases.Database(config("WORKSHOP_DB", default="sqlite:///workshop.db"))
pages = Environment(loader=PackageLoader("workshop"), autoescape=select_autoescape())

MANUALS = Path(config("WORKSHOP_MANUALS", default="/srv/workshop/manuals")).resolve()
SORTS = {"name": "name", "bought": "bought_on DESC"}
TOOL_CODE = re.compile(r"[a-z]{2}-[0-9]{1,6}")


class Loan(BaseModel):
    tool: int = Field(gt=0)
    days: int = Field(ge=1, le=14)
    purpose: str = Field(max_length=200)


@dataclass(frozen=True)
class Machine:
    name: str
    program: str


MACHINES = {"lathe": Machine("lathe", "/usr/local/bin/lathe"), "saw": Machine("saw", "/usr/local/bin/saw")}


class Cards(AuthenticationBackend):
    async def authenticate(self, conn):
        card = conn.headers.get("x-card", "")
        row = await db.fetch_one("SELECT name FROM members WHERE card = :card", {"card": card})
        if row is None:
            return None
        return AuthCredentials(["member"]), SimpleUser(row["name"])


class NoSniff(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


class Tools(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        order = SORTS.get(request.query_params.get("sort", "name"))
        if order is None:
            raise HTTPException(400, "sort")
        words = request.query_params.get("q", "")
        rows = await db.fetch_all(
            f"SELECT id, name FROM tools WHERE name LIKE :words ORDER BY {order} LIMIT 100", {"words": f"%{words}%"}
        )
        return JSONResponse([dict(row) for row in rows])

    @requires("member")
    async def post(self, request: Request) -> Response:
        try:
            loan = Loan.model_validate(await request.json())
        except (ValidationError, json.JSONDecodeError):
            return JSONResponse({"error": "loan"}, status_code=422)
        await db.execute(
            f"INSERT INTO loans (tool, until, member, purpose) VALUES ({loan.tool}, date('now', '+{loan.days} days'), :member, :purpose)",
            {"member": request.user.display_name, "purpose": loan.purpose},
        )
        task = BackgroundTask(print_slip, loan.tool, loan.purpose)
        return JSONResponse({"lent": loan.tool}, status_code=201, background=task)


def print_slip(tool: int, purpose: str) -> None:
    subprocess.run(["lp", "-t", f"Tool {tool}", "-"], input=purpose.encode(), check=True, timeout=30)


async def tool(request: Request) -> Response:
    row = await db.fetch_one("SELECT name, note FROM tools WHERE id = :id", {"id": request.path_params["id"]})
    if row is None:
        raise HTTPException(404)
    template = pages.get_template("tool.html")
    return HTMLResponse(template.render(name=row["name"], note=row["note"]))


async def tool_by_code(request: Request) -> Response:
    code = request.path_params["code"]
    if not TOOL_CODE.fullmatch(code):
        raise HTTPException(404)
    row = await db.fetch_one(f"SELECT id FROM tools WHERE code = '{code}'")
    return RedirectResponse(request.url_for("tool", id=row["id"]) if row else "/tools")


async def manual(request: Request) -> Response:
    path = (MANUALS / request.path_params["name"]).resolve()
    if not path.is_relative_to(MANUALS) or path.suffix != ".pdf":
        raise HTTPException(404)
    return FileResponse(path, filename=path.name)


@requires("member")
async def put_manual(request: Request) -> Response:
    async with request.form(max_files=1) as form:
        upload = form["manual"]
        content = await upload.read()
    if not content.startswith(b"%PDF-"):
        raise HTTPException(415)
    number = int(request.path_params["id"])
    async with await anyio.open_file(MANUALS / f"tool-{number}.pdf", "wb") as handle:
        await handle.write(content)
    return PlainTextResponse("stored", status_code=201)


@requires("member", redirect="login")
async def run_machine(request: Request) -> Response:
    machine = MACHINES.get(request.path_params["machine"])
    if machine is None:
        raise HTTPException(404)
    speed = float((await request.json())["speed"])
    done = await run_in_threadpool(subprocess.run, [machine.program, "--speed", f"{speed:.1f}"], check=False, timeout=60)
    return JSONResponse({"code": done.returncode})


async def spare_part(request: Request) -> Response:
    part = quote(request.query_params["part"], safe="")
    async with httpx.AsyncClient(base_url="https://parts.example.com", timeout=5) as client:
        answer = await client.get(f"/v1/parts/{part}")
    return JSONResponse(answer.json(), status_code=answer.status_code)


async def login(request: Request) -> Response:
    target = request.query_params.get("next", "/")
    if not re.fullmatch(r"/[\w-]+(?:/[\w-]+)*", target):
        target = "/"
    return RedirectResponse(target, status_code=303)


class Queue(WebSocketEndpoint):
    encoding = "json"

    async def on_receive(self, websocket, data):
        loan = Loan.model_validate(data)
        waiting = await db.fetch_val(f"SELECT count(*) FROM loans WHERE tool = {loan.tool}")
        await websocket.send_json({"waiting": waiting})


async def missing(request: Request, exc: HTTPException) -> Response:
    return JSONResponse({"path": request.url.path, "detail": exc.detail}, status_code=exc.status_code)


app = Starlette(
    routes=[
        Route("/tools", Tools),
        Route("/tools/{id:int}", tool, name="tool"),
        Route("/tools/code/{code}", tool_by_code),
        Route("/manuals/{name:path}", manual),
        Route("/manuals/tool/{id:int}", put_manual, methods=["PUT"]),
        Route("/machines/{machine}", run_machine, methods=["POST"]),
        Route("/login", login, name="login"),
        Mount("/parts", routes=[Route("/", spare_part)]),
        WebSocketRoute("/queue", Queue),
    ],
    middleware=[Middleware(AuthenticationMiddleware, backend=Cards()), Middleware(NoSniff)],
    exception_handlers={HTTPException: missing},
)
