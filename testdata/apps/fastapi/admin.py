"""Administration: printing, backups and price formulas."""
import ast
import os
import shlex
import subprocess
from enum import Enum
from typing import Annotated, Any

from fastapi import APIRouter, Body, Form, HTTPException, Query, WebSocket
from pydantic import BaseModel

router = APIRouter(prefix="/admin")


class Printer(Enum):
    office = "office"
    hall = "hall"


class Job(BaseModel):
    document: str
    copies: int = 1
    printer: Printer = Printer.office


class Formula(BaseModel):
    expression: str
    values: dict[str, float] = {}


# Printing ------------------------------------------------------------------------------------------------


@router.post("/print")
def print_document(job: Job):
    os.system(f"lp -n {job.copies} /srv/documents/{job.document}")  # want command-injection
    return {"status": "printing"}


@router.post("/print/list")
def print_document_list(job: Job):
    if not job.document.isalnum():
        raise HTTPException(400)
    subprocess.run(["lp", "-n", str(job.copies), f"/srv/documents/{job.document}.pdf"], check=True, timeout=30)
    return {"status": "printing"}


@router.post("/print/test-page")
def print_test_page(job: Job):
    os.system(f"lp -n {job.copies} -d {job.printer.value} /srv/documents/test-page.pdf")
    return {"status": "printing"}


# Backups -------------------------------------------------------------------------------------------------


@router.post("/backup")
def backup(name: Annotated[str, Form()]):
    output = subprocess.check_output("pg_dump depot > /srv/backups/" + name + ".sql", shell=True)  # want command-injection
    return {"bytes": len(output)}


@router.post("/backup/list")
def backup_list(name: Annotated[str, Form(pattern=r"^[a-z0-9]+$")]):
    with open(f"/srv/backups/{name}.sql", "wb") as output:
        subprocess.run(["pg_dump", "depot"], stdout=output, check=True, timeout=600)
    return {"status": "written"}


@router.post("/backup/quoted")
def backup_quoted(comment: Annotated[str, Form()]):
    command = "pg_dump depot | backup-store --comment={}".format(shlex.quote(comment))
    subprocess.run(command, shell=True, check=True, timeout=600)
    return {"status": "written"}


@router.websocket("/console")
async def console(websocket: WebSocket):
    await websocket.accept()
    async for line in websocket.iter_text():
        result = subprocess.run(["bash", "-c", line], capture_output=True)  # want command-injection
        await websocket.send_json({"code": result.returncode})


@router.websocket("/console/allowed")
async def console_allowed(websocket: WebSocket):
    await websocket.accept()
    commands = {"disk": ["df", "-h"], "load": ["uptime"]}
    async for line in websocket.iter_text():
        command = commands.get(line)
        if command is None:
            await websocket.send_json({"error": "unknown command"})
            continue
        result = subprocess.run(command, capture_output=True, timeout=5)
        await websocket.send_json({"code": result.returncode})


# Price formulas --------------------------------------------------------------------------------------------


@router.post("/formula")
def formula(wanted: Formula):
    return {"price": eval(wanted.expression, {}, dict(wanted.values))}  # want code-injection


@router.post("/formula/parsed")
def formula_parsed(wanted: Formula):
    try:
        tree = ast.parse(wanted.expression, mode="eval")
    except SyntaxError:
        raise HTTPException(400, "not an expression") from None
    return {"price": evaluate(tree.body, wanted.values)}


def evaluate(node: ast.AST, values: dict[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return evaluate(left, values) + evaluate(right, values)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return evaluate(left, values) * evaluate(right, values)
    raise HTTPException(400, "only sums and products of numbers")


@router.post("/formula/literal")
def formula_literal(values: Annotated[str, Body()]):
    try:
        numbers = ast.literal_eval(values)
    except (ValueError, SyntaxError):
        raise HTTPException(400) from None
    return {"sum": sum(float(number) for number in numbers)}


@router.post("/migrate")
def migrate(script: Annotated[str, Query()]):
    scope: dict[str, Any] = {}
    exec(script, scope)  # want code-injection
    return {"names": sorted(name for name in scope if not name.startswith("_"))}


# For the operators' scripts ----------------------------------------------------------------------------------


def rotate(pattern):
    subprocess.run(f"logrotate -f {pattern}", shell=True, check=True)  # want shell-dynamic-command


def rotate_quoted(pattern):
    subprocess.run(f"logrotate -f -- {shlex.quote(pattern)} 2>/dev/null", shell=True, check=True)
