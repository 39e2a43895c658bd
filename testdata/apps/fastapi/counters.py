"""A counter for everything that a request brings in: each line hands one part of it to a shell."""
import os
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from ipaddress import IPv4Address
from typing import Annotated, Any, Generic, Literal, Optional, TypedDict, TypeVar, Union
from uuid import UUID

from fastapi import Body, Cookie, Depends, FastAPI, File, Form, Header, Path, Query, Request, Security, UploadFile, WebSocket
from fastapi.security import (
    APIKeyCookie,
    APIKeyHeader,
    APIKeyQuery,
    HTTPAuthorizationCredentials,
    HTTPBasic,
    HTTPBasicCredentials,
    HTTPBearer,
    OAuth2PasswordBearer,
    OAuth2PasswordRequestForm,
)
from pydantic import BaseModel, Field, HttpUrl, Json, StringConstraints

app = FastAPI()
T = TypeVar("T")
oauth = OAuth2PasswordBearer(tokenUrl="token")


class Colour(StrEnum):
    RED = "red"


class Base(BaseModel):
    name: str


class Inner(Base):
    number: int
    note: Optional[str] = None
    colour: Colour = Colour.RED


class Outer(Base):
    inner: Inner
    inners: list[Inner] = []
    by_name: dict[str, Inner] = {}
    kind: Literal["a", "b"] = "a"
    code: str = Field("abc", pattern=r"^[a-z]{3}$")
    when: datetime
    extra: dict[str, Any] = {}
    url: HttpUrl
    union: Union[int, str] = 0
    parsed: Json[list[str]] = "[]"


class Page(BaseModel, Generic[T]):
    items: list[T]
    total: int


class Plain(TypedDict):
    name: str
    number: int


@dataclass
class Data:
    name: str
    number: int = 0


@app.get("/path/{name}/{number}/{rest:path}")
async def path(name: str, number: int, rest: str, untyped=None, optional: str | None = None, default="x"):
    os.system("count " + name)  # want command-injection
    os.system("count " + rest)  # want command-injection
    os.system("count " + untyped)  # want command-injection
    os.system("count " + optional)  # want command-injection
    os.system("count " + default)  # want command-injection
    os.system(f"count {number}")


@app.get("/query")
async def query(
    a: str,
    b: Annotated[str, Query(max_length=5)],
    c: Annotated[list[str], Query()],
    d: Annotated[str | None, Query(alias="x-d")] = None,
    e: str = Query(...),
    f: Optional[str] = Query(None),
    g: set[str] = Query(),
):
    os.system("count " + a)  # want command-injection
    os.system("count " + b)  # want command-injection
    os.system("count " + c[0])  # want command-injection
    os.system("count " + d)  # want command-injection
    os.system("count " + e)  # want command-injection
    os.system("count " + f)  # want command-injection
    os.system("count " + g.pop())  # want command-injection


@app.get("/typed/{a}")
async def typed(
    a: Annotated[int, Path(ge=1)],
    b: float,
    c: bool,
    d: UUID,
    e: datetime,
    f: Colour,
    g: Literal["x", "y"],
    h: Decimal,
    i: IPv4Address,
    j: time,
    k: timedelta,
    m: Annotated[str, Query(pattern=r"^\w+$")],
    n: Annotated[str, StringConstraints(pattern=r"^[a-z]+$")],
    o: list[int] = Query(),
    p: int | None = None,
    q: Optional[UUID] = None,
):
    os.system(f"count {a} {b} {c} {d} {e} {f} {f.value} {g} {h} {i} {j} {k} {m} {n} {o[0]} {p} {q}")


@app.post("/headers")
async def headers(
    user_agent: Annotated[str | None, Header()] = None,
    x_token: list[str] = Header(),
    session: Annotated[str, Cookie()] = "",
    number: Annotated[int, Header()] = 0,
):
    os.system("count " + user_agent)  # want command-injection
    os.system("count " + x_token[0])  # want command-injection
    os.system("count " + session)  # want command-injection
    os.system(f"count {number}")


@app.post("/forms")
async def forms(
    name: Annotated[str, Form()],
    raw: Annotated[bytes, File()],
    upload: UploadFile,
    uploads: list[UploadFile],
    number: int = Form(),
    optional: UploadFile | None = None,
):
    os.system("count " + name)  # want command-injection
    os.system("count " + raw.decode())  # want command-injection
    os.system("count " + upload.filename)  # want command-injection
    os.system("count " + (await upload.read()).decode())  # want command-injection
    os.system("count " + upload.file.read().decode())  # want command-injection
    os.system("count " + upload.content_type)  # want command-injection
    os.system("count " + upload.headers["x"])  # want command-injection
    os.system("count " + uploads[0].filename)  # want command-injection
    os.system("count " + optional.filename)  # want command-injection
    os.system(f"count {number} {upload.size}")


