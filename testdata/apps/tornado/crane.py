"""The crane: programs, formulas."""
import ast
import os
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor

from tornado.concurrent import run_on_executor
from tornado.ioloop import IOLoop
from tornado.process import Subprocess
from tornado.web import HTTPError, RequestHandler

MOVES = {"up": ["crane", "--up"], "down": ["crane", "--down"]}


# Programs ----------------------------------------------------------------------------------------------


class Crane(RequestHandler):
    executor = ThreadPoolExecutor(4)

    def get(self, name):
        where = self.get_query_argument("where", strip=True)  # at crane_where
        code = os.system("crane --name %s --to %s" % (name, where))  # want command-injection via crane_where
        self.write({"code": code})

    async def post(self, name):
        load = self.get_body_argument("load")  # at crane_load
        await self.move(f"crane --load {load}")  # want command-injection via crane_load to crane_sink
        self.write({"moved": True})

    @run_on_executor
    def move(self, command):
        return subprocess.call(command, shell=True)  # at crane_sink

    async def put(self, name):
        where = self.get_cookie("where")  # at cookie_where
        process = Subprocess("crane --to " + where, shell=True)  # want command-injection via cookie_where
        self.write({"code": await process.wait_for_exit(raise_error=False)})

    async def delete(self, name):
        # \w+ is what the pattern lets through
        code = await IOLoop.current().run_in_executor(None, os.system, "crane --stop --name " + name)
        self.write({"code": code})

    async def patch(self, name):
        move = MOVES.get(self.get_argument("move"))
        if move is None:
            raise HTTPError(400)
        process = Subprocess(move, stdout=Subprocess.STREAM)
        self.write(await process.stdout.read_until_close())

    def head(self, name):
        where = shlex.quote(self.get_argument("where"))
        self.write({"code": subprocess.call("crane --to " + where, shell=True)})

    def options(self, name):
        height = self.get_argument("height")
        if not height.isdecimal():
            raise HTTPError(400, reason="height")
        subprocess.run(f"crane --height {height}", shell=True, check=True)


# Formulas ----------------------------------------------------------------------------------------------


class Formula(RequestHandler):
    def get(self):
        formula = self.get_argument("formula")  # at formula
        self.write({"value": eval(formula, {"__builtins__": {}}, {})})  # want code-injection via formula

    def post(self):
        for upload in self.request.files["plan"]:  # at plan
            code = upload["body"].decode()  # at plan_code
            exec(code)  # want code-injection via plan plan_code

    def put(self):
        value = ast.literal_eval(self.get_argument("value"))
        self.write({"value": value})

    def patch(self):
        weight, arm = float(self.get_argument("weight")), float(self.get_argument("arm"))
        self.write({"moment": eval(f"{weight} * {arm}")})

    def delete(self):
        reckon = {"mean": lambda xs: sum(xs) / len(xs), "peak": max}
        numbers = list(map(float, self.get_arguments("n")))
        self.write({"value": reckon[self.get_argument("by", "mean")](numbers)})

    def head(self):
        unit = self.get_argument("unit", "t")
        if unit in ("t", "kg"):
            self.write({"value": eval("per_" + unit)})
