"""Maintenance pages: commands and small calculations on behalf of the staff."""
import ast
import os
import re
import shlex
import subprocess

from flask import Blueprint, abort, jsonify, request

tools = Blueprint("tools", __name__, url_prefix="/tools")

LOGS = {"web": "/var/log/bookshop/web.log", "mail": "/var/log/bookshop/mail.log"}


# Cloning a repository with themes ------------------------------------------------------------------


@tools.post("/themes")
def install_theme():
    os.system(f"git clone {request.form['repository']} /srv/themes/new")  # want command-injection
    return jsonify(status="installing")


@tools.post("/themes/by-name")
def install_theme_by_name():
    name = request.form["name"]
    if not re.fullmatch(r"[a-z0-9]{1,40}", name):
        abort(400)
    subprocess.run(["git", "clone", f"https://themes.example.com/{name}.git", f"/srv/themes/{name}"], check=True, timeout=120)
    return jsonify(status="installed")


@tools.post("/themes/official")
def install_official_theme():
    repositories = {
        "classic": "https://themes.example.com/classic.git",
        "night": "https://themes.example.com/night.git",
    }
    repository = repositories.get(request.form["name"])
    if repository is None:
        abort(404)
    subprocess.run(["git", "clone", repository, "/srv/themes/official"], check=True, timeout=120)
    return jsonify(status="installed")


# Reachability ---------------------------------------------------------------------------------------


@tools.get("/ping")
def ping():
    host = request.args.get("host", "localhost")
    result = subprocess.run("ping -c 1 " + host, shell=True, capture_output=True, text=True)  # want command-injection
    return jsonify(code=result.returncode)


@tools.get("/ping-list")
def ping_list():
    host = request.args.get("host", "localhost")
    result = subprocess.run(["ping", "-c", "1", "--", host], capture_output=True, text=True, timeout=10)
    return jsonify(code=result.returncode)


@tools.get("/ping-quoted")
def ping_quoted():
    host = shlex.quote(request.args.get("host", "localhost"))
    result = subprocess.run(f"ping -c 1 -- {host} | tail -n 1", shell=True, capture_output=True, text=True)
    return jsonify(code=result.returncode)


# Searching the logs ---------------------------------------------------------------------------------


@tools.get("/logs")
def grep_logs():
    word = request.args["word"]
    lines = os.popen("grep -c '%s' /var/log/bookshop/web.log" % word).read()  # want command-injection
    return jsonify(lines=lines)


@tools.get("/logs/count")
def count_in_logs():
    word = request.args["word"]
    found = subprocess.check_output(["grep", "-c", "-F", "-e", word, "/var/log/bookshop/web.log"], text=True)
    return jsonify(lines=found)


@tools.get("/logs/size")
def log_size():
    path = LOGS.get(request.args["log"], LOGS["web"])
    return jsonify(bytes=os.path.getsize(path))


# Archives -------------------------------------------------------------------------------------------


@tools.post("/archive")
def archive():
    job = request.json
    subprocess.Popen(["sh", "-c", "tar czf /srv/archive.tgz " + job["directory"]])  # want command-injection
    return jsonify(status="started")


@tools.post("/archive/list")
def archive_list():
    directory = request.json["directory"]
    if directory not in {"covers", "invoices"}:
        abort(400)
    subprocess.Popen(["tar", "czf", "/srv/archive.tgz", "-C", "/srv/shop", directory])
    return jsonify(status="started")


@tools.post("/archive/year")
def archive_year():
    year = int(request.json["year"])
    os.system(f"tar czf /srv/archive-{year}.tgz /srv/invoices/{year}")
    return jsonify(status="started")


# Discounts ------------------------------------------------------------------------------------------


@tools.get("/discount")
def discount():
    price = eval(request.args["formula"])  # want code-injection
    return jsonify(price=price)


@tools.get("/discount/literal")
def discount_literal():
    try:
        rates = ast.literal_eval(request.args["rates"])
    except (ValueError, SyntaxError):
        abort(400)
    return jsonify(price=sum(float(rate) for rate in rates))


@tools.get("/discount/named")
def discount_named():
    formulas = {"half": lambda price: price / 2, "tenth": lambda price: price * 0.9}
    formula = formulas.get(request.args["formula"], formulas["tenth"])
    return jsonify(price=formula(float(request.args["price"])))


@tools.post("/macros")
def run_macro():
    scope = {"shop": "bookshop"}
    exec(request.get_data(as_text=True), scope)  # want code-injection
    return jsonify(result=str(scope.get("result")))


# Called by a cron job with whatever the operator wrote in its table -----------------------------------


def compress(directory):
    subprocess.call(f"gzip -r {directory}", shell=True)  # want shell-dynamic-command


def compress_list(directory):
    subprocess.call(["gzip", "-r", "--", directory])
