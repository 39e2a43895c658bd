"""Work in the greenhouse: machines, reports and small sums."""
import asyncio
import json
import os
import shlex
import subprocess

from starlette.background import BackgroundTask
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute

VALVES = {"north": 1, "south": 2}


# Valves ------------------------------------------------------------------------------------------------------


async def open_valve(request):
    valve = request.path_params["valve"]
    os.popen("valvectl open " + valve)  # want command-injection
    return JSONResponse({"status": "open"})


async def open_valve_number(request):
    number = VALVES.get(request.path_params["valve"])
    if number is None:
        raise HTTPException(404)
    os.popen(f"valvectl open {number}")
    return JSONResponse({"status": "open"})


async def open_valve_list(request):
    valve = request.path_params["valve"]
    task = BackgroundTask(subprocess.run, ["valvectl", "open", "--", valve], check=False, timeout=10)
    return JSONResponse({"status": "opening"}, background=task)


# Reports -----------------------------------------------------------------------------------------------------


class Report(HTTPEndpoint):
    async def post(self, request):
        body = await request.json()
        command = ["garden-report", body["title"]]
        process = await asyncio.create_subprocess_shell(" ".join(command))  # want command-injection
        return JSONResponse({"code": await process.wait()})

    async def put(self, request):
        body = await request.json()
        command = ["garden-report", body["title"]]
        process = await asyncio.create_subprocess_shell(shlex.join(command))
        return JSONResponse({"code": await process.wait()})

    async def patch(self, request):
        body = await request.json()
        process = await asyncio.create_subprocess_exec("garden-report", "--", body["title"])
        return JSONResponse({"code": await process.wait()})


async def archive_reports(request):
    year = request.query_params["year"]
    if not year.isdecimal():
        raise HTTPException(400)
    code = subprocess.call(f"tar czf /srv/garden/{year}.tgz /srv/garden/{year}", shell=True)
    return JSONResponse({"code": code})


async def archive_reports_unchecked(request):
    year = request.query_params["year"]
    code = subprocess.call(f"tar czf /srv/garden/{year}.tgz /srv/garden/{year}", shell=True)  # want command-injection
    return JSONResponse({"code": code})


# Sums --------------------------------------------------------------------------------------------------------


async def dose(request):
    form = await request.form()
    litres = eval(form["area"] + " * 2")  # want code-injection
    return JSONResponse({"litres": litres})


async def dose_number(request):
    form = await request.form()
    litres = float(form["area"]) * 2
    return JSONResponse({"litres": litres})


async def dose_table(request):
    form = await request.form()
    doses = {"lawn": 2.0, "roses": 3.5}
    return JSONResponse({"litres": doses.get(form["plant"], 1.0)})


async def script(websocket):
    await websocket.accept()
    async for message in websocket.iter_json():
        exec(message["code"])  # want code-injection
        await websocket.send_json({"status": "done"})


async def script_steps(websocket):
    steps = {"rain": "sprinkler", "sun": "blinds"}
    await websocket.accept()
    async for message in websocket.iter_text():
        step = steps.get(json.loads(message)["step"])
        await websocket.send_json({"machine": step})


def clean_up(folder):
    os.system("rm -rf " + folder)  # want shell-dynamic-command


def clean_up_quoted(folder):
    os.system("rm -rf -- " + shlex.quote(folder))


routes = [
    Route("/valves/{valve}", open_valve, methods=["POST"]),
    Route("/valves/{valve}/number", open_valve_number, methods=["POST"]),
    Route("/valves/{valve}/list", open_valve_list, methods=["POST"]),
    Route("/reports", Report),
    Route("/reports/archive", archive_reports),
    Route("/reports/archive/unchecked", archive_reports_unchecked),
    Route("/dose", dose, methods=["POST"]),
    Route("/dose/number", dose_number, methods=["POST"]),
    Route("/dose/table", dose_table, methods=["POST"]),
    WebSocketRoute("/script", script),
    WebSocketRoute("/script/steps", script_steps),
]
