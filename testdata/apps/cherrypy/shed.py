"""The shed: programs, formulas, files, other servers, stored objects."""
import ast
import json
import os
import os.path
import pickle
import subprocess
from shlex import quote
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import cherrypy
import requests
import yaml
from cherrypy.lib.static import serve_download, serve_file

HERE = os.path.abspath("/srv/orchard")
NURSERIES = ["https://oak.example/", "https://elm.example/"]


@cherrypy.popargs("tool")
class Tools:
    @cherrypy.expose
    def start(self, tool):  # at tool
        os.system("/opt/orchard/" + tool)  # want command-injection via tool
        return "started"

    @cherrypy.expose
    def stop(self, tool, when="now"):  # at stop_when
        argv = f"stop-tool --when {when}"  # at stop_argv
        proc = subprocess.Popen(argv, shell=True, stdout=subprocess.PIPE)  # want command-injection via stop_when stop_argv
        return json.dumps({"code": proc.wait()})

    @cherrypy.expose
    def run(self):
        order = cherrypy.request.params["order"]  # at run_order
        return {"out": os.popen("tool " + order).read()}  # want command-injection via run_order

    @cherrypy.expose
    def oil(self, tool, drops="3"):
        os.system("oil --drops %d" % int(drops))
        return "oiled"

    @cherrypy.expose
    def sharpen(self, tool):
        subprocess.check_call("sharpen " + quote(tool), shell=True)
        return "sharp"

    @cherrypy.expose
    def lend(self, tool, to):
        subprocess.check_call(["lend", "--tool", tool, "--to", to])
        return "lent"


class Sums:
    @cherrypy.expose
    @cherrypy.tools.json_out()
    def eval(self, expression):  # at expression
        return eval(expression)  # want code-injection via expression

    @cherrypy.expose
    @cherrypy.tools.json_in()
    def plan(self):
        data = cherrypy.request.json  # at plan_data
        exec(data["plan"], {})  # want code-injection via plan_data

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def literal(self, value):
        return ast.literal_eval(value)

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def area(self, width, length):
        return eval("{} * {}".format(float(width), float(length)))

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def month(self, name):
        if name in ("march", "april", "may"):
            return eval("work_in_" + name)
        raise cherrypy.NotFound()


class Files:
    @cherrypy.expose
    def plan(self, name):  # at plan_name
        return serve_file(os.path.join(HERE, "plans", name), "image/png")  # want path-traversal via plan_name

    @cherrypy.expose
    def keep(self, sent):  # at keep_sent
        target = HERE + "/kept/" + sent.filename  # at keep_target
        with open(target, "wb") as out:  # want path-traversal via keep_sent keep_target
            while data := sent.file.read(8192):
                out.write(data)
        return "kept"

    @cherrypy.expose
    def note(self, *path):  # at note_path
        with open("/".join(["/srv/orchard/notes", *path])) as file:  # want path-traversal via note_path
            cherrypy.response.headers["Content-Type"] = "text/plain"
            return file.read()

    @cherrypy.expose
    def plan_checked(self, name):
        path = os.path.realpath(os.path.join(HERE, name))
        if not path.startswith(HERE + os.sep):
            raise cherrypy.HTTPError(403)
        return serve_file(path)

    @cherrypy.expose
    def year(self, year):
        return serve_download(os.path.join(HERE, f"{int(year)}.zip"), "orchard.zip")

    @cherrypy.expose
    def listed(self, name):
        if name not in os.listdir(HERE):
            raise cherrypy.NotFound()
        return serve_file(os.path.join(HERE, name))


class Nurseries:
    @cherrypy.expose
    def ask(self, url):  # at ask_url
        cherrypy.response.headers["Content-Type"] = "application/json"
        return urlopen(url, timeout=5).read()  # want ssrf via ask_url

    @cherrypy.expose
    def order(self, **form):  # at order_form
        address = form.pop("address")  # at order_address
        request = Request("http://" + address + "/order", data=b"{}")  # at order_request
        with urlopen(request, timeout=5) as answer:  # want ssrf via order_form order_address order_request
            return json.dumps({"status": answer.status})

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def stock(self, number):
        return requests.get(NURSERIES[int(number)] + "stock", timeout=5).json()

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def near(self, town):  # at near_town
        # the address of the service is the mill's own, but not the path
        return requests.get(f"{cherrypy.config['orchard.nurseries']}/near/{town}", timeout=5).json()  # want ssrf-partial via near_town

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def price(self, tree):
        return requests.get("https://oak.example/price", params={"tree": tree}, timeout=5).json()

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def proxy(self, url):
        there = urlsplit(url)
        if there.scheme != "https" or there.hostname not in ("oak.example", "elm.example"):
            raise cherrypy.HTTPError(403)
        return requests.get(url, timeout=5, allow_redirects=False).json()


class Kept:
    @cherrypy.expose
    def load(self):
        state = pickle.loads(cherrypy.request.body.read())  # at kept_body # want unsafe-deserialization via kept_body
        return json.dumps({"keys": len(state)})

    @cherrypy.expose
    def configure(self, text):  # at kept_text
        settings = yaml.load(text, Loader=yaml.Loader)  # want unsafe-deserialization via kept_text
        return json.dumps({"keys": len(settings)})

    @cherrypy.expose
    def json(self, text):
        return json.dumps({"keys": len(json.loads(text))})

    @cherrypy.expose
    def safe(self, text):
        return json.dumps({"keys": len(yaml.safe_load(text))})

    @cherrypy.expose
    def count(self, of="trees"):
        kind = {"trees": "t", "tools": "w"}.get(of, "t")
        return json.dumps(kind)


class Shed:
    tools = Tools()
    sums = Sums()
    files = Files()
    nurseries = Nurseries()
    kept = Kept()
