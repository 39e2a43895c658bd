"""API views: machines, files, other servers, documents that clients hand in."""
import ast
import hmac
import json
import pickle
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import requests
import yaml
from django.conf import settings
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.template import Context, Template
from django.utils.html import escape, format_html
from django.utils.http import url_has_allowed_host_and_scheme
from rest_framework.decorators import api_view, parser_classes, renderer_classes
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.parsers import BaseParser, FileUploadParser, MultiPartParser
from rest_framework.renderers import BaseRenderer, StaticHTMLRenderer, TemplateHTMLRenderer
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from .serializers import Delivery, TripQuery

MAPS = Path("/srv/fleet/maps")
TRACKERS = {"alpha": "https://alpha.example.com", "beta": "https://beta.example.com"}


# Shell --------------------------------------------------------------------------------------------------------


class Tracker(APIView):
    def post(self, request, device):
        command = request.data.get("command")  # at command
        output = subprocess.getoutput(f"tracker {command}")  # want command-injection via command
        return Response({"output": output})

    def put(self, request, device):
        subprocess.run(["tracker", "--device", device, "--set", request.data["command"]], check=True)
        return Response(status=204)

    def patch(self, request, device):
        query = TripQuery(data=request.data)
        query.is_valid(raise_exception=True)
        subprocess.run(f"tracker --limit {query.validated_data['limit']} | head", shell=True, check=True)
        return Response(status=204)

    def delete(self, request, device):
        if not re.fullmatch(r"[0-9a-f]{12}", device):
            raise NotFound
        subprocess.run(f"tracker --forget {device} 2>&1", shell=True, check=True)
        return Response(status=204)


# Code and templates ---------------------------------------------------------------------------------------------


@api_view(["POST"])
def fuel(request):
    formula = request.data["formula"]  # at fuel_formula
    return Response({"litres": eval(formula, {"km": 100})})  # want code-injection via fuel_formula


@api_view(["POST"])
def fuel_literal(request):
    try:
        table = ast.literal_eval(request.data["table"])
    except (ValueError, SyntaxError) as error:
        raise ParseError("table") from error
    return Response({"litres": sum(table)})


@api_view(["POST"])
def fuel_known(request):
    factor = {"van": 0.12, "truck": 0.3}.get(request.data.get("kind"), 0.1)
    return Response({"litres": eval("km * factor", {"km": 100, "factor": factor})})


@api_view(["POST"])
def fuel_method(request):
    methods = {"sum": sum, "max": max}
    return Response({"litres": methods[request.query_params["how"]](request.data["table"])})


class Note(APIView):
    renderer_classes = [StaticHTMLRenderer]

    def post(self, request):
        template = Template(request.data["layout"])  # want template-injection via
        return Response(template.render(Context({"van": "B 12"})))

    def put(self, request):
        template = Template("{{ van }}: {{ remark }}")
        return Response(template.render(Context({"van": "B 12", "remark": request.data["remark"]})))

    def patch(self, request):
        layouts = {"short": "{{ van }}", "long": "{{ van }} in {{ depot }}"}
        layout = layouts.get(request.data.get("layout"))
        if layout is None:
            raise NotFound
        return Response(Template(layout).render(Context(request.data)))

    def delete(self, request):
        template = Template("Removed {{ count }} notes")
        return Response(template.render(Context({"count": len(request.data)})))


# HTML ---------------------------------------------------------------------------------------------------------


@api_view(["GET"])
@renderer_classes([StaticHTMLRenderer])
def sign(request):
    name = request.query_params["name"]  # at sign_name
    return HttpResponse(f"<h1>{name}</h1>")  # want reflected-xss via sign_name


@api_view(["GET"])
def sign_json(request):
    name = request.query_params["name"]
    return Response({"html": f"<h1>{name}</h1>"})


@api_view(["GET"])
@renderer_classes([TemplateHTMLRenderer])
def sign_template(request):
    return Response({"name": request.query_params["name"]}, template_name="fleet/sign.html")


@api_view(["GET"])
def sign_escaped(request):
    return HttpResponse("<h1>" + escape(request.query_params["name"]) + "</h1>")


@api_view(["GET"])
def sign_formatted(request):
    return HttpResponse(format_html("<h1>{}</h1>", request.query_params["name"]))


