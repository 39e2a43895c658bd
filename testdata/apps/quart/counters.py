"""A counter for everything that a request brings in: each line hands one part of it to a shell."""
import os

import quart
from quart import Blueprint, Quart, request, websocket
from quart.views import MethodView, View

bp = Blueprint("counters", __name__)


@bp.route("/members", methods=["GET", "POST"])
async def members():
    os.system("count " + request.args["a"])  # want command-injection
    os.system("count " + request.args.get("a"))  # want command-injection
    os.system("count " + request.args.getlist("a")[0])  # want command-injection
    os.system("count " + (await request.form)["a"])  # want command-injection
    os.system("count " + (await request.form).get("a"))  # want command-injection
    os.system("count " + (await request.values)["a"])  # want command-injection
    os.system("count " + (await request.json)["a"])  # want command-injection
    os.system("count " + (await request.get_json())["a"])  # want command-injection
    os.system("count " + (await request.data).decode())  # want command-injection
    os.system("count " + await request.get_data(as_text=True))  # want command-injection
    os.system("count " + (await request.body).decode())  # want command-injection
    os.system("count " + (await request.files)["a"].filename)  # want command-injection
    os.system("count " + (await request.files).get("a").read().decode())  # want command-injection
    async for chunk in request.body:
        os.system("count " + chunk.decode())  # want command-injection
    os.system("count " + request.headers["a"])  # want command-injection
    os.system("count " + request.cookies["a"])  # want command-injection
    os.system("count " + request.path)  # want command-injection
    os.system("count " + request.full_path)  # want command-injection
    os.system("count " + request.query_string.decode())  # want command-injection
    os.system("count " + request.url)  # want command-injection
    os.system("count " + request.user_agent.string)  # want command-injection
    os.system("count " + request.view_args["a"])  # want command-injection
    os.system("count " + request.authorization.username)  # want command-injection
    os.system("count " + quart.request.args["a"])  # want command-injection
    os.system("count " + request.method)
    return "counted"


@bp.get("/<a>/<int:b>/<path:c>/<any(x, y):d>")
async def typed(a, b, c, d):
    os.system("count " + a)  # want command-injection
    os.system("count " + c)  # want command-injection
    os.system(f"count {b} {d}")
    return "counted"


class Counter(MethodView):
    async def get(self, name, number):
        os.system("count " + name)  # want command-injection
        os.system(f"count {number}")
        return "counted"


class Shown(View):
    async def dispatch_request(self, name):
        os.system("count " + name)  # want command-injection
        return "counted"


bp.add_url_rule("/counter/<name>/<int:number>", view_func=Counter.as_view("counter"))
bp.add_url_rule("/shown/<name>", view_func=Shown.as_view("shown"))


@bp.websocket("/socket/<name>")
async def socket(name):
    os.system("count " + name)  # want command-injection
    os.system("count " + await websocket.receive())  # want command-injection
    os.system("count " + (await websocket.receive_json())["a"])  # want command-injection
    os.system("count " + websocket.args["a"])  # want command-injection
    os.system("count " + websocket.headers["a"])  # want command-injection
    os.system("count " + websocket.path)  # want command-injection


@bp.before_app_request
async def before():
    os.system("count " + request.headers["a"])  # want command-injection


@bp.after_app_request
async def after(response):
    os.system("count " + request.headers["a"])  # want command-injection
    return response


def create_app():
    app = Quart(__name__)

    @app.route("/nested/<name>")
    async def nested(name):
        os.system("count " + name)  # want command-injection
        return "counted"

    @app.errorhandler(404)
    async def missing(error):
        os.system("count " + request.path)  # want command-injection
        return "missing", 404

    return app
