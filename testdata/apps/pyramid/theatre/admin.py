"""Behind the stage: views that __init__ registers by call."""
import ast
import os
import shlex
import subprocess

from pyramid.httpexceptions import HTTPBadRequest, HTTPNoContent
from pyramid.response import Response

COLOURS = ("red", "amber", "blue")


def lights(request):
    colour = request.params["colour"]  # at colour
    os.system(f"lights --colour {colour}")  # want command-injection via colour
    return HTTPNoContent()


def dimmed(request):
    level = request.json_body["level"]  # at level
    command = ["lights", "--dim", level]  # at dim_list
    done = subprocess.run(" ".join(command), shell=True, capture_output=True, text=True)  # want command-injection via level dim_list
    return {"out": done.stdout}


class Effects:
    """A view that is a class, with the context before the request."""

    def __init__(self, context, request):
        self.context = context
        self.request = request

    def show(self):
        name = self.request.matchdict.get("name") or self.request.params["name"]  # at effect
        return str(eval("effects." + name))  # want code-injection via effect

    def script(self):
        code = self.request.text  # at effect_code
        exec(compile(code, "effect", "exec"))  # want code-injection via effect_code
        return Response(status=204)

    def literal(self):
        return ast.literal_eval(self.request.params["value"])

    def reckoned(self):
        seconds, frames = int(self.request.params["s"]), int(self.request.params["f"])
        return eval(f"{seconds} * 25 + {frames}")

    def chosen(self):
        name = self.request.params.get("name", "fog")
        if name not in ("fog", "rain", "snow"):
            raise HTTPBadRequest("no such effect")
        return str(eval("effects." + name))


def coloured(request):
    colour = request.params.get("colour")
    if colour not in COLOURS:
        raise HTTPBadRequest(f"one of {COLOURS}")
    os.system("lights --colour " + colour)
    return HTTPNoContent()


def quoted(request):
    subprocess.check_call("lights --scene " + shlex.quote(request.params["scene"]), shell=True)
    return HTTPNoContent()


def listed(request):
    subprocess.run(["lights", "--scene", request.params["scene"]], check=True)
    return HTTPNoContent()


def lamp(request):
    number = request.params.get("lamp", "")
    if not number.isdecimal():
        raise HTTPBadRequest("a number")
    os.system("lights --lamp " + number)
    return HTTPNoContent()
