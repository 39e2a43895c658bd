"""Orders of a shop: functions behind API Gateway, of both payload versions."""
import base64
import json
import os
import pickle
import re
import shlex
import subprocess
from decimal import Decimal
from html import escape
from pathlib import PurePosixPath
from urllib.parse import parse_qs, quote, unquote_plus, urlsplit

import boto3
import jinja2
import psycopg2
import requests
import yaml

connection = psycopg2.connect(os.environ["DATABASE_URL"])
s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table("orders")
COLUMNS = {"date": "created", "sum": "total"}
COURIERS = {"fast": "https://fast.example/track", "slow": "https://slow.example/track"}


def answer(status, body, kind="application/json"):
    return {"statusCode": status, "headers": {"Content-Type": kind}, "body": body}


# SQL ---------------------------------------------------------------------------------------------------


def list_orders(event, context):
    customer = event["queryStringParameters"]["customer"]  # at list_customer
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM orders WHERE customer = '{customer}'")  # want sql-injection via list_customer
        return answer(200, json.dumps(cursor.fetchall()))


def create_order(event, context):
    body = json.loads(event["body"])  # at create_body
    item = body.get("item")  # at create_item
    with connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO orders (item) VALUES ('%s')" % item)  # want sql-injection via create_body create_item
    return answer(201, json.dumps({"item": item}))


def lambda_handler(event, context):
    """Payload version 2."""
    method = event["requestContext"]["http"]["method"]
    if method == "DELETE":
        name = event.get("pathParameters", {}).get("name")  # at v2_name
        return remove(name)  # at v2_call
    return answer(405, "{}")


def remove(name):
    cursor = connection.cursor()
    cursor.execute("DELETE FROM orders WHERE name = '" + name + "'")  # want sql-injection via v2_name v2_call
    connection.commit()
    return answer(204, "")


def get_order(event, context):
    number = int(event["pathParameters"]["id"])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM orders WHERE id = {number}")
        return answer(200, json.dumps(cursor.fetchone()))


def sorted_orders(event, _context):
    wanted = (event.get("queryStringParameters") or {}).get("sort", "date")
    column = COLUMNS.get(wanted)
    if column is None:
        return answer(400, json.dumps({"error": "cannot sort by that"}))
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM orders ORDER BY " + column)
        return answer(200, json.dumps(cursor.fetchall()))


