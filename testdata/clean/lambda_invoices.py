"""Invoices: functions behind an HTTP API, a queue and a bucket."""
import base64
import functools
import json
import logging
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from html import escape
from pathlib import Path
from typing import Any, Callable
from urllib.parse import quote, unquote_plus

import boto3
import jinja2
import psycopg
import requests
from psycopg import sql
from psycopg.rows import dict_row

log = logging.getLogger()
log.setLevel(logging.INFO)

s3 = boto3.client("s3")
SORTS = {"date": sql.Identifier("issued"), "total": sql.Identifier("total")}
NUMBER = re.compile(r"RE-\d{4}-\d{5}")
templates = jinja2.Environment(loader=jinja2.FileSystemLoader("templates"), autoescape=jinja2.select_autoescape())
connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, row_factory=dict_row)


class Refused(Exception):
    def __init__(self, status: int, detail: str):
        super().__init__(detail)
        self.status = status


def reply(status: int, body: Any, kind: str = "application/json") -> dict[str, Any]:
    text = body if isinstance(body, str) else json.dumps(body, default=str)
    return {"statusCode": status, "headers": {"Content-Type": kind, "X-Content-Type-Options": "nosniff"}, "body": text}


def http(view: Callable[[dict, Any], dict]) -> Callable[[dict, Any], dict]:
    """Turn what is refused into a response."""

    @functools.wraps(view)
    def handler(event, context):
        try:
            return view(event, context)
        except Refused as e:
            return reply(e.status, {"detail": str(e)})
        except (KeyError, TypeError, json.JSONDecodeError):
            log.info("malformed request %s", context.aws_request_id)
            return reply(400, {"detail": "malformed request"})

    return handler


@dataclass(frozen=True)
class Line:
    what: str
    count: int
    price: Decimal

    @classmethod
    def parse(cls, data: dict[str, Any]) -> "Line":
        try:
            return cls(str(data["what"])[:120], int(data["count"]), Decimal(str(data["price"])))
        except (ValueError, InvalidOperation) as e:
            raise Refused(422, "what, count and price") from e


def body_of(event: dict[str, Any]) -> dict[str, Any]:
    body = event["body"] or "{}"
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode("utf-8")
    return json.loads(body)


def number_of(event: dict[str, Any]) -> str:
    number = event["pathParameters"]["number"]
    if not NUMBER.fullmatch(number):
        raise Refused(404, "no such invoice")
    return number


@http
def list_invoices(event, context):
    query = event.get("queryStringParameters") or {}
    order = SORTS.get(query.get("sort", "date"))
    if order is None:
        raise Refused(400, "sort by date or total")
    statement = sql.SQL("SELECT number, total FROM invoices WHERE customer = %s ORDER BY {} LIMIT 100").format(order)
    return reply(200, connection.execute(statement, [query.get("customer")]).fetchall())


@http
def create_invoice(event, context):
    data = body_of(event)
    lines = [Line.parse(x) for x in data["lines"]]
    total = sum((x.count * x.price for x in lines), Decimal(0))
    row = connection.execute(
        "INSERT INTO invoices (customer, total) VALUES (%(customer)s, %(total)s) RETURNING number",
        {"customer": data["customer"], "total": total},
    ).fetchone()
    return reply(201, {"number": row["number"], "total": total})


@http
def show_invoice(event, context):
    row = connection.execute("SELECT * FROM invoices WHERE number = %s", [number_of(event)]).fetchone()
    if row is None:
        raise Refused(404, "no such invoice")
    wants_page = "text/html" in event["headers"].get("accept", "")
    if wants_page:
        page = templates.get_template("invoice.html").render(invoice=row, note=(event.get("queryStringParameters") or {}).get("note"))
        return reply(200, page, "text/html; charset=utf-8")
    return reply(200, row)


@http
def missing(event, context):
    return reply(404, f"<h1>Not found</h1><p>{escape(event['rawPath'])}</p>", "text/html; charset=utf-8")


@http
def download(event, context):
    url = s3.generate_presigned_url("get_object", {"Bucket": os.environ["BUCKET"], "Key": f"{number_of(event)}.pdf"}, 60)
    return {"statusCode": 302, "headers": {"Location": url, "Cache-Control": "no-store"}, "body": ""}


@http
def search(event, context):
    words = (event.get("queryStringParameters") or {}).get("q", "")
    return {"statusCode": 303, "headers": {"Location": f"/invoices?q={quote(words, safe='')}"}, "body": ""}


def uploaded(event, context):
    """A scan has come into the bucket: read its text."""
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        with tempfile.TemporaryDirectory() as folder:
            scan, text = Path(folder, "scan.pdf"), Path(folder, "scan.txt")
            s3.download_file(bucket, key, str(scan))
            subprocess.run(["pdftotext", "-layout", str(scan), str(text)], check=True, timeout=60)
            connection.execute("UPDATE scans SET text = %s WHERE key = %s", [text.read_text("utf-8"), key])


def queued(event, context):
    """Tell the tax office of each invoice; what fails is tried again."""
    failed = []
    for record in event["Records"]:
        message = json.loads(record["body"])
        answer = requests.post("https://tax.example.com/invoices", json={"number": message["number"]}, timeout=10)
        if not answer.ok:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
