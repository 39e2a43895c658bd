"""A counter for everything that a request brings in: each line hands one part of it to a shell."""
import os
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Litestar, Request, WebSocket, get, post, put, websocket, websocket_listener
from litestar.connection import ASGIConnection
from litestar.datastructures import State, UploadFile
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.handlers import BaseRouteHandler
from litestar.params import Body, Parameter


class Colour(Enum):
    RED = "red"


@dataclass
class Inner:
    note: str
    number: int


@dataclass
class Data:
    name: str
    number: int
    inner: Inner
    colour: Colour = Colour.RED


@get("/{name:str}/{number:int}/{rest:path}/{key:uuid}")
async def params(
    name: str,
    number: int,
    rest: str,
    key: UUID,
    query: str,
    header: Annotated[str, Parameter(header="X-A")],
    cookie: Annotated[str, Parameter(cookie="a")],
    many: list[str],
    numbers: list[int],
    day: date,
    colour: Colour,
    kind: Literal["a", "b"],
    flag: bool = False,
    optional: str | None = None,
) -> None:
    os.system("count " + name)  # want command-injection
    os.system("count " + rest)  # want command-injection
    os.system("count " + query)  # want command-injection
    os.system("count " + header)  # want command-injection
    os.system("count " + cookie)  # want command-injection
    os.system("count " + many[0])  # want command-injection
    os.system("count " + optional)  # want command-injection
    os.system(f"count {number} {key} {numbers[0]} {day} {colour.value} {kind} {flag}")


@post("/data")
async def data(data: Data) -> None:
    os.system("count " + data.name)  # want command-injection
    os.system("count " + data.inner.note)  # want command-injection
    os.system(f"count {data.number} {data.inner.number} {data.colour}")


@post("/dict")
async def dictionary(data: dict[str, Any]) -> None:
    os.system("count " + data["name"])  # want command-injection


@post("/upload")
async def upload(data: Annotated[UploadFile, Body(media_type=RequestEncodingType.MULTI_PART)]) -> None:
    os.system("count " + data.filename)  # want command-injection
    os.system("count " + (await data.read()).decode())  # want command-injection


@post("/request")
async def request(request: Request) -> None:
    os.system("count " + request.query_params["a"])  # want command-injection
    os.system("count " + request.query_params.get("a"))  # want command-injection
    os.system("count " + request.path_params["a"])  # want command-injection
    os.system("count " + request.headers["a"])  # want command-injection
    os.system("count " + request.headers.get("a"))  # want command-injection
    os.system("count " + request.cookies["a"])  # want command-injection
    os.system("count " + request.url.path)  # want command-injection
    os.system("count " + (await request.body()).decode())  # want command-injection
    os.system("count " + (await request.json())["a"])  # want command-injection
    os.system("count " + (await request.form())["a"])  # want command-injection
    os.system("count " + request.scope["path"])  # want command-injection
    os.system("count " + request.method)


@websocket("/socket")
async def socket(socket: WebSocket) -> None:
    await socket.accept()
    os.system("count " + await socket.receive_text())  # want command-injection
    os.system("count " + (await socket.receive_json())["a"])  # want command-injection
    os.system("count " + socket.query_params["a"])  # want command-injection
    async for message in socket.iter_data():
        os.system("count " + message)  # want command-injection


@websocket_listener("/listener")
async def listener(data: str) -> None:
    os.system("count " + data)  # want command-injection


class Service:
    def __init__(self, state: State) -> None:
        self.state = state


async def service(state: State) -> Service:
    return Service(state)


async def page(size: int = 10, word: str = "") -> dict[str, Any]:
    return {"size": size, "word": word}


class Counter(Controller):
    path = "/counter"
    dependencies = {"page": Provide(page), "service": Provide(service)}

    @get("/{name:str}")
    async def read(self, name: str, service: Service, page: dict[str, Any], state: State, request: Request) -> None:
        os.system("count " + name)  # want command-injection
        os.system("count " + page["word"])  # want command-injection
        os.system("count " + request.query_params["a"])  # want command-injection
        os.system(f"count {page['size']} {service.state.name} {state.name}")

    @put("/{number:int}")
    async def write(self, number: int, data: Inner) -> None:
        os.system("count " + data.note)  # want command-injection
        os.system(f"count {number} {data.number}")


async def before(request: Request) -> None:
    os.system("count " + request.headers["a"])  # want command-injection


async def guard(connection: ASGIConnection, _: BaseRouteHandler) -> None:
    os.system("count " + connection.headers["a"])  # want command-injection


def failed(request: Request, exc: Exception) -> None:
    os.system("count " + request.url.path)  # want command-injection


app = Litestar([params, data, dictionary, upload, request, socket, listener, Counter], before_request=before, guards=[guard])
