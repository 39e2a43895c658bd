"""Jobs that the staff may start from the browser."""
import asyncio
import operator
import re
import shlex
import subprocess

from quart import Blueprint, abort, jsonify, request

jobs = Blueprint("jobs", __name__, url_prefix="/jobs")

OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul}


# Firmware ---------------------------------------------------------------------------------------------


@jobs.post("/firmware")
async def firmware():
    form = await request.form
    process = await asyncio.create_subprocess_shell(f"flash-station --image {form['image']}")  # want command-injection
    return jsonify(code=await process.wait())


@jobs.post("/firmware/exec")
async def firmware_exec():
    form = await request.form
    process = await asyncio.create_subprocess_exec("flash-station", f"--image={form['image']}")
    return jsonify(code=await process.wait())


@jobs.post("/firmware/version")
async def firmware_version():
    form = await request.form
    version = form["version"]
    if re.fullmatch(r"\d+\.\d+\.\d+", version) is None:
        abort(400)
    process = await asyncio.create_subprocess_shell(f"flash-station --image stations-{version}.bin 2>&1")
    return jsonify(code=await process.wait())


# Traces -----------------------------------------------------------------------------------------------


@jobs.get("/trace")
async def trace():
    target = request.args["target"]
    code, _output = await asyncio.to_thread(subprocess.getstatusoutput, "uptime")  # want shell-true-constant
    lines = subprocess.getoutput("traceroute -m 5 " + target)  # want command-injection
    return jsonify(load=code, hops=len(lines.splitlines()))


@jobs.get("/trace/list")
async def trace_list():
    target = request.args["target"]
    process = await asyncio.create_subprocess_exec(
        "traceroute", "-m", "5", "--", target, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return jsonify(hops=len(output.splitlines()))


@jobs.get("/trace/quoted")
async def trace_quoted():
    target = request.args["target"]
    lines = subprocess.getoutput(f"traceroute -m 5 -- {shlex.quote(target)} | tail -n +2")
    return jsonify(hops=len(lines.splitlines()))


# Exports ----------------------------------------------------------------------------------------------


@jobs.post("/export")
async def export():
    body = await request.get_json()
    command = "export-readings --format " + body.get("format", "csv")
    command += " --year " + str(body["year"])
    subprocess.run(command, shell=True, check=True)  # want command-injection
    return jsonify(status="exported")


@jobs.post("/export/list")
async def export_list():
    body = await request.get_json()
    kind = body.get("format", "csv")
    if kind not in ["csv", "json"]:
        abort(400)
    subprocess.run(["export-readings", "--format", kind, "--year", str(int(body["year"]))], check=True)
    return jsonify(status="exported")


@jobs.post("/export/match")
async def export_match():
    body = await request.get_json()
    match body.get("format"):
        case "csv":
            kind = "csv"
        case "json":
            kind = "json"
        case _:
            abort(400)
    subprocess.run(f"export-readings --format {kind} | gzip > /srv/exports/latest.gz", shell=True, check=True)
    return jsonify(status="exported")


# Formulas ---------------------------------------------------------------------------------------------


@jobs.post("/formula")
async def formula():
    text = (await request.get_data()).decode()
    return jsonify(value=eval(text, {"__builtins__": {}}))  # want code-injection


@jobs.post("/formula/operator")
async def formula_operator():
    body = await request.get_json()
    apply = OPERATORS.get(body["operator"])
    if apply is None:
        abort(400)
    return jsonify(value=apply(float(body["left"]), float(body["right"])))


@jobs.post("/formula/number")
async def formula_number():
    text = (await request.get_data()).decode()
    try:
        return jsonify(value=float(text))
    except ValueError:
        abort(400)


# For the operators' own scripts -------------------------------------------------------------------------


async def restart(unit):
    process = await asyncio.create_subprocess_shell("systemctl restart " + unit)  # want shell-dynamic-command
    await process.wait()


async def restart_exec(unit):
    process = await asyncio.create_subprocess_exec("systemctl", "restart", "--", unit)
    await process.wait()