def find_orders(event, context):
    params = event["multiValueQueryStringParameters"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM orders WHERE name = ANY(%s)", (params["name"],))
        return answer(200, json.dumps(cursor.fetchall()))


# HTML, ways on -----------------------------------------------------------------------------------------


def receipt(event, context):
    name = event["queryStringParameters"].get("name", "you")  # at receipt_name
    page = f"<h1>Thank you, {name}</h1>"  # at receipt_page
    return {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": page}  # want reflected-xss via receipt_name receipt_page


def receipt_by(event, context):
    agent = event["headers"]["user-agent"]  # at receipt_agent
    return answer(200, "<p>Printed by %s</p>" % agent, "text/html; charset=utf-8")  # want reflected-xss via receipt_agent


def receipt_escaped(event, context):
    name = escape(event["queryStringParameters"]["name"])
    return {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": f"<h1>Thank you, {name}</h1>"}


def receipt_text(event, context):
    name = event["queryStringParameters"]["name"]
    return {"statusCode": 200, "headers": {"Content-Type": "text/plain"}, "body": f"Thank you, {name}"}


def receipt_json(event, context):
    return {"statusCode": 200, "body": json.dumps({"name": event["queryStringParameters"]["name"]})}


def receipt_number(event, context):
    number = int(event["pathParameters"]["number"])
    return {"statusCode": 200, "headers": {"content-type": "text/html"}, "body": "<b>" + str(number) + "</b>"}


def onwards(event, context):
    target = event["queryStringParameters"]["to"]  # at onwards_target
    return {"statusCode": 302, "headers": {"Location": target}}  # want open-redirect via onwards_target


def search(event, context):
    q = quote(event["queryStringParameters"]["q"], safe="")
    return {"statusCode": 302, "headers": {"Location": f"/search?q={q}"}, "body": ""}


def courier_page(event, context):
    where = COURIERS.get(event["pathParameters"]["courier"], "/")
    return {"statusCode": 302, "headers": {"Location": where}}


def secure(event, context):
    return {"statusCode": 301, "headers": {"Location": "https://shop.example" + event["rawPath"]}}


# Programs, formulas, templates -------------------------------------------------------------------------


def convert(event, context):
    body = event["body"]  # at convert_body
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode()  # at convert_decoded
    form = parse_qs(body)  # at convert_form
    os.system(f"convert order.pdf {form['format'][0]}:out")  # want command-injection via convert_body convert_decoded convert_form
    return answer(200, "{}")


def convert_uploaded(event, context):
    for record in event["Records"]:  # at record
        key = unquote_plus(record["s3"]["object"]["key"])  # at key
        s3.download_file("uploads", key, "/tmp/in.pdf")
        subprocess.run("pdftotext /tmp/in.pdf /tmp/" + key, shell=True, check=True)  # want command-injection via record key


def convert_quoted(event, context):
    note = json.loads(event["body"])["note"]
    subprocess.check_call("stamp --text " + shlex.quote(note), shell=True)
    return answer(204, "")


def convert_list(event, context):
    note = json.loads(event["body"])["note"]
    subprocess.run(["stamp", "--text", note], check=True)
    return answer(204, "")


def convert_page(event, context):
    page = event["pathParameters"]["page"]
    if not page.isdigit():
        return answer(400, "{}")
    subprocess.run(f"pdftotext -f {page} -l {page} order.pdf", shell=True, check=True)
    return answer(204, "")


def total(event, context):
    formula = json.loads(event["body"])["formula"]  # at total_formula
    return answer(200, json.dumps(eval(formula)))  # want code-injection via total_formula


def total_decimal(event, context):
    body = json.loads(event["body"])
    return answer(200, str(Decimal(body["price"]) * int(body["count"])))


def total_floats(event, context):
    body = json.loads(event["body"])
    return answer(200, json.dumps(eval(f"{float(body['price'])} * {int(body['count'])}")))


def total_known(event, context):
    totals = {"gross": lambda x: x * 1.19, "net": lambda x: x}
    body = json.loads(event["body"])
    return answer(200, json.dumps(totals[body["kind"]](float(body["sum"]))))


def letter(event, context):
    source = event["body"]  # at letter_source
    return answer(200, jinja2.Template(source).render(order=1), "text/plain")  # want template-injection via letter_source


def letter_filled(event, context):
    data = json.loads(event["body"])
    return answer(200, jinja2.Template("Dear {{ name }}").render(name=data["name"]), "text/plain")


def letter_chosen(event, context):
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader("templates"), autoescape=True)
    kind = "reminder" if event["pathParameters"]["kind"] == "reminder" else "invoice"
    return answer(200, environment.get_template(kind + ".html").render(body=event["body"]), "text/html")


def letter_text(event, context):
    return answer(200, "Dear {name}".format(**json.loads(event["body"])), "text/plain")


# Files, other servers, stored objects ------------------------------------------------------------------


def template_file(event, context):
    name = event["pathParameters"]["proxy"]  # at file_name
    with open("/opt/templates/" + name) as file:  # want path-traversal via file_name
        return answer(200, file.read(), "text/plain")


def template_plain(event, context):
    name = event["pathParameters"]["proxy"]
    if not re.fullmatch(r"[a-z]+\.html", name):
        return answer(404, "{}")
    with open("/opt/templates/" + name) as file:
        return answer(200, file.read(), "text/plain")


def template_listed(event, context):
    name = event["pathParameters"]["proxy"]
    if name not in ("invoice.html", "reminder.html"):
        return answer(404, "{}")
    with open(PurePosixPath("/opt/templates", name)) as file:
        return answer(200, file.read(), "text/plain")


def template_year(event, context):
    year = int(event["queryStringParameters"]["year"])
    with open(f"/opt/templates/{year}.html") as file:
        return answer(200, file.read(), "text/plain")


def track(event, context):
    url = event["queryStringParameters"]["url"]  # at track_url
    return answer(200, requests.get(url, timeout=5).text)  # want ssrf via track_url


def track_known(event, context):
    courier = COURIERS.get(event["pathParameters"]["courier"], COURIERS["slow"])
    return answer(200, requests.get(courier, params={"id": event["pathParameters"]["id"]}, timeout=5).text)


def track_numbered(event, context):
    number = int(event["pathParameters"]["id"])
    return answer(200, requests.get(f"https://fast.example/track/{number}", timeout=5).text)


def track_checked(event, context):
    url = event["queryStringParameters"]["url"]
    there = urlsplit(url)
    if there.scheme != "https" or there.hostname not in ("fast.example", "slow.example"):
        return answer(403, "{}")
    return answer(200, requests.get(url, timeout=5, allow_redirects=False).text)


def restore(event, context):
    raw = base64.b64decode(event["body"])  # at restore_raw
    basket = pickle.loads(raw)  # want unsafe-deserialization via restore_raw
    return answer(200, json.dumps({"items": len(basket)}))


def restore_json(event, context):
    return answer(200, json.dumps({"items": len(json.loads(event["body"]))}))


def restore_yaml(event, context):
    return answer(200, json.dumps({"items": len(yaml.safe_load(event["body"]))}))


def restore_stored(event, context):
    item = table.get_item(Key={"id": event["pathParameters"]["id"]})["Item"]
    return answer(200, json.dumps({"items": len(json.loads(item["basket"]))}))
