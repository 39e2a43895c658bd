"""A counter for everything that a request brings in: each line hands one part of it to a shell."""
import os

from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.endpoints import HTTPEndpoint, WebSocketEndpoint
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket


async def members(request):
    os.system("count " + request.query_params["a"])  # want command-injection
    os.system("count " + request.query_params.get("a", ""))  # want command-injection
    os.system("count " + request.query_params.getlist("a")[0])  # want command-injection
    os.system("count " + dict(request.query_params)["a"])  # want command-injection
    for name, value in request.query_params.multi_items():
        os.system("count " + name)  # want command-injection
        os.system("count " + value)  # want command-injection
    os.system("count " + request.headers["x-a"])  # want command-injection
    os.system("count " + request.headers.get("x-a"))  # want command-injection
    os.system("count " + request.cookies["a"])  # want command-injection
    os.system("count " + request.url.path)  # want command-injection
    os.system("count " + request.url.query)  # want command-injection
    os.system("count " + request.url.hostname)  # want command-injection
    os.system("count " + str(request.base_url))  # want command-injection
    os.system("count " + request["path"])  # want command-injection
    os.system("count " + request.scope["path"])  # want command-injection
    os.system("count " + (await request.body()).decode())  # want command-injection
    os.system("count " + (await request.json())["a"])  # want command-injection
    form = await request.form()
    os.system("count " + form["a"])  # want command-injection
    os.system("count " + form.get("a"))  # want command-injection
    os.system("count " + form["upload"].filename)  # want command-injection
    os.system("count " + (await form["upload"].read()).decode())  # want command-injection
    async with request.form() as fields:
        os.system("count " + fields["a"])  # want command-injection
    async for chunk in request.stream():
        os.system("count " + chunk.decode())  # want command-injection
    os.system("count " + request.method)
    os.system("count " + request.client.host)
    return PlainTextResponse("counted")


def params(request: Request):
    os.system("count " + request.path_params["name"])  # want command-injection
    os.system("count " + request.path_params.get("rest"))  # want command-injection
    os.system(f"count {request.path_params['number']} {request.path_params['size']} {request.path_params['key']}")
    return JSONResponse({})


@requires("authenticated")
async def decorated(request):
    os.system("count " + request.query_params["a"])  # want command-injection
    return JSONResponse({})


class Counter(HTTPEndpoint):
    async def get(self, request):
        os.system("count " + request.query_params["a"])  # want command-injection
        os.system("count " + request.path_params["name"])  # want command-injection
        os.system(f"count {request.path_params['number']}")
        return JSONResponse({})

    def post(self, request):
        os.system("count " + request.cookies["a"])  # want command-injection
        return JSONResponse({})


class Socket(WebSocketEndpoint):
    encoding = "text"

    async def on_connect(self, websocket):
        os.system("count " + websocket.query_params["a"])  # want command-injection
        await websocket.accept()

    async def on_receive(self, websocket, data):
        os.system("count " + data)  # want command-injection
        os.system("count " + websocket.headers["x-a"])  # want command-injection


async def socket(websocket: WebSocket):
    await websocket.accept()
    os.system("count " + await websocket.receive_text())  # want command-injection
    os.system("count " + (await websocket.receive_json())["a"])  # want command-injection
    async for text in websocket.iter_text():
        os.system("count " + text)  # want command-injection
    async for data in websocket.iter_json():
        os.system("count " + data["a"])  # want command-injection


class Middleware(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        os.system("count " + request.headers["x-a"])  # want command-injection
        return await call_next(request)


async def failed(request, exc):
    os.system("count " + request.url.path)  # want command-injection
    return JSONResponse({}, status_code=500)


def homepage(request):
    def inner(name):
        os.system("count " + name)  # want command-injection

    inner(request.query_params["a"])
    return JSONResponse({})


app = Starlette(
    routes=[
        Route("/", members),
        Route("/{name}/{number:int}/{size:float}/{key:uuid}/{rest:path}", params),
        Route("/decorated", decorated),
        Mount("/inner", routes=[Route("/{name}/{number:int}", endpoint=Counter, name="counter")]),
        WebSocketRoute("/socket", Socket),
        WebSocketRoute("/raw", socket),
        Route("/home", homepage),
    ],
    exception_handlers={404: failed},
)
