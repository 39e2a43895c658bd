"""A counter for everything that a request brings in: each line hands one part of it to a shell."""
import os

from sanic import Blueprint, Request, Sanic
from sanic.exceptions import NotFound
from sanic.response import json
from sanic.views import HTTPMethodView

app = Sanic("counters")
bp = Blueprint("counters")


@app.route("/members", methods=["GET", "POST"])
async def members(request):
    os.system("count " + request.args["a"][0])  # want command-injection
    os.system("count " + request.args.get("a"))  # want command-injection
    os.system("count " + request.args.getlist("a")[0])  # want command-injection
    os.system("count " + request.get_args()["a"][0])  # want command-injection
    os.system("count " + request.query_args[0][1])  # want command-injection
    os.system("count " + request.form["a"][0])  # want command-injection
    os.system("count " + request.form.get("a"))  # want command-injection
    os.system("count " + request.json["a"])  # want command-injection
    os.system("count " + request.json.get("a"))  # want command-injection
    os.system("count " + request.load_json()["a"])  # want command-injection
    os.system("count " + request.body.decode())  # want command-injection
    os.system("count " + request.files["a"][0].name)  # want command-injection
    os.system("count " + request.files.get("a").body.decode())  # want command-injection
    os.system("count " + request.files.get("a").type)  # want command-injection
    os.system("count " + request.cookies["a"])  # want command-injection
    os.system("count " + request.cookies.get("a"))  # want command-injection
    os.system("count " + request.headers["a"])  # want command-injection
    os.system("count " + request.headers.get("a"))  # want command-injection
    os.system("count " + request.headers.getall("a")[0])  # want command-injection
    os.system("count " + request.query_string)  # want command-injection
    os.system("count " + request.url)  # want command-injection
    os.system("count " + request.path)  # want command-injection
    os.system("count " + request.raw_url.decode())  # want command-injection
    os.system("count " + request.host)  # want command-injection
    os.system("count " + request.token)  # want command-injection
    os.system("count " + request.match_info["a"])  # want command-injection
    os.system("count " + request.credentials.username)  # want command-injection
    os.system("count " + request.method)
    os.system("count " + request.ip)
    os.system("count " + request.remote_addr)
    os.system(f"count {request.port}")
    return json({})


@bp.get("/<a>/<b:str>/<c:path>/<d:strorempty>")
async def strings(request, a, b, c, d):
    os.system("count " + a)  # want command-injection
    os.system("count " + b)  # want command-injection
    os.system("count " + c)  # want command-injection
    os.system("count " + d)  # want command-injection
    return json({})


@bp.get("/<a:int>/<b:float>/<c:uuid>/<d:ymd>/<e:alpha>/<f:slug>/<g:[a-z]{3}>")
async def typed(request: Request, a: int, b, c, d, e, f, g: str):
    os.system(f"count {a} {b} {c} {d} {e} {f} {g}")
    return json({})


@bp.get("/kwargs/<number:int>/<name>")
async def by_kwargs(request, **kwargs):
    os.system("count " + kwargs["name"])  # want command-injection
    os.system(f"count {kwargs['number']}")
    return json({})


class Counter(HTTPMethodView):
    async def get(self, request, name, number):
        os.system("count " + name)  # want command-injection
        os.system(f"count {number}")
        os.system("count " + request.args.get("a"))  # want command-injection
        return json({})

    def post(self, request, **kwargs):
        os.system("count " + request.json["a"])  # want command-injection
        os.system("count " + kwargs["name"])  # want command-injection
        return json({})


app.add_route(Counter.as_view(), "/counter/<name>/<number:int>")


@app.websocket("/socket/<name>/<number:int>")
async def socket(request, ws, name, number):
    os.system("count " + await ws.recv())  # want command-injection
    os.system("count " + request.args.get("a"))  # want command-injection
    os.system("count " + name)  # want command-injection
    os.system(f"count {number}")
    async for message in ws:
        os.system("count " + message)  # want command-injection


@app.on_request
async def before(request):
    os.system("count " + request.headers["a"])  # want command-injection


@app.on_response
async def after(request, response):
    os.system("count " + request.path)  # want command-injection


@app.middleware("request")
async def between(request):
    os.system("count " + request.token)  # want command-injection


@app.exception(NotFound)
async def failed(request, exception):
    os.system("count " + request.path)  # want command-injection
    return json({})


async def added(request, name: str, number: int):
    os.system("count " + name)  # want command-injection
    os.system(f"count {number}")
    return json({})


bp.add_route(added, "/added/<name>/<number:int>")


@app.post("/stream", stream=True)
async def streamed(request):
    body = b""
    async for chunk in request.stream:
        body += chunk
    os.system("count " + body.decode())  # want command-injection
    os.system("count " + (await request.stream.read()).decode())  # want command-injection
    return json({})