# Other servers ------------------------------------------------------------------------------------------------


class Webhook(APIView):
    def post(self, request):
        delivery = Delivery(data=request.data)
        delivery.is_valid(raise_exception=True)
        callback = delivery.validated_data["callback"]  # at callback
        requests.post(callback, json={"done": True}, timeout=5)  # want ssrf via callback
        return Response(status=202)

    def put(self, request):
        tracker = TRACKERS.get(request.data.get("tracker"))
        if tracker is None:
            raise NotFound
        requests.post(f"{tracker}/hooks", json={"van": request.data["van"]}, timeout=5)
        return Response(status=202)

    def patch(self, request):
        url = request.data["callback"]
        if urlsplit(url).hostname not in settings.HOOK_HOSTS:
            raise ParseError("host")
        requests.post(url, json={"done": True}, timeout=5, allow_redirects=False)
        return Response(status=202)

    def get(self, request):
        answer = requests.get("https://maps.example.com/route", params={"to": request.query_params["to"]}, timeout=5)
        return Response(answer.json())


# Where to next ------------------------------------------------------------------------------------------------


@api_view(["GET"])
def leave(request):
    target = request.query_params.get("to", "/")  # at leave_target
    return HttpResponseRedirect(target)  # want open-redirect via leave_target


@api_view(["GET"])
def leave_header(request):
    return Response(status=302, headers={"Location": request.query_params["to"]})  # want open-redirect via


@api_view(["GET"])
def leave_checked(request):
    target = request.query_params.get("to", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    return HttpResponseRedirect(target)


@api_view(["GET"])
def leave_named(request, pk):
    return HttpResponseRedirect(reverse("van-detail", args=[pk], request=request))


@api_view(["POST"])
def leave_made(request):
    return Response(status=201, headers={"Location": f"/api/vans/{request.data['plate']}/"})


# Files --------------------------------------------------------------------------------------------------------


class MapUpload(APIView):
    parser_classes = [FileUploadParser]

    def put(self, request, filename):  # at map_filename
        with open(f"/srv/fleet/maps/{request.query_params['region']}/{filename}", "wb") as target:  # want path-traversal via
            target.write(request.data["file"].read())
        return Response(status=204)

    def post(self, request, filename=None):
        upload = request.data["file"]
        with (MAPS / Path(filename).name).open("wb") as target:
            target.writelines(upload.chunks())
        return Response(status=204)

    def get(self, request, filename):
        path = (MAPS / filename).resolve()
        if not path.is_relative_to(MAPS):
            raise NotFound
        return FileResponse(path.open("rb"))

    def head(self, request, filename):
        known = {path.name: path for path in MAPS.iterdir()}
        if filename not in known:
            raise NotFound
        return Response(headers={"X-Size": known[filename].stat().st_size})


# Documents ----------------------------------------------------------------------------------------------------


class PickleParser(BaseParser):
    media_type = "application/x-pickle"

    def parse(self, stream, media_type=None, parser_context=None):  # at stream
        return pickle.load(stream)  # want unsafe-deserialization via stream


class LinesParser(BaseParser):
    media_type = "application/x-ndjson"

    def parse(self, stream, media_type=None, parser_context=None):
        return [json.loads(line) for line in stream.read().decode().splitlines()]


class YAMLParser(BaseParser):
    media_type = "application/yaml"

    def parse(self, stream, media_type=None, parser_context=None):
        return yaml.safe_load(stream)


class LinesRenderer(BaseRenderer):
    media_type = "application/x-ndjson"
    format = "ndjson"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        return "\n".join(json.dumps(row) for row in data).encode()


@api_view(["POST"])
@parser_classes([MultiPartParser])
def restore(request):
    upload = request.FILES["state"]  # at upload
    return Response({"vans": len(yaml.load(upload, Loader=yaml.UnsafeLoader))})  # want unsafe-deserialization via upload


@api_view(["POST"])
def restore_signed(request):
    body = request.body
    expected = hmac.digest(settings.STATE_KEY, body, "sha256").hex()
    if not hmac.compare_digest(expected, request.headers.get("X-Signature", "")):
        raise ParseError("signature")
    return Response({"vans": len(pickle.loads(body))})
