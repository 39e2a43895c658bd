"""The workshop, an application of its own: programs that are run, formulas that are reckoned."""
import ast
import asyncio
import operator
import shlex
import subprocess
from pathlib import PurePosixPath

import numexpr
from aiohttp import web

routes = web.RouteTableDef()
OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul}
SCANS = "/srv/museum/scans"
FORMATS = {"png", "jpeg", "tiff"}


# Programs ----------------------------------------------------------------------------------------------


@routes.post("/convert")
async def convert(request):
    form = await request.post()  # at convert_form
    command = "convert scan.tif " + form["options"] + " out.png"  # at convert_command
    process = await asyncio.create_subprocess_shell(command)  # want command-injection via convert_form convert_command
    return web.json_response({"code": await process.wait()})


@routes.get("/exif/{file}")
async def exif(request):
    command = "exiftool %s" % request.match_info["file"]  # at exif_command
    done = await asyncio.to_thread(subprocess.run, command, shell=True, capture_output=True)  # want command-injection via exif_command
    return web.Response(body=done.stdout)


@routes.get("/scan/{profile}")
async def scan(request):
    profile = request.match_info["profile"]  # at profile
    return await scanned(profile)  # at scan_call


async def scanned(profile):
    out = subprocess.check_output(f"scanimage --profile={profile}", shell=True)  # want command-injection via profile scan_call
    return web.Response(body=out, content_type="image/tiff")


@routes.post("/thumbnail")
async def thumbnail(request):
    size = int((await request.json())["size"])
    process = await asyncio.create_subprocess_shell(f"mogrify -resize {size}x{size} {SCANS}/latest.tif")
    return web.json_response({"code": await process.wait()})


@routes.post("/convert/quoted")
async def convert_quoted(request):
    form = await request.post()
    command = "convert scan.tif -annotate 0 " + shlex.quote(form["note"]) + " out.png"
    process = await asyncio.create_subprocess_shell(command)
    return web.json_response({"code": await process.wait()})


@routes.post("/convert/list")
async def convert_list(request):
    kind = (await request.post())["format"]
    if kind not in FORMATS:
        raise web.HTTPBadRequest(reason=f"one of {', '.join(sorted(FORMATS))}")
    process = await asyncio.create_subprocess_exec("convert", "scan.tif", f"out.{kind}", stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return web.Response(body=out)


@routes.post("/note")
async def note(request):
    text = await request.text()
    done = await asyncio.to_thread(subprocess.run, ["wall", "--", text], check=True)
    return web.json_response({"code": done.returncode})


# Formulas ----------------------------------------------------------------------------------------------


@routes.post("/reckon")
async def reckon(request):
    body = await request.json()  # at reckon_body
    return web.json_response({"value": eval(body["formula"])})  # want code-injection via reckon_body


@routes.view("/macro")
class Macro(web.View):
    async def post(self):
        source = (await self.request.read()).decode()  # at macro
        scope = {"result": None}
        exec(compile(source, "<macro>", "exec"), scope)  # want code-injection via macro
        return web.json_response({"result": scope["result"]})

    async def get(self):
        value = ast.literal_eval(self.request.query.get("value", "0"))
        return web.json_response({"value": value})


@routes.get("/reckon/{left:-?\\d+}/{sign}/{right:-?\\d+}")
async def reckon_two(request):
    info = request.match_info
    if info["sign"] not in OPERATIONS:
        raise web.HTTPNotFound()
    return web.json_response(OPERATIONS[info["sign"]](int(info["left"]), int(info["right"])))


@routes.get("/volume")
async def volume(request):
    height = float(request.query["height"])
    return web.json_response(float(numexpr.evaluate(f"3.14159 * {height} ** 2")))


@routes.get("/tool")
async def tool(request):
    tools = {"sum": sum, "largest": max, "smallest": min}
    numbers = [int(n) for n in request.query.getall("n")]
    chosen = tools.get(request.query.get("tool", "sum"))
    if chosen is None:
        raise web.HTTPBadRequest(text="no such tool")
    return web.json_response(chosen(numbers))


@routes.get("/suffix")
async def suffix(request):
    return web.json_response({"suffix": PurePosixPath(request.query["file"]).suffix})


workshop = web.Application()
workshop.add_routes(routes)
