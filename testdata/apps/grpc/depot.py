"""A depot of trams: the servicers of its gRPC services."""
import asyncio
import os
import pickle
import re
import shlex
import sqlite3
import subprocess
from concurrent import futures
from pathlib import Path

import grpc
import requests
import yaml
from grpc import aio

import depot_pb2
import depot_pb2_grpc

db = sqlite3.connect("depot.db", check_same_thread=False)
LOGS = Path("/srv/depot/logs").resolve()
COLUMNS = ("line", "built")


class TramServicer(depot_pb2_grpc.TramServicer):
    def Find(self, request, context):
        sql = "SELECT * FROM trams WHERE line = '%s'" % request.line  # at find_sql
        return depot_pb2.Trams(names=[r[0] for r in db.execute(sql)])  # want sql-injection via find_sql

    def Sorted(self, request, context):
        if request.by not in COLUMNS:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "by")
            raise ValueError(request.by)
        column = {"line": "line", "built": "built DESC"}[request.by]
        return depot_pb2.Trams(names=[r[0] for r in db.execute(f"SELECT name FROM trams ORDER BY {column}")])

    def Named(self, request, context):
        row = db.execute("SELECT * FROM trams WHERE name = ?", (request.name,)).fetchone()
        if row is None:
            context.set_code(grpc.StatusCode.NOT_FOUND)
            context.set_details("no tram " + request.name)
            return depot_pb2.Tram()
        return depot_pb2.Tram(name=row[0])

    def Numbered(self, request, context):
        number = int(request.number)
        return depot_pb2.Tram(name=db.execute(f"SELECT name FROM trams WHERE number = {number}").fetchone()[0])

    def Wash(self, request, context):
        os.system("wash --tram " + request.tram)  # at wash # want command-injection via wash
        return depot_pb2.Empty()

    def WashQuoted(self, request, context):
        os.system("wash --tram " + shlex.quote(request.tram))
        subprocess.run(["wash", "--tram", request.tram], check=True)
        return depot_pb2.Empty()

    def Log(self, request, context):
        name = request.file  # at log_name
        with open(LOGS / name) as file:  # want path-traversal via log_name
            for line in file:
                yield depot_pb2.Line(text=line)

    def CheckedLog(self, request, context):
        path = (LOGS / request.file).resolve()
        if not path.is_relative_to(LOGS):
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "outside")
            return
        with path.open() as file:
            yield from (depot_pb2.Line(text=line) for line in file)

    def Upload(self, request_iterator, context):
        for part in request_iterator:  # at part
            (LOGS / part.name).write_bytes(part.data)  # want path-traversal via part
        return depot_pb2.Empty()


class AsyncTramServicer(depot_pb2_grpc.AsyncTramServicer):
    async def Restore(self, request: depot_pb2.State, context: aio.ServicerContext) -> depot_pb2.Empty:
        state = pickle.loads(request.data)  # at restored # want unsafe-deserialization via restored
        return depot_pb2.Count(value=len(state))

    async def Configure(self, request, context):
        return depot_pb2.Count(value=len(yaml.safe_load(request.text)))

    async def Notify(self, request, context):
        hook = request.hook  # at hook
        await asyncio.to_thread(requests.post, hook, timeout=3)  # want ssrf via hook
        return depot_pb2.Empty()

    async def Reckon(self, request, context):
        return depot_pb2.Count(value=eval(request.formula))  # at reckon # want code-injection via reckon

    async def Day(self, request, context):
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", request.day) is None:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "day")
        day = request.day if re.fullmatch(r"\d{4}-\d{2}-\d{2}", request.day) else "today"
        return depot_pb2.Text(text="plan of " + day)


def serve():
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    depot_pb2_grpc.add_TramServicer_to_server(TramServicer(), server)
    server.add_insecure_port("[::1]:50051")
    server.start()
    server.wait_for_termination()