@app.post("/body")
async def body(outer: Outer, raw: Annotated[Any, Body()], text: str = Body(embed=True), number: int = Body()):
    os.system("count " + outer.name)  # want command-injection
    os.system("count " + outer.inner.name)  # want command-injection
    os.system("count " + outer.inner.note)  # want command-injection
    os.system("count " + outer.inners[0].name)  # want command-injection
    os.system("count " + outer.by_name["a"].name)  # want command-injection
    os.system("count " + outer.extra["a"])  # want command-injection
    os.system("count " + str(outer.url))  # want command-injection
    os.system(f"count {outer.union}")  # want command-injection
    os.system("count " + outer.model_dump()["name"])  # want command-injection
    os.system("count " + outer.model_dump_json())  # want command-injection
    os.system("count " + dict(outer)["name"])  # want command-injection
    os.system("count " + raw["a"])  # want command-injection
    os.system("count " + text)  # want command-injection
    os.system(f"count {number} {outer.inner.number} {outer.kind} {outer.code} {outer.when} {outer.inners[0].number} {outer.inner.colour}")
    for inner in outer.inners:
        os.system("count " + inner.name)  # want command-injection
        os.system(f"count {inner.number}")


@app.post("/bodies")
async def bodies(plain: Plain, data: Data, page: Page[Inner], names: list[str], pairs: dict[str, int], anything: dict):
    os.system("count " + plain["name"])  # want command-injection
    os.system("count " + data.name)  # want command-injection
    os.system("count " + page.items[0].name)  # want command-injection
    os.system("count " + names[0])  # want command-injection
    os.system("count " + anything["a"])  # want command-injection
    os.system(f"count {plain['number']} {data.number} {page.total}")


class Params:
    def __init__(self, q: str | None = None, limit: int = 10):
        self.q = q
        self.limit = limit


def common(q: str | None = None, limit: int = 10):
    return {"q": q, "limit": limit}


async def session():
    yield open("/dev/null")


class Checker:
    def __call__(self, q: str = ""):
        return q


@app.get("/depends")
async def depends(
    a: Annotated[dict, Depends(common)],
    b: Annotated[Params, Depends()],
    e: Annotated[str, Depends(Checker())],
    f: Annotated[str, Depends(oauth)],
    g: Annotated[str, Security(APIKeyHeader(name="k"))],
    h: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())],
    i: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())],
    j: Annotated[OAuth2PasswordRequestForm, Depends()],
    m: Annotated[str, Depends(lambda x: x)],
    n: Annotated[object, Depends(session)],
    c: dict = Depends(common),
    d: Params = Depends(Params),
    k: str = Security(APIKeyQuery(name="q")),
    p: str = Depends(APIKeyCookie(name="c")),
):
    os.system("count " + a["q"])  # want command-injection
    os.system("count " + b.q)  # want command-injection
    os.system("count " + c["q"])  # want command-injection
    os.system("count " + d.q)  # want command-injection
    os.system("count " + e)  # want command-injection
    os.system("count " + f)  # want command-injection
    os.system("count " + g)  # want command-injection
    os.system("count " + h.username)  # want command-injection
    os.system("count " + i.credentials)  # want command-injection
    os.system("count " + j.username)  # want command-injection
    os.system("count " + k)  # want command-injection
    os.system("count " + p)  # want command-injection
    os.system(f"count {a['limit']} {b.limit} {c['limit']} {d.limit} {n}")


@app.post("/request/{name}")
async def request(request: Request):
    os.system("count " + request.query_params["a"])  # want command-injection
    os.system("count " + request.path_params["name"])  # want command-injection
    os.system("count " + request.headers["x-a"])  # want command-injection
    os.system("count " + request.cookies.get("a"))  # want command-injection
    os.system("count " + request.url.path)  # want command-injection
    os.system("count " + str(request.url))  # want command-injection
    os.system("count " + (await request.body()).decode())  # want command-injection
    os.system("count " + (await request.json())["a"])  # want command-injection
    os.system("count " + (await request.form())["a"])  # want command-injection
    os.system("count " + request.scope["query_string"].decode())  # want command-injection
    os.system("count " + request.method)
    async for chunk in request.stream():
        os.system("count " + chunk.decode())  # want command-injection


@app.websocket("/socket/{name}/{number}")
async def socket(websocket: WebSocket, name: str, number: int, token: str | None = None):
    os.system("count " + name)  # want command-injection
    os.system("count " + token)  # want command-injection
    os.system("count " + websocket.query_params["a"])  # want command-injection
    os.system("count " + await websocket.receive_text())  # want command-injection
    os.system("count " + (await websocket.receive_json())["a"])  # want command-injection
    os.system("count " + (await websocket.receive_bytes()).decode())  # want command-injection
    os.system("count " + (await websocket.receive())["text"])  # want command-injection
    async for text in websocket.iter_text():
        os.system("count " + text)  # want command-injection
    os.system(f"count {number}")


@app.api_route("/many", methods=["GET", "POST"])
async def many(name: str):
    os.system("count " + name)  # want command-injection


async def added(name: str, number: int):
    os.system("count " + name)  # want command-injection
    os.system(f"count {number}")


app.add_api_route("/added", added)


@app.middleware("http")
async def middleware(request: Request, call_next):
    os.system("count " + request.headers["host"])  # want command-injection
    return await call_next(request)


@app.exception_handler(ValueError)
async def failed(request, exc):
    os.system("count " + request.url.path)  # want command-injection


def create_app() -> FastAPI:
    inner = FastAPI()

    @inner.get("/nested")
    def nested(name: str, colour: Colour):
        os.system("count " + name)  # want command-injection
        os.system("count " + colour)

    return inner
